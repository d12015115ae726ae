"""What is graded again and what is not; nbgrader itself is stood in for, tests/assignments runs it for real."""

import shutil

import pytest

from gdl_utils.grading import stock

NAME = "02_shapes_and_parameters"
STUDENTS = ["ada", "blaise", "dorothy"]


@pytest.fixture
def course(root, tmp_path, monkeypatch):
    """A repository and a course folder with three submissions; a list of who was graded."""
    shutil.copytree(root / "solutions", tmp_path / "solutions")
    shutil.copy(root / "nbgrader_config.py", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "test.txt").write_text("lock")
    for student in STUDENTS:
        (tmp_path / "submitted" / student / NAME).mkdir(parents=True)
        (tmp_path / "submitted" / student / NAME / "answer.ipynb").write_text(student)
    calls = []

    def grade_one(_api, _name, student, key):
        calls.append(student)
        return stock.Result(student, 1, 20, key=key)

    monkeypatch.setattr(stock, "_prepare", lambda *_: None)
    monkeypatch.setattr(stock, "_grade_one", grade_one)
    monkeypatch.setattr(stock, "graded", lambda *_: True)
    return tmp_path, calls


def grade(folder, **options):
    return stock.grade_class(folder, folder, NAME, lambda _: None, **options)


def test_what_did_not_change_is_not_graded_again(course):
    folder, calls = course
    assert [result.student for result in grade(folder)] == STUDENTS
    assert [result.student for result in grade(folder)] == STUDENTS
    assert calls == STUDENTS


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        (f"submitted/blaise/{NAME}/answer.ipynb", ["blaise"]),
        (f"solutions/{NAME}/shapes_and_parameters.ipynb", STUDENTS),
        ("nbgrader_config.py", STUDENTS),
        ("requirements/test.txt", STUDENTS),
    ],
)
def test_what_changed_is(course, changed, again):
    folder, calls = course
    grade(folder)
    with (folder / changed).open("a") as file:
        file.write("\n")
    grade(folder)
    assert calls[3:] == again


def test_regrade_grades_all(course):
    folder, calls = course
    grade(folder)
    grade(folder, regrade=True)
    assert calls == STUDENTS * 2


def test_what_the_gradebook_lost_is_graded_again(course, monkeypatch):
    folder, calls = course
    grade(folder)
    monkeypatch.setattr(stock, "graded", lambda _api, _name, student: student != "dorothy")
    grade(folder)
    assert calls[3:] == ["dorothy"]


def test_a_run_that_is_stopped_keeps_what_it_had(course, monkeypatch):
    folder, calls = course
    grade(folder)
    (folder / "submitted" / "ada" / NAME / "answer.ipynb").write_text("changed")
    working = stock._grade_one

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(stock, "_grade_one", stopped)
    with pytest.raises(KeyboardInterrupt):
        grade(folder)
    monkeypatch.setattr(stock, "_grade_one", working)
    grade(folder)
    assert calls[3:] == ["ada"]


def test_ctrl_c_stops_the_run_and_is_no_grade(course, monkeypatch):
    folder, _ = course
    monkeypatch.undo()

    class Interrupted:
        coursedir = type("Folder", (), {"root": str(folder)})

        @staticmethod
        def autograde(_name, _student):
            return {"success": False, "error": "Traceback ...\nKeyboardInterrupt\n"}

    with pytest.raises(KeyboardInterrupt):
        stock._grade_one(Interrupted, NAME, "ada", "key")


@pytest.mark.parametrize(
    ("error", "log", "reason"),
    [
        ("a.b.SchemaTooOldError: Outdated\nc.NbGraderException: later", "", "SchemaTooOldError: Outdated"),
        ("x.NbGraderException: Please see the the above traceback", "  ValueError: bad", "ValueError: bad"),
        ("", "", "it does not say why"),
    ],
)
def test_the_reason_is_the_first_exception_that_says_something(error, log, reason):
    assert stock._reason({"error": error, "log": log}) == f"{reason} (see nbgrader.log)"

"""`nbgrader autograde` grades by the engine as `gdl grade` does."""

import json
import re
import shutil

import nbformat
import pytest
from traitlets.config import Config

from gdl_utils.classroom.dates import extend, remove_due, set_due, take_back
from gdl_utils.classroom.nbgrader_plugin import JudgeCells
from nbjudge import Limits
from tests.classroom.by_nbgrader import autograde, release, run_nbgrader, small_course
from tests.classroom.small_course import (
    FULL,
    NAME,
    NONE,
    RIGHT,
    grade,
    gradebook_of,
    graded_notebook,
    hand_in,
    scores,
    source_of,
    submission,
)

WRONG = {**RIGHT, "square": "def square(x):\n    return 4"}


def edited(change, answers=RIGHT):
    notebook = submission(answers)
    change(notebook, {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells})
    return notebook


def duplicate(notebook, cells):
    for name in ("square", "square-visible", "square-hidden"):
        copy = nbformat.from_dict({**cells[name], "id": f"{name}-copy"})
        notebook.cells.insert(notebook.cells.index(cells[name]) + 1, copy)


def delete(*names):
    def change(notebook, cells):
        notebook.cells = [cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id not in names]

    return change


def change_points(_notebook, cells):
    for cell in cells.values():
        if cell.metadata.nbgrader.grade:
            cell.metadata.nbgrader.points = 100


def skip_tests(_notebook, cells):
    for name in ("square-visible", "square-hidden"):
        cells[name].metadata["tags"] = ["skip-execution"]
        cells[name].source = "print('passed')"


def of_another_assignment(_notebook, cells):
    for cell in cells.values():
        cell.metadata.nbgrader.grade_id += "-of-another"


def without_metadata(answers):
    # Enough for the engine, but nbformat stops at it.
    cells = [
        {
            "cell_type": cell.cell_type,
            "source": cell.source,
            "metadata": {"nbgrader": {"grade_id": cell.metadata.nbgrader.grade_id}},
        }
        for cell in submission(answers).cells
    ]
    return json.dumps({"nbformat": 4, "cells": [*cells, {"cell_type": "code", "source": 5}]}).encode()


STUDENTS = {
    "another": edited(of_another_assignment),
    "blank": {},
    "copies": edited(duplicate),
    "copies-wrong": edited(duplicate, WRONG),
    "cut-off": nbformat.writes(submission()).encode()[:-40],
    "deleted": edited(delete("square-visible", "square-hidden"), WRONG),
    "died": {**RIGHT, "name": "import os\nos._exit(1)"},
    "endless": {**RIGHT, "name": "while True:\n    pass"},
    "hog": {**RIGHT, "name": "name = [bytearray(2**27) for _ in range(20)]"},
    "no-essay": edited(delete("essay")),
    "odd": without_metadata(RIGHT),
    "points": edited(change_points),
    "right": RIGHT,
    "skipped": edited(skip_tests, WRONG),
    "wrong": WRONG,
}
# nbgrader is told that these failed.
FAILED = {"another", "cut-off", "died", "hog"}
EXPECTED = {
    **dict.fromkeys(STUDENTS, FULL),
    **dict.fromkeys(["another", "cut-off", "blank"], NONE),
    **{name: {**FULL, "square-hidden": (0, False)} for name in ["copies-wrong", "deleted", "skipped", "wrong"]},
    **{name: {**FULL, "name-visible": (0, False)} for name in ["died", "endless", "hog"]},
    # A person looks whether it stands elsewhere.
    "no-essay": FULL,
}


@pytest.fixture(scope="module")
def by_gdl(tmp_path_factory, root):
    course = small_course(tmp_path_factory.mktemp("by-gdl"), root, STUDENTS)
    grade(course)
    return scores(course)


def test_gdl_grades_as_expected(by_gdl):
    assert by_gdl == EXPECTED


def test_the_api_gives_the_same_scores(tmp_path, root, by_gdl):
    course = release(small_course(tmp_path, root, STUDENTS))
    told = autograde(course, *STUDENTS)
    assert scores(course) == by_gdl
    assert {student for student, answer in told.items() if not answer["success"]} == FAILED
    assert "it needed more memory than the 512 MiB allowed" in told["hog"]["log"]
    assert "its process ended in the middle of the notebook" in told["died"]["log"]
    assert "it may be of another assignment" in told["another"]["log"]
    assert "not valid JSON" in told["cut-off"]["log"]
    assert "The cell 'square-visible' was missing; it was put back." in told["deleted"]["log"]
    for student in STUDENTS:
        assert course.autograded(student, NAME).exists() == (student not in FAILED), student
    notebook = graded_notebook(course, "wrong")
    assert notebook.metadata.nbjudge["status"] == "graded"
    assert notebook.metadata.nbjudge["hints"] == {
        "square-hidden": "A hidden test fails: the answer is not right for all inputs."
    }
    assert "BEGIN HIDDEN TESTS" in notebook.cells[2].source
    # A second time, over what is there, with the same result.
    assert {student for student, answer in autograde(course, "right", "hog").items() if answer["success"]} == {"right"}
    assert scores(course) == by_gdl


def test_the_command_line_gives_the_same_scores(tmp_path, root, by_gdl):
    course = small_course(tmp_path / "course", root, STUDENTS)
    assert run_nbgrader(course, "generate_assignment", NAME).returncode == 0
    done = run_nbgrader(course, "autograde", NAME)
    assert done.returncode == 1
    assert scores(course) == by_gdl
    failed = set(re.findall(rf"error processing assignment '{NAME}' for student '(.*?)'", done.stderr))
    assert failed == FAILED
    done = run_nbgrader(course, "autograde", NAME, "--student", "right", "--force")
    assert done.returncode == 0, done.stderr


def test_an_older_better_grade_does_not_survive(tmp_path, root):
    students = ["another", "cut", "renamed"]
    course = release(small_course(tmp_path, root, dict.fromkeys(students, RIGHT)))
    assert all(answer["success"] for answer in autograde(course, *students).values())
    assert scores(course) == dict.fromkeys(students, FULL)
    hand_in(course, "another", STUDENTS["another"])
    hand_in(course, "cut", b"{")
    renamed = course.submitted("renamed", NAME)
    (renamed / "book.ipynb").rename(renamed / "book (1).ipynb")
    told = autograde(course, *students)
    assert [student for student in students if told[student]["success"]] == ["renamed"]
    assert scores(course) == {**dict.fromkeys(students, NONE), "renamed": FULL}


@pytest.mark.parametrize("damaged", ["book", "second"])
def test_a_notebook_that_failed_does_not_stop_the_others(damaged, tmp_path, root):
    course = small_course(tmp_path, root, {"ada": RIGHT})
    shutil.copy(source_of(course), course.source(NAME) / "second.ipynb")
    release(course)
    place = course.submitted("ada", NAME)
    shutil.copy(place / "book.ipynb", place / "second.ipynb")

    def by_notebook():
        with gradebook_of(course) as gradebook:
            submitted = gradebook.find_submission(NAME, "ada")
            return {book.name: {row.name: row.auto_score for row in book.grades} for book in submitted.notebooks}

    full, none = ({name: score for name, (score, _) in which.items()} for which in (FULL, NONE))
    assert autograde(course, "ada")["ada"]["success"]
    assert by_notebook() == {"book": full, "second": full}
    (place / f"{damaged}.ipynb").write_bytes(b"[]")
    assert not autograde(course, "ada")["ada"]["success"]
    assert by_notebook() == {"book": full, "second": full, damaged: none}
    assert not course.autograded("ada", NAME).exists()
    by_api = by_notebook()
    grade(course)
    assert by_notebook() == by_api


def test_what_a_person_gave_is_kept(tmp_path, root):
    course = release(small_course(tmp_path, root, {"ada": WRONG}))
    autograde(course, "ada")
    with gradebook_of(course) as gradebook:
        for name, points in [("essay", 3.5), ("square-hidden", 1)]:
            row = gradebook.find_grade(name, "book", NAME, "ada")
            row.manual_score, row.needs_manual_grade = points, False
        gradebook.find_comment("essay", "book", NAME, "ada").manual_comment = "Well said."
        gradebook.db.commit()
    for what, automatic in [(RIGHT, 3), (b"", 0), (RIGHT, 3)]:
        hand_in(course, "ada", what)
        autograde(course, "ada")
        with gradebook_of(course) as gradebook:
            essay, hidden = (gradebook.find_grade(name, "book", NAME, "ada") for name in ("essay", "square-hidden"))
            assert (essay.manual_score, hidden.manual_score, hidden.auto_score) == (3.5, 1, automatic)
            # The answer may be another than the one that was looked at.
            assert essay.needs_manual_grade
            assert hidden.needs_manual_grade
            assert gradebook.find_comment("essay", "book", NAME, "ada").comment == "Well said."


def test_no_execute_keeps_the_outputs(tmp_path, root):
    notebook = submission()
    shown = nbformat.v4.new_output("stream", text="of the student's own run\n")
    notebook.cells[0].outputs = [shown]
    notebook.cells[1].outputs = [nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["E: e"])]
    notebook.cells.insert(0, nbformat.v4.new_code_cell("print('mine')", outputs=[shown], execution_count=7))
    notebook.cells.insert(3, nbformat.v4.new_code_cell("print('mine')", outputs=[], execution_count=8))
    course = release(small_course(tmp_path / "course", root, {"ada": notebook}))
    done = run_nbgrader(course, "autograde", NAME, "--no-execute")
    assert done.returncode == 0, done.stderr
    graded = graded_notebook(course, "ada")
    assert [cell.get("outputs") for cell in graded.cells] == [cell.get("outputs") for cell in notebook.cells]
    assert [graded.cells[0].execution_count, graded.cells[3].execution_count] == [7, 8]
    assert scores(course) == {"ada": {**FULL, "square-visible": (0, False)}}
    assert "nbjudge" not in graded.metadata
    # Outputs that are none don't stop anything, whether they are wanted or not.
    damaged = json.loads(nbformat.writes(notebook))
    damaged["cells"][1]["outputs"] = [{"output_type": "execute_result", "data": 5}, 7, {"text": []}]
    (course.submitted("ada", NAME) / "book.ipynb").write_text(json.dumps(damaged))
    assert run_nbgrader(course, "autograde", NAME, "--no-execute", "--force").returncode == 0
    assert graded_notebook(course, "ada").cells[1].outputs == []
    assert run_nbgrader(course, "autograde", NAME, "--force").returncode == 0
    assert scores(course) == {"ada": FULL}


def test_files_that_students_may_change_are_theirs(tmp_path, root):
    # What students change is not there for the reference solution.
    config = f"c.Autograde.exclude_overwriting = {{'{NAME}': ['mine.txt']}}\nc.JudgeCells.despite_complaints = True\n"
    reads = "name = open('mine.txt').read() + open('given.txt').read()"
    course = small_course(tmp_path, root, {"ada": {**RIGHT, "name": reads}}, config)
    for name in ("mine.txt", "given.txt"):
        (course.source(NAME) / name).write_text("?")
        (course.submitted("ada", NAME) / name).write_text("Ada")
    source = nbformat.read(source_of(course), as_version=4)
    source.cells[4].source = "assert name == 'Ada?'\nassert open('mine.txt').read() == '?'"
    nbformat.write(source, source_of(course))
    release(course)
    assert autograde(course, "ada")["ada"]["success"]
    assert scores(course) == {"ada": FULL}
    assert (course.autograded("ada", NAME) / "mine.txt").read_text() == "Ada"


def test_a_link_is_no_submission(tmp_path, root):
    course = release(small_course(tmp_path, root, {"ada": RIGHT, "blaise": b""}))
    path = course.submitted("blaise", NAME) / "book.ipynb"
    path.unlink()
    path.symlink_to(course.submitted("ada", NAME) / "book.ipynb")
    told = autograde(course, "ada", "blaise")["blaise"]
    assert not told["success"]
    assert "the notebook is a link, not a file" in told["log"]
    assert scores(course) == {"ada": FULL, "blaise": NONE}
    grade(course)
    assert scores(course) == {"ada": FULL, "blaise": NONE}


def test_late_penalties_are_nbgraders(tmp_path, root):
    config = "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    times = {
        "in-time": "2026-10-01 12:00:00 UTC",
        "late": "2026-10-03 12:00:00 UTC",
        "late-and-died": "2026-10-03 14:00:00 +0200",
        "extended": "2026-10-03 12:00:00 UTC",
        "unclear": "2026-10-03 12:00:00 PST",
    }
    students = {student: STUDENTS["died"] if student == "late-and-died" else RIGHT for student in times}
    course = release(small_course(tmp_path, root, students, config))
    for student, time in times.items():
        (course.submitted(student, NAME) / "timestamp.txt").write_text(time)
    set_due(course, NAME, "2026-10-02 14:00 Europe/Berlin")
    extend(course, NAME, "extended", "2026-10-03 14:00 Europe/Berlin")

    def totals():
        with gradebook_of(course) as gradebook:
            submissions = gradebook.assignment_submissions(NAME)
            books = [book for submitted in submissions for book in submitted.notebooks]
            return {book.student.id: (book.score, book.late_submission_penalty) for book in books}

    expected = {"in-time": (6, None), "late": (6, 6), "late-and-died": (4, 4)}
    expected |= {"extended": (6, None), "unclear": (6, None)}
    told = autograde(course, *students)
    assert "'PST' is not the name of one zone only" in told["unclear"]["log"]
    assert totals() == expected
    assert "'PST' is not the name of one zone only" in grade(course)["unclear"].remark
    assert totals() == expected
    # Both see an extension that is taken back, and none where there is no due date.
    take_back(course, NAME, "extended")
    grade(course)
    assert totals() == expected | {"extended": (6, 6)}
    extend(course, NAME, "extended", "2 days")
    autograde(course, "extended")
    assert totals() == expected
    remove_due(course, NAME)
    assert autograde(course, "extended")["extended"]["success"]
    set_due(course, NAME, "2026-10-02 12:00 UTC")
    # Nothing is left to be taken away.
    hand_in(course, "late", b"")
    autograde(course, "late")
    assert totals()["late"] == (0, 0)


def test_students_who_may_be_one_are_refused(tmp_path, root):
    """When the second comes later, too; once they have one name, all is as before."""
    first, second = "zoe\u0308", "ZO\u00cb"
    course = release(small_course(tmp_path, root, {first: RIGHT, "bo": RIGHT}))
    assert autograde(course, first)[first]["success"]
    hand_in(course, second, WRONG)
    told = autograde(course, "bo", first, second)
    assert [student for student, answer in told.items() if answer["success"]] == ["bo"]
    assert f"is {second} the same student as {first}? Use one name for them" in told[second]["log"]
    assert scores(course) == {first: FULL, "bo": FULL}
    shutil.rmtree(course.submitted(second, NAME).parent)
    assert autograde(course, first)[first]["success"]


def test_without_a_sandbox_nothing_is_run_and_the_grades_stay(tmp_path, root, remove_bubblewrap):
    course = release(small_course(tmp_path, root, {"ada": RIGHT}))
    autograde(course, "ada")
    hand_in(course, "ada", WRONG)
    remove_bubblewrap()
    told = autograde(course, "ada")["ada"]
    assert not told["success"]
    assert "SandboxError: The sandbox needs bubblewrap, which is not installed" in told["log"]
    assert scores(course) == {"ada": FULL}


def test_another_language_is_refused_not_run(tmp_path, root):
    course = small_course(tmp_path, root, {"ada": RIGHT}, "c.ClearSolutions.code_stub = {'R': '# answer'}\n")
    path = source_of(course)
    source = nbformat.read(path, as_version=4)
    source.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(source, path)
    release(course)
    told = autograde(course, "ada")["ada"]
    assert not told["success"]
    assert "book is for the kernel 'ir', but the grading engine runs Python only" in told["log"]


def test_a_student_can_not_choose_the_kernel(tmp_path, root):
    notebook = submission(WRONG)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "x", "language": "x"}
    course = release(small_course(tmp_path, root, {"ada": notebook}))
    told = autograde(course, "ada")["ada"]
    assert not told["success"]
    assert "says that its kernel is 'python3'" in told["log"]
    assert scores(course)["ada"] == EXPECTED["wrong"]


def test_steps_without_their_exporter_say_so(tmp_path, root):
    config = "from nbconvert.exporters import NotebookExporter\nc.Autograde.exporter_class = NotebookExporter\n"
    course = release(small_course(tmp_path, root, {"ada": RIGHT}, config))
    told = autograde(course, "ada")["ada"]
    assert not told["success"]
    assert "RebuildFromSource works only with c.Autograde.exporter_class" in told["log"]


def test_the_limits_come_from_the_configuration():
    default = Limits()
    assert JudgeCells(config=Config()).limits() == default
    for nothing in (None, 0, -1):
        assert JudgeCells(config=Config({"Execute": {"timeout": nothing}})).limits() == default
    settings = {"Execute": {"timeout": 400}, "JudgeCells": {"memory": 100, "written": 1, "output": 2, "processes": 5}}
    limits = JudgeCells(config=Config(settings)).limits()
    assert limits == Limits(100 << 20, 5, 400, 400, 1 << 20, 2 << 10)

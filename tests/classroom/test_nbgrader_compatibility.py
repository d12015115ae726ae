"""`nbgrader autograde` and Formgrader grade by the engine as `gdl grade` does, and nbgrader's own tests pass."""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from gdl_utils.classroom.course import CONFIG
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.classroom.nbgrader_plugin import JudgeCells
from nbjudge.sandbox import bubblewrap as sandbox
from nbjudge.zygote_client import close_zygotes
from tests.classroom.small_course import FULL, NAME, NONE, RIGHT, grade, hand_in, make_course, scores, submission
from tests.plain_nbgrader import grade_by_plain_nbgrader

# As small_course.HOW.
LIMITS = """
c.Execute.timeout = 2
c.JudgeCells.notebook_seconds = 20
c.JudgeCells.memory = 512
"""
INSTALLED = Path(nbgrader.__file__).parent
PROGRAMS = Path(sys.executable).parent
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
    cells = [{"cell_type": one.cell_type, "source": one.source} for one in submission(answers).cells]
    for cell, one in zip(cells, submission(answers).cells, strict=True):
        cell["metadata"] = {"nbgrader": {"grade_id": one.metadata.nbgrader.grade_id}}
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
    "no-essay": {**FULL, "essay": (0, False)},
}


def new_course(folder, root, students, config=LIMITS):
    make_course(folder, root, students)
    with (folder / CONFIG).open("a") as file:
        file.write(config)
    return folder


@contextlib.contextmanager
def api_of(folder):
    with course(folder, folder / CONFIG) as api:
        yield api


def released(folder):
    with api_of(folder) as api:
        assert api.generate_assignment(NAME)["success"]
    return folder


def autograde(folder, *students):
    """Grade as Formgrader's button does; what it says by student."""
    with api_of(folder) as api:
        return {student: api.autograde(NAME, student) for student in students}


def command(folder, *arguments):
    """Run the real command line in a course folder."""
    environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", "HOME": str(folder.parent)}
    program = [str(PROGRAMS / "nbgrader"), *arguments]
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def graded_notebook(folder, student, book="book"):
    return nbformat.read(folder / "autograded" / student / NAME / f"{book}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def by_gdl(tmp_path_factory, root):
    folder = new_course(tmp_path_factory.mktemp("by-gdl"), root, STUDENTS)
    grade(folder)
    return scores(folder)


def test_gdl_grades_as_expected(by_gdl):
    assert by_gdl == EXPECTED


def test_the_api_gives_the_same_scores(tmp_path, root, by_gdl):
    folder = released(new_course(tmp_path, root, STUDENTS))
    told = autograde(folder, *STUDENTS)
    assert scores(folder) == by_gdl
    assert {student for student, one in told.items() if not one["success"]} == FAILED
    assert "it needed more memory than the 512 MiB allowed" in told["hog"]["log"]
    assert "its process ended in the middle of the notebook" in told["died"]["log"]
    assert "it may be of another assignment" in told["another"]["log"]
    assert "not valid JSON" in told["cut-off"]["log"]
    assert "The cell 'square-visible' was missing; it was put back." in told["deleted"]["log"]
    for student in STUDENTS:
        assert (folder / "autograded" / student / NAME).exists() == (student not in FAILED), student
    notebook = graded_notebook(folder, "wrong")
    assert notebook.metadata.nbjudge["status"] == "graded"
    assert notebook.metadata.nbjudge["hints"] == {
        "square-hidden": "A hidden test fails: the answer is not right for all inputs."
    }
    assert "BEGIN HIDDEN TESTS" in notebook.cells[2].source
    # A second time, over what is there, with the same result.
    assert {student for student, one in autograde(folder, "right", "hog").items() if one["success"]} == {"right"}
    assert scores(folder) == by_gdl


def test_the_command_line_gives_the_same_scores(tmp_path, root, by_gdl):
    folder = new_course(tmp_path / "course", root, STUDENTS)
    assert command(folder, "generate_assignment", NAME).returncode == 0
    done = command(folder, "autograde", NAME)
    assert done.returncode == 1
    assert scores(folder) == by_gdl
    failed = set(re.findall(rf"error processing assignment '{NAME}' for student '(.*?)'", done.stderr))
    assert failed == FAILED
    done = command(folder, "autograde", NAME, "--student", "right", "--force")
    assert done.returncode == 0, done.stderr


def test_an_older_better_grade_does_not_survive(tmp_path, root):
    students = ["another", "cut", "renamed"]
    folder = released(new_course(tmp_path, root, dict.fromkeys(students, RIGHT)))
    assert all(one["success"] for one in autograde(folder, *students).values())
    assert scores(folder) == dict.fromkeys(students, FULL)
    hand_in(folder, "another", STUDENTS["another"])
    hand_in(folder, "cut", b"{")
    place = folder / "submitted" / "renamed" / NAME
    (place / "book.ipynb").rename(place / "book (1).ipynb")
    assert not any(one["success"] for one in autograde(folder, *students).values())
    assert scores(folder) == dict.fromkeys(students, NONE)


@pytest.mark.parametrize("damaged", ["book", "second"])
def test_a_notebook_that_failed_does_not_stop_the_others(damaged, tmp_path, root):
    folder = new_course(tmp_path, root, {"ada": RIGHT})
    shutil.copy(folder / "solutions" / NAME / "book.ipynb", folder / "solutions" / NAME / "second.ipynb")
    released(folder)
    place = folder / "submitted" / "ada" / NAME
    shutil.copy(place / "book.ipynb", place / "second.ipynb")

    def by_notebook():
        with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
            found = gradebook.find_submission(NAME, "ada")
            return {book.name: {one.name: one.auto_score for one in book.grades} for book in found.notebooks}

    full, none = ({name: score for name, (score, _) in which.items()} for which in (FULL, NONE))
    assert autograde(folder, "ada")["ada"]["success"]
    assert by_notebook() == {"book": full, "second": full}
    (place / f"{damaged}.ipynb").write_bytes(b"[]")
    assert not autograde(folder, "ada")["ada"]["success"]
    assert by_notebook() == {"book": full, "second": full, damaged: none}
    assert not (folder / "autograded" / "ada" / NAME).exists()
    by_api = by_notebook()
    grade(folder)
    assert by_notebook() == by_api


def test_what_a_person_gave_is_kept(tmp_path, root):
    folder = released(new_course(tmp_path, root, {"ada": WRONG}))
    autograde(folder, "ada")
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        for name, points in [("essay", 3.5), ("square-hidden", 1)]:
            row = gradebook.find_grade(name, "book", NAME, "ada")
            row.manual_score, row.needs_manual_grade = points, False
        gradebook.find_comment("essay", "book", NAME, "ada").manual_comment = "Well said."
        gradebook.db.commit()
    for what, automatic in [(RIGHT, 3), (b"", 0), (RIGHT, 3)]:
        hand_in(folder, "ada", what)
        autograde(folder, "ada")
        with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
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
    folder = released(new_course(tmp_path / "course", root, {"ada": notebook}))
    done = command(folder, "autograde", NAME, "--no-execute")
    assert done.returncode == 0, done.stderr
    graded = graded_notebook(folder, "ada")
    assert [cell.get("outputs") for cell in graded.cells] == [cell.get("outputs") for cell in notebook.cells]
    assert [graded.cells[0].execution_count, graded.cells[3].execution_count] == [7, 8]
    assert scores(folder) == {"ada": {**FULL, "square-visible": (0, False)}}
    assert "nbjudge" not in graded.metadata
    # Outputs that are none don't stop anything, whether they are wanted or not.
    damaged = json.loads(nbformat.writes(notebook))
    damaged["cells"][1]["outputs"] = [{"output_type": "execute_result", "data": 5}, 7, {"text": []}]
    (folder / "submitted" / "ada" / NAME / "book.ipynb").write_text(json.dumps(damaged))
    assert command(folder, "autograde", NAME, "--no-execute", "--force").returncode == 0
    assert graded_notebook(folder, "ada").cells[1].outputs == []
    assert command(folder, "autograde", NAME, "--force").returncode == 0
    assert scores(folder) == {"ada": FULL}


def test_hidden_files_are_for_the_judge_alone(tmp_path, root):
    folder = new_course(tmp_path, root, {})
    source = nbformat.read(folder / "solutions" / NAME / "book.ipynb", as_version=4)
    source.cells[2].source = (
        "import json\nfrom pathlib import Path\n"
        "(path,) = [one for one in map(Path, ['answers.json', 'hidden/answers.json']) if one.exists()]\n"
        "assert square(7310) == json.loads(path.read_text())['square']"
    )
    nbformat.write(source, folder / "solutions" / NAME / "book.ipynb")
    (folder / "solutions" / NAME / "hidden").mkdir()
    (folder / "solutions" / NAME / "hidden" / "answers.json").write_text('{"square": 53436100}')
    (folder / "solutions" / NAME / "given.csv").write_text("1,2\n")
    released(folder)
    assert sorted(path.name for path in (folder / "assignments" / NAME).iterdir()) == ["book.ipynb", "given.csv"]
    looks = "from pathlib import Path\nname = sorted(map(str, Path().rglob('*')))\nprint(name)"
    hand_in(folder, "ada", {**RIGHT, "name": looks})
    assert autograde(folder, "ada")["ada"]["success"]
    assert scores(folder)["ada"]["square-hidden"] == (3, False)
    graded = graded_notebook(folder, "ada")
    assert graded.cells[3].outputs == [nbformat.v4.new_output("stream", text="['given.csv']\n")]
    place = folder / "autograded" / "ada" / NAME
    assert sorted(path.name for path in place.rglob("*")) == ["book.ipynb", "given.csv"]
    by_autograde = scores(folder)
    grade(folder)
    assert scores(folder) == by_autograde


def test_what_the_code_left_is_kept_beside_the_notebook(tmp_path, root):
    writes = """
import os
name = "Ada"
os.mkdir("deep")
for path in ["left.txt", "deep/left.txt", "book.ipynb", "other.ipynb", "timestamp.txt", "own.txt"]:
    with open(path, "w") as file:
        file.write("left by the code")
with open("given.csv", "a") as file:
    file.write("more")
"""
    folder = new_course(tmp_path, root, {"ada": {**RIGHT, "name": writes}})
    (folder / "solutions" / NAME / "given.csv").write_text("1,2\n")
    (folder / "submitted" / "ada" / NAME / "own.txt").write_text("handed in")
    released(folder)
    assert autograde(folder, "ada")["ada"]["success"]
    place = folder / "autograded" / "ada" / NAME
    found = {str(path.relative_to(place)): path.read_text() for path in place.rglob("*") if path.is_file()}
    assert json.loads(found.pop("book.ipynb"))["metadata"]["nbjudge"]["status"] == "graded"
    left = dict.fromkeys(["left.txt", "deep/left.txt"], "left by the code")
    assert found == {**left, "given.csv": "1,2\n", "own.txt": "handed in"}
    assert not (folder / "submitted" / "ada" / NAME / "left.txt").exists()
    assert scores(folder) == {"ada": FULL}


def test_files_that_students_may_change_are_theirs_in_their_process(tmp_path, root):
    config = LIMITS + f"c.Autograde.exclude_overwriting = {{'{NAME}': ['mine.txt']}}\n"
    reads = "name = open('mine.txt').read() + open('given.txt').read()"
    folder = new_course(tmp_path, root, {"ada": {**RIGHT, "name": reads}}, config)
    for name in ("mine.txt", "given.txt"):
        (folder / "solutions" / NAME / name).write_text("?")
        (folder / "submitted" / "ada" / NAME / name).write_text("Ada")
    source = nbformat.read(folder / "solutions" / NAME / "book.ipynb", as_version=4)
    source.cells[4].source = "assert name == 'Ada?'\nassert open('mine.txt').read() == '?'"
    nbformat.write(source, folder / "solutions" / NAME / "book.ipynb")
    released(folder)
    assert autograde(folder, "ada")["ada"]["success"]
    assert scores(folder) == {"ada": FULL}
    assert (folder / "autograded" / "ada" / NAME / "mine.txt").read_text() == "Ada"


def test_a_link_is_no_submission(tmp_path, root):
    folder = released(new_course(tmp_path, root, {"ada": RIGHT, "blaise": b""}))
    path = folder / "submitted" / "blaise" / NAME / "book.ipynb"
    path.unlink()
    path.symlink_to(folder / "submitted" / "ada" / NAME / "book.ipynb")
    told = autograde(folder, "ada", "blaise")["blaise"]
    assert not told["success"]
    assert "the notebook is a link, not a file" in told["log"]
    assert scores(folder) == {"ada": FULL, "blaise": NONE}
    grade(folder)
    assert scores(folder) == {"ada": FULL, "blaise": NONE}


def test_late_penalties_are_nbgraders(tmp_path, root):
    config = LIMITS + "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    students = {"in-time": RIGHT, "late": RIGHT, "late-and-died": STUDENTS["died"]}
    folder = released(new_course(tmp_path, root, students, config))
    for student in students:
        day = 1 if student == "in-time" else 3
        (folder / "submitted" / student / NAME / "timestamp.txt").write_text(f"2026-10-0{day} 12:00:00 UTC")

    def totals():
        with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
            gradebook.update_or_create_assignment(NAME, duedate="2026-10-02 12:00:00 UTC")
            found = [book for one in gradebook.assignment_submissions(NAME) for book in one.notebooks]
            return {book.student.id: (book.score, book.late_submission_penalty) for book in found}

    totals()
    autograde(folder, *students)
    assert totals() == {"in-time": (6, None), "late": (6, 6), "late-and-died": (4, 4)}
    grade(folder)
    assert totals() == {"in-time": (6, None), "late": (6, 6), "late-and-died": (4, 4)}
    # Nothing is left to be taken away.
    hand_in(folder, "late", b"")
    autograde(folder, "late")
    assert totals()["late"] == (0, 0)


def test_without_a_sandbox_nothing_is_run_and_the_grades_stay(tmp_path, root, monkeypatch):
    folder = released(new_course(tmp_path, root, {"ada": RIGHT}))
    autograde(folder, "ada")
    hand_in(folder, "ada", WRONG)
    close_zygotes()
    monkeypatch.setattr(sandbox, "complaint", lambda: "The sandbox needs something that is not here.")
    told = autograde(folder, "ada")["ada"]
    assert not told["success"]
    assert "SandboxError: The sandbox needs something that is not here." in told["log"]
    assert scores(folder) == {"ada": FULL}


def test_another_language_is_refused_not_run(tmp_path, root):
    folder = new_course(tmp_path, root, {"ada": RIGHT}, LIMITS + "c.ClearSolutions.code_stub = {'R': '# answer'}\n")
    path = folder / "solutions" / NAME / "book.ipynb"
    source = nbformat.read(path, as_version=4)
    source.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(source, path)
    released(folder)
    told = autograde(folder, "ada")["ada"]
    assert not told["success"]
    assert "book is for the kernel 'ir', but the grading engine runs Python only" in told["log"]


def test_a_student_can_not_choose_the_kernel(tmp_path, root):
    notebook = submission(WRONG)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "x", "language": "x"}
    folder = released(new_course(tmp_path, root, {"ada": notebook}))
    told = autograde(folder, "ada")["ada"]
    assert not told["success"]
    assert "says that its kernel is 'python3'" in told["log"]
    assert scores(folder)["ada"] == EXPECTED["wrong"]


def test_steps_without_their_exporter_say_so(tmp_path, root):
    config = (
        LIMITS + "from nbconvert.exporters import NotebookExporter\nc.Autograde.exporter_class = NotebookExporter\n"
    )
    folder = released(new_course(tmp_path, root, {"ada": RIGHT}, config))
    told = autograde(folder, "ada")["ada"]
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


# nbgrader's documentation shows a class and its grades.


@pytest.fixture
def documented(tmp_path, root):
    """The course folder of nbgrader's user guide, and the scores that it shows, by student."""
    guide = INSTALLED / "docs" / "source" / "user_guide"
    shutil.copytree(guide / "source" / "ps1", tmp_path / "solutions" / "ps1")
    for student in ("bitdiddle", "hacker"):
        shutil.copytree(guide / "submitted" / student, tmp_path / "submitted" / student)
    shutil.copy(root / CONFIG, tmp_path)
    with (guide / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}
    assert rows == {"bitdiddle": 1.5, "hacker": 3}
    return tmp_path, rows


def test_the_class_of_nbgraders_user_guide(documented):
    folder, shown = documented

    def found():
        by_cell, by_student = {}, dict.fromkeys(shown, 0)
        with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
            for book in (book for one in gradebook.assignment_submissions("ps1") for book in one.notebooks):
                by_student[book.student.id] += book.score
                for one in book.grades:
                    by_cell[book.student.id, book.name, one.name] = (one.auto_score, one.needs_manual_grade)
        shutil.rmtree(folder / "autograded")
        assert by_student == shown
        return by_cell

    grade_by_plain_nbgrader(folder, folder, "ps1")
    as_shipped = found()
    assert len(as_shipped) == 2 * 9
    with course(folder, folder / CONFIG) as api:
        for student in shown:
            told = api.autograde("ps1", student)
            assert told["success"], told["log"]
    assert found() == as_shipped
    (folder / "gradebook.db").unlink()
    outcomes = []
    grade_class(folder, folder, "ps1", outcomes.append, GradingOptions(workers=1))
    assert {one.student: one.score for one in outcomes} == shown
    assert found() == as_shipped


# nbgrader's own tests.

SKIPPED = {
    "test_many_students": "its authors skip it: it wants a PostgreSQL server at localhost:5432, set up by hand, and "
    "nbgrader refuses the order of the arguments of its first command",
}
OWN_CONFIG = """
from pathlib import Path

from traitlets.config import PyFileConfigLoader
from nbjudge import Limits

c = get_config()
course = PyFileConfigLoader("nbgrader_config.py", path={root!r}).load_config()
# All but the names of the folders, which the tests take for nbgrader's own.
c.Autograde = course.Autograde
c.GenerateAssignment = course.GenerateAssignment
c.ExecutePreprocessor = course.ExecutePreprocessor
c.CourseDirectory.ignore = course.CourseDirectory.ignore
"""


@pytest.mark.slow
def test_nbgraders_own_tests_of_autograde(tmp_path, root):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / CONFIG).write_text(OWN_CONFIG.format(root=str(root)))
    here = Path(__file__).parent
    environment = {
        **os.environ,
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "PYTHONPATH": f"{root}:{here}",
        "JUPYTER_CONFIG_PATH": str(tmp_path / "config"),
        "HOME": str(tmp_path),
        "GDL_COUNTS": str(tmp_path / "counts.json"),
    }
    tests = ["--pyargs", "nbgrader.tests.apps.test_nbgrader_autograde"]
    options = ["-p", "nbgrader_own_tests", "-p", "no:cacheprovider", "-W", "ignore", "-q", "--junit-xml=report.xml"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:]
    # Written by pytest a moment ago.
    cases = xml.etree.ElementTree.parse(tmp_path / "report.xml").getroot().iter("testcase")
    skipped = {case.get("name"): case.find("skipped") is not None for case in cases}
    assert len(skipped) >= 42
    assert {name for name, was in skipped.items() if was} == set(SKIPPED)
    assert skipped["test_infinite_loop_with_output"] is False
    counts = json.loads((tmp_path / "counts.json").read_text())
    assert counts["kernels_of_autograde"] == 0
    assert counts["judged"] >= 60


# Formgrader.


class Formgrader:
    """A running server with nbgrader's extension, and its interface over HTTP."""

    token = "a-token-for-this-test"

    def __init__(self, folder, scratch):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "HOME": str(scratch),
            **{f"JUPYTER_{name}_DIR": str(scratch / name) for name in ("CONFIG", "DATA", "RUNTIME")},
        }
        self.log = (scratch / "server.log").open("w+")
        self.process = subprocess.Popen(
            [
                PROGRAMS / "jupyter", "server", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self.port}",
                "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}",
                "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
            ],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            start_new_session=True,
        )  # fmt: skip

    def __call__(self, method, path, body=None, token=True):
        """The answer to a request: decoded if it is JSON, else its text."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/formgrader/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"} if token else {},
        )
        # No proxy of the environment's.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as answer:
            text = answer.read().decode()
        return json.loads(text) if path.startswith("api/") else text

    def wait(self):
        for _ in range(120):
            assert self.process.poll() is None, "the server ended"
            with contextlib.suppress(urllib.error.URLError):
                return self("GET", "api/status")
            time.sleep(0.5)
        raise TimeoutError

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()


@pytest.fixture
def formgrader(tmp_path, root):
    folder = released(new_course(tmp_path / "course", root, {"ada": WRONG, "cut-off": b"{", "grace": RIGHT}))
    (tmp_path / "scratch").mkdir()
    server = Formgrader(folder, tmp_path / "scratch")
    try:
        assert server.wait() == {"status": True}
        yield folder, server
    finally:
        server.close()


def test_formgrader(formgrader):
    folder, ask = formgrader
    with pytest.raises(json.JSONDecodeError):
        # Who does not know the token gets the page for signing in.
        ask("GET", f"api/submissions/{NAME}", token=False)
    assert NAME in {one["name"] for one in ask("GET", "api/assignments")}
    assert "nbgrader" in ask("GET", "manage_assignments")

    # The button.
    told = {name: ask("POST", f"api/submission/{NAME}/{name}/autograde") for name in ("ada", "cut-off", "grace")}
    assert {name: one["success"] for name, one in told.items()} == {"ada": True, "cut-off": False, "grace": True}
    assert "not valid JSON" in told["cut-off"]["log"]
    expected = {"ada": EXPECTED["wrong"], "cut-off": NONE, "grace": FULL}
    assert scores(folder) == expected
    assert graded_notebook(folder, "ada").metadata.nbjudge["status"] == "graded"
    submissions = {one["student"]: one for one in ask("GET", f"api/submissions/{NAME}")}
    assert {name: (one["autograded"], one["score"], one["max_score"]) for name, one in submissions.items()} == {
        # Whose submission failed is listed as one that waits for being graded.
        "ada": (True, 3, 10), "cut-off": (False, 0, 0), "grace": (True, 6, 10)
    }  # fmt: skip
    assert submissions["ada"]["needs_manual_grade"]
    assert "manage_submissions" in ask("GET", f"manage_submissions/{NAME}")

    # A submission's page, and a grade by hand.
    book = next(one for one in ask("GET", f"api/submitted_notebooks/{NAME}/book") if one["student"] == "ada")
    page = ask("GET", f"submissions/{book['id']}/?index=0")
    text = re.sub("<[^>]+>", "", page)
    assert "return 4" in text
    assert "assert square(-7) == 49" in text
    assert "AssertionError" in text
    grades = {one["name"]: one for one in ask("GET", f"api/grades?submission_id={book['id']}")}
    assert grades["essay"]["needs_manual_grade"]
    answer = ask("PUT", f"api/grade/{grades['essay']['id']}", {"manual_score": 2.5, "extra_credit": 0.5})
    assert (answer["manual_score"], answer["needs_manual_grade"]) == (2.5, False)

    # A better submission, and the button again: what was given by hand is still there.
    hand_in(folder, "ada")
    assert ask("POST", f"api/submission/{NAME}/ada/autograde")["success"]
    grades = {one["name"]: one for one in ask("GET", f"api/grades?submission_id={book['id']}")}
    assert (grades["essay"]["manual_score"], grades["essay"]["extra_credit"]) == (2.5, 0.5)
    assert grades["square-hidden"]["auto_score"] == 3
    ada = next(one for one in ask("GET", f"api/submissions/{NAME}") if one["student"] == "ada")
    assert ada["score"] == 9
    assert "AssertionError" not in re.sub("<[^>]+>", "", ask("GET", f"submissions/{book['id']}/?index=0"))

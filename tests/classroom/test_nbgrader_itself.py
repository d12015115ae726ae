"""What nbgrader itself documents and tests holds with the engine in its place."""

import csv
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import nbgrader
import pytest

from gdl_utils.classroom.course import CONFIG, GRADEBOOK, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from tests.classroom.by_nbgrader import PROGRAMS, autograde
from tests.classroom.small_course import gradebook_of
from tests.plain_nbgrader import grade_with_plain_nbgrader

INSTALLED = Path(nbgrader.__file__).parent


# nbgrader's documentation shows a class and its grades.


@pytest.fixture
def documented(tmp_path, root):
    """The course of nbgrader's user guide, and the scores that it shows, by student."""
    guide = INSTALLED / "docs" / "source" / "user_guide"
    shutil.copytree(guide / "source" / "ps1", tmp_path / "solutions" / "ps1")
    for student in ("bitdiddle", "hacker"):
        shutil.copytree(guide / "submitted" / student, tmp_path / "submitted" / student)
    shutil.copy(root / CONFIG, tmp_path)
    with (guide / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)}
    assert rows == {"bitdiddle": 1.5, "hacker": 3}
    return Course(tmp_path), rows


def test_the_class_of_nbgraders_user_guide(documented):
    course, shown = documented

    def given():
        by_cell, by_student = {}, dict.fromkeys(shown, 0)
        with gradebook_of(course) as gradebook:
            submissions = gradebook.assignment_submissions("ps1")
            for book in (book for submitted in submissions for book in submitted.notebooks):
                by_student[book.student.id] += book.score
                for row in book.grades:
                    by_cell[book.student.id, book.name, row.name] = (row.auto_score, row.needs_manual_grade)
        shutil.rmtree(course.results)
        assert by_student == shown
        return by_cell

    grade_with_plain_nbgrader(course, "ps1")
    as_shipped = given()
    assert len(as_shipped) == 2 * 9
    for answer in autograde(course, *shown, name="ps1").values():
        assert answer["success"], answer["log"]
    assert given() == as_shipped
    (course.folder / GRADEBOOK).unlink()
    outcomes = []
    grade_class(course, "ps1", outcomes.append, GradingOptions(workers=1))
    assert {outcome.student: outcome.score for outcome in outcomes} == shown
    assert given() == as_shipped


# nbgrader's own tests.

SKIPPED = {
    "test_many_students": "its authors skip it: it wants a PostgreSQL server at localhost:5432, set up by hand, and "
    "nbgrader refuses the order of the arguments of its first command",
    "test_grade_empty_timestamp": "it wants an error for a time that can't be read, which is a warning here",
}
OWN_CONFIG = """
from pathlib import Path

from traitlets.config import PyFileConfigLoader

c = get_config()
course = PyFileConfigLoader("nbgrader_config.py", path={root!r}).load_config()
# All but the names of the folders, which the tests take for nbgrader's own.
c.Autograde = course.Autograde
c.GenerateAssignment = course.GenerateAssignment
c.ExecutePreprocessor = course.ExecutePreprocessor
c.CourseDirectory.ignore = course.CourseDirectory.ignore
# The solutions of their assignments don't pass all tests.
c.JudgeCells.despite_complaints = True
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

"""A course that was there before the engine: other folders, other marks, a late plugin and PostgreSQL of its own."""

import json
from datetime import datetime

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from gdl_utils.classroom import feedback
from gdl_utils.classroom.course import CONFIG, TIMESTAMP
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.classroom.settings import open_folder
from nbjudge import Limits
from tests.classroom.by_nbgrader import autograde, release
from tests.notebooks import as_node, notebook, solution, test

CONFIGURATION = """
import sys

c = get_config()
sys.path.insert(0, {folder!r})
c.CourseDirectory.course_id = "statistics"
c.CourseDirectory.source_directory = "master"
c.CourseDirectory.release_directory = "handout"
c.CourseDirectory.submitted_directory = "incoming"
c.CourseDirectory.autograded_directory = "marked"
c.CourseDirectory.feedback_directory = "returned"
c.CourseDirectory.db_url = {database!r}
c.ClearSolutions.begin_solution_delimeter = "ANSWER STARTS"
c.ClearSolutions.end_solution_delimeter = "ANSWER ENDS"
c.ClearHiddenTests.begin_test_delimeter = "SECRET STARTS"
c.ClearHiddenTests.end_test_delimeter = "SECRET ENDS"
c.AssignLatePenalties.plugin_class = "one_point.OnePoint"

from gdl_utils.grading import use_engine

use_engine(c)
"""
PLUGIN = """from nbgrader.plugins import BasePlugin


class OnePoint(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1 if total_seconds_late > 0 else 0
"""
SOLVED = "def mean(x):\n    # ANSWER STARTS\n    return sum(x) / len(x)\n    # ANSWER ENDS"
HIDDEN = "assert mean([2]) == 2\n# SECRET STARTS\nassert mean([1, 2, 6, 31]) == 10\n# SECRET ENDS"
ANSWERS = {"ada": "return sum(x) / len(x)", "blaise": "return x[0]", "emmy": "return sum(x) / len(x)"}
LATE = {"emmy"}
NAME = "week 1"


@pytest.fixture(params=["gdl grade", "nbgrader autograde"])
def graded(request, tmp_path, database):
    """The course, graded in either way."""
    (tmp_path / "one_point.py").write_text(PLUGIN)
    (tmp_path / CONFIG).write_text(CONFIGURATION.format(folder=str(tmp_path), database=database()))
    course = open_folder(tmp_path)
    (tmp_path / "master" / NAME).mkdir(parents=True)
    sheet = notebook(solution(SOLVED, "mean"), test(HIDDEN, "mean-test", 3))
    nbformat.write(as_node(sheet), tmp_path / "master" / NAME / "sheet 1.ipynb")
    release(course, NAME)
    released = json.loads((tmp_path / "handout" / NAME / "sheet 1.ipynb").read_text())
    assert "SECRET" not in json.dumps(released) and "ANSWER" not in json.dumps(released)
    for student, answer in ANSWERS.items():
        folder = tmp_path / "incoming" / student / NAME
        folder.mkdir(parents=True)
        cells = [
            {**cell, "source": f"def mean(x):\n    {answer}"} if cell["metadata"]["nbgrader"]["solution"] else cell
            for cell in released["cells"]
        ]
        (folder / "sheet 1.ipynb").write_text(json.dumps({**released, "cells": cells}))
        hour = 19 if student in LATE else 17
        (folder / TIMESTAMP).write_text(f"2026-12-01 {hour}:00:00 UTC")
    with Gradebook(course.db_url, "statistics") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 12, 1, 18))
    if request.param == "gdl grade":
        grade_class(course, NAME, lambda _: None, GradingOptions(Limits(cell_seconds=5), workers=1))
    else:
        assert all(said["success"] for said in autograde(course, *ANSWERS, name=NAME).values())
    return course


def test_what_its_configuration_says_is_respected(graded):
    assert graded.db_url.startswith("postgresql:")
    with Gradebook(graded.db_url, "statistics") as gradebook:
        given = {
            row.student.id: (row.score, row.late_submission_penalty) for row in gradebook.assignment_submissions(NAME)
        }
    assert given == {"ada": (3, 0), "blaise": (0, 0), "emmy": (3, 1)}
    assert {path.name for path in graded.folder.iterdir() if path.is_dir()} >= {"master", "handout", "marked"}
    assert {path.name for path in (graded.folder / "marked").iterdir() if path.is_dir()} == set(ANSWERS)
    # No hint and no page tells a line that its own marks hide.
    (marked,) = (graded.folder / "marked" / "blaise" / NAME).glob("*.ipynb")
    hints = json.loads(marked.read_text())["metadata"]["nbjudge"]["hints"]
    assert hints == {
        "mean-test": "A part of this test, perhaps a hidden one, fails: the answer is not right for all inputs."
    }
    feedback.generate(graded, NAME)
    (page,) = (graded.folder / "returned" / "blaise" / NAME).glob("*.html")
    text = BeautifulSoup(page.read_text(), "html.parser").get_text(" ")
    assert "perhaps a hidden one" in text and "31" not in text and "SECRET" not in text

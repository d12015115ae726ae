"""Formgrader, the real one on a real server, grades by the engine."""

import json
import re

import pytest

from tests.classroom.by_nbgrader import release, small_course
from tests.classroom.formgrader import Formgrader
from tests.classroom.small_course import FULL, NAME, NONE, RIGHT, graded_notebook, hand_in, scores

WRONG = {**RIGHT, "square": "def square(x):\n    return 4"}


@pytest.fixture
def formgrader(tmp_path, root):
    course = release(small_course(tmp_path / "course", root, {"ada": WRONG, "cut-off": b"{", "grace": RIGHT}))
    (tmp_path / "scratch").mkdir()
    server = Formgrader(course.folder, tmp_path / "scratch")
    try:
        assert server.wait() == {"status": True}
        yield course, server
    finally:
        server.close()


def test_formgrader(formgrader):
    course, ask = formgrader
    with pytest.raises(json.JSONDecodeError):
        # Who does not know the token gets the page for signing in.
        ask("GET", f"api/submissions/{NAME}", token=False)
    assert NAME in {assignment["name"] for assignment in ask("GET", "api/assignments")}
    assert "nbgrader" in ask("GET", "manage_assignments")

    # The button.
    told = {name: ask("POST", f"api/submission/{NAME}/{name}/autograde") for name in ("ada", "cut-off", "grace")}
    assert {name: answer["success"] for name, answer in told.items()} == {"ada": True, "cut-off": False, "grace": True}
    assert "not valid JSON" in told["cut-off"]["log"]
    expected = {"ada": {**FULL, "square-hidden": (0, False)}, "cut-off": NONE, "grace": FULL}
    assert scores(course) == expected
    assert graded_notebook(course, "ada").metadata.nbjudge["status"] == "graded"
    submissions = {row["student"]: row for row in ask("GET", f"api/submissions/{NAME}")}
    assert {name: (row["autograded"], row["score"], row["max_score"]) for name, row in submissions.items()} == {
        # Whose submission failed is listed as one that waits for being graded.
        "ada": (True, 3, 10), "cut-off": (False, 0, 0), "grace": (True, 6, 10)
    }  # fmt: skip
    assert submissions["ada"]["needs_manual_grade"]
    assert "manage_submissions" in ask("GET", f"manage_submissions/{NAME}")

    # A submission's page, and a grade by hand.
    book = next(row for row in ask("GET", f"api/submitted_notebooks/{NAME}/book") if row["student"] == "ada")
    page = ask("GET", f"submissions/{book['id']}/?index=0")
    text = re.sub("<[^>]+>", "", page)
    assert "return 4" in text
    assert "assert square(-7) == 49" in text
    assert "AssertionError" in text
    grades = {row["name"]: row for row in ask("GET", f"api/grades?submission_id={book['id']}")}
    assert grades["essay"]["needs_manual_grade"]
    answer = ask("PUT", f"api/grade/{grades['essay']['id']}", {"manual_score": 2.5, "extra_credit": 0.5})
    assert (answer["manual_score"], answer["needs_manual_grade"]) == (2.5, False)

    # A better submission, and the button again: what was given by hand is still there.
    hand_in(course, "ada")
    assert ask("POST", f"api/submission/{NAME}/ada/autograde")["success"]
    grades = {row["name"]: row for row in ask("GET", f"api/grades?submission_id={book['id']}")}
    assert (grades["essay"]["manual_score"], grades["essay"]["extra_credit"]) == (2.5, 0.5)
    assert grades["square-hidden"]["auto_score"] == 3
    ada = next(row for row in ask("GET", f"api/submissions/{NAME}") if row["student"] == "ada")
    assert ada["score"] == 9
    assert "AssertionError" not in re.sub("<[^>]+>", "", ask("GET", f"submissions/{book['id']}/?index=0"))

"""A small course folder for tests: an assignment without TensorFlow, graded in a fraction of a second a student."""

import shutil
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from gdl_utils.classroom.grade import GradingOptions, grade_class
from nbjudge import Limits

NAME = "small"
HOW = GradingOptions(Limits(cell_seconds=2, notebook_seconds=20, memory=512 << 20), workers=1)
RIGHT = {"square": "def square(x):\n    return x * x", "name": "name = 'Ada'", "essay": "Because."}


def cell(kind, source, grade_id, points=None, solution=False, locked=False):
    """A cell with nbgrader's metadata."""
    new = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[kind]
    made = new(source, id=grade_id)
    made.metadata["nbgrader"] = {
        "grade": points is not None, "solution": solution, "locked": locked, "task": False, "schema_version": 3,
        "grade_id": grade_id, "cell_type": kind,
    }  # fmt: skip
    if points is not None:
        made.metadata["nbgrader"]["points"] = points
    return made


def source_notebook():
    """Two exercises with visible and hidden tests and an essay, 10 points."""
    stub = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    hidden = "### BEGIN HIDDEN TESTS\nassert square(-7) == 49\nassert square(12) == 144\n### END HIDDEN TESTS"
    return nbformat.v4.new_notebook(
        cells=[
            cell("code", stub.format(RIGHT["square"]), "square", solution=True),
            cell("code", "assert square(2) == 4", "square-visible", 1, locked=True),
            cell("code", f"# More tests\n{hidden}", "square-hidden", 3, locked=True),
            cell("code", stub.format(RIGHT["name"]), "name", solution=True),
            cell("code", "assert name == 'Ada'", "name-visible", 2, locked=True),
            cell("markdown", "Why?", "essay", 4, solution=True),
        ]
    )


def submission(answers=RIGHT):
    """A notebook with these answers; exercises that are not named stay blank."""
    notebook = source_notebook()
    for one in notebook.cells:
        if one.metadata.nbgrader.solution:
            blank = "# YOUR CODE HERE\nraise NotImplementedError()" if one.cell_type == "code" else "YOUR ANSWER HERE"
            one.source = answers.get(one.metadata.nbgrader.grade_id, blank)
        elif one.metadata.nbgrader.grade_id == "square-hidden":
            one.source = "# More tests"
    return notebook


def make_course(folder: Path, root: Path, students):
    """A course folder; `students` maps names to answers, notebooks or the bytes of a file."""
    (folder / "solutions" / NAME).mkdir(parents=True)
    nbformat.write(source_notebook(), folder / "solutions" / NAME / "book.ipynb")
    shutil.copy(root / "nbgrader_config.py", folder)
    for name, what in students.items():
        hand_in(folder, name, what)
    return folder


def hand_in(folder: Path, name, what=RIGHT):
    """Put a submission into its folder."""
    place = folder / "submitted" / name / NAME
    place.mkdir(parents=True, exist_ok=True)
    if isinstance(what, bytes):
        (place / "book.ipynb").write_bytes(what)
        return
    notebook = submission(what) if isinstance(what, dict) and "cells" not in what else what
    (place / "book.ipynb").write_text(nbformat.writes(notebook))


def grade(folder: Path, how=HOW, db_url=None):
    """Grade the class; outcomes by student."""
    outcomes = []
    grade_class(folder, folder, NAME, outcomes.append, how, db_url)
    assert len({one.student for one in outcomes}) == len(outcomes)
    return {one.student: one for one in outcomes}


def scores(folder: Path, db_url=None):
    """What the gradebook holds: by student and grade_id, automatic score and whether a person is wanted."""
    found = {}
    with Gradebook(db_url or f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        for one in gradebook.assignment_submissions(NAME):
            grades = [grade for book in one.notebooks for grade in book.grades]
            found[one.student.id] = {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in grades}
    return found


FULL = {"square-visible": (1, False), "square-hidden": (3, False), "name-visible": (2, False), "essay": (None, True)}
NONE = dict.fromkeys(FULL, (0, False))

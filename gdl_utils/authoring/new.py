"""Makes the beginning of a course of one's own, and of an assignment: both work as they are."""

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.errors import CourseError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
CONFIGURATION = '''"""nbgrader's configuration, read by `nbgrader`, by Formgrader, and by `gdl`."""

from gdl_utils.grading import use_engine

c = get_config()  # noqa: F821  (traitlets defines it)

c.CourseDirectory.course_id = "{name}"

# What you set for nbgrader goes here, above the last line: folders, db_url, plugins, delimiters. If your students use
# another Python than this one, name its environment: c.JudgeCells.python = ".venv"

use_engine(c)
'''
IGNORED = """# What students handed in, and what became of it.
submitted/
autograded/
feedback/
gradebook.db
nbgrader.log
.gdl-trials.json
.gdl-releases.json
# Back it up, and give it to nobody: hidden inputs are drawn from it.
course_secret.txt
"""
TITLE = """# {name}

Say here what the assignment is about and how long it takes. Students replace the lines below each `YOUR CODE HERE`."""
TASK = """## 1. The mean

Write a function that returns the arithmetic mean of a list of numbers, which has at least one.

*Example.* The mean of 1, 2 and 6 is 3."""
SOLUTION = '''def mean(numbers):
    """The arithmetic mean of a list of numbers."""
    ### BEGIN SOLUTION
    return sum(numbers) / len(numbers)
    ### END SOLUTION'''
VISIBLE = """assert mean([1, 2, 6]) == 3, mean([1, 2, 6])"""
HIDDEN = """# More tests run here when your work is graded: other lists.
### BEGIN HIDDEN TESTS
assert mean([4]) == 4
assert abs(mean([0.1, 0.2, 0.3]) - 0.2) < 1e-12
### END HIDDEN TESTS"""
ESSAY = """## 2. In your own words

When does the mean say little about a list of numbers? Answer in two or three sentences. A person reads the answer."""


def new_course(folder: Path) -> Path:
    """Make a course folder with a configuration that turns the engine on.

    Args:
        folder: to be made, or an empty one.

    Returns:
        The configuration.

    Raises:
        CourseError: if there is something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is not empty", "name a folder that is not there yet")
    name = folder.resolve().name
    (folder / "source").mkdir(parents=True)
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    config = folder / CONFIG
    config.write_text(CONFIGURATION.format(name=re.sub(r"[^\w.-]", "-", name)), encoding="utf-8")
    return config


def new_assignment(course: Course, name: str) -> Path:
    """Make the source of an assignment with one exercise, its tests, and an answer in words, fit to be released.

    Args:
        course: in whose folder of sources it is made.
        name: of the assignment, and of its notebook.

    Returns:
        The notebook.

    Raises:
        CourseError: if the name can't be one, or the assignment is there already.
    """
    if not NAME.fullmatch(name):
        raise CourseError(f"{name!r} can't be the name of an assignment", "use letters, digits, '-', '_' and '.'")
    folder = course.source(name)
    if folder.exists():
        raise CourseError(f"{folder} is there already", "choose another name")
    cells = [
        new_markdown_cell(TITLE.format(name=name)),
        new_code_cell("import math", metadata={"tags": ["setup"], **_nbgrader("setup", locked=True)}),
        new_markdown_cell(TASK),
        new_code_cell(SOLUTION, metadata=_nbgrader("mean", solution=True)),
        new_code_cell(VISIBLE, metadata=_nbgrader("mean-visible", grade=True, locked=True, points=1)),
        new_code_cell(HIDDEN, metadata=_nbgrader("mean-hidden", grade=True, locked=True, points=3)),
        new_markdown_cell(ESSAY),
        new_markdown_cell("", metadata=_nbgrader("words", "markdown", grade=True, solution=True, points=2)),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    folder.mkdir(parents=True)
    path = folder / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def _nbgrader(name: str, kind: str = "code", **flags: Any) -> dict[str, Any]:
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**plain, "grade_id": name, "cell_type": kind, **flags}}

"""Makes the submissions of a sample class from a released assignment and a list of students.

The list stands with the assignment's tests, in tests/assignments/<name>/sample_class.py, as `STUDENTS`.
"""

import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from gdl_utils.grading.nbgrader_api import GradingError

TIMESTAMP = "2026-10-01 12:00:00 UTC"
Edit = Callable[[nbformat.NotebookNode], None]


@dataclass(frozen=True)
class Student:
    """One student of a sample class: what was handed in, and what it must be graded with.

    Attributes:
        name: the student's id.
        note: what is special about this submission.
        answers: source by the grade_id of the solution cell; cells that are not named stay as released.
        loses: grade_ids of the test cells that must score zero; all others must score in full.
        edit: a change made to the whole notebook after the answers were filled in.
    """

    name: str
    note: str
    answers: Mapping[str, str] = field(default_factory=dict)
    loses: frozenset[str] = frozenset()
    edit: Edit | None = None


def students_of(root: Path, name: str) -> list[Student]:
    """The sample class of an assignment.

    Raises:
        GradingError: if the assignment has none.
    """
    path = root / "tests" / "assignments" / name / "sample_class.py"
    if not path.is_file():
        raise GradingError(f"The assignment {name} has no sample class: write its STUDENTS in {path}.")
    return runpy.run_path(str(path))["STUDENTS"]


def grade_id(cell: nbformat.NotebookNode) -> str | None:
    """The grade_id of a notebook cell, None if it has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def cell_by_id(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """The first cell of a notebook with this grade_id."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def write_submission(root: Path, name: str, student: Student, submitted: Path) -> None:
    """Write one submission into the folder `submitted`, in nbgrader's layout student/assignment/notebook.

    Args:
        root: the folder of the repository.
        name: the assignment, a folder of assignments/ with one notebook.
        student: whose submission.
        submitted: nbgrader's folder of submissions.
    """
    (released,) = (root / "assignments" / name).glob("*.ipynb")
    notebook = nbformat.read(released, as_version=4)
    for cell_id, source in student.answers.items():
        cell_by_id(notebook, cell_id).source = source
    if student.edit:
        student.edit(notebook)
    folder = submitted / student.name / name
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / released.name)
    (folder / "timestamp.txt").write_text(TIMESTAMP)


def add_cell_after(name: str, source: str) -> Edit:
    """An edit that adds a code cell of the student's own below the cell with this grade_id."""

    def edit(notebook: nbformat.NotebookNode) -> None:
        # A fixed id: the sample class is the same whenever it is made.
        cell = nbformat.v4.new_code_cell(source, id=f"below-{name}")
        notebook.cells.insert(notebook.cells.index(cell_by_id(notebook, name)) + 1, cell)

    return edit


def delete_cell(name: str) -> Edit:
    """An edit that deletes the cell with this grade_id."""

    def edit(notebook: nbformat.NotebookNode) -> None:
        notebook.cells.remove(cell_by_id(notebook, name))

    return edit


def duplicate_cell(name: str) -> Edit:
    """An edit that copies the cell with this grade_id and pastes it below itself."""

    def edit(notebook: nbformat.NotebookNode) -> None:
        cell = cell_by_id(notebook, name)
        copy = nbformat.from_dict({**cell, "id": f"{cell.id}-copy"})
        notebook.cells.insert(notebook.cells.index(cell) + 1, copy)

    return edit

"""Makes the submissions of a sample class from a released assignment and a list of students.

The list stands beside the answer bank, in answers/<name>/sample_class.py, as `STUDENTS`. Most of it is drawn from the
bank: `spread` gives each student an ability, and by it right and wrong answers. Where there is no such file, all are
drawn from the bank.
"""

import runpy
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import nbformat
import numpy as np

from gdl_utils.authoring.answer_bank import REFERENCE, Exercise, exercises_of
from gdl_utils.authoring.release import differences
from gdl_utils.classroom.course import GRADEBOOK, HIDDEN, TIMESTAMP, Course
from gdl_utils.errors import GradingError
from nbjudge.notebook import grade_id

HANDED_IN = "2026-10-01 12:00:00 UTC"
MARKER = ".sample-class"  # a file that says that the folder is one
ABILITY = (4.0, 1.6)  # parameters of a beta distribution: most know most
NAMES = [f"student-{number:02}" for number in range(1, 25)]  # of a class that is drawn as a whole
BLANK = 0.2  # share of blank answers among those that are not right
Edit = Callable[[nbformat.NotebookNode], None]


@dataclass(frozen=True)
class Student:
    """One student of a sample class: what was handed in, and what it must be graded with.

    Attributes:
        name: the student's id.
        note: what is special about this submission.
        answers: source by the grade_id of the solution cell; cells that are not named stay as released.
        loses: points lost by the grade_id of the test.
        blank: grade_ids of the solution cells that are not answered, whose tests lose everything.
        edit: a change made to the whole notebook after the answers were filled in.
        data: handed in, in the place of the notebook, if given.
        attention: part of the remark that the instructor gets, empty if there is none.
        files: handed in beside the notebook, by name: the path of a file in the folder of the bank.
    """

    name: str
    note: str
    answers: Mapping[str, str] = field(default_factory=dict)
    loses: Mapping[str, float] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    edit: Edit | None = None
    data: bytes | None = None
    attention: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def students_of(course: Course, name: str) -> list[Student]:
    """The sample class of an assignment.

    Raises:
        GradingError: if the assignment has neither one nor an answer bank.
    """
    path = course.answers(name) / "sample_class.py"
    if not path.is_file():
        return spread(exercises_of(course, name), NAMES, seed=2026)
    students: list[Student] = runpy.run_path(str(path))["STUDENTS"]
    return students


def make_sample_class(author: Course, name: str, target: Course) -> int:
    """Make a course folder with the submissions of the sample class of an assignment, or make them anew.

    Args:
        author: with sources, releases and answers.
        name: the assignment.
        target: the course whose folder is made; it may be there if it is a sample class.

    Returns:
        The number of submissions.

    Raises:
        GradingError: if the assignment has no sample class, or the folder is something else.
    """
    students = students_of(author, name)
    marker = target.folder / MARKER
    if target.folder.exists() and any(target.folder.iterdir()) and not marker.exists():
        raise GradingError(f"{target.folder} is not empty and is not a sample class", "choose a new or empty folder")
    target.folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    shutil.rmtree(target.submissions, ignore_errors=True)
    if differences(author.source(name), target.source(name)):
        # nbgrader keeps to the cells that were there when the first submission was graded.
        (target.folder / GRADEBOOK).unlink(missing_ok=True)
        shutil.rmtree(target.results, ignore_errors=True)
    shutil.rmtree(target.sources, ignore_errors=True)
    shutil.copytree(author.sources, target.sources)
    for student in students:
        write_submission(author, name, student, target)
    return len(students)


def spread(exercises: Sequence[Exercise], names: Sequence[str], seed: int) -> list[Student]:
    """Students with the spread of a real class: each has an ability, and gets that share of the exercises right.

    Args:
        exercises: of an answer bank. One whose `needs` are not all answered rightly is left blank.
        names: of the students.
        seed: the same gives the same class.
    """
    draw = np.random.default_rng(seed)
    return [_student(exercises, name, float(draw.beta(*ABILITY)), draw) for name in names]


def _student(exercises: Sequence[Exercise], name: str, ability: float, draw: np.random.Generator) -> Student:
    answers: dict[str, str] = {}
    loses: dict[str, float] = {}
    files: dict[str, str] = {}
    right: set[str] = set()
    notes = []
    for exercise in exercises:
        luck, kind = draw.random(2)
        if set(exercise.needs) - right or (luck > ability and kind < BLANK):
            notes.append(f"{exercise.name} blank")
            continue
        chosen = exercise.right if luck <= ability else exercise.wrong
        answer = chosen[int(draw.integers(len(chosen)))]
        answers[exercise.name] = answer.source
        loses |= answer.loses
        files |= answer.files
        if luck <= ability:
            right.add(exercise.name)
        else:
            notes.append(f"{exercise.name}: {answer.name}")
    blank = frozenset(exercise.name for exercise in exercises if exercise.name not in answers)
    return Student(name, "; ".join(notes) or "all right", answers, loses, blank, files=files)


def cell_by_id(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """The first cell of a notebook with this grade_id."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def write_submission(author: Course, name: str, student: Student, target: Course) -> None:
    """Write one submission into a course.

    Args:
        author: with the release.
        name: the assignment, with one notebook.
        student: whose submission.
        target: the course that gets it.
    """
    (released,) = author.release(name).glob("*.ipynb")
    folder = target.submitted(student.name, name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TIMESTAMP).write_text(HANDED_IN)
    # What the reference solutions made is handed in by all who do not hand in something of their own.
    made = author.source(name) / HIDDEN / REFERENCE
    if made.is_dir():
        shutil.copytree(made, folder, dirs_exist_ok=True)
    for file, path in student.files.items():
        shutil.copy(author.answers(name) / path, folder / file)
    if student.data is not None:
        (folder / released.name).write_bytes(student.data)
        return
    notebook = nbformat.read(released, as_version=4)
    for cell_id, source in student.answers.items():
        cell_by_id(notebook, cell_id).source = source
    if student.edit:
        student.edit(notebook)
    nbformat.write(notebook, folder / released.name)


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

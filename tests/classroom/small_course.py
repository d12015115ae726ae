"""A small course for tests: an assignment without TensorFlow, graded in a fraction of a second a student."""

import shutil
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from gdl_utils.classroom import course_secret, trial
from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from nbjudge import Limits
from tests.notebooks import STUB, as_node, by_hand, notebook, solution, test

NAME = "small"
BOOK = "book"
HOW = GradingOptions(Limits(cell_seconds=2, notebook_seconds=20, memory=512 << 20), workers=1)
RIGHT = {"square": "def square(x):\n    return x * x", "name": "name = 'Ada'", "essay": "Because."}
MORE_TESTS = "# More tests"
# All courses have the same, so that they can fork from the same zygote; what is tried in the first is tried once.
SECRET = "5c" * 32
tried: dict[str, bytes] = {}


def source_notebook():
    """Two exercises with visible and hidden tests and an essay, 10 points."""
    content = notebook(
        solution(RIGHT["square"], "square"),
        test("assert square(2) == 4", "square-visible", 1),
        test(MORE_TESTS, "square-hidden", 3, "assert square(-7) == 49\nassert square(12) == 144"),
        solution(RIGHT["name"], "name"),
        test("assert name == 'Ada'", "name-visible", 2),
        by_hand("Why?", "essay", 4),
    )
    # As some do, it does not say for which kernel it is.
    del content["metadata"]["kernelspec"]
    return as_node(content)


def submission(answers=RIGHT):
    """A notebook with these answers; exercises that are not named stay blank."""
    content = source_notebook()
    for cell in content.cells:
        name = cell.metadata.nbgrader.grade_id
        if cell.metadata.nbgrader.solution:
            cell.source = answers.get(name, STUB if cell.cell_type == "code" else "YOUR ANSWER HERE")
        elif name == "square-hidden":
            cell.source = MORE_TESTS
    return content


def make_course(folder: Path, root: Path, students) -> Course:
    """A course with the configuration of the repository; `students` maps names to what `hand_in` takes."""
    course = Course(folder)
    course.source(NAME).mkdir(parents=True)
    nbformat.write(source_notebook(), source_of(course))
    shutil.copy(root / CONFIG, course.config_file)
    (folder / course_secret.FILE).write_text(f"{SECRET}\n")
    (folder / course_secret.FILE).chmod(0o600)
    for name, record in tried.items():
        (folder / name).write_bytes(record)
    for student, what in students.items():
        hand_in(course, student, what)
    return course


def source_of(course: Course) -> Path:
    """The source of the notebook."""
    return course.source(NAME) / f"{BOOK}.ipynb"


def hand_in(course: Course, student, what=RIGHT):
    """Put a submission into its folder: answers, a notebook, or the bytes of a file."""
    path = course.submitted(student, NAME) / f"{BOOK}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(what, bytes):
        path.write_bytes(what)
        return
    path.write_text(nbformat.writes(what if "cells" in what else submission(what)))


def grade(course: Course, how=HOW):
    """Grade the class; outcomes by student."""
    outcomes = []
    grade_class(course, NAME, outcomes.append, how)
    tried.setdefault(trial.RECORD, (course.folder / trial.RECORD).read_bytes())
    assert len({outcome.student for outcome in outcomes}) == len(outcomes)
    return {outcome.student: outcome for outcome in outcomes}


def graded_notebook(course: Course, student, book=BOOK):
    """A graded notebook."""
    return nbformat.read(course.autograded(student, NAME) / f"{book}.ipynb", as_version=4)


def gradebook_of(course: Course) -> Gradebook:
    """The gradebook, to be closed."""
    return Gradebook(course.db_url, "gdl")


def scores(course: Course):
    """What the gradebook holds: by student and grade_id, automatic score and whether a person is wanted."""
    with gradebook_of(course) as gradebook:
        return {
            submitted.student.id: {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for book in submitted.notebooks
                for grade in book.grades
            }
            for submitted in gradebook.assignment_submissions(NAME)
        }


FULL = {"square-visible": (1, False), "square-hidden": (3, False), "name-visible": (2, False), "essay": (None, True)}
NONE = dict.fromkeys(FULL, (0, False))

"""Tests as courses write them: the engine gives what nbgrader as shipped gives, cell by cell."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook

from gdl_utils.classroom.assignment import load_assignment
from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class, released_gradebook
from gdl_utils.classroom.nbgrader_api import open_course
from gdl_utils.classroom.notes import read_note
from gdl_utils.classroom.student_files import read_submission
from gdl_utils.classroom.trial import RECORD, Tried
from nbjudge import Limits, Submission, grade, supervisor
from nbjudge.grading import NOTE
from nbjudge.plan import plan_of
from tests.classroom.sheet import SHEET
from tests.notebooks import STUB, answer, as_node, cell, notebook, solution, test
from tests.plain_nbgrader import grade_with_plain_nbgrader

NAME, BOOK = "sheet", "sheet"
HOW = GradingOptions(Limits(cell_seconds=20), workers=1, despite_complaints=True)
STUDENTS = ("right", "wrong", "blank")
MOST_BESIDE = 1 / 3


def sheet_notebook(answers, of_cell=answer):
    cells = []
    for kind in SHEET:
        if kind.setup:
            cells.append(cell(kind.setup))
        cells.append(of_cell(answers(kind), kind.name))
        tests = [test(text, f"{kind.name}-{number}", 1) for number, text in enumerate(kind.tests, 1)]
        cells += [*tests[:1], *([cell(kind.below)] if kind.below else []), *tests[1:]]
    return as_node(notebook(*cells))


def make_sheet(folder, root):
    course = Course(folder)
    files = {name: text for kind in SHEET for name, text in kind.files.items()}
    folders = [course.source(NAME), *(course.submitted(student, NAME) for student in STUDENTS)]
    books = [
        sheet_notebook(lambda kind: kind.right, solution),
        sheet_notebook(lambda kind: kind.right),
        sheet_notebook(lambda kind: kind.wrong),
        sheet_notebook(lambda kind: STUB),
    ]
    for place, book in zip(folders, books, strict=True):
        place.mkdir(parents=True)
        nbformat.write(book, place / f"{BOOK}.ipynb")
        for name, text in files.items():
            (place / name).write_text(text)
    shutil.copy(root / CONFIG, course.config_file)
    return course


def scores_of(course):
    with Gradebook(course.db_url, "gdl") as gradebook:
        return {
            submitted.student.id: {
                grade.name: grade.auto_score for book in submitted.notebooks for grade in book.grades
            }
            for submitted in gradebook.assignment_submissions(NAME)
        }


@pytest.fixture(scope="module")
def both(tmp_path_factory, root):
    shipped = {
        student: result.scores
        for student, result in grade_with_plain_nbgrader(
            make_sheet(tmp_path_factory.mktemp("shipped"), root), NAME
        ).items()
    }
    course = make_sheet(tmp_path_factory.mktemp("engine"), root)
    grade_class(course, NAME, lambda _: None, HOW)
    return shipped, scores_of(course), course


@pytest.mark.parametrize("student", STUDENTS)
def test_the_engine_gives_what_nbgrader_gives(both, student):
    shipped, given, _ = both
    assert shipped[student], "nbgrader as shipped graded nothing"
    differing = {
        name: (shipped[student][name], given[student][name])
        for name in shipped[student]
        if shipped[student][name] != given[student][name]
    }
    assert differing == {}


def test_tests_in_forks_give_the_same(both, monkeypatch):
    """As if each test hid something."""
    _, given, course = both
    with open_course(course) as api, released_gradebook(course, NAME, api) as gradebook:
        assignment = load_assignment(course.source(NAME), gradebook, api.config)
    assignment = Tried(read_note(course.folder / RECORD, NAME)["beside"], ()).applied(assignment)
    monkeypatch.setattr(supervisor, "plan_of", lambda source, _: plan_of(source, in_forks=True))
    for student in STUDENTS:
        files = read_submission(course.submitted(student, NAME))
        (graded,) = grade(assignment, Submission(files), HOW.limits).notebooks
        assert len(graded.trusted) > 20 and graded.scores == given[student]


def test_most_tests_are_judged_all_the_same(both):
    _, _, course = both
    for student in STUDENTS:
        graded = nbformat.read(course.autograded(student, NAME) / f"{BOOK}.ipynb", as_version=4)
        trusted = graded.metadata[NOTE]["trusted"]
        tests = sum(len(kind.tests) for kind in SHEET)
        assert 20 < len(trusted) <= MOST_BESIDE * tests, trusted


def test_the_sheet_tells_right_from_wrong(both):
    shipped, _, _ = both
    assert len(SHEET) >= 60
    assert all(score == 1 for score in shipped["right"].values())
    for kind in SHEET:
        assert any(shipped["wrong"][f"{kind.name}-{number}"] < 1 for number in range(1, len(kind.tests) + 1)), kind.name

"""The sample class gets the grades that are expected, has the spread of a real one, and keeps its grades when regraded."""

import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook

from gdl_utils.authoring.answer_bank import Bank, exercises_of
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.authoring.sample_class import cell_by_id, spread, students_of, write_submission
from nbjudge import Limits

NAME = "02_shapes_and_parameters"
HOW = GradingOptions(Limits(cell_seconds=5))
POINTS = 20


def grade(root, folder):
    """Grade what is in a course folder; the outcomes by student."""
    outcomes = []
    grade_class(root, folder, NAME, outcomes.append, HOW)
    return {outcome.student: outcome for outcome in outcomes}


def scores_of(folder, student):
    """The scores in the gradebook by grade_id."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        (notebook,) = gradebook.find_submission(NAME, student).notebooks
        return {one.name: one.score for one in notebook.grades}


@pytest.fixture(scope="module")
def bank(root):
    return Bank(root, NAME)


@pytest.fixture(scope="module")
def students(root):
    return students_of(root, NAME)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def results(root, students, course):
    (course / "solutions").symlink_to(root / "solutions")
    for student in students:
        write_submission(root, NAME, student, course / "submitted")
    return grade(root, course)


def expected(bank, student):
    """Points by grade_id."""
    found = {}
    for exercise in bank.solutions():
        for test, points in bank.tests(exercise).items():
            found[test] = 0 if exercise in student.blank else points - student.loses.get(test, 0)
    return found


def test_the_class_has_thirty_students(students):
    assert len({student.name for student in students}) == len(students) == 30


def test_each_gets_the_grade_that_is_expected(students, results, bank, course):
    wrong = {}
    for student in students:
        found, wanted = scores_of(course, student.name), expected(bank, student)
        if found != wanted or results[student.name].score != sum(wanted.values()):
            wrong[student.name] = (
                student.note,
                {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]},
            )
    assert wrong == {}
    assert {one.max_score for one in results.values()} == {POINTS}


def test_it_has_the_spread_of_a_real_class(results):
    scores = np.array([one.score for one in results.values()])
    assert 10 <= np.median(scores) <= 17
    assert 3 <= scores.std() <= 7
    assert 3 <= (scores == POINTS).sum() <= 10
    assert (scores == 0).any()
    assert len(set(scores)) >= 12


def test_what_was_broken_is_repaired_and_reported(results):
    repaired = {name: outcome.repairs for name, outcome in results.items() if outcome.repairs}
    assert repaired == {
        "isaac": ("The cell 'conv2d-parameters-hidden' was missing; it was put back.",),
        "kurt": ("The cell 'dense-parameters' occurs more than once; all of them run, in their order.",),
    }


def test_only_those_that_are_broken_need_attention(students, results):
    wanted = {student.name: student.attention for student in students if student.attention}
    assert wanted.keys() == {"joseph", "oskar", "werner"}
    remarks = {name: outcome.remark for name, outcome in results.items() if outcome.remark}
    assert remarks.keys() == wanted.keys()
    assert all(wanted[name] in remarks[name] for name in wanted)


def test_grading_again_grades_only_what_changed(root, course, results):
    changed = course / "submitted" / "grace" / NAME / "shapes_and_parameters.ipynb"
    notebook = nbformat.read(changed, as_version=4)
    cell_by_id(
        notebook, "dense-parameters"
    ).source = "def dense_parameters(n, m, use_bias=True): return m * (n + use_bias)"
    nbformat.write(notebook, changed)
    again = grade(root, course)
    assert [name for name, outcome in again.items() if outcome.fresh] == ["grace"]
    assert again["grace"].score == 3
    others = {name: outcome.score for name, outcome in again.items() if name != "grace"}
    assert others == {name: outcome.score for name, outcome in results.items() if name != "grace"}


def test_one_whose_needs_are_not_met_stays_blank(root):
    exercises = exercises_of(root, NAME)
    dependent = exercises[-1].__class__("last", exercises[0].right, exercises[0].wrong, needs=(exercises[0].name,))
    for student in spread([exercises[0], dependent], [f"student-{number}" for number in range(60)], seed=1):
        first_is_right = student.answers.get(exercises[0].name) in {one.source for one in exercises[0].right}
        assert first_is_right or "last" in student.blank
        assert first_is_right or not student.answers.keys() & {"last"}

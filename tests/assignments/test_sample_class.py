"""The sample class gets the grades that are expected, has the spread of a real one, and keeps its grades."""

import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook

from gdl_utils.authoring.answer_bank import Bank, Exercise, exercises_of
from gdl_utils.authoring.sample_class import cell_by_id, spread, students_of, write_submission
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from nbjudge import Limits

NAME = "02_shapes_and_parameters"
OPTIONS = GradingOptions(Limits(cell_seconds=5))
POINTS = 20


def grade(sample):
    """Grade what is in a course folder; the outcomes by student."""
    outcomes = []
    grade_class(sample, NAME, outcomes.append, OPTIONS)
    return {outcome.student: outcome for outcome in outcomes}


def scores_of(sample, student):
    """The scores in the gradebook by grade_id."""
    with Gradebook(sample.db_url, "gdl") as gradebook:
        (notebook,) = gradebook.find_submission(NAME, student).notebooks
        return {grade.name: grade.score for grade in notebook.grades}


@pytest.fixture(scope="module")
def bank(course):
    return Bank(course, NAME)


@pytest.fixture(scope="module")
def students(course):
    return students_of(course, NAME)


@pytest.fixture(scope="module")
def sample(course, tmp_path_factory):
    """A course with the sources of the repository, in whose folder nothing was handed in yet."""
    made = Course(tmp_path_factory.mktemp("course"), course.config_file)
    made.sources.symlink_to(course.sources)
    return made


@pytest.fixture(scope="module")
def results(course, students, sample):
    for student in students:
        write_submission(course, NAME, student, sample)
    return grade(sample)


def expected(bank, student):
    """Points by grade_id."""
    return {
        test: 0 if exercise in student.blank else points - student.loses.get(test, 0)
        for exercise in bank.solutions()
        for test, points in bank.tests(exercise).items()
    }


def test_the_class_has_thirty_students(students):
    assert len({student.name for student in students}) == len(students) == 30


def test_each_gets_the_grade_that_is_expected(students, results, bank, sample):
    wrong = {}
    for student in students:
        scores, wanted = scores_of(sample, student.name), expected(bank, student)
        if scores != wanted or results[student.name].score != sum(wanted.values()):
            wrong[student.name] = (
                student.note,
                {name: (scores[name], wanted[name]) for name in wanted if scores[name] != wanted[name]},
            )
    assert wrong == {}
    assert {outcome.max_score for outcome in results.values()} == {POINTS}


def test_it_has_the_spread_of_a_real_class(results):
    scores = np.array([outcome.score for outcome in results.values()])
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


def test_grading_again_grades_only_what_changed(sample, results):
    changed = sample.submitted("grace", NAME) / "shapes_and_parameters.ipynb"
    notebook = nbformat.read(changed, as_version=4)
    right = "def dense_parameters(n, m, use_bias=True): return m * (n + use_bias)"
    cell_by_id(notebook, "dense-parameters").source = right
    nbformat.write(notebook, changed)
    again = grade(sample)
    assert [name for name, outcome in again.items() if outcome.fresh] == ["grace"]
    assert again["grace"].score == 3
    others = {name: outcome.score for name, outcome in again.items() if name != "grace"}
    assert others == {name: outcome.score for name, outcome in results.items() if name != "grace"}


def test_an_exercise_whose_needs_are_not_met_stays_blank(course):
    first = exercises_of(course, NAME)[0]
    dependent = Exercise("last", first.right, first.wrong, needs=(first.name,))
    for student in spread([first, dependent], [f"student-{number}" for number in range(60)], seed=1):
        first_is_right = student.answers.get(first.name) in {answer.source for answer in first.right}
        assert first_is_right or "last" in student.blank
        assert first_is_right or not student.answers.keys() & {"last"}


@pytest.mark.parametrize("name", ["08_gan"])
def test_without_a_list_the_class_is_drawn_from_the_bank(course, tmp_path, name):
    sample = Course(tmp_path, course.config_file)
    sample.sources.symlink_to(course.sources)
    students, bank = students_of(course, name), Bank(course, name)
    assert len(students) == 24
    for student in students:
        write_submission(course, name, student, sample)
    outcomes = []
    grade_class(sample, name, outcomes.append, GradingOptions())
    given = {outcome.student: (outcome.score, outcome.remark) for outcome in outcomes}
    assert given == {student.name: (sum(expected(bank, student).values()), "") for student in students}

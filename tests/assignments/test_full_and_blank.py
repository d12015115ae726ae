"""Reference solutions get full points and released notebooks none: by the engine, plain nbgrader and `gdl check`.

Wrong answers to each exercise get the same points from plain nbgrader as from the engine: the checks are the same.
"""

import ast
import re
import shutil

import pytest

from gdl_utils.authoring.answer_bank import exercises_of
from gdl_utils.authoring.release_checks import problems_of
from gdl_utils.classroom.assignment import prepare
from gdl_utils.classroom.course import Course
from gdl_utils.self_check import State, check
from nbjudge import grade
from tests.assignments.conftest import LONG
from tests.conftest import ROOT
from tests.plain_nbgrader import grade_with_plain_nbgrader

NAMES = Course(ROOT).assignments
of_all = pytest.mark.parametrize("bank_of", NAMES, indirect=True, scope="session")
LATER = [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in NAMES]
of_the_long_ones_later = pytest.mark.parametrize("bank_of", LATER, indirect=True, scope="session")


@pytest.fixture
def bank(bank_of):
    return bank_of


@pytest.fixture
def reference(bank):
    return {name: bank.reference(name) for name in bank.solutions()}


def hand_in(course, student, bank, files):
    place = course.submitted(student, bank.name)
    place.mkdir(parents=True)
    for name, data in files.items():
        (place / name).write_bytes(data)


@of_all
def test_it_is_fit_to_be_released(bank, course):
    assert problems_of(course, bank.name) == []


@of_all
@pytest.mark.slow
def test_nbgrader_as_shipped_gives_the_same(bank, course, reference, tmp_path):
    graded = Course(tmp_path, course.config_file)
    shutil.copytree(course.source(bank.name), graded.source(bank.name))
    prepare(graded.source(bank.name), checking=True)
    hand_in(graded, "full", bank, bank.files(reference))
    hand_in(graded, "none", bank, bank.files({}))
    # The first wrong answer to each exercise, all in one submission; needs are met by the reference of what is left.
    exercises = exercises_of(course, bank.name)
    needed = {name for exercise in exercises for name in exercise.needs}
    wrong = {exercise.name: exercise.wrong[0] for exercise in exercises if exercise.name not in needed}
    answers = {**reference, **{name: answer.source for name, answer in wrong.items()}}
    hand_in(graded, "wrong", bank, bank.files(answers))
    results = grade_with_plain_nbgrader(graded, bank.name)
    points = {test: points for name in bank.solutions() for test, points in bank.tests(name).items()}
    assert results["full"].scores == points, results["full"].log[-2000:]
    assert results["none"].score == 0
    lost = {test: points for answer in wrong.values() for test, points in answer.loses.items()}
    expected = {test: most - lost.get(test, 0) for test, most in points.items()}
    assert results["wrong"].scores == pytest.approx(expected)


@of_all
@pytest.mark.slow
def test_gdl_check_says_the_same_of_what_can_be_seen(bank, reference, tmp_path):
    for answers, wanted in ((reference, {State.PASSED}), ({}, {State.FAILED})):
        for name, data in bank.files(answers).items():
            (tmp_path / name).write_bytes(data)
        tests = [test for exercise in check(tmp_path / bank.file, 60) for test in exercise.tests]
        visible = {test.name: test for test in tests if test.state is not State.HIDDEN}
        assert {test.state for test in visible.values()} == wanted, visible
        assert set(visible) | bank.hidden() == {test.name for test in tests}


WATCHED = """

_own_{name} = {name}


def {name}(*args, **kwargs):
    with open("seen-{name}.txt", "a") as file:
        file.write(repr((args, kwargs)) + "\\n")
    return _own_{name}(*args, **kwargs)
"""


def seen(bank, reference, student):
    """What each function of the reference solution is called with when a student's work is graded."""
    answers = {}
    for cell, source in reference.items():
        defined = [part for part in ast.parse(source).body if isinstance(part, ast.FunctionDef)]
        names = [function.name for function in defined if function.args.args]
        answers[cell] = source + "".join(WATCHED.format(name=name) for name in names)
    (book,) = grade(bank.assignment, bank.submission(answers, student)).notebooks
    assert sum(book.scores.values()) == sum(book.max_scores.values())
    watched = {name: data for name, data in book.files.items() if name.startswith("seen-")}
    # Objects show where in memory they are.
    return {name: re.sub(rb"0x[0-9a-fA-F]+", b"", data) for name, data in watched.items()}


@of_the_long_ones_later
def test_each_student_has_hidden_inputs_of_his_or_her_own(bank, reference):
    ada = seen(bank, reference, "ada")
    assert seen(bank, reference, "ada") == ada
    blaise = seen(bank, reference, "blaise")
    assert ada.keys() == blaise.keys()
    assert [name for name in ada if ada[name] == blaise[name]] == []

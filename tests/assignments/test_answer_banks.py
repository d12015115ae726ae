"""Every wrong answer of the banks loses just what it should and is told why; every right one gets all points."""

import pytest

from gdl_utils.authoring.answer_bank import Answer, answer_grader, exercises_of
from gdl_utils.classroom.course import Course
from tests.assignments.conftest import LONG
from tests.conftest import ROOT

NAMES = [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in Course(ROOT).assignments]

# Each draw gives every answer other hidden inputs.
DRAWS = 6
# By how many points of a test an answer's loss may differ between draws, where points are measured on what was drawn.
SPREAD = {"10_your_own_model": 1.0}

pytestmark = pytest.mark.parametrize("bank_of", NAMES, indirect=True, scope="session")


@pytest.fixture(scope="session")
def tried(bank_of, course):
    """An assignment's bank, and what each of its answers got; the reference solutions are right ones, too."""
    bank, exercises = bank_of, exercises_of(course, bank_of.name)
    with answer_grader(bank) as grade:
        return bank, exercises, grade(answers_of(bank, exercises))


def answers_of(bank, exercises):
    references = [(exercise, Answer("reference", bank.reference(exercise.name))) for exercise in exercises]
    return references + [(exercise, answer) for exercise in exercises for answer in (*exercise.right, *exercise.wrong)]


def lost(answer):
    return {name: points for name, points in answer.loses.items() if points}


def unexpected(results, spread=0.0):
    return {
        (result.exercise.name, result.answer.name): (result.lost, result.hints)
        for result in results
        if any(
            abs(result.lost.get(test, 0) - lost(result.answer).get(test, 0)) > spread
            for test in result.lost | lost(result.answer)
        )
    }


def test_every_answer_loses_just_what_it_should(tried):
    _, _, results = tried
    assert unexpected(results) == {}


@pytest.mark.slow
def test_none_passes_or_fails_by_chance(bank_of, course):
    """A wrong answer that is right for one student's inputs in a few hundred was found so."""
    exercises = exercises_of(course, bank_of.name)
    answers = answers_of(bank_of, exercises)
    with answer_grader(bank_of) as grade:
        for draw in range(1, DRAWS + 1):
            assert unexpected(grade(answers, draw), SPREAD.get(bank_of.name, 0.0)) == {}, f"draw {draw}"


def test_every_wrong_answer_gets_its_hint(tried):
    _, _, results = tried
    untold = {
        (result.exercise.name, answer.name): result.hints
        for result in results
        if lost(answer := result.answer)
        and not (answer.hint and any(answer.hint in hint for hint in result.hints.values()))
    }
    assert untold == {}


def test_the_bank_is_large_enough(tried):
    bank, exercises, _ = tried
    answered = {exercise.name for exercise in exercises}
    assert answered == bank.solutions(), "each exercise has its answers"
    for exercise in exercises:
        assert len({answer.name for answer in exercise.right}) == len(exercise.right) >= 4, exercise.name
        assert len({answer.name for answer in exercise.wrong}) == len(exercise.wrong) >= 8, exercise.name
        assert all(lost(answer) for answer in exercise.wrong), exercise.name


def test_every_hidden_test_is_needed(tried):
    bank, exercises, results = tried
    for exercise in exercises:
        hidden = [name for name in bank.tests(exercise.name) if name in bank.hidden()]
        caught = {
            name: {result.answer.name for result in results if result.exercise is exercise and name in result.lost}
            for name in hidden
        }
        assert all(caught.values()), f"a hidden test of {exercise.name} catches nothing"
        assert len(set(map(frozenset, caught.values()))) == len(hidden), f"two of {exercise.name} always agree"
        for name in hidden:
            others = set().union(*(answers for other, answers in caught.items() if other != name))
            assert caught[name] - others or len(hidden) == 1, f"no wrong answer needs {name}"

"""Every wrong answer of the banks loses just what it should and is told why; every right one gets all points."""

from pathlib import Path

import pytest

from gdl_utils.authoring.answer_bank import Answer, Bank, exercises_of, answer_grader
from gdl_utils.classroom.course import Course

ROOT = Path(__file__).resolve().parents[2]
# Their answers train networks.
LONG = ("04_mlp", "05_cnn")
NAMES = [
    pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in assignment_names(ROOT)
]


@pytest.fixture(scope="module", params=NAMES)
def tried(request, root):
    """An assignment's bank, and what each of its answers got; the reference solutions are right ones, too."""
    bank = Bank(root, request.param)
    exercises = exercises_of(root, request.param)
    with answer_grader(bank) as run:
        answers = [(one, Answer("reference", bank.reference(one.name))) for one in exercises]
        answers += [(one, answer) for one in exercises for answer in (*one.right, *one.wrong)]
        return bank, exercises, run(answers)


def lost(answer):
    return {name: points for name, points in answer.loses.items() if points}


def test_every_answer_loses_just_what_it_should(tried):
    _, _, results = tried
    wrong = {
        (one.exercise.name, one.answer.name): (one.lost, one.hints) for one in results if one.lost != lost(one.answer)
    }
    assert wrong == {}


def test_every_wrong_answer_gets_its_hint(tried):
    _, _, results = tried
    untold = {
        (one.exercise.name, one.answer.name): one.hints
        for one in results
        if lost(one.answer) and not (one.answer.hint and any(one.answer.hint in hint for hint in one.hints.values()))
    }
    assert untold == {}


def test_the_bank_is_large_enough(tried):
    bank, exercises, _ = tried
    answered = {one.name for one in exercises}
    assert answered == bank.solutions(), "each exercise has its answers"
    for one in exercises:
        assert len({answer.name for answer in one.right}) == len(one.right) >= 4, one.name
        assert len({answer.name for answer in one.wrong}) == len(one.wrong) >= 8, one.name
        assert all(lost(answer) for answer in one.wrong), one.name


def test_every_hidden_test_is_needed(tried):
    bank, exercises, results = tried
    for exercise in exercises:
        hidden = [name for name in bank.tests(exercise.name) if name in bank.hidden()]
        caught = {
            name: {one.answer.name for one in results if one.exercise is exercise and name in one.lost}
            for name in hidden
        }
        assert all(caught.values()), f"a hidden test of {exercise.name} catches nothing"
        assert len({frozenset(found) for found in caught.values()}) == len(hidden), (
            f"two of {exercise.name} always agree"
        )
        for name in hidden:
            others = set().union(*(found for other, found in caught.items() if other != name))
            assert caught[name] - others or len(hidden) == 1, f"no wrong answer needs {name}"

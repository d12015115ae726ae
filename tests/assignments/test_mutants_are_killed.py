"""The tests of all assignments notice a change of their reference solutions, whatever it is."""

import pytest

from gdl_utils.authoring.answer_bank import Answer, Bank, answer_grader, exercises_of
from gdl_utils.authoring.mutants import mutants
from gdl_utils.classroom.course import Course
from nbjudge import Limits
from tests.conftest import ROOT

LEAST = 0.95  # of the mutants are killed


@pytest.mark.slow
@pytest.mark.parametrize("name", Course(ROOT).assignments)
def test_mutants_are_killed_and_survivors_explained(course, name):
    bank, exercises = Bank(course, name), exercises_of(course, name)
    tried = [
        (exercise, Answer(mutant.change, mutant.source))
        for exercise in exercises
        for mutant in mutants(bank.reference(exercise.name))
    ]
    with answer_grader(bank, limits=Limits(cell_seconds=5, notebook_seconds=40)) as grade:
        results = grade(tried)
    survivors = {(result.exercise.name, result.answer.name) for result in results if not result.lost}
    explained = {(exercise.name, change) for exercise in exercises for change in exercise.survivors}
    print(f"{name}: {len(results)} mutants, {len(survivors)} survive, {len(survivors - explained)} of them unexplained")
    assert survivors == explained
    assert all(reason.strip() for exercise in exercises for reason in exercise.survivors.values())
    assert len(results) - len(survivors) >= LEAST * len(results)

"""The tests of all assignments notice a change of their reference solutions, whatever it is."""

from pathlib import Path

import pytest

from gdl_utils.authoring.answer_bank import Answer, Bank, exercises_of, answer_grader
from gdl_utils.authoring.mutants import mutants
from gdl_utils.classroom.course import Course
from nbjudge import Limits

LEAST = 0.95  # of the mutants are killed


@pytest.mark.slow
@pytest.mark.parametrize("name", assignment_names(Path(__file__).resolve().parents[2]))
def test_mutants_are_killed_and_survivors_explained(root, name):
    bank, exercises = Bank(root, name), exercises_of(root, name)
    tried = [
        (exercise, Answer(one.change, one.source))
        for exercise in exercises
        for one in mutants(bank.reference(exercise.name))
    ]
    with answer_grader(bank, limits=Limits(cell_seconds=5, notebook_seconds=40)) as run:
        results = run(tried)
    survivors = {(one.exercise.name, one.answer.name) for one in results if not one.lost}
    explained = {(exercise.name, change) for exercise in exercises for change in exercise.survivors}
    print(f"{name}: {len(results)} mutants, {len(survivors)} survive, {len(survivors - explained)} of them unexplained")
    assert survivors == explained
    assert all(reason.strip() for exercise in exercises for reason in exercise.survivors.values())
    assert len(results) - len(survivors) >= LEAST * len(results)

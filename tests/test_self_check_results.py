"""How an exercise went, in words: from results that are made up, without a kernel."""

import pytest

from gdl_utils.self_check.results import ExerciseResult, State, TestResult
from gdl_utils.self_check.summary import rows

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([State.PASSED, State.HIDDEN], "passed"),
        ([State.FAILED, State.NOT_RUN], "failed"),
        ([State.NOT_RUN], "not run"),
        ([State.PASSED, State.NOT_RUN], "partly passed"),
        ([State.HIDDEN], "runs when your work is graded"),
    ],
)
def test_the_state_of_an_exercise_is_that_of_its_tests(states, said):
    tests = [TestResult(str(number), state, 1) for number, state in enumerate(states)]
    assert ExerciseResult("half", tests).state == said


def test_of_what_is_not_answered_no_test_is_told():
    failed = TestResult("half-visible", State.FAILED, 1, message="half is not answered yet")
    exercise = ExerciseResult("half", [failed], answered=False, problems=["The cell 3 stopped."], notes=["A note."])
    assert rows([exercise]) == [("half", "not answered", "0 of 1", ["The cell 3 stopped.", "A note."])]

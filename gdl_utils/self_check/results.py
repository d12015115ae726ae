"""What a check of a notebook found, exercise by exercise."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How a test went."""

    PASSED = "passed"
    PARTLY = "partly passed"
    FAILED = "failed"
    HIDDEN = "runs when your work is graded"
    BY_HAND = "graded by a person"
    NOT_RUN = "not run"


UNSEEN = (State.HIDDEN, State.BY_HAND)  # nothing can be said of them here


@dataclass(frozen=True)
class TestResult:
    """How one cell that has points went.

    Attributes:
        name: its grade_id.
        state: how it went.
        points: to be had.
        score: given here; the grade may be another if there are hidden tests in the same cell.
        message: what is wrong, empty if nothing is.
        hint: what the test says beside that, empty if nothing.
    """

    __test__ = False  # not one of pytest's

    name: str
    state: State
    points: float
    score: float = 0.0
    message: str = ""
    hint: str = ""


@dataclass
class ExerciseResult:
    """How one exercise went: the cell of an answer, with the tests below it.

    Attributes:
        name: the grade_id of the answer's cell, empty for what stands before the first.
        tests: its cells with points.
        answered: False if the answer still raises NotImplementedError.
        problems: what is wrong with its other cells, one sentence each.
        title: the heading above it, such as "1. One patch", empty if there is none.
        notes: what the student should know beside that, such as that a network was trained on other data.
    """

    name: str
    tests: list[TestResult] = field(default_factory=list)
    answered: bool = True
    problems: list[str] = field(default_factory=list)
    title: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether no visible test fails."""
        return all(test.state in (State.PASSED, *UNSEEN) for test in self.tests)

    @property
    def visible(self) -> list[TestResult]:
        """Its tests of which something can be said."""
        return [test for test in self.tests if test.state not in UNSEEN]

    @property
    def state(self) -> str:
        """How it went in a word or two: passed, partly passed, failed, not answered, or why nothing can be said."""
        if self.problems and not self.tests:
            return "stopped"
        if not self.answered:
            return "not answered"
        states = {test.state for test in self.visible}
        if not states:
            return str(self.tests[0].state) if self.tests else ""
        if states == {State.PASSED}:
            return str(State.PASSED)
        if states <= {State.FAILED, State.NOT_RUN}:
            return str(State.NOT_RUN if states == {State.NOT_RUN} else State.FAILED)
        return str(State.PARTLY)


def to_plain(exercises: list[ExerciseResult]) -> list[dict[str, Any]]:
    """Results in a form for JSON."""
    return [asdict(exercise) for exercise in exercises]


def from_plain(exercises: list[Mapping[str, Any]]) -> list[ExerciseResult]:
    """What `to_plain` made."""
    return [
        ExerciseResult(
            **{
                **exercise,
                "tests": [TestResult(**{**test, "state": State(test["state"])}) for test in exercise["tests"]],
            }
        )
        for exercise in exercises
    ]

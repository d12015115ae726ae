"""What a check gives: an error with a hint, or fewer points than there are to be had."""

import math
from dataclasses import dataclass
from typing import Any


class CheckError(AssertionError):
    """An answer is wrong; `hint` says what is wrong with it, in one sentence that a student may read."""

    def __init__(self, hint: str):
        super().__init__(hint)
        self.hint = hint


class Score(float):
    """Points, fewer than there are to be had; `hint` says why."""

    hint: str

    def __new__(cls, points: float, hint: str) -> "Score":
        """A number of points with a hint."""
        made = super().__new__(cls, points)
        made.hint = hint
        return made


@dataclass(frozen=True)
class Misconception:
    """A wrong idea that students have, known by what it computes.

    Attributes:
        name: for instructors and the kill matrix.
        hint: one sentence to the student that says which idea is wrong, and not what is right.
        wrong: the value that the idea gives, or a function of the inputs, or of the truth, that computes it; see the
            check to which it is given.
    """

    name: str
    hint: str
    wrong: Any


def partial_score(points: float, right: int, of: int, hint: str) -> Score:
    """Points for a part, in quarters, rounded down, so that only all of it earns them all."""
    earned = math.floor(4 * points * right / of) / 4
    if earned <= 0:
        raise CheckError(hint)
    # Seen by a student who runs a visible test.
    print(hint)
    return Score(earned, hint)

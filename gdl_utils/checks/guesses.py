"""What an example's wrong answer looks like, found from the right value and the arguments alone, without a formula.

Visible tests use it: their cells can be read, so they hold no wrong formulas, which would show the right one.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gdl_utils.checks.compare import TOLERANCE, difference

ROUNDED = "It is the right number, but rounded: return it as it is computed."
SIGN = "It has the wrong sign."
ONE_OFF = "It is off by one: look at the ends of your loops, ranges and slices, and at each < and <=."
PERCENT = "It is a hundred times the right number: return a fraction, not a percentage."
FRACTION = "It is a hundredth of the right number."
RECIPROCAL = "It is the reciprocal of the right number: something is divided the wrong way round."
SQUARED = "It is the square of the right number."
ROOT = "It is the square root of the right number."
EXPONENTIAL = "It is a quantity whose logarithm was asked for."
LOGARITHM = "It is the logarithm of what was asked for."
BASE = "It is a logarithm with another base: the natural logarithm is np.log or math.log."
UNCHANGED = "Your function returned its argument unchanged."
TRANSPOSED = "Rows and columns have changed places."
BACKWARDS = "The values are right, but in the opposite order."
ONE_BY_ONE = "Each number should stand by itself: yours are added up."
AVERAGED = "Each number should stand by itself: yours are averaged."
FIRST_ONLY = "Your function returned the first value only: look for a 'return' inside a loop."
LAST_ONLY = "Your function returned the last value only: collect the others, too."
TOO_DEEP = "The right values are there, but wrapped in one list or axis too many."


def guess(answer: Any, truth: Any, given: Sequence[Any] = (), tolerance: float = TOLERANCE) -> str | None:
    """A sentence on the wrong idea behind an answer, None if none explains it.

    Args:
        answer: what came, not the truth.
        truth: the right value, which the student may see.
        given: the arguments of the call.
        tolerance: see `difference`.
    """
    for hint, wrong in _wrong_values(truth, given):
        if difference(wrong, truth, tolerance) and difference(answer, wrong, tolerance) is None:
            return hint
    return None


def _wrong_values(truth: Any, given: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for value in given:
        if not isinstance(value, bool):
            yield UNCHANGED, value
    if isinstance(truth, bool | str) or truth is None:
        return
    with np.errstate(all="ignore"):
        if isinstance(truth, int | float):
            yield from _of_number(truth)
        elif isinstance(truth, tuple | list):
            yield from _of_row(list(truth))
        elif isinstance(truth, np.ndarray):
            yield from _of_array(truth)


def _of_number(truth: float) -> Iterator[tuple[str, Any]]:
    if isinstance(truth, int):
        yield from ((ONE_OFF, truth + 1), (ONE_OFF, truth - 1))
    else:
        # Many wrong answers are 0, and no small number is written so.
        yield from ((ROUNDED, rounded) for places in range(5) if (rounded := float(round(truth, places))))
    yield SIGN, -truth
    yield from ((PERCENT, 100.0 * truth), (FRACTION, truth / 100))
    yield from ((SQUARED, float(truth) ** 2), (ROOT, math.sqrt(abs(truth))))
    if truth:
        yield RECIPROCAL, 1 / truth
    if truth > 0:
        yield LOGARITHM, math.log(truth)
    if truth < 300:
        yield EXPONENTIAL, math.exp(truth)
    yield from ((BASE, truth / math.log(base)) for base in (2, 10))


def _of_row(truth: list[Any]) -> Iterator[tuple[str, Any]]:
    if len(truth) < 2:
        return
    yield BACKWARDS, truth[::-1]
    yield from ((FIRST_ONLY, truth[0]), (LAST_ONLY, truth[-1]))
    if all(isinstance(value, int | float) for value in truth):
        yield ONE_BY_ONE, sum(truth)


def _of_array(truth: np.ndarray) -> Iterator[tuple[str, Any]]:
    if truth.dtype.kind not in "iuf" or not truth.size:
        return
    yield TOO_DEEP, truth[np.newaxis]
    if truth.ndim > 1:
        yield from ((TRANSPOSED, truth.T), (BACKWARDS, truth[:, ::-1]))
    if len(truth) > 1:
        yield from ((BACKWARDS, truth[::-1]), (FIRST_ONLY, truth[0]), (LAST_ONLY, truth[-1]))
    if truth.size > 1:
        yield from ((ONE_BY_ONE, truth.sum()), (AVERAGED, truth.mean()))
    yield SIGN, -truth
    if truth.dtype.kind == "f":
        yield from ((ROUNDED, rounded) for places in range(4) if (rounded := truth.round(places)).any())
        yield EXPONENTIAL, np.exp(truth)
        if (truth > 0).all():
            yield LOGARITHM, np.log(truth)

"""Checks of values, functions, lists of entries, answers to questions, and measurements."""

import copy
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gdl_utils.checks.compare import LENGTH, NO_SEQUENCE, NOTHING, TOLERANCE, difference, entries
from gdl_utils.checks.forms import form_of, quoted
from gdl_utils.checks.result import CheckError, Misconception, Score, partial_score

IN_PLACE = f"{NOTHING} A method that changes a list in place, such as sort or append, gives None as well."


@dataclass(frozen=True)
class Arguments:
    """The arguments of one call; made by `call`."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


def arguments(*args: Any, **kwargs: Any) -> Arguments:
    """One call that `calls` is to make, if it has arguments by name; else a tuple will do."""
    return Arguments(args, kwargs)


def check_value(
    answer: Any, truth: Any, misconceptions: Iterable[Misconception] = (), tolerance: float = TOLERANCE
) -> None:
    """Check one value.

    Args:
        answer: the student's.
        truth: what it has to be; see `difference`.
        misconceptions: each with the value that it gives.
        tolerance: see `difference`.

    Raises:
        CheckError: if it is wrong.
    """
    told = difference(answer, truth, tolerance)
    if told is None:
        return
    for misconception in misconceptions:
        if (
            difference(misconception.wrong, truth, tolerance)
            and difference(answer, misconception.wrong, tolerance) is None
        ):
            raise CheckError(misconception.hint)
    raise CheckError(told)


def check_function(
    function: Callable[..., Any],
    cases: Iterable[Arguments | tuple[Any, ...]],
    truth: Callable[..., Any],
    misconceptions: Iterable[Misconception] = (),
    tolerance: float = TOLERANCE,
    shown: bool = False,
) -> None:
    """Check a function on several inputs; it must be right on all of them.

    A misconception is told if it explains all answers, wrong and right ones.

    Args:
        function: the student's.
        cases: the arguments of each call, as a tuple or made by `call`.
        truth: the right function of the same arguments.
        misconceptions: each with a wrong function of the same arguments; where it raises an exception, it explains
            nothing.
        tolerance: see `difference`.
        shown: whether the sentence quotes the first call that goes wrong and what came of it, as it may where students
            see the test; a hidden one must keep its inputs to itself.

    Raises:
        CheckError: if one is wrong.
    """
    asked = [case if isinstance(case, Arguments) else Arguments(tuple(case), {}) for case in cases]
    answers = [call(function, case) for case in asked]
    truths = [call(truth, case) for case in asked]
    told = [difference(answer, right, tolerance) for answer, right in zip(answers, truths, strict=True)]
    wrong_ones = [number for number, sentence in enumerate(told) if sentence]
    if not wrong_ones:
        return
    first = wrong_ones[0]
    before = told_call(function, asked[first], answers[first]) if shown else ""
    for misconception in misconceptions:
        try:
            wrong = [call(misconception.wrong, case) for case in asked]
        except (ArithmeticError, ValueError, LookupError, TypeError):
            continue
        explained = all(
            difference(answer, value, tolerance) is None for answer, value in zip(answers, wrong, strict=True)
        )
        if explained:
            raise CheckError(before + misconception.hint)
    hint = str(told[first])
    if hint == NOTHING and isinstance(truths[first], list):
        hint = IN_PLACE
    raise CheckError(before + hint)


def told_call(function: Callable[..., Any], case: Arguments, answer: Any) -> str:
    """What was asked, what came, and in which form, as a sentence before the hint."""
    came = "None" if answer is None else f"{quoted(answer)}, {form_of(answer)}"
    return f"{written_call(function, case)} gave {came}. "


def written_call(function: Callable[..., Any], case: Arguments) -> str:
    """A call as Python writes it, with long values shortened."""
    given = [*map(quoted, case.args), *(f"{name}={quoted(value)}" for name, value in case.kwargs.items())]
    return f"{getattr(function, '__name__', 'Your function')}({', '.join(given)})"


def call(function: Callable[..., Any], case: Arguments) -> Any:
    """What a function gives for copies of these arguments, with its warnings left out."""
    # A warning in a test cell, of a logarithm of 0 for example, costs the points in nbgrader as shipped.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A function may change what it is given.
        return function(*copy.deepcopy(case.args), **copy.deepcopy(dict(case.kwargs)))


def check_rows(
    answer: Any,
    truth: Sequence[Any],
    points: float,
    misconceptions: Iterable[Misconception] = (),
    tolerance: float = TOLERANCE,
) -> Score | None:
    """Check a list of entries, such as a column of a table; each right entry earns its share of the points.

    Args:
        answer: the student's list.
        truth: the right one.
        points: for all entries together.
        misconceptions: each with the list that it gives, or with a function that makes it of a copy of the right one.
            The first one is told that explains every entry which is wrong.
        tolerance: see `difference`.

    Returns:
        None if all are right, else the points for those that are.

    Raises:
        CheckError: if it is no list of that length, or no entry is right.
    """
    if answer is None:
        raise CheckError(NOTHING)
    answer = entries(answer)
    if answer is None:
        raise CheckError(NO_SEQUENCE)
    if len(answer) != len(truth):
        raise CheckError(LENGTH)
    told = [difference(entry, right, tolerance) for entry, right in zip(answer, truth, strict=True)]
    wrong = [number for number, sentence in enumerate(told) if sentence]
    if not wrong:
        return None
    hint = _explains(answer, truth, wrong, misconceptions, tolerance)
    if hint is None:
        first = wrong[0] + 1
        hint = f"{_count(wrong, truth)} wrong; the first is entry {first}."
    return partial_score(points, len(truth) - len(wrong), len(truth), hint)


def _count(wrong: Sequence[int], truth: Sequence[Any]) -> str:
    return f"{len(wrong)} of {len(truth)} entries {'is' if len(wrong) == 1 else 'are'}"


def _explains(
    answer: Any, truth: Sequence[Any], wrong: list[int], misconceptions: Iterable[Misconception], tolerance: float
) -> str | None:
    for misconception in misconceptions:
        given = (
            misconception.wrong(copy.deepcopy(list(truth))) if callable(misconception.wrong) else misconception.wrong
        )
        if len(given) == len(truth) and all(
            difference(answer[number], given[number], tolerance) is None for number in wrong
        ):
            return misconception.hint
    return None


def check_choices(
    answers: Any, truth: Mapping[str, Any], points: float, misconceptions: Mapping[str, Mapping[Any, str]] | None = None
) -> Score | None:
    """Check answers to questions, given as a dictionary; each right one earns its share of the points.

    Args:
        answers: the student's, by question.
        truth: the right ones.
        points: for all together.
        misconceptions: by question and wrong answer, the hint; the first that applies is told.

    Returns:
        None if all are right, else the points for those that are.

    Raises:
        CheckError: if it is no dictionary, a question is not answered, or no answer is right.
    """
    if not isinstance(answers, Mapping):
        raise CheckError("Your answers should be a dictionary, with one answer for each question.")
    missing = [name for name in truth if name not in answers or answers[name] is None or answers[name] is ...]
    wrong = [name for name in truth if name not in missing and difference(answers[name], truth[name])]
    if not missing and not wrong:
        return None
    hint = f"Question {(missing or wrong)[0]!r} is {'not answered' if missing else 'answered wrongly'}."
    for name in wrong:
        known = (misconceptions or {}).get(name, {})
        hints = [told for given, told in known.items() if difference(answers[name], given) is None]
        if hints:
            hint = hints[0]
            break
    return partial_score(points, len(truth) - len(missing) - len(wrong), len(truth), hint)


def score_between(value: float, marks: tuple[float, float], points: float, hint: str) -> Score | None:
    """Points that grow with a measured value, from none at the lower mark to all at the upper.

    Args:
        value: what was measured, an accuracy for example.
        marks: lower and upper.
        points: at the upper mark and above.
        hint: said below the upper mark.

    Raises:
        CheckError: if it is not above the lower mark.
    """
    low, high = marks
    if value >= high:
        return None
    share = (value - low) / (high - low)
    if not share > 0:
        # NaN is not above anything.
        raise CheckError(hint)
    # 0.6 is half way from 0.5 to 0.7, if only almost so in floating point.
    return partial_score(points, math.floor(100 * share + 1e-9), 100, hint)

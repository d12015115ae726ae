"""Checks for tests that students see: the sentence says what was asked, what came, what was expected, and why."""

import contextlib
import inspect
import io
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from gdl_utils.checks.compare import DIFFERENT, NOT_A_NUMBER, NOTHING, TOLERANCE, difference
from gdl_utils.checks.containers import check_mapping, check_set, check_text
from gdl_utils.checks.forms import counted, form_of, plain, quoted
from gdl_utils.checks.guesses import guess
from gdl_utils.checks.result import CheckError
from gdl_utils.checks.tables import check_frame
from gdl_utils.checks.values import Arguments, call, written_call

PRINTS = "Your function prints its answer and returns nothing: write 'return' in place of 'print'."
AS_TEXT = "That is the right value as text: return the value itself, without quotation marks, str or an f-string."
Given = Arguments | tuple[Any, ...]


def check_example(
    function: Callable[..., Any],
    given: Given,
    truth: Any,
    hints: Iterable[tuple[Any, str]] = (),
    tolerance: float = TOLERANCE,
) -> None:
    """Check one call of a function, in a test that students see.

    The sentence quotes the call, what came and what should have come, so it must not stand in a hidden test.

    Args:
        function: the student's.
        given: the arguments of the call, as a tuple or made by `arguments`.
        truth: the right result: a number, text, truth value, tuple, list, array, dictionary, set or table.
        hints: wrong results of this call, each with the misconception behind it. Students can read them.
        tolerance: see `difference`.

    Raises:
        CheckError: if it gives something else, can't be called so, or only prints.
    """
    case = given if isinstance(given, Arguments) else Arguments(tuple(given), {})
    answer, printed = _called(function, case)
    told = _wrong(answer, truth, tolerance)
    if told is None:
        return
    why = _why(answer, truth, told, printed, case, list(hints), tolerance)
    came = "returned None" if answer is None else f"gave {quoted(answer)}, {form_of(answer)}"
    raise CheckError(f"{written_call(function, case)} should give {_wanted(truth)}, but it {came}. {why}".strip())


def call_example(
    function: Callable[..., Any],
    given: Given = (),
    shape: tuple[int, ...] | None = None,
    kind: type | None = None,
    several: int | None = None,
) -> Any:
    """Call a function as `check_example` does, in a test that students see, and check the form of what it gives.

    Give the result a name: as the last line of a cell it would be taken for a score.

    Args:
        function: the student's.
        given: the arguments of the call, as a tuple or made by `arguments`.
        shape: of the array that it should give.
        kind: the class of what it should give, such as `keras.Model`.
        several: how many values it should give.

    Returns:
        what the function gives; an array if a shape is asked for.

    Raises:
        CheckError: if that has another form, or if the function can't be called so, or only prints.
    """
    case = given if isinstance(given, Arguments) else Arguments(tuple(given), {})
    answer, printed = _called(function, case)
    wanted, good = "an answer", answer is not None
    if shape is not None:
        wanted, good = f"an array of shape {shape}", _has_shape(answer, shape)
    elif kind is not None:
        wanted, good = f"{_article(kind.__name__)} {kind.__name__}", isinstance(answer, kind)
    elif several is not None:
        wanted, good = f"{several} values", isinstance(answer, tuple | list) and len(answer) == several
    if good:
        return np.asarray(answer) if shape is not None else answer
    came = "returned None" if answer is None else f"gave {form_of(answer)}"
    why = (PRINTS if printed else NOTHING) if answer is None else ""
    raise CheckError(f"{written_call(function, case)} should give {wanted}, but it {came}. {why}".strip())


def check_result(what: str, answer: Any, truth: Any, hint: str = "", tolerance: float = TOLERANCE) -> None:
    """Check something that a visible test computed from answers, such as a sum that has to be 1.

    Args:
        what: it is, in words, to begin the sentence with, such as "The sum of all probabilities".
        answer: the value.
        truth: the right one, which the student may see.
        hint: what a wrong value means.
        tolerance: see `difference`.

    Raises:
        CheckError: if it is another one.
    """
    told = _wrong(answer, truth, tolerance)
    if told is None:
        return
    came = "None" if answer is None else f"{quoted(answer)}, {form_of(answer)}"
    why = hint or guess(answer, truth, (), tolerance) or ("" if told == DIFFERENT else told)
    raise CheckError(f"{what} should be {_wanted(truth)}, but is {came}. {why}".strip())


def check_that(condition: Any, sentence: str) -> None:
    """Check a condition, in a test that students see.

    Args:
        condition: what has to be true.
        sentence: what the student is told if it is not, with what was asked and what came.

    Raises:
        CheckError: if it is not.
    """
    if not condition:
        raise CheckError(sentence)


def _called(function: Callable[..., Any], case: Arguments) -> tuple[Any, str]:
    """What a call gives, and what it printed."""
    if not callable(function):
        raise CheckError(
            f"A function is expected here, and the name stands for {quoted(function)}, {form_of(function)}."
        )
    _check_signature(function, case)
    caught = io.StringIO()
    try:
        with contextlib.redirect_stdout(caught):
            answer = plain(call(function, case))
    except NotImplementedError:
        raise
    except Exception as error:
        error.add_note(f"This happened in {written_call(function, case)}.")
        raise
    finally:
        # What is printed to find a mistake is still seen.
        sys.stdout.write(caught.getvalue())
    return answer, caught.getvalue().strip()


def _check_signature(function: Callable[..., Any], case: Arguments) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*case.args, **case.kwargs)
    except TypeError as error:
        count = len(case.args) + len(case.kwargs)
        raise CheckError(
            f"Your function is written to be called as {_name(function)}{signature}, but the exercise calls it with "
            f"{counted(count, 'argument')}, {written_call(function, case)} ({error})."
        ) from None


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", "it")


def _wrong(answer: Any, truth: Any, tolerance: float) -> str | None:
    """What is wrong with an answer, in a sentence; None if it is right."""
    try:
        if isinstance(truth, str):
            check_text(answer, truth)
        elif isinstance(truth, Mapping):
            check_mapping(answer, truth, tolerance=tolerance, shown=True)
        elif isinstance(truth, set | frozenset):
            check_set(answer, truth, shown=True)
        elif hasattr(truth, "iloc"):
            check_frame(answer, truth, tolerance=tolerance, shown=True)
        else:
            return difference(answer, truth, tolerance)
    except CheckError as error:
        return error.hint
    return None


def _why(
    answer: Any,
    truth: Any,
    told: str,
    printed: str,
    case: Arguments,
    hints: list[tuple[Any, str]],
    tolerance: float,
) -> str:
    if answer is None:
        return PRINTS if printed else told
    for wrong, hint in hints:
        if difference(answer, wrong, tolerance) is None:
            return hint
    if isinstance(answer, str) and not isinstance(truth, str):
        return AS_TEXT if answer.strip() in (str(truth), repr(truth)) else told
    if told == NOT_A_NUMBER:
        return told
    try:
        found = guess(answer, truth, [*case.args, *case.kwargs.values()], tolerance)
    except (TypeError, ValueError, OverflowError):
        # A guess is an extra: an answer that can't even be compared with it keeps the plain sentence.
        found = None
    return found or ("" if told == DIFFERENT else told)


def _wanted(truth: Any) -> str:
    return f"{quoted(truth)}, {form_of(truth)}" if not isinstance(truth, bool) else quoted(truth)


def _has_shape(answer: Any, shape: tuple[int, ...]) -> bool:
    if isinstance(answer, str) or answer is None:
        return False
    try:
        return np.shape(answer) == shape
    except ValueError:
        return False


def _article(word: str) -> str:
    return "an" if word[0].lower() in "aeiou" else "a"

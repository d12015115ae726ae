"""Compares an answer with the truth, and says in what kind of way it differs, never what would be right."""

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gdl_utils.checks.forms import form_of

MOST_AXES = 64  # of an array, as in NumPy
TOLERANCE = 1e-9  # relative, of numbers that are not whole
DIFFERENT = "The answer is not right, at least for some inputs."
NOTHING = "Your answer is None: is a 'return' missing?"
NOT_A_NUMBER = "Your answer holds NaN, which is not a number: look for 0 / 0, or the logarithm of a negative number."
TEXT = "Your answer is text, where a number is expected."
MUCH_TEXT = "Your answer is a number, where text is expected."
NO_SEQUENCE = "Your answer is a single value, where a row of several values is expected."
A_SEQUENCE = "Your answer is a row of values, where a single value is expected."
LENGTH = "Your answer has another number of entries than it should have."
DIMENSIONS = "Your answer has another number of dimensions than it should have."
SHAPE = "Your answer has the right number of dimensions, but another shape than it should have."
NO_BOOLEAN = "Your answer should be True or False."
ONE_ENTRY = "Your answer is a list or an array with one entry, where a single number is expected: take the entry out."
NOT_WHOLE = "Your answer has a fractional part, where a whole number is expected."
OTHER_TYPE = (
    "Your answer has the right value, but it is {}: convert it to a plain number of Python's or NumPy's, by float() or "
    "int()."
)
NOT_IN_ORDER = "Your answer is {}, where a tuple, a list or an array is expected."
OBJECT = "Your answer is {}, where a plain number is expected."
OBJECTS = "Your array holds objects, such as Fraction or Decimal, lists or None, where plain numbers are expected."
TEXTS = "Your answer holds text, where numbers are expected."


def difference(answer: Any, truth: Any, tolerance: float = TOLERANCE) -> str | None:
    """What is wrong with an answer, in a sentence that doesn't tell the truth; None if it is right.

    Args:
        answer: whatever came.
        truth: a number, text, truth value, None, a tuple or list of them, or an array.
        tolerance: for numbers that are not whole, relative to the truth, or absolute where that is zero; in an array,
            relative to its largest number. A whole number that is expected must be met exactly, but may come as a
            float or from NumPy; a tuple may come as a list or an array.
    """
    answer, truth = _plain(answer), _plain(truth)
    if truth is None:
        return None if answer is None else DIFFERENT
    if answer is None:
        return NOTHING
    if isinstance(truth, str):
        if not isinstance(answer, str):
            return MUCH_TEXT
        return None if answer.strip() == truth.strip() else DIFFERENT
    if isinstance(answer, str):
        return TEXT
    if isinstance(truth, np.ndarray):
        return _array_difference(answer, truth, tolerance)
    if isinstance(truth, tuple | list):
        return _row_difference(answer, truth, tolerance)
    return _number_difference(answer, truth, tolerance)


def _number_difference(answer: Any, truth: Any, tolerance: float) -> str | None:
    if isinstance(answer, tuple | list | np.ndarray | dict | set):
        if isinstance(answer, dict | set):
            return OBJECT.format(form_of(answer))
        return ONE_ENTRY if _has_one_entry(answer) else A_SEQUENCE
    if isinstance(truth, bool):
        if not isinstance(answer, bool):
            return NO_BOOLEAN
        return None if answer == truth else DIFFERENT
    if isinstance(answer, bool):
        return DIFFERENT
    if not isinstance(answer, numbers.Real):
        return _other_type(answer, truth, tolerance)
    # NaN alone is not equal to itself.
    if answer != answer and truth == truth:
        return NOT_A_NUMBER
    if isinstance(truth, int):
        if answer == truth:
            return None
        return NOT_WHOLE if isinstance(answer, float) and math.isfinite(answer) and answer % 1 else DIFFERENT
    return None if _close(answer, float(truth), tolerance) else DIFFERENT


def _has_one_entry(answer: Any) -> bool:
    # Of rows that differ in length NumPy would make no array.
    for _ in range(MOST_AXES):
        if isinstance(answer, tuple | list) and len(answer) == 1:
            answer = answer[0]
    return answer.size == 1 if isinstance(answer, np.ndarray) else not isinstance(answer, tuple | list)


def _other_type(answer: Any, truth: Any, tolerance: float) -> str:
    """What is wrong with an answer that is no real number: its value may be right, but it does not count as one."""
    name = type(answer).__name__
    is_known = type(answer).__module__ in ("builtins", "decimal", "fractions")
    kind = f"of the type {name}" if is_known else "an object of a class of its own"
    try:
        is_same = bool(answer == truth)
        is_same = is_same or (not isinstance(answer, bytes) and _close(answer, float(truth), tolerance))
    except Exception:
        is_same = False
    return (OTHER_TYPE if is_same else OBJECT).format(kind)


def _close(answer: Any, truth: float, tolerance: float) -> bool:
    try:
        answer = float(answer)
    except OverflowError:
        return False
    if math.isnan(truth):
        return math.isnan(answer)
    return math.isclose(answer, truth, rel_tol=tolerance, abs_tol=0.0 if truth else tolerance)


def entries(answer: Any) -> list[Any] | None:
    """The entries of a tuple, a list, an array or anything else that has some in an order; None if it has none."""
    answer = _plain(answer)
    if isinstance(answer, str | bytes | Mapping | set | frozenset):
        return None
    try:
        return list(answer)
    except TypeError:
        return None


def _row_difference(answer: Any, truth: Sequence[Any], tolerance: float) -> str | None:
    given, answer = answer, entries(answer)
    if answer is None:
        return NOT_IN_ORDER.format(form_of(given)) if isinstance(given, dict | set) else NO_SEQUENCE
    if len(answer) != len(truth):
        return LENGTH
    differences = [difference(entry, right, tolerance) for entry, right in zip(answer, truth, strict=True)]
    return next((sentence for sentence in differences if sentence), None)


def _array_difference(answer: Any, truth: np.ndarray, tolerance: float) -> str | None:
    try:
        array = np.asarray(answer)
    except ValueError:
        return DIMENSIONS
    if array.dtype.kind not in "biuf":
        is_whole = all(isinstance(entry, int) for entry in array.ravel())  # some too large for NumPy
        return {"O": DIFFERENT if is_whole else OBJECTS, "U": TEXTS, "S": TEXTS}.get(array.dtype.kind, DIFFERENT)
    if array.ndim != truth.ndim:
        return A_SEQUENCE if not truth.ndim else NO_SEQUENCE if not array.ndim else DIMENSIONS
    if array.shape != truth.shape:
        return SHAPE
    if np.isnan(array).any() and not np.isnan(truth).any():
        return NOT_A_NUMBER
    if truth.dtype.kind in "biu":
        return None if bool((array == truth).all()) else DIFFERENT
    array, truth = array.astype(float), truth.astype(float)
    finite = np.isfinite(truth)
    scale = np.abs(truth[finite]).max(initial=0.0) or 1.0
    with np.errstate(invalid="ignore"):
        close = finite & (np.abs(array - truth) <= tolerance * scale)
    same = close | (array == truth) | (np.isnan(array) & np.isnan(truth))
    return None if bool(same.all()) else DIFFERENT


def _plain(value: Any) -> Any:
    # A tensor becomes an array, and a number of NumPy's, or an array of one, a number of Python's, which is compared
    # exactly with whole numbers however large. An answer without elements does not let itself be compared in a test of
    # the engine's, whatever its shape; here the shape is looked at.
    value = getattr(value, "_unguarded", value)
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        value = value.numpy()
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and not value.ndim):
        return value.item()
    return value

"""Checks of dictionaries, sets and texts, and of functions that return several values."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gdl_utils.checks.compare import MUCH_TEXT, NOTHING, TOLERANCE, difference, entries
from gdl_utils.checks.forms import counted, expected_as, form_of, not_right, plain, quoted
from gdl_utils.checks.result import CheckError, Misconception, Score, partial_score
from gdl_utils.checks.values import Arguments, call, told_call

OTHER_CASE = "Your text differs only in capital and small letters."
OTHER_BLANKS = "Your text differs only in its blanks or line breaks."
BEGINNING = "Your text is only a part of what is expected."
MORE_TEXT = "Your text holds what is expected, and something more."
LETTERS = "Your answer is a row of letters, where one text is expected: join them."
BYTES = "Your answer is bytes, where text is expected: decode it."
SWAPPED = "Keys and values of your dictionary are swapped."
PAIRS = "Your answer is a row of pairs, where a dictionary is expected."
KEY_TYPES = "The keys of your dictionary are of another type than they should be, such as text in the place of numbers."
KEY_CASE = "Keys of your dictionary differ from the right ones only in capital and small letters, or in blanks."
NO_SET = "The elements are right, but they come as {}, where a set is expected."
DUPLICATES = "Your answer is a list that holds some elements more than once, where a set is expected."
OTHER_ORDER = "The values that your function returns are right, but in another order."


def check_text(answer: Any, truth: str, misconceptions: Iterable[Misconception] = (), shown: bool = False) -> None:
    """Check a text, letter by letter; `check_value` forgives blanks at its ends.

    Args:
        answer: the student's.
        truth: the right one.
        misconceptions: each with the text that it gives.
        shown: whether the sentence quotes what came, in a test that students see.

    Raises:
        CheckError: if it is another one.
    """
    answer = plain(answer)
    if type(answer) is not str or answer != truth:
        explained = (each.hint for each in misconceptions if each.wrong == answer and each.wrong != truth)
        raise CheckError(_came(answer, shown) + next(explained, _about_text(answer, truth)))


def _came(answer: Any, shown: bool) -> str:
    return f"Your answer is {quoted(answer)}, {form_of(answer)}. " if shown and answer is not None else ""


def _about_text(answer: Any, truth: str) -> str:
    if answer is None:
        return NOTHING
    if isinstance(answer, bytes):
        return BYTES
    if isinstance(answer, int | float):
        return MUCH_TEXT
    if not isinstance(answer, str):
        is_row = isinstance(answer, list | tuple) and all(isinstance(part, str) for part in answer)
        return LETTERS if is_row and "".join(answer) == truth else expected_as(answer, "text")
    if "".join(answer.split()) == "".join(truth.split()):
        return OTHER_BLANKS
    if answer.casefold() == truth.casefold():
        return OTHER_CASE
    if answer and answer in truth:
        return BEGINNING
    if truth and truth in answer:
        return MORE_TEXT
    return "Your text is another one than is expected."


def check_mapping(
    answer: Any,
    truth: Mapping[Any, Any],
    points: float | None = None,
    misconceptions: Iterable[Misconception] = (),
    tolerance: float = TOLERANCE,
    shown: bool = False,
) -> Score | None:
    """Check a dictionary: its keys, and the value of each.

    Args:
        answer: the student's.
        truth: the right one; the order of its keys does not matter.
        points: if given, each right value earns its share of them, as long as the keys are right.
        misconceptions: each with the dictionary that it gives, or a function that makes it of a copy of the right one.
        tolerance: of values, see `difference`.
        shown: whether the sentence names keys, in a test that students see.

    Returns:
        None if it is right, else the points for the values that are.

    Raises:
        CheckError: if it is no dictionary, or has other keys; without points, if any value is wrong.
    """
    answer = plain(answer)
    if not isinstance(answer, Mapping):
        pairs = entries(answer)
        is_pairs = bool(pairs) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs or [])
        raise CheckError(
            NOTHING if answer is None
            else PAIRS if is_pairs
            else expected_as(answer, "a dictionary")
        )  # fmt: skip
    wrong = [key for key in truth if key not in answer or difference(answer[key], truth[key], tolerance)]
    if not wrong and len(answer) == len(truth):
        return None
    for misconception in misconceptions:
        made = misconception.wrong
        made = made(copy.deepcopy(dict(truth))) if callable(made) else made
        if _same_mappings(answer, made, tolerance) and not _same_mappings(truth, made, tolerance):
            raise CheckError(misconception.hint)
    if told := _about_keys(answer, truth, shown):
        raise CheckError(told)
    told = f"The values of {len(wrong)} of {counted(len(truth), 'key')} are wrong"
    told += f"; the first is that of {quoted(wrong[0])}, {quoted(answer[wrong[0]])}." if shown else "."
    if points is None:
        raise CheckError(told)
    return partial_score(points, len(truth) - len(wrong), len(truth), told)


def _same_mappings(left: Mapping[Any, Any], right: Mapping[Any, Any], tolerance: float) -> bool:
    return left.keys() == right.keys() and not any(difference(left[key], right[key], tolerance) for key in right)


def _about_keys(answer: Mapping[Any, Any], truth: Mapping[Any, Any], shown: bool) -> str | None:
    missing, more = [key for key in truth if key not in answer], [key for key in answer if key not in truth]
    if not missing and not more:
        return None
    if missing and _swapped(answer, truth):
        return SWAPPED
    if missing and {str(key) for key in answer} == {str(key) for key in truth}:
        return KEY_TYPES
    if missing and {_loosely(key) for key in answer} == {_loosely(key) for key in truth}:
        return KEY_CASE
    return f"The keys of your dictionary are not right: {not_right(missing, more, 'key', shown)}."


def _swapped(answer: Mapping[Any, Any], truth: Mapping[Any, Any]) -> bool:
    try:
        return dict(answer) == {value: key for key, value in truth.items()}
    except TypeError:
        return False


def _loosely(value: Any) -> Any:
    return "".join(value.split()).casefold() if isinstance(value, str) else value


def check_set(
    answer: Any, truth: set[Any] | frozenset[Any], misconceptions: Iterable[Misconception] = (), shown: bool = False
) -> None:
    """Check a set.

    Args:
        answer: the student's.
        truth: the right one.
        misconceptions: each with the set that it gives.
        shown: whether the sentence names elements, in a test that students see.

    Raises:
        CheckError: if it is another one, or no set.
    """
    answer = plain(answer)
    if isinstance(answer, set | frozenset) and answer == truth:
        return
    for misconception in misconceptions:
        if answer == misconception.wrong and misconception.wrong != truth:
            raise CheckError(misconception.hint)
    raise CheckError(_about_set(answer, truth, shown))


def _about_set(answer: Any, truth: set[Any] | frozenset[Any], shown: bool) -> str:
    if answer is None:
        return NOTHING
    if not isinstance(answer, set | frozenset):
        found = entries(answer)
        try:
            elements = set(found) if found is not None else None
        except TypeError:
            elements = None
        if elements is None:
            return expected_as(answer, "a set")
        if len(elements) < len(found or ()):
            return DUPLICATES
        return NO_SET.format(form_of(answer)) if elements == truth else expected_as(answer, "a set")
    if {_loosely(value) for value in answer} == {_loosely(value) for value in truth}:
        return "Elements of your set differ from the right ones only in capital and small letters, or in blanks."
    parts = [
        f"{counted(len(elements), 'element')} {'is' if len(elements) == 1 else 'are'} {what}"
        + (f" ({', '.join(sorted(map(quoted, elements))[:3])})" if shown else "")
        for elements, what in ((truth - answer, "missing"), (answer - truth, "too many"))
        if elements
    ]
    return f"Your set is not right: {', and '.join(parts)}."


def check_several(
    function: Callable[..., Any],
    cases: Iterable[Arguments | tuple[Any, ...]],
    truth: Callable[..., Any],
    names: Sequence[str],
    points: float | None = None,
    misconceptions: Mapping[str, Iterable[Misconception]] | None = None,
    tolerance: float = TOLERANCE,
    shown: bool = False,
) -> Score | None:
    """Check a function that returns several values, such as a mean and a spread, each by itself.

    Args:
        function: the student's.
        cases: the arguments of each call, as a tuple or made by `arguments`.
        truth: the right function of the same arguments, which returns a tuple.
        names: of the values, in their order.
        points: if given, each value that is right in all calls earns its share of them.
        misconceptions: by the name of a value, each with a wrong function of the same arguments for this value.
        tolerance: see `difference`.
        shown: whether the sentence quotes the first call that goes wrong, in a test that students see.

    Returns:
        None if all are right, else the points for those that are.

    Raises:
        CheckError: if it does not return so many values, or none is right; without points, if any is wrong.
    """
    asked = [case if isinstance(case, Arguments) else Arguments(tuple(case), {}) for case in cases]
    answers, truths = [call(function, case) for case in asked], [tuple(call(truth, case)) for case in asked]
    rows = [_row_of(answer, names) for answer in answers]
    told = [
        [difference(row[place], right[place], tolerance) for row, right in zip(rows, truths, strict=True)]
        for place in range(len(names))
    ]
    wrong = [place for place, sentences in enumerate(told) if any(sentences)]
    if not wrong:
        return None
    first = next(number for number, sentence in enumerate(told[wrong[0]]) if sentence)
    before = told_call(function, asked[first], answers[first]) if shown else ""
    if all(_reordered(row, right, tolerance) for row, right in zip(rows, truths, strict=True)):
        raise CheckError(before + OTHER_ORDER)
    hint = _explained(asked, rows, wrong, names, misconceptions or {}, tolerance) or (
        f"Of the values that your function returns, the one for {names[wrong[0]]} is not right: {told[wrong[0]][first]}"
    )
    if points is None:
        raise CheckError(before + hint)
    return partial_score(points, len(names) - len(wrong), len(names), before + hint)


def _row_of(answer: Any, names: Sequence[str]) -> list[Any]:
    answer = plain(answer)
    row = entries(answer)
    if answer is None or row is None or len(row) != len(names):
        several = f"{len(names)} values are expected: {', '.join(names)}."
        raise CheckError(NOTHING if answer is None else f"Your function returns {form_of(answer)}, and {several}")
    return row


def _reordered(row: list[Any], right: tuple[Any, ...], tolerance: float) -> bool:
    left = list(row)
    for value in right:
        place = next((number for number, other in enumerate(left) if not difference(other, value, tolerance)), None)
        if place is None:
            return False
        del left[place]
    return True


def _explained(
    asked: list[Arguments],
    rows: list[list[Any]],
    wrong: list[int],
    names: Sequence[str],
    misconceptions: Mapping[str, Iterable[Misconception]],
    tolerance: float,
) -> str | None:
    for place in wrong:
        for misconception in misconceptions.get(names[place], ()):
            try:
                made = [call(misconception.wrong, case) for case in asked]
            except (ArithmeticError, ValueError, LookupError, TypeError):
                continue
            if not any(difference(row[place], value, tolerance) for row, value in zip(rows, made, strict=True)):
                return misconception.hint
    return None

"""Checks of tables and columns of pandas, which is imported only where an answer is checked."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from gdl_utils.checks.compare import DIFFERENT, NOTHING, TOLERANCE, difference
from gdl_utils.checks.forms import counted, expected_as, not_right, plain, quoted
from gdl_utils.checks.result import CheckError, Misconception

GIVES_NONE = f"{NOTHING} A method of pandas with inplace=True gives None as well."
A_COLUMN = "Your answer is a single column (Series), where a table is expected."
A_TABLE = "Your answer is a table, where a single column (Series) is expected."
COLUMN_NAMES = "Columns of your table have names that differ from the right ones only in letters' case or in blanks."
COLUMN_ORDER = "Your table has the right columns in another order."
RENAMED = "The columns of your table have the right content under other names."
MORE_ROWS = "Your table has more rows than it should have."
FEWER_ROWS = "Your table has fewer rows than it should have."
INDEX_RESET = "The rows of your table have lost their index: look for reset_index or ignore_index."
INDEX_KEPT = "The rows of your table should be counted from 0: reset_index(drop=True) does this."
OTHER_INDEX = "The index of your table is not right."
INDEX_AS_COLUMN = "What should be the index of your table is one of its columns: look for set_index or as_index."
COLUMN_AS_INDEX = "What should be a column of your table is its index: reset_index() makes it one."
UNSORTED = "Your table has the right rows in another order: is it sorted as the task asks?"
MISSING = "Your table has missing values where there should be none."
KINDS = {"b": "True and False", **dict.fromkeys("iufc", "numbers"), "M": "times", "m": "durations"}


def check_frame(
    answer: Any,
    truth: Any,
    misconceptions: Iterable[Misconception] = (),
    tolerance: float = TOLERANCE,
    ordered: bool = True,
    index: bool = True,
    shown: bool = False,
) -> None:
    """Check a table (DataFrame) or a single column (Series).

    Args:
        answer: the student's.
        truth: the right one.
        misconceptions: each with the table that it gives, or with a function that makes it of a copy of the right one.
        tolerance: of numbers, relative to the largest of their column. Whole numbers may come as floats.
        ordered: whether rows must come in the order of the right ones.
        index: whether the index counts.
        shown: whether the sentence names columns, in a test that students see.

    Raises:
        CheckError: if it is another one.
    """
    told = _difference(plain(answer), truth, tolerance, ordered, index, shown)
    if told is None:
        return
    for misconception in misconceptions:
        wrong = misconception.wrong(truth.copy()) if callable(misconception.wrong) else misconception.wrong
        differs = _difference(wrong, truth, tolerance, ordered, index, False)
        if differs and _difference(plain(answer), wrong, tolerance, ordered, index, False) is None:
            raise CheckError(misconception.hint)
    raise CheckError(told)


def _difference(answer: Any, truth: Any, tolerance: float, ordered: bool, index: bool, shown: bool) -> str | None:
    import pandas

    if answer is None:
        return GIVES_NONE
    if not isinstance(answer, type(truth)):
        if isinstance(answer, pandas.DataFrame):
            return A_TABLE
        what = "a table (DataFrame)" if isinstance(truth, pandas.DataFrame) else "a single column (Series)"
        return A_COLUMN if isinstance(answer, pandas.Series) else expected_as(answer, what)
    if isinstance(truth, pandas.Series):
        if answer.name != truth.name:
            return f"Your column has another name than it should have{f', {quoted(answer.name)}' if shown else ''}."
        answer, truth = answer.to_frame("values"), truth.to_frame("values")
    told = _about_columns(answer, truth, shown)
    if told or len(answer) != len(truth):
        return told or (MORE_ROWS if len(answer) > len(truth) else FEWER_ROWS)
    if not ordered:
        answer, truth = _sorted(answer, index), _sorted(truth, index)
    wrong = _wrong_columns(answer, truth, tolerance)
    if not wrong:
        return _about_index(answer, truth) if index else None
    if ordered and not _wrong_columns(_sorted(answer, False), _sorted(truth, False), tolerance):
        return UNSORTED
    return _about_values(answer, truth, wrong, shown)


def _about_columns(answer: Any, truth: Any, shown: bool) -> str | None:
    own, right = list(answer.columns), list(truth.columns)
    if own == right:
        return None
    missing, more = [name for name in right if name not in own], [name for name in own if name not in right]
    if not missing and not more:
        return COLUMN_ORDER if len(own) == len(right) else "Your table has a column more than once."
    if missing and set(missing) <= set(answer.index.names):
        return COLUMN_AS_INDEX
    if not missing and set(more) <= {*truth.index.names, "index"}:
        return INDEX_AS_COLUMN
    if len(own) == len(right):
        if sorted(map(_loosely, own)) == sorted(map(_loosely, right)):
            return COLUMN_NAMES
        renamed = answer.set_axis(truth.columns, axis=1)
        if len(answer) == len(truth) and not _wrong_columns(renamed, truth, TOLERANCE):
            return RENAMED + (f" Yours are {', '.join(map(quoted, more))}." if shown else "")
    return f"The columns of your table are not right: {not_right(missing, more, 'column', shown)}."


def _loosely(name: Any) -> str:
    return "".join(str(name).split()).casefold()


def _sorted(table: Any, by_index: bool) -> Any:
    """The rows in an order that depends on nothing but their content."""
    keys = [[quoted(value) for value in row] for row in table.itertuples(index=by_index, name=None)]
    return table.iloc[sorted(range(len(keys)), key=keys.__getitem__)]


def _wrong_columns(answer: Any, truth: Any, tolerance: float) -> list[int]:
    return [
        place
        for place in range(truth.shape[1])
        if not _same_values(answer.iloc[:, place], truth.iloc[:, place], tolerance)
    ]


def _kind(column: Any) -> str:
    dtype = getattr(column.dtype, "numpy_dtype", column.dtype)
    return KINDS.get(getattr(dtype, "kind", "O"), "text or other objects")


def _same_values(own: Any, right: Any, tolerance: float) -> bool:
    if _kind(own) != _kind(right) or not (own.isna().to_numpy() == right.isna().to_numpy()).all():
        return False
    there = right.notna().to_numpy()
    own, right = own[there].to_numpy(), right[there].to_numpy()
    if right.dtype.kind in "biufc":
        return difference(np.asarray(own), np.asarray(right), tolerance) is None
    return all(bool(one == other) for one, other in zip(own.tolist(), right.tolist(), strict=True))


def _about_index(answer: Any, truth: Any) -> str | None:
    if answer.index.equals(truth.index):
        same_names = list(answer.index.names) == list(truth.index.names)
        return None if same_names else "The index of your table has another name than it should have."
    counts = [list(table.index) == list(range(len(table))) for table in (answer, truth)]
    return INDEX_RESET if counts == [True, False] else INDEX_KEPT if counts == [False, True] else OTHER_INDEX


def _about_values(answer: Any, truth: Any, wrong: list[int], shown: bool) -> str:
    own, right = answer.iloc[:, wrong[0]], truth.iloc[:, wrong[0]]
    named = f" {quoted(truth.columns[wrong[0]])}" if shown else ""
    if _kind(own) != _kind(right):
        return f"A column{named} of your table holds {_kind(own)}, where {_kind(right)} are expected."
    if (own.isna().to_numpy() & right.notna().to_numpy()).any():
        return MISSING
    if truth.shape[1] == 1:
        return DIFFERENT
    told = f"The values in {len(wrong)} of {counted(truth.shape[1], 'column')} are wrong"
    return f"{told}{', first in' if shown else ''}{named}."

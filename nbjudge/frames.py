"""Tables of pandas as plain data: columns, index and names, in NumPy's arrays.

Nothing of a table is code on the way, and nothing that is read makes any: a type is one of those listed here. Arrow's
own format would need pyarrow on both sides, and a reader in C++ for what a student's process sends. pandas is imported
only where a table arrives.
"""

import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nbjudge.plain_types import are_plain
from nbjudge.special_arrays import times, unit_of
from nbjudge.wire import ARRAY_KINDS, WireError

MOST_ROWS = 1 << 26  # of a table: an index that counts takes no room in a message
ZONE = re.compile(r"(?:[A-Z][A-Za-z0-9_+-]{0,30}(?:/[A-Z][A-Za-z0-9_+-]{0,30}){0,2}|UTC[+-]\d\d:\d\d)", re.ASCII)
FREQUENCY = re.compile(r"[A-Za-z0-9-]{1,24}", re.ASCII)
NULLABLE = re.compile(r"boolean|U?Int(?:8|16|32|64)|Float(?:32|64)", re.ASCII)
SIDES = ("left", "right", "both", "neither")  # of an interval that belong to it
SCALARS = ("Timestamp", "Timedelta", "Period", "Interval", "NaTType")
ENCODING = ("utf-8", "surrogatepass")
PRESENT, NONE, NAN, NA = range(4)  # whether a text is there, and what stands in its place if not
Data = list[Any]


def encode(value: Any) -> tuple[str, Any] | None:
    """A name and plain data for a table, a column, an index or a single value of pandas, None for anything else.

    Raises:
        WireError: if it holds what can't be sent.
    """
    pandas = sys.modules.get("pandas")
    kind = type(value)
    # The exact types: a subclass of the student's could be equal to anything.
    if pandas is None or kind.__module__.partition(".")[0] != "pandas":
        return None
    if kind is pandas.DataFrame:
        columns = [_column(value.iloc[:, place]) for place in range(value.shape[1])]
        return "frame", [_index(value.columns), _index(value.index), columns]
    if kind is pandas.Series:
        return "series", [_index(value.index), _column(value), _label(value.name)]
    if issubclass(kind, pandas.Index):
        return "index", _index(value)
    if value is pandas.NA:
        return "missing", None
    if kind.__name__ in SCALARS:
        return "moment", _column(pandas.Series([value]))
    return None


def _are_elements(values: Iterable[Any]) -> bool:
    """Whether all are single values, of pandas itself perhaps, or tuples of them, which are labels."""
    pandas = sys.modules["pandas"]
    own = {pandas.Timestamp, pandas.Timedelta, pandas.Period, pandas.Interval, type(pandas.NaT), type(pandas.NA)}
    parts = (part for value in values for part in (value if type(value) is tuple else (value,)))
    return are_plain(part for part in parts if type(part) not in own)


def _label(label: Any) -> Any:
    if not _are_elements([label]):
        raise WireError("it is a table with names other than numbers, text and dates")
    return label


def _index(index: Any) -> Data:
    pandas = sys.modules["pandas"]
    kind = type(index)
    if kind is pandas.RangeIndex:
        return ["range", index.start, index.stop, index.step, _label(index.name)]
    if kind is pandas.MultiIndex:
        codes = [np.asarray(code, np.int64) for code in index.codes]
        return ["levels", [_index(level) for level in index.levels], codes, [_label(name) for name in index.names]]
    frequency = index.freqstr if kind in (pandas.DatetimeIndex, pandas.TimedeltaIndex) else None
    return ["values", _column(index), frequency, _label(index.name)]


def _column(values: Any) -> Data:
    """Kind and content of a column or of an index."""
    dtype, array = values.dtype, values.array
    if isinstance(dtype, np.dtype):
        return _column_of_numpy(values)
    if NULLABLE.fullmatch(dtype.name):
        return ["nullable", array.to_numpy(dtype.numpy_dtype, na_value=0), np.asarray(array.isna())]
    match type(dtype).__name__:
        case "DatetimeTZDtype" if ZONE.fullmatch(str(dtype.tz)):
            return ["zoned", dtype.unit, array.asi8, str(dtype.tz)]
        case "StringDtype":
            return ["strings", _texts(values.tolist()), dtype.storage, dtype.na_value is not sys.modules["pandas"].NA]
        case "CategoricalDtype":
            return ["category", np.asarray(array.codes, np.int64), _index(dtype.categories), bool(dtype.ordered)]
        case "IntervalDtype":
            return ["interval", _column(array.left), _column(array.right), dtype.closed]
        case "PeriodDtype":
            return ["period", array.asi8, dtype.name.removeprefix("period[").removesuffix("]")]
    raise WireError(f"it is a table with a column of type {dtype}, which can't be compared")


def _column_of_numpy(values: Any) -> Data:
    dtype = values.dtype
    if dtype.kind in ARRAY_KINDS:
        return ["numbers", np.asarray(values)]
    if dtype.kind in "Mm":
        return ["times", *unit_of(dtype), values.array.asi8]
    elements = values.tolist()
    if all(type(element) is str or _is_missing(element) for element in elements):
        return ["texts", _texts(elements)]
    if not _are_elements(elements):
        kind = next(type(element).__name__ for element in elements if not _are_elements([element]))
        raise WireError(f"it is a table with values of type {kind[:40]!r} in a column, which can't be compared")
    return ["objects", elements]


def _is_missing(element: Any) -> bool:
    return element is None or element is sys.modules["pandas"].NA or (type(element) is float and element != element)


def _texts(elements: list[Any]) -> Data:
    """Texts one after the other, the characters of each, and which are missing."""
    present = [element if type(element) is str else "" for element in elements]
    states = [
        PRESENT if type(element) is str else NONE if element is None else NAN if type(element) is float else NA
        for element in elements
    ]
    lengths = np.fromiter(map(len, present), np.int64, len(present))
    return ["".join(present).encode(*ENCODING), lengths, np.array(states, np.uint8)]


# What the other side sent


def _refuse() -> WireError:
    return WireError("a message holds a damaged table")


def _read_label(label: Any) -> Any:
    if not _are_elements([label]):
        raise _refuse()
    return label


def _read_index(data: Any) -> Any:
    import pandas

    match data:
        case ["range", int() as start, int() as stop, int() as step, name] if len(range(start, stop, step)) < MOST_ROWS:
            return pandas.RangeIndex(start, stop, step, name=_read_label(name))
        case ["levels", list() as levels, list() as codes, list() as names]:
            if not all(type(code) is np.ndarray and code.dtype == np.int64 for code in codes):
                raise _refuse()
            return pandas.MultiIndex(list(map(_read_index, levels)), codes, names=list(map(_read_label, names)))
        case ["values", column, frequency, name]:
            values = _read_column(column)
            index = pandas.Index(values, dtype=values.dtype, name=_read_label(name), tupleize_cols=False)
            if frequency is not None:
                if type(frequency) is not str or not FREQUENCY.fullmatch(frequency):
                    raise _refuse()
                # Refused by pandas if the times have another one.
                index.freq = frequency
            return index
    raise _refuse()


def _read_column(data: Any) -> Any:
    """An array of NumPy's, or one of pandas's own."""
    import pandas

    match data:
        case ["numbers", np.ndarray() as values] if values.ndim == 1 and values.dtype.kind in "biufc":
            return values
        case ["times", kind, unit, np.ndarray() as values] if values.ndim == 1:
            return times(kind, unit, values)
        case ["zoned", unit, np.ndarray() as values, str() as zone] if values.ndim == 1 and ZONE.fullmatch(zone):
            return pandas.DatetimeIndex(times("M", unit, values)).tz_localize("UTC").tz_convert(zone).array
        case ["nullable", np.ndarray() as values, np.ndarray() as missing] if missing.dtype == bool:
            array = pandas.array(values, dtype=_nullable(values.dtype))
            array[missing] = pandas.NA
            return array
        case ["texts", texts]:
            return _of_objects(_read_texts(texts))
        case ["strings", texts, ("python" | "pyarrow") as storage, bool() as is_nan]:
            options = {"na_value": np.nan} if is_nan else {}
            return pandas.array(_read_texts(texts), dtype=pandas.StringDtype(storage, **options))
        case ["objects", list() as elements] if _are_elements(elements):
            return _of_objects(elements)
        case ["category", np.ndarray() as codes, categories, bool() as ordered] if codes.dtype == np.int64:
            kind = pandas.CategoricalDtype(_read_index(categories), ordered)
            return pandas.Categorical.from_codes(codes, dtype=kind)
        case ["interval", left, right, closed] if closed in SIDES:
            return pandas.arrays.IntervalArray.from_arrays(_read_column(left), _read_column(right), closed)
        case ["period", np.ndarray() as ordinals, str() as frequency] if FREQUENCY.fullmatch(frequency):
            if ordinals.dtype == np.int64:
                return pandas.PeriodIndex.from_ordinals(ordinals, freq=frequency).array
    raise _refuse()


def _nullable(dtype: "np.dtype[Any]") -> str:
    name = {"b": "boolean", "u": f"UInt{8 * dtype.itemsize}"}.get(dtype.kind, dtype.name.capitalize())
    if not NULLABLE.fullmatch(name):
        raise _refuse()
    return name


def _of_objects(elements: list[Any]) -> Any:
    array = np.empty(len(elements), object)
    for place, element in enumerate(elements):
        array[place] = element
    return array


def _read_texts(data: Any) -> list[Any]:
    import pandas

    joined, lengths, states = data
    if type(lengths) is not np.ndarray or lengths.dtype != np.int64 or lengths.ndim != 1 or (lengths < 0).any():
        raise _refuse()
    if type(states) is not np.ndarray or states.dtype != np.uint8 or states.shape != lengths.shape:
        raise _refuse()
    text = bytes.decode(joined, *ENCODING)
    # Each length first: sums of 64 bits can overflow.
    if (lengths > len(text)).any() or lengths.sum() != len(text) or (states > NA).any():
        raise _refuse()
    ends = np.cumsum(lengths).tolist()
    absent = {NONE: None, NAN: np.nan, NA: pandas.NA}
    return [
        absent[state] if state else text[start:end]
        for start, end, state in zip([0, *ends], ends, states.tolist(), strict=False)
    ]


def _frame(data: Any) -> Any:
    import pandas

    columns, index, contents = data
    names, rows = _read_index(columns), _read_index(index)
    if type(contents) is not list or len(contents) != len(names):
        raise _refuse()
    made = [_series_of(rows, content) for content in contents]
    frame = pandas.DataFrame(dict(enumerate(made)), index=rows)
    frame.columns = names
    return frame


def _series_of(index: Any, content: Any, name: Any = None) -> Any:
    import pandas

    values = _read_column(content)
    # Else pandas would take text among objects for a column of text.
    return pandas.Series(values, index=index, dtype=values.dtype, name=name)


def _series(data: Any) -> Any:
    index, content, name = data
    return _series_of(_read_index(index), content, _read_label(name))


def _moment(data: Any) -> Any:
    (value,) = _series_of(None, data)
    return value


def _missing(data: Any) -> Any:
    import pandas

    return pandas.NA


def _importing(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads with pandas imported, or says that it is not there."""

    def reading(data: Any) -> Any:
        try:
            import pandas  # noqa: F401
        except ImportError:
            raise WireError("a message holds a table, and pandas is not installed here") from None
        return read(data)

    return reading


READERS: dict[str, Callable[[Any], Any]] = {
    name: _importing(read)
    for name, read in {
        "frame": _frame, "series": _series, "index": _read_index, "moment": _moment, "missing": _missing,
    }.items()
}  # fmt: skip

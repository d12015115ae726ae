"""Values of Python's own library that cross as plain data: exact numbers, times, counters and queues.

Only objects of exactly these types do: a subclass of the student's could be equal to anything.
"""

import datetime
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

DECIMAL = re.compile(r"-?(?:\d+(?:\.\d*)?(?:E[+-]?\d{1,4})?|Infinity|s?NaN)", re.ASCII)
LONGEST_DECIMAL = 2_000  # characters
TIMES = {kind.__name__: kind for kind in (datetime.date, datetime.datetime, datetime.time)}
EXACT: frozenset[type] = frozenset([Counter])  # of these, subclasses of what crosses anyway
MOST_DAYS = 999_999_999  # of a timedelta
# What may be an element of an array of objects or of a column of a table, and can be compared for what it is.
ELEMENTS = frozenset(
    [type(None), bool, int, float, complex, str, bytes, Fraction, Decimal, datetime.timedelta, *TIMES.values()]
)


def encode(value: Any) -> tuple[str, Any] | None:
    """A name and plain data for a value of these types, None for any other."""
    kind = type(value)
    if kind is Fraction:
        return "Fraction", [value.numerator, value.denominator]
    if kind is Decimal:
        return "Decimal", str(value)
    if kind in TIMES.values() and (kind is datetime.date or value.tzinfo is None):
        return kind.__name__, value.isoformat()
    if kind is datetime.timedelta:
        return "timedelta", [value.days, value.seconds, value.microseconds]
    if kind is Counter:
        return "Counter", dict(value)
    if kind is deque:
        return "deque", [list(value), value.maxlen]
    return None


def _fraction(data: Any) -> Fraction:
    top, bottom = data
    if type(top) is not int or type(bottom) is not int or bottom < 1:
        raise ValueError
    return Fraction(top, bottom)


def _decimal(data: Any) -> Decimal:
    if type(data) is not str or len(data) > LONGEST_DECIMAL or not DECIMAL.fullmatch(data):
        raise ValueError
    return Decimal(data)


def _timedelta(data: Any) -> datetime.timedelta:
    days, seconds, microseconds = data
    if any(type(part) is not int or abs(part) > MOST_DAYS for part in data):
        raise ValueError
    return datetime.timedelta(days, seconds, microseconds)


def _counter(data: Any) -> Counter[Any]:
    if type(data) is not dict or any(type(count) is not int for count in data.values()):
        raise ValueError
    return Counter(data)


def _deque(data: Any) -> deque[Any]:
    items, most = data
    if type(items) is not list or not (most is None or (type(most) is int and most >= 0)):
        raise ValueError
    return deque(items, most)


def _time(kind: Any) -> Callable[[Any], Any]:
    def read(data: Any) -> Any:
        if type(data) is not str:
            raise ValueError
        value = kind.fromisoformat(data)
        if value.isoformat() != data:
            raise ValueError
        return value

    return read


READERS: dict[str, Callable[[Any], Any]] = {
    "Fraction": _fraction,
    "Decimal": _decimal,
    "timedelta": _timedelta,
    "Counter": _counter,
    "deque": _deque,
    **{name: _time(kind) for name, kind in TIMES.items()},
}


def are_plain(elements: Iterable[Any]) -> bool:
    """Whether all elements are single values of Python's own or NumPy's: no containers, no objects of other classes."""
    return all(kind in ELEMENTS or _is_of_numpy(kind) for kind in set(map(type, elements)))


def _is_of_numpy(kind: type) -> bool:
    return issubclass(kind, np.generic) and not issubclass(kind, np.void) and kind.__module__ == "numpy"

"""NumPy arrays beyond numbers, booleans and text: times, records, Python's own values, and matrices."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbjudge.plain_types import are_plain
from nbjudge.wire import ARRAY_KINDS, WireError

UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")


def encode(value: Any) -> tuple[str, Any] | None:
    """A name and plain data for an array or scalar of these kinds, None for anything else.

    Raises:
        WireError: if its elements can't be sent.
    """
    kind = type(value)
    if kind is np.matrix:
        return "matrix", np.ndarray.view(value, np.ndarray)
    if not issubclass(kind, np.ndarray | np.generic):
        return None
    is_scalar = issubclass(kind, np.generic)
    array = np.asarray(value) if is_scalar else np.ndarray.view(value, np.ndarray)
    if array.dtype.kind in "Mm":
        return "times", [*unit_of(array.dtype), np.ascontiguousarray(array).view("i8").reshape(array.shape), is_scalar]
    if array.dtype.names:
        return "records", [_fields(array), list(array.shape), is_scalar]
    if array.dtype.kind == "O":
        elements = array.ravel().tolist()
        if not are_plain(elements):
            raise WireError("it is an array of Python objects other than numbers, text, dates and None")
        return "objects", [elements, list(array.shape)]
    return None


def unit_of(dtype: "np.dtype[Any]") -> tuple[str, str]:
    """Kind ("M" or "m") and unit of times.

    Raises:
        WireError: if the unit is a multiple, or none.
    """
    unit, count = np.datetime_data(dtype)
    if count != 1 or unit not in UNITS:
        raise WireError(f"it holds times of type {dtype}, whose unit can't be sent")
    return dtype.kind, unit


def _fields(array: "np.ndarray[Any, Any]") -> list[Any]:
    fields = [[name, array[name]] for name in array.dtype.names or ()]
    if not all(field.dtype.kind in ARRAY_KINDS and field.shape == array.shape for _, field in fields):
        raise WireError("it is a structured array with fields other than numbers, booleans and text")
    return fields


def times(kind: Any, unit: Any, numbers: Any) -> "np.ndarray[Any, Any]":
    """An array of dates and times (kind "M"), or of durations ("m"), of whole numbers of a unit.

    Raises:
        WireError: if they make none.
    """
    if kind not in ("M", "m") or unit not in UNITS or type(numbers) is not np.ndarray or numbers.dtype != np.int64:
        raise WireError("a message holds damaged times")
    return numbers.view(f"{kind}8[{unit}]")


def _times(data: Any) -> Any:
    kind, unit, numbers, is_scalar = data
    array = times(kind, unit, numbers)
    return array[()] if is_scalar is True and not array.ndim else array


def _records(data: Any) -> Any:
    fields, shape, is_scalar = data
    for name, values in fields:
        # A single one comes as a scalar.
        if type(name) is not str or not isinstance(values, np.ndarray | np.generic) or values.shape != tuple(shape):
            raise WireError("a message holds a damaged structured array")
    array = np.zeros(shape, [(name, values.dtype) for name, values in fields])
    for name, values in fields:
        array[name] = values
    return array[()] if is_scalar is True and not shape else array


def _objects(data: Any) -> Any:
    elements, shape = data
    if type(elements) is not list or not are_plain(elements):
        raise WireError("a message holds a damaged array of objects")
    array = np.empty(len(elements), object)
    array[:] = elements
    return array.reshape(shape)


def _matrix(data: Any) -> Any:
    if type(data) is not np.ndarray or data.ndim != 2:
        raise WireError("a message holds a damaged matrix")
    return data.view(np.matrix)


READERS: dict[str, Callable[[Any], Any]] = {
    "times": _times, "records": _records, "objects": _objects, "matrix": _matrix,
}  # fmt: skip

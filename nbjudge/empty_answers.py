"""Empty answers must not pass for right ones: whatever is asked of all elements of nothing is true.

An answer without elements can be asked for its shape, size, type and length, printed, and compared with a truth that is
just as empty. Every other use of it in a test fails.
"""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from itertools import islice
from typing import Any

import numpy as np

from nbjudge import dictionaries, empty_tables
from nbjudge.empty_tables import EmptyTable
from nbjudge.empty_tables import refuse as _refuse

COMPARISONS = ("allclose", "array_equal", "array_equiv", "isclose")
TESTS = (
    "assert_allclose", "assert_almost_equal", "assert_array_almost_equal", "assert_array_almost_equal_nulp",
    "assert_array_equal", "assert_array_less", "assert_array_max_ulp", "assert_equal",
)  # fmt: skip
# These give a plain array for any, and would take the guard away.
CONVERSIONS = ("array", "asarray", "ascontiguousarray", "asfortranarray", "asarray_chkfinite", "require")
DESCRIPTIONS = ("shape", "size", "ndim", "array_repr", "array_str", "array2string", "iscomplexobj", "isrealobj")
OF_EVERY_OBJECT = {*dir(object), "__len__", "__bool__", "__class_getitem__"} - {"__lt__", "__le__", "__gt__", "__ge__"}
MOST_ELEMENTS = 100_000  # of an iterator
# They leave an array empty, and with its guard.
SAME_ELEMENTS = {"astype", "copy", "flatten", "ravel", "reshape", "squeeze", "swapaxes", "transpose"}


def _refusals(kind: type, allowed: set[str]) -> dict[str, Any]:
    # Whatever a newer Python or NumPy adds to them is refused, too.
    return {name: _refuse for name in dir(kind) if name not in allowed and callable(getattr(kind, name))}


class EmptyArray(np.ndarray):
    """An array without elements that a student's code gave."""

    locals().update(_refusals(np.ndarray, OF_EVERY_OBJECT | SAME_ELEMENTS | {"__array_finalize__", "__array_wrap__"}))
    __eq__, __ne__ = np.ndarray.__eq__, np.ndarray.__ne__
    __bool__ = __tf_tensor__ = _refuse
    __hash__ = None
    flat = data = property(_refuse)

    @property
    def _unguarded(self) -> Any:
        return np.ndarray.view(self, np.ndarray)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_: Any) -> Any:
        """Whether it is equal to another array, for one that is just as empty."""
        if ufunc in (np.equal, np.not_equal) and method == "__call__" and _are_equally_empty(inputs):
            return ufunc(*map(unguarded, inputs))
        return _refuse()

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """What describes it, and comparisons with an array that is just as empty."""
        return _array_function(function, args, kwargs)

    def __copy__(self) -> "EmptyArray":
        return self

    def __deepcopy__(self, memo: Any) -> "EmptyArray":
        return self


def _array_function(function: Any, args: Any, kwargs: Any) -> Any:
    name = function.__name__
    if name in DESCRIPTIONS or (name in COMPARISONS and _are_equally_empty([*args, *kwargs.values()][:2])):
        return function(*map(unguarded, args), **{key: unguarded(value) for key, value in kwargs.items()})
    return _refuse()


def _guarded_kind(kind: type) -> type:
    """A subclass of a kind of container whose elements can't be looked for, since it has none."""

    def equal(self: Any, other: Any) -> Any:
        if isinstance(other, kind) and not _has_elements(other):
            return _base(self).__eq__(self, other)
        return _refuse()

    members = {
        **_refusals(kind, OF_EVERY_OBJECT),
        "__array__": _refuse,
        "__array_ufunc__": _refuse,
        "__array_function__": lambda _self, function, _types, args, kwargs: _array_function(function, args, kwargs),
        "__eq__": equal,
        "__ne__": lambda self, other: not equal(self, other),
        "__hash__": kind.__hash__,
        "__copy__": lambda self: self,
        "__deepcopy__": lambda self, _memo: self,
        "_unguarded": property(_plain_container),
    }
    return type(f"Empty{kind.__name__.capitalize()}", (kind,), members)


def _plain_container(value: Any) -> Any:
    kind = _base(value)
    return kind(map(unguarded, kind.__iter__(value)))


def _base(value: Any) -> Any:
    # The built-in type of a container, whose own methods do what those of a guarded one refuse.
    return type(value).__mro__[-2]


CONTAINERS: dict[type, type] = {kind: _guarded_kind(kind) for kind in (list, tuple, dict, set, frozenset)}


class EmptyTensor:
    """A tensor without elements that a student's code gave; to `isinstance` it is a tensor."""

    def __init__(self, tensor: Any):
        self._unguarded = tensor
        self.shape, self.dtype, self.ndim = tensor.shape, tensor.dtype, tensor.ndim

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._unguarded)

    def numpy(self) -> Any:
        """The array, as empty."""
        return guarded(self._unguarded.numpy())

    def __len__(self) -> int:
        return len(self._unguarded)

    def __repr__(self) -> str:
        return repr(self._unguarded)

    def __getattr__(self, name: str) -> Any:
        # What a library asks for in order to find out what it is must not be there, else it would be taken for it.
        if name.startswith("__") or name in ("_unguarded", "shape", "dtype", "ndim"):
            raise AttributeError(name)
        return _refuse()

    __array__ = __array_ufunc__ = __tf_tensor__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __iter__ = __getitem__ = __contains__ = __int__ = __float__ = __index__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = _refuse
    __matmul__ = __rmatmul__ = __neg__ = __abs__ = __invert__ = _refuse
    __hash__ = object.__hash__


class GuardedKind(type):
    """A class of Python's own that a student's code gave for an answer: what a test makes with it is an answer, too."""

    _unguarded: Any

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """What the class makes; the elements of an iterator in a list."""
        made = cls._unguarded(*args, **kwargs)
        return guarded(made if type(made) in CONTAINERS else list(islice(made, MOST_ELEMENTS)))

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is cls._unguarded

    def __hash__(cls) -> int:
        return hash(cls._unguarded)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls._unguarded)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls._unguarded)

    def __repr__(cls) -> str:
        return repr(cls._unguarded)


KINDS = {
    kind: GuardedKind(kind.__name__, (), {"_unguarded": kind})
    for kind in (*CONTAINERS, enumerate, filter, map, reversed, zip)
}
GUARDED = (EmptyArray, EmptyTensor, EmptyTable, GuardedKind, *CONTAINERS.values())


def guarded(value: Any) -> Any:
    """The same answer, in which what has no elements refuses to be used as if it had some.

    Args:
        value: plain data, tensors and what stands for objects of the student's.
    """
    kind = type(value)
    if kind is np.ndarray or kind is np.matrix:
        return value if value.size else value.view(EmptyArray)
    if kind is type:
        return KINDS.get(value, value)
    if kind is range:
        return value if value else CONTAINERS[tuple]()
    if kind is dict:
        items = {key: guarded(item) for key, item in value.items()}
        return items if items else CONTAINERS[dict]()
    if kind in (list, tuple):
        elements = kind(map(guarded, value))
        return elements if _has_elements(elements) else CONTAINERS[kind](elements)
    if kind in (set, frozenset):
        return value if value else CONTAINERS[kind]()
    if issubclass(kind, dict):
        dictionaries.guard_values(value, guarded)
        return value
    if kind.__name__ == "EagerTensor" and 0 in value.shape:
        return EmptyTensor(value)
    if empty_tables.is_table(kind) and not value.size:
        empty_tables.guard_pandas(_unguarded_pair)
        return empty_tables.made(value, guarded)
    return value


def _unguarded_pair(left: Any, right: Any) -> tuple[Any, Any]:
    """Two tables to compare, of which one may be an answer without elements, as they are."""
    if any(map(_is_guarded, (left, right))) and not _are_equally_empty((left, right)):
        _refuse()
    return unguarded(left), unguarded(right)


def _has_elements(value: Any) -> bool:
    # A list of empty lists makes an empty array.
    if isinstance(value, list | tuple):
        return any(map(_has_elements, _base(value).__iter__(value)))
    if isinstance(value, dict | set | frozenset | range):
        return len(value) > 0
    return not (isinstance(value, GUARDED) or (isinstance(value, np.ndarray) and not value.size))


def unguarded(value: Any) -> Any:
    """The plain answer of which `guarded` made this one."""
    return value._unguarded if _is_guarded(value) else value


def _is_guarded(value: Any) -> bool:
    # Not isinstance, which asks an object of which class it is.
    return issubclass(type(value), GUARDED)


def _are_equally_empty(values: Sequence[Any]) -> bool:
    """Whether answers without elements meet a truth of the same shape."""
    shapes = {np.shape(unguarded(value)) for value in values}
    return len(shapes) == 1 and not all(map(_is_guarded, values))


def _one_is_empty(values: list[Any]) -> bool:
    sizes = set()
    for value in values:
        plain = isinstance(value, np.ndarray | np.generic | list | tuple | int | float | complex)
        if plain or type(value).__name__ == "EagerTensor":
            try:
                sizes.add(bool(np.size(value)))
            except ValueError:
                # Lists of different lengths, which are not empty.
                sizes.add(True)
    return len(sizes) > 1


def _comparing(compare: Callable[..., Any], fails: bool) -> Callable[..., Any]:
    @wraps(compare)
    def checked(*args: Any, **kwargs: Any) -> Any:
        compared = [*args, *kwargs.values()][:2]
        if any(map(_is_guarded, compared)):
            if not _are_equally_empty(compared):
                _refuse()
            return compare(*map(unguarded, args), **{key: unguarded(value) for key, value in kwargs.items()})
        if _one_is_empty(compared):
            if fails:
                raise AssertionError("one of the two is empty")
            return np.False_
        return compare(*args, **kwargs)

    return checked


def _converting(convert: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(convert)
    def checked(*args: Any, **kwargs: Any) -> Any:
        result = convert(*args, **kwargs)
        if type(result) is np.ndarray and not result.size and _holds_guarded([*args, *kwargs.values()][0]):
            return result.view(EmptyArray)
        return result

    return checked


def _holds_guarded(value: Any) -> bool:
    if _is_guarded(value):
        return True
    return type(value) in (list, tuple) and any(map(_holds_guarded, value))


def guard_numpy() -> None:
    """Make NumPy's comparisons take nothing for different from something, and its conversions keep the guard."""
    for name in COMPARISONS:
        setattr(np, name, _comparing(getattr(np, name), fails=False))
    for name in TESTS:
        setattr(np.testing, name, _comparing(getattr(np.testing, name), fails=True))
    for name in CONVERSIONS:
        setattr(np, name, _converting(getattr(np, name)))


def guard_libraries() -> None:
    """Guard NumPy, and pandas if it is imported; else pandas is guarded when the first table comes."""
    guard_numpy()
    if "pandas" in sys.modules:
        empty_tables.guard_pandas(_unguarded_pair)

"""Tables of pandas without elements: what `empty_answers` does for arrays and lists, for them."""

import sys
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

SENTENCE = "the answer has no elements"
COMPARISONS = ("assert_frame_equal", "assert_series_equal", "assert_index_equal")
# What describes a table, or leaves it as empty as it is.
DESCRIPTIONS = {
    "axes", "columns", "copy", "dtype", "dtypes", "empty", "equals", "head", "index", "name", "names", "ndim",
    "nlevels", "reset_index", "shape", "size", "sort_index", "sort_values", "tail", "to_numpy", "values",
}  # fmt: skip
OWN = {"_unguarded", "_guard", "__class__", "__copy__", "__deepcopy__", "__doc__"}


def refuse(*_: Any, **__: Any) -> Any:
    """Let the test fail.

    Raises:
        AssertionError: always.
    """
    raise AssertionError(SENTENCE)


class EmptyTable:
    """A table, column or index without elements that a student's code gave; to `isinstance` it is one of pandas's.

    pandas itself, which looks into its attributes, gets none of them.
    """

    _unguarded: Any
    _guard: Callable[[Any], Any]

    def __getattribute__(self, name: str) -> Any:
        if name in OWN:
            return object.__getattribute__(self, name)
        plain, guard = self._unguarded, self._guard
        found = getattr(plain, name)  # raises an AttributeError if there is nothing of this name
        if is_table(type(found)) or (name in DESCRIPTIONS and not callable(found)):
            return guard(found)
        if name not in DESCRIPTIONS:
            return refuse()
        return lambda *args, **kwargs: guard(found(*map(_unguarded, args), **kwargs))

    def __getattr__(self, name: str) -> Any:
        # Asked after the above; pandas's own would look for a column.
        raise AttributeError(name)

    def __len__(self) -> int:
        return len(self._unguarded)

    def __getitem__(self, key: Any) -> Any:
        """A column, or what is left of the rows."""
        return self._guard(self._unguarded[key])

    def __contains__(self, key: Any) -> bool:
        return key in self._unguarded

    def __repr__(self) -> str:
        return repr(self._unguarded)

    def __copy__(self) -> "EmptyTable":
        return self

    def __deepcopy__(self, memo: Any) -> "EmptyTable":
        return self

    __iter__ = __array__ = __array_ufunc__ = __bool__ = __setattr__ = __setitem__ = refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = refuse
    __hash__ = object.__hash__


def _unguarded(value: Any) -> Any:
    return value._unguarded if issubclass(type(value), EmptyTable) else value


def is_table(kind: type) -> bool:
    """Whether this is a class of pandas's tables, columns or indexes."""
    pandas = sys.modules.get("pandas")
    if pandas is None or issubclass(kind, EmptyTable):
        return False
    return kind in (pandas.DataFrame, pandas.Series) or issubclass(kind, pandas.Index)


def made(table: Any, guard: Callable[[Any], Any]) -> Any:
    """A table that refuses to be used as if it had elements.

    Args:
        table: without elements.
        guard: what is done to whatever a test takes out of it.
    """
    kind: Any = type(table)
    guarded: Any = object.__new__(_class_for(kind))
    object.__setattr__(guarded, "_unguarded", table)
    object.__setattr__(guarded, "_guard", guard)
    return guarded


@cache
def _class_for(kind: Any) -> type:
    return type(f"Empty{kind.__name__}", (EmptyTable, kind), {})


@cache
def guard_pandas(unguarded: Callable[[Any, Any], tuple[Any, Any]]) -> None:
    """Let pandas's own comparisons take answers without elements, if the truth is as empty.

    Args:
        unguarded: gives two tables as pandas made them, or refuses.
    """
    from pandas import testing

    for name in COMPARISONS:
        setattr(testing, name, _comparing(getattr(testing, name), unguarded))


def _comparing(compare: Callable[..., Any], unguarded: Callable[[Any, Any], tuple[Any, Any]]) -> Callable[..., Any]:
    @wraps(compare)
    def checked(left: Any, right: Any, *args: Any, **kwargs: Any) -> Any:
        return compare(*unguarded(left, right), *args, **kwargs)

    return checked

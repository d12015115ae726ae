"""Empty answers must not pass for right ones: to NumPy an empty array is close to, and equal to, any number."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

EQUALITY = (np.equal, np.not_equal)
TESTS = (
    "assert_allclose", "assert_almost_equal", "assert_array_almost_equal", "assert_array_almost_equal_nulp",
    "assert_array_equal", "assert_array_less", "assert_array_max_ulp", "assert_equal",
)  # fmt: skip
PREDICATES = ("allclose", "array_equiv", "isclose")


class EmptyArray(np.ndarray):
    """An answer without elements: can be computed with, but neither compared nor joined with what has some."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """The ufunc of the plain array.

        Raises:
            AssertionError: if the operation would make what it is compared with disappear.
        """
        plain = [value.view(np.ndarray) if isinstance(value, EmptyArray) else value for value in inputs]
        others = [] if method != "__call__" else [np.asarray(value) for value in plain]
        for other in others:
            if other.size and (ufunc in EQUALITY or (other.ndim and len(plain) > 1)):
                raise AssertionError("the answer is an empty array")
        if isinstance(kwargs.get("out"), tuple):
            kwargs["out"] = tuple(
                value.view(np.ndarray) if isinstance(value, EmptyArray) else value for value in kwargs["out"]
            )
        return guarded(getattr(ufunc, method)(*plain, **kwargs))


def guarded(value: Any) -> Any:
    """The same value, as an `EmptyArray` if it is an array without elements."""
    if type(value) is np.ndarray and not value.size and value.dtype.kind not in "US":
        return value.view(EmptyArray)
    return value


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


def _wrapped(compare: Callable[..., Any], fails: bool) -> Callable[..., Any]:
    @wraps(compare)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if _one_is_empty([*args, *kwargs.values()][:2]):
            if fails:
                raise AssertionError("one of the two is empty")
            return np.False_
        return compare(*args, **kwargs)

    return checked


def guard_numpy() -> None:
    """Make NumPy's comparisons take nothing for different from something, in this process."""
    for name in PREDICATES:
        setattr(np, name, _wrapped(getattr(np, name), fails=False))
    for name in TESTS:
        setattr(np.testing, name, _wrapped(getattr(np.testing, name), fails=True))

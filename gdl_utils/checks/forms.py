"""Says in words what kind of thing an answer is, and quotes it."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

LONGEST = 60  # characters of a value that is quoted
NAMED = 5  # things that one sentence names


def plain(value: Any) -> Any:
    """A value without the guard that the engine puts around answers without elements."""
    return getattr(value, "_unguarded", value)


def form_of(value: Any) -> str:
    """The form of a value in words, such as "a list of 3 entries"; nothing of its content."""
    value = plain(value)
    pandas = sys.modules.get("pandas")
    if value is None:
        return "None"
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if pandas and isinstance(value, pandas.DataFrame):
        return f"a table of {counted(len(value), 'row')} and {counted(value.shape[1], 'column')}"
    if pandas and isinstance(value, pandas.Series):
        return f"a single column (Series) of {counted(len(value), 'entry')}"
    if isinstance(value, np.generic):
        return (
            f"a number of NumPy's ({value.dtype})"
            if value.dtype.kind in "iufc"
            else f"a value of NumPy's ({value.dtype})"
        )
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if callable(value) and hasattr(value, "__name__"):
        return "a function, not its result"
    if isinstance(value, str):
        return f"a text of {counted(len(value), 'character')}"
    if isinstance(value, Mapping):
        return f"a dictionary of {counted(len(value), 'key')}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"a {type(value).__mro__[-2].__name__} of {counted(len(value), 'entry')}"
    if isinstance(value, int | float | np.number):
        return "a whole number" if isinstance(value, int) else "a number"
    return f"an object of type {type(value).__name__}"


def expected_as(value: Any, what: str) -> str:
    """A sentence on an answer that has another form than it should have."""
    return f"Your answer is {form_of(value)}, where {what} is expected."


def quoted(value: Any) -> str:
    """A value as Python writes it, shortened."""
    value = plain(value)
    if isinstance(value, np.ndarray) and value.ndim:
        text = np.array2string(value, precision=6, separator=", ", threshold=40)
        return _shortened(" ".join(text.split()))
    if isinstance(value, np.random.Generator):
        return "rng"
    if type(value).__module__.startswith("keras."):
        return f"<{type(value).__name__}>"
    return _shortened(repr(_without_types(value)))


def _without_types(value: Any, levels: int = 5) -> Any:
    """A value in whose tuples, lists and dictionaries NumPy's numbers are Python's: 4.0, not np.float64(4.0)."""
    if isinstance(value, np.generic):
        return value.item()
    if levels and type(value) in (tuple, list):
        return type(value)(_without_types(each, levels - 1) for each in value)
    if levels and type(value) is dict:
        return {name: _without_types(each, levels - 1) for name, each in value.items()}
    return value


def _shortened(text: str) -> str:
    return " ".join(text.split()) if len(text) <= LONGEST else f"{' '.join(text[:LONGEST].split())} ..."


def counted(number: int, what: str) -> str:
    """A number of things in words: 1 row, 2 rows, 2 entries."""
    several = f"{what[:-1]}ies" if what.endswith("try") else f"{what}s"
    return f"{number} {what if number == 1 else several}"


def not_right(missing: Sequence[Any], more: Sequence[Any], what: str, shown: bool) -> str:
    """What is missing and what is too many, as the end of a sentence, such as "1 key is missing (2)".

    Args:
        missing: what is asked for and not there.
        more: what is there and not asked for.
        what: they are, in the singular.
        shown: whether the student may read them.
    """
    parts = [
        f"{counted(len(names), what)} {'is' if len(names) == 1 else 'are'} {how}"
        + (f" ({', '.join(map(quoted, names[:NAMED]))})" if shown else "")
        for names, how in ((missing, "missing"), (more, "too many"))
        if names
    ]
    return ", and ".join(parts)

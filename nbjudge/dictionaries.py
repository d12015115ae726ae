"""Dictionaries of special kinds that cross as what they are: ordered, with defaults, results of libraries.

Only objects of exactly these types do: a subclass of the student's could be equal to anything. One that is empty
crosses as a plain dictionary, and so does one whose defaults come from a function of the student's.
"""

import importlib
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

MADE = {kind.__name__: kind for kind in (bool, dict, float, int, list, set, str, tuple, Counter)}
# What gives the defaults, and the name by which it crosses.
DEFAULTS: dict[Any, str] = {None: "", **{kind: name for name, kind in MADE.items()}}
# Dictionaries of libraries whose items are attributes, too, and that are nothing beside these.
OF_LIBRARIES = {
    "Bunch": "sklearn.utils",
    "OdeResult": "scipy.integrate._ivp.ivp",
    "OptimizeResult": "scipy.optimize",
    "RootResults": "scipy.optimize",
}


class Defaults:
    """Makes the defaults of a dictionary, as `guard` gives them."""

    def __init__(self, kind: Any, guard: Callable[[Any], Any]):
        self.kind = kind
        self.guard = guard

    def __call__(self) -> Any:
        """One that is as good as new."""
        return self.guard(self.kind())

    def __repr__(self) -> str:
        return repr(self.kind)


def encode(value: dict[Any, Any]) -> tuple[str, Any] | None:
    """A name and plain data for a dictionary of these kinds, None for any other."""
    kind = type(value)
    if not dict.__len__(value):
        return None
    if kind is OrderedDict:
        return "OrderedDict", dict(value)
    if isinstance(value, defaultdict) and kind is defaultdict:
        made = value.default_factory
        made = made.kind if type(made) is Defaults else made
        name = DEFAULTS.get(made) if made is None or type(made) is type else None
        return None if name is None else ("defaultdict", [name, dict(value)])
    name = next((name for name in OF_LIBRARIES if _found(name) is kind), None)
    return None if name is None else ("result", [name, dict(value)])


def _found(name: str) -> Any:
    # What is not imported made no object.
    return getattr(sys.modules.get(OF_LIBRARIES[name]), name, None)


def _ordered(data: Any) -> dict[Any, Any]:
    if type(data) is not dict:
        raise ValueError
    return OrderedDict(data) if data else data


def _with_defaults(data: Any) -> dict[Any, Any]:
    name, items = data
    if type(items) is not dict or (name != "" and name not in MADE):
        raise ValueError
    return defaultdict(MADE.get(name), items) if items else items


def _result(data: Any) -> dict[Any, Any]:
    name, items = data
    if type(items) is not dict or not all(type(key) is str for key in items):
        raise ValueError
    if not items:
        return items
    kind: Any = getattr(importlib.import_module(OF_LIBRARIES[name]), name)
    made: dict[Any, Any] = kind(**items) if name == "Bunch" else kind.__new__(kind)
    made.update(items)
    return made


READERS = {"OrderedDict": _ordered, "defaultdict": _with_defaults, "result": _result}


def guard_values(value: dict[Any, Any], guard: Callable[[Any], Any]) -> None:
    """Put what `guard` gives in the place of all values of a special dictionary, and of its defaults.

    Args:
        value: of these kinds; any other stays as it is.
        guard: gives what stands for a value.
    """
    kind = type(value)
    if isinstance(value, defaultdict) and value.default_factory is not None:
        value.default_factory = Defaults(value.default_factory, guard)
    if kind in (OrderedDict, defaultdict) or any(_found(name) is kind for name in OF_LIBRARIES):
        value.update({key: guard(item) for key, item in value.items()})

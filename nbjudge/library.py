"""What judge and student process both have and name instead of sending it: functions, exceptions, signatures."""

import builtins
import importlib
import inspect
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType
from typing import Any

from nbjudge.wire import WireError

KINDS = (FunctionType, BuiltinFunctionType, MethodDescriptorType, type)
# These end a loop instead of a test: `all(map(f, inputs))` would be true for an f that raises one.
ENDS = (StopIteration, StopAsyncIteration)
MOST_PARAMETERS = 200
Data = list[Any]


def place_of(value: Any) -> Data | None:
    """The module and the name of a function or class of an installed library, None for anything else."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if type(value).__name__ == "ufunc":
        module, name = "numpy", value.__name__
    elif isinstance(value, MethodDescriptorType):
        module = value.__objclass__.__module__
    elif not isinstance(value, KINDS):
        return None
    if not isinstance(module, str) or not isinstance(name, str) or not _is_library(module):
        return None
    try:
        return [module, name] if _attribute(module, name) is value else None
    except (ImportError, AttributeError):
        return None


def _is_library(module: str) -> bool:
    top = module.split(".")[0]
    if top in sys.stdlib_module_names or top == "builtins":
        return top != "__main__"
    origin = getattr(getattr(sys.modules.get(top), "__spec__", None), "origin", None) or ""
    return "site-packages" in origin or "dist-packages" in origin


@lru_cache(maxsize=1000)
def is_own(kind: type) -> bool:
    """Whether a class is defined in the notebook, or in a module beside it."""
    module = str(kind.__module__)
    if module == "__main__":
        return True
    if module.split(".")[0] == __name__.split(".")[0] or _is_library(module):
        return False
    origin = getattr(sys.modules.get(module), "__file__", None)
    return origin is not None and Path(origin).resolve().is_relative_to(Path.cwd())


def _attribute(module: str, name: str) -> Any:
    value: Any = importlib.import_module(module)
    for part in name.split("."):
        value = getattr(value, part)
    return value


def find(module: Any, name: Any) -> Any:
    """A function or class of an installed library.

    Raises:
        WireError: if there is none.
    """
    try:
        return _attribute(str(module), str(name))
    except (ImportError, AttributeError):
        raise WireError(f"there is no {str(module)[:80]}.{str(name)[:80]} here") from None


def exception(names: list[Any], message: str) -> Exception:
    """An exception of the first class in a list that is one of Python's own.

    Any other would be the code of the side that named it.
    """
    kind: type[Exception] = RuntimeError
    for name in names:
        known = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(known, type) and issubclass(known, Exception) and known is not Exception:
            kind = RuntimeError if issubclass(known, ENDS) else known
            break
    try:
        return kind(message)
    except TypeError:
        # UnicodeDecodeError and its like want more.
        return RuntimeError(message)


def signature_as_data(function: Callable[..., Any]) -> Data:
    """The parameters of a function: name, kind, and a default, if there is one, in a list of one."""
    empty = inspect.Parameter.empty
    found = inspect.signature(function).parameters.values()
    return [[each.name, int(each.kind), [] if each.default is empty else [each.default]] for each in found]


def signature_of_data(data: Any) -> inspect.Signature:
    """The signature that `signature_as_data` describes; annotations are not in it.

    Raises:
        WireError: if it describes none.
    """
    try:
        if type(data) is not list or len(data) > MOST_PARAMETERS:
            raise ValueError
        parameters = []
        for name, kind, default in data:
            given = {"default": default[0]} if default else {}
            parameters.append(inspect.Parameter(name, inspect._ParameterKind(kind), **given))
        return inspect.Signature(parameters)
    except (ValueError, TypeError, KeyError, IndexError):
        raise WireError("a message holds a damaged signature") from None

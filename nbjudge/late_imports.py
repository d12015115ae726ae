"""Puts off parts of libraries that are imported with them and that hardly anybody uses, until somebody does.

Of the seconds that it takes to import Keras, one goes into scikit-learn, SciPy and Matplotlib, for two of its parts.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

PUT_OFF = frozenset(
    f"{package}.{part}"
    for package in ("keras", "keras.src", "keras._tf_keras.keras")
    for part in ("visualization", "wrappers")
)


class LateModule(ModuleType):
    """A module that is run when something of it is asked for.

    Whoever looks through all modules, as `inspect` does, asks for names such as `__file__`, which are there before, or
    `__wrapped__`, which no module has.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        _run(self)
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        _run(self)
        return dir(self)


def _run(module: ModuleType) -> None:
    module.__class__ = ModuleType
    loader: Any = module.__loader__
    loader.run(module)


class _LateLoader(Loader):
    def __init__(self, loader: Any):
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return LateModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass

    def run(self, module: ModuleType) -> None:
        module.__loader__ = self.loader
        if module.__spec__:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)


class _LateFinder(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in PUT_OFF else None
        if spec is not None:
            spec.loader = _LateLoader(spec.loader)
        return spec


@contextmanager
def put_off() -> Iterator[None]:
    """Within the block, let imports put off what `PUT_OFF` names."""
    finder = _LateFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)

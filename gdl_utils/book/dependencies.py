"""What the code of a page uses of this package, function by function, and the digest of each as it stands.

A digest is of the syntax tree without docstrings, so neither comments nor the layout of the code count, and it is the
same in every version of Python. What a module does when it is imported counts for everybody who imports it; a constant
or a function only for those who use it, also by way of others.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

PACKAGE = "gdl_utils"
DIGITS = 16  # of each SHA-256: a page may use a hundred functions


@dataclass(frozen=True)
class _Module:
    """A module by its parts: what it defines and imports, by name, and all else that it does."""

    name: str
    file: Path
    definitions: dict[str, list[ast.AST]] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)  # a name, to a module or to MODULE.NAME
    stars: list[str] = field(default_factory=list)
    effects: list[ast.AST] = field(default_factory=list)


def used_digests(sources: Iterable[str], root: Path) -> dict[str, str]:
    """Digests of all that a page uses of the package.

    Args:
        sources: the cells of a page, as Python.
        root: the folder that holds the package.

    Returns:
        By the dotted name of a function, class or constant; by that of a module for what its import does; and by its
        path for a file of data beside a module.
    """
    reader = _Reader(root)
    reader.see_page([ast.parse(source) for source in sources])
    return dict(sorted(reader.digests.items()))


class _Reader:
    """Follows names from the page through the modules."""

    def __init__(self, root: Path):
        self.root = root
        self.digests: dict[str, str] = {}
        self.seen: set[str] = set()  # modules
        self.modules: dict[str, _Module | None] = {}  # by all names that were looked up

    def see_page(self, cells: list[ast.AST]) -> None:
        """Note what the cells of a page use; a name that one imports is there in all."""
        page = _Module("", self.root)
        for cell in cells:
            for node in ast.walk(cell):
                _add_imports(page, node)
        self._see_imports(page)
        self._follow(page, cells)

    def _see_imports(self, module: _Module) -> None:
        for target in [*module.imported.values(), *module.stars]:
            self._see_module(target)
        for name in module.stars:
            self._see_whole(name)

    def _module(self, name: str) -> _Module | None:
        if name not in self.modules:
            self.modules[name] = self._find_module(name)
        return self.modules[name]

    def _find_module(self, name: str) -> _Module | None:
        if name != PACKAGE and not name.startswith(f"{PACKAGE}."):
            return None
        place = self.root / name.replace(".", "/")
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        return _read_module(name, file, file.stat().st_mtime_ns) if file.is_file() else None

    def _see_module(self, name: str) -> None:
        """Note what the import of a module does, that of the packages around it included."""
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            module = self._module(".".join(parts[:length]))
            if module is None or module.name in self.seen:
                continue
            self.seen.add(module.name)
            if module.effects:
                self.digests[module.name] = _digest_of(module.effects)
            data = module.file.with_suffix(".json")
            if data.is_file():
                self.digests[data.relative_to(self.root).as_posix()] = _short_digest(data.read_bytes())
            self._see_imports(module)
            self._follow(module, module.effects)

    def _see_whole(self, name: str) -> None:
        module = self._module(name)
        for part in module.definitions if module else ():
            self._see(name, [part])

    def _see(self, name: str, chain: list[str]) -> None:
        """Note what `name.chain[0].chain[1]...` stands for, where `name` is a module."""
        self._see_module(name)
        module = self._module(name)
        if module is None:
            return
        if not chain:
            self._see_whole(name)
            return
        first, rest = chain[0], chain[1:]
        if first in module.definitions:
            key = f"{name}.{first}"
            if key not in self.digests:
                self.digests[key] = _digest_of(module.definitions[first])
                self._follow(module, module.definitions[first])
        elif first in module.imported:
            self._see_target(module.imported[first], rest)
        elif self._module(f"{name}.{first}"):
            self._see(f"{name}.{first}", rest)

    def _see_target(self, target: str, chain: list[str]) -> None:
        if self._module(target):
            self._see(target, chain)
        else:
            package, _, name = target.rpartition(".")
            if package:
                self._see(package, [name, *chain])

    def _follow(self, module: _Module, nodes: list[ast.AST]) -> None:
        """See all that some code names."""
        for node in nodes:
            own = _Module(module.name, module.file)
            for inner in ast.walk(node):
                # Imports may stand in a function.
                _add_imports(own, inner)
            self._see_imports(own)
            for first, *rest in _chains(node):
                if first in own.imported:
                    self._see_target(own.imported[first], rest)
                elif module.name and (first in module.definitions or first in module.imported):
                    self._see(module.name, [first, *rest])
                elif first in module.imported:
                    self._see_target(module.imported[first], rest)


@lru_cache(maxsize=200)
def _read_module(name: str, file: Path, _changed: int) -> _Module:
    module = _Module(name, file)
    for node in _without_docstrings(ast.parse(file.read_text(encoding="utf-8"))).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            _add_imports(module, node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            module.definitions.setdefault(node.name, []).append(node)
        elif names := _assigned(node):
            for each in names:
                module.definitions.setdefault(each, []).append(node)
        else:
            module.effects.append(node)
    return module


def _add_imports(module: _Module, node: ast.AST) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            module.imported[alias.asname or alias.name.split(".")[0]] = (
                alias.name if alias.asname else alias.name.split(".")[0]
            )
            if not alias.asname and "." in alias.name:
                # The name is the package's, but the module is imported, too.
                module.imported[f"import {alias.name}"] = alias.name
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            if alias.name == "*":
                module.stars.append(node.module)
            else:
                module.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"


def _assigned(node: ast.stmt) -> list[str]:
    """The names that a statement gives values to, if it does nothing else."""
    if isinstance(node, ast.Assign):
        targets: list[ast.expr] = []
        for target in node.targets:
            targets += target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    else:
        return []
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return names if len(names) == len(targets) else []


def _chains(node: ast.AST) -> Iterator[list[str]]:
    """The names that code uses, each with the attributes that it takes of it: `a.b.c` is one chain."""
    if isinstance(node, ast.Attribute | ast.Name):
        chain: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            chain.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            yield [inner.id, *chain]
            return
    for child in ast.iter_child_nodes(node):
        yield from _chains(child)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return tree


def _plain(node: Any) -> Any:
    """A syntax tree as lists of text: fields that are empty are left out, since newer versions of Python have more."""
    if isinstance(node, ast.AST):
        parts = [[name, _plain(value)] for name, value in ast.iter_fields(node) if value not in (None, [])]
        return [type(node).__name__, *parts]
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return repr(node)


def _digest_of(nodes: list[ast.AST]) -> str:
    return _short_digest(f"[{', '.join(map(_text_of, nodes))}]".encode())


@lru_cache(maxsize=4000)
def _text_of(node: ast.AST) -> str:
    # Pages use much of the same.
    return json.dumps(_plain(node))


def _short_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:DIGITS]

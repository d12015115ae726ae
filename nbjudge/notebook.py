"""Reads notebooks: nbgrader's metadata of a cell, and what the code of a source imports and defines."""

import ast
import hashlib
import re
import warnings
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Any

from nbjudge.compiled import PROMPT
from nbjudge.model import SourceNotebook

SETUP = "setup"
# Characters of a student's code that are read as Python: its syntax takes a thousand times as much memory.
MOST_CODE = 100_000
ASSIGNED_MAGIC = re.compile(r"[^=\n]*=\s*+[%!]")
Cell = dict[str, Any]


def nbgrader(cell: Cell) -> dict[str, Any]:
    """Nbgrader's metadata of a cell, {} if it has none."""
    metadata = cell.get("metadata")
    data = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return data if isinstance(data, dict) else {}


def grade_id(cell: Cell) -> str | None:
    """The grade_id of a cell, None if it has none."""
    name = nbgrader(cell).get("grade_id")
    return name if isinstance(name, str) and name else None


def is_solution(cell: Cell) -> bool:
    """Whether the text of this cell is the student's."""
    return bool(nbgrader(cell).get("solution"))


def is_graded(cell: Cell) -> bool:
    """Whether this cell has points that a test or a person gives."""
    return bool(nbgrader(cell).get("grade"))


def checksum(cell: Cell) -> str:
    """Nbgrader's digest of a cell, which tells whether an answer is still what was released.

    The same as `nbgrader.utils.compute_checksum`, whose import takes longer than grading a notebook.
    """
    data = nbgrader(cell)
    locked = not is_solution(cell) and (is_graded(cell) or bool(data.get("locked")))
    parts = [cell["source"], cell["cell_type"], str(data.get("grade", False)), str(data.get("solution", False))]
    parts += [str(locked), str(data.get("grade_id"))]
    if is_graded(cell):
        parts.append(str(float(data.get("points") or 0)))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def is_unanswered(cell: Cell) -> bool:
    """Whether the text of a solution cell is that of the release."""
    return nbgrader(cell).get("checksum") == checksum(cell)


def is_test(cell: Cell) -> bool:
    """Whether the judge runs this cell and scores it."""
    return is_graded(cell) and not is_solution(cell) and cell["cell_type"] == "code"


def is_setup(cell: Cell) -> bool:
    """Whether this cell runs both in the student process and in the judge."""
    locked = nbgrader(cell).get("locked") and not is_solution(cell) and not is_graded(cell)
    return bool(locked) and cell["cell_type"] == "code" and SETUP in cell["metadata"].get("tags", [])


def text_of(source: Any) -> str | None:
    """The source of a cell as text that any file can hold, None if it is none."""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    # Halves of surrogate pairs are in JSON but in no text; no file could hold them.
    return source.encode("utf-8", "replace").decode()


@lru_cache(maxsize=1000)
def parsed(source: str) -> ast.Module | None:
    """The syntax of a cell of a source, magics translated; None if it is no Python. It is asked for again and again."""
    try:
        return ast.parse(_python(source))
    except (SyntaxError, ValueError):
        return None


def syntax_of_student(source: str) -> ast.Module | None:
    """The syntax of a cell of a student's, lines of magics left out; None if it is no Python, or too long to look at.

    It takes time in proportion to the text, unlike IPython's translation of magics, and nothing of it is kept.
    """
    if len(source) > MOST_CODE:
        return None
    for text in (source, _without_magics(source)):
        # Python raises the last two for what is nested too deep, and warns of what the student wrote.
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError), warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    return None


def _without_magics(source: str) -> str:
    if source.lstrip().startswith("%%"):
        return ""
    lines = source.split("\n")
    for number, line in enumerate(lines):
        code = line.lstrip()
        if code.startswith(("%", "!", "?")) or code.rstrip().endswith("?"):
            lines[number] = f"{line[: len(line) - len(code)]}pass"
        elif ASSIGNED_MAGIC.match(line):
            lines[number] = f"{line.partition('=')[0]}= None"
    return "\n".join(lines)


@lru_cache(maxsize=1000)
def _imports(source: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    tree = parsed(source)
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)) if tree else ()


def imports_of(source: SourceNotebook) -> dict[str, str]:
    """Statements of the source notebook that import a name, by the name.

    The judge imports them itself: a module that comes from the student's process could be any other.
    """
    statements = dict(source.imports)
    texts = [text_of(cell["source"]) or "" for cell in source.content["cells"] if cell["cell_type"] == "code"]
    for node in chain.from_iterable(map(_imports, texts)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                statements.setdefault(name, ast.unparse(ast.Import([alias])))
        elif not node.level:
            for alias in node.names:
                statement = ast.unparse(ast.ImportFrom(node.module, [alias], 0))
                if alias.name == "*":
                    # The one entry that may hold several statements, one a line.
                    statements["*"] = f"{statements['*']}\n{statement}" if "*" in statements else statement
                else:
                    statements.setdefault(alias.asname or alias.name, statement)
    return statements


def imported_in_answers(source: SourceNotebook) -> list[str]:
    """The names that only solution cells of the source notebook import: to import them is a part of the answer."""
    given = [cell for cell in source.content["cells"] if not is_solution(cell)]
    others = SourceNotebook(source.name, {**source.content, "cells": given})
    return sorted(imports_of(source).keys() - imports_of(others).keys())


def not_yet_imported(source: SourceNotebook) -> dict[str, list[str]]:
    """The names that a test needs the student's code to have imported, by the grade_id of the test.

    They are imported somewhere in the source notebook, but neither in the test nor in a cell above it, other than
    solution cells.
    """
    every = imports_of(source).keys() - {"*"}
    given: set[str] = set()
    missing = {}
    for cell in source.content["cells"]:
        if not is_solution(cell):
            given |= imports_of(SourceNotebook(source.name, {"cells": [cell]})).keys()
        if is_test(cell):
            missing[str(grade_id(cell))] = sorted(every - given)
    return missing


def names_defined(source: SourceNotebook) -> dict[str, set[str]]:
    """The names that each cell of the source notebook defines, but for imports, by the cell's grade_id."""
    defined = {name: set(names) for name, names in source.answers.items()}
    for cell in source.content["cells"]:
        if cell["cell_type"] == "code" and (name := grade_id(cell)):
            defined.setdefault(name, set()).update(_names_of_module(text_of(cell["source"]) or ""))
    return defined


@lru_cache(maxsize=1000)
def _names_of_module(source: str) -> frozenset[str]:
    tree = parsed(source)
    names: set[str] = set()
    waiting: list[ast.AST] = [tree] if tree else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            for inner in ast.walk(node):
                names.update(inner.names if isinstance(inner, ast.Global) else ())
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            # What is assigned in those, and in functions and classes, is their own.
            waiting.extend(ast.iter_child_nodes(node))
    return frozenset(names)


def names_of_answers(source: SourceNotebook) -> dict[str, tuple[str, ...]]:
    """The names that the solution cells of the source notebook define, by their grade_id."""
    defined = names_defined(source)
    solutions = {str(grade_id(cell)) for cell in source.content["cells"] if is_solution(cell)}
    return {name: tuple(sorted(names)) for name, names in defined.items() if name in solutions}


def _python(source: str) -> str:
    # IPython's own syntax, as in `%matplotlib inline`, must not hide the imports below it.
    try:
        is_python = not PROMPT.search(source)
        ast.parse(source)
    except SyntaxError:
        is_python = False
    if not is_python:
        from IPython.core.inputtransformer2 import TransformerManager

        return str(TransformerManager().transform_cell(source))
    return source

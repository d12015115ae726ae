"""Graded cells as code, so that what is the same for a whole class is compiled once.

The process that grades compiles, and hands code to the processes of a notebook. Code is of use to the same version of
Python alone: any other gets nothing of it, and compiles the texts, which are always sent, too.
"""

import ast
import marshal
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import MAGIC_NUMBER
from types import CodeType
from typing import Any

CELL = "<graded cell>"  # the file name in tracebacks
STATEMENT = "<test>"
# Prompts at the beginning of a line: IPython may take them away, also those in a text for `doctest`.
PROMPT = re.compile(r"^[ \t]*(?:>>>|(?:\[\w+\] ?)?In ?\[)", re.MULTILINE)


class KeepAnswers(ast.NodeTransformer):
    """Takes out of a test the imports that would put a library's function in the place of the student's.

    Those of whole modules (`from module import *`) go, too: the names that they give are looked up when they are used,
    behind those of answers. Imports inside of functions give names to these functions alone.
    """

    def __init__(self, answers: frozenset[str]):
        self.answers = answers

    def visit_FunctionDef(self, node: Any) -> Any:
        """Leave it as it is."""
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = visit_FunctionDef  # noqa: N815

    def visit_Import(self, node: Any) -> Any:
        """Without the names of answers; nothing if none is left."""
        taken = {*self.answers, "*"}
        node.names = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) not in taken]
        return node if node.names else ast.copy_location(ast.Pass(), node)

    visit_ImportFrom = visit_Import  # noqa: N815


@dataclass(frozen=True)
class CompiledCell:
    """A graded cell, ready to be run.

    Attributes:
        body: all of it, but for a last line that is an expression.
        last: that line, None if there is none.
        value_of: the names whose values, or what is called, read or computed of them, the last line gives.
        is_quiet: whether the last line ends with a semicolon, so that its value does not count.
    """

    body: CodeType
    last: CodeType | None
    value_of: tuple[str, ...]
    is_quiet: bool


def compile_cell(text: str, place: str = CELL, answers: frozenset[str] | None = None) -> CompiledCell:
    """Compile a cell.

    Args:
        text: Python, magics already translated.
        place: for a file name in tracebacks.
        answers: names that no import of the cell may replace; None leaves all imports as they are.

    Raises:
        SyntaxError: if it is no Python.
        ValueError: if it holds zeros.
    """
    tree = ast.parse(text, place)
    if answers is not None:
        KeepAnswers(answers).visit(tree)
    last = tree.body.pop().value if tree.body and isinstance(tree.body[-1], ast.Expr) else None  # type: ignore[attr-defined]
    body = compile(tree, place, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if last is None:
        return CompiledCell(body, None, (), False)
    code = compile(ast.Expression(last), place, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return CompiledCell(body, code, tuple(_names_of_value(last)), text.rstrip().endswith(";"))


def _names_of_value(node: ast.expr) -> list[str]:
    match node:
        case ast.Call(func=inner) | ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Await(value=inner):
            return _names_of_value(inner)
        case ast.NamedExpr(value=inner) | ast.UnaryOp(operand=inner):
            return _names_of_value(inner)
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return [*_names_of_value(left), *_names_of_value(right)]
        case ast.BoolOp(values=values):
            return [name for value in values for name in _names_of_value(value)]
        case ast.Name(id=name):
            return [name]
    return []


# For another process


@lru_cache(maxsize=1000)
def cell_as_code(text: str, answers: frozenset[str] | None) -> bytes:
    """A compiled cell for another process, empty if it is compiled better there: for magics, warnings and errors."""
    if PROMPT.search(text):
        return b""
    try:
        # What the compiler warns of is printed with the test.
        with warnings.catch_warnings(action="error"):
            cell = compile_cell(text, CELL, answers)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return b""
    return MAGIC_NUMBER + marshal.dumps((cell.body, cell.last, cell.value_of, cell.is_quiet))


def cell_of_code(data: bytes) -> CompiledCell | None:
    """The cell in what `cell_as_code` gave, None if it has to be compiled here."""
    return CompiledCell(*marshal.loads(data[len(MAGIC_NUMBER) :])) if data.startswith(MAGIC_NUMBER) else None  # noqa: S302


@lru_cache(maxsize=1000)
def statements_as_code(statements: tuple[str, ...]) -> bytes:
    """Compiled statements for another process, empty if they are compiled better there."""
    try:
        with warnings.catch_warnings(action="error"):
            codes = [compile(statement, STATEMENT, "exec") for statement in statements]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return b""
    return MAGIC_NUMBER + marshal.dumps(codes)


def statements_of_code(data: bytes, statements: Iterable[str]) -> list[CodeType | str]:
    """What `exec` takes for each of some statements: their code, if `statements_as_code` gave it for this Python."""
    return marshal.loads(data[len(MAGIC_NUMBER) :]) if data.startswith(MAGIC_NUMBER) else list(statements)  # noqa: S302

"""How each test of an assignment is run: judged, in a process of its own, or beside the student's objects.

Judged is the default and the strongest. What it can't do is seen in two ways: from the text of a test, here, and by a
trial with the reference solution and without answers, whose result stands in `SourceNotebook.beside`. Neither depends
on what a student wrote.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from nbjudge.hints import hidden_lines, visible_text
from nbjudge.model import SourceNotebook
from nbjudge.notebook import Cell, grade_id, imports_of, is_test, names_of_answers, parsed, text_of

JUDGED, BESIDE = "judged", "beside"  # also the tags of cells by which an author decides
BY_AUTHOR = "the author decided so"
CHANGED_ARGUMENT = "it looks at what a function did to its argument"
IDENTITY = "it asks whether two things are the same object"
WARNINGS = "it looks at the warnings that the student's code gives"
HISTORY = "it looks back at the cells above it"
HISTORY_NAME = re.compile(r"In|Out|_{1,3}|_i{1,3}|_i?\d+|_[io]h")
HISTORY_MAGICS = {"hist", "history", "macro", "notebook", "recall", "rep", "rerun", "save"}
OF_WARNINGS = {"catch_warnings", "warns", "deprecated_call", "assertWarns", "assertWarnsRegex", "assert_warns"}
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
WORD = re.compile(r"\w+")
DEFAULT = "nbjudge_tests"  # the key of a notebook's metadata that says it of all its tests


def ways_of(source: SourceNotebook) -> dict[str, str]:
    """Why tests of a notebook are run beside the student's objects, by grade_id; those that are judged are left out."""
    answers = answers_of(source)
    tests = [cell for cell in source.content["cells"] if is_test(cell)]
    reasons = {str(grade_id(cell)): _why_beside(source, cell, answers) for cell in tests}
    return {name: reason for name, reason in reasons.items() if reason}


def _why_beside(source: SourceNotebook, cell: Cell, answers: frozenset[str]) -> str | None:
    tags = cell["metadata"].get("tags", [])
    if JUDGED in tags or BESIDE in tags:
        return BY_AUTHOR if BESIDE in tags else None
    default = source.content.get("metadata", {}).get(DEFAULT)
    if default in (JUDGED, BESIDE):
        return BY_AUTHOR if default == BESIDE else None
    return source.beside.get(str(grade_id(cell))) or reason_in_text(cell["source"], answers)


def answers_of(source: SourceNotebook) -> frozenset[str]:
    """The names that the solution cells of a notebook define."""
    return frozenset(name for names in names_of_answers(source).values() for name in names)


@lru_cache(maxsize=4000)
def reason_in_text(text: str, answers: frozenset[str]) -> str | None:
    """What is in the text of a test that judging it would get wrong for some wrong answer, None if there is nothing.

    A test that judging gets wrong for the right answer needs no rule: the trial finds it.
    """
    tree = parsed(text)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and _compares_objects(node):
            return IDENTITY
        if (getattr(node, "attr", None) or getattr(node, "id", None)) in OF_WARNINGS:
            return WARNINGS
    if _looks_back(text, answers):
        return HISTORY
    return CHANGED_ARGUMENT if _changed_arguments(tree, answers) else None


def _looks_back(text: str, answers: frozenset[str]) -> bool:
    """Whether a test uses IPython's history, also below a magic such as `%%capture`."""
    if any(HISTORY_NAME.fullmatch(name) for name in _taken_from_above(text) - answers):
        return True
    for node in ast.walk(parsed(text) or ast.Module([], [])):
        match node:
            case ast.Call(func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(name), *_]):
                if name in HISTORY_MAGICS:
                    return True
            case ast.Call(func=ast.Attribute(attr="run_cell_magic"), args=[_, _, ast.Constant(str(below))]):
                if _looks_back(below, answers):
                    return True
    return False


def _compares_objects(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    # `is None`, `is True` and types are plain questions; a name may stand for a type.
    return any(isinstance(kind, ast.Is | ast.IsNot) for kind in node.ops) and not any(
        isinstance(side, ast.Constant) or _is_type(side) for side in sides
    )


def _is_type(node: ast.expr) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"
    return is_call or (isinstance(node, ast.Name) and hasattr(builtins, node.id)) or isinstance(node, ast.Attribute)


def _changed_arguments(tree: ast.Module, answers: frozenset[str]) -> bool:
    """Whether an assertion is about a name that was handed to a student's function, and about nothing it returned."""
    handed: set[str] = set()
    theirs = set(answers)  # names whose values came from the student's code
    for statement in _simple_statements(tree):
        loads = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if isinstance(statement, ast.Assert) and loads & handed and not loads & theirs:
            return True
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            if _names(call.func) & theirs:
                arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
                handed |= {argument.id for argument in arguments if isinstance(argument, ast.Name)}
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            stored = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
            handed -= stored
            if _names(statement.value) & theirs:
                theirs |= stored
            else:
                theirs -= stored - answers
    return False


def _names(node: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _simple_statements(tree: ast.AST) -> Iterator[ast.stmt]:
    for node in _outside_functions(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node


# What tests define


@lru_cache(maxsize=4000)
def lent_by(text: str, answers: frozenset[str], used: frozenset[str]) -> tuple[str, ...]:
    """What of the visible part of a test the student's code may use: imports, functions, classes, constants.

    Args:
        text: of the test.
        answers: names that solution cells define, which no test takes away.
        used: names that other cells of the source use, for which something may be computed.

    Returns:
        Statements; one may fail without the others.
    """
    return tuple(
        ast.unparse(statement)
        for statement in _definitions(visible_text(text), answers)
        if isinstance(statement, DEFINITIONS)
        or (isinstance(statement, ast.Assign | ast.AnnAssign) and _is_lent(statement, answers, used))
    )


def _is_lent(statement: ast.stmt, answers: frozenset[str], used: frozenset[str]) -> bool:
    # What calls an answer is left to the test itself; any other call is worth its time only where its value is used.
    calls = any(isinstance(node, ast.Call) for node in ast.walk(statement))
    is_used = bool(_stored_by(statement) & used)
    return bool(_stored_by(statement)) and not _used_by(statement) & answers and (not calls or is_used)


@lru_cache(maxsize=4000)
def left_by(
    text: str, answers: frozenset[str], used: frozenset[str], used_below: frozenset[str], imported: frozenset[str]
) -> tuple[str, ...]:
    """What a test leaves to the cells below it once it has run: what it lends, and what makes the names that they use.

    Args:
        text: of the test.
        answers: names that solution cells define, which no test takes away.
        used: names that other cells of the source use.
        used_below: those of the cells below the test.
        imported: names that the source imports.

    Returns:
        Statements of the visible part of the test, calls of answers among them; one may fail without the others.
    """
    statements = _definitions(visible_text(text), answers)
    needed = set(_needed(statements, set(used_below), answers, imported))
    lent = set(lent_by(text, answers, used))
    return tuple(text for text in map(ast.unparse, statements) if text in needed | lent)


@lru_cache(maxsize=4000)
def shared_by(text: str, answers: frozenset[str], used_below: frozenset[str]) -> frozenset[str]:
    """The names that a judged test shares with the student's code once it has run, since cells below it use them.

    They are those that its visible part defines by what answers gave, and that no hidden line mentions. All others are
    lent.
    """
    defined: set[str] = set()
    theirs = set(answers)  # names whose values came from the student's code
    for statement in _definitions(visible_text(text), answers):
        used = _used_by(statement)
        defined |= _stored_by(statement)
        if used & theirs:
            # A loop such as `for x in (1, 2): results.append(f(x))` changes what it uses.
            theirs |= _stored_by(statement) | (used & defined)
    lines = text.split("\n")
    hidden = WORD.findall("\n".join(lines[number - 1] for number in hidden_lines(text)))
    return frozenset(theirs & used_below - answers - set(hidden))


@lru_cache(maxsize=4000)
def used_in(text: str) -> frozenset[str]:
    """The names that a cell uses."""
    tree = parsed(text)
    return frozenset() if tree is None else frozenset(_used_by(tree))


def used_by_students(source: SourceNotebook) -> frozenset[str]:
    """The names that the cells of a notebook use that are no tests."""
    cells = [cell for cell in source.content["cells"] if cell["cell_type"] == "code" and not is_test(cell)]
    return frozenset[str]().union(*(used_in(text_of(cell["source"]) or "") for cell in cells))


def used_below_tests(source: SourceNotebook) -> dict[str, frozenset[str]]:
    """The names that cells below a test use that are no tests, by the grade_id of the test."""
    used = frozenset[str]()
    below = {}
    for cell in reversed(source.content["cells"]):
        if is_test(cell):
            below[str(grade_id(cell))] = used
        elif cell["cell_type"] == "code":
            used |= used_in(text_of(cell["source"]) or "")
    return below


def definitions_before(source: SourceNotebook, cell: Cell) -> list[str]:
    """Statements of the tests above a test that define names which it uses, and what these need.

    What other cells define since then, or have been given by those tests, is in the names of the student's code.
    """
    answers, used_below, imported = answers_of(source), used_below_tests(source), frozenset(imports_of(source))
    cells = source.content["cells"]
    wanted = set(_taken_from_above(text_of(cell["source"]) or ""))
    found: list[str] = []
    for other in reversed(cells[: [grade_id(each) for each in cells].index(grade_id(cell))]):
        text = (text_of(other["source"]) or "") if other["cell_type"] == "code" else ""
        if is_test(other):
            below = used_below[str(grade_id(other))]
            wanted -= {name for each in _definitions(visible_text(text), answers) for name in _stored_by(each) & below}
            found = [*_needed(_definitions(text, answers), wanted, answers, imported), *found]
        elif (tree := parsed(text)) is not None:
            wanted -= _stored_by(tree)
    return found


def _needed(
    statements: tuple[ast.stmt, ...], wanted: set[str], answers: frozenset[str], imported: frozenset[str]
) -> list[str]:
    """Those statements of a test that make names which are wanted, to which what they use is added."""
    found: list[str] = []
    for statement in reversed(statements):
        if _touched_by(statement, answers, imported) & wanted:
            found.insert(0, ast.unparse(statement))
            wanted -= _made_by(statement)
            wanted |= _used_by(statement)
    return found


def _touched_by(statement: ast.stmt, answers: frozenset[str], imported: frozenset[str]) -> set[str]:
    """The names that a statement makes or may change.

    Of `stack.push(1)` or `random.seed(1)` these are all that it uses, but `checks.check_value(f(x), 3)` is a test.
    """
    touched = _stored_by(statement)
    for simple in _simple_statements(statement):
        used = _used_by(simple)
        if not _stored_by(simple) and not (_is_call_of(simple, imported) and used & answers):
            touched |= (used - imported or used) - answers
    return touched


def _is_call_of(statement: ast.stmt, names: frozenset[str]) -> bool:
    """Whether a statement calls something and does no more, as in `np.testing.assert_equal(f(x), 3)`."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    called = statement.value.func
    while isinstance(called, ast.Attribute):
        called = called.value
    return isinstance(called, ast.Name) and called.id in names


def _taken_from_above(text: str) -> set[str]:
    """The names that a cell uses and does not make itself before it does."""
    tree = parsed(text)
    taken: set[str] = set()
    for statement in reversed(tree.body if tree else []):
        taken = (taken - _made_by(statement)) | _used_by(statement)
    return taken


def _made_by(statement: ast.stmt) -> set[str]:
    """The names that a statement makes whatever they were before."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return _stored_by(statement)
        case ast.Assign(targets=targets):
            nodes = [node for target in targets for node in ast.walk(target)]
            return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return set()


@lru_cache(maxsize=4000)
def _definitions(text: str, answers: frozenset[str]) -> tuple[ast.stmt, ...]:
    """The statements of a test that assert nothing and define no answer."""
    tree = parsed(text)
    return tuple(
        statement
        for statement in (tree.body if tree else [])
        if not any(isinstance(node, ast.Assert | ast.Raise) for node in _outside_functions(statement))
        and not _stored_by(statement) & answers
    )


def _outside_functions(statement: ast.AST) -> Iterator[ast.AST]:
    yield statement
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for node in ast.iter_child_nodes(statement):
            yield from _outside_functions(node)


def _used_by(tree: ast.AST) -> set[str]:
    """The names that some syntax takes from outside: no parameters, and no variables of functions."""
    match tree:
        case ast.Name(id=name, ctx=ast.Load()):
            return {name}
        case ast.FunctionDef(args=args, body=body) | ast.AsyncFunctionDef(args=args, body=body):
            given = [*tree.decorator_list, *_evaluated(args), *([tree.returns] if tree.returns else [])]
            return _used_by_all(given) | (_used_by_all(body) - _own(args, body))
        case ast.Lambda(args=args, body=value):
            return _used_by_all(_evaluated(args)) | (_used_by(value) - _own(args, []))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return _used_by_all(ast.iter_child_nodes(tree)) - _stored_by(tree)
    return _used_by_all(ast.iter_child_nodes(tree))


def _used_by_all(nodes: Iterable[ast.AST]) -> set[str]:
    return set[str]().union(*map(_used_by, nodes))


def _evaluated(args: ast.arguments) -> list[ast.AST]:
    """What is evaluated where a function is defined: defaults and annotations."""
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    notes = [each.annotation for each in every if each is not None]
    return [node for node in (*args.defaults, *args.kw_defaults, *notes) if node is not None]


def _own(args: ast.arguments, body: list[ast.stmt]) -> set[str]:
    """The names that are a function's own."""
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    nodes = [node for statement in body for node in _outside_functions(statement)]
    of_others = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    stored = set[str]().union(*map(_stored_by, body))
    return ({each.arg for each in every if each is not None} | stored) - of_others


def _stored_by(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in _outside_functions(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.split(".")[0] for alias in aliases}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case _:
                pass
    return names


def judged_only(source: SourceNotebook) -> SourceNotebook:
    """A notebook all of whose tests are judged, whatever their author, their text or a trial says."""
    cells = [
        {**cell, "metadata": {**cell["metadata"], "tags": [JUDGED]}} if is_test(cell) else cell
        for cell in source.content["cells"]
    ]
    return replace(source, content={**source.content, "cells": cells}, beside={})

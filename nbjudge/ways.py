"""How each test of an assignment is run: judged, in a process of its own, or beside the student's objects.

Judged is the default and the strongest. What it can't do is seen in two ways: from the text of a test, here, and by a
trial with the reference solution and without answers, whose result stands in `SourceNotebook.beside`. Neither depends
on what a student wrote.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from nbjudge.effects import Followed, base_of, follow, lasts, names_made, shows
from nbjudge.hints import hidden_lines, visible_text
from nbjudge.model import SourceNotebook
from nbjudge.notebook import Cell, grade_id, imports_of, is_test, names_of_answers, parsed, text_of
from nbjudge.replacements import Replaced, patches, replacements
from nbjudge.syntax import (
    captures,
    compares_objects,
    made_by,
    minds_numbers,
    names_of_truths,
    outside_functions,
    simple_statements,
    stored_by,
    taken_by,
    taken_from_above,
    used_by,
    used_in,
)

JUDGED, BESIDE = "judged", "beside"  # also the tags of cells by which an author decides
BY_AUTHOR = "the author decided so"
CHANGED_ARGUMENT = "it looks at what a function did to its argument"
IDENTITY = "it asks whether two things are the same object"
WARNINGS = "it looks at the warnings that the student's code gives"
PRINTED = "it looks at what the student's code prints"
HISTORY = "it looks back at the cells above it"
PATCHES = "it replaces parts of a module while the student's code runs"
REPLACES = "it takes something away that the student's code may call, or replaces it"
REPLACED = "a test above it takes something away that the student's code may call, or replaces it"
SHOWN = "a cell below it looks back at what it shows"
CHANGES = "it changes an object of the student's"
ALTERS = "it changes what it has handed to a function"
CARRIES = "cells below it use what it changes"
HISTORY_NAME = re.compile(r"In|Out|_{1,3}|_i{1,3}|_i?\d+|_[io]h")
SHOWN_NAME = re.compile(r"Out|_{1,3}|_\d+|_oh")
HISTORY_MAGICS = {"hist", "history", "macro", "notebook", "recall", "rep", "rerun", "save"}
OF_WARNINGS = {"catch_warnings", "warns", "deprecated_call", "assertWarns", "assertWarnsRegex", "assert_warns"}
OF_PRINTED = {"redirect_stdout", "redirect_stderr", "capture_output"}
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Functions of modules that change how these behave from then on.
SETTING = re.compile(r"(re)?set.*|seed|use|close|cl[af]|filterwarnings|simplefilter|basicConfig|disable|chdir|reload")
# Functions of libraries that change nothing.
LOOKING = re.compile(r"assert\w*|check(_\w+)?")
WORD = re.compile(r"\w+")
DEFAULT = "nbjudge_tests"  # the key of a notebook's metadata that says it of all its tests


def ways_of(source: SourceNotebook) -> dict[str, str]:
    """Why tests of a notebook are run beside the student's objects, by grade_id; those that are judged are left out."""
    answers = answers_of(source)
    cells = [cell for cell in source.content["cells"] if cell["cell_type"] == "code"]
    reasons: dict[str, str | None] = {}
    above, replaced = Followed(), replaced_in(source)
    for number, cell in enumerate(cells):
        if is_test(cell):
            name = str(grade_id(cell))
            reasons[name] = _why_beside(source, cell, cells[number + 1 :], answers, above, replaced[name])
        above = replace(follow(text_of(cell["source"]) or "", answers, above), handed=frozenset())
    return {name: reason for name, reason in reasons.items() if reason}


def _why_beside(
    source: SourceNotebook,
    cell: Cell,
    below: list[Cell],
    answers: frozenset[str],
    above: Followed,
    replaced: Replaced,
) -> str | None:
    tags = cell["metadata"].get("tags", [])
    if JUDGED in tags or BESIDE in tags:
        return BY_AUTHOR if BESIDE in tags else None
    default = source.content.get("metadata", {}).get(DEFAULT)
    if default in (JUDGED, BESIDE):
        return BY_AUTHOR if default == BESIDE else None
    known = source.beside.get(str(grade_id(cell)))
    in_text = reason_in_text(cell["source"], answers, above)
    if not in_text and used_in(cell["source"]) & (answers | above.theirs) - replaced.here:
        in_text = REPLACES if replaced.here else REPLACED if replaced.above else None
    return known or in_text or _reason_below(cell["source"], below, answers, above)


def _reason_below(text: str, below: list[Cell], answers: frozenset[str], above: Followed) -> str | None:
    """What in the cells below a test makes it run beside the student's objects, None if there is nothing."""
    texts = [text_of(cell["source"]) or "" for cell in below]
    if _is_shown_below(text, texts, answers):
        return SHOWN
    known = follow(text, answers, above)
    known = replace(known, handed=known.handed - answers)
    for cell, other in zip(below, texts, strict=True):
        if not known.handed:
            return None
        followed = follow(other, answers, known)
        if not is_test(cell):
            known = replace(followed, handed=known.handed - names_made(other))
        elif followed.looks and not follow(other, answers).looks:
            return CHANGED_ARGUMENT
        else:
            known = replace(followed, handed=known.handed & followed.handed)
    return None


def _is_shown_below(text: str, below: list[str], answers: frozenset[str]) -> bool:
    if not shows(text):
        return False
    return any(SHOWN_NAME.fullmatch(name) for other in below for name in taken_from_above(other) - answers)


def answers_of(source: SourceNotebook) -> frozenset[str]:
    """The names that the solution cells of a notebook define."""
    return frozenset(name for names in names_of_answers(source).values() for name in names)


@lru_cache(maxsize=4000)
def reason_in_text(text: str, answers: frozenset[str], above: Followed | None = None) -> str | None:
    """What is in the text of a test that judging it would get wrong for some wrong answer, None if there is nothing.

    A test that judging gets wrong for the right answer needs no rule: the trial finds it.
    """
    tree = parsed(text)
    if tree is None:
        return None
    if _looks_back(text, answers):
        return HISTORY
    truths = names_of_truths(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and compares_objects(node, truths):
            return IDENTITY
        name = getattr(node, "attr", None) or getattr(node, "id", None)
        if name in OF_WARNINGS or minds_numbers(node):
            return WARNINGS
        if name in OF_PRINTED or captures(node):
            return PRINTED
    if patches(tree):
        return PATCHES
    followed = follow(text, answers, above)
    if followed.changes or followed.alters:
        return CHANGES if followed.changes else ALTERS
    return CHANGED_ARGUMENT if followed.looks else None


def _looks_back(text: str, answers: frozenset[str]) -> bool:
    """Whether a test uses IPython's history, also below a magic such as `%%capture`."""
    if any(HISTORY_NAME.fullmatch(name) for name in taken_from_above(text) - answers):
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


# What tests define


@lru_cache(maxsize=4000)
def lent_by(
    text: str, answers: frozenset[str], used: frozenset[str], imported: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """What of the visible part of a test the student's code may use: imports, functions, classes, constants.

    Args:
        text: of the test.
        answers: names that solution cells define, which no test takes away.
        used: names that other cells of the source use, for which something may be computed.
        imported: names that the source imports; what sets something in a module, as `random.seed(1)`, is for all cells.

    Returns:
        Statements; one may fail without the others.
    """
    return tuple(
        ast.unparse(statement)
        for statement in _definitions(visible_text(text), answers)
        if isinstance(statement, DEFINITIONS)
        or (isinstance(statement, ast.Assign | ast.AnnAssign) and _is_lent(statement, answers, used))
        or _sets_a_library(statement, imported)
    )


def _sets_a_library(statement: ast.stmt, imported: frozenset[str]) -> bool:
    """Whether a statement sets something in a module, for all cells, as `np.random.seed(1)` or `plt.close('all')`."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))) if SETTING.fullmatch(name):
            return used_by(statement) <= imported
    return False


def _is_lent(statement: ast.stmt, answers: frozenset[str], used: frozenset[str]) -> bool:
    # What calls an answer is left to the test itself; any other call is worth its time only where its value is used.
    calls = any(isinstance(node, ast.Call) for node in ast.walk(statement))
    is_used = bool(stored_by(statement) & used)
    return bool(stored_by(statement)) and not used_by(statement) & answers and (not calls or is_used)


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
    lent = set(lent_by(text, answers, used, imported))
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
        used = used_by(statement)
        defined |= stored_by(statement)
        if used & theirs:
            # A loop such as `for x in (1, 2): results.append(f(x))` changes what it uses.
            theirs |= stored_by(statement) | (used & defined)
    lines = text.split("\n")
    hidden = WORD.findall("\n".join(lines[number - 1] for number in hidden_lines(text)))
    return frozenset(theirs & used_below - answers - set(hidden))


def replaced_in(source: SourceNotebook) -> dict[str, Replaced]:
    """What the student's code does not find as it was when a test calls it, by the grade_id of the test.

    What is lent to it is not in there.
    """
    answers, used, imported = answers_of(source), used_by_students(source), frozenset(imports_of(source))
    judged = [str(grade_id(cell)) for cell in source.content["cells"] if JUDGED in cell["metadata"].get("tags", [])]
    return replacements(source, answers, lambda text: lent_by(text, answers, used, imported), judged)


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


def definitions_before(
    source: SourceNotebook, cell: Cell, whole: Collection[str] = (), replaced: Collection[tuple[str, str]] = ()
) -> list[str]:
    """Statements of the tests above a test that define names which it uses, and what these need.

    What other cells define since then, or have been given by those tests, is in the names of the student's code.

    Args:
        source: the notebook.
        cell: the test.
        whole: grade_ids of tests whose visible part has been run there.
        replaced: statements that replace what the student's code may call, with the grade_ids of their tests.
    """
    answers, used_below, imported = answers_of(source), used_below_tests(source), frozenset(imports_of(source))
    wanted = set(taken_from_above(text_of(cell["source"]) or ""))
    found: list[str] = []
    for other, text in _above(source, cell):
        if is_test(other):
            name = str(grade_id(other))
            shown = _definitions(visible_text(text), answers)
            below = used_below[name]
            wanted -= {made for each in shown for made in stored_by(each) & below}
            # What sets a library has done so in its place, and so has all that was run there.
            done = set(map(ast.unparse, shown)) if name in whole else set()
            statements = [
                each
                for each in _definitions(text, answers)
                if not _sets_a_library(each, imported) and ast.unparse(each) not in done
            ]
            wanted -= names_made(visible_text(text)) if name in whole else set()
            replacing = [each for test, each in replaced if test == name and each not in done]
            wanted |= {used for each in replacing for used in used_in(each)}
            needed = _needed(tuple(statements), wanted, answers, imported)
            found = [*needed, *(each for each in replacing if each not in needed), *found]
        elif (tree := parsed(text)) is not None:
            wanted -= stored_by(tree)
    return found


def own_definitions(source: SourceNotebook, cell: Cell, beside: Collection[str]) -> list[str]:
    """Statements of tests above a judged test that define what it uses, and that are nobody else's word.

    Args:
        source: the notebook.
        cell: the test.
        beside: grade_ids of tests that are run beside the student's objects, and not where this test runs.
    """
    answers, imported = answers_of(source), frozenset(imports_of(source))
    wanted = set(taken_from_above(text_of(cell["source"]) or ""))
    found: list[str] = []
    for other, text in _above(source, cell):
        if is_test(other) and str(grade_id(other)) in beside:
            statements = _definitions(text, answers)
            followed = follow(text, answers)
            theirs = followed.theirs | followed.handed
            own = tuple(
                each
                for each in statements
                if not (used_by(each) | stored_by(each)) & theirs
                and _touched_by(each, answers, imported) <= names_made(text)
            )
            wanted -= {name for each in statements if each not in own for name in stored_by(each)}
            found = [*_needed(own, wanted, answers, imported), *found]
        elif (tree := parsed(text)) is not None:
            wanted -= stored_by(tree)
    return found


def _above(source: SourceNotebook, cell: Cell) -> Iterator[tuple[Cell, str]]:
    """The code cells above a test, from the nearest, with their texts."""
    cells = source.content["cells"]
    for other in reversed(cells[: [grade_id(each) for each in cells].index(grade_id(cell))]):
        if other["cell_type"] == "code":
            yield other, text_of(other["source"]) or ""


def whole_tests(source: SourceNotebook, ways: Mapping[str, str]) -> set[str]:
    """The grade_ids of tests beside the student's objects whose visible part is run there, too, as in any kernel.

    Args:
        source: the notebook.
        ways: as `ways_of` gives them.
    """
    answers, imported = answers_of(source), frozenset(imports_of(source))
    together = {name: frozenset(names) for names in names_of_answers(source).values() for name in names}
    cells = [cell for cell in source.content["cells"] if cell["cell_type"] == "code"]
    texts = [text_of(cell["source"]) or "" for cell in cells]

    def is_whole(number: int) -> bool:
        text, below = visible_text(texts[number]), texts[number + 1 :]
        is_needed = ways[str(grade_id(cells[number]))] == CARRIES or _is_shown_below(text, below, answers)
        return is_needed or lasts(text, below, imported, together)

    names = [str(grade_id(cell)) if is_test(cell) else "" for cell in cells]
    return {name for number, name in enumerate(names) if name in ways and is_whole(number)}


def _needed(
    statements: tuple[ast.stmt, ...], wanted: set[str], answers: frozenset[str], imported: frozenset[str]
) -> list[str]:
    """Those statements of a test that make names which are wanted, to which what they use is added."""
    found: list[str] = []
    for statement in reversed(statements):
        if _touched_by(statement, answers, imported) & wanted:
            found.insert(0, ast.unparse(statement))
            wanted -= made_by(statement)
            wanted |= taken_by(statement)
    return found


def _touched_by(statement: ast.stmt, answers: frozenset[str], imported: frozenset[str]) -> set[str]:
    """The names that a statement makes or may change.

    Of `stack.push(1)` or `random.seed(1)` these are all that it uses, but `np.testing.assert_equal(x, 3)` is a test.
    """
    touched = set(stored_by(statement))
    for simple in simple_statements(statement):
        used = used_by(simple)
        if not stored_by(simple) and not _only_looks(simple, answers, imported):
            touched |= (used - imported or used) - answers
    return touched


def _only_looks(statement: ast.stmt, answers: frozenset[str], imported: frozenset[str]) -> bool:
    """Whether a statement is a call of a library's that tests an answer, or that by its name changes nothing."""
    match statement:
        case ast.Expr(value=ast.Call(func=called)) if base_of(called) & imported:
            return bool(used_by(statement) & answers or LOOKING.fullmatch(ast.unparse(called).split(".")[-1]))
    return False


@lru_cache(maxsize=4000)
def _definitions(text: str, answers: frozenset[str]) -> tuple[ast.stmt, ...]:
    """The statements of a test that assert nothing and define no answer."""
    tree = parsed(text)
    return tuple(
        statement
        for statement in (tree.body if tree else [])
        if not any(isinstance(node, ast.Assert | ast.Raise) for node in outside_functions(statement))
        and not stored_by(statement) & answers
    )


def judged_only(source: SourceNotebook) -> SourceNotebook:
    """A notebook all of whose tests are judged, whatever their author, their text or a trial says."""
    cells = [
        {**cell, "metadata": {**cell["metadata"], "tags": [JUDGED]}} if is_test(cell) else cell
        for cell in source.content["cells"]
    ]
    return replace(source, content={**source.content, "cells": cells}, beside={})

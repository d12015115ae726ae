"""What of a test lasts, if all cells of a notebook share their objects, as in any kernel: what cells below it see."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nbjudge.notebook import parsed
from nbjudge.syntax import made_by, names_in, outside_functions, stored_by, taken_from_above, used_by

CHANCE = "<chance>"  # stands for the state of the generators that a process shares
# Functions of Python's, and methods, that leave alone what they are given.
LOOKING = {"abs", "bool", "callable", "dir", "float", "format", "getattr", "hasattr", "hash", "id", "int", "isinstance"}
LOOKING |= {"issubclass", "len", "print", "repr", "round", "str", "type"}
LOOKING_METHODS = {"all", "any", "copy", "endswith", "equals", "format", "get", "head", "items", "join", "keys"}
LOOKING_METHODS |= {"lower", "max", "mean", "min", "startswith", "std", "strip", "sum", "tail", "tolist"}
LOOKING_METHODS |= {"upper", "values"}
# Functions of libraries that change what they are given.
CHANGING = {"copyto", "fill_diagonal", "heapify", "heappop", "heappush", "insort", "patch", "put", "setattr", "shuffle"}
OF_CHANCE = {"choice", "choices", "normal", "permutation", "rand", "randint", "randn", "random", "sample", "seed"}
OF_CHANCE |= {"shuffle", "standard_normal", "uniform"}
MAGICS = ("run_cell_magic", "run_line_magic", "system", "getoutput")


@lru_cache(maxsize=4000)
def changed_by(text: str, imported: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What a cell may change.

    Args:
        text: of the cell.
        imported: names that the notebook imports.

    Returns:
        Names to which it gives values, or whose objects it may change, and `CHANCE`; and the functions that it calls.
    """
    tree = parsed(text)
    changed: set[str] = set()
    called: set[str] = set()
    own = {each.name: used_by(each) for each in (tree.body if tree else []) if isinstance(each, ast.FunctionDef)}
    for node in _everywhere(tree) if tree else ():
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                changed.add(name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                changed.add(name)
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                changed |= base_of(node)
            case ast.Call():
                changed |= _changed_by_call(node, imported)
                called |= names_in(node.func)
    for name in called & own.keys():
        changed |= own[name] - imported
        called |= own[name]
    return frozenset(changed), frozenset(called)


def _everywhere(tree: ast.AST) -> Iterator[ast.AST]:
    """Its nodes, those of lambdas too, which are called somewhere, but not those of functions and classes."""
    yield tree
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for node in ast.iter_child_nodes(tree):
            yield from _everywhere(node)


def _changed_by_call(call: ast.Call, imported: frozenset[str]) -> set[str]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    arguments = set[str]().union(*(base_of(each.value if isinstance(each, ast.Starred) else each) for each in given))
    match call.func:
        case ast.Attribute(attr=attr) if attr in MAGICS:
            return _changed_by_magic(call, imported)
        case ast.Attribute(value=receiver, attr=attr):
            of = base_of(receiver)
            if of <= imported:
                by_chance = {CHANCE} if attr in OF_CHANCE else set()
                return by_chance | (arguments if attr in CHANGING else set())
            return set() if attr in LOOKING_METHODS else of | arguments
        case ast.Name(id=name) if name in LOOKING:
            return set()
        case ast.Name(id=name) if name in imported:
            return ({CHANCE} if name in OF_CHANCE else set()) | (arguments if name in CHANGING else set())
    return arguments


def _changed_by_magic(call: ast.Call, imported: frozenset[str]) -> set[str]:
    changed: set[str] = set()
    for each in call.args:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            # A name for what `%%capture` takes, or Python below or behind the magic.
            changed |= {each.value} if each.value.isidentifier() else changed_by(each.value, imported)[0]
    return changed


def base_of(node: ast.AST) -> set[str]:
    """The name of the object of which some syntax is a part, if there is one: `x` of `x.a[1]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


@lru_cache(maxsize=4000)
def state_used(text: str) -> frozenset[str]:
    """The names whose objects a cell looks at, other than to call them or to ask whether something is of their kind."""
    tree = parsed(text)
    nodes = list(ast.walk(tree)) if tree else []
    plain: set[int] = set()
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=args):
                plain |= {id(node.func), *map(id, args[1:])}
            case ast.Call(func=func):
                plain.add(id(func))
            case ast.ExceptHandler(type=kind) if kind is not None:
                plain |= set(map(id, ast.walk(kind)))
    return frozenset(each.id for each in nodes if isinstance(each, ast.Name) and id(each) not in plain)


def needed_below(texts: Iterable[str]) -> set[str]:
    """The names that the cells below another take from above them, and `CHANCE`.

    Args:
        texts: of these cells.
    """
    needed: set[str] = set()
    for text in reversed(list(texts)):
        tree = parsed(text)
        made = set[str]().union(*map(made_by, tree.body)) if tree else set()
        needed = (needed - made) | taken_from_above(text)
        if any(getattr(node, "attr", None) in OF_CHANCE for node in (ast.walk(tree) if tree else ())):
            needed.add(CHANCE)
    return needed


def lasts(text: str, below: Iterable[str], imported: frozenset[str], together: Mapping[str, frozenset[str]]) -> bool:
    """Whether cells below a test may see what it has changed.

    Args:
        text: what students see of the test.
        below: texts of the code cells below it.
        imported: names that the notebook imports.
        together: by the name of an answer all those that its cell defines, of which it may change any.
    """
    texts = list(below)
    changed, called = changed_by(text, imported)
    if changed & needed_below(texts):
        return True
    of_answers = set[str]().union(*(together.get(name, frozenset()) for name in called))
    return bool(of_answers & set[str]().union(*map(state_used, texts)))


def names_made(text: str) -> frozenset[str]:
    """The names that a cell defines, imports among them."""
    tree = parsed(text)
    return frozenset(stored_by(tree)) if tree else frozenset()


def shows(text: str) -> bool:
    """Whether a cell ends with an expression, whose value is shown."""
    tree = parsed(text)
    return bool(tree and tree.body and isinstance(tree.body[-1], ast.Expr)) and not text.rstrip().endswith(";")


@dataclass(frozen=True)
class Followed:
    """Where the values of a test come from, and what it does with them.

    Attributes:
        changes: whether it changes a part of an object of the student's.
        looks: whether it looks at something that was handed to a student's function, and at nothing that this returned.
        handed: names that were handed to one.
        theirs: names whose values came from the student's code.
    """

    changes: bool
    looks: bool
    handed: frozenset[str]
    theirs: frozenset[str]


@lru_cache(maxsize=4000)
def follow(
    text: str,
    answers: frozenset[str],
    handed_before: frozenset[str] = frozenset(),
    theirs_before: frozenset[str] = frozenset(),
) -> Followed:
    """Follow values through a test.

    Args:
        text: of the test.
        answers: names that solution cells define.
        handed_before: names that a test above has handed to a student's function.
        theirs_before: names whose values have come from the student's code there.
    """
    tree = parsed(text)
    handed, theirs = set(handed_before), {*answers, *theirs_before}
    changes = looks = False
    for statement in _steps(tree) if tree else ():
        loads = names_in(statement)
        looks = looks or bool(_asserts(statement) and loads & handed and not loads & theirs)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and names_in(node.func) & theirs:
                arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
                handed |= {argument.id for argument in arguments if isinstance(argument, ast.Name)}
            is_changed = isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)
            changes = changes or (is_changed and bool(base_of(node) & theirs))
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            stored = set[str]().union(*map(names_in, targets))
            handed -= stored
            if names_in(statement.value) & theirs:
                theirs |= stored
            else:
                theirs -= stored - answers
    return Followed(changes, looks, frozenset(handed), frozenset(theirs))


def _steps(tree: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    """The simple statements of a test in their order, and the conditions of others."""
    for node in outside_functions(tree):
        if isinstance(node, ast.If | ast.While):
            yield node.test
        elif isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node


def _asserts(step: ast.stmt | ast.expr) -> bool:
    match step:
        case ast.Assert() | ast.expr():
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
            return "assert" in name.lower()
    return False

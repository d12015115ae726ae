"""What a test takes away from the student's code, or puts in its place: `sorted = None` forbids a function of Python's.

In a kernel all code finds what stands there now, and the cells below do, too. A judged test runs in another process.
"""

import ast
import builtins
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from nbjudge.effects import base_of, names_made
from nbjudge.model import SourceNotebook
from nbjudge.notebook import grade_id, is_solution, is_test, names_defined, parsed, text_of
from nbjudge.syntax import outside_functions, stored_by, used_by

PYTHON = frozenset(vars(builtins))
IMITATIONS = {"Mock", "MagicMock", "create_autospec"}


@dataclass(frozen=True)
class Replaced:
    """What the student's code does not find any more, or finds replaced, when a test calls it.

    Attributes:
        here: what the test itself replaces.
        above: what tests above have replaced for good that call the same answers, as pairs of grade_id and statement.
    """

    here: frozenset[str] = frozenset()
    above: tuple[tuple[str, str], ...] = ()


def replacements(
    source: SourceNotebook, answers: frozenset[str], lent: Callable[[str], Collection[str]]
) -> dict[str, Replaced]:
    """What each test of a notebook finds replaced, by its grade_id.

    Args:
        source: the notebook.
        answers: names that its solution cells define.
        lent: gives the statements of a test that the student's code takes over in any case.
    """
    # What solution cells define and import is known of them even where their text is not there.
    defined, answered, given = names_defined(source), frozenset[str](), frozenset(source.imports)
    standing: dict[str, tuple[str, str, frozenset[str]]] = {}
    found: dict[str, Replaced] = {}
    for cell in source.content["cells"]:
        text = text_of(cell["source"]) or ""
        if cell["cell_type"] != "code":
            continue
        if not is_test(cell):
            for name in names_made(text) & standing.keys():
                del standing[name]
            answered |= answers & defined.get(str(grade_id(cell)), set())
            given |= _imported_by(text) | (frozenset() if is_solution(cell) else _functions_of(text))
            continue
        name, known = str(grade_id(cell)), lent(text)
        # What is lent is lent before the test: that does for all but what stands there for a moment.
        replaced = replaced_by(text, answered, given).items()
        here = {what: how for what, how in replaced if len(how) > 1 or how[0] not in known}
        called = _names_used(text) & answered - here.keys()
        above = tuple((test, each) for test, each, others in standing.values() if not others or others & called)
        found[name] = Replaced(frozenset(here), above)
        for what, how in here.items():
            if standing.pop(what, None) is None and len(how) == 1:
                standing[what] = name, how[0], called
    return found


@lru_cache(maxsize=4000)
def _names_used(text: str) -> frozenset[str]:
    tree = parsed(text)
    return frozenset(used_by(tree)) if tree else frozenset()


def _functions_of(text: str) -> frozenset[str]:
    return _stored_by_all(text, (ast.FunctionDef, ast.ClassDef))


def _imported_by(text: str) -> frozenset[str]:
    return _stored_by_all(text, (ast.Import, ast.ImportFrom)) - {"*"}


@lru_cache(maxsize=4000)
def _stored_by_all(text: str, kinds: tuple[type[ast.stmt], ...]) -> frozenset[str]:
    statements = [node for node in outside_functions(parsed(text) or ast.Module([], [])) if isinstance(node, kinds)]
    return frozenset[str]().union(*map(stored_by, statements))


@lru_cache(maxsize=4000)
def replaced_by(text: str, answers: frozenset[str], given: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The statements of a test, outside of its functions, that replace what the student's code may call.

    Args:
        text: of the test.
        answers: names that solution cells define.
        given: names that cells import, or under which they define functions and classes, that are no tests.

    Returns:
        The statements by what they replace, such as `sum` or `math.factorial`. What a test uses itself from then on is
        a variable of its own.
    """
    tree = parsed(text)
    found: dict[str, tuple[str, ...]] = {}
    if tree is None:
        return found
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    last = {node.id: node.lineno for node in sorted(names, key=_line) if isinstance(node.ctx, ast.Load)}
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    own, modules = _functions_of(text) | given, (_imported_by(text) | given) - made
    for node in outside_functions(tree):
        if not isinstance(node, ast.stmt):
            continue
        statement = ast.unparse(node)
        for target in _targets(node, own, answers | PYTHON, given, modules):
            if last.get(target, 0) <= node.lineno:
                found[target] = (*found.get(target, ()), statement)
        for target in _written_by(node) & found.keys():
            # Another value, what was kept of it for example, restores it.
            found[target] = (*(each for each in found[target] if each != statement), statement)
    return found


def _written_by(node: ast.stmt) -> set[str]:
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return set(map(ast.unparse, targets))
        case ast.Import() | ast.ImportFrom():
            return set(stored_by(node))
    return set()


def _line(node: ast.Name) -> int:
    return node.lineno


def _targets(
    node: ast.stmt,
    own: frozenset[str],
    functions: frozenset[str],
    given: frozenset[str],
    modules: frozenset[str],
) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            if name in functions | given:
                yield name
        case ast.Assign(targets=targets, value=value):
            is_function = _is_function(value, own)
            for target in targets:
                match target:
                    case ast.Name(id=name) if name in given or (is_function and name in functions):
                        yield name
                    case ast.Attribute() if is_function and base_of(target) & modules:
                        yield ast.unparse(target)
                    case ast.Subscript(value=ast.Call(func=ast.Name("globals")), slice=ast.Constant(str(name))):
                        yield name
        case ast.Delete(targets=targets):
            for target in targets:
                if target.id in given if isinstance(target, ast.Name) else base_of(target) & modules:
                    yield ast.unparse(target)
        case ast.Expr(value=ast.Call(func=ast.Name("setattr"), args=[of, ast.Constant(str(name)), value])):
            if _is_function(value, own) and base_of(of) & modules:
                yield f"{ast.unparse(of)}.{name}"
        case ast.Expr(value=ast.Call(func=ast.Name("delattr"), args=[of, ast.Constant(str(name))])):
            if base_of(of) & modules:
                yield f"{ast.unparse(of)}.{name}"


def _is_function(value: ast.expr, own: frozenset[str]) -> bool:
    """Whether a value is None or a function, other than what is computed.

    Args:
        value: of an assignment.
        own: names of the notebook's own functions and classes, and of modules.
    """
    match value:
        case ast.Lambda() | ast.Constant(None):
            return True
        case ast.Name() | ast.Attribute():
            return bool(base_of(value) & own)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in own or name in IMITATIONS
    return False


def patches(tree: ast.Module) -> bool:
    """Whether a test replaces something of a module, by `mock.patch` or as in `random.random = lambda: 0.5`."""
    made = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    extended = {id(node.target) for node in ast.walk(tree) if isinstance(node, ast.AugAssign)}
    for node in outside_functions(tree):
        if id(node) in extended:
            continue
        match node:
            case ast.Call(func=called) if "patch" in ast.unparse(called).split("."):
                return True
            case ast.Attribute(ctx=ast.Store() | ast.Del()) if base_of(node) - made:
                return True
            case ast.Subscript(value=ast.Attribute(), ctx=ast.Store() | ast.Del()) if base_of(node) - made:
                return True
    return False

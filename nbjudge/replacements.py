"""What a test takes away from the student's code, or puts in its place: `sorted = None` forbids a function of Python's.

In a kernel all code finds what stands there now, and the cells below do, too. A judged test runs in another process.
"""

import ast
import builtins
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from nbjudge.effects import base_of
from nbjudge.model import SourceNotebook
from nbjudge.notebook import grade_id, is_solution, is_test, names_defined, parsed, text_of
from nbjudge.syntax import names_in, outside_functions, stored_by, taken_from_above, used_by, used_in

PYTHON = frozenset(vars(builtins))
IMITATIONS = {"Mock", "MagicMock", "create_autospec"}
ALL = "*"  # is written by `from module import *`
HARMLESS = ("show",)  # of Matplotlib's, which tests keep quiet


@dataclass(frozen=True)
class Replaced:
    """What the student's code does not find any more, or finds replaced, when a test calls it.

    Attributes:
        here: what the test itself replaces.
        above: what tests above have replaced for good that call the same answers, as pairs of grade_id and statement.
    """

    here: frozenset[str] = frozenset()
    above: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Replacement:
    """How a test replaces something.

    Attributes:
        statement: that does so; empty if the test restores it, or may do so.
        is_felt: whether the test calls an answer from then on.
    """

    statement: str
    is_felt: bool


@dataclass(frozen=True)
class _Step:
    """A simple statement, a definition, or the head of another statement: what it reads, and what it writes."""

    node: ast.AST
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    is_certain: bool = False  # it is within no other statement


def replacements(
    source: SourceNotebook,
    answers: frozenset[str],
    lent: Callable[[str], Collection[str]],
    judged: Collection[str] = (),
) -> dict[str, Replaced]:
    """What each test of a notebook finds replaced, by its grade_id.

    Args:
        source: the notebook.
        answers: names that its solution cells define.
        lent: gives the statements of a test that the student's code takes over before it.
        judged: grade_ids of tests that are judged whatever they replace.
    """
    # What solution cells define and import is known of them even where their text is not there.
    defined, answered, given = names_defined(source), frozenset[str](), frozenset(source.imports)
    helpers = frozenset[str]()
    standing: dict[str, tuple[str, str, frozenset[str]]] = {}
    found: dict[str, Replaced] = {}
    for cell in source.content["cells"]:
        if cell["cell_type"] != "code":
            continue
        text, name = text_of(cell["source"]) or "", str(grade_id(cell))
        written = frozenset[str]().union(*(step.writes for step in _steps(text)))
        here: dict[str, Replacement] = {}
        if is_test(cell):
            known, called = lent(text), used_in(text) & answered
            if name not in judged:
                every = replaced_by(text, answered, given, helpers)
                here = {what: how for what, how in every.items() if how.statement not in known}
            if standing:
                # Where a test needs it itself, it must have come back.
                written |= (taken_from_above(text) - answered) | _attributes_read(text)
            helpers |= _functions_of(text)
        else:
            answered |= answers & defined.get(name, set())
            given |= _imported_by(text) | (frozenset() if is_solution(cell) else _functions_of(text))
        for what in list(standing):
            if (what in written and what not in here) or (ALL in written and "." not in what):
                del standing[what]
        if is_test(cell):
            called -= here.keys()
            above = {(test, each): None for test, each, others in standing.values() if not others or others & called}
            found[name] = Replaced(frozenset(what for what, how in here.items() if how.is_felt), tuple(above))
            for what, how in here.items():
                standing.pop(what, None)
                if how.statement and (how.is_felt or not called):
                    standing[what] = name, how.statement, called
    return found


@lru_cache(maxsize=4000)
def replaced_by(
    text: str, answers: frozenset[str], given: frozenset[str], helpers: frozenset[str] = frozenset()
) -> dict[str, Replacement]:
    """What a test, outside of its functions, replaces of what the student's code may call.

    Args:
        text: of the test.
        answers: names that solution cells define.
        given: names that cells import, or under which they define functions and classes, that are no tests.
        helpers: names of functions that tests above define.

    Returns:
        How it does so, by what it replaces, such as `sum` or `math.factorial`. What a test uses itself from then on is
        a variable of its own.
    """
    found: dict[str, Replacement] = {}
    tree = parsed(text) or ast.Module([], [])
    steps = _steps(text)
    bodies = {node.name: frozenset(used_by(node)) for node in tree.body if isinstance(node, ast.FunctionDef)}
    written_inside = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    own = _functions_of(text) | helpers
    modules = _imported_by(text) | given | {"__builtins__"}
    for number, step in enumerate(steps):
        replacing = dict(_replacing(step.node, own, answers, given, modules))
        again = step.writes | {what for what in found if ALL in step.writes and "." not in what}
        for what in found.keys() & (again - replacing.keys()):
            found[what] = Replacement("", found[what].is_felt)
        if not replacing:
            continue
        after = [_with_bodies(each.reads, bodies) for each in _until(steps[number + 1 :], replacing.keys())]
        for what, statement in replacing.items():
            if what not in answers and any(what in reads for reads in after):
                continue
            is_felt = any(answers & reads - replacing.keys() for reads in after)
            lasts = step.is_certain and what not in written_inside
            found[what] = Replacement(statement if lasts else "", is_felt)
    return found


def _until(steps: list[_Step], names: Collection[str]) -> Iterator[_Step]:
    """The steps up to the one that writes all of some names again."""
    left = set(names)
    for step in steps:
        yield step
        left -= step.writes
        if not left or ALL in step.writes:
            return


def _with_bodies(reads: frozenset[str], bodies: dict[str, frozenset[str]]) -> frozenset[str]:
    """Names that are read, and those that functions read which are among them."""
    called, waiting = set(reads), list(reads)
    while waiting:
        more = bodies.get(waiting.pop(), frozenset()) - called
        called |= more
        waiting += more
    return frozenset(called)


@lru_cache(maxsize=4000)
def _attributes_read(text: str) -> frozenset[str]:
    nodes = ast.walk(parsed(text) or ast.Module([], []))
    return frozenset(
        ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    )


def _functions_of(text: str) -> frozenset[str]:
    return _stored_by_all(text, (ast.FunctionDef, ast.ClassDef))


def _imported_by(text: str) -> frozenset[str]:
    return _stored_by_all(text, (ast.Import, ast.ImportFrom)) - {ALL}


@lru_cache(maxsize=4000)
def _stored_by_all(text: str, kinds: tuple[type[ast.stmt], ...]) -> frozenset[str]:
    statements = [node for node in outside_functions(parsed(text) or ast.Module([], [])) if isinstance(node, kinds)]
    return frozenset[str]().union(*map(stored_by, statements))


@lru_cache(maxsize=4000)
def _steps(text: str) -> list[_Step]:
    tree = parsed(text) or ast.Module([], [])
    at_top = set(map(id, tree.body))
    return [replace(step, is_certain=id(node) in at_top) for node in outside_functions(tree) for step in _step(node)]


def _step(node: ast.AST) -> Iterator[_Step]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield _Step(node, writes=frozenset([name]))
        case ast.If(test=test) | ast.While(test=test):
            yield _Step(node, frozenset(used_by(test)))
        case ast.For(target=target, iter=values) | ast.AsyncFor(target=target, iter=values):
            yield _Step(node, frozenset(used_by(values)), stored_by(target))
        case ast.withitem(context_expr=entered, optional_vars=named):
            yield _Step(node, frozenset(used_by(entered)), stored_by(named) if named else frozenset())
        case ast.AugAssign(target=target):
            yield _Step(node, frozenset(used_by(node) | names_in(target)), frozenset(_written_by(node)))
        case ast.stmt() if not hasattr(node, "body"):
            yield _Step(node, frozenset(used_by(node)), frozenset(_written_by(node)))


def _written_by(statement: ast.stmt) -> Iterator[str]:
    within = [stored_by(node.target) for node in ast.walk(statement) if isinstance(node, ast.comprehension)]
    yield from stored_by(statement).difference(*within)
    for node in outside_functions(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Del()):
                yield name
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                yield ast.unparse(node)
            case ast.Subscript(value=ast.Call(func=ast.Name("globals")), slice=ast.Constant(str(name))):
                yield name
            case ast.Call(func=ast.Name("setattr" | "delattr"), args=[of, ast.Constant(str(name)), *_]):
                yield f"{ast.unparse(of)}.{name}"


def _replacing(
    node: ast.AST, own: frozenset[str], answers: frozenset[str], given: frozenset[str], modules: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """What a statement replaces or takes away, each with a statement that does only this."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            if name in PYTHON | given | answers:
                yield name, ast.unparse(node)
        case ast.Assign(targets=targets, value=value):
            for target, part in [pair for each in targets for pair in _pairs(each, value)]:
                what = _name_of(target, modules)
                is_answer = what in answers and isinstance(part, ast.Lambda | ast.Name)
                is_other = "." in what or what in (PYTHON | given) - answers
                is_text = is_other and "." not in what and _is_text(part)
                if is_text or ((is_answer or is_other) and _is_function(part, own)):
                    yield what, f"{ast.unparse(target)} = {ast.unparse(part)}"
        case ast.Delete(targets=targets):
            for target in targets:
                if (what := _name_of(target, modules)) and ("." in what or what in given):
                    yield what, f"del {ast.unparse(target)}"
        case ast.Expr(value=ast.Call(func=ast.Name("setattr"), args=[of, ast.Constant(str(name)), value])):
            if _is_function(value, own) and base_of(of) & modules:
                yield f"{ast.unparse(of)}.{name}", ast.unparse(node)
        case ast.Expr(value=ast.Call(func=ast.Name("delattr"), args=[of, ast.Constant(str(name))])):
            if base_of(of) & modules:
                yield f"{ast.unparse(of)}.{name}", ast.unparse(node)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            yield from zip(targets, values, strict=True)
        case _:
            yield target, value


def _name_of(target: ast.expr, modules: frozenset[str]) -> str:
    """What a target stands for, `sum` or `math.factorial`; empty if it is nothing that all code would find."""
    match target:
        case ast.Name(id=name) | ast.Subscript(value=ast.Call(func=ast.Name("globals")), slice=ast.Constant(str(name))):
            return name
        case ast.Attribute(attr=attr) if base_of(target) & modules and attr not in HARMLESS:
            return ast.unparse(target)
    return ""


def _is_function(value: ast.expr, own: frozenset[str]) -> bool:
    """Whether a value is None or a function of a test's; `own` holds the names of these."""
    match value:
        case ast.Lambda() | ast.Constant(None):
            return True
        case ast.Name(id=name):
            return name in own
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in own or name in IMITATIONS
    return False


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


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

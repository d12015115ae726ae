"""What a piece of Python makes, uses and takes from elsewhere, read from its syntax."""

import ast
import builtins
from collections.abc import Iterable, Iterator
from functools import lru_cache

from nbjudge.notebook import parsed


@lru_cache(maxsize=4000)
def taken_from_above(text: str) -> frozenset[str]:
    """The names that a cell uses and does not make itself before it does."""
    tree = parsed(text)
    return frozenset(_taken_by_all(tree.body if tree else []))


@lru_cache(maxsize=4000)
def used_in(text: str) -> frozenset[str]:
    """The names that a cell uses."""
    tree = parsed(text)
    return frozenset() if tree is None else frozenset(used_by(tree))


def taken_by(statement: ast.stmt) -> set[str]:
    """The names that a statement uses and that no part of it has made before: of a loop, the first time round."""
    match statement:
        case ast.For(target=target, iter=first, body=body) | ast.AsyncFor(target=target, iter=first, body=body):
            given = used_by(first) | used_by(target)
            return given | (_taken_by_all(body) - stored_by(target)) | _taken_by_all(statement.orelse)
        case ast.While(test=first, body=body) | ast.If(test=first, body=body):
            return used_by(first) | _taken_by_all(body) | _taken_by_all(statement.orelse)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            stored = set[str]().union(*map(stored_by, items))
            return set[str]().union(*map(used_by, items)) | (_taken_by_all(body) - stored)
    return used_by(statement)


def _taken_by_all(statements: list[ast.stmt]) -> set[str]:
    taken: set[str] = set()
    for statement in reversed(statements):
        taken = (taken - made_by(statement)) | taken_by(statement)
    return taken


def made_by(statement: ast.stmt) -> set[str]:
    """The names that a statement makes whatever they were before."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return set(stored_by(statement))
        case ast.Assign(targets=targets):
            nodes = [node for target in targets for node in ast.walk(target)]
            return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return set()


@lru_cache(maxsize=10_000)
def stored_by(tree: ast.AST) -> frozenset[str]:
    """The names that some syntax gives values to, outside of functions and classes."""
    names: set[str] = set()
    for node in outside_functions(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.split(".")[0] for alias in aliases}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case _:
                pass
    return frozenset(names)


def used_by(tree: ast.AST) -> set[str]:
    """The names that some syntax takes from outside: no parameters, and no variables of functions."""
    match tree:
        case ast.Name(id=name, ctx=ast.Load()):
            return {name}
        case ast.FunctionDef(args=args, body=body) | ast.AsyncFunctionDef(args=args, body=body):
            given = [*tree.decorator_list, *_evaluated(args), *([tree.returns] if tree.returns else [])]
            return _used_by_all(given) | (_used_by_all(body) - _own(args, body))
        case ast.Lambda(args=args, body=value):
            return _used_by_all(_evaluated(args)) | (used_by(value) - _own(args, []))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return _used_by_all(ast.iter_child_nodes(tree)) - stored_by(tree)
    return _used_by_all(ast.iter_child_nodes(tree))


def _used_by_all(nodes: Iterable[ast.AST]) -> set[str]:
    return set[str]().union(*map(used_by, nodes))


def _evaluated(args: ast.arguments) -> list[ast.AST]:
    """What is evaluated where a function is defined: defaults and annotations."""
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    notes = [each.annotation for each in every if each is not None]
    return [node for node in (*args.defaults, *args.kw_defaults, *notes) if node is not None]


def _own(args: ast.arguments, body: list[ast.stmt]) -> set[str]:
    """The names that are a function's own."""
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    nodes = [node for statement in body for node in outside_functions(statement)]
    of_others = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    stored = set[str]().union(*map(stored_by, body))
    return ({each.arg for each in every if each is not None} | stored) - of_others


def names_in(node: ast.AST) -> set[str]:
    """All names in some syntax."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def names_of_truths(tree: ast.AST) -> set[str]:
    """The names to which some syntax gives True, False or None, written there, and nothing else, also in loops."""
    given: dict[str, list[ast.expr | None]] = {}
    written: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[target], value=value):
                _pair(target, [value], given)
                if isinstance(target, ast.Name):
                    written[target.id] = value
            case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
                known = written.get(values.id) if isinstance(values, ast.Name) else values
                _pair(target, _elements(known), given)
            case _:
                pass
    stored = [each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)]
    arguments = {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)}
    return {
        name
        for name, values in given.items()
        if values and name not in arguments and all(map(_is_truth, values)) and stored.count(name) == 1
    }


def _elements(values: ast.expr | None) -> list[ast.expr]:
    """The elements of a list, tuple, set or `{...}.items()` that is written out; none of anything else."""
    match values:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return elements
        case ast.Call(func=ast.Attribute(value=ast.Dict(keys=keys, values=items), attr="items"), args=[]):
            return [ast.Tuple([key, item]) for key, item in zip(keys, items, strict=True) if key]
    return []


def _pair(target: ast.expr, values: list[ast.expr], given: dict[str, list[ast.expr | None]]) -> None:
    match target:
        case ast.Name(id=name):
            given.setdefault(name, []).extend(values or [None])
        case ast.Tuple(elts=targets):
            for number, each in enumerate(targets):
                parts = [_elements(value) for value in values]
                fitting = all(len(part) == len(targets) for part in parts)
                _pair(each, [part[number] for part in parts] if fitting else [], given)


def _is_truth(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and (value.value is None or isinstance(value.value, bool))


def compares_objects(node: ast.Compare, truths: set[str]) -> bool:
    """Whether a comparison asks if two things are the same object.

    Args:
        node: the comparison.
        truths: names that stand for True, False or None.
    """
    sides = [node.left, *node.comparators]
    # `is None`, `is True` and types are plain questions; a name may stand for a type.
    return any(isinstance(kind, ast.Is | ast.IsNot) for kind in node.ops) and not any(
        isinstance(side, ast.Constant) or _is_type(side) or (isinstance(side, ast.Name) and side.id in truths)
        for side in sides
    )


def _is_type(node: ast.expr) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"
    return is_call or (isinstance(node, ast.Name) and hasattr(builtins, node.id)) or isinstance(node, ast.Attribute)


def minds_numbers(node: ast.AST) -> bool:
    """Whether NumPy is to raise or warn where numbers fail, as in `np.errstate(all="raise")`."""
    match node:
        case ast.Call(func=ast.Attribute(attr="errstate" | "seterr") | ast.Name(id="errstate" | "seterr")):
            return any(getattr(each.value, "value", None) in ("raise", "warn", "call") for each in node.keywords)
    return False


def captures(node: ast.AST) -> bool:
    """Whether IPython is to capture in a variable what is printed, as `%%capture said` has it do."""
    match node:
        case ast.Call(
            func=ast.Attribute(attr="run_cell_magic"), args=[ast.Constant("capture"), ast.Constant(str(name)), _]
        ):
            # Without a name it only keeps quiet.
            return bool(name.strip())
    return False


def simple_statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """The statements that hold no others, outside of functions and classes."""
    for node in outside_functions(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node


def outside_functions(statement: ast.AST) -> Iterator[ast.AST]:
    """Some syntax and all within it, but for the insides of functions and classes."""
    yield statement
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for node in ast.iter_child_nodes(statement):
            yield from outside_functions(node)

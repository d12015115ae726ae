"""Mutants of a reference solution: small changes to its code, each of which the tests of its exercise must notice.

The operators are the usual ones of mutation testing (R. A. DeMillo, R. J. Lipton and F. G. Sayward, "Hints on Test Data
Selection", Computer 11, 1978): an operator, a comparison, a constant, an argument or a condition is replaced, a
statement left out. Tools made for packages don't find their way into cells of notebooks.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is], ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A changed solution.

    Attributes:
        change: the statement before and after, which names it among all mutants of its solution.
        source: the whole of its code.
    """

    change: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of the code of a solution cell, each with one change."""
    tree = ast.parse(source)
    before = ast.unparse(tree)
    distinct: dict[str, Mutant] = {}
    for number, _ in enumerate(ast.walk(tree)):
        for variant in range(_variants(tree, number)):
            changed = copy.deepcopy(tree)
            node = list(ast.walk(changed))[number]
            if not _change(changed, node, variant):
                continue
            after = ast.unparse(ast.fix_missing_locations(changed))
            if after != before and after not in distinct:
                distinct[after] = Mutant(_description(before, after), after)
    return list(distinct.values())


def _description(before: str, after: str) -> str:
    old, new = before.split("\n"), after.split("\n")
    first = next(
        (number for number, (line, changed) in enumerate(zip(old, new, strict=False)) if line != changed),
        min(len(old), len(new)) - 1,
    )
    return f"{first + 1}: {old[first].strip()} -> {new[first].strip()}"


def _variants(tree: ast.AST, number: int) -> int:
    node = list(ast.walk(tree))[number]
    match node:
        case ast.Compare():
            return sum(len(COMPARISONS[type(operator)]) for operator in node.ops)
        case ast.Call():
            return int(len(node.args) > 1) + len(node.keywords)
        case ast.Constant(value=bool() | int() | float()):
            return 2 if type(node.value) is int else 1
        case ast.BinOp() | ast.BoolOp() | ast.UnaryOp() | ast.If() | ast.IfExp() | ast.Return() | ast.Constant():
            return 1
        case ast.Assign() | ast.AugAssign() | ast.Expr():
            return 1
    return 0


def _change(tree: ast.AST, node: ast.AST, variant: int) -> bool:
    """Change a node of a tree in one way; whether there was anything to change."""
    match node:
        case ast.BinOp():
            if type(node.op) not in OPERATORS:
                return False
            node.op = OPERATORS[type(node.op)]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            return _replace(tree, node, node.operand)
        case ast.Compare():
            choices = [
                (place, other) for place, operator in enumerate(node.ops) for other in COMPARISONS[type(operator)]
            ]
            place, other = choices[variant]
            node.ops[place] = other()
        case ast.Call():
            if variant < len(node.keywords):
                del node.keywords[variant]
            else:
                node.args[0], node.args[1] = node.args[1], node.args[0]
        case ast.If() | ast.IfExp():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.Return():
            if node.value is None:
                return False
            node.value = ast.Constant(None)
        case ast.Assign() | ast.AugAssign():
            return _replace(tree, node, ast.Pass())
        case ast.Expr():
            # A text alone is a docstring.
            return not isinstance(node.value, ast.Constant) and _replace(tree, node, ast.Pass())
        case ast.Constant():
            return _change_constant(tree, node, variant)
    return True


def _change_constant(tree: ast.AST, node: ast.Constant, variant: int) -> bool:
    if any(isinstance(other, ast.Expr) and other.value is node for other in ast.walk(tree)):
        return False
    if isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node.value, int):
        node.value += 1 if variant == 0 else -1
    elif isinstance(node.value, float):
        node.value = 2 * node.value + 0.125
    elif isinstance(node.value, str):
        node.value += "-changed"
    else:
        return False
    return True


def _replace(tree: ast.AST, node: ast.AST, other: ast.AST) -> bool:
    for parent, name, place in _places(tree):
        held = getattr(parent, name)
        if (held[place] if place is not None else held) is node:
            if place is None:
                setattr(parent, name, other)
            else:
                held[place] = other
            return True
    return False


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if isinstance(value, list):
                yield from ((parent, name, place) for place in range(len(value)))
            else:
                yield parent, name, None

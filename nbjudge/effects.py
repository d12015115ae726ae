"""What of a test lasts, if all cells of a notebook share their objects, as in any kernel: what cells below it see."""

import ast
import builtins
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
CHANGING_METHODS = {"add", "append", "appendleft", "clear", "discard", "extend", "fill", "insert", "pop", "popitem"}
CHANGING_METHODS |= {"popleft", "put", "remove", "resize", "reverse", "setdefault", "sort", "update"}
# Python's functions whose values nothing can change.
PLAIN = {"bool", "chr", "float", "hash", "id", "int", "len", "ord", "range", "repr", "str"}
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
        alters: whether it changes something that it had handed over, and then looks at what may still hold it.
        handed: names that were handed to one.
        theirs: names whose values came from the student's code.
        held: pairs of a name that was handed over and one of theirs that may hold its object.
        objects: names of what the student's classes made.
    """

    changes: bool = False
    looks: bool = False
    alters: bool = False
    handed: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    held: frozenset[tuple[str, str]] = frozenset()
    objects: frozenset[str] = frozenset()


@lru_cache(maxsize=4000)
def follow(text: str, answers: frozenset[str], before: Followed | None = None) -> Followed:
    """Follow values through a test.

    Args:
        text: of the test.
        answers: names that solution cells define.
        before: what is known of names from the cells above it.
    """
    tree = parsed(text)
    follower = _Follower(answers, before or Followed())
    for statement in _steps(tree) if tree else ():
        follower.step(statement)
    return follower.followed()


class _Follower:
    """Follows values from statement to statement; the attributes are those of `Followed`, and these.

    Attributes:
        plain: names of what no function can change.
        altered: names of theirs that may hold what the test has changed.
        objects: names of what the student's classes made.
    """

    def __init__(self, answers: frozenset[str], before: Followed):
        self.answers = answers
        self.handed, self.theirs, self.held = set(before.handed), {*answers, *before.theirs}, set(before.held)
        self.plain = set(dir(builtins)) - answers - before.handed
        self.altered: set[str] = set()
        self.objects = set(before.objects)
        self.changes = self.looks = self.alters = False

    def followed(self) -> Followed:
        handed, theirs, held = frozenset(self.handed), frozenset(self.theirs), frozenset(self.held)
        return Followed(self.changes, self.looks, self.alters, handed, theirs, held, frozenset(self.objects))

    def step(self, statement: ast.stmt | ast.expr) -> None:
        loads = used_by(statement)
        changed = _changed_in_place(statement)
        self.changes = self.changes or bool(_parts_changed(statement) & self.theirs)
        self.altered |= {holder for name, holder in self.held if name in changed}
        if _asserts(statement):
            # Data that came from there are a copy; objects are asked for what they are now.
            others = loads - (self.handed - self.objects)
            self.looks = self.looks or bool(loads & self.handed and not others & self.theirs)
            self.alters = self.alters or bool(loads & self.altered)
        given, holders = self._hands_over(statement, loads)
        self.handed |= given
        stored: set[str] = set()
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign) and statement.value is not None:
            stored = self._store(statement, statement.value)
        new = {(name, holder) for name in given - stored for holder in holders | (stored & self.theirs)}
        self.held |= {pair for pair in new if pair[0] != pair[1]}

    def _hands_over(self, statement: ast.stmt | ast.expr, loads: set[str]) -> tuple[set[str], set[str]]:
        """The names that are handed to the student's code, and those of objects whose methods get some."""
        given: set[str] = set()
        holders: set[str] = set()
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and names_in(node.func) & self.theirs:
                arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
                names = {argument.id for argument in arguments if isinstance(argument, ast.Name)}
                # No variable of a comprehension lasts.
                names = (names & loads) - self.plain
                given |= names
                holders |= base_of(node.func) & self.theirs if names and isinstance(node.func, ast.Attribute) else set()
        return given, holders

    def _store(self, statement: ast.Assign | ast.AugAssign | ast.AnnAssign, value: ast.expr) -> set[str]:
        """Note where the value of names comes from that a statement makes, which are returned."""
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        stored = set[str]().union(*map(names_in, targets))
        self.handed -= stored
        made = set[str]().union(*(_plain_names(each, value, self.plain) for each in targets))
        # What is added to a text or a number gives another.
        self.plain = (self.plain - stored) | (made & self.plain if isinstance(statement, ast.AugAssign) else made)
        is_theirs = bool(names_in(value) & self.theirs)
        if made_anew := set() if isinstance(statement, ast.AugAssign) else stored:
            within = {name for name, holder in self.held if holder in names_in(value)}
            self.held = {pair for pair in self.held if not made_anew & set(pair)}
            self.held |= {(name, each) for name in within - made_anew for each in made_anew}
            self.altered -= made_anew
        self.objects = self.objects - stored | (stored if is_theirs and _makes_objects(value) else set())
        if is_theirs:
            self.theirs |= stored
        else:
            self.theirs -= stored - self.answers
        return stored


def _makes_objects(value: ast.expr) -> bool:
    """Whether a value looks like what classes make, by their names, or is a part of something."""
    match value:
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return all(map(_makes_objects, elements))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name[:1].isupper()
    return isinstance(value, ast.Attribute | ast.Name)


def _parts_changed(statement: ast.AST) -> set[str]:
    """The names of objects to whose parts a statement gives values."""
    nodes = [each for each in ast.walk(statement) if isinstance(each, ast.Attribute | ast.Subscript)]
    return set[str]().union(*(base_of(each) for each in nodes if not isinstance(each.ctx, ast.Load)))


def _changed_in_place(statement: ast.AST) -> set[str]:
    """The names of objects that a statement changes, other than by a function of the student's."""
    changed = _parts_changed(statement)
    for node in ast.walk(statement):
        match node:
            case ast.AugAssign(target=ast.Name(id=name)):
                changed.add(name)
            case ast.Call(func=ast.Attribute(value=receiver, attr=attr)) if attr in CHANGING_METHODS:
                changed |= base_of(receiver)
            case ast.Call(func=ast.Attribute(attr=attr) | ast.Name(id=attr), args=[first, *_]) if attr in CHANGING:
                changed |= base_of(first)
    return changed


def _steps(tree: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    """The simple statements of a test in their order, the conditions of others, and what these give values to."""
    for node in outside_functions(tree):
        if isinstance(node, ast.If | ast.While):
            yield node.test
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield ast.Assign([node.target], _each_of(node.iter))
        elif isinstance(node, ast.withitem):
            entered, name = node.context_expr, node.optional_vars
            yield ast.Assign([name], entered) if name else ast.Expr(entered)
        elif isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node


def _each_of(iterated: ast.expr) -> ast.expr:
    """What stands for the elements over which a loop runs."""
    return ast.Tuple(iterated.elts, ast.Load()) if isinstance(iterated, ast.List | ast.Set) else iterated


def _plain_names(target: ast.expr, value: ast.expr, plain: set[str]) -> set[str]:
    """Which names of a target get something that no function can change."""
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            pairs = zip(targets, values, strict=True)
            return set[str]().union(*(_plain_names(each, its, plain) for each, its in pairs))
        case ((ast.Name() | ast.Tuple()), _) if _is_plain(value, plain):
            return names_in(target)
    return set()


def _is_plain(value: ast.expr, plain: set[str]) -> bool:
    """Whether a value is a text, a number or the like, or a tuple or range of them, which nothing can change."""
    match value:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in PLAIN and name in plain
        case ast.Name(id=name):
            return name in plain
        case ast.UnaryOp(operand=operand):
            return _is_plain(operand, plain)
        case ast.BinOp(left=left, right=right):
            return _is_plain(left, plain) and _is_plain(right, plain)
        case ast.Tuple(elts=elements):
            return all(_is_plain(each, plain) for each in elements)
    return False


def _asserts(step: ast.stmt | ast.expr) -> bool:
    match step:
        case ast.Assert() | ast.expr():
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
            return "assert" in name.lower()
    return False

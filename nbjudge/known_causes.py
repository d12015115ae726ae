"""Why a test fails where that can be told from the notebook's text alone, or was told by a visible test.

Nothing here depends on what the student's code did when hidden tests called it, so it can be told of these, too.
"""

import ast
import importlib.util
from collections.abc import Iterable, Mapping

from nbjudge.hints import MANY_KINDS, UNANSWERED
from nbjudge.notebook import MOST_CODE, Cell, is_solution, is_test, is_unanswered, syntax_of_student
from nbjudge.protocol import Report

STUB = "NotImplementedError"
STUB_LEFT = f"{UNANSWERED[:-1]}: delete the line 'raise {STUB}()' from it, below which nothing of your answer runs."
NO_MODULE = "Your notebook imports {} not installed where your work is graded."
MOST_MODULES = 100
TRAINING = {"fit", "train_on_batch", "train_step", "apply_gradients", "GradientTape"}  # what trains a network, by name
TRAINS = "It trains a network: usual causes are more epochs, more data or a larger network than the exercise asks for."
REPEATS = "Usual causes are a while loop that does not end, and work that is done again in every round of a loop."
ANY_CAUSE = "Usual causes are loops inside loops, and a function that calls itself too often."


def imported_modules(cells: Iterable[Cell], files: Iterable[str]) -> list[str]:
    """The modules that the student's own cells import and that must be installed for it.

    Left out are those which are files of the submission or are written by a cell, and imports that may fail. Nobody
    looks for them in more code than a person writes.

    Args:
        cells: those whose text is the student's.
        files: that lie beside the notebook, by relative path.
    """
    beside = {name.split("/")[0].removesuffix(".py") for name in files}
    modules: dict[str, None] = {}
    texts = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    if sum(map(len, texts)) > MOST_CODE:
        return []
    for text in texts:
        tree = syntax_of_student(text)
        waiting: list[ast.AST] = [tree] if tree else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Try):
                continue
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0]: None for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules[node.module.split(".")[0]] = None
            waiting.extend(ast.iter_child_nodes(node))
    written = [module for module in modules if any(f"{module}.py" in text for text in texts)]
    return sorted(modules.keys() - beside - set(written))[:MOST_MODULES]


def uninstalled(modules: Iterable[str]) -> list[str]:
    """Those of some modules that can't be imported in this process."""
    return [module for module in modules if not _is_installed(module)]


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        # It is there, but not as a file.
        return True


def modules_in_words(modules: Iterable[str]) -> str:
    """`the module 'a', which is`, `the modules 'a' and 'b', which are`."""
    names = [f"'{module}'" for module in modules]
    if len(names) == 1:
        return f"the module {names[0]}, which is"
    return f"the modules {', '.join(names[:-1])} and {names[-1]}, which are"


class KnownCauses:
    """What is known of the exercise whose tests are running."""

    def __init__(self, defined: Mapping[str, Iterable[str]]):
        self.defined = {name: set(names) for name, names in defined.items()}  # by the reference solutions
        self.modules: list[str] = []  # that are not installed
        self.wanted: set[str] = set()
        self.is_unanswered = False
        self.stub_is_left = False
        self.trains = self.repeats = False
        self.told = ""
        self.left = MOST_CODE  # characters that are looked at

    def see(self, cell: Cell, name: str | None) -> None:
        """Take note of a cell that is no test."""
        self.left -= len(cell["source"])
        tree = syntax_of_student(cell["source"]) if cell["cell_type"] == "code" and self.left >= 0 else None
        if is_solution(cell):
            self.wanted = self.defined.get(str(name), set())
            self.is_unanswered = is_unanswered(cell)
            self.stub_is_left = not self.is_unanswered and _raises_stub(tree)
            self.trains = self.repeats = False
            self.told = ""
        elif not name and self.wanted & _names(tree):
            # The answer stands in a cell of its own, below the one that was meant for it.
            self.is_unanswered = self.stub_is_left = False
        if not is_test(cell):
            names = _used(tree)
            self.trains, self.repeats = self.trains or bool(names & TRAINING), self.repeats or "while" in names

    def hint(self, hint: str, report: Report, is_slow: bool, seen_hidden: bool, is_visible: bool) -> str:
        """The hint for a test that failed, or what is known to be its cause.

        Args:
            hint: what else the student would be told.
            report: the judge's.
            is_slow: whether the test was interrupted.
            seen_hidden: whether the student's code has seen hidden inputs, this test's among them.
            is_visible: whether students have the whole test.
        """
        if is_slow:
            return f"{hint} {TRAINS if self.trains else REPEATS if self.repeats else ANY_CAUSE}"
        if report.hint or self.is_unanswered:
            return hint
        if self.stub_is_left and (seen_hidden or report.ename in (STUB, "NameError")):
            return STUB_LEFT
        if self.modules and (seen_hidden or report.ename in ("ModuleNotFoundError", "ImportError", "NameError")):
            return f"{hint} {NO_MODULE.format(modules_in_words(self.modules))}"
        if is_visible:
            self.told = hint if hint in MANY_KINDS else ""
            return hint
        return self.told or hint


def _raises_stub(tree: ast.Module | None) -> bool:
    """Whether an answer begins with what it should have replaced: as a statement of the cell or of a function in it."""
    bodies = [tree.body] if tree else []
    bodies += [node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] if tree else []
    # An abstract method has nothing below it.
    return any(_is_stub(statement) for body in bodies for statement in body[:-1])


def _is_stub(statement: ast.stmt) -> bool:
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == STUB


def _used(tree: ast.Module | None) -> set[str]:
    """The attributes that code uses, and the word while if it has such a loop."""
    nodes = list(ast.walk(tree)) if tree else []
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return used | ({"while"} if any(isinstance(node, ast.While) for node in nodes) else set())


def _names(tree: ast.Module | None) -> set[str]:
    names: set[str] = set()
    for node in tree.body if tree else []:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            stored = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
            names |= {each.id for each in stored if isinstance(each.ctx, ast.Store)}
    return names

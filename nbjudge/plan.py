"""What is known of a notebook before anybody's work is seen: found out once for an assignment, not for each submission.

It comes from the source alone: what its cells define, import and need of each other, and how its tests are run.
"""

import ast
from dataclasses import dataclass, replace

from nbjudge.compiled import cell_as_code, statements_as_code
from nbjudge.effects import names_made
from nbjudge.hints import visible_text
from nbjudge.model import SourceNotebook
from nbjudge.notebook import (
    Cell,
    grade_id,
    imported_in_answers,
    imports_of,
    is_graded,
    is_solution,
    is_test,
    names_defined,
    names_of_answers,
    not_yet_imported,
    parsed,
)
from nbjudge.protocol import Lend, RunBeside, RunTest
from nbjudge.ways import (
    answers_of,
    definitions_before,
    left_by,
    lent_by,
    own_definitions,
    replaced_in,
    shared_by,
    used_below_tests,
    used_by_students,
    ways_of,
    whole_tests,
)

KEPT = 8  # plans: of the notebooks of an assignment


@dataclass(frozen=True)
class TestPlan:
    """How a test is run.

    Attributes:
        trusted: why it is run beside the student's objects, empty if it is judged.
        order: what is to be run; `redefined` depends on the student's notebook.
        lend: what goes to the student's code, before it is judged, or after it has run beside.
        made: names that it then has given values to, among the student's own.
        lasts: whether all that students see of it has been run there, as a cell.
        may_fork: whether it runs in the place of a cell only because that takes less time than a fork.
    """

    __test__ = False  # for pytest

    trusted: str
    order: RunTest | RunBeside
    lend: Lend
    made: frozenset[str] = frozenset()
    lasts: bool = False
    may_fork: bool = False


class Plan:
    """What is known of a notebook.

    Attributes:
        source: the notebook.
        in_forks: whether all tests beside the student's objects run in forks, as far as cells below need nothing else.
        imports: statements that import a name, by the name.
        imported: names that only solution cells import.
        answers: names that the solution cells define, by their grade_id.
        defined: names that each cell defines, by its grade_id.
        tests: by grade_id.
        by_hand: grade_ids of answers that a person grades.
    """

    def __init__(self, source: SourceNotebook, in_forks: bool = False):
        self.source = source
        self.in_forks = in_forks
        self.imports = imports_of(source)
        self.imported = imported_in_answers(source)
        self.answers = names_of_answers(source)
        self.defined = names_defined(source)
        cells = source.content["cells"]
        self.by_hand = {grade_id(cell) for cell in cells if is_graded(cell) and is_solution(cell)}
        self._names, self._used, self._below = answers_of(source), used_by_students(source), used_below_tests(source)
        self._missing, ways = not_yet_imported(source), ways_of(source)
        self._beside_tests, self._whole = frozenset(ways), whole_tests(source, ways)
        self._replaced = replaced_in(source)
        tests = {str(grade_id(cell)): cell for cell in cells if is_test(cell)}
        self._shown = {text for cell in tests.values() for text in _statements(visible_text(cell["source"]))}
        self.tests = {
            name: self._beside(name, cell, ways[name]) if name in ways else self._judged(name, cell)
            for name, cell in tests.items()
        }

    def code_of(self, cell: Cell) -> bytes:
        """A cell of the source as the judge runs it, compiled if it can be."""
        return cell_as_code(cell["source"], self._names)

    def _judged(self, name: str, cell: Cell) -> TestPlan:
        shared = shared_by(cell["source"], self._names, self._below[name])
        before = own_definitions(self.source, cell, self._beside_tests) if self._beside_tests else []
        order = RunTest(cell["source"], [], self._missing[name], sorted(shared), self.code_of(cell), before)
        return TestPlan("", order, _lend(lent_by(cell["source"], self._names, self._used, frozenset(self.imports))))

    def _beside(self, name: str, cell: Cell, why: str) -> TestPlan:
        before = definitions_before(self.source, cell, self._whole, self._replaced[name].above)
        code, code_before = cell_as_code(cell["source"], None), statements_as_code(tuple(before))
        order = RunBeside(cell["source"], before, code, code_before)
        visible = visible_text(cell["source"])
        is_shown = visible == cell["source"] and self._shown.issuperset(before)
        may_fork = is_shown and name not in self._whole
        if may_fork and not self.in_forks:
            # Tests below find there what it makes.
            self._whole.add(name)
        if name in self._whole:
            order, lend = replace(order, in_place=is_shown), Lend([], b"", "" if is_shown else visible)
            return TestPlan(why, order, lend, names_made(visible), True, may_fork)
        left = left_by(cell["source"], self._names, self._used, self._below[name], frozenset(self.imports))
        return TestPlan(why, order, _lend(left))


def _lend(statements: tuple[str, ...]) -> Lend:
    return Lend(list(statements), statements_as_code(statements))


def _statements(text: str) -> list[str]:
    tree = parsed(text)
    return [ast.unparse(statement) for statement in tree.body] if tree else []


_plans: list[Plan] = []  # of the notebooks that were used last


def plan_of(source: SourceNotebook, in_forks: bool = False) -> Plan:
    """The plan of a notebook, made once; see `Plan`."""
    plan = next((plan for plan in _plans if plan.source is source and plan.in_forks == in_forks), None)
    if plan is None:
        plan = Plan(source, in_forks)
        _plans[:] = [plan, *_plans[: KEPT - 1]]
    return plan

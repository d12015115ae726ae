"""Setup cells run in the judge, too: what a student does to their names must not look like a failure of the machine."""

import copy

import pytest

from nbjudge import Assignment, Graded, MachineError, SourceNotebook, Submission, grade
from tests.notebooks import as_bytes, cell_of, locked, notebook, setup, solution, test

HOOK = """
import math
shell = get_ipython()
shell.events.register("post_run_cell", lambda *_: shell.user_ns.{})
"""


def graded(answer: str, table: str = "table = [doubled(1), sum([1, 2])]") -> Graded:
    """What this answer gets where a setup cell below it uses a name of the student's side and one of Python's."""
    source = notebook(
        solution("import math", "answer"),
        test("assert math.pi > 3", "test_answer", 1),
        locked("def doubled(x):\n    return 2 * x", "doubled"),
        setup(table, "table"),
        test("assert table[1] == 3", "test_table", 1),
    )
    handed_in = copy.deepcopy(source)
    cell_of(handed_in, "answer")["source"] = answer
    assignment = Assignment("book", (SourceNotebook("book", source),))
    return grade(assignment, Submission({"book.ipynb": as_bytes(handed_in)}))


def points(result: Graded) -> dict[str, float | None]:
    return {name: score for (_, name), score in result.scores.items()}


def test_a_setup_cell_has_pythons_own_names():
    assert points(graded("import math\nsum = 0")) == {"test_answer": 1, "test_table": 1}


@pytest.mark.parametrize("change", ["pop('doubled', None)", "update(doubled=5)", "update(doubled=lambda x: object)"])
def test_what_was_done_to_a_name_costs_points_only(change):
    got = points(graded(HOOK.format(change)))
    # An object that is handed on harms nothing.
    assert got == {"test_answer": 1, "test_table": 1 if "object" in change else 0}


@pytest.mark.parametrize("mistake", ["table = [1, undefined]", "open('missing')", "table = [1, sum(5)]"])
def test_a_mistake_of_the_setup_cell_itself_is_told(mistake):
    with pytest.raises(MachineError, match="the setup cell table of book fails where the tests run"):
        graded("import math", mistake)

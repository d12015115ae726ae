"""Cells that the grading process compiles do what they do where they are compiled from their text."""

import pytest

from nbjudge.cell_run import execute, report_of
from nbjudge.compiled import cell_as_code, cell_of_code, compile_cell, statements_as_code, statements_of_code
from nbjudge.plan import plan_of
from tests.nbjudge import small

pytestmark = pytest.mark.quick
CELLS = [
    "assert f(2) == 3",
    "assert f(2) == 4, 'no'",
    "\n\nx = 1\nassert x == 2",
    "value = 0.5\nvalue",
    "0.25;",
    "f(1) / 4",
    "[1, 2]",
    "True",
    "def g():\n    raise KeyError('deep')\n\n\ng()",
    "from math import floor as f, ceil\nassert f(2) == 3 and ceil(0.5) == 1",
    "import os.path, math\n1",
    "",
]


PROMPTED = "import doctest\nexamples = '''\n>>> f(1)\n3\n'''\nassert examples == ''"


def report(cell, source):
    names = {"f": lambda x: x + 1}
    return report_of(lambda: execute(cell, names, lambda name: name != "f"), source)


@pytest.mark.parametrize("source", CELLS)
def test_code_and_text_report_the_same(source):
    answers = frozenset({"f"})
    code = cell_as_code(source, answers)
    assert report(cell_of_code(code), source) == report(compile_cell(source, answers=answers), source)


@pytest.mark.parametrize(
    "source", ["%time f(2)", "!true", "def", "return 1", "x is 3", "'\\d'", "x = 1\0", "f?", PROMPTED]
)
def test_what_is_compiled_better_there(source):
    """IPython's own syntax, errors, and what the compiler warns of."""
    assert cell_as_code(source, None) == b""
    assert cell_of_code(b"") is None


def test_code_of_another_python_is_not_run():
    code = cell_as_code("1", None)
    assert cell_of_code(code) is not None
    assert cell_of_code(bytes([code[0] ^ 1]) + code[1:]) is None
    statements = ("x = 1", "y = x + 1")
    code = statements_as_code(statements)
    assert statements_of_code(bytes([code[0] ^ 1]) + code[1:], statements) == list(statements)
    names = {}
    for each in statements_of_code(code, statements):
        exec(each, names)
    assert names["y"] == 2


def test_what_is_known_of_a_notebook_is_found_out_once():
    (source,) = small.assignment("assert f() == 1").notebooks
    (other,) = small.assignment("assert f() == 1").notebooks
    assert plan_of(source) is plan_of(source) is not plan_of(other)


@pytest.mark.parametrize(
    "statement",
    ["from math import floor", "from math import *", "import math as floor", "from math import ceil, floor"],
)
def test_imports_of_a_test_replace_no_answer(statement):
    answer = {"floor": lambda _: 7}
    assert execute(compile_cell(f"{statement}\nfloor(0.5)", answers=frozenset(answer)), dict(answer)) == 7
    # As where nothing of that name is an answer.
    assert execute(compile_cell("from math import *\nfloor(0.5)"), dict(answer)) == 0


@pytest.mark.parametrize("head", ["def g():", "async def g():", "class G:"])
def test_imports_inside_of_functions_stay(head):
    answers = frozenset({"floor"})
    names = {"floor": 7}
    inside = f"{head}\n    from math import floor\n    own = floor(0.5)\n"
    ends = {"def g():": "    return own\ng()", "class G:": "G.own", "async def g():": "    return own\nrun(g())"}

    def run(coroutine):
        with pytest.raises(StopIteration) as end:
            coroutine.send(None)
        return end.value.value

    assert execute(compile_cell(inside + ends[head], answers=answers), {**names, "run": run}) == 0
    assert names["floor"] == 7

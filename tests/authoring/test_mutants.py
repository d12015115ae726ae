"""What is changed in a solution, and how a change is named."""

import ast

import pytest

from gdl_utils.authoring.mutants import mutants

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("x = a + b", {"x = a - b", "pass"}),
        ("x = a // b", {"x = a * b", "pass"}),
        ("x = a < b", {"x = a <= b", "x = a > b", "pass"}),
        ("x = not a", {"x = a", "pass"}),
        ("x = -a", {"x = a", "pass"}),
        ("x = a and b", {"x = a or b", "pass"}),
        ("x = 3", {"x = 4", "x = 2", "pass"}),
        ("x = 0.5", {"x = 1.125", "pass"}),
        ("x = True", {"x = False", "pass"}),
        ("x = 'same'", {"x = 'same-changed'", "pass"}),
        ("x = f(a, b)", {"x = f(b, a)", "pass"}),
        ("x = f(a, axis=b)", {"x = f(a)", "pass"}),
        ("x = a if b else c", {"x = a if not b else c", "pass"}),
        ("f(a)", {"pass"}),
        ("'''Text.'''\nx = y", {"'''Text.'''\npass"}),
    ],
)
def test_each_operator(source, changed):
    assert {mutant.source for mutant in mutants(source)} == {ast.unparse(ast.parse(text)) for text in changed}


def test_statements_inside_of_functions():
    source = "def f(a, b=1):\n    '''Text.'''\n    if a > b:\n        return a\n    return b"
    sources = {mutant.source for mutant in mutants(source)}
    assert all(ast.parse(text) for text in sources)
    for part in ("b=2", "b=0", "a >= b", "a < b", "not a > b", "return None"):
        assert sum(part in text for text in sources) >= 1, part
    assert len(sources) == len({mutant.change for mutant in mutants(source)}), "each has a name of its own"


def test_the_change_is_the_line_before_and_after():
    source = "def f(a):\n    b = a\n    return b + 1"
    (mutant,) = [mutant for mutant in mutants(source) if "b - 1" in mutant.source]
    assert mutant.change == "3: return b + 1 -> return b - 1"

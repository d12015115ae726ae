"""A test sees one answer: names are read once in a cell, and what is read of objects stays until they may change."""

import numpy as np
import pytest

from nbjudge.compiled import KeepAnswers
from nbjudge.judge import reseed
from nbjudge.names import Namespace

pytestmark = pytest.mark.quick

COUNTER = """
class Counter:
    def __init__(self):
        self.looks = 0
        self.parts = [1, 2]

    @property
    def n(self):
        self.looks += 1
        return self.looks

    def __getitem__(self, key):
        self.looks += 1
        return self.looks

    def __iter__(self):
        self.looks += 1
        return iter([self.looks])

    def mean(self):
        self.looks += 1
        return self.looks

    def step(self):
        self.looks += 10


c = Counter()
twice = lambda counter: None
"""


@pytest.mark.parametrize("look", ["c.n", "c[0]", "c[1:2]", "list(c)", "c.mean()", "c[np.array([1, 2])]"])
def test_what_is_read_of_an_object_is_read_once(room, look):
    assert room(COUNTER, f"before = {look}\nassert {look} == before").passed
    # Another cell looks again, and so does one that has called something of the student's.
    assert room("", f"assert {look} != before").passed
    for between in ("c.step()", "twice(c)", "Counter()"):
        assert room("", f"before = {look}\n{between}\nassert {look} != before").passed, between


def test_a_name_is_read_once_in_a_cell(room):
    room.globals["many"] = None
    reads = iter(range(100))
    room.student.shell.user_ns = type("Names", (dict,), {"__getitem__": lambda self, name: next(reads)})(many=0)
    assert room("", "assert many == many == 0\nassert many == 0").passed
    assert room("", "assert many == 1").passed


def test_what_a_test_changes_is_its_own_copy(room):
    assert room("w = np.zeros(2)" if "np" in room.globals else "w = [0, 0]", "w[0] = 1\nassert w[0] == 1").passed
    assert room("", "assert w[0] == 0").passed


def test_claims_that_contradict_fail_and_are_told(room):
    liar = "class Liar:\n    size = 2\n    def min(self): return 1\n    def max(self): return 0\nx = Liar()"
    report = room(liar, "assert x.min() < 2\nassert x.max() < 2")
    assert report.ename == "AnswerError"
    assert report.claims == ["min of a Liar", "max of a Liar"]
    assert room("", "assert x.size == 2").claims == ["size of a Liar"]
    assert room("y = 3", "assert y == 3").claims == []


def test_names_that_were_defined_again_are_the_students(room):
    assert room("", "n = 3\ndef helper():\n    return 3").passed
    assert room("n = 9\nhelper = lambda: 9", "assert n == 3 and helper() == 3").passed
    assert room.judge.run("assert n == 9 and helper() == 3", redefined=["n"]).passed


@pytest.mark.parametrize(
    "test",
    [
        "from math import sqrt",
        "from math import sqrt, pi\nassert pi > 3",
        "from math import *",
        "import math as sqrt",
        "if True:\n    from math import sqrt",
        "try:\n    from math import sqrt\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_in_a_test_is_no_answer(room, test):
    room.judge.names = room.names = Namespace(room.names.student, {"sqrt": "from math import sqrt"}, ["sqrt"])
    report = room("def sqrt(x):\n    return 'mine'", f"{test}\nassert sqrt(4) == 'mine'")
    assert report.passed, report
    assert room("", "def own():\n    from math import sqrt\n    return sqrt(4)\nassert own() == 2").passed


def test_an_import_is_left_alone_where_it_answers_nothing():
    import ast

    tree = KeepAnswers(frozenset(["sqrt"])).visit(ast.parse("import math.sqrt as s, os.path\nfrom math import pi"))
    assert ast.unparse(tree) == "import math.sqrt as s, os.path\nfrom math import pi"


IMPORTS = {"fractions": "import fractions", "root": "from math import sqrt as root", "tau": "from math import tau"}


@pytest.mark.parametrize(
    ("answer", "test", "passes"),
    [
        ("import fractions", "assert fractions.Fraction(1, 2) == 0.5", True),
        ("", "assert fractions.Fraction(1, 2) == 0.5", False),
        ("import math as fractions", "assert fractions.Fraction(1, 2) == 0.5", False),
        ("fractions = 3", "assert fractions.Fraction(1, 2) == 0.5", False),
        ("from math import sqrt as root", "assert root(4) == 2", True),
        ("from math import cos as root", "assert root(4) == 2", False),
        ("from math import tau", "assert tau > 6", True),
        ("tau = 'no'", "assert tau > 6", False),
    ],
)
def test_to_import_is_an_answer_too(room, answer, test, passes):
    room.judge.names = room.names = Namespace(room.names.student, IMPORTS, (), IMPORTS)
    assert room(answer, test).passed is passes


def test_chance_begins_anew_from_the_seed():
    import random

    def drawn(seed):
        reseed(seed)
        return random.random(), np.random.rand(), np.random.randint(1 << 30)

    before, numpy_before = random.getstate(), np.random.get_state()
    try:
        assert drawn(1) == drawn(1) != drawn(2)
        assert drawn((1 << 64) - 1) != drawn(0)
    finally:
        random.setstate(before)
        np.random.set_state(numpy_before)

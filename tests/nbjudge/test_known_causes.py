"""Causes of failing tests that the text of a notebook tells, which hidden tests may name as well as visible ones."""

import time

import pytest

from nbjudge import Limits
from nbjudge.hints import NO_PLAIN_DATA, UNANSWERED
from nbjudge.known_causes import ANY_CAUSE, REPEATS, STUB_LEFT, TRAINS, KnownCauses, imported_modules, uninstalled
from nbjudge.notebook import checksum
from nbjudge.protocol import Report
from tests.nbjudge.small import graded
from tests.notebooks import STUB, answer, cell

pytestmark = pytest.mark.quick

GENERAL = "A hidden test fails: the answer is not right for all inputs."
FAILS = Report(ename="AssertionError")


def causes(*cells, modules=()):
    """What is known after these cells, of which the first is the exercise `f`."""
    known = KnownCauses({"f": ["f"]})
    known.modules = list(modules)
    for each in cells:
        known.see(each, each["metadata"].get("nbgrader", {}).get("grade_id"))
    return known


def told(known, report=FAILS, hint=GENERAL, seen_hidden=True, is_visible=False, is_slow=False):
    """What a student is told."""
    return known.hint(hint, report, is_slow, seen_hidden, is_visible)


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    raise NotImplementedError()\n    return x",
        "raise NotImplementedError()\ndef f(x):\n    return x",
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError\n    y = x\n    return y",
    ],
)
def test_a_raise_left_above_the_answer_is_said_in_every_test(source):
    known = causes(answer(source, "f"))
    assert told(known) == STUB_LEFT
    visible = Report(ename="NotImplementedError", from_student=True)
    assert told(known, visible, UNANSWERED, seen_hidden=False, is_visible=True) == STUB_LEFT
    # What a check of the course found stays, and so does what was stopped.
    assert told(known, Report(hint="Look at the sign."), "Look at the sign.") == "Look at the sign."
    assert told(known, hint="Stopped.", is_slow=True).startswith("Stopped. Usual causes are ")


TRAINED = "def f(model, x):\n    model.fit(x, epochs=500)\n    return model"
LOOP = "def f(x):\n    while x > 0:\n        x = x + 1\n    return x"


@pytest.mark.parametrize(
    ("cells", "causes_told"),
    [
        ([answer(TRAINED, "f")], TRAINS),
        ([answer(LOOP, "f")], REPEATS),
        ([answer(f"{TRAINED}\n\n\n{LOOP}", "f")], TRAINS),
        ([answer("with tf.GradientTape() as tape:\n    pass", "f")], TRAINS),
        ([answer("def f(x):\n    return helper(x)", "f"), cell(LOOP.replace("def f", "def helper"))], REPEATS),
        ([answer("def f(x):\n    return sum(g(x) for _ in range(10**9))", "f")], ANY_CAUSE),
        # A word alone trains nothing, and what another exercise does is no cause here.
        ([answer("fit = 3  # while model.fit(x)", "f")], ANY_CAUSE),
        ([answer(TRAINED, "e"), answer(LOOP, "f")], REPEATS),
        ([answer(LOOP, "e"), answer("def f(x):\n    return f(x - 1)", "f")], ANY_CAUSE),
        ([answer("def f(x) return", "f")], ANY_CAUSE),
    ],
)
def test_usual_causes_of_a_slow_test_are_those_of_its_exercise(cells, causes_told):
    known = causes(*cells)
    for seen_hidden in (False, True):
        assert told(known, hint="Stopped.", is_slow=True, seen_hidden=seen_hidden) == f"Stopped. {causes_told}"
    assert told(known) == GENERAL


@pytest.mark.parametrize(
    ("body", "causes_told"),
    [("    while True:\n        pass", REPEATS), ("    model.fit(x)", TRAINS), ("    time.sleep(60)", ANY_CAUSE)],
)
def test_a_slow_test_says_when_it_was_stopped_and_why_perhaps(body, causes_told):
    trainer = "import time\nclass model:\n    fit = staticmethod(lambda x: time.sleep(60))\n"
    (book,) = graded(
        f"{trainer}def f(x):\n{body}", tests=("assert f(1) == 1",), limits=Limits(cell_seconds=1.5)
    ).notebooks
    stopped = "Your code took too long in this test and was stopped after 1.5 seconds."
    assert book.hints == {"test-1": f"{stopped} {causes_told}"}


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x",
        "class A:\n    def g(self):\n        raise NotImplementedError\nf = A",
        "def f(x) return",
    ],
)
def test_a_raise_with_nothing_below_it_is_no_stub(source):
    assert told(causes(answer(source, "f"))) == GENERAL


def test_an_answer_in_a_cell_of_its_own_is_an_answer():
    released = answer(STUB, "f")
    released["metadata"]["nbgrader"]["checksum"] = checksum(released)
    assert causes(released).is_unanswered
    assert causes(released, cell("print(1)")).is_unanswered
    assert not causes(released, cell("def f(x):\n    return x + x")).is_unanswered
    assert not causes(released, cell("f = lambda x: x")).is_unanswered


def test_what_a_visible_test_says_the_hidden_one_repeats():
    known = causes(answer("def f(x): return Own(x)", "f"))
    assert told(known, Report(ename="AnswerError"), NO_PLAIN_DATA, False, True) == NO_PLAIN_DATA
    assert told(known) == NO_PLAIN_DATA
    # Not of another exercise.
    known.see(answer("g = 1", "g"), "g")
    assert told(known) == GENERAL


def test_missing_modules_are_named():
    known = causes(answer("import nopandas", "f"), modules=["nopandas"])
    assert told(known).startswith(GENERAL) and "the module 'nopandas', which is not installed" in told(known)
    visible = Report(ename="NameError")
    assert "'nopandas'" in told(known, visible, "A name", False, True)
    # In a visible test only where it may be the cause.
    assert told(known, FAILS, "This line fails", False, True) == "This line fails"
    several = causes(answer("x = 1", "f"), modules=["a", "b", "c"])
    assert "the modules 'a', 'b' and 'c', which are not" in told(several)


def test_modules_that_need_to_be_installed():
    cells = [
        cell("import numpy as np, nopandas.io\nfrom noscipy.stats import norm"),
        cell("def f():\n    import inside\n    from . import relative"),
        cell("try:\n    import optional\nexcept ImportError:\n    optional = None"),
        cell("%%writefile written.py\nx = 1"),
        cell("import written, helper, package, broken("),
        cell("import written, helper, package"),
        cell("import markdown_only", kind="markdown"),
    ]
    modules = imported_modules(cells, ["helper.py", "package/__init__.py"])
    assert modules == ["inside", "nopandas", "noscipy", "numpy"]
    assert uninstalled([*modules, "__main__", "os"]) == ["inside", "nopandas", "noscipy"]


def test_what_python_cannot_read_tells_no_cause():
    """Nor does what nobody would have written: its syntax takes much more memory than its text."""
    for source in ("a" + ".b" * 50_000, "-" * 50_000 + "1", "0\n" * 300_000, "\0", "f("):
        assert causes(answer(source, "f"), cell(source)).modules == []
        assert imported_modules([cell(source)], []) == []
    module = cell("import nopandas")
    assert imported_modules([module, cell("0\n" * 40_000)], []) == ["nopandas"]
    assert imported_modules([module, *[cell("0\n" * 40_000)] * 2], []) == []
    stub = "def f():\n    raise NotImplementedError\n    return 1"
    known = causes(cell("0\n" * 40_000), answer(stub, "f"))
    assert known.stub_is_left and not causes(*[cell("0\n" * 40_000)] * 2, answer(stub, "f")).stub_is_left


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!pip install x",
        "files = !ls",
        "x = %time 5",
        "range?",
        "?range",
        "if 1:\n    %time 1",
    ],
)
def test_magics_hide_nothing_beside_them(magic):
    start = time.monotonic()
    assert imported_modules([cell("import nopandas\n" + f"{magic}\n" * 3_000 + "import noscipy")], []) == [
        "nopandas", "noscipy",
    ]  # fmt: skip
    assert time.monotonic() - start < 3
    assert imported_modules([cell("%%bash\nimport nothing")], []) == []

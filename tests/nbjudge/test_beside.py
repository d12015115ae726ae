"""Tests that need the student's own objects: run beside them, and gone afterwards."""

import ast
import dataclasses
import sys
from types import SimpleNamespace

import pytest

from nbjudge import Limits, Status, beside, grade, supervisor
from nbjudge.effects import lasts
from nbjudge.notebook import grade_id, is_test
from nbjudge.plan import plan_of
from nbjudge.ways import (
    ALTERS,
    BESIDE,
    BY_AUTHOR,
    CHANGED_ARGUMENT,
    CHANGES,
    HISTORY,
    IDENTITY,
    JUDGED,
    PATCHES,
    PRINTED,
    REPLACED,
    REPLACES,
    WARNINGS,
    definitions_before,
    judged_only,
    reason_in_text,
    ways_of,
)
from tests import notebooks
from tests.nbjudge import small

pytestmark = pytest.mark.usefixtures("engine")

IN_A_FORK = "\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"

VECTOR = """
class Vector:
    def __init__(self, x):
        self.x = x
    def __eq__(self, other):
        return self.x == other.x
    def __add__(self, other):
        return Vector(self.x + other.x)
"""


def run(tests, *sources, beside=None, limits=None, source=None):
    """The graded notebook for a submission whose tests run beside it, all or those that are named."""
    task = small.assignment(*tests)
    names = [f"test-{number}" for number in range(1, len(tests) + 1)] if beside is None else beside
    book = dataclasses.replace(task.notebooks[0], beside=dict.fromkeys(names, "why"))
    task = dataclasses.replace(task, notebooks=(book,))
    return grade(task, small.submission(task, *sources), limits or Limits(cell_seconds=5)).notebooks[0]


def outputs(book):
    return "".join(str(cell.get("outputs", "")) for cell in book.content["cells"])


def test_a_test_that_is_killed_is_lost_alone():
    # Of the student's own process, the first of its kind, the kernel takes no such signal from itself.
    kills = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)" + IN_A_FORK
    book = run([kills, "assert f() == 1"], "def f():\n    return 1")
    assert list(book.scores.values()) == [0, 2] and "'ename': 'StudentGoneError'" in outputs(book)


def test_it_sees_the_objects_themselves():
    tests = ["v = Vector(1)\nassert v + Vector(2) == Vector(3)", "assert v == Vector(1) and isinstance(v, Vector)"]
    book = run([*tests, "assert v == Vector(9)", "print('seen')\n1 / 4"], VECTOR)
    assert list(book.scores.values()) == [2, 2, 0, 0.25]
    assert set(book.trusted) == {"test-1", "test-2", "test-3", "test-4"} and book.status is Status.GRADED
    assert book.hints == {"test-3": "This line of the test fails: assert v == Vector(9)"}
    assert "seen" in outputs(book)


def test_what_hidden_lines_do_is_gone_afterwards():
    # What students see of a test happens in their own process, too, if cells below need it, as in any kernel.
    tests = [
        "x.append(2)\nassert x == [1, 2]",
        "assert x == [1, 2, 3]",
        "assert size() == 2",
        "assert not 'name' in dir() and names() == []",
    ]
    tests[0] += "\n### BEGIN HIDDEN TESTS\nname = 1\nx.append(3)\n### END HIDDEN TESTS"
    answer = "x = [1]\ndef size():\n    return len(x)\ndef names():\n    return [n for n in globals() if n == 'name']"
    book = run(tests, answer)
    assert list(book.scores.values()) == [2, 2, 2, 2]


@pytest.mark.parametrize("more", ["", IN_A_FORK], ids=["in place", "in a fork"])
@pytest.mark.parametrize("threads", [0, 1])
def test_chance_goes_on_where_the_cells_above_left_it(more, threads):
    answer = "import random, threading, time\nrandom.seed(5)\ndef roll():\n    return random.random()\n"
    answer += "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n" * threads
    assert list(run(["assert roll() == 0.6229016948897019" + more], answer).scores.values()) == [2]


def test_only_what_hides_something_runs_in_a_fork():
    """Unless a notebook runs again, since its process has ended: then all do that can."""
    hidden = "### BEGIN HIDDEN TESTS\nsecret = 7\n### END HIDDEN TESTS"
    task = small.assignment("assert f()", f"assert f()\n{hidden}", "assert f(secret)", "x.append(1)", "assert x == [1]")
    names = {str(grade_id(cell)): "why" for cell in task.notebooks[0].content["cells"] if is_test(cell)}
    source = dataclasses.replace(task.notebooks[0], beside=names)
    for in_forks, in_place in ((False, [1, 0, 0, 1, 1]), (True, [0, 0, 0, 1, 0])):
        plans = plan_of(source, in_forks).tests.values()
        assert [plan.order.in_place for plan in plans] == list(map(bool, in_place))
    assert [plan.may_fork for plan in plan_of(source).tests.values()] == [True, False, False, False, True]


def test_judged_tests_and_others_share_what_tests_define():
    tests = ["def helper(v):\n    return v.x\nlimit = 3", "assert helper(Vector(limit)) == 3", "assert limit == 3"]
    book = run(tests, VECTOR, beside=["test-2"])
    assert list(book.scores.values()) == [2, 2, 2]


def test_names_of_visible_tests_are_lent_to_the_student():
    tests = [
        "import math\nLIMIT = 3\ndef helper(x):\n    return x + 1\nassert f(4) == 2 + 3 + 5",
        "assert g() == 3\n### BEGIN HIDDEN TESTS\nHIDDEN = 7\nimport random\n### END HIDDEN TESTS",
        "assert h() == 'no'",
    ]
    answer = """
def f(x):
    return math.sqrt(x) + LIMIT + helper(x)

def g():
    return LIMIT

def h():
    return "yes" if "HIDDEN" in globals() or "random" in globals() else "no"
"""
    assert list(run(tests, answer, beside=[]).scores.values()) == [2, 2, 2]


def test_a_definition_that_fails_takes_no_other_with_it():
    tests = ["import no_such_module_at_all\n", "value = 1 / 0 if True else 0\nK = 2\nassert True", "assert k() == 2"]
    book = run(tests, "def k():\n    return K", beside=[])
    assert list(book.scores.values()) == [0, 0, 2]


@pytest.mark.parametrize("more", ["", IN_A_FORK], ids=["in place", "in a fork"])
@pytest.mark.parametrize(
    ("test", "ended"),
    [
        ("import os\nos._exit(0)", "StudentGoneError"),
        ("import ctypes\nctypes.string_at(0)", "StudentGoneError"),
        ("raise SystemExit", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def", "SyntaxError"),
        ("%%time\nassert False", "AssertionError"),
        ("%time nothing()", "NameError"),
        ("x = np.ones(2)\nx", "NotAScoreError"),
    ],
)
def test_however_it_ends_the_next_one_runs(test, ended, more):
    book = run([test + more, "assert f() == 1"], "import numpy as np\ndef f():\n    return 1")
    assert list(book.scores.values()) == [0, 2]
    assert f"'ename': '{ended}'" in outputs(book)


@pytest.mark.parametrize("more", ["", IN_A_FORK], ids=["in place", "in a fork"])
@pytest.mark.parametrize(
    "test", ["while True:\n    pass", "while True:\n    try:\n        f()\n    except:\n        pass"]
)
def test_a_test_that_takes_too_long_is_ended_alone(test, more):
    answer = "def f():\n    while True:\n        pass\ndef g():\n    return 1"
    book = run([test + more, "assert g() == 1"], answer, limits=Limits(cell_seconds=1))
    assert list(book.scores.values()) == [0, 2]
    assert book.status is Status.TIMEOUT
    assert "took too long" in book.hints["test-1"]


def test_a_test_without_a_process_fails_alone():
    answer = "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (1, 1))\ndef f():\n    return 1"
    book = run(["assert f() == 1" + IN_A_FORK, "assert f() == 1"], answer)
    assert list(book.scores.values()) == [0, 2] and book.status is Status.GRADED, outputs(book)


def test_a_fork_that_fails_has_no_number(monkeypatch):
    """-1 stands for all processes where one is to be ended."""
    monkeypatch.setattr(sys, "_current_frames", lambda: {1: None})
    monkeypatch.setattr(beside, "_holding_the_lock", SimpleNamespace(fork=lambda: -1))
    with pytest.raises(OSError, match="fork"):
        beside.fork()


FOREVER = """
def forever(f):
    while True:
        try:
            while True:
                try:
                    f(1)
                except BaseException:
                    pass  # an interrupt that falls here is caught outside
        except BaseException:
            pass

def one():
    return 1
"""


@pytest.mark.parametrize("test", ["forever(lambda x: x)", "forever(lambda x: forever(lambda y: y))"])
def test_code_that_calls_back_for_ever_is_ended(test, monkeypatch):
    # Nor does it give its files: how long it is asked for them is another matter.
    monkeypatch.setattr(supervisor, "COLLECT_TIMEOUT", 1.0)
    book = run(["assert one() == 1", test, "assert one() == 1"], FOREVER, beside=[], limits=Limits(cell_seconds=1))
    assert list(book.scores.values()) == [2, 0, 0]
    assert book.status is Status.TIMEOUT and book.seconds < 15


READS = """
import ctypes, gc, inspect, sys

class Nosy:
    def __eq__(self, other):
        frame, found = sys._getframe(1), []
        while frame is not None:
            found += [str(frame.f_code.co_consts), str(frame.f_locals)]
            frame = frame.f_back
        raise type("Told", (AssertionError,), {"hint": "".join(found)})(found)

x = Nosy()
"""


def test_no_hint_tells_what_the_students_code_has_read():
    hidden = "assert x is not None\n### BEGIN HIDDEN TESTS\nassert x == 'SECRET-INPUT'\n### END HIDDEN TESTS"
    book = run([hidden], READS)
    assert book.scores == {"test-1": 0}
    assert "SECRET" not in str(book.hints)


def test_no_other_test_is_read_and_no_seed():
    tests = ["assert x == 1", "### BEGIN HIDDEN TESTS\nassert x == 'SECRET-OTHER'\n### END HIDDEN TESTS"]
    spy = READS + "\nimport os\nprint('NBJUDGE_SEED' in os.environ, os.path.exists('hidden'))"
    book = run(tests, spy)
    shown = outputs(book)
    first = book.content["cells"][1]["outputs"]
    assert "SECRET-OTHER" not in str(first) and "False False" in shown


def test_what_is_not_defended_is_known():
    """A test beside the student's code can be deceived by it: its result is marked for that."""
    deceives = "class Any:\n    def __eq__(self, other):\n        return True\nx = Any()"
    book = run(["assert x == 3"], deceives)
    assert book.scores == {"test-1": 2} and book.trusted
    assert run(["assert x == 3"], deceives, beside=[]).scores == {"test-1": 0}


def source_with(text, name="test", tags=(), **metadata):
    cell = notebooks.test(text, name, 1)
    cell["metadata"]["tags"] = list(tags)
    content = notebooks.notebook(notebooks.answer("def f(x):\n    return x\nx = 1"), cell)
    content["metadata"].update(metadata)
    return dataclasses.replace(small.assignment().notebooks[0], content=content)


def test_an_author_decides_first():
    assert ways_of(source_with("assert f(1) == 1")) == {}
    assert ways_of(source_with("assert f(1) == 1", tags=[BESIDE])) == {"test": BY_AUTHOR}
    assert ways_of(source_with("assert f(1) is x", tags=[JUDGED])) == {}
    assert ways_of(source_with("assert f(1) == 1", nbjudge_tests=BESIDE)) == {"test": BY_AUTHOR}
    assert ways_of(source_with("assert f(1) is x", nbjudge_tests=JUDGED)) == {}
    assert ways_of(source_with("assert f(1) == 1", tags=[JUDGED], nbjudge_tests=BESIDE)) == {}
    assert ways_of(judged_only(source_with("assert f(1) is x", tags=[BESIDE]))) == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("given = [1]\nf(given)\nassert given == [1]", CHANGED_ARGUMENT),
        ("given = [1]\nresult = f(given)\nassert result == 1\nassert given == [1]", CHANGED_ARGUMENT),
        ("given = [1]\nfor _ in range(2):\n    f(x=given)\nassert len(given) == 1", CHANGED_ARGUMENT),
        ("given = [1]\nf(given)\nnp.testing.assert_equal(given, [1])", CHANGED_ARGUMENT),
        ("given, points = [1], 0\nf(given)\nif given == [1]:\n    points += 1", CHANGED_ARGUMENT),
        ("x[0] = 5\nassert f(1) == 5", CHANGES),
        ("made = f(1)\nmade.size = 5\nassert made.area == 25", CHANGES),
        ("with mock.patch('numpy.sum', side_effect=AssertionError):\n    f(1)", PATCHES),
        ("with patch.object(np, 'sum') as asked:\n    f(1)\nassert not asked.called", PATCHES),
        ("kept = random.random\nrandom.random = lambda: 0\nassert f(1) == 0\nrandom.random = kept", PATCHES),
        ("del np.sum\nassert f(1) == 1", PATCHES),
        ("import sys\nsys.path += ['.']\nassert f(1) == 1", None),
        ("os.environ['LEVEL'] = '3'\nassert f(1) == 3", PATCHES),
        ("with np.errstate(all='raise'):\n    assert f(0) == 0", WARNINGS),
        ("with np.errstate(divide='ignore'):\n    assert f(0) == np.log(0)", None),
        ("with redirect_stdout(io.StringIO()) as said:\n    f(1)\nassert said.getvalue() == ''", PRINTED),
        ("%%capture said\nf(1)", PRINTED),
        ("%%capture\nassert f(1) == 1", None),
        ("class Own:\n    size = 1\nown = Own()\nown.size = 2\nassert f(own.size) == 2", None),
        ("own = [1]\nown[0] = 5\nassert f(own) == 5", None),
        ("given = [1]\nassert f(given) == given", None),
        ("given = f(3)\nf(given)\nassert given == [1]", CHANGED_ARGUMENT),
        ("got = f(x)\nassert x == [1]", CHANGED_ARGUMENT),
        ("given = Own(3)\nf(given)\nassert given.size == 3", CHANGED_ARGUMENT),
        ("got = f(x)\nassert got == x", None),
        ("given = [1]\ngot = f(given)\nassert got == given", None),
        ("given = [1]\nf(given)\ngiven = [2]\nassert given == [2]", None),
        ("given = [1]\nassert sum(given) == 1\nassert f(given) == 1", None),
        ("given = 3\nassert f(given) == 3\nassert f(given + 1) == 4", None),
        ("given = 'ab'\nf(given)\nassert given + 'c' == 'abc'", None),
        ("for given in range(3):\n    f(given)\nassert given == 2", None),
        ("for given in ['a', 'b']:\n    assert f(given) == 1\nassert len(given) == 1", None),
        ("for given in [[1], [2]]:\n    f(given)\n    assert len(given) == 1", CHANGED_ARGUMENT),
        ("given = [1]\nf(given)\nfor given in [[2]]:\n    assert given == [2]", None),
        ("assert [f(given) for given in [[1], [2]]] == [1, 2]\ngiven = [3]\nassert given == [3]", None),
        ("given, size = [1], 3\nf(given, size)\nassert size == 3", None),
        ("given, size = [1], 3\nf(given, size)\nassert len(given) == 1", CHANGED_ARGUMENT),
        ("given = 3\ngiven = [given]\nf(given)\nassert given == [3]", CHANGED_ARGUMENT),
        ("given = np.zeros(2)\ngiven += 1\nf(given)\nassert given[0] == 1", CHANGED_ARGUMENT),
        ("given = 1\ngiven += 1\nf(given)\nassert given == 2", None),
        ("for own in [Own(), Own()]:\n    own.size = 2\nassert f(3) == 1", None),
        ("given = [1]\ngot = f(given)\ngiven[0] = 2\nassert got == [1]", ALTERS),
        ("given = [1]\ngot = f(given)\ngiven.append(2)\nif got == [1]:\n    points = 1", ALTERS),
        ("given = np.ones(2)\ngot = f(given)\ngiven += 1\nassert got.sum() == 2", ALTERS),
        ("given = [3, 1]\nx.keep(given)\nrandom.shuffle(given)\nassert x.last() == [3, 1]", ALTERS),
        ("given = [1]\ngot = f(given)\npart = got.rows\ndel given[0]\nassert part == [1]", ALTERS),
        ("given = [1]\nassert f(given) == [1]\ngiven.append(2)\nassert f(given) == [1, 2]", None),
        ("given = [1]\ngot = f(given)\ngiven.append(2)\ngot = f(given)\nassert got == [1, 2]", None),
        ("given = [1]\ngot = f(given)\ngiven = [2]\ngiven.append(2)\nassert got == [1]", None),
        ("t, got = 0.0, 1\nfor _ in range(3):\n    got = f(t, got)\n    t += 0.1\nassert got == 3", None),
        ("given = [1]\ngot = f(given)\nassert got == [1] and len(given) == 1", None),
        ("f(len)\nassert len('abc') == 3", None),
        ("given = [1]\nwith f(given) as got:\n    assert got == given", None),
        ("for one in f(3):\n    one.size = 2", CHANGES),
        ("assert f(1) is f(1)", IDENTITY),
        ("a = f(1)\nassert a is not x", IDENTITY),
        ("for one, want in [(1, True), (2, False)]:\n    assert f(one) is want", None),
        ("cases = ((1, True), (2, None))\nfor one, want in cases:\n    assert f(one) is want", None),
        ("for one, want in {1: True, 2: False}.items():\n    assert f(one) is want", None),
        ("want = True\nassert f(1) is want", None),
        ("assert all(f(one) is want for one, want in [(1, True), (2, None)])", None),
        ("for one, want in [(1, True), (2, 3)]:\n    assert f(one) is want", IDENTITY),
        ("for one, want in [(1, True), (2, False)]:\n    assert f(want) is one", IDENTITY),
        ("want = True\nwant = f(2)\nassert f(1) is want", IDENTITY),
        ("want = True\nfor want in f(2):\n    assert f(1) is want", IDENTITY),
        ("def same(one, want):\n    assert f(one) is want\nwant = True\nsame(1, x)", IDENTITY),
        ("cases = f(3)\nfor one, want in cases:\n    assert f(one) is want", IDENTITY),
        ("assert f(1) is None and f(2) is not True", None),
        ("assert type(f(1)) is int and type(x) is np.ndarray", None),
        ("assert f(1) ==", None),
    ],
)
def test_what_judging_would_get_wrong_is_seen_in_the_text(text, reason):
    assert reason_in_text(text, frozenset({"f", "x"})) == reason


@pytest.mark.parametrize(
    ("first", "below", "reason"),
    [
        ("given = [1]\nassert f(given) == 1", "assert given == [1]", CHANGED_ARGUMENT),
        ("given = [1]\nassert f(given) == 1", "got = f(given)\nassert got == given", None),
        ("given = [1]\nassert f(given) == 1", "got = f(3)\n---\nassert got == given", None),
        ("given = [1]\nassert f(given) == 1", "got = f(3)\n---\ngot = 3\nassert got == given[0]", CHANGED_ARGUMENT),
        ("given = [1]\nassert f(given) == 1", "given = [2]\nassert len(given) == 1\n---\nassert given == [2]", None),
        ("given = 'ab'\nassert f(given) == 1", "assert given == 'ab'", None),
        ("given = 'ab'\nassert f(given) == 1", "assert all(len(given) == 2 for given in ['ab', 'cd'])", None),
    ],
)
def test_what_a_test_below_looks_at(first, below, reason):
    texts = [first, *below.split("\n---\n")]
    cells = [notebooks.test(text, f"test-{number}", 1) for number, text in enumerate(texts)]
    content = notebooks.notebook(notebooks.answer("def f(x):\n    return x\nx = 1"), *cells)
    source = dataclasses.replace(small.assignment().notebooks[0], content=content)
    assert ways_of(source).get("test-0") == reason


def test_objects_of_a_students_class_are_asked_again():
    texts = ["one = Own(3)\nrows = f(2)", "f(one)\nassert one.size == 3", "f(rows)\nassert rows == [2]", "rows[0] = 3"]
    cells = [notebooks.test(text, f"test-{number}", 1) for number, text in enumerate(texts)]
    answer = "def f(x):\n    return x\nclass Own:\n    size = 3"
    source = dataclasses.replace(
        small.assignment().notebooks[0], content=notebooks.notebook(notebooks.answer(answer), *cells)
    )
    assert ways_of(source) == {"test-2": CHANGED_ARGUMENT, "test-3": CHANGES}


def test_what_a_test_above_has_handed_over():
    texts = ["given = [1]\nkept = f(given)", "given.append(2)\nassert kept == [1]", "assert kept == [1]"]
    cells = [notebooks.test(text, f"test-{number}", 1) for number, text in enumerate(texts)]
    content = notebooks.notebook(notebooks.answer("def f(x):\n    return x\nx = 1"), *cells)
    source = dataclasses.replace(small.assignment().notebooks[0], content=content)
    assert ways_of(source) == {"test-1": ALTERS}


HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS\n"


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        (HIDDEN.format("sorted = None") + "f(1)", "f(2)", (REPLACES, REPLACED)),
        (HIDDEN.format("sorted = None") + "f(1)", "g(2)", (REPLACES, None)),
        (HIDDEN.format("sorted = None"), "g(2)", (None, REPLACED)),
        ("sorted = None\nf(1)", "f(2)", (None, None)),  # which is lent
        ("kept = sorted\nsorted = None\nf(1)\nsorted = kept", "f(2)", (REPLACES, None)),
        (HIDDEN.format("sorted = None") + "f(1)\ndel sorted", "f(2)", (REPLACES, None)),
        (HIDDEN.format("def sorted(values):\n    raise ValueError") + "f(1)", "f(2)", (REPLACES, REPLACED)),
        (HIDDEN.format("sorted = [3, 1]") + "f(sorted)", "f(2)", (None, None)),
        (HIDDEN.format("sorted = lambda v: v") + "f(sorted)", "f(2)", (None, None)),
        (HIDDEN.format("sorted = Mock()") + "f(1)", "f(2)", (REPLACES, REPLACED)),
        (HIDDEN.format("sqrt = None") + "f(1)", "from math import sqrt\nf(2)", (REPLACES, None)),
        (HIDDEN.format("del sqrt") + "f(1)", "f(2)", (REPLACES, REPLACED)),
        (HIDDEN.format("from math import sqrt") + "f(1)", "f(2)", (None, None)),
        (HIDDEN.format("globals()['sqrt'] = None") + "f(1)", "f(2)", (REPLACES, REPLACED)),
        (HIDDEN.format("import math\nmath.sqrt = None") + "f(1)", "f(2)", (PATCHES, REPLACED)),
        ("import math\nsetattr(math, 'sqrt', None)\nf(1)", "f(2)", (REPLACES, REPLACED)),
        ("import math\ndelattr(math, 'sqrt')\nf(1)", "f(2)", (REPLACES, REPLACED)),
        ("def g(x):\n    return 1\nassert f(1) == 1", "f(2)", (REPLACES, REPLACED)),
        ("def g(x):\n    return 1\nassert f(g) == 1", "f(2)", (REPLACES, REPLACED)),
        # Restored in the same test, or by another.
        (HIDDEN.format("a, b = sum, max; sum = max = None") + "f(1)\nsum, max = a, b", "f(2)", (REPLACES, None)),
        (
            HIDDEN.format("import math\na = math.sqrt; math.sqrt = None") + "f(1)\nsetattr(math, 'sqrt', a)",
            "f(2)",
            (PATCHES, None),
        ),
        (HIDDEN.format("sqrt = None") + "f(1)\nfrom math import *", "f(2)", (REPLACES, None)),
        (HIDDEN.format("globals()['sum'] = None") + "f(1)\ndel globals()['sum']", "f(2)", (REPLACES, None)),
        (
            HIDDEN.format("kept = sum; sum = None") + "f(1)\ndef back():\n    global sum\n    sum = kept\nback()",
            "f(2)",
            (REPLACES, None),
        ),
        (HIDDEN.format("kept = sum; sum = max = None") + "f(1)\nsum = kept", "f(2)", (REPLACES, REPLACED)),
        (
            HIDDEN.format("kept = sum; sum = None") + "f(1)\nsum = kept\nassert f(2) == sum([2])",
            "f(2)",
            (REPLACES, None),
        ),
        (HIDDEN.format("sqrt = None") + "f(1)", "assert f(4) == sqrt(4)", (REPLACES, None)),
        (HIDDEN.format("sqrt = None") + "f(1)", "sqrt = None\nf(4)", (REPLACES, None)),  # which is lent
        (HIDDEN.format("sqrt = None") + "f(1)", HIDDEN.format("sqrt = None") + "f(4)", (REPLACES, REPLACES)),
        (HIDDEN.format("if x:\n    sqrt = None") + "f(1)", "f(4)", (REPLACES, None)),
        (HIDDEN.format("sqrt, sum = None, None") + "f(1)", "f(4)", (REPLACES, REPLACED)),
        (HIDDEN.format("def g(n):\n    return g(n - 1) if n else 0") + "f(1)", "f(4)", (REPLACES, REPLACED)),
        (
            HIDDEN.format("def forbidden(*a):\n    raise ValueError\nsum = forbidden") + "f(1)",
            "f(4)",
            (REPLACES, REPLACED),
        ),
        (HIDDEN.format("sum = None") + "a = [sum for sum in (1, 2)]\nf(1)", "f(4)", (REPLACES, REPLACED)),
        (HIDDEN.format("__builtins__.sum = None") + "f(1)", "f(4)", (PATCHES, REPLACED)),
        # Variables of the test's own.
        (HIDDEN.format("sqrt = f(1)") + "f(2)", "f(4)", (None, None)),
        (HIDDEN.format("g = given(1)") + "f(2)", "f(4)", (None, None)),
        (HIDDEN.format("def looks(v):\n    return v in list\nlist = 'ab'") + "looks(f(1))", "f(4)", (None, None)),
        (HIDDEN.format("assert f(1) == 1\ndel sqrt"), "f(4)", (None, None)),
        (HIDDEN.format("import matplotlib.pyplot as plt\nplt.show = lambda: None") + "f(1)", "f(4)", (PATCHES, None)),
        (HIDDEN.format("given = None") + "f(1)", "f(2)", (REPLACES, REPLACED)),
        (HIDDEN.format("data = None") + "f(1)", "f(2)", (None, None)),
    ],
)
def test_what_the_students_code_may_not_call(first, second, reasons):
    content = notebooks.notebook(
        notebooks.cell("from math import sqrt\ndef given(x):\n    return x\ndata = 3"),
        notebooks.answer("def f(x):\n    return x\ndef g(x):\n    return x"),
        notebooks.test(first, "first", 1),
        notebooks.test(second, "second", 1),
    )
    source = dataclasses.replace(small.assignment().notebooks[0], content=content)
    found = ways_of(source)
    assert (found.get("first"), found.get("second")) == reasons


def test_a_cell_brings_back_what_was_taken_away():
    texts = ["### BEGIN HIDDEN TESTS\nsqrt = None\n### END HIDDEN TESTS\nassert f(4) == 2", "assert f(9) == 3"]
    cells = [notebooks.test(text, f"test-{number}", 1) for number, text in enumerate(texts)]
    cells.insert(1, notebooks.cell("from math import sqrt"))
    content = notebooks.notebook(notebooks.answer("from math import sqrt\ndef f(x):\n    return x"), *cells)
    source = dataclasses.replace(small.assignment().notebooks[0], content=content)
    assert ways_of(source) == {"test-0": REPLACES}


def test_an_author_who_decides_has_nothing_replaced():
    text = HIDDEN.format("sorted = None") + "f(1)"
    cells = [notebooks.test(text, "first", 1), notebooks.test("f(2)", "second", 1)]
    cells[0]["metadata"]["tags"] = [JUDGED]
    content = notebooks.notebook(notebooks.answer("def f(x):\n    return x"), *cells)
    source = dataclasses.replace(small.assignment().notebooks[0], content=content)
    assert ways_of(source) == {}


HISTORY_TESTS = [
    "%rerun\nassert x == 3",
    "%rerun 2\nassert x == 3",
    "%rerun -l 1\nassert x == 3",
    "%rerun -g 'x ='\nassert x == 3",
    "assert _ == 3",
    "assert Out[1] == 3 and _1 == 3",
    "assert In[1].startswith('x = globals()')",
    "assert 'x = globals()' in _i",
    "%history -n 1",
    "%%capture said\n%hist 1\n",
]


@pytest.mark.parametrize("more", ["", IN_A_FORK], ids=["in place", "in a fork"])
def test_tests_that_look_back_run_beside(more):
    """Each after the answer alone, as nbgrader's kernel has it."""
    answer = "x = globals().get('x', 0) + 1 if 'x' in globals() else 2\nx = 3\nx"
    wrong = answer.replace("x = 3", "x = 4").replace("globals()", "vars()")
    for test in HISTORY_TESTS:
        book = run([test.replace("%rerun 2", "%rerun 1") + more], answer, beside=[])
        assert book.scores == {"test-1": 2} and list(book.trusted.values()) == [HISTORY], (test, outputs(book))
        if "hist" not in test:
            assert run([test + more], wrong, beside=[]).scores == {"test-1": 0}, test


def test_history_counts_tests_as_cells():
    """Of a test that is judged its visible part, and nothing of what is hidden."""
    hidden = "assert x == 1\n### BEGIN HIDDEN TESTS\nassert x == 1, 'SECRET'\n### END HIDDEN TESTS"
    looks = "assert In[2] == 'assert x == 1' and In[3] == _ih[-1]\nassert seen() == (False, True)"
    seen = "def seen():\n    return 'SEC' 'RET' in str(In), 'assert ' 'x == 1' in str(In)"
    book = run([hidden, looks], f"x = 1\n{seen}", beside=[])
    assert list(book.scores.values()) == [2, 2], outputs(book)


@pytest.mark.parametrize(
    "text", ["for _ in range(2):\n    f(1)", "_, y = f(1)", "a = [_ for _ in x]", "g = lambda _: f(1)"]
)
def test_names_of_history_may_be_a_tests_own(text):
    assert reason_in_text(text, frozenset({"f", "x"})) is None


@pytest.mark.parametrize(
    ("above", "test", "wanted"),
    [
        ("def helper(v):\n    limit = 3\n    return v + limit + LIMIT\nLIMIT = 1", "assert helper(1) == 5", []),
        ("LIMIT = 1\ndef helper(v):\n    return v + LIMIT", "assert helper(1) == 2", ["LIMIT = 1", "def helper(v):"]),
        ("cases = [1]\nchecks.check_value(f(cases), 1)", "cases = [2]\nassert f(cases) == 2", []),
        ("cases = [1]\nchecks.check_value(f(cases), 1)", "assert f(cases) == 1", ["cases = [1]"]),
        ("cases = [1]\ncases.append(2)", "assert f(cases) == 3", ["cases = [1]", "cases.append(2)"]),
        ("cases = [1]\nfor case in (2, 3):\n    cases.append(case)", "assert f(cases)", None),
        ("random.seed(1)", "assert f(random.random())", []),  # it was run in its place
        ("cases = [1]\ncases = cases + [2]", "assert f(cases)", None),
        ("old = [1]\nold.append(5)\ncases = [1]", "assert f(cases)", ["cases = [1]"]),
        ("draw = checks.random_inputs('a')", "draw = checks.random_inputs('b')\nassert f(draw)", []),
        ("total = 0", "total += 1\nassert f(total)", ["total = 0"]),
        ("for n in (1, 2):\n    size = n", "for n in (3, 4):\n    size = n\n    assert f(size)", []),
        ("with open('a') as file:\n    text = file.read()", "with open('b') as file:\n    assert f(file.read())", []),
        ("last = 0", "for n in (3, 4):\n    assert f(last)\n    last = n", ["last = 0"]),
        ("last = 0", "for n in (3, 4):\n    if n > 3:\n        last = n\n    assert f(last)", ["last = 0"]),
        ("limit = 1\nchecks.check_value(limit, 1)", "assert f(limit)", ["limit = 1"]),
        ("cart = [1]\nchecks.checkout(cart)", "assert f(cart)", ["cart = [1]", "checks.checkout(cart)"]),
        ("cases = [1, 2]\nrandom.shuffle(cases)", "assert f(cases)", ["cases = [1, 2]", "random.shuffle(cases)"]),
        ("x = 3", "y = [x for x in range(3)]\nassert f(y)", []),
        ("x = 3", "assert f([y for y in range(x)])", ["x = 3"]),
        ("x = 3", "g = lambda x: x\nassert f(g(1))", []),
        ("x = 3", "def g(x, y=x):\n    return x\nassert f(g(1))", ["x = 3"]),
    ],
)
def test_what_a_test_takes_from_tests_above(above, test, wanted):
    task = small.assignment("import random\nfrom gdl_utils import checks", above, test)
    cells = task.notebooks[0].content["cells"]
    answer = notebooks.answer("def f(x):\n    return x")
    source = dataclasses.replace(
        task.notebooks[0], content={"cells": [answer, *[c for c in cells if "test" in c["id"]]]}
    )
    found = definitions_before(source, source.content["cells"][-1])
    if wanted is None:
        assert found == [ast.unparse(statement) for statement in ast.parse(above).body]
    elif "LIMIT" in above and not wanted:
        # What a function looks up when it is called may be defined below it.
        assert [line.split("\n")[0] for line in found] == ["def helper(v):"]
    else:
        assert [line.split("\n")[0] for line in found if "import" not in line] == wanted


def test_a_judged_test_has_what_others_define_from_nobody_else():
    tests = ["wanted = 4\ndef is_wanted(x):\n    return x == wanted", "assert is_wanted(f(2)) and wanted == f(2)"]
    lies = "def f(x):\n    globals().update(wanted=x, is_wanted=bool)\n    return x"
    assert list(run(tests, lies, beside=["test-1"]).scores.values()) == [2, 0]
    assert list(run(tests, "def f(x):\n    return 2 * x", beside=["test-1"]).scores.values()) == [2, 2]


def test_hidden_lines_of_a_test_that_lasts_stay_hidden():
    hidden = "x.append(1)\n### BEGIN HIDDEN TESTS\nsecret = 'SECRET'\nassert x == [1], secret\n### END HIDDEN TESTS"
    answer = "x = []\ndef seen():\n    return 'SEC' 'RET' in str((In, globals())), 'x.app' 'end(1)' in str(In), list(x)"
    book = run([hidden, "assert seen() == (False, True, [1]) and x == [1]"], answer, beside=["test-1"])
    assert list(book.scores.values()) == [2, 2], outputs(book)


def test_hidden_definitions_stay_out_of_the_students_process():
    """Nor for a test whose own text students have."""
    hidden = "### BEGIN HIDDEN TESTS\nsecret = 7\n### END HIDDEN TESTS"
    answer = "log = []\ndef seen():\n    return 'secret' in globals()"
    for uses in ("log.append(secret)", "assert secret == 7"):
        book = run([hidden, uses, "assert log in ([], [7])", "assert not seen()"], answer)
        assert book.scores == {"test-1": 2, "test-2": 2, "test-3": 2, "test-4": 2}, outputs(book)


@pytest.mark.parametrize(
    ("text", "below", "answers", "is_lasting"),
    [
        ("x.append(1)", "assert x == [1]", {"x"}, True),
        ("assert len(x) == 1", "assert x == [1]", {"x"}, False),
        ("assert x.pop() == 1", "assert x == []", {"x"}, True),
        ("given = [1]\nassert f(given) == 1", "assert given == [1]", {"f"}, True),
        ("given = [1]\nassert f(given) == 1", "given = [2]\nassert f(given) == 2", {"f"}, False),
        ("count = 3", "print(count)", {"f", "count"}, True),
        ("assert f(1) == 1", "assert f(2) == 2", {"f"}, False),
        ("assert f(1) == 1", "assert count == 1", {"f", "count"}, True),
        ("assert np.allclose(x, 1)", "assert x.shape == (2,)", {"x"}, False),
        ("np.random.shuffle(x)", "assert x[0] == 1", {"x"}, True),
        ("%%capture said\nf(1)", "assert said.stdout == '1'", {"f"}, True),
        ("np.random.seed(1)", "y = np.random.rand()", set(), True),
        ("def", "assert f(1)", {"f"}, False),
    ],
)
def test_what_cells_below_see_of_a_test(text, below, answers, is_lasting):
    names = frozenset(answers)
    assert lasts(text, [below], frozenset({"np"}), dict.fromkeys(names, names)) is is_lasting

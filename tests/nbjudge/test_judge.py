"""What a test can see of a student's code, and what it makes of what it sees."""

import copy
import json
import math
import socket
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from nbjudge import Assignment, Limits, SourceNotebook, Status, grade
from nbjudge.channel import Channel, WireLimits
from nbjudge.hints import hidden_lines, hint_for
from nbjudge.judge import AnswerError, Judge, JudgeCodec, Namespace, Proxy, StudentSide
from nbjudge.scoring import score_of
from nbjudge.student import Student, StudentCodec
from nbjudge.zygote_client import close_zygotes

IMPORTS = {"np": "import numpy as np", "root": "from math import sqrt as root"}


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    close_zygotes()


class Classroom:
    """A judge and a student in two threads of this process."""

    def __init__(self):
        control, there = socket.socketpair()
        one, other = socket.socketpair()
        self.ends = [control, there, one, other]
        self.globals = {"__name__": "__main__"}
        shell = SimpleNamespace(user_ns=self.globals, enable_matplotlib=lambda _: None)
        self.student = Student(shell, Channel(there), Channel(other, StudentCodec()), 1000)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        codec = JudgeCodec()
        codec.student = StudentSide(Channel(one, codec))
        self.names = Namespace(codec.student, IMPORTS)
        self.judge = Judge(self.names)

    def _serve(self):
        try:
            self.student.loop()
        except Exception:
            return

    def __call__(self, answer, test):
        """Run the student's code, then a test, and give the report."""
        exec(answer, self.globals)
        return self.judge.run(test)

    def value(self, answer, expression):
        """What a test sees for an expression."""
        report = self(answer, f"_seen = [{expression}]")
        assert report["passed"], report
        return self.names["_seen"][0]

    def close(self):
        self.ends[0].close()
        self.thread.join(5)
        for end in self.ends[1:]:
            end.close()


@pytest.fixture
def room():
    made = Classroom()
    yield made
    made.close()


def passes(report):
    return report["passed"], report.get("ename"), report.get("evalue")


# Names.


def test_names_of_the_student_are_read_and_called_in_the_student(room):
    assert room("calls = []\ndef f(x):\n    calls.append(x)\n    return x * 2", "assert f(2) == 4")["passed"]
    assert room.globals["calls"] == [2]
    assert "f" not in room.names


def test_pythons_own_names_win(room):
    answer = "abs = len = print = isinstance = lambda *_: 42\nAssertionError = ValueError = None"
    assert room(answer, "assert abs(-1) == 1 and len([]) == 0 and isinstance(1, int)\nprint('x')")["printed"] == "x\n"
    assert room(answer, "assert False")["ename"] == "AssertionError"


def test_imports_of_the_source_are_the_judges_own(room):
    answer = "class Fake:\n    def __getattr__(self, _):\n        return lambda *_, **__: True\n"
    answer += "np = Fake()\nroot = lambda _: 3"
    assert room(answer, "assert np.allclose(1, 2) is False or not np.allclose(1, 2)")["passed"]
    assert room(answer, "assert root(4) == 2")["passed"]
    assert room.names["np"] is np
    # An import that a test makes itself, and a name that neither has.
    assert room("math = 1", "import math\nassert math.pi > 3")["passed"]
    assert passes(room("", "assert nothing == 1"))[:2] == (False, "NameError")


def test_names_of_the_judge_win_over_the_students(room):
    assert room("expected = 1", "expected = 7")["passed"]
    assert room("expected = 1", "assert expected == 7\ndef check():\n    return expected\nassert check() == 7")[
        "passed"
    ]
    assert room.globals["expected"] == 1
    assert room("expected = 3", "del expected\nassert expected == 3")["passed"]


def test_functions_and_comprehensions_of_a_test_see_the_names_of_the_student(room):
    test = """
def twice(x):
    return f(f(x))
assert twice(1) == 4
assert [f(x) for x in range(3)] == [0, 2, 4]
assert all(f(x) == 2 * x for x in range(3))
assert (lambda x: f(x))(3) == 6
assert {x: f(x) for x in (1,)} == {1: 2}
"""
    report = room("def f(x): return 2 * x", test)
    assert report["passed"], report


SQUARES = """
def squares(n):
    if n < 1:
        raise ValueError("n must be at least 1")
    return [i ** 2 for i in range(1, n + 1)]
"""
SUM = "def sum_of_squares(n):\n    return sum(squares(n))\n"
USES = """
orig_squares = squares
del squares
try:
    sum_of_squares(1)
except NameError:
    pass
else:
    raise AssertionError("sum_of_squares does not use squares")
finally:
    squares = orig_squares
"""


def test_a_function_of_the_student_can_be_taken_away_and_put_back(room):
    for _ in range(2):
        report = room(SQUARES + SUM, USES)
        assert report["passed"], report
    assert room.globals["squares"](2) == [1, 4]
    report = room(SQUARES + "def sum_of_squares(n):\n    return n * (n + 1) * (2 * n + 1) // 6", USES)
    assert passes(report) == (False, "AssertionError", "sum_of_squares does not use squares")
    assert room("", "assert squares(3) == [1, 4, 9]")["passed"]
    assert passes(room("", "del nothing"))[:2] == (False, "NameError")


def test_a_test_can_hand_the_students_function_to_the_student(room):
    answer = "def apply(f, x): return f(x)\ndef g(x): return x + 1"
    assert room(answer, "assert apply(g, 1) == 2")["passed"]
    report = room(answer, "def h(x): return 1\napply(h, 1)")
    assert (report["passed"], report["ename"]) == (False, "TypeError")
    assert "can't hand this" in report["evalue"]
    assert room("", "assert apply(g, 1) == 2")["passed"]


def test_arguments_and_values_cross_as_copies(room):
    assert room("def f(x):\n    x.append(1)\n    return x", "given = [0]\nassert f(given) == [0, 1] and given == [0]")[
        "passed"
    ]
    value = room.value("import numpy\nx = numpy.arange(3)", "x")
    value[0] = 9
    assert room.globals["x"][0] == 0


def test_random_generators_go_over_with_their_state(room):
    test = "rng = np.random.default_rng(5)\nexpected = np.random.default_rng(5).random()\nassert draw(rng) == expected"
    assert room("def draw(rng): return rng.random()", test)["passed"]


# Proxies.

OBJECT = """
class Clever:
    size = 3
    _secret = 4
    def __getattribute__(self, name):
        return object.__getattribute__(self, name)
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __len__(self): return 3
    def __int__(self): return 4
    __float__ = __index__ = __int__
    def __hash__(self): return 1
    def __contains__(self, _): return True
    def __add__(self, _): return 5
    __radd__ = __sub__ = __mul__ = __lt__ = __gt__ = __le__ = __ge__ = __add__
    def __array__(self, *_, **__):
        import numpy
        return numpy.ones(3)
    def __iter__(self): return iter([1, 2])
    def __getitem__(self, key): return key
    def __instancecheck__(self, _): return True
    __class__ = property(lambda self: int)
    def method(self, x): return x + 1
x = Clever()
"""


@pytest.mark.parametrize(
    "test",
    [
        *[
            "assert x == 3",
            "assert 3 == x",
            "assert x != 3 or True",
            "assert x",
            "assert not x or True",
            "x < 1",
            "1 < x",
        ],
        *["len(x)", "int(x)", "float(x)", "complex(x)", "range(x)", "[1, 2][x]", "3 in x", "x in [3]", "x == x"],
        *["x + 1", "1 + x", "x * 2", "2 * x", "x - 1", "1 - x", "x / 2", "2 / x", "-x", "abs(x)", "round(x)", "x @ x"],
        *["x ** 2", "x // 2", "x % 2", "x & 1", "~x", "x << 1", "divmod(x, 2)"],
        *["np.asarray(x)", "np.array([x, x]) == 3", "np.allclose(x, 1)", "np.testing.assert_array_equal(x, [1, 1, 1])"],
        *["np.isclose(x, 3)", "np.equal(x, 3).all()", "assert np.array_equal(x, np.ones(3))", "np.add(x, 1)"],
        *[
            "assert max(x, 3) == 3",
            "sorted([x, 1])",
            "sum([x])",
            "assert any([x])",
            "all([x])",
            "'%d' % x",
            "x._secret",
        ],
        *[
            "x.size = 4",
            "x[0] = 1",
            "isinstance(1, x)",
            "issubclass(int, x)",
            "with x: pass",
            "x()",
            "raise x",
            "f'{x:d}'",
        ],
        *[
            "assert isinstance(x, int)",
            "assert [1] == list(x)",
            "assert x.size == 4",
            "assert x[7] == 8",
            "copy.copy(x)",
        ],
    ],
)
def test_an_object_that_is_no_plain_data_is_never_compared_by_its_own_code(room, test):
    report = room(OBJECT, f"import copy\n{test}")
    assert not report["passed"] and report["ename"] != "StudentGoneError"


def test_what_a_test_can_do_with_an_object(room):
    test = """
assert x.size == 3 and x.method(1) == 2 and list(x) == [1, 2] and x[7] == 7
assert {x: 1} and "Clever" in repr(x) and x is not None
assert not hasattr(x, "nothing") and not hasattr(x, "_secret") and callable(x.method)
"""
    report = room(OBJECT, test)
    assert report["passed"], report


def test_the_refusal_says_of_what_type_the_object_is(room):
    report = room(OBJECT, "assert x == 3")
    assert report["ename"] == "AnswerError" and "'Clever'" in report["evalue"]


def test_a_proxy_is_not_equal_even_to_itself_and_has_no_truth():
    proxy = Proxy(None, 1, "object", False)
    for act in (lambda: proxy == proxy, lambda: bool(proxy), lambda: proxy in [1], lambda: np.asarray(proxy)):
        with pytest.raises(AnswerError):
            act()
    with pytest.raises(TypeError):
        copy.copy(proxy)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("x = type('i', (int,), {'__eq__': lambda *_: True, '__hash__': None})(3)", int),
        ("x = type('f', (float,), {'__eq__': lambda *_: True, '__hash__': None})(3)", float),
        ("x = type('s', (str,), {'__eq__': lambda *_: True, '__hash__': None})('3')", str),
        ("x = type('l', (list,), {'__eq__': lambda *_: True, '__hash__': None})([3])", list),
        ("x = type('d', (dict,), {'__eq__': lambda *_: True, '__hash__': None})({3: 3})", dict),
    ],
)
def test_subclasses_are_what_they_extend_for_a_test(room, answer, kind):
    assert type(room.value(answer, "x")) is kind
    assert not room(answer, "assert x == 4")["passed"]


# Exceptions.


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        ("ValueError('no')", "ValueError"),
        ("KeyError('no')", "KeyError"),
        ("NotImplementedError()", "NotImplementedError"),
        ("AssertionError('x')", "AssertionError"),
        ("type('Own', (IndexError,), {})('x')", "IndexError"),
        ("type('Own', (Exception,), {})('x')", "RuntimeError"),
        ("type('ValueError', (Exception,), {})('x')", "ValueError"),
        ("UnicodeDecodeError('utf-8', b'', 0, 1, 'x')", "RuntimeError"),
        ("ExceptionGroup('x', [ValueError()])", "RuntimeError"),
        ("SystemExit(0)", "RuntimeError"),
        ("KeyboardInterrupt()", "RuntimeError"),
        ("GeneratorExit()", "RuntimeError"),
        ("StopIteration(3)", "RuntimeError"),
        ("StopAsyncIteration()", "RuntimeError"),
        ("type('Own', (StopIteration,), {})()", "RuntimeError"),
        ("MemoryError()", "MemoryError"),
        ("type('Mute', (ValueError,), {'__str__': lambda self: 1 / 0})()", "ValueError"),
        ("type('Odd', (ValueError,), {'__str__': lambda self: 3})()", "ValueError"),
        ("type('exit', (Exception,), {})()", "RuntimeError"),
        ("ValueError('\\ud800' + 'x' * 100_000)", "ValueError"),
    ],
)
def test_exceptions_of_the_student_are_pythons_own(room, raised, seen):
    report = room(f"def f(*_): raise {raised}", "f()")
    assert (report["passed"], report["ename"], report["student"]) == (False, seen, True)
    assert len(report["evalue"]) <= 10_000
    test = f"try:\n    f()\nexcept {seen}:\n    pass\nelse:\n    raise AssertionError"
    assert room("", test)["passed"]


@pytest.mark.parametrize("kind", ["StopIteration", "StopAsyncIteration", "GeneratorExit"])
@pytest.mark.parametrize(
    "test", ["assert all(map(f, [1, 2]))", "for y in map(f, [1]): assert y == 2", "assert not [*filter(f, [1])]"]
)
def test_no_exception_of_the_student_ends_a_loop_of_the_test(room, kind, test):
    assert not room(f"def f(x): raise {kind}", test)["passed"]


@pytest.mark.parametrize(
    "reply",
    [
        {"error": "ValueError", "message": "x"},
        {"error": [], "message": "x"},
        {"error": [1, None, ["ValueError"]], "message": 1 << 20_000},
        {"error": ["__import__", "eval", "ValueError"], "message": None},
        {"error": {"ValueError": 1}, "message": [1]},
        {"error": ["BaseException", "Exception", "type", "__loader__"], "message": b"x"},
    ],
    ids=range(6),
)
def test_damaged_reports_of_exceptions_are_exceptions(room, monkeypatch, reply):
    plain = room.student._do
    monkeypatch.setattr(room.student, "_do", lambda request: reply if request["do"] == "call" else plain(request))
    report = room("def f(): pass", "f()")
    assert not report["passed"]
    assert report["student"] and report["ename"] in ("RuntimeError", "ValueError")


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {},
        {"id": 99, "value": 1},
        {"id": True, "value": 1},
        {"id": 1.0, "value": 1},
        {"id": np.arange(3), "value": 1},
        {"id": object(), "value": 1},
        {"id": [1]},
    ],
    ids=str,
)
def test_replies_to_something_else_are_not_accepted(room, monkeypatch, reply):
    monkeypatch.setattr(room.student, "answer", lambda request: room.student.judge.send(reply))
    report = room("", "assert f == 1")
    assert (report["passed"], report["ename"]) == (False, "AnswerError")


def test_a_student_that_has_gone_is_told_apart(room):
    room.ends[3].shutdown(socket.SHUT_RDWR)
    for _ in range(2):
        report = room("", "f()")
        assert (report["ename"], report["gone"]) == ("StudentGoneError", True)
    assert room("", "assert 1 + 1 == 2")["passed"]


@pytest.mark.parametrize(
    "test", ["raise SystemExit(0)", "exit()", "raise KeyboardInterrupt", "import sys; sys.exit(0)"]
)
def test_a_test_that_stops_in_another_way_has_failed_and_the_judge_goes_on(room, test):
    assert not room("", test)["passed"]
    assert room("", "assert True")["passed"]


@pytest.mark.parametrize(
    "test",
    [
        "assert x == 4, x",
        "raise ValueError(x)",
        "raise type('Own', (Exception,), {'__str__': lambda self: 1 / 0})",
        "assert x == 4, [x]",
    ],
)
def test_what_can_not_be_told_is_no_reason_to_die(room, test):
    report = room("x = 10 ** 5000", test)
    assert not report["passed"] and report["line"] == 1
    assert room("", "assert True")["passed"]


def test_answers_that_are_too_large_or_too_deep_are_errors_of_the_answer(room):
    room.student.judge.limits = WireLimits(depth=5)
    report = room("x = [[[[[[[[[1]]]]]]]]]", "assert x == 1")
    assert not report["passed"] and report["ename"] in ("TypeError", "NameError")
    assert room("y = 1", "assert y == 1")["passed"]


# Scores.

STUDENT = "def f(x=9): return x\nscore = 9\nclass C:\n    value = 9\nc = C()\nitems = [9]\nt = (9,)"


@pytest.mark.parametrize(
    ("test", "value"),
    [
        *[("0.5", 0.5), ("2", 2.0), ("1 + 1", 2.0), ("x = 3\nx", 3.0), ("-1", -1.0), ("10 ** 300", 1e300)],
        *[
            ("np.float32(1.5)", 1.5),
            ("np.int64(2)", 2.0),
            ("np.sqrt(4)", 2.0),
            ("np.mean([1, 2])", 1.5),
            ("root(9)", 3.0),
        ],
        *[("def points():\n    return f(1) + 1\npoints()", 2.0), ("sum([1, 1])", 2.0), ("float('inf')", math.inf)],
        *[("1;", None), ("1 ; ", None), ("x = 1", None), ("True", None), ("np.bool_(True)", None), ("'1'", None)],
        *[
            ("None", None),
            ("[1]", None),
            ("", None),
            ("# only this", None),
            ("...", None),
        ],
        *[("f()", None), ("score", None), ("c.value", None), ("items[0]", None), ("t[0]", None), ("f(x=9)", None)],
        *[
            ("(f())", None),
            ("-f()", None),
            ("f() + 0", None),
            ("1 * score", None),
            ("score or 1", None),
            ("1 and f()", None),
        ],
        *[
            ("f() if True else 1", None),
            ("(y := f())", None),
            ("not f()", None),
            ("f() == 9", None),
            ("(lambda: 1)()", 1.0),
        ],
        *[("print('x')\n2 / 4", 0.5), ("assert f() == 9\n1", 1.0)],
    ],
)
def test_a_score_is_a_number_that_the_judge_computed(room, test, value):
    report = room(STUDENT, test)
    assert report["passed"], report
    assert report["value"] == value and (value is None or type(report["value"]) is float)


@pytest.mark.parametrize("test", ["np.ones(1)", "np.float64(1) * 1j", "1j", "np.array(2.0)"])
def test_points_that_are_no_single_number_are_no_points(room, test):
    report = room("", test)
    assert not report["passed"] and report["value"] is None


@pytest.mark.parametrize(
    ("report", "score"),
    [
        ({"passed": True, "value": None}, 2.0),
        ({"passed": True, "value": 1.5}, 1.5),
        ({"passed": True, "value": 0.0}, 0.0),
        ({"passed": True, "value": 7.0}, 2.0),
        ({"passed": True, "value": -7.0}, 0.0),
        ({"passed": True, "value": math.inf}, 2.0),
        ({"passed": True, "value": -math.inf}, 0.0),
        ({"passed": True, "value": math.nan}, 0.0),
        ({"passed": False, "value": 1.5}, 0.0),
        ({"passed": False, "value": None}, 0.0),
        ({"passed": 1, "value": 1.5}, 0.0),
        ({}, 0.0),
    ],
    ids=str,
)
def test_numbers_are_points_between_none_and_all(report, score):
    assert score_of(report, 2.0) == score


# Hints.

TEST = """def visible(x):
    assert f(x) == 1  # seen

visible(1)
### BEGIN HIDDEN TESTS
def secret(x):
    assert f(x) == 4242, f"not {x}"
secret(77)
visible(78)
assert f(79) == 4343
### END HIDDEN TESTS
assert f(5) == 1"""


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("def f(x): return 0", "assert f(x) == 1  # seen"),
        ("def f(x): return 1", "hidden"),
        ("def f(x): return {77: 4242, 78: 0}.get(x, 1)", "assert f(x) == 1  # seen"),
        ("def f(x): return {77: 4242}.get(x, 1)", "hidden"),
        ("def f(x): return {77: 4242, 79: 4343, 5: 0}.get(x, 1)", "assert f(5) == 1"),
        ("def f(x): raise NotImplementedError", "not answered yet"),
        ("def f(x): raise ValueError(f'seen {x} 4242')", "ValueError"),
        ("def f(x):\n    if x == 77: raise KeyError(x)\n    return 1", "KeyError"),
        ("def f(x): return object()", "could not be handed"),
        ("def f(x): return [[[object()]]] if x == 77 else 1", "hidden"),
        ("", "not defined"),
        ("def f(x): return 1 if x == 1 else undefined", "NameError"),
        ("class E(ValueError):\n    hint = 'you get 77 points'\ndef f(x): raise E(x)", "ValueError"),
    ],
)
def test_a_hint_tells_what_can_be_seen_and_nothing_else(room, answer, hint):
    test = f"\n\n{TEST}"
    report = room(answer, test)
    assert not report["passed"]
    told = hint_for(report, {"source": test}, False)
    assert hint in told
    for secret in ("77", "78", "79", "4242", "4343", "secret"):
        assert secret not in told


def test_hidden_lines_are_counted_as_python_counts_them():
    text = 'a = "\x0c\x1c\u2028"\n### BEGIN HIDDEN TESTS\nassert f(1) == 4242\n### END HIDDEN TESTS\nb = 1'
    assert hidden_lines(text) == {2, 3, 4}
    cell = {"source": text}
    for line in (2, 3, 4):
        report = {"passed": False, "ename": "AssertionError", "line": line}
        assert "4242" not in hint_for(report, cell, False)
    assert "b = 1" in hint_for({"passed": False, "ename": "AssertionError", "line": 5}, cell, False)


@pytest.mark.parametrize("line", [None, 0, -1, 99, 10**30, "1", 1.0, True])
def test_lines_that_are_none_are_not_quoted(line):
    report = {"passed": False, "ename": "AssertionError", "line": line}
    assert "hidden" in hint_for(report, {"source": "assert f(1) == 4242"}, False)


def test_a_loop_without_end_and_a_hint_of_the_test(room):
    report = room("x = 1", "error = AssertionError('4242')\nerror.hint = 'Look at the sign.'\nraise error")
    assert hint_for(report, {"source": ""}, False) == "Look at the sign."
    assert "too long" in hint_for(report, {"source": ""}, True)


def test_what_is_printed_is_kept_up_to_a_limit(room):
    report = room("", "import sys\nprint('a' * 300_000)\nprint('b', file=sys.stderr)")
    assert 100_000 < len(report["printed"]) < 100_100 and "cut off" in report["printed"]


# With real processes.


def cell(source, name=None, **flags):
    made = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    if name:
        made["metadata"]["nbgrader"] = {"grade_id": name, "schema_version": 3, "locked": True} | flags
    return made


def test_the_judge_goes_on_after_tests_that_stop_it_and_answers_that_can_not_be_told():
    tests = [
        "raise SystemExit",
        "raise KeyboardInterrupt",
        "assert x == 4, x",
        "assert y == 1",
        "0.5",
        "z",
        "import os; x",
    ]
    cells = [cell("# answer", "answer", solution=True, locked=False)]
    cells += [cell(test, f"test-{number}", grade=True, points=2) for number, test in enumerate(tests)]
    source = SourceNotebook("small", {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    handed_in = copy.deepcopy(source.content)
    handed_in["cells"][0]["source"] = "x = 10 ** 5000\ny = 1\nz = 100"
    files = {"small.ipynb": json.dumps(handed_in).encode()}
    graded = grade(Assignment("small", (source,)), files, Limits(cell_seconds=5))
    assert graded.status is Status.GRADED, graded.attention
    assert list(graded.notebooks[0].scores.values()) == [0, 0, 0, 2, 0.5, 2, 2]


def test_what_a_setup_cell_ends_with_is_no_score(room):
    for source in ("np.arange(3)", "3", "1j"):
        report = room.judge.run(source, scored=False)
        assert (report["passed"], report["value"]) == (True, None)
    assert not room.judge.run("np.arange(3)")["passed"]

"""What a test can do with what is the student's: names, objects, exceptions, answers that can't be accepted."""

import copy
import socket
from collections import Counter
from contextlib import closing
from http import HTTPStatus

import numpy as np
import pytest

from nbjudge.proxy import AnswerError, JudgeCodec, Proxy
from nbjudge.wire import WireError, WireLimits, pack
from tests.nbjudge.room import RoomOfForger

pytestmark = pytest.mark.quick

# Names.


def test_names_of_the_student_are_read_and_called_there(room):
    assert room("calls = []\ndef f(x):\n    calls.append(x)\n    return x * 2", "assert f(2) == 4").passed
    assert room.globals["calls"] == [2]
    assert "f" not in room.names


def test_pythons_own_names_win(room):
    answer = "abs = len = print = isinstance = lambda *_: 42\nAssertionError = ValueError = None"
    assert room(answer, "assert abs(-1) == 1 and len([]) == 0 and isinstance(1, int)\nprint('x')").printed == "x\n"
    assert room(answer, "assert False").ename == "AssertionError"


def test_a_value_in_the_place_of_a_builtin_fails_as_in_a_kernel(room):
    for value in ("0", "[]", "(str, int)", "None", "iter([1])"):
        report = room(f"sum = {value}", "def total():\n    return sum([1, 2])\nassert total() == 3")
        assert (report.passed, report.ename) == (False, "TypeError")
        assert not room("", "assert not isinstance(1, sum)").passed
        assert room("", "assert max([1, 2]) == 2").passed
    # An answer may have such a name, and a function of the student's replaces nothing.
    assert room("del sum", "assert sum([1, 2]) == 3").passed
    assert room("def sum(values):\n    return 7", "assert sum([1, 2]) == 3").passed


def test_imports_of_the_source_are_the_judges_own(room):
    answer = "class Fake:\n    def __getattr__(self, _):\n        return lambda *_, **__: True\n"
    answer += "np = Fake()\nroot = lambda _: 3"
    assert room(answer, "assert np.allclose(1, 2) is False or not np.allclose(1, 2)").passed
    assert room(answer, "assert root(4) == 2").passed
    assert room.names["np"] is np
    # An import that a test makes itself, and a name that neither has.
    assert room("math = 1", "import math\nassert math.pi > 3").passed
    report = room("", "assert nothing == 1")
    assert (report.passed, report.ename) == (False, "NameError")


def test_a_tool_that_is_imported_later_is_no_answer(room):
    """Before a test of its own imports it, a test has it only if the student has imported it, and then the real one."""
    fake = "class np:\n    __name__ = 'numpy'\n    allclose = staticmethod(lambda *_: True)"
    for answer in ("", fake, fake.replace("numpy", "other"), "np = 3"):
        assert not room(answer, "assert np.allclose(1, 2)", missing=["np"]).passed
        room.names.pop("np", None)
    for answer in ("del np", fake.replace("numpy", "other"), "np = 3"):
        assert not room(answer, "assert np.allclose(1, 1)", missing=["np"]).passed
    assert room("import numpy as np", "assert np.allclose(1, 1)", missing=["np"]).passed
    assert room("np = 3", "assert np.allclose(1, 1)").passed


def test_names_of_the_judge_win_over_the_students(room):
    assert room("expected = 1", "expected = 7").passed
    assert room("expected = 1", "assert expected == 7\ndef check():\n    return expected\nassert check() == 7").passed
    assert room.globals["expected"] == 1
    assert room("expected = 3", "del expected\nassert expected == 3").passed


@pytest.mark.parametrize(
    "value", ["[3, 1]", "{'a': [1], 2: (3, 'x')}", "{1, 2}", "np.arange(3.0)", "[]", "[[1], np.eye(2)]"]
)
def test_a_function_gets_a_variable_of_the_notebook_itself(room, value):
    """The test sees no change before its next cell, which could make wrong answers right."""
    answer = f"import numpy as np\nv = {value}\ngot = []\ndef f(x, y=None):\n    got.extend([x, y])\n    return 1"
    assert room(answer, "assert f(v) == 1 and f(0, y=v) == 1").passed
    assert room.globals["got"][0] is room.globals["v"] is room.globals["got"][3]
    change = "def g(x):\n    x.append(4)"
    assert room(f"v = [1]\n{change}", "g(v)\nassert v == [1]").passed
    assert room("", "assert v == [1, 4]").passed


def test_a_function_gets_a_table_of_the_notebook_itself(room):
    pytest.importorskip("pandas")
    answer = (
        "import pandas as pd\ntable = pd.DataFrame({'a': [1, 2]})\ndef f(x):\n    x['b'] = 2 * x['a']\n    return 1"
    )
    assert room(answer, "assert f(table) == 1 and list(table.columns) == ['a']").passed
    assert room("", "assert list(table.columns) == ['a', 'b']").passed


def test_what_a_test_has_changed_is_handed_over_as_it_is(room):
    answer = "v = [[1], [2]]\ndef f(x):\n    x.append(5)\n    return x"
    for change, want in (
        ("v.append(3)", "[[1], [2], 3, 5]"),
        ("v[0].clear()", "[[], [2], 5]"),
        ("v = v[:1]", "[[1], 5]"),
    ):
        assert room(answer, f"{change}\nassert f(v) == {want}").passed
        assert room.globals["v"] == [[1], [2]]
        room.names.pop("v", None)


def test_functions_of_a_test_see_the_names_of_the_student(room):
    """So do comprehensions and lambdas."""
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
    assert report.passed, report


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


def test_a_students_function_can_be_taken_away_and_put_back(room):
    for _ in range(2):
        report = room(SQUARES + SUM, USES)
        assert report.passed, report
    assert room.globals["squares"](2) == [1, 4]
    report = room(SQUARES + "def sum_of_squares(n):\n    return n * (n + 1) * (2 * n + 1) // 6", USES)
    ended = report.passed, report.ename, report.evalue
    assert ended == (False, "AssertionError", "sum_of_squares does not use squares")
    assert room("", "assert squares(3) == [1, 4, 9]").passed
    report = room("", "del nothing")
    assert (report.passed, report.ename) == (False, "NameError")


def test_a_test_can_hand_the_students_function_to_the_student(room):
    answer = "def apply(f, x): return f(x)\ndef g(x): return x + 1"
    assert room(answer, "assert apply(g, 1) == 2").passed
    assert room("", "assert apply(g, 1) == 2").passed


def test_arguments_and_values_cross_as_copies(room):
    assert room(
        "def f(x):\n    x.append(1)\n    return x", "given = [0]\nassert f(given) == [0, 1] and given == [0]"
    ).passed
    value = room.value("import numpy\nx = numpy.arange(3)", "x")
    value[0] = 9
    assert room.globals["x"][0] == 0


def test_random_generators_go_over_with_their_state(room):
    test = "rng = np.random.default_rng(5)\nexpected = np.random.default_rng(5).random()\nassert draw(rng) == expected"
    assert room("def draw(rng): return rng.random()", test).passed


# Objects.

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
def test_an_object_is_never_compared_by_its_own_code(room, test):
    report = room(OBJECT, f"import copy\n{test}")
    assert not report.passed and report.ename != "StudentGoneError"


def test_what_a_test_can_do_with_an_object(room):
    test = """
assert x.size == 3 and x.method(1) == 2 and list(x) == [1, 2] and x[7] == 7
assert {x: 1} and "Clever" in repr(x) and x is not None
assert not hasattr(x, "nothing") and not hasattr(x, "_secret") and callable(x.method)
"""
    report = room(OBJECT, test)
    assert report.passed, report


def test_the_refusal_says_of_what_type_the_object_is(room):
    report = room(OBJECT, "assert x == 3")
    assert report.ename == "AnswerError" and "'Clever'" in report.evalue


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
    assert not room(answer, "assert x == 4").passed


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
    assert (report.passed, report.ename, report.from_student) == (False, seen, True)
    assert len(report.evalue) <= 10_000
    test = f"try:\n    f()\nexcept {seen}:\n    pass\nelse:\n    raise AssertionError"
    assert room("", test).passed


@pytest.mark.parametrize("kind", ["StopIteration", "StopAsyncIteration", "GeneratorExit"])
@pytest.mark.parametrize(
    "test", ["assert all(map(f, [1, 2]))", "for y in map(f, [1]): assert y == 2", "assert not [*filter(f, [1])]"]
)
def test_no_exception_of_the_student_ends_a_loop_of_the_test(room, kind, test):
    assert not room(f"def f(x): raise {kind}", test).passed


@pytest.mark.parametrize(
    "failure",
    [
        {"classes": "ValueError", "message": "x"},
        {"classes": [], "message": "x"},
        {"classes": [1, None, ["ValueError"]], "message": 1 << 20_000},
        {"classes": ["__import__", "eval", "ValueError"], "message": None},
        {"classes": {"ValueError": 1}, "message": [1]},
        {"classes": ["BaseException", "Exception", "type", "__loader__"], "message": b"x"},
        {"classes": np.array(["ValueError"]), "message": np.str_("x")},
    ],
    ids=range(7),
)
def test_damaged_reports_of_exceptions_are_exceptions(failure):
    def forge(request):
        if request["kind"] == "Call":
            return {"kind": "Failure", "number": request["number"], **failure}
        return {"kind": "Value", "number": request["number"], "value": print}

    with closing(RoomOfForger(forge)) as room:
        report = room.judge.run("f()")
    assert not report.passed
    assert report.from_student and report.ename in ("RuntimeError", "ValueError")


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {},
        {"kind": "Value"},
        {"kind": "Value", "number": 99, "value": 1},
        {"kind": "Value", "number": True, "value": 1},
        {"kind": "Value", "number": 1.0, "value": 1},
        {"kind": "Value", "number": np.arange(3), "value": 1},
        {"kind": "Value", "number": np.int64(1), "value": 1},
        {"kind": "Value", "number": object(), "value": 1},
        {"kind": "Value", "number": [1]},
        {"kind": "Failure", "number": 99, "classes": ["KeyError"]},
        {"kind": "Missing", "number": 2},
        # Of no kind that answers a request.
        {"number": 1, "value": 1},
        {"kind": "value", "number": 1, "value": 1},
        {"kind": ["Value"], "number": 1, "value": 1},
        {"kind": np.array(["Value"]), "number": 1, "value": 1},
        {"kind": np.str_("Value"), "number": 1, "value": 1},
        {"kind": "Report", "number": 1, "passed": True, "value": 1.0},
        {"kind": "Set", "number": 1, "name": "f", "value": 1},
    ],
    ids=lambda reply: "-".join(sorted(reply)) if isinstance(reply, dict) else None,
)
def test_replies_to_something_else_are_not_accepted(reply):
    with closing(RoomOfForger(lambda request: reply)) as room:
        report = room.judge.run("assert f == 1")
    assert (report.passed, report.ename) == (False, "AnswerError")


def test_a_reply_to_what_was_asked_is_accepted():
    """Else the tests above could pass for another reason."""
    reply = {"kind": "Value", "number": 1, "value": 1, "more": 2}
    with closing(RoomOfForger(lambda request: reply)) as room:
        assert room.judge.run("assert f == 1").passed


def test_a_student_that_has_gone_is_told_apart(room):
    room.ends[3].shutdown(socket.SHUT_RDWR)
    for _ in range(2):
        report = room("", "f()")
        assert (report.ename, report.student_gone) == ("StudentGoneError", True)
    assert room("", "assert 1 + 1 == 2").passed


def test_answers_that_are_too_deep_are_errors_of_the_answer(room):
    room.student.judge.limits_of_sent = WireLimits(depth=5)
    report = room("x = [[[[[[[[[1]]]]]]]]]", "assert x == 1")
    assert not report.passed and report.ename == "AnswerError"
    assert room("y = 1", "assert y == 1").passed


@pytest.mark.parametrize("plain", [str, int, float, list, dict, set, tuple, bytes, np.ndarray, Counter])
def test_objects_of_a_notebooks_own_classes_are_refused(plain):
    own = type("Own", (plain,), {"__module__": "__main__"})
    value = np.zeros(2).view(own) if plain is np.ndarray else own()
    for handed in (value, [value], {"a": (value,)}):
        with pytest.raises(WireError, match="an object of type Own can't be sent"):
            pack(handed, JudgeCodec())
    assert pack([HTTPStatus.OK, np.float64(3), np.ma.zeros(2)], JudgeCodec())

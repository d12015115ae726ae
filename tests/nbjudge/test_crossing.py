"""What crosses between judge and student beside plain data: functions of tests, what code says of itself, numbers."""

import textwrap

import pytest

from nbjudge.proxy import JudgeCodec
from nbjudge.wire import WireError

pytestmark = pytest.mark.quick

FUNCTIONS = """
def apply(f, x):
    return f(x)

def g(x):
    return x + 1

def same(f):
    return f

def many(f):
    return [f(n) for n in range(3)]

def safe(f, x):
    try:
        return f(x)
    except ValueError as error:
        return str(error)

kept = []

def keep(f):
    kept.append(f)

def late():
    return kept[-1](1)
"""


def passes(room, test, answer=FUNCTIONS):
    report = room(textwrap.dedent(answer), textwrap.dedent(test))
    assert report.passed, report


@pytest.mark.parametrize(
    "test",
    [
        "assert many(lambda n: n * n) == [0, 1, 4]",
        """
        seen = []
        def h(x):
            seen.append(x)
            return g(x) * 2
        assert apply(h, 1) == 4 and seen == [1]
        assert same(h) is h
        """,
        "import math\nassert apply(math.sqrt, 9) == 3 and apply(len, 'abc') == 3 and apply(np.sin, 0.0) == 0",
        "assert apply(str.upper, 'a') == 'A' and apply(float, '1.5') == 1.5 and same(int) is int",
        "assert apply([5, 6, 7].index, 6) == 1",
        "assert apply(lambda x: apply(lambda y: y * 10, x + 1), 1) == 20",
    ],
)
def test_a_test_can_hand_its_own_function_to_the_student(room, test):
    passes(room, test)


def test_an_exception_of_a_tests_function_reaches_the_test(room):
    bad = "def bad(x):\n    raise ValueError(f'no {x}')\n"
    passes(room, bad + "assert safe(bad, 3) == 'no 3'")
    report = room("", "apply(bad, 1)")
    assert (report.passed, report.ename, report.from_student) == (False, "ValueError", True)
    report = room("", "apply(lambda x: object(), 1)")
    assert (report.passed, report.ename) == (False, "TypeError")
    passes(room, "import pytest\napply(lambda x: pytest.fail('no') if x else 2, 0)")
    assert not room("", "apply(lambda x: pytest.fail('no'), 1)").passed
    passes(room, "assert apply(lambda x: x, 2) == 2")


def test_a_tests_function_is_called_only_while_a_test_waits(room):
    passes(room, "calls = []\nkeep(lambda x: calls.append(x))\nassert calls == []")
    with pytest.raises(RuntimeError, match="only be called while the test waits"):
        room.globals["late"]()
    report = room("", "late()\nassert calls == [1]")
    assert report.passed, report


def test_what_code_says_of_itself_is_data(room):
    answer = """
    def f(x, factor=2, *, shift=(0, 1)):
        "Doc."
        return x

    class C:
        "Its doc."
        def __init__(self, a):
            pass

    def g(x: int) -> str:
        return ""
    """
    test = """
    import inspect
    Parameter = inspect.Parameter
    assert f.__name__ == "f" and f.__doc__ == "Doc." and C.__doc__ == "Its doc."
    found = inspect.signature(f).parameters
    assert list(found) == ["x", "factor", "shift"] and list(inspect.signature(C).parameters) == ["a"]
    assert found["shift"].default == (0, 1) and found["shift"].kind is Parameter.KEYWORD_ONLY
    assert found["x"].default is Parameter.empty
    assert g.__annotations__ == {"x": int, "return": str}
    """
    passes(room, test, answer)
    assert not room("", "f.__code__").passed
    assert not room("f.__signature__ = 3", "inspect.signature(f)").passed


def test_globals_and_dir_know_the_names_of_both(room):
    test = """
    own = 1
    assert "own" in globals() and "theirs" in globals() and "nobodys" not in globals()
    assert "theirs" in dir() and globals()["theirs"] == 3 and "append" in dir([])
    """
    passes(room, test, "theirs = 3")


SPECIAL = """
from collections import Counter, OrderedDict, defaultdict
import numpy as np, scipy.integrate, scipy.optimize, sklearn.utils
"""
FROM = """
from collections import Counter, deque
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
"""


@pytest.mark.parametrize(
    "value",
    [
        "Fraction(-3, 4)", "Decimal('1.50')", "Decimal('-Infinity')", "Decimal('NaN')", "date(2024, 2, 29)",
        "datetime(2024, 2, 29, 1, 2, 3, 4)", "time(1, 2)", "timedelta(-1, 2, 3)", "Counter('abba')", "deque([1, 2], 2)",
    ],
)  # fmt: skip
def test_exact_numbers_times_and_counters_are_plain(room, value):
    test = f"{FROM}truth = {value}\nassert type(answer) is type(truth) and repr(answer) == repr(truth)\n"
    passes(room, f"{test}assert repr(same(truth)) == repr(truth)", f"{FROM}answer = {value}\ndef same(x): return x")


def test_a_subclass_of_an_exact_number_is_no_plain_data(room):
    answer = f"{FROM}class Any(Fraction):\n    def __eq__(self, other): return True\nanswer = Any(1, 2)"
    assert not room(answer, "assert answer == 7").passed


@pytest.mark.parametrize(
    "value",
    [
        "OrderedDict(b=1, a=[2])", "defaultdict(list, {'a': [1]})", "defaultdict(None, a=1)",
        "defaultdict(Counter, {'a': Counter('b')})", "scipy.optimize.OptimizeResult(x=np.ones(2), success=True)",
        "scipy.optimize.root_scalar(lambda x: x - 2, bracket=[0, 3])",
        "scipy.integrate.solve_ivp(lambda t, y: y, (0, 1), [1.0])", "sklearn.utils.Bunch(data=[1], target='a')",
    ],
)  # fmt: skip
def test_special_dictionaries_stay_what_they_are(room, value):
    head = f"{SPECIAL}value = {value}\n"
    test = f"{head}assert type(answer) is type(value) and repr(answer) == repr(value) and len(answer) == len(value)\n"
    passes(room, f"{test}assert repr(same(value)) == repr(value)", f"{head}answer = value\ndef same(x): return x")


def test_results_have_attributes_and_defaults_are_made(room):
    answer = """
    from collections import defaultdict
    import scipy.optimize
    found = scipy.optimize.minimize(lambda x: (x[0] - 3) ** 2, [0.0], method="L-BFGS-B")
    groups = defaultdict(list, {"a": [1]})
    counts = defaultdict(lambda: 7, {"a": 1})
    class Own(dict):
        def __eq__(self, other): return True
    own = Own(a=1)
    def total(groups): return sum(map(len, groups.values()))
    """
    test = """
    import numpy as np
    from collections import defaultdict
    assert found.success and np.allclose(found.x, 3, atol=1e-4)
    assert isinstance(groups, defaultdict) and groups["b"] == [] and total(groups) == 1
    assert type(counts) is dict and type(own) is dict and own != 3
    """
    passes(room, test, answer)


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("defaultdict(float)", "all(value > 0 for value in answer.values())"),
        ("OrderedDict()", "all(value > 0 for value in answer.values())"),
        ("defaultdict(list, {'a': [1]})", "np.allclose(answer['w'], 0.5)"),
        ("scipy.optimize.OptimizeResult(x=np.zeros(0), success=True)", "np.allclose(answer.x, 3)"),
        ("sklearn.utils.Bunch(data=[])", "all(value > 0 for value in answer.data)"),
    ],
)
def test_nothing_without_elements_hides_in_them(room, answer, test):
    assert not room(f"{SPECIAL}answer = {answer}", f"import numpy as np\nassert {test}").passed


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("OrderedDict", [1]), ("defaultdict", ["list", 1]), ("defaultdict", ["eval", {"a": 1}]), ("defaultdict", [{}]),
        ("defaultdict", [["list"], {"a": 1}]), ("result", ["Popen", {"a": 1}]), ("result", ["Bunch", {1: 1}]),
        ("result", ["Bunch", 1]), ("result", [["Bunch"], {"a": 1}]),
        ("Fraction", [1, 0]), ("Fraction", [1.0, 2]), ("Fraction", [1]), ("Fraction", 1), ("Decimal", "1e99999"),
        ("Decimal", "1_0"), ("Decimal", " 1"), ("Decimal", 1), ("Decimal", "1" * 3000), ("date", "2024-13-01"),
        ("date", "20240101"), ("time", 3), ("timedelta", [10**10, 0, 0]), ("timedelta", ["1", 0, 0]),
        ("Counter", {"a": "b"}), ("Counter", [1]), ("deque", [[1], -1]), ("deque", [1, 2]), ("Complex", 1),
        ("function", {"id": 0}), ("function", {"id": -1}), ("function", {}), ("library", ["os", "system"]),
        ("library", ["builtins", "eval"]), ("library", ["builtins", "int", 1]), ("library", "builtins"),
    ],
)  # fmt: skip
def test_damaged_or_invented_objects_are_refused(name, data):
    with pytest.raises(WireError):
        JudgeCodec().decode(name, data)

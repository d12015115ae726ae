"""Magics and shell lines in tests are the judge's own, and hide no failure."""

import pytest

pytestmark = pytest.mark.quick

RIGHT = "def f(x):\n    return x"
WRONG = "def f(x):\n    return -x"
FAKE = """
class Fake:
    seen = []

    def __getattr__(self, name):
        return lambda *parts: self.seen.append(parts)


fake = Fake()
get_ipython = lambda: fake
"""
TESTS = [
    "%%capture\nassert f(2) == 2",
    "%%capture printed\nprint('x')\nassert f(2) == 2",
    "%%time\nassert f(2) == 2",
    "%%timeit -n 1 -r 1\nassert f(2) == 2",
    "%time assert f(2) == 2",
    "%timeit -n 1 -r 1 assert f(2) == 2",
    "%%prun\nassert f(2) == 2",
    "!true\nassert f(2) == 2",
    "lines = !echo 2\nassert lines == ['2'] and f(2) == 2",
    "%matplotlib agg\nassert f(2) == 2",
    "%precision 3\nassert f(2) == 2",
    "def check(x):\n    assert x == 2\n\n%time check(f(2))",
    "def check():\n    %time assert f(2) == 2\n\ncheck()",
]


@pytest.mark.parametrize("test", TESTS)
def test_a_magic_changes_no_verdict(room, test):
    assert room(RIGHT, test).passed
    report = room(WRONG, test)
    assert not report.passed
    assert report.ename == "AssertionError"


@pytest.mark.parametrize("test", TESTS)
def test_nothing_below_a_magic_reaches_the_student(room, test):
    assert not room(f"{FAKE}\n{WRONG}", test).passed
    assert room.value("", "fake.seen") == []


@pytest.mark.parametrize("name", ["_", "__", "_1", "_i2", "In", "Out", "_ih", "_dh"])
def test_names_that_ipython_gives_are_not_the_students(room, name):
    report = room(f"{name} = 3", f"assert {name} == 3")
    assert not report.passed


def test_what_is_captured_can_be_looked_at(room):
    assert room(RIGHT, "%%capture said\nprint(f(2))").passed
    assert room("", "assert said.stdout == '2\\n'").passed


@pytest.mark.parametrize("test", ["%time f(2)", "%time 2", "get_ipython().ev('f(2)')"])
def test_the_value_of_a_magic_is_no_score(room, test):
    report = room(RIGHT, test)
    assert report.passed
    assert report.value is None


def test_an_error_that_a_magic_would_only_show_goes_on(room):
    """As `%time` did in IPython before it raised errors."""
    report = room(RIGHT, "try:\n    1 / 0\nexcept ZeroDivisionError:\n    get_ipython().showtraceback()")
    assert report.ename == "ZeroDivisionError"

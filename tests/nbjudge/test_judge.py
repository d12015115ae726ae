"""What a graded cell comes to in the judge: points, or an error, and what it prints."""

import math

import pytest

from nbjudge import Limits, Status
from nbjudge.zygote_client import close_zygotes
from tests.nbjudge.small import graded

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    close_zygotes()


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
    assert report.passed, report
    assert report.value == value and (value is None or type(report.value) is float)


@pytest.mark.parametrize("test", ["np.ones(1)", "np.float64(1) * 1j", "1j", "np.array(2.0)"])
def test_points_that_are_no_single_number_are_no_points(room, test):
    report = room("", test)
    assert not report.passed and report.value is None


def test_what_a_setup_cell_ends_with_is_no_score(room):
    for source in ("np.arange(3)", "3", "1j"):
        report = room.judge.run(source, scored=False)
        assert (report.passed, report.value) == (True, None)
    assert not room.judge.run("np.arange(3)").passed


@pytest.mark.parametrize(
    "test", ["raise SystemExit(0)", "exit()", "raise KeyboardInterrupt", "import sys; sys.exit(0)"]
)
def test_a_test_that_ends_in_another_way_has_failed(room, test):
    """The judge goes on."""
    assert not room("", test).passed
    assert room("", "assert True").passed


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
    assert not report.passed and report.line == 1
    assert room("", "assert True").passed


def test_what_is_printed_is_kept_up_to_a_limit(room):
    report = room("", "import sys\nprint('a' * 300_000)\nprint('b', file=sys.stderr)")
    assert 100_000 < len(report.printed) < 100_100 and "cut off" in report.printed


@pytest.mark.parametrize(
    "test",
    [
        "import sys\nprint('no', file=sys.stderr)",
        "import traceback\ntry:\n    1 / 0\nexcept Exception:\n    traceback.print_exc()",
    ],
)
def test_a_test_that_complains_on_stderr_has_failed(room, test):
    report = room("", test)
    assert not report.passed and report.printed
    assert room.judge.run(test, scored=False).passed, "a setup cell may"


def test_warnings_and_logs_cost_nothing():
    """In a real judge: pytest takes both for itself."""
    tests = ["import warnings\nwarnings.warn('old')", "import logging\nlogging.warning('slow')"]
    result = graded("x = 1", tests=tests, limits=Limits(cell_seconds=5))
    book = result.notebooks[0]
    assert list(book.scores.values()) == list(book.max_scores.values())
    printed = [output["text"] for cell in book.content["cells"] for output in cell.get("outputs", [])]
    assert [word in text for word, text in zip(("old", "slow"), printed, strict=True)] == [True, True]


def test_the_judge_goes_on_whatever_a_test_does():
    """After tests that would end it, and after answers that can't be told."""
    tests = [
        "raise SystemExit",
        "raise KeyboardInterrupt",
        "assert x == 4, x",
        "assert y == 1",
        "0.5",
        "z",
        "import os; x",
    ]
    result = graded("x = 10 ** 5000\ny = 1\nz = 100", tests=tests, limits=Limits(cell_seconds=5))
    assert result.status is Status.GRADED, result.attention
    assert list(result.notebooks[0].scores.values()) == [0, 0, 0, 2, 0.5, 2, 2]

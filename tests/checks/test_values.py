"""Values, functions, rows and choices: which answers pass, what the others earn, and what students are told."""

import math
import warnings

import numpy as np
import pytest

from gdl_utils import checks
from gdl_utils.checks import Misconception, Score
from tests.checks.told import told

pytestmark = pytest.mark.quick

NAN, INF = math.nan, math.inf

# One value.

HALF_AND_DOUBLE = [Misconception("half", "Half.", 3), Misconception("double", "Double.", 12)]


@pytest.mark.parametrize(
    ("answer", "hint"), [(3, "Half."), (12.0, "Double."), (np.int64(12), "Double."), (5, checks.DIFFERENT)]
)
def test_a_value_names_its_misconception(answer, hint):
    assert told(checks.check_value, answer, 6, HALF_AND_DOUBLE) == hint


def test_a_right_value_passes_whatever_the_misconceptions_say():
    assert checks.check_value(6.0, 6, [Misconception("none", "Not wrong.", 6)]) is None
    assert told(checks.check_value, None, 6) == checks.NOTHING
    assert checks.check_value(0.52, 0.5, tolerance=0.1) is None


def test_a_misconception_within_the_tolerance_is_never_told():
    close = [Misconception("close", "Close.", 0.54), Misconception("far", "Far.", 0.58)]
    assert told(checks.check_value, 0.58, 0.5, close, tolerance=0.1) == "Far."


# A function.


def area(height, width, scale=1):
    return height * width * scale


CASES = [(2, 3), checks.arguments(4, width=5), checks.arguments(2, 2, scale=3)]
AREA_WRONG = [
    Misconception("raises", "Divided.", lambda height, width, scale=1: height / 0),
    Misconception("no such argument", "One argument.", lambda height: height),
    Misconception("added", "Added.", lambda height, width, scale=1: (height + width) * scale),
    Misconception("no scale", "Scale ignored.", lambda height, width, scale=1: height * width),
]


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (area, None),
        (lambda height, width, scale=1: float(width * height * scale), None),
        (lambda height, width, scale=1: (height + width) * scale, "Added."),
        # Right for the first two.
        (lambda height, width, scale=1: width * height, "Scale ignored."),
        # Added in the first case alone: no idea explains it all.
        (lambda height, width, scale=1: 5 if width == 3 else height * width * scale, checks.DIFFERENT),
        (lambda height, width, scale=1: None, checks.NOTHING),
        (lambda height, width, scale=1: 6 if width == 3 else str(height), checks.TEXT),
    ],
)
def test_calls_name_the_misconception_that_explains_all_answers(function, hint):
    if hint is None:
        assert checks.check_function(function, CASES, area, AREA_WRONG) is None
    else:
        assert told(checks.check_function, function, CASES, area, AREA_WRONG) == hint


def test_no_call_sees_what_another_did_to_the_arguments():
    def last(row, options):
        options["seen"] = True
        return row.pop()

    cases = [([1, 2], {}), checks.arguments([3, 4], options={})]
    for _ in range(2):
        checks.check_function(last, cases, last, [Misconception("first", "First.", lambda row, options: row.pop(0))])
    assert cases == [([1, 2], {}), checks.arguments([3, 4], options={})]
    assert told(checks.check_function, lambda row, options: row[0], cases, last) == checks.DIFFERENT


def test_an_exception_of_the_function_is_not_caught():
    with pytest.raises(ZeroDivisionError):
        checks.check_function(lambda x: x / 0, [(1,)], lambda x: x)


def test_calls_have_a_tolerance():
    assert checks.check_function(lambda x: x * 1.01, [(0.5,)], lambda x: x, tolerance=0.05) is None
    assert told(checks.check_function, lambda x: x * 1.01, [(0.5,)], lambda x: x) == checks.DIFFERENT


def test_a_warning_of_the_student_costs_nothing():
    def warns(x):
        warnings.warn("careless", stacklevel=1)
        return x

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checks.check_function(warns, [(1,)], truth=lambda x: x)


# A column of a table.

SQUARES = [1, 4, 9, 16]
SQUARES_WRONG = [
    Misconception("another length", "Short.", [1, 4]),
    Misconception("doubled", "Doubled.", [2, 4, 6, 8]),
    Misconception("next", "The next ones.", lambda truth: [*truth[1:], 25]),
    Misconception("emptied", "Emptied.", lambda truth: truth.clear() or truth),
]


@pytest.mark.parametrize(
    ("answer", "points", "earned", "hint"),
    [
        ([1, 4, 6, 16], 2, 1.5, "Doubled."),  # explains the one wrong entry
        ([1, 4, 16, 16], 2, 1.5, "The next ones."),
        ([1, 4, 6, 25], 2, 1, "2 of 4 entries are wrong; the first is entry 3."),
        ([0, 4, 9, 16], 2, 1.5, "1 of 4 entries is wrong; the first is entry 1."),
        ((1, 0, 0, 0), 2, 0.5, "3 of 4 entries are wrong; the first is entry 2."),
        (np.array([1, 4, 0, 0]), 1, 0.5, "2 of 4 entries are wrong; the first is entry 3."),
        ((x for x in [1, 4, 9, 8]), 1, 0.75, "Doubled."),
        ([1, 4, 0, 0], 1.5, 0.75, "2 of 4 entries are wrong; the first is entry 3."),
        ([1, 4, 9, None], 0.5, 0.25, "1 of 4 entries is wrong; the first is entry 4."),  # 0.375
    ],
)
def test_right_rows_earn_their_share_in_quarters(answer, points, earned, hint, capsys):
    score = checks.check_rows(answer, SQUARES, points, SQUARES_WRONG)
    assert isinstance(score, Score)
    assert (score, score.hint) == (earned, hint)
    assert capsys.readouterr().out == f"{hint}\n", "seen where a visible test runs"


@pytest.mark.parametrize(
    ("right", "of", "points", "earned"),
    [(17, 18, 2, 1.75), (5, 18, 2, 0.5), (3, 18, 2, 0.25), (2, 3, 1, 0.5), (1, 3, 3, 1)],
)
def test_shares_are_rounded_down(right, of, points, earned):
    assert checks.check_rows([1] * right + [0] * (of - right), [1] * of, points) == earned


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ([2, 5, 6, 8], "4 of 4 entries are wrong; the first is entry 1."),
        ([4, 9, 16, 25], "The next ones."),
        (None, checks.NOTHING),
        (4, checks.NO_SEQUENCE),
        ("1234", checks.NO_SEQUENCE),
        ({1: 1, 2: 4, 3: 9, 4: 16}, checks.NO_SEQUENCE),
        ([1, 4, 9], checks.LENGTH),
        ([1, 4, 9, 16, 25], checks.LENGTH),
        ([], checks.LENGTH),
    ],
)
def test_rows_that_earn_nothing(answer, hint):
    assert told(checks.check_rows, answer, SQUARES, 2, SQUARES_WRONG) == hint


def test_a_share_below_a_quarter_is_nothing():
    assert told(checks.check_rows, [1, 0, 0, 0, 0], [1] * 5, 1) == "4 of 5 entries are wrong; the first is entry 2."


def test_rows_that_are_all_right_earn_everything():
    assert checks.check_rows(np.array(SQUARES), SQUARES, 2, SQUARES_WRONG) is None
    assert SQUARES == [1, 4, 9, 16]
    assert checks.check_rows([0.51, ("a", 2)], [0.5, ("a", 2)], 1, tolerance=0.05) is None


# Questions.

QUESTIONS = {"first": "a", "second": 2, "third": True, "fourth": "d"}
CHOSEN_WRONG = {"second": {3: "Not three."}, "fourth": {"a": "Not a.", "b": "Not b."}}


@pytest.mark.parametrize(
    ("changes", "earned", "hint"),
    [
        ({"first": "b"}, 1.5, "Question 'first' is answered wrongly."),
        ({"second": 3}, 1.5, "Not three."),
        ({"first": "b", "fourth": "b"}, 1, "Not b."),  # the first that is known
        ({"second": 3, "fourth": "b"}, 1, "Not three."),
        ({"third": None}, 1.5, "Question 'third' is not answered."),
        ({"first": "b", "third": ...}, 1, "Question 'third' is not answered."),
        ({"second": 3, "third": ...}, 1, "Not three."),
        ({"third": 1}, 1.5, "Question 'third' is answered wrongly."),
        ({"first": 1, "second": "2", "third": False}, 0.5, "Question 'first' is answered wrongly."),
    ],
)
def test_right_choices_earn_their_share(changes, earned, hint, capsys):
    score = checks.check_choices({**QUESTIONS, **changes}, QUESTIONS, 2, CHOSEN_WRONG)
    assert (score, score.hint, capsys.readouterr().out) == (earned, hint, f"{hint}\n")


@pytest.mark.parametrize(
    ("answers", "hint"),
    [
        ({}, "Question 'first' is not answered."),
        (dict.fromkeys(QUESTIONS, "a") | {"first": "b"}, "Not a."),
        ("abcd", "a dictionary, with one answer for each question"),
        (None, "a dictionary, with one answer for each question"),
        ([*QUESTIONS.items()], "a dictionary, with one answer for each question"),
    ],
)
def test_choices_that_earn_nothing(answers, hint):
    assert hint in told(checks.check_choices, answers, QUESTIONS, 2, CHOSEN_WRONG)


def test_choices_that_are_all_right_earn_everything():
    assert checks.check_choices({**QUESTIONS, "second": 2.0, "another": 7}, QUESTIONS, 2) is None


# A measured value.


@pytest.mark.parametrize(
    ("value", "marks", "points", "earned"),
    [
        (0.6, (0.5, 0.7), 1, 0.5),  # (0.6 - 0.5) / (0.7 - 0.5) is less than a half in floating point
        (0.69, (0.5, 0.7), 1, 0.75),
        (0.6999, (0.5, 0.7), 4, 3.75),
        (np.float32(0.65), (0.5, 0.7), 2, 1.25),
        (-0.4, (-1, 0), 5, 3),
    ],
)
def test_points_grow_with_a_measured_value(value, marks, points, earned):
    score = checks.score_between(value, marks, points, "More.")
    assert (score, score.hint) == (earned, "More.")


def test_at_the_upper_mark_all_points_are_earned():
    assert [checks.score_between(value, (0.5, 0.7), 2, "More.") for value in (0.7, 0.9, np.float32(0.71), INF)] == [
        None
    ] * 4


@pytest.mark.parametrize("value", [0.5, 0.52, 0.1, -INF, NAN, np.float32("nan")])
def test_at_the_lower_mark_there_are_none(value):
    assert told(checks.score_between, value, (0.5, 0.7), 1, "More.") == "More."

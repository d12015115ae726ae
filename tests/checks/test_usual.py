"""The wrong ideas of every course are told by their own sentence, and no right answer is taken for one."""

import math

import pytest

from gdl_utils import checks
from gdl_utils.checks import usual
from gdl_utils.checks.values import IN_PLACE
from tests.checks.told import told

pytestmark = pytest.mark.quick


def outputs(height, width, channels):
    """Numbers in the output of a convolution, say."""
    return (height - 2) * (width - 2) * channels


def ratio(total, parts):
    return total / parts


def triangular(n):
    return sum(range(n + 1))


def total(values):
    return sum(values)


SHAPES = [(5, 6, 3), (8, 4, 1), (7, 7, 16)]
RATIOS = [(7, 3), (8, 3), (22, 7)]
COUNTS = [(3,), (6,), (10,)]
LISTS = [([1, 2, 4],), ([5, 3],), ([7],)]


@pytest.mark.parametrize(
    ("function", "cases", "truth", "hint"),
    [
        (lambda t, p: round(t / p), RATIOS, ratio, usual.ROUNDED),
        (lambda t, p: round(t / p, 2), RATIOS, ratio, usual.ROUNDED),
        (lambda t, p: math.ceil(t / p), RATIOS, ratio, usual.ROUNDED_UP),
        (lambda t, p: t // p, RATIOS, ratio, usual.ROUNDED_DOWN),
        (lambda t, p: int(t / p), RATIOS, ratio, usual.ROUNDED_DOWN),
        (lambda t, p: -t / p, RATIOS, ratio, usual.SIGN),
        (lambda t, p: str(t / p), RATIOS, ratio, usual.AS_TEXT),
        (lambda t, p: 7 / 3, RATIOS, ratio, usual.CONSTANT),
        (lambda t, p: 0, RATIOS, ratio, usual.CONSTANT),
        (lambda h, w, c: outputs(h, w, 3), SHAPES, outputs, usual.FIXED.format("channels")),
        (lambda h, w, c: outputs(h, 4, c), SHAPES, outputs, usual.FIXED.format("width")),
        (lambda h, w, c: outputs(h - 1, w, c), SHAPES, outputs, usual.ONE_LESS),
        (lambda n: sum(range(n)), COUNTS, triangular, usual.ONE_LESS),
        (lambda n: sum(range(n + 2)), COUNTS, triangular, usual.ONE_MORE),
        (lambda v: sum(v[1:]), LISTS, total, usual.WITHOUT_FIRST),
        (lambda v: sum(v[i] for i in range(len(v) - 1)), LISTS, total, usual.WITHOUT_LAST),
        (lambda v: None, LISTS, total, checks.NOTHING),
        (lambda v: print(sum(v)), LISTS, total, checks.NOTHING),
        (lambda v: 3 * sum(v), LISTS, total, checks.DIFFERENT),
        (lambda v: v.sort(), LISTS, sorted, IN_PLACE),
    ],
)
def test_each_has_its_sentence(function, cases, truth, hint):
    assert told(checks.check_function, function, cases, truth, checks.usual_misconceptions(truth, cases)) == hint


@pytest.mark.parametrize(
    ("cases", "truth"), [(SHAPES, outputs), (RATIOS, ratio), (COUNTS, triangular), (LISTS, sorted)]
)
def test_a_right_function_passes(cases, truth):
    assert checks.check_function(truth, cases, truth, checks.usual_misconceptions(truth, cases)) is None


def test_the_ideas_of_the_task_go_before():
    own = [checks.Misconception("own", "Own.", lambda n: sum(range(n)))]
    usually = checks.usual_misconceptions(triangular, COUNTS)
    assert told(checks.check_function, lambda n: sum(range(n)), COUNTS, triangular, [*own, *usually]) == "Own."


def test_arguments_by_name_are_tried_as_well():
    cases = [checks.arguments(7, parts=3), checks.arguments(5, parts=2)]
    usually = checks.usual_misconceptions(ratio, cases)
    assert told(checks.check_function, lambda t, parts: round(t / parts), cases, ratio, usually) == usual.ROUNDED


def test_a_seen_test_quotes_what_was_asked_and_what_came():
    def mine(total, parts):
        return total // parts

    cases = [(6, 3), checks.arguments(7, parts=2)]
    usually = checks.usual_misconceptions(ratio, cases)
    sentence = told(checks.check_function, mine, cases, ratio, usually, shown=True)
    assert sentence == f"mine(7, parts=2) gave 3, a whole number. {usual.ROUNDED_DOWN}"
    sentence = told(checks.check_function, lambda t, parts: None, cases, ratio, shown=True)
    assert sentence == f"<lambda>(6, 3) gave None. {checks.NOTHING}"

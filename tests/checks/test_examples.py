"""Visible tests say what was asked, what came, what was expected, and which mistake of a beginner explains it."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from gdl_utils import checks
from gdl_utils.checks import guesses
from tests.checks.told import told

pytestmark = pytest.mark.quick
NO_BIAS = [(40, "Your count leaves out the bias of each unit.")]


def dense(value, prints=""):
    """A function that always gives the same, and prints."""

    def dense_parameters(inputs, units):
        if prints:
            print(prints)
        return value

    return dense_parameters


ASKED = "dense_parameters(8, 5) should give 45, a whole number, but it "


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (dense(None), f"{ASKED}returned None. {checks.NOTHING}"),
        (dense(None, "45"), f"{ASKED}returned None. {checks.PRINTS}"),
        (dense("45"), f"{ASKED}gave '45', a text of 2 characters. {checks.examples.AS_TEXT}"),
        (dense(" 45\n"), f"{ASKED}gave ' 45\\n', a text of 4 characters. {checks.examples.AS_TEXT}"),
        (dense("many"), f"{ASKED}gave 'many', a text of 4 characters. {checks.TEXT}"),
        (dense(40), f"{ASKED}gave 40, a whole number. {NO_BIAS[0][1]}"),
        (dense(np.int64(40)), f"{ASKED}gave 40, a number of NumPy's (int64). {NO_BIAS[0][1]}"),
        (dense(np.float64(45.5)), f"{ASKED}gave 45.5, a number of NumPy's (float64). {checks.NOT_WHOLE}"),
        (dense(44), f"{ASKED}gave 44, a whole number. {guesses.ONE_OFF}"),
        (dense(13), f"{ASKED}gave 13, a whole number."),
        (dense(8), f"{ASKED}gave 8, a whole number. {guesses.UNCHANGED}"),
        (dense([45]), f"{ASKED}gave [45], a list of 1 entry. {checks.ONE_ENTRY}"),
        (dense(Decimal(45)), f"{ASKED}gave Decimal('45'), an object of type Decimal. Your answer has the right value"),
        (dense(((7, 4), 45)), f"{ASKED}gave ((7, 4), 45), a tuple of 2 entries. {checks.A_SEQUENCE}"),
        (dense((np.float64(4.5), [np.int64(3)])), f"{ASKED}gave (4.5, [3]), a tuple of 2 entries. {checks.A_SEQUENCE}"),
        (dense({"n": np.int64(3)}), f"{ASKED}gave {{'n': 3}}, a dictionary of 1 key. Your answer is a dictionary"),
        (dense(len), f"{ASKED}gave <built-in function len>, a function, not its result."),
    ],
)
def test_a_number_says_what_came_and_why(function, sentence):
    assert told(checks.check_example, function, (8, 5), 45, NO_BIAS).startswith(sentence)


@pytest.mark.parametrize("value", [45, 45.0, np.int64(45), np.float32(45), np.array(45)])
def test_numbers_of_numpy_count_as_numbers(value):
    assert checks.check_example(dense(value), (8, 5), 45) is None


def test_another_number_of_arguments_is_said():
    def dense_parameters(inputs):
        return inputs

    sentence = told(checks.check_example, dense_parameters, (8, 5), 45)
    assert sentence.startswith("Your function is written to be called as dense_parameters(inputs), but the exercise")
    assert "calls it with 2 arguments, dense_parameters(8, 5)" in sentence

    def other(inputs, units):
        return 40

    sentence = told(checks.check_example, other, checks.arguments(8, 5, use_bias=False), 40)
    assert "got an unexpected keyword argument 'use_bias'" in sentence
    assert "is expected here" in told(checks.check_example, 45, (8, 5), 45)


def test_an_error_names_the_call_and_stays_itself(capsys):
    def root(number):
        print("debugging")
        return math.sqrt(number)

    with pytest.raises(ValueError, match="math domain error") as caught:
        checks.check_example(root, (-1,), 1)
    assert caught.value.__notes__ == ["This happened in root(-1)."]
    assert capsys.readouterr().out == "debugging\n"

    def stub(number):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        checks.check_example(stub, (1,), 1)


@pytest.mark.parametrize(
    ("truth", "answer", "sentence"),
    [
        (np.array([[1, 2], [3, 4]]), np.array([[1, 3], [2, 4]]), guesses.TRANSPOSED),
        (np.array([1.5, 2.5]), np.array([2.5, 1.5]), guesses.BACKWARDS),
        (np.array([1.5, 2.5]), 4.0, guesses.ONE_BY_ONE),
        (np.array([1.5, 2.5]), 2.0, guesses.AVERAGED),
        (np.array([1.5, 2.5]), np.array([[1.5, 2.5]]), guesses.TOO_DEEP),
        (np.array([1.5, 2.5]), np.exp([1.5, 2.5]), guesses.EXPONENTIAL),
        (np.array([1.5, 2.5]), [1.5, None], checks.OBJECTS),
        (np.array([1.5, 2.5]), ["1.5", "2.5"], checks.TEXTS),
        (-0.125, 0.125, guesses.SIGN),
        (0.8314, 0.83, guesses.ROUNDED),
        (0.8314, 83.14, guesses.PERCENT),
        (0.25, 4.0, guesses.RECIPROCAL),
        (-6.2, math.exp(-6.2), guesses.EXPONENTIAL),
        (-6.2, -6.2 / math.log(10), guesses.BASE),
        ((4.0, 3.0), (3.0, 4.0), guesses.BACKWARDS),
        ((4.0, 3.0), 4.0, guesses.FIRST_ONLY),
        ((4.0, 3.0), (4.0,), checks.LENGTH),
        (True, "True", "That is the right value as text"),
        (True, np.array([True, False]), checks.A_SEQUENCE),
        ({"a": 1}, {"A": 1}, checks.containers.KEY_CASE),
        ({"a": 1}, [("a", 1)], checks.containers.PAIRS),
        ({"a": 1}, {1: "a"}, checks.containers.SWAPPED),
        ({1, 2}, [1, 2, 2], checks.containers.DUPLICATES),
        ("same", "Same", checks.containers.OTHER_CASE),
        ("same", ["s", "a", "m", "e"], checks.containers.LETTERS),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"A": [1]}), checks.tables.COLUMN_NAMES),
        (pd.DataFrame({"a": [1]}), pd.Series([1]), checks.tables.A_COLUMN),
    ],
)
def test_mistakes_have_sentences_of_their_own(truth, answer, sentence):
    def asked(x):
        return answer

    hint = told(checks.check_example, asked, ("x",), truth)
    assert hint.startswith("asked('x') should give ")
    assert hint.endswith(sentence) or sentence in hint
    checks.check_example(lambda x: truth, ("x",), truth)


@pytest.mark.parametrize(("truth", "answer"), [(0.001953125, -0.0), (0.3, 0.0), (np.array([0.1, 0.2]), np.zeros(2))])
def test_a_zero_is_no_rounded_number(truth, answer):
    assert guesses.ROUNDED not in told(checks.check_example, lambda x: answer, (1,), truth)


def test_a_row_with_a_row_inside_is_compared():
    row = ("Flatten", (32, 32, 3), 0)
    sentence = told(checks.check_result, "The first row", row, ("Flatten", (3072,), 0))
    assert sentence == (
        "The first row should be ('Flatten', (3072,), 0), a tuple of 3 entries, but is ('Flatten', (32, 32, 3), 0), a "
        f"tuple of 3 entries. {checks.LENGTH}"
    )


def test_a_printed_line_counts_only_beside_none():
    assert checks.PRINTS not in told(checks.check_example, dense(7, "45"), (8, 5), 45)
    assert checks.check_example(dense(45, "45"), (8, 5), 45) is None


def test_the_form_of_what_is_returned():
    def points(n, rng):
        return rng.random((n, 2))

    rng = np.random.default_rng(0)
    assert checks.call_example(points, (5, rng), shape=(5, 2)).shape == (5, 2)
    hint = told(checks.call_example, points, (5, rng), shape=(2, 5))
    assert hint == "points(5, rng) should give an array of shape (2, 5), but it gave an array of shape (5, 2)."
    assert checks.PRINTS in told(checks.call_example, dense(None, "1"), (8, 5), shape=(2,))
    assert checks.NOTHING in told(checks.call_example, dense(None), (8, 5))
    assert "should give a str, but it gave a whole number" in told(checks.call_example, dense(3), (8, 5), kind=str)
    assert "should give 2 values, but it gave a whole" in told(checks.call_example, dense(3), (8, 5), several=2)
    assert told(checks.call_example, dense([[1], [1, 2]]), (8, 5), shape=(2, 1))
    assert checks.call_example(dense((1, 2)), (8, 5), several=2) == (1, 2)
    assert "should give 2 values" in told(checks.call_example, dense((1, 2, 3)), (8, 5), several=2)
    # To NumPy a text has a shape, too.
    assert "should give an array of shape ()" in told(checks.call_example, dense("3"), (8, 5), shape=())
    assert checks.call_example(dense(3), (8, 5), shape=()).shape == ()


def test_what_was_computed_from_answers_is_named():
    assert checks.check_result("The sum", 1.0, 1.0) is None
    hint = told(checks.check_result, "The sum of all probabilities", 2.0, 1.0, "Divide by their sum.")
    assert hint == "The sum of all probabilities should be 1.0, a number, but is 2.0, a number. Divide by their sum."
    assert told(checks.check_result, "The sum", None, 1.0).endswith(checks.NOTHING)

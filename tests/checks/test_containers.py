"""Dictionaries, sets, texts and several values at once: which answers pass, and what is said of the others."""

import numpy as np
import pytest

from gdl_utils import checks
from gdl_utils.checks import Misconception, containers
from gdl_utils.checks.forms import form_of, quoted
from tests.checks.told import told

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, "None"),
        (True, "True or False"),
        (3, "a whole number"),
        (np.float64(2.5), "a number of NumPy's (float64)"),
        (len, "a function, not its result"),
        ("a", "a text of 1 character"),
        ([1, 2], "a list of 2 entries"),
        ((1,), "a tuple of 1 entry"),
        (set(), "a set of 0 entries"),
        ({"a": 1}, "a dictionary of 1 key"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (object(), "an object of type object"),
    ],
)
def test_the_form_of_an_answer_in_words(value, form):
    assert form_of(value) == form


def test_what_is_quoted_is_short():
    assert quoted("x" * 500) == "'" + "x" * 59 + " ..."
    assert quoted(np.float64(0.5)) == "0.5" and quoted([1, 2]) == "[1, 2]"


# Texts.


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("hello, world!", containers.OTHER_CASE),
        ("Hello,  World!\n", containers.OTHER_BLANKS),
        ("HelloWorld", "another one"),
        ("Hello", containers.BEGINNING),
        ("Say: Hello, World! ", containers.MORE_TEXT),
        (list("Hello, World!"), containers.LETTERS),
        (["Hello"], "a list of 1 entry, where text is expected"),
        (b"Hello, World!", containers.BYTES),
        (3, checks.MUCH_TEXT),
        (None, checks.NOTHING),
        ("!dlroW ,olleH", "Backwards."),
    ],
)
def test_a_text_is_compared_letter_by_letter(answer, hint):
    wrong = [Misconception("backwards", "Backwards.", "!dlroW ,olleH")]
    assert hint in told(checks.check_text, answer, "Hello, World!", wrong)


def test_a_right_text_passes():
    assert checks.check_text("a b", "a b", [Misconception("", "Never.", "a b")]) is None
    assert (
        told(checks.check_text, "A", "a", shown=True)
        == f"Your answer is 'A', a text of 1 character. {containers.OTHER_CASE}"
    )


# Dictionaries.

AGES = {"ada": 36, "alan": 41, "grace": 85}


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ({"ada": 36, "alan": 41}, "1 key is missing."),
        ({**AGES, "x": 1, "y": 2}, "2 keys are too many."),
        ({"ada": 36, "alan": 41, "bob": 3}, "1 key is missing, and 1 key is too many."),
        ({36: "ada", 41: "alan", 85: "grace"}, containers.SWAPPED),
        ({"Ada": 36, " alan": 41, "grace": 85}, containers.KEY_CASE),
        ({"ada": 36, "alan": 40, "grace": 85}, "The values of 1 of 3 keys are wrong."),
        ({"ada": 37, "alan": 42, "grace": 86}, "One year off."),
        (list(AGES.items()), containers.PAIRS),
        (["ada"], "a list of 1 entry, where a dictionary is expected"),
        (None, checks.NOTHING),
        (3, "a whole number, where a dictionary is expected"),
    ],
)
def test_a_dictionary_is_compared_by_keys_and_values(answer, hint):
    one_off = Misconception("off", "One year off.", lambda truth: {name: age + 1 for name, age in truth.items()})
    assert hint in told(checks.check_mapping, answer, AGES, misconceptions=[one_off])


def test_keys_of_another_type_are_told():
    assert told(checks.check_mapping, {"1": 2}, {1: 2}) == containers.KEY_TYPES
    assert told(checks.check_mapping, {1: 2}, {1: [2]}, shown=True).endswith("the first is that of 1, 2.")
    assert "missing ('b')" in told(checks.check_mapping, {"a": 1}, {"a": 1, "b": 2}, shown=True)


def test_right_values_of_a_dictionary_earn_their_share():
    assert checks.check_mapping(dict(reversed(AGES.items())), AGES, 3) is None
    assert checks.check_mapping({**AGES, "ada": 36.0}, AGES) is None
    score = checks.check_mapping({**AGES, "ada": 1}, AGES, 3)
    assert (score, score.hint) == (2, "The values of 1 of 3 keys are wrong.")
    assert "missing" in told(checks.check_mapping, {"ada": 36}, AGES, 3)


# Sets.


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ({"a", "b"}, "1 element is missing."),
        ({"a", "b", "c", "d", "e"}, "2 elements are too many."),
        ({"A", "b", "c "}, "only in capital and small letters"),
        (["a", "b", "c"], "a list of 3 entries, where a set is expected"),
        (["a", "b", "c", "a"], containers.DUPLICATES),
        ([["a"]], "where a set is expected"),
        ("abc", "a text of 3 characters, where a set is expected"),
        ({"a": 1}, "a dictionary of 1 key, where a set is expected"),
        (None, checks.NOTHING),
        ({"z"}, "Last."),
    ],
)
def test_a_set_is_compared_by_its_elements(answer, hint):
    assert hint in told(checks.check_set, answer, {"a", "b", "c"}, [Misconception("last", "Last.", {"z"})])


def test_a_right_set_passes():
    assert checks.check_set(frozenset({1, 2}), {2, 1}) is None
    assert "missing ('b')" in told(checks.check_set, {"a"}, {"a", "b"}, shown=True)


# Several values.

CASES = [([1, 2, 6],), ([5],), ([2, 4],)]


def summary(values):
    return min(values), sum(values) / len(values), max(values)


def several(function, points=None, **options):
    wrong = {"mean": [Misconception("median", "That is the median.", lambda values: sorted(values)[len(values) // 2])]}
    names = ("least", "mean", "greatest")
    return lambda: checks.check_several(function, CASES, summary, names, points, wrong, **options)


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (lambda v: (max(v), sum(v) / len(v), min(v)), containers.OTHER_ORDER),
        (lambda v: (min(v), sum(v), max(v)), "the one for mean is not right"),
        (lambda v: (min(v), sorted(v)[len(v) // 2], max(v)), "That is the median."),
        (lambda v: (min(v), max(v)), "a tuple of 2 entries, and 3 values are expected: least, mean, greatest."),
        (lambda v: sum(v) / len(v), "a number, and 3 values are expected"),
        (lambda v: None, checks.NOTHING),
    ],
)
def test_each_of_several_values_is_told_by_its_name(function, hint):
    assert hint in told(several(function))


def test_right_ones_of_several_values_earn_their_share():
    assert several(summary)() is None and several(lambda v: list(summary(v)), 3)() is None
    score = several(lambda v: (min(v), 0, max(v)), 3)()
    assert score == 2 and "the one for mean" in score.hint
    assert told(several(lambda v: (0, 0, 0), 3)).startswith("Of the values")


def test_a_seen_test_quotes_what_was_asked_and_what_came():
    def spread(values):
        return max(values), min(values)

    sentence = told(checks.check_several, spread, CASES, lambda v: (min(v), max(v)), ("low", "high"), shown=True)
    assert sentence == f"spread([1, 2, 6]) gave (6, 1), a tuple of 2 entries. {containers.OTHER_ORDER}"

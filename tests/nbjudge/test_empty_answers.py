"""Answers without elements: what a test may ask of them, and that everything else fails."""

import math

import numpy as np
import pytest

from nbjudge import empty_answers, empty_tables
from nbjudge.empty_answers import EmptyTensor, guarded

RIGHT = 3.0


@pytest.fixture
def names(monkeypatch):
    """Answers without elements by name, and NumPy as the judge has it."""
    for name in (*empty_answers.COMPARISONS, *empty_answers.CONVERSIONS):
        monkeypatch.setattr(np, name, getattr(np, name))
    for name in empty_answers.TESTS:
        monkeypatch.setattr(np.testing, name, getattr(np.testing, name))
    empty_answers.guard_numpy()
    answers = {
        "a": np.zeros(0), "b": np.zeros((0, 3)), "t": np.zeros((0, 1), "U3"), "z": [], "zz": [[], []], "p": (),
        "d": {}, "s": set(), "f": frozenset(), "r": range(0), "deep": ([], ([],)), "i": np.zeros(0, int),
    }  # fmt: skip
    return {"np": np, "math": math, **{name: guarded(answer) for name, answer in answers.items()}}


REFUSED = [
    "np.all(abs(a - 3.0) < 1e-9)", "np.linalg.norm(a - 3.0) < 1e-9", "sum((a - 3.0) ** 2) < 1e-9", "(a > 2).all()",
    "not any(a > 2)", "not np.any(a)", "t.all()", "(t == 'a').all()", "np.allclose(a, 3.0)", "np.allclose(3.0, a)",
    "np.isclose(a, [3.0]).all()", "np.array_equal(a, [3.0])", "np.all(np.asarray(a) == 3.0)",
    "np.all(np.array([a, a]) == 3.0)", "np.all(np.stack([a, a]) == 3.0)", "np.all(np.array(z) == 3.0)",
    "np.all(np.asarray([z, z]) == 3.0)", "np.all(np.abs(np.array(zz) - 3.0) < 1e-9)", "np.allclose(z, 3.0)",
    "np.allclose(zz, [[3.0], [3.0]])", "np.testing.assert_allclose(a, 3.0)", "np.testing.assert_equal(3.0, z)",
    "np.testing.assert_array_less(a, 3.0)", "all(v > 2 for v in a)", "all(v > 2 for v in z)", "all(v > 2 for v in r)",
    "all(map(bool, p))", "all(d.values())", "d.get('loss', 3.0) == 3.0", "s <= {3.0}", "f.issubset({3.0})",
    "set(z) <= {3.0}", "max(z, default=3.0) == 3.0", "sorted(z) == []", "np.float64(3.0) - z", "np.array([1.0]) - z",
    "z + [3.0]", "z != [3.0]", "z == [3.0]", "p == 3.0", "a != 3.0", "a.sum() == 0", "np.mean(b)",
    "a.max(initial=3.0) == 3.0", "a.tolist() == []", "all(v == 3.0 for v in a.flat)", "a.view(np.ndarray)",
    "np.diff(a)", "bool(a)", "np.zeros_like(a)", "a.astype(float).sum() == 0", "b.T.sum() == 0", "a[0:0].all()",
    "np.logical_and.reduce(a)", "a @ a == 0", "np.einsum('i,i', a, a) == 0", "np.count_nonzero(b) == 0",
    "np.array_equal(a, a)", "math.fsum(a) == 0", "math.prod(z) == 1", "all(v == 3.0 for v, in deep)", "np.ptp(b)",
    "np.sort(i) is not None", "i & 1", "~i", "i // 2", "not (b < 3.0).any()", "np.isfinite(a).all()",
    "np.asarray(b, dtype=float).mean() < 1",
]  # fmt: skip


@pytest.mark.quick
@pytest.mark.parametrize("expression", REFUSED)
def test_what_is_asked_of_all_elements_of_nothing_fails(names, expression):
    with pytest.raises(AssertionError, match=empty_tables.SENTENCE):
        eval(expression, names)


ANSWERED = [
    "a.shape == (0,)", "len(a) == 0", "a.dtype == float", "b.ndim == 2", "b.size == 0", "np.shape(b) == (0, 3)",
    "len(z) == 0", "not z", "not d", "z == []", "p == ()", "d == {}", "s == set()", "f == frozenset()",
    "zz == [[], []]", "deep == ([], ([],))", "np.allclose(a, np.zeros(0))", "np.array_equal(b, np.zeros((0, 3)))",
    "(a == np.zeros(0)).all()", "np.testing.assert_allclose(a, []) is None", "np.testing.assert_equal(z, []) is None",
    "np.testing.assert_array_equal(np.zeros((0, 3)), b) is None", "isinstance(a, np.ndarray)", "isinstance(z, list)",
    "isinstance(p, tuple)", "isinstance(d, dict)", "str(a) == '[]'", "f'{z} {a}' == '[] []'", "repr(d) == '{}'",
    "np.asarray(a).shape == (0,)", "np.asarray(b).astype(int).shape == (0, 3)", "b.T.shape == (3, 0)",
    "np.allclose([], np.zeros(0))", "np.array([]).sum() == 0", "np.asarray([1.0]).sum() == 1",
]  # fmt: skip


@pytest.mark.quick
@pytest.mark.parametrize("expression", ANSWERED)
def test_what_may_be_asked_of_nothing(names, expression):
    assert eval(expression, names)


@pytest.mark.quick
@pytest.mark.parametrize(
    "answer",
    [np.zeros(3), np.float64(0), [0], [[], [0]], (1, ()), {"a": []}, {0}, range(1), "", b"", 0, None, [None], [[0]]],
    ids=repr,
)  # fmt: skip
def test_what_has_elements_stays_what_it_is(answer):
    same = guarded(answer)
    assert type(same) is type(answer)
    assert repr(same) == repr(answer)


@pytest.mark.quick
def test_nothing_inside_something_is_guarded():
    (number, inner), table = guarded((1, [])), guarded({"rows": np.zeros((0, 2))})
    assert number == 1
    for nothing in (inner, table["rows"]):
        with pytest.raises(AssertionError, match=empty_tables.SENTENCE):
            list(nothing)


def test_classes_of_python_make_answers(names):
    """A function of the student's may be a class of Python's, which the tests themselves call."""
    for kind in (list, tuple, dict, set, frozenset, zip, enumerate, map, filter, reversed):
        made, empty = guarded(kind), {map: (abs, []), filter: (None, []), enumerate: ([],), reversed: ([],)}
        with pytest.raises(AssertionError, match=empty_tables.SENTENCE):
            assert all(value == RIGHT for value in made(*empty.get(kind, ())))
        assert made == kind and kind == made and hash(made) == hash(kind) and {"x": made} == {"x": kind}
        assert made not in (int, str) and repr(made) == repr(kind) and made.__name__ == kind.__name__
    ints = guarded({"kinds": [list, int]})["kinds"]
    assert ints[0]("ab") == ["a", "b"] and ints[1] is int
    assert isinstance([], ints[0]) and not isinstance((), ints[0]) and issubclass(list, ints[0])
    assert guarded(zip)([1, 2], "ab") == [(1, "a"), (2, "b")]


TENSORS = [
    "tf.reduce_all(tf.abs(e - 3.0) < 1e-9)", "tf.reduce_all(tf.abs(e) < 1)", "tf.reduce_all(tf.constant(a) > 2)",
    "tf.reduce_all(tf.abs(a) > 2)", "tf.reduce_all(tf.convert_to_tensor(e) > 2)", "np.all(e.numpy() > 2)",
    "np.all(np.asarray(e) > 2)", "all(v > 2 for v in e)", "keras.ops.all(keras.ops.abs(a) > 2)", "tf.norm(e) < 1",
    "keras.ops.all(keras.ops.convert_to_tensor(e) > 2)", "tf.reduce_all(tf.constant(z) > 2)", "e == 3.0", "e > 2",
    "tf.reduce_all(tf.stack([e, e]) > 2)", "keras.ops.mean(e) == 3", "tf.debugging.assert_near(e, 3.0)",
]  # fmt: skip


def test_tensors_without_elements(names):
    import keras
    import tensorflow as tf

    names |= {"tf": tf, "keras": keras, "e": guarded(tf.zeros((0, 2)))}
    assert type(names["e"]) is EmptyTensor
    for expression in (
        "e.shape == (0, 2)",
        "e.ndim == 2",
        "len(e) == 0",
        "isinstance(e, tf.Tensor)",
        "'Tensor' in repr(e)",
    ):
        assert eval(expression, names), expression
    for expression in TENSORS:
        with pytest.raises(AssertionError, match=empty_tables.SENTENCE):
            eval(expression, names)
    assert guarded(full := tf.ones(2)) is full

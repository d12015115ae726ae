"""Which answers are the same as the truth, and what students are told of the others."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from gdl_utils import checks
from gdl_utils.checks import difference

pytestmark = pytest.mark.quick

NAN, INF = math.nan, math.inf
HUGE = 10**400


class Tensor:
    """Like one of TensorFlow's."""

    def __init__(self, content):
        self.content = content

    def numpy(self):
        return np.float32(self.content) if np.isscalar(self.content) else np.array(self.content)


def generator(*entries):
    yield from entries


@pytest.mark.parametrize(
    ("answer", "truth"),
    [
        # Whole numbers.
        (3, 3), (3.0, 3), (np.int8(3), 3), (np.float32(3), 3), (np.array(3), 3), (Fraction(6, 2), 3), (Tensor(3), 3),
        (3, np.int64(3)), (3, np.array(3)), (-0.0, 0), (HUGE, HUGE), (2**60 + 1, 2**60 + 1),
        # Others.
        (0.1 + 0.2, 0.3), (np.float64(0.1) * 3, 0.3), (1, 1.0), (Fraction(1, 4), 0.25), (0.5, Tensor(0.5)),
        (1e-12, 0.0), (1e300 * (1 + 1e-12), 1e300), (NAN, NAN), (np.nan, NAN), (INF, INF), (-INF, -INF),
        # Truth values, text, None.
        (True, True), (np.True_, True), (np.array(False), False), (True, np.True_), (True, np.array(True)),
        ("a", "a"), (" a\n", "a"), (np.str_("a"), "a"), (None, None),
        # Rows.
        ((1, 2), (1, 2)), ([1, 2], (1, 2)), (np.array([1, 2]), (1, 2)), (np.array([1.0, 2.0]), (1, 2)),
        (generator(1, 2), (1, 2)), (range(1, 3), [1, 2]), (Tensor([1, 2]), (1, 2)), ((), ()), ([], ()),
        (["a", [None, (1, 0.1 + 0.2)]], ("a", (None, [1, 0.3]))),
        (zip("ab", (1, 2), strict=True), [("a", 1), ("b", 2)]),
        # Arrays.
        ([1, 2], np.array([1, 2])), ((1.0, 2.0), np.array([1, 2])), (np.uint8([1, 2]), np.array([1, 2])),
        (Tensor([1, 2]), np.array([1, 2])), (np.array([1, 2]), Tensor([1, 2])), ([[1, 2]], np.array([[1, 2]])),
        ([0.1 + 0.2, 1e-12], np.array([0.3, 0.0])), ([1e-12, 0], np.zeros(2)), ([1e6, 1e-4], np.array([1e6, 0.0])),
        ([1.0, INF, -INF, NAN], np.array([1.0, INF, -INF, NAN])), ([1 + 1e-12, INF], np.array([1.0, INF])),
        ([True, False], np.array([True, False])), (np.empty((0, 3)), np.empty((0, 3))), ([], np.array([])),
    ],
)  # fmt: skip
def test_these_are_the_same(answer, truth):
    assert difference(answer, truth) is None


class Money:
    def __init__(self, amount):
        self.amount = amount

    def __eq__(self, other):
        return self.amount == other

    __hash__ = None


@pytest.mark.parametrize(
    ("answer", "truth", "told"),
    [
        # Whole numbers.
        (4, 3, checks.DIFFERENT), (3.0000000001, 3, checks.NOT_WHOLE), (True, 1, checks.DIFFERENT),
        (np.True_, 1, checks.DIFFERENT), (b"3", 3, checks.OBJECT.format("of the type bytes")),
        (3 + 0j, 3, checks.OTHER_TYPE.format("of the type complex")),
        (Decimal(3), 3, checks.OTHER_TYPE.format("of the type Decimal")),
        (Decimal("0.25"), 0.25, checks.OTHER_TYPE.format("of the type Decimal")),
        (Decimal(4), 3, checks.OBJECT.format("of the type Decimal")),
        (Money(3), 3, checks.OTHER_TYPE.format("an object of a class of its own")),
        (HUGE + 1, HUGE, checks.DIFFERENT), (INF, HUGE, checks.DIFFERENT), (float(2**60), 2**60 + 1, checks.DIFFERENT),
        (np.float64(2**60), 2**60 + 1, checks.DIFFERENT), (np.float32(2**24), 2**24 + 1, checks.DIFFERENT),
        (2**60, np.array(2**60 + 1), checks.DIFFERENT), (INF, 3, checks.DIFFERENT),
        # Others.
        (0.3 + 1e-8, 0.3, checks.DIFFERENT), (1e-8, 0.0, checks.DIFFERENT), (HUGE, 0.3, checks.DIFFERENT),
        (INF, 0.3, checks.DIFFERENT), (0.3, INF, checks.DIFFERENT), (-INF, INF, checks.DIFFERENT),
        (0.3, NAN, checks.DIFFERENT), (True, 1.0, checks.DIFFERENT),
        (NAN, 0.3, checks.NOT_A_NUMBER), (np.float32("nan"), 3, checks.NOT_A_NUMBER), (NAN, HUGE, checks.NOT_A_NUMBER),
        # Truth values, text, None.
        (False, True, checks.DIFFERENT), (1, True, checks.NO_BOOLEAN), (np.int64(0), False, checks.NO_BOOLEAN),
        ("b", "a", checks.DIFFERENT), ("A", "a", checks.DIFFERENT), (1, "a", checks.MUCH_TEXT), ("1", 1, checks.TEXT),
        ("1", (1,), checks.TEXT), ("1", np.array([1]), checks.TEXT), (0, None, checks.DIFFERENT),
        (None, 1, checks.NOTHING), (None, "a", checks.NOTHING), (None, (1,), checks.NOTHING),
        (None, np.array([1]), checks.NOTHING),
        # Rows and single values.
        ((1,), 1, checks.ONE_ENTRY), ([1], 1.0, checks.ONE_ENTRY), (np.array([1]), 1, checks.ONE_ENTRY),
        ({1}, 1, checks.OBJECT.format("a set of 1 entry")),
        ({1: 1}, True, checks.OBJECT.format("a dictionary of 1 key")),
        (np.array([]), 1, checks.A_SEQUENCE),
        (1, (1,), checks.NO_SEQUENCE), (np.array(1), (1,), checks.NO_SEQUENCE),
        ({1, 2}, (1, 2), checks.NOT_IN_ORDER.format("a set of 2 entries")),
        ({1: 2}, (1,), checks.NOT_IN_ORDER.format("a dictionary of 1 key")),
        (b"12", (49, 50), checks.NO_SEQUENCE), (len, (1,), checks.NO_SEQUENCE),
        # Rows of different lengths, of which NumPy makes no array.
        (("a", (1, 2), 3), 1, checks.A_SEQUENCE), (((1, 2), 3), 4.0, checks.A_SEQUENCE),
        ([[(1,)]], 1, checks.ONE_ENTRY),
        (((1, 2),), 1, checks.A_SEQUENCE), ([np.array([1, 2])], 1, checks.A_SEQUENCE),
        (("a", (32, 32, 3), 0), ("a", (3072,), 0), checks.LENGTH),
        # Rows.
        ((1,), (1, 2), checks.LENGTH), ((1, 2, 3), (1, 2), checks.LENGTH), ((), (1,), checks.LENGTH),
        (generator(1), (1, 2), checks.LENGTH), ((1, 3), (1, 2), checks.DIFFERENT), ((2, 1), (1, 2), checks.DIFFERENT),
        (("a", 2), ("a", (2,)), checks.NO_SEQUENCE), ((3, None), (1, 2), checks.DIFFERENT),
        ((1, None), (1, 2), checks.NOTHING), ((1, "2"), (1, 2), checks.TEXT),
        # Arrays.
        ([1, 3], np.array([1, 2]), checks.DIFFERENT), ([5, 10**10], np.array([1, 10**10]), checks.DIFFERENT),
        ([2**60], np.array([2**60 + 1]), checks.DIFFERENT), ([HUGE], np.array([1]), checks.DIFFERENT),
        (["a"], np.array([1]), checks.TEXTS), ([Fraction(1, 2)], np.array([0.5]), checks.OBJECTS),
        ([1j], np.array([1.0]), checks.DIFFERENT),
        ([1e6, 1.0], np.array([1e6, 0.0]), checks.DIFFERENT), ([1e-8], np.zeros(1), checks.DIFFERENT),
        ([5.0, INF], np.array([1.0, INF]), checks.DIFFERENT), ([1.0, 5.0], np.array([1.0, INF]), checks.DIFFERENT),
        ([1.0, INF], np.array([1.0, 5.0]), checks.DIFFERENT), ([-INF], np.array([INF]), checks.DIFFERENT),
        ([1.1, NAN], np.array([1.0, NAN]), checks.DIFFERENT), ([1.0, 2.0], np.array([1.0, NAN]), checks.DIFFERENT),
        ([1.0, NAN], np.array([1.0, 2.0]), checks.NOT_A_NUMBER), ([NAN], np.array([1]), checks.NOT_A_NUMBER),
        (1, np.array([1]), checks.NO_SEQUENCE), (np.array(1), np.array([1]), checks.NO_SEQUENCE),
        ([[1]], np.array([1]), checks.DIMENSIONS), ([[1], [1, 2]], np.array([[1]]), checks.DIMENSIONS),
        ([1, 2, 3], np.array([1, 2]), checks.SHAPE), ([[1], [2]], np.array([[1, 2]]), checks.SHAPE),
        (np.empty((0, 3)), np.empty((3, 0)), checks.SHAPE), ([], np.array([1]), checks.SHAPE),
        ([], np.empty((0, 3)), checks.DIMENSIONS), (np.ones((1, 3)), np.empty((0, 3)), checks.SHAPE),
    ],
)  # fmt: skip
def test_these_are_different(answer, truth, told):
    assert difference(answer, truth) == told


@pytest.mark.parametrize(
    ("answer", "truth", "tolerance", "same"),
    [
        (0.51, 0.5, 0.05, True),
        (0.53, 0.5, 0.05, False),
        (0.04, 0.0, 0.05, True),
        (51, 50, 0.05, False),
        ((0.51, 50), (0.5, 50), 0.05, True),
        ((0.51, 51), (0.5, 50), 0.05, False),
        ([1.04, 0.04], np.array([1.0, 0.0]), 0.05, True),
        ([1.04, 0.06], np.array([1.0, 0.0]), 0.05, False),
        ([0.0], np.array([0.04]), 0.05, False),
    ],
)
def test_a_tolerance_is_for_numbers_that_are_not_whole(answer, truth, tolerance, same):
    assert (difference(answer, truth, tolerance) is None) == same

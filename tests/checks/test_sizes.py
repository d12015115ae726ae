"""All numbers that an answer carries count, in arrays and models and beside them."""

from types import SimpleNamespace

import numpy as np
import pytest

from gdl_utils import checks
from gdl_utils.checks.sizes import FREE
from tests.checks.told import told

keras = pytest.importorskip("keras")


def network(units, **kwargs):
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, **kwargs)])


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (np.zeros((100, 200)), (20_000, 160_000)),
        (np.zeros((3, 4), "float16"), (12, 24)),
        (np.float32(1), (1, 4)),
        ({"kind": "table", "masses": np.zeros((2, 3)), "more": [np.zeros(4), (np.zeros(5, "int8"), 7)]}, (15, 85)),
        (network(5), (15, 60)),
        (network(5, dtype="float64"), (30, 120)),
        ({"network": network(5), "octaves": 3}, (15, 60)),
        ("x" * 8 * FREE, (0, 0)),
        ("x" * (8 * FREE + 1), (1, 8)),
        ([1.0] * (FREE + 20), (20, 160)),
        ([None, True, 5] * FREE, (2 * FREE, 16 * FREE)),
        (dict.fromkeys(range(FREE)), (FREE, 8 * FREE)),
        (1 << (64 * (FREE + 2)), (3, 24)),
        ({"x" * 8 * (FREE + 4): 1}, (5, 40)),
        ([], (0, 0)),
    ],
)
def test_what_counts(answer, size):
    assert checks.size_of(answer) == size


def test_too_many_numbers_and_too_many_bytes_are_told():
    assert checks.check_size(np.zeros(20), 20, 160) is None
    assert told(checks.check_size, np.zeros(21), 20, 1_000) == "Your answer carries 21 numbers, and 20 are allowed."
    assert "takes 160 bytes, and 159 are allowed" in told(checks.check_size, np.zeros(20), 20, 159)


@pytest.mark.parametrize("what", [object(), {1, 2}, np.array(["a"]), SimpleNamespace(weights=[]), [len], b"12"])
def test_what_can_t_be_measured_is_refused(what):
    assert "something other than numbers, text, arrays and Keras models" in told(checks.size_of, what)

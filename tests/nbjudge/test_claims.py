"""What objects say of themselves, where an array would be data."""

import pytest

from nbjudge.claims import MOST_TOLD, Claims

pytestmark = pytest.mark.quick

POSSIBLE = [
    {"shape": (2, 3), "size": 6, "ndim": 2},
    {"min": 0, "mean": 1, "max": 2},
    {"mean": 0.1 + 0.2, "sum": 0.3, "size": 1},
    {"std": 0.5, "var": 0.25, "min": -1.0, "max": 1.0},
    {"mean": 3.0, "std": 2.0},  # of a distribution, say
    {"shape": "square", "size": None, "mean": "nothing"},
    {"min": 1e9, "mean": 1e9 + 1e-3, "max": 1e9},
    {"mean": float("nan"), "max": 1.0},
]
IMPOSSIBLE = [
    {"shape": (2, 3), "size": 5},
    {"shape": (2, 3), "ndim": 3},
    {"min": 2, "max": 1},
    {"mean": 3, "max": 2.5},
    {"min": 0.5, "max": 0.6, "std": 0.9},
    {"size": 10, "sum": 5.0, "mean": 0.1},
    {"size": 10, "sum": 50.0, "max": 1.0},
    {"std": -1.0},
    {"var": -0.1},
    {"std": 2.0, "var": 2.0},
]


def heard(said):
    """The last complaint when an object says all this, one after the other."""
    claims = Claims()
    return [claims.add(7, "C", name, value) for name, value in said.items()][-1]


@pytest.mark.parametrize("said", POSSIBLE, ids=str)
def test_what_can_be_true_is_accepted(said):
    assert heard(said) == ""


@pytest.mark.parametrize("said", IMPOSSIBLE, ids=str)
def test_what_can_not_be_true_together_is_not(said):
    assert "contradicts itself" in heard(said)
    assert "contradicts itself" in heard(dict(reversed(said.items())))


def test_each_object_is_heard_for_itself_and_changes_in_time():
    claims = Claims()
    assert not claims.add(1, "C", "max", 1)
    assert not claims.add(2, "C", "min", 2)
    claims.forget()
    assert not claims.add(1, "C", "min", 2)
    assert claims.told == ["max of a C", "min of a C", "min of a C"]
    for number in range(100):
        claims.add(number, "C", "std", 1)
    assert len(claims.told) == MOST_TOLD

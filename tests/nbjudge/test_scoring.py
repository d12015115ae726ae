"""From the judge's report on a test to its points."""

import math

import numpy as np
import pytest

from nbjudge.protocol import Report, from_wire
from nbjudge.scoring import score_of

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("report", "score"),
    [
        ({"passed": True, "value": None}, 2.0),
        ({"passed": True, "value": 1.5}, 1.5),
        ({"passed": True, "value": 0.0}, 0.0),
        ({"passed": True, "value": 7.0}, 2.0),
        ({"passed": True, "value": -7.0}, 0.0),
        ({"passed": True, "value": math.inf}, 2.0),
        ({"passed": True, "value": -math.inf}, 0.0),
        ({"passed": True, "value": math.nan}, 0.0),
        ({"passed": False, "value": 1.5}, 0.0),
        ({"passed": False, "value": None}, 0.0),
        ({"passed": 1, "value": 1.5}, 0.0),
        ({"passed": np.True_, "value": 1.5}, 0.0),
        # No number of the kind that the judge sends is no number at all.
        ({"passed": True, "value": 1}, 2.0),
        ({}, 0.0),
    ],
    ids=str,
)
def test_numbers_are_points_between_none_and_all(report, score):
    message = from_wire({"kind": "Report", **report}, Report)
    assert score_of(message, 2.0) == score

"""Measures the models of 10_your_own_model on land points that no student has; only the judge has this file.

The first test that asks has the model measured, the others read what it found.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gdl_utils import checks
from gdl_utils.generative import (
    DEGREES,
    DescriptionError,
    PlainModel,
    landmass_shares,
    load_land_points,
    measure_plain,
    plain_model,
    precision,
    sample_land_points,
)
from gdl_utils.generative.ground import LandPoints, land_share
from gdl_utils.generative.report import Report

MOST_NUMBERS, MOST_BYTES = 20_000, 160_000
# Values from which points are given, and at which all are.
MARKS = {
    "total variation": (0.40, 0.09),
    "precision": (0.85, 0.945),
    "coverage": (0.70, 0.905),
    "KL": (0.25, 0.12),
}
VALUES: dict[str, Callable[[Report], float]] = {
    "total variation": lambda report: report.total_variation,
    "precision": lambda report: report.precision,
    "coverage": lambda report: report.coverage,
    "KL": lambda report: report.kl.value if report.kl else np.inf,
}
SAMPLES = 2_000  # for a look at what went wrong
STOPPED = "Measuring your model took too long: your network is too slow, or it takes too many steps."


def _turned(points: np.ndarray, by: float) -> np.ndarray:
    return np.stack([(points[:, 0] + 1 + by) % 2 - 1, points[:, 1]], axis=1)


# What is done to samples to see whether they are right but for one slip.
SLIPS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Your points seem to be in degrees, not in the units of the map from -1 to 1.": lambda x: x / DEGREES,
    "Your map seems to be upside down.": lambda x: x * [1, -1],
    "In your map east and west seem to have changed places.": lambda x: x * [-1, 1],
    "Longitude and latitude seem to have changed places.": lambda x: x[:, ::-1],
    "Rows and columns of your table seem to have changed places.": lambda x: -x[:, ::-1],
    "Your longitudes seem to run from 0 to 360 degrees.": lambda x: _turned(x, 0),
    "Your map seems to begin at Greenwich, not at 180 degrees west.": lambda x: _turned(x, 1),
    "Your points seem to be scaled already, as for training: undo it.": lambda x: x * [0.49, 0.64] + [0.1, 0.01],
}


class Measured:
    """What was found, kept between the tests of one notebook."""

    report: Report | None = None
    slip: str = ""
    error: checks.CheckError | DescriptionError | None = None


def report_of(my_model: Callable[[], Any]) -> Report:
    """What was measured of a student's model.

    Raises:
        CheckError: if it can't be measured, with a hint that says why.
    """
    if Measured.error is not None:
        raise Measured.error
    if Measured.report is None:
        try:
            description = my_model()
        except NotImplementedError:
            raise
        except Exception:
            raise checks.CheckError(
                "Your model could not be read: is its file handed in beside the notebook, and in the same folder, and "
                "was it saved whole, with the course's version of Keras if it is a network?"
            ) from None
        # If it is interrupted, the other tests don't begin again.
        Measured.error = checks.CheckError(STOPPED)
        try:
            Measured.report = _measure(description)
        except (checks.CheckError, DescriptionError) as error:
            Measured.error = error
            raise
        Measured.error = None
    return Measured.report


def _measure(description: Any) -> Report:
    if isinstance(description, dict):
        checks.check_size(description, MOST_NUMBERS, MOST_BYTES)
    model = plain_model(description)
    fresh = sample_land_points(20_000, checks.random_inputs("my-model-points"))
    seed = int(checks.random_inputs("my-model-samples").integers(1 << 31))
    report = measure_plain("your model", model, LandPoints(load_land_points().train, fresh), seed)
    Measured.slip = next(slips(model, report), "")
    return report


def slips(model: PlainModel, report: Report) -> Iterator[str]:
    """Sentences on what seems to be wrong with a model as a whole."""
    samples = model.sample(SAMPLES, np.random.default_rng(0))
    if not np.isfinite(samples).all():
        yield "Some of your samples are no numbers."
    if len(np.unique(samples.round(3), axis=0)) < 10:
        yield "Your model gives the same few places again and again, whatever the noise."
    own = precision(samples)
    if report.precision < own - 0.05:
        yield "Many of your samples are copies of training points, or of each other, which count as not there."
    if own < 0.12 and np.mean(np.abs(samples) <= 1) > 0.9:
        yield "Nearly all of your samples lie in the sea: your density is low where it should be high."
    if own < 0.7:
        repaired = {hint: precision(repair(samples)) for hint, repair in SLIPS.items()}
        best = max(repaired, key=lambda hint: repaired[hint])
        if repaired[best] > own + 0.2 and repaired[best] > 0.7:
            yield best
    on_land = landmass_shares(samples)
    most = max(on_land, key=lambda name: on_land[name])
    if on_land[most] > 0.75 * own > 0.1:
        yield f"Nearly all of your samples on land lie in one place: {most}."
    if abs(own - land_share()) < 0.05 and report.coverage > 0.5:
        yield "Your samples hit the land no more often than if they were spread evenly over the whole map."
    if report.kl is not None and np.isposinf(report.kl.value):
        yield "Your model rules out places where there is land: it gives them a mass of 0."


def score(name: str, points: float, report: Report) -> float | None:
    """The points for one measurement, which is left for feedback and report; None for all of them.

    Raises:
        CheckError: if there are none.
    """
    low, high = MARKS[name]
    sign = 1 if high > low else -1
    value = VALUES[name](report)
    checks.measured(name, value, more_is_better=sign > 0)
    hint = f"Your {name} is {value:.3f}; points are given from {low:g}, and all of them at {high:g}. {Measured.slip}"
    return checks.score_between(sign * value, (sign * low, sign * high), points, hint.strip())


def score_both(points: float, report: Report) -> float | None:
    """The points for precision and coverage, half of them for each; a precision without coverage earns nothing."""
    earned, hints = 0.0, []
    low = MARKS["coverage"][0]
    for name in ("precision", "coverage"):
        try:
            given = score(name, points / 2, report)
        except checks.CheckError as error:
            given = checks.Score(0, error.hint)
        if name == "precision" and report.coverage <= low:
            given = checks.Score(0, f"Precision counts only from a coverage of {low:g} on. {Measured.slip}".strip())
        earned += points / 2 if given is None else given
        hints += [given.hint] if isinstance(given, checks.Score) else []
    if not hints:
        return None
    if not earned:
        raise checks.CheckError(hints[0])
    return checks.Score(earned, " ".join(dict.fromkeys(hints)))

"""Models of the map as plain data: arrays, numbers and Keras networks, which anyone can sample without their code.

The capstone assignment hands in such a description, and the judge measures it with the functions of this module. A
description is a dictionary whose `kind` says what the rest is::

    {"kind": "table", "masses": array}
        Masses of equal cells of the map, (rows, columns), from 90 N 180 W southwards and eastwards.
    {"kind": "decoder", "network": network, "noise": d, "octaves": k}
        Standard normal noise (n, d), as Fourier features, to points (n, 2).
    {"kind": "log-density", "network": network, "octaves": k}
        Fourier features of points to a log-density (n, 1), up to a constant. It becomes a table of half a degree.
    {"kind": "velocity", "network": network, "octaves": k, "steps": m, "centre": (x, y), "spread": (x, y)}
        Features of section 3.6 to velocities (n, 2), followed by m steps of Euler's method from standard normal noise,
        then times the spread, plus the centre.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from gdl_utils.generative.features import fourier_features, noisy_features
from gdl_utils.generative.ground import MAP_AREA
from gdl_utils.generative.report import ModelError

KEYS = {
    "table": {"masses"},
    "decoder": {"network", "noise", "octaves"},
    "log-density": {"network", "octaves"},
    "velocity": {"network", "octaves", "steps", "centre", "spread"},
}
MOST = {"noise": 64, "octaves": 10, "steps": 50}
LEAST = {"noise": 1, "octaves": 0, "steps": 1}
CELLS_A_DEGREE = 2  # of the table that a log-density becomes
AT_ONCE = 10_000  # points for which a network runs together
ARITHMETIC = {"Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative"}


class DescriptionError(ModelError):
    """A description that is none of a model; in a test of an assignment the student is told its sentence."""

    @property
    def hint(self) -> str:
        """The sentence, where a test looks for it."""
        return str(self)


@dataclass(frozen=True)
class PlainModel:
    """A model of the map.

    Attributes:
        kind: one of KEYS.
        sample: takes a number n and a generator of random numbers and gives points (n, 2) in the units of the map.
        log_prob: takes points (n, 2) and gives log-densities (n,) in nats, in these units; None if it has no density.
    """

    kind: str
    sample: Callable[[int, np.random.Generator], np.ndarray]
    log_prob: Callable[[npt.ArrayLike], np.ndarray] | None


def plain_model(description: Any) -> PlainModel:
    """The model that a description describes; see above. Nothing of it runs but Keras's own layers.

    Raises:
        DescriptionError: if it is not such a description, in a sentence that says what is wrong.
    """
    if not isinstance(description, Mapping):
        raise DescriptionError("A model is described by a dictionary", "return one with 'kind' and what belongs to it")
    kind = description.get("kind")
    if not isinstance(kind, str) or kind not in KEYS:
        raise DescriptionError("The kind of the model is unknown", f"choose one of {', '.join(KEYS)}")
    missing = sorted(KEYS[kind] - set(description))
    if missing:
        raise DescriptionError(f"A {kind} needs {' and '.join(map(repr, missing))}", "add it to the dictionary")
    if set(description) - KEYS[kind] - {"kind"}:
        allowed = ", ".join(map(repr, sorted(KEYS[kind])))
        raise DescriptionError(f"A {kind} has keys that it does not need", f"leave only 'kind' and {allowed}")
    return MAKERS[kind](**{name: value for name, value in description.items() if name != "kind"})


# The kinds


def _table(masses: Any) -> PlainModel:
    try:
        masses = np.asarray(masses)
    except ValueError:
        masses = np.array("rows of different lengths")
    if masses.dtype.kind not in "biuf" or masses.ndim != 2 or not masses.size:
        raise DescriptionError("The masses are not an array of rows and columns of numbers", "see what shape it has")
    masses = masses.astype(float)
    if not np.isfinite(masses).all():
        raise DescriptionError("The masses hold NaN or infinity", "look for 0 / 0, or the logarithm of 0")
    if (masses < 0).any():
        raise DescriptionError("Some masses are negative", "a mass is a probability, not its logarithm")
    if abs(masses.sum() - 1) > 1e-3:
        raise DescriptionError(
            f"The masses sum to {masses.sum():.4g}, not to 1", "a mass is a probability: not a count, not a density"
        )
    return table_of(masses / masses.sum())


def table_of(masses: np.ndarray, kind: str = "table") -> PlainModel:
    """The model of a table of masses. What they lack to 1 is missing in its density."""
    rows, columns = masses.shape
    with np.errstate(divide="ignore"):
        log_densities = np.log(masses * masses.size / MAP_AREA)
    rising = masses.cumsum() / masses.sum()

    def sample(size: int, rng: np.random.Generator) -> np.ndarray:
        # Never a cell without mass; the last of the sums may be a little less than 1.
        cells = np.searchsorted(rising, rng.random(size) * rising[-1], side="right")
        row, column = np.divmod(np.minimum(cells, masses.size - 1), columns)
        longitude, latitude = (column + rng.random(size)) / columns, (row + rng.random(size)) / rows
        return np.stack([2 * longitude - 1, 1 - 2 * latitude], axis=1)

    def log_prob(points: npt.ArrayLike) -> np.ndarray:
        points = np.asarray(points, float)
        on_map = np.all(np.abs(points) <= 1, axis=1)
        longitude, latitude = np.where(on_map[:, None], points, 0).T
        row = np.minimum((1 - latitude) / 2 * rows, rows - 1).astype(int)
        column = np.minimum((1 + longitude) / 2 * columns, columns - 1).astype(int)
        return np.where(on_map, log_densities[row, column], -np.inf)

    return PlainModel(kind, sample, log_prob)


def _decoder(network: Any, noise: Any, octaves: Any) -> PlainModel:
    width, waves = _whole("noise", noise), _whole("octaves", octaves)
    _check(network, width * (1 + 2 * waves), 2)

    def sample(size: int, rng: np.random.Generator) -> np.ndarray:
        return _run(network, rng.normal(size=(size, width)), lambda z: fourier_features(z, waves))

    return PlainModel("decoder", sample, None)


def _log_density(network: Any, octaves: Any) -> PlainModel:
    waves = _whole("octaves", octaves)
    _check(network, 2 * (1 + 2 * waves), 1)
    rows, columns = 180 * CELLS_A_DEGREE, 360 * CELLS_A_DEGREE
    latitude, longitude = 1 - (np.arange(rows) + 0.5) * 2 / rows, (np.arange(columns) + 0.5) * 2 / columns - 1
    middles = np.stack(np.meshgrid(longitude, latitude), axis=-1).reshape(-1, 2)
    logs = _run(network, middles, lambda x: fourier_features(x, waves))[:, 0]
    if not np.isfinite(logs).all():
        raise DescriptionError(
            "The network gives log-densities that are not numbers", "look at what it gives on the whole map"
        )
    masses = np.exp(logs - logs.max()).reshape(rows, columns)
    return table_of(masses / masses.sum(), "log-density")


def _velocity(network: Any, octaves: Any, steps: Any, centre: Any, spread: Any) -> PlainModel:
    waves, count = _whole("octaves", octaves), _whole("steps", steps)
    middle, scale = _pair("centre", centre), _pair("spread", spread)
    _check(network, 6 + 4 * waves, 2)

    def sample(size: int, rng: np.random.Generator) -> np.ndarray:
        x: np.ndarray = rng.normal(size=(size, 2))
        for time in np.arange(count) / count:
            x = x + _run(network, x, partial(_at_time, t=float(time), octaves=waves)) / count
        return x * scale + middle

    return PlainModel("velocity", sample, None)


def _at_time(x: np.ndarray, t: float, octaves: int) -> Any:
    ones = np.ones((len(x), 1), "float32")
    return noisy_features(x, t * ones, (1 - t) * ones, octaves)


MAKERS: dict[str, Callable[..., PlainModel]] = {
    "table": _table,
    "decoder": _decoder,
    "log-density": _log_density,
    "velocity": _velocity,
}


# What is checked, and how networks run


def _whole(name: str, value: Any) -> int:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not LEAST[name] <= value <= MOST[name]:
        raise DescriptionError(
            f"{name!r} is not a whole number from {LEAST[name]} to {MOST[name]}", "choose one of these"
        )
    return int(value)


def _pair(name: str, value: Any) -> np.ndarray:
    try:
        pair = np.asarray(value, float)
    except (TypeError, ValueError):
        pair = np.empty(0)
    if pair.shape != (2,) or not np.isfinite(pair).all():
        raise DescriptionError(
            f"{name!r} is not a pair of numbers", "give one for the longitude and one for the latitude"
        )
    return pair


def _check(network: Any, inputs: int, outputs: int) -> None:
    if not isinstance(network, keras.Model):
        raise DescriptionError("The network is not a Keras model", "read it with keras.models.load_model")
    for part in [*network._flatten_layers(), *getattr(network, "operations", [])]:
        name, package = type(part).__name__, type(part).__module__
        own = package.startswith(("keras.src.layers", "keras.src.models")) and name not in ("Lambda", "TFSMLayer")
        if not own and not (package == "keras.src.ops.numpy" and name in ARITHMETIC):
            raise DescriptionError(
                "The network holds something other than Keras's own layers", "build it without Lambda and keras.ops"
            )
    for what, shape, wanted in (("takes", network.input_shape, inputs), ("gives", network.output_shape, outputs)):
        if shape != (None, wanted):
            raise DescriptionError(
                f"The network {what} the shape {shape}", f"with these settings it needs (None, {wanted})"
            )


def _run(network: Any, inputs: np.ndarray, features: Callable[[np.ndarray], Any]) -> np.ndarray:
    parts = []
    for start in range(0, len(inputs), AT_ONCE):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                parts.append(network(features(inputs[start : start + AT_ONCE].astype("float32")), training=False))
        except Exception as error:
            raise DescriptionError(
                f"The network stops with {type(error).__name__} for some inputs", "try it yourself"
            ) from error
    return np.concatenate([np.asarray(part, float) for part in parts])

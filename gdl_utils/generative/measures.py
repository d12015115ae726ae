"""The four measurements of chapter 3: precision, coverage, total variation and the Kullback-Leibler divergence.

All take samples or log-densities of a model and compare them with the exact truth of `ground`. Section 3.1 introduces
them, each with its yardsticks: fresh points of p_data, and the uniform distribution on the map.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from gdl_utils.errors import DataError
from gdl_utils.generative.ground import DEGREES, cell_shares, count_in_cells, entropy, is_land


class Estimate(NamedTuple):
    """A mean over random points and its standard error, in the same unit."""

    value: float
    error: float


def precision(samples: npt.ArrayLike) -> float:
    """The share of a model's samples, of shape (n, 2), that are on land."""
    return float(is_land(samples).mean())


def coverage(samples: npt.ArrayLike, points: npt.ArrayLike, degrees: float = 1.0) -> float:
    """The share of points of p_data that have a sample of the model nearby.

    It grows with the number of samples: compare only coverages of equally many.

    Args:
        samples: (n, 2), of a model. Those that are not numbers count as not there.
        points: (m, 2), of p_data.
        degrees: how far "nearby" is, in degrees on the flat map.
    """
    places = np.asarray(samples, float)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return 0.0
    distances, _ = KDTree(places * DEGREES).query(np.asarray(points, float) * DEGREES)
    return float(np.mean(distances <= degrees))


def total_variation(samples: npt.ArrayLike, degrees: int = 5) -> float:
    """Half the sum of absolute differences between a model's shares of samples and the true masses of square cells.

    Samples outside the map are wrong mass, too. Even samples of p_data itself differ by chance, the more so the fewer
    they are: compare only equally many.

    Args:
        samples: (n, 2), of a model.
        degrees: the side of a cell, a divisor of 180.

    Returns:
        0 for equal distributions over cells, 1 for distributions that share no cell.
    """
    counts = count_in_cells(samples, degrees)
    size = len(np.asarray(samples))
    if not size:
        raise DataError("There are no samples to measure", "draw some thousands")
    outside = 1 - counts.sum() / size
    return float((np.abs(counts / size - cell_shares(degrees)).sum() + outside) / 2)


def kl_divergence(log_densities: npt.ArrayLike) -> Estimate:
    """The Kullback-Leibler divergence from p_data to a model: its mean negative log-likelihood less the entropy.

    Args:
        log_densities: (m,), of the model at points drawn from p_data, in nats, in the units of the map from -1 to 1.

    Returns:
        The divergence in nats and the standard error that comes from the choice of points; infinite as soon as the
        model rules out one of the points.
    """
    log_densities = np.asarray(log_densities, float)
    if log_densities.ndim != 1 or len(log_densities) < 2 or np.isnan(log_densities).any():
        raise DataError(
            f"The log-densities have the shape {log_densities.shape} or hold NaN", "give one number for each test point"
        )
    if np.isneginf(log_densities).any():
        return Estimate(np.inf, np.nan)
    error = log_densities.std(ddof=1) / np.sqrt(len(log_densities))
    return Estimate(float(-log_densities.mean() - entropy()), float(error))

"""Measures models that were handed in as plain data: copies count as not there, and every model has a divergence."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree

from gdl_utils.generative import report
from gdl_utils.generative.ground import DEGREES, LandPoints
from gdl_utils.generative.plain_models import CELLS_A_DEGREE, PlainModel, table_of

# Fresh points of the land lie this near to one of the 100,000 training points in 0.3 % of cases.
COPY_DEGREES = 0.015
SPREAD_SHARE = 0.01  # of samples, where their kernel density stands in for a density


def density_of_samples(samples: npt.ArrayLike, degrees: float = 1.0) -> PlainModel:
    """A kernel density of samples: what stands in for the density of a model that has none, a little too smooth.

    Args:
        samples: (n, 2). Those outside the map are mass that is missing.
        degrees: the spread of the Gaussian around each sample. One sample in a hundred counts as spread over the map.
    """
    places = np.asarray(samples, float)
    rows, columns = 180 * CELLS_A_DEGREE, 360 * CELLS_A_DEGREE
    edges = [np.linspace(-1, 1, rows + 1), np.linspace(-1, 1, columns + 1)]
    there = places[np.isfinite(places).all(axis=1)]
    counts = np.histogram2d(-there[:, 1], there[:, 0], bins=edges)[0]
    # Round the globe in the longitude, and at the poles back into the map.
    smooth = gaussian_filter(counts, degrees * CELLS_A_DEGREE, mode=["reflect", "wrap"]) / len(places)
    return table_of((1 - SPREAD_SHARE) * smooth + SPREAD_SHARE / smooth.size)


def without_copies(samples: npt.ArrayLike, train: npt.ArrayLike) -> np.ndarray:
    """The samples with NaN, as if they were not there, in the place of copies of training points and of each other.

    A sample is a copy if a training point lies nearer than COPY_DEGREES, or if an earlier sample is the same.

    Args:
        samples: (n, 2).
        train: (m, 2), the points that the model has learnt from.
    """
    places = np.array(samples, float)
    there = np.isfinite(places).all(axis=1)
    distances, _ = KDTree(np.asarray(train, float) * DEGREES).query(places[there] * DEGREES)
    there[there] = distances >= COPY_DEGREES
    first = np.zeros(len(places), bool)
    first[np.unique(places, axis=0, return_index=True)[1]] = True
    places[~(there & first)] = np.nan
    return places


def measure_plain(name: str, model: PlainModel, points: LandPoints, seed: int = 0) -> report.Report:
    """Measure a model as the capstone assignment does: `measure`, without copies, and with a divergence for all.

    Args:
        name: of the model.
        model: made by `plain_model`.
        points: what it has learnt from, and what it is measured with.
        seed: of the generator of random numbers.
    """
    samples = without_copies(model.sample(report.SAMPLES, np.random.default_rng(seed)), points.train)
    log_prob = model.log_prob or density_of_samples(samples).log_prob
    return report.measure(name, lambda size, rng: samples[:size], points.test, log_prob, seed)

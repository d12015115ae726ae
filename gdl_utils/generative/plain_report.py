"""Measures models that were handed in as plain data: copies count as not there, and every model has a divergence."""

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from gdl_utils.generative import report
from gdl_utils.generative.ground import DEGREES, LandPoints
from gdl_utils.generative.plain_models import PlainModel, table_of_samples

# Fresh points of the land lie this near to one of the 100,000 training points in 0.3 % of cases.
COPY_DEGREES = 0.015


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
    log_prob = model.log_prob or table_of_samples(samples).log_prob
    return report.measure(name, lambda size, rng: samples[:size], points.test, log_prob, seed)

"""The ground of chapter 3: the land of the flat map as a distribution whose density and entropy are known exactly.

A point is a row x = (longitude / 180, latitude / 90), so that the map is the square from -1 to 1 in both directions, of
area 4. Section 3.1 introduces it.
"""

import os
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from gdl_utils.datasets.land import mask_of_land
from gdl_utils.errors import DataError

DEGREES = np.array([180.0, 90.0])  # of longitude and of latitude in one unit
MAP_AREA = 4.0
TRAIN_SIZE, TEST_SIZE = 100_000, 20_000
# GDL_PROFILE: how many training and test points are handed out.
PROFILES = {"full": (TRAIN_SIZE, TEST_SIZE), "smoke": (5_000, 2_000)}

# One place (latitude, longitude) on each connected piece of land that a name stands for.
_PLACES = {
    "Africa and Eurasia": [(10, 20)],
    "the Americas": [(40, -100)],
    "Antarctica": [(-80, 30)],
    "Australia": [(-25, 134)],
    "Greenland": [(72, -40)],
    "Madagascar": [(-19, 46.5)],
    "New Zealand": [(-43.5, 171), (-38.5, 176)],
    "Iceland": [(64.9, -18.5)],
    "Britain": [(52.5, -1.5)],
    "Japan": [(36.2, 138), (43.3, 142.8), (32.6, 131), (33.7, 133.5)],
    "Cuba": [(22, -79.5)],
}
# Where Africa ends: longitude of its eastern edge in the Red Sea by latitude, and its northern edge by longitude.
_RED_SEA = ([12.2, 12.4, 12.6, 15, 18, 22, 27.5, 30, 31.6], [60, 43.6, 43.35, 41.8, 40, 38, 34.3, 32.45, 32.4])
_NORTH_COAST = ([-20, -1, 1, 5, 11.6, 11.7, 33], [35.95, 35.95, 37.6, 37.6, 37.6, 34, 33])
# Panama and Colombia meet at about this line.
_PANAMA = ([-78.5, -77.9, -77.3], [7.0, 7.3, 8.8])

CONTINENTS = ("Africa", "Eurasia", "North America", "South America", "Antarctica", "Australia")
ISLANDS = ("Greenland", "Madagascar", "New Zealand", "Iceland", "Britain", "Japan", "Cuba")
LANDMASSES = CONTINENTS + ISLANDS


@dataclass(frozen=True)
class LandPoints:
    """Points of the land, cut into two parts.

    Attributes:
        train: (n, 2), float32, to learn from.
        test: (m, 2), float32, to measure with.
    """

    train: np.ndarray
    test: np.ndarray


def load_land_points(seed: int = 0) -> LandPoints:
    """Draw the data set of chapter 3: 100,000 training and 20,000 test points.

    GDL_PROFILE=smoke hands out 5,000 and 2,000.

    Args:
        seed: another seed draws other points of the same distribution.

    Raises:
        DataError: if the land mask is missing or GDL_PROFILE is unknown.
    """
    profile = os.environ.get("GDL_PROFILE") or "full"
    if profile not in PROFILES:
        raise DataError(f"GDL_PROFILE is {profile!r}", "set it to 'full' or 'smoke', or unset it")
    train_size, test_size = PROFILES[profile]
    rng = np.random.default_rng(seed)
    return LandPoints(sample_land_points(train_size, rng), sample_land_points(test_size, rng))


def sample_land_points(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points uniformly from the land of the flat map, by rejection.

    Args:
        size: how many.
        rng: the source of randomness.

    Returns:
        Points of shape (size, 2), float32.
    """
    kept = np.empty((0, 2), "float32")
    while len(kept) < size:
        draws = rng.uniform(-1, 1, (4 * size + 100, 2)).astype("float32")
        kept = np.concatenate([kept, draws[is_land(draws)]])
    return kept[:size]


def is_land(points: npt.ArrayLike) -> np.ndarray:
    """Tell which points are on land. What is outside the map, or not a number, is not.

    Args:
        points: (n, 2).

    Returns:
        Booleans of shape (n,).
    """
    on_map, rows, columns = _cells(points)
    return on_map & mask_of_land()[rows, columns]


def land_share() -> float:
    """The share S of the map that is land, counted over all cells of the mask."""
    return float(mask_of_land().mean())


def entropy() -> float:
    """The entropy of p_data in nats, ln(4 S), in the units of the map from -1 to 1."""
    return float(np.log(MAP_AREA * land_share()))


def log_p_data(points: npt.ArrayLike) -> np.ndarray:
    """The exact log-density: -ln(4 S) on land, minus infinity elsewhere.

    Args:
        points: (n, 2).

    Returns:
        Log-densities in nats, of shape (n,).
    """
    return np.where(is_land(points), -entropy(), -np.inf)


def cell_shares(degrees: int = 5) -> np.ndarray:
    """The exact mass of p_data in square cells.

    Args:
        degrees: the side of a cell, a divisor of 180.

    Returns:
        Masses of shape (180 / degrees, 360 / degrees), from 90 N 180 W southwards and eastwards; they sum to 1.
    """
    if degrees < 1 or 180 % degrees:
        raise DataError(f"A cell has a side of {degrees} degrees", "choose a divisor of 180")
    mask = mask_of_land()
    side = mask.shape[0] // 180 * degrees
    counts = mask.reshape(180 // degrees, side, 360 // degrees, side).sum(axis=(1, 3))
    return counts / counts.sum()


def count_in_cells(points: npt.ArrayLike, degrees: int = 5) -> np.ndarray:
    """How many points lie in each cell of `cell_shares`. Points outside the map are in none.

    Args:
        points: (n, 2).
        degrees: the side of a cell, a divisor of 180.

    Returns:
        Counts of the shape of `cell_shares`.
    """
    on_map, rows, columns = _cells(points)
    rows_a_cell = mask_of_land().shape[0] // 180 * degrees
    counts = np.zeros((180 // degrees, 360 // degrees), int)
    np.add.at(counts, (rows[on_map] // rows_a_cell, columns[on_map] // rows_a_cell), 1)
    return counts


def landmass_of(points: npt.ArrayLike) -> np.ndarray:
    """Tell on which continent or island points lie.

    A name stands for one connected piece of land (several for Japan and New Zealand); the two large pieces are cut at
    Suez and at the border of Panama. Land without a name, such as Borneo, has no number.

    Args:
        points: (n, 2).

    Returns:
        Places in the list LANDMASSES, of shape (n,); -1 for the sea and for land without a name.
    """
    on_map, rows, columns = _cells(points)
    return np.where(on_map, _landmasses()[rows, columns], -1)


def landmass_shares(points: npt.ArrayLike | None = None) -> dict[str, float]:
    """The mass on each continent and island.

    Args:
        points: (n, 2), samples of a model; without them the exact mass of p_data.

    Returns:
        By the names of LANDMASSES, shares of all points, those in the sea included.
    """
    shares: np.ndarray
    if points is None:
        masses = _landmasses()
        counts = np.bincount(masses[masses >= 0], minlength=len(LANDMASSES))
        shares = counts / mask_of_land().sum()
    else:
        found = landmass_of(points)
        shares = np.bincount(found[found >= 0], minlength=len(LANDMASSES)) / max(len(found), 1)
    return dict(zip(LANDMASSES, shares.tolist(), strict=True))


def _cells(points: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each point is on the map, and the row and column of its cell of the mask (of any cell, if it is not)."""
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise DataError(f"The points have the shape {points.shape}", "give them as (n, 2)")
    on_map = np.all(np.abs(points) <= 1, axis=1)
    inside = np.where(on_map[:, None], points, 0)
    longitude, latitude = inside[:, 0], inside[:, 1]
    rows, columns = mask_of_land().shape
    row = np.minimum((1 - latitude) / 2 * rows, rows - 1).astype(int)
    column = np.minimum((1 + longitude) / 2 * columns, columns - 1).astype(int)
    return on_map, row, column


@cache
def _landmasses() -> np.ndarray:
    """Of the shape of the mask: places in the list LANDMASSES, -1 elsewhere."""
    mask = mask_of_land()
    pieces = np.asarray(ndimage.label(mask)[0])
    found = np.full(mask.shape, -1, "int8")
    latitude = 90 - (np.arange(mask.shape[0]) + 0.5) * 180 / mask.shape[0]
    longitude = (np.arange(mask.shape[1]) + 0.5) * 360 / mask.shape[1] - 180
    for name, places in _PLACES.items():
        _, rows, columns = _cells(np.array(places)[:, ::-1] / DEGREES)
        of_name = np.isin(pieces, pieces[rows, columns])
        if name == "Africa and Eurasia":
            africa = longitude[None] < np.interp(latitude, *_RED_SEA)[:, None]
            africa &= latitude[:, None] < np.interp(longitude, *_NORTH_COAST)[None]
            found[of_name & africa], found[of_name & ~africa] = LANDMASSES.index("Africa"), LANDMASSES.index("Eurasia")
        elif name == "the Americas":
            south = latitude[:, None] < np.interp(longitude, *_PANAMA, left=7.0, right=13.0)[None]
            south_america, north_america = LANDMASSES.index("South America"), LANDMASSES.index("North America")
            found[of_name & south], found[of_name & ~south] = south_america, north_america
        else:
            found[of_name] = LANDMASSES.index(name)
    return found

"""The land of the world map, the hidden rule behind the points of section 1.2.

The mask is that of the package global-land-mask, made from the GLOBE elevation model of NOAA at a resolution of
30 arc seconds; lakes count as land. Only its data file is read: its code would hold 930 MB for a whole session.
"""

import importlib.util
import zipfile
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from gdl_utils.errors import DataError

FULL_ROWS, FULL_COLUMNS = 21_600, 43_200
STEP = 6  # every sixth cell in both directions: 3 arc minutes, 5.6 km at the equator
CELLS_PER_DEGREE = 20


def land_mask(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> np.ndarray:
    """Tell which points of the Earth are on land, to about 6 km. Introduced in section 1.2.

    Args:
        latitude: degrees north, from -90 to 90, of any shape.
        longitude: degrees east, from -180 to 180, of a shape that broadcasts with `latitude`.

    Returns:
        A Boolean array of the broadcast shape, True on land.

    Raises:
        DataError: if a coordinate is out of its range or not a number, or the mask is not installed.
    """
    latitude, longitude = np.asarray(latitude, float), np.asarray(longitude, float)
    for name, values, bound in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        # Written so that NaN fails too.
        if not np.all(np.abs(values) <= bound):
            raise DataError(f"A {name} is not between -{bound} and {bound} degrees", "give all angles in degrees")
    mask = mask_of_land()
    row = np.minimum(((90 - latitude) * CELLS_PER_DEGREE).astype(int), mask.shape[0] - 1)
    column = ((longitude + 180) * CELLS_PER_DEGREE).astype(int) % mask.shape[1]
    return mask[row, column]


def sample_land(
    size: int, rng: np.random.Generator, measure: Literal["degrees", "sphere"] = "degrees"
) -> tuple[np.ndarray, np.ndarray]:
    """Draw points uniformly from the land of the Earth, by rejection. Introduced in section 1.2.

    Args:
        size: how many points.
        rng: the source of randomness.
        measure: "degrees" draws uniformly from the flat map of latitude and longitude, which favours the polar
            regions; "sphere" draws uniformly by area of the globe.

    Returns:
        Latitudes and longitudes in degrees, each of shape (size,).
    """
    if measure not in ("degrees", "sphere"):
        raise DataError(f"The measure is {measure!r}", "choose 'degrees' or 'sphere'")
    latitudes, longitudes = np.empty(0), np.empty(0)
    while len(latitudes) < size:
        # A third of the map and 29 % of the globe is land: four draws a point mostly do it in one round.
        draws = 4 * size
        if measure == "degrees":
            latitude = rng.uniform(-90, 90, draws)
        else:
            # Equal areas: the sine of the latitude is uniform (Archimedes' hat-box theorem).
            latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, draws)))
        longitude = rng.uniform(-180, 180, draws)
        on_land = land_mask(latitude, longitude)
        latitudes = np.concatenate([latitudes, latitude[on_land]])
        longitudes = np.concatenate([longitudes, longitude[on_land]])
    return latitudes[:size], longitudes[:size]


@cache
def mask_of_land() -> np.ndarray:
    """The whole mask: a Boolean array (3600, 7200), True on land, from 90 N 180 W southwards and eastwards.

    Raises:
        DataError: if the mask is missing or damaged.
    """
    package = importlib.util.find_spec("global_land_mask")
    if package is None or package.origin is None:
        raise DataError("The land mask is not installed", "type 'pip install global-land-mask'")
    path = Path(package.origin).with_name("globe_combined_mask_compressed.npz")
    mask = np.empty((FULL_ROWS // STEP, FULL_COLUMNS // STEP), bool)
    try:
        with zipfile.ZipFile(path) as archive, archive.open("mask.npy") as file:
            version = np.lib.format.read_magic(file)
            read_header = (
                np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            )
            shape, in_columns, dtype = read_header(file)
            if (shape, in_columns, dtype) != ((FULL_ROWS, FULL_COLUMNS), False, np.dtype(bool)):
                raise ValueError(f"it holds {dtype} of shape {shape}")
            for row in range(len(mask)):
                block = np.frombuffer(file.read(STEP * FULL_COLUMNS), bool).reshape(STEP, FULL_COLUMNS)
                # The file says True on the sea; the cell in the middle of each block stands for it.
                mask[row] = ~block[STEP // 2, STEP // 2 :: STEP]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} can't be read as a land mask ({error})", "install global-land-mask again") from error
    return mask

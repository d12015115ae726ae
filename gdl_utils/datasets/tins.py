"""Drawings of biscuit tins, which differ in height and width only: the data set of section 1.3.

A tin stands on a floor in the middle of a white image: a grey body and a darker lid that juts out on both sides. All
lengths are in pixels, and all edges are ramps two pixels wide, so that the images change smoothly with the size.
"""

import numpy as np
import numpy.typing as npt

from gdl_utils.errors import DataError

SIZE = 32  # rows and columns of an image
FLOOR = 30.0  # where a tin stands: distance from the upper edge of the image
LID_HEIGHT, LID_OVERHANG = 3.0, 1.0
BODY_INK, LID_INK = 0.5, 0.8  # one less the brightness
# Smaller tins have no room for their lid, larger ones none in the image.
SMALLEST, LARGEST = 6.0, 27.0

# Distance of the centres of the pixels from the left or upper edge of the image.
_CENTRES = np.arange(SIZE) + 0.5


def draw_tins(heights: npt.ArrayLike, widths: npt.ArrayLike) -> np.ndarray:
    """Draw tins. Introduced in section 1.3.

    Args:
        heights: of the tins with their lids, in pixels from 6 to 27, of shape (n,).
        widths: of their bodies, in pixels from 6 to 27, of shape (n,).

    Returns:
        Images of shape (n, 32, 32), float32 from 0 (black) to 1 (white).

    Raises:
        DataError: if the shapes differ, or a size is out of its range or not a number.
    """
    heights, widths = np.asarray(heights, float), np.asarray(widths, float)
    if heights.ndim != 1 or heights.shape != widths.shape:
        raise DataError(
            f"Heights have the shape {heights.shape}, widths {widths.shape}", "give two lists of the same length"
        )
    for name, values in (("height", heights), ("width", widths)):
        # Written so that NaN fails too.
        if not np.all((values >= SMALLEST) & (values <= LARGEST)):
            raise DataError(
                f"A {name} is not between {SMALLEST:g} and {LARGEST:g} pixels", "give sizes that can be drawn"
            )
    top, half_width = FLOOR - heights[:, None], widths[:, None] / 2
    from_middle = np.abs(_CENTRES - SIZE / 2)
    below_lid = _ramp(_CENTRES - (top + LID_HEIGHT))
    body_rows = below_lid * _ramp(FLOOR - _CENTRES)
    lid_rows = _ramp(_CENTRES - top) * (1 - below_lid)
    body_columns = _ramp(half_width - from_middle)
    lid_columns = _ramp(half_width + LID_OVERHANG - from_middle)
    ink = BODY_INK * body_rows[:, :, None] * body_columns[:, None, :]
    ink += LID_INK * lid_rows[:, :, None] * lid_columns[:, None, :]
    return (1 - ink).astype("float32")


def measure_tins(images: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Measure height and width of tins from their pixels: from edge to edge. Introduced in section 1.3.

    An edge is where the ink rises through half of the lid's (upper edge) or the body's (all others), between two
    pixels by linear interpolation. The height is measured in the four columns in the middle, the width in three rows
    near the floor. Exact, up to rounding, for the images of `draw_tins` that are at least 8 pixels high.

    Args:
        images: of shape (n, 32, 32), from 0 (black) to 1 (white).

    Returns:
        Heights and widths in pixels, each of shape (n,); NaN where an image has no such edges.
    """
    ink = 1 - _checked(images)
    middle = slice(SIZE // 2 - 2, SIZE // 2 + 2)
    column = ink[:, :, middle].mean(axis=2)
    row = ink[:, 26:29].mean(axis=1)
    top = _first_rise(column, LID_INK / 2)
    bottom = SIZE - _first_rise(column[:, ::-1], BODY_INK / 2)
    left = _first_rise(row, BODY_INK / 2)
    right = SIZE - _first_rise(row[:, ::-1], BODY_INK / 2)
    return bottom - top, right - left


def distance_to_tins(images: npt.ArrayLike) -> np.ndarray:
    """Tell how much images look like a tin of any size: zero for a perfect drawing. Introduced in section 1.3.

    The distance of two images is the root of the mean squared difference of their pixels. That to the nearest tin is
    found by trial: sizes on a grid first, then ever finer ones round the best.

    Args:
        images: of shape (n, 32, 32), from 0 (black) to 1 (white).

    Returns:
        The distance of each image to the nearest drawing of `draw_tins`, of shape (n,).
    """
    images = _checked(images)
    grid = np.arange(SMALLEST, LARGEST + 0.1, 0.5)
    heights, widths = (axis.ravel() for axis in np.meshgrid(grid, grid))
    tins = draw_tins(heights, widths).reshape(len(heights), -1)
    flat = images.reshape(len(images), -1)
    # |a - b|^2 = |a|^2 - 2 ab + |b|^2, of which the first is the same for all tins.
    best = np.argmin((tins**2).sum(axis=1) - 2 * flat @ tins.T, axis=1)
    height, width = heights[best], widths[best]
    shifts = np.array([(up, right) for up in (-1, 0, 1) for right in (-1, 0, 1)], float)
    step, distance = 0.25, np.full(len(images), np.inf)
    while step > 0.005:
        candidates = [np.clip([height + step * up, width + step * right], SMALLEST, LARGEST) for up, right in shifts]
        distances = np.array([np.sqrt(np.mean((draw_tins(*sizes) - images) ** 2, axis=(1, 2))) for sizes in candidates])
        best = np.argmin(distances, axis=0)
        chosen = np.array(candidates)[best, :, np.arange(len(images))]
        height, width, distance = chosen[:, 0], chosen[:, 1], distances.min(axis=0)
        step /= 2
    return distance


def _ramp(inside: np.ndarray) -> np.ndarray:
    """How far something covers pixels whose centres lie `inside` pixels from its edge: from 0 to 1."""
    return np.clip(0.5 + inside / 2, 0, 1)


def _checked(images: npt.ArrayLike) -> np.ndarray:
    images = np.asarray(images, float)
    if images.ndim != 3 or images.shape[1:] != (SIZE, SIZE):
        raise DataError(f"The images have the shape {images.shape}", f"give them as (n, {SIZE}, {SIZE})")
    return images


def _first_rise(profiles: np.ndarray, level: float) -> np.ndarray:
    """Where each profile of shape (n, 32) first rises to the level, as a distance from the edge; NaN if nowhere."""
    rises = (profiles[:, 1:] >= level) & (profiles[:, :-1] < level)
    after = np.argmax(rises, axis=1) + 1
    each = np.arange(len(profiles))
    low, high = profiles[each, after - 1], profiles[each, after]
    has_rise = rises.any(axis=1)
    share = (level - low) / np.where(has_rise, high - low, 1)
    return np.where(has_rise, after - 1 + share + 0.5, np.nan)

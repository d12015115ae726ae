"""What a convolutional network has learnt, as pictures: its filters and their answers to an image."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# A filter is a tiny picture: without interpolation, so that each of its weights is one square.
TILE = 0.85  # inches


def scale_filters(kernel: np.ndarray) -> np.ndarray:
    """Map weights to brightness: zero becomes 0.5, and the weight of a filter farthest from zero 0 or 1.

    Args:
        kernel: (height, width, channels, filters), as `Conv2D` keeps it.

    Returns:
        (filters, height, width, channels), floats from 0 to 1. Each filter has a scale of its own; one of zeros only
        becomes 0.5 all over.
    """
    kernel = np.moveaxis(np.asarray(kernel, dtype=float), -1, 0)
    largest = np.abs(kernel).max(axis=(1, 2, 3), keepdims=True)
    return 0.5 + kernel / np.where(largest > 0, 2 * largest, 1)


def show_filters(kernel: np.ndarray, titles: Sequence[str] = (), columns: int = 8) -> Figure:
    """Draw the filters of a first layer as small pictures. Introduced in section 2.1.

    Grey stands for a weight of zero, what is brighter for positive weights, what is darker for negative ones; each
    filter has a scale of its own. With three channels a colour is drawn as that which the filter looks for.

    Args:
        kernel: (height, width, channels, filters) with one channel or three, as `Conv2D` keeps it.
        titles: one for each filter; without them there are none.
        columns: filters in a row.

    Raises:
        ValueError: if the filters have another number of channels: there is no picture of those.
    """
    channels = np.shape(kernel)[2]
    if channels not in (1, 3):
        raise ValueError(f"filters with {channels} channels have no picture; give those of the first layer")
    tiles = scale_filters(kernel)
    figure, axes = _grid(len(tiles), titles, columns)
    for axis, tile in zip(axes, tiles, strict=True):
        # A single channel is drawn in grey: the same brightness in all three colours.
        axis.imshow(np.broadcast_to(tile, (*tile.shape[:2], 3)), interpolation="nearest")
    return figure


def show_activations(activations: np.ndarray, titles: Sequence[str] = (), columns: int = 8) -> Figure:
    """Draw what the filters of a layer answer to one image, one map for each filter. Introduced in section 2.1.

    Dark stands for the smallest value in the layer, bright for the largest: all maps have the same scale.

    Args:
        activations: (height, width, filters), one observation of what a convolutional layer gives.
        titles: one for each filter; without them there are none.
        columns: maps in a row.
    """
    maps = np.moveaxis(np.asarray(activations), -1, 0)
    figure, axes = _grid(len(maps), titles, columns)
    for axis, one_map in zip(axes, maps, strict=True):
        axis.imshow(one_map, cmap="gray", vmin=maps.min(), vmax=maps.max(), interpolation="nearest")
    return figure


def _grid(count: int, titles: Sequence[str], columns: int) -> tuple[Figure, list[Axes]]:
    """Give `count` axes without ticks, in rows, each under its title if there are any."""
    if titles and len(titles) != count:
        raise ValueError(f"{len(titles)} titles for {count} pictures")
    rows = -(-count // columns)
    height = TILE + (0.2 if titles else 0)
    figure, axes = plt.subplots(
        rows, columns, figsize=(TILE * columns, height * rows), squeeze=False, layout="constrained"
    )
    for axis in axes.flat:
        axis.axis("off")
    used = list(axes.flat[:count])
    for axis, title in zip(used, titles):  # noqa: B905 - without titles there is nothing to write
        axis.set_title(title, fontsize=9)
    return figure, used

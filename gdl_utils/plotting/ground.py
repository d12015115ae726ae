"""The flat map of chapter 3 with what a model makes of it: samples, densities and shares."""

from collections.abc import Mapping

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdl_utils.datasets.land import mask_of_land
from gdl_utils.generative.ground import LANDMASSES
from gdl_utils.plotting.style import COLOURS
from gdl_utils.plotting.world_map import SHADES

EXTENT = (-1, 1, -1, 1)
DOTS = 3_000  # on a map: with more of them dots hide each other


def show_samples(samples: Mapping[str, np.ndarray], columns: int = 2, dots: int = DOTS) -> Figure:
    """Draw samples of models over the land, a map each. Introduced in section 3.1.

    Args:
        samples: for each map its title and its points (n, 2) = (longitude / 180, latitude / 90).
        columns: maps in a row.
        dots: how many points of each are drawn.
    """
    figure, axes = _maps(len(samples), columns)
    for axis, (title, points) in zip(axes, samples.items(), strict=False):
        draw_land(axis)
        on_map = points[:dots][np.all(np.abs(points[:dots]) <= 1, axis=1)]
        axis.plot(on_map[:, 0], on_map[:, 1], ".", markersize=2.4, markeredgewidth=0, color=COLOURS[0])
        axis.set_title(title, fontsize=10)
    return figure


def show_densities(
    densities: Mapping[str, np.ndarray], columns: int = 2, highest: float = 1.0, label: str = "density"
) -> Figure:
    """Draw densities, a map each, in shades from nothing to `highest`. Introduced in section 3.1.

    Args:
        densities: for each map its title and the density on a grid (rows, columns) from the north-west southwards and
            eastwards, in the units of the map from -1 to 1. On land p_data is 0.75.
        columns: maps in a row.
        highest: what is drawn in the darkest shade, and whatever is higher.
        label: what the shades mean.
    """
    figure, axes = _maps(len(densities), columns)
    for axis, (title, density) in zip(axes, densities.items(), strict=False):
        image = axis.imshow(
            density, "Blues", vmin=0, vmax=highest, extent=EXTENT, aspect="auto", interpolation="nearest"
        )
        draw_coasts(axis)
        axis.set_title(title, fontsize=10)
    figure.colorbar(image, ax=axes.tolist(), label=label, shrink=0.8, pad=0.01)
    return figure


def show_shares(shares: Mapping[str, Mapping[str, float]], markers: str = "os^Dvx") -> Figure:
    """Draw which part of its true mass each continent and island gets from models. Introduced in section 3.1.

    Args:
        shares: for each model, by landmass, its mass divided by the true mass; drawn in the order of LANDMASSES.
        markers: one for each model.
    """
    given = next(iter(shares.values()))
    names = [name for name in LANDMASSES if name in given]
    figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
    axis.axhline(1, color="grey", linewidth=1)
    for marker, (label, ratios) in zip(markers, shares.items(), strict=False):
        axis.plot(range(len(names)), [ratios[name] for name in names], marker, markersize=5, label=label)
    axis.set(ylabel="mass / true mass", ylim=(0, None))
    axis.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
    return figure


def grid_points(degrees: float = 1.0) -> np.ndarray:
    """The middles of square cells of the map as points. Introduced in section 3.1.

    Args:
        degrees: the side of a cell.

    Returns:
        Points of shape (180 / degrees, 360 / degrees, 2), float32, from the north-west southwards and eastwards.
    """
    longitude = np.arange(-180 + degrees / 2, 180, degrees) / 180
    latitude = np.arange(90 - degrees / 2, -90, -degrees) / 90
    return np.stack(np.meshgrid(longitude, latitude), axis=-1).astype("float32")


def draw_land(axis: Axes) -> None:
    """Fill the land of a map in light grey."""
    axis.imshow(mask_of_land()[::5, ::5], SHADES, vmin=0, vmax=1.6, extent=EXTENT, aspect="auto")


def draw_coasts(axis: Axes) -> None:
    """Draw the coasts of a map as thin lines."""
    land = mask_of_land()[10::20, 10::20]
    longitude = np.linspace(-1, 1, 2 * land.shape[1] + 1)[1::2]
    latitude = np.linspace(1, -1, 2 * land.shape[0] + 1)[1::2]
    axis.contour(longitude, latitude, land, levels=[0.5], colors="#444444", linewidths=0.4)


def _maps(count: int, columns: int) -> tuple[Figure, np.ndarray]:
    columns = min(columns, count)
    rows = -(-count // columns)
    width = 7.2 / columns
    figure, axes = plt.subplots(
        rows, columns, figsize=(7.2, rows * (width / 2 + 0.3)), squeeze=False, layout="constrained"
    )
    for axis in axes.flat:
        axis.set(xlim=(-1, 1), ylim=(-1, 1), xticks=[], yticks=[])
    for axis in axes.flat[count:]:
        axis.axis("off")
    return figure, axes.ravel()

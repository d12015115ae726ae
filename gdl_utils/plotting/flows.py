"""Figures of section 3.3: stretched squares, splines, a flow layer by layer, its density and its cartogram of the map.

Points are rows (longitude / 180, latitude / 90), so that the map is the square from -1 to 1. Land comes as a Boolean
array (rows, columns) from 90 degrees north and 180 degrees west southwards and eastwards.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gdl_utils.generative import LANDMASSES
from gdl_utils.plotting.style import COLOURS

SEA, OTHER_LAND, COAST = "#E3EEF5", "#3A3A3A", "0.55"
CONTINENTS = LANDMASSES[:6]
# By the place in LANDMASSES: the six continents have a colour each; islands, and land without a name, share one.
_SHADES = (*COLOURS[:6], *[OTHER_LAND] * (len(LANDMASSES) - 6))
WORLD = (-180, 180, -90, 90)


def show_stretching(before: np.ndarray, after: np.ndarray, linear: np.ndarray, names: Sequence[str]) -> Figure:
    """Draw a grid and its image under a function, with one small square filled in both. Introduced in section 3.3.

    Args:
        before: (lines, lines, 2), the nodes of a square grid.
        after: (lines, lines, 2), their images.
        linear: (4, 2), the corners of the parallelogram that the square becomes if the function is replaced by its
            Jacobian in the square's lower left corner.
        names: the names of both planes.
    """
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.3), layout="constrained")
    middle = len(before) // 2
    for axis, nodes, name in zip(axes, (before, after), names, strict=True):
        for lines in (nodes, nodes.swapaxes(0, 1)):
            for line in lines:
                axis.plot(*line.T, color="0.7", linewidth=0.8)
        square = nodes[[middle, middle, middle + 1, middle + 1], [middle, middle + 1, middle + 1, middle]]
        axis.fill(*square.T, color=COLOURS[1])
        axis.set(title=name, aspect="equal")
    axes[1].plot(*linear[[0, 1, 2, 3, 0]].T, "--", color=COLOURS[0], linewidth=1.6)
    return figure


def show_spline(x: np.ndarray, y: np.ndarray, slope: np.ndarray, knots: tuple[np.ndarray, np.ndarray]) -> Figure:
    """Draw a spline with its knots, and the slope of it. Introduced in section 3.3.

    Args:
        x: (n,), places.
        y: (n,), the values of the spline.
        slope: (n,), its slopes.
        knots: the places of its knots, and its values there.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.9), layout="constrained")
    left.plot(x, y)
    left.plot(*knots, "o", color=COLOURS[1], label="knots")
    left.set(xlabel="$x$", ylabel="$z$", aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    left.legend()
    right.plot(x, slope)
    right.plot(knots[0], np.interp(knots[0], x, slope), "o", color=COLOURS[1])
    right.set(xlabel="$x$", ylabel="slope", ylim=(0, None), xticks=[-1, 0, 1])
    for axis in (left, right):
        axis.grid(alpha=0.3)
    return figure


def show_layers(points: Mapping[str, np.ndarray], labels: np.ndarray, columns: int = 3) -> Figure:
    """Draw the same points after each of several layers, coloured by their continent. Introduced in section 3.3.

    Args:
        points: (n, 2) for each panel, by its title.
        labels: (n,), places in LANDMASSES; -1 for land without a name.
        columns: panels in a row.
    """
    rows = -(-len(points) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(7.2, 0.4 + 2.35 * rows), squeeze=False, layout="constrained")
    colours = np.array([to_rgb(shade) for shade in (*_SHADES, OTHER_LAND)])[labels]
    for axis in axes.flat:
        axis.axis("off")
    for axis, (title, places) in zip(axes.flat, points.items(), strict=False):
        axis.axis("on")
        axis.scatter(*places.T, s=1.2, c=colours, linewidths=0, rasterized=True)
        reach = 1.08 * np.quantile(np.abs(places), 0.9995)  # a few stray points would shrink all others
        axis.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axis.set_title(title, fontsize=10)
        axis.tick_params(labelsize=8)
    figure.legend(handles=_landmass_handles(with_sea=False), loc="outside lower center", ncols=4, frameon=False)
    return figure


def show_density_maps(log_densities: Mapping[str, np.ndarray], land: np.ndarray, decades: float = 4) -> Figure:
    """Draw densities on the map below each other, dark where they are high, with the coasts. Section 3.3.

    Args:
        log_densities: (rows, columns) for each map, by its title: natural logarithms at the centres of cells.
        land: the mask of land, at any resolution.
        decades: how many powers of ten below twice the uniform density of the land the scale reaches.
    """
    count = len(log_densities)
    figure, axes = plt.subplots(count, 1, figsize=(7.2, 3.75 * count), squeeze=False, layout="constrained")
    top = np.log10(2 / (4 * land.mean()))
    for axis, (title, values) in zip(axes.flat, log_densities.items(), strict=True):
        scaled = np.clip(values / np.log(10), top - decades, top)
        drawn = axis.imshow(scaled, "magma_r", vmin=top - decades, vmax=top, extent=WORLD)
        _draw_coasts(axis, land, COLOURS[5], 0.5)
        axis.set(title=title, ylabel="latitude")
        _ticks(axis)
    axes[-1, 0].set_xlabel("longitude")
    bar = figure.colorbar(drawn, ax=axes, shrink=0.6 / count + 0.2, extend="both")
    bar.set_label("density, logarithm to base 10")
    return figure


def show_cartograms(landmasses: Mapping[str, np.ndarray]) -> Figure:
    """Draw in which landmass the points of a square lie, so that areas can be compared. Introduced in section 3.3.

    Args:
        landmasses: for each square, by its title, an array (rows, columns): places in LANDMASSES, -1 for land without
            a name, -2 for the sea; the first row is at the top.
    """
    figure, axes = plt.subplots(
        1, len(landmasses), figsize=(2.75 * len(landmasses), 3.5), squeeze=False, layout="constrained"
    )
    shades = ListedColormap([SEA, OTHER_LAND, *_SHADES])
    for axis, (title, found) in zip(axes.flat, landmasses.items(), strict=True):
        axis.imshow(
            found, shades, vmin=-2.5, vmax=len(LANDMASSES) - 0.5, extent=(-1, 1, -1, 1), interpolation="nearest"
        )
        axis.set_title(title, fontsize=10)
        axis.set(xticks=[], yticks=[])
    figure.legend(handles=_landmass_handles(with_sea=True), loc="outside lower center", ncols=4, frameon=False)
    return figure


def show_crossing(path: np.ndarray, on_land: np.ndarray, land: np.ndarray, every: int = 1) -> Figure:
    """Draw where a straight walk through the latent space leads on the map. Introduced in section 3.3.

    Args:
        path: (n, 2), the points on the map after equal steps in the latent space, joined by a line.
        on_land: (n,), whether each point is on land.
        land: the mask of land.
        every: how many steps lie between two marks.
    """
    figure, axis = plt.subplots(figsize=(7, 3.9), layout="constrained")
    axis.imshow(land[::10, ::10], ListedColormap(["white", "#D0D0D0"]), extent=WORLD, interpolation="nearest")
    longitude, latitude = (path * [180, 90]).T
    axis.plot(longitude, latitude, "-", color="0.3", linewidth=0.8)
    longitude, latitude, dry = longitude[::every], latitude[::every], on_land[::every]
    axis.plot(longitude[dry], latitude[dry], "o", markersize=3.5, color=COLOURS[2], label="on land")
    axis.plot(longitude[~dry], latitude[~dry], "x", markersize=6, color=COLOURS[1], label="at sea")
    axis.set(xlabel="longitude", ylabel="latitude")
    _ticks(axis)
    axis.legend(loc="lower left")
    return figure


def show_landmasses(ratios: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Draw the mass on each landmass, divided by the true mass, one marker for each model. Introduced in section 3.3.

    Args:
        ratios: for each kind of model, by its name, one mapping from landmasses to ratios for each seed.
    """
    figure, axis = plt.subplots(figsize=(6.6, 3.9), layout="constrained")
    names = list(next(iter(ratios.values()))[0])
    for number, (label, seeds) in enumerate(ratios.items()):
        shift = (number - (len(ratios) - 1) / 2) * 0.28
        for which, by_name in enumerate(seeds):
            axis.plot(
                list(by_name.values()),
                np.arange(len(names)) + shift,
                "osD^"[number],
                color=COLOURS[number],
                markersize=5,
                alpha=0.75,
                label=None if which else label,
            )
    axis.axvline(1, color="black", linewidth=0.8)
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="mass of the model / true mass", xlim=(0, None), ylim=(len(names) - 0.5, -0.5))
    axis.grid(axis="x", alpha=0.3)
    axis.legend(loc="upper left")
    return figure


def _draw_coasts(axis: Axes, land: np.ndarray, colour: str, width: float) -> None:
    coarse = land[::10, ::10]
    rows, columns = coarse.shape
    longitude = (np.arange(columns) + 0.5) * 360 / columns - 180
    latitude = 90 - (np.arange(rows) + 0.5) * 180 / rows
    axis.contour(longitude, latitude, coarse, [0.5], colors=colour, linewidths=width)


def _ticks(axis: Axes) -> None:
    axis.set(xticks=range(-180, 181, 60), yticks=range(-90, 91, 30), xlim=(-180, 180), ylim=(-90, 90), aspect="equal")


def _landmass_handles(with_sea: bool) -> list[Patch | Line2D]:
    handles: list[Patch | Line2D] = [
        Patch(color=colour, label=name) for name, colour in zip(CONTINENTS, COLOURS, strict=False)
    ]
    handles.append(Patch(color=OTHER_LAND, label="islands"))
    if with_sea:
        handles.append(Patch(facecolor=SEA, edgecolor=COAST, label="sea"))
    return handles

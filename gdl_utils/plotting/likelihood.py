"""Figures of section 1.4: boxes on the map, likelihoods as functions of their parameters, a descent."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gdl_utils.plotting.style import COLOURS

LAND_COLOUR = "#C8C8C8"


def show_boxes(
    land: np.ndarray,
    latitude: np.ndarray,
    longitude: np.ndarray,
    boxes: Mapping[str, Sequence[float]],
) -> Figure:
    """Draw points and boxes on the map. Introduced in section 1.4.

    Args:
        land: Boolean, of shape (rows, columns), from 90 degrees south to 90 north and from 180 west to 180 east.
        latitude: degrees north, of shape (n,).
        longitude: degrees east, of shape (n,).
        boxes: for each name the southern, western, northern and eastern limit in degrees.
    """
    figure, axis = plt.subplots(figsize=(7, 4.1 if boxes else 3.7), layout="constrained")
    _draw_map(axis, land)
    axis.plot(longitude, latitude, "o", color=COLOURS[0], markersize=3.5, markeredgecolor="white", markeredgewidth=0.4)
    styles = zip(boxes.items(), COLOURS[1:], ("-", "--", "-.", ":"), strict=False)
    for (name, (south, west, north, east)), colour, style in styles:
        axis.add_patch(
            Rectangle(
                (west, south),
                east - west,
                north - south,
                fill=False,
                color=colour,
                linestyle=style,
                lw=2,
                label=name,
                clip_on=False,
                zorder=3,
            )
        )
    if boxes:
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def show_products(log_likelihoods: np.ndarray, ends: Mapping[str, int]) -> Figure:
    """Draw how a likelihood falls with the number of points, and where it becomes 0. Introduced in section 1.4.

    Args:
        log_likelihoods: natural logarithms of the likelihood of the first 1, 2, ..., n points, of shape (n,).
        ends: for each kind of number, how many points make the product 0.
    """
    figure, axis = plt.subplots(figsize=(6, 3), layout="constrained")
    counts = np.arange(1, len(log_likelihoods) + 1)
    powers = log_likelihoods / np.log(10)
    axis.plot(counts, powers, color=COLOURS[0], label="sum of logarithms")
    for (name, end), colour, marker in zip(ends.items(), COLOURS[1:], "s^o", strict=False):
        axis.plot(
            counts[:end], powers[:end], color=colour, lw=5, alpha=0.6, marker=marker, markevery=[end - 1], label=name
        )
    axis.set(xlabel="number of points", ylabel="power of ten of the likelihood")
    axis.legend()
    axis.grid(alpha=0.3)
    return figure


def show_density_and_likelihood(
    places: np.ndarray, density: np.ndarray, parameters: np.ndarray, likelihood: np.ndarray, parameter: float
) -> Figure:
    """Draw a density over the observation beside a likelihood over a parameter. Introduced in section 1.4.

    Args:
        places: longitudes in degrees, of shape (n,).
        density: the density at each of them, for one value of the parameter.
        parameters: values of the parameter, of shape (m,), in degrees.
        likelihood: the likelihood of each of them, for one observation.
        parameter: the value that was held fixed for `density`.
    """
    figure, axes = plt.subplots(1, 2, figsize=(7, 2.7), sharey=True, layout="constrained")
    axes[0].fill_between(places, density, color=COLOURS[0], alpha=0.35)
    axes[0].plot(places, density, color=COLOURS[0])
    axes[0].set(title=f"limit held at {parameter:g}", xlabel="observation (longitude)", ylabel="per degree")
    axes[1].fill_between(parameters, likelihood, color=COLOURS[1], alpha=0.35, hatch="//", edgecolor=COLOURS[1])
    axes[1].plot(parameters, likelihood, color=COLOURS[1], linestyle="--")
    axes[1].set(title="observation held at New York", xlabel="parameter (eastern limit)")
    for axis, values, heights in ((axes[0], places, density), (axes[1], parameters, likelihood)):
        area = np.trapezoid(heights, values)
        axis.text(0.97, 0.9, f"area {area:.2f}", transform=axis.transAxes, ha="right")
        axis.set(xticks=[-180, -90, 0, 90, 180], ylim=(0, 1.35 * max(np.max(density), np.max(likelihood))))
        axis.grid(alpha=0.3)
    return figure


def show_corner_surfaces(
    land: np.ndarray,
    latitude: np.ndarray,
    longitude: np.ndarray,
    box: Sequence[float],
    surfaces: Sequence[np.ndarray],
) -> Figure:
    """Draw the log-likelihood of a box over the place of each of its two corners. Introduced in section 1.4.

    Args:
        land: Boolean, of shape (rows, columns), from 90 degrees south to 90 north and from 180 west to 180 east.
        latitude: degrees north of the points that the box is to explain, of shape (n,).
        longitude: their degrees east, of shape (n,).
        box: southern, western, northern and eastern limit of the best box in degrees.
        surfaces: the log-likelihood with the bottom-left and with the top-right corner at each place of an even grid
            over the map, of shape (rows, columns), first row in the south; minus infinity where the box misses a point.
    """
    figure, axes = plt.subplots(2, 1, figsize=(6, 6.4), sharex=True, layout="constrained")
    south, west, north, east = box
    titles = ("bottom-left corner moves", "top-right corner moves")
    corners = ((west, south), (east, north))
    best = max(float(np.max(surface)) for surface in surfaces)
    lowest = min(float(np.min(surface[np.isfinite(surface)])) for surface in surfaces)
    levels = np.linspace(lowest, best, 9)
    for axis, surface, title, corner in zip(axes, surfaces, titles, corners, strict=True):
        _draw_map(axis, land)
        rows, columns = surface.shape
        drawn = axis.contourf(
            np.linspace(-180, 180, columns),
            np.linspace(-90, 90, rows),
            np.ma.masked_invalid(surface),
            levels=levels,
            cmap="cividis",
            alpha=0.85,
        )
        axis.add_patch(Rectangle((west, south), east - west, north - south, fill=False, color=COLOURS[1], lw=1.5))
        axis.plot(longitude, latitude, "o", color=COLOURS[0], markersize=5, markeredgecolor="white")
        axis.plot(*corner, "*", color=COLOURS[1], markersize=17, markeredgecolor="white")
        axis.set_title(title)
    axes[0].set_xlabel("")
    figure.colorbar(drawn, ax=axes, label="log-likelihood", format="%.1f", location="bottom", shrink=0.7, aspect=30)
    return figure


def show_descent(
    means: np.ndarray, stds: np.ndarray, losses: np.ndarray, path: np.ndarray, optimum: tuple[float, float]
) -> Figure:
    """Draw the path of a gradient descent over the contours of its loss. Introduced in section 1.4.

    Args:
        means: values of the first parameter, of shape (n,).
        stds: values of the second parameter, of shape (m,).
        losses: the loss at each pair, of shape (m, n).
        path: the pairs that the descent went through, of shape (steps, 2).
        optimum: the pair with the least loss.
    """
    figure, axis = plt.subplots(figsize=(5, 3.6), layout="constrained")
    least = np.min(losses)
    levels = least + (np.max(losses) - least) * np.linspace(0.02, 1, 12) ** 2
    drawn = axis.contour(means, stds, losses, levels=levels, cmap="cividis")
    figure.colorbar(drawn, ax=axis, label="negative log-likelihood", format="%.1f")
    axis.plot(path[:, 0], path[:, 1], "o-", color=COLOURS[1], markersize=3.5, label="gradient descent")
    axis.plot(*optimum, "*", color=COLOURS[0], markersize=15, markeredgecolor="white", label="closed form")
    axis.set(xlabel=r"mean $\mu$", ylabel=r"standard deviation $\sigma$")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def show_fits(observations: np.ndarray, places: np.ndarray, densities: Mapping[str, np.ndarray]) -> Figure:
    """Draw densities of models over a histogram of what they were fitted to. Introduced in section 1.4.

    Args:
        observations: of shape (n,), in radians.
        places: where the densities are given, of shape (m,), in radians.
        densities: for each name the density at each of the places.
    """
    figure, axis = plt.subplots(figsize=(5.5, 3), layout="constrained")
    limits = float(places[0]), float(places[-1])
    axis.hist(observations, bins=18, range=limits, density=True, color=LAND_COLOUR, label="observations")
    for (name, density), colour, style in zip(densities.items(), COLOURS[1:], ("-", "--", ":"), strict=False):
        axis.plot(places, density, style, color=colour, lw=2, label=name)
    axis.set(xlabel="latitude in radians", ylabel="density per radian")
    axis.legend(loc="upper center", fontsize=8)
    return figure


def show_shares(dimensions: Sequence[int], shares: Mapping[str, Sequence[float]]) -> Figure:
    """Draw shares that fall with the number of dimensions. Introduced in section 1.4.

    Args:
        dimensions: numbers of dimensions.
        shares: for each name one share, from 0 to 1, a number of dimensions.
    """
    figure, axis = plt.subplots(figsize=(5.5, 2.9), layout="constrained")
    for (name, values), marker, style in zip(shares.items(), "os^", ("-", "--", ":"), strict=False):
        axis.plot(dimensions, values, style, marker=marker, label=name)
    axis.set(xlabel="number of dimensions", ylabel="share", ylim=(-0.03, 1.05), xticks=list(dimensions))
    axis.yaxis.set_major_formatter("{x:.0%}")
    axis.legend(fontsize=8)
    axis.grid(alpha=0.3)
    return figure


def _draw_map(axis: Axes, land: np.ndarray) -> None:
    axis.imshow(
        land,
        origin="lower",
        extent=(-180, 180, -90, 90),
        cmap=ListedColormap(["white", LAND_COLOUR]),
        interpolation="nearest",
    )
    axis.set(
        xlim=(-180, 180), ylim=(-90, 90), xticks=range(-180, 181, 60), yticks=range(-90, 91, 30),
        xlabel="longitude", ylabel="latitude",
    )  # fmt: skip

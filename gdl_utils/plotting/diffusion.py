"""Figures of section 3.6: points on their way between noise and land, and the smallest loss that is possible."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from gdl_utils.generative.ground import CONTINENTS, landmass_of
from gdl_utils.plotting.ground import draw_coasts
from gdl_utils.plotting.style import COLOURS

BOUND = 1.7  # of maps on which noise is drawn, too: almost all of it lies inside
OTHER = "#B8B8B8"  # places on no continent


def show_stages(stages: Mapping[str, np.ndarray], columns: int = 4, dots: int = 3_000) -> Figure:
    """Draw the same points at several times, over the coasts of the map and its surroundings. Section 3.6.

    Args:
        stages: for each panel its title and its points (n, 2) = (longitude / 180, latitude / 90).
        columns: panels in a row.
        dots: how many points of each are drawn.
    """
    rows = -(-len(stages) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(1.9 * columns, 1.35 * rows), squeeze=False, layout="constrained"
    )
    for axis, (title, points) in zip(axes.flat, stages.items(), strict=False):
        _frame(axis)
        axis.plot(*points[:dots].T, ".", markersize=1.6, markeredgewidth=0, color=COLOURS[0])
        axis.set_title(title, fontsize=9)
    for axis in axes.flat[len(stages) :]:
        axis.axis("off")
    return figure


def show_paths(paths: Mapping[str, np.ndarray]) -> Figure:
    """Draw the ways of points from noise (open circles) to land (dots), a panel each. Section 3.6.

    Args:
        paths: for each panel its title and the places (times, n, 2) of n points, the first in the noise.
    """
    figure, axes = plt.subplots(1, len(paths), figsize=(3.7 * len(paths), 2.5), squeeze=False, layout="constrained")
    for axis, (title, places) in zip(axes.flat, paths.items(), strict=True):
        _frame(axis)
        for number in range(places.shape[1]):
            axis.plot(*places[:, number].T, color=COLOURS[number % len(COLOURS)], linewidth=0.8, alpha=0.8)
        axis.plot(*places[0].T, "o", markersize=3, markerfacecolor="white", markeredgecolor="black", linewidth=0)
        axis.plot(*places[-1].T, ".", markersize=5, color="black")
        axis.set_title(title, fontsize=10)
    return figure


def show_origins(noise: np.ndarray, ends: np.ndarray) -> Figure:
    """Colour points of noise by the continent on which their way ends, and the ends likewise. Section 3.6.

    Args:
        noise: (n, 2), where the ways begin, in units of standard deviations.
        ends: (n, 2) = (longitude / 180, latitude / 90), where they end.
    """
    found = landmass_of(ends)
    figure, axes = plt.subplots(1, 2, figsize=(7.4, 3.3), width_ratios=[1, 1.25], layout="constrained")
    for axis, points in zip(axes, (noise, ends), strict=True):
        on_none = (found < 0) | (found >= len(CONTINENTS))
        axis.plot(*points[on_none].T, ".", markersize=1.8, markeredgewidth=0, color=OTHER)
        for number, name in enumerate(CONTINENTS):
            chosen = points[found == number]
            axis.plot(*chosen.T, ".", markersize=1.8, markeredgewidth=0, color=COLOURS[number])
            if len(chosen):
                text = axis.text(*np.median(chosen, axis=0), name.replace(" ", "\n"), size=8, ha="center", va="center")
                text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
        axis.set(xticks=[], yticks=[])
    axes[0].set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2), title="where they start: noise")
    axes[1].set(xlim=(-1, 1), ylim=(-1, 1), title="where they end")
    return figure


def show_loss_and_floor(
    steps: np.ndarray, floor: np.ndarray, losses: Sequence[np.ndarray], points_floor: np.ndarray
) -> Figure:
    """Draw the loss of noise networks beside the smallest loss that any network can have. Section 3.6.

    Args:
        steps: (n,), the numbers of steps of noising.
        floor: (n,), the smallest loss on the land.
        losses: for each network its losses (n,).
        points_floor: (n,), the smallest loss where the data are three points.
    """
    figure, axis = plt.subplots(figsize=(6, 3.4), layout="constrained")
    axis.plot(steps, floor, color="black", linewidth=1.5, label="smallest possible loss on the land")
    for number, (marker, loss) in enumerate(zip("os^", losses, strict=False)):
        label = f"network, seed {number}"
        axis.plot(steps, loss, marker, markersize=4.5, fillstyle="none", color=COLOURS[number], label=label)
    axis.plot(steps, points_floor, "--", color="grey", label="smallest possible loss for three points")
    axis.set(xlabel="$t$: little noise on the left, pure noise on the right", ylabel="loss", ylim=(0, 1.05))
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=9)
    axis.grid(alpha=0.3)
    return figure


def _frame(axis: Axes) -> None:
    draw_coasts(axis)
    axis.plot([-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1], color="#BBBBBB", linewidth=0.6)
    axis.set(xlim=(-BOUND, BOUND), ylim=(-BOUND, BOUND), xticks=[], yticks=[])

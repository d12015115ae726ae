"""The family tree of generative models, and what each family makes of one number."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdl_utils.plotting.style import COLOURS

Tree = Mapping[str, Any]


def show_tree(tree: Tree) -> Figure:
    """Draw a tree with its root on the left and its leaves below each other on the right. Introduced in section 1.5.

    Args:
        tree: nested mappings from names to subtrees; a leaf is an empty mapping. All leaves stand in the last column.
    """
    depth, leaves = _depth(tree), _leaves(tree)
    figure, axis = plt.subplots(figsize=(2.05 * depth, 0.62 * leaves), layout="constrained")
    _draw(axis, tree, depth, column=0, first=0)
    # Room for half a box on each side.
    axis.set(xlim=(-0.45, depth - 0.55), ylim=(leaves - 0.5, -0.5))
    axis.axis("off")
    return figure


def _depth(tree: Tree) -> int:
    return 1 + max(map(_depth, tree.values())) if tree else 0


def _leaves(tree: Tree) -> int:
    return sum(_leaves(below) if below else 1 for below in tree.values())


def _draw(axis: Axes, tree: Tree, depth: int, column: int, first: int) -> list[tuple[float, float]]:
    """Draw subtrees below each other from the row `first`, and give the places of their roots."""
    places = []
    for name, below in tree.items():
        rows = _leaves(below) if below else 1
        is_leaf = not below
        place = (float(depth - 1 if is_leaf else column), first + (rows - 1) / 2)
        for x, y in _draw(axis, below, depth, column + 1, first):
            axis.plot([place[0], place[0] + 0.5, place[0] + 0.5, x], [place[1], place[1], y, y], "0.5", zorder=0)
        axis.text(
            *place,
            name,
            ha="center",
            va="center",
            fontsize=10,
            bbox={
                "boxstyle": "round,pad=0.4",
                "facecolor": "white" if is_leaf else "#E8EEF4",
                "edgecolor": COLOURS[1] if is_leaf else COLOURS[0],
                "linewidth": 1.4,
            },
        )
        places.append(place)
        first += rows
    return places


def show_histograms(
    samples: Mapping[str, np.ndarray], density: Callable[[np.ndarray], np.ndarray], columns: int = 3, bound: float = 3
) -> Figure:
    """Draw a histogram of each family's samples under the density of the data. Introduced in section 1.5.

    Args:
        samples: from names to arrays of numbers, one panel each.
        density: gives the density of the data for an array of numbers.
        columns: panels in a row.
        bound: the panels go from -bound to bound, in the unit of the samples.
    """
    rows = -(-len(samples) // columns)
    size = (2.5 * columns, 1.9 * rows)
    figure, axes = plt.subplots(
        rows, columns, figsize=size, sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    places = np.linspace(-bound, bound, 301)
    for axis, (name, numbers) in zip(axes.flat, samples.items(), strict=False):
        # Scaled by all numbers, those beyond the bound included, so that lost ones are seen to be missing.
        edges = np.linspace(-bound, bound, 49)
        heights = np.histogram(numbers, edges)[0] / (len(numbers) * np.diff(edges))
        axis.stairs(heights, edges, fill=True, color=COLOURS[5], alpha=0.8)
        axis.plot(places, density(places), color=COLOURS[6], linewidth=1.2)
        axis.set_title(name, fontsize=10)
    for axis in axes.flat[len(samples) :]:
        axis.axis("off")
    for axis in axes[-1]:
        axis.set_xlabel("$x$")
    return figure

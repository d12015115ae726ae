"""Networks as drawings: the units of dense layers and their connections, and the volumes of a convolutional network."""

from collections.abc import Sequence, Set

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Rectangle

from gdl_utils.plotting.style import COLOURS

# The looks of `gdl_utils.plotting.diagrams`: data are white, what is trained is blue.
DATA, TRAINED, LINE, FAINT = "#FFFFFF", "#CFE5F3", "#333333", "#BBBBBB"
SLANT = np.array([0.42, 0.30])  # how far the depth of a volume leads to the right and up


def show_perceptron(sizes: Sequence[int], labels: Sequence[str], marked: tuple[int, int], most: int = 7) -> Figure:
    """Draw the units of a multilayer perceptron and their connections. Introduced in section 2.2.

    Args:
        sizes: the number of units of each layer; the first is the number of inputs.
        labels: what is written below each layer.
        marked: a layer and a unit among those drawn in it, counted from 0; its connections are drawn in colour.
        most: as many units of a layer are drawn; if it has more, three dots stand for the rest.

    Raises:
        ValueError: if there is not one label for each layer.
    """
    if len(labels) != len(sizes):
        raise ValueError(f"{len(sizes)} layers need as many labels, not {len(labels)}")
    figure, axis = plt.subplots(figsize=(5.6, 3.9), layout="constrained")
    drawn = [min(size, most) for size in sizes]
    _draw_units(axis, drawn, [size > most for size in sizes], marked=marked)
    for layer, (size, label) in enumerate(zip(sizes, labels, strict=True)):
        axis.text(1.6 * layer, -0.55 * (most + 1) / 2 - 0.12, f"{size:,}", ha="center", va="top", weight="bold")
        axis.text(1.6 * layer, -0.55 * (most + 1) / 2 - 0.52, label, ha="center", va="top", size=9)
    axis.set(xlim=(-0.7, 1.6 * (len(sizes) - 1) + 0.7), ylim=(-0.55 * (most + 1) / 2 - 1.2, 0.55 * most / 2 + 0.1))
    return figure


def show_dropout(sizes: Sequence[int], masks: Sequence[Sequence[Sequence[int]]], titles: Sequence[str]) -> Figure:
    """Draw one network several times, each time with other units missing. Introduced in section 2.4.

    Args:
        sizes: the number of units of each layer; the first is the number of inputs.
        masks: for each drawing, for each layer but the first and the last, a 1 for each unit that is kept and a 0 for
            each that is missing.
        titles: one for each drawing.
    """
    figure, axes = plt.subplots(1, len(masks), figsize=(2.9 * len(masks), 2.7), layout="constrained", squeeze=False)
    for axis, mask, title in zip(axes.ravel(), masks, titles, strict=True):
        missing = {
            (layer, unit) for layer, kept in enumerate(mask, start=1) for unit, keep in enumerate(kept) if not keep
        }
        _draw_units(axis, sizes, [False] * len(sizes), missing)
        axis.set(
            title=title,
            xlim=(-0.4, 1.6 * (len(sizes) - 1) + 0.4),
            ylim=(-0.55 * max(sizes) / 2 - 0.1, 0.55 * max(sizes) / 2 + 0.1),
        )
    return figure


def _draw_units(
    axis: Axes,
    sizes: Sequence[int],
    shortened: Sequence[bool],
    missing: Set[tuple[int, int]] = frozenset(),
    marked: tuple[int, int] | None = None,
) -> None:
    """Circles in columns and lines between them; where a layer is shortened, three dots in place of a middle unit."""
    places = {
        (layer, unit): np.array([1.6 * layer, 0.55 * ((size - 1) / 2 - unit)])
        for layer, size in enumerate(sizes)
        for unit in range(size)
    }
    dots = {(layer, size // 2) for layer, size in enumerate(sizes) if shortened[layer]}
    present = [place for place in places if place not in missing and place not in dots]
    for layer, unit in present:
        for other in present:
            if other[0] == layer + 1:
                in_colour = other == marked
                axis.plot(
                    *zip(places[layer, unit], places[other], strict=True),
                    color=COLOURS[1] if in_colour else FAINT,
                    linewidth=1.3 if in_colour else 0.5,
                    zorder=1 if in_colour else 0,
                )
    for place, middle in places.items():
        if place in dots:
            for step in (-0.12, 0, 0.12):
                axis.add_patch(Circle((middle[0], middle[1] + step), 0.03, color=LINE))
            continue
        gone = place in missing
        axis.add_patch(
            Circle(
                tuple(middle),
                0.19,
                facecolor=DATA if place[0] == 0 or gone else TRAINED,
                edgecolor=FAINT if gone else COLOURS[1] if place == marked else LINE,
                linestyle=":" if gone else "-",
                linewidth=2 if place == marked else 1.1,
                zorder=2,
            )
        )
        if gone:
            for sign in (-1, 1):
                axis.plot(
                    middle[0] + np.array([-0.13, 0.13]),
                    middle[1] + sign * np.array([-0.13, 0.13]),
                    color=COLOURS[1],
                    linewidth=1.6,
                    zorder=3,
                )
    axis.set_aspect("equal")
    axis.axis("off")


def show_volumes(shapes: Sequence[tuple[int, ...]], steps: Sequence[str]) -> Figure:
    """Draw what flows through a convolutional network as boxes. Introduced in section 2.3.

    The height of a box and its slanted depth stand for rows and columns, its width for channels. A row of numbers
    without places is a bar, whose height grows with the logarithm of their number.

    Args:
        shapes: of the input and of the output of each layer: (rows, columns, channels) or (numbers,).
        steps: what leads from each shape to the next, written below the arrow between them.

    Raises:
        ValueError: if there is not one step between any two shapes.
    """
    if len(steps) != len(shapes) - 1:
        raise ValueError(f"{len(shapes)} shapes have {len(shapes) - 1} steps between them, not {len(steps)}")
    unit = 2.0 / max(shape[0] for shape in shapes if len(shape) == 3)
    gap, left, ends = 0.95, 0.0, []
    figure, axis = plt.subplots(layout="constrained")
    for number, shape in enumerate(shapes):
        colour = DATA if number == 0 else TRAINED
        if len(shape) == 3:
            height, depth, width = unit * shape[0], unit * shape[1] * SLANT, 0.06 + 0.011 * shape[2]
            _draw_box(axis, left, height, width, depth, colour)
            label = f"({shape[0]}, {shape[1]}, {shape[2]})"
        else:
            height, depth, width = 0.25 + 0.42 * np.log10(shape[0]), np.zeros(2), 0.12
            axis.add_patch(Rectangle((left, -height / 2), width, height, facecolor=colour, edgecolor=LINE))
            label = f"{shape[0]:,}"
        middle = left + (width + depth[0]) / 2
        axis.text(middle, height / 2 + depth[1] + 0.1, label, ha="center", va="bottom", size=8)
        ends.append((left, left + width + depth[0]))
        left = ends[-1][1] + gap
    for (_, start), (end, _), step in zip(ends, ends[1:], steps, strict=False):
        axis.annotate("", (end - 0.08, 0), (start + 0.06, 0), arrowprops={"arrowstyle": "-|>", "color": LINE})
        axis.text((start + end) / 2, -0.14, step, ha="center", va="top", size=7.5, linespacing=1.2)
    right, bottom, top = ends[-1][1] + 0.3, -1.15, 1.85
    axis.set(xlim=(-0.35, right), ylim=(bottom, top), aspect="equal")
    axis.axis("off")
    figure.set_size_inches(0.95 * (right + 0.35), 0.95 * (top - bottom))
    return figure


def _draw_box(axis: Axes, left: float, height: float, width: float, depth: np.ndarray, colour: str) -> None:
    low, right = np.array([left, -height / 2]), np.array([width, 0.0])
    up = np.array([0.0, height])
    front = [low, low + right, low + right + up, low + up]
    side = [low + right, low + right + depth, low + right + up + depth, low + right + up]
    roof = [low + up, low + right + up, low + right + up + depth, low + up + depth]
    for face, shade in ((front, colour), (side, "#E6F1F8" if colour == TRAINED else "#F4F4F4"), (roof, DATA)):
        axis.add_patch(Polygon([tuple(corner) for corner in face], closed=True, facecolor=shade, edgecolor=LINE))

"""Labelled points in the plane, the probabilities and densities behind them, and rows of small images."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from gdl_utils.plotting.style import COLOURS

MARKERS = "o^s"


def show_image_rows(
    images: np.ndarray, row_names: Sequence[str], column_names: Sequence[str] = (), size: float = 0.8
) -> Figure:
    """Draw images as a table with a name before each row. Introduced in section 1.1.

    Args:
        images: (rows, columns, height, width, 3), uint8 from 0 to 255 or floats from 0 to 1.
        row_names: one name a row.
        column_names: one name a column, drawn above the first row; none if empty.
        size: height and width of an image in inches.
    """
    rows, columns = images.shape[:2]
    # An inch for the names of the rows.
    figure, axes = plt.subplots(
        rows, columns, figsize=(1 + size * columns, size * rows), squeeze=False, layout="constrained"
    )
    for row, name in enumerate(row_names):
        for axis, image in zip(axes[row], images[row], strict=True):
            axis.imshow(image)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
        axes[row, 0].set_ylabel(name, rotation=0, ha="right", va="center")
    for axis, name in zip(axes[0], column_names, strict=False):
        axis.set_title(name, fontsize=10)
    return figure


def show_points(axis: Axes, points: np.ndarray, labels: np.ndarray | None = None, names: Sequence[str] = ()) -> None:
    """Draw points, each label with a colour and a marker of its own. Introduced in section 1.1.

    Args:
        axis: where to draw.
        points: (n, 2).
        labels: (n,) whole numbers from 0; without them all points are grey crosses.
        names: what each label stands for, for a legend; none if empty.
    """
    if labels is None:
        axis.scatter(points[:, 0], points[:, 1], s=12, marker="x", linewidths=0.8, color="0.35")
        return
    for label in range(int(labels.max()) + 1):
        chosen = points[labels == label]
        name = names[label] if names else None
        colour = COLOURS[label]
        across, up = chosen.T
        axis.scatter(across, up, s=13, marker=MARKERS[label], color=colour, alpha=0.7, linewidths=0, label=name)
    if names:
        axis.legend(loc="upper left")


def show_levels(
    axis: Axes,
    function: Callable[[np.ndarray], np.ndarray],
    levels: Sequence[float] | int,
    box: tuple[float, float, float, float],
    colour: str = COLOURS[6],
    with_values: bool = False,
) -> None:
    """Draw the lines on which a function of the plane has the same value. Introduced in section 1.1.

    Args:
        axis: where to draw.
        function: takes points of shape (n, 2) and gives n numbers.
        levels: the values, or how many of them.
        box: left, right, lower and upper bound of what is drawn, in the units of the points.
        colour: of the lines.
        with_values: whether each line says its value.
    """
    left, right, lower, upper = box
    grid = np.stack(np.meshgrid(np.linspace(left, right, 161), np.linspace(lower, upper, 161)), axis=-1)
    values = function(grid.reshape(-1, 2)).reshape(161, 161)
    lines = axis.contour(grid[..., 0], grid[..., 1], values, levels, colors=colour, linewidths=1)
    if with_values:
        # Points lie around the values.
        plt.setp(axis.clabel(lines, fontsize=9), path_effects=[withStroke(linewidth=3, foreground="white")])


def set_leaf_axes(axes: Sequence[Axes], titles: Sequence[str], box: tuple[float, float, float, float]) -> None:
    """Give panels of leaves the same bounds, the names of both quantities, and a title each. Introduced in section 1.1.

    Args:
        axes: the panels, in a row.
        titles: one a panel.
        box: left, right, lower and upper bound in cm.
    """
    for axis, title in zip(axes, titles, strict=True):
        axis.set(title=title, xlabel="length in cm", xlim=box[:2], ylim=box[2:])
    axes[0].set_ylabel("width in cm")

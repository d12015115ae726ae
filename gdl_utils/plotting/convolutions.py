"""Figures about convolutions: patches with their numbers, a kernel on its way over an image, what its responses are."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gdl_utils.convolution import border, starts
from gdl_utils.plotting.style import COLOURS

KERNEL_COLOUR, OUTPUT_COLOUR = COLOURS[1], COLOURS[0]


def show_products(patches: Sequence[np.ndarray], kernel: np.ndarray) -> Figure:
    """Draw patches, the kernel laid on them and the products, as grids of numbers, one row a patch. Section 2.3.

    Args:
        patches: arrays (k, k) of grey values from -1 (dark) to 1 (bright).
        kernel: (k, k).
    """
    figure, axes = plt.subplots(len(patches), 3, figsize=(6.4, 2.1 * len(patches)), squeeze=False, layout="constrained")
    for row, patch in zip(axes, patches, strict=True):
        product = patch * kernel
        for axis, values, title in zip(
            row, (patch, kernel, product), ("patch", "kernel", f"products, sum {product.sum():.1f}"), strict=True
        ):
            _number_grid(axis, values)
            axis.set_title(title, fontsize=10)
    return figure


def _number_grid(axis: Axes, values: np.ndarray) -> None:
    axis.imshow(values, cmap="gray", vmin=-1, vmax=1)
    for (row, column), value in np.ndenumerate(values):
        # Adding 0 turns -0.0 into 0.0.
        text = f"{value + 0.0:.1f}"
        axis.text(column, row, text, ha="center", va="center", fontsize=11, color="black" if value > -0.1 else "white")
    axis.set(xticks=[], yticks=[])


def show_responses(images: Sequence[np.ndarray], titles: Sequence[str]) -> Figure:
    """Draw a grey image and the responses of filters to it, each with its scale. Introduced in section 2.3.

    Args:
        images: first the image, (height, width) with values from 0 (black) to 1 (white); then responses of any shape
            and range, drawn so that 0 is always the same mid-grey.
        titles: one for each.
    """
    figure, axes = plt.subplots(1, len(images), figsize=(2.9 * len(images), 2.5), squeeze=False, layout="constrained")
    largest = max(float(np.abs(response).max()) for response in images[1:])
    for number, (axis, image, title) in enumerate(zip(axes.flat, images, titles, strict=True)):
        low, high = (-largest, largest) if number else (0, 1)
        drawn = axis.imshow(image, cmap="gray", vmin=low, vmax=high)
        figure.colorbar(drawn, ax=axis, shrink=0.75, ticks=[low, (low + high) / 2, high], format="%.1f")
        axis.set(title=title, xticks=[], yticks=[])
    return figure


def show_positions(
    size: int, kernel_size: int, strides: int, padding: str, chosen: Sequence[tuple[int, int]]
) -> Figure:
    """Draw a kernel at some of its positions over a square image, and below it the output. Introduced in section 2.3.

    The pixels of the image are white squares, the border of zeros that padding "same" adds is hatched, and the kernel
    is a thick frame. In the grid of the output, the number that belongs to the position is filled.

    Args:
        size: height and width of the image in pixels.
        kernel_size: side of the kernel in pixels.
        strides: length of its steps in pixels.
        padding: "valid" or "same".
        chosen: the positions, as rows and columns of the output, one panel each.
    """
    first_pixels = starts(size, kernel_size, strides, padding)
    before, after = border(size, kernel_size, strides) if padding == "same" else (0, 0)
    figure, axes = plt.subplots(
        2,
        len(chosen),
        figsize=(1.75 * len(chosen), 3.2),
        squeeze=False,
        layout="constrained",
        height_ratios=[size + before + after, len(first_pixels)],
    )
    for (above, below), (row, column) in zip(axes.T, chosen, strict=True):
        for y in range(-before, size + after):
            for x in range(-before, size + after):
                inside = 0 <= x < size and 0 <= y < size
                square = Rectangle((x, y), 1, 1, edgecolor="#8c8c8c", facecolor="white", linewidth=0.8)
                if not inside:
                    square.set(facecolor="#d9d9d9", hatch="////")
                above.add_patch(square)
        frame = Rectangle((first_pixels[column], first_pixels[row]), kernel_size, kernel_size, zorder=3)
        frame.set(facecolor=(*_rgb(KERNEL_COLOUR), 0.25), edgecolor=KERNEL_COLOUR, linewidth=2.5)
        above.add_patch(frame)
        for y in range(len(first_pixels)):
            for x in range(len(first_pixels)):
                colour = OUTPUT_COLOUR if (y, x) == (row, column) else "white"
                below.add_patch(Rectangle((x, y), 1, 1, edgecolor="#8c8c8c", facecolor=colour, linewidth=0.8))
        for axis, low, high in ((above, -before, size + after), (below, 0, len(first_pixels))):
            axis.set(xlim=(low - 0.2, high + 0.2), ylim=(high + 0.2, low - 0.2), aspect="equal")
            axis.axis("off")
        above.set_title(f"row {row}, column {column}", fontsize=9)
    return figure


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def show_receptive_field(size: int, layers: Sequence[tuple[int, int]], unit: int) -> Figure:
    """Draw which pixels reach one unit through a stack of convolutions with padding "same", along one axis.

    Introduced in section 2.3.

    Args:
        size: pixels of the input.
        layers: kernel size and strides of each layer, the one next to the input first.
        unit: number of the unit of the last layer, from 0.
    """
    # Where the units of each level stand, in pixels, and the units of the level below that each one sees.
    levels, seen_by = [np.arange(size, dtype=float)], []
    for kernel_size, strides in layers:
        firsts, below = starts(len(levels[-1]), kernel_size, strides, "same"), len(levels[-1])
        seen_by.append([[i for i in range(first, first + kernel_size) if 0 <= i < below] for first in firsts])
        spacing = levels[-1][1] - levels[-1][0]
        levels.append(np.array([levels[-1][0] + spacing * (first + (kernel_size - 1) / 2) for first in firsts]))
    figure, axis = plt.subplots(figsize=(6.4, 0.5 + 0.8 * len(levels)), layout="constrained")
    reached = {unit}
    for level in range(len(levels) - 1, -1, -1):
        lit = np.isin(np.arange(len(levels[level])), sorted(reached))
        heights = np.full(len(levels[level]), float(level))
        axis.scatter(
            levels[level][~lit], heights[~lit], marker="s", s=45, facecolor="white", edgecolor="#8c8c8c", zorder=2
        )
        axis.scatter(levels[level][lit], heights[lit], marker="s", s=60, color=OUTPUT_COLOUR, zorder=3)
        if level:
            for above in reached:
                for i in seen_by[level - 1][above]:
                    ends = [levels[level][above], levels[level - 1][i]], [level, level - 1]
                    axis.plot(*ends, color=KERNEL_COLOUR, linewidth=0.9, zorder=1)
            reached = {i for above in reached for i in seen_by[level - 1][above]}
    names = ["input", *(f"layer {number}" for number in range(1, len(levels)))]
    axis.set_yticks(range(len(levels)), names)
    axis.set(xticks=[], ylim=(-0.4, len(levels) - 0.6))
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    return figure

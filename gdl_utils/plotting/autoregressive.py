"""Figures of section 3.2: answers to one question, densities close up, masks, receptive fields, rows of digits."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from gdl_utils.plotting.ground import draw_coasts
from gdl_utils.plotting.style import COLOURS
from gdl_utils.plotting.world_map import LAND


def show_answers(answers: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Draw distributions over the longitude, with the land of the same row behind them. Introduced in section 3.2.

    Args:
        answers: for each panel its title, the probabilities of columns (columns,) from 180 degrees west eastwards, and
            the share of land in each of these cells (columns,), from 0 to 1.
    """
    figure, axes = plt.subplots(
        len(answers), 1, figsize=(7, 1.5 * len(answers)), sharex=True, squeeze=False, layout="constrained"
    )
    for axis, (title, (probabilities, land)) in zip(axes.flat, answers.items(), strict=True):
        edges = np.linspace(-180, 180, len(probabilities) + 1)
        highest = 1.15 * probabilities.max()
        axis.stairs(land * highest, edges, fill=True, color=LAND)
        axis.stairs(probabilities, edges, color=COLOURS[0], linewidth=1.4)
        axis.set(xlim=(-180, 180), ylim=(0, highest), xticks=range(-180, 181, 60), ylabel="probability")
        axis.set_title(title, fontsize=10)
    axes[-1, 0].set_xlabel("longitude")
    return figure


def show_budgets(steps: npt.ArrayLike, results: Mapping[str, np.ndarray], floor: float) -> Figure:
    """Draw how far models are from the truth on training and on test points, over the steps. Section 3.2.

    Args:
        steps: (times,), when it was measured.
        results: for each panel its title and nats of shape (times, seeds, 2), training points first.
        floor: drawn as a dotted line.
    """
    figure, axes = plt.subplots(1, len(results), figsize=(7, 3), sharey=True, squeeze=False, layout="constrained")
    for axis, (title, nats) in zip(axes.flat, results.items(), strict=True):
        for part, (label, style) in enumerate([("training points", "--"), ("test points", "-")]):
            lines = axis.plot(steps, nats[:, :, part], style, color=COLOURS[1 - part], linewidth=1.2)
            lines[0].set_label(label)
        axis.axhline(floor, color="black", linestyle=":", linewidth=1)
        axis.axhline(0, color="grey", linewidth=0.8)
        axis.set(title=title, xlabel="steps", xlim=(0, None))
    axes[0, 0].set_ylabel("NLL less entropy, nats")
    axes[0, 0].legend(frameon=False)
    return figure


def show_zooms(densities: Mapping[str, np.ndarray], longitudes: Sequence[float], latitudes: Sequence[float]) -> Figure:
    """Draw densities close up, with coasts. Introduced in section 3.2.

    Args:
        densities: for each map its title and the density on the whole map (rows, columns), from the north-west
            southwards and eastwards, in the units of the map from -1 to 1. On land p_data is 0.75.
        longitudes: from west to east, the part that is drawn, in degrees.
        latitudes: from south to north, in degrees.
    """
    (west, east), (south, north) = longitudes, latitudes
    count = -(-len(densities) // 2)
    height = 3.4 * (north - south) / (east - west)
    figure, axes = plt.subplots(count, 2, figsize=(7.2, count * (height + 0.3)), layout="constrained")
    for axis, (title, density) in zip(axes.flat, densities.items(), strict=False):
        image = axis.imshow(
            density, "Blues", vmin=0, vmax=1.5, extent=(-1, 1, -1, 1), aspect="auto", interpolation="nearest"
        )
        draw_coasts(axis)
        axis.set(xlim=(west / 180, east / 180), ylim=(south / 90, north / 90), xticks=[], yticks=[])
        axis.set_title(title, fontsize=10)
    figure.colorbar(image, ax=axes.ravel().tolist(), label="density", shrink=0.8, pad=0.01)
    return figure


def show_masks(masks: Sequence[np.ndarray]) -> Figure:
    """Draw the masks of layers and, last, their product. Introduced in section 3.2.

    Args:
        masks: (units below, units above) each, drawn dark where not 0.
    """
    figure, axes = plt.subplots(1, len(masks), figsize=(7.2, 2.2), layout="constrained")
    for number, (axis, mask) in enumerate(zip(axes, masks, strict=True), 1):
        axis.imshow(mask, "Greys", vmin=0, vmax=1.2, aspect="auto", interpolation="nearest")
        title = "product" if number == len(masks) else f"layer {number}"
        below, above = mask.shape
        axis.set_title(f"{title}\n{below} to {above}", fontsize=10)
        axis.set(xticks=[], yticks=[])
    axes[0].set_ylabel("from")
    axes[0].set_xlabel("to")
    return figure


def show_fields(fields: Mapping[str, npt.ArrayLike]) -> Figure:
    """Draw from which pixels paths lead to the one in the middle, which is asked about. Introduced in section 3.2.

    Args:
        fields: for each grid its title and the numbers of paths (n, n), n odd. Past pixels without a path are hatched.
    """
    figure, axes = plt.subplots(1, len(fields), figsize=(7.2, 2.8), squeeze=False, layout="constrained")
    for axis, (title, given) in zip(axes.flat, fields.items(), strict=True):
        paths = np.asarray(given)
        size = len(paths)
        shades = np.log1p(paths) / np.log1p(max(np.max(np.asarray(field)) for field in fields.values()))
        axis.imshow(shades, "Blues", vmin=0, vmax=1.2)
        for place, count in enumerate(paths.flat):
            row, column = divmod(place, size)
            is_blind = place < paths.size // 2 and count == 0
            axis.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5),
                    1,
                    1,
                    fill=False,
                    edgecolor=COLOURS[1] if is_blind else "#BBBBBB",
                    hatch="////" if is_blind else None,
                    linewidth=0.6,
                )
            )
        axis.add_patch(Circle((size // 2, size // 2), 0.32, fill=False, edgecolor="black", linewidth=1.6))
        axis.set(xticks=[], yticks=[])
        axis.set_title(title, fontsize=10)
    return figure


def show_digits(rows: Mapping[str, Sequence[np.ndarray] | np.ndarray]) -> Figure:
    """Draw rows of small grey images. Introduced in section 3.2.

    Args:
        rows: for each row its label and equally many images (height, width, 1), from 0 (paper) to 16 (ink).
    """
    count = max(len(images) for images in rows.values())
    figure, axes = plt.subplots(
        len(rows), count, figsize=(7.2, 7.2 / (count + 1) * len(rows)), squeeze=False, layout="constrained"
    )
    for line, (label, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, images, strict=True):
            axis.imshow(np.squeeze(image), "Greys", vmin=0, vmax=16)
            axis.set(xticks=[], yticks=[])
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    return figure

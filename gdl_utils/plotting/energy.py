"""An energy as a landscape, on the flat map and beyond its edges."""

from collections.abc import Callable

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gdl_utils.plotting.ground import draw_coasts
from gdl_utils.plotting.style import COLOURS

CELLS = 300  # in each direction


def show_landscape(
    energy: Callable[[np.ndarray], np.ndarray], walkers: np.ndarray, reach: float = 1.5, highest: float = 8.0
) -> Figure:
    """Draw an energy and where walkers are in it. Introduced in section 3.5.

    Args:
        energy: takes points (n, 2), float32, and gives energies (n,).
        walkers: (m, 2), drawn as dots.
        reach: how far to draw in the units of the map, whose edges are at 1.
        highest: how far above the lowest energy of the map the colours reach.
    """
    ticks = np.linspace(-reach, reach, CELLS + 1)[1::2].astype("float32")
    places = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
    heights = energy(places)
    lowest = heights[np.all(np.abs(places) <= 1, axis=1)].min()
    figure, axis = plt.subplots(figsize=(7.2, 3.9), layout="constrained")
    image = axis.imshow(
        heights.reshape(len(ticks), len(ticks)) - lowest,
        "cividis",
        vmin=0,
        vmax=highest,
        extent=(-reach, reach, -reach, reach),
        aspect="auto",
    )
    draw_coasts(axis)
    axis.add_patch(Rectangle((-1, -1), 2, 2, fill=False, edgecolor="white", linewidth=1.6))
    near = walkers[np.all(np.abs(walkers) <= reach, axis=1)]
    axis.plot(near[:, 0], near[:, 1], ".", markersize=2.4, markeredgewidth=0, color=COLOURS[1])
    axis.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    figure.colorbar(image, ax=axis, label="energy above the lowest on the map", pad=0.01)
    return figure

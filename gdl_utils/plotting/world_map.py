"""Points, boxes and land on the flat map of latitude and longitude, on a map of equal areas, and on the globe.

Everywhere a point is a row (latitude, longitude) in degrees, and a box a pair of such rows, its lower left and its
upper right corner. Land comes as a Boolean array (rows, columns) of cells of equal size in degrees, True on land, from
90 degrees north and 180 degrees west southwards and eastwards.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from gdl_utils.plotting.style import COLOURS

Box = tuple[npt.ArrayLike, npt.ArrayLike]
LAND = "#D0D0D0"
SHADES = ListedColormap(["white", LAND])


def show_plane(points: np.ndarray, generated: np.ndarray | None = None, boxes: Sequence[Box] = ()) -> Figure:
    """Draw points and boxes on the flat map as if nobody knew that it is one. Introduced in section 1.2.

    Args:
        points: (n, 2), observations, drawn as blue dots.
        generated: (m, 2), points of a model, drawn as orange crosses.
        boxes: drawn as black dashed outlines.
    """
    figure, axis = plt.subplots(figsize=(7, 4.1), layout="constrained")
    _draw(axis, points, generated, boxes)
    axis.set(xlabel="second feature", ylabel="first feature")
    return figure


def show_map(
    land: np.ndarray,
    points: np.ndarray | None = None,
    generated: np.ndarray | None = None,
    boxes: Sequence[Box] = (),
    marked: Mapping[str, Sequence[float]] | None = None,
) -> Figure:
    """Draw the flat map, on which a degree is equally long everywhere. Introduced in section 1.2.

    Args:
        land: (rows, columns), drawn in grey.
        points: (n, 2), observations, drawn as blue dots.
        generated: (m, 2), points of a model, drawn as orange crosses.
        boxes: drawn as black dashed outlines.
        marked: points to be named on the map.
    """
    figure, axis = plt.subplots(figsize=(7, 4.1), layout="constrained")
    axis.imshow(land, SHADES, vmin=0, vmax=1, extent=(-180, 180, -90, 90), interpolation="nearest")
    _draw(axis, points, generated, boxes)
    for name, (latitude, longitude) in (marked or {}).items():
        axis.plot(longitude, latitude, "s", markersize=15, color="white", markeredgecolor="black")
        axis.text(longitude, latitude, name, ha="center", va="center_baseline", weight="bold")
    axis.set(xlabel="longitude", ylabel="latitude")
    return figure


def show_equal_area_map(land: np.ndarray, samples: Mapping[str, np.ndarray]) -> Figure:
    """Draw points on maps whose height is the sine of the latitude: equal areas are equal there. Section 1.2.

    Args:
        land: (rows, columns), drawn in grey.
        samples: for each map its title and its points (n, 2).
    """
    figure, axes = plt.subplots(len(samples), 1, figsize=(7, 2.9 * len(samples)), squeeze=False, layout="constrained")
    sines = 1 - (np.arange(len(land)) + 0.5) * 2 / len(land)
    rows = (90 - np.degrees(np.arcsin(sines))) * len(land) / 180
    for axis, (title, points) in zip(axes.flat, samples.items(), strict=True):
        axis.imshow(land[rows.astype(int)], SHADES, vmin=0, vmax=1, extent=(-180, 180, -1, 1), aspect=360 / (2 * np.pi))
        axis.plot(points[:, 1], np.sin(np.radians(points[:, 0])), ".", markersize=2, color=COLOURS[0])
        degrees = np.array([-90, -60, -30, 0, 30, 60, 90])
        axis.set(title=title, ylabel="latitude", xticks=range(-180, 181, 60))
        axis.set_yticks(np.sin(np.radians(degrees)), degrees)
        axis.grid(alpha=0.3)
    axes[-1, 0].set_xlabel("longitude")
    return figure


def show_globes(
    land: np.ndarray, samples: Mapping[str, np.ndarray], centre: tuple[float, float] = (-52, 25), pixels: int = 400
) -> Figure:
    """Draw points on globes as they look from far away, side by side. Introduced in section 1.2.

    Args:
        land: (rows, columns), drawn in grey.
        samples: for each globe its title and its points (n, 2); those on the far side are not seen.
        centre: latitude and longitude of the place in the middle, in degrees.
        pixels: height and width of a globe.
    """
    ticks = (np.arange(pixels) + 0.5) * 2 / pixels - 1
    right, up = np.meshgrid(ticks, -ticks)
    seen = np.where(_from_the_disc(right, up, centre, land), LAND, "#EEF4F8")
    image = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in seen.flat], np.uint8)
    image = image.reshape(pixels, pixels, 3)
    image[right**2 + up**2 > 1] = 255
    figure, axes = plt.subplots(1, len(samples), figsize=(3.5 * len(samples), 3.7), squeeze=False, layout="constrained")
    for axis, (title, points) in zip(axes.flat, samples.items(), strict=True):
        across, upwards, towards = _towards_the_viewer(points, centre)
        near = towards > 0
        axis.imshow(image, extent=(-1, 1, -1, 1))
        axis.plot(across[near], upwards[near], ".", markersize=2, color=COLOURS[0])
        axis.add_patch(Circle((0, 0), 1, fill=False, color="grey"))
        axis.set(title=title, xlim=(-1.02, 1.02), ylim=(-1.02, 1.02))
        axis.axis("off")
    return figure


def _draw(axis: Axes, points: np.ndarray | None, generated: np.ndarray | None, boxes: Sequence[Box]) -> None:
    if points is not None:
        axis.plot(points[:, 1], points[:, 0], "o", markersize=4.5, color=COLOURS[0], label="observations")
    if generated is not None:
        axis.plot(generated[:, 1], generated[:, 0], "x", markersize=5.5, color=COLOURS[1], label="points of the model")
    for number, (lower, upper) in enumerate(boxes):
        (south, west), (north, east) = np.asarray(lower, float), np.asarray(upper, float)
        label = None if number else ("box" if len(boxes) == 1 else "boxes")
        axis.add_patch(
            Rectangle((west, south), east - west, north - south, fill=False, linestyle="--", linewidth=1.6, label=label)
        )
    axis.set(xlim=(-180, 180), ylim=(-90, 90), aspect="equal")
    axis.set(xticks=range(-180, 181, 60), yticks=range(-90, 91, 30))
    axis.grid(alpha=0.3)
    if axis.get_legend_handles_labels()[0]:
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)


def _axes_of_the_viewer(centre: tuple[float, float]) -> np.ndarray:
    # Rows: to the right, up, and towards the viewer, as unit vectors in the globe's own axes.
    latitude, longitude = np.radians(centre)
    return np.array(
        [
            [-np.sin(longitude), np.cos(longitude), 0],
            [-np.sin(latitude) * np.cos(longitude), -np.sin(latitude) * np.sin(longitude), np.cos(latitude)],
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)],
        ]
    )


def _towards_the_viewer(points: np.ndarray, centre: tuple[float, float]) -> np.ndarray:
    latitude, longitude = np.radians(points).T
    globe = [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    return _axes_of_the_viewer(centre) @ np.array(globe)


def _from_the_disc(right: np.ndarray, up: np.ndarray, centre: tuple[float, float], land: np.ndarray) -> np.ndarray:
    # Which pixels of the disc show land; outside the disc the answer means nothing.
    towards = np.sqrt(np.maximum(0, 1 - right**2 - up**2))
    x, y, z = np.tensordot(_axes_of_the_viewer(centre).T, np.stack([right, up, towards]), axes=1)
    latitude, longitude = np.degrees(np.arcsin(np.clip(z, -1, 1))), np.degrees(np.arctan2(y, x))
    rows = np.minimum((90 - latitude) / 180 * land.shape[0], land.shape[0] - 1).astype(int)
    return land[rows, ((longitude + 180) / 360 * land.shape[1]).astype(int) % land.shape[1]]

"""Figures of section 1.3: grey images in rows and in one picture, and points coloured by height and by width."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import gdl_utils.plotting.style  # noqa: F401  (colours and resolution)

MAP = "viridis"  # ordered by lightness, too, so that it can be read without telling colours apart


def show_tins(images: np.ndarray, titles: Sequence[str], columns: int = 8) -> Figure:
    """Draw grey images in rows, each under its title. Introduced in section 1.3.

    Args:
        images: of shape (n, height, width), from 0 (black) to 1 (white).
        titles: n titles; one may have several lines.
        columns: images in a row.
    """
    rows = -(-len(images) // columns)
    lines = max(title.count("\n") + bool(title) for title in titles)
    figure, axes = plt.subplots(
        rows, columns, figsize=(1.05 * columns, (1.05 + 0.17 * lines) * rows), squeeze=False, layout="constrained"
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, title in zip(axes.flat[: len(images)], images, titles, strict=True):
        _picture(axis, image)
        axis.set_title(title, fontsize=9)
    return figure


def show_points(points: np.ndarray, values: dict[str, np.ndarray], axis_names: Sequence[str]) -> Figure:
    """Draw the same points in one panel for each of their values, which colour and size of a point tell.

    Args:
        points: of shape (n, 2) or (n, 3), drawn flat or in space.
        values: lists of n values by their names, which become titles.
        axis_names: as many as the points have coordinates.
    """
    in_space = points.shape[1] == 3
    figure, axes = plt.subplots(
        1,
        len(values),
        figsize=(4 * len(values), 3.6 if in_space else 3.2),
        squeeze=False,
        layout="constrained",
        subplot_kw={"projection": "3d"} if in_space else {},
    )
    for axis, (title, value) in zip(axes.flat, values.items(), strict=True):
        drawn = axis.scatter(*points.T, c=value, s=_areas(value), cmap=MAP, alpha=0.8, linewidths=0)
        axis.set_title(title, fontsize=10)
        axis.set(xlabel=axis_names[0], ylabel=axis_names[1])
        if in_space:
            axis.set(zlabel=axis_names[2])
            axis.view_init(elev=60, azim=-60)
            axis.tick_params(labelsize=7, pad=-1)
        figure.colorbar(drawn, ax=axis, shrink=0.75, pad=0.2 if in_space else 0.02)
    return figure


def show_mosaic(images: np.ndarray, axis_names: Sequence[str], ranges: Sequence[Sequence[float]]) -> Figure:
    """Draw a square table of images as one picture, with scales that say where in a plane each image belongs.

    Args:
        images: of shape (n, n, height, width), from 0 (black) to 1 (white); the first index counts from the lower
            edge of the picture upwards, the second from the left.
        axis_names: names of the horizontal and the vertical scale.
        ranges: the places of the middle of the first and of the last image, horizontally and vertically.
    """
    count, _, height, width = images.shape
    picture = images[::-1].transpose(0, 2, 1, 3).reshape(count * height, count * width)
    margins = [(last - first) / (count - 1) / 2 for first, last in ranges]
    extent = (
        ranges[0][0] - margins[0],
        ranges[0][1] + margins[0],
        ranges[1][0] - margins[1],
        ranges[1][1] + margins[1],
    )
    figure, axis = plt.subplots(figsize=(5.2, 5.2), layout="constrained")
    axis.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=extent, aspect="auto")
    axis.set(xlabel=axis_names[0], ylabel=axis_names[1])
    return figure


def show_latent_spaces(latents: Sequence[np.ndarray], values: np.ndarray, titles: Sequence[str]) -> Figure:
    """Draw several planes of points side by side, coloured and sized by the same values.

    Args:
        latents: arrays of shape (n, 2).
        values: n values.
        titles: one for each plane.
    """
    columns = min(3, len(latents))
    rows = -(-len(latents) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(2.1 * columns, 2.2 * rows), squeeze=False, layout="constrained")
    for axis in axes.flat[len(latents) :]:
        axis.axis("off")
    for axis, latent, title in zip(axes.flat[: len(latents)], latents, titles, strict=True):
        axis.scatter(*latent.T, c=values, s=_areas(values) / 2, cmap=MAP, linewidths=0)
        axis.set_title(title, fontsize=10)
        axis.tick_params(labelsize=9)
    return figure


def _areas(values: np.ndarray) -> np.ndarray:
    """Areas of points, in square points, that grow with their values."""
    span = np.ptp(values)
    return 2 + 12 * (values - values.min()) / (span if span else 1)


def _picture(axis: Axes, image: np.ndarray) -> None:
    axis.imshow(image, cmap="gray", vmin=0, vmax=1)

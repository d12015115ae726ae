"""Rows of images, and curves of a training."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure


def show_images(images: np.ndarray, titles: Sequence[str], columns: int = 5) -> Figure:
    """Draw images in rows, each under its title. Introduced in section 2.2.

    Args:
        images: (n, height, width, 3), uint8 from 0 to 255 or floats from 0 to 1.
        titles: n titles; one may have several lines.
        columns: images in a row.
    """
    rows = -(-len(images) // columns)
    lines = 1 + max(title.count("\n") for title in titles)
    figure, axes = plt.subplots(
        rows, columns, figsize=(1.3 * columns, (1.2 + 0.2 * lines) * rows), squeeze=False, layout="constrained"
    )
    if rows > 1:
        # A title stands nearer to its own image than to the one above.
        figure.set_layout_engine("constrained", hspace=0.12)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, title in zip(axes.flat[: len(images)], images, titles, strict=True):
        axis.imshow(image)
        axis.set_title(title, fontsize=10)
    return figure


def show_history(history: dict[str, list[float]], metrics: Sequence[str] = ("loss", "accuracy")) -> Figure:
    """Draw what Keras recorded while it trained, one panel a metric. Introduced in section 2.2.

    Args:
        history: the `history` attribute of what `model.fit` returns; validation values are drawn dashed.
        metrics: the names of the metrics to draw.
    """
    figure, axes = plt.subplots(1, len(metrics), figsize=(3.6 * len(metrics), 2.7), squeeze=False, layout="constrained")
    for axis, metric in zip(axes.flat, metrics, strict=True):
        epochs = np.arange(1, len(history[metric]) + 1)
        axis.plot(epochs, history[metric], marker="o", markersize=3, label="training")
        if f"val_{metric}" in history:
            axis.plot(epochs, history[f"val_{metric}"], "--s", markersize=3, label="validation")
            axis.legend()
        axis.set(xlabel="epoch", ylabel=metric)
    return figure

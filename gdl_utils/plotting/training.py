"""What happens inside a network and to its accuracy while it is trained."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from gdl_utils.plotting.style import COLOURS

MARKERS = "os^Dvx"
DASHES = ("-", "--", ":", "-.")


def show_sizes(sizes: Mapping[str, Sequence[float]], ylabel: str) -> Figure:
    """Draw a size that grows or shrinks from layer to layer, on a logarithmic scale. Introduced in section 2.4.

    Args:
        sizes: for each curve, by its label, one positive number for each layer, from the first to the last.
        ylabel: what the numbers are.
    """
    figure, axis = plt.subplots(figsize=(5.4, 2.9), layout="constrained")
    for marker, dash, (label, values) in zip(MARKERS, DASHES, sizes.items(), strict=False):
        layers = np.arange(1, len(values) + 1)
        axis.semilogy(layers, values, dash, marker=marker, markersize=3.5, label=label)
    axis.set(xlabel="layer", ylabel=ylabel)
    axis.grid(alpha=0.3)
    axis.legend()
    return figure


def show_drift(drifts: Mapping[str, np.ndarray], ylabel: str) -> Figure:
    """Draw how a statistic of each hidden layer changes while networks train. Introduced in section 2.4.

    Args:
        drifts: for each panel, by its title, an array (runs, epochs + 1, layers); the first of the epochs is the
            state before training. The line is the mean over the runs, the band reaches from the least to the largest.
        ylabel: what the numbers are.
    """
    figure, axes = plt.subplots(
        1, len(drifts), figsize=(1.6 + 3.1 * len(drifts), 3), sharey=True, squeeze=False, layout="constrained"
    )
    for axis, (title, runs) in zip(axes.flat, drifts.items(), strict=True):
        epochs = np.arange(runs.shape[1])
        for layer in range(runs.shape[2]):
            of_layer = runs[:, :, layer]
            colour, marker = COLOURS[layer % len(COLOURS)], MARKERS[layer % len(MARKERS)]
            axis.fill_between(epochs, of_layer.min(axis=0), of_layer.max(axis=0), color=colour, alpha=0.15, lw=0)
            axis.plot(epochs, of_layer.mean(axis=0), marker=marker, markersize=4, color=colour, label=f"{layer + 1}")
        axis.set(title=title, xlabel="epoch")
        axis.grid(alpha=0.3)
    axes.flat[0].set_ylabel(ylabel)
    axes.flat[-1].legend(title="layer", loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def show_gap(runs: Mapping[str, Sequence[dict[str, list[float]]]], metric: str = "accuracy") -> Figure:
    """Draw training and validation curves of several trainings, one panel a setting. Introduced in section 2.4.

    Args:
        runs: for each panel, by its title, the `history` attributes of what `model.fit` returned, one for each seed.
            A line is the mean over the seeds, its band reaches from the least to the largest value.
        metric: the metric to draw; it must have been measured on validation data, too.
    """
    figure, axes = plt.subplots(
        1, len(runs), figsize=(3.7 * len(runs), 2.9), sharey=True, squeeze=False, layout="constrained"
    )
    for axis, (title, histories) in zip(axes.flat, runs.items(), strict=True):
        for key, label, dash, colour in (
            (metric, "training", "-", COLOURS[0]),
            (f"val_{metric}", "validation", "--", COLOURS[1]),
        ):
            curves = np.array([history[key] for history in histories])
            epochs = np.arange(1, curves.shape[1] + 1)
            axis.fill_between(epochs, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.25, lw=0)
            axis.plot(epochs, curves.mean(axis=0), dash, color=colour, label=label)
        axis.set(title=title, xlabel="epoch")
        axis.grid(alpha=0.3)
    axes.flat[0].set_ylabel(metric)
    axes.flat[0].legend()
    return figure

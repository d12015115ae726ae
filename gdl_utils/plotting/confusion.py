"""Which classes a network takes for which."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure


def show_confusion(counts: np.ndarray, names: Sequence[str]) -> Figure:
    """Draw a confusion matrix, each cell with its share of the row in percent. Introduced in section 2.5.

    Args:
        counts: (classes, classes) numbers of observations; rows are the true class, columns the predicted one.
        names: the names of the classes.
    """
    totals = counts.sum(axis=1, keepdims=True)
    percent = 100 * counts / np.maximum(totals, 1)
    figure, axis = plt.subplots(figsize=(6.4, 5.6), layout="constrained")
    axis.imshow(percent, cmap="Blues", vmin=0, vmax=100)
    for (row, column), value in np.ndenumerate(percent):
        weight = "bold" if row == column else "normal"
        colour = "white" if value > 65 else "black"
        axis.text(column, row, f"{value:.0f}", ha="center", va="center", color=colour, fontweight=weight, fontsize=9)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="what the network says", ylabel="what it is")
    return figure

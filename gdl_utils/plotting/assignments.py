"""Pictures of the assignments: one for each, of an example that its text works out."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from gdl_utils.plotting.diagrams import Block, show_diagram
from gdl_utils.plotting.networks import DATA, FAINT, LINE, TRAINED
from gdl_utils.plotting.style import COLOURS

MARKED, MARKED_FILL = COLOURS[1], "#FBE3D6"


def three_boxes() -> Figure:
    """Three boxes over the same three points, each with its likelihood: assignment 01."""
    points = np.array([[2.0, 0.5], [3.0, -0.5], [2.5, 0.0]])
    boxes = [
        ((1.0, -1.0), (5.0, 1.0), "volume 8\nlikelihood 0.125³ ≈ 0.002"),
        ((1.0, -1.0), (3.0, 1.0), "volume 4\nlikelihood 0.25³ ≈ 0.016"),
        ((1.0, 0.0), (5.0, 1.0), "misses a point\nlikelihood 0"),
    ]
    figure, axes = plt.subplots(1, 3, figsize=(6.4, 1.75), layout="constrained")
    for axis, (lower, upper, title) in zip(axes, boxes, strict=True):
        corner, sides = lower, np.subtract(upper, lower)
        axis.add_patch(Rectangle(corner, *sides, facecolor=TRAINED, edgecolor=COLOURS[0], linewidth=1.6))
        for point in points:
            is_in = bool(np.all((lower <= point) & (point <= upper)))
            axis.plot(*point, "o" if is_in else "X", color="black" if is_in else MARKED, markersize=5 if is_in else 8)
        axis.set(xlim=(0.5, 5.5), ylim=(-1.4, 1.4), xticks=[1, 3, 5], yticks=[-1, 0, 1], aspect="equal")
        axis.set_title(title, fontsize=8.5)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def dense_layer() -> Figure:
    """A dense layer of 5 units with 8 inputs: a line for each weight, a dashed one for each bias. Assignment 02."""
    inputs, units = 8, 5
    figure, axis = plt.subplots(figsize=(4.6, 2.9), layout="constrained")
    left = [(0.0, 0.42 * ((inputs - 1) / 2 - number)) for number in range(inputs)]
    right = [(2.8, 0.62 * ((units - 1) / 2 - number)) for number in range(units)]
    bias = (1.7, -1.95)
    for number, unit in enumerate(right):
        colour, width = (MARKED, 1.4) if number == 0 else (FAINT, 0.6)
        for place in left:
            axis.plot(*zip(place, unit, strict=True), color=colour, linewidth=width, zorder=0)
        axis.plot(
            *zip(bias, unit, strict=True), "--", color=MARKED if number == 0 else COLOURS[2], linewidth=1.2, zorder=0
        )
    for place in left:
        _unit(axis, place, DATA)
    for number, place in enumerate(right):
        _unit(axis, place, MARKED_FILL if number == 0 else TRAINED)
    axis.add_patch(Rectangle((bias[0] - 0.15, bias[1] - 0.15), 0.3, 0.3, facecolor=DATA, edgecolor=COLOURS[2]))
    axis.text(*bias, "1", ha="center", va="center", size=9)
    for x, text in ((0.0, "8 inputs"), (2.8, "5 units")):
        axis.text(x, 1.78, text, ha="center", va="bottom", size=9)
    axis.text(3.15, right[0][1], "8 weights and a bias", va="center", size=9, color=MARKED)
    axis.text(3.15, right[2][1], "in all 5 · 8 = 40 weights\nand 5 biases", va="center", size=9)
    axis.set(xlim=(-0.5, 5.6), ylim=(-2.2, 2.1), aspect="equal")
    axis.axis("off")
    return figure


def sliding_window() -> Figure:
    """A kernel on its way over an image, and the number that a position gives: assignment 03."""
    image, kernel = [[1, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 2]], [[1, 2], [3, -1]]
    figure, axis = plt.subplots(figsize=(6.2, 2.1), layout="constrained")
    _grid(axis, image, (0, 0), {(0, 1), (0, 2), (1, 1), (1, 2)})
    axis.add_patch(Rectangle((0, 0), 2, 2, fill=False, edgecolor=LINE, linestyle="--", linewidth=1.6, zorder=3))
    axis.add_patch(Rectangle((1, 0), 2, 2, fill=False, edgecolor=MARKED, linewidth=2.6, zorder=4))
    _grid(axis, kernel, (5.6, 0.5), set())
    _grid(axis, [[4, 2, 10], [7, 10, 3]], (9.6, 0.5), {(0, 1)})
    axis.text(4.8, 1.5, "\u00d7", ha="center", va="center", size=14)
    axis.add_patch(FancyArrowPatch((7.9, 1.5), (9.4, 1.5), arrowstyle="-|>", mutation_scale=12, color=LINE))
    axis.text(8.6, 1.35, "sum", ha="center", va="bottom", size=9)
    for x, text in ((2, "image"), (6.6, "kernel"), (11.1, "output")):
        axis.text(x, -0.25, text, ha="center", va="bottom", size=9)
    axis.text(8.6, 3.15, "2 · 1 + 0 · 2 + 1 · 3 + 3 · (\u22121) = 2", ha="center", va="center", size=9, color=MARKED)
    axis.set(xlim=(-0.2, 12.8), ylim=(3.5, -0.9), aspect="equal")
    axis.axis("off")
    return figure


def perceptron_layers() -> Figure:
    """The layers of the multilayer perceptron with the shapes of what they put out: assignment 04."""
    blocks = {
        "image": Block("image\n(32, 32, 3)", 0, kind="data"),
        "flatten": Block("Flatten\n(3072,)", 1, kind="fixed"),
        "first": Block("Dense, ReLU\n(200,)", 2),
        "second": Block("Dense, ReLU\n(150,)", 3),
        "last": Block("Dense, softmax\n(10,)", 4),
    }
    return _chain(blocks)


def channels() -> Figure:
    """Which numbers of a batch share a mean in batch normalisation: assignment 05."""
    figure, axis = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
    for row in range(4):
        for column in range(3):
            _cell(axis, (0.9 * column, 0.9 * row), 0.9, column == 0)
    axis.text(1.35, -0.35, "shape (n, c)", ha="center", va="bottom", size=9)
    axis.text(1.35, 4.0, "one mean of n numbers\nfor each channel", ha="center", va="top", size=9)
    for image in range(2):
        for channel in range(3):
            for row in range(3):
                for column in range(4):
                    place = (5.6 + 2.6 * channel + 0.5 * column, 0.2 + 1.9 * image + 0.5 * row)
                    _cell(axis, place, 0.5, channel == 0)
        axis.text(5.3, 0.95 + 1.9 * image, f"image {image + 1}", ha="right", va="center", size=8.5)
    for channel in range(3):
        axis.text(6.6 + 2.6 * channel, 0.05, f"channel {channel + 1}", ha="center", va="bottom", size=8.5)
    axis.text(9.2, -0.55, "shape (n, height, width, c)", ha="center", va="bottom", size=9)
    axis.text(9.2, 4.0, "one mean of n · height · width numbers\nfor each channel", ha="center", va="top", size=9)
    axis.set(xlim=(-0.2, 13.2), ylim=(5.0, -1.1), aspect="equal")
    axis.axis("off")
    return figure


def masked_network() -> Figure:
    """The connections that the masks of MADE leave, in the example of assignment 06."""
    # Degrees of the units in each layer, and the two masks of the text.
    degrees = [[1, 2, 3], [1, 2, 1, 2], [1, 2, 3]]
    masks = [[[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0]], [[0, 1, 1], [0, 0, 1], [0, 1, 1], [0, 0, 1]]]
    figure, axis = plt.subplots(figsize=(5.0, 1.95), layout="constrained")
    places = [
        [(2.0 * layer, 0.75 * ((len(numbers) - 1) / 2 - unit)) for unit in range(len(numbers))]
        for layer, numbers in enumerate(degrees)
    ]
    for layer, mask in enumerate(masks):
        for below, connected in enumerate(mask):
            for above, is_there in enumerate(connected):
                if is_there:
                    ends = zip(places[layer][below], places[layer + 1][above], strict=True)
                    axis.plot(*ends, color=COLOURS[0] if layer == 0 else MARKED, linewidth=1.2, zorder=0)
    for layer, numbers in enumerate(degrees):
        for unit, degree in enumerate(numbers):
            _unit(axis, places[layer][unit], DATA if layer == 0 else TRAINED, str(degree), 0.24)
    for unit in range(3):
        axis.text(-0.4, places[0][unit][1], f"input {unit + 1}", ha="right", va="center", size=9)
        axis.text(4.4, places[2][unit][1], f"answer about input {unit + 1}", va="center", size=9)
    for x, text in ((1.0, "at most"), (3.0, "less than")):
        axis.text(x, 1.5, text, ha="center", va="center", size=8.5, color=COLOURS[0] if x < 2 else MARKED)
    axis.set(xlim=(-1.5, 6.9), ylim=(-1.45, 1.75), aspect="equal")
    axis.axis("off")
    return figure


def encoder_and_decoder() -> Figure:
    """What flows through a variational autoencoder, with shapes: assignment 07."""
    blocks = {
        "x": Block("observation x\n(n, d)", 0, 0.5, kind="data", width=0.7),
        "encoder": Block("encoder", 0.85, 0.5, width=0.52),
        "mean": Block("mean m\n(n, l)", 1.68, 0, kind="fixed", width=0.6),
        "spread": Block("ln s\n(n, l)", 1.68, 1, kind="fixed", width=0.6),
        "noise": Block("noise ε\n(n, l)", 2.68, 1.5, kind="random", width=0.6),
        "z": Block("draw z = m + s ε\n(n, l)", 2.68, 0.5, kind="fixed", width=0.9),
        "decoder": Block("decoder", 3.63, 0.5, width=0.52),
        "restored": Block("restored x\n(n, d)", 4.46, 0.5, kind="data", width=0.7),
    }
    arrows = [
        ("x", "encoder"), ("encoder", "mean"), ("encoder", "spread"), ("mean", "z"), ("spread", "z"), ("noise", "z"),
        ("z", "decoder"), ("decoder", "restored"),
    ]  # fmt: skip
    return show_diagram(blocks, arrows)


def adversarial_game() -> Figure:
    """The two players of a generative adversarial network, and what each of them is trained on: assignment 08."""
    blocks = {
        "noise": Block("noise", 0, 1, kind="random", width=0.5),
        "generator": Block("generator", 0.82, 1, width=0.62),
        "fake": Block("generated points", 1.83, 1, kind="data", width=0.9),
        "real": Block("real points", 1.83, 0, kind="data", width=0.9),
        "discriminator": Block("discriminator", 2.9, 0.5, width=0.76),
        "for_real": Block("logits for\nreal points", 3.98, 0, kind="fixed", width=0.88),
        "for_fake": Block("logits for\ngenerated points", 3.98, 1, kind="fixed", width=0.88),
        "of_discriminator": Block("loss of the\ndiscriminator", 5.05, 0, kind="loss"),
        "of_generator": Block("loss of the\ngenerator", 5.05, 1, kind="loss"),
    }
    arrows = [
        ("noise", "generator"), ("generator", "fake"), ("fake", "discriminator"), ("real", "discriminator"),
        ("discriminator", "for_real"), ("discriminator", "for_fake"), ("for_real", "of_discriminator"),
        ("for_fake", "of_discriminator"), ("for_fake", "of_generator"),
    ]  # fmt: skip
    return show_diagram(blocks, arrows)


def noise_schedule() -> Figure:
    """How the share of the signal falls over the steps of a diffusion, and that of the noise grows: assignment 09."""
    beta = np.linspace(0.005, 0.2, 60)
    signal = np.exp(np.append(0.0, np.log1p(-beta).cumsum()))
    steps = np.arange(len(signal))
    figure, axis = plt.subplots(figsize=(5.2, 2.5), layout="constrained")
    axis.fill_between(steps, 0, signal, color=TRAINED)
    axis.fill_between(steps, signal, 1, color="#EDEDED")
    axis.plot(steps, signal, color=COLOURS[0], linewidth=2)
    axis.text(4, 0.25, "share of signal $\\bar\\alpha_t$", size=10)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axis.text(31, 0.6, "share of noise $1 - \\bar\\alpha_t$", size=10, bbox=box)
    for start, end, y, text in ((2, 58, 1.13, "add noise: exercise 4"), (58, 2, 1.33, "a step back: exercise 5")):
        axis.add_patch(FancyArrowPatch((start, y), (end, y), arrowstyle="-|>", mutation_scale=11, color=LINE))
        axis.text(30, y, text, ha="center", va="center", size=9, bbox=box)
    axis.set(xlim=(0, 60), ylim=(0, 1.45), xlabel="step t, from the data (0) to noise (T)", yticks=[0, 0.5, 1])
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def handed_in_model() -> Figure:
    """The way of a model from the training points to its points: assignment 10."""
    blocks = {
        "train": Block("100,000\ntraining points", 0, 0, kind="data"),
        "training": Block("your training", 1.1, 0),
        "file": Block("file with\nyour model", 2.2, 0, kind="data"),
        "dictionary": Block("my_model():\na dictionary", 3.3, 0, kind="fixed"),
        "samples": Block("40,000 samples,\ndrawn by our code", 3.3, 1, kind="random", width=0.95),
        "fresh": Block("20,000 fresh\nland points", 1.1, 1, kind="data"),
        "measured": Block("four\nmeasurements", 2.2, 1, kind="loss"),
    }
    arrows = [
        ("train", "training"), ("training", "file"), ("file", "dictionary"), ("dictionary", "samples"),
        ("samples", "measured"), ("fresh", "measured"),
    ]  # fmt: skip
    return show_diagram(blocks, arrows, legend=False)


# By the name under which a notebook attaches them.
DRAWINGS: dict[str, Callable[[], Figure]] = {
    drawing.__name__: drawing
    for drawing in (
        three_boxes, dense_layer, sliding_window, perceptron_layers, channels, masked_network, encoder_and_decoder,
        adversarial_game, noise_schedule, handed_in_model,
    )
}  # fmt: skip


def _chain(blocks: dict[str, Block]) -> Figure:
    names = list(blocks)
    return show_diagram(blocks, list(pairwise(names)))


def _unit(axis: Axes, place: tuple[float, float], colour: str, text: str = "", radius: float = 0.16) -> None:
    axis.add_patch(Circle(place, radius, facecolor=colour, edgecolor=LINE, linewidth=1.1, zorder=2))
    axis.text(*place, text, ha="center", va="center", size=9, zorder=3)


def _cell(axis: Axes, place: tuple[float, float], side: float, is_marked: bool) -> None:
    face = MARKED_FILL if is_marked else DATA
    axis.add_patch(
        Rectangle(place, side, side, facecolor=face, edgecolor=MARKED if is_marked else FAINT, linewidth=1.1)
    )


def _grid(
    axis: Axes, numbers: Sequence[Sequence[int]], corner: tuple[float, float], marked: set[tuple[int, int]]
) -> None:
    for row, line in enumerate(numbers):
        for column, number in enumerate(line):
            x, y = corner[0] + column, corner[1] + row
            face = MARKED_FILL if (row, column) in marked else DATA
            axis.add_patch(Rectangle((x, y), 1, 1, facecolor=face, edgecolor="#8C8C8C", linewidth=0.9))
            axis.text(x + 0.5, y + 0.5, str(number).replace("-", "\u2212"), ha="center", va="center", size=10)

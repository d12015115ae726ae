"""The family tree of generative models, and what each family makes of one number."""

from collections.abc import Callable, Mapping
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
from IPython.display import HTML
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from gdl_utils.plotting.diagrams import Block, Kind, corner_of, show_diagram
from gdl_utils.plotting.style import COLOURS

Tree = Mapping[str, Any]

# Of the drawing, in its own units, which are CSS pixels where it has its full size.
COLUMN, ROW, BOX, LINE = 190, 58, (152, 44), 17


def show_tree(tree: Tree, pages: Mapping[str, str]) -> HTML:
    """Draw a tree with its root on the left and its leaves below each other on the right. Introduced in section 1.5.

    It is drawn as SVG within the page, because a picture could not carry links.

    Args:
        tree: nested mappings from names, whose lines may be broken, to subtrees; a leaf is an empty mapping. All leaves
            stand in the last column.
        pages: from names to the addresses that they link to.
    """
    depth, leaves = _depth(tree), _leaves(tree)
    width, height = depth * COLUMN, leaves * ROW
    drawn, _ = _draw(tree, pages, depth, column=0, first=0)
    return HTML(
        f'<svg viewBox="0 0 {width} {height}" role="group" aria-label="A tree of {escape(_in_words(tree))}" '
        f'style="width: 100%; max-width: {width}px; background: white" font-size="14" font-family="sans-serif">'
        f"{''.join(drawn)}</svg>"
    )


def _depth(tree: Tree) -> int:
    return 1 + max(map(_depth, tree.values())) if tree else 0


def _leaves(tree: Tree) -> int:
    return sum(_leaves(below) if below else 1 for below in tree.values())


def _in_words(tree: Tree) -> str:
    """For those who don't see the drawing: each name, what is below it in brackets."""
    parts = [" ".join(name.split()) + (f" ({_in_words(below)})" if below else "") for name, below in tree.items()]
    return ", ".join(parts)


def _draw(
    tree: Tree, pages: Mapping[str, str], depth: int, column: int, first: int
) -> tuple[list[str], list[tuple[float, float]]]:
    """Draw subtrees below each other from the row `first`: the elements, and the middles of the roots."""
    lines, boxes, middles = [], [], []
    for name, below in tree.items():
        rows = _leaves(below) if below else 1
        x, y = (column + 0.5 if below else depth - 0.5) * COLUMN, (first + rows / 2) * ROW
        elements, ends = _draw(below, pages, depth, column + 1, first)
        turn = x + COLUMN / 2
        lines += [f'<path d="M{x} {y}H{turn}V{end_y}H{end_x}" fill="none" stroke="#767676"/>' for end_x, end_y in ends]
        boxes += [*elements, _box(name, x, y, is_leaf=not below, page=pages.get(name))]
        middles.append((x, y))
        first += rows
    return lines + boxes, middles


def _box(name: str, x: float, y: float, is_leaf: bool, page: str | None) -> str:
    (width, height), texts = BOX, name.split("\n")
    fill, border = ("white", COLOURS[1]) if is_leaf else ("#E8EEF4", COLOURS[0])
    first = y - (len(texts) - 1) * LINE / 2
    spans = "".join(f'<tspan x="{x}" y="{first + i * LINE}">{escape(text)}</tspan>' for i, text in enumerate(texts))
    box = (
        f'<rect x="{x - width / 2}" y="{y - height / 2}" width="{width}" height="{height}" rx="8" fill="{fill}" '
        f'stroke="{border}" stroke-width="1.6"/>'
        f'<text text-anchor="middle" dominant-baseline="central" fill="{"#00558a" if page else "black"}">{spans}</text>'
    )
    return f'<a href="{page}" aria-label="{escape(" ".join(texts))}">{box}</a>' if page else box


# How each family makes a sample: the text and the kind of each block, from the left to the right.
_FAMILIES: dict[str, tuple[tuple[str, Kind], ...]] = {
    "autoregressive model": (
        ("features so far\n$x_1, \\dots, x_{i-1}$", "data"),
        ("network", "trained"),
        ("distribution\nof $x_i$", "fixed"),
        ("draw $x_i$, then repeat\nfor each feature", "random"),
    ),
    "normalising flow": (
        ("noise $z$", "random"),
        ("invertible network,\nrun backwards", "trained"),
        ("sample $x$", "data"),
    ),
    "variational autoencoder": (
        ("latent $z$", "random"),
        ("decoder", "trained"),
        ("sample $x$", "data"),
        ("encoder: guesses $z$\n(training only)", "trained"),
    ),
    "energy-based model": (
        ("anywhere $x$", "random"),
        ("network:\nenergy $E(x)$", "trained"),
        ("a step downhill,\nplus noise", "fixed"),
        ("sample $x$ after\nmany steps", "data"),
    ),
    "diffusion model": (
        ("noise $x_t$", "random"),
        ("network: guess\nof the clean $x_0$", "trained"),
        ("remove a little\nof the noise", "fixed"),
        ("sample $x_0$ after\nmany steps", "data"),
    ),
    "generative adversarial network": (
        ("noise $z$", "random"),
        ("generator", "trained"),
        ("sample $x$", "data"),
        ("discriminator: real?\n(training only)", "trained"),
    ),
}


def show_families() -> Figure:
    """Draw for each of the six families how it makes a sample, one row each. Introduced in section 1.5."""
    blocks: dict[str, Block] = {}
    arrows: list[tuple[str, str]] = []
    for row, (family, parts) in enumerate(_FAMILIES.items()):
        names = [f"{family} {column}" for column in range(len(parts))]
        blocks |= {
            name: Block(text, 1.1 * column, 1.25 * row, kind, width=0.94)
            for column, (name, (text, kind)) in enumerate(zip(names, parts, strict=True))
        }
        arrows += pairwise(names)
    figure = show_diagram(blocks, arrows)
    for family in _FAMILIES:
        x, y = corner_of(blocks[f"{family} 0"])
        figure.axes[0].text(x, y + 0.07, family, size=10, weight="bold")
    return figure


def show_histograms(
    samples: Mapping[str, np.ndarray], density: Callable[[np.ndarray], np.ndarray], columns: int = 3, bound: float = 3
) -> Figure:
    """Draw a histogram of each family's samples under the density of the data. Introduced in section 1.5.

    Args:
        samples: from names to arrays of numbers, one panel each.
        density: gives the density of the data for an array of numbers.
        columns: panels in a row.
        bound: the panels go from -bound to bound, in the unit of the samples.
    """
    rows = -(-len(samples) // columns)
    size = (2.1 * columns, 1.7 * rows)  # so that a phone shows the letters large enough
    figure, axes = plt.subplots(
        rows, columns, figsize=size, sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    places = np.linspace(-bound, bound, 301)
    for axis, (name, numbers) in zip(axes.flat, samples.items(), strict=False):
        # Scaled by all numbers, those beyond the bound included, so that lost ones are seen to be missing.
        edges = np.linspace(-bound, bound, 49)
        heights = np.histogram(numbers, edges)[0] / (len(numbers) * np.diff(edges))
        axis.stairs(heights, edges, fill=True, color=COLOURS[5], alpha=0.8)
        axis.plot(places, density(places), color=COLOURS[6], linewidth=1.2)
        axis.set_title(name, fontsize=10)
    for axis in axes.flat[len(samples) :]:
        axis.axis("off")
    for axis in axes[-1]:
        axis.set_xlabel("$x$")
    return figure

"""Diagrams of networks and of the way data take through them: blocks, what is in them, and arrows between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from gdl_utils.plotting.style import COLOURS

Kind = Literal["data", "trained", "fixed", "random", "loss"]
# Fill, outline and shape: told apart without colours, too.
_LOOKS: dict[str, tuple[str, str, str]] = {
    "data": ("#FFFFFF", "#000000", "square,pad=0.0"),
    "trained": ("#CFE5F3", COLOURS[0], "round,pad=0.0,rounding_size=0.08"),
    "fixed": ("#EDEDED", "#555555", "round,pad=0.0,rounding_size=0.08"),
    "random": ("#FFFFFF", COLOURS[2], "round,pad=0.0,rounding_size=0.25"),
    "loss": ("#FBE3D6", COLOURS[1], "square,pad=0.0"),
}
_NAMES = {
    "data": "data",
    "trained": "trained",
    "fixed": "computed, not trained",
    "random": "random numbers",
    "loss": "loss",
}
_COLUMN, _ROW, _HEIGHT = 1.75, 1.0, 0.62  # inches


@dataclass(frozen=True)
class Block:
    """One block of a diagram.

    Attributes:
        text: what stands in it: what it is, and the shape of what comes out, in one to three lines.
        column: its middle, counted from the left, from 0.
        row: its middle, counted from above, from 0.
        kind: what it is.
        width: in columns.
    """

    text: str
    column: float
    row: float = 0.0
    kind: Kind = "trained"
    width: float = 0.78


Arrow = tuple[str, str] | tuple[str, str, str]


def show_diagram(blocks: Mapping[str, Block], arrows: Sequence[Arrow], legend: bool = True) -> Figure:
    """Draw blocks on a grid and arrows between them. Introduced in section 3.1.

    Args:
        blocks: by a name that the arrows use.
        arrows: from one block to another, with a label that stands beside the arrow if there is a third part.
        legend: whether to say below what the looks of the blocks mean.
    """
    columns = [block.column + side * block.width / 2 for block in blocks.values() for side in (-1, 1)]
    rows = [block.row for block in blocks.values()]
    left, right = min(columns) - 0.06, max(columns) + 0.06
    top, bottom = min(rows) - 0.45, max(rows) + 0.45 + (0.35 if legend else 0)
    figure, axis = plt.subplots(figsize=((right - left) * _COLUMN, (bottom - top) * _ROW), layout="constrained")
    for block in blocks.values():
        _draw_block(axis, block)
    for start, end, *label in arrows:
        _draw_arrow(axis, blocks[start], blocks[end], label[0] if label else "")
    if legend:
        kinds = [kind for kind in _LOOKS if kind in {block.kind for block in blocks.values()}]
        for place, kind in enumerate(kinds):
            x = left + 0.1 + place * (right - left) / len(kinds)
            fill, outline, shape = _LOOKS[kind]
            box = FancyBboxPatch(
                (x * _COLUMN, -(bottom - 0.22) * _ROW), 0.22, 0.14, boxstyle=shape.replace("0.25", "0.07"),
                facecolor=fill, edgecolor=outline, linewidth=1.4,
            )  # fmt: skip
            axis.add_patch(box)
            axis.text(x * _COLUMN + 0.3, -(bottom - 0.22) * _ROW + 0.07, _NAMES[kind], va="center", size=8)
    axis.set(xlim=(left * _COLUMN, right * _COLUMN), ylim=(-bottom * _ROW, -top * _ROW), aspect="equal")
    axis.axis("off")
    return figure


def corner_of(block: Block) -> tuple[float, float]:
    """The upper left corner of a block in the units of the figure's axes, for what stands beside the blocks."""
    return (block.column - block.width / 2) * _COLUMN, _HEIGHT / 2 - block.row * _ROW


def _draw_block(axis: plt.Axes, block: Block) -> None:
    fill, outline, shape = _LOOKS[block.kind]
    width = block.width * _COLUMN
    x, y = block.column * _COLUMN, -block.row * _ROW
    corner = (x - width / 2, y - _HEIGHT / 2)
    width_of_line = 2.2 if block.kind == "trained" else 1.3
    axis.add_patch(
        FancyBboxPatch(
            corner, width, _HEIGHT, boxstyle=shape, facecolor=fill, edgecolor=outline, linewidth=width_of_line, zorder=2
        )
    )
    axis.text(x, y, block.text, ha="center", va="center", size=8.5, zorder=3, linespacing=1.25)


def _draw_arrow(axis: plt.Axes, start: Block, end: Block, label: str) -> None:
    begin, finish = _edges(start, end)
    axis.add_patch(FancyArrowPatch(begin, finish, arrowstyle="-|>", mutation_scale=11, color="#333333", linewidth=1.2))
    if label:
        x, y = (begin[0] + finish[0]) / 2, (begin[1] + finish[1]) / 2
        is_level = abs(begin[1] - finish[1]) < 0.2
        text = axis.text(
            x if is_level else x + 0.07, y + 0.07 if is_level else y, label,
            ha="center" if is_level else "left", va="bottom" if is_level else "center", size=8, zorder=4,
        )  # fmt: skip
        text.set_path_effects([patheffects.withStroke(linewidth=2.5, foreground="white")])


def _edges(start: Block, end: Block) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where an arrow leaves one block and meets another: at the sides if they stand beside each other."""
    gap = 0.03
    (x, y), (u, v) = ((block.column * _COLUMN, -block.row * _ROW) for block in (start, end))
    half, other_half = start.width * _COLUMN / 2, end.width * _COLUMN / 2
    beside = abs(u - x) > half + other_half
    if beside:
        side = 1 if u > x else -1
        return (x + side * (half + gap), y), (u - side * (other_half + gap), v)
    side = 1 if v > y else -1
    place = u if half > other_half else x
    return (place, y + side * (_HEIGHT / 2 + gap)), (place, v - side * (_HEIGHT / 2 + gap))

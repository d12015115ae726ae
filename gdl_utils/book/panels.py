"""Lays the panels of a figure out anew for a phone: those that stand side by side on a desk, one below the other.

A figure is cut only where nothing is drawn from edge to edge, between panels that have a frame each. It stays as it is
if one panel needs what stands beside another: a scale, a legend or a title.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

# In pixels: how wide a phone shows a figure in the size in which it was drawn, and the least size of a panel.
PHONE, LEAST = 430, 120
# A frame is two lines along nearly the whole panel, at least so far apart; a title is so far above.
FRAME, APART, ABOVE = 0.97, 80, 6
# Of gaps about as wide as the widest, the first is between panels, and another between a scale and its name.
NEARLY = 0.8
# Panels side by side are about as large as each other.
UNLIKE = 1.5
# How much brighter one channel of a colour is than another.
COLOURED = 0.1

Part = tuple[slice, slice]


@dataclass(frozen=True)
class _Panel:
    """What stands in a part: the width of a frame, and what is beside it."""

    width: int
    title_is_its_own: bool
    has_scale: bool
    has_labels_below: bool
    has_legend: bool


def panels(picture: np.ndarray) -> list[Part]:
    """The parts of a figure that hold one panel each, with its labels, in the order of reading.

    Args:
        picture: (height, width, 3), between 0 and 1.

    Returns:
        The rows and columns of each part. All parts together are the figure; it is the only one if it can't be cut.
    """
    ink = np.asarray((picture < 0.99).any(axis=2))
    parts = [(band, column) for band in _bands(ink) for column in _columns(ink[band])]
    found = [_panel(picture[part], ink[part]) for part in parts]
    framed = [panel for panel in found if panel]
    widths = [panel.width for panel in framed]
    if (
        len(framed) == len(parts)
        and max(widths) <= UNLIKE * min(widths)
        and len({(panel.has_scale, panel.has_labels_below) for panel in framed}) == 1
        and not any(panel.has_legend for panel in framed)
        and all(panel.title_is_its_own for panel in framed)
    ):
        return parts
    return [(slice(0, ink.shape[0]), slice(0, ink.shape[1]))]


def _bands(ink: np.ndarray) -> list[slice]:
    """The rows of panels: cut where between two panels there is nothing but the title of the lower one."""
    runs = _runs(np.asarray(ink.any(axis=1)))
    cuts = [0]
    for one, other in pairwise(_large(runs)):
        if other - one == 2 and runs[one + 1][0] - runs[one][1] > runs[other][0] - runs[one + 1][1]:
            cuts.append((runs[one][1] + runs[one + 1][0]) // 2)
    return [slice(*cut) for cut in pairwise([*cuts, len(ink)])]


def _columns(ink: np.ndarray) -> list[slice]:
    """The columns of panels: cut in the first wide gap between two of them.

    A scale of colours, which is a tall box, stays with the panel on its left.
    """
    runs = _runs(np.asarray(ink.any(axis=0)))
    large = _large(runs)
    cuts = [0]
    for one, other in pairwise(large):
        last = max([one, *(i for i in range(one + 1, other) if _has_line(ink[:, slice(*runs[i])]))])
        gaps = {i: runs[i + 1][0] - runs[i][1] for i in range(last, other)}
        wide = next(i for i, gap in gaps.items() if gap >= NEARLY * max(gaps.values()))
        cuts.append((runs[wide][1] + runs[wide + 1][0]) // 2)
    return [slice(*cut) for cut in pairwise([*cuts, ink.shape[1]])]


def _has_line(ink: np.ndarray) -> bool:
    """Whether there is a line down some column, as no letter has one."""
    return any(end - start >= APART for column in ink.T for start, end in _runs(column))


def _runs(drawn: np.ndarray) -> list[tuple[int, int]]:
    """The beginnings and ends of what is drawn without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], drawn, [False]]).astype(int)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _large(runs: list[tuple[int, int]]) -> list[int]:
    """Which of them are large enough for a panel."""
    return [i for i, (start, end) in enumerate(runs) if end - start >= LEAST]


def _panel(picture: np.ndarray, ink: np.ndarray) -> _Panel | None:
    """The panel in a part, None if it has no frame, or if there are more, one above the other."""
    start, end = max(_runs(np.asarray(ink.any(axis=0))), key=lambda run: run[1] - run[0])
    if len(_large(_runs(np.asarray(ink[:, start:end].any(axis=1))))) > 1:
        return None
    lines = np.flatnonzero(ink[:, start:end].mean(axis=1) >= FRAME)
    if not len(lines) or lines[-1] - lines[0] < APART:
        return None
    top, bottom = lines[0], lines[-1] + 1
    title = ink[: max(0, top - ABOVE)].any(axis=0)
    outside = np.concatenate([picture[:top, start:end], picture[bottom:, start:end]])
    return _Panel(
        width=end - start,
        # Half of a title over several panels does not stand in the middle of its own.
        title_is_its_own=not title.any() or abs(np.flatnonzero(title)[[0, -1]].mean() - (start + end) / 2) < ABOVE,
        has_scale=bool(ink[top:bottom, :start].any()),
        has_labels_below=bool(ink[bottom:].any()),
        has_legend=bool((np.ptp(outside, axis=2) > COLOURED).any()),
    )


def for_a_phone(picture: np.ndarray) -> np.ndarray | None:
    """The figure with as many panels in a row as a phone shows, None if that makes it no narrower.

    Args:
        picture: (height, width, 3), between 0 and 1, on white.
    """
    rows: list[list[np.ndarray]] = [[]]
    for part in panels(picture):
        piece = picture[part]
        if rows[-1] and sum(each.shape[1] for each in rows[-1]) + piece.shape[1] > PHONE:
            rows.append([])
        rows[-1].append(piece)
    width = max(sum(piece.shape[1] for piece in row) for row in rows)
    if width == picture.shape[1]:
        return None
    heights = [max(len(piece) for piece in row) for row in rows]
    stacked, top = np.ones((sum(heights), width, 3)), 0
    for row, height in zip(rows, heights, strict=True):
        left = 0
        for piece in row:
            stacked[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
            left += piece.shape[1]
        top += height
    return stacked


def save_for_a_phone(figure: Path) -> Path | None:
    """Write a PNG file with the panels laid out for a phone beside that of a figure, if they can be; give its path."""
    from matplotlib import image

    stacked = for_a_phone(image.imread(figure)[..., :3])
    if stacked is None:
        return None
    path = figure.with_name(f"{figure.stem}-phone.png")
    image.imsave(path, stacked)
    return path

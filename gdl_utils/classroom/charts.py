"""The charts of the report, drawn by matplotlib where it is installed."""

import base64
import io
from collections.abc import Callable, Sequence
from typing import Any

from gdl_utils.installing import has

BLUE, ORANGE, INK = "#0072B2", "#D55E00", "#1f2328"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "report",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": "#57606a",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.parse_math": False,
}


def _drawn(height: float, columns: int, draw: Callable[[list[Any]], None]) -> str:
    """An SVG in base64, "" where there is no matplotlib; `draw` gets its axes."""
    if not has("matplotlib"):
        return ""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    target = io.BytesIO()
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, height), layout="constrained")
        draw(list(figure.subplots(1, columns, squeeze=False).flat))
        figure.savefig(target, format="svg", metadata={"Date": None})
    return base64.b64encode(target.getvalue()).decode()


def scores_chart(scores: Sequence[float], edges: Sequence[float], median: float) -> str:
    """A histogram of scores.

    Args:
        scores: points of each submission.
        edges: of the bars, in points.
        median: of the scores, which is marked.
    """

    def draw(axes: list[Any]) -> None:
        (axis,) = axes
        axis.hist(scores, bins=edges, color=BLUE, rwidth=0.85)
        axis.axvline(median, color=ORANGE, linewidth=2, linestyle="--")
        axis.annotate(
            f"median {median:g}",
            (median, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color="#8a3b00",
        )
        axis.set(xlabel="points", ylabel="submissions", xlim=(edges[0], edges[-1]))
        axis.yaxis.get_major_locator().set_params(integer=True)

    return _drawn(2.5, 1, draw)


def shares_chart(names: Sequence[str], shares: Sequence[float]) -> str:
    """A bar for each exercise: the share of its points that was given, from 0 to 1."""

    def draw(axes: list[Any]) -> None:
        (axis,) = axes
        places = range(len(names))
        axis.barh(places, [100] * len(names), color="#eef1f4", height=0.72)
        axis.barh(places, [100 * share for share in shares], color=BLUE, height=0.72)
        for place, share in enumerate(shares):
            # Beside the bar, or in it where there is no room.
            inside = share > 0.85
            axis.text(
                100 * share + (-1.5 if inside else 1.5),
                place,
                f"{share:.0%}",
                va="center",
                ha="right" if inside else "left",
                color="white" if inside else INK,
            )
        axis.set_yticks(list(places), list(names))
        axis.invert_yaxis()
        axis.set(xlabel="share of the points that were given, in percent", xlim=(0, 100))
        axis.spines["left"].set_visible(False)
        axis.tick_params(axis="y", length=0)

    return _drawn(0.7 + 0.27 * len(names), 1, draw)


def resources_chart(seconds: Sequence[float], memory: Sequence[float]) -> str:
    """Histograms of the seconds and of the MiB of memory that notebooks took."""

    def draw(axes: list[Any]) -> None:
        for axis, values, label in zip(axes, (seconds, memory), ("seconds", "MiB of memory"), strict=True):
            axis.hist(values, bins=min(30, max(5, len(values) // 4)), color=BLUE, rwidth=0.9)
            axis.set(xlabel=label, ylabel="notebooks")
            axis.set_xlim(left=0)
            axis.yaxis.get_major_locator().set_params(integer=True)

    return _drawn(2.3, 2, draw)

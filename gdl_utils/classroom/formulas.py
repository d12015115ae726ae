"""Draws formulas without a script in the page."""

import html
import re
from functools import lru_cache
from typing import Any

from gdl_utils.installing import has

FORMULA = "formula"
FORMULAS = re.compile(r"[\\{]")


@lru_cache(maxsize=4000)
def draw_formula(tex: str) -> str:
    """A formula as inline SVG, by matplotlib, or "" if it can't be drawn or matplotlib is not installed.

    A page needs no script for it.
    """
    tex = tex.strip()
    if not tex or len(tex) > 300 or len(FORMULAS.findall(tex)) > 60 or "$" in tex:
        return ""
    if not has("matplotlib"):
        return ""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    tool, font = TextToPath(), FontProperties(size=TextToPath.FONT_SCALE, math_fontfamily="cm")
    try:
        width, height, descent = tool.get_text_width_height_descent(f"${tex}$", font, ismath=True)
        vertices, codes = tool.get_text_path(font, f"${tex}$", ismath=True)
    except (ValueError, RecursionError, RuntimeError):
        return ""
    em = TextToPath.FONT_SCALE
    box = f"0 {-(height - descent):.0f} {max(width, 1):.0f} {max(height, 1):.0f}"
    style = f"width:{width / em:.2f}em;height:{height / em:.2f}em;vertical-align:{-descent / em:.2f}em"
    name = html.escape(tex)
    return (
        f'<svg class="{FORMULA}" role="img" aria-label="{name}" viewBox="{box}" style="{style}">'
        f'<path d="{_path(vertices, codes)}"/></svg>'
    )


def _path(vertices: Any, codes: Any) -> str:
    commands = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}
    parts = []
    place = 0
    while place < len(codes):
        letter, count = commands.get(int(codes[place]), ("", 0))
        points = " ".join(f"{x:.0f} {-y:.0f}" for x, y in vertices[place : place + count])
        parts.append(letter + points)
        place += max(count, 1)
    return "".join(parts)

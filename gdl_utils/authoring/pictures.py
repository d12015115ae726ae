"""Draws the pictures of assignments into their sources, as attachments of the Markdown cells that show them.

A student needs nothing but the notebook to see such a picture. A cell asks for one by
`![What it shows.](attachment:NAME.png)`, where NAME is one of `gdl_utils.plotting.assignments.DRAWINGS`.
"""

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

from gdl_utils.errors import CourseError

ASKED = re.compile(r"!\[[^\]]*\]\(attachment:(\w+)\.png\)")
DOTS_AN_INCH = 110
COLOURS = 48  # of a picture, which keeps it small


def png_of(name: str) -> bytes:
    """A picture of an assignment, as the bytes of a PNG file.

    Args:
        name: one of `DRAWINGS`.

    Raises:
        CourseError: if nothing is called so.
    """
    import matplotlib as mpl
    from matplotlib import pyplot as plt
    from PIL import Image

    from gdl_utils.plotting.assignments import DRAWINGS

    if name not in DRAWINGS:
        raise CourseError(f"There is no drawing {name!r}", f"choose one of {', '.join(DRAWINGS)}")
    mpl.use("Agg")
    # Whatever else this process has drawn.
    with mpl.rc_context({"font.family": "DejaVu Sans", "savefig.bbox": None}):
        figure = DRAWINGS[name]()
        drawn, packed = io.BytesIO(), io.BytesIO()
        figure.savefig(drawn, dpi=DOTS_AN_INCH, facecolor="white")
        plt.close(figure)
    picture = (
        Image.open(drawn).convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    )
    picture.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def pictures_in(notebook: Path) -> dict[str, bytes | None]:
    """The pictures that the cells of a notebook ask for by name: their bytes, None for one that is not attached.

    Args:
        notebook: its file.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found: dict[str, bytes | None] = {}
    for cell, name in _asking(cells):
        encoded = cell.get("attachments", {}).get(f"{name}.png", {}).get("image/png")
        found[name] = base64.b64decode("".join(encoded)) if encoded else None
    return found


def draw_into(notebook: Path) -> list[str]:
    """Draw what the cells of a notebook ask for, and attach it to them.

    Args:
        notebook: its file; written only if a picture is new or not the same.

    Returns:
        the names of the pictures that were attached.

    Raises:
        CourseError: if a cell asks for a drawing that there is not.
    """
    content = json.loads(notebook.read_text(encoding="utf-8"))
    changed = []
    for cell, name in _asking(content["cells"]):
        picture = {"image/png": base64.b64encode(png_of(name)).decode()}
        if cell.get("attachments") != {f"{name}.png": picture}:
            cell["attachments"] = {f"{name}.png": picture}
            changed.append(name)
    if changed:
        notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return changed


def _asking(cells: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    return [
        (cell, name)
        for cell in cells
        if cell["cell_type"] == "markdown"
        for name in ASKED.findall("".join(cell["source"]))
    ]

"""What may be kept of the outputs of a notebook that a student wrote: only what can't act in a browser.

`gdl grade` and `nbgrader autograde` put the outputs of every notebook through `safe_outputs` before they write it to
autograded/, and Formgrader does so again before it shows one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gdl_utils.classroom.sanitise import IMAGE, Budget, budget_of_outputs, clean_html, clean_markdown, clean_svg

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
TEXTS = ("text/plain", "text/latex")
LEFT_OUT = "An output was left out here, because it can't be shown safely."
Output = Mapping[str, Any]


def with_safe_outputs(content: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook in the form of nbformat 4, with safe outputs."""
    budget = budget_of_outputs()
    cells = [
        {**cell, "outputs": safe_outputs(cell["outputs"], budget)} if isinstance(cell.get("outputs"), list) else cell
        for cell in content["cells"]
    ]
    return {**content, "cells": cells}


def safe_outputs(outputs: Iterable[Output], budget: Budget | None = None) -> list[dict[str, Any]]:
    """The outputs of a cell without anything that could run in a browser, or load something.

    Plain text, formulas and raster images stay as they are, and HTML and SVG are sanitised. Markdown becomes sanitised
    HTML. All else, JavaScript and the state of widgets for example, is left out, and so are an output's own metadata.

    Args:
        outputs: in the form of nbformat.
        budget: what is left of that of the notebook.
    """
    budget = budget or budget_of_outputs()
    return [safe for output in outputs if (safe := _safe(output, budget))]


def _safe(output: Output, budget: Budget) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        return {
            "output_type": kind,
            "ename": _text(output.get("ename")),
            "evalue": _text(output.get("evalue")),
            "traceback": [_text(line) for line in lines] if isinstance(lines, list | tuple) else [],
        }
    if kind not in ("display_data", "execute_result"):
        return None
    data = output.get("data")
    safe = {"output_type": kind, "data": _safe_data(data if isinstance(data, Mapping) else {}, budget), "metadata": {}}
    if kind == "execute_result":
        count = output.get("execution_count")
        safe["execution_count"] = count if type(count) is int else None
    return safe


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "".join(map(_text, value))
    return value if isinstance(value, str) else ""


def _safe_data(data: Mapping[str, Any], budget: Budget) -> dict[str, str]:
    safe = {kind: _text(data[kind]) for kind in TEXTS if kind in data}
    for kind in PICTURES:
        picture = _text(data.get(kind))
        if picture and IMAGE.fullmatch(f"data:{kind};base64,{picture}"):
            safe[kind] = picture
    cleaned = {
        "image/svg+xml": clean_svg(_text(data["image/svg+xml"]), budget) if "image/svg+xml" in data else None,
        "text/html": _html(data, budget),
    }
    # HTML of which nothing is left would hide the plain text.
    safe.update({kind: text for kind, text in cleaned.items() if text and not text.isspace()})
    return safe or {"text/plain": LEFT_OUT}


def _html(data: Mapping[str, Any], budget: Budget) -> str | None:
    if "text/html" in data:
        return clean_html(_text(data["text/html"]), budget)
    return clean_markdown(_text(data["text/markdown"]), budget=budget) if "text/markdown" in data else None

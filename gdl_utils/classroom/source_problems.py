"""Says which cell of a source nbgrader refuses, and why: its own messages name neither."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from traitlets.config import Config

from gdl_utils.classroom.assignment import refuse_other_kernel
from nbjudge.notebook import nbgrader, text_of

GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
# The traits by which a course names its delimiters, as nbgrader spells them.
DELIMITERS = (
    ("ClearSolutions", "begin_solution_delimeter", "BEGIN SOLUTION"),
    ("ClearSolutions", "end_solution_delimeter", "END SOLUTION"),
    ("ClearHiddenTests", "begin_test_delimeter", "BEGIN HIDDEN TESTS"),
    ("ClearHiddenTests", "end_test_delimeter", "END HIDDEN TESTS"),
)


def check_kernels(source: Path) -> None:
    """Refuse an assignment with a notebook that is not in Python.

    Args:
        source: the folder of its sources.

    Raises:
        GradingError: if there is one.
    """
    for name, content in _notebooks(source):
        if isinstance(content, dict):
            refuse_other_kernel(name, content)


def problems_of_cells(source: Path, settings: Config) -> list[str]:
    """Why nbgrader refuses an assignment, one sentence for each cell that it refuses.

    Args:
        source: the folder of its sources.
        settings: the configuration of the course, which may name other delimiters.
    """
    delimiters = [str(settings[kind].get(name, usual)) for kind, name, usual in DELIMITERS]
    found = []
    for name, content in _notebooks(source):
        cells = content.get("cells") if isinstance(content, dict) else None
        if not isinstance(cells, list):
            found.append(f"{name}.ipynb is not a notebook: open it in Jupyter and save it again")
            continue
        seen: dict[str, int] = {}
        for number, cell in enumerate(cells, 1):
            named = f" ({nbgrader(cell)['grade_id']})" if nbgrader(cell).get("grade_id") else ""
            place = f"{name}.ipynb, cell {number}{named}"
            found += [f"{place}: {problem}" for problem in _metadata(nbgrader(cell), number, seen)]
            lines = (text_of(cell.get("source")) or "").split("\n")
            for begin, end in (delimiters[:2], delimiters[2:]):
                found += [f"{place}, {problem}" for problem in _unbalanced(lines, begin, end)]
    return found


def _notebooks(source: Path) -> Iterator[tuple[str, Any]]:
    for path in sorted(source.glob("*.ipynb")):
        try:
            yield path.stem, json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            yield path.stem, None


def _metadata(flags: dict[str, Any], number: int, seen: dict[str, int]) -> Iterator[str]:
    if not any(flags.get(flag) for flag in ("grade", "solution", "locked", "task")):
        return
    name = flags.get("grade_id")
    if not isinstance(name, str) or not GRADE_ID.fullmatch(name):
        yield f"its grade_id {name!r} is not valid; use letters, digits, '-' and '_'"
    elif name in seen:
        yield f"it has the same grade_id as cell {seen[name]}, {name!r}; give each cell its own"
    else:
        seen[name] = number
    points = flags.get("points")
    is_number = isinstance(points, int | float) and not isinstance(points, bool) and points >= 0
    if (flags.get("grade") or flags.get("task")) and not is_number:
        yield f"it is graded, but its points are {points!r}; give it a number"


def _unbalanced(lines: list[str], begin: str, end: str) -> Iterator[str]:
    opened = 0
    for number, line in enumerate(lines, 1):
        if begin in line:
            if opened:
                yield f"line {number}: {begin!r} stands within the part that line {opened} begins"
            opened = number
        elif end in line:
            if not opened:
                yield f"line {number}: {end!r} has no {begin!r} above it"
            opened = 0
    if opened:
        yield f"line {opened}: {begin!r} has no {end!r} below it"

"""Rebuilds a submission from its source: all that is fixed comes from the source, only answers from the student."""

import copy
import json
import re
from dataclasses import dataclass, field
from typing import Any

from nbjudge.lost_cells import joined, lost_answers
from nbjudge.model import Limits, SourceNotebook
from nbjudge.notebook import Cell, grade_id, is_solution, nbgrader, text_of

FINDINGS = 100  # more are counted, not told
MOST_MEMORY = 400 << 20
MOST_MEMORY_OF_OLD = 4 << 20  # without outputs: to convert it takes a hundred times as long and as much memory
MOST_CELLS = 200_000  # that are looked at, damaged ones among them
# It never goes back: a text without an end reaches to the end of the file.
TEXT_IN_JSON = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
MISSING = "# This cell was missing from the submission."


class UnreadableError(ValueError):
    """A file that is not a notebook that can be graded."""


class OtherNotebookError(ValueError):
    """A notebook of some other assignment."""


@dataclass
class Rebuilt:
    """A notebook that is ready to be run.

    Attributes:
        content: in nbformat 4, without outputs.
        findings: what was repaired, one sentence each.
        missing: grade_ids of solution cells that the submission did not have.
        by_place: grade_ids of written answers whose cells were lost, and which were found by their place.
        without_marks: whether no cell of the submission had a grade_id.
    """

    content: dict[str, Any]
    findings: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    by_place: list[str] = field(default_factory=list)
    without_marks: bool = False


def read(data: bytes, limits: Limits) -> tuple[list[Cell], list[str]]:
    """The cells of a submitted notebook, each with cell_type, source, metadata and attachments, and what was odd.

    Raises:
        UnreadableError: if it is no notebook, with the reason.
    """
    if len(data) > limits.notebook_bytes:
        raise UnreadableError(
            f"the notebook has {_mib(len(data))}, more than the {_mib(limits.notebook_bytes)} allowed"
        )
    if _memory(data) > MOST_MEMORY:
        raise UnreadableError(f"the notebook would take more than {_mib(MOST_MEMORY)} of memory to be read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("the notebook is not text in UTF-8") from None
    try:
        content = json.loads(text)
    except RecursionError:
        raise UnreadableError("the notebook is nested too deep") from None
    except ValueError:
        raise UnreadableError("the notebook is not valid JSON; it may be damaged or cut off") from None
    if not isinstance(content, dict):
        raise UnreadableError("the file holds JSON, but no notebook")
    version = content.get("nbformat")
    if version == 3:
        # Importing it takes longer than grading a notebook.
        import nbformat

        try:
            _drop_old_outputs(content)
            if _memory(json.dumps(content).encode()) > MOST_MEMORY_OF_OLD:
                raise UnreadableError("the notebook is of the old version 3, and too large to be converted")
            content = json.loads(nbformat.writes(nbformat.convert(nbformat.from_dict(content), 4)))
        except UnreadableError:
            raise
        except Exception:
            raise UnreadableError("the notebook is of the old version 3 and damaged") from None
    elif version != 4 or isinstance(version, bool):
        # Anything but a number is the student's own text, which a reason need not hold.
        said = str(version)[:20] if type(version) is int else "none"
        raise UnreadableError(f"the notebook says that its version is {said}; only 3 and 4 can be read")
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("the notebook has no list of cells")
    if len(cells) > MOST_CELLS:
        raise UnreadableError(f"the notebook has {len(cells)} cells, more than {MOST_CELLS}")
    readable: list[Cell] = []
    damaged: list[int] = []
    for number, cell in enumerate(cells, 1):
        source = text_of(cell.get("source", "")) if isinstance(cell, dict) else None
        if source is None:
            damaged.append(number)
            continue
        kind = cell.get("cell_type")
        kind = kind if kind in ("code", "markdown", "raw") else "raw"
        metadata = cell.get("metadata")
        kept = {"cell_type": kind, "source": source, "metadata": metadata if isinstance(metadata, dict) else {}}
        attachments = cell.get("attachments")
        if kind == "markdown" and _are_attachments(attachments):
            kept["attachments"] = json.loads(text_of(json.dumps(attachments, ensure_ascii=False)) or "{}")
        readable.append(kept)
    # What it shows counts for nothing: the cells are run again.
    size = sum(len(cell["source"]) + _size(cell.get("attachments")) for cell in readable)
    if size > limits.source_bytes:
        raise UnreadableError(
            f"the cells of the notebook hold {_mib(size)} without their outputs, more than the "
            f"{_mib(limits.source_bytes)} allowed"
        )
    return readable, _few(
        [f"Cell {number} is damaged and was left out." for number in damaged[: FINDINGS + 1]], len(damaged)
    )


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB" if size >= 1 << 20 else f"{size} bytes"


def _size(attachments: Any) -> int:
    return sum(len(data) for bundle in (attachments or {}).values() for data in bundle.values())


def _memory(data: bytes) -> int:
    """Bytes that the values of a JSON file may take in memory, however few they take in the file; texts apart."""
    total = _weight(data)
    # Commas and brackets in texts are no values.
    return total if total <= MOST_MEMORY else _weight(TEXT_IN_JSON.sub(b"", data))


def _weight(data: bytes) -> int:
    return 64 * (data.count(b"[") + data.count(b"{")) + 40 * data.count(b",")


def _drop_old_outputs(content: dict[str, Any]) -> None:
    for sheet in content.get("worksheets", []):
        for cell in sheet.get("cells", []):
            if "outputs" in cell:
                cell["outputs"] = []


def _few(findings: list[str], count: int) -> list[str]:
    # A notebook of a million damaged cells has a million findings.
    return (
        findings if count <= FINDINGS else [*findings[:FINDINGS], f"There are {count - FINDINGS} more such findings."]
    )


def _are_attachments(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(bundle, dict) and all(isinstance(data, str) for data in bundle.values()) for bundle in value.values()
    )


def rebuild(source: SourceNotebook, data: bytes, limits: Limits) -> Rebuilt:
    """Put the student's answers into the source notebook.

    Cells with a grade_id, their points, tags and order come from the source. The student gives the text of solution
    cells and cells of his or her own, which stay where they were between them. A solution cell that occurs twice runs
    as often as it occurs, in its place.

    Raises:
        UnreadableError: if the file is no notebook.
        OtherNotebookError: if it belongs to some other source.
    """
    cells, findings = read(data, limits)
    fixed = {name: cell for cell in source.content["cells"] if (name := grade_id(cell))}
    named = [name for cell in cells if (name := grade_id(cell))]
    if named and not any(name in fixed for name in named):
        raise OtherNotebookError("none of its exercises is one of this notebook's; it may be of another assignment")

    by_place = lost_answers(source, cells)
    moved = {id(cell) for found in by_place.values() for cell in found}
    answers: dict[str, Cell] = {}
    own: dict[str | None, list[Cell]] = {None: []}
    place: str | None = None
    order = []
    for cell in cells:
        name = grade_id(cell)
        if id(cell) in moved:
            continue
        if name not in fixed:
            if name:
                shown = name if len(name) < 80 else f"{name[:80]}..."
                findings.append(f"The cell {shown!r} is not in the assignment; it runs as one of the student's own.")
            own[place].append(cell)
        elif name in answers:
            if is_solution(fixed[name]):
                findings.append(f"The cell {name!r} occurs more than once; all of them run, in their order.")
                own[place].append(cell)
            else:
                findings.append(f"A copy of the locked cell {name!r} was removed.")
        else:
            answers[name] = cell
            order.append(name)
            own[name] = []
            place = name
            findings += _changes(fixed[name], cell)
    total = sum(len(extra) for extra in own.values())
    if total > limits.cells:
        raise UnreadableError(f"the notebook has {total} cells beside the exercises, more than {limits.cells}")
    if order != [name for name in fixed if name in answers]:
        findings.append("The exercises were in another order; they were put back into theirs.")

    for name, lost in by_place.items():
        answers[name] = joined(lost, fixed[name]["source"])
        findings.append(f"The cell {name!r} was lost; what stands in its place was graded instead.")
    findings = _few(findings, len(findings))
    # Cells have ids since nbformat 4.5.
    minor = max(source.content.get("nbformat_minor", 0), 5)
    result = Rebuilt({**source.content, "nbformat_minor": minor, "cells": []}, findings)
    result.by_place, result.without_marks = list(by_place), not named
    ids = _Ids()
    result.content["cells"] += [_own(cell, ids) for cell in own[None]]
    for name, cell in fixed.items():
        built = copy.deepcopy(cell)
        _clear(built)
        built["id"] = ids.next(cell.get("id"))
        if name not in answers:
            findings.append(f"The cell {name!r} was missing; it was put back.")
            if is_solution(cell):
                result.missing.add(name)
                built["source"] = MISSING if cell["cell_type"] == "code" else MISSING.removeprefix("# ")
        elif is_solution(cell):
            built["source"] = answers[name]["source"]
            if cell["cell_type"] == "markdown" and "attachments" in answers[name]:
                built["attachments"] = answers[name]["attachments"]
        result.content["cells"].append(built)
        result.content["cells"] += [_own(extra, ids) for extra in own.get(name, [])]
    return result


class _Ids:
    # Cell ids must be unique, and those of students can't be relied on.
    def __init__(self) -> None:
        self.used: set[str] = set()

    def next(self, wanted: Any = None) -> str:
        name = wanted if isinstance(wanted, str) else f"own-{len(self.used)}"
        while name in self.used:
            name += "-"
        self.used.add(name)
        return name


def _clear(cell: Cell) -> None:
    if cell["cell_type"] == "code":
        cell["outputs"] = []
        cell["execution_count"] = None


def _own(cell: Cell, ids: _Ids) -> Cell:
    built: Cell = {"cell_type": cell["cell_type"], "id": ids.next(), "metadata": {}, "source": cell["source"]}
    if "attachments" in cell and cell["cell_type"] == "markdown":
        built["attachments"] = cell["attachments"]
    _clear(built)
    return built


def _changes(fixed: Cell, cell: Cell) -> list[str]:
    name, here, there = grade_id(fixed), nbgrader(fixed), nbgrader(cell)
    findings = []
    if cell["cell_type"] != fixed["cell_type"]:
        findings.append(f"The cell {name!r} was turned into {cell['cell_type']}; it was turned back.")
    if any(bool(here.get(key)) != bool(there.get(key)) for key in ("grade", "solution", "locked", "task")):
        findings.append(f"The metadata of the cell {name!r} were changed; they were put back.")
    elif here.get("points") is not None and there.get("points") != here.get("points"):
        findings.append(f"The points of the cell {name!r} were changed; they were put back.")
    if there and cell["metadata"].get("tags", []) != fixed["metadata"].get("tags", []):
        findings.append(f"The tags of the cell {name!r} were changed; they were put back.")
    return findings

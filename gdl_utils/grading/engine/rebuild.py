"""Rebuilds a submission from its source: all that is fixed comes from the source, only answers from the student."""

import ast
import copy
import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gdl_utils.grading.engine.results import Limits, SourceNotebook

SETUP = "setup"
FINDINGS = 100  # more are counted, not told
MISSING = "# This cell was missing from the submission."
Cell = dict[str, Any]


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
    """

    content: dict[str, Any]
    findings: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)


def nbgrader(cell: Cell) -> dict[str, Any]:
    """Nbgrader's metadata of a cell, {} if it has none."""
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def grade_id(cell: Cell) -> str | None:
    """The grade_id of a cell, None if it has none."""
    found = nbgrader(cell).get("grade_id")
    return found if isinstance(found, str) and found else None


def is_solution(cell: Cell) -> bool:
    """Whether the text of this cell is the student's."""
    return bool(nbgrader(cell).get("solution"))


def is_graded(cell: Cell) -> bool:
    """Whether this cell has points that a test or a person gives."""
    return bool(nbgrader(cell).get("grade"))


def checksum(cell: Cell) -> str:
    """Nbgrader's digest of a cell, which tells whether an answer is still what was released.

    The same as `nbgrader.utils.compute_checksum`, whose import takes longer than grading a notebook.
    """
    data = nbgrader(cell)
    locked = not is_solution(cell) and (is_graded(cell) or bool(data.get("locked")))
    parts = [cell["source"], cell["cell_type"], str(data.get("grade", False)), str(data.get("solution", False))]
    parts += [str(locked), str(data.get("grade_id"))]
    if is_graded(cell):
        parts.append(str(float(data.get("points") or 0)))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def is_unanswered(cell: Cell) -> bool:
    """Whether the text of a solution cell is that of the release."""
    return nbgrader(cell).get("checksum") == checksum(cell)


def is_test(cell: Cell) -> bool:
    """Whether the judge runs this cell and scores it."""
    return is_graded(cell) and not is_solution(cell) and cell["cell_type"] == "code"


def is_setup(cell: Cell) -> bool:
    """Whether this cell runs both in the student process and in the judge."""
    locked = nbgrader(cell).get("locked") and not is_solution(cell) and not is_graded(cell)
    return bool(locked) and cell["cell_type"] == "code" and SETUP in cell["metadata"].get("tags", [])


def _text(source: Any) -> str | None:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    # Halves of surrogate pairs are in JSON but in no text; no file could hold them.
    return source.encode("utf-8", "replace").decode()


def read(data: bytes, limits: Limits) -> tuple[list[Cell], list[str]]:
    """The cells of a submitted notebook, each with cell_type, source, metadata and attachments, and what was odd.

    Raises:
        UnreadableError: if it is no notebook, with the reason.
    """
    if len(data) > limits.notebook_bytes:
        raise UnreadableError(f"the notebook has {len(data)} bytes, more than the {limits.notebook_bytes} allowed")
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
            content = json.loads(nbformat.writes(nbformat.convert(nbformat.from_dict(content), 4)))
        except Exception:
            raise UnreadableError("the notebook is of the old version 3 and damaged") from None
    elif version != 4 or isinstance(version, bool):
        # Anything but a number is the student's own text, which a reason need not hold.
        said = str(version)[:20] if type(version) is int else "none"
        raise UnreadableError(f"the notebook says that its version is {said}; only 3 and 4 can be read")
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("the notebook has no list of cells")
    found: list[Cell] = []
    damaged: list[int] = []
    for number, cell in enumerate(cells, 1):
        source = _text(cell.get("source", "")) if isinstance(cell, dict) else None
        if source is None:
            damaged.append(number)
            continue
        kind = cell.get("cell_type")
        kind = kind if kind in ("code", "markdown", "raw") else "raw"
        metadata = cell.get("metadata")
        kept = {"cell_type": kind, "source": source, "metadata": metadata if isinstance(metadata, dict) else {}}
        attachments = cell.get("attachments")
        if kind == "markdown" and _are_attachments(attachments):
            kept["attachments"] = json.loads(_text(json.dumps(attachments, ensure_ascii=False)) or "{}")
        found.append(kept)
    return found, _few(
        [f"Cell {number} is damaged and was left out." for number in damaged[: FINDINGS + 1]], len(damaged)
    )


def _few(findings: list[str], count: int) -> list[str]:
    # A notebook of a million damaged cells has a million findings.
    return (
        findings if count <= FINDINGS else [*findings[:FINDINGS], f"There are {count - FINDINGS} more such findings."]
    )


def _are_attachments(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(bundle, dict) and all(isinstance(data, str) for data in bundle.values()) for bundle in found.values()
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

    answers: dict[str, Cell] = {}
    own: dict[str | None, list[Cell]] = {None: []}
    place: str | None = None
    order = []
    for cell in cells:
        name = grade_id(cell)
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

    findings = _few(findings, len(findings))
    # Cells have ids since nbformat 4.5.
    minor = max(source.content.get("nbformat_minor", 0), 5)
    result = Rebuilt({**source.content, "nbformat_minor": minor, "cells": []}, findings)
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
                built["source"] = MISSING if cell["cell_type"] == "code" else ""
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
    found = []
    if cell["cell_type"] != fixed["cell_type"]:
        found.append(f"The cell {name!r} was turned into {cell['cell_type']}; it was turned back.")
    if any(bool(here.get(key)) != bool(there.get(key)) for key in ("grade", "solution", "locked", "task")):
        found.append(f"The metadata of the cell {name!r} were changed; they were put back.")
    elif here.get("points") is not None and there.get("points") != here.get("points"):
        found.append(f"The points of the cell {name!r} were changed; they were put back.")
    if there and cell["metadata"].get("tags", []) != fixed["metadata"].get("tags", []):
        found.append(f"The tags of the cell {name!r} were changed; they were put back.")
    return found


def _syntax(cell: Cell) -> list[ast.AST]:
    """All nodes of the syntax of a cell; none if it is no code or no Python."""
    if cell["cell_type"] != "code":
        return []
    try:
        return list(ast.walk(ast.parse(_python(_text(cell["source"]) or ""))))
    except (SyntaxError, ValueError):
        return []


def imports_of(source: SourceNotebook) -> dict[str, str]:
    """Statements of the source notebook that import a name, by the name.

    The judge imports them itself: a module that comes from the student's process could be any other.
    """
    found = dict(source.imports)
    for cell in source.content["cells"]:
        for node in _syntax(cell):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    found.setdefault(name, ast.unparse(ast.Import([alias])))
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    statement = ast.unparse(ast.ImportFrom(node.module, [alias], 0))
                    if alias.name == "*":
                        # The one entry that may hold several statements, one a line.
                        found["*"] = f"{found['*']}\n{statement}" if "*" in found else statement
                    else:
                        found.setdefault(alias.asname or alias.name, statement)
    return found


def names_of_answers(source: SourceNotebook) -> list[str]:
    """The names that the solution cells of the source notebook define."""
    found = set(source.answers)
    for cell in source.content["cells"]:
        for node in _syntax(cell) if is_solution(cell) else []:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return sorted(found)


@lru_cache(maxsize=1000)
def _python(source: str) -> str:
    # IPython's own syntax, as in `%matplotlib inline`, must not hide the imports below it.
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return str(TransformerManager().transform_cell(source))
    return source

"""Outputs with which a notebook was submitted, for a rebuilt one that is not run again."""

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbformat.v4.rwbase import rejoin_lines

from gdl_utils.classroom.safe_outputs import safe_outputs
from gdl_utils.classroom.sanitise import Budget, budget_of_outputs

MOST_OUTPUTS = 2_000  # that are checked, half a millisecond each


def keep_outputs(cells: Any, built: NotebookNode) -> None:
    """Give the cells of a rebuilt notebook the outputs with which they were submitted."""
    named: dict[str, Any] = {}
    others: dict[str, list[Any]] = {}
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        metadata = cell.get("metadata")
        data = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        name = data.get("grade_id") if isinstance(data, dict) else None
        if isinstance(name, str) and name and name not in named:
            named[name] = cell
        source = cell.get("source")
        others.setdefault("".join(source) if isinstance(source, list) else str(source), []).append(cell)
    budget, room = budget_of_outputs(), MOST_OUTPUTS
    for cell in built.cells:
        if cell.cell_type != "code":
            continue
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        # A cell without a name is known by its text; of several with the same, each takes the next one's.
        same = others.get(cell.source, [])
        submitted = named.get(name) if name else same.pop(0) if same else None
        if submitted is None:
            continue
        outputs = submitted.get("outputs")
        taken = outputs[:room] if isinstance(outputs, list) else []
        room -= len(taken)
        cell.outputs = [valid for output in taken if (valid := _valid_output(output, budget))]
        count = submitted.get("execution_count")
        cell.execution_count = count if type(count) is int and count >= 0 else None


def _valid_output(output: Any, budget: Budget) -> NotebookNode | None:
    try:
        book = rejoin_lines(new_notebook(cells=[new_code_cell(outputs=[nbformat.from_dict(output)])]))
        nbformat.validate(book)
    except Exception:
        # There are as many ways to be damaged as there are students.
        return None
    return next((nbformat.from_dict(safe) for safe in safe_outputs(book.cells[0].outputs, budget)), None)

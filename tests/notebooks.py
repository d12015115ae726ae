"""The one builder of notebooks with nbgrader's metadata; every test that needs such a notebook makes it here."""

import json
from typing import Any

import nbformat

Cell = dict[str, Any]
Notebook = dict[str, Any]

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SOLUTION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def cell(source: str, name: str | None = None, kind: str = "code", tags: tuple[str, ...] = (), **flags: Any) -> Cell:
    """A cell as a dictionary; with a name it has nbgrader's metadata, among them the flags: grade, solution, points."""
    made: Cell = {
        "cell_type": kind,
        "id": name or "",
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source,
    }
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    if name:
        plain = {"grade": False, "solution": False, "locked": False, "task": False}
        made["metadata"]["nbgrader"] = {
            **plain, "grade_id": name, "schema_version": 3, "cell_type": kind, **flags,
        }  # fmt: skip
    return made


def text(source: str, name: str | None = None, **flags: Any) -> Cell:
    """A cell of text."""
    return cell(source, name, "markdown", **flags)


def added(source: str, id: str, kind: str = "code") -> Cell:
    """A cell that a student has added."""
    return cell(source, kind=kind) | {"id": id}


def setup(source: str, name: str = "setup") -> Cell:
    """A locked cell that runs in both processes."""
    return cell(source, name, tags=("setup",), locked=True)


def locked(source: str, name: str) -> Cell:
    """A cell that students may not change, and that only their process runs."""
    return cell(source, name, locked=True)


def solution(source: str, name: str) -> Cell:
    """The cell of an exercise in a source notebook, with its reference solution."""
    return cell(SOLUTION.format(source), name, solution=True)


def answer(source: str = STUB, name: str = "answer") -> Cell:
    """The cell of an exercise in a release or a submission."""
    return cell(source, name, solution=True)


def test(visible: str, name: str, points: float, hidden: str = "", after: str = "") -> Cell:
    """A test cell, with hidden tests below the visible ones if there are any, and what comes after them."""
    source = "\n".join(part for part in (visible, HIDDEN.format(hidden) if hidden else "", after) if part)
    return cell(source, name, grade=True, locked=True, points=points)


test.__test__ = False  # type: ignore[attr-defined]  # not one of pytest's


def by_hand(source: str, name: str, points: float, kind: str = "markdown") -> Cell:
    """An answer that a person grades."""
    return cell(source, name, kind, grade=True, solution=True, points=points)


def notebook(*cells: Cell, **metadata: Any) -> Notebook:
    """A notebook of nbformat 4.5; cells without an id get one."""
    for number, each in enumerate(cells):
        each["id"] = each.get("id") or f"cell-{number}"
    return {
        "cells": list(cells),
        "metadata": {"kernelspec": KERNEL, **metadata},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def as_node(content: Notebook) -> nbformat.NotebookNode:
    """A notebook as nbformat has it."""
    return nbformat.from_dict(content)


def as_bytes(content: Notebook) -> bytes:
    """A notebook as a file."""
    return json.dumps(content).encode()


def name_of(each: Cell) -> str | None:
    """The grade_id of a cell."""
    return each["metadata"].get("nbgrader", {}).get("grade_id")


def cell_of(content: Notebook, name: str) -> Cell:
    """The cell with a grade_id."""
    return next(each for each in content["cells"] if name_of(each) == name)

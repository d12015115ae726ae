"""Notebooks of two cells, for tests that only need some code to be run and graded."""

import copy
import json

from nbjudge import Assignment, EngineOptions, Graded, Limits, SourceNotebook, grade


def cell(source, name=None, kind="code", **flags):
    """A cell, with nbgrader's metadata if it has a name."""
    made = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    if name:
        made["metadata"]["nbgrader"] = {"grade_id": name, "schema_version": 3, "locked": True} | flags
    return made


def notebook(*cells):
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def answer(source="# your answer", name="answer"):
    return cell(source, name, solution=True, locked=False)


def assignment(*tests):
    """An assignment of one answer and tests of two points each."""
    cells = [cell(test, f"test-{number}", grade=True, points=2) for number, test in enumerate(tests, 1)]
    return Assignment("small", (SourceNotebook("small", notebook(answer(), *cells)),))


def handed_in(task, *sources):
    """A submission: the first source is the answer, the others are cells of the student's own below it."""
    content = copy.deepcopy(task.notebooks[0].content)
    content["cells"][0]["source"] = sources[0]
    content["cells"][1:1] = [cell(source) for source in sources[1:]]
    return {"small.ipynb": json.dumps(content).encode()}


def graded(*sources, tests=("assert x == 1",), limits=None, **options) -> Graded:
    task = assignment(*tests)
    return grade(task, handed_in(task, *sources), limits or Limits(cell_seconds=10), EngineOptions(**options))


def printed(result: Graded) -> str:
    """What the student's cells printed."""
    content = result.notebooks[0].content
    return "".join(out.get("text", "") for one in content["cells"] for out in one.get("outputs", []))

"""Loads an assignment for the engine: what was released, with its hidden tests, and without its solutions."""

import copy
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

from gdl_utils.classroom.course import HIDDEN, Course
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.classroom.student_files import read_files
from gdl_utils.errors import GradingError
from nbjudge import Assignment, SourceNotebook
from nbjudge.hints import BEGIN, END
from nbjudge.notebook import grade_id, imports_of, is_solution, is_test, names_of_answers, text_of

PREPARE = "prepare.py"  # in the folder of hidden files
PYTHON = ("python", "python3", "ipython")  # names of the language
# A kernel of Python's may have any name.
OTHER_KERNELS = re.compile(r"(?:ir|irkernel|xr|julia|octave|matlab|sas|stata|bash|javascript|scala|xcpp\d*)[\d._-]*")
CHECK = "check"  # what it is told when the assignment itself is checked
# The traits by which a course names its own marks of hidden tests, as nbgrader spells them, with the usual marks.
SEEN_TO_FAIL = "seen-to-fail"  # put on a cell whose author ran it and kept the error among its outputs
OF_SOLUTION = re.compile("(BEGIN|END) SOLUTION")
MARKS = (("begin_test_delimeter", BEGIN), ("end_test_delimeter", END))


def prepare(source: Path, checking: bool = False) -> None:
    """Run hidden/prepare.py of an assignment, if there is one, before its files are read.

    It makes what can't be kept in a repository, such as data that may not be handed on. It is run by itself in its own
    folder, what it prints is shown, and if it ends with an error, its last words are the reason.

    Args:
        source: the folder of the assignment.
        checking: whether the assignment itself is checked with its reference solutions, not students' work. The script
            gets the argument `check` then, and makes what they need on any machine.

    Raises:
        GradingError: if it ends with an error.
    """
    script = source / HIDDEN / PREPARE
    if not script.is_file():
        return
    command = [sys.executable, "-B", script.name, *([CHECK] if checking else [])]
    done = subprocess.run(command, cwd=script.parent, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise GradingError(f"{script} failed: {reason}")


def with_usual_marks(text: str, settings: Config) -> str:
    """The text of a cell whose hidden tests are marked as the engine knows it, line for line.

    Args:
        text: with the marks that the course uses.
        settings: the configuration of the course.
    """
    for name, usual in MARKS:
        own = str(settings.ClearHiddenTests.get(name, usual))
        if own != usual:
            text = "\n".join(f"### {usual}" if own in line else line for line in text.split("\n"))
    return text


def load_assignment(source: Path, gradebook: ClassGradebook, settings: Config) -> Assignment:
    """The assignment as it was released into the gradebook, with its hidden tests but without the solutions.

    Args:
        source: its folder of sources.
        gradebook: into which it was released.
        settings: the configuration of the course.

    Raises:
        GradingError: if a notebook is missing, or is not in Python.
    """
    notebooks = tuple(_load_notebook(source, name, gradebook, settings) for name in gradebook.cells)
    given = {
        name: data
        for name, data in read_files(source).items()
        if not (name.endswith(".ipynb") or name.startswith(f"{HIDDEN}/"))
    }
    return Assignment(source.name, notebooks, given, _hidden_files(source))


def _hidden_files(source: Path) -> dict[str, bytes]:
    prefix = f"{HIDDEN}/"
    files = {name.removeprefix(prefix): data for name, data in read_files(source).items() if name.startswith(prefix)}
    files.pop(PREPARE, None)
    return {name: data for name, data in files.items() if not name.endswith(".ipynb")}


def prepared_for_reference(assignment: Assignment, source: Path) -> Assignment:
    """The assignment with what its reference solutions need: what is prepared for a class they may know nothing of.

    Args:
        assignment: as it is going to be graded.
        source: the folder of its sources, in which nothing changes.

    Raises:
        GradingError: if its preparation fails.
    """
    if not (source / HIDDEN / PREPARE).is_file():
        return assignment
    with tempfile.TemporaryDirectory() as scratch:
        copied = Path(scratch) / source.name
        shutil.copytree(source, copied)
        prepare(copied, checking=True)
        return replace(assignment, hidden=_hidden_files(copied))


def _load_notebook(source: Path, name: str, gradebook: ClassGradebook, settings: Config) -> SourceNotebook:
    path = source / f"{name}.ipynb"
    if not path.is_file():
        raise GradingError(f"The gradebook knows a notebook {name}, but there is no {path}", "restore it or rename it")
    content = json.loads(nbformat.writes(nbformat.read(path, as_version=4), split_lines=False))
    refuse_other_kernel(name, content)
    solved = SourceNotebook(name, copy.deepcopy(content))
    released = gradebook.source_cells(name)
    for cell in content["cells"]:
        if "outputs" in cell:
            if any(output["output_type"] == "error" for output in cell["outputs"]):
                cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), SEEN_TO_FAIL]
            cell["outputs"], cell["execution_count"] = [], None
        if (cell_name := grade_id(cell)) in released:
            # Directives for tests (AUTOTEST) have been replaced there, and solutions by their stubs.
            cell["source"], cell["metadata"]["nbgrader"]["checksum"] = released[str(cell_name)]
        elif is_solution(cell):
            cell["source"] = ""
        if is_test(cell):
            cell["source"] = with_usual_marks(cell["source"], settings)
    # What the solutions import and define is known of them, no more.
    return SourceNotebook(name, content, imports_of(solved), names_of_answers(solved))


def reference_solutions(source: Path) -> dict[str, dict[str, str]]:
    """The texts of the solution cells of an assignment's sources, by notebook and grade_id.

    Args:
        source: the folder of the sources.
    """
    return {
        path.stem: {
            str(grade_id(cell)): _as_handed_in(cell["source"])
            for cell in nbformat.read(path, as_version=4).cells
            if is_solution(cell)
        }
        for path in sorted(source.glob("*.ipynb"))
    }


def _as_handed_in(text: str) -> str:
    # The mark of a solution above it would take a cell magic from the first line, where IPython looks for it.
    lines = text.split("\n")
    first = next((line for line in lines if not OF_SOLUTION.search(line)), "")
    return "\n".join(line for line in lines if not OF_SOLUTION.search(line)) if first.startswith("%%") else text


def sheets_of(course: Course, assignment: str) -> tuple[SourceNotebook, ...]:
    """The notebooks of an assignment as far as it takes to know them again: as released, else as in the sources."""
    sheets = []
    for path in sorted(course.source(assignment).glob("*.ipynb")):
        released = course.release(assignment) / path.name
        content = json.loads((released if released.is_file() else path).read_text(encoding="utf-8"))
        cells = [{**cell, "source": text_of(cell.get("source", "")) or ""} for cell in content.get("cells", [])]
        sheets.append(SourceNotebook(path.stem, {**content, "cells": cells}))
    return tuple(sheets)


def other_kernel(content: dict[str, Any]) -> str | None:
    """The kernel of a notebook that is not Python's, None if it is or is not said."""
    spec, info = (_part(content.get("metadata"), name) for name in ("kernelspec", "language_info"))
    name = str(spec.get("name") or "")
    language = spec.get("language") or info.get("name")
    is_other = str(language).lower() not in PYTHON if language else OTHER_KERNELS.fullmatch(name.lower())
    return (name or str(language)) if is_other else None


def _part(metadata: Any, name: str) -> dict[str, Any]:
    part = metadata.get(name) if isinstance(metadata, dict) else None
    return part if isinstance(part, dict) else {}


def refuse_other_kernel(name: str, content: dict[str, Any]) -> None:
    """Refuse a notebook that is not in Python.

    Args:
        name: of the notebook.
        content: what is in its file.

    Raises:
        GradingError: if its metadata name another kernel or language; without any it counts as Python.
    """
    if kernel := other_kernel(content):
        raise GradingError(
            f"{name} is for the kernel {kernel!r}, but the grading engine runs Python only",
            "leave it to nbgrader as shipped ('nbgrader.preprocessors.Execute' in place of JudgeCells in "
            "c.Autograde.autograde_preprocessors) if you trust every notebook",
        )

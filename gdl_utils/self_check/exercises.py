"""Runs a notebook as its student has it, with the tests that the student can see, and says how each exercise goes.

Needs no more than the packages of the course and Jupyter: nothing of nbgrader.
"""

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gdl_utils.errors import CourseError
from gdl_utils.self_check.explain import STUB_LEFT, UNANSWERED, short, stub_is_left
from gdl_utils.self_check.kernel import Kernel
from gdl_utils.self_check.results import ExerciseResult, State, TestResult
from gdl_utils.self_check.syntax import statements

HEADING = re.compile(r"^##\s+(?P<title>.+?)(?:\s+\([^()]*points?\))?\s*$", re.MULTILINE)
STAND_IN = "Data: stand-in"  # how `load_cifar10` begins the line in which it says so
TRAINED_ON_DRAWINGS = (
    "This machine has no copy of CIFAR-10, so your notebook ran on the stand-in, ten kinds of drawings: what a network "
    "learns from them does not count. 'gdl data --load' downloads CIFAR-10, and GDL_CIFAR10 names a copy."
)


def check(
    notebook: Path,
    seconds: float = 30,
    on_cell: Callable[[int, int], None] | None = None,
    kernel: Kernel | None = None,
) -> list[ExerciseResult]:
    """Run a notebook from the top in a new kernel, in its folder, and report on its exercises.

    Args:
        notebook: the file, which is not changed.
        seconds: after which a cell is interrupted.
        on_cell: called with the number of code cells that are done and of all.
        kernel: that has started; a new one if none.

    Raises:
        CourseError: if there is no such notebook, it has no exercises, or Jupyter is not installed.
    """
    cells = read_cells(notebook)
    exercises = _Exercises()
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    with kernel or Kernel(notebook.resolve().parent, seconds) as kernel:
        kernel.seconds = seconds
        kernel.begin(first_cells(cells))
        done = 0
        for number, cell in enumerate(cells, 1):
            exercises.see(number, cell, kernel)
            if cell["cell_type"] == "code":
                done += 1
                if on_cell:
                    on_cell(done, len(code))
    return exercises.all()


def first_cells(cells: list[dict[str, Any]]) -> list[str]:
    """The texts of the code cells that come first and are a part of the assignment, such as its imports."""
    code = [cell for cell in cells if cell["cell_type"] == "code" and cell["source"].strip()]
    given = itertools.takewhile(_is_given, code)
    return [cell["source"] for cell in given]


def _is_given(cell: dict[str, Any]) -> bool:
    metadata = metadata_of(cell)
    return bool(metadata.get("locked")) and not metadata.get("solution") and not metadata.get("grade")


def read_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook file, each with its source as one text.

    Raises:
        CourseError: if there is no such notebook, or it has no exercises.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CourseError(f"{path} can't be read ({error.strerror})", "name your notebook, NAME.ipynb") from None
    except (ValueError, RecursionError):
        raise CourseError(f"{path} is not a notebook", "name a file that Jupyter has saved, NAME.ipynb") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or content.get("nbformat") != 4:
        raise CourseError(f"{path} is not in notebook format 4", "open it in Jupyter and save it again")
    checked = []
    for cell in cells:
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, list):
            source = "".join(str(line) for line in source)
        if not isinstance(source, str) or not isinstance(cell.get("metadata"), dict):
            raise CourseError(f"{path} has a damaged cell", "open it in Jupyter, save it and try again")
        checked.append({**cell, "source": source})
    if not any(metadata_of(cell).get("grade") for cell in checked):
        raise CourseError(f"{path} has no cell of tests", "name a notebook of an assignment, as it was handed out")
    return checked


def metadata_of(cell: dict[str, Any]) -> dict[str, Any]:
    """What nbgrader knows of a cell, empty if it is not one of an assignment's."""
    metadata = cell["metadata"].get("nbgrader")
    return metadata if isinstance(metadata, dict) else {}


class _Exercises:
    """Collects what the cells do, exercise by exercise."""

    def __init__(self) -> None:
        self.results: list[ExerciseResult] = [ExerciseResult("")]
        self.title = ""
        self.stub_is_left = False

    def all(self) -> list[ExerciseResult]:
        return [result for result in self.results if result.tests or result.problems]

    def see(self, number: int, cell: dict[str, Any], kernel: Kernel) -> None:
        here = metadata_of(cell)
        name = str(here.get("grade_id") or "")
        if cell["cell_type"] == "markdown" and (heading := HEADING.search(cell["source"])):
            self.title = heading["title"]
        points = float(here.get("points") or 0)
        # An answer in several cells is one exercise, until its tests come.
        if here.get("solution") and (self.results[-1].tests or not self.results[-1].name):
            self.results.append(ExerciseResult(name, title=self.title))
            self.stub_is_left = False
        exercise = self.results[-1]
        if here.get("solution") and cell["cell_type"] == "code":
            self.stub_is_left = self.stub_is_left or stub_is_left(cell["source"])
        if here.get("grade") and not here.get("solution") and cell["cell_type"] == "code":
            exercise.tests.append(_test(exercise, name, points, cell["source"], kernel, self.stub_is_left))
            return
        if here.get("task") or (here.get("grade") and here.get("solution")):
            exercise.tests.append(TestResult(name, State.BY_HAND, points))
        if cell["cell_type"] == "code" and cell["source"].strip():
            if kernel.dead:
                return
            failure, _ = kernel.run(cell["source"], given=bool(here.get("locked")) and not here.get("solution"))
            if STAND_IN in kernel.printed and not here.get("locked"):
                exercise.notes.append(TRAINED_ON_DRAWINGS)
            if failure and failure.unanswered and self.stub_is_left:
                exercise.problems.append(f"In the cell {name or number}, {STUB_LEFT}")
            elif failure and failure.unanswered and here.get("solution"):
                exercise.answered = False
            elif failure:
                told = f"stopped: {failure.message}" if failure.unanswered else failure.message
                hint = f" {failure.hint}" if failure.hint else ""
                exercise.problems.append(f"The cell {name or number} {told}{'.' if hint else ''}{hint}")


def _test(
    exercise: ExerciseResult, name: str, points: float, source: str, kernel: Kernel, stub_left: bool
) -> TestResult:
    if _is_empty(source):
        return TestResult(name, State.HIDDEN, points)
    if kernel.dead:
        return TestResult(name, State.NOT_RUN, points, message=kernel.dead)
    failure, value = kernel.run(source)
    if failure is None:
        if value is not None and value < points:
            state = State.PARTLY if value > 0 else State.FAILED
            return TestResult(name, state, points, max(value, 0.0), hint=short(kernel.printed))
        return TestResult(name, State.PASSED, points, points)
    if failure.unanswered and stub_left:
        return TestResult(name, State.FAILED, points, message=f"{STUB_LEFT[0].upper()}{STUB_LEFT[1:]}.")
    if failure.unanswered or not exercise.answered:
        told = failure.message if failure.unanswered else UNANSWERED
        exercise.answered = False
        return TestResult(name, State.FAILED, points, message=told, hint=failure.hint)
    return TestResult(name, State.FAILED, points, message=failure.message, hint=failure.hint)


def _is_empty(source: str) -> bool:
    # What was there was hidden.
    return statements(source) == []

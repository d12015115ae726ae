"""Runs a notebook as its student has it, with the tests that the student can see, and says how each exercise goes.

Needs no more than the packages of the course and Jupyter: nothing of nbgrader.
"""

import ast
import json
import queue
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gdl_utils.errors import CourseError
from gdl_utils.terminal import one_line

GRACE = 3.0  # seconds from an interrupt to the end of the kernel
START = 60.0  # seconds in which a kernel begins
GIVEN = 120.0  # seconds for cells that are part of the assignment: the first import of TensorFlow can take long
LONGEST = 300  # characters of a message that are shown
UNANSWERED = "not answered yet"

# Asks the kernel, after a cell has failed, what it failed with. Its names stay out of the notebook's.
ASK = """
def __gdl_ask(report, sys, linecache):
    error = getattr(sys, "last_value", None)
    kind, facts = type(error), {"frames": []}
    facts["name"], facts["hint"] = kind.__name__, getattr(error, "hint", None)
    facts["message"] = str(error)
    if isinstance(error, SyntaxError):
        facts["message"], facts["syntax"] = str(error.msg), [error.lineno, (error.text or "").strip()]
    step = error.__traceback__ if error is not None else None
    while step is not None:
        code = step.tb_frame.f_code
        line = linecache.getline(code.co_filename, step.tb_lineno, step.tb_frame.f_globals).strip()
        own = step.tb_frame.f_globals.get("__name__") == "__main__"
        facts["frames"].append([own, code.co_name, step.tb_lineno, line])
        step = step.tb_next
    print(report(facts, default=str))
try:
    __gdl_ask(__import__("json").dumps, __import__("sys"), __import__("linecache"))
finally:
    del __gdl_ask
"""


class State(StrEnum):
    """How a test went."""

    PASSED = "passed"
    PARTLY = "partly passed"
    FAILED = "failed"
    HIDDEN = "runs when your work is graded"
    BY_HAND = "graded by a person"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class TestResult:
    """How one cell that has points went.

    Attributes:
        name: its grade_id.
        state: how it went.
        points: to be had.
        score: given here; the grade may be another if there are hidden tests in the same cell.
        message: what is wrong, empty if nothing is.
        hint: what the test says beside that, empty if nothing.
    """

    __test__ = False  # not one of pytest's

    name: str
    state: State
    points: float
    score: float = 0.0
    message: str = ""
    hint: str = ""


@dataclass
class ExerciseResult:
    """How one exercise went: the cell of an answer, with the tests below it.

    Attributes:
        name: the grade_id of the answer's cell, empty for what stands before the first.
        tests: its cells with points.
        answered: False if the answer still raises NotImplementedError.
        problems: what is wrong with its other cells, one sentence each.
    """

    name: str
    tests: list[TestResult] = field(default_factory=list)
    answered: bool = True
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether no visible test fails."""
        return all(test.state in (State.PASSED, State.HIDDEN, State.BY_HAND) for test in self.tests)


def check(
    notebook: Path, seconds: float = 30, on_cell: Callable[[int, int], None] | None = None
) -> list[ExerciseResult]:
    """Run a notebook from the top in a new kernel, in its folder, and report on its exercises.

    Args:
        notebook: the file, which is not changed.
        seconds: after which a cell is interrupted.
        on_cell: called with the number of code cells that are done and of all.

    Raises:
        CourseError: if there is no such notebook, it has no exercises, or Jupyter is not installed.
    """
    cells = _cells(notebook)
    exercises = _Exercises()
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    with _Kernel(notebook.resolve().parent, seconds) as kernel:
        done = 0
        for number, cell in enumerate(cells, 1):
            exercises.see(number, cell, kernel)
            if cell["cell_type"] == "code":
                done += 1
                if on_cell:
                    on_cell(done, len(code))
    return exercises.all()


def _cells(path: Path) -> list[dict[str, Any]]:
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
    if not any(_nbgrader(cell).get("grade") for cell in checked):
        raise CourseError(f"{path} has no cell of tests", "name a notebook of an assignment, as it was handed out")
    return checked


def _nbgrader(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell["metadata"].get("nbgrader")
    return metadata if isinstance(metadata, dict) else {}


@dataclass
class _Failure:
    # What a cell failed with: a sentence, the hint, and whether it says that there is no answer.
    message: str
    hint: str = ""
    unanswered: bool = False


class _Exercises:
    """Collects what the cells do, exercise by exercise."""

    def __init__(self) -> None:
        self.results: list[ExerciseResult] = [ExerciseResult("")]

    def all(self) -> list[ExerciseResult]:
        return [result for result in self.results if result.tests or result.problems]

    def see(self, number: int, cell: dict[str, Any], kernel: "_Kernel") -> None:
        here = _nbgrader(cell)
        name = str(here.get("grade_id") or "")
        points = float(here.get("points") or 0)
        # An answer in several cells is one exercise, until its tests come.
        if here.get("solution") and (self.results[-1].tests or not self.results[-1].name):
            self.results.append(ExerciseResult(name))
        exercise = self.results[-1]
        if here.get("grade") and not here.get("solution") and cell["cell_type"] == "code":
            exercise.tests.append(_test(exercise, name, points, cell["source"], kernel))
            return
        if here.get("task") or (here.get("grade") and here.get("solution")):
            exercise.tests.append(TestResult(name, State.BY_HAND, points))
        if cell["cell_type"] == "code" and cell["source"].strip():
            if kernel.dead:
                return
            failure, _ = kernel.run(cell["source"], given=bool(here.get("locked")) and not here.get("solution"))
            if failure and failure.unanswered and here.get("solution"):
                exercise.answered = False
            elif failure:
                told = f"stopped: {failure.message}" if failure.unanswered else failure.message
                exercise.problems.append(f"The cell {name or number} {told}")


def _test(exercise: ExerciseResult, name: str, points: float, source: str, kernel: "_Kernel") -> TestResult:
    if _is_empty(source):
        return TestResult(name, State.HIDDEN, points)
    if kernel.dead:
        return TestResult(name, State.NOT_RUN, points, message=kernel.dead)
    failure, value = kernel.run(source)
    if failure is None:
        if value is not None and value < points:
            return TestResult(name, State.PARTLY if value > 0 else State.FAILED, points, max(value, 0.0))
        return TestResult(name, State.PASSED, points, points)
    if failure.unanswered or not exercise.answered:
        told = failure.message if failure.unanswered else UNANSWERED
        exercise.answered = False
        return TestResult(name, State.FAILED, points, message=told, hint=failure.hint)
    return TestResult(name, State.FAILED, points, message=failure.message, hint=failure.hint)


def _is_empty(source: str) -> bool:
    # What was there was hidden.
    try:
        return not ast.parse(source).body
    except (SyntaxError, ValueError):
        return False


class _Kernel:
    """A new kernel in a folder, in which cells run one after the other."""

    def __init__(self, folder: Path, seconds: float):
        self.folder = folder
        self.seconds = seconds
        self.dead = ""

    def __enter__(self) -> "_Kernel":
        try:
            import ipykernel  # noqa: F401
            from jupyter_client.manager import KernelManager
        except ModuleNotFoundError as error:
            raise CourseError(
                f"To check a notebook, {error.name} is needed, which comes with Jupyter",
                "type 'pip install jupyterlab'",
            ) from None
        self.manager = KernelManager(kernel_name="python3")
        try:
            # TensorFlow writes to the terminal from C++.
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            self.manager.start_kernel(cwd=str(self.folder), **quiet)
            self.client = self.manager.client()
            self.client.start_channels()
            self.client.wait_for_ready(timeout=START)
        except Exception as error:
            self.__exit__()
            raise CourseError(
                f"Jupyter's kernel for Python did not start ({_short(str(error))})",
                "type 'python -m ipykernel install --user' and try again",
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "client"):
            self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def run(self, source: str, given: bool = False) -> tuple[_Failure | None, float | None]:
        """Run a cell; what it failed with, and the number that its last line gave."""
        seconds = max(self.seconds, GIVEN) if given else self.seconds
        reply, value, _ = self._execute(source, seconds)
        if reply == "interrupted":
            return _Failure(
                f"was interrupted after {seconds:g} seconds; look for a loop that does not end. "
                "Training may take longer: --seconds gives a cell more time"
            ), None
        if reply in ("stuck", "crashed"):
            why = "did not stop when it was interrupted" if reply == "stuck" else "made Python crash"
            return _Failure(f"{why}; the cells below it were not run"), None
        if reply == "ok":
            return None, value
        asked, _, printed = self._execute(ASK, GRACE)
        try:
            error = json.loads(printed.strip().splitlines()[-1]) if asked == "ok" else {}
        except (ValueError, IndexError):
            error = {}
        return _explained(error), None

    def _execute(self, source: str, seconds: float) -> tuple[str, float | None, str]:
        # How it ended, the number that its last line gave, and what was printed.
        number = self.client.execute(source, allow_stdin=False, stop_on_error=False)
        end, interrupted = time.monotonic() + seconds, False
        status = ""
        value: float | None = None
        printed = ""
        idle = False
        while not (idle and status):
            if time.monotonic() > end:
                if interrupted:
                    self.dead = "was not run, since a cell above it did not stop"
                    self.manager.shutdown_kernel(now=True)
                    return "stuck", None, ""
                self.manager.interrupt_kernel()
                interrupted, end = True, time.monotonic() + GRACE
            if not self.manager.is_alive():
                self.dead = "was not run, since Python has crashed; it may have run out of memory"
                return "crashed", None, ""
            try:
                message = self.client.get_iopub_msg(timeout=0.2) if not idle else self.client.get_shell_msg(timeout=0.2)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                idle = True
            elif kind == "execute_reply":
                status = content["status"]
            elif kind == "execute_result":
                value = _number(content["data"].get("text/plain", ""))
            elif kind == "stream" and content["name"] == "stdout" and len(printed) < 1_000_000:
                printed += content["text"]
        if interrupted:
            return "interrupted", None, printed
        return status, value, printed


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _explained(error: dict[str, Any]) -> _Failure:
    name, message = str(error.get("name", "an error")), _short(str(error.get("message", "")))
    given = error.get("hint")
    hint = _short(given) if isinstance(given, str) else ""
    if name == "NotImplementedError":
        return _Failure(_unanswered(error), hint, unanswered=True)
    if hint and hint == message:
        return _Failure("fails", hint)
    told = f"{name}: {message}" if message else name
    if "syntax" in error:
        line, text = error["syntax"]
        return _Failure(f"stopped with {told}, in line {line}: {_short(text)}", hint)
    # The notebook's own code: the first frame of it is the cell, any others are functions that it called.
    own = [frame for frame in error.get("frames", []) if frame[0] and frame[3]]
    if name == "AssertionError" and len(own) == 1:
        return _Failure(f"fails at: {own[0][3]}", hint)
    if not own:
        return _Failure(f"stopped with {told}", hint)
    _, function, line, text = own[-1]
    place = "" if function == "<module>" else f" in {function}"
    return _Failure(f"stopped with {told},{place} at line {line}: {_short(text)}", hint)


def _unanswered(error: dict[str, Any]) -> str:
    functions = [frame[1] for frame in error.get("frames", []) if frame[0] and frame[1] != "<module>"]
    return f"{functions[-1]} is {UNANSWERED}" if functions else UNANSWERED


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def summary(exercises: list[ExerciseResult]) -> str:
    """What `check` found, to be printed."""
    lines = []
    for exercise in exercises:
        if exercise.name:
            still = "" if exercise.answered else " (still raises NotImplementedError)"
            lines.append(exercise.name + still)
        elif exercise.problems:
            lines.append("before the first exercise")
        lines += [f"  {problem}" for problem in exercise.problems]
        lines += [line for test in exercise.tests for line in _lines_of(test)]
    tests = [test for exercise in exercises for test in exercise.tests]
    visible = [test for test in tests if test.state not in (State.HIDDEN, State.BY_HAND)]
    passed = [test for test in visible if test.state is State.PASSED]
    lines.append("")
    if len(passed) == len(visible):
        lines.append(f"All {len(visible)} visible tests pass.")
    else:
        lines.append(f"{len(passed)} of {len(visible)} visible tests pass.")
    lines.append(
        "Hidden tests run only when your work is graded: they ask for more, mostly the same with other inputs, so "
        "that a visible test that passes is not yet the grade."
    )
    return "\n".join(map(one_line, lines))


def _lines_of(test: TestResult) -> list[str]:
    unit = "point" if test.points == 1 else "points"
    if test.state is State.PASSED:
        line = f"passed ({test.points:g} {unit})"
    elif test.state is State.PARTLY:
        line = f"partly passed ({test.score:g} of {test.points:g} {unit})"
    elif test.state in (State.HIDDEN, State.BY_HAND):
        line = f"{test.state.value} ({test.points:g} {unit})"
    else:
        line = test.message or f"failed (0 of {test.points:g} {unit})"
    return [f"  {test.name}: {line}", *([f"    Hint: {test.hint}"] if test.hint else [])]

"""Checks a notebook from one of its own cells: `from gdl_utils import check; check()`."""

import ast
import atexit
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from gdl_utils.errors import CourseError
from gdl_utils.hand_in import before_handing_in
from gdl_utils.self_check.exercises import metadata_of, read_cells
from gdl_utils.self_check.kernel import CHECKING
from gdl_utils.self_check.results import ExerciseResult, from_plain
from gdl_utils.self_check.summary import HIDDEN_TESTS, as_html, as_text, passing
from gdl_utils.self_check.syntax import statements

# So that the process which forks has one thread, see `gdl_utils.self_check.server`.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
ENDING = 3.0  # seconds in which it ends
NAMELESS = CourseError(
    "Jupyter does not say which notebook this is", "name it: check('NAME.ipynb'), as in the title of its tab"
)
UNSAVED = (
    "What you ran last is not what the file says in {}. The check looked at the file: if you have changed a cell since "
    "it was saved, save the notebook (Ctrl+S) and check again."
)


def check_this(notebook: str | None, seconds: float) -> None:
    """Check the notebook in which this is called, as it is saved, and show how each exercise goes.

    Does nothing where a notebook is graded or checked already.

    Args:
        notebook: its file, if Jupyter does not say which one it is.
        seconds: after which a cell is interrupted.
    """
    shell = _shell()
    if shell is None:
        return
    shown = _Shown()
    try:
        path = _file_of(shell, notebook)
        saved = time.strftime("%H:%M:%S", time.localtime(path.stat().st_mtime))
        shown.progress("Starting Python", 0, 0)
        start = time.monotonic()
        exercises = _SERVER.check(path, seconds, shown.progress)
        took = time.monotonic() - start
        remarks = [*unsaved(path, shell), *(f"Before you hand it in: {each.text}" for each in before_handing_in(path))]
        shown.result(f"{path.name} as it was saved at {saved}, checked in {took:.1f} s", exercises, remarks)
    except CourseError as error:
        shown.sentence(str(error))
    except KeyboardInterrupt:
        _SERVER.stop()
        shown.sentence("The check was interrupted.")


def _shell() -> Any:
    """The notebook's IPython, None where nothing is to be checked."""
    if os.environ.get(CHECKING) or os.environ.get("NBGRADER_EXECUTION") or "IPython" not in sys.modules:
        return None
    shell = sys.modules["IPython"].get_ipython()
    return shell if hasattr(shell, "kernel") else None


def _file_of(shell: Any, named: str | None) -> Path:
    places = [named] if named else [shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
    for place in filter(None, places):
        path = Path(place)
        if path.suffix == ".ipynb" and path.is_file():
            return path.resolve()
    if named:
        raise CourseError(f"There is no notebook {named} in {Path.cwd()}", "name the file of this notebook")
    raise NAMELESS


def unsaved(path: Path, shell: Any) -> list[str]:
    """Sentences on exercises of which another version was run last than the one that is saved.

    What was typed and not run can't be known here.

    Args:
        path: of the notebook.
        shell: the notebook's IPython.
    """
    cells = [cell for cell in read_cells(path) if cell["cell_type"] == "code"]
    saved = {cell["source"].strip() for cell in cells}
    answers: dict[str, str] = {}
    for cell in cells:
        if metadata_of(cell).get("solution"):
            answers |= dict.fromkeys(_defined(cell["source"]), str(metadata_of(cell).get("grade_id")))
    other: dict[str, None] = {}
    seen: set[str] = set()
    for source in reversed(shell.history_manager.input_hist_raw):
        for name in _defined(source):
            if name in answers and name not in seen and source.strip() not in saved:
                other[answers[name]] = None
            seen.add(name)
    if not other:
        return []
    return [UNSAVED.format(f"{'the cell' if len(other) == 1 else 'the cells'} {', '.join(other)}")]


def _defined(source: str) -> Iterator[str]:
    for node in statements(source) or []:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


class _Server:
    """The process that checks; it is started with the first check and stays until the notebook's kernel ends."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def check(self, path: Path, seconds: float, progress: Callable[[str, int, int], None]) -> list[ExerciseResult]:
        """What a check finds, with news while it runs: what is done, the number of cells that are, and of all."""
        try:
            return self._ask({"notebook": str(path), "seconds": seconds}, progress)
        except (BrokenPipeError, EOFError):
            self.stop()
            raise CourseError(
                "The process that checks has ended", "try once more, or type 'gdl check' in a terminal"
            ) from None

    def _ask(self, request: dict[str, Any], progress: Callable[[str, int, int], None]) -> list[ExerciseResult]:
        process = self._started(Path(request["notebook"]).parent)
        assert process.stdin and process.stdout  # noqa: S101  (for mypy)
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            reply = json.loads(line)
            if "error" in reply:
                raise CourseError(*reply["error"])
            if "exercises" in reply:
                return from_plain(reply["exercises"])
            progress(reply.get("doing", "Running your notebook"), reply.get("done", 0), reply.get("of", 0))
        raise EOFError

    def _started(self, folder: Path) -> "subprocess.Popen[str]":
        if self.process is None or self.process.poll() is not None:
            # A folder of the student's must not decide which modules the process itself imports.
            command = [sys.executable, "-P", "-m", "gdl_utils.self_check.server"]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                cwd=folder, env={**os.environ, **ENVIRONMENT}, start_new_session=True,
            )  # fmt: skip
            atexit.register(self.stop)
        return self.process

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            # When its input ends it ends all that it has started.
            with contextlib.suppress(BrokenPipeError):
                if self.process.stdin:
                    self.process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(ENDING)
            self.process.kill()
            self.process.wait()
            self.process = None


_SERVER = _Server()


class _Shown:
    """What the cell shows: progress first, and the table in its place."""

    def __init__(self) -> None:
        from IPython.display import display

        self.handle = display(_Display("", ""), display_id=True)

    def progress(self, doing: str, done: int, cells: int) -> None:
        """Show what is being done, and how far."""
        bar = f"<progress max='{cells}' value='{done}'></progress> cell {done} of {cells}" if cells else ""
        self._show(f"{escape(doing)} … {bar}", f"{doing} … {done} of {cells}" if cells else f"{doing} …")

    def sentence(self, text: str) -> None:
        """Show a sentence in place of a table."""
        self._show(escape(text), text)

    def result(self, caption: str, exercises: list[ExerciseResult], remarks: list[str]) -> None:
        """Show the table."""
        told = [passing(exercises), *remarks, HIDDEN_TESTS]
        below = "".join(f"<p>{escape(sentence)}</p>" for sentence in told)
        html = f"<p><strong>{escape(caption)}</strong></p>{as_html(exercises)}{below}"
        self._show(html, "\n".join([caption, as_text(exercises), *told]))

    def _show(self, html: str, text: str) -> None:
        self.handle.update(_Display(html, text))


class _Display:
    """HTML, and the same as text for those who can't show it."""

    def __init__(self, html: str, text: str):
        self.html, self.text = html, text

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text

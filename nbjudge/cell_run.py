"""Runs the text of a graded cell and reports what came of it: in the judge, or beside the student's code."""

import inspect
import io
import sys
import traceback
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np
from IPython.core.async_helpers import get_asyncio_loop

from nbjudge.compiled import CELL, CompiledCell
from nbjudge.protocol import HINT_LENGTH, MESSAGE_LENGTH, Report

PRINTED = 100_000  # characters that a graded cell may print


class NotAScoreError(TypeError):
    """What should be points is none."""


class WroteToStderrError(Exception):
    """A test wrote to standard error, which is how some courses say that it fails."""


class Printed(io.TextIOBase):
    """Takes what a graded cell prints, up to a limit."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = PRINTED

    def write(self, text: str) -> int:
        """Keep as much of a text as there is room for."""
        if self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.parts.append("\n... output cut off ...\n")
        return len(text)


class Complaints(io.TextIOBase):
    """Standard error of a graded cell: notes whether something was written there, other than warnings and logs."""

    def __init__(self, printed: Printed) -> None:
        self.printed = printed
        self.written = False

    def write(self, text: str) -> int:
        """Hand on a text to what is printed."""
        self.written = self.written or not _is_of_a_library()
        return self.printed.write(text)


def _is_of_a_library() -> bool:
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__") in ("warnings", "logging"):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def execute(
    cell: CompiledCell,
    names: dict[str, Any],
    is_own: Callable[[str], bool] = lambda _: True,
    scored: bool = True,
    show: Callable[[Any], Any] = lambda _: None,
) -> float | None:
    """Run a cell.

    Args:
        cell: to be run.
        names: in which it runs.
        is_own: whether a name is the test's own, so that what it gives may be points.
        scored: whether anything may.
        show: takes the value of its last line, which a cell shows.

    Returns:
        The points that its last line gives, None if it gives none.

    Raises:
        BaseException: whatever the cell raises.
        NotAScoreError: if its last line gives an array.
    """
    _run(cell.body, names)
    if cell.last is None:
        return None
    own = scored and all(map(is_own, cell.value_of))
    value = _run(cell.last, names)
    show(value)
    if not own or isinstance(value, bool | np.bool_) or cell.is_quiet:
        return None
    if isinstance(value, np.ndarray | complex) or type(value).__name__ == "EagerTensor":
        # Points that are computed from an answer that is an array are an array: no points, instead of all.
        raise NotAScoreError("the points of this test came out as an array, not as a number")
    if isinstance(value, float):
        # As it is, since it may have a hint.
        return value
    return float(value) if isinstance(value, int | np.integer | np.floating) else None


def _run(code: CodeType, names: dict[str, Any]) -> Any:
    value = eval(code, names)  # noqa: S307
    if code.co_flags & inspect.CO_COROUTINE:
        # It awaits something, as cells may.
        return get_asyncio_loop().run_until_complete(value)
    return value


def report_of(run: Callable[[], float | None], source: str, scored: bool = True) -> Report:
    """What comes of a graded cell: points or an error, and what it prints.

    As in nbgrader, a test that writes to standard error fails, as with `traceback.print_exc()`. Warnings and logs don't
    count here: nbgrader takes all points for a warning that a library gives.

    Args:
        run: runs it, as with `execute`.
        source: its text.
        scored: whether it is a test, not a setup cell.
    """
    printed = Printed()
    complaints = Complaints(printed)
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = printed, complaints
    try:
        value = run()
        if scored and complaints.written:
            raise WroteToStderrError("the test wrote to standard error")
        report = Report(passed=True, value=None if value is None else float(value), hint=hint_of(value))
    except BaseException as error:
        report = _failure(error, source)
    finally:
        sys.stdout, sys.stderr = before
    return Report(**{**vars(report), "printed": "".join(printed.parts)})


def blank_lines(source: str) -> str:
    """Empty lines at the beginning of a cell: IPython takes them away, but they count for the line where it stops."""
    return "\n" * source[: len(source) - len(source.lstrip())].count("\n")


def hint_of(value: Any) -> str | None:
    """The hint of an exception, or of a number of points."""
    hint = getattr(value, "hint", None) if isinstance(value, BaseException | float) else None
    return hint[:HINT_LENGTH] if isinstance(hint, str) else None


def _failure(error: BaseException, source: str) -> Report:
    lines = [entry.lineno for entry in traceback.extract_tb(error.__traceback__) if entry.filename == CELL]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    from_student = bool(getattr(error, "from_student", False))
    return Report(
        hint=None if from_student else hint_of(error),
        ename=type(error).__name__,
        evalue=_shortened(lambda: str(error)),
        traceback=_shortened(lambda: traceback.format_exception_only(error)[-1]),
        line=lines[-1] if lines else None,
        # A magic has the whole cell for its statement.
        statement=lines[0] if lines and not source.lstrip().startswith("%%") else None,
        from_student=from_student,
    )


def _shortened(text: Callable[[], str]) -> str:
    # The text of `assert f(2) == 4, f(2)` can't even be made if the answer has more digits than Python writes.
    try:
        return str(text())[:MESSAGE_LENGTH]
    except Exception:
        return ""

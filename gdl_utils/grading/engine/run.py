"""The heart of the engine: `grade`, a function of the assignment, the submitted files and the limits alone."""

import copy
import os
import re
import select
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gdl_utils.checks import seed_of
from gdl_utils.grading.engine import rebuild as rebuilding
from gdl_utils.grading.engine.processes import (
    START,
    Environment,
    MachineError,
    Pair,
    close_zygotes,
    zygote,
)
from gdl_utils.grading.engine.rebuild import (
    Cell,
    Rebuilt,
    grade_id,
    is_graded,
    is_setup,
    is_solution,
    is_test,
    nbgrader,
)
from gdl_utils.grading.engine.results import Assignment, Graded, GradedNotebook, Limits, SourceNotebook, Status
from gdl_utils.grading.engine.wire import Closed, TimedOut, WireError, WireLimits

VERSION = 2  # of the engine's judgement: raise it when the same submission could get another score
GRACE = 2.0  # seconds from an interrupt to the end
HANG_UP = 0.2  # seconds until it is known what else ended, and why, after the end of a process
ITEM = 100  # bytes that count for each piece of output, however little it holds
LEFT_FILES = 1000  # files that are taken from a submission, and from what its code leaves
CUT = "\n... output cut off: a cell may print {} bytes ...\n"
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

REASONS = {
    "memory": "it needed more memory than the {memory} MiB allowed",
    "processes": "it started more than the {processes} processes allowed",
    "time": "it did not end within the {notebook_seconds:g} s allowed for a notebook",
}
NO_ANSWER = "This test was not run, since your notebook had ended before."


@dataclass(frozen=True)
class Options:
    """How to grade, which never changes a score.

    Attributes:
        warm: fork from a process that has everything imported.
        sandboxed: behind both walls.
    """

    warm: bool = True
    sandboxed: bool = True


def grade(
    assignment: Assignment,
    files: dict[str, bytes],
    limits: Limits | None = None,
    options: Options | None = None,
    student: str = "",
) -> Graded:
    """Grade one submission.

    Args:
        assignment: with its hidden tests.
        files: what the student handed in, by relative path; notebooks in the top folder.
        limits: what it may use.
        options: how.
        student: whose it is, from which hidden tests may draw their inputs.

    Raises:
        MachineError: if the machine fails twice; nothing is the student's fault then.
        SandboxError: if there can be no sandbox here.
    """
    limits, options = limits or Limits(), options or Options()
    graded = Graded([])
    for source in assignment.notebooks:
        graded.notebooks.append(_grade_notebook(assignment, source, files, limits, options, graded.log, student))
        note(graded.notebooks[-1])
    return graded


def environment_of(notebooks: Iterable[SourceNotebook], options: Options) -> Environment:
    """What has to be imported for an assignment: all that its notebooks import."""
    modules = set()
    for source in notebooks:
        for statements in rebuilding.imports_of(source).values():
            modules |= {statement.split()[1] for statement in statements.splitlines()}
    return Environment(tuple(sorted(modules)), options.warm, options.sandboxed)


def _grade_notebook(
    assignment: Assignment,
    source: SourceNotebook,
    files: dict[str, bytes],
    limits: Limits,
    options: Options,
    log: list[str],
    student: str,
) -> GradedNotebook:
    try:
        data = files[f"{source.name}.ipynb"]
    except KeyError:
        return ungraded(source, Status.MISSING, f"{source.name}.ipynb was not handed in")
    try:
        rebuilt = rebuilding.rebuild(source, data, limits)
    except rebuilding.UnreadableError as error:
        return ungraded(source, Status.UNREADABLE, str(error))
    except rebuilding.OtherNotebookError as error:
        return ungraded(source, Status.OTHER_NOTEBOOK, str(error))
    others = {name: content for name, content in files.items() if not name.endswith(".ipynb")}
    graded = run(assignment, source, rebuilt, others, limits, options, log, student)
    log += [f"{source.name}: {finding}" for finding in rebuilt.findings]
    return graded


def note(result: GradedNotebook) -> None:
    """Write into the graded notebook itself how it went, for feedback and report."""
    if result.content is not None:
        result.content["metadata"] = {
            **result.content.get("metadata", {}),
            "gdl_grading": {
                "status": result.status.value,
                "reason": result.reason,
                "hints": result.hints,
                "findings": result.findings,
                "seconds": round(result.seconds, 3),
                "memory": result.memory,
            },
        }


def ungraded(source: SourceNotebook, status: Status, reason: str) -> GradedNotebook:
    """No points for any cell of a notebook that can't be run; its content is the source's, without answers."""
    empty = rebuilding.rebuild(source, b'{"nbformat": 4, "cells": []}', Limits())
    result = GradedNotebook(source.name, status, reason, empty.content)
    for cell in source.content["cells"]:
        if name := grade_id(cell):
            if is_graded(cell):
                result.max_scores[name] = float(nbgrader(cell).get("points") or 0)
                result.scores[name] = 0.0
                if is_test(cell):
                    result.hints[name] = f"Nothing could be graded: {reason}."
            elif nbgrader(cell).get("task"):
                result.max_scores[name] = float(nbgrader(cell).get("points") or 0)
                result.scores[name] = 0.0
    return result


def run(
    assignment: Assignment,
    source: SourceNotebook,
    rebuilt: Rebuilt,
    files: dict[str, bytes],
    limits: Limits,
    options: Options | None = None,
    log: list[str] | None = None,
    student: str = "",
) -> GradedNotebook:
    """Run and score a rebuilt notebook.

    A failure of the machine, or of the judge, is tried a second time.
    """
    options = options or Options()
    log = [] if log is None else log
    environment = environment_of(assignment.notebooks, options)
    given = {**_fitting(files, limits, log), **assignment.files}
    for attempt in (1, 2):
        try:
            parent = zygote(environment)
            with parent.fork(limits) as pair:
                seed = seed_of(assignment.name, student)
                result = _Run(source, rebuilt, limits, pair).all(given, {**assignment.files, **assignment.hidden}, seed)
            if result.status in (Status.DIED, Status.JUDGE_DIED) and not parent.alive(HANG_UP):
                raise MachineError("the process from which those that grade are forked has ended, and they with it")
            if result.status is not Status.JUDGE_DIED or attempt == 2:
                return result
        except MachineError as error:
            if attempt == 2:
                raise
            close_zygotes()
            log.append(f"{source.name}: tried again, since {error}")
    raise AssertionError  # not reached


def acceptable(name: str) -> bool:
    """Whether a relative path stays in its folder and can be written."""
    parts = name.split("/")
    if "\0" in name or len(name) >= 200 or any(part in ("", ".", "..") for part in parts):
        return False
    try:
        return all(len(part.encode("utf-8", "surrogateescape")) < 256 for part in parts)
    except UnicodeEncodeError:
        return False


def _fitting(files: dict[str, bytes], limits: Limits, log: list[str]) -> dict[str, bytes]:
    """The files handed in that have a place in the student's folder."""
    kept: dict[str, bytes] = {}
    left, all_fit = limits.written, True
    for name, data in files.items():
        if not acceptable(name):
            continue
        if len(data) > left or len(kept) >= LEFT_FILES:
            all_fit = False
            continue
        left -= len(data)
        kept[name] = data
    if not all_fit:
        log.append("Of the files beside the notebook not all were used: there are too many, or they are too large.")
    return kept


class _Output:
    """Collects what one cell shows, up to a limit."""

    def __init__(self, limit: int):
        self.limit = limit
        self.left = limit
        self.items: list[dict[str, Any]] = []
        self.cut = False

    def take(self, count: int) -> bool:
        """Whether there is room; says once if there is none."""
        if self.cut:
            return False
        self.left -= count
        if self.left < 0:
            self.cut = True
            self._append("stderr", CUT.format(self.limit))
            return False
        return True

    def stream(self, name: str, data: bytes) -> None:
        room = max(self.left, 0)
        kept = data[:room]
        if kept:
            self._append(name, kept.decode("utf-8", "replace"))
        self.take(len(data))

    def _append(self, name: str, text: str) -> None:
        last = self.items[-1] if self.items else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.left -= ITEM
            self.items.append({"output_type": "stream", "name": name, "text": text})


class _Run:
    """One notebook in its two processes."""

    def __init__(self, source: SourceNotebook, rebuilt: Rebuilt, limits: Limits, pair: Pair):
        self.source = source
        self.rebuilt = rebuilt
        self.limits = limits
        self.pair = pair
        self.result = GradedNotebook(source.name, Status.GRADED, content=copy.deepcopy(rebuilt.content))
        self.result.findings = rebuilt.findings
        self.ended = False  # nothing of the student's can be run any more
        self.slow: list[str] = []
        self.deadline = 0.0
        self.room = limits.notebook_bytes  # for the output of all cells together
        self.pending = 0  # setup cells that the judge has not yet answered for
        self.unanswered = False  # the last solution cell is as it was released

    def all(self, given: dict[str, bytes], for_judge: dict[str, bytes], seed: int) -> GradedNotebook:
        """Run all cells, then collect what was left."""
        self._begin(given, for_judge, seed)
        start = time.monotonic()
        self.deadline = start + self.limits.notebook_seconds
        for cell in (self.result.content or {})["cells"]:
            self._cell(cell)
        self._collect(len(given))
        self.result.seconds = time.monotonic() - start
        self.result.memory = self.pair.student.peak
        if self.slow and self.result.status is Status.GRADED:
            self.result.status = Status.TIMEOUT
            self.result.reason = f"{len(self.slow)} cell(s) did not end within {self.limits.cell_seconds:g} s"
        if self.result.status is Status.GRADED and self.rebuilt.missing:
            self.result.findings.append("It is graded as if the missing exercises had been left empty.")
        return self.result

    def _begin(self, given: dict[str, bytes], for_judge: dict[str, bytes], seed: int) -> None:
        until = time.monotonic() + START
        student, judge = self.pair.student.control, self.pair.judge.control
        plain = judge.limits
        try:
            # Files may be as large as what a student may write.
            large = WireLimits(size=4 * self.limits.written + (256 << 20))
            for end in (student, judge):
                if end.receive(until) != {"is": "ready"}:
                    raise MachineError("a process for a notebook did not begin as it should")
                end.limits = large
            student.send({"do": "files", "files": given}, until)
            known = {"imports": rebuilding.imports_of(self.source), "answers": rebuilding.names_of_answers(self.source)}
            judge.send({"do": "begin", "files": for_judge, "seed": seed, **known}, until)
        except WireError as error:
            said = _Output(2000)
            self._drain(self.pair.stderr, "stderr", said)
            told = "".join(item["text"] for item in said.items).strip().splitlines()[-1:]
            raise MachineError(f"the processes for a notebook did not begin: {error} {' '.join(told)}") from None
        finally:
            judge.limits = plain
            # What the student process says is believed in nothing, so it must be short, and quickly read.
            student.limits = WireLimits(size=2 * self.limits.output + (1 << 16), items=5 * LEFT_FILES)

    # One cell.

    def _cell(self, cell: Cell) -> None:
        if is_test(cell):
            self._test(cell)
            return
        if is_solution(cell):
            self.unanswered = rebuilding.is_unanswered(cell)
        name = grade_id(cell)
        if name and (is_graded(cell) or nbgrader(cell).get("task")):
            self.result.max_scores[name] = float(nbgrader(cell).get("points") or 0)
            empty = name in self.rebuilt.missing or (is_graded(cell) and rebuilding.is_unanswered(cell))
            self.result.scores[name] = 0.0 if empty else None
        if cell["cell_type"] != "code":
            return
        if is_setup(cell):
            self._judge_only(cell)
        if not self.ended:
            self._student(cell)

    def _judge_only(self, cell: Cell) -> None:
        # Both processes run the cell at the same time; the judge's answer is waited for with the next test.
        self._tell_judge({"do": "setup", "source": cell["source"]})
        self.pending += 1

    def _student(self, cell: Cell) -> None:
        output = _Output(min(self.limits.output, max(self.room, 0)))
        end = min(time.monotonic() + self.limits.cell_seconds, self.deadline)
        control = self.pair.student.control
        status = ""
        try:
            control.send({"do": "run", "source": cell["source"]}, end)
            status = self._listen(output, end, cell)
        except WireError as error:
            self._over(error)
        cell["outputs"] = output.items
        self.room -= output.limit - max(output.left, 0)
        if status == "memory":
            self._stop(Status.MEMORY, REASONS["memory"])

    def _listen(self, output: _Output, end: float, cell: Cell) -> str:
        """Take in what the student process sends until its cell has ended; say how."""
        pair, interrupted = self.pair, False
        control = pair.student.control
        streams = {pair.stdout: "stdout", pair.stderr: "stderr"}
        while True:
            left = end - time.monotonic()
            if left <= 0:
                if interrupted:
                    raise TimedOut("the cell did not stop when it was interrupted")
                interrupted = True
                end = time.monotonic() + GRACE
                self.slow.append(cell["id"])
                pair.student.signal(signal.SIGINT)
                continue
            watched: list[Any] = [control, *streams]
            ready, _, _ = select.select(watched, [], [], left)
            for descriptor, name in streams.items():
                if descriptor in ready:
                    self._drain(descriptor, name, output, once=control not in ready)
            if control in ready:
                for descriptor, name in streams.items():
                    self._drain(descriptor, name, output)
                message = control.receive(max(end, time.monotonic() + GRACE))
                kind = _kind(message)
                if kind == "done":
                    count = message.get("count")
                    cell["execution_count"] = count if type(count) is int and 0 < count < 1 << 31 else None
                    for descriptor, name in streams.items():
                        self._drain(descriptor, name, output)
                    status = message.get("status")
                    return status if type(status) is str else ""
                self._show(message, kind, output)

    @staticmethod
    def _drain(descriptor: int, name: str, output: _Output, once: bool = False) -> None:
        # A flood never ends: after as much as a pipe can hold, the rest waits for the next turn.
        for _ in range(1 if once else 16):
            try:
                data = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                return
            if not data:
                return
            output.stream(name, data)

    @staticmethod
    def _show(message: Any, kind: Any, output: _Output) -> None:
        if kind == "error":
            lines = message.get("traceback")
            lines = [_clean(line) for line in lines[:100]] if isinstance(lines, list) else []
            name, text = _clean(message.get("ename"))[:200], _clean(message.get("evalue"))
            if output.take(ITEM + len(name) + len(text) + sum(map(len, lines))):
                output.items.append({"output_type": "error", "ename": name, "evalue": text, "traceback": lines})
        elif kind in ("display_data", "execute_result") and isinstance(message.get("data"), dict):
            data = {key: _clean(value) for key, value in message["data"].items() if key in SHOWN}
            if data and output.take(ITEM + sum(map(len, data.values()))):
                item: dict[str, Any] = {"output_type": kind, "data": data, "metadata": {}}
                if kind == "execute_result":
                    item["execution_count"] = None
                output.items.append(item)

    # One test.

    def _test(self, cell: Cell) -> None:
        name = str(grade_id(cell))
        points = float(nbgrader(cell).get("points") or 0)
        self.result.max_scores[name] = points
        self.result.scores[name] = 0.0
        if self.ended:
            cell["outputs"] = [_error("NotRun", "the student's process had ended before this test")]
            self.result.hints[name] = NO_ANSWER
            return
        report = None
        if self._settle():
            end = min(time.monotonic() + self.limits.cell_seconds, self.deadline)
            self._tell_judge({"do": "run", "source": cell["source"]})
            report = self._await_judge(end, cell)
        if report is None:
            cell["outputs"] = [_error("NotRun", self.result.reason)]
            self.result.hints[name] = NO_ANSWER
            return
        if report.get("gone"):
            late = cell["id"] in self.slow
            self._over(TimedOut("it did not stop when it was interrupted") if late else Closed("it has gone"))
        score = _score(report, points)
        self.result.scores[name] = score
        cell["outputs"] = _judged(report, cell, score, points)
        if report.get("passed"):
            if score < points and report.get("hint"):
                self.result.hints[name] = _clean(report["hint"])
        else:
            self.result.hints[name] = _hint(report, cell, cell["id"] in self.slow, self.unanswered)

    def _tell_judge(self, message: dict[str, Any]) -> None:
        try:
            self.pair.judge.control.send(message, time.monotonic() + GRACE + 5)
        except WireError:
            self._judge_died()

    def _settle(self) -> bool:
        """Wait until the judge has run the setup cells that it was given.

        Raises:
            MachineError: if one of them fails there, which is not the student's fault.
        """
        while self.pending and not self.ended:
            report = self._await_judge(min(time.monotonic() + START, self.deadline), None)
            if report is None:
                return False
            self.pending -= 1
            if report.get("passed") is not True and not report.get("student") and not report.get("gone"):
                failure = f"{_clean(report.get('ename'))}: {_clean(report.get('evalue'))}"
                raise MachineError(f"a setup cell of {self.source.name} fails in the judge ({failure[:300]})")
        return not self.ended

    def _await_judge(self, end: float, cell: Cell | None) -> dict[str, Any] | None:
        """The judge's report; what the student's code prints meanwhile is thrown away."""
        pair, stage = self.pair, 0
        control = pair.judge.control
        forgotten = _Output(0)
        while True:
            left = end - time.monotonic()
            if left <= 0:
                stage += 1
                end = time.monotonic() + GRACE
                if stage == 1:
                    if cell is not None:
                        self.slow.append(cell["id"])
                    pair.student.signal(signal.SIGINT)
                elif stage == 2:
                    # Either the student's code ignores it, or the test itself takes its time: the judge knows.
                    pair.judge.signal(signal.SIGINT)
                else:
                    self._judge_died()
                    return None
                continue
            watched: list[Any] = [control, pair.stdout, pair.stderr]
            if not self.ended:
                # Else a function that shows something would wait for ever to be heard.
                watched.append(pair.student.control)
            ready, _, _ = select.select(watched, [], [], left)
            for descriptor in (pair.stdout, pair.stderr):
                if descriptor in ready:
                    self._drain(descriptor, "stdout", forgotten)
            if pair.student.control in ready:
                try:
                    pair.student.control.receive(time.monotonic() + GRACE)
                except WireError as error:
                    self._over(error)
            if control in ready:
                try:
                    report = control.receive(time.monotonic() + 5)
                except WireError:
                    self._judge_died()
                    return None
                return report if isinstance(report, dict) else None

    # Ends.

    def _over(self, error: WireError) -> None:
        """The student process is of no use any more: find out why."""
        if self.ended:
            return
        process = self.pair.student
        if isinstance(error, TimedOut):
            process.reason = process.reason or "stuck"
        process.wait_for_reason(HANG_UP)
        process.signal(signal.SIGKILL)
        if process.reason in REASONS:
            status = {"memory": Status.MEMORY, "time": Status.TIMEOUT}.get(process.reason, Status.DIED)
            self._stop(status, REASONS[process.reason])
        elif process.reason == "stuck":
            self._stop(Status.TIMEOUT, f"a cell did not end within {self.limits.cell_seconds:g} s nor when interrupted")
        elif isinstance(error, Closed):
            self._stop(Status.DIED, "its process ended in the middle of the notebook")
        else:
            self._stop(Status.DIED, "it sent what no notebook sends")

    def _stop(self, status: Status, reason: str) -> None:
        self.ended = True
        values = {"memory": self.limits.memory >> 20, "processes": self.limits.processes}
        self.result.status = status
        self.result.reason = reason.format(**values, notebook_seconds=self.limits.notebook_seconds)
        self.result.reason += "; the cells from there on got no points"

    def _judge_died(self) -> None:
        process = self.pair.judge
        process.wait_for_reason(HANG_UP)
        process.signal(signal.SIGKILL)
        if process.reason == "memory":
            self._stop(Status.MEMORY, "what it handed to the tests needed more memory than the {memory} MiB allowed")
        elif process.reason == "time" or process.reason:
            self._stop(Status.TIMEOUT, "the tests of what it handed in did not end in time")
        else:
            self._stop(Status.JUDGE_DIED, "the judge ended while it tested what was handed in")

    def _collect(self, _given: int) -> None:
        if self.ended:
            return
        control = self.pair.student.control
        control.limits = WireLimits(size=2 * self.limits.written + (1 << 20), items=5 * LEFT_FILES, text=1 << 20)
        until = time.monotonic() + 10
        try:
            control.send({"do": "end", "budget": self.limits.written}, until)
            while True:
                message = control.receive(until)
                if _kind(message) == "files":
                    break
            found = message.get("files")
        except WireError:
            return
        if not isinstance(found, dict):
            return
        for name, data in found.items():
            if type(name) is not str or type(data) is not bytes or not acceptable(name) or not name.isprintable():
                continue
            # A notebook that the student's code writes could be taken for a result.
            if not name.lower().endswith(".ipynb") and len(self.result.files) < LEFT_FILES:
                self.result.files[name] = data


def _kind(message: Any) -> str:
    # Anything else than text may have no truth of its own when it is compared, as an array.
    kind = message.get("is") if isinstance(message, dict) else None
    return kind if type(kind) is str else ""


def _clean(value: Any) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _error(name: str, text: str, lines: list[str] | None = None) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines or [f"{name}: {text}"]}


def _score(report: dict[str, Any], points: float) -> float:
    if report.get("passed") is not True:
        return 0.0
    value = report.get("value")
    if type(value) is float:
        # Not a number is no points.
        return min(max(value, 0.0), points) if value == value else 0.0
    return points


def _judged(report: dict[str, Any], cell: Cell, score: float, points: float) -> list[dict[str, Any]]:
    """Outputs of a graded cell, in the form from which nbgrader reads the same score."""
    outputs: list[dict[str, Any]] = []
    if text := _clean(report.get("printed")):
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    if report.get("passed") is not True:
        line = report.get("line")
        lines = cell["source"].split("\n")
        where = [f"line {line}: {lines[line - 1].strip()}"] if type(line) is int and 0 < line <= len(lines) else []
        trace = COLOUR.sub("", _clean(report.get("traceback"))).rstrip()
        outputs.append(_error(_clean(report.get("ename")), _clean(report.get("evalue")), [*where, trace]))
    elif type(report.get("value")) is float:
        outputs.append(
            {
                "output_type": "execute_result",
                "execution_count": None,
                "data": {"text/plain": repr(score)},
                "metadata": {},
            }
        )
    return outputs


def _hint(report: dict[str, Any], cell: Cell, slow: bool, unanswered: bool = False) -> str:
    """What the student is told about a test that failed; nothing of a hidden test, and nothing that was computed."""
    if slow:
        return "Your code took too long in this test; look for a loop that does not end."
    if report.get("hint"):
        return _clean(report["hint"])
    not_there = report.get("ename") == ("NotImplementedError" if report.get("student") else "NameError")
    if not_there and (unanswered or report.get("student")):
        return "This exercise is not answered yet."
    if report.get("student"):
        return f"Your code stopped with {_clean(report.get('ename'))} in this test."
    if report.get("ename") == "NameError":
        return "A name that this test needs is not defined; see whether the cell that defines it runs without an error."
    if report.get("ename") in ("AnswerError", "StudentGoneError"):
        return "What your code returned could not be handed to this test; it takes plain values, arrays and models."
    line, lines = report.get("line"), cell["source"].split("\n")
    if type(line) is int and 0 < line <= len(lines) and line not in hidden_lines(cell["source"]):
        return f"This line of the test fails: {lines[line - 1].strip()}"
    return "A hidden test fails: the answer is not right for all inputs."


def hidden_lines(source: str) -> set[int]:
    """Numbers of the lines of a test cell that the student never saw, from 1."""
    found: set[int] = set()
    for match in HIDDEN.finditer(source):
        first = source.count("\n", 0, match.start()) + 1
        found |= set(range(first, first + match.group().count("\n") + 1))
    return found


__all__ = ["VERSION", "Options", "acceptable", "environment_of", "grade", "hidden_lines", "is_solution", "run"]

"""Leads one notebook through its two processes: hands out its cells, hears how they end, and scores the tests."""

import copy
import math
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nbjudge.channel import ChannelClosedError, ChannelTimeoutError
from nbjudge.errors import MachineError
from nbjudge.event_loop import Deadline, EventLoop
from nbjudge.files import files_to_keep
from nbjudge.hints import NOT_RUN, hidden_lines, hint_for, visible_text
from nbjudge.known_causes import KnownCauses, imported_modules, modules_in_words
from nbjudge.lost_cells import why_to_look
from nbjudge.message_limits import limits_of_left_files, limits_of_orders, limits_of_shown
from nbjudge.model import Assignment, GradedNotebook, Limits, SourceNotebook, Status
from nbjudge.notebook import (
    Cell,
    grade_id,
    is_graded,
    is_setup,
    is_solution,
    is_test,
    is_unanswered,
    nbgrader,
)
from nbjudge.outputs import CellOutput, clean_text, error_output
from nbjudge.plan import plan_of
from nbjudge.process import ProcessPair
from nbjudge.processor_time import Times
from nbjudge.protocol import (
    Begin,
    CellDone,
    Collect,
    Displayed,
    LeftFiles,
    Lend,
    Message,
    PutFiles,
    Raised,
    Ready,
    Report,
    RunBeside,
    RunCell,
    RunSetup,
    RunTest,
    from_wire,
    to_wire,
)
from nbjudge.rebuild import Rebuilt
from nbjudge.scoring import error_lines, outputs_of_test, score_of
from nbjudge.watchdog import MOST_PIPES
from nbjudge.wire import WireError
from nbjudge.zygote_client import IMPORT_TIMEOUT

EXIT_GRACE = 0.2  # seconds until it is known what else ended, and why, after the end of a process
SEND_TIMEOUT = 7.0  # seconds until the judge takes a message
COLLECT_TIMEOUT = 10.0
HIGHEST_COUNT = 1 << 31  # of the numbers that a cell may have
SHORTEST = 0.05  # seconds: less is not given on top to what has waited for a processor
MOST_GREEDY = 1.0  # seconds for which a notebook may want many processors unnoticed

REASONS = {
    "memory": "it needed more memory than the {memory} MiB allowed",
    "processes": "it started more than the {processes} processes allowed",
    "pipes": f"it kept more than {MOST_PIPES} pipes open",
    "time": "it did not end within the {notebook_seconds:g} s allowed for a notebook",
}
GREEDY = (
    "its processes wanted {processors:.0f} processors at a time for {seconds:.0f} s, which slows what runs beside them"
)
AFTERWARDS = "; the cells from there on got no points"


class NotebookRun:
    """One notebook in its two processes."""

    def __init__(
        self, source: SourceNotebook, rebuilt: Rebuilt, limits: Limits, pair: ProcessPair, in_forks: bool = False
    ):
        self.source = source
        self.rebuilt = rebuilt
        self.limits = limits
        self.pair = pair
        self.loop = EventLoop(pair)
        self.result = GradedNotebook(source.name, Status.GRADED, content=copy.deepcopy(rebuilt.content))
        self.result.findings = rebuilt.findings
        self.ended = False  # nothing of the student's can be run any more
        self.ended_in_place = False  # in a test that could have run in a fork
        self.slow: list[str] = []  # ids of cells that were interrupted
        self.began = Times()
        self.room = limits.source_bytes  # for the output of all cells together
        self.pending_setups: list[Cell] = []  # setup cells that the judge has not yet reported on
        self.seen_hidden = False  # the student's code has been called by a hidden test
        self.plan = plan_of(source, in_forks)
        self.causes = KnownCauses(self.plan.answers)
        self.redefined: set[str] = set()  # names that cells since the last test define
        self.passed_over: list[str] = []  # the visible parts of tests since the last cell of the student's

    def run(self, assignment: Assignment, given: dict[str, bytes], seed: int) -> GradedNotebook:
        """Run all cells, then collect what was left.

        Args:
            assignment: whose files the judge gets.
            given: files for the student's folder.
            seed: of hidden inputs.

        Raises:
            MachineError: if the processes don't begin, or a setup cell fails in the judge.
        """
        self._begin(given, {**assignment.files, **assignment.hidden}, seed)
        self.began = self.pair.watchdog.times()
        for cell in (self.result.content or {})["cells"]:
            self._run_cell(cell)
        self._collect_files()
        spent = self.pair.watchdog.times() - self.began
        self.result.seconds, self.result.processor_seconds = spent.wall, spent.processor
        greedy = self.pair.watchdog.clock.greedy
        if greedy.wall > MOST_GREEDY:
            self.result.remark = GREEDY.format(processors=greedy.wanted, seconds=greedy.wall)
        self.result.memory = self.pair.student.peak
        if self.slow and self.result.status is Status.GRADED:
            self.result.status = Status.TIMEOUT
            self.result.reason = f"{len(self.slow)} cell(s) did not end within {self.limits.cell_seconds:g} s"
        if self.result.status is Status.GRADED and self.rebuilt.missing - self.plan.by_hand:
            self.result.findings.append("It is graded as if the missing exercises had been left empty.")
        if self.causes.modules and self.result.is_short:
            self.result.missing_modules = self.causes.modules
            words = modules_in_words(self.causes.modules)
            reason = f"it imports {words} not installed where it was graded"
            self.result.reason = "; ".join(filter(None, [self.result.reason, reason]))
        if self.result.content:
            why = why_to_look(
                self.source, self.rebuilt.missing, self.rebuilt.by_place, self.rebuilt.without_marks,
                self.result.scores, self.result.max_scores,
            )  # fmt: skip
            self.result.reason = "; ".join(filter(None, [self.result.reason, why]))
        return self.result

    def _begin(self, given: dict[str, bytes], for_judge: dict[str, bytes], seed: int) -> None:
        until = time.monotonic() + IMPORT_TIMEOUT
        student, judge = self.pair.student.control, self.pair.judge.control
        try:
            for channel in (student, judge):
                if from_wire(channel.receive(until), Ready) is None:
                    raise MachineError("a process for a notebook did not begin as it should")
                channel.limits_of_sent = limits_of_orders(self.limits)
            student.send(to_wire(PutFiles(given)), until)
            answers = sorted({name for names in self.plan.answers.values() for name in names})
            own = [cell for cell in self.rebuilt.content["cells"] if not grade_id(cell) or is_solution(cell)]
            modules = imported_modules(own, given)
            begin = Begin(for_judge, seed, self.plan.imports, answers, self.plan.imported, modules)
            judge.send(to_wire(begin), until)
        except WireError as error:
            printed = CellOutput(2000)
            self.loop.drain(printed)
            last = "".join(item["text"] for item in printed.items).strip().splitlines()[-1:]
            raise MachineError(f"the processes for a notebook did not begin: {error} {' '.join(last)}") from None
        student.limits = limits_of_shown(self.limits)

    # One cell

    def _run_cell(self, cell: Cell) -> None:
        if is_test(cell):
            self._run_test(cell)
            return
        name = grade_id(cell)
        self.causes.see(cell, name)
        if name and (is_graded(cell) or nbgrader(cell).get("task")):
            self.result.max_scores[name] = float(nbgrader(cell).get("points") or 0)
            # An answer that is not in its place may be elsewhere: a person looks for it.
            is_empty = is_graded(cell) and is_unanswered(cell)
            self.result.scores[name] = 0.0 if is_empty else None
        if cell["cell_type"] != "code":
            return
        if is_setup(cell):
            # Both processes run the cell at the same time; the judge's report is waited for with the next test.
            self._tell_judge(RunSetup(cell["source"], self.plan.code_of(cell)))
            self.pending_setups.append(cell)
            self.redefined -= self.plan.defined.get(str(name), set())
        else:
            self.redefined |= self.plan.defined.get(str(name), set())
        if not self.ended:
            self._run_for_student(cell)

    def _run_for_student(self, cell: Cell) -> None:
        output = CellOutput(min(self.limits.output_bytes, max(self.room, 0)))
        deadline = self._deadline(lambda: self._interrupt_student(cell))
        status = ""
        try:
            self.pair.student.control.send(to_wire(RunCell(cell["source"], self.passed_over)), deadline.end)
            self.passed_over = []
            done = self._await_student(output, deadline)
            count, status = done.count or 0, done.status
            cell["execution_count"] = count if 0 < count < HIGHEST_COUNT else None
        except WireError as error:
            self._end_student(error)
        cell["outputs"] = output.items
        self.room -= output.used
        if status == "memory":
            self._abort(Status.MEMORY, REASONS["memory"])

    def _await_student(self, output: CellOutput, deadline: Deadline) -> CellDone:
        """Take in what the student process sends until its cell has ended; say how."""
        control = self.pair.student.control
        while True:
            message = from_wire(self.loop.receive(control, deadline, output), CellDone, Displayed, Raised)
            if isinstance(message, CellDone):
                self.loop.drain(output)
                return message
            output.add_message(message)

    def _deadline(self, *interrupts: Callable[[], None], seconds: float | None = None) -> Deadline:
        """The end of what begins now: of a cell, if no seconds are given. Waiting for a processor puts it off."""
        clock = self.pair.watchdog.clock
        limits = [(seconds or self.limits.cell_seconds, clock.known()), (self.limits.notebook_seconds, self.began)]

        def left(now: Times) -> float:
            return min(limit - (now - since).own for limit, since in limits)

        def more() -> float:
            now = self.pair.watchdog.times()
            if (more_seconds := left(now)) > SHORTEST:
                return more_seconds
            over = [(limit, now - since) for limit, since in limits if limit - (now - since).own <= SHORTEST]
            self.result.held_up |= any(spent.held_up(limit) for limit, spent in over)
            return 0.0

        return Deadline(time.monotonic() + max(0.0, left(clock.known())), *interrupts, more=more)

    def _interrupt_student(self, cell: Cell | None) -> None:
        if cell is not None:
            self.slow.append(cell["id"])
        self.pair.student.signal(signal.SIGINT)

    # One test

    def _run_test(self, cell: Cell) -> None:
        name = str(grade_id(cell))
        points = float(nbgrader(cell).get("points") or 0)
        self.result.max_scores[name] = points
        self.result.scores[name] = 0.0
        if self.ended:
            cell["outputs"] = [error_output("NotRun", "the student's process had ended before this test")]
            self.result.hints[name] = NOT_RUN
            return
        plan, began = self.plan.tests[name], self.pair.watchdog.times()
        if isinstance(plan.order, RunBeside):
            self.result.trusted[name] = plan.trusted
            report = self._run_beside(cell, plan.order, plan.lend)
            self.ended_in_place = self.ended and plan.may_fork
            self.redefined |= plan.made
        else:
            report = self._run_judged(cell, plan.order, plan.lend)
        if not plan.lasts:
            # History has what was run as a cell.
            self.passed_over.append(visible_text(cell["source"]))
        if report is None:
            cell["outputs"] = [error_output("NotRun", self.result.reason)]
            self.result.hints[name] = NOT_RUN
            return
        is_slow = cell["id"] in self.slow
        if report.claims:
            said = clean_text(", ".join(report.claims))
            self.result.findings.append(f"The test {name} took the word of an object of the student's own: {said}.")
        if report.student_gone:
            self._end_student(ChannelTimeoutError("interrupted") if is_slow else ChannelClosedError("it has gone"))
        score = score_of(report, points)
        self.result.scores[name] = score
        cell["outputs"] = outputs_of_test(report, cell, score)
        if not report.passed:
            # Less than a cell may take, where the notebook's time was over.
            spent = math.ceil((self.pair.watchdog.times() - began).own)
            stopped_after = min(self.limits.cell_seconds, spent) if is_slow else 0
            hint = hint_for(report, cell, stopped_after, self.causes.is_unanswered, self.seen_hidden)
            is_visible = not hidden_lines(cell["source"])
            seen_hidden = self.seen_hidden or not is_visible
            self.result.hints[name] = self.causes.hint(hint, report, is_slow, seen_hidden, is_visible)
        elif score < points and report.hint:
            self.result.hints[name] = clean_text(report.hint)
        self.seen_hidden = self.seen_hidden or bool(hidden_lines(cell["source"]))

    def _run_judged(self, cell: Cell, order: RunTest, lend: Lend) -> Report | None:
        if not self._await_setups():
            return None
        self._lend(lend)
        deadline = self._deadline(*self._interrupts_of_test(cell))
        self._tell_judge(replace(order, redefined=sorted(self.redefined)))
        self.redefined.clear()
        return self._await_judge(deadline)

    def _lend(self, message: Lend) -> None:
        """Give the student's code names that the visible part of a test defines, as it would find them anywhere."""
        if not (message.statements or message.cell):
            return
        deadline = self._deadline(lambda: self._interrupt_student(None))
        try:
            self.pair.student.control.send(to_wire(message), deadline.end)
            self._await_student(CellOutput(0), deadline)
        except WireError as error:
            self._end_student(error)

    def _run_beside(self, cell: Cell, order: RunBeside, lend: Lend) -> Report | None:
        deadline = self._deadline(lambda: self._interrupt_student(cell))
        student = self.pair.student.control
        try:
            student.send(to_wire(replace(order, tests=self.passed_over)), deadline.end)
            self.passed_over = []
            report = None
            while not isinstance(report, Report):
                report = from_wire(self.loop.receive(student, deadline, CellOutput(0)), Report)
        except WireError as error:
            self._end_student(error)
            return None
        if report.ename != "StudentGoneError":
            self._lend(lend)
        # Whose word it is: the student's code could hide in a hint what it has read of the test.
        is_hidden = bool(hidden_lines(cell["source"]))
        return replace(report, claims=[], student_gone=False, hint=None if is_hidden else report.hint)

    def _tell_judge(self, message: Message) -> None:
        try:
            self.pair.judge.control.send(to_wire(message), time.monotonic() + SEND_TIMEOUT)
        except WireError:
            self._end_judge()

    def _await_setups(self) -> bool:
        """Wait until the judge has run the setup cells that it was given; whether tests can follow.

        Raises:
            MachineError: if one of them fails there, which is not the student's fault.
        """
        while self.pending_setups and not self.ended:
            report = self._await_judge(self._deadline(*self._interrupts_of_test(None), seconds=IMPORT_TIMEOUT))
            if report is None:
                return False
            cell = self.pending_setups.pop(0)
            if not (report.passed or report.from_student or report.student_gone or self._was_taken_away(report)):
                where, trace = error_lines(report, cell)
                raise MachineError(
                    f"the setup cell {grade_id(cell)} of {self.source.name} fails where the tests run: "
                    f"{where + ' ' if where else ''}({trace[:300]})"
                )
        return not self.ended

    def _was_taken_away(self, report: Report) -> bool:
        # A name that the source defines on the student's side, and the student's code has deleted.
        lacking = (f"name {name!r} is not defined" for names in self.plan.defined.values() for name in names)
        return report.ename == "NameError" and report.evalue in lacking

    def _interrupts_of_test(self, cell: Cell | None) -> list[Callable[[], None]]:
        # Either the student's code ignores the interrupt, or the test itself takes its time: then the judge knows.
        return [lambda: self._interrupt_student(cell), lambda: self.pair.judge.signal(signal.SIGINT)]

    def _await_judge(self, deadline: Deadline) -> Report | None:
        """The judge's report; what the student's code prints and sends meanwhile is thrown away."""
        student = None if self.ended else self.pair.student.control
        try:
            message = self.loop.receive(self.pair.judge.control, deadline, CellOutput(0), student, self._end_student)
        except WireError:
            self._end_judge()
            return None
        report = from_wire(message, Report)
        if not isinstance(report, Report):
            return None
        self.causes.modules = [clean_text(module) for module in report.uninstalled]
        return report

    # Ends

    def _end_student(self, error: WireError) -> None:
        """The student process is of no use any more: find out why."""
        if self.ended:
            return
        process = self.pair.student
        if isinstance(error, ChannelTimeoutError):
            process.reason = process.reason or "stuck"
        process.wait_for_reason(EXIT_GRACE)
        process.signal(signal.SIGKILL)
        if process.reason in REASONS:
            status = {"memory": Status.MEMORY, "time": Status.TIMEOUT}.get(process.reason, Status.DIED)
            self._abort(status, REASONS[process.reason])
        elif process.reason == "stuck":
            seconds = self.limits.cell_seconds
            self._abort(Status.TIMEOUT, f"a cell did not end within {seconds:g} s, nor when it was interrupted")
        elif isinstance(error, ChannelClosedError):
            self._abort(Status.DIED, "its process ended in the middle of the notebook")
        else:
            self._abort(Status.DIED, "it sent messages that no notebook sends")

    def _end_judge(self) -> None:
        process = self.pair.judge
        process.wait_for_reason(EXIT_GRACE)
        process.signal(signal.SIGKILL)
        if process.reason == "memory":
            self._abort(Status.MEMORY, "what it handed to the tests needed more memory than the {memory} MiB allowed")
        elif process.reason:
            self._abort(Status.TIMEOUT, "the tests of what it handed in did not end in time")
        else:
            self._abort(Status.JUDGE_DIED, "the judge ended while it tested what was handed in")

    def _abort(self, status: Status, reason: str) -> None:
        self.ended = True
        values: dict[str, Any] = {
            "memory": self.limits.memory >> 20,
            "processes": self.limits.processes,
            "notebook_seconds": self.limits.notebook_seconds,
        }
        self.result.status = status
        self.result.reason = reason.format(**values) + AFTERWARDS

    def _collect_files(self) -> None:
        if self.ended:
            return
        control = self.pair.student.control
        control.limits = limits_of_left_files(self.limits)
        until = time.monotonic() + COLLECT_TIMEOUT
        try:
            control.send(to_wire(Collect(self.limits.disk_bytes)), until)
            message = None
            while not isinstance(message, LeftFiles):
                message = from_wire(control.receive(until), LeftFiles)
        except WireError:
            return
        self.result.files = files_to_keep(message.files)

"""Prints where the time of a submission goes, in milliseconds for each step of its life.

    python benchmarks/where_time_goes.py                       # 02 and 05, medians of 100 submissions
    python benchmarks/where_time_goes.py 03_convolution --beside --count 20

One process grades copies of the reference solution one after the other, behind both walls, and writes each into a
folder and a gradebook. Each step is measured in that process, without what it spends in other steps of the table. What
the two forked processes do is there as the time for which it waits for them.

The second column of numbers says for how long all processes together computed meanwhile. Unlike the first it stays the
same if the machine has something else to do. It needs control groups, and root to make one.
"""

import argparse
import functools
import math
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import rich.table
from rich.console import Console

from gdl_utils.authoring.answer_bank import Bank
from gdl_utils.classroom import grade, graded_folder, student_files
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.classroom.nbgrader_api import open_course
from nbjudge import Assignment, EngineOptions, Limits, Submission, channel, grading
from nbjudge.notebook import grade_id, is_setup, is_test
from nbjudge.process import ProcessPair
from nbjudge.supervisor import NotebookRun
from nbjudge.zygote_client import ZygoteClient, close_zygotes

AUTHOR = Course(Path(__file__).resolve().parents[1])
DEFAULT = ("02_shapes_and_parameters", "05_cnn")
CORES = 2
WARM_UP = 3  # submissions that are graded before
STEPS = {
    "read": "read the files of the submission",
    "rebuild": "find the notebook, put the answers into the source",
    "fork and walls": "fork both processes, put them behind the inner wall",
    "begin": "wait until both are ready, hand out files and seed",
    "setup": "the setup cells, in both",
    "answers": "all other cells but tests",
    "tests": "the tests",
    "wire": "pack and unpack messages of the main process",
    "collect": "take the files that the notebook has left",
    "end": "end both processes",
    "write": "write the graded notebook",
    "gradebook": "write the gradebook",
    "other": "all else",
}


class Stopwatch:
    """Adds up the time of each step, without that of the steps within it, by the wall clock and of the processors."""

    def __init__(self, processors: "Processors") -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.computed: dict[str, float] = defaultdict(float)
        self._processors = processors
        self._running: list[str] = []
        self._since = 0.0, 0.0

    @contextmanager
    def measure(self, step: str) -> Any:
        """Count what is done in the block for a step."""
        self._switch()
        self._running.append(step)
        try:
            yield
        finally:
            self._switch()
            self._running.pop()

    def _switch(self) -> None:
        now = time.perf_counter(), self._processors.seconds()
        if self._running:
            self.wall[self._running[-1]] += now[0] - self._since[0]
            self.computed[self._running[-1]] += now[1] - self._since[1]
        self._since = now

    def watched(self, function: Callable[..., Any], step: str | Callable[..., str]) -> Callable[..., Any]:
        """A function that is measured; of which step it is may depend on its arguments."""

        @functools.wraps(function)
        def measured(*arguments: Any, **more: Any) -> Any:
            with self.measure(step if isinstance(step, str) else step(*arguments)):
                return function(*arguments, **more)

        return measured


def step_of_cell(_run: NotebookRun, cell: dict[str, Any]) -> str:
    """The step to which the running of a cell belongs."""
    return "setup" if is_setup(cell) else "tests" if is_test(cell) else "answers"


WATCHED: list[tuple[Any, str, str | Callable[..., str]]] = [
    (grading, "find_notebooks", "rebuild"),
    (grading, "rebuild", "rebuild"),
    (ZygoteClient, "fork", "fork and walls"),
    (NotebookRun, "_begin", "begin"),
    (NotebookRun, "_run_cell", step_of_cell),
    (NotebookRun, "_await_setups", "setup"),
    (NotebookRun, "_collect_files", "collect"),
    (channel, "pack", "wire"),
    (channel, "unpack", "wire"),
    (ProcessPair, "close", "end"),
]


class Processors:
    """For how long all processes that are started from here have computed, those that have ended included.

    The kernel tells it of a control group (version 2), which root may make; elsewhere there is no number.
    """

    def __init__(self) -> None:
        self.group: Path | None = None
        for mount in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")):
            with suppress(OSError):
                (group := mount / f"where-time-goes-{os.getpid()}").mkdir()
                if (group / "cpu.stat").exists():
                    (group / "cgroup.procs").write_text(str(os.getpid()))
                    self.group = group
                    return

    def seconds(self) -> float:
        """Seconds up to now; not a number where the kernel does not tell."""
        if self.group is None:
            return math.nan
        return int((self.group / "cpu.stat").read_text().split()[1]) / 1e6

    def close(self) -> None:
        """Remove the group."""
        if self.group is not None:
            (self.group.parent / "cgroup.procs").write_text(str(os.getpid()))
            with suppress(OSError):
                self.group.rmdir()


def beside(assignment: Assignment) -> Assignment:
    """An assignment all of whose tests run beside the student's objects."""
    return replace(
        assignment,
        notebooks=tuple(
            replace(
                source, beside={str(grade_id(cell)): "measured" for cell in source.content["cells"] if is_test(cell)}
            )
            for source in assignment.notebooks
        ),
    )


def life(name: str, count: int, is_beside: bool, processors: Processors) -> list[Stopwatch]:
    """The steps of each of so many submissions of an assignment."""
    bank = Bank(AUTHOR, name)
    assignment = beside(bank.assignment) if is_beside else bank.assignment
    files = bank.files({exercise: bank.reference(exercise) for exercise in bank.solutions()})
    grader = grading.Grader(assignment, Limits(), EngineOptions())
    watches = []
    with tempfile.TemporaryDirectory() as scratch:
        course = Course(Path(scratch), configuration=AUTHOR.config_file)
        course.sources.symlink_to(AUTHOR.sources)
        with open_course(course) as api, grade.released_gradebook(course, name, api) as gradebook:
            for number in range(WARM_UP + count):
                student = f"student-{number:04d}"
                submitted, target = course.submitted(student, name), course.autograded(student, name)
                for file, data in files.items():
                    path = submitted / file
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                watch = Stopwatch(processors)
                _grade_one(watch, grader, gradebook, submitted, target, student)
                watches.append(watch)
    return watches[WARM_UP:]


def _grade_one(
    watch: Stopwatch, grader: grading.Grader, gradebook: ClassGradebook, submitted: Path, target: Path, student: str
) -> None:
    """What `gdl grade` does with a submission, with each step measured."""
    patches = [
        mock.patch.object(owner, name, watch.watched(getattr(owner, name), step)) for owner, name, step in WATCHED
    ]
    for patch in patches:
        patch.start()
    try:
        with watch.measure("read"):
            files = student_files.read_submission(submitted)
        with watch.measure("other"):
            graded = grader.grade(Submission(files, seed=len(student)))
        with watch.measure("write"):
            graded_folder.write_autograded(grader.assignment, submitted, target, graded)
        with watch.measure("gradebook"):
            gradebook.save(student, graded, None)
    finally:
        for patch in patches:
            patch.stop()
    if graded.score != graded.max_score:
        raise SystemExit(f"the reference solution got {graded.score:g} of {graded.max_score:g} points")


def main() -> None:
    """Measure and print a table for each assignment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", default=DEFAULT)
    parser.add_argument("--count", type=int, default=100, help="submissions of each assignment")
    parser.add_argument("--beside", action="store_true", help="run all tests beside the student's objects")
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    processors = Processors()
    for name in options.assignments:
        watches = life(name, options.count, options.beside, processors)
        way = ", all tests beside" if options.beside else ""
        table = rich.table.Table(
            title=f"Where the time of a submission of {name} goes{way}: {options.count} submissions"
        )
        table.add_column("step")
        table.add_column("")
        for column in ("ms (median)", "computing, ms (mean)", "share"):
            table.add_column(column, justify="right")
        whole = statistics.mean(sum(watch.computed.values()) for watch in watches)
        for step, what in STEPS.items():
            wall = statistics.median(watch.wall[step] for watch in watches)
            computed = statistics.mean(watch.computed[step] for watch in watches)
            table.add_row(step, what, f"{1000 * wall:.1f}", f"{1000 * computed:.1f}", f"{computed / whole:.0%}")
        wall = statistics.median(sum(watch.wall.values()) for watch in watches)
        table.add_row("all", "from the files to the grade", f"{1000 * wall:.1f}", f"{1000 * whole:.1f}", "100%")
        Console(width=110).print(table)
    close_zygotes()
    processors.close()


if __name__ == "__main__":
    main()

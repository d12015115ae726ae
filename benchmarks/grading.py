"""Prints how long grading takes: against nbgrader as shipped, against the floor, for large classes, and on Dask.

    python benchmarks/grading.py                 # all but the class of 10,000
    python benchmarks/grading.py --large 10000   # only the large classes, up to this size
    python benchmarks/grading.py --profile       # only where the time of a submission goes

The class is the assignment 02_shapes_and_parameters with honest submissions. All ways are measured in this one run, on
two cores, with isolation on. The floor is what can't be avoided: the cells run in a forked process that has everything
imported, without isolation, without a judge, without a gradebook; one submission after the other, or two at a time.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import rich.table
from rich.console import Console

from gdl_utils.authoring.answer_bank import Bank
from gdl_utils.authoring.sample_class import Student, students_of, write_submission
from gdl_utils.classroom.course import Course
from nbjudge import EngineOptions, Graded, Limits, Submission
from nbjudge.pool import Submit, local_workers
from tests.notebooks import as_bytes, notebook, setup, solution, test

ROOT = Path(__file__).resolve().parents[1]
AUTHOR = Course(ROOT)
NAME = "02_shapes_and_parameters"
GDL = Path(sys.executable).with_name("gdl")
CORES = 2
CLASS = 24
SMALL = "small"
FLOOR_NAME = "floor, one after the other"

FLOOR = """
import os, sys, json, time
sys.stdout = sys.stderr = open(os.devnull, "w")
import keras, matplotlib.pyplot, IPython, numpy
from nbjudge.student_shell import make_shell
shell = make_shell()
print("ready", file=sys.__stdout__, flush=True)
sys.stdin.readline()
running = 0
for path in sys.argv[2:]:
    if running == int(sys.argv[1]):
        os.wait(); running -= 1
    if os.fork():
        running += 1
        continue
    shell._showtraceback = lambda *_: None
    for cell in json.load(open(path))["cells"]:
        if cell["cell_type"] == "code":
            shell.run_cell("".join(cell["source"]))
    os._exit(0)
while running:
    os.wait(); running -= 1
print("done", file=sys.__stdout__, flush=True)
"""


def honest_class(folder: Path, count: int, name: str = NAME) -> None:
    """A course folder with `count` submissions of the sample class, without those that are broken in some way."""
    every = students_of(AUTHOR, name)
    students = [student for student in every if not (student.attention or student.edit or student.data)]
    course = Course(folder)
    shutil.copytree(AUTHOR.sources, course.sources)
    for number in range(count):
        student = students[number % len(students)]
        copy = Student(f"{student.name}-{number:05d}", student.note, student.answers)
        write_submission(AUTHOR, name, copy, course)


def seconds_of(line: list[str], folder: Path, place: Path = ROOT) -> float:
    """Run a command and tell how long it took; its output goes to a file."""
    start = time.perf_counter()
    with (folder / "benchmark.log").open("ab") as log:
        code = subprocess.run(line, cwd=place, stdout=log, stderr=log).returncode
    if code:
        raise SystemExit(f"{' '.join(line)} ended with {code}; see {folder / 'benchmark.log'}")
    return time.perf_counter() - start


def engine(folder: Path, name: str = NAME, *options: str) -> float:
    """Grade a class with `gdl grade`, from its start to its end."""
    line = [str(GDL), "grade", name, "--course", str(folder), "--regrade", *options]
    return seconds_of(line, folder)


def as_shipped(folder: Path) -> float:
    """Grade a class with `nbgrader autograde` without the engine; the release is made before."""
    config = (ROOT / "nbgrader_config.py").read_text() + '\nc.pop("Autograde", None)\n'
    # nbgrader reads the configuration of the folder where it is started.
    (folder / "nbgrader_config.py").write_text(config)
    program = "import sys; from nbgrader.apps.nbgraderapp import main; main()"
    common = ["--CourseDirectory.root=" + str(folder)]
    os.environ["PATH"] = f"{GDL.parent}{os.pathsep}{os.environ['PATH']}"
    seconds_of([sys.executable, "-c", program, "generate_assignment", NAME, *common, "--force"], folder, folder)
    return seconds_of([sys.executable, "-c", program, "autograde", NAME, *common, "--force"], folder, folder)


def floor(folder: Path, at_a_time: int) -> float:
    """Run the class's cells, hidden tests included, without anything around them."""
    paths = [str(path) for path in sorted((folder / "autograded").glob("*/*/*.ipynb"))]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    with subprocess.Popen(
        [sys.executable, "-c", FLOOR, str(at_a_time), *paths],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    ) as process:  # fmt: skip
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the floor could not be started")
        process.stdout.readline()
        start = time.perf_counter()
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()
        return time.perf_counter() - start


def compare(console: Console, rounds: int) -> None:
    """Engine, nbgrader as shipped and floor on the same class, in turn."""
    times: dict[str, list[float]] = {
        "nbgrader as shipped": [],
        "engine": [],
        "engine, without its start": [],
        FLOOR_NAME: [],
        f"floor, {CORES} at a time": [],
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder, small, shipped = Path(scratch) / "class", Path(scratch) / "small", Path(scratch) / "shipped"
        honest_class(folder, CLASS)
        honest_class(small, CORES)
        honest_class(shipped, CLASS)
        engine(folder)
        for _ in range(rounds):
            whole = engine(folder, NAME, "--workers", str(CORES))
            # What two submissions on two workers take is start and end, and one submission each.
            start = engine(small, NAME, "--workers", str(CORES))
            times["engine"].append(whole)
            times["engine, without its start"].append((whole - start) * CLASS / (CLASS - CORES))
            for name, at_a_time in ((FLOOR_NAME, 1), (f"floor, {CORES} at a time", CORES)):
                times[name].append(floor(folder, at_a_time))
            times["nbgrader as shipped"].append(as_shipped(shipped))
    table = rich.table.Table(title=f"{CLASS} submissions of {NAME} on {CORES} cores, {rounds} round(s), medians")
    for column in ("way", "seconds", "submissions a minute", "speed against shipped", "time against floor"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for way, seconds in times.items():
        shipped_ratio = statistics.median(a / b for a, b in zip(times["nbgrader as shipped"], seconds, strict=True))
        floor_ratio = statistics.median(b / a for a, b in zip(times[FLOOR_NAME], seconds, strict=True))
        middle = statistics.median(seconds)
        table.add_row(way, f"{middle:.1f}", f"{CLASS / middle * 60:.0f}", f"{shipped_ratio:.1f}", f"{floor_ratio:.2f}")
    console.print(table)


def profile(console: Console) -> None:
    """Where the time of one submission goes: the same notebook with fewer and fewer of its cells run."""
    bank = Bank(AUTHOR, NAME)
    (book,) = bank.assignment.notebooks
    right = {name: bank.reference(name) for name in bank.solutions()}
    cells = [cell for cell in json.loads(bank.files(right)[bank.file])["cells"] if cell["cell_type"] == "code"]
    setup = [cell for cell in book.content["cells"] if "setup" in cell["metadata"].get("tags", [])]
    # What the notebook imports is imported before the fork, even if the cell that does so is not run.
    idle = [{**cell, "source": textwrap.indent(cell["source"], "    ", lambda _: True)} for cell in setup]
    for cell in idle:
        cell["source"] = f"if False:\n{cell['source']}"
    table = rich.table.Table(title=f"Where the time of one submission of {NAME} goes, one worker")
    table.add_column("cells that are run")
    for column in ("ms", "ms more", "share"):
        table.add_column(column, justify="right")
    times = {}
    for what, kept, handed_in in [
        ("none: two processes in the sandbox, from fork to end", idle, []),
        ("the setup cell, in both processes", setup, setup),
        ("the answers and all tests", book.content["cells"], cells),
    ]:
        shortened = replace(book, content={**book.content, "cells": kept})
        given = {bank.file: json.dumps({**bank.released, "cells": handed_in}).encode()}
        with local_workers(1, replace(bank.assignment, notebooks=(shortened,)), Limits(), EngineOptions()) as submit:
            _finished(submit, given)
            times[what] = statistics.median(_seconds(_finished, submit, given) for _ in range(15))
    whole, before = max(times.values()), 0.0
    for what, seconds in times.items():
        more = seconds - before
        table.add_row(what, f"{seconds * 1000:.0f}", f"{more * 1000:.0f}", f"{more / whole:.0%}")
        before = seconds
    console.print(table)
    line = [sys.executable, "-c", "import nbjudge.student, keras, numpy, matplotlib.pyplot"]
    imports = statistics.median(
        _seconds(partial(subprocess.run, line, check=True, capture_output=True)) for _ in range(3)
    )
    console.print(f"Before the first submission, the environment is imported once: {imports:.1f} s.")


def _finished(submit: Submit, files: dict[str, bytes]) -> Graded:
    return submit(Submission(files)).result()


def _seconds(function: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def small_class(folder: Path, count: int, imports: str = "", hidden: bool = True) -> None:
    """A course folder with an assignment of short functions, so that what is around the cells weighs most."""
    course = Course(folder)
    course.source(SMALL).mkdir(parents=True)
    cells = [setup(imports)] if imports else []
    for number in range(6):
        cells.append(solution("def square(x):\n    return x * x", f"answer-{number}"))
        other = "assert square(-7) == 49" if hidden else ""
        cells.append(test("assert square(2) == 4", f"test-{number}", 1, other))
    data = as_bytes(notebook(*cells))
    (course.source(SMALL) / "book.ipynb").write_bytes(data)
    for number in range(count):
        target = course.submitted(f"student-{number:05d}", SMALL)
        target.mkdir(parents=True)
        (target / "book.ipynb").write_bytes(data)


def large(console: Console, most: int) -> None:
    """Cost of a submission, and memory of the main process, as the class grows."""
    table = rich.table.Table(title=f"Large classes of a small assignment, {CORES} workers")
    for column in ("submissions", "seconds", "ms a submission", "of the first row", "main process, MiB"):
        table.add_column(column, justify="right")
    first = None
    for count in [size for size in (100, 1_000, 10_000) if size <= most]:
        # The start takes as long as a hundred submissions: of one measurement its error would be the row's.
        measured = [_measured(count) for _ in range(5 if count == 100 else 1)]
        start = statistics.median(_measured(CORES)[0] for _ in range(5))
        seconds, memory = (statistics.median(column) for column in zip(*measured, strict=True))
        each = (seconds - start) / (count - CORES) * 1000
        first = first or each
        table.add_row(f"{count:,}", f"{seconds:.1f}", f"{each:.1f}", f"{each / first:.2f}", f"{memory / 1024:.0f}")
    console.print(table)


def _measured(count: int) -> tuple[float, int]:
    """Seconds for a small class, and the most KiB that `gdl grade` itself, without its workers, had at a time."""
    program = (
        "import resource, sys, gdl_utils.cli as cli\n"
        "try:\n    cli.app()\n"
        "finally:\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    print(used, file=open(sys.argv[4] + '/memory', 'w'))"
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "class"
        small_class(folder, count)
        line = [sys.executable, "-c", program, "grade", SMALL, "--course", str(folder), "--workers", str(CORES)]
        return seconds_of(line, folder), int((folder / "memory").read_text())


def dask(console: Console) -> None:
    """The same class on a Dask cluster of this machine with 1, 2 and 4 workers."""
    from distributed import LocalCluster

    table = rich.table.Table(title=f"{CLASS} submissions of {NAME} on Dask workers of this machine ({CORES} cores)")
    for column in ("workers", "seconds", "against 1"):
        table.add_column(column, justify="right")
    first = None
    for workers in (1, 2, 4):
        with (
            tempfile.TemporaryDirectory() as scratch,
            LocalCluster(n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        ):
            folder = Path(scratch) / "class"
            honest_class(folder, CLASS)
            # The first run starts each worker's zygote.
            engine(folder, NAME, "--scheduler", cluster.scheduler_address)
            seconds = engine(folder, NAME, "--scheduler", cluster.scheduler_address)
        first = first or seconds
        table.add_row(str(workers), f"{seconds:.1f}", f"{seconds / first:.2f}")
    console.print(table)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", type=int, help="only the large classes, up to this size")
    parser.add_argument("--profile", action="store_true", help="only where the time of a submission goes")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    # Two cores, however many there are, for all that is measured.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # As after an installation, no module is compiled anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    console = Console()
    if options.large:
        large(console, options.large)
        return
    if options.profile:
        profile(console)
        return
    compare(console, options.rounds)
    profile(console)
    dask(console)
    large(console, 1_000)


if __name__ == "__main__":
    main()

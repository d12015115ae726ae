"""Measures what grading costs, for the page for operators, into gdl_utils/capacity.json.

    python benchmarks/capacity.py

For each assignment a class of right submissions is graded, isolation on, once by one worker on one core and once by two
on two. A class of two is taken off, so that start and end are not counted. A real PostgreSQL with its settings as
shipped, fsync included, takes the results of one submission for many students. Root measures the memory of everything.
"""

import datetime
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import rich.table
from rich.console import Console
from sqlalchemy.engine import make_url

from gdl_utils.authoring.answer_bank import Bank
from gdl_utils.book.build import SITE
from gdl_utils.book.provenance import processor
from gdl_utils.capacity import Capacity, Cost, write_capacity
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.classroom.nbgrader_api import open_course
from nbjudge import EngineOptions, Graded, Limits
from nbjudge.pool import local_workers
from tests.classroom.postgresql import server

ROOT = Path(__file__).resolve().parents[1]
AUTHOR = Course(ROOT)

GDL = Path(sys.executable).with_name("gdl")
FEW = 2
# The size of a class whose submissions take less, or more, than a second.
CLASS = {True: 40, False: 8}
SAVED = "02_shapes_and_parameters"  # whose results are saved for the rates
SAVES = 1000
WRITERS = (1, 2, 4)
PROGRAM = """
import os, resource, sys
os.sched_setaffinity(0, map(int, os.environ["CORES"].split(",")))
import gdl_utils.cli as cli
try:
    cli.app()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, file=open(sys.argv[4] + "/main", "w"))
"""


@dataclass(frozen=True)
class Run:
    """A run of `gdl grade`: wall clock, seconds that its main process computed."""

    seconds: float
    main_seconds: float


def course_in(folder: Path, bank: Bank, database: str | None = None) -> Course:
    """A course folder with the source of an assignment."""
    course = Course(folder, AUTHOR.config_file, database)
    shutil.copytree(AUTHOR.source(bank.name), course.source(bank.name))
    return course


def right_files(bank: Bank) -> dict[str, bytes]:
    """A submission in which all is right."""
    return bank.files({name: bank.reference(name) for name in bank.solutions()})


def right_class(folder: Path, bank: Bank, count: int) -> None:
    """A course folder with `count` submissions in which all is right."""
    course, files = course_in(folder, bank), right_files(bank)
    for number in range(count):
        for name, data in files.items():
            path = course.submitted(f"student-{number:05d}", bank.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def memory_of(process: psutil.Process) -> int:
    """Bytes of a process and all below it; a page that several share is divided among them (PSS)."""
    total = 0
    for each in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error):
            total += each.memory_full_info().pss
    return total


@contextmanager
def running(folder: Path, name: str, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """Grade a class anew with so many workers, each on a core of its own, until the end of the block at least."""
    line = [sys.executable, "-c", PROGRAM, "grade", name, "--course", str(folder), "--regrade"]
    line = [*line, "--workers", str(workers)]
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))[:workers]))
    log = folder / "log"
    with log.open("wb") as file:
        started = subprocess.Popen(line, stdout=file, stderr=file, cwd=ROOT, env={**os.environ, "CORES": cores})
        yield started
        code = started.wait()
    if code:
        raise SystemExit(f"{name} was graded with the exit code {code}; it printed:\n{log.read_text()}")


def run_of(folder: Path, name: str, workers: int) -> Run:
    """Grade a class anew and take the time."""
    start = time.perf_counter()
    with running(folder, name, workers):
        pass
    return Run(time.perf_counter() - start, float((folder / "main").read_text()))


def most_memory(folder: Path, name: str, workers: int) -> int:
    """Grade a class anew and tell the most bytes that all its processes had at a time, looked at every 0.1 s."""
    most = 0
    # Looking holds up what is looked at: the time is taken in another run.
    with running(folder, name, workers) as started, suppress(psutil.Error):
        process = psutil.Process(started.pid)
        while started.poll() is None:
            most = max(most, memory_of(process))
            time.sleep(0.1)
    return most


def bytes_below(*folders: Path) -> int:
    """Bytes of all files below folders."""
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def save_many(course: Course, name: str, graded: Graded, first: int, count: int, barrier: Any) -> None:
    """Save one result for `count` students, in a process of its own that begins when all are ready."""
    with (
        open_course(course) as api,
        ClassGradebook(course.db_url, api.coursedir.course_id, name, api.config) as gradebook,
    ):
        barrier.wait()
        for number in range(first, first + count):
            gradebook.save(f"student-{number:06d}", graded, None)
        barrier.wait()


def saves_a_second(course: Course, name: str, graded: Graded, first: int, writers: int) -> float:
    """Submissions a second that so many processes save."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(writers + 1, timeout=120)
    each = SAVES // writers
    processes = [
        context.Process(target=save_many, args=(course, name, graded, first + number * each, each, barrier))
        for number in range(writers)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - start
    for process in processes:
        process.join()
    return writers * each / seconds


def asked(url: str, query: str) -> Any:
    """The one answer to a query."""
    with psycopg.connect(make_url(url).render_as_string(hide_password=False), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        return row and row[0]


def database_of(bank: Bank, url: str, scratch: Path) -> tuple[float, float, dict[int, float]]:
    """Bytes in the database and in its log for a submission, and submissions saved a second by number of writers."""
    course = course_in(scratch, bank, url)
    right = {name: bank.reference(name) for name in bank.solutions()}
    with local_workers(1, bank.assignment, Limits(), EngineOptions()) as submit:
        graded = submit(bank.submission(right, "student")).result()
    with open_course(course) as api:
        result = api.generate_assignment(bank.name, force=True)
    if not result["success"]:
        raise SystemExit(f"{bank.name} can't be released: {result}")
    # The first ones make files of the log, which later ones use again.
    saves_a_second(course, bank.name, graded, 0, 1)
    sizes, rates = [], {}
    for writers in WRITERS:
        before = asked(url, "select pg_database_size(current_database())"), asked(url, "select pg_current_wal_lsn()")
        first = writers * SAVES
        rates[writers] = saves_a_second(course, bank.name, graded, first, writers)
        size = asked(url, "select pg_database_size(current_database())") - before[0]
        log = asked(url, f"select pg_wal_lsn_diff(pg_current_wal_lsn(), '{before[1]}')")
        sizes.append((size / SAVES, float(log) / SAVES))
    mean = [sum(column) / len(sizes) for column in zip(*sizes, strict=True)]
    return mean[0], mean[1], rates


def cost_of(bank: Bank, database: float, log: float) -> Cost:
    """What a submission of an assignment costs."""
    with tempfile.TemporaryDirectory() as scratch:
        few, many = Path(scratch) / "few", Path(scratch) / "many"
        right_class(few, bank, FEW)
        # The first run makes the hidden images of 05_cnn, and warms the disk's cache.
        run_of(few, bank.name, FEW)
        start = run_of(few, bank.name, 1)
        count = CLASS[start.seconds < 8]
        right_class(many, bank, count)
        run_of(many, bank.name, FEW)
        whole = run_of(many, bank.name, 1)
        memory = [most_memory(many, bank.name, workers) for workers in (1, FEW)]
        course = Course(many)
        feedback = [str(GDL), "feedback", bank.name, "--course", str(many)]
        subprocess.run(feedback, check=True, stdout=subprocess.DEVNULL)
        seconds = (whole.seconds - start.seconds) / (count - FEW)
        return Cost(
            seconds=seconds,
            main_seconds=(whole.main_seconds - start.main_seconds) / (count - FEW),
            start_seconds=start.seconds - FEW * seconds,
            memory=memory[0],
            memory_a_worker=memory[1] - memory[0],
            database=database,
            log=log,
            folders=bytes_below(course.submissions, course.results, course.pages) / count,
        )


def main() -> None:
    """Measure, write the file, print a table."""
    console = Console()
    # Not built here: the page for operators can't be before there are measurements.
    site = ROOT / SITE
    if not (site / "index.html").is_file():
        raise SystemExit("The size of the site belongs to what is measured: type 'make book' before.")
    costs, saves = {}, {}
    # Not below a folder that is its owner's alone: the server runs as an ordinary user.
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        with server(Path(scratch) / "postgresql", durable=True) as new_database:
            for name in AUTHOR.assignments:
                bank = Bank(AUTHOR, name)
                folder = Path(scratch) / name
                folder.mkdir()
                url = new_database()
                version = str(asked(url, "show server_version")).split()[0]
                database, log, rates = database_of(bank, url, folder)
                if name == SAVED:
                    saves = rates
                costs[name] = cost_of(bank, database, log)
    files = [path for path in site.rglob("*") if path.is_file()]
    write_capacity(
        Capacity(
            datetime.date.today().isoformat(), processor(), f"PostgreSQL {version}", costs, saves,
            bytes_below(site), len(files),
        )
    )  # fmt: skip
    table = rich.table.Table(title="What a submission costs, all answers right")
    for column in ("assignment", "s of a core", "ms of the main process", "start, s", "MiB", "MiB a worker"):
        table.add_column(column, justify="left" if column == "assignment" else "right")
    for name, cost in costs.items():
        table.add_row(
            name, f"{cost.seconds:.2f}", f"{cost.main_seconds * 1000:.0f}", f"{cost.start_seconds:.1f}",
            f"{cost.memory / 2**20:.0f}", f"{cost.memory_a_worker / 2**20:.0f}",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()

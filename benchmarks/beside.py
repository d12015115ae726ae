"""Prints how much longer a submission takes if all of its tests run beside the student's objects.

    python benchmarks/beside.py                # three rounds of classes of 120
    python benchmarks/beside.py --rounds 5

The same class is graded by `gdl grade` with judged tests and with tests beside the objects, in turn, with both of two
cores busy. What the command takes for two submissions, which is its start and end, does not count. A test with hidden
lines takes a fork of the student's process, which costs the more the more a notebook has imported; others take none.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import rich.table
from grading import CORES, ROOT, SMALL, engine, honest_class, small_class
from rich.console import Console

from gdl_utils.classroom.course import CONFIG, Course
from nbjudge.hints import hidden_lines
from nbjudge.notebook import is_test, text_of
from nbjudge.ways import BESIDE, DEFAULT

COUNT = 120  # submissions of a class
# What each class is called, its assignment, and what makes it.
CLASSES: list[tuple[str, str, Callable[[Path, int], None]]] = [
    ("short functions", SMALL, small_class),
    ("short functions, nothing hidden", SMALL, partial(small_class, hidden=False)),
    ("short functions, pandas imported", SMALL, partial(small_class, imports="import pandas")),
    ("short functions, Keras imported", SMALL, partial(small_class, imports="import keras")),
    ("the same, nothing hidden", SMALL, partial(small_class, imports="import keras", hidden=False)),
    *((name, name, partial(honest_class, name=name)) for name in ("03_convolution", "02_shapes_and_parameters")),
]


def run_beside(course: Course, name: str) -> None:
    """Let all tests of an assignment run beside the student's objects, as an author can."""
    for path in course.source(name).glob("*.ipynb"):
        content = json.loads(path.read_bytes())
        content["metadata"][DEFAULT] = BESIDE
        path.write_text(json.dumps(content))


def tests_of(course: Course, name: str) -> str:
    """How many tests an assignment has, and how many of these have hidden lines."""
    books = [json.loads(path.read_bytes()) for path in course.source(name).glob("*.ipynb")]
    tests = [text_of(cell["source"]) or "" for book in books for cell in book["cells"] if is_test(cell)]
    return f"{len(tests)}, {sum(bool(hidden_lines(text)) for text in tests)} with hidden lines"


def measure(name: str, make: Callable[[Path, int], None], rounds: int) -> tuple[str, list[float], list[float]]:
    """The tests of an assignment, and milliseconds of a submission in each round, judged and beside the objects."""
    milliseconds: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as scratch:
        folders = {}
        for is_beside in milliseconds:
            for count in (CORES, COUNT):
                folder = folders[is_beside, count] = Path(scratch) / f"{is_beside}-{count}"
                make(folder, count)
                (folder / CONFIG).write_bytes((ROOT / CONFIG).read_bytes())
                if is_beside:
                    run_beside(Course(folder), name)
                # What is tried and released only once is not measured.
                engine(folder, name, "--workers", str(CORES))
        for _ in range(rounds):
            for is_beside, each in milliseconds.items():
                start, whole = (
                    engine(folders[is_beside, count], name, "--workers", str(CORES)) for count in (CORES, COUNT)
                )
                each.append(1000 * (whole - start) / (COUNT - CORES))
        return tests_of(Course(folders[False, CORES]), name), milliseconds[False], milliseconds[True]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often each class is graded in each way")
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    table = rich.table.Table(title=f"A submission with all tests beside the student's objects, {options.rounds} rounds")
    for column in ("class", "tests", "judged, ms", "beside, ms", "ratio"):
        table.add_column(column, justify="left" if column in ("class", "tests") else "right")
    for what, name, make in CLASSES:
        tests, judged, beside = measure(name, make, options.rounds)
        ratio = statistics.median(b / a for a, b in zip(judged, beside, strict=True))
        middle = [f"{statistics.median(each):.0f}" for each in (judged, beside)]
        table.add_row(what, tests, *middle, f"{ratio:.2f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()

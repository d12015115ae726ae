"""Prints how long one core takes to grade a student's work, for each assignment.

    python benchmarks/assignments.py

Each kind of submission is graded several times by one warm worker on one core, with isolation on: all right, all wrong
(the first wrong answer to each exercise in the answer bank), and blank. The start of the worker is not counted, since a
class shares it.
"""

import os
import statistics
import time
from collections.abc import Mapping
from pathlib import Path

import rich.table
from rich.console import Console

from gdl_utils.authoring.answer_bank import Bank, exercises_of
from nbjudge import EngineOptions, Limits
from nbjudge.pool import local_workers

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
# Seconds that a student of each assignment may take.
LIMITS = {"01_probability": 2, "02_shapes_and_parameters": 2, "03_convolution": 2, "04_mlp": 20, "05_cnn": 20}


def submissions(bank: Bank) -> Mapping[str, Mapping[str, bytes]]:
    """The kinds of submission that are measured."""
    wrong = {exercise.name: exercise.wrong[0].source for exercise in exercises_of(ROOT, bank.name)}
    return {
        "all right": bank.submission({name: bank.reference(name) for name in bank.solutions()}),
        "all wrong": bank.submission(wrong),
        "blank": bank.submission({}),
    }


def seconds_of(bank: Bank) -> dict[str, list[float]]:
    """Seconds for each kind of submission, in each of the rounds."""
    found: dict[str, list[float]] = {}
    with local_workers(1, bank.assignment, Limits(), EngineOptions()) as submit:
        kinds = submissions(bank)
        # The first one waits for the worker.
        submit("start", dict(kinds["blank"])).result()
        for number in range(ROUNDS):
            for kind, files in kinds.items():
                start = time.perf_counter()
                submit(f"student-{number}", dict(files)).result()
                found.setdefault(kind, []).append(time.perf_counter() - start)
    return found


def main() -> None:
    """Measure and print the table."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    table = rich.table.Table(
        title=f"Seconds of one core for a student's work, medians of {ROUNDS} (slowest in brackets)"
    )
    table.add_column("assignment")
    kinds = ("all right", "all wrong", "blank")
    for column in (*kinds, "limit", "slowest against limit"):
        table.add_column(column, justify="right")
    for name in assignment_names(ROOT):
        found = seconds_of(Bank(ROOT, name))
        cells = [f"{statistics.median(found[kind]):.2f} ({max(found[kind]):.2f})" for kind in kinds]
        slowest = max(map(max, found.values()))
        limit = LIMITS.get(name)
        table.add_row(name, *cells, str(limit or "-"), f"{slowest / limit:.2f}" if limit else "-")
    Console().print(table)


if __name__ == "__main__":
    main()

"""Prints how long one core takes to grade a student's work, for each assignment.

    python benchmarks/assignments.py

Each kind of submission is graded several times by one warm worker on one core, with isolation on: all right, all wrong
(the first wrong answer to each exercise in the answer bank), and blank. The start of the worker is not counted, since a
class shares it.
"""

import os
import statistics
import time
from pathlib import Path

import rich.table
from rich.console import Console

from gdl_utils.authoring.answer_bank import Bank, exercises_of
from gdl_utils.classroom.course import Course
from nbjudge import EngineOptions, Limits
from nbjudge.pool import local_workers

COURSE = Course(Path(__file__).resolve().parents[1])
ROUNDS = 5
# Seconds that a student of each assignment may take.
LIMITS = {
    "01_probability": 2,
    "02_shapes_and_parameters": 2,
    "03_convolution": 2,
    "04_mlp": 20,
    "05_cnn": 20,
    "06_autoregressive_and_flows": 3,
    "07_vae": 2,
    "08_gan": 2,
    "09_energy_and_diffusion": 3,
    "10_your_own_model": 10,
}


def answers_to(bank: Bank) -> dict[str, dict[str, str]]:
    """The kinds of submission that are measured: answers by the grade_id of their cells."""
    wrong = {exercise.name: exercise.wrong[0].source for exercise in exercises_of(COURSE, bank.name)}
    return {
        "all right": {name: bank.reference(name) for name in bank.solutions()},
        "all wrong": wrong,
        "blank": {},
    }


def seconds_of(bank: Bank) -> dict[str, list[float]]:
    """Seconds for each kind of submission, in each of the rounds."""
    seconds: dict[str, list[float]] = {}
    with local_workers(1, bank.assignment, Limits(), EngineOptions()) as submit:
        # The first one waits for the worker.
        submit(bank.submission({}, "start")).result()
        for number in range(ROUNDS):
            for kind, answers in answers_to(bank).items():
                submission = bank.submission(answers, f"student-{number}")
                start = time.perf_counter()
                submit(submission).result()
                seconds.setdefault(kind, []).append(time.perf_counter() - start)
    return seconds


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
    for name in COURSE.assignments:
        seconds = seconds_of(Bank(COURSE, name))
        cells = [f"{statistics.median(seconds[kind]):.2f} ({max(seconds[kind]):.2f})" for kind in kinds]
        slowest = max(map(max, seconds.values()))
        limit = LIMITS.get(name)
        table.add_row(name, *cells, str(limit or "-"), f"{slowest / limit:.2f}" if limit else "-")
    Console().print(table)


if __name__ == "__main__":
    main()

"""Limits count a notebook's own time: what waited for a processor that others had loses no points."""

import subprocess
import sys
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

import pytest

from nbjudge import EngineOptions, Graded, GradedNotebook, Limits, Status, grade
from nbjudge.grading import Grader
from nbjudge.pool import grade_all, local_workers
from nbjudge.processor_time import WALL_CLOCK, Times
from tests.nbjudge.small import assignment, graded, submission

TASK = assignment("assert x == 1")
SHORT = Limits(cell_seconds=1, notebook_seconds=20)
# Beside others a cell waits for up to a second before its first line runs: that is little of this limit.
LONGER = Limits(cell_seconds=3, notebook_seconds=60)
COMPUTES = "import time\nwhile time.process_time() < {}: pass\nx = 1"
real = pytest.mark.usefixtures("engine")


@pytest.mark.parametrize(
    ("times", "own"),
    [
        (Times(3, 3, 0), 3),  # computes on one processor
        (Times(3, 6, 0), 3),  # on two
        (Times(3, 0, 0), 3),  # sleeps
        (Times(3, 0.5, 2.5), 1),  # waits
        (Times(3, 2, 1), 2),  # waits a little
        (Times(3, 3, 60), 3),  # one of many processes of its own waits
        (Times(9, 0, 9), 3),  # gets nothing at all
    ],
)
def test_waiting_does_not_count(times, own):
    assert times.own == own


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (Times(1, 1, 0), False),  # never ends, alone
        (Times(2, 1, 1), False),  # never ends, beside others
        (Times(1, 0, 0), False),  # sleeps
        (Times(1.5, 0.1, 0.5), False),  # sleeps, beside others
        (Times(3, 0.3, 2.7), True),  # gets too little
        (Times(1, 1, 1), True),  # could have computed on two processors
        (Times(1, 1, 10), True),
    ],
)
def test_who_could_have_ended_alone_is_held_up(times, expected):
    assert times.held_up(1) is expected


def result(score, held_up=False):
    """A result with these points."""
    return Graded([GradedNotebook("n", Status.GRADED, scores={"test": score}, held_up=held_up)])


def test_who_was_held_up_is_graded_again_after_the_others():
    running, seen = [], []

    class Held(Future):
        def result(self, timeout=None):
            running.remove(self)
            return super().result(timeout)

    def submit(name):
        seen.append((name, len(running)))
        future = Held()
        running.append(future)
        again = [each for each, _ in seen].count(name) > 1
        future.set_result(result(2.0 if again or name == "c" else 0.0, held_up=not again and name in "ab"))
        return future

    jobs = [(name, partial(str, name)) for name in "abcd"]
    results = list(grade_all(jobs, submit, 2))
    assert {name for name, _ in results[:2]} == {"c", "d"}
    assert {name: graded.score for name, graded in results} == {"a": 2, "b": 2, "c": 2, "d": 0}
    assert sorted(name for name, _ in seen[:4]) == ["a", "b", "c", "d"]
    assert sorted(seen[4:]) == [("a", 0), ("b", 0)], "one at a time, and after all others"


def test_nobody_is_graded_a_third_time():
    seen = []

    def submit(name):
        seen.append(name)
        future = Future()
        future.set_result(result(0.0, held_up=True))
        return future

    assert [name for name, _ in grade_all([("a", partial(str, "a"))], submit, 1)] == ["a"]
    assert seen == ["a", "a"]


@contextmanager
def busy_machine(processes=30):
    """Others compute, each in a session of its own, for the kernel may share processors among these."""
    command = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(command, start_new_session=True) for _ in range(processes)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
        for other in others:
            other.wait()


class TestReal:
    """With processes, and others that compute."""

    pytestmark = real

    @pytest.mark.alone
    def test_on_a_busy_machine_it_is_told_from_others(self):
        grade(TASK, submission(TASK, "x = 1"))
        with busy_machine():
            waited = Grader(TASK, SHORT, EngineOptions(), alone=False).grade(submission(TASK, COMPUTES.format(0.8)))
            sleeps = submission(TASK, "import time\ntime.sleep(100)")
            asleep = Grader(TASK, LONGER, EngineOptions(), alone=False).grade(sleeps)
        assert waited.held_up and waited.score == 0
        assert waited.notebooks[0].seconds < WALL_CLOCK * SHORT.cell_seconds + 8
        assert (asleep.held_up, asleep.status, asleep.score) == (False, Status.TIMEOUT, 0)

    @pytest.mark.alone
    def test_a_second_try_gives_the_points(self, monkeypatch):
        tries = []
        run = Grader._run

        def run_among_others(*arguments):
            tries.append(1)
            if len(tries) > 1:
                return run(*arguments)
            with busy_machine():
                return run(*arguments)

        grade(TASK, submission(TASK, "x = 1"))
        monkeypatch.setattr(Grader, "_run", run_among_others)
        again = grade(TASK, submission(TASK, COMPUTES.format(0.8)), SHORT)
        assert (again.score, again.status, again.held_up, len(tries)) == (2, Status.GRADED, False, 2)

    @pytest.mark.timing
    def test_what_never_ends_is_not_tried_again(self):
        for code in ("while True: pass", "import time\ntime.sleep(100)"):
            endless = Grader(TASK, SHORT, EngineOptions(), alone=False).grade(submission(TASK, code))
            assert (endless.status, endless.score, endless.held_up) == (Status.TIMEOUT, 0, False)
            assert endless.remarks == []

    @pytest.mark.alone
    def test_hogs_are_named_and_their_neighbour_keeps_its_points(self):
        hog = "import os, time\nx = 1\nfor _ in range(24):\n    if not os.fork():\n        os.setsid()\n"
        hog += "        end = time.time() + 2\n        while time.time() < end: pass\n        os._exit(0)\n"
        hog += "for _ in range(24): os.wait()"
        answers = {"hog-1": hog, "hog-2": hog, "neighbour": COMPUTES.format(0.5)}
        limits = Limits(cell_seconds=3, notebook_seconds=30)
        with local_workers(3, TASK, limits, EngineOptions()) as submit:
            jobs = [(name, partial(submission, TASK, answer)) for name, answer in answers.items()]
            results = dict(grade_all(jobs, submit, 3))
        assert {name: (graded.score, graded.status) for name, graded in results.items()} == dict.fromkeys(
            answers, (2, Status.GRADED)
        )
        assert results["neighbour"].remarks == []
        for name in ("hog-1", "hog-2"):
            (remark,) = results[name].remarks
            assert "processors at a time" in remark
            assert results[name].attention == []

    @pytest.mark.timing
    def test_threads_of_a_library_are_no_hog(self):
        code = "import threading, time\nx = 1\ndef turn():\n    while time.process_time() < 1.5: pass\n"
        code += "threads = [threading.Thread(target=turn) for _ in range(3)]\n[t.start() for t in threads]\n"
        assert graded(code + "[t.join() for t in threads]").remarks == []

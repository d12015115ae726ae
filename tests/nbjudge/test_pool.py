"""Workers of this machine: one zygote for all, started early, and replaced if it is not there or does not fit."""

import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import Future
from contextlib import nullcontext
from functools import partial
from multiprocessing.connection import Connection

import psutil
import pytest

from nbjudge import EngineOptions, Graded, Limits, MachineError
from nbjudge.grading import environment_of
from nbjudge.pool import EarlyStart, grade_all, grade_each, local_workers
from nbjudge.zygote_client import close_zygotes
from tests.nbjudge.processes import workers_of, zygotes
from tests.nbjudge.small import assignment, submission

TASK = assignment("assert x == 1", "assert x < 2")
STUDENTS = [f"student-{number}" for number in range(12)]
pytestmark = [pytest.mark.timing, pytest.mark.usefixtures("engine")]


@pytest.fixture(scope="module", autouse=True)
def none_of_other_tests():
    close_zygotes()


@pytest.fixture
def early():
    start = EarlyStart(environment_of(TASK.notebooks, EngineOptions()), 3)
    yield start
    start.close()


def grade(workers, early=None, on_result=lambda: None, answer="x = 1"):
    """Grade the class on some workers; results by student."""
    jobs = [(student, partial(submission, TASK, answer)) for student in STUDENTS]
    results = {}
    limits, options = Limits(cell_seconds=5), EngineOptions()
    if early:
        assert early.fits(TASK, options)
        how = nullcontext(early.submitting(TASK, limits, options))
    else:
        how = local_workers(workers, TASK, limits, options)
    with how as submit:
        for student, graded in grade_all(jobs, submit, workers):
            assert student not in results
            results[student] = graded
            on_result()
    assert set(results) == set(STUDENTS)
    assert all(isinstance(graded, Graded) for graded in results.values()), results
    return results


def gone(left, seconds=10):
    """Whether nothing is left, at the latest after so many seconds: the zygotes of workers end after these."""
    end = time.monotonic() + seconds
    while left() and time.monotonic() < end:
        time.sleep(0.05)
    return not left()


def scores(results):
    """The different scores of a class, and what needs attention."""
    return {(graded.score, *graded.attention) for graded in results.values()}


def test_all_workers_fork_from_the_zygote_started_early(early):
    seen = []
    assert scores(grade(3, early, lambda: seen.append(zygotes()))) == {(4,)}
    mine = psutil.Process().pid
    assert seen and all(started == {early.zygote.process.pid: mine} for started in seen)
    assert early.zygote.alive(), "whoever started it ends it"


def test_without_an_early_one_it_is_started_and_kept():
    seen = []
    for _ in range(2):
        assert scores(grade(2, on_result=lambda: seen.append(zygotes()))) == {(4,)}
    assert list(seen[0].values()) == [psutil.Process().pid]
    assert all(started == seen[0] for started in seen)
    assert zygotes() == seen[0]
    close_zygotes()
    assert zygotes() == {}


def test_an_interrupt_ends_the_zygote_and_what_it_forked():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(2, on_result=interrupt, answer="import time\ntime.sleep(0.5)\nx = 1")
    assert zygotes() == {}


def test_when_the_zygote_is_killed_workers_start_their_own(early):
    """It is killed while some notebooks are in the middle."""
    killed = []

    def kill_once():
        if not killed:
            killed.append(early.zygote.process.pid)
            early.zygote.process.kill()

    # Long enough that some are in the middle.
    results = grade(2, early, kill_once, "import time\ntime.sleep(0.2)\nx = 1")
    assert killed
    assert scores(results) == {(4,)}
    early.close()
    assert gone(zygotes)


def test_a_zygote_that_never_began_is_replaced(early):
    early.zygote.process.kill()
    assert scores(grade(2, early)) == {(4,)}


def test_it_serves_one_assignment_after_another(early):
    limits, options = Limits(cell_seconds=5), EngineOptions()
    for expected, task in [((4, 2), TASK), ((2, 0), assignment("assert x == 1", "assert x > 2"))]:
        submit = early.submitting(task, limits, options)
        right, wrong = grade_each([submission(task, "x = 1"), submission(task, "x = 0")], submit, 3)
        assert (right.score, wrong.score) == expected


def test_what_can_not_be_graded_is_raised():
    tried = []

    def submit(submission):
        tried.append(submission)
        failed = Future()
        failed.set_exception(MachineError("the disk is full"))
        return failed

    with pytest.raises(MachineError, match="the disk is full"):
        grade_each([submission(TASK, "x = 1")], submit, 3)
    assert len(tried) == 2, "once more, as for any submission"


@pytest.mark.skipif(sys.version_info < (3, 11, 5), reason="there a broken pool leaves it to us to close its queue")
def test_a_pool_that_breaks_closes_nothing_twice(monkeypatch):
    closed, lock = Counter(), threading.Lock()

    # Python's own, not the pool's: where its descriptors are given back.
    def close_slowly(connection):
        with lock:
            closed[connection] += 1
            first = closed[connection] == 1
        if first:
            # Meanwhile the next pool begins.
            time.sleep(0.5)
            os.close(connection.fileno())

    monkeypatch.setattr(Connection, "_close", close_slowly)
    killed = []

    def kill_one():
        if not killed:
            killed.append(workers_of(psutil.Process())[0])
            killed[0].kill()

    assert scores(grade(2, on_result=kill_one)) == {(4,)}
    assert killed
    assert set(closed.values()) == {1}

"""Workers of this machine: one zygote for all, started early, and replaced if it is not there or does not fit."""

import os
import sys
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from gdl_utils.classroom.grade import grade_class
from nbjudge.pool import early_zygote
from nbjudge.zygote_client import ZygoteServer, close_zygotes
from tests.classroom.small_course import FULL, HOW, NAME, RIGHT, hand_in, make_course, scores

PROGRAM = "nbjudge.zygote"


@pytest.fixture(scope="module", autouse=True)
def none_of_other_tests():
    close_zygotes()


@pytest.fixture
def folder(tmp_path, root):
    return make_course(tmp_path, root, {f"student-{number}": RIGHT for number in range(12)})


@pytest.fixture
def early(folder):
    zygote = early_zygote(folder / "solutions" / NAME, HOW.options)
    yield zygote
    zygote.close()


def zygotes():
    """The processes that prepare, by the number of the one that started each, as far as this process can see."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if line[:1] == ["bwrap"] and PROGRAM in line and process.ppid() not in found:
            found[process.pid] = process.ppid()
    return found


def grade(folder: Path, workers: int, early: ZygoteServer | None = None, on_outcome=None):
    """Grade the class on some workers; outcomes by student."""
    outcomes = []

    def note(outcome):
        outcomes.append(outcome)
        if on_outcome:
            on_outcome(outcome)

    how = HOW.__class__(HOW.limits, HOW.options, workers=workers)
    grade_class(folder, folder, NAME, note, how, early=early)
    return {one.student: one for one in outcomes}


def test_all_workers_fork_from_one_zygote_that_was_started_early(folder, early):
    seen = []
    outcomes = grade(folder, 3, early, lambda _: seen.append(zygotes()))
    assert {one.score for one in outcomes.values()} == {6}
    mine = psutil.Process().pid
    assert all(found == {early.process.pid: mine} for found in seen)
    assert early.alive(), "whoever started it ends it"


def test_without_an_early_one_it_is_started_and_ended(folder):
    seen = []
    grade(folder, 2, on_outcome=lambda _: seen.append(zygotes()))
    assert all(list(found.values()) == [psutil.Process().pid] for found in seen)
    assert zygotes() == {}


def test_when_the_zygote_is_killed_in_the_middle_the_workers_start_their_own(folder, early):
    # Long enough that some are in the middle.
    for number in range(12):
        hand_in(folder, f"student-{number}", {**RIGHT, "name": "import time\ntime.sleep(0.2)\nname = 'Ada'"})
    killed = []

    def kill_once(_):
        if not killed:
            killed.append(early.process.pid)
            early.process.kill()

    outcomes = grade(folder, 2, early, kill_once)
    assert killed
    assert {(one.score, one.remark) for one in outcomes.values()} == {(6, "")}
    assert all(found == FULL for found in scores(folder).values())
    assert zygotes() == {}


def test_a_zygote_that_never_began_is_replaced(folder, early):
    early.process.kill()
    assert {one.score for one in grade(folder, 2, early).values()} == {6}


def test_one_for_another_assignment_is_not_used(folder, root):
    other = early_zygote(root / "solutions" / "02_shapes_and_parameters", HOW.options)
    assert "keras" in other.environment.modules
    seen = []
    try:
        grade(folder, 2, other, lambda _: seen.append(set(zygotes())))
    finally:
        other.close()
    assert all(len(found - {other.process.pid}) == 1 for found in seen)


def test_what_can_not_be_read_imports_nothing(tmp_path):
    cells = [b"5", b'[{"source": 5}]', b"[1]"]
    damaged = [b"{", b"[]", b"\xff", *(b'{"cells": %s}' % one for one in cells)]
    for number, data in enumerate(damaged):
        (tmp_path / f"{number}.ipynb").write_bytes(data)
    zygote = early_zygote(tmp_path, HOW.options)
    try:
        assert zygote.environment.modules == ()
        assert zygote.wait()
    finally:
        zygote.close()


@pytest.mark.skipif(sys.version_info < (3, 11, 5), reason="there a broken pool leaves it to us to close its queue")
def test_a_pool_that_breaks_closes_nothing_twice(folder, monkeypatch):
    closed, lock = Counter(), threading.Lock()

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

    def kill_one(_):
        if not killed:
            workers = [one for one in psutil.Process().children() if "spawn_main" in " ".join(one.cmdline())]
            killed.append(workers[0])
            workers[0].kill()

    outcomes = grade(folder, 2, on_outcome=kill_one)
    assert killed
    assert len(outcomes) == 12
    assert set(closed.values()) == {1}

"""A class is graded by the processes that the command has started early, from their zygote, if it fits."""

import dataclasses
import re
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gdl_utils.classroom import grade
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.early_start import early_start
from gdl_utils.classroom.grade import grade_class, released_assignment
from nbjudge import SandboxError
from nbjudge.errors import InterpreterError
from nbjudge.pool import EarlyStart
from nbjudge.sandbox import availability
from nbjudge.zygote_client import Environment, close_zygotes
from tests.classroom.small_course import FULL, HOW, NAME, RIGHT, make_course, scores
from tests.environments import make_environment
from tests.nbjudge.processes import zygotes
from tests.notebooks import as_bytes, notebook, setup


def test_a_class_is_graded_by_the_early_processes(tmp_path, root, monkeypatch):
    course = make_course(tmp_path / "course", root, {f"student-{number}": RIGHT for number in range(4)})
    # Those that other tests have started in this process.
    close_zygotes()
    monkeypatch.setattr(grade, "local_workers", None)
    with closing(early_start(course, NAME, HOW.engine, 2)) as early:
        seen = []
        grade_class(course, NAME, lambda _: seen.append(set(zygotes())), dataclasses.replace(HOW, workers=2), early)
        assert seen == [{early.zygote.process.pid}] * 4
    assert all(points == FULL for points in scores(course).values())
    assert zygotes() == {}


def test_no_more_are_started_than_there_are_submissions(tmp_path, root):
    course = make_course(tmp_path / "course", root, {"ada": RIGHT})
    with closing(early_start(course, NAME, HOW.engine, 64)) as early:
        assert early.workers == 1


def test_for_another_assignment_others_are_started(tmp_path, root):
    course = make_course(tmp_path / "course", root, {"ada": RIGHT})
    close_zygotes()
    with closing(EarlyStart(Environment(("import statistics",)), 1)) as early:
        seen = []
        grade_class(course, NAME, lambda _: seen.append(set(zygotes())), HOW, early)
        assert len(seen) == 1 and len(seen[0] - {early.zygote.process.pid}) == 1
    assert scores(course) == {"ada": FULL}


def test_a_python_that_lacks_something_is_one_sentence(tmp_path, root):
    course = make_course(tmp_path / "course", root, {"ada": RIGHT})
    make_environment(tmp_path / "env", ["numpy"])
    line = [Path(sys.executable).with_name("gdl"), "grade", NAME, "--python", tmp_path / "env"]
    done = subprocess.run(line, cwd=course.folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{tmp_path}/env/bin/python lacks ipython, .* install .*ipython'\.\n", done.stderr)


def test_what_is_tested_ahead_is_told_to_who_asks_alone(tmp_path, monkeypatch):
    make_environment(tmp_path, ["numpy"])
    raised, others = [], set(threading.enumerate())
    monkeypatch.setattr(threading, "excepthook", raised.append)
    availability.begin_test(str(tmp_path))
    for thread in set(threading.enumerate()) - others:
        thread.join()
    assert raised == []
    with pytest.raises(InterpreterError, match="lacks ipython"):
        availability.unavailable_reason(str(tmp_path))


def test_notebooks_that_can_not_be_read_import_nothing(tmp_path):
    course = Course(tmp_path)
    course.source(NAME).mkdir(parents=True)
    cells = [b"5", b'[{"source": 5}]', b"[1]"]
    damaged = [b"{", b"[]", b"\xff", *(b'{"cells": %s}' % text for text in cells)]
    for number, data in enumerate(damaged):
        (course.source(NAME) / f"{number}.ipynb").write_bytes(data)
    with closing(early_start(course, NAME, HOW.engine, 1)) as early:
        assert early.zygote.environment.imports == ()
        assert early.zygote.wait()
    (course.source(NAME) / "sound.ipynb").write_bytes(as_bytes(notebook(setup("import statistics"))))
    with closing(early_start(course, NAME, HOW.engine, 1)) as early:
        assert early.zygote.environment.imports == ("import statistics",)


def test_it_is_started_before_nbgrader_is_imported():
    program = "import sys, gdl_utils.classroom.early_start; print([name for name in sys.modules if 'nbgrader' in name])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_bubblewrap_it_says_so(tmp_path, root, remove_bubblewrap):
    course = make_course(tmp_path / "course", root, {"ada": RIGHT})
    remove_bubblewrap()
    with pytest.raises(SandboxError, match="bubblewrap, which is not installed"):
        early_start(course, NAME, HOW.engine, 1)


@pytest.mark.parametrize("is_assumed", [True, False])
def test_what_it_assumed_of_the_sandbox_is_checked(tmp_path, root, monkeypatch, is_assumed):
    course = make_course(tmp_path / "course", root, {"ada": RIGHT})
    close_zygotes()
    monkeypatch.setattr(availability, "once_tested", lambda _: (None, is_assumed))
    with closing(early_start(course, NAME, HOW.engine, 1)) as early:
        grade_class(course, NAME, lambda _: None, HOW, early)
        assignment = dataclasses.replace(
            released_assignment(course, NAME), hash_seed=early.zygote.environment.hash_seed
        )
        in_use = early.fits(assignment, HOW.engine)
    close_zygotes()
    assert scores(course) == {"ada": FULL}
    assert in_use == (is_assumed or not early.zygote.own_users)


def test_where_there_can_be_no_sandbox_nothing_is_run(tmp_path, root, monkeypatch):
    course = make_course(tmp_path / "course", root, {"ada": RIGHT})
    monkeypatch.setattr(availability, "once_tested", lambda _: (SandboxError("no walls", "build some"), False))
    with (
        closing(early_start(course, NAME, HOW.engine, 1)) as early,
        pytest.raises(SandboxError, match="no walls"),
    ):
        grade_class(course, NAME, lambda _: None, HOW, early)
    assert not course.results.exists()

"""A class is graded by the processes that the command has started early, from their zygote, if it fits."""

import dataclasses
import subprocess
import sys
from contextlib import closing

from gdl_utils.classroom import grade
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.early_start import early_start
from gdl_utils.classroom.grade import grade_class
from nbjudge.pool import EarlyStart
from nbjudge.zygote_client import Environment, close_zygotes
from tests.classroom.small_course import FULL, HOW, NAME, RIGHT, make_course, scores
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

"""A class is graded from the zygote that the command has started early, if it fits."""

import dataclasses
import subprocess
import sys
from contextlib import closing

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.early_zygote import early_zygote
from gdl_utils.classroom.grade import grade_class
from nbjudge.zygote_client import close_zygotes
from tests.classroom.small_course import FULL, HOW, NAME, RIGHT, make_course, scores
from tests.nbjudge.processes import zygotes
from tests.notebooks import as_bytes, notebook, setup


def test_a_class_is_graded_from_the_early_zygote(tmp_path, root):
    course = make_course(tmp_path / "course", root, {f"student-{number}": RIGHT for number in range(4)})
    # Those that other tests have started in this process.
    close_zygotes()
    early = early_zygote(course, NAME, HOW.engine)
    seen = []
    try:
        grade_class(course, NAME, lambda _: seen.append(set(zygotes())), dataclasses.replace(HOW, workers=2), early)
    finally:
        early.close()
    assert seen == [{early.process.pid}] * 4
    assert all(points == FULL for points in scores(course).values())


def test_notebooks_that_can_not_be_read_import_nothing(tmp_path):
    course = Course(tmp_path)
    course.source(NAME).mkdir(parents=True)
    cells = [b"5", b'[{"source": 5}]', b"[1]"]
    damaged = [b"{", b"[]", b"\xff", *(b'{"cells": %s}' % text for text in cells)]
    for number, data in enumerate(damaged):
        (course.source(NAME) / f"{number}.ipynb").write_bytes(data)
    with closing(early_zygote(course, NAME, HOW.engine)) as zygote:
        assert zygote.environment.imports == ()
        assert zygote.wait()
    (course.source(NAME) / "sound.ipynb").write_bytes(as_bytes(notebook(setup("import statistics"))))
    with closing(early_zygote(course, NAME, HOW.engine)) as zygote:
        assert zygote.environment.imports == ("import statistics",)


def test_it_is_started_before_nbgrader_is_imported():
    program = (
        "import sys, gdl_utils.classroom.early_zygote; print([name for name in sys.modules if 'nbgrader' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Names and outputs of a hostile class reach neither the terminal nor a log as they are, in any command."""

import nbformat
import pytest
from typer.testing import CliRunner

from gdl_utils.cli import app
from tests.classroom.archives import zipped
from tests.classroom.by_nbgrader import release, run_nbgrader, small_course
from tests.classroom.small_course import NAME, RIGHT, hand_in, make_course
from tests.notebooks import answer, as_node, notebook, test

RAW = ["\x1b", "\x07", "\x9b", "\x85", "\u202e", "\u2066", "\u200b", "\U000e0041", "\r", "\nall graded", "\nINFO"]
NAMES = [
    "eve\x1b]0;owned\x07\x1b[2J",
    "mal\u202elory\u2066",
    "oscar\x9b31m\x85o",
    "trudy\nall graded",
    "zero\u200bwidth\U000e0041",
    "Zoë 王 محمد",
]
LOUD = {
    **RIGHT,
    "square": "print('\\x1b[2J\\u202e')\nraise type('E\\u202e', (Exception,), {})('\\x1b]0;x\\x07\\nINFO ada \\x9b')",
}


def raw_in(text):
    return [each for each in RAW if each in text]


def hand_in_all(course):
    for name in NAMES:
        hand_in(course, name, b"\xff" if name != NAMES[-1] else RIGHT)
    hand_in(course, "loud", LOUD)
    hand_in(course, "cells", b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "\\u001b[2J\\u202e"}]}')


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, root):
    course = make_course(tmp_path_factory.mktemp("hostile"), root, {})
    hand_in_all(course)
    return course


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_no_command_shows_them_as_they_are(hostile, root, monkeypatch):
    monkeypatch.chdir(root)
    here = ("--course", hostile.folder)
    graded = run("grade", NAME, *here, "--workers", 2)
    assert graded.exit_code == 1
    assert r"eve\x1b]0;owned\x07\x1b[2J: the notebook is not text in UTF-8" in graded.output
    assert r"trudy\nall graded: " in graded.output
    assert "Zoë 王 محمد" in graded.output
    results = [graded, run("grade", NAME, *here), run("grade", NAME, *here, "--regrade")]
    results += [run("feedback", NAME, *here), run("report", NAME, *here)]
    results += [run("export", NAME, *here, "--format", name) for name in ("csv", "canvas", "moodle", "json")]
    for result in results:
        assert result.exit_code in (0, 1), result.output
        assert raw_in(result.output) == []
    log = hostile.log.read_bytes().decode()
    assert r"\x1b]0;owned" in log
    assert raw_in(log) == []
    assert run("grade", "no\x1bc\u202e", *here).stderr.startswith(r"There is no assignment no\x1bc\u202e in")
    assert r"'no\x1b[2J' has '['" in run("grade", "no\x1b[2J", *here).stderr


def test_collect_shows_names_in_escapes(tmp_path, root, monkeypatch):
    monkeypatch.chdir(root)
    course = make_course(tmp_path / "course", root, {})
    folder = tmp_path / "mails"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.ipynb").touch()
    archive = zipped(tmp_path / "a\x1b[2J.zip", {f"Mal\u202elory_12_assignsubmission_file_{NAMES[0]}.ipynb": b""})
    for source, *more in [
        (archive,),
        (folder,),
        (folder, "--pattern", r"(?P<student_id>[^\n]*)(?P<file_id>\w*)"),
        (folder, "--pattern", r"(?P<student_id>.*"),
        (folder, "--roster", tmp_path / "none\x1b[2J\u202e.csv"),
    ]:
        result = run("collect", source, NAME, "--course", course.folder, *more)
        assert result.exit_code in (1, 2), result.output
        assert raw_in(result.output) == []


def test_nbgrader_logs_them_in_escapes(tmp_path, root):
    """The way over nbgrader's own commands: its messages, and the warnings of the plugin."""
    course = small_course(tmp_path / "course", root, {}, '\nc.NbGrader.logfile = "nbgrader-own.log"\n')
    hand_in_all(course)
    release(course)
    shown = ""
    for student in [*NAMES[:4], "loud", "cells"]:
        done = run_nbgrader(course, "autograde", NAME, f"--student={student}", "--create")
        shown += done.stdout + done.stderr
    assert r"eve\x1b]0;owned\x07\x1b[2J" in shown
    assert raw_in(shown) == []
    own = (course.folder / "nbgrader-own.log").read_text()
    assert r"mal\u202elory\u2066" in own
    assert raw_in(own) == []


def test_a_check_shows_what_went_wrong_in_escapes(tmp_path, root, monkeypatch):
    monkeypatch.chdir(root)
    page = as_node(
        notebook(
            answer("'\\\u202e'\nprint('\\x1b[2J')\nx = 1", "name\x1b[2J"),
            test("raise type('E\\x9b', (Exception,), {'hint': '\\x1b[8m'})('x\\x1b[2J\\nall graded')", "t\u202e", 1),
            answer("1 / 0  # \u202e \x1b[2J", "second"),
            test("assert x == 2, '\\x1b]0;owned\\x07\\r'  # \u2066", "u", 1),
        )
    )
    path = tmp_path / "my[red]\x1b[2J.ipynb"
    nbformat.write(page, path)
    result = run("check", path, "--seconds", 20)
    assert result.exit_code == 1
    assert r"E\x9b: x\x1b[2J" in result.output
    assert raw_in(result.output) == []
    path.write_text("{")
    assert raw_in(run("check", path).output) == []

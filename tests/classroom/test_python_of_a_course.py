"""A class is graded in an environment that knows nothing of the engine, and lies where all secrets lie."""

import dataclasses
import json

import nbformat
import pytest

from gdl_utils.classroom.environment import engine_options
from gdl_utils.classroom.settings import open_folder, python_of
from nbjudge.zygote_client import close_zygotes
from tests.classroom.by_nbgrader import autograde, release, small_course
from tests.classroom.small_course import FULL, HOW, RIGHT, grade, graded_notebook, scores, source_of
from tests.environments import make_environment

# What the student's code finds of the course: names of files, and what is in those that it can read.
SPY = """name = 'Ada'
import importlib.metadata, os, sys
folder = os.path.dirname(sys.prefix)
found = []
for place, folders, files in os.walk(folder):
    if place.startswith(sys.prefix):
        folders.clear()
        found += [place] if place != sys.prefix else sorted(folders)
        continue
    found += [place, *files]
for path in PATHS:
    try:
        found.append(open(path).read(9))
    except OSError:
        pass
print([sys.prefix, found, sorted(each.name for each in importlib.metadata.distributions() if each.name in NAMES)])
"""


@pytest.fixture(scope="module")
def course(root, tmp_path_factory):
    """With its environment in it, and a hidden test that imports the checks of the grader's own package."""
    folder = tmp_path_factory.mktemp("folder") / "course"
    paths = [folder / name for name in ("gradebook.db", "course_secret.txt", "solutions/small/book.ipynb")]
    spy = SPY.replace("PATHS", repr(list(map(str, paths)))).replace("NAMES", "['gdl_utils', 'numpy', 'nbgrader']")
    config = "c.JudgeCells.python = '.venv'\n"
    course = small_course(folder, root, {"ada": RIGHT, "spy": {**RIGHT, "name": spy}}, config)
    make_environment(folder / ".venv")
    book = nbformat.read(source_of(course), as_version=4)
    hidden = next(cell for cell in book.cells if "assert square(-7)" in cell.source)
    hidden.source = hidden.source.replace(
        "assert square(-7) == 49", "from gdl_utils import checks\nchecks.check_value(square(-7), 49)"
    )
    nbformat.write(book, source_of(course))
    yield open_folder(folder)
    close_zygotes()


def seen_by_the_spy(course):
    cells = graded_notebook(course, "spy").cells
    return next(output.text for cell in cells for output in cell.get("outputs", []) if output.get("name") == "stdout")


def test_its_environment_is_seen_and_nothing_beside_it(course):
    how = dataclasses.replace(HOW, engine=engine_options(course))
    assert how.engine.python == f"{course.folder}/.venv"
    outcomes = grade(course, how)
    assert {student: (outcome.score, outcome.remark) for student, outcome in outcomes.items()} == {
        "ada": (6, ""), "spy": (6, ""),
    }  # fmt: skip
    environment = str(course.folder / ".venv")
    assert (course.folder / "gradebook.db").is_file() and (course.folder / "course_secret.txt").is_file()
    prefix, found, packages = json.loads(seen_by_the_spy(course).replace("'", '"'))
    assert (prefix, packages) == (environment, ["numpy"])
    assert found[:1] == [str(course.folder)] and all(path.startswith(environment) for path in found[1:])

    # The packages of the environment, not the grader's, are a part of what was graded.
    assert not any(outcome.fresh for outcome in grade(course, how).values())
    (site,) = course.folder.glob(".venv/lib/python*/site-packages")
    (site / "something-1.0.dist-info").mkdir()
    (site / "something-1.0.dist-info" / "METADATA").write_text("Name: something\nVersion: 1.0\n")
    assert all(outcome.fresh for outcome in grade(course, how).values())


def test_nbgraders_own_command_uses_it_too(course):
    release(course)
    told = autograde(course, "spy")["spy"]
    assert told["success"], told["log"]
    assert f"['{course.folder}/.venv', " in seen_by_the_spy(course)
    assert scores(course)["spy"] == FULL


def test_relative_names_start_where_they_are_written(tmp_path):
    (tmp_path / "env").mkdir()
    for name, meant in (("env", "env"), ("./env/bin/python", "env/bin/python"), ("../x/python", "../x/python")):
        assert python_of(name, tmp_path) == str(tmp_path / meant)
    assert python_of("python3.12", tmp_path) == "python3.12"
    assert python_of("/opt/env", tmp_path) == "/opt/env"
    assert python_of("", tmp_path) is python_of(None, tmp_path) is None

"""The wheel of the repository holds both packages, and `nbjudge` works with four others alone."""

import os
import re
import subprocess
import zipfile

import pytest

from tests.environments import build_wheel, make_environment

ALONE = ["numpy", "ipython", "nbformat"]
ABSENT = ["keras", "tensorflow", "nbgrader", "gdl_utils", "matplotlib", "sqlalchemy", "jinja2", "distributed"]


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """The wheel, built as pip builds it."""
    return build_wheel(root, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """Python in an environment with NumPy, IPython, nbformat, what these need, and `nbjudge` of the wheel."""
    folder = tmp_path_factory.mktemp("alone") / "env"
    packages = make_environment(folder, ALONE)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages, [name for name in archive.namelist() if name.startswith("nbjudge/")])
    return folder / "bin" / "python"


def test_the_wheel_has_both_packages_and_their_templates(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "nbjudge/__init__.py",
        "nbjudge/sandbox/seccomp.py",
        "nbjudge/README.md",
        "gdl_utils/classroom/templates/feedback/conf.json",
        "gdl_utils/classroom/templates/feedback/index.html.j2",
        "gdl_utils/classroom/templates/report.html.j2",
        "gdl_utils/authoring/templates/kill_matrix.html.j2",
        "gdl_utils/seeds.json",
        "gdl_utils/capacity.json",
    ):
        assert name in names
    assert not [name for name in names if name.startswith(("tests/", "answers/", "solutions/"))]


def run(python, program, folder):
    """Run a program as a stranger would, in a folder that holds nothing of the course."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [python, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def test_nothing_else_is_there(alone, tmp_path):
    program = f"import importlib.util\nprint([name for name in {ABSENT} if importlib.util.find_spec(name)])"
    assert run(alone, program, tmp_path).stdout.strip() == "[]"


def test_it_grades_a_notebook_alone(alone, tmp_path):
    program = """
import json
import sys

from nbjudge import Assignment, EngineOptions, Limits, SourceNotebook, Status, Submission, grade


def cell(source, name, **flags):
    nbgrader = {"grade_id": name, "schema_version": 3, "grade": False, "solution": False, "locked": False, **flags}
    metadata = {"nbgrader": nbgrader, "tags": ["setup"] if name == "setup" else []}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def notebook(answer):
    cells = [
        cell("import numpy as np", "setup", locked=True),
        cell(answer, "double", solution=True),
        cell("assert double(3) == 6", "visible", grade=True, locked=True, points=1),
        cell("assert np.allclose(double(np.ones(2)), 2)", "hidden", grade=True, locked=True, points=2),
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def graded(answer, **options):
    task = Assignment("first", (SourceNotebook("first", notebook("")),))
    files = {"first.ipynb": json.dumps(notebook(answer)).encode()}
    return grade(task, Submission(files), Limits(cell_seconds=10), EngineOptions(**options))


right = "def double(x):\\n    return x + x"
for options in ({}, {"warm": False}):
    assert graded(right, **options).score == 3, graded(right, **options)
    partly = graded("def double(x):\\n    return 6", **options)
    assert (partly.score, partly.status) == (1, Status.GRADED), partly
heavy = [name for name in ("keras", "tensorflow", "nbgrader", "gdl_utils") if name in sys.modules]
print("graded", heavy)
"""
    done = run(alone, program, tmp_path)
    assert done.stdout.strip() == "graded []", done.stderr


def test_the_example_of_its_readme_runs(root, alone, tmp_path):
    (example,) = re.findall(r"```python\n(.+?)```", (root / "nbjudge" / "README.md").read_text(), re.DOTALL)
    assert len(example.strip().splitlines()) <= 20
    done = run(alone, example, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()

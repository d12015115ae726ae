"""`gdl lab` opens JupyterLab on the assignments alone, with the environment's commands first on the path."""

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gdl_utils import lab
from gdl_utils.cli import app
from gdl_utils.errors import CourseError

pytestmark = pytest.mark.quick


def test_it_shows_the_assignments_and_nothing_above_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "assignments").mkdir()
    line = lab.command(port=8899)
    assert line[:3] == [sys.executable, "-m", "jupyterlab"]
    assert line[-1] == f"--ServerApp.root_dir={tmp_path / 'assignments'}"
    assert "--ServerApp.port=8899" in line and "--ServerApp.open_browser=True" in line
    (tmp_path / "book").mkdir()
    assert lab.command(Path("book"), browser=False)[-1] == f"--ServerApp.root_dir={tmp_path / 'book'}"


def test_the_commands_of_the_environment_come_first(monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin")
    assert lab.environment()["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/usr/bin"


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["lab"])
    assert result.exit_code == 2
    assert "There is no folder assignments in" in result.stderr
    assert "change to the folder of the course, or name the folder with your notebooks: gdl lab FOLDER" in result.stderr
    monkeypatch.setattr(lab, "has", lambda module: False)
    with pytest.raises(CourseError, match=r"JupyterLab is not installed: type .*install"):
        lab.command()

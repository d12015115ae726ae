"""Starts JupyterLab for students: on the assignments, with the commands of the course on the path."""

import os
import sys
from pathlib import Path

from gdl_utils.errors import CourseError
from gdl_utils.installing import has, install_command

ASSIGNMENTS = Path("assignments")


def command(folder: Path | None = None, browser: bool = True, port: int = 8888) -> list[str]:
    """The command line that starts JupyterLab; its last argument names the folder that it shows, and none above it.

    Args:
        folder: to open, assignments/ of the course if none.
        browser: whether to open a browser.
        port: to listen on.

    Raises:
        CourseError: if there is no such folder, or no JupyterLab.
    """
    if not has("jupyterlab"):
        raise CourseError("JupyterLab is not installed", f"type {install_command('jupyterlab')}")
    place = folder or ASSIGNMENTS
    if not place.is_dir():
        where = "change to the folder of the course, or name the folder with your notebooks: gdl lab FOLDER"
        raise CourseError(f"There is no folder {place} in {Path.cwd()}", where)
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        # Who is root, in a container for example, has chosen so.
        f"--ServerApp.allow_root={os.geteuid() == 0}",
        # It asks no other host for news, and the student for nothing before the first cell.
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        # A login shell, which Jupyter may take otherwise, would set the path anew.
        f"--ServerApp.terminado_settings=shell_command=['{os.environ.get('SHELL') or '/bin/sh'}']",
        f"--ServerApp.root_dir={place.resolve()}",
    ]


def environment() -> dict[str, str]:
    """This process's environment, with the folder of the installed commands first on the path."""
    commands = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join([commands, os.environ.get("PATH", os.defpath)])}

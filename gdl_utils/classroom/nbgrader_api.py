"""nbgrader's own interface, set up from the configuration of a course."""

import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbgrader.api
from alembic.script import ScriptDirectory
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.nbgrader_folders import use_names_as_they_are
from gdl_utils.stderr import redirect_stderr

# As at the end of a traceback; what nbgrader raises itself says only that something was raised before.
EXCEPTION = re.compile(r"\s*(?:[\w.]+\.)?(?!NbGraderException)\w*(?:Error|Exception): (.+)")


@functools.cache
def gradebook_version() -> str | None:
    """The version of nbgrader's tables, which it writes into each new gradebook."""
    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()


# nbgrader itself runs the program `alembic` for it each time, which takes seconds.
nbgrader.api.get_alembic_version = gradebook_version
use_names_as_they_are()


def settings_of(course: Course) -> Config:
    """What the configuration of a course says, with its folder and its gradebook."""
    path = course.config_file
    settings = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    settings.CourseDirectory.root = str(course.folder.resolve())
    settings.CourseDirectory.db_url = course.db_url
    return settings


def course_id_of(course: Course) -> str:
    """The name that a course has in its gradebook."""
    # Without a configured one nbgrader uses the empty name.
    return str(settings_of(course).CourseDirectory.get("course_id", ""))


@contextmanager
def open_course(course: Course, engine: bool = True) -> Iterator[NbGraderAPI]:
    """Open nbgrader's interface to a course.

    Args:
        course: in whose folder nbgrader makes what is missing.
        engine: whether nbgrader's own commands grade with the engine, as configured, or as nbgrader is shipped.
    """
    settings = settings_of(course)
    if not engine:
        settings.pop("Autograde", None)
    before = Path.cwd()
    try:
        # Kernels and nbgrader write pages of log there, which would drown the grades.
        with redirect_stderr(course.log):
            yield NbGraderAPI(config=settings)
    finally:
        # nbgrader changes the working directory.
        os.chdir(before)


def why_failed(result: dict[str, Any]) -> str:
    """Why one of nbgrader's commands failed, in one line: the last exception that it logged, else its last line."""
    log = str(result.get("log") or "")
    logged = [match[1] for line in log.splitlines() if (match := EXCEPTION.match(line))]
    lines = (result.get("error") or log).strip().splitlines()
    reason = logged[-1] if logged else " ".join(lines[-1:])
    if reason.startswith("Cannot add or remove cells"):
        reason += "; to give up the grades of before, type: nbgrader db assignment remove NAME --force"
    return reason

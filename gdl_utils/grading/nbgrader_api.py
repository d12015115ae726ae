"""nbgrader's own interface, set up from `nbgrader_config.py` for a course folder of one's choice."""

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
from traitlets.config import PyFileConfigLoader

from gdl_utils.errors import CourseError
from gdl_utils.quiet import stderr_to

CONFIG = "nbgrader_config.py"
# As at the end of a traceback; what nbgrader raises itself says only that something was raised before.
EXCEPTION = re.compile(r"\s*(?:[\w.]+\.)?(?!NbGraderException)\w*(?:Error|Exception): (.+)")


class GradingError(CourseError):
    """Something that keeps the grading from starting."""


@functools.cache
def gradebook_version() -> str | None:
    """The version of nbgrader's tables, which it writes into each new gradebook."""
    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()


# nbgrader itself runs the program `alembic` for it each time, which takes seconds.
nbgrader.api.get_alembic_version = gradebook_version


@contextmanager
def course(folder: Path, config: Path, db_url: str | None = None, engine: bool = True) -> Iterator[NbGraderAPI]:
    """Open nbgrader's interface to a course folder.

    Args:
        folder: holds solutions/, assignments/, submitted/, autograded/ and gradebook.db, which nbgrader creates.
        config: the configuration file to read, `nbgrader_config.py` of this repository.
        db_url: the gradebook, `gradebook.db` in the course folder if None.
        engine: whether nbgrader's own commands grade with the engine, as configured, or as nbgrader is shipped.
    """
    settings = PyFileConfigLoader(config.name, path=str(config.parent)).load_config()
    settings.CourseDirectory.root = str(folder.resolve())
    settings.CourseDirectory.db_url = db_url or f"sqlite:///{folder.resolve()}/gradebook.db"
    if not engine:
        settings.pop("Autograde", None)
    before = Path.cwd()
    try:
        # Kernels and nbgrader write pages of log there, which would drown the grades.
        with stderr_to(folder / "nbgrader.log"):
            yield NbGraderAPI(config=settings)
    finally:
        # nbgrader changes the working directory.
        os.chdir(before)


def why_failed(result: dict[str, Any]) -> str:
    """Why one of nbgrader's commands failed, in one line: the last exception that it logged, else its last line."""
    lines = (result.get("error") or result.get("log") or "").strip().splitlines()
    logged = [found[1] for line in str(result.get("log") or "").splitlines() if (found := EXCEPTION.match(line))]
    told = logged[-1] if logged else " ".join(lines[-1:])
    if told.startswith("Cannot add or remove cells"):
        told += "; to give up the grades of before, type: nbgrader db assignment remove NAME --force"
    return told


def assignment_names(root: Path) -> list[str]:
    """The assignments, which are the folders of solutions/, in their order."""
    return sorted(path.name for path in (root / "solutions").iterdir() if any(path.glob("*.ipynb")))

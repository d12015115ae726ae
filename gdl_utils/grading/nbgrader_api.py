"""nbgrader's own interface, set up from `nbgrader_config.py` for a course folder of one's choice."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader

from gdl_utils.errors import CourseError
from gdl_utils.quiet import stderr_to

CONFIG = "nbgrader_config.py"


class GradingError(CourseError):
    """Something that keeps the grading from starting."""


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
    before, path = Path.cwd(), os.environ.get("PATH", "")
    # To make a new gradebook nbgrader runs `alembic`, which stands beside the interpreter.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        # Kernels and nbgrader write pages of log there, which would drown the grades.
        with stderr_to(folder / "nbgrader.log"):
            yield NbGraderAPI(config=settings)
    finally:
        # nbgrader changes the working directory.
        os.chdir(before)
        os.environ["PATH"] = path


def assignment_names(root: Path) -> list[str]:
    """The assignments, which are the folders of solutions/, in their order."""
    return sorted(path.name for path in (root / "solutions").iterdir() if any(path.glob("*.ipynb")))

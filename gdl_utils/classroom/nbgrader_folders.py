"""Lets nbgrader find folders whose names hold `[`, `*` or `?`, and submissions whose notebook has another name.

nbgrader looks for both by patterns into which it puts the names as they are.
"""

import glob
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.converters.base import NbGraderException as NoNotebooksError

from gdl_utils.classroom.student_files import read_files
from nbjudge.matching import may_be_notebook


def init_notebooks(self: Any) -> None:
    """Find the submissions with their notebooks, in the place of nbgrader's own function.

    Raises:
        NbGraderException: if there is none.
    """
    directory = self.coursedir
    student, assignment = directory.student_id, directory.assignment_id
    one = self._format_source(assignment, student)
    # What looks like a pattern may be the name of a student.
    folders = [one] if Path(one).is_dir() else _matching(Path(directory.root), one)
    self.notebooks = []
    self.assignments = {}
    for folder in folders:
        pattern = f"{directory.notebook_id}.ipynb"
        # As nbgrader writes the path, which it reads again.
        found = [f"{folder}/{path.name}" for path in Path(folder).glob(pattern) if not path.name.startswith(".")]
        if not found and isinstance(self, Autograde) and _holds_notebook(Path(folder)):
            # Which one it is, the exporter finds out when it knows the assignment.
            found = [f"{folder}/notebook.ipynb"]
        if found:
            self.assignments[folder] = found
        else:
            self.log.warning("No notebooks were matched in '%s'", folder)
    if not self.assignments:
        message = f"No notebooks were matched by '{one}'"
        self.log.error(message)
        raise NoNotebooksError(message)


def _matching(root: Path, pattern: str) -> list[str]:
    inside = str(Path(pattern).relative_to(root)) if Path(pattern).is_relative_to(root) else ""
    folders = root.glob(inside) if inside else map(Path, glob.glob(pattern))  # noqa: PTH207  (from the root of the disk)
    return [str(folder) for folder in folders if not folder.parent.name.startswith(".")]


def _holds_notebook(folder: Path) -> bool:
    return any(may_be_notebook(name, data) for name, data in read_files(folder).items())


def is_ignored(filename: str, ignore_globs: list[str] | None = None) -> bool:
    """Whether a file is left out by the patterns of a configuration, in the place of nbgrader's own function."""
    return any(fnmatchcase(Path(filename).name, pattern) for pattern in ignore_globs or [])


def use_names_as_they_are() -> None:
    """Let all of nbgrader's commands in this process find folders so."""
    BaseConverter.init_notebooks = init_notebooks
    utils.is_ignored = is_ignored

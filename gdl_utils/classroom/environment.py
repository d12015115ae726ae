"""The Python in which the notebooks of a class run, and what the engine brings into it."""

import hashlib
import platform
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import gdl_utils
from gdl_utils.classroom.course import Course
from nbjudge import Assignment, EngineOptions
from nbjudge.interpreter import distributions, interpreter

LENT = ("gdl_utils",)  # for its checks, which tests may use where students have no such package
NO_MODULE = re.compile(r"No module named '([\w.]+)'")


def engine_options(course: Course, warm: bool = True, sandboxed: bool = True) -> EngineOptions:
    """How the engine runs for a course: in the Python that it names.

    Args:
        course: with its settings.
        warm: as for `EngineOptions`.
        sandboxed: likewise.
    """
    return EngineOptions(warm, sandboxed, course.python, LENT)


def environment_digest(python: str | None = None) -> str:
    """SHA-256 of the version of the Python of a class, and of the names and versions of all packages in it.

    Args:
        python: as for `EngineOptions`.
    """
    if python is None:
        return _own_digest()
    own = f"gdl_utils of the grader=={gdl_utils.__version__}"
    return hashlib.sha256("\n".join([*distributions(interpreter(python)), own]).encode()).hexdigest()


@cache
def _own_digest() -> str:
    # The folders' names say what is in them; to read their files takes a hundred times as long.
    folders = filter(Path.is_dir, map(Path, sys.path))
    packages = {
        each.name for folder in folders for each in folder.iterdir() if each.suffix in (".dist-info", ".egg-info")
    }
    return hashlib.sha256("\n".join([platform.python_version(), *sorted(packages)]).encode()).hexdigest()


def lacking(texts: Iterable[str], assignment: Assignment, python: str | None = None, cells: Iterable[str] = ()) -> str:
    """What the Python of a class lacks of that which an assignment imports, with the command that adds it, or "".

    Args:
        texts: errors of the reference solution.
        assignment: whose files may be modules, too.
        python: as for `EngineOptions`.
        cells: texts of the solved notebooks; one that names a module's file writes it, as by `%%writefile`.
    """
    named = {name.partition(".")[0] for text in texts for name in NO_MODULE.findall(text)}
    written = "\n".join(cells)
    named = {name for name in named if not re.search(rf"\b{re.escape(name)}\.py\b", written)}
    found = interpreter(python)
    missing = found.lacking(sorted(named)) if named else []
    if not missing:
        return ""
    other = "" if python else ", or name the Python of the students with --python"
    return (
        f"{assignment.name} imports {' and '.join(missing)}, which {found.executable} does not have: type "
        f"'{found.install_command(missing)}'{other}; a module of your own belongs beside the notebook."
    )

"""What a course's `nbgrader_config.py` says of folders, gradebook and Python, read without nbgrader if possible."""

import ast
from dataclasses import fields
from pathlib import Path
from typing import Any

from gdl_utils.classroom.course import CONFIG, Course, Folders
from gdl_utils.errors import CourseError

# What is read of each of nbgrader's sections.
WANTED = {
    "CourseDirectory": {f"{field.name}_directory" for field in fields(Folders)} | {"db_url"},
    "JudgeCells": {"python"},
}


def open_folder(
    folder: Path, database: str | None = None, default: Path | None = None, python: str | None = None
) -> Course:
    """The course in a folder, as its own configuration describes it.

    Args:
        folder: of the course.
        database: URL of the gradebook, if not what the configuration says.
        default: the configuration to use if the folder has none.
        python: in which notebooks run, if not what the configuration says.

    Raises:
        CourseError: if there is no such folder, or no configuration for it.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}", "name the course folder with --course")
    own = folder / CONFIG
    path = own if own.is_file() else default
    if path is None or not path.is_file():
        raise CourseError(
            f"{folder} is not the folder of a course (it has no {CONFIG})",
            "change to it, name it with --course, or make one: gdl new-course FOLDER",
        )
    said = directory_settings(path)
    url, configured = said.pop("db_url", None), said.pop("python", None)
    names = {name.removesuffix("_directory"): value for name, value in said.items()}
    python = python_of(python, Path.cwd()) if python else python_of(configured, path.parent)
    return Course(folder, None if path == own else path, database or url, Folders(**names), python)


def python_of(python: str | None, folder: Path) -> str | None:
    """The Python that a setting names, absolute; a name without a folder is looked up on the PATH later.

    Args:
        python: as it is written, None or "" for the grader's own.
        folder: from which a relative path starts.
    """
    if not python:
        return None
    path = Path(python).expanduser()
    return str(folder.resolve() / path) if "/" in python or (folder / path).is_dir() else python


def directory_settings(path: Path) -> dict[str, str]:
    """What a configuration says of folders, gradebook and Python.

    Values that are written out are read from the text, since running a configuration imports nbgrader, which takes a
    second. If one is computed, the configuration is run.

    Args:
        path: of the configuration.

    Raises:
        CourseError: if it can't be read.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise CourseError(f"{path} can't be read ({error})", "correct it") from error
    said: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_subconfig":
            return _run(path)
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            section = target.value if isinstance(target, ast.Attribute) else None
            name = str(getattr(target, "attr", ""))
            if not isinstance(section, ast.Attribute) or name not in WANTED.get(section.attr, ()):
                continue
            if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
                return _run(path)
            said[name] = node.value.value
    return said


def _run(path: Path) -> dict[str, str]:
    from traitlets.config import PyFileConfigLoader

    settings: Any = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    return {
        name: str(value)
        for section, wanted in WANTED.items()
        for name, value in settings[section].items()
        if name in wanted and value is not None
    }

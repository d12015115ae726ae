"""What a course's `nbgrader_config.py` says of its folders and its gradebook, read without nbgrader if possible."""

import ast
from dataclasses import fields
from pathlib import Path
from typing import Any

from gdl_utils.classroom.course import CONFIG, Course, Folders
from gdl_utils.errors import CourseError

DIRECTORY = "CourseDirectory"
WANTED = {f"{field.name}_directory" for field in fields(Folders)} | {"db_url"}


def open_folder(folder: Path, database: str | None = None, default: Path | None = None) -> Course:
    """The course in a folder, as its own configuration describes it.

    Args:
        folder: of the course.
        database: URL of the gradebook, if not what the configuration says.
        default: the configuration to use if the folder has none.

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
    names = {name.removesuffix("_directory"): value for name, value in said.items() if name != "db_url"}
    return Course(folder, None if path == own else path, database or said.get("db_url"), Folders(**names))


def directory_settings(path: Path) -> dict[str, str]:
    """What a configuration says of `CourseDirectory`, as far as it concerns folders and the gradebook.

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
        raise CourseError(f"{path} can't be read ({error})", "mend it") from error
    said: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_subconfig":
            return _run(path)
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            section = target.value if isinstance(target, ast.Attribute) else None
            if not isinstance(section, ast.Attribute) or section.attr != DIRECTORY:
                continue
            name = str(getattr(target, "attr", ""))
            if name not in WANTED:
                continue
            if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
                return _run(path)
            said[name] = node.value.value
    return said


def _run(path: Path) -> dict[str, str]:
    from traitlets.config import PyFileConfigLoader

    settings: Any = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    return {name: str(value) for name, value in settings[DIRECTORY].items() if name in WANTED}

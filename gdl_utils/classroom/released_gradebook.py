"""The gradebook of a course, into which an assignment was released: nbgrader notes then what it consists of."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import nbgrader
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.classroom.nbgrader_api import why_failed
from gdl_utils.classroom.notes import read_note, write_note
from gdl_utils.classroom.source_problems import check_kernels, problems_of_cells
from gdl_utils.errors import GradingError

RECORD = ".gdl-releases.json"  # in the course folder: what was released before
# Preprocessors that read nothing but what `_key_of_sources` looks at.
OURS = re.compile(r"(<class ')?(nbgrader|gdl_utils)\.")


@contextmanager
def released_gradebook(course: Course, name: str, api: NbGraderAPI) -> Iterator[ClassGradebook]:
    """The gradebook, into which the assignment is released first, unless it was and nothing has changed.

    To release it takes a third of a second, in which the class could be graded.

    Args:
        course: with the source.
        name: the assignment.
        api: nbgrader's interface to the course.

    Raises:
        GradingError: if nbgrader refuses the source, or the gradebook can't be used.
    """
    url, course_id = api.coursedir.db_url, api.coursedir.course_id
    try:
        check_kernels(course.source(name))
        with Gradebook(url, course_id):
            pass
        key = _key_of_sources(course, name, api)
        was_released = _is_released(course, name, api, key)
        if not was_released:
            result = api.generate_assignment(name)
            if not result["success"]:
                reasons = problems_of_cells(course.source(name), api.config) or [
                    f"{why_failed(result)} (see {course.log})"
                ]
                raise GradingError(f"nbgrader can't release {course.source(name)}: " + "\n".join(reasons))
        with ClassGradebook(url, course_id, name, api.config) as gradebook:
            if not was_released:
                write_note(course.folder / RECORD, name, {"sources": key, "cells": _digest_of_cells(gradebook)})
            yield gradebook
    except ArgumentError:
        raise GradingError(
            "The URL of the gradebook can't be read", "write it like postgresql://USER@HOST/NAME"
        ) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        shown = make_url(url).render_as_string(hide_password=True)
        raise GradingError(f"The gradebook {shown} can't be used: {reason}") from error


def _is_released(course: Course, name: str, api: NbGraderAPI, key: str | None) -> bool:
    """Whether the gradebook still has what these sources gave when they were released."""
    note = read_note(course.folder / RECORD, name)
    if key is None or note is None or note.get("sources") != key or not course.release(name).is_dir():
        return False
    try:
        with ClassGradebook(api.coursedir.db_url, api.coursedir.course_id, name, api.config) as gradebook:
            return bool(note.get("cells") == _digest_of_cells(gradebook))
    except GradingError:
        return False


def _digest_of_cells(gradebook: ClassGradebook) -> str:
    cells = {notebook: gradebook.source_cells(notebook) for notebook in gradebook.cells}
    return _digest([gradebook.max_score, cells])


def _key_of_sources(course: Course, name: str, api: NbGraderAPI) -> str | None:
    """What a release depends on: nbgrader, its configuration, notebooks, other files by their sizes and times.

    Returns:
        None if it may depend on more.
    """
    named = map(str, api.config.get("GenerateAssignment", {}).get("preprocessors", []))
    if "IncludeHeaderFooter" in api.config or not all(map(OURS.match, named)):
        return None
    source, files = course.source(name), {}
    # Templates of generated tests may lie above.
    templates = [path for folder in (course.folder, course.sources) for path in folder.glob("*.y*ml")]
    for path in sorted({*templates, *(path for path in source.rglob("*") if path.is_file())}):
        facts = path.stat()
        content = path.read_bytes() if path.suffix == ".ipynb" else b""
        files[str(path)] = [facts.st_size, facts.st_mtime_ns, hashlib.sha256(content).hexdigest()]
    return _digest([nbgrader.__version__, api.config, files])


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=repr).encode()).hexdigest()

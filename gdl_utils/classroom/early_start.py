"""Starts the zygote of a class, and the processes that grade, before anything else is imported.

The zygote imports TensorFlow, say, while this process imports nbgrader, which takes each of them seconds: so nothing
here may import nbgrader.
"""

import json
from contextlib import suppress

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.course_secret import course_secret, seed_of_hashes
from gdl_utils.errors import GradingError
from nbjudge import EngineOptions, SourceNotebook
from nbjudge.grading import environment_of
from nbjudge.pool import EarlyStart


def early_start(course: Course, assignment: str, options: EngineOptions, workers: int) -> EarlyStart:
    """A zygote for what the notebooks of an assignment import at first sight, and processes that grade.

    If the assignment turns out to need something else, `grade_class` starts others.

    Args:
        course: with its sources.
        assignment: its name.
        options: how the engine will run.
        workers: how many processes; no more are started than there are submissions.

    Raises:
        SandboxError: if there can be no sandbox here.
    """
    folder, notebooks = course.source(assignment), []
    for path in sorted(folder.glob("*.ipynb")):
        # A notebook that can't be read is complained of when the assignment is loaded.
        with suppress(OSError, ValueError, LookupError, TypeError):
            content = json.loads(path.read_text(encoding="utf-8"))
            cells = [{**cell, "source": "".join(cell["source"])} for cell in content["cells"]]
            notebooks.append(SourceNotebook(path.stem, {**content, "cells": cells}))
    hash_seed = 0
    with suppress(OSError, GradingError):
        # Complained of later, too.
        hash_seed = seed_of_hashes(course_secret(course.folder))
    files = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    number = max(1, min(workers, len(course.students(assignment))))
    return EarlyStart(environment_of(notebooks, options, hash_seed, files), number, notebooks)

"""Grades by nbgrader's own commands with the engine configured: through its interface, and on the command line."""

import os
import subprocess
import sys
from pathlib import Path

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.nbgrader_api import open_course
from nbjudge import Limits
from tests.classroom.small_course import HOW, NAME, make_course

PROGRAMS = Path(sys.executable).parent


def configure(course: Course, limits: Limits) -> None:
    """Write limits into the configuration that a course folder has."""
    settings = {
        "Execute.timeout": int(limits.cell_seconds),
        "JudgeCells.notebook_seconds": limits.notebook_seconds,
        "JudgeCells.memory": limits.memory >> 20,
        "JudgeCells.processes": limits.processes,
        "JudgeCells.written": limits.disk_bytes >> 20,
        "JudgeCells.output": limits.output_bytes >> 10,
    }
    with course.config_file.open("a") as file:
        file.writelines(f"\nc.{key} = {value}" for key, value in settings.items())
        file.write("\n")


def autograde_all(course: Course, name: str, limits: Limits) -> None:
    """Release an assignment and grade all its submissions; the course folder has a configuration of its own."""
    configure(course, limits)
    release(course, name)
    autograde(course, *course.students(name), name=name)


def small_course(folder: Path, root: Path, students, config: str = "") -> Course:
    """The small course with the limits of `small_course.HOW`, and perhaps more in its configuration."""
    course = make_course(folder, root, students)
    configure(course, HOW.limits)
    with course.config_file.open("a") as file:
        file.write(config)
    return course


def release(course: Course, name: str = NAME) -> Course:
    """Release an assignment as `nbgrader generate_assignment` does."""
    with open_course(course) as api:
        told = api.generate_assignment(name)
    assert told["success"], told["log"]
    return course


def autograde(course: Course, *students: str, name: str = NAME):
    """Grade as Formgrader's button does; what it says by student."""
    with open_course(course) as api:
        return {student: api.autograde(name, student) for student in students}


def run_nbgrader(course: Course, *arguments: str):
    """Run the real command line in a course folder."""
    home = course.folder.parent
    environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", "HOME": str(home)}
    program = [str(PROGRAMS / "nbgrader"), *arguments]
    return subprocess.run(program, cwd=course.folder, env=environment, capture_output=True, text=True, timeout=300)


def grade_by_nbgrader(course: Course):
    """Release the small assignment and grade its class; what nbgrader says by student."""
    return autograde(release(course), *course.students(NAME))

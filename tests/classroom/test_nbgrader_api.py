"""nbgrader's interface, opened with a course's configuration, and what it says made short."""

import os
import subprocess
import sys
from pathlib import Path

import nbgrader.api
import pytest

from gdl_utils.classroom import nbgrader_api
from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.classroom.nbgrader_api import course_id_of, open_course, why_failed


def test_the_version_of_a_new_gradebook_is_nbgraders_own():
    """nbgrader asks the program `alembic`, in another process; here it is asked where nobody has changed that."""
    program = "import nbgrader.api; print(nbgrader.api.get_alembic_version())"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    assert own.stdout.strip() == nbgrader_api.gradebook_version()
    assert nbgrader.api.get_alembic_version is nbgrader_api.gradebook_version


def test_the_name_of_a_course_is_the_configured_one(root, tmp_path):
    assert course_id_of(Course(root)) == course_id_of(Course(tmp_path, root / CONFIG)) == "gdl"
    (tmp_path / CONFIG).write_text("c = get_config()\n")
    assert course_id_of(Course(tmp_path)) == ""


def test_the_engine_can_be_left_out(root, tmp_path):
    course = Course(tmp_path, root / CONFIG, f"sqlite:///{tmp_path}/other.db")
    with open_course(course) as api:
        configured = api.config
    with open_course(course, engine=False) as api:
        shipped = api.config
    assert "Autograde" in configured
    assert "Autograde" not in shipped
    for settings in (configured, shipped):
        assert settings.CourseDirectory.db_url == course.db_url
        assert settings.CourseDirectory.root == str(tmp_path)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"error": "It failed.\nBadly."}, "Badly."),
        ({"log": "ValueError: the reason\nnbgrader.NbGraderException: see the log\n"}, "the reason"),
        ({"error": "No.", "log": "  gdl_utils.errors.GradingError: no data: add some.\n"}, "no data: add some."),
        ({}, ""),
    ],
)  # fmt: skip
def test_the_reason_is_the_last_exception_that_was_logged(told, reason):
    assert why_failed(told) == reason

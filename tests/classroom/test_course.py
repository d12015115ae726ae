"""A course names the folders that nbgrader is configured to use, and knows what lies in them."""

from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory

from gdl_utils.classroom import course as courses
from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.classroom.nbgrader_api import open_course

pytestmark = pytest.mark.quick


def test_the_folders_are_those_that_nbgrader_is_configured_with(root, tmp_path):
    course = Course(tmp_path, root / CONFIG)
    with open_course(course) as api:
        configured = api.coursedir
        folders = {
            course.source("ps1"): configured.source_directory,
            course.release("ps1"): configured.release_directory,
        }
        of_student = {
            course.submitted("ada", "ps1"): configured.submitted_directory,
            course.autograded("ada", "ps1"): configured.autograded_directory,
            course.feedback("ada", "ps1"): configured.feedback_directory,
        }
        for folder, name in folders.items():
            assert folder == Path(configured.format_path(name, ".", "ps1"))
        for folder, name in of_student.items():
            assert folder == Path(configured.format_path(name, "ada", "ps1"))
        assert configured.db_url == course.db_url
    # All that it can name are different.
    assert len({*folders, *of_student}) == 5


def test_what_is_hidden_is_not_released(root, tmp_path):
    with open_course(Course(tmp_path, root / CONFIG)) as api:
        assert courses.HIDDEN in api.coursedir.ignore
        assert set(CourseDirectory(parent=None).ignore) < set(api.coursedir.ignore)


def test_all_of_a_kind_lie_in_one_folder(tmp_path):
    course = Course(tmp_path)
    assert course.source("ps1").parent == course.sources
    assert course.release("ps1").parent == course.releases
    assert course.answers("ps1").parents[1] == tmp_path
    for place, all_of_them in [
        (course.submitted("ada", "ps1"), course.submissions),
        (course.autograded("ada", "ps1"), course.results),
        (course.feedback("ada", "ps1"), course.pages),
    ]:
        assert place.parents[1] == all_of_them
        assert place.parts[-2:] == ("ada", "ps1")
    assert course.log.parent == tmp_path


def test_the_folder_has_its_own_configuration_unless_told(tmp_path):
    assert Course(tmp_path).config_file == tmp_path / "nbgrader_config.py"
    assert Course(tmp_path, tmp_path / "other.py").config_file == tmp_path / "other.py"


def test_the_gradebook_is_that_of_the_folder_unless_told(tmp_path, monkeypatch):
    course = Course(tmp_path)
    assert course.db_url == f"sqlite:///{tmp_path}/gradebook.db"
    assert not course.has_gradebook
    (tmp_path / "gradebook.db").touch()
    assert course.has_gradebook
    elsewhere = Course(tmp_path / "none", database="postgresql://host/grades")
    assert elsewhere.db_url == "postgresql://host/grades"
    assert elsewhere.has_gradebook, "whether it is there is seen when it is opened"
    # Also where nbgrader changes the working directory.
    monkeypatch.chdir(tmp_path.parent)
    assert Course(Path(tmp_path.name)).db_url == course.db_url


def test_assignments_are_the_sources_with_notebooks(root, tmp_path):
    course = Course(tmp_path)
    for name in ("ps2/book.ipynb", "ps1/book.ipynb", "notes/readme.txt", "loose.ipynb"):
        (course.sources / name).parent.mkdir(parents=True, exist_ok=True)
        (course.sources / name).touch()
    assert course.assignments == ["ps1", "ps2"]
    assert Course(root).assignments == sorted(path.name for path in (root / "solutions").iterdir() if path.is_dir())


def test_students_are_those_who_handed_something_in(tmp_path):
    course = Course(tmp_path)
    for student in ("grace", "ada"):
        course.submitted(student, "ps1").mkdir(parents=True)
    course.submitted("blaise", "ps2").mkdir(parents=True)
    course.submitted("file", "ps1").parent.mkdir()
    course.submitted("file", "ps1").touch()
    course.submitted("linked", "ps1").parent.mkdir()
    course.submitted("linked", "ps1").symlink_to(course.submitted("ada", "ps1"))
    # Also what can't be graded: it is reported then.
    assert course.students("ps1") == ["ada", "file", "grace", "linked"]
    assert course.students("ps3") == []
    assert Course(tmp_path / "none").students("ps1") == []

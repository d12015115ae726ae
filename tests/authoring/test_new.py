"""A course of one's own, in a folder outside the repository: made, released and graded by the commands."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from gdl_utils.authoring.new import new_assignment, new_course
from gdl_utils.classroom.course import CONFIG, Folders
from gdl_utils.classroom.settings import directory_settings, open_folder
from gdl_utils.errors import CourseError

GDL = Path(sys.executable).parent / "gdl"
RIGHT = "return sum(numbers) / len(numbers)"


def gdl(*arguments, folder):
    done = subprocess.run([GDL, *arguments], cwd=folder, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def hand_in(course, student, answer):
    (released,) = course.release("ps1").glob("*.ipynb")
    book = nbformat.read(released, as_version=4)
    next(cell for cell in book.cells if "def mean" in cell.source).source = f"def mean(numbers):\n    {answer}"
    target = course.submitted(student, "ps1") / released.name
    target.parent.mkdir(parents=True)
    nbformat.write(book, target)


def scores(course):
    with Gradebook(course.db_url, Path(course.folder).name) as gradebook:
        return {row.student.id: row.score for row in gradebook.assignment_submissions("ps1")}


@pytest.fixture
def own(tmp_path):
    """A new course with one released assignment."""
    assert gdl("new-course", "own", folder=tmp_path)[0] == 0
    folder = tmp_path / "own"
    code, said = gdl("new-assignment", "ps1", folder=folder)
    assert code == 0, said
    code, said = gdl("release", "ps1", folder=folder)
    assert code == 0 and "release/ps1: written" in said, said
    return open_folder(folder)


def test_from_nothing_to_grades(own):
    hand_in(own, "ada", RIGHT)
    hand_in(own, "blaise", "return numbers[0]")
    for command in ("grade", "feedback", "report", "export"):
        code, said = gdl(command, "ps1", folder=own.folder)
        assert code == 0, said
    assert scores(own) == {"ada": 4, "blaise": 0}
    assert own.feedback("ada", "ps1").is_dir() and (own.folder / "report-ps1.html").is_file()
    code, said = gdl("grade", "ps1", "--course", str(own.folder), folder=own.folder.parent)
    assert code == 0 and "2 of them graded before" in said


@pytest.mark.slow
def test_nbgraders_own_command_gives_the_same(own):
    hand_in(own, "ada", RIGHT)
    environment = {**os.environ, "PATH": f"{GDL.parent}:{os.environ['PATH']}"}
    for command in ("generate_assignment", "autograde"):
        line = [GDL.parent / "nbgrader", command, "ps1", "--force"]
        done = subprocess.run(line, cwd=own.folder, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
    assert scores(own) == {"ada": 4}


def test_the_release_says_which_tests_trust_students(own):
    assert "A student's code can" not in gdl("release", "ps1", folder=own.folder)[1]
    path = own.source("ps1") / "ps1.ipynb"
    book = nbformat.read(path, as_version=4)
    next(
        cell for cell in book.cells if "[1, 2, 6]" in cell.source and cell.cell_type == "code"
    ).source = "given = [1, 2, 6]\nassert mean(given) == 3\nassert given == [1, 2, 6]"
    nbformat.write(book, path)
    code, said = gdl("release", "ps1", folder=own.folder)
    assert code == 0 and "the test mean-visible of ps1 runs beside the student's objects: it looks at" in said, said
    # What it can't defend.
    assert " ".join(said.split()).count("A student's code can let such a test pass, or read its text and") == 1, said


def test_a_wrong_reference_is_not_released(own):
    path = own.source("ps1") / "ps1.ipynb"
    path.write_text(path.read_text().replace(RIGHT, "return sum(numbers)"))
    code, said = gdl("release", "ps1", folder=own.folder)
    assert code == 2 and "The reference solution gets 0 of 1 points in ps1, mean-visible: line 1: assert mean" in said
    assert gdl("release", "nothing", folder=own.folder)[0] == 2


@pytest.mark.slow
def test_other_folder_names_and_a_gradebook_of_its_own(tmp_path):
    config = new_course(tmp_path / "other")
    text = config.read_text().replace(
        "use_engine(c)\n",
        "c.CourseDirectory.source_directory = 'master'\nc.CourseDirectory.submitted_directory = 'in'\n"
        f"c.CourseDirectory.db_url = 'sqlite:///{tmp_path}/grades.db'\nuse_engine(c)\n",
    )
    config.write_text(text)
    course = open_folder(tmp_path / "other")
    assert course.folders == Folders(source="master", submitted="in")
    new_assignment(course, "ps1")
    assert gdl("release", "ps1", folder=course.folder)[0] == 0
    hand_in(course, "ada", RIGHT)
    code, said = gdl("grade", "ps1", folder=course.folder)
    assert code == 0, said
    assert scores(course) == {"ada": 4} and (tmp_path / "grades.db").is_file()
    assert not (course.folder / "gradebook.db").exists()


def test_settings_that_are_computed_are_run(tmp_path):
    path = tmp_path / CONFIG
    path.write_text("c = get_config()\nname = 'sou' + 'rce2'\nc.CourseDirectory.source_directory = name\n")
    assert directory_settings(path) == {"source_directory": "source2"}
    path.write_text("c = get_config()\nc.CourseDirectory.source_directory = 'x'\nc.Other.db_url = 'y'\n")
    assert directory_settings(path) == {"source_directory": "x"}
    path.write_text("c = get_config(")
    with pytest.raises(CourseError, match="can't be read"):
        directory_settings(path)


def test_what_is_no_course_is_told(tmp_path):
    code, said = gdl("grade", "ps1", folder=tmp_path)
    assert code == 2 and "has no nbgrader_config.py" in said and "gdl new-course" in said
    with pytest.raises(CourseError, match="There is no folder"):
        open_folder(tmp_path / "lost")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(CourseError, match="is not empty"):
        new_course(tmp_path / "full")
    new_course(tmp_path / "own")
    for name in ("../up", "", ".hidden", "a b"):
        with pytest.raises(CourseError, match="can't be the name"):
            new_assignment(open_folder(tmp_path / "own"), name)
    new_assignment(open_folder(tmp_path / "own"), "a")
    with pytest.raises(CourseError, match="is there already"):
        new_assignment(open_folder(tmp_path / "own"), "a")

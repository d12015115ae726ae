"""An assignment is released into the gradebook before it is graded, and only once as long as nothing changes."""

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from gdl_utils.classroom.grade import grade_class
from gdl_utils.classroom.released_gradebook import RECORD
from tests.classroom.small_course import HOW, NAME, RIGHT, make_course, source_of

OWN_STEP = """
import nbgrader.preprocessors
class Own(nbgrader.preprocessors.NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        return nb, resources
c.GenerateAssignment.preprocessors = [*c.GenerateAssignment.preprocessors, Own]
"""


@pytest.fixture
def released(monkeypatch):
    """How often nbgrader has released something."""
    names = []
    generate = NbGraderAPI.generate_assignment

    def counted(api, name, **options):
        names.append(name)
        return generate(api, name, **options)

    monkeypatch.setattr(NbGraderAPI, "generate_assignment", counted)
    return names


@pytest.fixture
def course(tmp_path, root):
    return make_course(tmp_path, root, {"ada": RIGHT})


def points(course):
    found = []
    grade_class(course, NAME, found.append, HOW)
    assert [outcome.remark for outcome in found] == [""]
    return found[0].score, found[0].max_score


def change_points(course, to):
    book = nbformat.read(source_of(course), as_version=4)
    (cell,) = [each for each in book.cells if each.metadata.nbgrader.grade_id == "name-visible"]
    cell.metadata.nbgrader.points = to
    nbformat.write(book, source_of(course))


def test_what_was_released_is_not_released_again(course, released):
    first = points(course)
    assert first[0] == 6 and released == [NAME]
    assert points(course) == first and released == [NAME]


def test_a_change_of_the_source_is_released(course, released):
    score, most = points(course)
    change_points(course, 5)
    assert points(course) == (score + 3, most + 3)
    (course.source(NAME) / "data.txt").write_text("1")
    points(course)
    (course.source(NAME) / "data.txt").write_text("2")
    points(course)
    assert released == [NAME] * 4


def test_templates_of_tests_count_as_sources(course, released):
    points(course)
    (course.folder / "autotests.yml").write_text("setup: ''\n")
    points(course)
    assert released == [NAME] * 2


def test_a_change_of_the_configuration_is_released(course, released):
    points(course)
    course.config_file.write_text(
        f"{course.config_file.read_text()}\nc.ClearSolutions.code_stub = {{'python': '...'}}\n"
    )
    points(course)
    assert released == [NAME] * 2


def test_what_another_step_may_read_is_not_known(course, released):
    course.config_file.write_text(f"{course.config_file.read_text()}\n{OWN_STEP}")
    points(course)
    points(course)
    assert released == [NAME] * 2


@pytest.mark.parametrize("what", ["assignment", "cell", "gradebook", "release", "note"])
def test_what_is_gone_or_changed_is_released_anew(course, released, what):
    first = points(course)
    if what == "gradebook":
        (course.folder / "gradebook.db").unlink()
    elif what == "release":
        course.release(NAME).rename(course.folder / "elsewhere")
    elif what == "note":
        (course.folder / RECORD).write_text('{"small": [')
    else:
        with Gradebook(course.db_url, "gdl") as gradebook:
            if what == "assignment":
                gradebook.remove_assignment(NAME)
            else:
                gradebook.find_source_cell("square-hidden", "book", NAME).source = "assert True"
                gradebook.db.commit()
    assert points(course) == first
    assert released == [NAME] * 2

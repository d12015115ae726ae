"""assignments/ is what solutions/ give, tells no answer, and says what its metadata say."""

import re
import shutil

import nbformat
import pytest

from gdl_utils.authoring.release import release, stale_assignments
from gdl_utils.classroom.course import Course
from gdl_utils.errors import GradingError
from nbjudge.notebook import grade_id
from tests.conftest import ROOT

SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)
NAMES = Course(ROOT).assignments
NAME = "02_shapes_and_parameters"


def source_of(course, name):
    (path,) = course.source(name).glob("*.ipynb")
    return nbformat.read(path, as_version=4)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_assignments_are_exactly_what_solutions_give(course):
    assert stale_assignments(course) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_release_holds_no_solution_and_no_hidden_test(course, name):
    secrets = []
    for cell in code_of(source_of(course, name)):
        for part in SOLUTION.findall(cell.source) + HIDDEN.findall(cell.source):
            lines = [line.strip() for line in part.splitlines()]
            # Short lines, and those that only open a call or are one plain argument of it, may stand anywhere.
            plain = re.compile(r"[\w.]+[(,]|\w+=[\w.-]+,")
            secrets += [line for line in lines if len(line) > 14 and not plain.fullmatch(line)]
    # Of the last assignment most is in a file that only the judge has.
    assert len(secrets) > 6
    for path in course.release(name).rglob("*"):
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        for marker in ("BEGIN SOLUTION", "BEGIN HIDDEN", "END HIDDEN"):
            assert marker not in path.read_text()
        assert [line for line in secrets if line in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_cells_have_the_metadata_that_nbgrader_needs(course, name):
    cells = code_of(source_of(course, name))
    ids = [grade_id(cell) for cell in cells]
    assert None not in ids
    assert len(set(ids)) == len(ids)
    assert any("setup" in cell.metadata.get("tags", []) for cell in cells)
    for cell in cells:
        metadata = cell.metadata.nbgrader
        assert metadata.schema_version == 3
        assert metadata.solution == bool(SOLUTION.search(cell.source)), grade_id(cell)
        assert not HIDDEN.search(cell.source) or metadata.grade, grade_id(cell)
        assert cell.outputs == [], "a source has no outputs: they could hold answers"


@pytest.fixture
def copy(course, tmp_path):
    """A copy of what a release is made from."""
    made = Course(tmp_path, course.config_file)
    shutil.copytree(course.source(NAME), made.source(NAME))
    shutil.copytree(course.release(NAME), made.release(NAME))
    return made


def change_one_character(path, old, new):
    text = path.read_text()
    assert text.count(old) >= 1
    assert len(old) == len(new)
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("folder", "old", "new"),
    [
        ("solutions", "(3072, 200)", "(3072, 201)"),  # in a hidden test
        ("assignments", "75 minutes", "76 minutes"),
        ("assignments", '"points": 2', '"points": 3'),
    ],
)
def test_a_change_on_either_side_is_noticed(copy, folder, old, new):
    (path,) = (copy.folder / folder / NAME).glob("*.ipynb")
    change_one_character(path, old, new)
    (problem,) = stale_assignments(copy)
    assert problem.startswith(f"assignments/{NAME}/{path.name} is not what solutions/{NAME} gives")
    assert "run 'make assignments'" in problem


def test_releasing_mends_it_and_then_has_nothing_to_do(copy):
    (path,) = copy.release(NAME).glob("*.ipynb")
    right = path.read_bytes()
    path.write_text("spoilt")
    assert release(copy, NAME).changed
    assert path.read_bytes() == right
    assert not release(copy, NAME).changed
    assert [entry.name for entry in copy.releases.iterdir()] == [NAME]


def test_a_release_without_a_source_is_noticed(copy):
    copy.release("99_gone").mkdir()
    assert stale_assignments(copy) == ["assignments/99_gone has no source in solutions: delete it."]


def test_a_source_that_nbgrader_refuses_is_one_sentence(copy):
    (path,) = copy.source(NAME).glob("*.ipynb")
    change_one_character(path, "### END SOLUTION", "### END SOLUTIOM")
    with pytest.raises(GradingError, match=rf"^solutions/{NAME} can't be released: .*") as caught:
        release(copy, NAME)
    assert "\n" not in str(caught.value)

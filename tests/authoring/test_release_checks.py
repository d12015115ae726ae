"""An assignment that is not fit to be released is refused, with the reason; each fault is made here."""

import shutil

import nbformat
import pytest

from gdl_utils.authoring import release_checks
from gdl_utils.authoring.release import generate, release
from gdl_utils.classroom.course import CONFIG
from gdl_utils.errors import GradingError

NAME = "06_small"
TOP = "# Small\n\n| exercise | points |\n|---|---|\n| 1. Squares | 3 |\n| **all** | **3** |"
SQUARE = '''def square(number):
    """The square of a number."""
    ### BEGIN SOLUTION
    return number * number
    ### END SOLUTION'''
VISIBLE = "assert square(3) == 9"
HIDDEN = """# More tests.
### BEGIN HIDDEN TESTS
draw = checks.random_inputs("square")
checks.check_function(square, [(number,) for number in draw.integers(4, 90, 5).tolist()], lambda number: number**2)
### END HIDDEN TESTS"""


def code(source, name, **flags):
    cell = nbformat.v4.new_code_cell(source, id=name)
    nothing = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**nothing, "grade_id": name, "cell_type": "code", **flags}
    return cell


def cells():
    setup = code("from gdl_utils import checks", "setup")
    setup.metadata["tags"] = ["setup"]
    return {
        "top": nbformat.v4.new_markdown_cell(TOP, id="top"),
        "setup": setup,
        "helper": code("", "helper"),
        "text": nbformat.v4.new_markdown_cell("## 1. Squares (3 points)", id="text"),
        "square": code(SQUARE, "square", solution=True, locked=False),
        "visible": code(VISIBLE, "visible", grade=True, points=1),
        "hidden": code(HIDDEN, "hidden", grade=True, points=2),
    }


@pytest.fixture
def made(root, tmp_path):
    """Writes the assignment with some cells in the place of others; gives its folder."""

    def make(**changed):
        place = tmp_path / "solutions" / NAME
        place.mkdir(parents=True)
        (tmp_path / "assignments").mkdir()
        shutil.copy(root / CONFIG, tmp_path)
        notebook = nbformat.v4.new_notebook(cells=list({**cells(), **changed}.values()))
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        nbformat.write(notebook, place / "small.ipynb")
        return tmp_path

    return make


def told(folder):
    """The complaints about the release as it would be."""
    generate(folder, NAME, folder / "assignments")
    return release_checks.complaints(folder, NAME)


def test_one_that_is_fit_is_released(made):
    folder = made()
    assert release(folder, NAME)
    assert release_checks.complaints(folder, NAME) == []
    assert [path.name for path in (folder / "assignments").iterdir()] == [NAME]


def test_one_that_is_not_leaves_the_release_as_it_was(made):
    folder = made()
    release(folder, NAME)
    before = (folder / "assignments" / NAME / "small.ipynb").read_bytes()
    path = folder / "solutions" / NAME / "small.ipynb"
    path.write_text(path.read_text().replace("number * number", "number + number"))
    with pytest.raises(GradingError, match="not fit to be released") as caught:
        release(folder, NAME)
    assert "The reference solution gets 0 of 1 points in 'visible'" in str(caught.value)
    assert (folder / "assignments" / NAME / "small.ipynb").read_bytes() == before


def visible(source):
    return {"visible": code(source, "visible", grade=True, points=1)}


def hidden(source):
    return {"hidden": code(f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS", "hidden", grade=True, points=2)}


def text(name, source):
    return {name: nbformat.v4.new_markdown_cell(source, id=name)}


WRONG_FOR_SOME = SQUARE.replace("number * number", "number * number if number < 4 else 1")
FAULTS = {
    "a reference solution that is wrong for some": (
        {"square": code(WRONG_FOR_SOME, "square", solution=True, locked=False)},
        "The reference solution gets 0 of 2 points in 'hidden'",
    ),
    "points for nothing": (hidden("2"), "A student who answers nothing gets 2 points in 'hidden'"),
    "other points in the heading": (
        text("text", "## 1. Squares (4 points)"),
        "The heading of '1. Squares' states 4 points, but its tests give 3",
    ),
    "other points in the table": (text("top", TOP.replace("| 3 |", "| 2 |")), "The table at the top does not state"),
    "hidden inputs that are the visible ones": (
        hidden("assert square(3) == 9"),
        "A student who knows only what visible tests ask gets 2 points in 'hidden'",
    ),
    "a hidden line in sight": (
        visible(f"{VISIBLE}\n# {HIDDEN.splitlines()[2]}"),
        "The release shows a line of a solution or of a hidden test",
    ),
    "a helper that would be the student's": (
        {
            "helper": code("def same(one, other):\n    return one == other", "helper"),
            **visible("assert same(square(3), 9)"),
        },
        "The tests use same, which 'helper' defines",
    ),
    "too slow": (hidden("import time\ntime.sleep(3)\nassert square(4) == 16"), "leave students room"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told(made, fault, monkeypatch):
    # Two seconds, not fifteen, are too slow here.
    monkeypatch.setattr(release_checks, "ROOM", 15)
    changed, sentence = FAULTS[fault]
    found = told(made(**changed))
    assert any(sentence in one for one in found), found

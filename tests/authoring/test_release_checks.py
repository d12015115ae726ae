"""An assignment that is not fit to be released is refused, with the reason; each fault is made here."""

import nbformat
import pytest

from gdl_utils.authoring import release_checks
from gdl_utils.authoring.release import generate, release
from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.errors import GradingError
from tests import notebooks

NAME = "06_small"
TOP = "# Small\n\n| exercise | points |\n|---|---|\n| 1. Squares | 3 |\n| **all** | **3** |"
SQUARE = '''def square(number):
    """The square of a number."""
    ### BEGIN SOLUTION
    return number * number
    ### END SOLUTION'''
VISIBLE = "assert square(3) == 9"
HIDDEN = """draw = checks.random_inputs("square")
checks.check_function(
    square,
    [(number,) for number in draw.integers(4, 90, 5).tolist()],
    lambda number: number**2,
)"""


def square(source):
    """The cell of the exercise; its text stays in the release but for what stands between the markers."""
    return {"square": notebooks.answer(source, "square")}


def visible(source):
    return {"visible": notebooks.test(source, "visible", 1)}


def hidden(source, seen=""):
    return {"hidden": notebooks.test(seen, "hidden", 2, source)}


def cells():
    return {
        "top": notebooks.text(TOP),
        "setup": notebooks.setup("from gdl_utils import checks"),
        "helper": notebooks.locked("", "helper"),
        "text": notebooks.text("## 1. Squares (3 points)"),
        **square(SQUARE),
        **visible(VISIBLE),
        **hidden(HIDDEN, "# More tests."),
    }


@pytest.fixture
def made(root, tmp_path):
    """Writes the assignment with some cells in the place of others; gives its course."""

    def make(**changed):
        course = Course(tmp_path, root / CONFIG)
        course.source(NAME).mkdir(parents=True)
        course.releases.mkdir()
        content = notebooks.notebook(*{**cells(), **changed}.values(), language_info={"name": "python"})
        nbformat.write(notebooks.as_node(content), course.source(NAME) / "small.ipynb")
        return course

    return make


def told(course):
    """What is wrong with the release as it would be."""
    generate(course, NAME, course.release(NAME))
    return release_checks.problems_of(course, NAME)


def test_an_assignment_that_is_fit_is_released(made):
    course = made()
    assert release(course, NAME).changed
    assert release_checks.problems_of(course, NAME) == []
    assert [path.name for path in course.releases.iterdir()] == [NAME]


def test_if_refused_the_release_stays_as_it_was(made):
    course = made()
    release(course, NAME)
    before = (course.release(NAME) / "small.ipynb").read_bytes()
    path = course.source(NAME) / "small.ipynb"
    path.write_text(path.read_text().replace("number * number", "number + number"))
    with pytest.raises(GradingError, match="not fit to be released") as caught:
        release(course, NAME)
    assert "The reference solution gets 0 of 1 points in 'visible'" in str(caught.value)
    assert (course.release(NAME) / "small.ipynb").read_bytes() == before


FAULTS = {
    "a reference solution that is wrong for some": (
        square(SQUARE.replace("number * number", "number * number if number < 4 else 1")),
        "The reference solution gets 0 of 2 points in 'hidden'",
    ),
    "points for nothing": (hidden("2"), "A student who answers nothing gets 2 points in 'hidden'"),
    "other points in the heading": (
        {"text": notebooks.text("## 1. Squares (4 points)")},
        "The heading of '1. Squares' states 4 points, but its tests give 3",
    ),
    "other points in the table": (
        {"top": notebooks.text(TOP.replace("| 3 |", "| 2 |"))},
        "The table at the top does not state",
    ),
    "hidden inputs that are the visible ones": (
        hidden("assert square(3) == 9"),
        "A student who knows only what visible tests ask gets 2 points in 'hidden'",
    ),
    "a hidden line in sight": (
        visible(f"{VISIBLE}\n# {HIDDEN.splitlines()[0]}"),
        "The release shows a line of a solution or of a hidden test",
    ),
    "a helper that would be the student's": (
        {
            "helper": notebooks.locked("def same(one, other):\n    return one == other", "helper"),
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
    problems = told(made(**changed))
    assert any(sentence in problem for problem in problems), problems


def test_a_line_that_only_opens_a_call_may_be_seen(made):
    call = "checks.check_function(\n    square, [(3,)], lambda number: number**2\n)"
    assert "checks.check_function(" in HIDDEN.splitlines()
    assert told(made(**visible(call))) == []

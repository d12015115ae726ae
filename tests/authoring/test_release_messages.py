"""What a release complains of names notebook, cell, line and the exception; written answers and tasks pass."""

import copy

import nbformat
import pytest
from traitlets.config import Config

from gdl_utils.authoring.new import new_assignment, new_course
from gdl_utils.authoring.release import generate, release
from gdl_utils.classroom.assignment import other_kernel
from gdl_utils.classroom.grade import grade_class
from gdl_utils.classroom.settings import open_folder
from gdl_utils.classroom.source_problems import problems_of_cells
from gdl_utils.errors import GradingError
from tests import notebooks

NAME = "ps1"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A course with a new assignment, and the notebook of its source."""
    folder = tmp_path_factory.mktemp("messages") / "own"
    new_course(folder)
    course = open_folder(folder)
    path = new_assignment(course, NAME)
    return course, path, nbformat.read(path, as_version=4)


def changed(own, change):
    """The course, with a change of the notebook in its source."""
    course, path, good = own
    book = copy.deepcopy(good)
    change(book)
    nbformat.write(book, path)
    return course


def cell(book, name):
    return next(each for each in book.cells if each.metadata.get("nbgrader", {}).get("grade_id") == name)


def text(name, source):
    return lambda book: cell(book, name).update(source=source)


def flag(name, **flags):
    return lambda book: cell(book, name).metadata["nbgrader"].update(flags)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (text("mean", "x = 1\n### BEGIN SOLUTION\n"), "cell 4 (mean), line 2: 'BEGIN SOLUTION' has no 'END SOLUTION'"),
        (text("mean", "### END SOLUTION"), "cell 4 (mean), line 1: 'END SOLUTION' has no 'BEGIN SOLUTION' above it"),
        (
            text("mean-hidden", "### BEGIN HIDDEN TESTS\n\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"),
            "cell 6 (mean-hidden), line 3: 'BEGIN HIDDEN TESTS' stands within the part that line 1 begins",
        ),
        (flag("mean-hidden", grade_id="mean"), "cell 6 (mean): it has the same grade_id as cell 4, 'mean'"),
        (flag("mean-visible", grade_id="mean visible"), "its grade_id 'mean visible' is not valid"),
        (flag("mean-visible", points=None), "cell 5 (mean-visible): it is graded, but its points are None"),
        (flag("words", points=-1), "cell 8 (words): it is graded, but its points are -1"),
    ],
)
def test_a_source_that_nbgrader_refuses_is_told_by_its_cell(own, change, told):
    course = changed(own, change)
    assert any(told in problem for problem in problems_of_cells(course.source(NAME), Config()))


def test_the_courses_own_delimiters_count(own):
    course = changed(own, text("mean", "# ANSWER\nx = 1"))
    settings = Config()
    assert problems_of_cells(course.source(NAME), settings) == []
    settings.ClearSolutions.begin_solution_delimeter = "ANSWER"
    (told,) = problems_of_cells(course.source(NAME), settings)
    assert "line 1: 'ANSWER' has no 'END SOLUTION' below it" in told


def test_nbgraders_refusal_says_the_cell(own, tmp_path):
    course = changed(own, text("mean", "### BEGIN SOLUTION\nx = 1"))
    with pytest.raises(GradingError, match=r"^source/ps1 can't be released: ps1.ipynb, cell 4 \(mean\), line 1: "):
        generate(course, NAME, tmp_path / "made")


@pytest.mark.parametrize(
    ("metadata", "kernel"),
    [
        ({}, None),
        ({"kernelspec": {"name": "python3", "language": "python"}}, None),
        ({"kernelspec": {"name": "my-course"}}, None),
        ({"language_info": {"name": "python"}}, None),
        ({"kernelspec": {"name": "ir", "language": "R"}}, "ir"),
        ({"kernelspec": {"name": "ir"}}, "ir"),
        ({"kernelspec": {"name": "julia-1.10"}}, "julia-1.10"),
        ({"kernelspec": {"display_name": "Julia"}, "language_info": {"name": "julia"}}, "julia"),
        ({"kernelspec": None, "language_info": "R"}, None),
        (None, None),
    ],
)
def test_a_notebook_is_in_python_unless_it_says_otherwise(metadata, kernel):
    assert other_kernel({"metadata": metadata}) == kernel


@pytest.mark.parametrize("metadata", [{"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}])
def test_another_kernel_is_refused_at_release_and_grading(own, metadata):
    course = changed(own, lambda book: book.metadata.update(metadata))
    course.submitted("ada", NAME).mkdir(parents=True, exist_ok=True)
    for refusing in (lambda: release(course, NAME), lambda: grade_class(course, NAME, print)):
        with pytest.raises(GradingError, match="ps1 is for the kernel 'ir', but the grading engine runs Python only"):
            refusing()


def test_written_answers_and_tasks_pass(own):
    def more(book):
        book.cells += notebooks.as_node(
            notebooks.notebook(
                notebooks.by_hand("", "essay", 2),
                {**notebooks.text("Build something."), "metadata": task("project", points=3)},
                notebooks.cell("# Draw it.", **task("drawing", points=1, grade=True, solution=True, task=False)),
                notebooks.cell("1 / 0", tags=["raises-exception"]),
            )
        ).cells

    assert release(changed(own, more), NAME, always=True).beside == ()


def task(name, **flags):
    usual = {"grade": False, "solution": False, "locked": False, "task": True, "schema_version": 3}
    return {"nbgrader": {**usual, "grade_id": name, **flags}}


def refused(course):
    with pytest.raises(GradingError) as raised:
        release(course, NAME, always=True)
    return str(raised.value)


def test_what_fails_is_told_with_cell_line_and_exception(own):
    def faults(book):
        cell(book, "mean-hidden").source += "\n### BEGIN HIDDEN TESTS\nassert mean([4]) == 5\n### END HIDDEN TESTS"
        cell(book, "mean").source += "\nlost"
        book.cells.insert(3, notebooks.as_node(notebooks.notebook(notebooks.cell("y = 1\nprint(nothing)"))).cells[0])

    said = refused(changed(own, faults))
    assert "0 of 3 points in ps1, mean-hidden: line 7: assert mean([4]) == 5 (AssertionError)" in said
    assert "The reference solution fails, ps1, mean: line 6: lost (NameError: name 'lost' is not defined)" in said
    assert "A cell of the assignment fails, ps1, cell 4: line 2: print(nothing) (NameError: " in said
    assert "mean-visible" not in said


def test_a_solution_that_is_no_python_is_told_as_such(own):
    said = refused(changed(own, text("mean", "### BEGIN SOLUTION\ndef mean(numbers)\n    return 1\n### END SOLUTION")))
    assert "The reference solution fails, ps1, mean: line 2: def mean(numbers) (SyntaxError: expected ':')" in said


def test_a_setup_cell_that_fails_is_told_with_its_line(own):
    said = refused(changed(own, text("setup", "import math\nmath.no_such")))
    assert said.startswith(
        "source/ps1 is not fit to be released:\nThe setup cell setup of ps1 fails where the tests run"
    )
    assert "line 2: math.no_such (AttributeError: module 'math' has no attribute 'no_such')" in said

"""Before a class is graded its assignment is: reference and blank notebook go through the engine first."""

import dataclasses
import json
import shutil
import sys
from functools import partial

import nbformat
import pytest

from gdl_utils.authoring.release import release
from gdl_utils.classroom import trial
from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class, released_assignment
from gdl_utils.classroom.trial import MOST_TRIES, ONLY_BESIDE, RECORD, fewest, try_out
from gdl_utils.errors import GradingError
from nbjudge import Limits
from nbjudge.grading import NOTE
from nbjudge.ways import CARRIES, ways_of
from tests.classroom.small_course import HOW, NAME
from tests.notebooks import answer, as_node, cell, locked, notebook, setup, solution, test

BOOK = "book"


def course_with(folder, root, *cells, submitted=()):
    course = Course(folder)
    for place, content in ((course.source(NAME), cells), (course.submitted("ada", NAME), submitted or cells)):
        place.mkdir(parents=True)
        nbformat.write(as_node(notebook(*content)), place / f"{BOOK}.ipynb")
    shutil.copy(root / CONFIG, course.config_file)
    return course


def outcomes(course, **options):
    found = []
    grade_class(course, NAME, found.append, dataclasses.replace(HOW, **options))
    return {outcome.student: (outcome.score, outcome.remark) for outcome in found}


def refused(course):
    with pytest.raises(GradingError) as raised:
        outcomes(course)
    assert not course.results.exists() or not any(course.results.glob("*/*/*.ipynb"))
    return str(raised.value)


DOUBLE = solution("def double(x):\n    return 2 * x", "double")


def test_a_reference_that_loses_points_stops_the_run(tmp_path, root):
    tests = test("assert double(3) == 6", "right", 1), test("y = 1\nassert double(3) == 7", "bad", 2)
    said = refused(course := course_with(tmp_path, root, DOUBLE, *tests))
    assert f"The reference solution gets 0 of 2 points in {BOOK}, bad: line 2: assert double(3) == 7" in said
    assert "right" not in said and "--despite-complaints" in said
    assert outcomes(course, despite_complaints=True) == {"ada": (1, "")}


@pytest.mark.parametrize("place", ["a setup cell", "a test"])
def test_a_module_that_is_missing_is_no_zero(tmp_path, root, place):
    """Whatever the class is graded despite of, nobody can pass that test."""
    cells = [DOUBLE, test("assert double(1) == 2", "t", 1)]
    if place == "a test":
        cells[1] = test("import no_such_module.part\nassert double(1) == 2", "t", 1)
    else:
        cells.insert(0, setup("import no_such_module.part"))
    course = course_with(tmp_path, root, *cells)
    for despite in (False, True):
        with pytest.raises(GradingError) as raised:
            outcomes(course, despite_complaints=despite)
        assert f"small imports no_such_module, which {sys.executable} does not have: type '" in str(raised.value)
        assert " install no-such-module', or name the Python of the students with --python" in str(raised.value)
    assert not course.results.exists()


def test_a_blank_answer_that_gains_stops_the_run(tmp_path, root):
    said = refused(course_with(tmp_path, root, DOUBLE, test("x = 1\nassert x == 1", "free", 3)))
    assert f"A notebook without answers gets 3 points in {BOOK}, free" in said


def test_a_test_without_a_statement_is_its_authors_choice(tmp_path, root):
    cells = DOUBLE, test("# nothing here", "empty", 1), test("assert double(2) == 4", "t", 1)
    assert outcomes(course_with(tmp_path, root, *cells)) == {"ada": (2, "")}


def test_a_cell_of_the_authors_that_fails_stops_the_run(tmp_path, root):
    cells = locked("data = open('lost.csv').read()", "load"), DOUBLE, test("assert double(2) == 4", "t", 1)
    said = refused(course_with(tmp_path, root, *cells))
    assert f"A cell of the assignment fails, {BOOK}, load" in said and "FileNotFoundError" in said
    assert "; if it is meant to, tag it raises-exception" in said


ERROR = {"output_type": "error", "ename": "KeyError", "evalue": "'monkey'", "traceback": ["KeyError: 'monkey'"]}


@pytest.mark.parametrize("of_cell", [cell, partial(locked, name="shown")], ids=["any", "locked"])
def test_an_error_that_its_author_has_seen_is_meant(tmp_path, root, of_cell):
    shown = of_cell("{'cat': 1}['monkey']") | {"outputs": [ERROR]}
    passing, failing = test("assert double(2) == 4", "t", 1), test("assert double(2) == 5", "t", 1)
    assert outcomes(course_with(tmp_path / "a", root, shown, DOUBLE, passing)) == {"ada": (1, "")}
    # Where points are lost it may be the cause.
    assert "A cell of the assignment fails" in refused(course_with(tmp_path / "b", root, shown, DOUBLE, failing))


OBJECTS = (
    solution(
        "class V:\n    def __init__(self, x):\n        self.x = x\n    def __len__(self):\n        return self.x", "v"
    ),
    test("v = V(3)", "made", 0),
    test("assert len(v) == 3", "length", 2),
    test("assert V(4).x == 4", "attribute", 1),
)


def test_what_needs_the_students_objects_is_found(tmp_path, root):
    course = course_with(tmp_path, root, *OBJECTS)
    assert outcomes(course) == {"ada": (3, "")}
    tried = json.loads((course.folder / RECORD).read_text())[NAME]
    assert tried["beside"] == {BOOK: {"length": ONLY_BESIDE}} and tried["complaints"] == []
    graded = nbformat.read(course.autograded("ada", NAME) / f"{BOOK}.ipynb", as_version=4)
    assert graded.metadata["nbjudge"]["trusted"] == {"length": ONLY_BESIDE}


def test_only_judged_refuses_what_judging_cannot_do(tmp_path, root):
    course = course_with(tmp_path, root, *OBJECTS)
    with pytest.raises(GradingError, match="length"):
        outcomes(course, only_judged=True)
    assert outcomes(course, only_judged=True, despite_complaints=True) == {"ada": (1, "")}


def test_the_choice_does_not_depend_on_what_students_wrote(tmp_path, root):
    deceiving = (
        answer("class V:\n    def __init__(self, x):\n        self.x = 4\n    __len__ = None", "v"),
        *OBJECTS[1:],
    )
    course = course_with(tmp_path, root, *OBJECTS, submitted=deceiving)
    assert outcomes(course) == {"ada": (1, "")}
    assert json.loads((course.folder / RECORD).read_text())[NAME]["beside"] == {BOOK: {"length": ONLY_BESIDE}}


def test_a_blank_answer_gets_nothing_for_imports_of_the_judge(tmp_path, root):
    cells = solution("import textwrap as tw", "a"), test("tw = tw\nassert tw.dedent(' a') == 'a'", "t", 1)
    blank = answer(name="a"), cells[1]
    course = course_with(tmp_path, root, *cells, submitted=blank)
    assert outcomes(course) == {"ada": (0, "")}


def test_what_other_cells_need_of_a_test_is_found(tmp_path, root):
    """And no more of them run beside the student's objects than have to."""
    cells = [
        solution("rate = 1\ndef price():\n    return 10 * rate", "a"),
        test("rate = 2\nassert rate == 2", "changes", 1),
        test("paid = 20\nassert paid == 20", "other", 1),
        cell("asked = price()"),
        test("assert asked == 20", "needs", 1),
        test("assert price() > 0", "last", 1),
    ]
    course = course_with(tmp_path, root, *cells)
    assert outcomes(course, despite_complaints=True) == {"ada": (4, "")}
    graded = nbformat.read(course.autograded("ada", NAME) / f"{BOOK}.ipynb", as_version=4)
    assert graded.metadata[NOTE]["trusted"] == {"changes": CARRIES}


def test_a_module_that_an_answer_writes_is_not_missing(tmp_path, root):
    cells = solution("%%writefile mine.py\nside = 3", "a"), test("import mine\nassert mine.side == 3", "t", 1)
    submitted = answer("%%writefile mine.py\nside = 3", "a"), cells[1]
    assert outcomes(course_with(tmp_path, root, *cells, submitted=submitted)) == {"ada": (1, "")}


def test_what_was_tried_is_not_tried_again(tmp_path, root, monkeypatch):
    course = course_with(tmp_path, root, DOUBLE, test("assert double(3) == 6", "t", 1))
    outcomes(course)
    monkeypatch.setattr("gdl_utils.classroom.trial.try_out", lambda *_: pytest.fail("tried again"))
    assert outcomes(course, regrade=True) == {"ada": (1, "")}
    path = course.source(NAME) / f"{BOOK}.ipynb"
    path.write_text(path.read_text().replace("double(3) == 6", "double(4) == 8"))
    with pytest.raises(pytest.fail.Exception, match="tried again"):
        outcomes(course)


def test_a_damaged_record_is_made_anew(tmp_path, root):
    course = course_with(tmp_path, root, DOUBLE, test("assert double(3) == 6", "t", 1))
    for damage in ("", "[]", "{}", '{"small": 3}', "\0"):
        (course.folder / RECORD).write_text(damage)
        assert outcomes(course, regrade=True) == {"ada": (1, "")}
        assert json.loads((course.folder / RECORD).read_text())[NAME]["complaints"] == []


def test_names_of_a_cell_without_metadata_are_known(tmp_path, root):
    cells = cell("START = 5"), solution("def g():\n    return START", "g"), test("assert g() == 5", "t", 1)
    assert outcomes(course_with(tmp_path, root, *cells)) == {"ada": (1, "")}


def test_the_courses_own_tests_are_all_judged(course):
    for name in course.assignments:
        for source in released_assignment(course, name).notebooks:
            assert ways_of(source) == {}, name


@pytest.mark.parametrize("name", ["01_probability", "03_convolution"])
def test_the_trial_finds_nothing_in_the_courses_own(course, name):
    from gdl_utils.classroom.assignment import reference_solutions

    tried = try_out(released_assignment(course, name), reference_solutions(course.source(name)))
    assert not any(tried.beside.values()) and tried.complaints == ()


@pytest.mark.parametrize("needed", [{3}, {0, 29}, {7, 8, 21}])
def test_few_of_many_tests_are_found_by_few_tries(needed):
    tried = []

    def suffice(names):
        tried.append(names)
        return needed <= set(map(int, names))

    assert set(map(int, fewest([str(number) for number in range(30)], suffice))) == needed
    assert len(tried) <= MOST_TRIES


def test_what_was_tried_for_the_release_is_not_tried_again(tmp_path, root, monkeypatch):
    cells = [solution("def double(x):\n    return 2 * x", "double"), test("assert double(2) == 4", "test_double", 2)]
    course = course_with(tmp_path, root, *cells)
    assert release(course, NAME).changed
    monkeypatch.setattr(trial, "try_out", lambda *_: pytest.fail("it was tried again"))
    found = []
    grade_class(course, NAME, found.append, GradingOptions(workers=1))
    assert [(outcome.score, outcome.remark) for outcome in found] == [(2, "")]
    with pytest.raises(pytest.fail.Exception, match="tried again"):
        grade_class(course, NAME, found.append, GradingOptions(Limits(cell_seconds=7), workers=1))

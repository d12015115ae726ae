"""Reference solutions get full points and released notebooks none: by the engine, nbgrader as shipped and `gdl check`.

Wrong answers to each exercise get the same points from nbgrader as shipped as from the engine: the checks are the same.
"""

import ast
import re
from pathlib import Path

import pytest

from gdl_utils.authoring.answer_bank import Bank, exercises_of
from gdl_utils.self_check import State, check
from gdl_utils.classroom.course import Course
from gdl_utils.authoring.release_checks import complaints
from tests.plain_nbgrader import grade_by_plain_nbgrader
from nbjudge import grade

NAMES = assignment_names(Path(__file__).resolve().parents[2])


@pytest.fixture(scope="module", params=NAMES)
def bank(request, root):
    return Bank(root, request.param)


@pytest.fixture
def reference(bank):
    return {name: bank.reference(name) for name in bank.solutions()}


def hand_in(folder: Path, student: str, bank: Bank, files: dict[str, bytes]) -> None:
    place = folder / "submitted" / student / bank.name
    place.mkdir(parents=True)
    for name, data in files.items():
        (place / name).write_bytes(data)


def test_it_is_fit_to_be_released(bank, root):
    assert complaints(root, bank.name) == []


@pytest.mark.slow
def test_nbgrader_as_shipped_gives_the_same(bank, root, reference, tmp_path):
    (tmp_path / "solutions").symlink_to(root / "solutions")
    hand_in(tmp_path, "full", bank, bank.submission(reference))
    hand_in(tmp_path, "none", bank, bank.submission({}))
    # The first wrong answer to each exercise, all in one submission; needs are met by the reference of what is left.
    exercises = exercises_of(root, bank.name)
    wrong = {
        one.name: one.wrong[0].source for one in exercises if not any(one.name in other.needs for other in exercises)
    }
    hand_in(tmp_path, "wrong", bank, bank.submission({**reference, **wrong}))
    results = grade_by_plain_nbgrader(root, tmp_path, bank.name)
    points = {test: points for name in bank.solutions() for test, points in bank.tests(name).items()}
    assert results["full"].scores == points, results["full"].log[-2000:]
    assert results["none"].score == 0
    lost = {test: lost for one in exercises if one.name in wrong for test, lost in one.wrong[0].loses.items()}
    expected = {test: most - lost.get(test, 0) for test, most in points.items()}
    assert results["wrong"].scores == pytest.approx(expected)


@pytest.mark.slow
def test_gdl_check_says_the_same_of_what_can_be_seen(bank, reference, tmp_path):
    for answers, wanted in ((reference, {State.PASSED}), ({}, {State.FAILED})):
        for name, data in bank.submission(answers).items():
            (tmp_path / name).write_bytes(data)
        tests = [test for exercise in check(tmp_path / bank.file, 60) for test in exercise.tests]
        visible = {test.name: test for test in tests if test.state is not State.HIDDEN}
        assert {test.state for test in visible.values()} == wanted, visible
        assert set(visible) | bank.hidden() == {test.name for test in tests}


WATCHED = """

_own_{name} = {name}


def {name}(*args, **kwargs):
    with open("seen-{name}.txt", "a") as file:
        file.write(repr((args, kwargs)) + "\\n")
    return _own_{name}(*args, **kwargs)
"""


def seen(bank, reference, student):
    """What each function of the reference solution is called with when a student's work is graded."""
    answers = {}
    for cell, source in reference.items():
        names = [one.name for one in ast.parse(source).body if isinstance(one, ast.FunctionDef) and one.args.args]
        answers[cell] = source + "".join(WATCHED.format(name=name) for name in names)
    (book,) = grade(bank.assignment, bank.submission(answers), student=student).notebooks
    assert sum(book.scores.values()) == sum(book.max_scores.values())
    # Objects show where in memory they are.
    return {name: re.sub(rb"0x[0-9a-f]+", b"", data) for name, data in book.files.items() if name.startswith("seen-")}


def test_hidden_inputs_differ_between_students_and_are_the_same_again(bank, reference):
    ada = seen(bank, reference, "ada")
    assert seen(bank, reference, "ada") == ada
    blaise = seen(bank, reference, "blaise")
    assert ada.keys() == blaise.keys()
    assert [name for name in ada if ada[name] == blaise[name]] == []

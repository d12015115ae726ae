"""The secret of a course: made once, kept to its owner, the source of hidden inputs in both ways of grading."""

import threading

import nbformat
import pytest

from gdl_utils import checks
from gdl_utils.classroom.course_secret import FILE, LENGTH, course_secret, seed_of_hashes, seed_of_student
from gdl_utils.errors import GradingError
from tests.classroom.by_nbgrader import small_course
from tests.classroom.small_course import RIGHT, grade, graded_notebook, make_course, source_notebook, source_of

DRAWS = """
import random
import numpy as np
from gdl_utils import checks
print([checks.random_inputs("x").integers(10**9), random.random(), np.random.rand(), hash("text"), name])
"""


def test_it_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    secret = course_secret(tmp_path)
    assert len(secret) == LENGTH // 2
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert course_secret(tmp_path) == secret
    # As restored from a backup.
    (tmp_path / FILE).chmod(0o644)
    assert course_secret(tmp_path) == secret
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_two_that_make_it_at_the_same_time_get_the_same(tmp_path):
    secrets = []
    threads = [threading.Thread(target=lambda: secrets.append(course_secret(tmp_path))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 20
    assert len(set(secrets)) == 1


@pytest.mark.parametrize("text", ["", "short", "x" * LENGTH, "0" * (LENGTH + 1), "\udcff"])
def test_a_damaged_one_is_a_sentence(tmp_path, text):
    (tmp_path / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(GradingError, match="restore it from your backup"):
        course_secret(tmp_path)


def test_seeds_differ_by_course_assignment_and_student():
    one, other = bytes(32), bytes(31) + b"\1"
    seeds = [seed_of_student(*who) for who in ((one, "a", "b"), (other, "a", "b"), (one, "ab", ""), (one, "a", "c"))]
    assert len({*seeds, checks.seed_of("a", "b")}) == 5
    assert all(0 <= seed < 1 << 63 for seed in seeds)
    assert 0 <= seed_of_hashes(one) < 1 << 32
    assert seed_of_student(one, "a", "\udcff") != seed_of_student(one, "a", "?")


def drawn(course, student):
    """What the tests of a student drew."""
    cells = graded_notebook(course, student).cells
    return next(cell.outputs[0].text for cell in cells if cell.metadata.nbgrader.grade_id == "name-visible")


def drawing_course(folder, root, students, make=make_course):
    """A course without a secret yet, whose test prints what it draws."""
    course = make(folder, root, students)
    (course.folder / FILE).unlink()
    content = source_notebook()
    cell = next(cell for cell in content.cells if cell.metadata.nbgrader.grade_id == "name-visible")
    cell.source = DRAWS
    nbformat.write(content, source_of(course))
    return course


def test_both_ways_draw_the_same_and_each_course_another(tmp_path, root, grade_the_class):
    course = drawing_course(tmp_path / "course", root, {"ada": RIGHT, "bo": RIGHT}, small_course)
    # Of another day, when the secret was made.
    secret = course_secret(course.folder)
    grade_the_class(course)
    first, second = drawn(course, "ada"), drawn(course, "bo")
    assert first.split(",")[3] == second.split(",")[3], "one order of hashes in a course"
    assert all(one != two for one, two in zip(first.split(",")[:3], second.split(",")[:3], strict=True))
    again = drawing_course(tmp_path / "again", root, {"ada": RIGHT})
    (again.folder / FILE).write_text(f"{secret.hex()}\n")
    other = drawing_course(tmp_path / "other", root, {"ada": RIGHT})
    assert {grade(each)["ada"].score for each in (again, other)} == {6}
    assert drawn(again, "ada") == first
    assert all(one != two for one, two in zip(first.split(",")[:4], drawn(other, "ada").split(",")[:4], strict=True))


def test_without_a_judge_the_inputs_say_that_they_are_public(monkeypatch, capsys):
    monkeypatch.delenv("NBJUDGE_SEED", raising=False)
    checks.random_inputs("x")
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    checks.random_inputs("x")
    assert "without the secret of the course" in capsys.readouterr().out

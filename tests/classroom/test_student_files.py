"""What is read of a folder that a student may have filled, and what is kept of what the student's code left."""

import json

from gdl_utils.classroom.course import RECORD, TIMESTAMP
from gdl_utils.classroom.student_files import (
    MAX_BYTES,
    MAX_FILES,
    files_to_write,
    read_files,
    read_submission,
    write_files,
)
from tests.classroom.by_nbgrader import small_course
from tests.classroom.small_course import BOOK, FULL, NAME, RIGHT, grade, hand_in, make_course, scores

LEFT = "left by the code"
HANDED_IN = "2026-10-01 12:00:00 UTC"


def test_links_in_a_submission_are_not_followed(tmp_path, root):
    secret = tmp_path / "host" / "secret.txt"
    secret.parent.mkdir()
    secret.write_text("canary")
    course = make_course(tmp_path / "course", root, {"ada": RIGHT})
    place = course.submitted("ada", NAME)
    (place / "linked.txt").symlink_to(secret)
    (place / "linked").symlink_to(secret.parent)
    (place / TIMESTAMP).symlink_to(secret)
    course.submitted("linked", NAME).parent.mkdir()
    course.submitted("linked", NAME).symlink_to(place)
    assert set(read_submission(place)) == {"book.ipynb"}
    outcomes = grade(course)
    assert outcomes["ada"].score == 6
    assert outcomes["linked"].score is None
    assert "is a link" in outcomes["linked"].remark
    assert not list(course.autograded("ada", NAME).rglob("linked*"))


def test_too_large_or_too_many_files_cost_no_notebook(tmp_path, root):
    course = make_course(tmp_path, root, {"ada": RIGHT})
    place = course.submitted("ada", NAME)
    with (place / "a.bin").open("wb") as file:
        # Without data it takes no room on the disk.
        file.truncate(MAX_BYTES + 1)
    for number in range(MAX_FILES + 10):
        (place / f"b-{number}.txt").write_text("b")
    files = read_submission(place)
    assert "book.ipynb" in files
    assert "a.bin" not in files
    assert len(files) == MAX_FILES
    assert grade(course)["ada"].score == 6


def test_the_time_and_what_programs_leave_is_not_handed_in(tmp_path):
    for name in ("book.ipynb", TIMESTAMP, "data/table.csv", "__pycache__/helper.pyc", ".ipynb_checkpoints/book.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert set(read_files(tmp_path)) == {"book.ipynb", "data/table.csv", TIMESTAMP}
    assert read_submission(tmp_path) == {"book.ipynb": b"book.ipynb", "data/table.csv": b"data/table.csv"}


def test_what_could_be_taken_for_a_result_is_not_kept():
    left = dict.fromkeys(
        ["kept.txt", "deep/kept.txt", TIMESTAMP, RECORD, "book.ipynb", "deep/other.ipynb", "taken.csv"], b"left"
    )
    assert set(files_to_write(left)) == {"kept.txt", "deep/kept.txt", "taken.csv"}
    assert set(files_to_write(left, ["taken.csv"])) == {"kept.txt", "deep/kept.txt"}


def test_of_a_file_and_a_folder_of_one_name_the_first_stays(tmp_path):
    problems = write_files(tmp_path, {"name": b"first", "name/below": b"second", "deep/last": b"third"})
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == {
        "name": b"first", "last": b"third",
    }  # fmt: skip
    (problem,) = problems
    assert problem.startswith("The file name/below can't be kept: ")


WRITES = f"""
import os
name = "Ada"
os.mkdir("deep")
names = ["left.txt", "deep/left.txt", "book.ipynb", "other.ipynb", "deep/book.ipynb", "own.txt"]
for path in [*names, {TIMESTAMP!r}, {RECORD!r}]:
    with open(path, "w") as file:
        file.write({LEFT!r})
with open("given.csv", "a") as file:
    file.write("more")
"""


def test_both_pipelines_keep_the_same_of_what_code_left(tmp_path, root, grade_the_class):
    course = small_course(tmp_path, root, {"ada": {**RIGHT, "name": WRITES}})
    (course.source(NAME) / "given.csv").write_text("1,2\n")
    submitted, place = course.submitted("ada", NAME), course.autograded("ada", NAME)
    (submitted / "own.txt").write_text("handed in")
    (submitted / TIMESTAMP).write_text(HANDED_IN)
    grade_the_class(course)
    kept = {str(path.relative_to(place)): path.read_text() for path in place.rglob("*") if path.is_file()}
    assert json.loads(kept.pop(f"{BOOK}.ipynb"))["metadata"]["nbjudge"]["status"] == "graded"
    # Where there is a record, it is that of `gdl grade`.
    assert json.loads(kept.pop(RECORD, '{"score": 6}'))["score"] == 6
    left = dict.fromkeys(["left.txt", "deep/left.txt"], LEFT)
    assert kept == {**left, "given.csv": "1,2\n", "own.txt": "handed in", TIMESTAMP: HANDED_IN}
    assert {path.name for path in submitted.iterdir()} == {"book.ipynb", "own.txt", TIMESTAMP}
    assert scores(course) == {"ada": FULL}


def test_no_time_and_no_record_come_from_the_code(tmp_path, root, grade_the_class):
    """As before, but where nothing of these names was handed in."""
    course = small_course(tmp_path, root, {})
    hand_in(course, "ada", {**RIGHT, "name": WRITES})
    grade_the_class(course)
    place = course.autograded("ada", NAME)
    assert not (place / TIMESTAMP).exists()
    assert LEFT not in "".join(path.read_text() for path in place.glob(RECORD))
    assert {path.name for path in place.rglob("*.ipynb")} == {f"{BOOK}.ipynb"}

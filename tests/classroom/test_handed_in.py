"""What students really hand in is graded for what it is, by both pipelines, and what is odd about it is said."""

import json
import os
import unicodedata
from pathlib import Path

import nbformat
import pytest
import typer

from gdl_utils.classroom.course import RECORD, check_name
from gdl_utils.classroom.feedback import generate
from gdl_utils.classroom.report import read_notes, write_report
from gdl_utils.cli.grading import _grade
from gdl_utils.errors import CourseError
from tests.classroom.by_nbgrader import small_course
from tests.classroom.small_course import (
    BOOK,
    FULL,
    HOW,
    NAME,
    NONE,
    RIGHT,
    grade,
    hand_in,
    make_course,
    scores,
    source_of,
    submission,
)
from tests.nbjudge.network_files import network

SOLVED, BLANK = (nbformat.writes(submission(answers)).encode() for answers in (RIGHT, {}))
ANOTHER = nbformat.writes(submission({**RIGHT, "square": "def square(x):\n    return abs(x) ** 2"})).encode()


def changed(change):
    """The solved notebook with its cells changed."""
    content = json.loads(SOLVED)
    content["cells"] = change(content["cells"])
    return json.dumps(content).encode()


def without_marks(cells):
    """As after a round through a program that knows nothing of nbgrader."""
    return [{**cell, "metadata": {}} for cell in cells]


def retyped(cells):
    """The essay deleted, and written again in a new cell."""
    return [{**cell, "metadata": {}} if cell["metadata"]["nbgrader"]["grade_id"] == "essay" else cell for cell in cells]


CLASS = {
    "browser": {f"{BOOK}.ipynb": BLANK, f"{BOOK} (1).ipynb": SOLVED},
    "windows": {f"{BOOK} - Copy.ipynb": SOLVED},
    "capitals": {f"{BOOK.upper()}.IPYNB": SOLVED},
    "json": {f"{BOOK}.ipynb.json": SOLVED},
    "nameless": {"untitled": SOLVED},
    "deeper": {f"homework/{BOOK}.ipynb": SOLVED, "homework/notes.txt": b"by the way"},
    "same": {f"{BOOK}.ipynb": SOLVED, "backup.ipynb": SOLVED},
    "plain": {f"{BOOK}.ipynb": SOLVED},
}
TAKEN = {name: next(file for file, data in files.items() if data is SOLVED) for name, files in CLASS.items()}


def put(course, student, files):
    """Files into the folder of a student."""
    for name, data in files.items():
        path = course.submitted(student, NAME) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def asks_for_file(course, name):
    """Let the assignment of a course ask for a file beside the notebook."""
    source = nbformat.read(source_of(course), as_version=4)
    source.metadata["required_files"] = [name]
    nbformat.write(source, source_of(course))


def test_a_notebook_is_known_by_its_exercises(tmp_path, root, grade_the_class):
    course = small_course(tmp_path, root, {"lost": changed(without_marks), "essay": changed(retyped)})
    for student, files in CLASS.items():
        put(course, student, files)
    put(course, "blank", {f"{BOOK}.ipynb": BLANK, f"{BOOK} (1).ipynb": BLANK})
    put(course, "older", {f"{BOOK}.ipynb": SOLVED, "new.ipynb": ANOTHER})
    os.utime(course.submitted("older", NAME) / f"{BOOK}.ipynb", (1, 1))
    grade_the_class(course)
    # The written answer of a notebook without marks goes to a person.
    assert scores(course) == {**dict.fromkeys([*CLASS, "lost", "essay", "older"], FULL), "blank": NONE}
    notes, _ = read_notes(course, NAME)
    told = {note.student: " ".join(note.findings) for note in notes}
    assert told["plain"] == ""
    for student, file in TAKEN.items():
        assert (f"{file} was taken for {BOOK}.ipynb" in told[student]) == (file != f"{BOOK}.ipynb"), student
    assert f"{BOOK}.ipynb was left out: it holds the same exercises, without answers" in told["browser"]
    assert "backup.ipynb was left out: it holds the same answers" in told["same"]
    assert "none of the files has answers" in told["blank"]
    reasons = {note.student: note.reason for note in notes if note.reason}
    assert set(reasons) == {"lost", "essay", "older"}
    assert f"new.ipynb was graded, and {BOOK}.ipynb was left out, although it has other answers" in reasons["older"]
    assert "the notebook has no grade_ids" in reasons["lost"]
    assert all("what stands in its place was graded instead" in reasons[student] for student in ("lost", "essay"))


def test_what_is_no_notebook_is_named_and_looked_at(tmp_path, root, capsys):
    course = make_course(
        tmp_path, root, {"gone": changed(lambda cells: cells[:-1]), "lost": changed(lambda cells: cells[1:])}
    )
    asks_for_file(course, "net.keras")
    put(course, "gone", {"net (1).keras": network()})
    put(course, "script", {"book.py": b"print(1)"})
    put(course, "page", {"book.html": b"<html></html>"})
    put(course, "damaged", {"mine.IPYNB": SOLVED[:-20]})
    put(course, "another", {"other.ipynb": SOLVED.replace(b'"grade_id": "', b'"grade_id": "other-')})
    put(course, "module", {f"{BOOK}.ipynb": SOLVED.replace(b"return x * x", b"import nopandas; return x * x")})
    outcomes = grade(course)
    for student, points, words in [
        ("script", 0, "only a Python script, book.py: ask for the notebook itself"),
        ("page", 0, "only a web page, book.html"),
        ("damaged", 0, "not valid JSON"),
        ("another", 0, "another assignment"),
        ("gone", 6, "the cell of essay is gone: look for the answer"),
        ("lost", 2, "the cell of square is gone, which cost points"),
        ("module", 2, "it imports the module 'nopandas', which is not installed"),
    ]:
        assert words in outcomes[student].remark, student
        assert outcomes[student].score == points
    assert "net (1).keras was taken for net.keras." in outcomes["gone"].repairs
    assert "net.keras was not handed in" in outcomes["lost"].remark
    assert "net.keras" not in outcomes["gone"].remark
    assert outcomes["module"].missing_modules == ("nopandas",)
    assert scores(course)["gone"]["essay"] == (None, True)
    # What was graded before is still counted.
    with pytest.raises(typer.Exit):
        _grade(course, NAME, HOW, None)
    printed = capsys.readouterr().out
    assert "The module nopandas is not installed here, and 1 submission(s) that import it lost points" in printed
    page = write_report(course, NAME, tmp_path / "report.html").read_text()
    assert "The module nopandas is not installed where this was graded, and 1 notebook(s)" in page
    assert "7 submissions, 7 of them graded before; 7 need attention." in printed


def test_one_submission_that_can_not_be_read_keeps_its_grade(tmp_path, root, monkeypatch):
    decomposed, no_text = unicodedata.normalize("NFD", "zoë"), os.fsdecode(b"bad\xff")
    course = make_course(tmp_path, root, dict.fromkeys(["ada", "bo", "may", "kim"], RIGHT))
    grade(course)
    before = scores(course)
    for student in ("ada", "bo"):
        put(course, student, {"deep/new.txt": b"x"})
    # Names that are one name are one question.
    for student in ("eve", "EVE", "zoë", decomposed, no_text):
        put(course, student, {f"{BOOK}.ipynb": SOLVED})
    course.submitted("kim", NAME).parent.rename(course.submissions / "KIM")
    read, look = Path.read_bytes, os.scandir

    def read_bytes(path):
        if path.parts[-4:-2] == ("ada", NAME):
            # As from a disk that fails in one place.
            raise OSError(5, "Input/output error", str(path))
        return read(path)

    def scandir(path="."):
        if str(path).endswith(f"bo/{NAME}/deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    monkeypatch.setattr(os, "scandir", scandir)
    hand_in(course, "may", {**RIGHT, "name": "name = 'A' + 'da'"})
    outcomes = grade(course)
    assert "new.txt can't be read (Input/output error); an earlier grade stays" in outcomes["ada"].remark
    assert "deep can't be read (Permission denied); an earlier grade stays" in outcomes["bo"].remark
    assert outcomes["may"].score == 6 and not outcomes["may"].remark
    asked = {name: outcome.remark for name, outcome in outcomes.items() if "same student" in outcome.remark}
    assert set(asked) == {"eve", "EVE", "zoë", decomposed, "KIM"}
    assert "is KIM the same student as kim? Use one name" in asked["KIM"].replace("as KIM? ", "as kim? ")
    assert "not text in UTF-8: rename the folder" in outcomes[no_text].remark
    assert scores(course) == before
    monkeypatch.undo()
    assert [page.student for page in generate(course, NAME) if page.problem] == []
    assert "bad\\udcff" in write_report(course, NAME, tmp_path / "report.html").read_text()


def test_names_with_signs_of_patterns_and_no_text(tmp_path, root, grade_the_class):
    strange = os.fsdecode(b"bad\xff\xfe.txt")
    course = small_course(tmp_path / "[courses] *", root, {"[x] y": RIGHT, "a*": RIGHT, "bo": RIGHT})
    put(course, "bo", {strange: b"x", f"folder/{strange}": b"x"})
    put(course, "[x] y", {"other.ipynb": BLANK})
    grade_the_class(course)
    assert scores(course) == dict.fromkeys(["[x] y", "a*", "bo"], FULL)
    assert {page.student: len(page.pages) for page in generate(course, NAME)} == {"[x] y": 1, "a*": 1, "bo": 1}
    place = course.autograded("[x] y", NAME)
    assert {path.name for path in place.iterdir()} - {RECORD} == {f"{BOOK}.ipynb"}
    assert write_report(course, NAME, tmp_path / "report.html").read_text()


@pytest.mark.parametrize("name", ["hw [a]", "a+b", "what?", "all*", " hw"])
def test_assignments_that_nbgrader_can_not_handle_are_refused(name):
    with pytest.raises(CourseError, match=r"has ('[]\[+?*]'|a blank .*) in its name") as caught:
        check_name(name)
    assert repr(name) in str(caught.value)

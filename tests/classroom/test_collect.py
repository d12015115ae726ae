"""Archives of Moodle and Canvas, laid out as their sources lay them out, come in, and the grades go back to them."""

import csv
import io
import json
import shutil
import time
import unicodedata
from datetime import UTC

import nbformat
import pytest
from typer.testing import CliRunner

from gdl_utils.classroom.archive import ArchiveLimits
from gdl_utils.classroom.collect import collect
from gdl_utils.classroom.collected_files import Wanted, named_as_before
from gdl_utils.classroom.course import TIMESTAMP
from gdl_utils.classroom.export import export
from gdl_utils.classroom.export_formats import Format
from gdl_utils.cli import app
from gdl_utils.errors import GradingError
from tests.classroom.archives import table, zip_bytes, zipped
from tests.classroom.by_nbgrader import release
from tests.classroom.small_course import (
    FULL,
    NAME,
    RIGHT,
    grade,
    gradebook_of,
    make_course,
    scores,
    submission,
)

BOOK = nbformat.writes(submission(RIGHT))
WRONG = nbformat.writes(submission({**RIGHT, "square": "def square(x):\n    return 2 * x"}))


@pytest.fixture
def course(tmp_path, root):
    return make_course(tmp_path / "course", root, {})


def handed_in(course):
    """Files by student."""
    files = {}
    for path in sorted(course.submissions.rglob("*")):
        if path.is_file():
            student, assignment, *rest = path.relative_to(course.submissions).parts
            assert assignment == NAME
            files.setdefault(student, []).append("/".join(rest))
    return files


def text_of(course, student):
    """The notebook that a student has handed in."""
    return (course.submitted(student, NAME) / "book.ipynb").read_text()


def exported(course, format):
    """The rows of an export."""
    return list(csv.DictReader(io.StringIO(export(course, NAME, format))))


def worksheet(path):
    """A grading worksheet: Moodle writes a byte order mark."""
    header = ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum Grade"]
    return table(
        path,
        [
            header,
            ["Participant 311", "Ada King", "s1001", "ada@example.org", "Submitted for grading", "", "10.00"],
            ["Participant 312", "Zoë O'Hara", "", "zoe@example.org", "Submitted for grading", "", "10.00"],
            ["Participant 313", "Ada King", "s1003", "other@example.org", "Submitted for grading", "", "10.00"],
            ["Participant 314", "Absent Minded", "s1004", "absent@example.org", "No submission", "", "10.00"],
        ],
        bom=True,
    )


@pytest.mark.parametrize(
    "layout", ["{}_assignsubmission_file/{}", "{}_assignsubmission_file_/{}", "{}_assignsubmission_file_{}"]
)
def test_moodle_there_and_back(course, tmp_path, layout):
    files = {
        layout.format("Ada King_311", "book.ipynb"): BOOK,
        layout.format("Zoë O'Hara_312", "my solution.ipynb"): WRONG,
        layout.format("Zoë O'Hara_312", "notes.txt"): "by the way",
        layout.format("Ada King_313", "book (1).ipynb"): nbformat.writes(submission({})),
    }
    archive = zipped(tmp_path / "GDL-small-77.zip", files)
    collected = collect(course, NAME, archive, roster=worksheet(tmp_path / "worksheet.csv"))
    assert (collected.platform, collected.students, collected.problems) == (
        "Moodle",
        ["s1001", "s1003", "zoe@example.org"],
        [],
    )
    assert collected.remarks["zoe@example.org"] == ["my solution.ipynb was taken for book.ipynb"]
    assert collected.remarks["s1003"] == ["book (1).ipynb was taken for book.ipynb"]
    assert handed_in(course) == {
        "s1001": ["book.ipynb"], "s1003": ["book.ipynb"], "zoe@example.org": ["book.ipynb", "notes.txt"],
    }  # fmt: skip
    grade(course)
    assert scores(course)["s1001"] == FULL
    # As Moodle's import takes it: a row is that of the user with this ID number, or else e-mail address.
    rows = exported(course, Format.MOODLE)
    by_number = {row["ID number"]: row[NAME] for row in rows}
    by_email = {row["Email address"]: row[NAME] for row in rows}
    assert {by_number["s1001"], by_email["ada@example.org"]} == {"6"}
    assert by_email["zoe@example.org"] == "3"
    assert by_number["s1003"] == by_email["other@example.org"] == "0"
    # Who handed in nothing is on the list, too.
    assert {row["Full name"]: row[NAME] for row in rows if row["ID number"] == "s1004"} == {"Absent Minded": "-"}
    assert collected.absent == ["s1004"]


def test_canvas_there_and_back(course, tmp_path):
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "small (99)"]
    roster = table(
        tmp_path / "grades.csv",
        [
            header,
            ["    Points Possible", "", "", "", "", "10.00"],
            ["King, Ada", "4711", "x1", "ada", "One", ""],
            ["O'Hara, Zoë", "4712", "x2", "zoe@example.org", "One", ""],
            ["Late, Very", "4713", "x3", "", "One", ""],
            ["Student, Test", "", "", "", "One", ""],
        ],
    )
    files = {
        "kingada_4711_90001_book-1.ipynb": BOOK,
        "oharazoë_4712_90002_book.ipynb": WRONG,
        "oharazoë_4712_90003_network.keras": "not really",
        "latevery_LATE_4713_90004_book.ipynb": BOOK,
    }
    collected = collect(course, NAME, zipped(tmp_path / "submissions.zip", files), roster=roster)
    assert (collected.platform, collected.problems) == ("Canvas", [])
    assert collected.remarks["4713"] == ["late according to Canvas, which does not say how late"]
    assert handed_in(course) == {
        "4713": ["book.ipynb"], "ada": ["book.ipynb"], "zoe@example.org": ["book.ipynb", "network.keras"],
    }  # fmt: skip
    grade(course)
    # As Canvas's import takes it: a row is that of the student with this ID.
    rows = exported(course, Format.CANVAS)
    assert rows[0]["Student"].strip() == "Points Possible"
    assert {row["ID"]: row[NAME] for row in rows[1:]} == {"4711": "6", "4712": "3", "4713": "6"}
    assert {row["ID"]: row["Student"] for row in rows[1:]}["4712"] == "O'Hara, Zoë"


def test_without_a_roster_numbers_or_names_are_the_ids(course, tmp_path):
    collect(course, NAME, zipped(tmp_path / "c.zip", {"kingada_4711_90001_book.ipynb": BOOK}))
    files = {"Zoë O'Hara_312_assignsubmission_file/book.ipynb": BOOK}
    collect(course, NAME, zipped(tmp_path / "m.zip", files))
    assert set(handed_in(course)) == {"4711", "zoe-ohara"}
    grade(course)
    rows = exported(course, Format.CANVAS)
    assert ("4711", "6") in {(row["ID"], row[NAME]) for row in rows}


def test_a_student_of_the_gradebook_keeps_the_id(course, tmp_path):
    collect(course, NAME, zipped(tmp_path / "c.zip", {"other_1_1_book.ipynb": BOOK}))
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", last_name="King", lms_user_id="4711")
        gradebook.db.commit()
    collect(course, NAME, zipped(tmp_path / "c.zip", {"kingada_4711_90001_book.ipynb": BOOK}))
    assert set(handed_in(course)) == {"1", "ada"}
    files = {"Ada King_5_assignsubmission_file/book.ipynb": WRONG}
    collect(course, NAME, zipped(tmp_path / "m.zip", files), force=True)
    assert set(handed_in(course)) == {"1", "ada"}
    assert text_of(course, "ada") == WRONG


def test_moodle_names_that_two_share_need_the_worksheet(course, tmp_path):
    files = {
        "Ada King_311_assignsubmission_file/book.ipynb": BOOK,
        "Ada-King_313_assignsubmission_file/book.ipynb": BOOK,
        "Bo_314_assignsubmission_file/book.ipynb": BOOK,
        "Bo_314_assignsubmission_onlinetext/onlinetext.html": "<p>see file</p>",
    }
    collected = collect(course, NAME, zipped(tmp_path / "m.zip", files))
    assert handed_in(course) == {"bo": ["book.ipynb"]}
    assert len(collected.problems) == 3
    assert sum("two students are called Ada" in problem for problem in collected.problems) == 2


def test_a_folder_in_a_submission_does_not_change_whose_it_is(course, tmp_path):
    files = {
        "Ada King_311_assignsubmission_file/book.ipynb": BOOK,
        "Eve_666_assignsubmission_file/book.ipynb": WRONG,
        "Eve_666_assignsubmission_file/Ada King_311_assignsubmission_file/book.ipynb": WRONG,
    }
    collected = collect(course, NAME, zipped(tmp_path / "m.zip", files))
    assert collected.problems == []
    assert text_of(course, "ada-king") == BOOK
    inner = "Ada King_311_assignsubmission_file/book.ipynb"
    assert handed_in(course) == {"ada-king": ["book.ipynb"], "eve": [inner, "book.ipynb"]}


def test_a_name_in_canvas_does_not_change_whose_it_is(course, tmp_path, root):
    # The student 345 is called "bo_12" there, and 12 is the number of Ada King.
    files = {"bo_12_345_678_book.ipynb": WRONG, "kingada_12_90001_book.ipynb": BOOK}
    archive = zipped(tmp_path / "c.zip", files)
    collected = collect(course, NAME, archive)
    assert handed_in(course) == {"12": ["book.ipynb"]}
    assert text_of(course, "12") == BOOK
    assert "student 12 or 345" in collected.problems[0]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    roster = table(tmp_path / "r.csv", [header, ["King, Ada", "12", "", "ada", ""], ["bo_12", "345", "", "bo", ""]])
    course = make_course(tmp_path / "other", root, {})
    collected = collect(course, NAME, archive, roster=roster)
    assert collected.problems == []
    assert text_of(course, "bo") == WRONG
    assert text_of(course, "ada") == BOOK


def test_a_zip_file_of_a_student_is_unpacked(course, tmp_path):
    """The folder around everything is taken away, and what is no submission is left."""
    inside = {"small/book.ipynb": BOOK, "small/data/table.csv": "1", "__MACOSX/small/._book.ipynb": "junk"}
    # Taken as it is, it would say that the work was in time.
    inside["small/timestamp.txt"] = "2020-01-01 00:00:00 UTC"
    files = {
        "a_1_11_work.zip": zip_bytes(inside),
        "b_2_12_work.zip": b"no zip file",
        "c_3_13_work.zip": zip_bytes({"../../../escaped.txt": "x", "book.ipynb": BOOK}),
        "d_4_14_book.ipynb": BOOK,
        "d_4_15_work.zip": zip_bytes({"book.ipynb": WRONG}),
    }
    collected = collect(course, NAME, zipped(tmp_path / "c.zip", files))
    assert handed_in(course) == {"1": ["book.ipynb", "data/table.csv"], "4": ["book.ipynb"]}
    assert text_of(course, "4") == BOOK
    assert [problem.split(":")[0] for problem in collected.problems] == ["2", "3"]
    assert "timestamp.txt was left" in collected.remarks["1"][0]
    assert "leads out of the archive" in collected.problems[1]
    assert not list(tmp_path.rglob("escaped.txt"))


def test_all_zip_files_of_a_student_have_one_limit(course, tmp_path, monkeypatch):
    monkeypatch.setattr("gdl_utils.classroom.collect.LIMITS_OF_STUDENT", ArchiveLimits(3, 100_000))
    many = {f"a_1_1{number}_{number}.zip": zip_bytes({f"{number}.txt": "", "x.txt": ""}) for number in range(2)}
    large = {f"b_2_1{number}_{number}.zip": zip_bytes({f"{number}.txt": "x" * 60_000}) for number in range(2)}
    files = {"a_1_19_book.ipynb": BOOK, "b_2_19_book.ipynb": BOOK, "c_3_19_book.ipynb": BOOK}
    collected = collect(course, NAME, zipped(tmp_path / "c.zip", {**files, **many, **large}))
    assert handed_in(course) == {"3": ["book.ipynb"]}
    assert [problem.split(":")[0] for problem in collected.problems] == ["1", "2"]


@pytest.mark.timing
def test_names_are_looked_for_in_few_notebooks(tmp_path):
    """A thousand copies beside large notebooks would be looked for in each of them."""
    names = {tmp_path / f"{number}": f"data{number} (1).csv" for number in range(900)}
    names[tmp_path / "large.ipynb"] = "large.ipynb"
    (tmp_path / "large.ipynb").write_bytes(b"data0 " * (16 << 20))
    start = time.process_time()
    named_as_before(names, Wanted(()), [])
    assert time.process_time() - start < 4


def test_names_that_mean_something_to_programs_are_left(course, tmp_path):
    names = [".git/config", "HEAD", "submission_secret.txt", "x.ipynb/y", "nbgrader_config.py", "deep/.envrc"]
    inner = zip_bytes({"book.ipynb": BOOK, "other.ipynb": WRONG, "plot.png": b"x", **dict.fromkeys(names, b"x")})
    files = {"Ada King_311_assignsubmission_file/all.zip": inner}
    collected = collect(course, NAME, zipped(tmp_path / "m.zip", files))
    assert handed_in(course) == {"ada-king": ["book.ipynb", "other.ipynb", "plot.png"]}
    told = " ".join(collected.remarks["ada-king"])
    # Git's own folder is left without a word, as other things that programs make.
    assert all(f"{name} was left out" in told for name in names if not name.startswith(".git/"))


def test_what_is_there_is_replaced_only_by_force(course, tmp_path):
    archive = zipped(tmp_path / "c.zip", {"a_1_11_book.ipynb": BOOK})
    collect(course, NAME, archive)
    again = collect(course, NAME, archive)
    assert (again.students, again.same, again.kept, again.problems, dict(again.remarks)) == ([], ["1"], {}, [], {})
    zipped(archive, {"a_1_21_book-1.ipynb": WRONG, "b_2_22_book.ipynb": BOOK})
    collected = collect(course, NAME, archive)
    assert (collected.students, collected.kept, collected.problems) == (["2"], {"1": "book.ipynb changed"}, [])
    assert text_of(course, "1") == BOOK
    assert collect(course, NAME, archive, force=True).students == ["1", "2"]
    assert text_of(course, "1") == WRONG


def test_files_from_e_mails_are_collected_by_a_pattern(course, tmp_path):
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "ada.2026-10-01T12:00:00.book.ipynb").write_text(BOOK)
    (mails / "ada.2026-10-02T12:00:00.network.keras").write_text("not really")
    (mails / "..%book.ipynb").write_text(BOOK)
    (mails / "link.2026-10-01T12:00:00.book.ipynb").symlink_to("/etc/passwd")
    pattern = r"(?P<student_id>[^.]+|\.\.)[.%](?:(?P<timestamp>[\dT:-]+)\.)?(?P<file_id>.+)"
    collected = collect(course, NAME, mails, pattern=pattern, zone=UTC)
    assert handed_in(course) == {"ada": ["book.ipynb", "network.keras", "timestamp.txt"]}
    assert (course.submitted("ada", NAME) / TIMESTAMP).read_text().startswith("2026-10-02 12:00:00")
    assert "'..' can't be the id of a student" in collected.problems[0]
    for wrong in ("(", "(?P<student_id>.+)"):
        with pytest.raises(GradingError, match=r"^The pattern (is not a regular expression|needs the groups)"):
            collect(course, NAME, mails, pattern=wrong)


def test_the_command_says_what_it_did(course, root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    files = {"a_1_11_solution.ipynb": BOOK, "readme.txt": "hello"}
    archive = zipped(tmp_path / "submissions.zip", files)
    done = CliRunner().invoke(app, ["collect", str(archive), NAME, "--course", str(course.folder)])
    assert done.exit_code == 1, done.output
    assert "1: solution.ipynb was taken for book.ipynb" in done.output
    assert "attention: readme.txt is not named like a submission" in done.output
    assert "1 submission(s) from submissions.zip (Canvas) are in" in done.output
    for wrong, reason in [
        ([str(tmp_path / "none.zip"), NAME], "There is no file"),
        ([str(archive), "other"], "There is no assignment other"),
        ([str(zipped(tmp_path / "other.zip", {"a.txt": "b"})), NAME], "named the way Moodle or Canvas"),
    ]:
        done = CliRunner().invoke(app, ["collect", *wrong, "--course", str(course.folder)])
        assert done.exit_code == 2
        assert reason in done.output
    assert json.loads(text_of(course, "1"))["cells"]
    grade(course)
    assert scores(course) == {"1": FULL}
    zipped(archive, {"a_1_11_solution.ipynb": WRONG})
    done = CliRunner().invoke(app, ["collect", str(archive), NAME, "--course", str(course.folder)])
    assert done.exit_code == 1
    assert "attention: 1 already has a submission (book.ipynb changed); add --force to replace it." in done.output


def test_names_that_canvas_gave_are_undone_for_every_file(course, tmp_path):
    reads = nbformat.writes(submission({**RIGHT, "name": "name = open('data.csv').read()"}))
    own = nbformat.writes(submission({**RIGHT, "name": "name = open('run-2.csv').read()"}))
    files = {
        "a_1_11_book-1.ipynb": reads,
        "a_1_12_data-1.csv": "Ada",
        "a_1_13_helper-1.py": "x = 1",
        "a_1_14_notes-1.txt": "nobody reads them",
        "b_2_15_book.ipynb": own,
        "b_2_16_run-2.csv": "Ada",
    }
    collected = collect(course, NAME, zipped(tmp_path / "c.zip", files))
    assert handed_in(course) == {
        "1": ["book.ipynb", "data.csv", "helper.py", "notes-1.txt"], "2": ["book.ipynb", "run-2.csv"],
    }  # fmt: skip
    assert "data-1.csv was taken for data.csv" in collected.remarks["1"]


def test_a_blank_notebook_beside_the_work_is_said(course, tmp_path):
    release(course)
    blank = nbformat.writes(submission({}))
    files = {
        "a_1_11_book.ipynb": blank, "a_1_12_book (1).ipynb": BOOK, "b_2_13_book.ipynb": BOOK, "b_2_14_b.ipynb": WRONG,
        "c_3_15_book.py": "x = 1", "d_4_16_solution.IPYNB": BOOK,
    }  # fmt: skip
    collected = collect(course, NAME, zipped(tmp_path / "c.zip", files))
    assert collected.remarks["1"] == [
        "book (1).ipynb was taken for book.ipynb",
        "book.ipynb was left out: it holds the same exercises, without answers",
    ]
    problems = {problem.split(":")[0]: problem for problem in collected.problems}
    assert set(problems) == {"2", "3"}
    assert "although it has other answers" in problems["2"] and "ask for the notebook itself" in problems["3"]
    assert collected.remarks["4"] == ["solution.IPYNB was taken for book.ipynb"]


def test_a_newer_submission_takes_the_place_of_an_older_one(course, tmp_path):
    pattern = r"(?P<student_id>\w+)\.(?P<timestamp>[\dT:Z-]+)\.(?P<file_id>.+)"
    mails = tmp_path / "mails"

    def collected(time, text, **more):
        mails.mkdir()
        for name, content in {"book__ipynb": text, **more}.items():
            (mails / f"ada.{time}.{name.replace('__', '.')}").write_text(content)
        told = collect(course, NAME, mails, pattern=pattern)
        shutil.rmtree(mails)
        return told

    collected("2026-10-02T12:00:00Z", BOOK, notes__txt="1")
    assert collected("2026-10-01T12:00:00Z", WRONG).kept == {"ada": "book.ipynb changed; notes.txt no longer there"}
    assert text_of(course, "ada") == BOOK
    newer = collected("2026-10-03T12:00:00Z", WRONG, notes__txt="1", plot__png="2")
    assert newer.changed == {"ada": "book.ipynb changed; plot.png new"} and newer.problems == []
    assert text_of(course, "ada") == WRONG
    assert (course.submitted("ada", NAME) / TIMESTAMP).read_text().startswith("2026-10-03 12:00:00")


def test_names_that_are_one_name_and_unreadable_files_are_left(course, tmp_path, monkeypatch):
    with gradebook_of(course) as gradebook:
        gradebook.add_student("Kim")
        gradebook.db.commit()
    mails = tmp_path / "mails"
    mails.mkdir()
    for name in ("ada", "Ada", "kim", "bo", "eve"):
        (mails / f"{name}.book.ipynb").write_text(BOOK)
    decomposed = unicodedata.normalize("NFD", "Übung.txt")
    (mails / f"bo.{decomposed}").write_text("x")
    copy = shutil.copy2

    def copy2(source, target):
        if source.name.startswith("eve"):
            raise PermissionError(13, "Permission denied", str(source))
        return copy(source, target)

    monkeypatch.setattr(shutil, "copy2", copy2)
    collected = collect(course, NAME, mails, pattern=r"(?P<student_id>\w+)\.(?P<file_id>.+)")
    assert handed_in(course) == {"bo": ["book.ipynb", unicodedata.normalize("NFC", "Übung.txt")]}
    assert len(collected.problems) == 4
    assert collected.problems[0] == "eve.book.ipynb can't be read (Permission denied), and was left out."
    assert any("is kim the same student as Kim? Use one name" in problem for problem in collected.problems)
    assert collected.absent == ["Kim"]


def test_anonymous_submissions_of_moodle(course, tmp_path):
    for word in ("Participant", "Teilnehmerin", "Osallistuja"):
        files = {f"{word}_{number}_assignsubmission_file/book.ipynb": BOOK for number in (201, 202, 203)}
        collected = collect(course, NAME, zipped(tmp_path / "m.zip", files), force=True)
        assert collected.students == ["participant-201", "participant-202", "participant-203"], collected.problems


def test_a_roster_tells_who_handed_in_nothing(course, root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    students = table(tmp_path / "class.csv", [["id", "name"], ["4711", "Ada King"], ["4712", "Bo Li"]])
    run = CliRunner()
    done = run.invoke(app, ["roster", str(students), "--course", str(course.folder)])
    assert (done.exit_code, "2 student(s) of class.csv are in the gradebook, 2 of them new." in done.output) == (
        0,
        True,
    )
    archive = zipped(tmp_path / "c.zip", {"kingada_4711_90001_book.ipynb": BOOK})
    done = run.invoke(app, ["collect", str(archive), NAME, "--course", str(course.folder)])
    assert done.exit_code == 0, done.output
    assert "1 student(s) in the gradebook handed in nothing: 4712" in done.output
    grade(course)
    assert {row["student_id"]: row["score"] for row in exported(course, Format.CSV)} == {"4711": "6", "4712": ""}
    more = table(tmp_path / "more.csv", [["id"], ["kim"], ["4711"]])
    assert "1 of them new" in run.invoke(app, ["roster", str(more), "--course", str(course.folder)]).output
    alike = table(tmp_path / "alike.csv", [["id"], ["KIM"]])
    done = run.invoke(app, ["roster", str(alike), "--course", str(course.folder)])
    assert done.exit_code == 1
    assert "attention: KIM and kim may be the same student" in done.output

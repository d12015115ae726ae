"""Archives of Moodle and Canvas, laid out as their sources lay them out, come in, and the grades go back to them."""

import csv
import io
import json
import struct
import zipfile
import zlib
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from gdl_utils.classroom import collect as collecting
from gdl_utils.classroom.collect import Bounds, collect, read_roster, unzip
from gdl_utils.classroom.export import export
from gdl_utils.cli import app
from gdl_utils.errors import GradingError
from tests.classroom.small_course import FULL, NAME, NONE, RIGHT, grade, make_course, scores, submission

BOOK = nbformat.writes(submission(RIGHT))
WRONG = nbformat.writes(submission({**RIGHT, "square": "def square(x):\n    return 2 * x"}))
POINTS = {"square-visible": 1, "square-hidden": 3, "name-visible": 2}


@pytest.fixture
def folder(tmp_path, root):
    return make_course(tmp_path / "course", root, {})


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def inner_zip(files):
    target = io.BytesIO()
    zipped(target, files)
    return target.getvalue()


def table(path, lines, bom=False):
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def handed_in(folder):
    """Files by student."""
    found = {}
    for path in sorted((folder / "submitted").rglob("*")):
        if path.is_file():
            student, assignment, *rest = path.relative_to(folder / "submitted").parts
            assert assignment == NAME
            found.setdefault(student, []).append("/".join(rest))
    return found


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
def test_moodle_there_and_back(folder, root, tmp_path, layout):
    files = {
        layout.format("Ada King_311", "book.ipynb"): BOOK,
        layout.format("Zoë O'Hara_312", "my solution.ipynb"): WRONG,
        layout.format("Zoë O'Hara_312", "notes.txt"): "by the way",
        layout.format("Ada King_313", "book (1).ipynb"): nbformat.writes(submission({})),
    }
    archive = zipped(tmp_path / "GDL-small-77.zip", files)
    found = collect(root, folder, NAME, archive, roster=worksheet(tmp_path / "worksheet.csv"))
    assert (found.platform, found.students, found.problems) == ("Moodle", ["s1001", "s1003", "zoe@example.org"], [])
    assert found.remarks["zoe@example.org"] == ["my solution.ipynb was taken for book.ipynb"]
    assert found.remarks["s1003"] == ["book (1).ipynb was taken for book.ipynb"]
    assert handed_in(folder) == {
        "s1001": ["book.ipynb"], "s1003": ["book.ipynb"], "zoe@example.org": ["book.ipynb", "notes.txt"],
    }  # fmt: skip
    grade(folder)
    assert scores(folder)["s1001"] == FULL
    # As Moodle's import takes it: a row is that of the user with this ID number, or else e-mail address.
    rows = list(csv.DictReader(io.StringIO(export(f"sqlite:///{folder}/gradebook.db", "gdl", NAME, "moodle"))))
    by_number = {row["ID number"]: row[NAME] for row in rows}
    by_email = {row["Email address"]: row[NAME] for row in rows}
    assert {by_number["s1001"], by_email["ada@example.org"]} == {"6"}
    assert by_email["zoe@example.org"] == "3"
    assert by_number["s1003"] == by_email["other@example.org"] == "0"
    assert {row["Full name"] for row in rows} == {"Ada King", "Zoë O'Hara"}


def test_canvas_there_and_back(folder, root, tmp_path):
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
    found = collect(root, folder, NAME, zipped(tmp_path / "submissions.zip", files), roster=roster)
    assert (found.platform, found.problems) == ("Canvas", [])
    assert found.remarks["4713"] == ["late, says Canvas, which does not tell how late"]
    assert handed_in(folder) == {
        "4713": ["book.ipynb"], "ada": ["book.ipynb"], "zoe@example.org": ["book.ipynb", "network.keras"],
    }  # fmt: skip
    grade(folder)
    # As Canvas's import takes it: a row is that of the student with this ID.
    rows = list(csv.DictReader(io.StringIO(export(f"sqlite:///{folder}/gradebook.db", "gdl", NAME, "canvas"))))
    assert rows[0]["Student"].strip() == "Points Possible"
    assert {row["ID"]: row[NAME] for row in rows[1:]} == {"4711": "6", "4712": "3", "4713": "6"}
    assert {row["ID"]: row["Student"] for row in rows[1:]}["4712"] == "O'Hara, Zoë"


def test_without_a_roster_canvas_numbers_and_moodle_names_stand_for_the_students(folder, root, tmp_path):
    collect(root, folder, NAME, zipped(tmp_path / "c.zip", {"kingada_4711_90001_book.ipynb": BOOK}))
    files = {"Zoë O'Hara_312_assignsubmission_file/book.ipynb": BOOK}
    collect(root, folder, NAME, zipped(tmp_path / "m.zip", files))
    assert set(handed_in(folder)) == {"4711", "zoe-ohara"}
    grade(folder)
    rows = csv.DictReader(io.StringIO(export(f"sqlite:///{folder}/gradebook.db", "gdl", NAME, "canvas")))
    assert ("4711", "6") in {(row["ID"], row[NAME]) for row in rows}


def test_a_student_of_the_gradebook_keeps_the_id(folder, root, tmp_path):
    collect(root, folder, NAME, zipped(tmp_path / "c.zip", {"other_1_1_book.ipynb": BOOK}))
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", last_name="King", lms_user_id="4711")
        gradebook.db.commit()
    collect(root, folder, NAME, zipped(tmp_path / "c.zip", {"kingada_4711_90001_book.ipynb": BOOK}))
    assert set(handed_in(folder)) == {"1", "ada"}
    files = {"Ada King_5_assignsubmission_file/book.ipynb": WRONG}
    collect(root, folder, NAME, zipped(tmp_path / "m.zip", files), force=True)
    assert set(handed_in(folder)) == {"1", "ada"}
    assert (folder / "submitted" / "ada" / NAME / "book.ipynb").read_text() == WRONG


def test_moodle_names_that_two_share_need_the_worksheet(folder, root, tmp_path):
    files = {
        "Ada King_311_assignsubmission_file/book.ipynb": BOOK,
        "Ada-King_313_assignsubmission_file/book.ipynb": BOOK,
        "Bo_314_assignsubmission_file/book.ipynb": BOOK,
        "Bo_314_assignsubmission_onlinetext/onlinetext.html": "<p>see file</p>",
    }
    found = collect(root, folder, NAME, zipped(tmp_path / "m.zip", files))
    assert handed_in(folder) == {"bo": ["book.ipynb"]}
    assert len(found.problems) == 3
    assert sum("two students are called Ada" in problem for problem in found.problems) == 2


def test_a_folder_in_a_submission_does_not_make_it_that_of_another(folder, root, tmp_path):
    files = {
        "Ada King_311_assignsubmission_file/book.ipynb": BOOK,
        "Eve_666_assignsubmission_file/book.ipynb": WRONG,
        "Eve_666_assignsubmission_file/Ada King_311_assignsubmission_file/book.ipynb": WRONG,
    }
    found = collect(root, folder, NAME, zipped(tmp_path / "m.zip", files))
    assert found.problems == []
    assert (folder / "submitted" / "ada-king" / NAME / "book.ipynb").read_text() == BOOK
    inner = "Ada King_311_assignsubmission_file/book.ipynb"
    assert handed_in(folder) == {"ada-king": ["book.ipynb"], "eve": [inner, "book.ipynb"]}


def test_a_name_in_canvas_does_not_make_a_submission_that_of_another(folder, root, tmp_path):
    # The student 345 is called "bo_12" there, and 12 is the number of Ada King.
    files = {"bo_12_345_678_book.ipynb": WRONG, "kingada_12_90001_book.ipynb": BOOK}
    archive = zipped(tmp_path / "c.zip", files)
    found = collect(root, folder, NAME, archive)
    assert handed_in(folder) == {"12": ["book.ipynb"]}
    assert (folder / "submitted" / "12" / NAME / "book.ipynb").read_text() == BOOK
    assert "student 12 or 345" in found.problems[0]
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    roster = table(tmp_path / "r.csv", [header, ["King, Ada", "12", "", "ada", ""], ["bo_12", "345", "", "bo", ""]])
    folder = make_course(tmp_path / "other", root, {})
    found = collect(root, folder, NAME, archive, roster=roster)
    assert found.problems == []
    assert (folder / "submitted" / "bo" / NAME / "book.ipynb").read_text() == WRONG
    assert (folder / "submitted" / "ada" / NAME / "book.ipynb").read_text() == BOOK


def test_a_zip_file_of_a_student_is_unpacked_and_a_folder_around_all_taken_away(folder, root, tmp_path):
    inside = {"small/book.ipynb": BOOK, "small/data/table.csv": "1", "__MACOSX/small/._book.ipynb": "junk"}
    # Taken as it is, it would say that the work was in time.
    inside["small/timestamp.txt"] = "2020-01-01 00:00:00 UTC"
    files = {
        "a_1_11_work.zip": inner_zip(inside),
        "b_2_12_work.zip": b"no zip file",
        "c_3_13_work.zip": inner_zip({"../../../escaped.txt": "x", "book.ipynb": BOOK}),
        "d_4_14_book.ipynb": BOOK,
        "d_4_15_work.zip": inner_zip({"book.ipynb": WRONG}),
    }
    found = collect(root, folder, NAME, zipped(tmp_path / "c.zip", files))
    assert handed_in(folder) == {"1": ["book.ipynb", "data/table.csv"], "4": ["book.ipynb"]}
    assert (folder / "submitted" / "4" / NAME / "book.ipynb").read_text() == BOOK
    assert [problem.split(":")[0] for problem in found.problems] == ["2", "3"]
    assert "timestamp.txt was left" in found.remarks["1"][0]
    assert "leads out of the archive" in found.problems[1]
    assert not list(tmp_path.rglob("escaped.txt"))


def test_what_is_there_is_replaced_only_by_force(folder, root, tmp_path):
    archive = zipped(tmp_path / "c.zip", {"a_1_11_book.ipynb": BOOK})
    collect(root, folder, NAME, archive)
    zipped(archive, {"a_1_21_book-1.ipynb": WRONG, "b_2_22_book.ipynb": BOOK})
    found = collect(root, folder, NAME, archive)
    assert (found.students, len(found.problems)) == (["2"], 1)
    assert (folder / "submitted" / "1" / NAME / "book.ipynb").read_text() == BOOK
    assert collect(root, folder, NAME, archive, force=True).students == ["1", "2"]
    assert (folder / "submitted" / "1" / NAME / "book.ipynb").read_text() == WRONG


def test_files_from_e_mails_are_collected_by_a_pattern(folder, root, tmp_path):
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "ada.2026-10-01T12:00:00.book.ipynb").write_text(BOOK)
    (mails / "ada.2026-10-02T12:00:00.network.keras").write_text("not really")
    (mails / "..%book.ipynb").write_text(BOOK)
    (mails / "link.2026-10-01T12:00:00.book.ipynb").symlink_to("/etc/passwd")
    pattern = r"(?P<student_id>[^.]+|\.\.)[.%](?:(?P<timestamp>[\dT:-]+)\.)?(?P<file_id>.+)"
    found = collect(root, folder, NAME, mails, pattern=pattern)
    assert handed_in(folder) == {"ada": ["book.ipynb", "network.keras", "timestamp.txt"]}
    assert (folder / "submitted" / "ada" / NAME / "timestamp.txt").read_text().startswith("2026-10-02 12:00:00")
    assert "'..' can't be the id of a student" in found.problems[0]
    for wrong in ("(", "(?P<student_id>.+)"):
        with pytest.raises(GradingError, match="--pattern"):
            collect(root, folder, NAME, mails, pattern=wrong)


def entry(name, mode=None, flags=0):
    found = zipfile.ZipInfo(name)
    if mode is not None:
        found.create_system, found.external_attr = 3, mode << 16
    found.flag_bits |= flags
    return found


def raw_zip(path, name, data, size):
    """A zip file with one entry that claims `size` bytes: what zipfile would not write."""
    packed = zlib.compress(data, 9)[2:-4]
    body = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, zlib.crc32(data), len(packed), size, len(name), 0)
    local = b"PK\x03\x04" + body + name + packed
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + body + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(local), 0)
    path.write_bytes(local + directory + end)
    return path


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([entry("../up.txt")], "leads out"),
        ([entry("a/../../up.txt")], "leads out"),
        ([entry("/etc/cron.d/up")], "leads out"),
        ([entry("C:/up.txt")], "leads out"),
        ([entry("..\\up.txt")], "no platform writes"),
        ([entry("new\nline")], "no platform writes"),
        ([entry("link", 0o120777)], "neither a file nor a folder"),
        ([entry("pipe", 0o010644)], "neither a file nor a folder"),
        ([entry("secret", flags=1)], "encrypted"),
        ([entry("a.txt"), entry("./a.txt")], "twice"),
        ([entry(f"{number}") for number in range(11)], "holds 12 files"),
    ],
)
def test_tricks_with_paths_are_refused_before_anything_is_written(tmp_path, entries, reason):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("good.txt", "good")
        for one in entries:
            flags = one.flag_bits
            archive.writestr(one, "target")
            archive.filelist[-1].flag_bits |= flags
    target = tmp_path / "inside" / "target"
    target.mkdir(parents=True)
    with pytest.raises(GradingError, match=reason):
        unzip(tmp_path / "a.zip", target, Bounds(10, 1 << 20))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "inside", "target"]


def test_bombs_are_refused(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    zipped(tmp_path / "bomb.zip", {"a": bytes(8 << 20)})
    assert (tmp_path / "bomb.zip").stat().st_size < 20_000
    with pytest.raises(GradingError, match="unpacks to 8 MiB, and 4 MiB are allowed"):
        unzip(tmp_path / "bomb.zip", target, Bounds(10, 4 << 20))
    # One that claims less than it holds is cut there, and damaged for that.
    lying = raw_zip(tmp_path / "lying.zip", b"a", bytes(8 << 20), 100)
    with pytest.raises(GradingError, match="damaged"):
        unzip(lying, target, Bounds(10, 4 << 20))
    assert sum(path.stat().st_size for path in target.iterdir()) <= 100
    with pytest.raises(GradingError, match="no zip file"):
        (tmp_path / "text.zip").write_text("text")
        unzip(tmp_path / "text.zip", target, Bounds(10, 4 << 20))


def test_a_full_disk_is_told_before(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting.shutil, "disk_usage", lambda _: SimpleNamespace(free=3))
    with pytest.raises(GradingError, match="make room first"):
        unzip(zipped(tmp_path / "a.zip", {"a": "four"}), tmp_path, Bounds(10, 100))


def test_rosters_that_are_none_are_refused(tmp_path):
    for lines, reason in [
        ([["Name", "Grade"], ["Ada", "1"]], "it needs Identifier"),
        ([], "it needs Identifier"),
        ([["Identifier", "Full name", "ID number"], ["P 1", "A", "7"], ["P 2", "B", "7"]], "more than one student 7"),
    ]:
        with pytest.raises(GradingError, match=reason):
            read_roster(table(tmp_path / "r.csv", lines))
    with pytest.raises(GradingError, match="can't be read"):
        read_roster(tmp_path / "missing.csv")
    short = table(tmp_path / "r.csv", [["First name", "Last name", "ID number", "Email address"], ["Ada", "King", "7"]])
    (row,) = read_roster(short)
    assert (row.number, row.name, row.person.student) == ("", "Ada King", "7")


def test_the_command_says_what_it_did(folder, root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    files = {"a_1_11_solution.ipynb": BOOK, "readme.txt": "hello"}
    archive = zipped(tmp_path / "submissions.zip", files)
    done = CliRunner().invoke(app, ["collect", str(archive), NAME, "--course", str(folder)])
    assert done.exit_code == 1, done.output
    assert "1: solution.ipynb was taken for book.ipynb" in done.output
    assert "attention: readme.txt is not named like a submission" in done.output
    assert "1 submission(s) from submissions.zip (Canvas) are in" in done.output
    for wrong, reason in [
        ([str(tmp_path / "none.zip"), NAME], "There is no file"),
        ([str(archive), "other"], "There is no assignment other"),
        ([str(zipped(tmp_path / "other.zip", {"a.txt": "b"})), NAME], "named as Moodle or Canvas"),
    ]:
        done = CliRunner().invoke(app, ["collect", *wrong, "--course", str(folder)])
        assert done.exit_code == 2
        assert reason in done.output
    assert json.loads((folder / "submitted" / "1" / NAME / "book.ipynb").read_text())["cells"]
    assert scores(grade(folder) and folder)["1"] not in (NONE,)

"""A class with its dates, from the archives of Moodle and Canvas to grades and feedback that go back there."""

import csv
import io
import json
import re
import zipfile
from contextlib import contextmanager
from datetime import datetime, timedelta

import nbformat
import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from gdl_utils.classroom import grade as grading
from gdl_utils.classroom.course import TIMESTAMP
from gdl_utils.cli import app
from tests.classroom.archives import table, zipped
from tests.classroom.small_course import NAME, RIGHT, gradebook_of, make_course, submission

BOOK = nbformat.writes(submission(RIGHT))
HALF = nbformat.writes(submission({**RIGHT, "square": "def square(x):\n    return 2 * x"}))
HALVES = """
import sys

sys.path.insert(0, {folder!r})
c.AssignLatePenalties.plugin_class = "half_off.HalfOff"
c.HalfOff.share = {share}
"""
PLUGIN = """from nbgrader.plugins import BasePlugin
from traitlets import Float


class HalfOff(BasePlugin):
    share = Float(0.5).tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return self.share * score
"""


class Class:
    """A course folder and the commands that are typed for it."""

    def __init__(self, course):
        self.course = course
        self.config = course.config_file.read_text()

    def set_share(self, share):
        """What a late submission loses of its points."""
        text = HALVES.format(folder=str(self.course.folder), share=share)
        self.course.config_file.write_text(self.config + text)

    def type(self, *arguments, exits=0):
        """Type a command; what it prints."""
        done = CliRunner().invoke(app, [*map(str, arguments), "--course", str(self.course.folder)])
        assert done.exit_code == exits, done.output
        return done.output

    def grade(self, exits=0):
        """Grade, and give the rows of the table by student."""
        told = self.type("grade", NAME, "--workers", 1, "--memory", 512, exits=exits)
        rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in told.splitlines() if line.startswith("│")]
        # A long remark goes on in the next line.
        return {row[0]: row[1:-1] for row in rows if row[0]}, told

    def exported(self, format):
        """The rows of an export."""
        return list(csv.DictReader(io.StringIO(self.type("export", NAME, "--format", format))))

    def page(self, student):
        """What a student's page of feedback says."""
        path = self.course.feedback(student, NAME) / "book.html"
        return " ".join(BeautifulSoup(path.read_text(), "html.parser").get_text(" ").split())

    def report(self):
        """What the report says."""
        self.type("report", NAME)
        page = BeautifulSoup((self.course.folder / f"report-{NAME}.html").read_text(), "html.parser")
        return " ".join(page.get_text(" ").split())


@pytest.fixture
def the_class(tmp_path, root):
    course = make_course(tmp_path / "course", root, {})
    (course.folder / "half_off.py").write_text(PLUGIN)
    made = Class(course)
    made.set_share(0.5)
    return made


@contextmanager
def nothing_runs(monkeypatch):
    """While no notebook can be run."""
    with monkeypatch.context() as patch:
        patch.setattr(grading, "_workers", lambda *_: pytest.fail("a notebook is run"))
        yield


def worksheet(path):
    header = ["Identifier", "Full name", "ID number", "Email address", "Status", "Last modified (submission)"]
    rows = [
        ["Participant 311", "Ada King", "ada", "ada@example.org", "", "Tuesday, 1 December 2026, 5:59 PM"],
        ["Participant 312", "Zoë Ōhara", "zoe", "zoe@example.org", "", "Tuesday, 1 December 2026, 7:30 PM"],
        ["Participant 313", "Ab Sent", "absent", "absent@example.org", "", "-"],
    ]
    return table(path, [header, *rows], bom=True)


def collect_all(the_class, tmp_path):
    """Two students from Moodle and three from Canvas, of which one did not say when."""
    moodle = {
        "Ada King_311_assignsubmission_file/book.ipynb": BOOK,
        "Zoë Ōhara_312_assignsubmission_file/book.ipynb": HALF,
    }
    archive = zipped(tmp_path / "moodle.zip", moodle)
    arguments = ["collect", archive, NAME, "--roster", worksheet(tmp_path / "worksheet.csv")]
    assert "names no zone: give the zone of all such times, for example --zone" in the_class.type(*arguments, exits=1)
    the_class.type(*arguments, "--zone", "Europe/Berlin", "--force")
    canvas = {
        "müllermax_4711_90001_book-1.ipynb": BOOK,
        "latevery_LATE_4712_90002_book.ipynb": BOOK,
        "latevery_LATE_4712_90003_notes.txt": "by the way",
        "unclear_LATE_4713_90004_book.ipynb": BOOK,
    }
    archive = zipped(tmp_path / "canvas.zip", canvas)
    header = ["ID", "submitted_at"]
    times = [header, ["4711", "2026-12-01T16:00:00Z"], ["4712", "2026-12-02T16:00:00Z"]]
    told = the_class.type("collect", archive, NAME, "--times", table(tmp_path / "times.csv", times), exits=1)
    assert "4713: late according to Canvas, which does not say how late" in told
    assert "attention: When 4713 handed in is not known, so it counts as in time" in told
    assert "4712: late" not in told
    (the_class.course.submitted("4713", NAME) / TIMESTAMP).write_text("2026-12-02 09:00:00 PST")


def test_dates_penalties_and_feedback_from_end_to_end(the_class, tmp_path, root, monkeypatch):
    monkeypatch.chdir(root)
    assert "has no due date" in the_class.type("due", NAME)
    told = the_class.type("due", NAME, "2026-12-01 18:00 Europe/Berlin")
    assert f"{NAME} is due 2026-12-01 18:00 Europe/Berlin." in told
    assert "loses no points" not in told
    collect_all(the_class, tmp_path)
    rows, told = the_class.grade(exits=1)
    head = ["points", "penalty", "counts", "of"]
    assert rows == {
        "ada": ["6", "", "6", "10"],
        "zoe": ["3", "1.5", "1.5", "10"],
        "4711": ["6", "", "6", "10"],
        "4712": ["6", "3", "3", "10"],
        "4713": ["6", "", "6", "10"],
    }
    assert re.search(r"\s+".join(head), re.sub("┃", " ", told))
    assert "4713: timestamp.txt: The time '2026-12-02 09:00:00 PST' can't be read with certainty ('PST' is" in told

    # From here on nothing changes that a notebook could see.
    with nothing_runs(monkeypatch):
        (the_class.course.submitted("4713", NAME) / TIMESTAMP).write_text("2026-12-02 09:00:00 America/Los_Angeles")
        rows, told = the_class.grade()
        assert (rows["4713"], "5 of them graded before; 0 need attention." in told) == (["6", "3", "3", "10"], True)
        copied = the_class.course.autograded("4713", NAME) / TIMESTAMP
        assert copied.read_text() == "2026-12-02 09:00:00 America/Los_Angeles"

        told = the_class.type("due", NAME, "2 hours", "--student", "zoe")
        assert "zoe: 2 h longer, until 2026-12-01 20:00 Europe/Berlin" in told
        told = the_class.type("due", NAME, "2026-12-02 18:00 UTC", "--student", "4712")
        assert "4712: until 2026-12-02 18:00 UTC" in told
        assert "Run 'gdl grade small' to apply it" in told
        rows, told = the_class.grade()
        assert [rows[student] for student in ("zoe", "4712", "4713")] == [
            ["3", "", "3", "10"], ["6", "", "6", "10"], ["6", "3", "3", "10"],
        ]  # fmt: skip

        # An extra time moves with the due date, a fixed date does not.
        the_class.type("due", NAME, "2026-12-01 15:00 UTC")
        rows, _ = the_class.grade()
        assert [rows[student][1] for student in ("ada", "zoe", "4711", "4712")] == ["3", "1.5", "3", ""]
        the_class.type("due", NAME, "--student", "zoe", "--remove")
        the_class.type("due", NAME, "2026-12-01 18:30 +01:00")
        the_class.set_share(1)
        rows, _ = the_class.grade()
        assert [rows[student][1:3] for student in ("ada", "zoe", "4712")] == [["", "6"], ["3", "0"], ["", "6"]]

        # Where nothing is lost, nothing is shown.
        the_class.type("due", NAME, "2026-12-05 18:30 +01:00")
        rows, told = the_class.grade()
        assert rows["zoe"] == ["3", "10"] and "penalty" not in told
        the_class.type("due", NAME, "2026-12-01 18:30 +01:00")

        # Points that a person gave are late, too.
        the_class.set_share(0.5)
        with gradebook_of(the_class.course) as gradebook:
            gradebook.find_grade("essay", "book", NAME, "zoe").manual_score = 3
            gradebook.db.commit()
        rows, _ = the_class.grade()
        assert rows["zoe"] == ["6", "3", "3", "10"]

    # A second look.
    told = the_class.type("regrade", "zoe", NAME, "--note", "My answer <b>was</b> right.")
    assert "zoe: 3 before, now 3 of 10; the note is kept." in told
    with nothing_runs(monkeypatch):
        rows, told = the_class.grade()
        assert "5 of them graded before" in told

    # What goes back.
    told = the_class.type("feedback", NAME, "--zip", "moodle", exits=1)
    assert "attention: 4711 did not hand in through Moodle, and is not in the zip file." in told
    with zipfile.ZipFile(the_class.course.folder / f"feedback-{NAME}-moodle.zip") as archive:
        assert archive.namelist() == [
            "Ada King_311_assignsubmission_file/book.html",
            "Zoë Ōhara_312_assignsubmission_file/book.html",
        ]
        assert b"<html" in archive.read(archive.namelist()[1])
    the_class.type("feedback", NAME, "--zip", "canvas", "--output", tmp_path / "back.zip", exits=1)
    with zipfile.ZipFile(tmp_path / "back.zip") as archive:
        assert archive.namelist() == [
            "müllermax_4711_90001_book.html",
            "latevery_LATE_4712_90002_book.html",
            "unclear_LATE_4713_90004_book.html",
        ]
    page = the_class.page("zoe")
    assert "Your work earned 6 points. It was handed in late, which cost 3 points, so 3 count." in page
    assert "(It was due 2026-12-01 18:30 +01:00, and came 2026-12-01 19:30 +01:00.)" in page
    assert "My answer <b>was</b> right. (3 points before, 3 since)" in page
    assert "late" not in the_class.page("ada")
    moodle = {row["ID number"]: row for row in the_class.exported("moodle") if row["ID number"]}
    assert moodle["zoe"][NAME] == "3"
    assert moodle["zoe"]["Feedback comments"].endswith("6 points, less 3 for handing in late: 3 count.")
    assert moodle["ada"]["Feedback comments"] == ""
    assert {row["ID"]: row[NAME] for row in the_class.exported("canvas")}["4713"] == "3"
    (row,) = (row for row in the_class.exported("csv") if row["student_id"] == "zoe")
    assert [row[name] for name in ("raw_score", "late_submission_penalty", "score")] == ["6", "3", "3"]
    told = json.loads(the_class.type("export", NAME, "--format", "json"))
    (row,) = (row for row in told["students"] if row["student"] == "4712")
    assert row["submission"]["due"] == "2026-12-02T18:00:00Z"
    report = the_class.report()
    assert "It was due 2026-12-01 18:30 +01:00." in report
    assert "zoe Ōhara, Zoë 1 h 3 2026-12-01 19:30 +01:00 6 3" in report
    assert "Graded again on request" in report and "My answer <b>was</b> right." in report


def twelve(path, kim):
    """A worksheet of twelve students, the last of whom has handed in nothing, and one of whom is called so."""
    ids = [f"s{number:02}" for number in range(1, 10)] + ["Kim", kim, "absent"]
    header = ["Identifier", "Full name", "ID number", "Email address", "Status", "Last modified (submission)"]
    rows = [
        [f"Participant {number}", f"Student {number}", student, f"{number}@example.org", "", "1 December 2026, 5:00 PM"]
        for number, student in enumerate(ids, 301)
    ]
    rows[8][-1] = "1 December 2026, 6:30 PM"
    rows[11][-1] = "-"
    return table(path, [header, *rows], bom=True)


def test_a_class_of_twelve(the_class, tmp_path, root, monkeypatch):
    """One handed in nothing, one late, and two have ids that differ by case."""
    monkeypatch.chdir(root)
    the_class.type("due", NAME, "2026-12-01 18:00 Europe/Berlin")
    files = {f"Student {n}_{n}_assignsubmission_file/book.ipynb": BOOK if n % 2 else HALF for n in range(301, 312)}
    archive = zipped(tmp_path / "moodle.zip", files)

    def collect(kim, exits):
        worksheet = twelve(tmp_path / "worksheet.csv", kim)
        zone = ["--zone", "Europe/Berlin"]
        return the_class.type("collect", archive, NAME, "--roster", worksheet, *zone, exits=exits)

    told = collect("kim", exits=2)
    assert "has the students Kim and kim, which many systems can't tell apart" in told
    told = collect("kim2", exits=0)
    assert "1 student(s) in the gradebook handed in nothing: absent" in told
    rows, told = the_class.grade()
    assert len(rows) == 11 and "0 need attention" in told
    assert rows["s09"] == ["6", "3", "3", "10"] and rows["Kim"] == ["3", "", "3", "10"]
    the_class.type("due", NAME, "1 hour", "--student", "s09")
    with nothing_runs(monkeypatch):
        rows, told = the_class.grade()
        assert rows["s09"] == ["6", "10"] and "11 of them graded before" in told
    the_class.type("feedback", NAME, "--zip", "moodle")
    with zipfile.ZipFile(the_class.course.folder / f"feedback-{NAME}-moodle.zip") as back:
        assert sorted(back.namelist()) == [name.replace(".ipynb", ".html") for name in files]
    exported = {row["ID number"]: row[NAME] for row in the_class.exported("moodle") if row["ID number"]}
    points = ["6", "3"] * 5 + ["6", "-"]
    ids = [f"s{number:02}" for number in range(1, 10)] + ["Kim", "kim2", "absent"]
    assert exported == dict(zip(ids, points, strict=True))
    assert "absent" in the_class.report()


MISTAKES = [
    (["2026-12-01 18:00"], "names no zone"),
    (["2026-12-01 18:00 PST"], "'PST'"),
    (["2026-03-29 02:30 Europe/Berlin"], "put forward"),
    (["2026-12-01 18:00 UTC", "--remove"], "both a date and --remove"),
    (["--student", "ada"], "what to change for ada"),
    (["2 days", "--student", "ada"], "small has no due date: set it first"),
    (["2 days", "--student", "nobody"], "has no due date"),
    (["--student", "ada", "--remove"], "ada has no extension"),
]


def test_mistakes_with_dates_are_one_sentence(the_class, root, monkeypatch):
    monkeypatch.chdir(root)
    the_class.course.submitted("ada", NAME).mkdir(parents=True)
    for arguments, reason in MISTAKES:
        assert reason in the_class.type("due", NAME, *arguments, exits=2)
    assert "There is no assignment other" in the_class.type("due", "other", exits=2)
    the_class.type("due", NAME, "2026-12-01 18:00 UTC")
    for arguments, reason in [
        (["2 days", "--student", "nobody"], "There is no student nobody"),
        (["2026-12-01 19:00 Europe/Berlin", "--student", "ada"], "That would not be an extension"),
        (["2 days", "--student", "ad\u0430"], "There is no student ad"),
    ]:
        assert reason in the_class.type("due", NAME, *arguments, exits=2)
    the_class.type("due", NAME, "1 week", "--student", "ada")
    assert "ada: 7 d longer" in the_class.type("due", NAME)
    assert "has no due date" in the_class.type("due", NAME, "--remove")
    assert "ada: 7 d longer" in the_class.type("due", NAME)
    assert "There is no submission of small by bo" in the_class.type("regrade", "bo", NAME, "--note", "x", exits=2)
    assert "The note is empty" in the_class.type("regrade", "ada", NAME, "--note", " ", exits=2)
    assert "There is no graded submission of small" in the_class.type("feedback", NAME, "--zip", "canvas", exits=2)


def test_an_extension_of_nbgraders_own_is_shown_and_stays(graded):
    from gdl_utils.classroom.dates import dates_of, lines_about, set_due, take_back

    with graded.gradebook() as gradebook:
        gradebook.update_or_create_assignment(graded.name, duedate=datetime(2026, 10, 1, 11))
        gradebook.grant_extension(graded.name, "ada", hours=3)
    set_due(graded.course, graded.name, "2026-10-01 14:00 Europe/Berlin")
    assert lines_about(graded.name, dates_of(graded.course, graded.name)) == [
        "small is due 2026-10-01 14:00 Europe/Berlin.",
        "ada: 3 h longer, until 2026-10-01 17:00 Europe/Berlin",
    ]
    with graded.gradebook() as gradebook:
        assert gradebook.find_submission(graded.name, "ada").extension == timedelta(hours=3)
    take_back(graded.course, graded.name, "ada")
    with graded.gradebook() as gradebook:
        assert gradebook.find_submission(graded.name, "ada").extension is None

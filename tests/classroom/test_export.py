"""Exports say what the gradebook says, in the forms that others read, and are no program for a spreadsheet."""

import csv
import datetime
import io
import json
import re
import tempfile
import time
import warnings
from pathlib import Path

import pytest
from nbgrader.api import (
    Base,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import event, insert
from sqlalchemy.exc import SAWarning
from typer.testing import CliRunner

from gdl_utils.classroom import export as exporting
from gdl_utils.classroom.export import export
from gdl_utils.classroom.feedback import generate
from gdl_utils.classroom.report import write_report
from gdl_utils.cli import app
from gdl_utils.errors import GradingError
from tests.classroom import postgresql


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def named(graded):
    """The graded class with names, one student who handed in nothing, one who was late, and a comment."""
    with graded.gradebook() as gradebook:
        gradebook.update_or_create_student(
            "ada", first_name="Ada", last_name="King", email="ada@example.org", lms_user_id="4711"
        )
        gradebook.update_or_create_student("absent", first_name="Ab", last_name="Sent", email="absent@example.org")
        gradebook.find_assignment(graded.name).duedate = datetime.datetime(2026, 10, 1, 11)
        gradebook.find_submission_notebook(graded.book, graded.name, "partly").late_submission_penalty = 2
        gradebook.find_comment("half", graded.book, graded.name, "ada").manual_comment = "Well done,\n- very short"
        gradebook.db.commit()
    return graded


def test_csv_has_what_nbgrader_exports_and_each_exercise(named, tmp_path):
    rows = {row["student_id"]: row for row in rows_of(export(named.db, "gdl", named.name, "csv"))}
    with named.gradebook() as gradebook:
        plugin = CsvExportPlugin()
        plugin.to = str(tmp_path / "nbgrader.csv")
        plugin.export(gradebook)
    theirs = {row["student_id"]: row for row in rows_of((tmp_path / "nbgrader.csv").read_text())}
    assert set(rows) == set(theirs) == {"absent", "ada", "blank", "broken", "hostile", "partly", "spy", "wrong"}
    for student, row in rows.items():
        assert set(theirs[student]) < set(row)
        if student == "absent":
            continue
        for key in ("raw_score", "late_submission_penalty", "score", "max_score"):
            assert float(row[key]) == float(theirs[student][key]), (student, key)
    assert rows["partly"]["score"] == "3"
    assert rows["ada"]["half-hidden"] == "2"
    assert (rows["ada"]["essay"], rows["ada"]["graded_by_hand_open"]) == ("", "1")
    assert (rows["ada"]["last_name"], rows["ada"]["email"]) == ("King", "ada@example.org")
    assert rows["ada"]["timestamp"] == "2026-10-01T12:00:00Z"


def test_who_handed_in_nothing_has_nothing_and_not_zero(named):
    empty = {"raw_score", "late_submission_penalty", "score", "timestamp", "half-hidden", "graded_by_hand_open"}
    (absent,) = (row for row in rows_of(export(named.db, "gdl", named.name, "csv")) if row["student_id"] == "absent")
    assert {absent[key] for key in empty} == {""}
    (absent,) = (
        row for row in rows_of(export(named.db, "gdl", named.name, "canvas")) if row["SIS Login ID"] == "absent"
    )
    assert absent[named.name] == ""
    (absent,) = (row for row in rows_of(export(named.db, "gdl", named.name, "moodle")) if row["ID number"] == "absent")
    assert (absent[named.name], absent["Feedback comments"]) == ("-", "")
    students = json.loads(export(named.db, "gdl", named.name, "json"))["students"]
    assert [one["submission"] for one in students if one["student"] == "absent"] == [None]


def test_canvas_gets_the_columns_that_it_takes(named):
    lines = list(csv.reader(io.StringIO(export(named.db, "gdl", named.name, "canvas"))))
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", named.name]
    assert lines[1] == ["    Points Possible", "", "", "", "", "10"]
    assert ["King, Ada", "4711", "", "ada", "", "7"] in lines
    assert ["partly", "", "", "partly", "", "3"] in lines


def test_a_student_called_points_possible_is_no_row_of_points(named):
    with named.gradebook() as gradebook:
        gradebook.update_or_create_student("blank", last_name="  Points Possible", lms_user_id="no-number")
    lines = list(csv.reader(io.StringIO(export(named.db, "gdl", named.name, "canvas"))))
    assert ["blank", "", "no-number", "blank", "", "0"] in lines
    assert sum("Points Possible" in line[0] for line in lines) == 1


def test_moodle_gets_grades_and_comments(named):
    rows = {row["ID number"]: row for row in rows_of(export(named.db, "gdl", named.name, "moodle"))}
    assert rows["4711"] == {
        "ID number": "4711",
        "Email address": "ada@example.org",
        "Full name": "Ada King",
        named.name: "7",
        "Feedback comments": "half: Well done,\n- very short",
    }
    assert rows["partly"][named.name] == "3"


def test_json_has_everything_in_an_order_that_stays(named):
    text = export(named.db, "gdl", named.name, "json")
    assert text == export(named.db, "gdl", named.name, "json")
    found = json.loads(text)
    assert (found["course"], found["assignment"], found["max_score"]) == ("gdl", "small", 10)
    assert [one["student"] for one in found["students"]] == sorted(one["student"] for one in found["students"])
    (ada,) = (one for one in found["students"] if one["student"] == "ada")
    assert ada["submission"]["seconds_late"] == 3600
    assert ada["submission"]["raw_score"] == 7
    scores = {one["name"]: (one["score"], one["needs_manual_grade"]) for one in ada["submission"]["exercises"]}
    assert scores["essay"] == (None, True)
    assert scores["root-both"] == (3, False)


def test_manual_grades_and_extra_credit_count_as_in_nbgrader(named):
    with named.gradebook() as gradebook:
        grade = gradebook.find_grade("essay", named.book, named.name, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 0.5, False
        grade = gradebook.find_grade("half-hidden", named.book, named.name, "ada")
        grade.manual_score = 0
        gradebook.db.commit()
        expected = gradebook.find_submission(named.name, "ada").score
    (ada,) = (row for row in rows_of(export(named.db, "gdl", named.name, "csv")) if row["student_id"] == "ada")
    assert float(ada["raw_score"]) == expected == 7.5
    assert (ada["essay"], ada["half-hidden"]) == ("2.5", "0")


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\0=1",
        "x;=1+1", "x,=1", "x\n@SUM(1)", "x\t+1", "\uff1d1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("format", ["csv", "canvas", "moodle"])
def test_no_field_of_a_student_is_a_formula(named, format, text):
    with named.gradebook() as gradebook:
        stored = text.replace("\0", "")
        gradebook.update_or_create_student(
            "ada", first_name=stored, last_name=stored, email=stored, lms_user_id=stored or None
        )
        gradebook.add_student(f"{stored}student")
    exported = export(named.db, "gdl", named.name, format)
    assert re.sub(r"['\s]", "", stored) in re.sub(r"['\s]", "", exported)
    assert len(rows_of(exported)) == (10 if format == "canvas" else 9)
    for line in csv.DictReader(io.StringIO(exported, newline="")):
        # What graders write is theirs, and never at the beginning of its field.
        for field in [*line] + [field for name, field in line.items() if name != "Feedback comments"]:
            # Also as a spreadsheet would cut it that takes another character for the end of a field.
            for part in [field, *field.replace("\n", ";").replace("\t", ";").replace(",", ";").split(";")]:
                assert part.strip() == "-" or part.strip()[:1] not in ("=", "+", "-", "@", "\uff1d"), (field, part)


def test_negative_and_whole_numbers_stay_numbers():
    assert [exporting._number(value) for value in (None, 2.0, 1.25, 1 / 3, -1.0, 123456.5)] == [
        "", "2", "1.25", "0.3333", "-1", "123456.5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("db", "name", "format", "sentence"),
    [
        ("sqlite:////nowhere/gradebook.db", "small", "csv", "There is no gradebook /nowhere/gradebook.db: run"),
        ("nonsense", "small", "csv", "nonsense is no URL of a gradebook: write"),
        (None, "other", "csv", "has no assignment other; it has: small."),
        (None, "small", "pdf", "There is no format 'pdf': choose one of csv, canvas, moodle, json."),
        ("postgresql://ada:secret@127.0.0.1:1/x", "small", "csv", "can't be read"),
    ],
)
def test_mistakes_are_one_sentence(graded, db, name, format, sentence):
    with pytest.raises(GradingError) as caught:
        export(db or graded.db, "gdl", name, format)
    assert sentence in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_gradebook_is_told(tmp_path):
    (tmp_path / "gradebook.db").write_text("no database, but long enough to be taken for one" * 50)
    with pytest.raises(GradingError, match="can't be read"):
        export(f"sqlite:///{tmp_path}/gradebook.db", "gdl", "small", "csv")


def big_gradebook(path, count):
    with Gradebook(f"sqlite:///{path}", "gdl") as gradebook:
        gradebook.add_assignment("large", course_id="gdl")
        gradebook.add_notebook("book", "large")
        for number in range(15):
            gradebook.add_grade_cell(f"test-{number}", "book", "large", max_score=2, cell_type="code")
            gradebook.add_solution_cell(f"answer-{number}", "book", "large")
        assignment = gradebook.find_assignment("large")
        (book,) = assignment.notebooks
        grades = [cell.id for cell in book.grade_cells]
        answers = [cell.id for cell in book.solution_cells]
        students, number = [f"s{place:05}" for place in range(count)], assignment.id
        tables = {
            Student: [{"id": name} for name in students],
            SubmittedAssignment: [{"id": name, "assignment_id": number, "student_id": name} for name in students],
            SubmittedNotebook: [{"id": name, "assignment_id": name, "notebook_id": book.id} for name in students],
            Grade: [
                {
                    "id": f"{name}{place}",
                    "cell_id": cell,
                    "notebook_id": name,
                    "auto_score": 1,
                    "needs_manual_grade": False,
                }
                for name in students
                for place, cell in enumerate(grades)
            ],
            Comment: [
                {"id": f"{name}{place}", "cell_id": cell, "notebook_id": name, "auto_comment": "No response."}
                for name in students
                for place, cell in enumerate(answers)
            ],
        }
        for table, rows in tables.items():
            gradebook.db.execute(insert(table.__table__), rows)
        gradebook.db.commit()


def test_a_large_class_takes_as_few_queries_as_a_small_one(tmp_path, monkeypatch, graded):
    path = tmp_path / "gradebook.db"
    path.write_bytes((graded.folder / "gradebook.db").read_bytes())
    big_gradebook(path, 2000)
    queries = []

    class Counting(Gradebook):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            event.listen(self.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))

    monkeypatch.setattr(exporting, "Gradebook", Counting)
    counts = []
    for name in ("small", "large"):
        queries.clear()
        start = time.monotonic()
        exported = {format: export(f"sqlite:///{path}", "gdl", name, format) for format in exporting.FORMATS}
        counts.append(len(queries))
        assert time.monotonic() - start < 15
    assert counts[0] == counts[1]
    rows = [row for row in rows_of(exported["csv"]) if row["student_id"].startswith("s0")]
    assert len(rows) == 2000
    assert {row["score"] for row in rows} == {"15"}


def test_each_assignment_has_its_own_grades(graded):
    big_gradebook(graded.folder / "gradebook.db", 3)
    with graded.gradebook() as gradebook:
        # nbgrader warns of its own way to do that.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            gradebook.add_submission("large", "ada")
        gradebook.find_submission_notebook("book", "large", "ada").late_submission_penalty = 5
        gradebook.db.commit()
    rows = {row["student_id"]: row for row in rows_of(export(graded.db, "gdl", "small", "csv"))}
    assert rows["ada"]["score"] == "7"
    assert rows["s00000"]["score"] == ""
    assert "test-0" not in rows["ada"]


def test_the_command_prints_or_writes(root, graded, monkeypatch, tmp_path):
    monkeypatch.chdir(root)
    run = CliRunner().invoke
    printed = run(app, ["export", "small", "--format", "canvas", "--course", str(graded.folder)])
    assert printed.exit_code == 0
    assert printed.stdout == export(graded.db, "gdl", "small", "canvas")
    target = tmp_path / "grades.csv"
    written = run(app, ["export", "small", "--course", str(tmp_path), "--db", graded.db, "--output", str(target)])
    assert written.exit_code == 0
    assert target.read_text() == export(graded.db, "gdl", "small", "csv")
    for arguments, sentence in [
        (["--course", str(tmp_path / "none")], "There is no folder"),
        (["--course", str(graded.folder), "--output", str(tmp_path / "no" / "file.csv")], "can't be written"),
    ]:
        result = run(app, ["export", "small", *arguments])
        assert result.exit_code == 2
        assert sentence in result.stderr


def test_postgresql_gives_the_same_as_sqlite(root, named):
    with tempfile.TemporaryDirectory(prefix="gdl-") as place:
        # A short path: that of a socket may have 107 bytes.
        Path(place).chmod(0o755)
        with postgresql.server(Path(place) / "pg") as new_database:
            url = new_database()
            with pytest.raises(GradingError, match="holds no gradebook"):
                export(url, "gdl", named.name, "csv")
            with named.gradebook() as source, Gradebook(url, "gdl") as target:
                for table in Base.metadata.sorted_tables:
                    rows = [dict(row) for row in source.db.execute(table.select()).mappings()]
                    rows = [row for row in rows if table.name != "course" or row["id"] != "gdl"]
                    if rows:
                        target.db.execute(table.insert(), rows)
                target.db.commit()
            for format in exporting.FORMATS:
                assert export(url, "gdl", named.name, format) == export(named.db, "gdl", named.name, format)
            page = named.folder / "report.html"
            written = write_report(named.folder, named.db, named.name, page).read_bytes()
            assert write_report(named.folder, url, named.name, page).read_bytes() == written
            pages = [one.pages[0].read_text() for one in generate(root, named.folder, named.name)]
            (named.folder / "gradebook.db").unlink()
            assert [one.pages[0].read_text() for one in generate(root, named.folder, named.name, url)] == pages

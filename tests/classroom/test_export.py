"""Exports say what the gradebook says, in the forms that others read, and are no program for a spreadsheet."""

import csv
import io
import json
import math
import re

import pytest
from nbgrader.plugins import CsvExportPlugin
from typer.testing import CliRunner

from gdl_utils.classroom.export import WRITERS, as_canvas, as_csv, as_json, as_moodle, export
from gdl_utils.classroom.export_formats import Format
from gdl_utils.classroom.grades import GradedCell, Grades, Points, StudentGrades
from gdl_utils.cli import app


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_what_nbgrader_exports_and_each_exercise(named, tmp_path):
    rows = {row["student_id"]: row for row in rows_of(export(named.course, named.name, Format.CSV))}
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
    (absent,) = (row for row in rows_of(export(named.course, named.name, Format.CSV)) if row["student_id"] == "absent")
    assert {absent[key] for key in empty} == {""}
    (absent,) = (
        row for row in rows_of(export(named.course, named.name, Format.CANVAS)) if row["SIS Login ID"] == "absent"
    )
    assert absent[named.name] == ""
    (absent,) = (
        row for row in rows_of(export(named.course, named.name, Format.MOODLE)) if row["ID number"] == "absent"
    )
    assert (absent[named.name], absent["Feedback comments"]) == ("-", "")
    students = json.loads(export(named.course, named.name, Format.JSON))["students"]
    assert [row["submission"] for row in students if row["student"] == "absent"] == [None]


def test_canvas_gets_the_columns_that_it_takes(named):
    lines = list(csv.reader(io.StringIO(export(named.course, named.name, Format.CANVAS))))
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", named.name]
    assert lines[1] == ["    Points Possible", "", "", "", "", "10"]
    assert ["King, Ada", "4711", "", "ada", "", "7"] in lines
    assert ["partly", "", "", "partly", "", "3"] in lines


def test_a_student_called_points_possible_is_no_row_of_points(named):
    with named.gradebook() as gradebook:
        gradebook.update_or_create_student("blank", last_name="  Points Possible", lms_user_id="no-number")
    lines = list(csv.reader(io.StringIO(export(named.course, named.name, Format.CANVAS))))
    assert ["blank", "", "no-number", "blank", "", "0"] in lines
    assert sum("Points Possible" in line[0] for line in lines) == 1


def test_moodle_gets_grades_and_comments(named):
    rows = {row["ID number"]: row for row in rows_of(export(named.course, named.name, Format.MOODLE))}
    assert rows["4711"] == {
        "ID number": "4711",
        "Email address": "ada@example.org",
        "Full name": "Ada King",
        named.name: "7",
        "Feedback comments": "half: Well done,\n'- very short",
    }
    assert rows["partly"][named.name] == "3"


def test_json_has_everything_in_an_order_that_stays(named):
    text = export(named.course, named.name, Format.JSON)
    assert text == export(named.course, named.name, Format.JSON)
    content = json.loads(text)
    assert (content["course"], content["assignment"], content["max_score"]) == ("gdl", "small", 10)
    assert [row["student"] for row in content["students"]] == sorted(row["student"] for row in content["students"])
    (ada,) = (row for row in content["students"] if row["student"] == "ada")
    assert ada["submission"]["seconds_late"] == 3600
    assert ada["submission"]["raw_score"] == 7
    scores = {cell["name"]: (cell["score"], cell["needs_manual_grade"]) for cell in ada["submission"]["exercises"]}
    assert scores["essay"] == (None, True)
    assert scores["root-both"] == (3, False)


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\0=1",
        "x;=1+1", "x,=1", "x\n@SUM(1)", "x\t+1", "\uff1d1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("format", [Format.CSV, Format.CANVAS, Format.MOODLE])
def test_no_field_of_a_student_is_a_formula(named, format, text):
    with named.gradebook() as gradebook:
        stored = text.replace("\0", "")
        gradebook.update_or_create_student(
            "ada", first_name=stored, last_name=stored, email=stored, lms_user_id=stored or None
        )
        gradebook.add_student(f"{stored}student")
    exported = export(named.course, named.name, format)
    assert re.sub(r"['\s]", "", stored) in re.sub(r"['\s]", "", exported)
    assert len(rows_of(exported)) == (10 if format is Format.CANVAS else 9)
    for line in csv.DictReader(io.StringIO(exported, newline="")):
        for field in [*line, *line.values()]:
            # Also as a spreadsheet would cut it that takes another character for the end of a field.
            for part in [field, *field.replace("\n", ";").replace("\t", ";").replace(",", ";").split(";")]:
                assert part.strip() == "-" or part.strip()[:1] not in ("=", "+", "-", "@", "\uff1d"), (field, part)


SIGNS = "=+-@" + "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u2212\ufb29"
PAYLOADS = [
    "{}1+1", "{}cmd|' /C calc'!A0", " {}1", "\u00a0{}1", "\t{}1", "\r{}1", "\n{}1", "\ufeff{}1", "\u200b{}1", '"{}1',
    "\u201c{}1", "x;{}1", 'x";{}1', "x; {}1", "x\t{}1", "x\n{}1", "x\r\n{}1", "x\u2028{}1", "x\x85{}1", "x|{}1",
    "\x1b[2J{}1", "\u202e{}1",
]  # fmt: skip


def cells_of(text):
    """The cells of a file as programs may read it: by commas, semicolons or tabs, with or without heed of quotes."""
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield from row
    for line in text.splitlines():
        yield from re.split("[;\t]", line)


def is_number(cell):
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return cell == "-"


@pytest.mark.parametrize("write", [as_csv, as_canvas, as_moodle])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_is_a_formula_however_it_is_read(write, payload):
    """Names, addresses, ids and comments of whatever kind; as a spreadsheet reads it, blanks and quotes left out."""
    for sign in SIGNS:
        text = payload.format(sign)
        cell = GradedCell("book", "half", 4)
        row = StudentGrades(
            f"{text}-id", first_name=text, last_name=text, email=text, lms_user_id=text, submitted=True,
            points={cell: Points(-1.5)}, comments={("book", "half"): text, ("book", text): text},
        )  # fmt: skip
        exported = write(Grades("gdl", "small", None, [cell], [row]))
        for read in cells_of(exported):
            bare = read.lstrip(' \u00a0"\u201c')
            assert bare[:1] not in ["", *SIGNS] or not bare or is_number(read), (text, read)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\ufeff\u2028]", exported)
        assert write is not as_csv or list(csv.reader(io.StringIO(exported)))[1][11] == "-1.5"


def test_harmless_text_stays_as_it_is():
    """What the platforms find a student by, and what people write: accents, commas, hyphens, several lines."""
    cell = GradedCell("book", "half", 4)
    comment = "Well done, -1 for the sign.\n2 - 1 = 1; see a@b.org\nपक्\u200dष 👩\u200d🔬"
    row = StudentGrades(
        "o-brien_7@uni.example", first_name="Anne-Marie", last_name="Müller + Söhne", email="a+b@uni.example",
        lms_user_id="s1234=5", submitted=True, points={cell: Points(3)}, comments={("book", "half"): comment},
    )  # fmt: skip
    grades = Grades("gdl", "02_shapes-and+more", None, [cell], [row])
    (moodle,) = rows_of(as_moodle(grades))
    assert moodle == {
        "ID number": "s1234=5", "Email address": "a+b@uni.example", "Full name": "Anne-Marie Müller + Söhne",
        "02_shapes-and+more": "3", "Feedback comments": f"half: {comment}",
    }  # fmt: skip
    (_, canvas) = rows_of(as_canvas(grades))
    assert canvas == {
        "Student": "Müller + Söhne, Anne-Marie", "ID": "", "SIS User ID": "s1234=5",
        "SIS Login ID": "o-brien_7@uni.example", "Section": "", "02_shapes-and+more": "3",
    }  # fmt: skip


def test_a_list_in_a_comment_is_no_formula_of_a_row():
    cell = GradedCell("book", "half", 4)
    row = StudentGrades(
        "ada", submitted=True, points={cell: Points(3)}, comments={("book", "half"): "two things:\n- short\n=1+1"}
    )
    (moodle,) = rows_of(as_moodle(Grades("gdl", "small", None, [cell], [row])))
    assert moodle["Feedback comments"] == "half: two things:\n'- short\n'=1+1"


def test_json_means_the_same_and_acts_on_no_terminal():
    name = "\x1b[2J\x9b\u202e\U000e0041\udcffZoë 王"
    row = StudentGrades("ada", first_name=name)
    text = as_json(Grades("gdl", "small", None, [], [row]))
    assert json.loads(text)["students"][0]["first_name"] == name
    assert re.search(r"\\u001b\[2J\\u009b\\u202e\\udb40\\udc41\\udcffZoë 王", text)


def test_every_format_has_a_writer(named):
    assert set(WRITERS) == set(Format)
    texts = {export(named.course, named.name, format) for format in Format}
    assert len(texts) == len(Format)
    assert all("King" in text and named.name in text for text in texts)


def test_negative_and_whole_numbers_stay_numbers():
    scores = [None, 2.0, 1.25, 1 / 3, -1.0, 123456.5]
    cells = [GradedCell("book", f"cell-{number}", 1) for number in range(len(scores))]
    points = {cell: Points(score) for cell, score in zip(cells, scores, strict=True)}
    grades = Grades("gdl", "small", None, cells, [StudentGrades("ada", submitted=True, points=points)])
    (row,) = rows_of(as_csv(grades))
    assert [row[cell.name] for cell in cells] == ["", "2", "1.25", "0.3333", "-1", "123456.5"]


def test_the_command_prints_or_writes(root, graded, monkeypatch, tmp_path):
    monkeypatch.chdir(root)
    run = CliRunner().invoke
    printed = run(app, ["export", "small", "--format", "canvas", "--course", str(graded.course.folder)])
    assert printed.exit_code == 0
    assert printed.stdout == export(graded.course, "small", Format.CANVAS)
    target = tmp_path / "grades.csv"
    written = run(
        app, ["export", "small", "--course", str(tmp_path), "--db", graded.course.db_url, "--output", str(target)]
    )
    assert written.exit_code == 0
    assert target.read_text() == export(graded.course, "small", Format.CSV)
    for arguments, sentence in [
        (["--course", str(tmp_path / "none")], "There is no folder"),
        (["--course", str(graded.course.folder), "--output", str(tmp_path / "no" / "file.csv")], "can't be written"),
    ]:
        result = run(app, ["export", "small", *arguments])
        assert result.exit_code == 2
        assert sentence in result.stderr


def test_the_command_names_the_formats_that_there_are(root, graded, monkeypatch):
    monkeypatch.chdir(root)
    result = CliRunner().invoke(app, ["export", "small", "--format", "pdf", "--course", str(graded.course.folder)])
    assert result.exit_code == 2
    for name in ("pdf", "csv", "canvas", "moodle", "json"):
        assert name in result.stderr

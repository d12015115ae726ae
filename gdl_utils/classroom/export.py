"""Grades for other programs: spreadsheets, Canvas, Moodle, and JSON for whatever else."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.export_formats import Format
from gdl_utils.classroom.grades import Grades, StudentGrades, read_grades
from gdl_utils.terminal import escape_controls

# What makes a spreadsheet take a field for a formula, as OWASP's page "CSV Injection" lists it, in all forms that
# Unicode has of these signs.
SIGNS = "-=+@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207a\u207b\u207c\u208a\u208b\u208c\u2212\ufb29"
# Blanks and quotes may be skipped when a field is read.
BEFORE = r"[\s\"\u201c-\u201f\u00ab\u00bb\uff02]*"
# Also behind what may be taken for the end of a field.
FORMULA = re.compile(rf"(^|[;,|])({BEFORE})(?=[{SIGNS}])")
# A comma in quotes ends no field, and comments have many: "Well done, -1 for the sign".
FORMULA_IN_TEXT = re.compile(rf"(^|[;|])({BEFORE})(?=[{SIGNS}])")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # line breaks and tabs among them


def plain_field(text: str | None) -> str:
    """Text in one line that whoever wrote it can't make a spreadsheet take for a formula or a new field.

    An apostrophe before the sign makes it text. Invisible characters are left out.
    """
    return FORMULA.sub(r"\1\2'", _visible_line(text or ""))


def plain_text(text: str) -> str:
    """The same for a text of several lines, of which each could be taken for a row."""
    return "\n".join(FORMULA_IN_TEXT.sub(r"\1\2'", _visible_line(line)) for line in text.splitlines())


def _visible_line(text: str) -> str:
    return escape_controls(CONTROL.sub(" ", text), escape=lambda _: "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 4):.12g}"


def _csv(rows: Iterable[Iterable[str]]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue()


def as_csv(grades: Grades) -> str:
    """All columns that a spreadsheet may need, one row for each student.

    The first eleven are those of nbgrader's own export, by the same names; then comes a column for each exercise. What
    is not graded, and all columns of students without a submission, are empty.
    """
    several = len({exercise.notebook for exercise in grades.exercises}) > 1
    names = [f"{cell.notebook}/{cell.name}" if several else cell.name for cell in grades.exercises]
    header = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score"]
    header += ["late_submission_penalty", "score", "max_score", *map(plain_field, names), "graded_by_hand_open"]
    lines = [header]
    for row in grades.rows:
        line = [plain_field(grades.assignment), _time(grades.due), _time(row.timestamp)]
        line += [plain_field(text) for text in (row.student, row.last_name, row.first_name, row.email)]
        if row.submitted:
            line += [_number(value) for value in (row.raw_score, row.late_penalty, row.score, grades.max_score)]
            line += [_number(row.points[exercise].score) for exercise in grades.exercises]
            line.append(str(len(row.by_hand)))
        else:
            line += ["", "", "", _number(grades.max_score), *("" for _ in grades.exercises), ""]
        lines.append(line)
    return _csv(lines)


def as_canvas(grades: Grades) -> str:
    """A file for Canvas: Grades, Import.

    The columns are those of Canvas's own export ("How do I import grades in the Gradebook?" in the Canvas Instructor
    Guide, and gradebook_importer.rb in Canvas's source): it takes `Student`, `ID`, then `SIS User ID` and
    `SIS Login ID`, and wants `Section` last before the assignments; the second row holds the points possible. Canvas
    looks for a student by `ID`, its own number, then by SIS User ID, by SIS Login ID, and at last by name. `ID` is the
    gradebook's lms_user_id if that is a number, otherwise it stands as SIS User ID; SIS Login ID is the student's id in
    the gradebook. Canvas matches the assignment by its title, and offers to make a new one if it has none of that name.
    Fields that are empty change nothing, so that students without a submission keep what they have.
    """
    lines = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", plain_field(grades.assignment)],
        ["    Points Possible", "", "", "", "", _number(grades.max_score)],
    ]
    for row in grades.rows:
        number = row.lms_user_id or ""
        is_number = number.isascii() and number.isdigit()
        # A student of this name would be taken for the row of the points.
        name = row.student if "points possible" in row.name.lower() else row.name
        identity = [number if is_number else "", "" if is_number else plain_field(number), plain_field(row.student)]
        lines.append([plain_field(name), *identity, "", _number(row.score) if row.submitted else ""])
    return _csv(lines)


def as_moodle(grades: Grades) -> str:
    """A file for Moodle: Grades, Import, CSV file.

    Moodle has no fixed columns there; one chooses which column identifies the user ("Map from" and "Map to") and which
    grade item each other column goes to ("Grade import" in MoodleDocs, and grade/import/csv in Moodle's source). So the
    columns have the names of Moodle's own fields, to be recognised there: `ID number` is the gradebook's lms_user_id,
    or the student's id if it has none; `Email address`; the assignment's name holds the score; and `Feedback comments`
    the comments of graders and what a late penalty took, for "Feedback for <assignment>". `Full name` is for the
    reader, and is to be ignored. A student without a submission has "-", which Moodle takes as no grade.
    """
    header = ["ID number", "Email address", "Full name", plain_field(grades.assignment), "Feedback comments"]
    lines = [header]
    for row in grades.rows:
        comments = "\n".join([f"{cell}: {text}" for (_, cell), text in row.comments.items()] + _penalty(row))
        score = _number(row.score) if row.submitted else "-"
        name = " ".join(part for part in (row.first_name, row.last_name) if part) or row.student
        person = [plain_field(text) for text in (row.lms_user_id or row.student, row.email, name)]
        lines.append([*person, score, plain_text(comments)])
    return _csv(lines)


def _penalty(row: StudentGrades) -> list[str]:
    """What a late penalty took, in a line if there is one."""
    if not row.late_penalty:
        return []
    points, penalty, counts = (_number(value) for value in (row.raw_score, row.late_penalty, row.score))
    return [f"{points} points, less {penalty} for handing in late: {counts} count."]


def as_json(grades: Grades) -> str:
    """Everything, in an order that stays the same: students by id, exercises by notebook and name."""
    students = []
    for row in grades.rows:
        person = {key: getattr(row, key) for key in ("student", "last_name", "first_name", "email", "lms_user_id")}
        submission: dict[str, Any] | None = None
        if row.submitted:
            submission = {
                "timestamp": _time(row.timestamp) or None,
                "due": _time(grades.due and grades.due + row.extension) or None,
                "seconds_late": row.seconds_late,
                "raw_score": row.raw_score,
                "late_penalty": row.late_penalty,
                "score": row.score,
                "exercises": [
                    {
                        "notebook": exercise.notebook,
                        "name": exercise.name,
                        "score": points.score,
                        "needs_manual_grade": points.by_hand,
                    }
                    for exercise, points in row.points.items()
                ],
                "comments": [
                    {"notebook": notebook, "name": cell, "comment": text}
                    for (notebook, cell), text in row.comments.items()
                ],
            }
        again = [
            {"time": _time(each.time), "note": each.note, "old_score": each.old_score, "new_score": each.new_score}
            for each in grades.regrades
            if each.student == row.student
        ]
        students.append({**person, "submission": submission, **({"regrades": again} if again else {})})
    exercises = [
        {"notebook": exercise.notebook, "name": exercise.name, "max_score": exercise.max_score}
        for exercise in grades.exercises
    ]
    content = {
        "course": grades.course,
        "assignment": grades.assignment,
        "due": _time(grades.due) or None,
        "max_score": grades.max_score,
        "exercises": exercises,
        "students": students,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    # The same text to whatever reads JSON, and nothing that acts on a terminal.
    return escape_controls(text, escape=lambda char: json.dumps(char)[1:-1])


def _time(time: datetime | None) -> str:
    # The gradebook's times are in UTC.
    return "" if time is None else time.replace(microsecond=0).isoformat() + "Z"


WRITERS: dict[Format, Callable[[Grades], str]] = {
    Format.CSV: as_csv,
    Format.CANVAS: as_canvas,
    Format.MOODLE: as_moodle,
    Format.JSON: as_json,
}


def export(course: Course, assignment: str, format: Format) -> str:
    """The grades of an assignment as the text of a file.

    Args:
        course: with its gradebook.
        assignment: its name.
        format: for whom.

    Raises:
        GradingError: if there is no such gradebook or assignment.
    """
    return WRITERS[format](read_grades(course, assignment))

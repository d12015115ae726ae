"""Grades for other programs: spreadsheets, Canvas, Moodle, and JSON for whatever else."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from gdl_utils.grading.nbgrader_api import GradingError

# What makes a spreadsheet take a field for a formula, as OWASP's page "CSV Injection" lists them; also behind what may
# be taken for the end of a field.
FORMULA = re.compile(r"(^|[;,|])(\s*)(?=[=+\-@＝＋－＠])")  # noqa: RUF001
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")  # line breaks and tabs among them


@dataclass(frozen=True, eq=False)
class Exercise:
    """A cell that has points: `notebook`, its grade_id as `name`, and `max_score`."""

    notebook: str
    name: str
    max_score: float


@dataclass
class Points:
    """What a submission got for one exercise: `score` is None until it is graded, `by_hand` while a person has to."""

    score: float | None
    by_hand: bool = False


@dataclass
class Row:
    """One student.

    Attributes:
        student: the id.
        first_name: None if the gradebook has none, as the other attributes of a person.
        last_name: the same.
        email: the same.
        lms_user_id: the student's number in the learning platform.
        submitted: whether there is a submission; the others are without meaning if not.
        timestamp: when it was handed in, in UTC.
        seconds_late: after the due date and the student's extension.
        late_penalty: points.
        points: by exercise.
        comments: by notebook and cell, of all cells that have one.
    """

    student: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    lms_user_id: str | None = None
    submitted: bool = False
    timestamp: datetime | None = None
    seconds_late: float = 0.0
    late_penalty: float = 0.0
    points: dict[Exercise, Points] = field(default_factory=dict)
    comments: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Last name, first name, or what there is of them, or else the id."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.student

    @property
    def raw_score(self) -> float:
        """All points, without the penalty."""
        return sum(points.score or 0.0 for points in self.points.values())

    @property
    def score(self) -> float:
        """Points less the penalty, never below zero, as nbgrader's own export has it."""
        return max(0.0, self.raw_score - self.late_penalty)

    @property
    def by_hand(self) -> list[Exercise]:
        """Exercises that a person has still to grade."""
        return [exercise for exercise, points in self.points.items() if points.by_hand]


@dataclass
class Grades:
    """The grades of an assignment: all students of the gradebook by id, all exercises in the notebooks' order."""

    course: str
    assignment: str
    due: datetime | None
    exercises: list[Exercise]
    rows: list[Row]

    @property
    def max_score(self) -> float:
        """Points to be had."""
        return sum(exercise.max_score for exercise in self.exercises)


@contextmanager
def opened(db_url: str, course_id: str) -> Iterator[Gradebook]:
    """Open a gradebook that is there already: nbgrader would make a new one.

    Raises:
        GradingError: if it is not there, can't be reached or is no gradebook.
    """
    shown = _without_password(db_url)
    try:
        url = make_url(db_url)
    except SQLAlchemyError:
        raise GradingError(
            f"{shown} is no URL of a gradebook: write sqlite:///PATH/gradebook.db or postgresql://HOST/NAME."
        ) from None
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise GradingError(f"There is no gradebook {url.database}: run 'gdl grade' first, or name another with --db.")
    try:
        engine = create_engine(url)
        try:
            known = inspect(engine).has_table(Assignment.__tablename__)
        finally:
            engine.dispose()
        if not known:
            raise GradingError(f"The database {shown} holds no gradebook: run 'gdl grade' first, or name another.")
        with Gradebook(db_url, course_id) as gradebook:
            yield gradebook
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise GradingError(f"The gradebook {shown} can't be read: {reason}") from None


def _without_password(db_url: str) -> str:
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", db_url)


def read_grades(db_url: str, course_id: str, assignment: str) -> Grades:
    """Read all grades of an assignment, in a number of queries that does not grow with the class.

    Args:
        db_url: the gradebook, as nbgrader's `db_url`.
        course_id: the course's id in it.
        assignment: its name.

    Raises:
        GradingError: if there is no such gradebook or assignment.
    """
    with opened(db_url, course_id) as gradebook:
        session = gradebook.db
        found = session.query(Assignment.id, Assignment.duedate).filter(Assignment.name == assignment).one_or_none()
        if found is None:
            known = ", ".join(sorted(name for (name,) in session.query(Assignment.name))) or "none"
            raise GradingError(
                f"The gradebook {_without_password(db_url)} has no assignment {assignment}; it has: {known}."
            )
        number, due = found
        exercises = _exercises(session, number)
        rows = {row.student: row for row in _students(session)}
        _fill_submissions(session, number, due, exercises, rows)
        return Grades(course_id, assignment, due, list(exercises.values()), [rows[name] for name in sorted(rows)])


def _exercises(session: Any, assignment: str) -> dict[str, Exercise]:
    """The cells with points by their id in the database, by name: the gradebook does not keep the cells' order."""
    found = {}
    for kind in (GradeCell, TaskCell):
        query = session.query(kind.id, Notebook.name, kind.name, kind.max_score)
        for number, *columns in query.join(Notebook, Notebook.id == kind.notebook_id).filter(
            Notebook.assignment_id == assignment
        ):
            found[number] = Exercise(*columns)
    return dict(sorted(found.items(), key=lambda item: (item[1].notebook, item[1].name)))


def _students(session: Any) -> Iterator[Row]:
    columns = (Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
    for student in session.query(*columns):
        yield Row(*student)


def _fill_submissions(
    session: Any, assignment: str, due: datetime | None, exercises: dict[str, Exercise], rows: dict[str, Row]
) -> None:
    submissions = session.query(
        SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension
    )
    for student, timestamp, extension in submissions.filter(SubmittedAssignment.assignment_id == assignment):
        row = rows[student]
        row.submitted, row.timestamp = True, timestamp
        row.points = {exercise: Points(None) for exercise in exercises.values()}
        if due is not None and timestamp is not None:
            row.seconds_late = max(0.0, (timestamp - due - (extension or timedelta())).total_seconds())

    # The large tables are read without joins, by the cells of the assignment, for which the gradebook has an index.
    books = {}
    found = session.query(
        SubmittedNotebook.id, SubmittedAssignment.student_id, Notebook.name, SubmittedNotebook.late_submission_penalty
    )
    found = found.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    found = found.join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    for number, student, notebook, penalty in found.filter(SubmittedAssignment.assignment_id == assignment):
        books[number] = rows[student], notebook
        rows[student].late_penalty += penalty or 0.0

    grades = session.query(
        Grade.notebook_id, Grade.cell_id, Grade.score, Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade
    )
    for number, cell, score, automatic, manual, needed in grades.filter(Grade.cell_id.in_(exercises)):
        if number in books:
            graded = automatic is not None or manual is not None
            books[number][0].points[exercises[cell]] = Points(float(score) if graded else None, bool(needed))

    cells = session.query(BaseCell.id, BaseCell.name).join(Notebook, Notebook.id == BaseCell.notebook_id)
    names = dict(tuple(line) for line in cells.filter(Notebook.assignment_id == assignment))
    comments = session.query(Comment.notebook_id, Comment.cell_id, Comment.comment)
    for number, cell, comment in comments.filter(Comment.cell_id.in_(names), Comment.comment.is_not(None)):
        if number in books:
            row, notebook = books[number]
            row.comments[notebook, names[cell]] = comment
    for row in rows.values():
        row.comments = dict(sorted(row.comments.items()))


def plain(text: str | None) -> str:
    """Text in one line that whoever wrote it can't make a spreadsheet take for a formula or a new field."""
    return FORMULA.sub(r"\1\2'", CONTROL.sub(" ", text or ""))


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
    names = [f"{one.notebook}/{one.name}" if several else one.name for one in grades.exercises]
    header = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score"]
    header += ["late_submission_penalty", "score", "max_score", *map(plain, names), "graded_by_hand_open"]
    lines = [header]
    for row in grades.rows:
        line = [plain(grades.assignment), _time(grades.due), _time(row.timestamp)]
        line += [plain(text) for text in (row.student, row.last_name, row.first_name, row.email)]
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
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", plain(grades.assignment)],
        ["    Points Possible", "", "", "", "", _number(grades.max_score)],
    ]
    for row in grades.rows:
        number = row.lms_user_id or ""
        is_number = number.isascii() and number.isdigit()
        # A student of this name would be taken for the row of the points.
        name = row.student if "points possible" in row.name.lower() else row.name
        identity = [number if is_number else "", "" if is_number else plain(number), plain(row.student)]
        lines.append([plain(name), *identity, "", _number(row.score) if row.submitted else ""])
    return _csv(lines)


def as_moodle(grades: Grades) -> str:
    """A file for Moodle: Grades, Import, CSV file.

    Moodle has no fixed columns there; one chooses which column identifies the user ("Map from" and "Map to") and which
    grade item each other column goes to ("Grade import" in MoodleDocs, and grade/import/csv in Moodle's source). So the
    columns have the names of Moodle's own fields, to be recognised there: `ID number` is the gradebook's lms_user_id,
    or the student's id if it has none; `Email address`; the assignment's name holds the score; and `Feedback comments`
    the comments of graders, for "Feedback for <assignment>". `Full name` is for the reader, and is to be ignored. A
    student without a submission has "-", which Moodle takes as no grade.
    """
    header = ["ID number", "Email address", "Full name", plain(grades.assignment), "Feedback comments"]
    lines = [header]
    for row in grades.rows:
        comments = "\n".join(f"{cell}: {text}" for (_, cell), text in row.comments.items())
        comments = "\n".join(comments.splitlines())
        score = _number(row.score) if row.submitted else "-"
        name = " ".join(part for part in (row.first_name, row.last_name) if part) or row.student
        lines.append([plain(row.lms_user_id or row.student), plain(row.email), plain(name), score, comments])
    return _csv(lines)


def as_json(grades: Grades) -> str:
    """Everything, in an order that stays the same: students by id, exercises by notebook and name."""
    students = []
    for row in grades.rows:
        person = {key: getattr(row, key) for key in ("student", "last_name", "first_name", "email", "lms_user_id")}
        submission: dict[str, Any] | None = None
        if row.submitted:
            submission = {
                "timestamp": _time(row.timestamp) or None,
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
        students.append({**person, "submission": submission})
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
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _time(time: datetime | None) -> str:
    # The gradebook's times are in UTC.
    return "" if time is None else time.replace(microsecond=0).isoformat() + "Z"


FORMATS: dict[str, Callable[[Grades], str]] = {
    "csv": as_csv,
    "canvas": as_canvas,
    "moodle": as_moodle,
    "json": as_json,
}


def export(db_url: str, course_id: str, assignment: str, format: str) -> str:
    """The grades of an assignment as the text of a file.

    Args:
        db_url: the gradebook, as nbgrader's `db_url`.
        course_id: the course's id in it.
        assignment: its name.
        format: csv, canvas, moodle or json.

    Raises:
        GradingError: if the format is another, or there is no such gradebook or assignment.
    """
    if format not in FORMATS:
        raise GradingError(f"There is no format {format!r}: choose one of {', '.join(FORMATS)}.")
    return FORMATS[format](read_grades(db_url, course_id, assignment))

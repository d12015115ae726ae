"""Reads the grades of an assignment from a gradebook, for export and report."""

import re
from collections.abc import Iterator
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
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.nbgrader_api import course_id_of
from gdl_utils.classroom.records import Regrade, due_zone, regrades
from gdl_utils.errors import GradingError

GRADE_FIRST = "run 'gdl grade' first"


@dataclass(frozen=True, eq=False)
class GradedCell:
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
class StudentGrades:
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
        extension: how much later than the due date it may be handed in.
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
    extension: timedelta = timedelta()
    points: dict[GradedCell, Points] = field(default_factory=dict)
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
    def by_hand(self) -> list[GradedCell]:
        """Exercises that a person has still to grade."""
        return [exercise for exercise, points in self.points.items() if points.by_hand]


@dataclass
class Grades:
    """The grades of an assignment.

    Attributes:
        course: its name.
        assignment: its name.
        due: in UTC, None if there is no due date.
        exercises: all in the notebooks' order.
        rows: all students of the gradebook by id.
        zone: in which the due date was given.
        regrades: what was graded once more on request.
    """

    course: str
    assignment: str
    due: datetime | None
    exercises: list[GradedCell]
    rows: list[StudentGrades]
    zone: str = "UTC"
    regrades: list[Regrade] = field(default_factory=list)

    @property
    def max_score(self) -> float:
        """Points to be had."""
        return sum(exercise.max_score for exercise in self.exercises)


@contextmanager
def open_existing(db_url: str, course_id: str) -> Iterator[Gradebook]:
    """Open a gradebook that is there already: nbgrader would make a new one.

    Raises:
        GradingError: if it is not there, can't be reached or is no gradebook.
    """
    shown = _without_password(db_url)
    url = _url(db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise GradingError(f"There is no gradebook {url.database}", f"{GRADE_FIRST}, or name another gradebook")
    with explained(db_url):
        engine = create_engine(url)
        try:
            known = inspect(engine).has_table(Assignment.__tablename__)
        finally:
            engine.dispose()
        if not known:
            raise GradingError(f"The database {shown} holds no gradebook", f"{GRADE_FIRST}, or name another")
        with Gradebook(db_url, course_id) as gradebook:
            yield gradebook


@contextmanager
def explained(db_url: str) -> Iterator[None]:
    """Let errors of a database be sentences.

    Raises:
        GradingError: in the place of the database's own errors.
    """
    _url(db_url)
    try:
        yield
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise GradingError(f"The gradebook {_without_password(db_url)} can't be read: {reason}") from None


def _url(db_url: str) -> URL:
    try:
        return make_url(db_url)
    except SQLAlchemyError:
        raise GradingError(
            f"{_without_password(db_url)} is not the URL of a gradebook",
            "write sqlite:///PATH/gradebook.db or postgresql://HOST/NAME",
        ) from None


def _without_password(db_url: str) -> str:
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", db_url)


def read_grades(course: Course, assignment: str) -> Grades:
    """Read all grades of an assignment, in a number of queries that does not grow with the class.

    Args:
        course: with its gradebook.
        assignment: its name.

    Raises:
        GradingError: if there is no such gradebook or assignment.
    """
    course_id = course_id_of(course)
    with open_existing(course.db_url, course_id) as gradebook:
        session = gradebook.db
        row = session.query(Assignment.id, Assignment.duedate).filter(Assignment.name == assignment).one_or_none()
        if row is None:
            known = ", ".join(sorted(name for (name,) in session.query(Assignment.name))) or "none"
            shown = _without_password(course.db_url)
            raise GradingError(f"The gradebook {shown} has no assignment {assignment}; it has: {known}.")
        number, due = row
        exercises = _exercises(session, number)
        rows = {row.student: row for row in _students(session)}
        _fill_submissions(session, number, due, exercises, rows)
        by_student = [rows[name] for name in sorted(rows)]
        zone, again = due_zone(gradebook, assignment), regrades(gradebook, assignment)
        return Grades(course_id, assignment, due, list(exercises.values()), by_student, zone, again)


def _exercises(session: Any, assignment: str) -> dict[str, GradedCell]:
    """The cells with points by their id in the database, by name: the gradebook does not keep the cells' order."""
    cells = {}
    for kind in (GradeCell, TaskCell):
        query = session.query(kind.id, Notebook.name, kind.name, kind.max_score)
        for number, *columns in query.join(Notebook, Notebook.id == kind.notebook_id).filter(
            Notebook.assignment_id == assignment
        ):
            cells[number] = GradedCell(*columns)
    return dict(sorted(cells.items(), key=lambda item: (item[1].notebook, item[1].name)))


def _students(session: Any) -> Iterator[StudentGrades]:
    columns = (Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
    for student in session.query(*columns):
        yield StudentGrades(*student)


def _fill_submissions(
    session: Any,
    assignment: str,
    due: datetime | None,
    exercises: dict[str, GradedCell],
    rows: dict[str, StudentGrades],
) -> None:
    submissions = session.query(
        SubmittedAssignment.student_id, SubmittedAssignment.timestamp, SubmittedAssignment.extension
    )
    for student, timestamp, extension in submissions.filter(SubmittedAssignment.assignment_id == assignment):
        row = rows[student]
        row.submitted, row.timestamp = True, timestamp
        row.extension = extension or timedelta()
        row.points = {exercise: Points(None) for exercise in exercises.values()}
        if due is not None and timestamp is not None:
            row.seconds_late = max(0.0, (timestamp - due - row.extension).total_seconds())

    # The large tables are read without joins, by the cells of the assignment, for which the gradebook has an index.
    books = {}
    notebooks = session.query(
        SubmittedNotebook.id, SubmittedAssignment.student_id, Notebook.name, SubmittedNotebook.late_submission_penalty
    )
    notebooks = notebooks.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    notebooks = notebooks.join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    for number, student, notebook, penalty in notebooks.filter(SubmittedAssignment.assignment_id == assignment):
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

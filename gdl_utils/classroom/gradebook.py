"""Writes grades into nbgrader's gradebook, one transaction for each submission."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from nbgrader.api import Assignment as AssignmentRow
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import func, select, update
from traitlets.config import Config

from gdl_utils.classroom.records import extensions
from gdl_utils.errors import GradingError
from nbjudge import Graded, GradedNotebook, Status
from nbjudge.notebook import grade_id, is_solution, is_unanswered, nbgrader

NO_RESPONSE = "No response."


@dataclass(frozen=True)
class _Cells:
    # Rows of one notebook of the assignment, which do not change while a class is graded: ids by grade_id.
    notebook: str
    graded: dict[str, str]
    commented: dict[str, str]


@dataclass(frozen=True)
class Standing:
    """What a submission has in the gradebook.

    Attributes:
        points: with those that a person gave and extra credit, without late penalties, as nbgrader counts them.
        penalty: for handing in late.
        problem: why the penalty could not be computed and is that of before, empty if it could.
    """

    points: float
    penalty: float
    problem: str = ""

    @property
    def counts(self) -> float:
        """Points less the penalty, never below zero, as nbgrader's export has it."""
        return max(0.0, self.points - self.penalty)


class ClassGradebook:
    """The gradebook of a course while one assignment is graded.

    What nbgrader's own interface does for a submission takes several transactions and reads sums over the whole class;
    this does the same with nbgrader's classes in one, at a cost that does not grow with the class.
    """

    def __init__(self, db_url: str, course_id: str, name: str, config: Config):
        self.gradebook = Gradebook(db_url, course_id)
        self.session = self.gradebook.db
        self.penalties = AssignLatePenalties(config=config)
        self.penalties.init_plugin()
        row = self.session.scalars(select(AssignmentRow).where(AssignmentRow.name == name)).one_or_none()
        if row is None:
            raise GradingError(f"The gradebook has no assignment {name}", "release it first")
        self.assignment_id: str = row.id
        self.duedate: datetime.datetime | None = row.duedate
        self.max_score = float(row.max_score)
        self.extensions = {
            student: None if self.duedate is None else extension.beyond(self.duedate)
            for student, extension in extensions(self.gradebook, name).items()
        }
        self.cells = {notebook.name: self._cells_of(notebook.id) for notebook in row.notebooks}

    def __enter__(self) -> "ClassGradebook":
        return self

    def __exit__(self, *_: object) -> None:
        self.gradebook.close()

    def _cells_of(self, notebook: str) -> _Cells:
        def ids(kind: Any) -> dict[str, str]:
            rows = self.session.execute(select(kind.name, kind.id).where(kind.notebook_id == notebook))
            return dict(map(tuple, rows))

        grades, solutions, tasks = ids(GradeCell), ids(SolutionCell), ids(TaskCell)
        return _Cells(notebook, {**grades, **tasks}, {**solutions, **tasks})

    def source_cells(self, notebook: str) -> dict[str, tuple[str, str]]:
        """Source and checksum of the cells as they were released, hidden tests included, by grade_id."""
        query = select(SourceCell.name, SourceCell.source, SourceCell.checksum)
        rows = self.session.execute(query.where(SourceCell.notebook_id == self.cells[notebook].notebook))
        return {name: (source, digest) for name, source, digest in rows}

    def students(self) -> list[str]:
        """The ids of all students."""
        return list(self.session.scalars(select(Student.id)))

    def totals(self) -> dict[str, float]:
        """The sum of the automatic scores of each student who has a submission."""
        query = (
            select(SubmittedAssignment.student_id, func.coalesce(func.sum(Grade.auto_score), 0.0))
            .select_from(SubmittedAssignment)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(SubmittedAssignment.assignment_id == self.assignment_id)
            .group_by(SubmittedAssignment.student_id)
        )
        return {student: float(total) for student, total in self.session.execute(query)}

    def bring_up_to_date(self, times: Mapping[str, datetime.datetime | None]) -> dict[str, Standing]:
        """Compute anew how late each submission is and what that costs, by what holds now.

        Due date, extensions, points that a person gave and the penalty plugin may all have changed since it was graded.

        Args:
            times: when submissions were handed in, in UTC, by student; those of the others stay.

        Returns:
            What all submissions have in the gradebook then, by student, in a number of queries that grows only with
            what has changed.
        """
        submissions = {row.id: row for row in self.session.execute(
            select(
                SubmittedAssignment.id, SubmittedAssignment.student_id, SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
            ).where(SubmittedAssignment.assignment_id == self.assignment_id)
        )}  # fmt: skip
        late = {}
        for number, row in submissions.items():
            time = times.get(row.student_id, row.timestamp)
            extension = self.extensions.get(row.student_id, row.extension)
            if (time, extension) != (row.timestamp, row.extension):
                change = update(SubmittedAssignment).where(SubmittedAssignment.id == number)
                self.session.execute(change.values(timestamp=time, extension=extension))
            late[number] = self._seconds_late(time, extension)
        points, penalties, problems = dict.fromkeys(late, 0.0), dict.fromkeys(late, 0.0), dict.fromkeys(late, "")
        for book in self.session.execute(self._books()).all():
            number = book.assignment_id
            try:
                penalty = self._penalty(submissions[number].student_id, book.points, late[number])
            except Exception as error:
                # The plugin is the course's own.
                penalty = book.late_submission_penalty
                problems[number] = f"the late penalty can't be computed ({type(error).__name__}: {error})"
            if penalty != book.late_submission_penalty:
                change = update(SubmittedNotebook).where(SubmittedNotebook.id == book.id)
                self.session.execute(change.values(late_submission_penalty=penalty))
            points[number] += book.points
            penalties[number] += penalty or 0.0
        self.session.commit()
        self.session.expunge_all()
        return {
            row.student_id: Standing(points[number], penalties[number], problems[number])
            for number, row in submissions.items()
        }

    def _books(self) -> Any:
        """The query for the submitted notebooks with their points, in a steady order."""
        columns = (SubmittedNotebook.id, SubmittedNotebook.assignment_id, SubmittedNotebook.late_submission_penalty)
        return (
            select(*columns, func.coalesce(func.sum(Grade.score), 0.0).label("points"))
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id, isouter=True)
            .where(SubmittedAssignment.assignment_id == self.assignment_id)
            .group_by(*columns)
            .order_by(SubmittedNotebook.id)
        )

    def save(self, student: str, graded: Graded, timestamp: datetime.datetime | None) -> Standing:
        """Write what a submission got, in one transaction; manual grades and comments stay as they are.

        Returns:
            What it has in the gradebook then.
        """
        try:
            standing = self._save(student, graded, timestamp)
            self.session.commit()
            return standing
        except BaseException:
            self.session.rollback()
            raise
        finally:
            # Nothing of a submission that is done is kept in memory.
            self.session.expunge_all()

    def _save(self, student: str, graded: Graded, timestamp: datetime.datetime | None) -> Standing:
        session = self.session
        if session.get(Student, student) is None:
            session.add(Student(id=student))
            session.flush()
        query = select(SubmittedAssignment).where(
            SubmittedAssignment.assignment_id == self.assignment_id, SubmittedAssignment.student_id == student
        )
        submission = session.scalars(query).one_or_none()
        if submission is None:
            submission = SubmittedAssignment(assignment_id=self.assignment_id, student_id=student)
            session.add(submission)
        submission.timestamp = timestamp
        submission.extension = self.extensions.get(student, submission.extension)
        session.flush()
        late = self._seconds_late(timestamp, submission.extension)
        saved = [self._save_notebook(student, submission.id, book, late) for book in graded.notebooks]
        return Standing(sum(points for points, _ in saved), sum(penalty for _, penalty in saved))

    def _seconds_late(self, time: datetime.datetime | None, extension: datetime.timedelta | None) -> float:
        if self.duedate is None or time is None:
            return 0
        return max(0.0, (time - self.duedate - (extension or datetime.timedelta())).total_seconds())

    def _save_notebook(self, student: str, submission: str, book: GradedNotebook, late: float) -> tuple[float, float]:
        session, cells = self.session, self.cells[book.name]
        query = select(SubmittedNotebook).where(
            SubmittedNotebook.notebook_id == cells.notebook, SubmittedNotebook.assignment_id == submission
        )
        row = session.scalars(query).one_or_none()
        if row is None:
            row = SubmittedNotebook(notebook_id=cells.notebook, assignment_id=submission)
            session.add(row)
            session.flush()
        total = 0.0
        grades = self._rows(Grade, cells.graded, row.id)
        for name, grade in grades.items():
            grade.auto_score = book.scores.get(name)
            # A score that a person gave is looked at again, since the answer may be another.
            by_hand = grade.manual_score is not None or grade.auto_score is None
            grade.needs_manual_grade = by_hand and book.status is not Status.MISSING
            given = grade.auto_score if grade.manual_score is None else grade.manual_score
            total += (given or 0.0) + (grade.extra_credit or 0.0 if given is not None else 0.0)
        comments = self._rows(Comment, cells.commented, row.id)
        for name, text in automatic_comments(book).items():
            if name in comments:
                comments[name].auto_comment = text
        row.late_submission_penalty = self._penalty(student, total, late)
        return total, row.late_submission_penalty or 0.0

    def _rows(self, kind: Any, ids: Mapping[str, str], notebook: str) -> dict[str, Any]:
        """Grades or comments of a submitted notebook by grade_id, made where there are none."""
        query = select(kind).where(kind.cell_id.in_(list(ids.values())), kind.notebook_id == notebook)
        rows = {row.cell_id: row for row in self.session.scalars(query)}
        for cell in ids.values():
            if cell not in rows:
                rows[cell] = kind(cell_id=cell, notebook_id=notebook)
                self.session.add(rows[cell])
        return {name: rows[cell] for name, cell in ids.items()}

    def _penalty(self, student: str, score: float, late: float) -> float | None:
        if late <= 0:
            return None
        penalty = self.penalties.plugin_inst.late_submission_penalty(student, score, late)
        if penalty is None:
            return None
        return float(self.penalties._check_late_penalty(SimpleNamespace(score=score), penalty))


def automatic_comments(book: GradedNotebook) -> dict[str, str | None]:
    """What nbgrader notes at each answer: that there is none, if it is as it was released."""
    comments: dict[str, str | None] = {}
    for cell in (book.content or {}).get("cells", []):
        name = grade_id(cell)
        if name and is_solution(cell):
            comments[name] = NO_RESPONSE if is_unanswered(cell) else None
        elif name and nbgrader(cell).get("task"):
            comments[name] = None
    return comments

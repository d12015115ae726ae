"""When an assignment is due, and for whom later.

The due date is nbgrader's, in its table of assignments. nbgrader keeps an extension with a submission, so there can be
none before something was handed in, and none until a fixed date. So extensions are kept in a table of ours, and written
from there into nbgrader's column, by which nbgrader computes how late a submission is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import Assignment, Gradebook, Student, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import select, update

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.grades import explained
from gdl_utils.classroom.nbgrader_api import course_id_of, settings_of
from gdl_utils.classroom.records import Extension, due_zone, extensions, keep_due_zone, keep_extension
from gdl_utils.classroom.times import (
    EXAMPLE,
    in_gradebook,
    is_duration,
    read_duration,
    read_time,
    show_duration,
    show_time,
    zone_name,
)
from gdl_utils.errors import GradingError


@dataclass(frozen=True)
class Dates:
    """When an assignment is due.

    Attributes:
        due: in UTC, None if it has no due date.
        zone: in which it was given.
        extensions: by student, those that were given with nbgrader's own means among them.
    """

    due: datetime | None
    zone: str
    extensions: dict[str, Extension]

    def due_for(self, student: str) -> datetime | None:
        """When it is due for a student, in UTC."""
        extension = self.extensions.get(student)
        return self.due + extension.beyond(self.due) if self.due and extension else self.due

    def shown(self, time: datetime) -> str:
        """A time in the zone of the due date."""
        return show_time(time, self.zone)


def read_dates(gradebook: Gradebook, assignment: str) -> Dates:
    """The due date and the extensions of an assignment, in a number of queries that does not grow with the class."""
    query = select(Assignment.id, Assignment.duedate).where(Assignment.name == assignment)
    row = gradebook.db.execute(query).one_or_none()
    if row is None:
        return Dates(None, "UTC", {})
    given = select(SubmittedAssignment.student_id, SubmittedAssignment.extension).where(
        SubmittedAssignment.assignment_id == row.id, SubmittedAssignment.extension.is_not(None)
    )
    by_nbgrader = {student: Extension(extra=extra) for student, extra in gradebook.db.execute(given) if extra}
    return Dates(row.duedate, due_zone(gradebook, assignment), by_nbgrader | extensions(gradebook, assignment))


def dates_of(course: Course, assignment: str) -> Dates:
    """The same for a course, without making a gradebook if it has none.

    Raises:
        GradingError: if there is no such assignment, or its gradebook can't be read.
    """
    _known(course, assignment)
    if not course.has_gradebook:
        return Dates(None, "UTC", {})
    with _gradebook(course) as gradebook:
        return read_dates(gradebook, assignment)


def set_due(course: Course, assignment: str, text: str) -> None:
    """Set or move the due date of an assignment.

    Args:
        course: with the assignment among its sources.
        assignment: its name.
        text: the date with its zone, like `2026-12-01 18:00 Europe/Berlin`.

    Raises:
        GradingError: if there is no such assignment, or the text can't be read for certain.
    """
    time = read_time(text)
    with _changed(course, assignment) as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=in_gradebook(time))
        keep_due_zone(gradebook, assignment, zone_name(time.tzinfo))


def remove_due(course: Course, assignment: str) -> None:
    """Let an assignment have no due date; extensions stay, and hold again when it gets one.

    Raises:
        GradingError: if there is no such assignment.
    """
    with _changed(course, assignment) as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=None)
        keep_due_zone(gradebook, assignment, None)


def extend(course: Course, assignment: str, student: str, text: str) -> None:
    """Give a student more time, in the place of any extension of before.

    Args:
        course: with the assignment among its sources.
        assignment: its name.
        student: the student's id.
        text: until when, like `2026-12-03 18:00 Europe/Berlin`, or how much longer, like `2 days`.

    Raises:
        GradingError: if there is no such assignment, student or due date, the text can't be read for certain, or the
            date is no later than the due date.
    """
    if is_duration(text):
        extension = Extension(extra=read_duration(text))
    else:
        time = read_time(text)
        extension = Extension(until=in_gradebook(time), zone=zone_name(time.tzinfo))
    with _changed(course, assignment) as gradebook:
        dates = read_dates(gradebook, assignment)
        if dates.due is None:
            raise GradingError(f"{assignment} has no due date", f'set it first: gdl due {assignment} "{EXAMPLE}"')
        if not extension.beyond(dates.due):
            raise GradingError(
                f"That would not be an extension, since {assignment} is due {dates.shown(dates.due)}",
                "give a later date",
            )
        _known_student(gradebook, course, assignment, student)
        keep_extension(gradebook, assignment, student, extension)


def take_back(course: Course, assignment: str, student: str) -> None:
    """Take the extension of a student back.

    Raises:
        GradingError: if there is no such assignment, or the student has none.
    """
    with _changed(course, assignment) as gradebook:
        if student not in read_dates(gradebook, assignment).extensions:
            raise GradingError(f"{student} has no extension of {assignment}", f"'gdl due {assignment}' lists all")
        keep_extension(gradebook, assignment, student, None)
        _write_extension(gradebook, assignment, student, None)


def refresh_submission(gradebook: Gradebook, assignment: str, student: str, time: datetime | None) -> None:
    """Write into nbgrader's row of a submission when it was handed in, in UTC, and by how much it may be later."""
    found = select(Assignment.id, Assignment.duedate).where(Assignment.name == assignment)
    number, due = gradebook.db.execute(found).one()
    row = (SubmittedAssignment.assignment_id == number, SubmittedAssignment.student_id == student)
    gradebook.db.execute(update(SubmittedAssignment).where(*row).values(timestamp=time))
    if extension := extensions(gradebook, assignment).get(student):
        _write_extension(gradebook, assignment, student, extension.beyond(due) if due else None)
    gradebook.db.commit()


def penalises(course: Course) -> bool:
    """Whether the configuration of a course takes anything from late submissions."""
    settings = settings_of(course)
    penalties: Any = AssignLatePenalties(config=settings)
    penalties.init_plugin()
    plugin = penalties.plugin_inst
    return type(plugin) is not LateSubmissionPlugin or plugin.penalty_method != "none"


def _known(course: Course, assignment: str) -> None:
    if not any(course.source(assignment).glob("*.ipynb")):
        raise GradingError(f"There is no assignment {assignment} in {course.sources}", "choose one of its folders")


def _known_student(gradebook: Gradebook, course: Course, assignment: str, student: str) -> None:
    in_gradebook = gradebook.db.execute(select(Student.id).where(Student.id == student)).first()
    if in_gradebook is None and student not in course.students(assignment):
        raise GradingError(
            f"There is no student {student} in the gradebook or in {course.submissions}",
            f"check the id, or add the student: nbgrader db student add {student}",
        )


@contextmanager
def _gradebook(course: Course) -> Iterator[Gradebook]:
    with explained(course.db_url), Gradebook(course.db_url, course_id_of(course)) as gradebook:
        yield gradebook


@contextmanager
def _changed(course: Course, assignment: str) -> Iterator[Gradebook]:
    """The gradebook, to change dates in; afterwards nbgrader's own column has what holds now."""
    _known(course, assignment)
    with _gradebook(course) as gradebook:
        yield gradebook
        gradebook.db.flush()
        dates = read_dates(gradebook, assignment)
        for student, extension in extensions(gradebook, assignment).items():
            _write_extension(gradebook, assignment, student, extension.beyond(dates.due) if dates.due else None)
        gradebook.db.commit()


def _write_extension(gradebook: Gradebook, assignment: str, student: str, extra: timedelta | None) -> None:
    number = select(Assignment.id).where(Assignment.name == assignment).scalar_subquery()
    row = (SubmittedAssignment.assignment_id == number, SubmittedAssignment.student_id == student)
    gradebook.db.execute(update(SubmittedAssignment).where(*row).values(extension=extra))


def lines_about(assignment: str, dates: Dates) -> list[str]:
    """What people read about the due date of an assignment and the extensions, one line each."""
    if dates.due is None:
        lines = [f'{assignment} has no due date; to set one: gdl due {assignment} "{EXAMPLE}"']
    else:
        lines = [f"{assignment} is due {dates.shown(dates.due)}."]
    for student, extension in sorted(dates.extensions.items()):
        longer = f"{show_duration(extension.extra)} longer" if extension.extra else ""
        until = dates.due_for(student) or extension.until
        zone = dates.zone if extension.until is None else extension.zone
        shown = f"until {show_time(until, zone)}" if until else ""
        lines.append(f"{student}: {', '.join(filter(None, [longer, shown]))}")
    return lines

"""What a course keeps beside nbgrader's tables, in tables of its own in the same database.

There it survives what nbgrader does to its rows (a submission that is removed, an assignment that is released again),
is backed up with the grades, and is the same for everybody who grades from a PostgreSQL server. The rows name
assignments and students as the gradebook does, without references to its rows. nbgrader ignores the tables.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import Column, DateTime, Float, Integer, MetaData, String, Table, Text, delete, insert, inspect, select

TABLES = MetaData()
NAME = String(128)  # as nbgrader has names
ZONES = Table(
    "gdl_due_zone", TABLES, Column("assignment", NAME, primary_key=True), Column("zone", String(64), nullable=False)
)
EXTENSIONS = Table(
    "gdl_extension",
    TABLES,
    Column("assignment", NAME, primary_key=True),
    Column("student", NAME, primary_key=True),
    Column("until", DateTime),
    Column("seconds", Float),
    Column("zone", String(64), nullable=False),
)
REGRADES = Table(
    "gdl_regrade",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("assignment", NAME, nullable=False),
    Column("student", NAME, nullable=False),
    Column("time", DateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("old_score", Float),
    Column("new_score", Float),
)
COLLECTED = Table(
    "gdl_collected",
    TABLES,
    Column("assignment", NAME, primary_key=True),
    Column("student", NAME, primary_key=True),
    Column("platform", String(32), nullable=False),
    Column("names", Text, nullable=False),
)


@dataclass(frozen=True)
class Extension:
    """More time for a student: until a date, or for some time beyond the due date, whenever that is.

    Attributes:
        until: in UTC, None if there is an extra time.
        extra: None if there is a date.
        zone: in which the date is shown.
    """

    until: datetime | None = None
    extra: timedelta | None = None
    zone: str = "UTC"

    def beyond(self, due: datetime) -> timedelta:
        """How much later than the due date, in UTC, the student may hand in."""
        if self.extra is not None:
            return self.extra
        return max(timedelta(), (self.until or due) - due)


@dataclass(frozen=True)
class Regrade:
    """A submission that was graded once more on request.

    Attributes:
        student: the student's id.
        time: in UTC.
        note: why, in the instructor's words.
        old_score: what counted before, None if there was no grade.
        new_score: what counts since.
    """

    student: str
    time: datetime
    note: str
    old_score: float | None
    new_score: float | None


def _rows(gradebook: Gradebook, table: Table, assignment: str) -> list[Mapping[str, Any]]:
    if not inspect(gradebook.db.connection()).has_table(table.name):
        return []
    # With the primary key's order, lists come out the same each time.
    query = select(table).where(table.c.assignment == assignment).order_by(*table.primary_key)
    return [dict(row) for row in gradebook.db.execute(query).mappings()]


def _replace(gradebook: Gradebook, table: Table, keys: Mapping[str, str], values: Mapping[str, Any] | None) -> None:
    """Put values into the row of these keys, or remove it if there are none; the caller commits."""
    TABLES.create_all(gradebook.db.connection())
    conditions = [table.c[name] == value for name, value in keys.items()]
    gradebook.db.execute(delete(table).where(*conditions))
    if values is not None:
        gradebook.db.execute(insert(table).values(**keys, **values))


def due_zone(gradebook: Gradebook, assignment: str) -> str:
    """The zone in which the due date of an assignment was given."""
    return next((row["zone"] for row in _rows(gradebook, ZONES, assignment)), "UTC")


def keep_due_zone(gradebook: Gradebook, assignment: str, zone: str | None) -> None:
    """Note the zone of a due date, or forget it if there is none."""
    _replace(gradebook, ZONES, {"assignment": assignment}, None if zone is None else {"zone": zone})


def extensions(gradebook: Gradebook, assignment: str) -> dict[str, Extension]:
    """The extensions of an assignment by student."""
    return {
        row["student"]: Extension(
            row["until"], None if row["seconds"] is None else timedelta(seconds=row["seconds"]), row["zone"]
        )
        for row in _rows(gradebook, EXTENSIONS, assignment)
    }


def keep_extension(gradebook: Gradebook, assignment: str, student: str, extension: Extension | None) -> None:
    """Note an extension in the place of any other, or forget it if there is none."""
    values: dict[str, Any] | None = None
    if extension is not None:
        seconds = None if extension.extra is None else extension.extra.total_seconds()
        values = {"until": extension.until, "seconds": seconds, "zone": extension.zone}
    _replace(gradebook, EXTENSIONS, {"assignment": assignment, "student": student}, values)


def regrades(gradebook: Gradebook, assignment: str) -> list[Regrade]:
    """What was graded once more of an assignment, in the order of time."""
    return [
        Regrade(*(row[name] for name in ("student", "time", "note", "old_score", "new_score")))
        for row in _rows(gradebook, REGRADES, assignment)
    ]


def add_regrade(
    gradebook: Gradebook, assignment: str, student: str, note: str, old_score: float | None, new_score: float | None
) -> None:
    """Note that a submission was graded once more; earlier notes stay."""
    TABLES.create_all(gradebook.db.connection())
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    row = {"assignment": assignment, "student": student, "time": now, "note": note}
    gradebook.db.execute(insert(REGRADES).values(**row, old_score=old_score, new_score=new_score))


def collected(gradebook: Gradebook, assignment: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """From which platform submissions came, and what `keep_collected` was told of their files, by student."""
    rows = _rows(gradebook, COLLECTED, assignment)
    return {
        row["student"]: (row["platform"], [(start, end) for start, end in json.loads(row["names"])]) for row in rows
    }


def keep_collected(
    gradebook: Gradebook, assignment: str, platform: str, student: str, names: Iterable[tuple[str, str]]
) -> None:
    """Note where a submission came from, by which feedback finds the way back.

    Args:
        gradebook: of the course; the caller commits.
        assignment: its name.
        platform: Moodle, Canvas or another.
        student: the student's id.
        names: of the files in the archive: what the platform put before the name, and the name that the student chose.
    """
    values = {"platform": platform, "names": json.dumps(sorted(names))}
    _replace(gradebook, COLLECTED, {"assignment": assignment, "student": student}, values)

"""Who is who in a class: from a file of Moodle or Canvas, from the gradebook, or from the names of files."""

import csv
import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook, Student

from gdl_utils.errors import GradingError

SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


@dataclass(frozen=True)
class Person:
    """A student as the gradebook has one; what is not known is empty."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass(frozen=True)
class RosterRow:
    """A student in a file of the platform: the number that stands in file names, if the file has it, and the name."""

    number: str
    name: str
    person: Person


def read_roster(path: Path) -> list[RosterRow]:
    """Read who is who from a CSV file of Moodle or Canvas, whose columns have their English names.

    Raises:
        GradingError: if it is no such file, or gives two students the same id.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} can't be read as a CSV file ({error})", "export it again") from None
    # Fields beyond the header are a list, those that are missing None.
    fields = [
        {key.strip(): (value or "").strip() for key, value in line.items() if key and isinstance(value, str)}
        for line in lines
    ]
    columns = set(fields[0]) if fields else set()
    if {"Student", "ID"} <= columns:
        rows = [_of_canvas(line) for line in fields if line.get("ID", "").isdigit()]
    elif {"Identifier", "Full name"} <= columns or {"First name", "Last name"} <= columns:
        rows = [_of_moodle(line) for line in fields]
    else:
        raise GradingError(
            f"{path} is neither a grading worksheet of Moodle nor an export of a gradebook of Moodle or Canvas",
            "give it columns in English: Identifier and Full name, First name and Last name, or Student and ID",
        )
    twice = [student for student, count in Counter(row.person.student for row in rows).items() if count > 1]
    if twice:
        raise GradingError(f"{path} has more than one student {twice[0]}", "give each an ID number of their own")
    return rows


def _of_canvas(line: dict[str, str]) -> RosterRow:
    last, _, first = (part.strip() for part in line["Student"].partition(","))
    login = line.get("SIS Login ID", "")
    student = login if SAFE_ID.fullmatch(login) else line["ID"]
    email = login if "@" in login else ""
    return RosterRow(line["ID"], line["Student"], Person(student, first, last, email, line["ID"]))


def _of_moodle(line: dict[str, str]) -> RosterRow:
    name = line.get("Full name") or f"{line.get('First name', '')} {line.get('Last name', '')}"
    first, last = _parted(name) if "Full name" in line else (line["First name"], line["Last name"])
    number, email = line.get("ID number", ""), line.get("Email address", "")
    known = [name_of_account for name_of_account in (number, email) if SAFE_ID.fullmatch(name_of_account)]
    participant = re.search(r"\d+$", line.get("Identifier", ""))
    return RosterRow(
        participant[0] if participant else "", name,
        Person(known[0] if known else _as_id(name), first, last, email, number),
    )  # fmt: skip


def _parted(name: str) -> tuple[str, str]:
    """First and last name, as far as one can tell."""
    first, _, last = name.strip().rpartition(" ")
    return first, last


def _as_id(name: str) -> str:
    """A name in letters that may be those of a folder: `Zoë O'Hara` becomes `zoe-ohara`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return (
        "-".join(re.sub(r"[^a-z0-9 -]", "", plain).split())
        or f"student-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    )


def _alike(name: str) -> str:
    """A name without case, blanks and marks, as Canvas has it in file names."""
    return re.sub(r"\W", "", name.lower())


class People:
    """Whose a file is, by the roster, the gradebook, or what its name says."""

    def __init__(self, platform: str, roster: list[RosterRow] | None, gradebook: Gradebook):
        self.platform = platform
        self.roster = roster
        self.gradebook = gradebook
        query = gradebook.db.query(Student.id, Student.first_name, Student.last_name, Student.lms_user_id)
        self.known = [(student, f"{first or ''} {last or ''}", number) for student, first, last, number in query]
        self.numbers: dict[str, set[str]] = defaultdict(set)
        self.by_pattern: dict[str, Person] = {}

    def hear(self, reading: dict[str, str]) -> None:
        """Take note of a name and its number, before anybody is looked for."""
        if self.platform == "Moodle":
            self.numbers[_as_id(reading["name"])].add(reading["number"])

    def find(self, readings: list[dict[str, str]]) -> tuple[Person, dict[str, str]]:
        """The student, and the reading of the file's name that says so.

        Raises:
            GradingError: if nobody, or more than one, may be meant.
        """
        if self.platform == "pattern":
            return self._by_pattern(readings[0]), readings[0]
        if self.roster is None:
            if len(readings) > 1:
                numbers = " or ".join(reading["number"] for reading in readings)
                raise GradingError(f"it may be that of student {numbers}", "name a roster, which tells")
            return self._unlisted(readings[0]), readings[0]
        meant = [(row, reading) for reading in readings for row in self.roster if self._meant(row, reading)]
        if len(meant) > 1:
            meant = [(row, reading) for row, reading in meant if _alike(row.name) == _alike(reading["name"])]
        if len(meant) != 1:
            raise GradingError(f"the roster has {'two students' if meant else 'no student'} of this name and number.")
        row, reading = meant[0]
        return self._in_gradebook(row.person), reading

    @staticmethod
    def _meant(row: RosterRow, reading: dict[str, str]) -> bool:
        if row.number:
            return row.number == reading["number"]
        return _alike(row.name) == _alike(reading["name"])

    def _by_pattern(self, reading: dict[str, str]) -> Person:
        if not SAFE_ID.fullmatch(reading["student_id"]):
            raise GradingError(f"{reading['student_id']!r} can't be the id of a student.")
        person = Person(*(reading.get(key, "") for key in ("student_id", "first_name", "last_name", "email")))
        return self.by_pattern.setdefault(person.student, person)

    def _unlisted(self, reading: dict[str, str]) -> Person:
        """Canvas has a number for each student, Moodle one for each student and assignment, which names nobody."""
        number, name = reading["number"], reading["name"]
        if self.platform == "Canvas":
            return self._in_gradebook(Person(number, lms_user_id=number))
        if len(self.numbers[_as_id(name)]) > 1:
            raise GradingError(f"two students are called {name}", "name a roster, which tells which is which")
        known = [student for student, called, _ in self.known if _alike(called) == _alike(name)]
        return Person(known[0] if len(known) == 1 else _as_id(name), *_parted(name))

    def _in_gradebook(self, person: Person) -> Person:
        """The same with the id that the gradebook has for the number, if it has one."""
        known = [student for student, _, number in self.known if number and number == person.lms_user_id]
        return replace(person, student=known[0]) if len(known) == 1 else person

    def record(self, person: Person) -> None:
        """Put into the gradebook what is known of a student."""
        known = {name: value for name, value in vars(person).items() if name != "student" and value}
        self.gradebook.update_or_create_student(person.student, **known)

"""Who is who in a class: from a file of Moodle or Canvas, from the gradebook, or from the names of files."""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook, Student

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.nbgrader_api import open_course
from gdl_utils.classroom.roster_files import read_table
from gdl_utils.errors import GradingError

# What Moodle calls those whom it does not name, in several languages, as `_as_id` has it.
ANONYMOUS = {"participant", "teilnehmerin", "teilnehmer-in", "teilnehmer", "participante", "partecipante"}
SAME_STUDENT = "is {student} the same student as {other}? Use one name for them"
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


@dataclass(frozen=True)
class Roster:
    """Whom a table has brought into the gradebook.

    Attributes:
        students: all ids of the table.
        new: those that the gradebook did not have.
        alike: ids of the gradebook that differ by capitals or the form of Unicode only.
    """

    students: list[str]
    new: list[str]
    alike: dict[str, str]


def read_roster(path: Path) -> list[RosterRow]:
    """Read who is who from a CSV file: of Moodle, of Canvas, or one's own with the columns id, name and email.

    Raises:
        GradingError: if it is no such file, or two students have the same id, or ids that differ by capitals only.
    """
    lines = read_table(path)
    columns = set(lines[0]) if lines else set()
    has_points = any("points possible" in line.get("full_name", "").lower() for line in lines)
    is_of_canvas = {"full_name", "id"} <= columns and (has_points or bool({"login", "sis"} & columns))
    if is_of_canvas:
        rows = [_of_canvas(line) for line in lines if line["id"].isdigit()]
    elif "identifier" in columns or {"first_name", "last_name"} <= columns or columns & {"id", "number", "email"}:
        rows = [_of_moodle(line) for line in lines]
    else:
        raise GradingError(
            f"{path} is not a list of students, because its first line does not name the columns",
            "give it the columns id, name and email, or export it from Moodle or Canvas",
        )
    twice = [student for student, count in Counter(row.person.student for row in rows).items() if count > 1]
    if twice:
        raise GradingError(f"{path} has more than one student {twice[0]}", "give each an ID number of their own")
    if alike := look_alikes(row.person.student for row in rows):
        one, other = sorted(next(iter(alike.items())))
        raise GradingError(
            f"{path} has the students {one} and {other}, which many systems can't tell apart",
            "give them ids that differ by more than capitals or the form of a letter",
        )
    return rows


def look_alikes(students: Iterable[str]) -> dict[str, str]:
    """Ids that differ by capitals or by the form of Unicode only: each with one that it can be taken for."""
    known: dict[str, str] = {}
    alike = {}
    for student in sorted(set(students)):
        other = known.setdefault(unicodedata.normalize("NFKC", student).casefold(), student)
        if other != student:
            alike[student] = other
            alike.setdefault(other, student)
    return alike


def refuse_look_alike(gradebook: Gradebook, student: str, others: Iterable[str]) -> None:
    """Refuse to grade a student whose id differs from another's by capitals or the form of Unicode only.

    Args:
        gradebook: nbgrader's, from which a student goes again who has come into it with this submission alone.
        student: the id.
        others: ids of those who have handed something in.

    Raises:
        GradingError: if there is another such id there, or in the gradebook.
    """
    if other := look_alikes([*others, *(known.id for known in gradebook.students)]).get(student):
        row = gradebook.find_student(student)
        grades = [grade for submitted in row.submissions for book in submitted.notebooks for grade in book.grades]
        scores = [score for grade in grades for score in (grade.auto_score, grade.manual_score)]
        if not any([row.first_name, row.last_name, row.email]) and all(score is None for score in scores):
            gradebook.remove_student(student)
        raise GradingError(SAME_STUDENT.format(student=student, other=other))


def enter_roster(course: Course, path: Path) -> Roster:
    """Put the students of a table into the gradebook, so that whoever hands in nothing is known.

    Raises:
        GradingError: if it is no table of students.
    """
    rows = read_roster(path)
    with open_course(course) as api, Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
        before = {student for (student,) in gradebook.db.query(Student.id)}
        people = People("roster", rows, gradebook)
        entered = people.record_all()
        gradebook.db.commit()
    return Roster(sorted(entered), sorted(entered - before), look_alikes(before | entered))


def absent(gradebook: Gradebook, handed_in: Iterable[str]) -> list[str]:
    """The students of the gradebook who are not among those who handed something in."""
    return sorted({student for (student,) in gradebook.db.query(Student.id)} - set(handed_in))


def _of_canvas(line: dict[str, str]) -> RosterRow:
    name = line["full_name"]
    last, _, first = (part.strip() for part in name.partition(","))
    login = line.get("login", "")
    student = login if SAFE_ID.fullmatch(login) else line["id"]
    email = login if "@" in login else line.get("email", "")
    return RosterRow(line["id"], name, Person(student, first, last, email, line["id"]))


def _of_moodle(line: dict[str, str]) -> RosterRow:
    first, last = line.get("first_name", ""), line.get("last_name", "")
    name = line.get("full_name") or f"{first} {last}".strip()
    if not (first or last):
        first, last = _parted(name) if "," not in name else tuple(part.strip() for part in name.split(",", 1))[::-1]
    own, number, email = (line.get(field, "") for field in ("id", "number", "email"))
    known = [candidate for candidate in (own, number, email) if SAFE_ID.fullmatch(candidate)]
    participant = re.search(r"\d+$", line.get("identifier", ""))
    if participant and not name and not known:
        known = [_of_participant(participant[0])]
    student = known[0] if known else _as_id(name or own)
    return RosterRow(participant[0] if participant else "", name, Person(student, first, last, email, number))


def _of_participant(number: str) -> str:
    """The id of somebody whom Moodle does not name."""
    return f"participant-{number}"


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
    return re.sub(r"\W", "", unicodedata.normalize("NFC", name).lower())


class People:
    """Whose a file is, by the roster, the gradebook, or what its name says."""

    def __init__(self, platform: str, roster: list[RosterRow] | None, gradebook: Gradebook):
        self.platform = platform
        self.roster = roster
        self.gradebook = gradebook
        query = gradebook.db.query(Student.id, Student.first_name, Student.last_name, Student.lms_user_id)
        self.known = [(student, f"{first or ''} {last or ''}", number) for student, first, last, number in query]
        self.numbers: dict[str, set[str]] = defaultdict(set)  # by name
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
                raise GradingError(f"it may be that of student {numbers}", "give a roster, which tells")
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
        first, last = row.person.first_name, row.person.last_name
        return _alike(reading["name"]) in {_alike(row.name), _alike(first + last), _alike(last + first)}

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
        if self._is_anonymous(name):
            return Person(_of_participant(number))
        if len(self.numbers[_as_id(name)]) > 1:
            raise GradingError(f"two students are called {name}", "give a roster, which tells them apart")
        known = [student for student, called, _ in self.known if _alike(called) == _alike(name)]
        return Person(known[0] if len(known) == 1 else _as_id(name), *_parted(name))

    def _is_anonymous(self, name: str) -> bool:
        """Whether Moodle writes one word for all: it does not name them."""
        is_for_all = len(self.numbers) == 1 and len(self.numbers[_as_id(name)]) > 2
        return _as_id(name) in ANONYMOUS or is_for_all

    def _in_gradebook(self, person: Person) -> Person:
        """The same with the id that the gradebook has for the number, if it has one."""
        known = [student for student, _, number in self.known if number and number == person.lms_user_id]
        return replace(person, student=known[0]) if len(known) == 1 else person

    def known_ids(self) -> list[str]:
        """The ids of the gradebook."""
        return [student for student, _, _ in self.known]

    def record_all(self) -> set[str]:
        """Put all of the roster into the gradebook; their ids there."""
        people = [self._in_gradebook(row.person) for row in self.roster or []]
        for person in people:
            self.record(person)
        return {person.student for person in people}

    def record(self, person: Person) -> None:
        """Put into the gradebook what is known of a student."""
        known = {name: value for name, value in vars(person).items() if name != "student" and value}
        self.gradebook.update_or_create_student(person.student, **known)

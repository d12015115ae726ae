"""Collects what a class handed in without nbgrader: archives of Moodle and Canvas, and files named by a pattern.

nbgrader's zip collector does the collecting; here are what it lacks: an extractor that refuses hostile archives, the
names that the two platforms give to files, and who is who.

Sources for the names: `mod/assign/classes/downloader.php` in Moodle's source and `lib/content_zipper.rb` in Canvas's.
"""

import re
import tempfile
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.plugins.zipcollect import FileNameCollectorPlugin

from gdl_utils.classroom.archive import LIMITS_OF_STUDENT, ArchiveLimits, Extractor, unzip
from gdl_utils.classroom.attempts import (
    Attempt,
    Before,
    last_attempt,
    times_in,
    times_of_files,
    what_was_there,
    write_time,
)
from gdl_utils.classroom.collected_files import Wanted, change_of, named_as_before, notebooks_named, wanted_files
from gdl_utils.classroom.course import TIMESTAMP, Course
from gdl_utils.classroom.dates import read_dates
from gdl_utils.classroom.nbgrader_api import open_course
from gdl_utils.classroom.records import keep_collected
from gdl_utils.classroom.roster import People, Person, absent, look_alikes, read_roster
from gdl_utils.classroom.student_files import may_be_kept
from gdl_utils.errors import GradingError

# Both put the student's name before the numbers, and the file's name, which the student chose, behind them.
MOODLE = r"(?P<name>[^/_]+)_(?P<number>\d+)_assignsubmission_file(?:_?/|_)(?P<file_id>.+)"
CANVAS = r"(?:(?P<name>[^/]*?)_)?(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file_id>[^/]+)"
# Where the name of a student or a file in Canvas holds numbers too, the first way to read it need not be the right one.
PATTERNS = {"Moodle": (MOODLE,), "Canvas": (CANVAS, CANVAS.replace("*?", "*"))}


@dataclass
class Collected:
    """What was collected, and what was not.

    Attributes:
        platform: Moodle, Canvas or "pattern".
        students: the ids of those whose submissions were put into submitted/.
        kept: the ids of those who had another submission there already, which was kept, with what differs.
        same: the ids of those whose submission was there already as it is.
        changed: by student, what a newer submission changed.
        absent: the ids of those who are in the gradebook and handed in nothing.
        remarks: by student, what was put right or should be known.
        problems: what could not be collected, in sentences.
    """

    platform: str
    students: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)
    changed: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    remarks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    problems: list[str] = field(default_factory=list)


def collect(
    course: Course,
    assignment: str,
    archive: Path,
    pattern: str | None = None,
    roster: Path | None = None,
    force: bool = False,
    times: Path | None = None,
    zone: tzinfo | None = None,
) -> Collected:
    """Put the submissions of an archive into submitted/ of a course folder, and their students into its gradebook.

    Args:
        course: into which it is collected.
        assignment: its name.
        archive: "Download all submissions" of Moodle, "Download Submissions" of Canvas, or any other zip file or
            folder of files whose names `pattern` describes.
        pattern: a regular expression for a file's path in the archive, with the named groups `student_id` and
            `file_id`, and perhaps `first_name`, `last_name`, `email` and `timestamp`; None to recognise the platform.
        roster: a CSV file of the platform that says who is who: Moodle's grading worksheet, or the export of the
            gradebook of either.
        force: replace submissions that are there already.
        times: a CSV file that says when each student handed in, or the archive itself if its files have that time; None
            if the roster says it, as Moodle's worksheet, or nothing.
        zone: of times that name none.

    Raises:
        GradingError: if the archive is none, is hostile, or is not what its platform makes.
    """
    if not any(course.source(assignment).glob("*.ipynb")):
        raise GradingError(f"There is no assignment {assignment} in {course.sources}", "choose one of its folders")
    if not archive.exists():
        raise GradingError(f"There is no file or folder {archive}", "name the archive that you downloaded")
    rows = read_roster(roster) if roster else None
    told = _told(times, roster)
    # nbgrader changes the working directory.
    course, archive = replace(course, folder=course.folder.resolve()), archive.resolve()
    with tempfile.TemporaryDirectory() as scratch, open_course(course) as api:
        extracted = Path(scratch).resolve() / "extracted"
        extracted.mkdir()
        extractor = Extractor(parent=api)
        extractor.extract(str(archive), str(extracted))
        names = sorted(path.relative_to(extracted).as_posix() for path in extracted.rglob("*") if path.is_file())
        platform, ways = _platform(names, pattern, archive)
        collected, collector = Collected(platform, problems=extractor.problems), Collector(parent=api)
        taking = _Taking(course, assignment, extracted, told, zone, force, collected, collector)
        with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
            people = People(platform, rows, gradebook)
            by_person = _by_person(names, ways, people, collected.problems)
            if rows:
                people.record_all()
            _leave_look_alikes(by_person, people, collected.problems)
            for person, parts in sorted(by_person.items(), key=lambda item: item[0].student):
                keep_collected(gradebook, assignment, platform, person.student, _in_archive(parts))
                if taking.take(person.student, parts):
                    people.record(person)
            has_due_date = read_dates(gradebook, assignment).due is not None
            gradebook.db.commit()
            collected.absent = absent(gradebook, {*course.students(assignment), *collected.students})
        _let_nbgrader_collect(api, course, assignment, extracted, collector)
    _write_times(course, assignment, taking.timed, collected, has_due_date)
    return collected


@dataclass
class _Taking:
    """Decides, one student after the other, which files of an archive become a submission.

    Attributes:
        course: into which it is collected.
        assignment: its name.
        extracted: the folder in which the archive's files are.
        told: when submissions were handed in, as `_told` gives it.
        zone: of times that name none.
        force: replace submissions that are there already.
        collected: what was decided goes there.
        collector: so do the files, for nbgrader.
        timed: by student, the attempt that was taken, and what was there before.
    """

    course: Course
    assignment: str
    extracted: Path
    told: dict[str, str]
    zone: tzinfo | None
    force: bool
    collected: Collected
    collector: "Collector"
    timed: dict[str, tuple[Attempt, Before]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wanted = wanted_files(self.course, self.assignment)

    def take(self, student: str, parts: dict[str, dict[str, str]]) -> bool:
        """Take the last attempt of a student, if it is new, and tell whether it was taken.

        Args:
            student: the id.
            parts: what was read from the names of the files, by name.
        """
        collected = self.collected
        try:
            attempt = last_attempt(parts, len(self.wanted.notebooks), self.told, self.zone)
            files = _unpacked({self.extracted / name: parts[name]["file_id"] for name in attempt.names}, self.extracted)
        except GradingError as error:
            collected.problems.append(f"{student}: {error}")
            return False
        remarks, problems = [*attempt.remarks], list[str]()
        if any(part.get("late") for part in parts.values()) and not attempt.time:
            remarks.append("late according to Canvas, which does not say how late")
        named = _named(files, self.wanted, remarks, problems)
        place = self.course.submitted(student, self.assignment)
        if place.exists() and any(place.iterdir()) and not self.force:
            change = change_of(place, named, attempt.time)
            if not change.what:
                collected.same.append(student)
                return False
            collected.remarks[student] = remarks
            if not change.is_newer:
                collected.kept[student] = change.what
                return False
            collected.changed[student] = change.what
        collected.remarks[student] = remarks
        collected.problems += [f"{student}: {problem}" for problem in problems]
        self.collector.files.update({str(path): (student, name) for path, name in named.items()})
        collected.students.append(student)
        self.timed[student] = attempt, what_was_there(place)
        return True


def _let_nbgrader_collect(
    api: NbGraderAPI, course: Course, assignment: str, extracted: Path, collector: "Collector"
) -> None:
    app = ZipCollectApp(parent=api, coursedir=api.coursedir, force=True)
    app.collect_directory_structure = str(extracted.with_name("{collect_step}"))
    app.coursedir.assignment_id = assignment
    app.collector_plugin_inst = collector
    try:
        app.process_extracted_files()
    except SystemExit:
        raise GradingError(f"nbgrader could not collect the submissions; {course.log} says why.") from None


def _told(times: Path | None, roster: Path | None) -> dict[str, str]:
    """When submissions were handed in, by the number of the student or the name of the file."""
    if times and times.suffix.lower() == ".zip":
        return times_of_files(times)
    return times_in(times, required=True) if times else times_in(roster) if roster else {}


def _write_times(
    course: Course,
    assignment: str,
    timed: dict[str, tuple[Attempt, Before]],
    collected: Collected,
    has_due_date: bool,
) -> None:
    """Write when submissions were handed in, and say for which that is not known though it matters."""
    unknown = []
    for student, (attempt, before) in timed.items():
        folder = course.submitted(student, assignment)
        if problem := write_time(folder, attempt, before):
            collected.problems.append(f"{student}: {problem}")
        elif not (folder / TIMESTAMP).exists():
            unknown.append(student)
    if unknown and has_due_date:
        who = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        collected.problems.append(
            f"When {who} handed in is not known, so it counts as in time: give Moodle's grading worksheet as the "
            "roster, or a table of times with --times."
        )


def _in_archive(parts: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    """What stands before the name of each file in the archive, and that name."""
    return [(name.removesuffix(part["file_id"]), part["file_id"]) for name, part in parts.items()]


class Collector(FileNameCollectorPlugin):
    """Tells nbgrader whose a file is.

    `files` says it by path, with the file's name: it is filled before, since whose a file is and what it
    should be called depends on the others.
    """

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.files: dict[str, tuple[str, str]] = {}

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student and the name of a file, or None if it is not wanted."""
        if submitted_file not in self.files:
            return None
        student, name = self.files[submitted_file]
        return {"student_id": student, "file_id": name}


def _platform(names: list[str], pattern: str | None, archive: Path) -> tuple[str, tuple[str, ...]]:
    """The platform's name, and the ways to read the names of its files."""
    if pattern is not None:
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            raise GradingError(f"The pattern is not a regular expression ({error})", "correct it") from None
        if not {"student_id", "file_id"} <= set(groups):
            raise GradingError("The pattern needs the groups (?P<student_id>...) and (?P<file_id>...)", "add them")
        return "pattern", (pattern,)
    for platform, ways in PATTERNS.items():
        if any(re.fullmatch(ways[0], name, re.DOTALL) for name in names):
            return platform, ways
    raise GradingError(
        f"Nothing in {archive.name} is named the way Moodle or Canvas name submissions",
        "download the archive of all submissions, or describe the names with --pattern",
    )


def _by_person(
    names: list[str], ways: tuple[str, ...], people: People, problems: list[str]
) -> dict[Person, dict[str, dict[str, str]]]:
    """By student what was read from the names of the submission's files; what is nobody's is a problem."""
    read: dict[str, list[dict[str, str]]] = {}
    for name in names:
        matches = [match for way in ways if (match := re.fullmatch(way, name, re.DOTALL))]
        readings: dict[str, dict[str, str]] = {}
        for match in matches:
            readings.setdefault(match["file_id"], {key: text or "" for key, text in match.groupdict().items()})
        if readings:
            read[name] = list(readings.values())
            people.hear(read[name][0])
        else:
            problems.append(f"{name} is not named like a submission, and was left out.")
    by_person: dict[Person, dict[str, dict[str, str]]] = defaultdict(dict)
    for name, choices in read.items():
        try:
            person, reading = people.find(choices)
        except GradingError as error:
            problems.append(f"{name} was left out: {error}")
            continue
        by_person[person][name] = reading
    return by_person


def _unpacked(files: dict[Path, str], extracted: Path) -> dict[Path, str]:
    """The files of a submission by path with their names, those in zip files of the student's own among them."""
    unpacked = {}
    room = LIMITS_OF_STUDENT  # for all of them together
    for path, name in files.items():
        if Path(name).suffix.lower() != ".zip":
            unpacked[path] = name
            continue
        inner = Path(tempfile.mkdtemp(dir=extracted))
        unzip(path, inner, room)
        found = [file for file in sorted(inner.rglob("*")) if file.is_file()]
        room = ArchiveLimits(room.files - len(found), room.bytes - sum(file.stat().st_size for file in found))
        unpacked |= {file: file.relative_to(inner).as_posix() for file in found}
    return unpacked


def _leave_look_alikes(by_person: dict[Person, dict[str, dict[str, str]]], people: People, problems: list[str]) -> None:
    """Leave the files of those who may be one and the same as others: names that differ by capitals, for example."""
    alike = look_alikes([*(person.student for person in by_person), *people.known_ids()])
    for person in [person for person in by_person if person.student in alike]:
        other = alike[person.student]
        names = ", ".join(sorted(by_person.pop(person)))
        problems.append(
            f"{names} was left out: is {person.student} the same student as {other}? Use one name for them."
        )


def _named(files: dict[Path, str], wanted: Wanted, remarks: list[str], problems: list[str]) -> dict[Path, str]:
    """The names that the files of a submission get: the notebooks those of the assignment.

    A folder around everything is taken away, and so is what a browser or Canvas added to a name.
    """
    names = {path: unicodedata.normalize("NFC", name) for path, name in files.items()}
    folders = {PurePosixPath(name).parts[0] for name in names.values()}
    while len(folders) == 1 and all("/" in name for name in names.values()):
        names = {path: name.partition("/")[2] for path, name in names.items()}
        folders = {PurePosixPath(name).parts[0] for name in names.values()}
    kept: dict[str, Path] = {}
    for path, name in named_as_before(names, wanted, remarks).items():
        if name == TIMESTAMP:
            remarks.append(f"{TIMESTAMP} was left out: students can't set the time of their own submission")
            continue
        # Notebooks of any name are kept: who has misnamed one should be found.
        if not may_be_kept(re.sub(r"\.ipynb$", "", name, flags=re.IGNORECASE)):
            remarks.append(f"{name} was left out: a file of that name could be taken for something else")
            continue
        if name in kept:
            remarks.append(f"there are two files {name}: the second was left out")
        kept.setdefault(name, path)
    return notebooks_named({path: name for name, path in kept.items()}, wanted, remarks, problems)

"""Collects what a class handed in without nbgrader: archives of Moodle and Canvas, and files named by a pattern.

nbgrader's zip collector does the collecting; here are what it lacks: an extractor that refuses hostile archives, the
names that the two platforms give to files, and who is who.

Sources for the names: `mod/assign/classes/downloader.php` in Moodle's source and `lib/content_zipper.rb` in Canvas's.
"""

import csv
import hashlib
import re
import shutil
import stat
import tempfile
import unicodedata
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.api import Gradebook, Student
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.plugins.zipcollect import ExtractorPlugin, FileNameCollectorPlugin

from gdl_utils.grading import nbgrader_api
from gdl_utils.grading.course import IGNORED, MAX_BYTES, MAX_FILES, TIMESTAMP
from gdl_utils.grading.nbgrader_api import GradingError

# Both put the student's name before the numbers, and the file's name, which the student chose, behind them.
MOODLE = r"(?P<name>[^/_]+)_(?P<number>\d+)_assignsubmission_file(?:_?/|_)(?P<file_id>.+)"
CANVAS = r"(?:(?P<name>[^/]*?)_)?(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file_id>[^/]+)"
# Where the name of a student or a file in Canvas holds numbers too, the first way to read it need not be the right one.
PATTERNS = {"Moodle": (MOODLE,), "Canvas": (CANVAS, CANVAS.replace("*?", "*"))}
SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")
# What browsers and Canvas add to the name of a file that was there already.
COPY = re.compile(r"(-\d+| ?\(\d+\))$")
JUNK = {*IGNORED, "__MACOSX", "Thumbs.db"}


@dataclass(frozen=True)
class Bounds:
    """What an archive may hold: files, and bytes when unpacked."""

    files: int
    bytes: int


WHOLE = Bounds(1_000_000, 64 << 30)
OF_A_STUDENT = Bounds(MAX_FILES, MAX_BYTES)


@dataclass(frozen=True)
class Person:
    """A student as the gradebook has one; what is not known is empty."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass
class Collected:
    """What came of it.

    Attributes:
        platform: Moodle, Canvas or "pattern".
        students: the ids of those whose submissions were put into submitted/.
        remarks: by student, what was put right or should be known.
        problems: what could not be collected, in sentences.
    """

    platform: str
    students: list[str] = field(default_factory=list)
    remarks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    problems: list[str] = field(default_factory=list)


def collect(
    root: Path,
    folder: Path,
    assignment: str,
    archive: Path,
    pattern: str | None = None,
    roster: Path | None = None,
    force: bool = False,
    db: str | None = None,
) -> Collected:
    """Put the submissions of an archive into submitted/ of a course folder, and their students into its gradebook.

    Args:
        root: the folder of the repository.
        folder: the course folder.
        assignment: its name.
        archive: "Download all submissions" of Moodle, "Download Submissions" of Canvas, or any other zip file or
            folder of files whose names `pattern` describes.
        pattern: a regular expression for a file's path in the archive, with the named groups `student_id` and
            `file_id`, and perhaps `first_name`, `last_name`, `email` and `timestamp`; None to recognise the platform.
        roster: a CSV file of the platform that says who is who: Moodle's grading worksheet, or the export of the
            gradebook of either.
        force: replace submissions that are there already.
        db: the gradebook, as nbgrader's `db_url`; that of the course folder if None.

    Raises:
        GradingError: if the archive is none, is hostile, or is not what its platform makes.
    """
    notebooks = {path.stem for path in (folder / "solutions" / assignment).glob("*.ipynb")}
    if not notebooks:
        raise GradingError(
            f"There is no assignment {assignment} in {folder / 'solutions'}: see its folders for the names."
        )
    if not archive.exists():
        raise GradingError(f"There is no file or folder {archive}: name the archive that was downloaded.")
    rows = read_roster(roster) if roster else None
    # nbgrader changes the working directory.
    folder, archive = folder.resolve(), archive.resolve()
    with tempfile.TemporaryDirectory() as scratch, nbgrader_api.course(folder, root / nbgrader_api.CONFIG, db) as api:
        extracted = Path(scratch).resolve() / "extracted"
        extracted.mkdir()
        Extractor(parent=api).extract(str(archive), str(extracted))
        names = sorted(path.relative_to(extracted).as_posix() for path in extracted.rglob("*") if path.is_file())
        platform, ways = _platform(names, pattern, archive)
        found, collector = Collected(platform), Collector(parent=api)
        with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
            people = _People(platform, rows, gradebook)
            by_person = _by_person(names, ways, people, found.problems)
            for person, parts in sorted(by_person.items(), key=lambda item: item[0].student):
                place = folder / "submitted" / person.student / assignment
                if place.exists() and any(place.iterdir()) and not force:
                    found.problems.append(f"{person.student} has a submission already: --force would replace it.")
                    continue
                try:
                    files = _unpacked({extracted / name: part["file_id"] for name, part in parts.items()}, extracted)
                except GradingError as error:
                    found.problems.append(f"{person.student}: {error}")
                    continue
                remarks = found.remarks[person.student]
                if any(part.get("late") for part in parts.values()):
                    remarks.append("late, says Canvas, which does not tell how late")
                time = max(part.get("timestamp", "") for part in parts.values())
                for path, name in _named(files, notebooks, remarks).items():
                    collector.files[str(path)] = (person.student, name, time)
                found.students.append(person.student)
                people.record(person)
            gradebook.db.commit()
        app = ZipCollectApp(parent=api, coursedir=api.coursedir, force=True)
        app.collect_directory_structure = str(extracted.with_name("{collect_step}"))
        app.coursedir.assignment_id = assignment
        app.collector_plugin_inst = collector
        try:
            app.process_extracted_files()
        except SystemExit:
            raise GradingError(f"nbgrader could not collect; {folder / 'nbgrader.log'} says why.") from None
    return found


class Extractor(ExtractorPlugin):
    """Unpacks a zip file, or copies a folder, and refuses what would write elsewhere or fill the disk."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Fill `extracted_path`, an empty folder, from the zip file or folder `archive_path`."""
        archive, target = Path(archive_path), Path(extracted_path)
        if archive.is_dir():
            for path in sorted(archive.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    copy = target / path.relative_to(archive)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, copy)
            return
        unzip(archive, target, WHOLE)


def unzip(archive: Path, target: Path, bounds: Bounds) -> None:
    """Unpack a zip file of whose maker nothing is known.

    Everything is looked at before a byte is written: the sizes that its table of contents states are the most that
    Python reads of each file.

    Raises:
        GradingError: if it is no zip file, is damaged, encrypted, too large, or has a path that leads elsewhere.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            reason = _refused(entries, bounds, target)
            if reason:
                raise GradingError(f"{archive.name} is refused: {reason}")
            for entry in entries:
                if entry.is_dir() or JUNK & set(PurePosixPath(entry.filename).parts):
                    continue
                path = target / entry.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source, path.open("xb") as written:
                    shutil.copyfileobj(source, written)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise GradingError(f"{archive.name} is no zip file, or is damaged ({error}): download it again.") from None
    except OSError as error:
        raise GradingError(f"{archive.name} can't be unpacked: {error.strerror or error}.") from None


def _refused(entries: list[zipfile.ZipInfo], bounds: Bounds, target: Path) -> str:
    """Why an archive with these entries is not unpacked, empty if it is."""
    total = sum(entry.file_size for entry in entries)
    if len(entries) > bounds.files:
        return f"it holds {len(entries):,} files, and {bounds.files:,} are allowed."
    if total > bounds.bytes:
        return f"it unpacks to {total / 2**20:,.0f} MiB, and {bounds.bytes >> 20:,} MiB are allowed."
    if total > shutil.disk_usage(target).free:
        return f"it unpacks to {total / 2**20:,.0f} MiB, and the disk of {target} has less: make room first."
    seen = set[PurePosixPath]()
    for entry in entries:
        # As it stands in the file: Python itself would cut it at a zero byte.
        name, path = entry.orig_filename, PurePosixPath(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name) or not path.parts:
            return f"the path {name!r} leads out of the archive."
        if "\\" in name or any(ord(character) < 32 or ord(character) == 127 for character in name):
            return f"the path {name!r} has a character that no platform writes."
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            return f"{name!r} is neither a file nor a folder."
        if entry.flag_bits & 1:
            return f"{name!r} is encrypted."
        if path in seen:
            return f"it holds {name!r} twice."
        seen.add(path)
    return ""


class Collector(FileNameCollectorPlugin):
    """Tells nbgrader whose a file is.

    `files` says it by path, with the file's name and the time: it is filled before, since whose a file is and what it
    should be called depends on the others.
    """

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.files: dict[str, tuple[str, str, str]] = {}

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student and the name of a file, or None if it is not wanted."""
        if submitted_file not in self.files:
            return None
        student, name, time = self.files[submitted_file]
        return {"student_id": student, "file_id": name, **({"timestamp": time} if time else {})}


def _platform(names: list[str], pattern: str | None, archive: Path) -> tuple[str, tuple[str, ...]]:
    """The platform's name, and the ways to read the names of its files."""
    if pattern is not None:
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            raise GradingError(f"--pattern is no regular expression ({error}): mend it.") from None
        if not {"student_id", "file_id"} <= set(groups):
            raise GradingError("--pattern needs the groups (?P<student_id>...) and (?P<file_id>...): add them.")
        return "pattern", (pattern,)
    for platform, ways in PATTERNS.items():
        if any(re.fullmatch(ways[0], name, re.DOTALL) for name in names):
            return platform, ways
    raise GradingError(
        f"Nothing in {archive.name} is named as Moodle or Canvas name submissions: download the archive of all "
        "submissions, or describe the names with --pattern."
    )


def _by_person(
    names: list[str], ways: tuple[str, ...], people: "_People", problems: list[str]
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
            problems.append(f"{name} is not named like a submission, and was left.")
    found: dict[Person, dict[str, dict[str, str]]] = defaultdict(dict)
    for name, choices in read.items():
        try:
            person, reading = people.find(choices)
        except GradingError as error:
            problems.append(f"{name} was left: {error}")
            continue
        found[person][name] = reading
    return found


def _unpacked(files: dict[Path, str], extracted: Path) -> dict[Path, str]:
    """The files of a submission by path with their names, those in zip files of the student's own among them."""
    found = {}
    for path, name in files.items():
        if Path(name).suffix.lower() != ".zip":
            found[path] = name
            continue
        inner = Path(tempfile.mkdtemp(dir=extracted))
        unzip(path, inner, OF_A_STUDENT)
        found |= {one: one.relative_to(inner).as_posix() for one in sorted(inner.rglob("*")) if one.is_file()}
    return found


def _named(files: dict[Path, str], notebooks: set[str], remarks: list[str]) -> dict[Path, str]:
    """The names that the files of a submission get: the notebooks those of the assignment.

    A folder around everything is taken away, and so is what a browser or Canvas added to a name. The only notebook of a
    submission stands for the only one of the assignment, whatever it is called.
    """
    wanted = {f"{name}.ipynb" for name in notebooks}
    names = dict(files)
    folders = {PurePosixPath(name).parts[0] for name in names.values()}
    while len(folders) == 1 and all("/" in name for name in names.values()):
        names = {path: name.partition("/")[2] for path, name in names.items()}
        folders = {PurePosixPath(name).parts[0] for name in names.values()}
    handed_in = {path: name for path, name in names.items() if PurePosixPath(name).suffix == ".ipynb"}
    for path, name in handed_in.items():
        plain = f"{COPY.sub('', name.removesuffix('.ipynb'))}.ipynb"
        alone = next(iter(wanted)) if len(wanted) == len(handed_in) == 1 else name
        right = plain if plain in wanted else alone
        if right != name and right in wanted and right not in names.values():
            names[path] = right
            remarks.append(f"{name} was taken for {right}")
    found: dict[str, Path] = {}
    for path, name in names.items():
        if name == TIMESTAMP:
            remarks.append(f"{TIMESTAMP} was left: the time of a submission is not the student's to tell")
            continue
        if name in found:
            remarks.append(f"there are two files {name}: the second was left")
        found.setdefault(name, path)
    if not wanted & set(found):
        remarks.append("no notebook of the assignment is among the files")
    return {path: name for name, path in found.items()}


@dataclass(frozen=True)
class Row:
    """A student in a file of the platform: the number that stands in file names, if the file has it, and the name."""

    number: str
    name: str
    person: Person


def read_roster(path: Path) -> list[Row]:
    """Read who is who from a CSV file of Moodle or Canvas, whose columns have their English names.

    Raises:
        GradingError: if it is no such file, or gives two students the same id.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} can't be read as a CSV file ({error}): export it again.") from None
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
            f"{path} is neither a grading worksheet of Moodle nor an export of a gradebook of Moodle or Canvas, with "
            "columns in English: it needs Identifier and Full name, First name and Last name, or Student and ID."
        )
    twice = [student for student, count in Counter(row.person.student for row in rows).items() if count > 1]
    if twice:
        raise GradingError(f"{path} has more than one student {twice[0]}: give each an ID number of their own.")
    return rows


def _of_canvas(line: dict[str, str]) -> Row:
    last, _, first = (part.strip() for part in line["Student"].partition(","))
    login = line.get("SIS Login ID", "")
    student = login if SAFE_ID.fullmatch(login) else line["ID"]
    email = login if "@" in login else ""
    return Row(line["ID"], line["Student"], Person(student, first, last, email, line["ID"]))


def _of_moodle(line: dict[str, str]) -> Row:
    name = line.get("Full name") or f"{line.get('First name', '')} {line.get('Last name', '')}"
    first, last = _parted(name) if "Full name" in line else (line["First name"], line["Last name"])
    number, email = line.get("ID number", ""), line.get("Email address", "")
    known = [one for one in (number, email) if SAFE_ID.fullmatch(one)]
    participant = re.search(r"\d+$", line.get("Identifier", ""))
    return Row(
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


class _People:
    """Whose a file is, by the roster, the gradebook, or what its name says."""

    def __init__(self, platform: str, roster: list[Row] | None, gradebook: Gradebook):
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
                raise GradingError(f"it may be that of student {numbers}; --roster would tell.")
            return self._unlisted(readings[0]), readings[0]
        meant = [(row, reading) for reading in readings for row in self.roster if self._meant(row, reading)]
        if len(meant) > 1:
            meant = [(row, reading) for row, reading in meant if _alike(row.name) == _alike(reading["name"])]
        if len(meant) != 1:
            raise GradingError(f"the roster has {'two students' if meant else 'no student'} of this name and number.")
        row, reading = meant[0]
        return self._in_gradebook(row.person), reading

    @staticmethod
    def _meant(row: Row, reading: dict[str, str]) -> bool:
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
            raise GradingError(f"two students are called {name}; --roster would tell which is which.")
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

"""Which files of an archive are a student's last attempt, and when it was handed in.

Of each file the newest version counts, and the time of the submission is that of the newest file that counts: content
and time follow one rule. Times stand in names of files, or in a table of the platform. What Moodle and Canvas write
into their zip files as the time of a file is that of the download, so it counts only if it is asked for.
"""

import hashlib
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath

from gdl_utils.classroom.course import TIMESTAMP
from gdl_utils.classroom.roster_files import read_table
from gdl_utils.classroom.student_files import read_files
from gdl_utils.classroom.times import in_gradebook, read_time, show_time, zone_name
from gdl_utils.errors import GradingError

Parts = Mapping[str, Mapping[str, str]]
EXTENDED_TIMESTAMP = 0x5455  # Info-ZIP's name for it, "UT"
# What browsers and platforms add to the name of a file that was there already.
COPY = re.compile(r"(-\d+| ?\(\d+\))$")


@dataclass
class Attempt:
    """What counts of the files of a student.

    Attributes:
        names: of the files in the archive, the newest first.
        time: when they were handed in, None if that is not known.
        said: what should say when, if it can't be read for certain.
        problem: why it can't.
        remarks: which files don't count.
    """

    names: list[str]
    time: datetime | None = None
    said: str = ""
    problem: str = ""
    remarks: list[str] = field(default_factory=list)


def times_in(path: Path, required: bool = False) -> dict[str, str]:
    """When submissions were handed in, as a table says it, by the student's number on the platform.

    Args:
        path: Moodle's grading worksheet, or another CSV file with a column for the number and one for the time.
        required: whether there must be such columns.

    Raises:
        GradingError: if it can't be read, or lacks columns that it needs.
    """
    rows = read_table(path)
    number = next((name for name in ("identifier", "id", "number") if rows and name in rows[0]), None)
    if number is None or "time" not in rows[0]:
        if required:
            remedy = "name its columns ID (the student's number) and submitted_at (the time)"
            raise GradingError(f"{path} has no column of times", remedy)
        return {}
    numbered = ((re.search(r"\d+$", row[number]), row["time"]) for row in rows)
    return {digits[0]: time for digits, time in numbered if digits and time not in ("", "-")}


def times_of_files(archive: Path) -> dict[str, str]:
    """The times that a zip file has for its files, by their names: in UTC if it says so, else without a zone.

    Raises:
        GradingError: if it is no zip file.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
    except (OSError, zipfile.BadZipFile) as error:
        raise GradingError(f"{archive} can't be read as a zip file ({error})", "download it again") from None
    return {entry.filename: _time_of_file(entry) for entry in entries if not entry.is_dir()}


def _time_of_file(entry: zipfile.ZipInfo) -> str:
    """The time of Info-ZIP's extra field, which is in UTC, else that of all zip files, which names no zone."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == EXTENDED_TIMESTAMP and size >= 5 and extra[4] & 1:
            return f"{datetime.fromtimestamp(struct.unpack_from('<i', extra, 5)[0], UTC):%Y-%m-%d %H:%M:%S} UTC"
        extra = extra[4 + size :]
    year, month, day, *clock = entry.date_time
    return f"{year}-{month:02}-{day:02} {':'.join(f'{part:02}' for part in clock)}"


def last_attempt(parts: Parts, notebooks: int, told: Mapping[str, str], zone: tzinfo | None) -> Attempt:
    """What counts of a student's files.

    Args:
        parts: what was read from their names, by the name in the archive: `file_id`, perhaps `timestamp` and `number`.
        notebooks: how many the assignment has.
        told: what `times_in` or `times_of_files` found.
        zone: of times that name none.

    Raises:
        GradingError: if the newest version of a file can't be told.
    """
    said = {name: part.get("timestamp", "") for name, part in parts.items()}
    if len(set(said.values())) == 1:
        others = (told[key] for name, part in parts.items() for key in (name, part.get("number", "")) if key in told)
        text = next(iter(said.values())) or max(others, default="")
        return _timed(sorted(parts), text, zone)
    times = _in_order({name: text for name, text in said.items() if text}, zone)
    dated = sorted(times, key=lambda name: (times[name], name), reverse=True)
    undated = sorted(set(parts) - set(times))
    kept: dict[str, str] = {}
    left = []
    for name in [*dated, *undated]:
        first = kept.setdefault(_kind(parts[name]["file_id"], notebooks), name)
        if first in times and name not in times:
            raise GradingError(f"Nothing says which is newer, {first} or {name}", "give both a time, or remove one")
        if name in times and times[first] > times[name]:
            left.append(name)
    attempt = _timed([name for name in [*dated, *undated] if name not in left], said[dated[0]], zone)
    if len(set(times.values())) > 1:
        newest, *older = dict.fromkeys(_shown(said[name], zone) for name in dated)
        attempt.remarks.append(f"handed in {len(older) + 1} times: the last, {newest}, counts, not {', '.join(older)}")
    attempt.remarks += [
        f"{parts[name]['file_id']} of {_shown(said[name], zone)} was left out, because there is a newer one"
        for name in left
    ]
    return attempt


def _timed(names: list[str], text: str, zone: tzinfo | None) -> Attempt:
    """The attempt of these files, at a time that a text says."""
    try:
        return Attempt(names, read_time(text, zone) if text else None)
    except GradingError as error:
        problem = _without_zone(text) if zone is None and _lacks_zone(text) else str(error)
        return Attempt(names, None, text, problem)


def _in_order(said: Mapping[str, str], zone: tzinfo | None) -> dict[str, datetime]:
    """Times to put files in order by: if none of them names a zone, which one it is does not matter for that."""
    if zone is None and all(_lacks_zone(text) for text in said.values()):
        zone = UTC
    return {name: read_time(text, zone) for name, text in said.items()}


def _lacks_zone(text: str) -> bool:
    try:
        read_time(text, UTC)
    except GradingError:
        return False
    try:
        read_time(text)
    except GradingError:
        return True
    return False


def _without_zone(text: str) -> str:
    return f"The time {text!r} names no zone: give the zone of all such times, for example --zone Europe/Berlin."


def _shown(text: str, zone: tzinfo | None) -> str:
    if zone is None and _lacks_zone(text):
        return text
    time = read_time(text, zone)
    return show_time(time, zone_name(time.tzinfo))


def _kind(name: str, notebooks: int) -> str:
    """What two versions of a file have in common."""
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    if notebooks == 1 and suffix in (".ipynb", ".zip"):
        return "the work"
    return f"{path.parent / COPY.sub('', path.stem)}{suffix}".casefold()


@dataclass(frozen=True)
class Before:
    """What lay in a folder of submitted/ before: the text of its time, and digests of its other files by name."""

    time: bytes | None
    files: Mapping[str, bytes]


def what_was_there(folder: Path) -> Before:
    """What to compare a new submission with."""
    files = read_files(folder) if folder.is_dir() else {}
    time = files.pop(TIMESTAMP, None)
    # Not the files themselves: those of a whole class are known at a time.
    return Before(time, {name: hashlib.sha256(data).digest() for name, data in files.items()})


def write_time(folder: Path, attempt: Attempt, before: Before) -> str:
    """Write when a submission was handed in into its folder, where nbgrader looks for it.

    A text that can't be read for certain is written as it is, so that grading asks about it again. If nothing is known
    of the same files now, the time of before stays.

    Returns:
        What is wrong with it, empty if nothing is.
    """
    path = folder / TIMESTAMP
    if attempt.time:
        path.write_text(f"{in_gradebook(attempt.time):%Y-%m-%d %H:%M:%S.%f} UTC\n")
    elif attempt.said:
        path.write_text(attempt.said)
    elif before.time is not None:
        if what_was_there(folder).files == before.files:
            path.write_bytes(before.time)
        else:
            return f"the old time was removed with its files: write the time of the new ones into {path}"
    return attempt.problem

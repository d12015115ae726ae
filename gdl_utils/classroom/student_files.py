"""Reads the files of a folder that a student may have filled, and writes what was graded into one."""

import datetime
import errno
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NoReturn

from gdl_utils.classroom.course import SUBMISSION_SECRET, TIMESTAMP
from gdl_utils.classroom.times import EXAMPLE, read_utc
from gdl_utils.errors import GradingError
from nbjudge.files import is_portable

# Written beside a submission by nbgrader's exchange or by `gdl collect`, never by a student.
OF_NBGRADER = (TIMESTAMP, SUBMISSION_SECRET)
# What nbgrader, Jupyter or IPython read where they are started, and what could be taken for a result.
RESERVED = re.compile(
    r"(timestamp|submission_secret)\.txt|gradebook\.db|nbgrader\.log|(nbgrader|jupyter|ipython)\w*_config\.(py|json)"
    r"|.*\.ipynb",
    re.IGNORECASE,
)
IGNORED = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store"}
MAX_FILES = 1000
MAX_BYTES = 256 << 20
OF_THE_READER = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_submission(folder: Path) -> None:
    """Make sure that what was handed in is a folder of its own.

    Raises:
        GradingError: if it is something else, or leads to what somebody else handed in.
    """
    for place in (folder.parent, folder):
        if place.is_symlink():
            raise GradingError(f"{place} is a link, not a folder")
    if not folder.is_dir():
        raise GradingError(f"{folder} is not a folder")
    try:
        folder.parent.name.encode()
    except UnicodeEncodeError:
        raise GradingError("no gradebook can hold its name, which is not text in UTF-8: rename the folder") from None


def may_be_kept(name: str) -> bool:
    """Whether a file of a student's may lie under this relative path where others look at it.

    That is in autograded/, where Formgrader and whoever grades see it, and in submitted/ when an archive is collected.
    Notebooks of the assignment are no matter of this rule: what is kept of them is written by the engine.
    """
    return is_portable(name) and not any(RESERVED.fullmatch(part) for part in name.split("/"))


def handed_in_beside(folder: Path) -> dict[str, bytes]:
    """Of the files that were handed in beside the notebooks, those that go beside the graded ones."""
    files = read_files(folder)
    return {name: data for name, data in files.items() if name in OF_NBGRADER or may_be_kept(name)}


def read_files(folder: Path) -> dict[str, bytes]:
    """The regular files below a folder by relative path; links are not followed, whoever made them.

    Those that are too large or too many are left out, but no notebook for the sake of what lies beside it.

    Raises:
        GradingError: if one can't be read, or a folder can't be looked into.
        OSError: if the machine takes no more files or memory.
    """
    files: dict[str, bytes] = {}
    for name, path in _chosen(folder).items():
        if path is not None:
            try:
                files[name] = path.read_bytes()
            except OSError as error:
                _refuse_to_read(error)
    return files


def left_out(folder: Path) -> list[str]:
    """The names of files that `read_files` leaves out, since they are too large or too many."""
    return [name for name, path in _chosen(folder).items() if path is None]


def _chosen(folder: Path) -> dict[str, Path | None]:
    """The regular files of a folder by relative path; None for those that are too large or too many."""
    chosen: dict[str, Path | None] = {}
    room, count = MAX_BYTES, 0
    for path in chain(sorted(folder.glob("*.ipynb")), _below(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            if name in chosen or path.is_symlink() or not path.is_file():
                continue
            size = path.stat().st_size
        except OSError as error:
            _refuse_to_read(error)
        chosen[name] = path if size <= room and count < MAX_FILES else None
        if chosen[name]:
            room, count = room - size, count + 1
    return chosen


def _refuse_to_read(error: OSError) -> NoReturn:
    """Say of an error that it is one submission's: unless there is no memory, or too many files are open."""
    if error.errno in OF_THE_READER:
        raise error
    raise GradingError(f"{error.filename} can't be read ({error.strerror or error})") from None


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_refuse_to_read, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        yield from (Path(place, name) for name in sorted(names) if name not in IGNORED)


def read_submission(folder: Path) -> dict[str, bytes]:
    """What a student handed in, by relative path: files that are too large or too many are left out."""
    return {name: data for name, data in read_files(folder).items() if name != TIMESTAMP}


def times_of(folder: Path, files: Iterable[str]) -> dict[str, float]:
    """When the files of a folder were changed, in seconds, as far as they say so."""
    times = {}
    for name in files:
        with suppress(OSError):
            times[name] = (folder / name).stat().st_mtime
    return times


def read_timestamp(folder: Path) -> tuple[datetime.datetime | None, list[str]]:
    """When a submission was handed in, in UTC, None if nothing says so, and what is wrong with what says it."""
    path = folder / TIMESTAMP
    try:
        if path.is_symlink() or not path.is_file():
            return None, []
        text = path.read_bytes()[:100].decode().strip()
        return (read_utc(text) if text else None), []
    except GradingError as error:
        complaint = f"{TIMESTAMP}: {error.problem}, so it counts as in time: {error.remedy}"
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        complaint = f"{TIMESTAMP} can't be read ({reason}), so it counts as in time: write a time like {EXAMPLE}"
    return None, [complaint]


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write files below a folder, where they can be written.

    Returns:
        What could not be written, a sentence each: of a file and a folder of one name, the first stays.

    Raises:
        OSError: if the disk is full.
    """
    problems = []
    for name, data in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            if error.errno in DISK_IS_FULL:
                raise
            problems.append(f"The file {name} can't be kept: {error.strerror}.")
    return problems


def files_to_write(left: Mapping[str, bytes], taken: Iterable[str] = ()) -> dict[str, bytes]:
    """Of the files that a student's code has left, those that go beside the graded notebook.

    Not among them are those with names that may not be kept, and names that are taken by what was handed in or handed
    out, on any system: some tell neither capitals nor the ways to write an accent apart.
    """
    used = {_same_on_any_system(name) for name in taken}
    return {name: data for name, data in left.items() if may_be_kept(name) and _same_on_any_system(name) not in used}


def _same_on_any_system(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()

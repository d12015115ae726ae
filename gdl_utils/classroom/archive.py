"""Unpacks archives of whose maker nothing is known, and refuses what would write elsewhere or fill the disk."""

import datetime
import errno
import os
import re
import shutil
import stat
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.plugins.zipcollect import ExtractorPlugin

from gdl_utils.classroom.student_files import DISK_IS_FULL, IGNORED, MAX_BYTES, MAX_FILES
from gdl_utils.errors import GradingError
from nbjudge.handed_files import READ_IN_PIECES
from nbjudge.matching import shown

# Too long, or of a file where another name needs a folder.
OF_THE_NAME = (errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EILSEQ)
DEEPEST = 100  # folders in folders: what walks through them calls itself for each
JUNK = {*IGNORED, "__MACOSX", "Thumbs.db"}


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold: files, and bytes when unpacked."""

    files: int
    bytes: int


LIMITS_OF_CLASS = ArchiveLimits(1_000_000, 64 << 30)
LIMITS_OF_STUDENT = ArchiveLimits(MAX_FILES, MAX_BYTES)


class Extractor(ExtractorPlugin):
    """Unpacks a zip file, or copies a folder, and refuses what would write elsewhere or fill the disk."""

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.problems: list[str] = []  # what could not be read or unpacked, in sentences

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Fill `extracted_path`, an empty folder, from the zip file or folder `archive_path`."""
        archive, target = Path(archive_path), Path(extracted_path)
        if archive.is_dir():
            self._copy(archive, target)
            return
        unzip(archive, target, LIMITS_OF_CLASS, self.problems)

    def _copy(self, folder: Path, target: Path) -> None:
        # What can't be read is one student's matter; a disk that is full is everybody's.
        def note(error: OSError) -> None:
            if error.errno in DISK_IS_FULL:
                raise GradingError(f"{folder} can't be copied: {error.strerror or error}.") from None
            self.problems.append(
                f"{Path(error.filename or folder).name} can't be read ({error.strerror}), and was left out."
            )

        for place, folders, names in os.walk(folder, onerror=note):
            folders.sort()
            for path in (Path(place, name) for name in sorted(names)):
                try:
                    if path.is_file() and not path.is_symlink():
                        copy = target / path.relative_to(folder)
                        copy.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy2(path, copy)
                except OSError as error:
                    note(error)


def unzip(archive: Path, target: Path, limits: ArchiveLimits, problems: list[str] | None = None) -> None:
    """Unpack a zip file of whose maker nothing is known.

    Everything is looked at before a byte is written: the sizes that its table of contents states are the most that
    Python reads of each file.

    Args:
        archive: the file.
        target: an empty folder.
        limits: of what it may hold.
        problems: takes a sentence for each file whose name the disk does not take, if the others are unpacked all the
            same: of a class, one student chose that name.

    Raises:
        GradingError: if it is no zip file, is damaged, encrypted, too large, or has a path that leads elsewhere.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            reason = _refused(entries, limits, target)
            if reason:
                raise GradingError(f"{archive.name} is refused: {reason}")
            for entry in entries:
                if entry.is_dir() or JUNK & set(PurePosixPath(entry.filename).parts):
                    continue
                try:
                    _unpack(opened, entry, target / entry.filename)
                except OSError as error:
                    if problems is None or error.errno not in OF_THE_NAME:
                        raise
                    problems.append(f"{shown(entry.filename)} can't be unpacked ({error.strerror}), and was left out.")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise GradingError(f"{archive.name} is not a zip file, or is damaged ({error})", "download it again") from None
    except OSError as error:
        raise GradingError(f"{archive.name} can't be unpacked: {error.strerror or error}.") from None


def _unpack(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    if entry.filename.count("/") > DEEPEST:
        raise OSError(errno.ENAMETOOLONG, "its folders lie too deep")
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(entry) as source, path.open("xb") as written:
        shutil.copyfileobj(source, written)
    _set_time(path, entry)


def _set_time(path: Path, entry: zipfile.ZipInfo) -> None:
    # In no known zone, but of two files of one archive it tells the newer one.
    with suppress(ValueError, OverflowError, OSError):
        time = datetime.datetime(*entry.date_time).timestamp()
        os.utime(path, (time, time))


def _refused(entries: list[zipfile.ZipInfo], limits: ArchiveLimits, target: Path) -> str:
    """Why an archive with these entries is not unpacked, empty if it is."""
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.files:
        return f"it holds {len(entries):,} files, and {limits.files:,} are allowed."
    if total > limits.bytes:
        return f"it unpacks to {total / 2**20:,.0f} MiB, and {limits.bytes >> 20:,} MiB are allowed."
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
        if entry.compress_type not in READ_IN_PIECES:
            return f"{name!r} is compressed in an unusual way, which could fill the memory: ask for a usual zip file."
        if path in seen:
            return f"it holds {name!r} twice."
        seen.add(path)
    return ""

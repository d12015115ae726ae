"""Reads the files of a folder that a student may have filled, and writes what was graded into one."""

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from gdl_utils.classroom.course import RECORD, TIMESTAMP

IGNORED = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store"}
MAX_FILES = 1000
MAX_BYTES = 256 << 20
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)


def read_files(folder: Path) -> dict[str, bytes]:
    """The regular files below a folder by relative path; links are not followed, whoever made them.

    Those that are too large or too many are left out, but no notebook for the sake of what lies beside it.
    """
    files: dict[str, bytes] = {}
    room = MAX_BYTES
    for path in chain(sorted(folder.glob("*.ipynb")), _below(folder)):
        name = path.relative_to(folder).as_posix()
        if name in files or path.is_symlink() or not path.is_file():
            continue
        size = path.stat().st_size
        if size <= room and len(files) < MAX_FILES:
            room -= size
            files[name] = path.read_bytes()
    return files


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        yield from (Path(place, name) for name in sorted(names) if name not in IGNORED)


def read_submission(folder: Path) -> dict[str, bytes]:
    """What a student handed in, by relative path: files that are too large or too many are left out."""
    return {name: data for name, data in read_files(folder).items() if name != TIMESTAMP}


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

    Not among them are notebooks, which could be taken for results, what means something to nbgrader or to the engine,
    and names that are taken by what was handed in or handed out.
    """
    reserved = {TIMESTAMP, RECORD, *taken}
    return {name: data for name, data in left.items() if name not in reserved and not name.endswith(".ipynb")}

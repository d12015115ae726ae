"""The secret of a course, from which the inputs of hidden tests are drawn: without it nobody can compute them."""

import hmac
import os
import secrets
import time
from pathlib import Path

from gdl_utils.errors import GradingError

FILE = "course_secret.txt"
LENGTH = 64  # hexadecimal digits
PATIENCE = 1.0  # seconds


def course_secret(folder: Path) -> bytes:
    """The secret of a course, made the first time and then kept beside the gradebook, readable by its owner alone.

    Args:
        folder: of the course.

    Raises:
        GradingError: if the file holds something else.
        OSError: if it can't be read or made.
    """
    path = folder / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        text = _read(path)
    else:
        text = secrets.token_hex(LENGTH // 2)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{text}\n")
    if len(text) != LENGTH or not set(text) <= set("0123456789abcdef"):
        raise GradingError(
            f"{path} is damaged, so hidden inputs can't be drawn as before",
            "restore it from your backup, or delete it to draw new inputs from now on",
        )
    return bytes.fromhex(text)


def _read(path: Path) -> str:
    until = time.monotonic() + PATIENCE
    while not (text := path.read_text(errors="replace").strip()) and time.monotonic() < until:
        # Another command is just making it.
        time.sleep(0.01)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return text


def seed_of_student(secret: bytes, assignment: str, student: str) -> int:
    """The seed of a student's hidden inputs: the same whenever the assignment is graded in this course."""
    return _number(secret, f"inputs\0{assignment}\0{student}") >> 1


def seed_of_hashes(secret: bytes) -> int:
    """The seed of Python's hashes, which decide in what order sets are looped over."""
    return _number(secret, "hashes") >> 32


def _number(secret: bytes, purpose: str) -> int:
    digest = hmac.digest(secret, purpose.encode("utf-8", "surrogateescape"), "sha256")
    return int.from_bytes(digest[:8], "big")

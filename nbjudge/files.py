"""Which files of a submission are put beside its notebook, and which of those that its code leaves are kept."""

import re
from typing import Any

from nbjudge.model import Limits
from nbjudge.protocol import MAX_FILES

# Not in a name on Windows, or read as more than a name by a shell.
NOT_PORTABLE = re.compile(r"""[<>:"|?*\\`$]|^[.~-]|[. ]$""")
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def is_acceptable(name: str) -> bool:
    """Whether a relative path stays in its folder and can be written."""
    parts = name.split("/")
    if "\0" in name or len(name) >= 200 or any(part in ("", ".", "..") for part in parts):
        return False
    try:
        return all(len(part.encode("utf-8", "surrogateescape")) < 256 for part in parts)
    except UnicodeEncodeError:
        return False


def is_portable(name: str) -> bool:
    """Whether a relative path is an ordinary name on every system, and means nothing to programs that look around.

    Names with a dot in front are configuration to many programs: of `.git/config` git runs commands. A folder with a
    file HEAD can be a repository as well.
    """
    parts = name.split("/")
    return (
        is_acceptable(name)
        and name.isprintable()
        and not any(NOT_PORTABLE.search(part) or DEVICES.fullmatch(part) or part.lower() == "head" for part in parts)
    )


def files_to_put(files: dict[str, bytes], limits: Limits, reasons: list[str]) -> dict[str, bytes]:
    """The files handed in, but for notebooks, that have a place in the student's folder.

    Args:
        files: contents by relative path.
        limits: what a submission may use.
        reasons: takes a sentence if not all fit.
    """
    kept: dict[str, bytes] = {}
    room, all_fit = limits.disk_bytes, True
    for name, data in files.items():
        if name.endswith(".ipynb") or not is_acceptable(name):
            continue
        if len(data) > room or len(kept) >= MAX_FILES:
            all_fit = False
            continue
        room -= len(data)
        kept[name] = data
    if not all_fit:
        most = f"{MAX_FILES:,} files and {limits.disk_bytes >> 20} MiB"
        reasons.append(f"of the files beside the notebook not all were used: {most} are allowed")
    return kept


def files_to_keep(left: dict[Any, Any]) -> dict[str, bytes]:
    """Of what a student's process says it has left, the files that are files and could not be taken for a result."""
    kept: dict[str, bytes] = {}
    for name, data in left.items():
        if type(name) is not str or type(data) is not bytes or not is_portable(name):
            continue
        # A notebook that the student's code writes could be taken for a result, and so could a folder of its name.
        if not any(part.lower().endswith(".ipynb") for part in name.split("/")) and len(kept) < MAX_FILES:
            kept[name] = data
    return kept

"""A user id of its own for each process that runs what a student sent, where the one who grades is root.

The kernel counts pipes, descriptors under way in sockets, keys and more for each user id of the machine, whatever
namespaces lie between. Root may map other ids into the user namespace of the outer wall, and each process takes one of
them before it goes behind the inner wall. Nobody else may do this: then all notebooks share the id of who grades.
"""

import json
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# Nobody is given these, says systemd's documentation ("Users, Groups, UIDs and GIDs on systemd Systems"). They are so
# many that two processes which draw theirs by chance don't meet, even if two graders know nothing of each other.
FIRST, COUNT = 1_879_048_192, 1 << 28
INSIDE_ID = 1000


def _extents(path: Path) -> list[tuple[int, int, int]]:
    lines = path.read_text().splitlines()
    return [(int(inside), int(outside), int(count)) for inside, outside, count in map(str.split, lines)]


def are_there(folders: Iterable[str]) -> bool:
    """Whether this process may hand out ids, and whoever has one can read these folders."""
    if os.geteuid() != 0:
        return False
    extents = _extents(Path("/proc/self/uid_map"))
    is_mapped = any(inside <= FIRST and inside + count >= FIRST + COUNT for inside, _, count in extents)
    return is_mapped and all(map(_all_can_read, folders))


def _all_can_read(folder: str) -> bool:
    # It and what lies in it: a package that was installed for root alone is so from its top.
    with suppress(FileNotFoundError):
        modes = [os.stat(folder).st_mode]  # noqa: PTH116  (of a thousand files at the start)
        if stat.S_ISDIR(modes[0]):
            with os.scandir(folder) as entries:
                modes += [entry.stat().st_mode for entry in entries if entry.is_dir() or entry.is_file()]
        wanted = ((mode, stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH) for mode in modes)
        return all(mode & bits == bits for mode, bits in wanted)
    return True


class UserMap:
    """Maps the ids into the user namespace that bubblewrap makes, while it waits.

    Attributes:
        descriptors: for bubblewrap to inherit.
        options: for its command line.
    """

    def __init__(self) -> None:
        self._told, tell = os.pipe()
        wait, self._go_on = os.pipe()
        self.descriptors = [tell, wait]
        self.options = ["--unshare-user", "--info-fd", str(tell), "--userns-block-fd", str(wait)]
        self.options += ["--cap-add", "CAP_SETUID"]

    def write(self) -> None:
        """Write the map, once bubblewrap has been started; nothing if it has ended."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        with os.fdopen(self._told) as told, os.fdopen(self._go_on, "w"), suppress(ValueError, KeyError, OSError):
            folder = Path("/proc", str(json.loads(told.read())["child-pid"]))
            # Bubblewrap needs somebody to be root inside, who is nobody here.
            both = f"0 {FIRST} 1\n{INSIDE_ID} {{}} 1\n"
            (folder / "uid_map").write_text(f"{both.format(os.geteuid())}{FIRST + 1} {FIRST + 1} {COUNT - 1}\n")
            (folder / "gid_map").write_text(both.format(os.getegid()))


def draw() -> int | None:
    """One of the ids that are mapped into this process's user namespace, None if there are none."""
    spare = [extent for extent in _extents(Path("/proc/self/uid_map")) if extent[2] > 1]
    return spare[0][0] + secrets.randbelow(spare[0][2]) if len(spare) == 1 and spare[0][0] == FIRST + 1 else None

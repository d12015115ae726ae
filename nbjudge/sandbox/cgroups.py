"""Lets the kernel count what a notebook uses, buffers of pipes and sockets included, where a cgroup is delegated.

Version 2 of control groups only (the kernel's Documentation/admin-guide/cgroup-v2.rst). Whoever grades gets one with
`systemd-run --user --scope -p Delegate=yes PROGRAM`, for example. Elsewhere limits for each process, and the
watchdog, do what they can.
"""

import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from nbjudge.model import Limits

MOUNT = Path("/sys/fs/cgroup")
SELF = Path("/proc/self/cgroup")
WANTED = {"memory", "pids"}
# A group that has others below it may hold no process, so those that grade move into one of their own.
SUPERVISOR = "nbjudge-supervisor"


def _words(path: Path) -> set[str]:
    return set(path.read_text().split())


@cache
def delegated() -> Path | None:
    """The cgroup in which this process may make one for each notebook, None if there is none.

    Moves this process into a cgroup below it, and with it all that it starts later.
    """
    try:
        line = next(line for line in SELF.read_text().splitlines() if line.startswith("0::/"))
        own = MOUNT / line.removeprefix("0::/")
        if own.name == SUPERVISOR:
            # A process that grades has moved there before it started this one.
            return own.parent
        if not _words(own / "cgroup.controllers") >= WANTED or not os.access(own / "cgroup.procs", os.W_OK):
            return None
        supervisor = own / SUPERVISOR
        supervisor.mkdir(exist_ok=True)
        (supervisor / "cgroup.procs").write_text(str(os.getpid()))
        try:
            (own / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(WANTED)))
        except OSError:
            # Somebody else is in it, a shell for example.
            (own / "cgroup.procs").write_text(str(os.getpid()))
            supervisor.rmdir()
            return None
        return own
    except (OSError, StopIteration):
        return None


class Cgroup:
    """A cgroup for one process and all that it starts."""

    def __init__(self, base: Path, pid: int, limits: Limits):
        """Put a process into a new one.

        Raises:
            OSError: if it can't be.
        """
        self.path = base / f"nbjudge-{pid}"
        self.path.mkdir()
        try:
            self._write("memory.max", limits.memory)
            # There is no such file where nothing can be swapped out.
            with suppress(FileNotFoundError):
                self._write("memory.swap.max", 0)
            self._write("memory.oom.group", 1)
            # The kernel counts threads; TensorFlow starts some.
            self._write("pids.max", 4 * limits.processes)
            self._write("cgroup.procs", pid)
        except OSError:
            self.path.rmdir()
            raise

    def _write(self, name: str, value: int) -> None:
        # Never made if it is not there: each is a switch of the kernel's.
        descriptor = os.open(self.path / name, os.O_WRONLY)
        try:
            os.write(descriptor, str(value).encode())
        finally:
            os.close(descriptor)

    def out_of_memory(self) -> bool:
        """Whether the kernel ended it since it needed too much."""
        try:
            lines = (self.path / "memory.events").read_text().splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and not line.endswith(" 0") for line in lines)

    def remove(self) -> None:
        """End what is in it, and remove it."""
        with suppress(OSError):
            self._write("cgroup.kill", 1)
        until = time.monotonic() + 2
        while True:
            try:
                self.path.rmdir()
                return
            except FileNotFoundError:
                return
            except OSError:
                # Those that were killed take a moment to go.
                if time.monotonic() > until:
                    return
                time.sleep(0.01)


def enter(pid: int, limits: Limits) -> Cgroup | None:
    """Put a process into a cgroup of its own with the limits, if one is delegated."""
    base = delegated()
    try:
        return Cgroup(base, pid, limits) if base else None
    except OSError:
        return None

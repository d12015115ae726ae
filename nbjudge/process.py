"""A student process, a judge process, and the pair of them."""

import os
import select
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from nbjudge.channel import Channel
from nbjudge.model import Limits
from nbjudge.sandbox import cgroups
from nbjudge.watchdog import Watchdog

EXIT_TIMEOUT = 10  # seconds that the kernel may take to end a process that was killed


class Process:
    """A student process or a judge.

    Attributes:
        pid: its number on this machine.
        control: the channel to it.
        peak: most bytes of memory that it, and what it started, had at a time.
        reason: why it was killed, empty if it was not: memory, processes, pipes or time.
    """

    def __init__(self, pidfd: int, control: Channel, limits: Limits):
        self._pidfd = pidfd
        self.control = control
        self.pid = _pid_of(pidfd)
        self.peak = 0
        self.reason = ""
        self.cgroup = cgroups.enter(self.pid, limits)

    def signal(self, what: int) -> None:
        """Send a signal, if the process is still there."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, what)

    def alive(self) -> bool:
        """Whether it still runs."""
        return not select.select([self._pidfd], [], [], 0)[0]

    def wait_for_reason(self, seconds: float) -> None:
        """Give the watchdog, or the kernel, the time to say why it was killed, if it was."""
        select.select([self._pidfd], [], [], seconds)
        if not self.reason and self.cgroup and self.cgroup.out_of_memory():
            self.reason = "memory"

    def end(self) -> None:
        """End it and, with a PID namespace of its own, all that it started; wait until it has ended."""
        self.signal(signal.SIGKILL)
        with suppress(ValueError):
            select.select([self._pidfd], [], [], EXIT_TIMEOUT)
        if self.cgroup:
            self.cgroup.remove()
        self.control.close()
        os.close(self._pidfd)


def _pid_of(pidfd: int) -> int:
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    return -1


@dataclass
class ProcessPair:
    """The two processes of one notebook, and the student's output pipes."""

    student: Process
    judge: Process
    stdout: int
    stderr: int
    watchdog: Watchdog
    folders: list[str] = field(default_factory=list)

    def close(self) -> None:
        """End both, and remove what they left."""
        self.watchdog.stop()
        # Both at once: the end of a large process takes its time.
        for process in (self.student, self.judge):
            process.signal(signal.SIGKILL)
        for process in (self.student, self.judge):
            process.end()
        os.close(self.stdout)
        os.close(self.stderr)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> "ProcessPair":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.close()

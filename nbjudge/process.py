"""A student process and a judge process, and the watchdog that kills those that use too much."""

import os
import select
import shutil
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from nbjudge.channel import Channel
from nbjudge.model import Limits
from nbjudge.sandbox import cgroups

WATCH_INTERVAL = 0.03  # seconds between two looks of the watchdog
EXIT_TIMEOUT = 10  # seconds that the kernel may take to end a process that was killed
MOST_PROCESSES = 5000  # that are looked at


class Process:
    """A student process or a judge.

    Attributes:
        pid: its number on this machine.
        control: the channel to it.
        peak: most bytes of memory that it, and what it started, had at a time.
        reason: why it was killed, empty if it was not: memory, processes or time.
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


def _tree_below(pid: int) -> list[int]:
    """A process and all that it has started, as far as they are its children's children."""
    tree: list[int] = []
    waiting = [pid]
    while waiting and len(tree) <= MOST_PROCESSES:
        current = waiting.pop()
        tree.append(current)
        try:
            tasks = [path.name for path in Path(f"/proc/{current}/task").iterdir()]
        except OSError:
            continue
        for task in tasks:
            with suppress(OSError):
                children = Path(f"/proc/{current}/task/{task}/children").read_text()
                waiting += [int(child) for child in children.split()]
    return tree


def _memory_and_threads(pid: int) -> tuple[int, int]:
    """Bytes of memory of its own and number of threads of a process."""
    memory, threads = 0, 1
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(("RssAnon:", "RssShmem:")):
                memory += int(line.split()[1]) << 10
            elif line.startswith("Threads:"):
                threads = int(line.split()[1])
    except (OSError, ValueError):
        return 0, 0
    return memory, threads


def _proportional_memory(pid: int) -> int:
    # What several processes share after a fork counts once.
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except (OSError, ValueError):
        pass
    return 0


class Watchdog:
    """Looks at the processes of one notebook and kills those that use too much, whatever the supervisor waits for."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.processes: list[Process] = []
        self.hard_deadline = time.monotonic() + limits.notebook_seconds + 30
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def start(self, processes: list[Process]) -> None:
        """Begin to watch."""
        self.processes = processes
        self.thread.start()

    def stop(self) -> None:
        """End watching."""
        self.ended.set()
        if self.thread.ident:
            self.thread.join()

    def _watch(self) -> None:
        while not self.ended.wait(WATCH_INTERVAL):
            for process in self.processes:
                self._look(process)
            if time.monotonic() > self.hard_deadline:
                for process in self.processes:
                    process.reason = process.reason or "time"
                    process.signal(signal.SIGKILL)

    def _look(self, process: Process) -> None:
        if process.reason or not process.alive():
            return
        tree = _tree_below(process.pid)
        usage = [_memory_and_threads(pid) for pid in tree]
        memory, threads = (sum(column) for column in zip(*usage, strict=True))
        if memory > self.limits.memory and len(tree) > 1:
            memory = sum(_proportional_memory(pid) for pid in tree[:200])
        process.peak = max(process.peak, memory)
        if memory > self.limits.memory:
            process.reason = "memory"
        elif len(tree) > self.limits.processes or threads > 4 * self.limits.processes:
            process.reason = "processes"
        else:
            return
        process.signal(signal.SIGKILL)


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

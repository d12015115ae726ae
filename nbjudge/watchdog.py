"""Watches the memory, the processes and the time that a notebook uses, and kills what uses too much."""

import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nbjudge.model import Limits
from nbjudge.processor_time import INTERVAL, ProcessorClock, Times

WATCH_INTERVAL = 0.03  # seconds between two looks
MOST_PROCESSES = 5000  # that are looked at
SPARE_SECONDS = 30  # beyond its limit, until the notebook is ended whatever the supervisor does
READ = {"RssAnon", "RssShmem", "VmPTE", "Threads", "FDSize"}  # lines of /proc/PID/status
# What pipes and sockets hold is memory of the kernel: as much as fits into them counts, once there are more than a few.
FEW_DESCRIPTORS = 256
PIPE_BYTES, SOCKET_BYTES = 64 << 10, 208 << 10
# The kernel gives the pipes of one user 64 MiB together: a notebook gets a quarter.
MOST_PIPES = 256


class Watched(Protocol):
    """What the watchdog needs of a process; see `process.Process`."""

    pid: int
    peak: int
    reason: str

    def alive(self) -> bool:
        """Whether it still runs."""

    def signal(self, what: int) -> None:
        """Send a signal."""


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


@dataclass(frozen=True)
class Usage:
    """What one process uses.

    Attributes:
        own: bytes of memory of its own.
        tables: bytes in which the kernel keeps where its memory is.
        threads: how many it has.
        descriptors: how many it has room for.
    """

    own: int = 0
    tables: int = 0
    threads: int = 0
    descriptors: int = 0


def _usage(pid: int) -> Usage:
    try:
        lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        found = {name: int(rest.split()[0]) for name, _, rest in lines if name in READ}
    except (OSError, ValueError):
        return Usage()
    own = found.get("RssAnon", 0) + found.get("RssShmem", 0)
    return Usage(own << 10, found.get("VmPTE", 0) << 10, found.get("Threads", 1), found.get("FDSize", 0))


def _pipes_and_sockets(tree: Sequence[int]) -> tuple[int, int]:
    """How many pipes and sockets some processes have; what several share counts once."""
    held: set[str] = set()
    for pid in tree:
        with suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208  (names are enough)
                with suppress(OSError):
                    held.add(os.readlink(f"/proc/{pid}/fd/{name}"))  # noqa: PTH115
    pipes = sum(name.startswith("pipe:") for name in held)
    return pipes, sum(name.startswith("socket:") for name in held)


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
        self.processes: Sequence[Watched] = ()
        self.clock = ProcessorClock()
        self.began = self.clock.known()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def start(self, processes: Sequence[Watched]) -> None:
        """Begin to watch."""
        self.processes = processes
        self.began = self.clock.known()
        self.thread.start()

    def stop(self) -> None:
        """End watching."""
        self.ended.set()
        if self.thread.ident:
            self.thread.join()

    def times(self) -> Times:
        """How long both have computed and waited, with all that they have started, on the clock of `time.monotonic`."""
        return self.clock.look(pid for process in self.processes for pid in _tree_below(process.pid))

    def _watch(self) -> None:
        next_times = time.monotonic() + INTERVAL
        while not self.ended.wait(WATCH_INTERVAL):
            for process in self.processes:
                self._look(process)
            if time.monotonic() > next_times:
                self.times()
                next_times = time.monotonic() + INTERVAL
            if (self.clock.known() - self.began).own > self.limits.notebook_seconds + SPARE_SECONDS:
                for process in self.processes:
                    process.reason = process.reason or "time"
                    process.signal(signal.SIGKILL)

    def _look(self, process: Watched) -> None:
        if process.reason or not process.alive():
            return
        tree = _tree_below(process.pid)
        usage = [_usage(pid) for pid in tree]
        memory, threads = sum(each.own for each in usage), sum(each.threads for each in usage)
        kernel, pipes = sum(each.tables for each in usage), 0
        if sum(each.descriptors for each in usage) > FEW_DESCRIPTORS:
            pipes, sockets = _pipes_and_sockets(tree)
            kernel += pipes * PIPE_BYTES + sockets * SOCKET_BYTES
        if memory + kernel > self.limits.memory and len(tree) > 1:
            memory = sum(_proportional_memory(pid) for pid in tree[:200])
        memory += kernel
        process.peak = max(process.peak, memory)
        if memory > self.limits.memory:
            process.reason = "memory"
        elif len(tree) > self.limits.processes or threads > 4 * self.limits.processes:
            process.reason = "processes"
        elif pipes > MOST_PIPES:
            process.reason = "pipes"
        else:
            return
        process.signal(signal.SIGKILL)

"""Watches the memory, the processes and the time that a notebook uses, and kills what uses too much."""

import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from nbjudge.model import Limits

WATCH_INTERVAL = 0.03  # seconds between two looks
MOST_PROCESSES = 5000  # that are looked at


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
        self.processes: Sequence[Watched] = ()
        self.hard_deadline = time.monotonic() + limits.notebook_seconds + 30
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def start(self, processes: Sequence[Watched]) -> None:
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

    def _look(self, process: Watched) -> None:
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

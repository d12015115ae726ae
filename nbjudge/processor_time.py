"""How long a notebook computed and how long it waited for a processor, and what of it a limit of time counts."""

import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

WALL_CLOCK = 3  # by the wall clock nothing lasts longer than so many times its limit
WAITED = 0.1  # of the time: whoever waited for less than this was not held up
MOST_WANTED = 4.0  # processors that a notebook may want at a time, unnoticed: TensorFlow has so many threads
INTERVAL = 0.25  # seconds between two looks at all threads


@dataclass(frozen=True)
class Times:
    """Seconds since some moment.

    Attributes:
        wall: of the wall clock.
        processor: for which threads computed, added up.
        waited: for which threads were ready to compute and had no processor, added up.
    """

    wall: float = 0.0
    processor: float = 0.0
    waited: float = 0.0

    def __add__(self, more: "Times") -> "Times":
        return Times(self.wall + more.wall, self.processor + more.processor, self.waited + more.waited)

    def __sub__(self, before: "Times") -> "Times":
        return Times(self.wall - before.wall, self.processor - before.processor, self.waited - before.waited)

    @property
    def own(self) -> float:
        """What counts towards a limit: not the waiting for a processor, but at least the computing.

        On a machine that has nothing else to do this is the wall clock.
        """
        return min(self.wall, max(self.wall - self.waited, self.processor, self.wall / WALL_CLOCK))

    @property
    def wanted(self) -> float:
        """How many processors would have been in use, on the average, if there had been enough."""
        return (self.processor + self.waited) / self.wall if self.wall > 0 else 0.0

    def held_up(self, limit: float) -> bool:
        """Whether others may have kept this from ending within the limit.

        It waited, and either did not have its own time, or could have computed on more processors.
        """
        had = max(self.wall - self.waited, self.processor)
        return self.waited > WAITED * self.wall and (had < (1 - WAITED) * limit or self.wanted > 1 + 2 * WAITED)


class ProcessorClock:
    """Adds up the times of all threads of some processes. The kernel tells them in /proc/PID/task/TID/schedstat.

    Where it does not, nobody seems to wait, and limits count the wall clock.

    Attributes:
        greedy: time during which more processors were wanted than a notebook may want unnoticed, and threads waited.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, tuple[int, int]] = {}
        self._ended = [0, 0]
        self._last = Times(time.monotonic())
        self.greedy = Times()

    def look(self, pids: Iterable[int]) -> Times:
        """The times up to now, on the clock of `time.monotonic`."""
        with self._lock:
            for pid in pids:
                self._look_at(pid)
            columns = zip(self._ended, *self._threads.values(), strict=True)
            processor, waited = (sum(column) / 1e9 for column in columns)
            now = Times(time.monotonic(), processor, waited)
            since = now - self._last
            if since.wall > INTERVAL / 2:
                if since.wanted > MOST_WANTED and since.waited > WAITED * since.processor:
                    self.greedy += since
                self._last = now
            return now

    def known(self) -> Times:
        """The times of the last look, as if nothing had been computed since."""
        return Times(time.monotonic(), self._last.processor, self._last.waited)

    def _look_at(self, pid: int) -> None:
        try:
            threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208  (names are enough)
        except OSError:
            return
        for thread in threads:
            with suppress(OSError, ValueError):
                words = Path(f"/proc/{pid}/task/{thread}/schedstat").read_bytes().split()
                times = int(words[0]), int(words[1])
                before = self._threads.get(thread, (0, 0))
                if times < before:
                    # Another thread has its number now.
                    self._ended = [self._ended[0] + before[0], self._ended[1] + before[1]]
                self._threads[thread] = times

"""Standard output and error of the student process: each line goes out at once, but not each of a million lines."""

import io
import os
import sys
import time
from contextlib import suppress

AT_ONCE = 2000  # lines of a cell that are sent each by itself
OFTEN = 0.02  # seconds after which what came since goes out, if there are more
BUFFER = 1 << 16


class PatientBuffer(io.BufferedWriter):
    """Sends what it is asked to send at once, as long as it is not asked thousands of times in a cell."""

    def __init__(self, descriptor: int):
        super().__init__(io.FileIO(descriptor, "w", closefd=False), BUFFER)
        self.stream = io.TextIOWrapper(self, "utf-8", errors="replace", line_buffering=True)
        self.left = AT_ONCE
        self.last = 0.0

    def flush(self) -> None:
        """Send what there is, or leave it for a moment."""
        self.left -= 1
        if self.left < 0 and time.monotonic() < self.last + OFTEN:
            return
        super().flush()
        self.last = time.monotonic()
        if self.left == 0:
            # From here on the stream asks no more at each line, only when it has enough of them.
            self.stream.reconfigure(line_buffering=False)

    def begin_cell(self) -> None:
        """Send each line at once again."""
        if self.left <= 0:
            self.stream.reconfigure(line_buffering=True)
        self.left = AT_ONCE

    def send(self) -> None:
        """Send what there is."""
        self.stream.flush()
        super().flush()


_buffers: list[PatientBuffer] = []


def open_streams() -> None:
    """Let this process print so."""
    _buffers[:] = [PatientBuffer(descriptor) for descriptor in (1, 2)]
    sys.stdout, sys.stderr = (buffer.stream for buffer in _buffers)
    # Or a fork would print it, too.
    os.register_at_fork(before=send_all)


def begin_cell() -> None:
    """From here on, as many lines as a cell may have go out at once again."""
    for buffer in _buffers:
        with suppress(Exception):
            buffer.begin_cell()


def send_all() -> None:
    """Send everything that was printed, also by way of streams that the student's code has put there."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    for buffer in _buffers:
        with suppress(Exception):
            buffer.send()

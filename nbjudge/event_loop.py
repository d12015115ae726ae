"""Waits for one process of a notebook while the other one, and the pipes of both, are heard."""

import os
import select
import time
from collections.abc import Callable
from typing import Any

from nbjudge.channel import Channel, ChannelTimeoutError
from nbjudge.outputs import CellOutput
from nbjudge.process import ProcessPair
from nbjudge.wire import WireError

INTERRUPT_GRACE = 2.0  # seconds from an interrupt to the end
PIECE = 1 << 16  # bytes that are read from a pipe at a time
PIECES = 16  # as much as a pipe can hold


class Deadline:
    """A moment, and what is done when it comes: one interrupt after the other, each with some time to work.

    Args:
        end: the moment, on the clock of `time.monotonic`.
        interrupts: what is done then.
        more: asked before the first interrupt how many seconds there are left after all.
    """

    def __init__(self, end: float, *interrupts: Callable[[], None], more: Callable[[], float] = lambda: 0.0):
        self.end = end
        self._more: Callable[[], float] | None = more
        self._interrupts = list(interrupts)

    def left(self) -> float:
        """Seconds until the moment comes.

        Raises:
            ChannelTimeoutError: if all interrupts were of no use.
        """
        while (seconds := self.end - time.monotonic()) <= 0:
            if self._more and (left := self._more()) > 0:
                self.end = time.monotonic() + left
                continue
            self._more = None
            if not self._interrupts:
                raise ChannelTimeoutError("it did not stop when it was interrupted")
            self._interrupts.pop(0)()
            self.end = time.monotonic() + INTERRUPT_GRACE
        return seconds


class EventLoop:
    """The one place where the supervisor of a notebook waits.

    Whatever it waits for, it empties the pipes: a process that prints into a full pipe would wait for ever.
    """

    def __init__(self, pair: ProcessPair):
        self._streams = {pair.stdout: "stdout", pair.stderr: "stderr"}

    def receive(
        self,
        channel: Channel,
        deadline: Deadline,
        output: CellOutput,
        other: Channel | None = None,
        on_other_lost: Callable[[WireError], None] = lambda _: None,
    ) -> Any:
        """The next message on a channel.

        Args:
            channel: of the process that is waited for.
            deadline: until when.
            output: takes what comes through the pipes.
            other: a channel whose messages are thrown away meanwhile, so that its process does not wait to be heard.
            on_other_lost: called, once, if nothing can come on it any more.

        Raises:
            WireError: if no message comes, or none that can be accepted.
        """
        while True:
            watched: list[Any] = [channel, *self._streams, *([other] if other else [])]
            ready, _, _ = select.select(watched, [], [], deadline.left())
            for descriptor in self._streams:
                if descriptor in ready:
                    self._read(descriptor, output, 1)
            if other in ready and other is not None:
                try:
                    other.receive(time.monotonic() + INTERRUPT_GRACE)
                except WireError as error:
                    on_other_lost(error)
                    other = None
            if channel in ready:
                self.drain(output)
                return channel.receive(max(deadline.end, time.monotonic() + INTERRUPT_GRACE))

    def drain(self, output: CellOutput) -> None:
        """Take what is in the pipes now. A flood never ends: after as much as a pipe can hold, the rest waits."""
        for descriptor in self._streams:
            self._read(descriptor, output, PIECES)

    def _read(self, descriptor: int, output: CellOutput, pieces: int) -> None:
        for _ in range(pieces):
            try:
                data = os.read(descriptor, PIECE)
            except BlockingIOError:
                return
            if not data:
                return
            output.add_stream(self._streams[descriptor], data)

"""Messages over one end of a socket pair, in the format of `wire`."""

import socket
import time
from typing import Any

from nbjudge.wire import HEADER, LENGTH, LIMITS, Codec, WireError, WireLimits, pack, read_header, unpack


class ChannelClosedError(WireError):
    """The other side has gone."""


class ChannelTimeoutError(WireError):
    """The message did not come, or could not be sent, in time."""


class Channel:
    """Messages over one end of a socket pair.

    Attributes:
        limits: of what is received.
        limits_of_sent: the same at first.
    """

    def __init__(self, end: socket.socket, codec: Codec | None = None, limits: WireLimits = LIMITS):
        self.socket = end
        self.codec = codec or Codec()
        self.limits = self.limits_of_sent = limits

    def fileno(self) -> int:
        """For `select`."""
        return self.socket.fileno()

    def close(self) -> None:
        """Close this end."""
        self.socket.close()

    def send(self, value: Any, deadline: float | None = None) -> None:
        """Send one value; `deadline` is a time of `time.monotonic`, None waits for ever."""
        message = pack(value, self.codec, self.limits_of_sent)
        try:
            self._wait(deadline)
            self.socket.sendall(message)
        except TimeoutError:
            raise ChannelTimeoutError("a message could not be sent in time") from None
        except OSError:
            raise ChannelClosedError("the other side has gone") from None

    def receive(self, deadline: float | None = None) -> Any:
        """The next value.

        Raises:
            ChannelClosedError: if the other side has gone.
            ChannelTimeoutError: if it did not come whole before the deadline.
            WireError: if it is not acceptable; the channel is of no use after that.
        """
        return unpack(self.receive_bytes(deadline), self.codec, self.limits)

    def receive_bytes(self, deadline: float | None = None) -> bytearray:
        """The bytes of the next message, not yet read."""
        head = self._exactly(HEADER.size, deadline)
        count, length = read_header(bytes(head), self.limits)
        lengths = self._exactly(count * LENGTH.size, deadline)
        total = sum(size for (size,) in LENGTH.iter_unpack(lengths)) + length
        if len(head) + len(lengths) + total > self.limits.size:
            raise WireError(f"a message has more than {self.limits.size} bytes")
        return head + lengths + self._exactly(total, deadline)

    def _wait(self, deadline: float | None) -> None:
        if deadline is None:
            # Each call of `settimeout` is one of the kernel.
            if self.socket.gettimeout() is not None:
                self.socket.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)

    def _exactly(self, count: int, deadline: float | None) -> bytearray:
        data = bytearray()
        while len(data) < count:
            try:
                self._wait(deadline)
                piece = self.socket.recv(min(count - len(data), 1 << 20))
            except TimeoutError:
                raise ChannelTimeoutError("a message did not come in time") from None
            except OSError:
                raise ChannelClosedError("the other side has gone") from None
            if not piece:
                raise ChannelClosedError("the other side has gone")
            data += piece
        return data

"""Messages over a socket pair: whole, in time, or an error that says why."""

import resource
import socket
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbjudge.channel import Channel, ChannelClosedError, ChannelTimeoutError
from nbjudge.wire import HEADER, LENGTH, MAGIC, WireError, pack, unpack
from tests.nbjudge.values import VALUES, message, same

pytestmark = pytest.mark.quick


@pytest.fixture
def ends():
    here, there = socket.socketpair()
    with here, there:
        yield Channel(here), Channel(there)


def later(what, *arguments):
    thread = threading.Thread(target=what, args=arguments, daemon=True)
    thread.start()
    return thread


def soon(seconds=0.3):
    return time.monotonic() + seconds


def test_several_messages_in_a_row(ends):
    values = [1, [], {"a": np.arange(10)}, b"", "text", None]
    for value in values:
        ends[0].send(value)
    for value in values:
        assert same(ends[1].receive(soon()), value)
    with pytest.raises(ChannelTimeoutError):
        ends[1].receive(soon(0.05))


def test_a_message_that_is_larger_than_what_a_socket_holds(ends):
    value = np.random.default_rng(0).random((1000, 1000))
    thread = later(ends[0].send, value)
    assert same(ends[1].receive(soon(10)), value)
    thread.join(10)
    assert not thread.is_alive()


@settings(deadline=None, max_examples=25)
@given(st.lists(VALUES, max_size=3), st.integers(1, 50))
def test_messages_that_come_in_pieces(values, piece):
    here, there = socket.socketpair()
    with here, there:
        data = b"".join(map(pack, values))

        def send():
            for place in range(0, len(data), piece):
                here.sendall(data[place : place + piece])

        later(send)
        channel = Channel(there)
        for value in values:
            assert same(channel.receive(soon(10)), value)


@pytest.mark.parametrize("part", [0, 3, HEADER.size, HEADER.size + 4, -1])
def test_a_message_that_does_not_come_whole(ends, part):
    data = pack([b"abc", "text"])
    ends[0].socket.sendall(data[:part] if part else b"")
    start = time.monotonic()
    with pytest.raises(ChannelTimeoutError):
        ends[1].receive(soon())
    assert time.monotonic() - start < 2


def test_a_sender_that_dribbles_does_not_move_the_deadline(ends):
    stop = threading.Event()

    def dribble():
        for byte in pack("a" * 1000):
            if stop.wait(0.02):
                return
            ends[0].socket.sendall(bytes([byte]))

    thread = later(dribble)
    start = time.monotonic()
    with pytest.raises(ChannelTimeoutError):
        ends[1].receive(soon())
    assert time.monotonic() - start < 2
    stop.set()
    thread.join(5)


def test_a_reader_that_does_not_read(ends):
    start = time.monotonic()
    with pytest.raises(ChannelTimeoutError):
        ends[0].send(np.zeros(1_000_000), soon())
    assert time.monotonic() - start < 2


def test_a_deadline_that_is_over(ends):
    ends[1].send(1)
    for act in (lambda: ends[0].send(1, soon(-1)), lambda: ends[0].receive(soon(-1))):
        with pytest.raises(ChannelTimeoutError):
            act()


@pytest.mark.parametrize("part", [0, 3, HEADER.size, HEADER.size + 4, -1])
def test_a_sender_that_goes(ends, part):
    ends[0].socket.sendall(pack([b"abc", "text"])[:part] if part else b"")
    ends[0].close()
    with pytest.raises(ChannelClosedError):
        ends[1].receive()
    with pytest.raises(ChannelClosedError):
        for _ in range(3):
            ends[1].send(np.zeros(100_000))


def test_an_end_that_was_closed_here(ends):
    ends[0].close()
    with pytest.raises(ChannelClosedError):
        ends[0].receive(soon())
    with pytest.raises(ChannelClosedError):
        ends[0].send(1, soon())


@pytest.mark.parametrize(
    "head",
    [
        HEADER.pack(MAGIC, 2**32 - 1, 0),
        HEADER.pack(MAGIC, 0, 2**64 - 1),
        HEADER.pack(MAGIC, 1, 0) + LENGTH.pack(2**64 - 1),
        HEADER.pack(MAGIC, 2, 0) + LENGTH.pack(2**63) * 2,
        b"HTTP/1.1 200 OK\r\n",
    ],
)
def test_a_head_that_promises_too_much_is_refused(ends, head):
    """It is not waited for, and takes no memory."""
    ends[0].socket.sendall(head)
    start, memory = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WireError) as caught:
        ends[1].receive(soon(5))
    assert not isinstance(caught.value, ChannelTimeoutError | ChannelClosedError)
    assert time.monotonic() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 50_000


def test_what_can_not_be_sent_leaves_the_channel_as_it_was(ends):
    with pytest.raises(WireError):
        ends[0].send(object())
    ends[0].send("next")
    assert ends[1].receive(soon()) == "next"


def test_a_value_that_is_refused_was_read_whole(ends):
    ends[0].socket.sendall(message(["eval", "1"]) + pack("next"))
    data = ends[1].receive_bytes(soon())
    with pytest.raises(WireError):
        unpack(data)
    assert ends[1].receive(soon()) == "next"

"""Printed lines go out at once, but a flood of them does not cost a call of the system for each."""

import os
import threading

import pytest

from nbjudge.student_output import AT_ONCE, PatientBuffer

pytestmark = pytest.mark.quick


@pytest.fixture
def printing():
    """A stream of the student's, its buffer, and a function that gives what has arrived, as pieces."""
    read, write = os.pipe()
    pieces = []

    def take():
        while piece := os.read(read, 1 << 20):
            pieces.append(piece)

    buffer = PatientBuffer(write)
    reader = threading.Thread(target=take)
    reader.start()
    yield buffer, pieces
    os.close(write)
    reader.join()
    os.close(read)


def arrived(pieces, count, timeout=5.0):
    """What has arrived when so many bytes have, or the time is over."""
    waiting = threading.Event()
    while len(b"".join(pieces)) < count and timeout > 0:
        waiting.wait(0.01)
        timeout -= 0.01
    return b"".join(pieces)


def test_a_line_goes_out_at_once(printing):
    buffer, pieces = printing
    print("one", file=buffer.stream)
    assert arrived(pieces, 4) == b"one\n"
    print("half", end="", file=buffer.stream, flush=True)
    assert arrived(pieces, 8) == b"one\nhalf"


@pytest.mark.parametrize("flush", [False, True])
def test_a_flood_is_complete_and_in_few_pieces(printing, flush):
    buffer, pieces = printing
    count = 100_000
    for number in range(count):
        print(number, file=buffer.stream, flush=flush)
    buffer.send()
    expected = "".join(f"{number}\n" for number in range(count)).encode()
    assert arrived(pieces, len(expected)) == expected
    # From some line on, lines ask no more.
    assert flush or -AT_ONCE < buffer.left <= 0
    # The next cell begins anew.
    buffer.begin_cell()
    print("next", file=buffer.stream)
    assert arrived(pieces, len(expected) + 5).endswith(b"next\n")

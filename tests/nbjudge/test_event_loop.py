"""Waiting for one process while the other one and the pipes are heard, with real pipes and socket pairs."""

import fcntl
import os
import socket
import threading
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from nbjudge import event_loop
from nbjudge.channel import Channel, ChannelClosedError, ChannelTimeoutError
from nbjudge.event_loop import Deadline, EventLoop
from nbjudge.outputs import CellOutput
from nbjudge.wire import WireError

pytestmark = pytest.mark.timing

ENOUGH = 10  # seconds in which anything here is done, even on a busy machine


class Processes:
    """The ends of a student process and a judge, without the processes.

    Attributes:
        loop: the one that is tried.
        student: the supervisor's channel to the student.
        judge: that to the judge.
        by_student: what the student holds.
        by_judge: what the judge holds.
        stdout: where the student prints.
        stderr: likewise.
    """

    def __init__(self):
        here, there = socket.socketpair()
        self.student, self.by_student = Channel(here), Channel(there)
        here, there = socket.socketpair()
        self.judge, self.by_judge = Channel(here), Channel(there)
        out, self.stdout = os.pipe()
        err, self.stderr = os.pipe()
        self.read, self.written = [out, err], [self.stdout, self.stderr]
        for pipe in self.read:
            os.set_blocking(pipe, False)
        self.loop = EventLoop(SimpleNamespace(stdout=out, stderr=err))
        self.threads = []
        self.ended = threading.Event()

    def receive(self, *arguments):
        """What the loop gives or raises, or a failure if it waits for ever."""
        results = []

        def wait():
            try:
                results.append((self.loop.receive(*arguments), None))
            except BaseException as error:
                results.append((None, error))

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        thread.join(2 * ENOUGH)
        assert results, "it waits for ever"
        message, error = results[0]
        if error:
            raise error
        return message

    def do(self, act, *arguments):
        """Do something at the same time."""

        def until_it_can_not_go_on():
            with suppress(OSError, WireError):
                act(*arguments)

        self.threads.append(threading.Thread(target=until_it_can_not_go_on, daemon=True))
        self.threads[-1].start()
        return self.threads[-1]

    def flood(self, pipe, data=b"x" * 5000):
        """Print without end."""
        while not self.ended.is_set():
            os.write(pipe, data)

    def later(self, seconds, act, *arguments):
        """Do something in a while."""
        self.do(lambda: self.ended.wait(seconds) or act(*arguments))

    def hang_up(self):
        """Print nothing any more."""
        while self.written:
            os.close(self.written.pop())

    def close(self):
        """Close all, so that no thread waits."""
        self.ended.set()
        for channel in (self.student, self.by_student, self.judge, self.by_judge):
            channel.close()
        for pipe in self.read:
            os.close(pipe)
        for thread in self.threads:
            thread.join(ENOUGH)
        self.hang_up()
        assert not any(thread.is_alive() for thread in self.threads)


@pytest.fixture
def processes():
    made = Processes()
    yield made
    made.close()


@pytest.fixture
def short_grace(monkeypatch):
    monkeypatch.setattr(event_loop, "INTERRUPT_GRACE", 0.2)


def soon(seconds=ENOUGH):
    return Deadline(time.monotonic() + seconds)


# Messages and what is printed.


def test_what_was_printed_before_a_message_comes_with_it(processes):
    output = CellOutput(1000)
    os.write(processes.stdout, b"first ")
    os.write(processes.stderr, b"warning")
    os.write(processes.stdout, b"second")
    processes.by_student.send("message")
    assert processes.receive(processes.student, soon(), output) == "message"
    assert {item["name"]: item["text"] for item in output.items} == {"stdout": "first second", "stderr": "warning"}


def test_all_that_a_large_pipe_holds_comes_with_the_message(processes):
    for pipe in processes.read:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)
    os.write(processes.stdout, b"x" * 300_000)
    os.write(processes.stderr, b"y" * 300_000)
    processes.by_student.send("message")
    output = CellOutput(1 << 20)
    assert processes.receive(processes.student, soon(), output) == "message"
    for name, character in (("stdout", "x"), ("stderr", "y")):
        assert "".join(item["text"] for item in output.items if item["name"] == name) == character * 300_000


def test_more_is_printed_than_a_pipe_holds(processes):
    """Who prints would wait for ever if nobody read."""
    output = CellOutput(5 << 20)

    def prints():
        for _ in range(400):
            os.write(processes.stdout, b"x" * 10_000)
        processes.by_student.send("message")

    processes.do(prints)
    assert processes.receive(processes.student, soon(), output) == "message"
    processes.loop.drain(output)
    assert sum(len(item["text"]) for item in output.items) == 4_000_000


def test_a_flood_does_not_starve_a_message(processes):
    output = CellOutput(1000)
    for pipe in (processes.stdout, processes.stderr):
        processes.do(processes.flood, pipe)
    processes.later(0.3, processes.by_student.send, "message")
    start = time.monotonic()
    assert processes.receive(processes.student, soon(), output) == "message"
    assert 0.2 < time.monotonic() - start < ENOUGH / 2
    # What has no room is thrown away.
    assert output.used == 1000
    assert sum(len(item["text"]) for item in output.items) < 1100


@pytest.fixture
def endless():
    """Something that never runs dry, however fast it is read."""
    with Path("/dev/zero").open("rb", buffering=0) as file:
        yield file.fileno()


def test_a_pipe_that_never_runs_dry_does_not_starve_a_message(processes, endless):
    processes.loop = EventLoop(SimpleNamespace(stdout=endless, stderr=processes.read[1]))
    processes.later(0.2, processes.by_student.send, "message")
    assert processes.receive(processes.student, soon(), CellOutput(1000)) == "message"


def test_what_never_runs_dry_is_not_drained_to_its_end(processes, endless):
    processes.loop = EventLoop(SimpleNamespace(stdout=endless, stderr=processes.read[1]))
    os.write(processes.stderr, b"warning")
    output = CellOutput(5 << 20)
    drained = processes.do(processes.loop.drain, output)
    drained.join(ENOUGH)
    assert not drained.is_alive()
    # Of neither pipe is nothing taken.
    assert {item["name"] for item in output.items} == {"stdout", "stderr"}


def test_a_flood_does_not_move_the_deadline(processes):
    processes.do(processes.flood, processes.stdout)
    start = time.monotonic()
    with pytest.raises(ChannelTimeoutError):
        processes.receive(processes.student, soon(0.3), CellOutput(1000))
    assert 0.2 < time.monotonic() - start < ENOUGH / 2


def test_pipes_that_were_closed_are_no_message(processes):
    processes.hang_up()
    processes.later(0.2, processes.by_student.send, "message")
    output = CellOutput(1000)
    assert processes.receive(processes.student, soon(), output) == "message"
    assert output.items == []


def test_messages_come_one_at_a_time_and_in_order(processes):
    for number in range(3):
        processes.by_student.send(number)
    for number in range(3):
        assert processes.receive(processes.student, soon(), CellOutput(0)) == number


def test_the_end_of_the_process_that_is_waited_for_is_an_error(processes):
    processes.later(0.1, processes.by_student.close)
    with pytest.raises(ChannelClosedError):
        processes.receive(processes.student, soon(), CellOutput(0))


def test_a_message_that_breaks_the_format_is_an_error(processes):
    processes.by_student.socket.sendall(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(WireError) as caught:
        processes.receive(processes.student, soon(), CellOutput(0))
    assert not isinstance(caught.value, ChannelClosedError | ChannelTimeoutError)


def test_half_a_message_is_not_waited_for_longer_than_allowed(processes, short_grace):
    processes.by_student.socket.sendall(b"NBJ1\0\0")
    start = time.monotonic()
    with pytest.raises(ChannelTimeoutError):
        processes.receive(processes.student, soon(0.3), CellOutput(0))
    assert time.monotonic() - start < ENOUGH / 2


# Interrupts.


def test_interrupts_come_one_after_the_other_and_then_an_error(processes, short_grace):
    called = []
    start = time.monotonic()

    def interrupt(name):
        called.append((name, time.monotonic() - start))

    deadline = Deadline(start + 0.3, lambda: interrupt("student"), lambda: interrupt("judge"))
    with pytest.raises(ChannelTimeoutError):
        processes.receive(processes.judge, deadline, CellOutput(0), processes.student)
    ended = time.monotonic() - start
    assert [name for name, _ in called] == ["student", "judge"]
    moments = [0, called[0][1], called[1][1], ended]
    # Each has its time to work.
    assert all(later - earlier > 0.19 for earlier, later in pairwise(moments))
    assert called[0][1] >= 0.3 and ended < ENOUGH / 2


def test_an_interrupt_that_helps_is_the_last(processes, short_grace):
    called = []

    def interrupt():
        called.append("student")
        processes.by_judge.send("message")

    deadline = Deadline(time.monotonic() + 0.1, interrupt, lambda: called.append("judge"))
    assert processes.receive(processes.judge, deadline, CellOutput(0)) == "message"
    assert called == ["student"]


def test_before_the_deadline_nobody_is_interrupted(processes):
    called = []
    processes.later(0.2, processes.by_judge.send, "message")
    deadline = Deadline(time.monotonic() + ENOUGH, lambda: called.append("student"))
    assert processes.receive(processes.judge, deadline, CellOutput(0)) == "message"
    assert called == [] and 0 < deadline.left() < ENOUGH


def test_a_deadline_without_interrupts_is_the_end():
    with pytest.raises(ChannelTimeoutError):
        Deadline(time.monotonic() - 1).left()


# The other channel.


def test_messages_of_the_other_channel_are_thrown_away(processes):
    """Else its process would wait to be heard, and the judge for it."""
    lost = []

    def talk():
        # More than a socket holds.
        for number in range(300):
            processes.by_student.send({"kind": "Displayed", "number": number, "text": "x" * 10_000})
        processes.by_judge.send("report")

    processes.do(talk)
    message = processes.receive(processes.judge, soon(), CellOutput(0), processes.student, lost.append)
    assert (message, lost) == ("report", [])


def test_what_came_on_the_other_channel_is_not_kept(processes):
    processes.by_student.send("forged report")
    processes.later(0.2, processes.by_judge.send, "report")
    assert processes.receive(processes.judge, soon(), CellOutput(0), processes.student) == "report"
    processes.by_student.send("next")
    assert processes.receive(processes.student, soon(), CellOutput(0)) == "next"


LOSSES = {
    "closed": (lambda processes: processes.by_student.close(), ChannelClosedError),
    "of another format": (lambda processes: processes.by_student.socket.sendall(b"x" * 1000), WireError),
    "half a message": (lambda processes: processes.by_student.socket.sendall(b"NBJ1\0"), ChannelTimeoutError),
}


@pytest.mark.parametrize("how", LOSSES)
def test_the_loss_of_the_other_channel_is_told_once(processes, short_grace, how):
    """The message that is waited for comes all the same."""
    lose, kind = LOSSES[how]
    lost = []
    processes.later(0.1, lose, processes)
    processes.later(0.8, processes.by_judge.send, "report")
    message = processes.receive(processes.judge, soon(), CellOutput(0), processes.student, lost.append)
    assert message == "report"
    assert [type(error) for error in lost] == [kind]


def test_a_lost_channel_that_nobody_asks_about_is_no_error(processes):
    processes.by_student.close()
    processes.later(0.1, processes.by_judge.send, "report")
    assert processes.receive(processes.judge, soon(), CellOutput(0), processes.student) == "report"

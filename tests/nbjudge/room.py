"""A judge and a student's side in two threads of one process, joined as the real processes are."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from nbjudge.channel import Channel, ChannelClosedError
from nbjudge.judge import Judge
from nbjudge.names import Namespace
from nbjudge.proxy import JudgeCodec, StudentSide
from nbjudge.student import Student, StudentCodec

IMPORTS = {"np": "import numpy as np", "root": "from math import sqrt as root"}


class Room:
    """A judge whose tests ask a student, both in this process.

    Attributes:
        globals: the names of the student.
        student: who answers.
        names: those of the tests.
        judge: who runs them.
        ends: of the sockets between supervisor and student, and between judge and student.
    """

    def __init__(self):
        control, there = socket.socketpair()
        of_judge, of_student = socket.socketpair()
        self.ends = [control, there, of_judge, of_student]
        self.globals = {"__name__": "__main__"}
        shell = SimpleNamespace(user_ns=self.globals, enable_matplotlib=lambda _: None)
        self.student = Student(shell, Channel(there), Channel(of_student, StudentCodec()), 1000)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        codec = JudgeCodec()
        codec.student = StudentSide(Channel(of_judge, codec))
        self.names = Namespace(codec.student, IMPORTS)
        self.judge = Judge(self.names)

    def serve(self):
        """Answer until the other side has gone."""
        with suppress(ChannelClosedError):
            self.student.loop()

    def __call__(self, answer, test, **how):
        """Run the student's code, then a test, and give the report."""
        exec(answer, self.globals)
        return self.judge.run(test, **how)

    def value(self, answer, expression):
        """What a test sees for an expression."""
        report = self(answer, f"_seen = [{expression}]")
        assert report.passed, report
        return self.names["_seen"][0]

    def close(self):
        """End both."""
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        for end in self.ends:
            end.close()


class RoomOfForger(Room):
    """A judge whose tests ask somebody who sends what he likes.

    Args:
        forge: what is sent to the judge for a request, both as `wire` takes them.
    """

    def __init__(self, forge: Callable[[dict[str, Any]], Any]):
        self.forge = forge
        super().__init__()

    def serve(self):
        """Send what was forged until the other side has gone."""
        channel = self.student.judge
        with suppress(ChannelClosedError):
            while True:
                channel.send(self.forge(channel.receive()))

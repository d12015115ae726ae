"""Student processes that run side by side, forked from one zygote as those of a class are."""

import time
from contextlib import ExitStack, contextmanager

from nbjudge import Limits
from nbjudge.event_loop import Deadline, EventLoop
from nbjudge.outputs import CellOutput
from nbjudge.protocol import CellDone, Displayed, PutFiles, Raised, Ready, RunCell, from_wire, to_wire
from nbjudge.zygote_client import Environment, ZygoteServer

PATIENCE = 60  # seconds for one cell


class Neighbour:
    """One student process.

    Attributes:
        pair: it and its judge.
    """

    def __init__(self, pair):
        self.pair = pair
        self.loop = EventLoop(pair)
        for process in (pair.student, pair.judge):
            assert from_wire(process.control.receive(time.monotonic() + PATIENCE), Ready)
        pair.student.control.send(to_wire(PutFiles({})), time.monotonic() + PATIENCE)

    def run(self, source):
        """Run a cell; what it prints, and the exception if it raises one."""
        output, control = CellOutput(100_000), self.pair.student.control
        control.send(to_wire(RunCell(source)), time.monotonic() + PATIENCE)
        while True:
            message = self.loop.receive(control, Deadline(time.monotonic() + PATIENCE), output)
            message = from_wire(message, CellDone, Displayed, Raised)
            if isinstance(message, CellDone):
                self.loop.drain(output)
                said = [item for item in output.items if "data" not in item]
                return "".join(item.get("text") or f"{item['ename']}: {item['evalue']}" for item in said).strip()
            output.add_message(message)


@contextmanager
def neighbours(zygote, count=2, limits=None):
    """So many student processes at a time."""
    with ExitStack() as stack:
        yield [Neighbour(stack.enter_context(zygote.fork(limits or Limits()))) for _ in range(count)]


@contextmanager
def zygote(*imports):
    """A zygote that has imported something."""
    server = ZygoteServer(Environment(tuple(f"import {name}" for name in imports)))
    try:
        server.wait()
        yield server
    finally:
        server.close()

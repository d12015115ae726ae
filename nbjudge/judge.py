"""What runs in the judge process: the graded cells, with the hidden tests that it alone has.

A name that the tests use and the judge does not have is read from the student process, as plain data or as a `Proxy`.
"""

import builtins
import os
import random
import signal
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager

from nbjudge.cell_run import Printed, blank_lines, execute, report_of
from nbjudge.channel import Channel, ChannelClosedError
from nbjudge.compiled import CELL, CompiledCell, cell_of_code, compile_cell
from nbjudge.empty_answers import guard_libraries, unguarded
from nbjudge.judge_shell import make_shell
from nbjudge.known_causes import uninstalled
from nbjudge.names import Namespace
from nbjudge.protocol import Begin, Ready, Report, RunSetup, RunTest, Set, from_wire, to_wire
from nbjudge.proxy import JudgeCodec, StudentGoneError, StudentSide

BELOW_MAGIC = "<below a magic>"  # in the place of CELL, whose lines are counted from another one
SEED = "NBJUDGE_SEED"  # the environment variable in which tests find the seed of their inputs


class Judge:
    """Runs graded cells."""

    def __init__(self, names: Namespace, uninstalled: Iterable[str] = ()):
        self.names = names
        self.uninstalled = list(uninstalled)
        self.transformer = TransformerManager()
        self.shell: Any = None
        self.defined: set[str] = set()  # statements by which it has been given what other tests define
        names.own("get_ipython", self._shell)

    def run(
        self,
        source: str,
        scored: bool = True,
        redefined: Iterable[str] = (),
        missing: Iterable[str] = (),
        code: bytes = b"",
        before: Iterable[str] = (),
    ) -> Report:
        """Run one cell.

        Args:
            source: its text.
            scored: whether the value of its last line may be points; that of a setup cell is nothing.
            redefined: names of which the tests' own meaning is over.
            missing: names that are there only if the student's code has imported them.
            code: the cell as `compiled.cell_as_code` gives it.
            before: as for `RunTest`.
        """
        self.names.begin_cell(redefined, missing)
        self._define(before, anew=bool(redefined))
        self.names.is_setup = not scored
        report = report_of(lambda: self._execute(cell_of_code(code) or self._compiled(source), scored), source, scored)
        claims = self.names.student.claims.told
        is_gone = report.ename == StudentGoneError.__name__
        if not scored and self.names.read:
            # What it has read of the student's may be the reason, and then the machine is not.
            report = replace(report, from_student=not report.passed)
        return replace(report, claims=claims, student_gone=is_gone, uninstalled=self.uninstalled)

    def _define(self, statements: Iterable[str], anew: bool) -> None:
        # Once, since tests may change what they define, until anything has been defined again.
        self.defined = set() if anew else self.defined
        for statement in statements:
            if statement not in self.defined:
                with suppress(Exception), redirect_stdout(Printed()):
                    exec(statement, self.names)  # noqa: S102  (of the source notebook)
                self.defined.add(statement)

    def share(self, names: Iterable[str]) -> None:
        """Give the student's code the plain values that tests have made of names, as it would find them anywhere."""
        for name in names:
            # A function is lent as its text.
            if name in self.names and not callable(self.names[name]):
                with suppress(Exception):
                    self.names.student.ask(Set, name=name, value=unguarded(self.names[name]))

    def _shell(self) -> Any:
        # Made late, since few tests need it, and by the judge: the student's would read what is below a magic.
        if self.shell is None:
            self.shell = make_shell(
                self.names, lambda source: self._execute(self._compiled(source, BELOW_MAGIC), scored=False)
            )
        return self.shell

    def _compiled(self, source: str, place: str = CELL) -> CompiledCell:
        text = blank_lines(source) + self.transformer.transform_cell(source)
        return compile_cell(text, place, self.names.answers)

    def _execute(self, cell: CompiledCell, scored: bool) -> float | None:
        return execute(cell, self.names, self._is_own, scored)

    def _is_own(self, name: str) -> bool:
        # A number that comes straight from the student is an answer, never a score. The value of a magic is that of the
        # line below it.
        of_tests = name in self.names or name in self.names.imports or hasattr(builtins, name)
        return of_tests and name != "get_ipython"


def begin(message: Begin, student: StudentSide) -> Judge:
    """Put the judge's files into its folder, and make it known what is tested."""
    # Before the hidden files are there, whose names nobody is to find out.
    missing = uninstalled(message.modules)
    for name, data in message.files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)
    sys.path.insert(0, str(Path.cwd()))
    os.environ[SEED] = str(message.seed)
    reseed(message.seed)
    return Judge(Namespace(student, message.imports, message.answers, message.imported), missing)


def reseed(seed: int) -> None:
    """Let each source of chance in this process begin anew: the student's was forked from the same state."""
    words = np.random.SeedSequence(seed).generate_state(2)
    random.seed(int(words[0]))
    np.random.seed(int(words[1]))
    if "keras" in sys.modules:
        # TensorFlow's and the backend's, too.
        sys.modules["keras"].utils.set_random_seed(int(words[1]))


def main(control: Channel, student: Channel) -> None:
    """Run as the judge process; does not return."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    codec = JudgeCodec()
    student.codec = codec
    codec.student = StudentSide(student)
    judge: Judge | None = None
    try:
        control.send(to_wire(Ready()))
        # What libraries in C complain of while they test would go to a pipe that the student's process can read, too.
        os.dup2(1, 2)
        guard_libraries()
        while True:
            try:
                message = from_wire(control.receive(), Begin, RunSetup, RunTest)
                if isinstance(message, Begin):
                    judge = begin(message, codec.student)
                elif judge is not None and isinstance(message, RunSetup):
                    control.send(to_wire(judge.run(message.source, scored=False, code=message.code)))
                elif judge is not None and isinstance(message, RunTest):
                    report = judge.run(
                        message.source, True, message.redefined, message.missing, message.code, message.before
                    )
                    judge.share(message.shared)
                    control.send(to_wire(report))
            except KeyboardInterrupt:
                # Too late: the cell is over.
                continue
    except ChannelClosedError:
        pass
    os._exit(0)

"""What runs in the judge process: the graded cells, with the hidden tests that it alone has.

A name that the tests use and the judge does not have is read from the student process, as plain data or as a `Proxy`.
"""

import ast
import builtins
import io
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager

from nbjudge.channel import Channel, ChannelClosedError
from nbjudge.empty_answers import guard_numpy
from nbjudge.judge_shell import make_shell
from nbjudge.protocol import (
    HINT_LENGTH,
    MESSAGE_LENGTH,
    Begin,
    Ready,
    Report,
    RunSetup,
    RunTest,
    from_wire,
    to_wire,
)
from nbjudge.proxy import AnswerError, JudgeCodec, Namespace, StudentGoneError, StudentSide

PRINTED = 100_000  # characters that a graded cell may print
CELL = "<graded cell>"
BELOW_MAGIC = "<below a magic>"  # in the place of CELL, whose lines are counted from another one
SEED = "NBJUDGE_SEED"  # the environment variable in which tests find the seed of their inputs


class _Printed(io.TextIOBase):
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = PRINTED

    def write(self, text: str) -> int:
        if self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.parts.append("\n... output cut off ...\n")
        return len(text)


def _shortened(text: Callable[[], str]) -> str:
    # The text of `assert f(2) == 4, f(2)` can't even be made if the answer has more digits than Python writes.
    try:
        return str(text())[:MESSAGE_LENGTH]
    except Exception:
        return ""


def _hint_of(value: Any) -> str | None:
    # An exception with a hint, or a number of points with one.
    hint = getattr(value, "hint", None) if isinstance(value, BaseException | float) else None
    return hint[:HINT_LENGTH] if isinstance(hint, str) else None


class KeepAnswers(ast.NodeTransformer):
    """Takes out of a test the imports that would put a library's function in the place of the student's.

    Those of whole modules (`from module import *`) go, too: the names that they give are looked up when they are used,
    behind those of answers. Imports inside of functions give names to these functions alone.
    """

    def __init__(self, answers: frozenset[str]):
        self.answers = answers

    def visit_FunctionDef(self, node: Any) -> Any:
        """Leave it as it is."""
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = visit_FunctionDef  # noqa: N815

    def visit_Import(self, node: Any) -> Any:
        """Without the names of answers; nothing if none is left."""
        taken = {*self.answers, "*"}
        node.names = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) not in taken]
        return node if node.names else ast.copy_location(ast.Pass(), node)

    visit_ImportFrom = visit_Import  # noqa: N815


class Judge:
    """Runs graded cells."""

    def __init__(self, names: Namespace):
        self.names = names
        self.transformer = TransformerManager()
        self.shell: Any = None
        names.own("get_ipython", self._shell)

    def run(self, source: str, scored: bool = True, redefined: Iterable[str] = ()) -> Report:
        """Run one cell.

        Args:
            source: its text.
            scored: whether the value of its last line may be points; that of a setup cell is nothing.
            redefined: names of which the tests' own meaning is over.
        """
        self.names.begin_cell(redefined)
        printed = _Printed()
        before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = printed
        try:
            value = self._execute(source, scored)
            report = Report(passed=True, value=None if value is None else float(value), hint=_hint_of(value))
        except BaseException as error:
            report = self._failure(error, source)
        finally:
            sys.stdout, sys.stderr = before
        return replace(report, printed="".join(printed.parts), claims=self.names.student.claims.told)

    def _shell(self) -> Any:
        # Made late, since few tests need it, and by the judge: the student's would read what is below a magic.
        if self.shell is None:
            self.shell = make_shell(self.names, lambda source: self._execute(source, scored=False, place=BELOW_MAGIC))
        return self.shell

    def _execute(self, source: str, scored: bool, place: str = CELL) -> float | None:
        # Empty lines at the beginning, which IPython takes away, count for the line where a test stops.
        blank = source[: len(source) - len(source.lstrip())].count("\n")
        text = "\n" * blank + self.transformer.transform_cell(source)
        tree = ast.parse(text, place)
        KeepAnswers(self.names.answers).visit(tree)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, place, "exec"), self.names)  # noqa: S102
        if last is None:
            return None
        own = self._is_own(last.value)
        value = eval(compile(ast.Expression(last.value), place, "eval"), self.names)  # noqa: S307
        if not scored or not own or isinstance(value, bool | np.bool_) or text.rstrip().endswith(";"):
            return None
        if isinstance(value, np.ndarray | complex) or type(value).__name__ == "EagerTensor":
            # Points that are computed from an answer that is an array are an array: no points, instead of all.
            raise AnswerError("the points of this test came out as an array, not as a number")
        if isinstance(value, float):
            # As it is, since it may have a hint.
            return value
        return float(value) if isinstance(value, int | np.integer | np.floating) else None

    def _is_own(self, node: ast.expr) -> bool:
        # A number that comes straight from the student is an answer, never a score.
        match node:
            case (
                ast.Call(func=inner) | ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Await(value=inner)
            ):
                return self._is_own(inner)
            case ast.NamedExpr(value=inner) | ast.UnaryOp(operand=inner):
                return self._is_own(inner)
            case ast.BinOp(left=left, right=right):
                return self._is_own(left) and self._is_own(right)
            case ast.BoolOp(values=values):
                return all(map(self._is_own, values))
            case ast.IfExp(body=left, orelse=right):
                return self._is_own(left) and self._is_own(right)
            case ast.Name(id="get_ipython"):
                # The value of a magic is that of the line below it.
                return False
            case ast.Name(id=name):
                return name in self.names or name in self.names.imports or hasattr(builtins, name)
        return True

    @staticmethod
    def _failure(error: BaseException, source: str) -> Report:
        lines = [entry.lineno for entry in traceback.extract_tb(error.__traceback__) if entry.filename == CELL]
        if isinstance(error, SyntaxError):
            lines = [error.lineno]
        from_student = bool(getattr(error, "from_student", False))
        return Report(
            hint=None if from_student else _hint_of(error),
            ename=type(error).__name__,
            evalue=_shortened(lambda: str(error)),
            traceback=_shortened(lambda: traceback.format_exception_only(error)[-1]),
            line=lines[-1] if lines else None,
            # A magic has the whole cell for its statement.
            statement=lines[0] if lines and not source.lstrip().startswith("%%") else None,
            from_student=from_student,
            student_gone=isinstance(error, StudentGoneError),
        )


def begin(message: Begin, student: StudentSide) -> Judge:
    """Put the judge's files into its folder, and make it known what is tested."""
    for name, data in message.files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)
    sys.path.insert(0, str(Path.cwd()))
    os.environ[SEED] = str(message.seed)
    reseed(message.seed)
    return Judge(Namespace(student, message.imports, message.answers, message.imported))


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
        guard_numpy()
        while True:
            try:
                message = from_wire(control.receive(), Begin, RunSetup, RunTest)
                if isinstance(message, Begin):
                    judge = begin(message, codec.student)
                elif judge is not None and isinstance(message, RunSetup):
                    control.send(to_wire(judge.run(message.source, scored=False)))
                elif judge is not None and isinstance(message, RunTest):
                    control.send(to_wire(judge.run(message.source, redefined=message.redefined)))
            except KeyboardInterrupt:
                # Too late: the cell is over.
                continue
    except ChannelClosedError:
        pass
    os._exit(0)

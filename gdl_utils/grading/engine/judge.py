"""What runs in the judge process: the graded cells, with the hidden tests that it alone has.

A name that the tests use and the judge does not have is read from the student process, as plain data or as a `Proxy`.
"""

import ast
import builtins
import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager

from gdl_utils import checks
from gdl_utils.grading.engine import empty, keras_models
from gdl_utils.grading.engine.wire import Channel, Closed, Codec, TimedOut, WireError

PRINTED = 100_000  # characters that a graded cell may print
CELL = "<graded cell>"


class StudentGoneError(Exception):
    """The student process has ended; nothing can be asked of it any more."""


class AnswerError(TypeError):
    """The student process sent something that the tests can't accept."""


class Proxy:
    """Something of the student's that is no plain data, mostly a function.

    Calling it, reading its public attributes, items and elements happens in the student process. It is equal to
    nothing, and has no size or truth of its own, so that no comparison is ever left to the student's code.
    """

    __slots__ = ("_callable", "_id", "_kind", "_student")

    def __init__(self, student: "StudentSide", number: int, kind: str, is_callable: bool):
        object.__setattr__(self, "_student", student)
        object.__setattr__(self, "_id", number)
        object.__setattr__(self, "_kind", kind)
        object.__setattr__(self, "_callable", is_callable)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the student's function returns for these arguments."""
        if not self._callable:
            raise TypeError(f"{self._kind!r} object is not callable")
        return self._student.ask({"do": "call", "target": self, "args": args, "kwargs": kwargs})

    def __getattr__(self, name: str) -> Any:
        """A public attribute of the student's object."""
        if name.startswith("_"):
            raise AttributeError(f"{self._kind!r} object has no attribute {name!r} that a test can read")
        return self._student.ask({"do": "attribute", "target": self, "name": name})

    def __getitem__(self, key: Any) -> Any:
        """An item of the student's object."""
        return self._student.ask({"do": "item", "target": self, "key": key})

    def __iter__(self) -> Iterator[Any]:
        """The elements of the student's object, read all at once."""
        return iter(self._student.ask({"do": "iterate", "target": self}))

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError("a test can't change a student's object")

    def _refuse(self, *_: Any) -> Any:
        raise AnswerError(f"an object of type {self._kind!r} is no plain data, so no test can compare it")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __contains__ = __int__ = __float__ = __index__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __array__ = _refuse
    __reduce_ex__ = _refuse
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{self._kind} of the student's>"


class JudgeCodec(Codec):
    """Turns handles into proxies and configurations into models; sends proxies back as their handles."""

    student: "StudentSide"

    def encode(self, value: Any) -> tuple[str, Any] | None:
        """What may be sent to the student process beside plain data."""
        if type(value) is Proxy:
            return "handle", {"id": value._id}
        if isinstance(value, np.random.Generator):
            return "generator", value.bit_generator.state
        if keras_models.is_model(value):
            return "model", keras_models.encode_model(value)
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is not None and isinstance(value, tensorflow.Tensor | tensorflow.Variable):
            raise WireError("a tensor can't be sent; send its NumPy array")
        return None

    def decode(self, name: str, data: Any) -> Any:
        """What the student process sent beside plain data."""
        if name == "handle" and isinstance(data, dict) and set(data) == {"id", "type", "callable"}:
            number, kind, is_callable = data["id"], data["type"], data["callable"]
            if type(number) is int and type(kind) is str and type(is_callable) is bool:
                return Proxy(self.student, number, kind[:80], is_callable)
        if name == "model":
            return keras_models.decode_model(data)
        if name == "tensor" and isinstance(data, np.ndarray):
            import tensorflow

            return tensorflow.constant(data)
        return super().decode(name, data)

    def array(self, array: "np.ndarray[Any, Any]") -> Any:
        """An array of the student's; one without elements is watched."""
        return empty.guarded(array)


# These end a loop instead of a test: `all(map(f, inputs))` would be true for an f that raises one.
ENDS = (StopIteration, StopAsyncIteration)


def _exception(names: Any, message: Any) -> Exception:
    # Only Python's own exceptions: a class of the student's would be the student's code.
    kind: type[Exception] = RuntimeError
    for name in names if isinstance(names, list) else []:
        found = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(found, type) and issubclass(found, Exception) and found is not Exception:
            kind = RuntimeError if issubclass(found, ENDS) else found
            break
    text = message[:10_000] if isinstance(message, str) else ""
    try:
        error: Exception = kind(text)
    except TypeError:
        # UnicodeDecodeError and its like want more.
        error = RuntimeError(text)
    error.from_student = True  # type: ignore[attr-defined]
    return error


class StudentSide:
    """The judge's line to the student process."""

    def __init__(self, channel: Channel):
        self.channel = channel
        self.count = 0
        self.lost = False

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request and give what it was answered with.

        Raises:
            Exception: one of Python's own, if the student's code raised one like it.
            StudentGoneError: if there is no student process any more.
            AnswerError: if what came can't be accepted.
        """
        reply = self._exchange(request)
        if "error" in reply:
            raise _exception(reply["error"], reply.get("message", ""))
        return reply.get("value")

    def read(self, name: str) -> Any:
        """The value of a name in the student process.

        Raises:
            KeyError: if it has no such name.
        """
        reply = self._exchange({"do": "get", "name": name})
        if "value" not in reply:
            raise KeyError(name)
        return reply["value"]

    def _exchange(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.lost:
            raise StudentGoneError("the student's process has ended")
        self.count += 1
        try:
            self.channel.send({**request, "id": self.count})
        except Closed:
            self.lost = True
            raise StudentGoneError("the student's process has ended") from None
        except WireError as error:
            raise TypeError(f"a test can't hand this to the student's code: {error}") from None
        try:
            message = self.channel.receive_bytes()
        except KeyboardInterrupt:
            # What it would answer later must not be taken for an answer to the next question.
            self.lost = True
            raise StudentGoneError("the student's code did not answer in time") from None
        except (Closed, TimedOut):
            self.lost = True
            raise StudentGoneError("the student's process has ended") from None
        except WireError as error:
            # The rest of the stream makes no sense any more.
            self.lost = True
            raise AnswerError(str(error)) from None
        try:
            from gdl_utils.grading.engine.wire import unpack

            reply = unpack(message, self.channel.codec, self.channel.limits)
        except WireError as error:
            raise AnswerError(str(error)) from None
        if not isinstance(reply, dict) or type(reply.get("id")) is not int or reply["id"] != self.count:
            raise AnswerError("the student's process did not answer what it was asked")
        return reply


class Namespace(dict[str, Any]):
    """The names of the graded cells: the judge's own, Python's, and, for all others, the student's."""

    def __init__(self, student: StudentSide, imports: dict[str, str], answers: Iterable[str] = ()):
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.student = student
        self.imports = imports
        self.answers = frozenset(answers)
        self.stars: dict[str, Any] | None = None

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        if name in self.imports:
            exec(self.imports[name], self)  # noqa: S102  (a statement of the source notebook)
            return dict.__getitem__(self, name)
        if name in self._all_of_modules():
            return self.setdefault(name, self._all_of_modules()[name])
        return self.student.read(name)

    def _all_of_modules(self) -> dict[str, Any]:
        # What `from module import *` gives in the source notebook.
        if self.stars is None:
            self.stars = {}
            for statement in self.imports.get("*", "").splitlines():
                exec(statement, self.stars)  # noqa: S102  (a statement of the source notebook)
            # What an exercise asks for is the student's, even if a module has a name like it.
            for name in self.answers:
                self.stars.pop(name, None)
        return self.stars

    def __setitem__(self, name: str, value: Any) -> None:
        if type(value) is Proxy:
            # A student's function under another name is still the student's.
            self.student.ask({"do": "set", "name": name, "value": value})
            self.pop(name, None)
        else:
            super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if name in self:
            super().__delitem__(name)
        else:
            self.student.read(name)
            self.student.ask({"do": "delete", "name": name})


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


def _told(tell: Callable[[], str]) -> str:
    # `assert f(2) == 4, f(2)` can't even be told if the answer has more digits than Python writes.
    try:
        return str(tell())[:10_000]
    except Exception:
        return ""


class Judge:
    """Runs graded cells."""

    def __init__(self, names: Namespace):
        self.names = names
        self.transformer = TransformerManager()

    def run(self, source: str, scored: bool = True) -> dict[str, Any]:
        """Run one cell.

        Args:
            source: its text.
            scored: whether the value of its last line may be points; that of a setup cell is nothing.

        Returns:
            `passed`; `value`, a number that the cell's last line gave, or None; the `hint` that came with it, or with
            the exception; `printed`; and for a cell that did not pass `ename`, `evalue`, `traceback`, the `line` of the
            cell where it stopped, and `student`, whether the exception came from the student's code.
        """
        printed = _Printed()
        before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = printed
        try:
            value = self._execute(source, scored)
            report: dict[str, Any] = {"passed": True, "value": None if value is None else float(value)}
            if isinstance(value, checks.Score):
                report["hint"] = value.hint
        except BaseException as error:
            report = {"passed": False, "value": None, **self._report(error)}
        finally:
            sys.stdout, sys.stderr = before
        report["printed"] = "".join(printed.parts)
        return report

    def _execute(self, source: str, scored: bool) -> float | None:
        # Empty lines at the beginning, which IPython takes away, count for the line where a test stops.
        blank = source[: len(source) - len(source.lstrip())].count("\n")
        text = "\n" * blank + self.transformer.transform_cell(source)
        tree = ast.parse(text, CELL)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, CELL, "exec"), self.names)  # noqa: S102
        if last is None:
            return None
        own = self._is_own(last.value)
        value = eval(compile(ast.Expression(last.value), CELL, "eval"), self.names)  # noqa: S307
        if not scored or not own or isinstance(value, bool | np.bool_) or text.rstrip().endswith(";"):
            return None
        if isinstance(value, np.ndarray | complex) or type(value).__name__ == "EagerTensor":
            # Points that are computed from an answer that is an array are an array: no points, instead of all.
            raise AnswerError("the points of this test came out as an array, not as a number")
        if isinstance(value, checks.Score):
            return value
        return float(value) if isinstance(value, int | float | np.integer | np.floating) else None

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
            case ast.Name(id=name):
                return name in self.names or name in self.names.imports or hasattr(builtins, name)
        return True

    @staticmethod
    def _report(error: BaseException) -> dict[str, Any]:
        lines = [entry.lineno for entry in traceback.extract_tb(error.__traceback__) if entry.filename == CELL]
        if isinstance(error, SyntaxError):
            lines = [error.lineno]
        hint = getattr(error, "hint", None)
        student = bool(getattr(error, "from_student", False))
        return {
            "ename": type(error).__name__,
            "evalue": _told(lambda: str(error)),
            "traceback": _told(lambda: traceback.format_exception_only(error)[-1]),
            "line": lines[-1] if lines else None,
            "hint": hint[:2000] if isinstance(hint, str) and not student else None,
            "student": student,
            "gone": isinstance(error, StudentGoneError),
        }


def main(control: Channel, student: Channel) -> None:
    """Run as the judge process; does not return."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    codec = JudgeCodec()
    student.codec = codec
    codec.student = StudentSide(student)
    judge: Judge | None = None
    try:
        control.send({"is": "ready"})
        # What libraries in C complain of while they test would go to a pipe that the student's process can read, too.
        os.dup2(1, 2)
        empty.guard_numpy()
        while True:
            try:
                message = control.receive()
                if message["do"] == "begin":
                    for name, data in message["files"].items():
                        Path(name).parent.mkdir(parents=True, exist_ok=True)
                        Path(name).write_bytes(data)
                    sys.path.insert(0, str(Path.cwd()))
                    checks.set_seed(message["seed"])
                    judge = Judge(Namespace(codec.student, message["imports"], message["answers"]))
                elif judge is not None:
                    control.send({"is": "done", **judge.run(message["source"], message["do"] != "setup")})
            except KeyboardInterrupt:
                # Too late: the cell is over.
                continue
    except Closed:
        pass
    os._exit(0)

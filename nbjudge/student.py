"""What runs in the student process: the student's cells, and the requests of the judge.

Nothing here protects anything: the student's code can change all of it. What it sends is checked by those who read it.
"""

import base64
import builtins
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from nbjudge import beside, crossing, dictionaries, keras_models, library
from nbjudge.channel import Channel, ChannelClosedError
from nbjudge.outputs import OUTPUT_OVERHEAD
from nbjudge.protocol import (
    MAX_FILES,
    MESSAGE_LENGTH,
    NOT_SENT,
    Attribute,
    Call,
    CallBack,
    Called,
    CallFailed,
    CellDone,
    Collect,
    Delete,
    Displayed,
    Failure,
    Get,
    Item,
    Iterate,
    LeftFiles,
    Lend,
    Message,
    Missing,
    Names,
    PutFiles,
    Raised,
    Ready,
    Report,
    Request,
    RunBeside,
    RunCell,
    Set,
    Value,
    from_wire,
    to_wire,
)
from nbjudge.student_output import begin_cell, open_streams, send_all
from nbjudge.student_shell import Shell
from nbjudge.wire import Codec, WireError

UNKNOWN_END = Report(ename="StudentGoneError", evalue="the process of this test ended before the test")
PYTHON = frozenset(vars(builtins))
MOST_ELEMENTS = 100_000  # of an object that a test loops over


@contextmanager
def _interrupts(how: int) -> Iterator[None]:
    if how == signal.SIG_UNBLOCK:
        # One that came too late, after its cell had ended, is not for the next.
        signal.sigtimedwait({signal.SIGINT}, 0)
    before = signal.pthread_sigmask(how, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class FunctionOfTest:
    """A function that a test handed over; it runs where the test does."""

    def __init__(self, number: int, name: str, call: Callable[[int, Any, Any], Any]):
        self.number = number
        self.__name__ = self.__qualname__ = name
        self._call = call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives."""
        return self._call(self.number, args, kwargs)


class StudentCodec(Codec):
    """Sends models as configuration and weights, tensors as arrays, anything else as a handle."""

    exact = crossing.EXACT

    def __init__(self) -> None:
        self.objects: list[Any] = []
        self.call_back: Callable[[int, Any, Any], Any] = lambda *_: None  # set by the `Student`
        self.names: dict[str, Any] = {}  # so is this

    def encode(self, value: Any) -> tuple[str, Any]:
        """A name and plain data for an object."""
        if plain := crossing.encode(value):
            return plain
        if type(value) is FunctionOfTest:
            return "function", {"id": value.number}
        if type(value) is type and value.__module__ == "builtins":
            return "library", ["builtins", value.__qualname__]
        if keras_models.is_model(value):
            return "model", keras_models.encode_model(value)
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is not None and isinstance(value, tensorflow.Tensor | tensorflow.Variable):
            return "tensor", np.asarray(value)
        self.objects.append(value)
        kind = type(value).__name__
        return "handle", {"id": len(self.objects) - 1, "type": str(kind)[:80], "callable": callable(value)}

    def encode_array(self, value: Any) -> tuple[str, Any] | None:
        """A name and plain data for an array of times, records or objects."""
        return crossing.encode(value)

    def encode_dict(self, value: Any) -> tuple[str, Any] | None:
        """A name and plain data for a dictionary of a special kind."""
        return dictionaries.encode(value)

    def decode(self, name: str, data: Any) -> Any:
        """The object that a handle of the judge's stands for, or what the judge sent."""
        if name == "handle":
            return self.objects[data["id"]]
        if name == "name":
            return self.names[data]
        if name == "function":
            return FunctionOfTest(data["id"], data["name"], self.call_back)
        if name == "library":
            return library.find(*data)
        if name in crossing.READERS:
            return crossing.decode(name, data)
        if name == "model":
            return keras_models.decode_model(data)
        if name == "generator":
            generator = np.random.Generator(getattr(np.random, data["bit_generator"])())
            generator.bit_generator.state = data
            return generator
        return super().decode(name, data)


class Student:
    """The loop of the student process."""

    def __init__(self, shell: Shell, control: Channel, judge: Channel, output: int):
        self.shell = shell
        self.control = control
        self.judge = judge
        self.left = self.output = output
        if isinstance(judge.codec, StudentCodec):
            judge.codec.call_back = self.call_back
            judge.codec.names = shell.user_ns
        self.quiet = False  # what is shown is nobody's
        self.answering: list[int] = []  # numbers of the requests that are being answered, one within the other
        shell.student = self
        if "matplotlib" in sys.modules:
            shell.enable_matplotlib("inline")

    def tell(self, message: Message) -> None:
        """Send a message to the supervisor, whole."""
        if self.quiet and isinstance(message, Displayed | Raised):
            return
        with _interrupts(signal.SIG_BLOCK):
            send_all()
            self.control.send(to_wire(message))

    def show(self, data: dict[str, Any], is_result: bool = False) -> None:
        """Send something that a cell shows, by its MIME types."""
        if self.left < 0:
            # What does not count any more need not be sent a million times.
            return
        bundle = {}
        self.left -= OUTPUT_OVERHEAD
        for name, value in data.items():
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if isinstance(value, str) and self.left >= 0:
                self.left -= len(value)
                bundle[str(name)] = value if self.left >= 0 else "... output cut off ..."
        if self.left < 0 and not bundle:
            bundle = {"text/plain": "... output cut off ..."}
        self.tell(Displayed(bundle, is_result))

    def run(self, source: str, tests: list[str]) -> None:
        """Run one cell and say how it ended."""
        beside.remember(self.shell, tests)
        beside.look_again()
        self.left = self.output
        begin_cell()
        status = "ok"
        try:
            with _interrupts(signal.SIG_UNBLOCK):
                result = self.shell.run_cell(source, store_history=True)
            error = result.error_before_exec or result.error_in_exec
            if isinstance(error, MemoryError):
                status = "memory"
            elif error is not None:
                status = "error"
        except KeyboardInterrupt:
            status = "error"
        self.tell(CellDone(status, int(self.shell.execution_count)))

    def lend(self, message: Lend) -> None:
        """Take over what students see of a test."""
        self._quietly(lambda: beside.take_over(self.shell, message))
        self.tell(CellDone("ok"))

    def _quietly(self, run: Callable[[], Any]) -> Any:
        # What it shows is nobody's.
        self.quiet = True
        try:
            with _interrupts(signal.SIG_UNBLOCK):
                return run()
        except KeyboardInterrupt:
            return None
        finally:
            self.quiet = False

    def run_beside(self, message: RunBeside) -> None:
        """Run a test in a fork of this process, and report what the fork reports; or in its place."""
        beside.remember(self.shell, message.tests)
        if message.in_place:
            self.tell(self._quietly(lambda: beside.run_in_place(self.shell, message)) or UNKNOWN_END)
            return
        near, far = socket.socketpair()
        beside.look_again()
        try:
            child = beside.fork()
        except OSError:
            near.close()
            far.close()
            self.tell(UNKNOWN_END)
            return
        if not child:
            self.quiet = True
            beside.run_and_end(self.shell, message, far)
        far.close()
        report = bytearray()
        try:
            with _interrupts(signal.SIG_UNBLOCK):
                # Passed on unread: each page of memory that is written to here has to be copied.
                report = Channel(near).receive_bytes()
        except (KeyboardInterrupt, WireError):
            pass
        if report:
            self.control.socket.sendall(report)
        else:
            self.tell(UNKNOWN_END)
        # Its end takes as long as some tests do: the supervisor goes on meanwhile.
        with suppress(OSError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        near.close()

    def answer(self, request: Request) -> None:
        """Do what the judge asks for."""
        reply: Message
        self.answering.append(request.number)
        try:
            with _interrupts(signal.SIG_UNBLOCK):
                reply = self._do(request)
        except BaseException as error:
            reply = _failure(request.number, error)
        self.answering.pop()
        send_all()
        try:
            self.judge.send(to_wire(reply))
        except WireError as error:
            if isinstance(error, ChannelClosedError):
                raise
            text = f"the answer can't be handed to the tests: {error}"
            self.judge.send(to_wire(Failure(request.number, NOT_SENT, text)))

    def call_back(self, function: int, args: Any, kwargs: Any) -> Any:
        """Have the judge call a function of a test's.

        Raises:
            Exception: what the function raised, as far as it is one of Python's own.
        """
        if not self.answering:
            raise RuntimeError("a function that a test hands over can only be called while the test waits")
        self.judge.send(to_wire(CallBack(self.answering[-1], function, tuple(args), dict(kwargs))))
        while True:
            # The function may itself ask for something of the student's.
            message = from_wire(self.judge.receive(), Request, Called, CallFailed)
            if isinstance(message, Request):
                self.answer(message)
            elif isinstance(message, CallFailed):
                raise library.exception(message.classes, message.message)
            elif isinstance(message, Called):
                return message.value

    def _do(self, request: Request) -> Message:
        names = self.shell.user_ns
        value = None
        match request:
            case Get(name=name):
                if name not in names:
                    return Missing(request.number)
                value = names[name]
            case Set(name=name, value=given):
                names[name] = given
            case Delete(name=name):
                names.pop(name, None)
            case Names(of_python=of_python):
                value = sorted(
                    name for name in names if isinstance(name, str) and not (of_python and name not in PYTHON)
                )
            case Attribute(target=target, name="__signature__"):
                value = library.signature_as_data(target)
            case Attribute(target=target, name=name):
                value = getattr(target, name)
            case Item(target=target, key=key):
                value = target[key]
            case Iterate(target=target):
                value = _elements(target)
            case Call(target=target, args=args, kwargs=kwargs):
                value = target(*args, **kwargs)
        return Value(request.number, value)

    def collect(self, given: set[str], budget: int) -> None:
        """Send the files that are in the working folder and were not put there."""
        left: dict[str, bytes] = {}
        for folder, folders, names in os.walk("."):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(folder, name)
                relative = path.as_posix().removeprefix("./")
                if relative in given or name.startswith(".") or path.is_symlink() or not path.is_file():
                    continue
                budget -= path.stat().st_size
                if budget >= 0 and len(left) < MAX_FILES:
                    left[relative] = path.read_bytes()
        self.tell(LeftFiles(left))

    def loop(self) -> None:
        """Serve until the supervisor has gone."""
        given: set[str] = set()
        while True:
            ready, _, _ = select.select([self.control, self.judge], [], [])
            if self.judge in ready:
                try:
                    request = from_wire(self.judge.receive(), Request)
                    if isinstance(request, Request):
                        self.answer(request)
                except ChannelClosedError:
                    # The judge is gone; the supervisor knows, and goes on or not.
                    ready = [self.control]
            if self.control not in ready:
                continue
            match from_wire(self.control.receive(), PutFiles, RunCell, Lend, RunBeside, Collect):
                case PutFiles(files=files):
                    _write(files)
                    given = set(files)
                case RunCell(source=source, tests=tests):
                    self.run(source, tests)
                case Lend() as message:
                    self.lend(message)
                case RunBeside() as message:
                    self.run_beside(message)
                case Collect(budget=budget):
                    self.collect(given, budget)


def _write(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        try:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(data)
        except (OSError, ValueError) as error:
            print(f"A file could not be put into the folder: {error}", file=sys.stderr)


def _elements(target: Any) -> list[Any]:
    values = []
    for value in target:
        values.append(value)
        if len(values) > MOST_ELEMENTS:
            raise ValueError(f"it gives more than {MOST_ELEMENTS:,} values")
    return values


def _failure(number: int, error: BaseException) -> Failure:
    try:
        message = str(error)[:MESSAGE_LENGTH]
    except BaseException:
        message = ""
    return Failure(number, [kind.__name__ for kind in type(error).__mro__][:20], message)


def main(shell: Shell, control: Channel, judge: Channel, output: int) -> None:
    """Run as the student process; does not return."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    open_streams()
    sys.path.insert(0, str(Path.cwd()))
    if "matplotlib" not in sys.modules:
        # As in a kernel: where figures go if the student imports it.
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    try:
        student = Student(shell, control, judge, output)
        student.tell(Ready())
        student.loop()
    except ChannelClosedError:
        pass
    except BaseException:
        traceback.print_exc()
    os._exit(0)

"""What runs in the student process: the student's cells, and the requests of the judge.

Nothing here protects anything: the student's code can change all of it. What it sends is checked by those who read it.
"""

import base64
import os
import select
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from gdl_utils.grading.engine import keras_models
from gdl_utils.grading.engine.wire import Channel, Closed, Codec, WireError

MESSAGE = 10_000  # characters of an exception's text that are handed on


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


class StudentCodec(Codec):
    """Sends models as configuration and weights, tensors as arrays, anything else as a handle."""

    def __init__(self) -> None:
        self.objects: list[Any] = []

    def encode(self, value: Any) -> tuple[str, Any]:
        """A name and plain data for an object."""
        if keras_models.is_model(value):
            return "model", keras_models.encode_model(value)
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is not None and isinstance(value, tensorflow.Tensor | tensorflow.Variable):
            return "tensor", np.asarray(value)
        self.objects.append(value)
        kind = type(value).__name__
        return "handle", {"id": len(self.objects) - 1, "type": str(kind)[:80], "callable": callable(value)}

    def decode(self, name: str, data: Any) -> Any:
        """The object that a handle of the judge's stands for, or what the judge sent."""
        if name == "handle":
            return self.objects[data["id"]]
        if name == "model":
            return keras_models.decode_model(data)
        if name == "generator":
            generator = np.random.Generator(getattr(np.random, data["bit_generator"])())
            generator.bit_generator.state = data
            return generator
        return super().decode(name, data)


class _Published(DisplayPublisher):
    def publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:
        self.shell.student.show("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        pass


class _Result(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.student.show("execute_result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        pass


class Shell(InteractiveShell):
    """IPython as in a kernel, but without a kernel: what it shows goes to the supervisor."""

    student: "Student"

    def init_display_pub(self) -> None:
        """Use our publisher."""
        self.display_pub = _Published(parent=self, shell=self)

    def init_displayhook(self) -> None:
        """Use our hook for the value of a cell's last line."""
        super().init_displayhook()
        self.displayhook = _Result(parent=self, shell=self)
        self.display_trap.hook = self.displayhook

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = [str(line) for line in stb]
        self.student.tell(
            {"is": "error", "ename": str(etype.__name__), "evalue": str(evalue)[:MESSAGE], "traceback": lines[-100:]}
        )

    def enable_gui(self, gui: Any = None) -> None:
        """There is none."""


def make_shell() -> Shell:
    """A shell without history, so without the thread that would save it."""
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "NoColor"
    shell: Shell = Shell.instance(config=settings)
    return shell


class Student:
    """The loop of the student process."""

    def __init__(self, shell: Shell, control: Channel, judge: Channel, output: int):
        self.shell = shell
        self.control = control
        self.judge = judge
        self.left = self.output = output
        self.codec = judge.codec
        shell.student = self
        if "matplotlib" in sys.modules:
            shell.enable_matplotlib("inline")

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message to the supervisor, whole."""
        with _interrupts(signal.SIG_BLOCK):
            _flush()
            self.control.send(message)

    def show(self, kind: str, data: dict[str, Any], metadata: Any) -> None:
        """Send something that a cell shows."""
        bundle = {}
        for name, value in data.items():
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if isinstance(value, str) and self.left >= 0:
                self.left -= len(value)
                bundle[str(name)] = value if self.left >= 0 else "... output cut off ..."
        self.tell({"is": kind, "data": bundle})

    def run(self, source: str) -> None:
        """Run one cell and say how it ended."""
        self.left = self.output
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
        self.tell({"is": "done", "status": status, "count": int(self.shell.execution_count)})

    def answer(self, request: dict[str, Any]) -> None:
        """Do what the judge asks for."""
        reply: dict[str, Any]
        try:
            with _interrupts(signal.SIG_UNBLOCK):
                reply = {"id": request["id"], **self._do(request)}
        except BaseException as error:
            reply = {"id": request["id"], **_failure(error)}
        _flush()
        try:
            self.judge.send(reply)
        except WireError as error:
            if isinstance(error, Closed):
                raise
            text = f"the answer can't be handed to the tests: {error}"
            self.judge.send({"id": request["id"], "error": ["TypeError"], "message": text})

    def _do(self, request: dict[str, Any]) -> dict[str, Any]:
        names = self.shell.user_ns
        what = request["do"]
        if what == "get":
            name = request["name"]
            return {"value": names[name]} if name in names else {"missing": True}
        if what == "set":
            names[request["name"]] = request["value"]
            return {"value": None}
        if what == "delete":
            return {"value": names.pop(request["name"], None) is not None and None}
        if what == "attribute":
            return {"value": getattr(request["target"], request["name"])}
        if what == "item":
            return {"value": request["target"][request["key"]]}
        if what == "iterate":
            values = []
            for value in request["target"]:
                values.append(value)
                if len(values) > 100_000:
                    raise ValueError("it gives more than 100,000 values")
            return {"value": values}
        return {"value": request["target"](*request["args"], **request["kwargs"])}

    def end(self, given: set[str], budget: int) -> None:
        """Send the files that are in the working folder and were not put there."""
        found: dict[str, bytes] = {}
        for folder, folders, names in os.walk("."):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(folder, name)
                relative = path.as_posix().removeprefix("./")
                if relative in given or name.startswith(".") or path.is_symlink() or not path.is_file():
                    continue
                budget -= path.stat().st_size
                if budget >= 0 and len(found) < 1000:
                    found[relative] = path.read_bytes()
        self.tell({"is": "files", "files": found})

    def loop(self) -> None:
        """Serve until the supervisor has gone."""
        given: set[str] = set()
        while True:
            ready, _, _ = select.select([self.control, self.judge], [], [])
            if self.judge in ready:
                try:
                    self.answer(self.judge.receive())
                except Closed:
                    # The judge is gone; the supervisor knows, and goes on or not.
                    ready = [self.control]
            if self.control not in ready:
                continue
            message = self.control.receive()
            if message["do"] == "files":
                for name, data in message["files"].items():
                    try:
                        Path(name).parent.mkdir(parents=True, exist_ok=True)
                        Path(name).write_bytes(data)
                    except (OSError, ValueError) as error:
                        print(f"A file could not be put into the folder: {error}", file=sys.stderr)
                given = set(message["files"])
            elif message["do"] == "run":
                self.run(message["source"])
            else:
                self.end(given, message["budget"])


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()


def _failure(error: BaseException) -> dict[str, Any]:
    try:
        message = str(error)[:MESSAGE]
    except BaseException:
        message = ""
    return {"error": [kind.__name__ for kind in type(error).__mro__][:20], "message": message}


def main(shell: Shell, control: Channel, judge: Channel, output: int) -> None:
    """Run as the student process; does not return."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.stdout = os.fdopen(1, "w", buffering=1, errors="replace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="replace", closefd=False)
    sys.path.insert(0, str(Path.cwd()))
    try:
        student = Student(shell, control, judge, output)
        student.tell({"is": "ready"})
        student.loop()
    except Closed:
        pass
    except BaseException:
        traceback.print_exc()
    os._exit(0)

"""Runs cells in a new kernel of Jupyter's, with limits of time."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol

from gdl_utils.errors import CourseError
from gdl_utils.self_check.explain import ASK, Failure, explained, interrupted, short

GRACE = 3.0  # seconds from an interrupt to the end of the kernel
START = 60.0  # seconds in which a kernel begins
GIVEN = 120.0  # seconds for cells that are part of the assignment: the first import of TensorFlow can take long
MOST_PRINTED = 1_000_000  # characters of a cell that are read
CHECKING = "GDL_CHECKING"  # set where a notebook is checked, so that it does not check itself


class Starter(Protocol):
    """Starts a kernel in one way or another, and ends it."""

    def start(self, folder: Path) -> Any:
        """Start it in a folder, and give jupyter_client's client for it."""

    def is_alive(self) -> bool:
        """Whether it runs."""

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""

    def stop(self) -> None:
        """End it at once."""


class NewProcess:
    """Starts a kernel as Jupyter does, as a new Python."""

    def start(self, folder: Path) -> Any:
        """Start it."""
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager(kernel_name="python3")
        # TensorFlow writes to the terminal from C++.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, CHECKING: "1"}, **quiet)
        return self.manager.client()

    def is_alive(self) -> bool:
        """Whether it runs."""
        return bool(self.manager.is_alive())

    def interrupt(self) -> None:
        """Interrupt it."""
        self.manager.interrupt_kernel()

    def stop(self) -> None:
        """End it."""
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


class Fork:
    """Starts a kernel as a fork of this process, with all modules that are imported here.

    Only for a process with a single thread that leads a group of its own, see `gdl_utils.self_check.server`: what the
    kernel has started ends with that group.
    """

    def __init__(self, files: Path):
        """Keep the file that says how to reach the kernel in the folder `files`."""
        self.pid = 0
        self.files = files

    def start(self, folder: Path) -> Any:
        """Start it."""
        from jupyter_client.blocking.client import BlockingKernelClient
        from jupyter_client.connect import write_connection_file

        file, _ = write_connection_file(str(self.files / f"{time.monotonic_ns()}.json"))
        self.pid = os.fork()
        if not self.pid:
            _become_kernel(file, folder)
        client = BlockingKernelClient(connection_file=file)
        client.load_connection_file()
        return client

    def is_alive(self) -> bool:
        """Whether it runs."""
        if self.pid and os.waitpid(self.pid, os.WNOHANG)[0]:
            self.pid = 0
        return bool(self.pid)

    def interrupt(self) -> None:
        """Interrupt it."""
        if self.pid:
            os.kill(self.pid, signal.SIGINT)

    def stop(self) -> None:
        """End it."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0


def _become_kernel(connection_file: str, folder: Path) -> None:
    """Be a kernel from here on, until it ends; never returns."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        os.chdir(folder)
        os.environ |= {CHECKING: "1", "JPY_PARENT_PID": str(os.getppid())}
        # Modules beside the notebook, which the process that was forked does not look for.
        sys.path.insert(0, "")
        from ipykernel.kernelapp import IPKernelApp

        sys.argv = ["ipykernel_launcher", "-f", connection_file, "--HistoryManager.enabled=False"]
        app = IPKernelApp.instance()
        app.initialize(sys.argv[1:])
        app.start()
    finally:
        # Whatever happens, nothing of the process that was forked may run on here.
        os._exit(0)


class _Ran(NamedTuple):
    source: str
    failure: Failure | None
    value: float | None
    printed: str


class Kernel:
    """A new kernel in a folder, in which cells run one after the other."""

    def __init__(self, folder: Path, seconds: float, new_starter: Callable[[], Starter] = NewProcess):
        self.folder = folder
        self.seconds = seconds
        self.new_starter = new_starter
        self.starter: Starter | None = None
        self.dead = ""
        self.printed = ""  # by the last cell
        self.ahead: list[_Ran] = []  # cells that were run before anything was asked, see `run_ahead`

    def __enter__(self) -> "Kernel":
        if self.starter is None:
            self._start()
        return self

    def _start(self) -> None:
        try:
            import ipykernel  # noqa: F401
            import jupyter_client.manager  # noqa: F401
        except ModuleNotFoundError as error:
            raise CourseError(
                f"To check a notebook, {error.name} is needed, which comes with Jupyter",
                "type 'pip install jupyterlab'",
            ) from None
        try:
            self.starter = self.new_starter()
            self.client = self.starter.start(self.folder)
            self.client.start_channels()
            self._wait_until_ready()
        except Exception as error:
            self.__exit__(None, None, None)
            raise CourseError(
                f"Jupyter's kernel for Python did not start ({short(str(error))})",
                "type 'python -m ipykernel install --user' and try again",
            ) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if hasattr(self, "client"):
            self.client.stop_channels()
        if self.starter:
            self.starter.stop()

    def run_ahead(self, sources: list[str]) -> None:
        """Run cells that are a part of the assignment and come first, so that it is done when a check is asked for."""
        ran = [_Ran(source, *self.run(source, given=True), self.printed) for source in sources]
        self.ahead = ran

    def begin(self, sources: list[str]) -> None:
        """Go on after the cells that were run ahead if these still come first, or else start anew.

        Args:
            sources: the texts of the cells of the assignment that come first.
        """
        if [ran.source for ran in self.ahead] != sources[: len(self.ahead)] or self.dead:
            self.__exit__(None, None, None)
            self.ahead, self.dead = [], ""
            self._start()

    @property
    def _process(self) -> Starter:
        if self.starter is None:
            raise RuntimeError("the kernel was not started")
        return self.starter

    def _wait_until_ready(self) -> None:
        # jupyter_client's own way waits for a heartbeat and for silence, half a second of it.
        end = time.monotonic() + START
        while time.monotonic() < end:
            if not self._process.is_alive():
                raise RuntimeError("it ended at once")
            number = self.client.kernel_info()
            with contextlib.suppress(queue.Empty):
                # Messages on both channels: what it prints will arrive, too.
                while self.client.get_iopub_msg(timeout=0.2)["parent_header"].get("msg_id") != number:
                    pass
                while self.client.get_shell_msg(timeout=1)["parent_header"].get("msg_id") != number:
                    pass
                return
        raise RuntimeError(f"it did not answer in {START:g} seconds")

    def run(self, source: str, given: bool = False) -> tuple[Failure | None, float | None]:
        """Run a cell; what it failed with, and the number that its last line gave.

        Args:
            source: its text.
            given: whether it is a part of the assignment, and may take longer.
        """
        if self.ahead:
            ran = self.ahead.pop(0)
            self.printed = ran.printed
            return ran.failure, ran.value
        seconds = max(self.seconds, GIVEN) if given else self.seconds
        reply, value, self.printed = self._execute(source, seconds)
        if reply == "ok":
            return None, value
        if reply in ("stuck", "crashed"):
            why = "did not stop when it was interrupted" if reply == "stuck" else "made Python crash"
            return Failure(f"{why}; the cells below it were not run"), None
        asked, _, printed = self._execute(ASK, GRACE)
        try:
            error = json.loads(printed.strip().splitlines()[-1]) if asked == "ok" else {}
        except (ValueError, IndexError):
            error = {}
        return interrupted(error, seconds) if reply == "interrupted" else explained(error), None

    def _execute(self, source: str, seconds: float) -> tuple[str, float | None, str]:
        # How it ended, the number that its last line gave, and what was printed.
        number = self.client.execute(source, allow_stdin=False, stop_on_error=False)
        end, is_interrupted = time.monotonic() + seconds, False
        status = ""
        value: float | None = None
        printed = ""
        idle = False
        while not (idle and status):
            if time.monotonic() > end:
                if is_interrupted:
                    self.dead = "was not run, since a cell above it did not stop"
                    self._process.stop()
                    return "stuck", None, ""
                self._process.interrupt()
                is_interrupted, end = True, time.monotonic() + GRACE
            if not self._process.is_alive():
                self.dead = "was not run, since Python has crashed; it may have run out of memory"
                return "crashed", None, ""
            try:
                message = self.client.get_iopub_msg(timeout=0.2) if not idle else self.client.get_shell_msg(timeout=0.2)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                idle = True
            elif kind == "execute_reply":
                status = content["status"]
            elif kind == "execute_result":
                value = _number(content["data"].get("text/plain", ""))
            elif kind == "stream" and content["name"] == "stdout" and len(printed) < MOST_PRINTED:
                printed += content["text"]
        return "interrupted" if is_interrupted else status, value, printed


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

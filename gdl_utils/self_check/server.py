"""A process that stays for a notebook and checks it again and again, fast: it has imported what the notebook needs.

It reads a request in each line of its standard input, `{"notebook": path, "seconds": number}`, and answers with lines:
`{"doing": text}` and `{"done": cells, "of": cells}` while it works, then `{"exercises": ...}` or `{"error": [problem,
remedy]}`.
For each request there is a fork, which runs the check in a kernel that is a fork as well, so every check begins with a
fresh Python in which only the imports are done. The fork for the next request is made ahead, and runs the cells that
come first in the notebook. All ends when the input does.
"""

import ast
import contextlib
import importlib
import importlib.util
import json
import os
import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from gdl_utils.errors import CourseError
from gdl_utils.self_check.exercises import check, first_cells, metadata_of, read_cells
from gdl_utils.self_check.kernel import GIVEN, Fork, Kernel, NewProcess
from gdl_utils.self_check.results import to_plain
from gdl_utils.self_check.syntax import statements

KERNEL = ("ipykernel.kernelapp", "jupyter_client.blocking.client", "jupyter_client.connect", "IPython.core.completer")
POLL = 0.2  # seconds between looks at whether the notebook is still there


@dataclass
class _Worker:
    """A fork that has a kernel ready for a notebook, and checks it once when it is asked."""

    notebook: Path
    pid: int
    orders: int
    files: Path

    def has_ended(self) -> bool:
        return bool(os.waitpid(self.pid, os.WNOHANG)[0])

    def stop(self, has_ended: bool = False) -> None:
        """End it, its kernel, and all that this has started."""
        os.close(self.orders)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if not has_ended:
            os.waitpid(self.pid, 0)
        shutil.rmtree(self.files, ignore_errors=True)


class Server:
    """Answers requests until there are none any more."""

    def __init__(self, requests: int, replies: TextIO):
        """Serve what comes from the descriptor `requests`, a request in each line, and answer to `replies`."""
        self.requests, self.replies = requests, replies
        self.waiting = b""
        self.worker: _Worker | None = None

    def serve(self) -> None:
        """Answer until the input ends."""
        with contextlib.suppress(EOFError):
            while True:
                while b"\n" not in self.waiting:
                    self._read()
                line, _, self.waiting = self.waiting.partition(b"\n")
                self._answer(json.loads(line))
        if self.worker:
            self.worker.stop()

    def _read(self) -> None:
        received = os.read(self.requests, 1 << 16)
        if not received:
            raise EOFError
        self.waiting += received

    def _answer(self, request: dict[str, Any]) -> None:
        notebook = Path(request["notebook"])
        try:
            modules = [module for module in imported_by(notebook) if module not in sys.modules]
        except CourseError as error:
            _say(self.replies, {"error": [error.problem, error.remedy]})
            return
        if self.worker and (modules or self.worker.notebook != notebook):
            self.worker.stop()
            self.worker = None
        if modules:
            _say(self.replies, {"doing": f"Importing {', '.join(modules)}"})
        for module in (*KERNEL, *modules):
            # The notebook says so itself if one is missing.
            with contextlib.suppress(Exception):
                importlib.import_module(module)
        worker = self.worker = self.worker or _new_worker(notebook, self.replies)
        with contextlib.suppress(BrokenPipeError):
            os.write(worker.orders, json.dumps(request["seconds"]).encode())
        while not worker.has_ended():
            if select.select([self.requests], [], [], POLL)[0]:
                self._read()
        self.worker = None
        worker.stop(has_ended=True)
        self.worker = _new_worker(notebook, self.replies)


def _new_worker(notebook: Path, replies: TextIO) -> _Worker:
    orders, order = os.pipe()
    files = Path(tempfile.mkdtemp(prefix="gdl-check-"))
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        os.close(order)
        _work(notebook, files, orders, replies)
    with contextlib.suppress(PermissionError, ProcessLookupError):
        # Whichever of the two is first.
        os.setpgid(pid, pid)
    os.close(orders)
    return _Worker(notebook, pid, order, files)


def _work(notebook: Path, files: Path, orders: int, replies: TextIO) -> None:
    """Have a kernel ready, check when it is asked, and end this fork; never returns."""
    try:
        forks = _is_single_threaded()
        kernel = Kernel(notebook.resolve().parent, GIVEN, lambda: Fork(files) if forks else NewProcess())
        with kernel:
            kernel.run_ahead(first_cells(read_cells(notebook)))
            seconds = os.read(orders, 100)
            if seconds:
                found = check(
                    notebook,
                    float(seconds),
                    lambda done, cells: _say(replies, {"done": done, "of": cells}),
                    kernel,
                )
                _say(replies, {"exercises": to_plain(found)})
    except CourseError as error:
        _say(replies, {"error": [error.problem, error.remedy]})
    except Exception as error:
        _say(replies, {"error": [f"The check stopped with {type(error).__name__}: {error}", "tell your teacher"]})
    finally:
        os._exit(0)


def imported_by(notebook: Path) -> list[str]:
    """The modules that the locked cells of a notebook import, in their order.

    Raises:
        CourseError: if it can't be read.
    """
    modules: dict[str, None] = {}
    for cell in read_cells(notebook):
        metadata = metadata_of(cell)
        if cell["cell_type"] == "code" and metadata.get("locked") and not metadata.get("grade"):
            modules |= dict.fromkeys(_imports(cell["source"]))
    return list(modules)


def _imports(source: str) -> Iterator[str]:
    for node in statements(source) or []:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            # What is imported from a package may be a module of its own, such as gdl_utils.checks.
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                with contextlib.suppress(Exception):
                    if importlib.util.find_spec(name):
                        yield name


def _is_single_threaded() -> bool:
    """Whether a fork would be a whole: other threads are missing in it, and what they had locked stays locked."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _say(replies: TextIO, message: dict[str, Any]) -> None:
    replies.write(json.dumps(message) + "\n")
    replies.flush()


def main() -> None:
    """Serve the process that has started this one."""
    # Whatever libraries print must not get between the answers.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    with contextlib.suppress(BrokenPipeError):
        Server(0, replies).serve()


if __name__ == "__main__":
    main()

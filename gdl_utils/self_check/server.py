"""A process that stays for a notebook and checks it again and again, fast: it has imported what the notebook needs.

It reads a request in each line of its standard input, `{"notebook": path, "seconds": number}`, and answers with lines:
`{"doing": text}` and `{"done": cells, "of": cells}` while it works, then `{"exercises": ...}` or `{"error": [problem,
remedy]}`.
For each request it forks, and the fork runs the check in a kernel that is a fork as well, so every check begins with a
fresh Python in which only the imports are done. It ends when its input does.
"""

import ast
import contextlib
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from gdl_utils.errors import CourseError
from gdl_utils.self_check.exercises import check, metadata_of, read_cells
from gdl_utils.self_check.kernel import Fork, NewProcess
from gdl_utils.self_check.results import to_plain

KERNEL = ("ipykernel.kernelapp", "jupyter_client.blocking.client", "jupyter_client.connect", "IPython.core.completer")
POLL = 0.2  # seconds between looks at whether the notebook is still there


def serve(requests: int, replies: TextIO) -> None:
    """Answer requests until there are none any more.

    Args:
        requests: the descriptor from which they come, one in a line.
        replies: where the answers go.
    """
    waiting = b""
    while True:
        while b"\n" not in waiting:
            received = os.read(requests, 1 << 16)
            if not received:
                return
            waiting += received
        line, _, waiting = waiting.partition(b"\n")
        _answer(json.loads(line), requests, replies)


def _answer(request: dict[str, Any], requests: int, replies: TextIO) -> None:
    notebook = Path(request["notebook"])
    try:
        modules = [module for module in imported_by(notebook) if module not in sys.modules]
    except CourseError as error:
        _say(replies, {"error": [error.problem, error.remedy]})
        return
    if modules:
        _say(replies, {"doing": f"Importing {', '.join(modules)}"})
    for module in (*KERNEL, *modules):
        # The notebook says so itself if one is missing.
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    worker = os.fork()
    if not worker:
        _work(notebook, float(request["seconds"]), replies)
    while not os.waitpid(worker, os.WNOHANG)[0]:
        readable, _, _ = select.select([requests], [], [], POLL)
        if readable:
            # Nothing is asked before the answer has come, so the notebook has gone.
            os.kill(worker, signal.SIGTERM)
            os.waitpid(worker, 0)
            return


def _work(notebook: Path, seconds: float, replies: TextIO) -> None:
    """Check in this fork, and end it; never returns."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        exercises = check(
            notebook,
            seconds,
            lambda done, cells: _say(replies, {"done": done, "of": cells}),
            Fork() if _is_single_threaded() else NewProcess(),
        )
        _say(replies, {"exercises": to_plain(exercises)})
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
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
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
        serve(0, replies)


if __name__ == "__main__":
    main()

"""Processes forked from one that has imported what all of them need: they begin at once, and share its memory."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from typing import Any

SAFE_PATH = "PYTHONSAFEPATH"
# What is raised where a pool is handed work after one of its processes was killed, or what they are forked from.
KILLED = (BrokenProcessPool, OSError, EOFError)


def context_for(module: str) -> Any:
    """The context of `multiprocessing` for such processes.

    Args:
        module: what is imported before they are forked, unless this process has already had others forked.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    before = os.environ.get(SAFE_PATH)
    # A file of the folder in which a command is typed is no module, whatever its name.
    os.environ[SAFE_PATH] = "1"
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before
    return context


def begin(environment: dict[str, str]) -> None:
    """What each of them does first.

    Args:
        environment: of the main process, since the one from which they are forked has that of its own start.
    """
    os.environ.clear()
    os.environ.update(environment)
    # Ctrl-C is for the main process, which ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_main, daemon=True).start()


def _end_with_main() -> None:
    # If the main process was killed, perhaps before this one had begun, it would wait for ever.
    main = multiprocessing.parent_process()
    if main is not None:
        main.join()
    os._exit(1)

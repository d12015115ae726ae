"""What runs one test beside the student's own objects: in a fork of their process, or in its place there.

A fork is taken for this test and ends with it, and so does the test's text. A test that students have whole needs none.
Nothing here protects the test from the student's code, which is in the same process: what it reports is trusted.
"""

import ctypes
import gc
import os
import random
import re
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, NoReturn

from nbjudge.cell_run import Printed, blank_lines, execute, report_of
from nbjudge.compiled import cell_of_code, compile_cell, statements_of_code
from nbjudge.protocol import Lend, Report, RunBeside, to_wire
from nbjudge.student_output import send_all
from nbjudge.wire import pack

# In a test that uses IPython's history, which has to hold the test itself only then.
LOOKS_BACK = re.compile(r"\bIn\b|\b_i|_[io]h\b|[%!]|ipython|execution_count")
PASSED = pack(to_wire(Report(passed=True)))  # what most tests report
_holding_the_lock = ctypes.PyDLL(None, use_errno=True)  # of the interpreter, as `os.fork` does


def fork() -> int:
    """As `os.fork`, but chance goes on in the child where it was, which Python seeds anew.

    Raises:
        OSError: if there can be no more processes.
    """
    if len(sys._current_frames()) == 1:
        # No other thread holds a lock that the child would need: nothing is to be put right there, which takes longer
        # than many a test.
        send_all()
        if (child := int(_holding_the_lock.fork())) < 0:
            raise OSError(ctypes.get_errno(), "fork")
        return child
    chance = random.getstate()
    child = os.fork()
    if not child:
        random.setstate(chance)
    return child


def run_and_end(shell: Any, message: RunBeside, parent: socket.socket) -> NoReturn:
    """Run one test in the names of the student's code, in a process forked for it, which then ends.

    Args:
        shell: IPython's, in which the student's cells ran, and which shows nothing any more.
        message: the test.
        parent: takes the report.
    """
    try:
        # What the collector of garbage looks at would be copied.
        gc.freeze()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        lend(shell, message.before, message.code_before)
        if LOOKS_BACK.search(message.source):
            remember(shell, [message.source])
        report = _reported(shell, message, lambda value: None)
        parent.sendall(PASSED if report == Report(passed=True) else pack(to_wire(report)))
    finally:
        os._exit(0)


def run_in_place(shell: Any, message: RunBeside) -> Report:
    """Run a test as a cell of the student's notebook, which has all of its text: what it does lasts.

    Args:
        shell: IPython's, in which the student's cells run, and which shows nothing meanwhile.
        message: the test.
    """
    lend(shell, message.before, message.code_before)
    remember(shell, [message.source])
    try:
        return _reported(shell, message, shell.displayhook)
    finally:
        for name in ("showtraceback", "run_cell"):
            vars(shell).pop(name, None)


def _reported(shell: Any, message: RunBeside, show: Callable[[Any], Any]) -> Report:
    # Magics such as `%%time` and `%%capture` catch the error of what stands below them, to show it.
    shell.showtraceback = _raise_on
    run_cell = shell.run_cell
    shell.run_cell = lambda *args, **settings: _raise_of(run_cell(*args, **settings))

    def run() -> float | None:
        cell = cell_of_code(message.code)
        return execute(cell or compile_cell(_python(shell, message.source)), shell.user_ns, show=show)

    return report_of(run, message.source)


def _python(shell: Any, source: str) -> str:
    return blank_lines(source) + str(shell.transform_cell(source))


def remember(shell: Any, tests: list[str]) -> None:
    """Let IPython's history count tests as it counts cells: for `In`, `_i`, `%rerun` and the numbers of cells.

    Args:
        shell: IPython's, in which the student's cells run.
        tests: their texts, those that are blank among them.
    """
    for text in filter(str.strip, tests):
        # The student's code may have changed all of it.
        with suppress(Exception):
            shell.history_manager.store_inputs(shell.execution_count, text)
            shell.execution_count += 1


def lend(shell: Any, statements: list[str], code: bytes) -> None:
    """Let code have names that a test defines, as in any kernel.

    Args:
        shell: IPython's, in which the student's cells run.
        statements: one may fail without the others.
        code: the same, compiled, if it can be used here.
    """
    if not statements:
        return
    with redirect_stdout(Printed()) as printed, redirect_stderr(printed):
        for statement in statements_of_code(code, statements):
            try:
                exec(statement, shell.user_ns)  # noqa: S102  (of the source notebook)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: S112  (pytest's own exceptions, for example, are none of Exception)
                continue


def take_over(shell: Any, message: Lend) -> None:
    """Run statements that students see of a test; or all that they see, as a cell, so that what it changes lasts.

    Args:
        shell: IPython's, in which the student's cells run, and which shows nothing meanwhile.
        message: that part of the test.
    """
    lend(shell, message.statements, message.code)
    if message.cell:
        with redirect_stdout(Printed()) as printed, redirect_stderr(printed):
            shell.run_cell(message.cell, store_history=True)


def look_again() -> None:
    """Let imports see what has been written into the folder since it was last read, however short ago that was."""
    with suppress(Exception):
        finder: Any = sys.path_importer_cache[str(Path.cwd())]
        finder.invalidate_caches()


def _raise_of(result: Any) -> Any:
    result.raise_error()
    return result


def _raise_on(*_: Any, **__: Any) -> None:
    error = sys.exception()
    if error is not None:
        raise error

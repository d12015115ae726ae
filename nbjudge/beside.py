"""What runs in a fork of the student process: one test, beside the student's own objects.

The fork is taken for this test and ends with it, and so does the test's text. Nothing here protects the test from the
student's code, which is in the same process: what it reports is trusted.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbjudge.cell_run import Printed, blank_lines, execute, report_of
from nbjudge.compiled import cell_of_code, compile_cell, statements_of_code
from nbjudge.protocol import Report, RunBeside


def run_beside(shell: Any, message: RunBeside) -> Report:
    """Run one test in the names of the student's code, in a process that ends afterwards.

    Args:
        shell: IPython's, in which the student's cells ran.
        message: the test.
    """
    # Magics such as `%%time` and `%%capture` catch the error of what stands below them, to show it.
    shell.showtraceback = _raise_on
    run_cell = shell.run_cell
    shell.run_cell = lambda *args, **settings: _raise_of(run_cell(*args, **settings))
    lend(shell, message.before, message.code_before)
    remember(shell, [message.source])

    def run() -> float | None:
        cell = cell_of_code(message.code)
        return execute(cell or compile_cell(_python(shell, message.source)), shell.user_ns)

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
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = Printed()
    try:
        for statement in statements_of_code(code, statements):
            try:
                exec(statement, shell.user_ns)  # noqa: S102  (of the source notebook)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: S112  (pytest's own exceptions, for example, are none of Exception)
                continue
    finally:
        sys.stdout, sys.stderr = before


def repeat(shell: Any, source: str) -> None:
    """Run what students see of a test as a cell, so that what it changes is there for those below, as in any kernel.

    Args:
        shell: IPython's, in which the student's cells run, and which shows nothing meanwhile.
        source: that part of the test.
    """
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = Printed()
    try:
        shell.run_cell(source, store_history=True)
    finally:
        sys.stdout, sys.stderr = before


def look_again() -> None:
    """Let imports see what has been written into the folder since it was last read, however short ago that was."""
    with suppress(Exception):
        sys.path_importer_cache[str(Path.cwd())].invalidate_caches()


def _raise_of(result: Any) -> Any:
    result.raise_error()
    return result


def _raise_on(*_: Any, **__: Any) -> None:
    error = sys.exception()
    if error is not None:
        raise error

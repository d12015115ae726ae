"""What runs in a fork of the student process: one test, beside the student's own objects.

The fork is taken for this test and ends with it, and so does the test's text. Nothing here protects the test from the
student's code, which is in the same process: what it reports is trusted.
"""

import sys
from typing import Any

from nbjudge.cell_run import Printed, Rules, blank_lines, execute, report_of
from nbjudge.protocol import Report


def run_beside(shell: Any, source: str, before: list[str]) -> Report:
    """Run one test in the names of the student's code, in a process that ends afterwards.

    Args:
        shell: IPython's, in which the student's cells ran.
        source: the text of the test.
        before: what other tests define that this one uses; how it ends does not matter.
    """
    # Magics such as `%%time` catch the error of what stands below them, to show it.
    shell.showtraceback = _raise_on
    lend(shell, before)
    text = blank_lines(source) + shell.transform_cell(source)
    return report_of(lambda: execute(text, shell.user_ns, Rules()), source)


def lend(shell: Any, statements: list[str]) -> None:
    """Let code have names that a test defines, as in any kernel.

    Args:
        shell: IPython's, in which the student's cells run.
        statements: one may fail without the others.
    """
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = Printed()
    try:
        for statement in statements:
            try:
                exec(compile(statement, "<test>", "exec"), shell.user_ns)  # noqa: S102  (of the source notebook)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: S112  (pytest's own exceptions, for example, are none of Exception)
                continue
    finally:
        sys.stdout, sys.stderr = before


def _raise_on(*_: Any, **__: Any) -> None:
    error = sys.exception()
    if error is not None:
        raise error

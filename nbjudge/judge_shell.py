"""IPython's magics and shell lines for tests: the judge has a shell of its own, made when a test first uses one."""

import sys
from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class JudgeShell(InteractiveShell):
    """A shell in which a cell below a magic fails as it would fail without the magic.

    Attributes:
        execute: runs Python as a test does.
    """

    execute: Callable[[str], Any]

    def run_cell(self, raw_cell: str, *_: Any, **__: Any) -> None:
        """Run what stands below a magic.

        Raises:
            BaseException: whatever it raises.
        """
        self.execute(raw_cell)

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Let the error go on to the test: magics such as `%%time` catch it to show it."""
        error = sys.exception()
        if error is not None:
            raise error

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no window to draw in."""


def make_shell(names: dict[str, Any], execute: Callable[[str], Any]) -> JudgeShell:
    """The shell of a judge, which IPython itself takes for the only one from now on.

    Args:
        names: those of the tests.
        execute: runs Python as a test does.
    """
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "NoColor"
    shell: JudgeShell = JudgeShell.instance(config=settings, user_ns=names)
    shell.execute = execute
    return shell

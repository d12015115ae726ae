"""IPython's magics and shell lines for tests: the judge has a shell of its own, made when a test first uses one."""

import sys
from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class _Scope(dict[str, Any]):
    def __init__(self, local: dict[str, Any], names: dict[str, Any]):
        super().__init__(local)
        self.names = names

    def __missing__(self, name: str) -> Any:
        # Python itself does not ask the names of the tests for what they lack, where it has others to look at first.
        return self.names[name]


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

    def get_local_scope(self, stack_depth: int) -> Any:
        """The names of the function in which a magic stands, and behind them those of the tests."""
        scope = super().get_local_scope(stack_depth + 1)
        return scope if scope is self.user_ns else _Scope(scope, self.user_ns)

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
    JudgeShell.clear_instance()
    shell: JudgeShell = JudgeShell.instance(config=settings, user_ns=names)
    shell.execute = execute
    return shell

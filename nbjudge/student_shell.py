"""The IPython of a student process: as in a kernel, but what it shows goes to the supervisor."""

import inspect
import os
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from nbjudge.protocol import MESSAGE_LENGTH, Raised


class _Published(DisplayPublisher):
    def publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:
        self.shell.student.show(data)

    def clear_output(self, wait: bool = False) -> None:
        pass


class _Result(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.student.show(format_dict, is_result=True)

    def finish_displayhook(self) -> None:
        pass


class _Compiler(CachingCompiler):
    def cache(self, *arguments: Any, **more: Any) -> str:
        name: str = super().cache(*arguments, **more)
        # Else `inspect` looks through all modules for that of the cell, several times for each line of a traceback.
        inspect.modulesbyfile.update(dict.fromkeys((name, os.path.abspath(name)), "__main__"))  # noqa: PTH100
        return name


class Shell(InteractiveShell):
    """IPython as in a kernel, but without a kernel: what it shows goes to the supervisor."""

    student: Any  # the `Student` that has it
    compiler_class = Type(_Compiler)

    def init_display_pub(self) -> None:
        """Send what `display` shows to the supervisor."""
        self.display_pub = _Published(parent=self, shell=self)

    def init_displayhook(self) -> None:
        """Send the value of a cell's last line to the supervisor."""
        super().init_displayhook()
        self.displayhook = _Result(parent=self, shell=self)
        self.display_trap.hook = self.displayhook

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = [str(line) for line in stb]
        self.student.tell(Raised(str(etype.__name__), str(evalue)[:MESSAGE_LENGTH], lines[-100:]))

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no window to draw in."""


def make_shell() -> Shell:
    """A shell with a history in memory, so without the thread that would save it."""
    settings = Config()
    settings.HistoryManager.hist_file = ":memory:"
    settings.InteractiveShell.colors = "NoColor"
    shell: Shell = Shell.instance(config=settings)
    return shell

"""What all commands share: where they are run, how they speak, and how they fail."""

import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Annotated, Any

import rich.console
import rich.progress
import rich.segment
import rich.text
import typer
from typer.core import TyperGroup

from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.classroom.settings import open_folder
from gdl_utils.errors import CourseError
from gdl_utils.installing import has, install_command
from gdl_utils.terminal import escape_controls, escaped_streams, one_line

if TYPE_CHECKING:
    from nbjudge import EngineError


class Console(rich.console.Console):
    """Shows texts as they are: they may come from a student, so nothing in them acts or stays invisible."""

    def __init__(self, stderr: bool = False):
        # No markup: a path or a name may hold square brackets.
        super().__init__(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)

    @property
    def file(self) -> IO[str]:
        """Where it writes: past all proxies, of which there are two while a bar is shown."""
        stream: Any = super().file
        while inner := getattr(stream, "rich_proxied_file", None):
            stream = inner
        return stream

    @file.setter
    def file(self, stream: IO[str]) -> None:
        self._file = stream

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; a text stays in its line, so that none looks like two."""
        super().print(*[one_line(each) if isinstance(each, str) else each for each in objects], **options)

    def render_str(self, text: str, **options: Any) -> rich.text.Text:
        """Texts in tables and the like, before they are measured."""
        return super().render_str(escape_controls(text), **options)

    def render(self, *arguments: Any, **options: Any) -> Iterable[rich.segment.Segment]:
        """What is shown of anything, also of what others made; Rich's own sequences are not texts."""
        for segment in super().render(*arguments, **options):
            yield segment if segment.control else segment._replace(text=escape_controls(segment.text))


console = Console()
INTERRUPTED = 130  # what shells give for Ctrl-C
INTERNAL_ERROR = 70  # sysexits.h; 1 says that submissions need attention, 2 that the user made a mistake

FOLDER = Annotated[Path, typer.Option("--course", help="The course folder in which you ran 'gdl grade'.")]
PYTHON = Annotated[
    str | None,
    typer.Option("--python", help="The students' Python, or its environment (venv, conda); it needs no gdl_utils."),
]
DATABASE = Annotated[str | None, typer.Option("--db", help="URL of the gradebook, such as postgresql://HOST/NAME.")]


@contextmanager
def _escaped_usage_errors() -> Iterator[None]:
    # Typer shows them itself, with what was typed in them: for example the name of a file.
    try:
        yield
    except Exception as error:
        if isinstance(message := getattr(error, "message", None), str):
            vars(error)["message"] = one_line(message)
        raise


class Sentences(TyperGroup):
    """Shows a user's mistake as its sentence, without a traceback, and exits with 2.

    All that a command prints passes the streams that `main` puts in place, or a `Console`.
    """

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line."""
        with escaped_streams():
            return super().main(*arguments, **options)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the command line as far as the name of the command."""
        with _escaped_usage_errors():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was named."""
        try:
            with _escaped_usage_errors():
                return super().invoke(ctx)
        except CourseError as error:
            sentence = str(error)
        except ModuleNotFoundError as error:
            # Each part of the project has only what it needs.
            command = install_command(error.name or "")
            sentence = f"This command needs {error.name}, which is not installed. To install it, type: {command}"
        except Exception as error:
            # Typer's own ways to leave: with an exit code, on an abort, and when nobody reads on (`gdl --help | head`).
            if hasattr(error, "exit_code") or isinstance(error, typer.Abort | BrokenPipeError):
                raise
            # The engine's errors, if it was imported, and what to type where its remedy is of no help.
            engine = sys.modules.get("nbjudge.errors")
            if engine is None or not isinstance(error, engine.EngineError):
                traceback.print_exc()
                raise typer.Exit(INTERNAL_ERROR) from None
            sentence = _with_options(error, engine)
        # A further line is indented: it may come from a name with a line break in it.
        for number, line in enumerate(sentence.split("\n")):
            Console(stderr=True).print(f"  {line}" if number else line)
        raise typer.Exit(2)


def _with_options(error: "EngineError", engine: ModuleType) -> str:
    """The sentence of an error of the engine, with the options of the command line that help, too."""
    if isinstance(error, engine.SandboxError):
        return f"{error.problem}: {error.remedy}, or use --sandbox none if you trust every notebook."
    if isinstance(error, engine.SchedulerError):
        return f"{error.problem}: {error.remedy}, or grade on this machine without --scheduler."
    return str(error)


def repository() -> Course:
    """The course whose folder this is, with its sources, releases and answers.

    Raises:
        CourseError: if this is not such a folder.
    """
    root = Path.cwd()
    if not (root / "_toc.yml").is_file():
        raise CourseError(f"{root} is not the folder of the course (it has no _toc.yml)", "change to it first")
    return Course(root)


def course_in(folder: Path, database: str | None = None, python: str | None = None) -> Course:
    """The course in a folder, by its own configuration or else by the one of the folder where the command is typed.

    Raises:
        CourseError: if there is no such folder, or no configuration for it.
    """
    return open_folder(folder, database, Path.cwd() / CONFIG, python)


def tell_of_matplotlib(consequence: str) -> None:
    """Say what is left out where matplotlib is not installed, and how to have it."""
    if not has("matplotlib"):
        command = install_command("matplotlib")
        console.print(f"{consequence}, because matplotlib is not installed. To have them drawn, type: {command}")


def status(text: str) -> AbstractContextManager[object]:
    """Show what is being done, for as long as it takes."""
    if console.is_terminal:
        # Rich would take a text for markup, and square brackets in a name for a style or a link.
        return console.status(rich.text.Text(one_line(text)))
    console.print(f"{text} …")
    return nullcontext()


def progress_bar() -> rich.progress.Progress:
    """A bar that shows how much is done."""
    columns = rich.progress.Progress.get_default_columns()
    return rich.progress.Progress(*columns, rich.progress.TimeElapsedColumn(), console=console)

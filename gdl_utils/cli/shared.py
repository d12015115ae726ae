"""What all commands share: where they are run, how they speak, and how they fail."""

import sys
import traceback
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import rich.console
import rich.progress
import typer
from typer.core import TyperGroup

from gdl_utils.classroom.course import CONFIG, Course
from gdl_utils.errors import CourseError

if TYPE_CHECKING:
    from nbjudge import EngineError

# No markup: a path or a name may hold square brackets.
console = rich.console.Console(highlight=False, soft_wrap=True, markup=False)
INTERRUPTED = 130  # what shells give for Ctrl-C
INTERNAL_ERROR = 70  # sysexits.h; 1 says that submissions need attention, 2 that the user made a mistake

FOLDER = Annotated[Path, typer.Option("--course", help="The course folder, in which 'gdl grade' graded.")]
DATABASE = Annotated[str | None, typer.Option("--db", help="URL of the gradebook, such as postgresql://HOST/NAME.")]


class Sentences(TyperGroup):
    """Shows a user's mistake as its sentence, without a traceback, and exits with 2."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            sentence = str(error)
        except ModuleNotFoundError as error:
            # The light installation has not everything.
            sentence = f"This command needs {error.name}, which is not installed; type: make setup"
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
        rich.console.Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
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
        CourseError: if it is none.
    """
    root = Path.cwd()
    if not (root / "_toc.yml").is_file():
        raise CourseError(f"{root} is not the folder of the course (it has no _toc.yml)", "change to it first")
    return Course(root)


def course_in(folder: Path, database: str | None) -> Course:
    """A course folder with the configuration of the repository.

    Raises:
        CourseError: if there is no such folder.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}", "name the course folder with --course")
    return Course(folder, repository().folder / CONFIG, database)


def status(text: str) -> AbstractContextManager[object]:
    """Show what is being done, for as long as it takes."""
    if console.is_terminal:
        return console.status(text)
    console.print(f"{text} …")
    return nullcontext()


def progress_bar() -> rich.progress.Progress:
    """A bar that shows how much is done."""
    columns = rich.progress.Progress.get_default_columns()
    return rich.progress.Progress(*columns, rich.progress.TimeElapsedColumn(), console=console)

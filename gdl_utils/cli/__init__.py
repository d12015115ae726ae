"""The command `gdl`: runs and builds the book, releases and grades assignments.

What a command needs is imported when it is called, so that each starts fast and works without the others' packages.
"""

from collections.abc import Callable

import typer

from gdl_utils.cli import authoring, book, compare, dates, grading, machine
from gdl_utils.cli.shared import Sentences

app = typer.Typer(
    cls=Sentences,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run and build the book; release, check and grade assignments.",
)
app.add_typer(book.app, name="book")
app.add_typer(book.page_app, name="page")
COMMANDS: dict[str, Callable[..., None]] = {
    "data": machine.data,
    "doctor": machine.doctor,
    "train": machine.train,
    "device": machine.device,
    "lab": machine.lab,
    "compare": compare.compare,
    "new-course": authoring.new_course,
    "new-assignment": authoring.new_assignment,
    "pictures": authoring.pictures,
    "release": authoring.release,
    "sample-class": authoring.sample_class,
    "collect": grading.collect,
    "roster": grading.roster,
    "due": dates.due,
    "grade": grading.grade,
    "regrade": dates.regrade,
    "feedback": grading.feedback,
    "export": grading.export_grades,
    "report": grading.report,
    "kill-matrix": authoring.kill_matrix,
    "prose": authoring.prose,
    "check": grading.check,
}
for name, command in COMMANDS.items():
    app.command(name)(command)

"""The command `gdl`: runs and builds the book, releases and grades assignments.

What a command needs is imported when it is called, so that each starts fast and works without the others' packages.
"""

import enum
import http.server
import os
import shutil
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import rich.console
import rich.progress
import rich.table
import typer
from typer.core import TyperGroup

from gdl_utils.errors import CourseError
from gdl_utils.quiet import stderr_to

if TYPE_CHECKING:
    from gdl_utils.grading.course import How
    from gdl_utils.grading.engine.processes import OwnZygote

# jsonschema imports it to check internationalised addresses, which no command does; that takes longer than the rest.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# No markup: a path or a name may hold square brackets.
console = rich.console.Console(highlight=False, soft_wrap=True, markup=False)
SHOWN = 60  # rows of a table of grades
INTERRUPTED = 130  # what shells give for Ctrl-C
UNPROTECTED = (
    "WITHOUT A SANDBOX: every notebook runs with your own rights and can read, change and send whatever you can."
)
INTERNAL_ERROR = 70  # sysexits.h; 1 says that submissions need attention, 2 that the user made a mistake


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
            traceback.print_exc()
            raise typer.Exit(INTERNAL_ERROR) from None
        rich.console.Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
        raise typer.Exit(2)


app = typer.Typer(cls=Sentences, no_args_is_help=True, pretty_exceptions_enable=False, help="The course's own tool.")
book = typer.Typer(no_args_is_help=True, help="Run the pages of the book and build the site.")
app.add_typer(book, name="book")


def _root() -> Path:
    root = Path.cwd()
    if not (root / "_toc.yml").is_file():
        raise CourseError(f"{root} is not the folder of the course (it has no _toc.yml): change to it first.")
    return root


def _status(text: str) -> AbstractContextManager[object]:
    if console.is_terminal:
        return console.status(text)
    console.print(f"{text} …")
    return nullcontext()


def _progress() -> rich.progress.Progress:
    columns = rich.progress.Progress.get_default_columns()
    return rich.progress.Progress(*columns, rich.progress.TimeElapsedColumn(), console=console)


@book.command("build")
def build_book() -> None:
    """Build the site from the stored outputs of the pages, with warnings as errors, and check that it is whole."""
    from gdl_utils.book.build import build_site

    with _status("Building the site"):
        first = build_site(_root())
    console.print(f"The site is built: {first.relative_to(_root())}")


@book.command("run")
def run_book(
    pages: Annotated[list[Path] | None, typer.Argument(help="Pages to run; all pages of the site if none.")] = None,
) -> None:
    """Run pages in full and store their outputs, with what they ran on. This can take long."""
    from gdl_utils.book.build import toc_pages
    from gdl_utils.book.run import run_page

    root = _root()
    named = [page.resolve() for page in pages or []]
    paths = named or [root / f"{name}.ipynb" for name in toc_pages(root) if (root / f"{name}.ipynb").is_file()]
    for path in paths:
        if not path.is_file() or path.suffix != ".ipynb" or root / "book" not in path.parents:
            raise CourseError(f"{path} is not a page of {root}: name a notebook in book/.")
    for path in paths:
        console.print(f"Running {path.relative_to(root)}")
        with _progress() as progress:
            task = progress.add_task("cells", total=None)
            run_page(path, root, lambda done, total: progress.update(task, completed=done, total=total))  # noqa: B023


@book.command("check")
def check_book() -> None:
    """Tell whether the stored outputs of all pages are those of their code, helpers and lock as they stand."""
    from gdl_utils.book.build import toc_pages
    from gdl_utils.book.provenance import complaints

    root = _root()
    pages = [root / f"{name}.ipynb" for name in toc_pages(root) if (root / f"{name}.ipynb").is_file()]
    found = [complaint for page in pages for complaint in complaints(page, root)]
    if found:
        raise CourseError("\n".join(found))
    console.print(f"The stored outputs of {len(pages)} page(s) are fresh.")


@book.command("serve")
def serve_book(port: Annotated[int, typer.Option(help="The port on this computer.", min=1, max=65_535)] = 8000) -> None:
    """Show the built site in a browser on this computer, until Ctrl-C."""
    from gdl_utils.book.build import SITE

    site = _root() / SITE
    if not site.is_dir():
        raise CourseError("The site is not built yet: type 'make book'.")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise CourseError(f"Port {port} can't be used ({error.strerror}): choose another with --port.") from error
    console.print(f"The site is at http://127.0.0.1:{port}/ until you press Ctrl-C.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


@app.command()
def data(
    load: Annotated[
        bool, typer.Option(help="Load the data, downloading them if need be, and give their digest.")
    ] = False,
) -> None:
    """Say where CIFAR-10 comes from on this machine."""
    from gdl_utils.datasets import cifar10_at_hand, load_cifar10

    if load:
        console.print(f"SHA-256 of its images and labels: {load_cifar10().sha256}")
    else:
        console.print(f"Data: {cifar10_at_hand()}")


SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "fault": ("FAULT", "bold red")}


@app.command()
def doctor(
    training: Annotated[bool, typer.Option(help="Import TensorFlow and train a step on each of its devices.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of findings for other programs.")] = False,
) -> None:
    """Say what of the course works on this machine, and what to do about the rest.

    Exits with 1 if something is broken.
    """
    import json

    from gdl_utils.doctor import examine

    faults, findings = 0, []
    for finding in examine(_root(), training):
        faults += finding.state == "fault"
        findings.append(vars(finding))
        if not as_json:
            sign, style = SIGNS[finding.state]
            console.print(f"{sign:6}", style=style, end="")
            console.print(f"{finding.subject}: {finding.text}")
            if finding.remedy:
                console.print(f"{'':6}  -> {finding.remedy}")
    if as_json:
        typer.echo(json.dumps(findings, indent=1))
    else:
        console.print(f"{faults or 'No'} fault(s).")
    if faults:
        raise typer.Exit(1)


class Backend(enum.StrEnum):
    """Backends of Keras, by its names."""

    TENSORFLOW, JAX, TORCH = "tensorflow", "jax", "torch"


@app.command()
def train(
    backend: Annotated[
        Backend,
        typer.Option(help="Under JAX or PyTorch, which you install, the networks are trained without the pages."),
    ] = Backend.TENSORFLOW,
) -> None:
    """Train the networks of the training pages on this machine, and put times and accuracies into the site's table."""
    from gdl_utils.book import train as training

    root = _root()
    with _progress() as progress:
        results: Iterable[training.Result]
        if backend is Backend.TENSORFLOW:
            tasks = {name: progress.add_task(name, total=None) for name in training.PAGES.values()}
            single = training.train_pages(
                root, lambda name, done, total: progress.update(tasks[name], completed=done, total=total)
            )
            results = [*single, *training.train_on_all_gpus(single)]
        else:
            results = training.train_networks(backend.value, lambda name: progress.console.print(f"Training: {name}"))
        for result in results:
            training.keep(root, [result])
            progress.console.print(
                f"{result.network} on {result.device} ({result.processor}, {result.backend}): "
                f"{result.seconds_an_epoch:.1f} s an epoch, test loss {result.loss:.3f}, accuracy {result.accuracy:.1%}"
            )
            if result.comparable:
                progress.console.print(f"Kept in {training.RESULTS} and {training.TABLE}")
            else:
                progress.console.print("Not kept: it was not trained on all of CIFAR-10")


@app.command()
def device() -> None:
    """Say in one line on what TensorFlow computes; with GDL_REQUIRE_GPU=1, fail where there is no GPU."""
    from gdl_utils.doctor import device_in_use

    with stderr_to(Path(os.devnull)):
        told = device_in_use()
    console.print(told)


@app.command()
def release(
    check: Annotated[bool, typer.Option(help="Change nothing; tell whether assignments/ is up to date.")] = False,
) -> None:
    """Make assignments/ from solutions/ by nbgrader."""
    from gdl_utils.grading import nbgrader_api
    from gdl_utils.grading import release as releasing

    root = _root()
    names = nbgrader_api.assignment_names(root)
    with _status("Releasing the assignments"):
        if check:
            stale = releasing.stale_assignments(root)
            if stale:
                raise CourseError("\n".join(stale))
        for name in names:
            changed = not check and releasing.release(root, name)
            console.print(f"assignments/{name}: {'written anew' if changed else 'up to date'}")


@app.command("sample-class")
def sample_class(
    assignment: Annotated[str, typer.Argument(help="A folder of assignments/.")],
    course: Annotated[Path, typer.Option(help="The course folder to make.")],
) -> None:
    """Make a course folder with the submissions of the assignment's sample class."""
    from gdl_utils.grading.release import differences
    from gdl_utils.grading.sample_class import students_of, write_submission

    root = _root()
    students = students_of(root, assignment)
    marker = course / ".sample-class"
    if course.exists() and any(course.iterdir()) and not marker.exists():
        raise CourseError(f"{course} holds something else than a sample class: name an empty or a new folder.")
    course.mkdir(parents=True, exist_ok=True)
    marker.touch()
    shutil.rmtree(course / "submitted", ignore_errors=True)
    if differences(root / "solutions" / assignment, course / "solutions" / assignment):
        # nbgrader keeps to the cells that were there when the first submission was graded.
        (course / "gradebook.db").unlink(missing_ok=True)
        shutil.rmtree(course / "autograded", ignore_errors=True)
    shutil.rmtree(course / "solutions", ignore_errors=True)
    shutil.copytree(root / "solutions", course / "solutions")
    for student in students:
        write_submission(root, assignment, student, course / "submitted")
    console.print(f"{len(students)} sample submissions of {assignment} are in {course / 'submitted'}")


@app.command()
def collect(
    archive: Annotated[Path, typer.Argument(help="The zip file of all submissions, or a folder of files.")],
    assignment: Annotated[str, typer.Argument(help="The assignment that was handed in.")],
    course: Annotated[Path, typer.Option(help="The course folder; the submissions go to its submitted/.")] = Path(),
    roster: Annotated[
        Path | None, typer.Option(help="Who is who: Moodle's grading worksheet, or a gradebook export of either (CSV).")
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="How files are named if not by Moodle or Canvas, with (?P<student_id>...), (?P<file_id>...)."
        ),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace submissions that are there already.")] = False,
    db: Annotated[str | None, typer.Option(help="URL of the gradebook, such as postgresql://HOST/NAME.")] = None,
) -> None:
    """Take the submissions out of an archive of Moodle or Canvas, or out of files from e-mails.

    Exits with 1 if some need attention.
    """
    from gdl_utils.grading.collect import collect as collecting

    with _status(f"Collecting {assignment}"):
        found = collecting(_root(), course, assignment, archive, pattern, roster, force, db)
    for student, remarks in found.remarks.items():
        for remark in remarks:
            console.print(f"{student}: {remark}")
    for problem in found.problems:
        console.print(f"attention: {problem}")
    where = course / "submitted"
    console.print(f"{len(found.students)} submission(s) from {archive.name} ({found.platform}) are in {where}")
    if found.problems:
        raise typer.Exit(1)


@app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="The assignment to grade.")],
    course: Annotated[Path, typer.Option(help="The course folder, with submitted/STUDENT/ASSIGNMENT/.")] = Path(),
    regrade: Annotated[bool, typer.Option(help="Grade again what did not change since it was graded.")] = False,
    workers: Annotated[int | None, typer.Option(help="Processes that grade; one a core if not given.", min=1)] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler whose workers grade.")] = None,
    db: Annotated[str | None, typer.Option(help="URL of the gradebook, such as postgresql://HOST/NAME.")] = None,
    sandbox: Annotated[
        str, typer.Option(help="'bubblewrap', or 'none' to run the notebooks unprotected.")
    ] = "bubblewrap",
    start: Annotated[str, typer.Option(help="'warm', or 'cold' to import everything anew for each notebook.")] = "warm",
    memory: Annotated[int, typer.Option(help="MiB of memory for a submission.", min=64)] = 2048,
    processes: Annotated[int, typer.Option(help="Processes of a submission.", min=4)] = 64,
    cell_seconds: Annotated[float, typer.Option(help="Seconds for a cell.", min=0.1)] = 30,
    notebook_seconds: Annotated[float, typer.Option(help="Seconds for a notebook.", min=1)] = 300,
    written: Annotated[int, typer.Option(help="MiB of files that a submission may write.", min=1)] = 64,
    output: Annotated[int, typer.Option(help="KiB of output that a cell may give.", min=1)] = 1024,
) -> None:
    """Grade the submissions of an assignment and print the grades.

    Exits with 0 if every submission was graded without a remark, with 1 if some need attention.
    """
    from gdl_utils.grading.engine.results import Limits
    from gdl_utils.grading.engine.run import Options
    from gdl_utils.grading.parallel import early_zygote

    root = _root()
    if not (course / "solutions" / assignment).is_dir():
        raise CourseError(
            f"There is no assignment {assignment} in {course / 'solutions'}: see its folders for the names."
        )
    for name, value, known in [("sandbox", sandbox, ("bubblewrap", "none")), ("start", start, ("warm", "cold"))]:
        if value not in known:
            raise CourseError(f"--{name} is {value!r}: choose one of {', '.join(known)}.")
    if sandbox == "none":
        console.print(UNPROTECTED, style="bold red")
    limits = Limits(
        memory=memory << 20,
        processes=processes,
        cell_seconds=cell_seconds,
        notebook_seconds=notebook_seconds,
        written=written << 20,
        output=output << 10,
    )
    options = Options(start == "warm", sandbox != "none")
    # It imports TensorFlow, say, while this process imports nbgrader, which takes each of them seconds.
    early = nullcontext() if scheduler else closing(early_zygote(course / "solutions" / assignment, options))
    with early as zygote:
        from gdl_utils.grading.course import How

        how = How(limits, options, scheduler=scheduler, regrade=regrade)
        how = replace(how, workers=workers) if workers else how
        _grade(root, course, assignment, how, db, zygote)


def _grade(root: Path, course: Path, assignment: str, how: "How", db: str | None, zygote: "OwnZygote | None") -> None:
    from gdl_utils.grading.course import Outcome, grade_class, submissions

    shown: list[Outcome] = []
    counts = Counter[str]()
    with _grading_progress() as progress:
        task = progress.add_task("Grading", total=len(submissions(course, assignment)))

        def on_outcome(outcome: Outcome) -> None:
            counts["all"] += 1
            counts["before"] += not outcome.fresh
            counts["attention"] += bool(outcome.remark)
            if outcome.remark or counts["all"] <= SHOWN:
                shown.append(outcome)
            if outcome.remark and outcome.fresh:
                progress.console.print(f"{outcome.student}: {outcome.remark}")
            progress.advance(task)

        try:
            grade_class(root, course, assignment, on_outcome, how, db, zygote)
        except KeyboardInterrupt:
            progress.stop()
            console.print(f"Stopped after {counts['all']} submissions; the same command goes on with the others.")
            raise typer.Exit(INTERRUPTED) from None
    table = rich.table.Table(title=f"Grades of {assignment}")
    table.add_column("student")
    table.add_column("points", justify="right")
    table.add_column("of", justify="right")
    table.add_column("remarks", overflow="fold")
    listed = sorted(
        shown if counts["all"] <= SHOWN else [one for one in shown if one.remark], key=lambda one: one.student
    )
    for outcome in listed[:SHOWN]:
        score = "as before" if outcome.score is None else f"{outcome.score:g}"
        remarks = [f"attention: {outcome.remark}"] if outcome.remark else []
        table.add_row(outcome.student, score, f"{outcome.max_score:g}", "\n".join([*remarks, *outcome.repairs]))
    if listed:
        console.print(table)
    if len(listed) > SHOWN:
        console.print(f"... and {len(listed) - SHOWN} more that need attention; 'gdl report {assignment}' lists all.")
    console.print(
        f"{counts['all']} submissions, {counts['before']} of them graded before; {counts['attention']} need attention."
    )
    if counts["attention"]:
        raise typer.Exit(1)


def _grading_progress() -> rich.progress.Progress:
    return rich.progress.Progress(
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        _Rate(),
        rich.progress.TimeRemainingColumn(),
        console=console,
    )


class _Rate(rich.progress.ProgressColumn):
    def render(self, task: rich.progress.Task) -> str:
        """Submissions a minute."""
        speed = task.finished_speed or task.speed
        return f"{speed * 60:.0f}/min" if speed else ""


COURSE = Annotated[Path, typer.Option(help="The course folder, in which 'gdl grade' graded.")]
DB = Annotated[str | None, typer.Option(help="URL of the gradebook, such as postgresql://HOST/NAME.")]


def _gradebook_of(folder: Path, db: str | None) -> tuple[str, str]:
    """URL of the gradebook of a course folder, and the course's id in it."""
    from gdl_utils.grading import nbgrader_api

    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}: name the course folder with --course.")
    with nbgrader_api.course(folder, _root() / nbgrader_api.CONFIG, db) as api:
        return api.coursedir.db_url, api.coursedir.course_id


@app.command()
def feedback(
    assignment: Annotated[str, typer.Argument(help="A graded assignment.")], course: COURSE = Path(), db: DB = None
) -> None:
    """Write a page for each graded notebook, with points, hints and comments, and nothing hidden.

    Exits with 1 if a page could not be made.
    """
    from gdl_utils.grading.feedback import generate

    with _status(f"Writing the feedback on {assignment}"):
        written = generate(_root(), course, assignment, db)
    for one in written:
        if one.problem:
            console.print(f"{one.student}: {one.problem}")
    pages = sum(len(one.pages) for one in written)
    console.print(f"{pages} page(s) are in {course / 'feedback'}, in STUDENT/{assignment}/.")
    if any(one.problem for one in written):
        raise typer.Exit(1)


@app.command("export")
def export_grades(
    assignment: Annotated[str, typer.Argument(help="A graded assignment.")],
    format: Annotated[str, typer.Option(help="csv, canvas, moodle or json.")] = "csv",
    output: Annotated[Path | None, typer.Option(help="The file to write; printed if none.")] = None,
    course: COURSE = Path(),
    db: DB = None,
) -> None:
    """Give the grades of an assignment for a spreadsheet, for Canvas or Moodle, or as JSON."""
    from gdl_utils.grading.export import export

    text = export(*_gradebook_of(course, db), assignment, format)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CourseError(f"{output} can't be written ({error.strerror}): choose another file.") from error
    console.print(f"The grades of {assignment} are in {output}")


@app.command()
def report(
    assignment: Annotated[str, typer.Argument(help="A graded assignment.")],
    course: COURSE = Path(),
    db: DB = None,
    output: Annotated[Path | None, typer.Option(help="The page to write; report-ASSIGNMENT.html if none.")] = None,
) -> None:
    """Write a page on how an assignment went: scores, exercises, time and memory, and what needs attention."""
    from gdl_utils.grading.report import write_report

    url, course_id = _gradebook_of(course, db)
    with _status(f"Writing the report on {assignment}"):
        page = write_report(course, url, assignment, output or course / f"report-{assignment}.html", course_id)
    console.print(f"The report is in {page}")


@app.command("kill-matrix")
def kill_matrix(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all if none is named.")] = None,
    workers: Annotated[int, typer.Option(help="Processes that grade.", min=1)] = 2,
) -> None:
    """Try the wrong answers of the answer banks, and write pages that show which test catches which."""
    from gdl_utils.grading import kill_matrix as matrix
    from gdl_utils.grading import nbgrader_api

    root = _root()
    sizes = []
    for name in assignments or nbgrader_api.assignment_names(root):
        target = root / "_build" / "kill-matrix" / f"{name}.html"
        with _status(f"Trying the answers to {name}"):
            sizes.append(matrix.write(root, name, target, workers))
        console.print(f"{sizes[-1].wrong} wrong answers to {sizes[-1].exercises} exercises: {target.relative_to(root)}")
    totals = [sum(getattr(size, kind) for size in sizes) for kind in ("exercises", "wrong", "right")]
    console.print("In all {} exercises, {} wrong and {} right answers.".format(*totals))


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook of an assignment.")],
    seconds: Annotated[float, typer.Option(help="Seconds after which a cell is interrupted.", min=0.1)] = 30,
) -> None:
    """Run your notebook from the top with its visible tests, and say how each exercise goes.

    Exits with 0 if all visible tests pass, and with 1 if not.
    """
    from gdl_utils.grading import check as checking

    with _status(f"Running {notebook.name}"):
        exercises = checking.check(notebook, seconds)
    console.print(checking.summary(exercises))
    if not all(exercise.passed for exercise in exercises):
        raise typer.Exit(1)

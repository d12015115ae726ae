"""Commands for those who teach, and the one with which students check their own work."""

import enum
import os
import sys
from collections import Counter
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import rich.progress
import rich.table
import typer

from gdl_utils.classroom.course import Course, check_name
from gdl_utils.classroom.export_formats import Format, Platform
from gdl_utils.cli.shared import (
    DATABASE,
    FOLDER,
    INTERRUPTED,
    PYTHON,
    console,
    course_in,
    progress_bar,
    status,
    tell_of_matplotlib,
)
from gdl_utils.errors import CourseError
from gdl_utils.importing import without_collector

if TYPE_CHECKING:
    from gdl_utils.classroom.grade import GradingOptions, Outcome
    from nbjudge.pool import EarlyStart

SHOWN = 60  # rows of a table of grades
UNPROTECTED = (
    "WITHOUT A SANDBOX: every notebook runs with your own rights and can read, change and send whatever you can."
)
WITHOUT_TLS = (
    "WITHOUT TLS: anyone who reaches this scheduler can read submissions and hidden tests, and run programs here and "
    "on its workers. deploy/dask/README.md says how to make certificates."
)
# Where the platforms take a zip file of feedback.
UPLOAD = {
    Platform.MOODLE: "in Moodle, open the assignment and choose Submissions, Upload multiple feedback files in a zip",
    Platform.CANVAS: "in Canvas, open the gradebook and choose Upload Submissions in the assignment's menu",
}


class Sandbox(enum.StrEnum):
    """What notebooks are run in."""

    BUBBLEWRAP, NONE = "bubblewrap", "none"


class Start(enum.StrEnum):
    """When the environment is imported: once for all notebooks, or for each."""

    WARM, COLD = "warm", "cold"


def collect(
    archive: Annotated[Path, typer.Argument(help="The zip file of all submissions, or a folder of files.")],
    assignment: Annotated[str, typer.Argument(help="The assignment that was handed in.")],
    course: Annotated[Path, typer.Option(help="The course folder; the submissions go to its submitted/.")] = Path(),
    roster: Annotated[
        Path | None,
        typer.Option(
            help="The list of students: Moodle's grading worksheet, or a gradebook export from Moodle or Canvas (CSV)."
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="Regular expression for names of files from elsewhere, with (?P<student_id>...) and (?P<file_id>...)."
        ),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace submissions that are already there.")] = False,
    times: Annotated[
        Path | None,
        typer.Option(help="When work was handed in, if the roster does not say: a CSV file with ID and submitted_at."),
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Time zone of times without one, such as Moodle's; for example Europe/Berlin.")
    ] = None,
    db: Annotated[str | None, typer.Option(help="URL of the gradebook, such as postgresql://HOST/NAME.")] = None,
) -> None:
    """Take the submissions out of a Moodle or Canvas archive, or out of files from e-mails.

    Exits with 1 if some need your attention.
    """
    from gdl_utils.classroom import collect as collecting
    from gdl_utils.classroom.times import read_zone

    target, known = course_in(course, db), read_zone(zone) if zone else None
    check_name(assignment)
    with status(f"Collecting {assignment}"):
        collected = collecting.collect(target, assignment, archive, pattern, roster, force, times, known)
    for student, remarks in collected.remarks.items():
        for remark in remarks:
            console.print(f"{student}: {remark}")
    for student, what in collected.changed.items():
        console.print(f"{student} handed in again: {what}")
    problems = [
        f"{student} already has a submission ({what}); add --force to replace it."
        for student, what in collected.kept.items()
    ]
    for problem in [*problems, *collected.problems]:
        console.print(f"attention: {problem}")
    count, where = len(collected.students), f"{archive.name} ({collected.platform})"
    console.print(f"{count} submission(s) from {where} are in {target.submissions}")
    if collected.same:
        console.print(f"{len(collected.same)} more were already there, unchanged.")
    if collected.absent:
        console.print(
            f"{len(collected.absent)} student(s) in the gradebook handed in nothing: {', '.join(collected.absent)}"
        )
    if problems or collected.problems:
        raise typer.Exit(1)


def roster(
    table: Annotated[
        Path, typer.Argument(help="A CSV file with the columns id, name and email, or an export from Moodle or Canvas.")
    ],
    course: FOLDER = Path(),
    db: DATABASE = None,
) -> None:
    """Put the students of a class into the gradebook, so that reports also list those who hand in nothing.

    Exits with 1 if some of them can't be told apart.
    """
    from gdl_utils.classroom.roster import enter_roster

    entered = enter_roster(course_in(course, db), table)
    console.print(
        f"{len(entered.students)} student(s) of {table.name} are in the gradebook, {len(entered.new)} of them new."
    )
    pairs = {tuple(sorted(pair)) for pair in entered.alike.items()}
    for one, other in sorted(pairs):
        console.print(f"attention: {one} and {other} may be the same student: use one name for them.")
    if pairs:
        raise typer.Exit(1)


def grade(
    assignment: Annotated[str, typer.Argument(help="The assignment to grade.")],
    course: Annotated[Path, typer.Option(help="The course folder, with submitted/STUDENT/ASSIGNMENT/.")] = Path(),
    regrade: Annotated[bool, typer.Option(help="Grade everything again, even what has not changed.")] = False,
    only_judged: Annotated[bool, typer.Option(help="Run no test beside the student's own objects.")] = False,
    despite_complaints: Annotated[
        bool, typer.Option(help="Grade even if the reference solution loses points, or a blank notebook gets some.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; by default one for each core.", min=1)
    ] = None,
    python: PYTHON = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Grade on a Dask cluster: the address of its scheduler, tls://HOST:PORT.")
    ] = None,
    db: Annotated[str | None, typer.Option(help="URL of the gradebook, such as postgresql://HOST/NAME.")] = None,
    sandbox: Annotated[
        Sandbox, typer.Option(help="'none' runs the notebooks without any protection.")
    ] = Sandbox.BUBBLEWRAP,
    start: Annotated[Start, typer.Option(help="'cold' imports everything afresh for each notebook.")] = Start.WARM,
    memory: Annotated[int, typer.Option(help="MiB of memory that a submission may use.", min=64)] = 2048,
    processes: Annotated[int, typer.Option(help="Processes that a submission may start.", min=4)] = 64,
    cell_seconds: Annotated[float, typer.Option(help="Seconds that a cell may take.", min=0.1)] = 30,
    notebook_seconds: Annotated[float, typer.Option(help="Seconds that a notebook may take.", min=1)] = 300,
    written: Annotated[int, typer.Option(help="MiB of files that a submission may write.", min=1)] = 64,
    output: Annotated[int, typer.Option(help="KiB of output that a cell may produce.", min=1)] = 1024,
    notebook: Annotated[
        int, typer.Option(help="MiB that the file of a notebook may have, outputs included.", min=1)
    ] = 100,
) -> None:
    """Grade the submissions of an assignment and print the grades.

    Exits with 0 if every submission was graded without a remark, with 1 if some need attention.
    """
    # jsonschema imports it to check internationalised addresses, which takes longer than the rest and is not needed.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from gdl_utils.classroom.early_start import early_start
    from gdl_utils.classroom.environment import engine_options
    from nbjudge import Limits

    target = course_in(course, db, python)
    check_name(assignment)
    if not target.source(assignment).is_dir():
        raise CourseError(f"There is no assignment {assignment} in {target.sources}", "choose one of its folders")
    if sandbox is Sandbox.NONE:
        console.print(UNPROTECTED, style="bold red")
    if scheduler and not scheduler.startswith("tls:"):
        console.print(WITHOUT_TLS, style="bold red")
    limits = Limits(
        memory=memory << 20,
        processes=processes,
        cell_seconds=cell_seconds,
        notebook_seconds=notebook_seconds,
        disk_bytes=written << 20,
        output_bytes=output << 10,
        notebook_bytes=notebook << 20,
    )
    engine = engine_options(target, start is Start.WARM, sandbox is not Sandbox.NONE)
    number = workers or os.cpu_count() or 1
    early = nullcontext() if scheduler else closing(early_start(target, assignment, engine, number))
    with early as started:
        with without_collector():
            from gdl_utils.classroom.grade import GradingOptions
        options = GradingOptions(limits, engine, number, scheduler, regrade)
        options = replace(options, only_judged=only_judged, despite_complaints=despite_complaints)
        _grade(target, assignment, options, started)


def _grade(course: Course, assignment: str, options: "GradingOptions", early: "EarlyStart | None") -> None:
    from gdl_utils.classroom.grade import grade_class

    shown: list[Outcome] = []
    counts, modules = Counter[str](), Counter[str]()
    with _grading_progress() as progress:
        task = progress.add_task("Grading", total=len(course.students(assignment)))

        def on_outcome(outcome: "Outcome") -> None:
            counts["all"] += 1
            counts["before"] += not outcome.fresh
            counts["attention"] += bool(outcome.remark)
            modules.update(outcome.missing_modules)
            counts["late"] += bool(outcome.standing and outcome.standing.penalty)
            if outcome.remark or counts["all"] <= SHOWN:
                shown.append(outcome)
            if outcome.remark and outcome.fresh:
                progress.console.print(f"{outcome.student}: {outcome.remark}")
            progress.advance(task)

        try:
            grade_class(course, assignment, on_outcome, options, early)
        except KeyboardInterrupt:
            progress.stop()
            console.print(f"Stopped after {counts['all']} submissions; run the same command again to grade the others.")
            raise typer.Exit(INTERRUPTED) from None
    numbers = ["points", "penalty", "counts", "of"] if counts["late"] else ["points", "of"]
    table = rich.table.Table(title=f"Grades of {assignment}")
    table.add_column("student")
    for name in numbers:
        table.add_column(name, justify="right")
    table.add_column("remarks", overflow="fold")
    listed = sorted(
        shown if counts["all"] <= SHOWN else [outcome for outcome in shown if outcome.remark],
        key=lambda outcome: outcome.student,
    )
    for outcome in listed[:SHOWN]:
        cells = _numbers(outcome)
        remarks = [f"attention: {outcome.remark}"] if outcome.remark else []
        remarks.extend(outcome.repairs)
        table.add_row(outcome.student, *(cells[name] for name in numbers), "\n".join(remarks))
    if listed:
        console.print(table)
    if len(listed) > SHOWN:
        console.print(f"... and {len(listed) - SHOWN} more that need attention; 'gdl report {assignment}' lists all.")
    console.print(
        f"{counts['all']} submissions, {counts['before']} of them graded before; {counts['attention']} need attention."
    )
    for module, count in sorted(modules.items()):
        console.print(
            f"The module {module} is not installed here, and {count} submission(s) that import it lost points: install "
            "it and grade again with --regrade, or do nothing if students were not supposed to use it."
        )
    if counts["attention"]:
        raise typer.Exit(1)


def _numbers(outcome: "Outcome") -> dict[str, str]:
    """What the table shows of a submission, by column."""
    standing = outcome.standing
    points = "as before" if outcome.score is None else f"{standing.points if standing else outcome.score:g}"
    return {
        "points": points,
        "penalty": f"{standing.penalty:g}" if standing and standing.penalty else "",
        "counts": f"{standing.counts:g}" if standing else points,
        "of": f"{outcome.max_score:g}",
    }


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


def feedback(
    assignment: Annotated[str, typer.Argument(help="A graded assignment.")],
    course: FOLDER = Path(),
    db: DATABASE = None,
    zip_for: Annotated[
        Platform | None, typer.Option("--zip", help="Also put all pages into a zip file for this platform.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The zip file to write; by default feedback-ASSIGNMENT-PLATFORM.zip.")
    ] = None,
) -> None:
    """Write a page for each graded notebook, with points, hints and comments, and nothing that is hidden.

    Exits with 1 if a page could not be made, or could not be put into the zip file.
    """
    from gdl_utils.classroom.feedback import generate
    from gdl_utils.classroom.feedback_zip import write_zip

    if output and not zip_for:
        raise CourseError("--output names a zip file, but you asked for none", "add --zip moodle or --zip canvas")
    target = course_in(course, db)
    check_name(assignment)
    with progress_bar() as progress:
        task = progress.add_task("Writing the feedback", total=None)
        written = generate(target, assignment, lambda _, count: progress.update(task, advance=1, total=count))
    for student in written:
        if student.problem:
            console.print(f"{student.student}: {student.problem}")
    tell_of_matplotlib("Formulas are shown as they were written")
    pages = sum(len(student.pages) for student in written)
    console.print(f"{pages} page(s) are in {target.pages}, in STUDENT/{assignment}/.")
    left: list[str] = []
    if zip_for:
        place = output or course / f"feedback-{assignment}-{zip_for}.zip"
        left = write_zip(target, assignment, written, zip_for, place)
        for problem in left:
            console.print(f"attention: {problem}")
        console.print(f"The pages for {zip_for.title()} are in {place}; {UPLOAD[zip_for]}.")
    if left or any(student.problem for student in written):
        raise typer.Exit(1)


def export_grades(
    assignment: Annotated[str, typer.Argument(help="A graded assignment.")],
    format: Annotated[Format, typer.Option(help="Format of the file.")] = Format.CSV,
    output: Annotated[Path | None, typer.Option(help="The file to write; without it the grades are printed.")] = None,
    course: FOLDER = Path(),
    db: DATABASE = None,
) -> None:
    """Write the grades of an assignment for a spreadsheet, for Canvas or Moodle, or as JSON."""
    from gdl_utils.classroom.export import export

    text = export(course_in(course, db), assignment, format)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CourseError(f"{output} can't be written ({error.strerror})", "choose another file") from error
    console.print(f"The grades of {assignment} are in {output}")


def report(
    assignment: Annotated[str, typer.Argument(help="A graded assignment.")],
    course: FOLDER = Path(),
    db: DATABASE = None,
    output: Annotated[Path | None, typer.Option(help="The page to write; by default report-ASSIGNMENT.html.")] = None,
) -> None:
    """Write a page on how an assignment went: scores, exercises, time and memory, and what needs attention."""
    from gdl_utils.classroom.report import write_report

    target = course_in(course, db)
    with status(f"Writing the report on {assignment}"):
        page = write_report(target, assignment, output or course / f"report-{assignment}.html")
    tell_of_matplotlib("The report has no charts")
    console.print(f"The report is in {page}")


def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook of an assignment.")],
    seconds: Annotated[float, typer.Option(help="Seconds after which a cell is interrupted.", min=0.1)] = 30,
) -> None:
    """Run your notebook from the top with its visible tests, and say how each exercise goes.

    Says, too, what the grader would say of its name, its size and the files beside it. Exits with 0 if all visible
    tests pass and nothing would be lost, and with 1 if not.
    """
    from gdl_utils import hand_in, self_check

    with status(f"Running {notebook.name}"):
        exercises = self_check.check(notebook, seconds)
    for line in self_check.summary(exercises).split("\n"):
        console.print(line)
    remarks = hand_in.before_handing_in(notebook)
    for remark in remarks:
        console.print(f"Before you hand it in: {remark.text}")
    if any(remark.is_serious for remark in remarks) or not all(exercise.passed for exercise in exercises):
        raise typer.Exit(1)

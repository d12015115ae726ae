"""Commands for the dates of a class, and for a second look at a submission."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gdl_utils.cli.grading import UNPROTECTED, Sandbox
from gdl_utils.cli.shared import DATABASE, FOLDER, console, course_in
from gdl_utils.errors import CourseError

if TYPE_CHECKING:
    from gdl_utils.classroom.grade import Outcome


def due(
    assignment: Annotated[str, typer.Argument(help="The assignment.")],
    when: Annotated[
        str | None,
        typer.Argument(
            help="The due date with its zone, like '2026-12-01 18:00 Europe/Berlin'; with --student also how much "
            "longer, like '2 days'. Without it the dates are shown."
        ),
    ] = None,
    student: Annotated[str | None, typer.Option(help="Give this student an extension.")] = None,
    remove: Annotated[
        bool, typer.Option(help="Remove the due date, or with --student take the extension back.")
    ] = False,
    course: FOLDER = Path(),
    db: DATABASE = None,
) -> None:
    """Show or set when an assignment is due, for everyone or for one student.

    The next 'gdl grade' applies new dates without running any notebook again.
    """
    from gdl_utils.classroom import dates

    target = course_in(course, db)
    if when and remove:
        raise CourseError("You gave both a date and --remove", "give one of them")
    if student and when:
        dates.extend(target, assignment, student, when)
    elif student and remove:
        dates.take_back(target, assignment, student)
    elif student:
        raise CourseError(f"Nothing says what to change for {student}", "add a date, a length of time, or --remove")
    elif when:
        dates.set_due(target, assignment, when)
    elif remove:
        dates.remove_due(target, assignment)
    found = dates.dates_of(target, assignment)
    for line in dates.lines_about(assignment, found):
        console.print(line)
    if found.due and not dates.penalises(target):
        console.print("Late work loses no points, because nbgrader_config.py sets no penalty.")
    if when or remove:
        console.print(f"Run 'gdl grade {assignment}' to apply it.")


def regrade(
    student: Annotated[str, typer.Argument(help="The student whose submission is graded again.")],
    assignment: Annotated[str, typer.Argument(help="The assignment.")],
    note: Annotated[str, typer.Option(help="The reason, shown in the report and on the student's feedback page.")],
    course: FOLDER = Path(),
    db: DATABASE = None,
    sandbox: Annotated[
        Sandbox, typer.Option(help="'none' runs the notebook without any protection.")
    ] = Sandbox.BUBBLEWRAP,
) -> None:
    """Grade one submission again, with the same limits, and record why and what changed.

    Exits with 1 if the submission needs attention.
    """
    from gdl_utils.classroom import regrade as regrading
    from nbjudge import EngineOptions

    target = course_in(course, db)
    if sandbox is Sandbox.NONE:
        console.print(UNPROTECTED, style="bold red")
    outcomes: list[Outcome] = []
    engine = EngineOptions(sandboxed=sandbox is not Sandbox.NONE)
    regrading.regrade(target, student, assignment, note, engine, outcomes.append)
    for outcome in outcomes:
        if outcome.remark:
            console.print(f"attention: {outcome.student}: {outcome.remark}")
        for repair in outcome.repairs:
            console.print(f"{outcome.student}: {repair}")
        if outcome.score is not None and outcome.standing:
            before = f"{outcome.before.counts:g}" if outcome.before else "no grade"
            console.print(
                f"{outcome.student}: {before} before, now {outcome.standing.counts:g} of {outcome.max_score:g}; "
                "the note is kept."
            )
    if any(outcome.remark for outcome in outcomes):
        raise typer.Exit(1)

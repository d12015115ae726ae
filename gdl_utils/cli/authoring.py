"""Commands for those who write assignments."""

from pathlib import Path
from typing import Annotated

import typer

from gdl_utils.classroom.course import Course
from gdl_utils.cli.shared import console, repository, status
from gdl_utils.errors import CourseError


def release(
    check: Annotated[bool, typer.Option(help="Change nothing; tell whether assignments/ is up to date.")] = False,
) -> None:
    """Make assignments/ from solutions/ by nbgrader."""
    from gdl_utils.authoring import release as releasing

    course = repository()
    with status("Releasing the assignments"):
        if check:
            stale = releasing.stale_assignments(course)
            if stale:
                raise CourseError("\n".join(stale))
        for name in course.assignments:
            changed = not check and releasing.release(course, name)
            console.print(f"assignments/{name}: {'written anew' if changed else 'up to date'}")


def sample_class(
    assignment: Annotated[str, typer.Argument(help="A folder of assignments/.")],
    course: Annotated[Path, typer.Option(help="The course folder to make.")],
) -> None:
    """Make a course folder with the submissions of the assignment's sample class."""
    from gdl_utils.authoring.sample_class import make_sample_class

    author = repository()
    target = Course(course, author.config_file)
    count = make_sample_class(author, assignment, target)
    console.print(f"{count} sample submissions of {assignment} are in {target.submissions}")


def kill_matrix(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all if none is named.")] = None,
    workers: Annotated[int, typer.Option(help="Processes that grade.", min=1)] = 2,
) -> None:
    """Try the wrong answers of the answer banks, and write pages that show which test catches which."""
    from gdl_utils.authoring import kill_matrix as matrix

    course = repository()
    sizes = []
    for name in assignments or course.assignments:
        target = course.folder / "_build" / "kill-matrix" / f"{name}.html"
        with status(f"Trying the answers to {name}"):
            sizes.append(matrix.write(course, name, target, workers))
        page = target.relative_to(course.folder)
        console.print(f"{sizes[-1].wrong} wrong answers to {sizes[-1].exercises} exercises: {page}")
    totals = [sum(getattr(size, kind) for size in sizes) for kind in ("exercises", "wrong", "right")]
    console.print("In all {} exercises, {} wrong and {} right answers.".format(*totals))

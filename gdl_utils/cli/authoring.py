"""Commands for those who write assignments."""

from pathlib import Path
from typing import Annotated

import typer

from gdl_utils.classroom.course import Course
from gdl_utils.cli.shared import PYTHON, console, course_in, repository, status
from gdl_utils.errors import CourseError

TRUSTING = (
    "A student's code can let such a test pass, or read its text and what it takes from tests above it, if it was "
    "written to do so. It can't reach the rest of the tests, hidden files, grades or the work of others. The tag "
    "'judged' on a cell forbids this way; then a test that needs it is not released."
)


def release(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="The assignments; all of them if you name none.")
    ] = None,
    check: Annotated[bool, typer.Option(help="Only say whether the releases are up to date; change nothing.")] = False,
    course: Annotated[Path, typer.Option(help="The course folder.")] = Path(),
    python: PYTHON = None,
) -> None:
    """Make what students get from the sources, and say which tests have to trust the student's code."""
    from gdl_utils.authoring import release as releasing

    target = course_in(course, python=python)
    for name in assignments or ():
        if not target.source(name).is_dir():
            raise CourseError(f"There is no assignment {name} in {target.sources}", "choose one of its folders")
    with status("Releasing the assignments"):
        if check:
            stale = releasing.stale_assignments(target)
            if stale:
                raise CourseError("\n".join(stale))
        trusting = False
        for name in assignments or target.assignments:
            released = releasing.Released(False) if check else releasing.release(target, name, always=bool(assignments))
            console.print(f"{target.folders.release}/{name}: {'written' if released.changed else 'up to date'}")
            for sentence in released.beside:
                console.print(f"  {sentence}")
            trusting |= bool(released.beside)
        if trusting:
            console.print(TRUSTING)


def pictures(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="The assignments; all of them if you name none.")
    ] = None,
) -> None:
    """Draw the pictures that the sources of assignments ask for, and attach them there."""
    from gdl_utils.authoring.pictures import draw_into

    course = repository()
    for name in assignments or course.assignments:
        if not course.source(name).is_dir():
            raise CourseError(f"There is no assignment {name} in {course.sources}", "choose one of its folders")
        for path in sorted(course.source(name).glob("*.ipynb")):
            drawn = draw_into(path)
            console.print(f"{path.relative_to(course.folder)}: {', '.join(drawn) or 'nothing new'}")


def new_course(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make a course of your own, with a configuration that turns the engine on."""
    from gdl_utils.authoring import new

    config = new.new_course(folder)
    console.print(f"Made {config}. Next, type: gdl new-assignment NAME --course {folder}")


def new_assignment(
    name: Annotated[str, typer.Argument(help="Name of the assignment.")],
    course: Annotated[Path, typer.Option(help="The course folder.")] = Path(),
) -> None:
    """Make an assignment with one exercise that works, for you to change into yours."""
    from gdl_utils.authoring import new

    path = new.new_assignment(course_in(course), name)
    console.print(f"Made {path}. Edit it in Jupyter, then type: gdl release {name} --course {course}")


def sample_class(
    assignment: Annotated[str, typer.Argument(help="A folder of assignments/.")],
    course: Annotated[Path, typer.Option(help="The course folder to make.")],
) -> None:
    """Make a course folder with the submissions of an assignment's sample class."""
    from gdl_utils.authoring.sample_class import make_sample_class

    author = repository()
    target = Course(course, author.config_file)
    count = make_sample_class(author, assignment, target)
    console.print(f"{count} sample submissions of {assignment} are in {target.submissions}")


def kill_matrix(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="The assignments; all of them if you name none.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Number of processes.", min=1)] = 2,
) -> None:
    """Try the wrong answers of the answer banks, and write pages that show which test catches which of them."""
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


def prose(
    files: Annotated[list[Path] | None, typer.Argument(help="Notebooks, Markdown or Python files.")] = None,
    grades: Annotated[bool, typer.Option(help="Show the reading grade of pages and assignments instead.")] = False,
) -> None:
    """Look for habits that make the course's English hard to read, in the files named or in all.

    The rules, and the files that are looked at, are in gdl_utils/authoring/prose_rules.toml. Exits with 1 if a rule is
    broken or a grade is out of bounds.
    """
    from gdl_utils.authoring import prose as checking

    root = repository().folder
    if grades:
        measured = checking.check_grades(root, files or [])
        for path, grade, fits in measured:
            console.print(f"{grade:5.1f} {'' if fits else 'OUT OF BOUNDS ':14}{path.name}")
        if not all(fits for _, _, fits in measured):
            raise typer.Exit(1)
        return
    found = checking.check_files(root, files or [])
    for line in found:
        console.print(line)
    console.print(f"{len(found) or 'No'} place(s) to rewrite.")
    if found:
        raise typer.Exit(1)

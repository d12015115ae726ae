"""Makes the releases of assignments from their sources, and tells whether they still are what those give."""

import filecmp
import shutil
import tempfile
from pathlib import Path

from gdl_utils.authoring.release_checks import problems_of
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.nbgrader_api import open_course, why_failed
from gdl_utils.errors import GradingError


def generate(course: Course, name: str, target: Path) -> None:
    """Generate the release version of one assignment by nbgrader.

    Args:
        course: with the sources.
        name: the assignment.
        target: the folder that is made.

    Raises:
        GradingError: if nbgrader refuses the source.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = Course(Path(scratch), course.config_file)
        shutil.copytree(course.source(name), copy.source(name))
        with open_course(copy) as api:
            result = api.generate_assignment(name)
        if not result["success"]:
            raise GradingError(f"solutions/{name} can't be released: {why_failed(result)}")
        shutil.copytree(copy.release(name), target)


def release(course: Course, name: str) -> bool:
    """Write the release of an assignment anew if it differs from what its source gives; tell whether it did.

    Raises:
        GradingError: if nbgrader refuses the source, or it does not hold what `release_checks` asks for; the release is
            as before then.
    """
    course.releases.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=course.releases, prefix=".release-") as scratch:
        trial, target = Course(Path(scratch), course.config_file), course.release(name)
        generate(course, name, trial.release(name))
        if not differences(trial.release(name), target):
            return False
        shutil.copytree(course.source(name), trial.source(name))
        problems = problems_of(trial, name)
        if problems:
            raise GradingError(
                "\n".join([f"{shown(course.source(name), course)} is not fit to be released:", *problems])
            )
        if target.exists():
            target.rename(trial.folder / "old")
        trial.release(name).rename(target)
    return True


def shown(path: Path, course: Course) -> str:
    """A path as seen from the folder of a course."""
    return path.relative_to(course.folder).as_posix()


def differences(expected: Path, actual: Path) -> list[str]:
    """The files below two folders that are not the same in both, byte by byte, by their paths."""
    names = {path.relative_to(base).as_posix() for base in (expected, actual) for path in _files(base)}
    return sorted(
        name
        for name in names
        if not ((expected / name).is_file() and (actual / name).is_file())
        or not filecmp.cmp(expected / name, actual / name, shallow=False)
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts]


def stale_assignments(course: Course) -> list[str]:
    """Say which files of the releases are not what the sources give, one sentence each with the remedy."""
    problems = []
    names = course.assignments
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            expected = Path(scratch) / name
            generate(course, name, expected)
            source = shown(course.source(name), course)
            for file in differences(expected, course.release(name)):
                problems.append(
                    f"{shown(course.release(name) / file, course)} is not what {source} gives: edit the source if it "
                    "is wrong, never the release, then run 'make assignments' and commit both."
                )
    for path in sorted(course.releases.iterdir()):
        if path.is_dir() and path.name not in names:
            problems.append(f"{shown(path, course)} has no source in {shown(course.sources, course)}: delete it.")
    return problems

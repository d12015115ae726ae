"""Makes the releases of assignments from their sources, and tells whether they still are what those give."""

import filecmp
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from gdl_utils.authoring.release_checks import has_headings, problems_of
from gdl_utils.classroom.course import Course, check_name
from gdl_utils.classroom.environment import engine_options
from gdl_utils.classroom.grade import released_assignment, trial_of
from gdl_utils.classroom.nbgrader_api import open_course, settings_of, why_failed
from gdl_utils.classroom.source_problems import check_kernels, problems_of_cells
from gdl_utils.classroom.trial import as_sentence
from gdl_utils.errors import GradingError
from nbjudge import Limits, MachineError


def generate(course: Course, name: str, target: Path) -> None:
    """Generate the release version of one assignment by nbgrader.

    Args:
        course: with the sources.
        name: the assignment.
        target: the folder that is made.

    Raises:
        GradingError: if nbgrader refuses the source.
    """
    check_kernels(course.source(name))
    with tempfile.TemporaryDirectory() as scratch:
        copy = replace(course, folder=Path(scratch), configuration=course.config_file, database=None)
        shutil.copytree(course.source(name), copy.source(name))
        with open_course(copy) as api:
            result = api.generate_assignment(name)
        if not result["success"]:
            reasons = problems_of_cells(course.source(name), settings_of(course)) or [why_failed(result)]
            raise GradingError(f"{shown(course.source(name), course)} can't be released: " + "\n".join(reasons))
        shutil.copytree(copy.release(name), target)


@dataclass(frozen=True)
class Released:
    """What became of a release.

    Attributes:
        changed: whether it was written anew.
        beside: sentences on the tests that are going to run beside the student's objects.
    """

    changed: bool
    beside: tuple[str, ...] = ()


def release(course: Course, name: str, always: bool = False) -> Released:
    """Write the release of an assignment anew if it differs from what its source gives.

    Args:
        course: with the source.
        name: the assignment.
        always: check the source even if what students get of it has not changed.

    Raises:
        GradingError: if nbgrader refuses the source, or it does not hold what `release_checks` asks for; the release is
            as before then.
    """
    check_name(name)
    course.releases.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=course.releases, prefix=".release-") as scratch:
        trial, target = (
            replace(course, folder=Path(scratch), configuration=course.config_file, database=None),
            course.release(name),
        )
        generate(course, name, trial.release(name))
        changed = bool(differences(trial.release(name), target))
        if not (changed or always):
            return Released(False)
        shutil.copytree(course.source(name), trial.source(name))
        assignment = released_assignment(trial, name, checking=True)
        # Noted in the course: who grades it unchanged need not wait for the same.
        tried = trial_of(course, trial.source(name), assignment, Limits(), engine_options(course))
        if tried.lacking:
            raise GradingError(f"{shown(course.source(name), course)} can't be tried, so it was not released: "
                               f"{tried.lacking}")  # fmt: skip
        try:
            # A course of one's own need not have the form of this one's assignments.
            problems = problems_of(trial, name) if has_headings(trial.source(name)) else list(tried.complaints)
        except MachineError as error:
            # A setup cell fails, for example.
            raise _unfit(course, name, [as_sentence(error)]) from error
        if problems:
            raise _unfit(course, name, problems)
        if changed and target.exists():
            target.rename(trial.folder / "old")
        if changed:
            trial.release(name).rename(target)
    return Released(
        changed,
        tuple(
            f"the test {test} of {notebook} runs beside the student's objects: {reason}"
            for notebook, tests in tried.every_way(released_assignment(course, name)).items()
            for test, reason in tests.items()
        ),
    )


def _unfit(course: Course, name: str, problems: list[str]) -> GradingError:
    return GradingError("\n".join([f"{shown(course.source(name), course)} is not fit to be released:", *problems]))


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

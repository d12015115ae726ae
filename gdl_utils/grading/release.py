"""Makes assignments/ from solutions/, and tells whether it still is what solutions/ give."""

import filecmp
import shutil
import tempfile
from pathlib import Path

from gdl_utils.grading.nbgrader_api import CONFIG, GradingError, assignment_names, course, why_failed
from gdl_utils.grading.release_checks import complaints


def generate(root: Path, name: str, into: Path) -> None:
    """Generate the release version of one assignment by nbgrader.

    Args:
        root: the folder of the repository.
        name: a folder of solutions/.
        into: where the folder `name` is made.

    Raises:
        GradingError: if nbgrader refuses the source.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(root / "solutions" / name, folder / "solutions" / name)
        with course(folder, root / CONFIG) as api:
            result = api.generate_assignment(name)
        if not result["success"]:
            raise GradingError(f"solutions/{name} can't be released: {why_failed(result)}")
        shutil.copytree(folder / "assignments" / name, into / name)


def release(root: Path, name: str) -> bool:
    """Write assignments/<name> anew if it differs from what solutions/<name> gives; tell whether it did.

    Raises:
        GradingError: if nbgrader refuses the source, or it does not hold what `release_checks` asks for; the release is
            as before then.
    """
    with tempfile.TemporaryDirectory(dir=root / "assignments", prefix=".release-") as scratch:
        trial = Path(scratch)
        generate(root, name, trial / "assignments")
        target = root / "assignments" / name
        if not differences(trial / "assignments" / name, target):
            return False
        shutil.copytree(root / "solutions" / name, trial / "solutions" / name)
        shutil.copy(root / CONFIG, trial)
        found = complaints(trial, name)
        if found:
            raise GradingError("\n".join([f"solutions/{name} is not fit to be released:", *found]))
        if target.exists():
            target.rename(trial / "old")
        (trial / "assignments" / name).rename(target)
    return True


def differences(expected: Path, found: Path) -> list[str]:
    """The files below two folders that are not the same in both, byte by byte, by their paths."""
    names = {path.relative_to(base).as_posix() for base in (expected, found) for path in _files(base)}
    return sorted(
        name
        for name in names
        if not ((expected / name).is_file() and (found / name).is_file())
        or not filecmp.cmp(expected / name, found / name, shallow=False)
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts]


def stale_assignments(root: Path) -> list[str]:
    """Say which files of assignments/ are not what solutions/ give, one sentence each with the remedy."""
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        names = assignment_names(root)
        for name in names:
            generate(root, name, Path(scratch))
            for file in differences(Path(scratch) / name, root / "assignments" / name):
                found.append(
                    f"assignments/{name}/{file} is not what solutions/{name} gives: edit the source if it is wrong, "
                    "never the release, then run 'make assignments' and commit both."
                )
    for path in sorted((root / "assignments").iterdir()):
        if path.is_dir() and path.name not in names:
            found.append(f"assignments/{path.name} has no source in solutions/: delete it.")
    return found

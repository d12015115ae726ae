"""Writes the graded folder of a submission, where nbgrader's feedback and Formgrader look for it."""

import json
import shutil
import tempfile
from pathlib import Path

from gdl_utils.classroom.course import TIMESTAMP
from gdl_utils.classroom.safe_outputs import with_safe_outputs
from gdl_utils.classroom.student_files import files_to_write, handed_in_beside, write_files
from nbjudge import Assignment, Graded


def write_autograded(assignment: Assignment, submitted: Path, target: Path, graded: Graded) -> None:
    """Write nbgrader's autograded folder anew, in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{assignment.name}-"))
    try:
        beside = {**handed_in_beside(submitted), **assignment.files}
        left = {name: data for notebook in graded.notebooks for name, data in notebook.files.items()}
        write_files(scratch, {**beside, **files_to_write(left, beside)})
        for notebook in graded.notebooks:
            if notebook.content is not None:
                text = json.dumps(with_safe_outputs(notebook.content), ensure_ascii=False, indent=1) + "\n"
                (scratch / f"{notebook.name}.ipynb").write_bytes(text.encode("utf-8", "replace"))
        scratch.chmod(0o755)
        old = target.with_name(f".{assignment.name}-old")
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.rename(old)
        scratch.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def keep_time(submitted: Path, target: Path) -> None:
    """Let a graded folder have the time of its submission, by which nbgrader tells whether it is older."""
    source, path = submitted / TIMESTAMP, target / TIMESTAMP
    time = source.read_bytes() if source.is_file() and not source.is_symlink() else None
    if time is None:
        path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != time:
        path.write_bytes(time)

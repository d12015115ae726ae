"""Keys by which it is known what was graded before: each stands for all on which a result depends."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from gdl_utils.classroom.course import TIMESTAMP
from gdl_utils.classroom.environment import environment_digest
from gdl_utils.classroom.student_files import check_submission, read_files, read_timestamp, times_of
from nbjudge import VERSION, Assignment, EngineOptions, Limits
from nbjudge.matching import may_be_notebook


def digest_of(assignment: Assignment, limits: Limits, engine: EngineOptions) -> str:
    """What all results of an assignment depend on: engine, environment, limits, notebooks and files.

    Args:
        assignment: as it is graded.
        limits: of a submission.
        engine: how it runs.

    Returns:
        SHA-256, in hexadecimal digits.
    """
    digest = hashlib.sha256(f"{VERSION} {environment_digest(engine.python)} {asdict(limits)}".encode())
    for notebook in assignment.notebooks:
        digest.update(json.dumps(asdict(notebook), sort_keys=True).encode())
    for files in (assignment.files, assignment.hidden):
        for name, data in sorted(files.items()):
            digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Found:
    """What lies in a folder of submitted/: the key of its result, the time in UTC, and what is wrong with the time."""

    key: str
    time: datetime | None
    complaints: tuple[str, ...]


def look_at(digest_of_assignment: str, folder: Path) -> Found:
    """What lies in a folder of submitted/.

    Args:
        digest_of_assignment: as `digest_of` gives it.
        folder: of the submission.

    Raises:
        GradingError: if no submission may be like this.
    """
    check_submission(folder)
    time, complaints = read_timestamp(folder)
    return Found(_key(digest_of_assignment, folder), time, tuple(complaints))


def _key(digest_of_assignment: str, folder: Path) -> str:
    digest = hashlib.sha256(digest_of_assignment.encode())
    files = {name: data for name, data in read_files(folder).items() if name != TIMESTAMP}
    # When it was handed in is no matter of what the notebooks do.
    for name, data in sorted(files.items()):
        digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    notebooks = [name for name, data in files.items() if may_be_notebook(name, data)]
    if len(notebooks) > 1:
        # Which of them counts, may depend on which is newer.
        times = times_of(folder, notebooks)
        digest.update(json.dumps(sorted(notebooks, key=lambda name: (times.get(name, 0.0), name))).encode())
    return digest.hexdigest()

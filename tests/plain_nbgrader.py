"""nbgrader as shipped, without the engine: what the engine is compared with in tests and benchmarks.

It runs what students wrote without any isolation: never use it for submissions that nobody has read.
"""

from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from gdl_utils.classroom.course import CONFIG
from gdl_utils.errors import GradingError


@dataclass(frozen=True)
class PlainResult:
    """What nbgrader gave to one submission.

    Attributes:
        score: points, None if it gave no grade.
        scores: points by the grade_id of each cell with points.
        log: what it wrote meanwhile.
    """

    score: float | None
    scores: dict[str, float] = field(default_factory=dict)
    log: str = ""


def grade_by_plain_nbgrader(root: Path, folder: Path, name: str) -> dict[str, PlainResult]:
    """Grade a class with nbgrader's own steps, one submission after the other.

    Args:
        root: the folder of the repository, whose nbgrader_config.py is used without the engine.
        folder: the course folder, with solutions/ and submitted/.
        name: the assignment.

    Returns:
        The results by student.
    """
    students = sorted(path.parent.name for path in (folder / "submitted").glob(f"*/{name}"))
    results = {}
    with course(folder, root / CONFIG, engine=False) as api:
        released = api.generate_assignment(name)
        if not released["success"]:
            raise GradingError(f"nbgrader can't release {folder / 'solutions' / name}: {released.get('log')}")
        for student in students:
            outcome = api.autograde(name, student)
            log = f"{outcome.get('log') or ''}{outcome.get('error') or ''}"
            results[student] = PlainResult(None, log=log)
            if outcome["success"]:
                with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
                    try:
                        submission = gradebook.find_submission(name, student)
                    except MissingEntry:
                        continue
                    scores = {one.name: float(one.score) for book in submission.notebooks for one in book.grades}
                    results[student] = PlainResult(float(submission.score), scores, log)
    return results

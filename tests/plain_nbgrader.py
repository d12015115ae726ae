"""nbgrader as shipped, without the engine: what the engine is compared with in tests and benchmarks.

It runs what students wrote without any isolation: never use it for submissions that nobody has read.
"""

from dataclasses import dataclass, field

from nbgrader.api import Gradebook, MissingEntry

from gdl_utils.classroom.course import Course
from gdl_utils.classroom.nbgrader_api import open_course, why_failed
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


def grade_with_plain_nbgrader(course: Course, name: str) -> dict[str, PlainResult]:
    """Grade a class with nbgrader's own steps, one submission after the other.

    Args:
        course: with sources and submissions; its configuration is used without the engine.
        name: the assignment.

    Returns:
        The results by student.

    Raises:
        GradingError: if nbgrader can't release the assignment.
    """
    results = {}
    with open_course(course, engine=False) as api:
        released = api.generate_assignment(name)
        if not released["success"]:
            raise GradingError(f"nbgrader can't release {course.source(name)}: {why_failed(released)}")
        for student in course.students(name):
            outcome = api.autograde(name, student)
            log = f"{outcome.get('log') or ''}{outcome.get('error') or ''}"
            results[student] = PlainResult(None, log=log)
            if outcome["success"]:
                with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
                    try:
                        submission = gradebook.find_submission(name, student)
                    except MissingEntry:
                        continue
                    scores = {grade.name: float(grade.score) for book in submission.notebooks for grade in book.grades}
                    results[student] = PlainResult(float(submission.score), scores, log)
    return results

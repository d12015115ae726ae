"""A second look at one submission, with a note that stays in the record."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nbgrader.api import Gradebook

from gdl_utils.classroom.course import RECORD, Course
from gdl_utils.classroom.grade import GradingOptions, Outcome, grade_class
from gdl_utils.classroom.nbgrader_api import course_id_of
from gdl_utils.classroom.records import add_regrade
from gdl_utils.errors import GradingError
from nbjudge import EngineOptions, Limits


def regrade(
    course: Course,
    student: str,
    assignment: str,
    note: str,
    engine: EngineOptions,
    on_outcome: Callable[[Outcome], None],
) -> None:
    """Grade one submission anew, as it was graded before, and note why and what came of it.

    Args:
        course: with its sources and submissions.
        student: the student's id.
        assignment: its name.
        note: why, for the report and for the student's page.
        engine: how the engine runs.
        on_outcome: called with the outcome, when it is noted. Nothing is noted if it could not be graded.

    Raises:
        GradingError: if there is no such submission, or no note.
    """
    if not note.strip():
        raise GradingError("The note is empty", "say in it why the submission is graded again")

    def keep(outcome: Outcome) -> None:
        if outcome.score is not None and outcome.standing is not None:
            with Gradebook(course.db_url, course_id_of(course)) as gradebook:
                before = outcome.before.counts if outcome.before else None
                add_regrade(gradebook, assignment, student, note.strip(), before, outcome.standing.counts)
                gradebook.db.commit()
        on_outcome(outcome)

    options = replace(_as_before(course.autograded(student, assignment)), engine=engine, workers=1)
    grade_class(course, assignment, keep, replace(options, regrade=True, only=student))


def _as_before(graded: Path) -> GradingOptions:
    """The options with which a submission was graded, so that the next grading of the class finds it up to date."""
    try:
        how = json.loads((graded / RECORD).read_text())["how"]
        return GradingOptions(
            Limits(**how["limits"]),
            only_judged=bool(how["only_judged"]),
            despite_complaints=bool(how["despite_complaints"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return GradingOptions()

"""Grades a class with nbgrader as shipped, one submission after the other."""

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI

from gdl_utils.grading.nbgrader_api import CONFIG, GradingError, course

RESULTS = "grades.json"
LOG = "nbgrader.log"
NO_ANSWER = "nbgrader gave no grade: "


@dataclass(frozen=True)
class Result:
    """What one submission got.

    Attributes:
        student: the student's id.
        score: points, None if the submission could not be graded.
        max_score: points of the assignment.
        scores: points by the grade_id of each test cell.
        remark: one sentence about what needs attention, empty if nothing does.
        key: SHA-256 of all that the result depends on.
    """

    student: str
    score: float | None
    max_score: float
    scores: dict[str, float] = field(default_factory=dict)
    remark: str = ""
    key: str = ""


def submissions(folder: Path, name: str) -> list[str]:
    """The students who have submitted an assignment in a course folder, sorted."""
    return sorted(path.parent.name for path in (folder / "submitted").glob(f"*/{name}") if path.is_dir())


def grade_class(
    root: Path, folder: Path, name: str, on_result: Callable[[Result], None], regrade: bool = False
) -> list[Result]:
    """Grade all submissions of an assignment, those again that changed since they were graded.

    A submission is graded again when it, the source notebook, the configuration or the lock is not what it was.

    Args:
        root: the folder of the repository.
        folder: the course folder, with solutions/ and submitted/ in nbgrader's layout.
        name: the assignment.
        on_result: called with each result as it comes.
        regrade: grade those again that did not change, too.

    Raises:
        GradingError: if there is nothing to grade, or nbgrader refuses the source of the assignment.
    """
    students = submissions(folder, name)
    if not students:
        raise GradingError(f"There is no submission of {name} in {folder / 'submitted'}: put each in STUDENT/{name}/.")
    known = _known_results(folder, name)
    results = []
    with course(folder, root / CONFIG) as api:
        shared = _digest([*_files(folder / "solutions" / name), root / CONFIG, root / "requirements" / "test.txt"])
        prepared = False
        for student in students:
            key = shared + _digest(_files(folder / "submitted" / student / name))
            result = known.get(student)
            if result is None or result.key != key or not graded(api, name, student) or regrade:
                if not prepared:
                    _prepare(api, folder, name)
                    prepared = True
                result = _grade_one(api, name, student, key)
                # Kept as they come, so that a run that is stopped goes on where it was.
                known[student] = result
                _keep_results(folder, name, list(known.values()))
            results.append(result)
            on_result(result)
    return results


def graded(api: NbGraderAPI, name: str, student: str) -> bool:
    """Tell whether the gradebook holds a submission, as it would not after its file was deleted."""
    database = Path(api.coursedir.db_url.removeprefix("sqlite:///"))
    if not database.exists():
        return False
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
        try:
            gradebook.find_submission(name, student)
        except MissingEntry:
            return False
    return True


def _prepare(api: NbGraderAPI, folder: Path, name: str) -> None:
    # nbgrader grades against what it wrote into the gradebook when it made the release.
    result = api.generate_assignment(name)
    if not result["success"]:
        raise GradingError(f"nbgrader can't release {folder / 'solutions' / name}: {_reason(result)}")


def _grade_one(api: NbGraderAPI, name: str, student: str, key: str) -> Result:
    outcome = api.autograde(name, student)
    with (Path(api.coursedir.root) / LOG).open("a") as log:
        log.write(f"==== {student}\n{outcome.get('log') or ''}{outcome.get('error') or ''}\n")
    # nbgrader takes Ctrl-C for a failure of the submission.
    if not outcome["success"] and "KeyboardInterrupt" in (outcome.get("error") or ""):
        raise KeyboardInterrupt
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
        max_score = gradebook.find_assignment(name).max_score
        if not outcome["success"]:
            return Result(student, None, max_score, remark=NO_ANSWER + _reason(outcome), key=key)
        try:
            submission = gradebook.find_submission(name, student)
        except MissingEntry:
            return Result(student, None, max_score, remark=NO_ANSWER + "it has no such submission", key=key)
        scores = {grade.name: float(grade.score) for notebook in submission.notebooks for grade in notebook.grades}
        remark = "a cell ran out of time" if "Timeout waiting for execute reply" in (outcome.get("log") or "") else ""
        return Result(student, float(submission.score), max_score, scores, remark, key)


def _reason(outcome: dict[str, str | None]) -> str:
    # The first exception is the cause; those after it were raised while it was handled.
    told = f"{outcome.get('error') or ''}\n{outcome.get('log') or ''}"
    found = re.findall(r"^\s*[\w.]*?(\w+(?:Error|Exception): .*)$", told, re.MULTILINE)
    telling = [line for line in found if "see the the above traceback" not in line]
    return f"{(telling or found or ['it does not say why'])[0]} (see {LOG})"


def _known_results(folder: Path, name: str) -> dict[str, Result]:
    path = folder / "autograded" / f".{name}-{RESULTS}"
    try:
        return {entry["student"]: Result(**entry) for entry in json.loads(path.read_text())}
    except (OSError, ValueError, TypeError, KeyError):
        # None yet, or of another version: then all are graded.
        return {}


def _keep_results(folder: Path, name: str, results: list[Result]) -> None:
    path = folder / "autograded" / f".{name}-{RESULTS}"
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps([asdict(result) for result in results]))
    os.replace(partial, path)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()

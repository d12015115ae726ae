"""Grades a class: from the submitted folders through the engine into gradebook and autograded folders."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from gdl_utils.classroom.assignment import (
    load_assignment,
    prepare,
    prepared_for_reference,
    reference_solutions,
)
from gdl_utils.classroom.course import RECORD, Course
from gdl_utils.classroom.course_secret import course_secret, seed_of_hashes, seed_of_student
from gdl_utils.classroom.gradebook import ClassGradebook, Standing
from gdl_utils.classroom.graded_folder import keep_time, write_autograded
from gdl_utils.classroom.keys import Found, digest_of, look_at
from gdl_utils.classroom.nbgrader_api import open_course
from gdl_utils.classroom.released_gradebook import released_gradebook
from gdl_utils.classroom.roster import SAME_STUDENT, look_alikes
from gdl_utils.classroom.student_files import (
    MAX_BYTES,
    MAX_FILES,
    left_out,
    read_submission,
    times_of,
)
from gdl_utils.classroom.trial import GradeEach, Tried, refusal, try_once
from gdl_utils.errors import GradingError
from nbjudge import Assignment, EngineOptions, Graded, Limits, MachineError, SandboxError, Submission
from nbjudge.cluster import Submit, dask_workers
from nbjudge.matching import shown
from nbjudge.pool import EarlyStart, grade_all, grade_each, local_workers
from nbjudge.sandbox import availability
from nbjudge.ways import judged_only

LONGEST_REASON = 300  # characters of an error's text in a remark
OF_THE_MACHINE = (
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What one submission got.

    Attributes:
        student: the student's id.
        score: points that the engine gave, None if it gave none and left those of before.
        max_score: points of the assignment.
        remark: what needs attention, empty if nothing does.
        repairs: what was put right before grading.
        missing_modules: modules that it imports and that are not installed here, if it lost points.
        fresh: whether it was graded now, not before.
        standing: what the gradebook has of it, with points that a person gave and the late penalty; None if nothing.
        before: what it had before it was graded now.
    """

    student: str
    score: float | None
    max_score: float
    remark: str = ""
    repairs: tuple[str, ...] = ()
    missing_modules: tuple[str, ...] = ()
    fresh: bool = True
    standing: Standing | None = None
    before: Standing | None = None


@dataclass(frozen=True)
class GradingOptions:
    """How a class is graded.

    Attributes:
        limits: what each submission may use.
        engine: how the engine runs.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler that takes their place.
        regrade: grade again what did not change, too.
        only: the student whose submission alone is graded; None for all.
        only_judged: run no test beside the student's objects.
        despite_complaints: grade even if the reference solution loses points, or a notebook without answers gets some.
    """

    limits: Limits = field(default_factory=Limits)
    engine: EngineOptions = field(default_factory=EngineOptions)
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    scheduler: str | None = None
    regrade: bool = False
    only: str | None = None
    only_judged: bool = False
    despite_complaints: bool = False


def grade_class(
    course: Course,
    name: str,
    on_outcome: Callable[[Outcome], None],
    options: GradingOptions | None = None,
    early: EarlyStart | None = None,
) -> int:
    """Grade all submissions of an assignment that are new, or changed since they were graded.

    Late penalties are computed anew for all, by the dates, extensions, manual points and penalty plugin of now.

    Args:
        course: with sources and submissions.
        name: the assignment.
        on_outcome: called with each outcome as it comes: first those that were graded before, then the others.
        options: limits, workers and so on.
        early: what `early_start` started, which the caller ends; not used where it does not fit.

    Returns:
        The number of submissions.

    Raises:
        GradingError: if there is nothing to grade, the assignment can't be used, or the disk takes no more.
        SandboxError: if the sandbox can't be set up; nothing was run then.
    """
    options = options or GradingOptions()
    students = [student for student in course.students(name) if options.only in (None, student)]
    if not students:
        what = f"There is no submission of {name}{f' by {options.only}' if options.only else ''}"
        raise GradingError(f"{what} in {course.submissions}", f"put each into STUDENT/{name}/ there")
    if options.engine.sandboxed and options.scheduler is None:
        availability.require(options.engine.python)
    with open_course(course) as api, released_gradebook(course, name, api) as gradebook:
        prepare(course.source(name))
        secret = course_secret(course.folder)
        assignment = replace(
            load_assignment(course.source(name), gradebook, api.config), hash_seed=seed_of_hashes(secret)
        )
        if options.only_judged:
            assignment = replace(assignment, notebooks=tuple(map(judged_only, assignment.notebooks)))
        early = early if early is not None and early.fits(assignment, options.engine) else None
        side_by_side = partial(_graded_by, early, options.limits, options.engine) if early else None
        tried = trial_of(course, course.source(name), assignment, options.limits, options.engine, side_by_side)
        assignment = fit_to_grade(assignment, tried, options.despite_complaints)
        _Class(course, assignment, options, gradebook, secret, on_outcome).grade(students, early)
    return len(students)


def fit_to_grade(assignment: Assignment, tried: Tried, despite: bool = False) -> Assignment:
    """An assignment with its tests run as its trial found: see `trial`.

    Args:
        assignment: as it is going to be graded.
        tried: what its trial found.
        despite: whether complaints stop nothing.

    Raises:
        GradingError: if the trial found anything to complain of.
    """
    if tried.lacking:
        # Every student would lose points for it.
        raise GradingError(f"{assignment.name} was tried before the class, and nobody was graded: {tried.lacking}")
    if tried.complaints and not despite:
        raise refusal(assignment.name, tried.complaints)
    return tried.applied(assignment)


def trial_of(
    course: Course,
    source: Path,
    assignment: Assignment,
    limits: Limits,
    engine: EngineOptions,
    side_by_side: GradeEach | None = None,
) -> Tried:
    """What a trial of an assignment finds, or has found before, when it was released for example.

    Args:
        course: in whose folder it is noted what was tried.
        source: the folder of the assignment's sources.
        assignment: as it is going to be graded.
        limits: of a submission.
        engine: how it runs.
        side_by_side: grades reference and blank notebook, as for `try_out`.
    """
    solved = reference_solutions(source)
    digest = digest_of(assignment, limits, engine)
    key = hashlib.sha256(f"{digest} {json.dumps(solved, sort_keys=True)}".encode()).hexdigest()
    prepared = partial(prepared_for_reference, assignment, source)
    return try_once(course.folder, assignment.name, key, prepared, solved, limits, engine, side_by_side)


def _graded_by(
    early: EarlyStart, limits: Limits, engine: EngineOptions, assignment: Assignment, submissions: Sequence[Submission]
) -> list[Graded]:
    return grade_each(submissions, early.submitting(assignment, limits, engine), early.workers)


def _standing_at(standing: Standing | None, outcome: Outcome) -> Outcome:
    """An outcome with what the gradebook has of the submission, and what is wrong with that."""
    if standing is None:
        return outcome
    remark = "; ".join(filter(None, [outcome.remark, standing.problem]))
    return replace(outcome, standing=standing, remark=remark)


@contextmanager
def _workers(
    assignment: Assignment, options: GradingOptions, count: int, early: EarlyStart | None
) -> Iterator[tuple[Submit, int]]:
    if options.scheduler:
        with dask_workers(options.scheduler, assignment, options.limits, options.engine) as workers:
            yield workers
        return
    number = max(1, min(options.workers, count))
    if early is not None and early.workers >= number:
        yield early.submitting(assignment, options.limits, options.engine), early.workers
        return
    with local_workers(number, assignment, options.limits, options.engine) as submit:
        yield submit, number


def released_assignment(course: Course, name: str, checking: bool = False) -> Assignment:
    """An assignment as it would be released, in a course folder made for it and removed again.

    Args:
        course: with its source.
        name: the assignment.
        checking: whether its hidden files are prepared for its own reference solutions; else they are as they are.

    Raises:
        GradingError: if it can't be released.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = replace(course, folder=Path(scratch), configuration=course.config_file, database=None)
        shutil.copytree(course.source(name), copy.source(name))
        if checking:
            prepare(copy.source(name), checking)
        with open_course(copy) as api, released_gradebook(copy, name, api) as gradebook:
            return load_assignment(copy.source(name), gradebook, api.config)


def _cached_outcome(folders: tuple[Path, Path], student: str, found: Found, totals: dict[str, float]) -> Outcome | None:
    """The outcome of before, if the submission did not change and the gradebook still has it.

    Args:
        folders: where the submission lies, and where its result.
        student: the student's id.
        found: what lies in the folder of the submission.
        totals: the points of each student in the gradebook.
    """
    submitted, target = folders
    try:
        record = json.loads((target / RECORD).read_text())
        if record["key"] != found.key or abs(totals[student] - record["score"]) > 1e-9:
            return None
        repairs = tuple(str(repair) for repair in record["repairs"])
        modules = tuple(str(module) for module in record.get("missing_modules", []))
        remark = "; ".join(filter(None, [record["remark"], *found.complaints]))
        outcome = Outcome(student, record["score"], record["max_score"], remark, repairs, modules, fresh=False)
        keep_time(submitted, target)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return outcome


@dataclass(frozen=True)
class _Class:
    """A class that is graded.

    Attributes:
        course: with the submissions.
        assignment: of which they are.
        options: how they are graded.
        gradebook: into which the assignment was released.
        secret: of the course.
        on_outcome: called with each outcome as it comes.
    """

    course: Course
    assignment: Assignment
    options: GradingOptions
    gradebook: ClassGradebook
    secret: bytes
    on_outcome: Callable[[Outcome], None]

    def grade(self, students: list[str], early: EarlyStart | None) -> None:
        """Tell what these students got before, if that still holds, and grade the others."""
        totals = self.gradebook.totals()
        found, failed = self._look_at(students)
        standings = self.gradebook.bring_up_to_date({student: each.time for student, each in found.items()})
        for student, error in failed.items():
            self.on_outcome(_standing_at(standings.get(student), self._not_graded(student, error)))
        todo: dict[str, Found] = {}
        for student, each in found.items():
            known = None if self.options.regrade else _cached_outcome(self._folders(student), student, each, totals)
            if known:
                self.on_outcome(_standing_at(standings.get(student), known))
            else:
                todo[student] = each
        if todo:
            self._grade_anew(todo, standings, early)

    def _folders(self, student: str) -> tuple[Path, Path]:
        """Where a submission lies, and where its result."""
        name = self.assignment.name
        return self.course.submitted(student, name), self.course.autograded(student, name)

    def _look_at(self, students: list[str]) -> tuple[dict[str, Found], dict[str, Exception]]:
        """What was handed in, and why of some that could not be told."""
        digest = digest_of(self.assignment, self.options.limits, self.options.engine)
        found: dict[str, Found] = {}
        failed: dict[str, Exception] = {}
        alike = look_alikes([*students, *self.gradebook.students()])
        for student in students:
            try:
                if other := alike.get(student):
                    raise GradingError(SAME_STUDENT.format(student=student, other=other))
                found[student] = look_at(digest, self._folders(student)[0])
            except Exception as error:
                failed[student] = error
        return found, failed

    def _grade_anew(self, todo: dict[str, Found], standings: dict[str, Standing], early: EarlyStart | None) -> None:
        with _workers(self.assignment, self.options, len(todo), early) as (submit, count):
            jobs = ((student, partial(self._submission_of, student)) for student in todo)
            for student, graded in grade_all(jobs, submit, count):
                try:
                    outcome = replace(self._record(student, graded, todo[student]), before=standings.get(student))
                except Exception as error:
                    outcome = _standing_at(standings.get(student), self._not_graded(student, error))
                self.on_outcome(outcome)

    def _submission_of(self, student: str) -> Submission:
        folder, _ = self._folders(student)
        files = read_submission(folder)
        return Submission(files, seed_of_student(self.secret, self.assignment.name, student), times_of(folder, files))

    def _record(self, student: str, graded: Graded | Exception, found: Found) -> Outcome:
        """Write a result into the autograded folder and the gradebook.

        Raises:
            Exception: if there is none, or it can't be written.
        """
        if isinstance(graded, Exception):
            raise graded
        submitted, target = self._folders(student)
        omitted = left_out(submitted)
        most = f"{MAX_FILES:,} files of {MAX_BYTES >> 20} MiB together"
        lost = [f"{shown(omitted[0])} was left out: a submission may have {most}"] if omitted else []
        remark = "; ".join([*graded.attention, *graded.remarks, *lost])
        repairs = tuple(finding for notebook in graded.notebooks for finding in notebook.findings)
        modules = tuple(graded.missing_modules)
        # The record comes last: a run that is killed before it grades the submission again, with the same result.
        write_autograded(self.assignment, submitted, target, graded)
        standing = self.gradebook.save(student, graded, found.time)
        record = {
            "key": found.key,
            "score": graded.score,
            "max_score": self.gradebook.max_score,
            "remark": remark,
            "repairs": repairs,
            "missing_modules": modules,
            "how": {
                "limits": asdict(self.options.limits),
                "only_judged": self.options.only_judged,
                "despite_complaints": self.options.despite_complaints,
            },
        }
        partial_file = target / f"{RECORD}.partial"
        partial_file.write_text(json.dumps(record))
        partial_file.rename(target / RECORD)
        remark = "; ".join(filter(None, [remark, *found.complaints]))
        return Outcome(student, graded.score, self.gradebook.max_score, remark, repairs, modules, standing=standing)

    def _not_graded(self, student: str, error: Exception) -> Outcome:
        """What becomes of a submission that could not be read, graded, kept or written.

        Raises:
            Exception: this one, if it is of the machine: then nobody else could be graded either.
        """
        results = self.course.results
        if isinstance(error, OSError):
            # Another folder than this student's is no matter of this submission.
            if error.errno in OF_THE_MACHINE or (results.exists() and not os.access(results, os.W_OK)):
                raise GradingError(
                    f"Cannot write {student}'s results to {results} ({error.strerror})",
                    "fix this and run the same command again, which goes on with what is not graded yet",
                ) from error
        elif isinstance(error, OperationalError | InterfaceError | InternalError | SandboxError | MemoryError):
            raise error
        if isinstance(error, MachineError):
            reason = f"the machine failed twice: {error}"
        elif isinstance(error, GradingError):
            reason = str(error)
        else:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:LONGEST_REASON]
        most = self.gradebook.max_score
        return Outcome(student, None, most, f"not graded, {reason}; an earlier grade stays")

"""Grades a class: from the submitted folders through the engine into gradebook and autograded folders."""

import errno
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, InternalError, OperationalError, SQLAlchemyError

from gdl_utils.classroom.assignment import (
    load_assignment,
    prepare,
    prepared_for_reference,
    reference_solutions,
)
from gdl_utils.classroom.course import RECORD, Course
from gdl_utils.classroom.course_secret import course_secret, seed_of_hashes, seed_of_student
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.classroom.nbgrader_api import open_course, why_failed
from gdl_utils.classroom.roster import look_alikes
from gdl_utils.classroom.safe_outputs import with_safe_outputs
from gdl_utils.classroom.student_files import (
    MAX_BYTES,
    MAX_FILES,
    check_submission,
    files_to_write,
    handed_in_beside,
    left_out,
    read_files,
    read_submission,
    read_timestamp,
    times_of,
    write_files,
)
from gdl_utils.classroom.trial import refusal, try_once
from gdl_utils.errors import GradingError
from nbjudge import VERSION, Assignment, EngineOptions, Graded, Limits, MachineError, SandboxError, Submission
from nbjudge.grading import environment_of
from nbjudge.matching import may_be_notebook, shown
from nbjudge.pool import Submit, dask_workers, grade_all, local_workers
from nbjudge.sandbox import availability
from nbjudge.ways import judged_only
from nbjudge.zygote_client import ZygoteServer, adopted

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
    """

    student: str
    score: float | None
    max_score: float
    remark: str = ""
    repairs: tuple[str, ...] = ()
    missing_modules: tuple[str, ...] = ()
    fresh: bool = True


@dataclass(frozen=True)
class GradingOptions:
    """How a class is graded.

    Attributes:
        limits: what each submission may use.
        engine: how the engine runs.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler that takes their place.
        regrade: grade again what did not change, too.
        only_judged: run no test beside the student's objects.
        despite_complaints: grade even if the reference solution loses points, or a notebook without answers gets some.
    """

    limits: Limits = field(default_factory=Limits)
    engine: EngineOptions = field(default_factory=EngineOptions)
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    scheduler: str | None = None
    regrade: bool = False
    only_judged: bool = False
    despite_complaints: bool = False


def grade_class(
    course: Course,
    name: str,
    on_outcome: Callable[[Outcome], None],
    options: GradingOptions | None = None,
    early: ZygoteServer | None = None,
) -> int:
    """Grade all submissions of an assignment that are new, or changed since they were graded.

    Args:
        course: with sources and submissions.
        name: the assignment.
        on_outcome: called with each outcome as it comes: first those that were graded before, then the others.
        options: limits, workers and so on.
        early: what `early_zygote` started, which the caller ends.

    Returns:
        The number of submissions.

    Raises:
        GradingError: if there is nothing to grade, the assignment can't be used, or the disk takes no more.
        SandboxError: if the sandbox can't be set up; nothing was run then.
    """
    options = options or GradingOptions()
    students = course.students(name)
    if not students:
        raise GradingError(
            f"There is no submission of {name} in {course.submissions}", f"put each into STUDENT/{name}/ there"
        )
    if options.engine.sandboxed and options.scheduler is None:
        availability.require()
    with open_course(course) as api, _released_gradebook(course, name, api) as gradebook:
        prepare(course.source(name))
        secret = course_secret(course.folder)
        assignment = replace(load_assignment(course.source(name), gradebook), hash_seed=seed_of_hashes(secret))
        if options.only_judged:
            assignment = replace(assignment, notebooks=tuple(map(judged_only, assignment.notebooks)))
        with _from_early(early, assignment, options.engine):
            assignment = tried_out(
                course,
                course.source(name),
                assignment,
                options.limits,
                options.engine,
                options.despite_complaints,
            )
        digest = _digest_of(assignment, options.limits)
        totals = gradebook.totals()
        keys: dict[str, str] = {}
        alike = look_alikes([*students, *gradebook.students()])
        for student in students:
            try:
                if other := alike.get(student):
                    raise GradingError(f"is {student} the same student as {other}? Use one name for them")
                check_submission(course.submitted(student, name))
                key = _key(digest, course.submitted(student, name))
            except Exception as error:
                on_outcome(_not_graded(course, student, gradebook.max_score, error))
                continue
            cached = None if options.regrade else _cached_outcome(course, student, name, key, totals)
            if cached:
                on_outcome(cached)
            else:
                keys[student] = key
        if keys:
            with _workers(assignment, options, len(keys), early) as (submit, count):
                jobs = ((student, partial(_submission_of, course, student, name, secret)) for student in keys)
                for student, graded in grade_all(jobs, submit, count):
                    try:
                        outcome = _record_result(course, gradebook, assignment, student, graded, keys[student])
                    except Exception as error:
                        outcome = _not_graded(course, student, gradebook.max_score, error)
                    on_outcome(outcome)
    return len(students)


@contextmanager
def _from_early(early: ZygoteServer | None, assignment: Assignment, options: EngineOptions) -> Iterator[None]:
    """Let what is graded in this process be forked from a zygote that was started before, if it fits."""
    if early is None or early.environment != environment_of(assignment.notebooks, options, assignment.hash_seed):
        yield
        return
    early.wait()
    with adopted(early):
        yield


def tried_out(
    course: Course, source: Path, assignment: Assignment, limits: Limits, engine: EngineOptions, despite: bool = False
) -> Assignment:
    """An assignment with its tests run as a trial found: see `trial`.

    Args:
        course: in whose folder it is noted what was tried.
        source: the folder of the assignment's sources.
        assignment: as it is going to be graded.
        limits: of a submission.
        engine: how it runs.
        despite: whether complaints stop nothing.

    Raises:
        GradingError: if the trial found anything to complain of.
    """
    solved = reference_solutions(source)
    key = hashlib.sha256(f"{_digest_of(assignment, limits)} {json.dumps(solved, sort_keys=True)}".encode()).hexdigest()
    prepared = partial(prepared_for_reference, assignment, source)
    tried = try_once(course.folder, assignment.name, key, prepared, solved, limits, engine)
    if tried.complaints and not despite:
        raise refusal(assignment.name, tried.complaints)
    return tried.applied(assignment)


def _not_graded(course: Course, student: str, max_score: float, error: Exception) -> Outcome:
    """What becomes of a submission that could not be read, graded, kept or written.

    Raises:
        Exception: this one, if it is of the machine: then nobody else could be graded either.
    """
    if isinstance(error, OSError):
        # Another folder than this student's is no matter of this submission.
        if error.errno in OF_THE_MACHINE or (course.results.exists() and not os.access(course.results, os.W_OK)):
            raise GradingError(
                f"Cannot write {student}'s results to {course.results} ({error.strerror})",
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
    return Outcome(student, None, max_score, f"not graded, {reason}; an older grade stays")


def _submission_of(course: Course, student: str, name: str, secret: bytes) -> Submission:
    folder = course.submitted(student, name)
    files = read_submission(folder)
    return Submission(files, seed_of_student(secret, name, student), times_of(folder, files))


@contextmanager
def _released_gradebook(course: Course, name: str, api: NbGraderAPI) -> Iterator[ClassGradebook]:
    """The gradebook, into which the assignment is released first: nbgrader notes then what it consists of."""
    url, course_id = api.coursedir.db_url, api.coursedir.course_id
    try:
        with Gradebook(url, course_id):
            pass
        result = api.generate_assignment(name)
        if not result["success"]:
            raise GradingError(f"nbgrader can't release {course.source(name)}: {why_failed(result)} (see {course.log})")
        with ClassGradebook(url, course_id, name, api.config) as gradebook:
            yield gradebook
    except ArgumentError:
        raise GradingError(
            "The URL of the gradebook can't be read", "write it like postgresql://USER@HOST/NAME"
        ) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        shown = make_url(url).render_as_string(hide_password=True)
        raise GradingError(f"The gradebook {shown} can't be used: {reason}") from error


@contextmanager
def _workers(
    assignment: Assignment, options: GradingOptions, count: int, early: ZygoteServer | None
) -> Iterator[tuple[Submit, int]]:
    if options.scheduler:
        with dask_workers(options.scheduler, assignment, options.limits, options.engine) as workers:
            yield workers
        return
    number = max(1, min(options.workers, count))
    with local_workers(number, assignment, options.limits, options.engine, early) as submit:
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
        with open_course(copy) as api, _released_gradebook(copy, name, api) as gradebook:
            return load_assignment(copy.source(name), gradebook)


# What was graded before is known by a key of all that the result depends on.


@cache
def environment_digest() -> str:
    """SHA-256 of Python's version and of the names and versions of all installed packages."""
    packages = {f"{package.metadata['Name']}=={package.version}" for package in importlib.metadata.distributions()}
    return hashlib.sha256("\n".join([platform.python_version(), *sorted(packages)]).encode()).hexdigest()


def _digest_of(assignment: Assignment, limits: Limits) -> str:
    digest = hashlib.sha256(f"{VERSION} {environment_digest()} {asdict(limits)}".encode())
    for notebook in assignment.notebooks:
        digest.update(json.dumps(asdict(notebook), sort_keys=True).encode())
    for files in (assignment.files, assignment.hidden):
        for name, data in sorted(files.items()):
            digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    return digest.hexdigest()


def _key(digest_of_assignment: str, folder: Path) -> str:
    digest = hashlib.sha256(digest_of_assignment.encode())
    files = read_files(folder)
    for name, data in sorted(files.items()):
        digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    notebooks = [name for name, data in files.items() if may_be_notebook(name, data)]
    if len(notebooks) > 1:
        # Which of them counts, may depend on which is newer.
        times = times_of(folder, notebooks)
        digest.update(json.dumps(sorted(notebooks, key=lambda name: (times.get(name, 0.0), name))).encode())
    return digest.hexdigest()


def _cached_outcome(course: Course, student: str, name: str, key: str, totals: dict[str, float]) -> Outcome | None:
    """The outcome of before, if the submission did not change and the gradebook still has it."""
    try:
        record = json.loads((course.autograded(student, name) / RECORD).read_text())
        if record["key"] != key or abs(totals[student] - record["score"]) > 1e-9:
            return None
        repairs = tuple(str(repair) for repair in record["repairs"])
        modules = tuple(str(module) for module in record.get("missing_modules", []))
        return Outcome(student, record["score"], record["max_score"], record["remark"], repairs, modules, fresh=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None


# What becomes of a result


def _record_result(
    course: Course,
    gradebook: ClassGradebook,
    assignment: Assignment,
    student: str,
    graded: Graded | Exception,
    key: str,
) -> Outcome:
    """Write a result into the autograded folder and the gradebook.

    Raises:
        Exception: if there is none, or it can't be written.
    """
    if isinstance(graded, Exception):
        raise graded
    submitted, target = course.submitted(student, assignment.name), course.autograded(student, assignment.name)
    timestamp, complaints = read_timestamp(submitted)
    if omitted := left_out(submitted):
        most = f"{MAX_FILES:,} files of {MAX_BYTES >> 20} MiB together"
        complaints.append(f"{shown(omitted[0])} was left out: a submission may have {most}")
    remark = "; ".join([*graded.attention, *graded.remarks, *complaints])
    repairs = tuple(finding for notebook in graded.notebooks for finding in notebook.findings)
    modules = tuple(graded.missing_modules)
    # The record comes last: a run that is killed before it grades the submission again, with the same result.
    _write_autograded(assignment, submitted, target, graded)
    gradebook.save(student, graded, timestamp)
    record = {"key": key, "score": graded.score, "max_score": gradebook.max_score, "remark": remark}
    partial_file = target / f"{RECORD}.partial"
    partial_file.write_text(json.dumps({**record, "repairs": repairs, "missing_modules": modules}))
    partial_file.rename(target / RECORD)
    return Outcome(student, graded.score, gradebook.max_score, remark, repairs, modules)


def _write_autograded(assignment: Assignment, submitted: Path, target: Path, graded: Graded) -> None:
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

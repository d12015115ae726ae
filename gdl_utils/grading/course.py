"""Grades a class: from the submitted folders through the engine into gradebook and autograded folders."""

import copy
import datetime
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
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import parse_utc
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gdl_utils.grading.engine import sandbox
from gdl_utils.grading.engine.processes import MachineError, OwnZygote
from gdl_utils.grading.engine.rebuild import grade_id, imports_of, is_solution, names_of_answers
from gdl_utils.grading.engine.results import Assignment, Graded, Limits, SourceNotebook
from gdl_utils.grading.engine.run import VERSION, Options
from gdl_utils.grading.gradebook import ClassGradebook
from gdl_utils.grading.hidden_images import make_hidden_images
from gdl_utils.grading.nbgrader_api import CONFIG, GradingError, course, why_failed
from gdl_utils.grading.parallel import Submit, dask_workers, grade_all, local_workers

HIDDEN = "hidden"  # the folder of a source with what only the judge may see
RECORD = ".gdl-grade.json"
TIMESTAMP = "timestamp.txt"  # where nbgrader looks for the time of a submission
IGNORED = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store"}
MAX_FILES = 1000
MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class Outcome:
    """What one submission got.

    Attributes:
        student: the student's id.
        score: points that the engine gave, None if it gave none and left those of before.
        max_score: points of the assignment.
        remark: what needs attention, empty if nothing does.
        repairs: what was put right before grading.
        fresh: whether it was graded now, not before.
    """

    student: str
    score: float | None
    max_score: float
    remark: str = ""
    repairs: tuple[str, ...] = ()
    fresh: bool = True


@dataclass(frozen=True)
class How:
    """How a class is graded.

    Attributes:
        limits: what each submission may use.
        options: how the engine runs.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler that takes their place.
        regrade: grade again what did not change, too.
    """

    limits: Limits = field(default_factory=Limits)
    options: Options = field(default_factory=Options)
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    scheduler: str | None = None
    regrade: bool = False


def submissions(folder: Path, name: str) -> list[str]:
    """The students who have a folder for an assignment in submitted/, sorted."""
    found = (folder / "submitted").glob(f"*/{name}")
    return sorted(path.parent.name for path in found if path.is_dir() and not path.is_symlink())


def grade_class(
    root: Path,
    folder: Path,
    name: str,
    on_outcome: Callable[[Outcome], None],
    how: How | None = None,
    db_url: str | None = None,
    early: OwnZygote | None = None,
) -> int:
    """Grade all submissions of an assignment that are new, or changed since they were graded.

    Args:
        root: the folder of the repository, with nbgrader_config.py.
        folder: the course folder, with solutions/ and submitted/ in nbgrader's layout.
        name: the assignment.
        on_outcome: called with each outcome as it comes: first those that were graded before, then the others.
        how: limits, workers and so on.
        db_url: the gradebook; gradebook.db in the course folder if None.
        early: what `early_zygote` started, which the caller ends.

    Returns:
        The number of submissions.

    Raises:
        GradingError: if there is nothing to grade, the assignment can't be used, or the disk takes no more.
        SandboxError: if the sandbox can't be set up; nothing was run then.
    """
    how = how or How()
    students = submissions(folder, name)
    if not students:
        raise GradingError(f"There is no submission of {name} in {folder / 'submitted'}: put each in STUDENT/{name}/.")
    if how.options.sandboxed and how.scheduler is None:
        sandbox.require()
    with course(folder, root / CONFIG, db_url) as api, _gradebook(api, folder, name) as gradebook:
        make_hidden_images(folder / "solutions" / name)
        assignment = load_assignment(folder / "solutions" / name, gradebook)
        shared = _digest_of(assignment, how)
        done = gradebook.totals()
        todo = []
        for student in students:
            key = _key(shared, folder / "submitted" / student / name)
            known = None if how.regrade else _known(folder, student, name, key, done)
            if known:
                on_outcome(known)
            else:
                todo.append((student, key))
        if todo:
            keys = dict(todo)
            with _workers(assignment, how, len(todo), early) as (submit, count):
                jobs = (
                    (student, partial(read_submission, folder / "submitted" / student / name)) for student, _ in todo
                )
                for student, result in grade_all(jobs, submit, count):
                    try:
                        outcome = _keep(gradebook, assignment, folder, student, result, keys.pop(student))
                    except OSError as error:
                        raise GradingError(
                            f"What {student} got can't be written to {folder / 'autograded'}: {error.strerror}. Mend "
                            "that and type the same command again: it goes on with what is not graded yet."
                        ) from error
                    on_outcome(outcome)
    return len(students)


@contextmanager
def _gradebook(api: NbGraderAPI, folder: Path, name: str) -> Iterator[ClassGradebook]:
    url, course_id = api.coursedir.db_url, api.coursedir.course_id
    try:
        with Gradebook(url, course_id):
            pass
        # nbgrader notes in the gradebook what the assignment consists of when it makes the release.
        result = api.generate_assignment(name)
        if not result["success"]:
            raise GradingError(
                f"nbgrader can't release {folder / 'solutions' / name}: {why_failed(result)} (see nbgrader.log)"
            )
        with ClassGradebook(url, course_id, name, api.config) as gradebook:
            yield gradebook
    except ArgumentError:
        raise GradingError(
            "The URL of the gradebook can't be read; write it like postgresql://USER@HOST/NAME."
        ) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        shown = make_url(url).render_as_string(hide_password=True)
        raise GradingError(f"The gradebook {shown} can't be used: {reason}") from error


@contextmanager
def _workers(assignment: Assignment, how: How, count: int, early: OwnZygote | None) -> Iterator[tuple[Submit, int]]:
    if how.scheduler:
        with dask_workers(how.scheduler, assignment, how.limits, how.options) as found:
            yield found
        return
    number = max(1, min(how.workers, count))
    with local_workers(number, assignment, how.limits, how.options, early) as submit:
        yield submit, number


def released_assignment(root: Path, name: str, folder: Path) -> Assignment:
    """An assignment of the repository as it would be released, in a course folder made for it.

    Args:
        root: the folder of the repository.
        name: a folder of solutions/.
        folder: empty, where the course folder is made.

    Raises:
        GradingError: if it can't be released.
    """
    shutil.copytree(root / "solutions" / name, folder / "solutions" / name)
    with course(folder, root / CONFIG) as api, _gradebook(api, folder, name) as gradebook:
        return load_assignment(folder / "solutions" / name, gradebook)


def load_assignment(source: Path, gradebook: ClassGradebook) -> Assignment:
    """The assignment as it was released into the gradebook, with its hidden tests but without the solutions.

    Args:
        source: its folder in solutions/.
        gradebook: into which it was released.
    """
    notebooks = []
    for name in gradebook.cells:
        path = source / f"{name}.ipynb"
        if not path.is_file():
            raise GradingError(
                f"The gradebook knows a notebook {name}, but there is no {path}: restore it or rename it."
            )
        content = json.loads(nbformat.writes(nbformat.read(path, as_version=4), split_lines=False))
        foreign = other_language(content)
        if foreign:
            raise GradingError(
                f"{name} is for the kernel {foreign!r}, but the grading engine runs Python only: leave it to nbgrader "
                "as shipped ('nbgrader.preprocessors.Execute' in the place of JudgeCells in "
                "c.Autograde.autograde_preprocessors) if you trust every notebook."
            )
        solved = SourceNotebook(name, copy.deepcopy(content))
        released = gradebook.source_cells(name)
        for cell in content["cells"]:
            if "outputs" in cell:
                cell["outputs"], cell["execution_count"] = [], None
            if (number := grade_id(cell)) in released:
                # Directives for tests (AUTOTEST) have been replaced there, and solutions by their stubs.
                cell["source"], cell["metadata"]["nbgrader"]["checksum"] = released[str(number)]
            elif is_solution(cell):
                cell["source"] = ""
        # What the solutions import and define is known of them, no more.
        notebooks.append(SourceNotebook(name, content, imports_of(solved), tuple(names_of_answers(solved))))
    files = {name: data for name, data in _files(source).items() if not name.endswith(".ipynb")}
    prefix = f"{HIDDEN}/"
    return Assignment(
        source.name,
        tuple(notebooks),
        {name: data for name, data in files.items() if not name.startswith(prefix)},
        {name.removeprefix(prefix): data for name, data in files.items() if name.startswith(prefix)},
    )


def other_language(content: dict[str, Any]) -> str | None:
    """The kernel of a notebook that is not Python's, None if it is or is not said."""
    spec = content["metadata"].get("kernelspec") or {}
    language = spec.get("language") or (content["metadata"].get("language_info") or {}).get("name") or "python"
    return None if str(language).lower() in ("python", "python3", "ipython") else str(spec.get("name") or language)


def _files(folder: Path) -> dict[str, bytes]:
    """The regular files below a folder by relative path; links are not followed, whoever made them.

    Those that are too large or too many are left out, but no notebook for the sake of what lies beside it.
    """
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for path in chain(sorted(folder.glob("*.ipynb")), _below(folder)):
        name = path.relative_to(folder).as_posix()
        if name in found or path.is_symlink() or not path.is_file():
            continue
        size = path.stat().st_size
        if size <= left and len(found) < MAX_FILES:
            left -= size
            found[name] = path.read_bytes()
    return found


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        yield from (Path(place, name) for name in sorted(names) if name not in IGNORED)


def read_submission(folder: Path) -> dict[str, bytes]:
    """What a student handed in, by relative path, as far as it is not too much."""
    return {name: data for name, data in _files(folder).items() if name != TIMESTAMP}


@cache
def environment_digest() -> str:
    """SHA-256 of Python's version and of the names and versions of all installed packages."""
    found = {f"{one.metadata['Name']}=={one.version}" for one in importlib.metadata.distributions()}
    return hashlib.sha256("\n".join([platform.python_version(), *sorted(found)]).encode()).hexdigest()


def _digest_of(assignment: Assignment, how: How) -> str:
    digest = hashlib.sha256(f"{VERSION} {environment_digest()} {asdict(how.limits)}".encode())
    for notebook in assignment.notebooks:
        digest.update(json.dumps(asdict(notebook), sort_keys=True).encode())
    for files in (assignment.files, assignment.hidden):
        for name, data in sorted(files.items()):
            digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    return digest.hexdigest()


def _key(shared: str, folder: Path) -> str:
    digest = hashlib.sha256(shared.encode())
    for name, data in sorted(_files(folder).items()):
        digest.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
    return digest.hexdigest()


def _known(folder: Path, student: str, name: str, key: str, totals: dict[str, float]) -> Outcome | None:
    """The outcome of before, if the submission did not change and the gradebook still has it."""
    try:
        record = json.loads((folder / "autograded" / student / name / RECORD).read_text())
        if record["key"] != key or abs(totals[student] - record["score"]) > 1e-9:
            return None
        repairs = tuple(str(one) for one in record["repairs"])
        return Outcome(student, record["score"], record["max_score"], record["remark"], repairs, fresh=False)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(
    gradebook: ClassGradebook,
    assignment: Assignment,
    folder: Path,
    student: str,
    result: Graded | MachineError,
    key: str,
) -> Outcome:
    if isinstance(result, MachineError):
        remark = f"not graded, the machine failed twice: {result}; an older grade stays"
        return Outcome(student, None, gradebook.max_score, remark)
    submitted = folder / "submitted" / student / assignment.name
    timestamp, complaint = _timestamp(submitted)
    remark = "; ".join([*result.attention, *complaint])
    target = folder / "autograded" / student / assignment.name
    # The record comes last: a run that is killed before it grades the submission again, with the same result.
    _write_autograded(assignment, submitted, target, result)
    gradebook.save(student, result, timestamp)
    repairs = tuple(finding for book in result.notebooks for finding in book.findings)
    record = {"key": key, "score": result.score, "max_score": gradebook.max_score, "remark": remark, "repairs": repairs}
    partial_file = target / f"{RECORD}.partial"
    partial_file.write_text(json.dumps(record))
    partial_file.rename(target / RECORD)
    return Outcome(student, result.score, gradebook.max_score, remark, repairs)


def _timestamp(folder: Path) -> tuple[datetime.datetime | None, list[str]]:
    path = folder / TIMESTAMP
    try:
        if path.is_symlink() or not path.is_file():
            return None, []
        text = path.read_bytes()[:100].decode().strip()
        return (parse_utc(text) if text else None), []
    except (ValueError, OverflowError):
        return None, [f"{TIMESTAMP} holds no date, so it counts as in time"]


def _write_autograded(assignment: Assignment, submitted: Path, target: Path, result: Graded) -> None:
    """Write nbgrader's autograded folder anew, in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{assignment.name}-"))
    try:
        files = {name: data for name, data in _files(submitted).items() if not name.endswith(".ipynb")}
        left = {name: data for book in result.notebooks for name, data in book.files.items()}
        for name, data in {**left, **files, **assignment.files}.items():
            if name.endswith(".ipynb") or name == RECORD:
                continue
            path = scratch / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise
                # A folder of one's name and a file of the other's: the first stays.
                continue
        for book in result.notebooks:
            if book.content is not None:
                text = json.dumps(book.content, ensure_ascii=False, indent=1) + "\n"
                (scratch / f"{book.name}.ipynb").write_bytes(text.encode("utf-8", "replace"))
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

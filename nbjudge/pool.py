"""Grades many submissions at a time, in processes of this machine; `cluster` has others do it."""

import os
import pickle
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from multiprocessing import reduction
from typing import IO, Any

from nbjudge import forking
from nbjudge.cluster import Submit
from nbjudge.errors import MachineError, SandboxError
from nbjudge.grading import Grader, environment_of
from nbjudge.model import Assignment, EngineOptions, Graded, Limits, SourceNotebook, Submission
from nbjudge.plan import Plan
from nbjudge.sandbox import availability
from nbjudge.zygote_client import Environment, ZygoteClient, ZygoteServer, adopt, close_zygotes, kept_zygote

AHEAD = 2  # submissions that wait for each worker
PAUSES = (0.0, 0.1, 1.0)  # in seconds, before processes are started anew

Place = tuple[int, int]  # where a task begins in the file of `_Tasks`, and how many bytes it has


class _Tasks:
    """What the workers of a pool grade, in a file without a name: nothing of it is left, however a process ends.

    The main process adds tasks, while the workers are running, and each of them reads those that it is told of.
    """

    def __init__(self, file: IO[bytes]):
        self.file = file
        self.end = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return _tasks_of, (reduction.DupFd(self.file.fileno()),)

    def add(self, assignment: Assignment, limits: Limits, options: EngineOptions) -> Place:
        """Add a task, and tell where it is."""
        data = pickle.dumps((assignment, limits, options))
        place = self.end, len(data)
        self.file.write(data)
        self.file.flush()
        self.end += len(data)
        return place

    def grader(self, place: Place) -> Grader:
        """What grades submissions of a task."""
        start, length = place
        assignment, limits, options = pickle.loads(os.pread(self.file.fileno(), length, start))  # noqa: S301  (our own)
        return Grader(assignment, limits, options, alone=False)


def _tasks_of(descriptor: Any) -> _Tasks:
    return _Tasks(os.fdopen(descriptor.detach(), "rb"))


_tasks: list[_Tasks] = []  # those of this worker's pool


def _prepare_worker(environment: dict[str, str], zygote: ZygoteClient | None, tasks: _Tasks) -> None:
    forking.begin(environment)
    _tasks[:] = [tasks]
    # One for all workers; should it end, each starts its own.
    if zygote is not None:
        adopt(zygote)


@lru_cache(maxsize=1)
def _grader_of(place: Place) -> Grader:
    return _tasks[0].grader(place)


def _grade_here(place: Place, submission: Submission) -> Graded:
    return _grader_of(place).grade(submission)


def _read_ahead(notebooks: Sequence[SourceNotebook]) -> None:
    """Make plans of notebooks: what is found out about a text is kept, and no submission has to wait for it."""
    for notebook in notebooks:
        # Whatever is wrong with it is told when it is graded.
        with suppress(Exception):
            Plan(notebook)


class _Pool:
    """Processes of this machine; started anew if one of them is killed.

    What they grade is told later: they may be started before it is known.
    """

    def __init__(self, workers: int, zygote: ZygoteClient):
        self.workers = workers
        self.tasks = _Tasks(tempfile.TemporaryFile())  # noqa: SIM115  (closed with the pool)
        self.arguments = (dict(os.environ), zygote, self.tasks)
        self.executor = self._start()
        self._beginning: threading.Thread | None = None

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.workers,
            mp_context=forking.context_for(__name__),
            initializer=_prepare_worker,
            initargs=self.arguments,
        )

    def begin(self, notebooks: Sequence[SourceNotebook] = ()) -> None:
        """Start the processes, which otherwise come with the first submissions, without waiting for them.

        Args:
            notebooks: what they read meanwhile.
        """
        self._beginning = threading.Thread(target=self._begin, args=(notebooks,), daemon=True)
        self._beginning.start()

    def _begin(self, notebooks: Sequence[SourceNotebook]) -> None:
        # Tried again for the first submission.
        with suppress(*forking.KILLED):
            for _ in range(self.workers):
                self.executor.submit(_read_ahead, notebooks)

    def begun(self) -> None:
        """Wait until the processes that were begun are there."""
        if self._beginning is not None:
            self._beginning.join()

    def submitting(self, assignment: Assignment, limits: Limits, options: EngineOptions) -> Submit:
        """What hands a submission of an assignment to one of the processes.

        Args:
            assignment: what all submissions are of.
            limits: for each submission.
            options: how the engine runs.
        """
        return partial(self._submit, self.tasks.add(assignment, limits, options))

    def _submit(self, place: Place, submission: Submission) -> "Future[Graded]":
        self.begun()
        for pause in PAUSES:
            try:
                return self.executor.submit(_grade_here, place, submission)
            except forking.KILLED:
                # The end of what they are forked from may be noticed a moment later.
                time.sleep(pause)
                self._start_anew()
        return self.executor.submit(_grade_here, place, submission)

    def _start_anew(self) -> None:
        _close_queue(self.executor)
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = self._start()

    def close(self, at_once: bool) -> None:
        self.begun()
        processes = list((self.executor._processes or {}).values())
        if self.executor._broken:
            _close_queue(self.executor)
        self.executor.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            for process in processes:
                process.kill()
            for process in processes:
                process.join()
        self.tasks.file.close()


class EarlyStart:
    """A zygote, and processes that have notebooks forked from it, started before it is known what they grade."""

    def __init__(self, environment: Environment, workers: int, notebooks: Sequence[SourceNotebook] = ()):
        """Start them, without waiting for them.

        Args:
            environment: of the zygote.
            workers: how many processes.
            notebooks: what is going to be graded, as far as it is known.

        Raises:
            SandboxError: if there can be no sandbox here.
        """
        if environment.sandboxed:
            # A test of the sandbox takes a third of a second. Meanwhile it is taken to be as good as can be: nothing
            # that a student wrote is run before `fits` has heard of the result.
            availability.begin_test(environment.python)
        try:
            self.zygote = ZygoteServer(environment, own_users=True)
        except OSError:
            availability.require(environment.python)
            raise
        self._pool = _Pool(workers, self.zygote)
        self._pool.begin(notebooks)

    def fits(self, assignment: Assignment, options: EngineOptions) -> bool:
        """Whether an assignment's notebooks can be forked from it."""
        environment = environment_of(assignment.notebooks, options, assignment.hash_seed, assignment.files)
        is_as_assumed = not self.zygote.own_users or availability.own_users(environment.python)
        return self.zygote.environment == environment and is_as_assumed

    def submitting(self, assignment: Assignment, limits: Limits, options: EngineOptions) -> Submit:
        """As `local_workers`, for as long as these processes last."""
        self._pool.begun()
        # If it does not begin, the workers try in their turn, and tell why.
        with suppress(MachineError):
            self.zygote.wait()
        return self._pool.submitting(assignment, limits, options)

    @property
    def workers(self) -> int:
        """How many processes there are."""
        return self._pool.workers

    def close(self) -> None:
        """End them at once, and with them all that was forked."""
        self._pool.close(at_once=True)
        self.zygote.close()


def _close_queue(broken: ProcessPoolExecutor) -> None:
    # Python before 3.11.5 waits at its end for the thread that hands out the work (CPython's issue 94777), which waits
    # for a process that is gone to read: without a reader it gets an error instead. Later ones do this themselves, in
    # another thread; to close it twice would close whatever has got its number by then, of the next pool for example.
    if sys.version_info >= (3, 11, 5):
        return
    call_queue: Any = vars(broken).get("_call_queue")
    with suppress(AttributeError, OSError):
        call_queue._reader.close()


@contextmanager
def local_workers(workers: int, assignment: Assignment, limits: Limits, options: EngineOptions) -> Iterator[Submit]:
    """Processes of this machine that grade, all forking from one zygote; ended when the block is left.

    The zygote is kept for what this thread grades next, unless an error or an interrupt ends the block: then it ends,
    and with it whatever was forked from it.

    Args:
        workers: how many.
        assignment: what all submissions are of.
        limits: for each submission.
        options: how the engine runs.
    """
    environment = environment_of(assignment.notebooks, options, assignment.hash_seed, assignment.files)
    zygote = kept_zygote(environment)
    pool = _Pool(workers, zygote)
    at_once = True
    try:
        pool.begin()
        pool.begun()
        # If it does not begin, the workers try in their turn, and tell why.
        with suppress(MachineError):
            zygote.wait()
        yield pool.submitting(assignment, limits, options)
        at_once = False
    finally:
        pool.close(at_once)
        if at_once:
            close_zygotes()


def grade_all(
    jobs: Iterable[tuple[str, Callable[[], Submission]]], submit: Submit, workers: int
) -> Iterator[tuple[str, Graded | Exception]]:
    """Grade submissions in any order, a bounded number of them in memory at a time.

    A neighbour's hunger costs nobody points: what waited for a processor until its time was over is graded again after
    all others, alone.

    Args:
        jobs: names, and functions that read what was handed in.
        submit: hands one to a worker.
        workers: how many there are.

    Yields:
        Each name with the result, or with the error that kept the submission from being read or the machine from
        grading it, a `MachineError` then.

    Raises:
        SandboxError: if no submission can be graded here at all.
    """
    held_up: list[tuple[str, Callable[[], Submission]]] = []
    reads: dict[str, Callable[[], Submission]] = {}

    def remembered() -> Iterator[tuple[str, Callable[[], Submission]]]:
        for name, read in jobs:
            reads[name] = read
            yield name, read

    for name, graded in _grade_side_by_side(remembered(), submit, AHEAD * workers):
        read = reads.pop(name)
        if isinstance(graded, Graded) and graded.held_up:
            held_up.append((name, read))
        else:
            yield name, graded
    yield from _grade_side_by_side(held_up, submit, 1)


def _grade_side_by_side(
    jobs: Iterable[tuple[str, Callable[[], Submission]]], submit: Submit, most: int
) -> Iterator[tuple[str, Graded | Exception]]:
    """Grade submissions in any order, so many of them at a time."""
    running: dict[Future[Graded], tuple[str, Callable[[], Submission], int]] = {}
    unread: list[tuple[str, Exception]] = []
    waiting = iter(jobs)

    def start(name: str, read: Callable[[], Submission], attempt: int) -> None:
        try:
            submission = read()
        except Exception as error:
            unread.append((name, error))
            return
        running[submit(submission)] = (name, read, attempt)

    def fill() -> None:
        while len(running) < most:
            job = next(waiting, None)
            if job is None:
                return
            start(*job, 1)

    fill()
    while running or unread:
        while unread:
            yield unread.pop()
        done = wait(running, return_when=FIRST_COMPLETED).done if running else ()
        for future in done:
            name, read, attempt = running.pop(future)
            try:
                yield name, future.result()
            except SandboxError:
                raise
            except Exception as error:
                # A worker that was killed, by the kernel for example, is no fault of this submission; once.
                if attempt == 1:
                    start(name, read, 2)
                else:
                    yield name, MachineError(str(error) or type(error).__name__)
        fill()


def grade_each(submissions: Sequence[Submission], submit: Submit, workers: int) -> list[Graded]:
    """Grade some submissions side by side and wait for all of them.

    Args:
        submissions: what was handed in.
        submit: hands one to a worker.
        workers: how many there are.

    Returns:
        The results, in the order of the submissions.

    Raises:
        MachineError: if the machine fails twice.
        SandboxError: if no submission can be graded here at all.
    """
    jobs = ((str(number), partial(_same, each)) for number, each in enumerate(submissions))
    results = dict(grade_all(jobs, submit, workers))
    graded = []
    for number in range(len(submissions)):
        result = results[str(number)]
        if isinstance(result, Exception):
            raise result
        graded.append(result)
    return graded


def _same(submission: Submission) -> Submission:
    return submission

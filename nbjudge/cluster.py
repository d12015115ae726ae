"""Hands submissions to the workers of a Dask cluster, whose results come as plain data."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from nbjudge.errors import SchedulerError
from nbjudge.grading import Grader
from nbjudge.model import Assignment, EngineOptions, Graded, Limits, Submission
from nbjudge.results import pack_error, pack_result, unpack_result

Submit = Callable[[Submission], "Future[Graded]"]
CERTIFICATES = "name those of the cluster in Dask's configuration, below distributed.comm.tls"


@contextmanager
def dask_workers(
    address: str, assignment: Assignment, limits: Limits, options: EngineOptions
) -> Iterator[tuple[Submit, int]]:
    """Workers of a Dask cluster that grade, and how many there are. They need this package, but no shared disk.

    Whom to trust, and the certificates of TLS, stand in Dask's own configuration. Results come as plain data.

    Raises:
        SchedulerError: if there is no scheduler at the address, it can't be trusted, or it has no workers.
    """
    client = _connect(address)
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise SchedulerError(
                f"The Dask scheduler at {address} has no workers", f"start some with 'dask worker {address}'"
            )
        executor: Executor = client.get_executor(pure=False)
        # Sent once, not with every submission.
        shared = client.scatter((assignment, limits, options), broadcast=True, hash=False)

        def submit(submission: Submission) -> "Future[Graded]":
            result: Future[Graded] = Future()
            sent = executor.submit(_grade_there, shared, submission)
            sent.add_done_callback(lambda done: _settle(result, done, assignment))
            return result

        try:
            yield submit, threads
        finally:
            executor.shutdown(wait=False)


def _connect(address: str) -> Any:
    from distributed import Client, Security

    is_safe = address.startswith("tls:")
    try:
        security = Security()
        # Dask itself notices late that there are none, and waits long to tell.
        if is_safe and security.get_connection_args("client")["ssl_context"] is None:
            raise SchedulerError(f"Dask has no certificates for {address}", CERTIFICATES)
        if security.require_encryption and not is_safe:
            raise SchedulerError(
                f"Dask's configuration allows only encrypted connections, and {address} is not encrypted",
                "give an address that begins with tls://",
            )
        return Client(address, timeout=10, security=security, set_as_default=False)
    except (OSError, ValueError) as error:
        # An error of a file says which.
        reason = str(error) if isinstance(error, FileNotFoundError | PermissionError) else type(error).__name__
        raise SchedulerError(
            f"No Dask scheduler answers at {address} ({reason})",
            "start one with 'dask scheduler'" if not is_safe else f"start one; if there is one, {CERTIFICATES}",
        ) from None


def _grade_there(shared: tuple[Assignment, Limits, EngineOptions], submission: Submission) -> bytes:
    # Whatever happens: an exception would be pickled.
    try:
        assignment, limits, options = shared
        return pack_result(Grader(assignment, limits, options, alone=False).grade(submission))
    except Exception as error:
        return pack_error(error)


def _settle(result: "Future[Graded]", done: "Future[bytes]", assignment: Assignment) -> None:
    try:
        result.set_result(unpack_result(done.result(), assignment))
    except BaseException as error:
        # Whoever waits gets it, an interrupt too.
        result.set_exception(error)

"""Whether there can be a sandbox on this machine, and what to do where there can't."""

import json
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from functools import cache

from nbjudge.errors import SandboxError
from nbjudge.interpreter import ENGINE, Interpreter, interpreter, start_line
from nbjudge.sandbox import users
from nbjudge.sandbox.bubblewrap import command
from nbjudge.sandbox.mounts import Mounts, mounts_for

_testing = threading.Lock()


def unavailable_reason(python: str | None = None) -> SandboxError | None:
    """Why the sandbox can't be used here, with the remedy; None if it can.

    Args:
        python: that is going to run in it, as for `EngineOptions`.

    Raises:
        InterpreterError: if there is no such Python, or it lacks what the engine needs.
    """
    return tested(python)[0]


def tested(python: str | None) -> tuple[SandboxError | None, bool]:
    """Why the sandbox can't be used for a Python, and whether each process in it can have a user of its own.

    The test takes a third of a second and is made once. Another thread may begin it: who asks meanwhile waits.
    """
    with _testing:
        return once_tested(python)


def begin_test(python: str | None) -> None:
    """Begin the test in another thread, ahead of whoever asks for what came of it."""

    def run() -> None:
        # Who asks is told what is wrong.
        with suppress(Exception):
            tested(python)

    threading.Thread(target=run, daemon=True).start()


@cache
def once_tested(python: str | None) -> tuple[SandboxError | None, bool]:
    """As `tested`."""
    if sys.platform != "linux":
        return SandboxError("The sandbox needs Linux", "grade in a container"), False
    if shutil.which("bwrap") is None:
        problem = "The sandbox needs bubblewrap, which is not installed"
        return SandboxError(problem, "install the package bubblewrap of your system"), False
    found = interpreter(python)
    found.require()
    try:
        mounts = mounts_for(found, more=[ENGINE])
    except SandboxError as error:
        return error, False
    # A test with more shows that less works, too.
    is_open = users.are_there([*mounts.folders, *found.path])
    if is_open and _self_test(found, mounts, users.UserMap())[0] == 0:
        return None, True
    code, said = _self_test(found, mounts, None)
    return _reason(said, found, mounts) if code else None, False


def _reason(said: str, python: Interpreter, mounts: Mounts) -> SandboxError:
    """Of what a test that failed said."""
    last = (said.strip().splitlines() or ["it gave no reason"])[-1]
    if any(path in last for path in (*mounts.folders, *dict(mounts.links))):
        return SandboxError(
            f"The sandbox can't show what {python.executable} needs ({last})",
            "see whether you may read all of it, or make the environment anew in another folder",
        )
    return SandboxError(
        f"bubblewrap can't make a sandbox here ({last})",
        "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
        "user.max_user_namespaces=15000, and in a container --security-opt seccomp=unconfined --security-opt "
        "systempaths=unconfined)",
    )


def own_users(python: str | None = None) -> bool:
    """Whether each process behind the walls can have a user of its own here: see `users`."""
    return tested(python)[1]


def _self_test(python: Interpreter, mounts: Mounts, user_map: users.UserMap | None) -> tuple[int, str]:
    test = start_line(python, "nbjudge.sandbox.namespaces", json.dumps(asdict(mounts)))
    line = command(test, mounts, user_map.options if user_map else ())
    with subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        pass_fds=user_map.descriptors if user_map else (),
    ) as process:
        if user_map:
            user_map.write()
        said = process.communicate()[1]
    return process.returncode, said


def require(python: str | None = None) -> None:
    """Refuse to go on without a sandbox.

    Args:
        python: that is going to run in it, as for `EngineOptions`.

    Raises:
        SandboxError: with the reason and the remedy.
    """
    reason = unavailable_reason(python)
    if reason:
        raise SandboxError(reason.problem, reason.remedy)

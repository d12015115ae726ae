"""Whether there can be a sandbox on this machine, and what to do where there can't."""

import shutil
import subprocess
import sys
from functools import cache

from nbjudge.errors import SandboxError
from nbjudge.sandbox import users
from nbjudge.sandbox.bubblewrap import command, search_path, visible_paths

_found = {"own users": False}  # by the last test


@cache
def unavailable_reason() -> SandboxError | None:
    """Why the sandbox can't be used here, with the remedy; None if it can."""
    if sys.platform != "linux":
        return SandboxError("The sandbox needs Linux", "grade in a container")
    if shutil.which("bwrap") is None:
        return SandboxError(
            "The sandbox needs bubblewrap, which is not installed", "install the package bubblewrap of your system"
        )
    # A test with more shows that less works, too.
    _found["own users"] = users.are_there([*visible_paths(), *search_path()]) and _self_test(users.UserMap())[0] == 0
    code, said = (0, "") if _found["own users"] else _self_test(None)
    if code:
        last = (said.strip().splitlines() or ["it gave no reason"])[-1]
        return SandboxError(
            f"bubblewrap can't make a sandbox here ({last})",
            "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
            "user.max_user_namespaces=15000, and in a container --security-opt seccomp=unconfined --security-opt "
            "systempaths=unconfined)",
        )
    return None


def own_users() -> bool:
    """Whether each process behind the walls can have a user of its own here: see `users`."""
    return unavailable_reason() is None and _found["own users"]


def _self_test(user_map: users.UserMap | None) -> tuple[int, str]:
    test = [sys.executable, "-c", "from nbjudge.sandbox.namespaces import self_test; self_test()"]
    line = command(test, options=user_map.options if user_map else ())
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


def require() -> None:
    """Refuse to go on without a sandbox.

    Raises:
        SandboxError: with the reason and the remedy.
    """
    reason = unavailable_reason()
    if reason:
        raise SandboxError(reason.problem, reason.remedy)

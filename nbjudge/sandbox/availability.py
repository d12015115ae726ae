"""Whether there can be a sandbox on this machine, and what to do where there can't."""

import shutil
import subprocess
import sys
from functools import cache

from nbjudge.errors import SandboxError
from nbjudge.sandbox.bubblewrap import command


@cache
def unavailable_reason() -> SandboxError | None:
    """Why the sandbox can't be used here, with the remedy; None if it can."""
    if sys.platform != "linux":
        return SandboxError("The sandbox needs Linux", "grade in a container")
    if shutil.which("bwrap") is None:
        return SandboxError(
            "The sandbox needs bubblewrap, which is not installed", "install the package bubblewrap of your system"
        )
    test = [sys.executable, "-c", "from nbjudge.sandbox.namespaces import self_test; self_test()"]
    done = subprocess.run(command(test), capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        return SandboxError(
            f"bubblewrap can't make a sandbox here ({last})",
            "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
            "user.max_user_namespaces=15000, and in a container --security-opt seccomp=unconfined --security-opt "
            "systempaths=unconfined)",
        )
    return None


def require() -> None:
    """Refuse to go on without a sandbox.

    Raises:
        SandboxError: with the reason and the remedy.
    """
    reason = unavailable_reason()
    if reason:
        raise SandboxError(reason.problem, reason.remedy)

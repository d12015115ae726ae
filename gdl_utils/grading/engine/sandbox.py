"""The outer wall: bubblewrap, around the process from which those that grade are forked."""

import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import gdl_utils
from gdl_utils.errors import CourseError

# What a program may see of the machine, where it exists; nothing of it can be written.
SYSTEM = [
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/nix/store",
]  # fmt: skip
HOME = "/tmp/work"  # noqa: S108  (private to each process)
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    # One thread while importing, so that a fork is safe.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Several submissions are graded side by side; on a large machine each would start a thread for each core.
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": f"{HOME}/.matplotlib",
    "IPYTHONDIR": f"{HOME}/.ipython",
    "KERAS_BACKEND": "tensorflow",
    "NBGRADER_EXECUTION": "autograde",
}


class SandboxError(CourseError):
    """The sandbox can't be set up on this machine."""


def python_paths() -> list[str]:
    """Folders of Python, its packages and this one, as far as they are not among the system's."""
    package = Path(gdl_utils.__file__).resolve().parent
    found = [
        sys.prefix,
        sys.base_prefix,
        sysconfig.get_path("stdlib"),
        str(Path(sys.executable).resolve().parent.parent),
    ]
    found.append(str(package))
    return sorted({str(Path(path)) for path in found if not any(Path(path).is_relative_to(p) for p in SYSTEM)})


def command(program: list[str], descriptors: bool = True) -> list[str]:
    """The command line that runs `program` behind the outer wall."""
    line = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    line += ["--hostname", "grader", "--uid", "1000", "--gid", "1000"]
    for path in SYSTEM:
        source = Path(path)
        if source.is_symlink() and not path.startswith("/etc"):
            line += ["--symlink", str(source.readlink()), path]
        else:
            line += ["--ro-bind-try", path, path]
    line += ["--dev", "/dev", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp"]  # noqa: S108
    # After /tmp, where they may lie, too.
    for path in python_paths():
        line += ["--ro-bind", path, path]
    # A shared map of /dev/zero is memory that no limit counts.
    line += ["--ro-bind", "/dev/null", "/dev/zero"]
    # Whole, since the kernel lets the inner wall mount a /proc of its own, read-only, only where all of it is visible.
    line += ["--bind", "/proc", "/proc"]
    # All notebooks that are forked here see one /dev: what one left in it, the next could read, and no limit counts it.
    line += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    for name, value in ENVIRONMENT.items():
        line += ["--setenv", name, value]
    return [*line, "--", *program]


@cache
def complaint() -> str | None:
    """Why the sandbox can't be used here, with the remedy, or None if it can."""
    if sys.platform != "linux":
        return (
            "The sandbox needs Linux: grade in the course's image, or with --sandbox none if you trust every notebook."
        )
    if shutil.which("bwrap") is None:
        return (
            "The sandbox needs bubblewrap, which is not installed: install the package bubblewrap "
            "(make setup does it where it may), or use --sandbox none if you trust every notebook."
        )
    test = [sys.executable, "-c", "from gdl_utils.grading.engine.walls import try_out; try_out()"]
    done = subprocess.run(command(test), capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        return (
            f"bubblewrap can't make a sandbox here ({last}): allow unprivileged user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces=15000, and in a container "
            "--security-opt seccomp=unconfined --security-opt systempaths=unconfined), or use --sandbox none if you "
            "trust every notebook."
        )
    return None


def require() -> None:
    """Refuse to go on without a sandbox.

    Raises:
        SandboxError: with the reason and the remedy.
    """
    found = complaint()
    if found:
        raise SandboxError(found)

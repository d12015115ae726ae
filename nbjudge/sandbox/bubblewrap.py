"""The outer wall: bubblewrap, around the zygote and all that is forked from it."""

from collections.abc import Sequence
from pathlib import Path

from nbjudge.sandbox.mounts import SYSTEM, WORK, Mounts

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": WORK,
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    # One thread while importing, so that a fork is safe.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's, which pandas imports
    # glibc asks for huge pages for what C allocates, so that forks have half as many pages to copy.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    # Several submissions are graded side by side; on a large machine each would start a thread for each core.
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": f"{WORK}/.matplotlib",
    "IPYTHONDIR": f"{WORK}/.ipython",
    "KERAS_BACKEND": "tensorflow",
    "NBGRADER_EXECUTION": "autograde",
}


def _folders_above(path: Path) -> list[str]:
    # Bubblewrap makes folders on the way by itself, but some for root alone, who is not the user of a notebook.
    return [word for folder in reversed(path.parents[:-1]) for word in ("--dir", str(folder))]


def command(program: list[str], mounts: Mounts, options: Sequence[str] = ()) -> list[str]:
    """The command line that runs `program` behind the outer wall, with the folders that it may see.

    Args:
        program: with its arguments.
        mounts: what it may see beside the system.
        options: more options for bubblewrap.
    """
    line = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    line += ["--hostname", "grader", "--uid", "1000", "--gid", "1000", *options]
    for path in SYSTEM:
        source = Path(path)
        line += _folders_above(source)
        if source.is_symlink() and not path.startswith("/etc"):
            line += ["--symlink", str(source.readlink()), path]
        else:
            line += ["--ro-bind-try", path, path]
    line += ["--dev", "/dev", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp"]  # noqa: S108
    # After /tmp, where they may lie, too.
    for path, said in mounts.links:
        line += [*_folders_above(Path(path)), "--symlink", said, path]
    for path in mounts.folders:
        line += [*_folders_above(Path(path)), "--ro-bind", path, path]
    # A shared map of /dev/zero is memory that no limit counts.
    line += ["--ro-bind", "/dev/null", "/dev/zero"]
    # Whole, since the kernel lets the inner wall mount a /proc of its own, read-only, only where all of it is visible.
    line += ["--bind", "/proc", "/proc"]
    # All notebooks that are forked here see one /dev: what one left in it, the next could read, and no limit counts it.
    line += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    for name, value in ENVIRONMENT.items():
        if name not in options:
            line += ["--setenv", name, value]
    return [*line, "--", *program]

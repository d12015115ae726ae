"""The outer wall: bubblewrap, around the zygote and all that is forked from it."""

import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

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
    # One thread while importing, so that a fork is safe.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's, which pandas imports
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


def visible_paths(imports: Iterable[str] = ()) -> list[str]:
    """Folders of Python, its packages, this one, and those of the imported packages that lie elsewhere.

    Args:
        imports: statements; the packages that they import are installed, but may lie in a folder of their own, as those
            of a course do that are installed to be edited.
    """
    paths = {
        sys.prefix,
        sys.base_prefix,
        sysconfig.get_path("stdlib"),
        str(Path(sys.executable).resolve().parent.parent),
        str(Path(__file__).parents[1]),
    }
    for statement in imports:
        spec = PathFinder.find_spec(statement.split()[1].partition(".")[0], search_path())
        # Packages without __init__.py could be any folder.
        if spec is not None and spec.has_location and spec.origin:
            origin = Path(spec.origin)
            paths.add(str(origin.parent if origin.name == "__init__.py" else origin))
    paths = {str(Path(path)) for path in paths if not any(Path(path).is_relative_to(known) for known in SYSTEM)}
    return sorted(path for path in paths if not any(str(parent) in paths for parent in Path(path).parents))


@cache
def search_path() -> list[str]:
    """What Python looks through in the sandbox: neither the working folder nor what a variable adds."""
    program = [sys.executable, "-I", "-c", "import sys; print('\\n'.join(sys.path))"]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout.splitlines()


def _folders_above(path: Path) -> list[str]:
    # Bubblewrap makes folders on the way by itself, but some for root alone, who is not the user of a notebook.
    return [word for folder in reversed(path.parents[:-1]) for word in ("--dir", str(folder))]


def command(program: list[str], visible: Sequence[str] | None = None, options: Sequence[str] = ()) -> list[str]:
    """The command line that runs `program` behind the outer wall, with the folders that it may see.

    Args:
        program: with its arguments.
        visible: what it may see beside the system; Python and its packages, if nothing is given.
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
    for path in visible_paths() if visible is None else visible:
        line += [*_folders_above(Path(path)), "--ro-bind", path, path]
    # A shared map of /dev/zero is memory that no limit counts.
    line += ["--ro-bind", "/dev/null", "/dev/zero"]
    # Whole, since the kernel lets the inner wall mount a /proc of its own, read-only, only where all of it is visible.
    line += ["--bind", "/proc", "/proc"]
    # All notebooks that are forked here see one /dev: what one left in it, the next could read, and no limit counts it.
    line += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    for name, value in ENVIRONMENT.items():
        line += ["--setenv", name, value]
    return [*line, "--", *program]

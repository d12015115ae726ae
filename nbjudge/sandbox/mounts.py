"""What of the machine the processes behind the walls may see, so that the Python of the notebooks works there.

Only real folders are mounted, none within another, and the links that lead to them are made anew: so it does not matter
from where an environment is called, how it was made, and what lies around it. What lies around it stays unseen.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from nbjudge.errors import SandboxError
from nbjudge.interpreter import Interpreter

# What a program may see of the machine, where it exists; nothing of it can be written.
SYSTEM = [
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/nix/store",
]  # fmt: skip
WORK = "/tmp/work"  # noqa: S108  (private to each process, as all of /tmp)
PRIVATE = ("/tmp", "/dev/shm")  # noqa: S108  (of each process)
# Of an environment, not all: its folder may be that of the course, or somebody's home.
PARTS = (
    "bin", "sbin", "lib", "lib32", "lib64", "libexec", "share", "etc", "ssl", "include", "fonts", "plugins", "Library",
    "pyvenv.cfg",
)  # fmt: skip
LANDMARK = "os.py"  # of the folder of Python's own library
PACKAGES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class Mounts:
    """What is to be seen.

    Attributes:
        folders: real folders and files, none within another.
        links: symbolic links that lead to them: where each is, and what it says.
    """

    folders: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()


def mounts_for(python: Interpreter, imports: Iterable[str] = (), more: Iterable[str] = ()) -> Mounts:
    """What a Python needs: itself, its packages, and those of the imported packages that lie elsewhere.

    Args:
        python: that is going to run.
        imports: statements; the packages that they import are installed, but may lie in a folder of their own, as those
            of a course do that are installed to be edited.
        more: paths that it needs, too.

    Raises:
        SandboxError: if it lies where it can't be seen.
    """
    places = [f"{prefix}/{part}" for prefix in python.prefixes if prefix != "/" for part in PARTS]
    sites = [path for path in python.path if Path(path).name in PACKAGES]
    wanted = [python.executable, *places, *python.stdlib, *sites, *_elsewhere(python, imports), *more]
    found = mounts_of(wanted)
    libraries = dict.fromkeys([*sites, *python.stdlib])
    linked = [*_links_out_of_libraries(libraries, found.folders)]
    linked += _links_out_of_prefixes(python.prefixes, found.folders)
    found = mounts_of([*wanted, *linked]) if linked else found
    for folder in found.folders:
        if _is_below(folder, {WORK}) or _is_below(WORK, {folder}):
            raise SandboxError(
                f"{folder} can't be seen in the sandbox, where {WORK} is the notebook's own folder",
                "make the environment in another folder",
            )
    return found


def mounts_of(paths: Iterable[str]) -> Mounts:
    """The real folders and files of some paths, as far as they exist, and the links on the way to them."""
    links: dict[str, str] = {}
    real = {_followed(path, links) for path in paths if os.path.exists(path)} - {"/"}
    outermost = sorted(path for path in real if not _is_below(str(Path(path).parent), {*real, *SYSTEM}))
    outermost = [path for path in outermost if path not in SYSTEM]
    shown = {*outermost, *SYSTEM}
    made = {place: said for place, said in links.items() if place not in PRIVATE and not _is_below(place, shown)}
    return Mounts(tuple(outermost), tuple(sorted(made.items())))


def _followed(path: str, links: dict[str, str]) -> str:
    """The real path, as the kernel finds it; notes the links on the way, and what they say."""
    place, waiting = Path("/"), list(Path(path).absolute().parts[1:])
    while waiting:
        part = waiting.pop(0)
        here = place.parent if part == ".." else place / part
        if part == ".." or not here.is_symlink():
            place = here
            continue
        said = here.readlink()
        links[str(here)] = str(said)
        place = Path("/") if said.is_absolute() else place
        waiting = [*said.parts[1 if said.is_absolute() else 0 :], *waiting]
    return str(place)


def _is_below(path: str, folders: set[str]) -> bool:
    """Whether a path is one of the folders, or in one."""
    return path in folders or any(str(parent) in folders for parent in Path(path).parents)


def _elsewhere(python: Interpreter, imports: Iterable[str]) -> Iterator[str]:
    """Packages and modules that are imported and found by way of the Python's path, wherever they lie."""
    names = {statement.split()[1].partition(".")[0] for statement in imports} - sys.stdlib_module_names
    unknown = set()
    for name in sorted(names):
        spec = PathFinder.find_spec(name, list(python.path))
        if spec is None:
            unknown.add(name)
        # Packages without __init__.py could be any folder.
        elif spec.has_location and spec.origin:
            yield _package_of(spec.origin)
    # A package that was installed to be edited may be found in a way of its own, which only that Python knows.
    found = python.origins(unknown).values() if unknown else ()
    yield from (_package_of(origin) for origin in found if origin and origin.startswith("/"))


def _package_of(origin: str) -> str:
    path = Path(origin)
    return str(path.parent if path.name == "__init__.py" else path)


def _links_out_of_libraries(libraries: Iterable[str], shown: tuple[str, ...]) -> Iterator[str]:
    """Where packages lie that are links, or whose files are, as some installers make them."""
    for library in libraries:
        if _is_below(os.path.realpath(library), set(SYSTEM)):
            continue
        for link in _links_in(library, 2):
            target, inside = os.path.realpath(link), os.path.relpath(link, library)
            path = target
            if Path(target).is_dir():
                # One that is no package could be any folder.
                path = target if Path(target, "__init__.py").is_file() else ""
            elif target.endswith(f"/{inside}"):
                # What lies beside it and deeper is linked in the same way.
                whole = target.removesuffix(f"/{inside}")
                if Path(whole, LANDMARK).is_file():
                    path = whole
                elif "/" in inside:
                    path = str(Path(target).parent)
            if _may_be_shown(path, shown):
                yield path


def _links_out_of_prefixes(prefixes: Iterable[str], shown: tuple[str, ...]) -> Iterator[str]:
    """What programs and libraries of an environment are links to, as some of conda's are."""
    for prefix in prefixes:
        if _is_below(os.path.realpath(prefix), set(SYSTEM)):
            continue
        for part in ("bin", "lib"):
            for link in _links_in(f"{prefix}/{part}", 1):
                if Path(link).is_file() and _may_be_shown(os.path.realpath(link), shown):
                    yield link


def _links_in(folder: str, depth: int) -> Iterator[str]:
    """Links in a folder and, to a depth, in those in it; what consists of folders alone does not count."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    below = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    yield from (entry.path for entry in entries if entry.is_symlink())
    deeper = depth if len(below) == len(entries) else depth - 1
    if deeper:
        for entry in below:
            yield from _links_in(entry.path, deeper)


def _may_be_shown(path: str, shown: tuple[str, ...]) -> bool:
    """Whether there is something that is not seen yet; never what the environment itself lies in."""
    is_seen = not path or _is_below(path, {*shown, *SYSTEM})
    return not is_seen and os.path.exists(path) and not any(_is_below(folder, {path}) for folder in shown)

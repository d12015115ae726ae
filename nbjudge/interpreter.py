"""The Python that runs notebooks: the grader's own, or that of an environment which knows nothing of the engine."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbjudge.errors import InterpreterError

OLDEST, NEWEST = (3, 11), (3, 13)
ENGINE = str(Path(__file__).parent)  # the folder of its code
NEEDED = ("IPython", "numpy")  # what the engine's own code imports
TIMEOUT = 60  # seconds to start it
USERS_OWN = ("PYTHONUSERBASE", "PYTHONNOUSERSITE")
CONDA = "conda-meta"  # the folder that tells a prefix of conda from others
MANAGED = "EXTERNALLY-MANAGED"  # the file that tells a Python of the system, see PEP 668
# What a package is called where that is not the name of its module.
PACKAGES = {
    "IPython": "ipython", "PIL": "pillow", "bs4": "beautifulsoup4", "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil", "skimage": "scikit-image", "sklearn": "scikit-learn", "yaml": "pyyaml",
}  # fmt: skip
# It has to run on any Python, to say that it is too old; what the folder adds in which it was started is no package.
PROBE = """
import json, sys
said = {"executable": sys.executable, "version": list(sys.version_info[:3])}
if sys.version_info >= (3, 11):
    import importlib.util, site, sysconfig
    sys.path[:] = [place for place in sys.path if place]
    names = json.loads(sys.argv[1])
    def origin(name):
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            return None
        return spec and (spec.origin or "a folder")
    said["origins"] = {name: origin(name) for name in names}
    said["prefixes"] = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    said["stdlib"] = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    said["path"] = sys.path
    said["user_base"] = site.getuserbase() if site.ENABLE_USER_SITE else None
print(json.dumps(said))
"""
DISTRIBUTIONS = """
import importlib.metadata, json, platform
found = sorted({f"{each.metadata['Name']}=={each.version}" for each in importlib.metadata.distributions()})
print(json.dumps([platform.python_version(), *found]))
"""

_known: dict[str, "Interpreter"] = {}  # by program


@dataclass(frozen=True)
class Interpreter:
    """A Python and what it finds.

    Attributes:
        executable: the program, as it calls itself; a link to it would be another environment.
        version: three numbers.
        prefixes: of the environment, and of the Python of which it was made.
        stdlib: folders of Python's own library.
        path: where it looks for modules.
        user_base: the folder of the user's own packages, None if it does not look there.
        has_pip: whether pip is installed in it.
        missing: modules without which the engine can't run in it.
    """

    executable: str
    version: tuple[int, ...]
    prefixes: tuple[str, ...]
    stdlib: tuple[str, ...]
    path: tuple[str, ...]
    user_base: str | None
    has_pip: bool
    missing: tuple[str, ...]

    def require(self) -> None:
        """Refuse to go on without the packages that the engine's own code needs.

        Raises:
            InterpreterError: with their names, and the command that adds them.
        """
        if self.missing:
            packages = " and ".join(PACKAGES.get(name, name) for name in self.missing)
            raise InterpreterError(
                f"{self.executable} lacks {packages}, without which the grading engine can't run notebooks in it",
                f"type '{self.install_command(self.missing)}'",
            )

    def install_command(self, modules: Iterable[str]) -> str:
        """What to type so that it has these modules."""
        packages = " ".join(sorted(PACKAGES.get(name, name.replace("_", "-")) for name in modules))
        if (Path(self.prefixes[0]) / CONDA).is_dir():
            return f"conda install --prefix {shlex.quote(self.prefixes[0])} {packages}"
        if len(self.prefixes) == 1 and any(Path(folder, MANAGED).is_file() for folder in self.stdlib):
            # pip refuses to change a Python that belongs to the system.
            return f"{shlex.quote(self.executable)} -m venv ENVIRONMENT && ENVIRONMENT/bin/pip install {packages}"
        if self.has_pip:
            return f"{shlex.quote(self.executable)} -m pip install {packages}"
        return f"uv pip install --python {shlex.quote(self.executable)} {packages}"

    def origins(self, modules: Iterable[str]) -> dict[str, str | None]:
        """The files of modules, or words for what is none; None for a module that it does not have."""
        found: dict[str, str | None] = _probe(self.executable, sorted(modules))["origins"]
        return found

    def lacking(self, modules: Iterable[str]) -> list[str]:
        """Those of the modules that it does not have."""
        return [name for name, origin in self.origins(modules).items() if origin is None]


def interpreter(python: str | None = None) -> Interpreter:
    """What is known of a Python.

    Args:
        python: its program, or the folder of an environment; this process's own if None.

    Raises:
        InterpreterError: if there is none, or it is not of a version that the engine runs on.
    """
    program = program_of(python) if python else sys.executable
    if program not in _known or _known[program].missing:
        # What is missing may have been installed meanwhile.
        _known[program] = _interpreter(program)
    return _known[program]


def program_of(python: str) -> str:
    """The program of an environment: of its folder, or as it is named.

    Raises:
        InterpreterError: if there is none.
    """
    path = Path(python).expanduser()
    if path.is_dir():
        path = path / "bin" / "python"
    found = str(path) if os.sep in str(path) else shutil.which(str(path))
    if found is None or not os.access(found, os.X_OK) or Path(found).is_dir():
        raise InterpreterError(
            f"There is no Python at {python}", "name the program, such as ENVIRONMENT/bin/python, or its environment"
        )
    # Links stay: the environment to which it belongs is known by where it was called from.
    return str(Path(found).absolute())


def _interpreter(program: str) -> Interpreter:
    said = _probe(program, [*NEEDED, "pip"])
    version = tuple(said["version"])
    if not OLDEST <= version[:2] <= NEWEST:
        raise InterpreterError(
            f"{program} is Python {'.'.join(map(str, version))}, and the grading engine runs on 3.11 to 3.13",
            "make the environment with one of these",
        )
    origins = said["origins"]
    return Interpreter(
        said["executable"],
        version,
        tuple(dict.fromkeys(said["prefixes"])),
        tuple(dict.fromkeys(said["stdlib"])),
        tuple(said["path"]),
        said["user_base"],
        origins["pip"] is not None,
        tuple(name for name in NEEDED if origins[name] is None),
    )


def _probe(program: str, names: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(_output_of(program, PROBE, json.dumps(names)))
    return said


def _output_of(program: str, text: str, *arguments: str) -> str:
    """What a program in Python prints where neither the folder nor a variable adds packages of someone's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name in USERS_OWN}
    line = [program, "-c", text, *arguments]
    try:
        done = subprocess.run(line, cwd="/", env=kept, capture_output=True, text=True, timeout=TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InterpreterError(f"{program} can't be started ({error})", "name another Python") from None
    # What .pth files print comes first.
    last = done.stdout.strip().splitlines()[-1:]
    if done.returncode or not last:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise InterpreterError(f"{program} is not a working Python ({reason})", "name another one")
    return last[0]


def start_line(python: Interpreter, module: str, *arguments: str, lent: Mapping[str, str] | None = None) -> list[str]:
    """The command line that runs a module of the engine in a Python: see `start`.

    Args:
        python: that runs it.
        module: of the engine.
        arguments: of its `main`.
        lent: folders of more packages, by name, for a Python that does not have them.
    """
    return [python.executable, str(Path(ENGINE, "start.py")), module, json.dumps(lent or {}), *arguments]


def distributions(python: Interpreter) -> tuple[str, ...]:
    """The version of a Python, then the names and versions of all packages in it."""
    changes = tuple(path.stat().st_mtime_ns for path in map(Path, python.path) if path.is_dir())
    return _distributions(python.executable, changes)


@lru_cache(maxsize=4)
def _distributions(program: str, _changes: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(json.loads(_output_of(program, DISTRIBUTIONS)))

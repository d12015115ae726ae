"""The Python of the notebooks: environments of all kinds, wherever they lie, work behind both walls."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from nbjudge import SandboxError
from nbjudge.errors import InterpreterError
from nbjudge.interpreter import ENGINE, Interpreter, interpreter
from nbjudge.sandbox import availability
from nbjudge.sandbox.mounts import WORK, Mounts, mounts_for
from tests.environments import make_environment

# What the grader does with any environment, and what a process behind both walls then tells.
PROGRAM = """
import json, os, subprocess, sys
sys.path.insert(0, os.environ["ROOT"])
from dataclasses import asdict
from nbjudge.interpreter import ENGINE, interpreter
from nbjudge.sandbox.bubblewrap import command
from nbjudge.sandbox import availability
from nbjudge.sandbox.mounts import Mounts, mounts_for

told = []
for python, imported in json.loads(sys.argv[1]):
    found = interpreter(python)
    mounts = mounts_for(found, [f"import {imported}"], [ENGINE])
    inside = [found.executable, "-c", sys.argv[2], json.dumps(asdict(mounts)), ENGINE, imported]
    options = ["--setenv", "PYTHONUSERBASE", found.user_base] if found.user_base else []
    done = subprocess.run(command(inside, mounts, options), capture_output=True, text=True)
    told.append(json.loads(done.stdout) if done.stdout.strip() else done.stderr)
print(json.dumps(told))
"""
INSIDE = """
import json, os, socket, sys, types
# Without what its __init__.py imports: NumPy is not there.
sys.modules["nbjudge"] = types.ModuleType("nbjudge")
sys.modules["nbjudge"].__path__ = [sys.argv[2]]
from nbjudge.model import Limits
from nbjudge.sandbox import namespaces
from nbjudge.sandbox.mounts import Mounts
ours, theirs = socket.socketpair()
if not namespaces.fork():
    namespaces.isolate(Limits(), Mounts(**json.loads(sys.argv[1])))
    import importlib, json.tool
    module = importlib.import_module(sys.argv[3])
    value = importlib.import_module(sys.argv[3] + ".inside").value
    around = [name for path in json.loads(sys.argv[1])["folders"] for name in os.listdir(os.path.dirname(path))]
    around += os.listdir(sys.prefix)
    for path in [path for path in sys.path if path.endswith("-packages")] + [sys.prefix + "/lib/course"]:
        around += os.listdir(path) if os.path.isdir(path) else []
        for name in os.listdir(path) if os.path.isdir(path) else []:
            around += os.listdir(f"{path}/{name}") if os.path.isdir(f"{path}/{name}") else []
    try:
        open(os.path.join(os.path.dirname(module.__file__), "written"), "w")
        around.append("WRITTEN")
    except OSError:
        pass
    theirs.sendall(json.dumps([module.value, value, sys.prefix, around]).encode())
    os._exit(0)
theirs.close()
said = b""
while more := ours.recv(1 << 16):
    said += more
print(said.decode())
"""
SECRET = "gradebook.db"


def put(folder, name="need_of_all", value=1):
    """A package with a module in it."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(f"value = {value}\n")
    (folder / name / "inside.py").write_text("value = 42\n")
    return folder


def bare(folder):
    """An environment with one package, and a secret beside its parts."""
    make_environment(folder, ())
    (folder / SECRET).write_text("secret")
    (folder.parent / SECRET).write_text("secret")
    return put(next(folder.glob("lib/python*/site-packages")))


def in_the_course(folder):
    bare(folder / "course")
    return folder / "course"


def called_by_a_link(folder):
    bare(folder / "real" / "env")
    (folder / "links").mkdir()
    (folder / "links" / "up").symlink_to("../real")
    (folder / "links" / "python").symlink_to("up/env/bin/python")
    return folder / "links" / "up" / "env"


def of_a_linked_python(folder):
    """As uv makes them: the program is a link by way of a folder that is one."""
    packages = bare(folder / "env")
    (folder / "version").symlink_to(Path(sys.base_prefix))
    program = packages.parents[2] / "bin" / "python3"
    base = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    program.unlink()
    program.symlink_to(folder / "version" / "bin" / base.name)
    return folder / "env"


def with_linked_files(folder):
    packages = bare(folder / "env")
    (packages / "need_of_all" / "__init__.py").unlink()
    (packages / "need_of_all" / "inside.py").unlink()
    store = put(folder / "store" / "of-a-digest")
    (store / SECRET).write_text("secret")
    for path in (store / "need_of_all").iterdir():
        (packages / "need_of_all" / path.name).symlink_to(path)
    return folder / "env"


def with_linked_files_of_a_space(folder):
    """Of a namespace package: the links lie one level deeper."""
    packages = bare(folder / "env")
    shutil.rmtree(packages / "need_of_all")
    store = put(folder / "store" / "of-a-digest" / "space", "need_of_all").parent
    (store / SECRET).write_text("secret")
    (packages / "space" / "need_of_all").mkdir(parents=True)
    for path in (store / "space" / "need_of_all").iterdir():
        (packages / "space" / "need_of_all" / path.name).symlink_to(path)
    return folder / "env"


def with_a_linked_course(folder):
    """A link in an environment that is none to a package."""
    packages = bare(folder / "an env, über alles")
    (folder / "course").mkdir()
    (folder / "course" / SECRET).write_text("secret")
    (packages / "course").symlink_to(folder / "course")
    (packages.parents[1] / "course").symlink_to(folder / "course")
    (packages / "up").symlink_to("../../../..")
    return folder / "an env, über alles"


def with_a_linked_package(folder):
    packages = bare(folder / "env")
    shutil.rmtree(packages / "need_of_all")
    put(folder / "edited")
    (folder / "edited" / SECRET).write_text("secret")
    (packages / "need_of_all").symlink_to(folder / "edited" / "need_of_all")
    return folder / "env"


def with_a_package_to_edit(folder):
    """Found by an importer of its own, as setuptools installs it."""
    packages = bare(folder / "env")
    shutil.rmtree(packages / "need_of_all")
    put(folder / "own")
    (folder / "own" / SECRET).write_text("secret")
    (packages / "edit.pth").write_text("import edit_finder\n")
    (packages / "edit_finder.py").write_text(
        "import sys\nfrom importlib.util import spec_from_file_location as located\n\n\n"
        "class Finder:\n    @staticmethod\n    def find_spec(name, path=None, target=None):\n"
        "        if name == 'need_of_all':\n"
        f"            return located(name, '{folder}/own/need_of_all/__init__.py')\n\n\nsys.meta_path.append(Finder)\n"
    )
    return folder / "env"


def like_conda(folder):
    """A prefix with a Python of its own, whose library consists of links."""
    library = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    prefix = folder / "conda"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "conda-meta").mkdir()
    shutil.copy(Path(sys.executable).resolve(), prefix / "bin" / "python")
    standard = Path(sysconfig.get_path("stdlib"))
    (prefix / "lib" / library).mkdir(parents=True)
    for path in standard.iterdir():
        if path.name != "site-packages":
            (prefix / "lib" / library / path.name).symlink_to(path)
    for path in Path(sys.base_prefix, "lib").glob("libpython*"):
        (prefix / "lib" / path.name).symlink_to(path)
    put(prefix / "lib" / library / "site-packages")
    return prefix


def below_shared_memory(_folder):
    # In a folder of its own name: these tests may run twice at a time.
    place = Path(tempfile.mkdtemp(prefix="kinds-", dir="/dev/shm"))
    place.chmod(0o755)
    bare(place / "env")
    return place / "env"


def with_something_mounted_in_it(folder):
    """Where mounts are left to whoever starts this: see `walls`."""
    packages = bare(folder / "env")
    shutil.rmtree(packages / "need_of_all")
    (packages / "need_of_all").mkdir()
    put(folder / "volume")
    return folder / "env"


def with_packages_of_the_user(folder):
    """The Python itself, and a folder in the home of whoever uses it."""
    program = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    line, variables = [program, "-m", "site", "--user-site"], {**os.environ, "PYTHONUSERBASE": str(folder)}
    packages = subprocess.run(line, env=variables, capture_output=True, text=True, check=True).stdout.strip()
    put(Path(packages), "of_the_user")
    (folder / SECRET).write_text("secret")
    return program


KINDS = [
    in_the_course, called_by_a_link, of_a_linked_python, with_linked_files, with_linked_files_of_a_space,
    with_a_linked_course, with_a_linked_package, with_a_package_to_edit, with_packages_of_the_user, like_conda,
    below_shared_memory, with_something_mounted_in_it,
]  # fmt: skip


@pytest.fixture(scope="module")
def environments(tmp_path_factory):
    """One of each kind, below the folder for temporary files."""
    folder = tmp_path_factory.mktemp("kinds")
    made = {make: make(folder / make.__name__) for make in KINDS}
    yield made
    shutil.rmtree(made[below_shared_memory].parent)


@pytest.mark.parametrize("user", ["this one", "an ordinary one"])
def test_environments_of_all_kinds_work(environments, user):
    """And of what lies beside their parts nothing is seen."""
    volume = environments[with_something_mounted_in_it]
    (mounted,) = volume.glob("lib/python*/site-packages/need_of_all")
    before = ["bwrap", "--dev-bind", "/", "/", "--bind", volume.parent / "volume" / "need_of_all", mounted]
    if user != "this one":
        # As whom bubblewrap runs who is not root.
        before = ["unshare", "--user", "--map-user=1000", "--map-group=1000", *before]
    elif os.geteuid() != 0:
        pytest.skip("that is the ordinary one")
    # The packages of the user come before those of each Python that is no virtual environment.
    name = {with_packages_of_the_user: "of_the_user", with_linked_files_of_a_space: "space.need_of_all"}
    wanted = [(str(path), name.get(make, "need_of_all")) for make, path in environments.items()]
    line = [*before, sys.executable, "-c", PROGRAM, json.dumps(wanted), INSIDE]
    variables = {**os.environ, "ROOT": str(Path(ENGINE).parent)}
    variables |= {"PYTHONUSERBASE": str(volume.parents[1] / "with_packages_of_the_user")}
    done = subprocess.run(line, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for (make, path), told in zip(environments.items(), json.loads(done.stdout), strict=True):
        assert isinstance(told, list), (make.__name__, told)
        value, inside, prefix, around = told
        assert (value, inside, prefix) == (1, 42, str(path if path.is_dir() else sys.base_prefix)), make.__name__
        assert not {SECRET, "WRITTEN"} & set(around), make.__name__


def test_what_can_not_be_the_python_of_notebooks_is_told(tmp_path):
    """With what is wrong, and what to do."""
    nothing, broken, old, other = (tmp_path / name for name in ("nothing", "broken", "old", "other"))
    make_environment(other, ())
    for path, text in {broken: "echo no >&2; exit 3", old: "echo '{\"version\": [3, 10, 2]}'"}.items():
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    for path, problem, remedy in (
        (nothing, f"There is no Python at {nothing}", "ENVIRONMENT/bin/python"),
        (tmp_path, f"There is no Python at {tmp_path}", "ENVIRONMENT/bin/python"),
        (broken, "is not a working Python (no)", "name another"),
        (old, "is Python 3.10.2, and the grading engine runs on 3.11 to 3.13", "make the environment"),
        (other, f"{other}/bin/python lacks ipython and numpy, ", f"uv pip install --python {other}/bin/python ipython"),
    ):
        with pytest.raises(InterpreterError) as raised:
            interpreter(str(path)).require()
        assert problem in raised.value.problem and remedy in raised.value.remedy
    # As soon as they are there, they are found.
    (packages,) = other.glob("lib/python*/site-packages")
    for name in ("numpy", "IPython"):
        put(packages, name)
    interpreter(str(other)).require()


@pytest.mark.parametrize(
    ("mark", "has_pip", "command"),
    [
        (
            "EXTERNALLY-MANAGED",
            True,
            "'{env}/bin/python' -m venv ENVIRONMENT && ENVIRONMENT/bin/pip install pandas scikit-learn",
        ),
        ("", True, "'{env}/bin/python' -m pip install pandas scikit-learn"),
        ("", False, "uv pip install --python '{env}/bin/python' pandas scikit-learn"),
        ("conda-meta", True, "conda install --prefix '{env}' pandas scikit-learn"),
    ],
)
def test_the_command_that_installs_fits_the_environment(tmp_path, mark, has_pip, command):
    env = tmp_path / "an env"
    env.mkdir()
    if mark == "conda-meta":
        (env / mark).mkdir()
    elif mark:
        (env / mark).touch()
    python = Interpreter(f"{env}/bin/python", (3, 12, 1), (str(env),), (str(env),), (), None, has_pip, ())
    assert python.install_command(["sklearn", "pandas"]) == command.format(env=env)


def test_where_the_notebook_works_there_is_no_environment(monkeypatch):
    python = replace(interpreter(), prefixes=(f"{WORK}/env",))
    monkeypatch.setattr(os.path, "exists", lambda path: True)
    with pytest.raises(SandboxError, match=f"{WORK} is the notebook's own folder: make the environment in another"):
        mounts_for(python)


def test_a_sandbox_that_can_not_show_it_says_so(monkeypatch):
    """It is no matter of the kernel's settings then."""
    python = interpreter()
    gone = Mounts(("/no/such/folder", *mounts_for(python, more=[ENGINE]).folders))
    monkeypatch.setattr(availability, "mounts_for", lambda *_, **__: gone)
    availability.once_tested.cache_clear()
    reason = availability.unavailable_reason()
    availability.once_tested.cache_clear()
    assert f"The sandbox can't show what {sys.executable} needs (bwrap: " in reason.problem
    assert "/no/such/folder" in reason.problem and "may read all of it" in reason.remedy

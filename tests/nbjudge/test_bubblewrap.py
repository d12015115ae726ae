"""The outer wall: what is told where it can't be built, and which folders it leaves to be seen."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from nbjudge import SandboxError
from nbjudge.interpreter import interpreter
from nbjudge.sandbox import availability
from nbjudge.zygote_client import close_zygotes
from tests.nbjudge.small import graded

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty", "os.system")
_listening: list[list[str]] = []  # Python's audit hooks stay for ever: this one tells only those who listen


def _tell(event, _arguments):
    if event in EVENTS:
        for events in _listening:
            events.append(event)


sys.addaudithook(_tell)


@pytest.fixture
def started():
    """What this process starts, as Python itself tells; but not that it asks the environment's Python what it has."""
    interpreter()
    events = []
    _listening.append(events)
    yield events
    _listening.remove(events)


@pytest.fixture
def asked_anew():
    """Whether there can be a sandbox is asked again: before a test, and after it."""
    close_zygotes()
    availability.once_tested.cache_clear()
    yield
    availability.once_tested.cache_clear()


def test_without_bubblewrap_nothing_runs(tmp_path, monkeypatch, asked_anew, started):
    """The error says why, and what to do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError) as caught:
        graded("open('/tmp/executed', 'w')\nx = 1")
    assert str(caught.value) == f"{caught.value.problem}: {caught.value.remedy}."
    assert "bubblewrap" in caught.value.problem and "install the package bubblewrap" in caught.value.remedy
    assert started == []


@pytest.mark.usefixtures("engine")
def test_with_bubblewrap_something_is_started(asked_anew, started):
    """Else the test above would pass whatever is started."""
    assert graded("x = 1").score == 2
    assert "subprocess.Popen" in started


def test_a_bubblewrap_that_fails_is_told_with_its_reason(tmp_path, monkeypatch, asked_anew):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SandboxError, match="No permissions to create new namespace") as caught:
        graded("x = 1")
    assert "kernel.unprivileged_userns_clone" in caught.value.remedy


# Packages that lie in a folder of their own.

PROGRAM = """
import copy, json
from nbjudge import Assignment, Limits, SourceNotebook, Submission, grade
from nbjudge.interpreter import interpreter
from nbjudge.sandbox.mounts import mounts_for
from tests import notebooks
from tests.nbjudge.small import printed

names = ["engine_apart", "engine_apart.inside", "engine_module", "engine_bare", "engine_here", "engine_here_module"]
visible = {name: mounts_for(interpreter(), [f"import {name}", f"from {name} import value"]).folders for name in names}
print(json.dumps([mounts_for(interpreter()).folders, visible]))
cells = [
    notebooks.setup("import engine_apart, engine_module"),
    notebooks.answer("x = 0"),
    notebooks.test("assert x == engine_apart.value", "of-package", 2),
    notebooks.test("assert x == engine_module.value", "of-module", 1),
]
content = notebooks.notebook(*cells)
task = Assignment("small", (SourceNotebook("small", copy.deepcopy(content)),))
cells[1]["source"] = '''
import os
x = engine_apart.value
folder = os.path.dirname(engine_module.__file__)
print(sorted(os.listdir(folder)), os.listdir(os.path.dirname(engine_apart.__file__)))
try:
    open(engine_module.__file__, "a")
except OSError:
    print("read-only")
'''
files = {"small.ipynb": notebooks.as_bytes(content)}
result = grade(task, Submission(files), Limits(cell_seconds=10))
print(json.dumps([str(result.status), result.attention, [*result.scores.values()], printed(result)]))
"""


@pytest.fixture
def installed(tmp_path):
    """A folder of packages that the environment of these tests finds by a .pth file, for as long as a test lasts."""
    site = Path(sysconfig.get_path("purelib"))
    if not os.access(site, os.W_OK):
        pytest.skip("nothing can be installed here")
    folder = tmp_path / "installed"
    for name in ("engine_apart", "engine_bare", "engine_other"):
        (folder / name).mkdir(parents=True)
        (folder / name / "inside.py").write_text("value = 42\n")
    for name in ("engine_apart", "engine_other"):
        (folder / name / "__init__.py").write_text("value = 42\n")
    (folder / "engine_module.py").write_text("value = 42\n")
    path = site / f"engine-test-{os.getpid()}.pth"
    path.write_text(f"{folder}\n")
    yield folder
    path.unlink()


@pytest.mark.usefixtures("engine")
def test_a_package_in_a_folder_of_its_own_can_be_imported(installed, tmp_path):
    """One that the assignment imports, and neither a namespace package nor what lies in the working directory."""
    here = tmp_path / "here"
    (here / "engine_here").mkdir(parents=True)
    (here / "engine_here" / "__init__.py").write_text("value = 1\n")
    (here / "engine_here_module.py").write_text("value = 1\n")
    line = [sys.executable, "-c", PROGRAM]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(line, cwd=here, env=variables, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    (usual, visible), (status, attention, scores, printed) = map(json.loads, done.stdout.splitlines())
    more = {name: set(paths) - set(usual) for name, paths in visible.items()}
    package, module = installed / "engine_apart", installed / "engine_module.py"
    assert more == {
        "engine_apart": {str(package)},
        "engine_apart.inside": {str(package)},
        "engine_module": {str(module)},
        "engine_bare": set(),
        "engine_here": set(),
        "engine_here_module": set(),
    }
    assert all(set(usual) <= set(paths) for paths in visible.values())
    assert (status, attention, scores) == ("graded", [], [2, 1])
    # Their neighbours stay hidden, and nothing can be written there.
    assert printed.splitlines()[0].startswith("['engine_apart', 'engine_module.py'] ")
    assert printed.splitlines()[1] == "read-only"

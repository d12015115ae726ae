"""The set-up for real, in clones of what is committed; it installs packages, so it needs a package index."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow
CLEAN_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("GDL_", "VIRTUAL_ENV"))}


@pytest.fixture
def clone(root, tmp_path):
    """A clone of the last commit."""
    subprocess.run(["git", "clone", "-q", root, tmp_path / "clone"], check=True)
    return tmp_path / "clone"


def interrupt(command, clone, seconds, how):
    """Start a command and stop all that it started after a while."""
    process = subprocess.Popen(
        command,
        cwd=clone,
        env=CLEAN_ENVIRONMENT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    time.sleep(seconds)
    os.killpg(process.pid, how)
    process.wait()


def test_the_set_up_survives_being_interrupted_at_any_point(clone):
    for seconds, how in [(1, signal.SIGINT), (5, signal.SIGKILL), (10, signal.SIGINT), (18, signal.SIGKILL)]:
        interrupt(["make", "setup"], clone, seconds, how)
    done = subprocess.run(["make", "setup"], cwd=clone, env=CLEAN_ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    program = "import tensorflow, nbgrader, jupyter_book, gdl_utils; print(gdl_utils.__file__)"
    python = clone / ".venv" / "bin" / "python"
    where = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True, cwd=clone.parent)
    assert where.stdout.strip() == str(clone / "gdl_utils" / "__init__.py")
    subprocess.run([python, "-m", "pip", "check"], check=True)

    start = time.monotonic()
    again = subprocess.run(
        ["make", "setup"], cwd=clone, env=CLEAN_ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert "making .venv" not in again.stderr
    assert time.monotonic() - start < 20, "nothing was left to do"


def test_the_light_part_alone_runs_a_page_and_an_assignment(clone, tmp_path):
    """What a student installs: no book, no grading."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "light"], check=True)
    python = tmp_path / "light" / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q"]
    subprocess.run([*install, "--require-hashes", "-r", clone / "requirements" / "student.txt"], check=True)
    subprocess.run([*install, "--no-deps", clone], check=True)
    installed = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "nbgrader" not in installed
    program = """
import nbformat, nbclient, sys
for path in sys.argv[1:]:
    nbclient.NotebookClient(nbformat.read(path, 4), kernel_name="python3", timeout=600).execute()
print("ran")
"""
    notebooks = [
        clone / "book" / "2_2_multilayer_perceptron.ipynb",
        clone / "solutions" / "02_shapes_and_parameters" / "shapes_and_parameters.ipynb",
    ]
    environment = {**os.environ, "GDL_PROFILE": "smoke"}
    done = subprocess.run([python, "-c", program, *notebooks], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "ran", done.stderr
    subprocess.run([tmp_path / "light" / "bin" / "gdl", "--help"], check=True, capture_output=True)

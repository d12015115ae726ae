"""What all tests share."""

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gdl_utils.classroom.course import Course
from tests.sharing import ON_THE_SITE, place_in_order, scheduler

ROOT = Path(__file__).resolve().parents[1]
# Either will do; the first needs half the time of the second.
CHROMIUM = "chromium-headless-shell", "chromium"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "agg")


# The marker of the tests in a folder; all others are of the unit.
GROUPS = {
    "nbjudge": "grading",
    "attacks": "grading",
    "classroom": "grading",
    "authoring": "grading",
    "assignments": "assignments",
    "book": "book",
    "browser": "browser",
    "hub": "hub",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the marker of its folder, by which the Makefile and the workflow choose."""
    for item in items:
        path = item.path.relative_to(ROOT)
        if path.parts[0] == "tests":
            item.add_marker(GROUPS.get(path.parts[1], "unit"))
        if "built_site" in getattr(item, "fixturenames", ()) and path.as_posix() not in ON_THE_SITE:
            raise pytest.UsageError(f"{path} uses the built site: name it in ON_THE_SITE, in tests/sharing.py")
    items.sort(key=lambda item: place_in_order(item.path.relative_to(ROOT).as_posix()))


def pytest_collection_finish() -> None:
    """Modules and tests are no garbage: nobody need look for some among them again and again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: an archive holds the time, and all processes have to name a test alike."""
    return argname if isinstance(val, bytes) and len(val) > 20 else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Have processes share the tests by modules; groups of pytest-xdist are of no effect since pytest 9.2."""
    return scheduler(config, log)


def pytest_runtest_setup() -> None:
    """Keep what pytest captures open: absl, TensorFlow's logger, closes the stream that it found when it was imported.

    It does so whenever nbgrader configures logging, unless the stream is one of Python's own.
    """
    if absl := sys.modules.get("absl.logging"):
        absl.get_absl_handler().python_handler.stream = sys.__stderr__


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def course() -> Course:
    """The course of this repository, with its sources, releases and answers."""
    return Course(ROOT)


@pytest.fixture(scope="session")
def built_site(root) -> Path:
    """The folder of the site of this repository, built."""
    from gdl_utils.book.build import SITE, build_site  # which imports TensorFlow

    build_site(root)
    return root / SITE


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    api = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail("Chromium is missing: type 'make setup-test'.")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def other_backends(root):
    """Python in an environment with JAX and PyTorch, which is kept until its lock changes."""
    lock, folder = root / "requirements" / "backends.txt", root / "_build" / "backends"
    stamp = folder / ".lock"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "-q", "--clear", "--python", sys.executable, folder], check=True)
        python = folder / "bin" / "python"
        install = ["pip", "install", "-q", "--python", python, "--require-hashes", "-r", lock]
        subprocess.run([*uv, *install], check=True)
        stamp.write_text(lock.read_text())
    return folder / "bin" / "python"

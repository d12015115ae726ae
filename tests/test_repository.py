"""The files around the code keep their promises: the lock, the set-up, the Makefile, the README."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

pytestmark = pytest.mark.quick

LOCKS = ["base", "student", "book", "grading", "test", "image", "image-cuda", "hub", "backends"]
TARGETS = [
    "setup",
    "demo",
    "book",
    "book-full",
    "serve",
    "assignments",
    "grade",
    "quick",
    "test",
    "test-unit",
    "test-book",
    "test-grading",
    "test-browser",
    "test-slow",
    "lint",
    "bench",
    "clean",
]


def pins(root, lock):
    """Name, version and marker of each package of a lock."""
    text = (root / "requirements" / f"{lock}.txt").read_text()
    return [Requirement(line.rstrip("\\ ")) for line in text.splitlines() if re.match(r"^[a-z0-9]", line)]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_hashes_and_no_address(root, lock):
    text = (root / "requirements" / f"{lock}.txt").read_text()
    assert "://" not in text
    assert "index" not in text.lower().replace("markdown-it", "")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("extra", ["", "pages", "book", "grading", "test"])
def test_the_lock_satisfies_what_the_package_asks_for(root, extra, python):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + (project["optional-dependencies"][extra] if extra else [])
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    locked = {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("=="))
        for pin in pins(root, extra if extra in LOCKS else "base")
        if pin.marker is None or pin.marker.evaluate(environment)
    }
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)], prereleases=True), (
            f"{requirement} is not what requirements/ locks: run 'make lock' and commit both"
        )


def test_the_light_part_is_light(root):
    names = {pin.name for pin in pins(root, "base")}
    assert {"numpy", "matplotlib", "tensorflow"} <= names
    assert not names & {"jupyter-book", "nbgrader", "sphinx", "jupyterlab", "pytest"}


def test_all_parts_are_locked_at_the_same_versions(root):
    # For which Python a package is needed can differ: another part may need it for more.
    everything = {(pin.name, str(pin.specifier)) for pin in pins(root, "test")}
    names = {name for name, _ in everything}
    for lock in LOCKS:
        found = {(pin.name, str(pin.specifier)) for pin in pins(root, lock)}
        own = {pair for pair in found if pair[0] not in names}
        # Those for special places hold packages that the others don't have.
        assert not own or lock not in ("base", "book", "grading", "test")
        assert found - own <= everything


def test_make_alone_lists_the_targets(root):
    shown = subprocess.run(["make"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert set(TARGETS) <= set(re.findall(r"^  make ([a-z-]+) ", shown, re.MULTILINE))


def test_documents_name_only_targets_and_files_that_exist(root):
    makefile = (root / "Makefile").read_text()
    for name in ("README.md", "CONTRIBUTING.md", "GRADING.md", "book/index.md"):
        text = (root / name).read_text()
        for target in re.findall(r"`make ([a-z-]+)", text):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{name}: make {target}"
        for path in re.findall(r"\]\((?!https?:|#)([^)]+)\)", text):
            base = (root / name).parent
            assert (base / path).exists() or (base / f"{path}.md").exists() or (base / f"{path}.ipynb").exists(), (
                f"{name} links to {path}"
            )


def test_a_wrong_python_is_refused_in_one_line(root):
    done = subprocess.run(
        ["requirements/install.sh"], cwd=root, env={**os.environ, "PYTHON": "false"}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python 3.11, 3.12 or 3.13 is needed and 'false' is not one of them")
    assert done.stderr.count("\n") == 1


@pytest.fixture
def said_of_packages(root, tmp_path):
    """What is said of system packages to a user without rights, who has some programs in front of all others."""

    def said(packages, programs):
        (tmp_path / "requirements").mkdir()
        script = shutil.copy(root / "requirements" / "install.sh", tmp_path / "requirements")
        (tmp_path / "requirements" / "system.txt").write_text(packages)
        for name, body in {"id": "echo 1000", "sudo": "exit 1", **programs}.items():
            program = tmp_path / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f"#!/bin/sh\n{body}\n")
            program.chmod(0o755)
        environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        line = [script, "system"]
        return subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stderr

    return said


TYPE_THIS = "setup: system packages are missing; type: sudo apt-get update && sudo apt-get install -y"


def test_without_rights_one_line_says_what_to_type(said_of_packages):
    said = said_of_packages("# comment\nbubblewrap no-such-command --version\n", {})
    assert said == f"{TYPE_THIS} bubblewrap\n"


@pytest.mark.parametrize(
    ("known", "there", "wanted"),
    [
        ("this that", "", "this"),
        ("that", "", "that"),
        ("", "", "this"),
        ("this that", "that", "this"),
        ("that", "that", None),
        ("this that", "this", None),
    ],
)
def test_of_two_packages_the_first_that_apt_knows_is_wanted(said_of_packages, known, there, wanted):
    knows = f'case " {known} " in *" $2 "*) ;; *) exit 100 ;; esac'
    said = said_of_packages(
        "this|that PACKAGE --version\n", {"apt-cache": knows, **dict.fromkeys(there.split(), "exit 0")}
    )
    assert said == (f"{TYPE_THIS} {wanted}\n" if wanted else "")


def test_workflows_are_sound(root):
    for path in sorted((root / ".github" / "workflows").iterdir()):
        workflow = yaml.safe_load(path.read_text())
        for job in workflow["jobs"].values():
            assert job["timeout-minutes"]
            assert all("uses" in step or "run" in step for step in job["steps"]), path.name
            parts = job.get("strategy", {}).get("matrix", {}).get("part", [""])
            commands = [step["run"] for step in job["steps"] if "run" in step]
            for command in (command.replace("${{ matrix.part }}", part) for command in commands for part in parts):
                target = re.match(r"make ([a-z-]+)", command)
                assert not target or target[1] in TARGETS, f"{path.name}: {command}"


def test_the_image_for_students_holds_no_answers(root):
    ignored = (root / ".dockerignore").read_text().split()
    assert {"solutions", "answers", "tests", ".git"} <= set(ignored)


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("nbjudge/wire.py", "import gdl_utils.errors", "The engine knows nothing of the course"),
        ("nbjudge/wire.py", "from nbjudge import supervisor", "The layers of the engine"),
        ("nbjudge/student.py", "from nbjudge import judge", "Judge and student are strangers"),
        ("gdl_utils/checks/result.py", "from gdl_utils.classroom import grade", "The layers of the course"),
        ("gdl_utils/plotting/images.py", "import nbjudge", "Pages, exercises and students need none of what grades"),
        ("gdl_utils/errors.py", "import gdl_utils.stderr as late", None),
    ],
)
def test_an_import_that_runs_upwards_is_found(root, tmp_path, module, line, broken):
    for name in ("gdl_utils", "nbjudge"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    path = tmp_path / module
    path.write_text(f"{path.read_text()}\n\n{line}\n")
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode != 0) == (broken is not None), done.stdout
    assert broken is None or f"{broken} BROKEN" in done.stdout


def test_no_file_of_the_packages_is_long(root):
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text().splitlines())
        for package in ("gdl_utils", "nbjudge")
        for path in (root / package).rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 450} == {}


def test_every_test_has_a_name_that_can_be_typed(root):
    names = {
        f"{path.relative_to(root)}::{node.name}"
        for path in (root / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and len(node.name) >= 60
    }
    assert names == set(), "a sentence that is longer goes into a docstring"

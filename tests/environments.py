"""Environments made of the packages that are installed here, in no time: their files are links to the same data."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from packaging.requirements import Requirement

ENGINE_NEEDS = ("numpy", "ipython")


def with_all_they_need(names):
    """Distributions with all that they require here, as far as it is installed."""
    wanted, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        wanted[name] = importlib.metadata.distribution(name)
        for text in wanted[name].requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return wanted.values()


def make_environment(folder: Path, names=ENGINE_NEEDS) -> Path:
    """A virtual environment without pip that has some distributions; the folder of its packages."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for distribution in with_all_they_need(names):
        for file in distribution.files or []:
            source, target = Path(distribution.locate_file(file)), packages / file
            if ".." in file.parts or not source.is_file() or target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError:
                shutil.copy(source, target)
    return packages


def build_wheel(root: Path, folder: Path) -> Path:
    """The wheel of the repository, built as pip builds it."""
    source, target = folder / "source", folder / "wheel"
    source.mkdir()
    for name in ("gdl_utils", "nbjudge"):
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(root / name, source)
    line = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", target, source]
    subprocess.run(line, check=True)
    (path,) = target.glob("*.whl")
    return path

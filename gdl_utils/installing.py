"""What to type to install what is missing: the exact command for the Python that runs this."""

import importlib.metadata
import importlib.util
import re
import shlex
import sys
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = "gdl_utils"
# The parts of the project, the smallest first; what all of them lack belongs to one of their packages.
PARTS = ("lab", "grading", "pages", "book")
# What a package is called where that is not the name of its module.
PACKAGES = {"IPython": "ipython", "bs4": "beautifulsoup4", "sklearn": "scikit-learn", "yaml": "pyyaml"}
PACKAGES |= {"sphinx_external_toc": "jupyter-book"}  # which brings it
ALONE = ("matplotlib",)  # a part of the project needs it, but it is useful without that
SET_UP = Path("requirements", "install.sh")


def has(module: str) -> bool:
    """Whether a module is installed."""
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:
        # It has been kept from being imported.
        return False


def install_command(module: str) -> str:
    """What to type so that a module is there, with all of the project's part to which it belongs."""
    if SET_UP.is_file() and Path(sys.prefix) == Path.cwd() / ".venv":
        return "make setup"
    python = shlex.quote(sys.executable)
    # Not looked for as other modules are: that has effects of its own where setuptools is installed.
    pip = f"{python} -m pip install" if _is_installed("pip") else f"uv pip install --python {python}"
    return f"{pip} {_what_has(module.partition('.')[0])}"


def _what_has(module: str) -> str:
    package = PACKAGES.get(module, module).lower().replace("_", "-")
    part = next((part for part in PARTS if package in _packages_of(part)), None)
    if part is None or module in ALONE:
        return package
    return f"'{PROJECT}[{part}]'"


def _is_installed(package: str) -> bool:
    try:
        return bool(importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return False


def _packages_of(part: str) -> set[str]:
    try:
        wanted = map(Requirement, importlib.metadata.requires(PROJECT) or [])
    except importlib.metadata.PackageNotFoundError:
        return set()
    return {
        re.sub(r"[-_.]+", "-", each.name).lower()
        for each in wanted
        if each.marker and each.marker.evaluate({"extra": part}) and not each.marker.evaluate({"extra": ""})
    }

"""Tells, when pages and solutions are run again, which data they run on, and shortens their training."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """In the smoke profile, have the kernel of each page begin with tests/nbval/short_training.py.

    Not those of the solutions (`--nbval-lax`): they train little, and their tests count the epochs.
    """
    if os.environ.get("GDL_PROFILE") != "smoke" or not getattr(config.option, "nbval", False):
        return
    folder = tempfile.TemporaryDirectory(prefix="gdl-ipython-")
    config.add_cleanup(folder.cleanup)
    startup = Path(folder.name, "profile_default", "startup")
    startup.mkdir(parents=True)
    shutil.copy(config.rootpath / "tests" / "nbval" / "short_training.py", startup)
    # Kernels inherit it.
    os.environ["IPYTHONDIR"] = folder.name


def pytest_report_header(config: pytest.Config) -> str | None:
    """Load the data as the notebooks will, and give the line that says where they came from."""
    if not (getattr(config.option, "nbval", False) or getattr(config.option, "nbval_lax", False)):
        return None
    from gdl_utils.datasets import DataError, load_cifar10

    try:
        return f"data: {load_cifar10().source}"
    except DataError as error:
        raise pytest.UsageError(str(error)) from error

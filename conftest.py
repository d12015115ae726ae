"""Tells, when pages and solutions are run again, which data they run on, and shortens their training."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.nbval.warm_kernels import ENVIRONMENT, kernel_spec

NBVAL = Path(__file__).parent / "tests" / "nbval"


def pytest_configure(config: pytest.Config) -> None:
    """Have the kernels of pages and solutions start at once (tests/nbval/warm_kernels.py).

    In the smoke profile, the kernel of each page begins with tests/nbval/short_training.py. Not those of the solutions
    (`--nbval-lax`): they train little, and their tests count the epochs. Processes that share the notebooks (`-n 3`)
    inherit all this but the choice of the kernel.
    """
    runs_pages = getattr(config.option, "nbval", False)
    if not (runs_pages or getattr(config.option, "nbval_lax", False)):
        return
    config.option.nbval_kernel_name = "warm"
    if hasattr(config, "workerinput"):
        return
    folder = tempfile.TemporaryDirectory(prefix="gdl-nbval-")
    config.add_cleanup(folder.cleanup)
    if os.environ.get("GDL_PROFILE") == "smoke" and runs_pages:
        startup = Path(folder.name, "profile_default", "startup")
        startup.mkdir(parents=True)
        shutil.copy(NBVAL / "short_training.py", startup)
        # Kernels inherit it.
        os.environ["IPYTHONDIR"] = folder.name
    start_warm_kernels(config, Path(folder.name))


def start_warm_kernels(config: pytest.Config, folder: Path) -> None:
    """Start the process of which kernels are forks, where Jupyter finds it by the name `warm`."""
    kernel = folder / "kernels" / "warm"
    kernel.mkdir(parents=True)
    waits_at = folder / "socket"
    (kernel / "kernel.json").write_text(kernel_spec(waits_at))
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, (str(folder), os.environ.get("JUPYTER_PATH"))))
    server = subprocess.Popen(
        [sys.executable, NBVAL / "warm_kernels.py", "serve", waits_at], env=os.environ | ENVIRONMENT
    )
    config.add_cleanup(server.kill)
    while not waits_at.exists() and server.poll() is None:
        time.sleep(0.01)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Load the data as the notebooks will, and give the line that says where they came from."""
    if not (getattr(config.option, "nbval", False) or getattr(config.option, "nbval_lax", False)):
        return None
    from gdl_utils.datasets import DataError, load_cifar10

    try:
        return f"data: {load_cifar10().source}"
    except DataError as error:
        raise pytest.UsageError(str(error)) from error

"""Runs the pages in full and stores their outputs, with what they ran on."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from gdl_utils.book import provenance
from gdl_utils.datasets import Cifar10, load_cifar10
from gdl_utils.errors import CourseError
from gdl_utils.stderr import redirect_stderr

CELL_TIMEOUT_SECONDS = 3600
# What the pages of chapter 3 measured of their models, for section 3.8.
COMPARISON = Path("gdl_utils", "generative", "comparison.json")
# The networks of the interactive figures.
NETWORKS = Path("book", "_static", "interactive", "networks")
# What TensorFlow's C++ part logs when it is imported, whatever its log level: of no meaning to a reader.
TENSORFLOW_LOG = re.compile(
    r"^(WARNING: All log messages before absl|To enable the following instructions|[IWE]\d{4} ).*\n?", re.MULTILINE
)


class PageError(CourseError):
    """A page that does not run."""


def run_page(path: Path, root: Path, on_cell: Callable[[int, int], None]) -> None:
    """Run one page in a fresh kernel and write it back with its outputs, all of them or none.

    Args:
        path: the notebook.
        root: the folder of the repository.
        on_cell: called with the number of cells done and the number of all cells.

    Raises:
        PageError: if a cell fails; the file is left as it was.
    """
    page = nbformat.read(path, as_version=4)
    name = path.relative_to(root).as_posix()
    ran_with = provenance.inputs(page, root)
    current = 0

    def before_cell(cell_index: int, **_: object) -> None:
        nonlocal current
        current = cell_index

    def after_cell(cell_index: int, **_: object) -> None:
        on_cell(cell_index + 1, len(page.cells))

    client = NotebookClient(
        page,
        kernel_name="python3",
        timeout=CELL_TIMEOUT_SECONDS,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=before_cell,
        on_cell_complete=after_cell,
        record_timing=False,
    )
    log = root / "_build" / "pages.log"
    log.parent.mkdir(exist_ok=True)
    if (os.environ.get("GDL_PROFILE") or "full") == "full":
        # Imported late, since it imports TensorFlow, of which those who only build the site have no need.
        from gdl_utils.generative.export import EXPORT_VARIABLE
        from gdl_utils.generative.report import COMPARISON_VARIABLE

        os.environ[COMPARISON_VARIABLE] = str(root / COMPARISON)
        os.environ[EXPORT_VARIABLE] = str(root / NETWORKS)
    start = time.monotonic()
    try:
        with redirect_stderr(log):
            client.execute()
    except CellExecutionError as error:
        raise PageError(f"Cell {current} of {name} failed: {error.ename}: {error.evalue}") from error
    except (CellTimeoutError, DeadKernelError) as error:
        raise PageError(f"Cell {current} of {name} did not end: {type(error).__name__}.") from error
    seconds = time.monotonic() - start
    on_cell(len(page.cells), len(page.cells))
    for cell in page.cells:
        if cell.cell_type == "code":
            _tidy(cell)
    dataset, device = _what_it_ran_on(page, root)
    provenance.record(page, ran_with, seconds, dataset, device)
    partial = path.with_suffix(".partial")
    nbformat.write(page, partial)
    os.replace(partial, path)


def _tidy(cell: nbformat.NotebookNode) -> None:
    cell.metadata.pop("execution", None)
    kept: list[nbformat.NotebookNode] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                output.text = TENSORFLOW_LOG.sub("", output.text)
                if not output.text:
                    continue
            # How a stream is cut into pieces is chance.
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
                continue
        kept.append(output)
    cell.outputs = kept


def _what_it_ran_on(page: nbformat.NotebookNode, root: Path) -> tuple[Cifar10 | None, str]:
    with redirect_stderr(root / "_build" / "pages.log"):
        import tensorflow as tf

        gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    source = "\n".join(cell.source for cell in page.cells if cell.cell_type == "code")
    device = gpus[0].get("device_name", "GPU") if gpus else "CPU"
    return (load_cifar10() if "load_cifar10()" in source else None), device

"""What a page's stored outputs were computed from, and whether they still are what its code gives."""

import hashlib
import importlib.metadata
import json
import os
import platform
import re
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from gdl_utils.book.dependencies import used_digests
from gdl_utils.datasets import Cifar10

PACKAGES = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "matplotlib": "Matplotlib"}
LOCK = Path("requirements/test.txt")
FOOT_TAG = "provenance"
METADATA_KEY = "gdl_provenance"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def code_digest(page: nbformat.NotebookNode) -> str:
    """SHA-256 of the code cells of a page."""
    return _digest([cell.source for cell in page.cells if cell.cell_type == "code"])


def outputs_digest(page: nbformat.NotebookNode) -> str:
    """SHA-256 of the stored outputs of a page."""
    return _digest([cell.outputs for cell in page.cells if cell.cell_type == "code"])


def helper_digests(page: nbformat.NotebookNode, root: Path) -> dict[str, str]:
    """Digests of the functions and constants of gdl_utils that a page's results depend on; see `dependencies`."""
    # Turns the lines that only IPython understands (%pip, !ls) into Python.
    to_python = TransformerManager().transform_cell
    return used_digests((to_python(cell.source) for cell in page.cells if cell.cell_type == "code"), root)


def processor() -> str:
    """The name of this machine's processor and the number of its cores."""
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        names = []
    name = names[0] if names else platform.machine()
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


def inputs(page: nbformat.NotebookNode, root: Path) -> dict[str, Any]:
    """What a page's outputs depend on, taken before it runs: digests of its code, its helpers and the lock."""
    return {
        "lock_sha256": hashlib.sha256((root / LOCK).read_bytes()).hexdigest(),
        "uses_sha256": helper_digests(page, root),
        "code_sha256": code_digest(page),
    }


def record(
    page: nbformat.NotebookNode, ran_with: dict[str, Any], seconds: float, dataset: Cifar10 | None, device: str
) -> None:
    """Write into a page just run what it ran on: in its metadata, and as a sentence in a cell at its foot.

    Args:
        page: the executed page; changed in place.
        ran_with: the `inputs` of the page before it ran.
        seconds: how long the run took.
        dataset: the data the page loaded, None if it loads none.
        device: what TensorFlow computes on, "CPU" or the name of a GPU.
    """
    facts: dict[str, Any] = {
        **ran_with,
        "generated_by": "make book-full",
        "date": date.today().isoformat(),
        "seconds": round(seconds),
        "profile": os.environ.get("GDL_PROFILE") or "full",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "processor": processor(),
        "device": device,
        "data": dataset.source if dataset else None,
        "data_is_stand_in": dataset.is_stand_in if dataset else None,
        "data_sha256": dataset.sha256 if dataset else None,
        "outputs_sha256": outputs_digest(page),
    }
    page.metadata[METADATA_KEY] = facts
    page.cells = [cell for cell in page.cells if FOOT_TAG not in cell.metadata.get("tags", [])]
    foot = nbformat.v4.new_markdown_cell(_sentence(facts), metadata={"tags": [FOOT_TAG]})
    foot["id"] = FOOT_TAG
    page.cells.append(foot)


def _sentence(facts: dict[str, Any]) -> str:
    versions = ", ".join(f"{title} {facts['versions'][name]}" for name, title in PACKAGES.items())
    minutes, seconds = divmod(facts["seconds"], 60)
    duration = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    data = f" Data: {facts['data']}; SHA-256 {facts['data_sha256'][:16]}…" if facts["data"] else ""
    return (
        "<!-- Written by `make book-full`; do not edit. -->\n"
        ":::{admonition} How the numbers of this page were computed\n:class: note\n"
        f"On {facts['date']} in {duration} on the {facts['device']} of a machine with "
        f"{facts['processor']}. "
        f"Python {facts['python']}, {versions}; lock file {facts['lock_sha256'][:16]}…{data}\n:::"
    )


def problems_of(path: Path, root: Path) -> list[str]:
    """Say in which ways the stored outputs of the page at `path` are not those of its code as it stands.

    Returns:
        Sentences, each with its remedy; none if the outputs are fresh.
    """
    page = nbformat.read(path, as_version=4)
    name = path.relative_to(root).as_posix()
    remedy = f"run 'make book-full' (or 'gdl book run {name}') and commit the page"
    facts = page.metadata.get(METADATA_KEY)
    if facts is None:
        return [f"{name} was never run in full: {remedy}."]
    problems = []
    if facts["code_sha256"] != code_digest(page):
        problems.append(f"The code of {name} changed after its outputs were computed: {remedy}.")
    if facts["outputs_sha256"] != outputs_digest(page):
        problems.append(f"The stored outputs of {name} are not those that its run gave: {remedy}.")
    now = helper_digests(page, root)
    changed = [helper for helper in now | facts["uses_sha256"] if now.get(helper) != facts["uses_sha256"].get(helper)]
    if changed:
        problems.append(f"{', '.join(changed)} changed after the outputs of {name} were computed: {remedy}.")
    lock = (root / LOCK).read_text()
    for package, version in facts["versions"].items():
        if not re.search(rf"^{package}=={re.escape(version)}\s", lock, re.MULTILINE):
            problems.append(f"{name} was run with {package} {version}, which {LOCK} no longer names: {remedy}.")
    if facts["data_is_stand_in"]:
        problems.append(f"{name} was run on the stand-in, not on CIFAR-10: name a copy in GDL_CIFAR10 and {remedy}.")
    if facts["profile"] != "full":
        problems.append(f"{name} was run in the {facts['profile']} profile, not in full: {remedy}.")
    if [cell.source for cell in page.cells if FOOT_TAG in cell.metadata.get("tags", [])] != [_sentence(facts)]:
        problems.append(f"The foot of {name} was edited by hand: {remedy}.")
    return problems

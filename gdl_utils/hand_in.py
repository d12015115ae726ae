"""What a student should know of a notebook's name, size and files before it is handed in: as the grader sees them."""

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Those of the grader; a test holds the two together.
NOTEBOOK_BYTES = 100 << 20
SOURCE_BYTES = 16 << 20
FILES_BYTES = 64 << 20
REQUIRED = "required_files"
COPY = re.compile(r"(.+?)(?:[ _-]*\(\d+\)|[ _]?-[ _]?(?:copy|kopie|copie|copia)[ _]?\(?\d*\)?|-\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Remark:
    """A sentence for the student, and whether work would be lost if nothing is done about it."""

    text: str
    is_serious: bool = False


def before_handing_in(notebook: Path) -> list[Remark]:
    """What the grader would say of a notebook and its folder, apart from its exercises.

    Args:
        notebook: the file, which is a notebook that can be read.
    """
    content = json.loads(notebook.read_text(encoding="utf-8-sig"))
    return [*_of_name(notebook, content), *_of_others(notebook, content), *_of_size(notebook, content),
            *_of_files(notebook.resolve().parent, content)]  # fmt: skip


def _of_name(notebook: Path, content: dict[str, Any]) -> list[Remark]:
    source = content.get("metadata", {}).get("gdl", {}).get("source")
    given = source.rpartition("/")[2] if isinstance(source, str) else ""
    match = COPY.fullmatch(notebook.stem)
    right = given or f"{match[1].rstrip() if match else notebook.name.split('.')[0]}.ipynb"
    if notebook.name == right or (not given and not match and notebook.suffix == ".ipynb"):
        return []
    return [
        Remark(
            f"This file is called {notebook.name!r}; call it {right!r} before you hand it in. The grader knows a "
            "notebook by its exercises, but tells your teacher that it had another name."
        )
    ]


def _exercises(content: Any) -> set[str]:
    names = set()
    for cell in content.get("cells", []) if isinstance(content, dict) else []:
        metadata = cell.get("metadata", {}) if isinstance(cell, dict) else {}
        data = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(data, dict) and (data.get("solution") or data.get("grade")):
            names.add(str(data.get("grade_id")))
    return names


def _of_others(notebook: Path, content: dict[str, Any]) -> list[Remark]:
    own, others = _exercises(content), []
    for path in sorted(notebook.resolve().parent.iterdir()):
        if path.name == notebook.name or ".ipynb" not in path.name.lower() or not path.is_file():
            continue
        try:
            if own & _exercises(json.loads(path.read_text(encoding="utf-8-sig"))):
                others.append(path.name)
        except (OSError, ValueError, RecursionError, AttributeError):
            continue
    if not others:
        return []
    named = ", ".join(map(repr, others[:5]))
    return [
        Remark(
            f"The same exercises are in {named} beside it: hand in one of them. Of several the grader takes the one "
            "with answers, and of several with answers the one that was saved last."
        )
    ]


def _of_size(notebook: Path, content: dict[str, Any]) -> list[Remark]:
    size = notebook.stat().st_size
    if size > NOTEBOOK_BYTES:
        return [
            Remark(
                f"The file has {_mib(size)}, and the grader reads {NOTEBOOK_BYTES >> 20} MiB: clear the outputs "
                "(Edit, Clear Outputs of All Cells), save, and try again.",
                is_serious=True,
            )
        ]
    texts = [cell.get("source", "") for cell in content.get("cells", [])]
    attached = [json.dumps(cell.get("attachments", "")) for cell in content.get("cells", [])]
    written = sum(len("".join(text)) for text in texts) + sum(map(len, attached))
    if written <= SOURCE_BYTES:
        return []
    return [
        Remark(
            f"The cells hold {_mib(written)} of text and pictures without their outputs, and the grader reads "
            f"{SOURCE_BYTES >> 20} MiB: take large pictures or data out of them.",
            is_serious=True,
        )
    ]


def _mib(size: int) -> str:
    return f"{-(-size >> 20)} MiB"


def _of_files(folder: Path, content: dict[str, Any]) -> list[Remark]:
    listed = content.get("metadata", {}).get(REQUIRED)
    remarks = []
    for entry in listed if isinstance(listed, list) else []:
        names = [entry] if isinstance(entry, str) else list(map(str, entry))
        present = [name for name in names if (folder / name).is_file()]
        if not present:
            inner = [path for name in names for path in folder.glob(f"*/{name}")]
            where = f" (it is in the folder {inner[0].parent.name!r}: move it)" if inner else ""
            remarks.append(Remark(f"{' or '.join(names)} is not beside this notebook{where}.", is_serious=True))
        for name in present:
            size = (folder / name).stat().st_size
            if size > FILES_BYTES:
                too_large = f"{name} has {_mib(size)}, and the grader takes {FILES_BYTES >> 20} MiB."
                remarks.append(Remark(too_large, is_serious=True))
            elif name.endswith(".keras") and not zipfile.is_zipfile(folder / name):
                no_network = f"{name} is damaged, or not what model.save({name!r}) writes: save it again."
                remarks.append(Remark(no_network, is_serious=True))
    return remarks

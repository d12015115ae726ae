"""Looks at the files that an assignment asks for beside the notebook: whether they are there, and what they are.

A source notebook lists them in its metadata: `"required_files": ["better_cnn.keras", ["model.npz", "model.keras"]]`,
where any file of an inner list will do.
"""

import ast
import importlib.metadata
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from nbjudge.matching import original_name, same_name, shown
from nbjudge.model import SourceNotebook
from nbjudge.notebook import MOST_CODE, Cell, syntax_of_student

REQUIRED = "required_files"  # in the metadata of a source notebook
KERAS = ".keras"
SAVE = "save the whole network with model.save({!r}) and hand in that file"
HDF5 = b"\x89HDF\r\n\x1a\n"
OF_A_KERAS_FILE = {"config.json", "metadata.json", "model.weights.h5"}
MOST_METADATA = 1 << 20  # bytes of a file's own description of itself
# Of what is compressed in other ways, Python unpacks all that it has read at once: a kilobyte can become a gigabyte.
READ_IN_PIECES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass
class HandedFiles:
    """The files of a submission, with those that are asked for under their names.

    Attributes:
        files: contents by relative path.
        findings: what was put right, one sentence each.
        reasons: what a person should look at.
        doubts: what explains lost points, if there are any.
    """

    files: dict[str, bytes]
    findings: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def required_files(source: SourceNotebook) -> list[tuple[str, ...]]:
    """The files that a source asks for: of each tuple one."""
    listed = source.content.get("metadata", {}).get(REQUIRED)
    listed = listed if isinstance(listed, list) else []
    wanted = [(entry,) if isinstance(entry, str) else entry for entry in listed]
    return [tuple(map(str, entry)) for entry in wanted if isinstance(entry, list | tuple) and entry]


def look_at_files(source: SourceNotebook, cells: Sequence[Cell], files: Mapping[str, bytes]) -> HandedFiles:
    """Find the files that are asked for, under other names if need be, and see what is wrong with them.

    Args:
        source: that asks for them.
        cells: those of the submission.
        files: what was handed in, by relative path.
    """
    handed = HandedFiles(dict(files))
    for names in required_files(source):
        name = next((name for name in names if name in files), None) or _under_another_name(names, handed)
        if name is None:
            handed.reasons.append(_why_missing(names, files))
            continue
        if name.endswith(KERAS) and (problem := problem_of_network(name, handed.files[name])):
            handed.reasons.append(problem)
        elif name.endswith(KERAS) and (problem := problem_of_version(name, handed.files[name])):
            handed.doubts.append(problem)
        for path in _read_from(cells, name):
            if PurePosixPath(path).is_absolute() or path.startswith(("~", "..")) or ":" in path:
                handed.doubts.append(f"the notebook reads {shown(path)}: it should read {name} from its own folder")
            elif path not in handed.files:
                handed.files[path] = handed.files[name]
                handed.findings.append(f"{name} was put where the notebook reads it, at {shown(path)}.")
    return handed


def problem_of_network(name: str, data: bytes) -> str:
    """What is wrong with a file that should be a network as Keras saves it; empty if it looks like one.

    Args:
        name: by which it is known, ending in `.keras`.
        data: its content.
    """
    remedy = SAVE.format(name)
    if not data:
        return f"{name} is empty: {remedy}"
    if data.startswith(HDF5):
        what = "in the old format HDF5" if b"model_config" in data else "of weights only"
        return f"{name} is a file {what}: {remedy}"
    if not data.startswith(b"PK"):
        return f"{name} is not a Keras file, or its beginning is damaged: {remedy}"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return f"{name} is damaged or cut off: it has to be handed in again"
    if inside >= OF_A_KERAS_FILE:
        return ""
    if any(PurePosixPath(each).name == "saved_model.pb" for each in inside):
        return f"{name} is a SavedModel in a zip file: {remedy}"
    if "model.weights.h5" in inside:
        return f"{name} holds weights only: {remedy}"
    return f"{name} is a zip file, but not one of Keras's: {remedy}"


def problem_of_version(name: str, data: bytes) -> str:
    """Whether a network was saved by a newer Keras than the one here, in a sentence; empty if not."""
    try:
        here = importlib.metadata.version("keras")
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("metadata.json") as file:
            if archive.getinfo("metadata.json").compress_type not in READ_IN_PIECES:
                return ""
            there = json.loads(file.read(MOST_METADATA))["keras_version"]
        newer = [int(part) for part in there.split(".")[:2]] > [int(part) for part in here.split(".")[:2]]
    except (importlib.metadata.PackageNotFoundError, zipfile.BadZipFile, OSError, ValueError, LookupError):
        return ""
    except (TypeError, AttributeError, NotImplementedError, RuntimeError):
        return ""
    there = shown(str(there))
    return f"{name} was saved by Keras {there}, and here is Keras {here}: save it with Keras {here}" if newer else ""


def _under_another_name(names: Iterable[str], handed: HandedFiles) -> str | None:
    """The file under the name of a copy, with other capitals or in another folder, which gets its name."""
    for name in names:
        alike = [file for file in handed.files if _is_alike(file, name)]
        if alike:
            # The nearest, and of copies the last.
            best = min(alike, key=lambda file: (file.count("/"), -original_name(file)[1], file))
            handed.files[name] = handed.files[best]
            if not same_name(best, name):
                handed.findings.append(f"{shown(best)} was taken for {name}.")
            return name
    return None


def _is_alike(file: str, name: str) -> bool:
    plain = PurePosixPath(file).name
    return any(same_name(each.casefold(), name.casefold()) for each in (plain, original_name(plain)[0]))


def _why_missing(names: Sequence[str], files: Mapping[str, bytes]) -> str:
    missing = f"{' or '.join(names)} was not handed in"
    for name in names:
        folder = next((file for file in files if name in PurePosixPath(file).parts[:-1]), "")
        if folder:
            return f"{name} is a folder, a SavedModel perhaps: {SAVE.format(name)}"
        stem = PurePosixPath(name).stem.casefold()
        others = [file for file in files if PurePosixPath(file).name.casefold().startswith(f"{stem}.")]
        if others and name.endswith(KERAS):
            return f"{missing}, only {shown(others[0])}: {SAVE.format(name)}"
        if others:
            return f"{missing}, only {shown(others[0])}"
    return missing


def _read_from(cells: Iterable[Cell], name: str) -> list[str]:
    """The paths to a file of this name that stand in the student's code, but for the name itself."""
    found: dict[str, None] = {}
    texts = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    for text in texts if sum(map(len, texts)) <= MOST_CODE else ():
        tree = syntax_of_student(text)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
                path = node.value.replace("\\", "/")
                is_path = path.endswith(f"/{name}") and "\n" not in path and "//" not in path
                plain = str(PurePosixPath(path)) if is_path else name
                if plain != name:
                    found[plain] = None
    return list(found)

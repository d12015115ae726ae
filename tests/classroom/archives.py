"""Makes zip files and tables as learning platforms hand them out."""

import csv
import io
import zipfile
from pathlib import Path


def zipped(path: Path, files) -> Path:
    """A zip file of files by name."""
    path.write_bytes(zip_bytes(files))
    return path


def zip_bytes(files) -> bytes:
    """The same as bytes, for a zip file in another one."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def table(path: Path, lines, bom: bool = False) -> Path:
    """A CSV file of lines, with a byte order mark if wanted."""
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path

"""What commands note in the folder of a course, so as not to do it again: JSON files with an entry per assignment."""

import json
from pathlib import Path
from typing import Any


def read_note(file: Path, assignment: str) -> dict[str, Any] | None:
    """What is noted of an assignment, None if nothing is, or nothing that can be read.

    Args:
        file: of the notes.
        assignment: its name.
    """
    note = _notes(file).get(assignment)
    return note if isinstance(note, dict) else None


def write_note(file: Path, assignment: str, note: dict[str, Any]) -> None:
    """Note something of an assignment in place of what was noted before.

    Args:
        file: of the notes.
        assignment: its name.
        note: plain data.
    """
    notes = {**_notes(file), assignment: note}
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(notes, sort_keys=True, indent=1) + "\n", encoding="utf-8")
    partial.rename(file)


def _notes(file: Path) -> dict[str, Any]:
    try:
        notes = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return notes if isinstance(notes, dict) else {}

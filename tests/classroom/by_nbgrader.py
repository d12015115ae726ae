"""Grades a course folder by nbgrader's own commands, with the engine configured, within given limits."""

from pathlib import Path

from gdl_utils.classroom.course import CONFIG
from nbjudge import Limits


def autograde_all(folder: Path, name: str, limits: Limits) -> None:
    """Grade all submissions of an assignment as `nbgrader autograde` does; the folder has a nbgrader_config.py."""
    settings = {
        "Execute.timeout": int(limits.cell_seconds),
        "JudgeCells.notebook_seconds": limits.notebook_seconds,
        "JudgeCells.memory": limits.memory >> 20,
        "JudgeCells.processes": limits.processes,
        "JudgeCells.written": limits.written >> 20,
        "JudgeCells.output": limits.output >> 10,
    }
    with (folder / CONFIG).open("a") as file:
        file.writelines(f"\nc.{key} = {value}" for key, value in settings.items())
    with course(folder, folder / CONFIG) as api:
        assert api.generate_assignment(name)["success"]
        for place in sorted((folder / "submitted").iterdir()):
            api.autograde(name, place.name)

"""The whole bank of attacks as a class: the same scores whatever way it is graded, nbgrader's own commands included."""

import dataclasses
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import LocalCluster
from nbgrader.api import Gradebook

from gdl_utils.classroom.course import CONFIG
from gdl_utils.classroom.grade import GradingOptions, grade_class
from nbjudge import EngineOptions, Limits
from nbjudge.files import is_acceptable
from tests.attacks import victims
from tests.attacks.bank import LIMITS, attacks, honest
from tests.classroom import postgresql
from tests.classroom.by_nbgrader import autograde_all

PLACES = {"HOST_FILE": "/nothing", "PORT": "9"}
NAME = "plain"
# Those of the bank, as far as nbgrader's commands have options for them, but as much time for every attack as the one
# has that needs most, so that none depends on how fast the machine is.
SAME = dataclasses.replace(
    LIMITS[NAME],
    cell_seconds=max(attack.limits.cell_seconds for attack in attacks()),
    notebook_seconds=60,
    output_bytes=96 << 10,
    notebook_bytes=Limits().notebook_bytes,
    cells=Limits().cells,
)


def make_class(folder: Path, root: Path) -> Path:
    """A course folder with all attacks on the plain victim, and honest submissions among them."""
    folder.mkdir(parents=True)
    assignment = victims.assignment(NAME)
    source = folder / "solutions" / NAME
    source.mkdir(parents=True)
    (source / f"{NAME}.ipynb").write_text(json.dumps(assignment.notebooks[0].content))
    for place, files in ((source, assignment.files), (source / "hidden", assignment.hidden)):
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
    bank = [attack for attack in attacks() if attack.victim == NAME]
    handed_in = {attack.name.replace("/", "-"): attack.submission(PLACES) for attack in bank}
    handed_in |= {f"honest-{number}": honest(NAME) for number in range(3)}
    for student, files in handed_in.items():
        for name, data in files.items():
            path = folder / "submitted" / student / NAME / name
            # Names that no folder can hold, or not both of, are for the engine's own tests.
            if is_acceptable(name):
                with suppress(OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
    (folder / CONFIG).write_text((root / CONFIG).read_text())
    return folder


def scores(folder: Path, url: str | None = None) -> dict[str, dict[str, float | None]]:
    """Automatic scores by student and grade_id."""
    found: dict[str, dict[str, float | None]] = {}
    with Gradebook(url or f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        for one in gradebook.assignment_submissions(NAME):
            grades = [grade for book in one.notebooks for grade in book.grades]
            found[one.student.id] = {grade.name: grade.auto_score for grade in grades}
    return found


@pytest.mark.slow
def test_the_bank_gets_the_same_scores_in_all_ways(tmp_path: Path, root: Path) -> None:
    how = GradingOptions(SAME, workers=1)
    ways: dict[str, Callable[[Path], str | None]] = {}

    def grading(name: str, how: GradingOptions, url: str | None = None) -> None:
        def grade(folder: Path) -> str | None:
            grade_class(root, folder, NAME, lambda _: None, how, url)
            return url

        ways[name] = grade

    with (
        tempfile.TemporaryDirectory(prefix="gdl-") as short,
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
    ):
        Path(short).chmod(0o755)
        with postgresql.server(Path(short) / "pg") as new_database:
            grading("one worker", how)
            grading("four workers", dataclasses.replace(how, workers=4))
            grading("cold", dataclasses.replace(how, options=EngineOptions(warm=False), workers=2))
            grading("dask", dataclasses.replace(how, scheduler=cluster.scheduler_address))
            grading("postgresql", dataclasses.replace(how, workers=2), new_database())
            ways["nbgrader autograde"] = lambda folder: autograde_all(folder, NAME, SAME)
            found = {}
            for name, way in ways.items():
                folder = make_class(tmp_path / name.replace(" ", "-"), root)
                found[name] = scores(folder, way(folder))
    reference = found.pop("one worker")
    assert len(reference) > 60
    full = victims.VICTIMS[NAME][3]
    for student, points in reference.items():
        if student.startswith("honest"):
            assert {name: points[name] for name in full} == full
    different = {
        (name, student): (scored.get(student), points)
        for name, scored in found.items()
        for student, points in reference.items()
        if _filled(scored.get(student, {})) != _filled(points)
    }
    assert different == {}


def _filled(points: dict[str, float | None]) -> dict[str, float]:
    # A notebook that nbgrader can't read has no scores at all there, which count as nothing.
    return {name: value for name, value in points.items() if value}

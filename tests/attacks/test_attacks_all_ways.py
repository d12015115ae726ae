"""The whole bank of attacks as a class: the same scores whatever way it is graded, nbgrader's own commands included."""

import dataclasses
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import LocalCluster

from gdl_utils.classroom.course import CONFIG, HIDDEN, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from nbjudge import EngineOptions, Limits
from nbjudge.files import is_acceptable
from tests.attacks import victims
from tests.attacks.bank import LIMITS, attacks, honest
from tests.classroom import postgresql
from tests.classroom.by_nbgrader import autograde_all
from tests.classroom.small_course import gradebook_of
from tests.notebooks import as_bytes

pytestmark = pytest.mark.timing

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


def make_class(folder: Path, root: Path, database: str | None = None) -> Course:
    """A course with all attacks on the plain victim, and honest submissions among them."""
    course = Course(folder, database=database)
    assignment = victims.assignment(NAME)
    source = course.source(NAME)
    source.mkdir(parents=True)
    (source / f"{NAME}.ipynb").write_bytes(as_bytes(assignment.notebooks[0].content))
    for place, files in ((source, assignment.files), (source / HIDDEN, assignment.hidden)):
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
    bank = [attack for attack in attacks() if attack.victim == NAME]
    handed_in = {attack.name.replace("/", "-"): attack.submission(PLACES) for attack in bank}
    handed_in |= {f"honest-{number}": honest(NAME) for number in range(3)}
    for student, submission in handed_in.items():
        for name, data in submission.files.items():
            path = course.submitted(student, NAME) / name
            # Names that no folder can hold, or not both of, are for the engine's own tests.
            if is_acceptable(name):
                with suppress(OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
    (folder / CONFIG).write_text((root / CONFIG).read_text())
    return course


def scores(course: Course) -> dict[str, dict[str, float | None]]:
    """Automatic scores by student and grade_id."""
    points: dict[str, dict[str, float | None]] = {}
    with gradebook_of(course) as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            points[submission.student.id] = {grade.name: grade.auto_score for grade in grades}
    return points


@pytest.mark.slow
def test_the_bank_gets_the_same_scores_in_all_ways(tmp_path: Path, root: Path) -> None:
    options = GradingOptions(SAME, workers=1)
    given: dict[str, dict[str, dict[str, float | None]]] = {}

    def grade(way: str, by: Callable[[Course], object], database: str | None = None) -> None:
        course = make_class(tmp_path / way.replace(" ", "-"), root, database)
        by(course)
        given[way] = scores(course)

    def with_options(**changes: object) -> Callable[[Course], object]:
        changed = dataclasses.replace(options, **changes)
        return lambda course: grade_class(course, NAME, lambda _: None, changed)

    with (
        tempfile.TemporaryDirectory(prefix="gdl-") as short,
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
    ):
        Path(short).chmod(0o755)
        with postgresql.server(Path(short) / "pg") as new_database:
            grade("one worker", with_options())
            grade("four workers", with_options(workers=4))
            grade("cold", with_options(engine=EngineOptions(warm=False), workers=2))
            grade("dask", with_options(scheduler=cluster.scheduler_address))
            grade("postgresql", with_options(workers=2), new_database())
            grade("nbgrader autograde", lambda course: autograde_all(course, NAME, SAME))
    reference = given.pop("one worker")
    assert len(reference) > 60
    full = victims.VICTIMS[NAME].points
    for student, points in reference.items():
        if student.startswith("honest"):
            assert {name: points[name] for name in full} == full
    different = {
        (way, student): (scored.get(student), points)
        for way, scored in given.items()
        for student, points in reference.items()
        if _filled(scored.get(student, {})) != _filled(points)
    }
    assert different == {}


def _filled(points: dict[str, float | None]) -> dict[str, float]:
    # A notebook that nbgrader can't read has no scores at all there, which count as nothing.
    return {name: value for name, value in points.items() if value}

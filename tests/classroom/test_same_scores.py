"""The same scores however a class is graded: one worker or several, warm or cold, here or on Dask, in any gradebook."""

import dataclasses
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from distributed import LocalCluster
from nbgrader.api import Gradebook

from gdl_utils.authoring.sample_class import students_of, write_submission
from gdl_utils.classroom.course import CONFIG
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.errors import CourseError
from nbjudge import EngineOptions, Limits
from tests.classroom import postgresql
from tests.classroom.by_nbgrader import autograde_all
from tests.classroom.small_course import FULL, HOW, RIGHT, grade, make_course, scores, submission

SAMPLE = "02_shapes_and_parameters"
STUDENTS = {
    "ada": RIGHT,
    "blaise": {**RIGHT, "square": "def square(x):\n    return x + 2"},
    "dorothy": {"square": "square = 5"},
    "emmy": submission({**RIGHT, "square": "while True: pass"}),
    "florence": b"\xff",
    "grace": {},
    "hypatia": {**RIGHT, "name": "import os\nos._exit(1)"},
}


@pytest.fixture(scope="module")
def database():
    # A short path: that of a socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="gdl-") as folder:
        Path(folder).chmod(0o755)
        with postgresql.server(Path(folder) / "pg") as new_database:
            yield new_database


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
    ) as started:
        yield started


@pytest.fixture(scope="module")
def reference(tmp_path_factory, root):
    folder = make_course(tmp_path_factory.mktemp("reference"), root, STUDENTS)
    outcomes = grade(folder)
    return {name: (one.score, one.remark) for name, one in outcomes.items()}, scores(folder)


def ways():
    yield "four workers", dataclasses.replace(HOW, workers=4)
    yield "cold", dataclasses.replace(HOW, options=EngineOptions(warm=False))
    yield "one after the other again", HOW


@pytest.mark.parametrize("how", [pytest.param(how, id=name) for name, how in ways()])
def test_on_this_machine(how, tmp_path, root, reference):
    folder = make_course(tmp_path, root, STUDENTS)
    outcomes = grade(folder, how)
    assert ({name: (one.score, one.remark) for name, one in outcomes.items()}, scores(folder)) == reference
    assert reference[1]["ada"] == FULL


def test_on_a_dask_cluster(cluster, tmp_path, root, reference):
    folder = make_course(tmp_path, root, STUDENTS)
    outcomes = grade(folder, dataclasses.replace(HOW, scheduler=cluster.scheduler_address))
    assert ({name: (one.score, one.remark) for name, one in outcomes.items()}, scores(folder)) == reference


def test_into_postgresql(database, tmp_path, root, reference):
    folder, url = make_course(tmp_path, root, STUDENTS), database()
    outcomes = grade(folder, db_url=url)
    assert ({name: (one.score, one.remark) for name, one in outcomes.items()}, scores(folder, url)) == reference
    assert not (folder / "gradebook.db").exists()
    again = grade(folder, db_url=url)
    assert not any(one.fresh for one in again.values())


def test_no_scheduler_and_no_database_are_sentences(tmp_path, root):
    folder = make_course(tmp_path, root, {"ada": RIGHT})
    with pytest.raises(CourseError, match="No Dask scheduler answers at tcp:"):
        grade(folder, dataclasses.replace(HOW, scheduler="tcp://127.0.0.1:9"))
    with pytest.raises(CourseError, match="can't be used") as raised:
        grade(folder, db_url=f"postgresql://grader:password@/none?host={tmp_path}")
    assert "password" not in str(raised.value).replace("hide_password", "")
    with pytest.raises(CourseError, match="write it like"):
        grade(folder, db_url="grades")


@pytest.mark.slow
def test_the_sample_class_all_ways(root, tmp_path, database, cluster):
    limits = Limits(cell_seconds=5)
    url = database()
    all_ways = {
        "warm": (GradingOptions(limits, workers=1), None),
        "cold": (GradingOptions(limits, EngineOptions(warm=False), workers=2), None),
        "four workers": (GradingOptions(limits, workers=4), None),
        "dask": (GradingOptions(limits, scheduler=cluster.scheduler_address), None),
        "postgresql": (GradingOptions(limits, workers=2), url),
        "nbgrader autograde": (None, None),
    }
    found = {}
    for name, (how, db_url) in all_ways.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "solutions").symlink_to(root / "solutions")
        for student in students_of(root, SAMPLE):
            write_submission(root, SAMPLE, student, folder / "submitted")
        if how:
            grade_class(root, folder, SAMPLE, lambda _: None, how, db_url)
        else:
            shutil.copy(root / CONFIG, folder)
            autograde_all(folder, SAMPLE, limits)
        with Gradebook(db_url or f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
            found[name] = {
                (one.student.id, grade.name): grade.auto_score
                for one in gradebook.assignment_submissions(SAMPLE)
                for book in one.notebooks
                for grade in book.grades
            }
    reference = found.pop("warm")
    (source,) = (root / "solutions" / SAMPLE).glob("*.ipynb")
    tests = [cell for cell in nbformat.read(source, 4).cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(reference) == len(tests) * len(students_of(root, SAMPLE))
    assert {name: scores for name, scores in found.items() if scores != reference} == {}

"""The same scores however a class is graded: one worker or several, warm or cold, here or on Dask, in any gradebook."""

import dataclasses
import shutil

import nbformat
import pytest
from distributed import LocalCluster

from gdl_utils.authoring.sample_class import students_of, write_submission
from gdl_utils.classroom.course import CONFIG, GRADEBOOK, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.errors import CourseError
from nbjudge import EngineOptions, Limits, SchedulerError
from tests.classroom.by_nbgrader import autograde_all
from tests.classroom.small_course import FULL, HOW, RIGHT, grade, gradebook_of, make_course, scores, submission

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
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
    ) as started:
        yield started


def points(outcomes):
    return {student: (outcome.score, outcome.remark) for student, outcome in outcomes.items()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory, root):
    course = make_course(tmp_path_factory.mktemp("reference"), root, STUDENTS)
    return points(grade(course)), scores(course)


def ways():
    yield "four workers", dataclasses.replace(HOW, workers=4)
    yield "cold", dataclasses.replace(HOW, engine=EngineOptions(warm=False))
    yield "one after the other again", HOW


@pytest.mark.parametrize("how", [pytest.param(how, id=name) for name, how in ways()])
def test_on_this_machine(how, tmp_path, root, reference):
    course = make_course(tmp_path, root, STUDENTS)
    assert (points(grade(course, how)), scores(course)) == reference
    assert reference[1]["ada"] == FULL


def test_on_a_dask_cluster(cluster, tmp_path, root, reference):
    course = make_course(tmp_path, root, STUDENTS)
    outcomes = grade(course, dataclasses.replace(HOW, scheduler=cluster.scheduler_address))
    assert (points(outcomes), scores(course)) == reference


def test_into_postgresql(database, tmp_path, root, reference):
    course = dataclasses.replace(make_course(tmp_path, root, STUDENTS), database=database())
    assert (points(grade(course)), scores(course)) == reference
    assert not (course.folder / GRADEBOOK).exists()
    assert not any(outcome.fresh for outcome in grade(course).values())


def test_no_scheduler_and_no_database_are_sentences(tmp_path, root):
    course = make_course(tmp_path, root, {"ada": RIGHT})
    with pytest.raises(SchedulerError, match="No Dask scheduler answers at tcp:"):
        grade(course, dataclasses.replace(HOW, scheduler="tcp://127.0.0.1:9"))
    with pytest.raises(CourseError, match="can't be used") as raised:
        grade(dataclasses.replace(course, database=f"postgresql://grader:password@/none?host={tmp_path}"))
    assert "password" not in str(raised.value).replace("hide_password", "")
    with pytest.raises(CourseError, match="write it like"):
        grade(dataclasses.replace(course, database="grades"))


@pytest.mark.slow
def test_the_sample_class_all_ways(root, course, tmp_path, database, cluster):
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
    given = {}
    for name, (how, url_of_way) in all_ways.items():
        target = Course(tmp_path / name, database=url_of_way)
        target.folder.mkdir()
        target.sources.symlink_to(course.sources)
        shutil.copy(root / CONFIG, target.folder)
        for student in students_of(course, SAMPLE):
            write_submission(course, SAMPLE, student, target)
        if how:
            grade_class(target, SAMPLE, lambda _: None, how)
        else:
            autograde_all(target, SAMPLE, limits)
        with gradebook_of(target) as gradebook:
            given[name] = {
                (submitted.student.id, row.name): row.auto_score
                for submitted in gradebook.assignment_submissions(SAMPLE)
                for notebook in submitted.notebooks
                for row in notebook.grades
            }
    reference = given.pop("warm")
    (source,) = course.source(SAMPLE).glob("*.ipynb")
    tests = [cell for cell in nbformat.read(source, 4).cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(reference) == len(tests) * len(students_of(course, SAMPLE))
    assert {name: scores for name, scores in given.items() if scores != reference} == {}

"""10_your_own_model: its marks order ten honest models as the truth does, cheats earn nothing, slips are named."""

import importlib
import json
import re
import sys

import keras
import numpy as np
import pytest
from bs4 import BeautifulSoup
from scipy.stats import spearmanr

from gdl_utils import checks, generative
from gdl_utils.authoring.answer_bank import Bank, exercises_of
from gdl_utils.classroom import feedback
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.classroom.report import write_report
from gdl_utils.generative import plain_report
from gdl_utils.generative.plain_models import LEAST, MOST, plain_model, table_of
from tests.classroom.by_nbgrader import release
from tests.conftest import ROOT

NAME = "10_your_own_model"
HIDDEN_FILES = Course(ROOT).source(NAME) / "hidden"
MODELS = Course(ROOT).answers(NAME) / "models"
LIST = json.loads((MODELS / "models.json").read_text())
HONEST = [name for name, about in LIST.items() if about["honest"]]
CHEATS = [name for name, about in LIST.items() if not about["honest"]]

# As in its own folder, where it is run.
sys.path.insert(0, str(HIDDEN_FILES))
measure_map = importlib.import_module("measure_map")
sys.path.remove(str(HIDDEN_FILES))


def description_of(name):
    settings = {key: value for key, value in LIST[name].items() if key not in ("file", "honest", "true")}
    path = MODELS / LIST[name]["file"]
    if path.suffix == ".npz":
        return {**settings, "masses": np.load(path)["masses"]}
    return {**settings, "network": keras.models.load_model(path)}


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch):
    """As at the beginning of a notebook, for a student of whom the judge knows a seed."""
    for name, value in (("report", None), ("slip", ""), ("error", None)):
        monkeypatch.setattr(measure_map.Measured, name, value)
    monkeypatch.setenv("NBJUDGE_SEED", "12345")


def points_of(part, of):
    try:
        given = part()
    except checks.CheckError:
        return 0.0
    return float(of if given is None else given)


def total(description):
    """All points of a model, and what was measured; None if it can't be."""
    try:
        report = measure_map.report_of(lambda: description)
    except checks.CheckError:
        return 0.0, None
    finally:
        found, measure_map.Measured.report = measure_map.Measured.report, None
        measure_map.Measured.error = None
    parts = [
        points_of(lambda: measure_map.score("total variation", 6, report), 6),
        points_of(lambda: measure_map.score_both(10, report), 10),
        points_of(lambda: measure_map.score("KL", 4, report), 4),
    ]
    return sum(parts), found


# The marks


@pytest.fixture(scope="module")
def graded_models():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBJUDGE_SEED", "12345")
        return {name: total(description_of(name)) for name in LIST}


def test_ten_honest_models_and_six_cheats_were_made():
    assert (len(HONEST), len(CHEATS)) == (10, 6)
    assert {LIST[name]["kind"] for name in HONEST} == {"table", "decoder", "log-density", "velocity"}
    for name in [*HONEST, *CHEATS]:
        numbers, size = checks.size_of(description_of(name))
        within = numbers <= measure_map.MOST_NUMBERS and size <= measure_map.MOST_BYTES
        assert within == (name != "over budget"), name
    assert sum(path.stat().st_size for path in MODELS.iterdir()) < 800_000


def test_points_order_the_honest_models_as_the_truth_does(graded_models):
    print(f"\n{'model':24}{'points':>8}{'true KL':>9}{'true TV':>9}   TV     precision  coverage  KL")
    for name, (points, report) in graded_models.items():
        true = LIST[name]["true"]
        row = f"{name:24}{points:8.2f}{true['KL']:9.3f}{true['TV']:9.3f}"
        if report:
            values = [float(value(report)) for value in measure_map.VALUES.values()]
            row += "   " + "     ".join(f"{value:.3f}" for value in values)
        print(row)
    points = [graded_models[name][0] for name in HONEST]
    for distance in ("KL", "TV"):
        truth = [-LIST[name]["true"][distance] for name in HONEST]
        assert spearmanr(points, truth).statistic >= 0.9, distance


def test_cheats_earn_nothing_and_every_honest_model_something(graded_models):
    assert {name: graded_models[name][0] for name in CHEATS} == dict.fromkeys(CHEATS, 0.0)
    assert min(graded_models[name][0] for name in HONEST) >= 3
    assert max(graded_models[name][0] for name in HONEST) == 20


def test_the_text_states_marks_and_limits(course):
    (path,) = course.source(NAME).glob("*.ipynb")
    text = "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])
    for name, (low, high) in measure_map.MARKS.items():
        row = next(line for line in text.splitlines() if re.match(rf"\| {name}\b.*(above|below)", line))
        assert [float(number) for number in re.findall(r"\d\.\d+", row)] == [low, high], name
    assert f"{measure_map.MOST_NUMBERS:,} numbers, in at most {measure_map.MOST_BYTES:,} bytes" in text
    assert f"within {plain_report.COPY_DEGREES} degrees" in text
    assert f"coverage is above {measure_map.MARKS['coverage'][0]:.2f}" in text
    assert f"k from {LEAST['octaves']} to {MOST['octaves']}" in text
    assert f"at most {MOST['steps']} steps" in text
    limits = f"MOST_NUMBERS, MOST_BYTES = {measure_map.MOST_NUMBERS:_}, {measure_map.MOST_BYTES:_}"
    assert limits in text


def test_the_text_tells_points_that_were_measured(course, graded_models):
    (path,) = course.source(NAME).glob("*.ipynb")
    text = "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])
    rows = {
        "energy, 2,500 steps": "energy",
        "kernel density as a table": "kernel density",
        "histogram, cells of 2 degrees": "histogram of 2 degrees",
        "histogram, cells of 5 degrees": "histogram of 5 degrees",
        "flow matching, 8,000 steps": "flow, 8,000 steps",
        "adversarial network": "adversarial",
        "autoencoder": "autoencoder",
    }
    for title, name in rows.items():
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {title} |"))
        numbers, *values, points = [float(cell.replace(",", "")) for cell in row.split("|")[2:-1]]
        found = graded_models[name]
        assert numbers == checks.size_of(description_of(name))[0], name
        measured = [float(value(found[1])) for value in measure_map.VALUES.values()]
        assert values == pytest.approx(measured, abs=0.016), name
        assert points == pytest.approx(found[0], abs=0.5), name


def test_the_example_of_the_text_earns_what_the_text_says():
    counts = generative.count_in_cells(generative.load_land_points().train, 30) + 0.1
    assert total({"kind": "table", "masses": counts / counts.sum()})[0] == pytest.approx(2.5, abs=0.5)


# What is measured, and what is told


def decoder_like(sample):
    return generative.PlainModel("decoder", sample, None)


def land(size, rng):
    return generative.sample_land_points(size, rng).astype(float)


TRANSFORMED = {
    "in degrees": lambda x: x * generative.DEGREES,
    "upside down": lambda x: x * [1, -1],
    "east and west": lambda x: x * [-1, 1],
    "Longitude and latitude": lambda x: x[:, ::-1],
    "Rows and columns": lambda x: -x[:, ::-1],
    "from 0 to 360": lambda x: np.stack([x[:, 0] % 2, x[:, 1]], axis=1),
    "begin at Greenwich": lambda x: np.stack([x[:, 0] % 2 - 1, x[:, 1]], axis=1),
    "scaled already": lambda x: (x - [0.1, 0.01]) / [0.49, 0.64],
    "no numbers": lambda x: np.where(np.arange(len(x))[:, None] % 9 == 0, np.nan, x),
    "same few places": lambda x: np.tile(x[:5], (len(x) // 5, 1)),
    "one place: Africa": lambda x: x * [0.05, 0.08] + [0.1, 0.15],
}


def first_slip(model):
    points = generative.load_land_points()
    report = generative.measure_plain("some", model, points, seed=4)
    return next(measure_map.slips(model, report), "")


@pytest.mark.parametrize("told", TRANSFORMED)
def test_a_slip_is_named(told):
    model = decoder_like(lambda size, rng: TRANSFORMED[told](land(size, rng)))
    assert told in first_slip(model)


def test_other_faults_are_named():
    train = generative.load_land_points().train
    faults = {
        "copies of training points": decoder_like(lambda size, rng: train[rng.integers(len(train), size=size)]),
        "spread evenly": decoder_like(lambda size, rng: rng.uniform(-1, 1, (size, 2))),
        "in the sea": table_of(np.where(generative.cell_shares(2) > 0, 0, 1) / np.sum(generative.cell_shares(2) == 0)),
        "mass of 0": table_of(np.where(np.arange(180) < 6, 0, generative.cell_shares(2) * 1.0)),
    }
    assert {told for told, model in faults.items() if told not in first_slip(model)} == set()


def test_no_slip_is_told_of_the_truth_and_of_honest_models():
    assert first_slip(generative.PlainModel("table", generative.sample_land_points, generative.log_p_data)) == ""
    for name in HONEST:
        if LIST[name]["kind"] != "velocity":
            assert first_slip(plain_model(description_of(name))) == "", name


def test_precision_without_coverage_earns_nothing():
    few = generative.sample_land_points(40_000, np.random.default_rng(3)) * 0 + [[0.1, 0.2]]
    model = decoder_like(lambda size, rng: few[:size] + rng.normal(0, 0.01, (size, 2)))
    report = generative.measure_plain("Africa", model, generative.load_land_points())
    assert report.precision > 0.99
    with pytest.raises(checks.CheckError, match=r"Precision counts only from a coverage of 0\.7 on"):
        measure_map.score_both(10, report)


def test_a_model_is_measured_once_for_all_tests(monkeypatch):
    asked = []
    measured = measure_map._measure
    monkeypatch.setattr(measure_map, "_measure", lambda description: asked.append(1) or measured(description))
    uniform = {"kind": "table", "masses": np.ones((1, 1))}
    reports = [measure_map.report_of(lambda: uniform) for _ in range(3)]
    assert reports[0] is reports[1] is reports[2]
    assert asked == [1]


def test_what_is_wrong_is_told_by_all_tests_and_measured_once():
    for _ in range(3):
        with pytest.raises(generative.DescriptionError, match="sum to 2, not to 1"):
            measure_map.report_of(lambda: {"kind": "table", "masses": np.ones((1, 2))})


def test_after_an_interruption_nothing_is_measured_again(monkeypatch):
    def slow(description):
        raise KeyboardInterrupt

    monkeypatch.setattr(measure_map, "_measure", slow)
    with pytest.raises(KeyboardInterrupt):
        measure_map.report_of(dict)
    with pytest.raises(checks.CheckError, match="took too long"):
        measure_map.report_of(dict)


def test_each_student_is_measured_on_points_of_his_or_her_own(monkeypatch):
    description, values = description_of("histogram of 5 degrees"), set()
    for seed in ("1", "2", "1"):
        monkeypatch.setenv("NBJUDGE_SEED", seed)
        monkeypatch.setattr(measure_map.Measured, "report", None)
        values.add(measure_map.report_of(lambda: description).kl.value)
    assert len(values) == 2


# A class, graded


@pytest.fixture(scope="module")
def small_class(course, tmp_path_factory):
    bank, (exercise,) = Bank(course, NAME), exercises_of(course, NAME)
    answers = {answer.name: answer for answer in (*exercise.right, *exercise.wrong)}
    graded = Course(tmp_path_factory.mktemp("class"), course.config_file)
    graded.source(NAME).parent.mkdir(parents=True)
    graded.source(NAME).symlink_to(course.source(NAME))
    release(graded, NAME)
    # The same points and samples each time.
    (graded.folder / "course_secret.txt").write_text("5c" * 32 + "\n")
    (graded.folder / "course_secret.txt").chmod(0o600)
    given = {"ada": "energy", "blaise": "constant", "emmy": "kernel density", "kurt": "as text"}
    for student, name in given.items():
        place = graded.submitted(student, NAME)
        place.mkdir(parents=True)
        for file, data in bank.files_for([(exercise, answers[name])]).items():
            (place / file).write_bytes(data)
    outcomes = []
    grade_class(graded, NAME, outcomes.append, GradingOptions(workers=1))
    return graded, {outcome.student: outcome.score for outcome in outcomes}


def test_the_report_has_the_leaderboard_of_the_class(small_class):
    course, scores = small_class
    assert scores["ada"] == scores["kurt"] == 20 > scores["emmy"] > 17
    assert scores["blaise"] == 0
    page = BeautifulSoup(write_report(course, NAME, course.folder / "report.html").read_text(), "html.parser")
    (part,) = (heading.parent for heading in page.find_all("h2") if heading.get_text() == "Leaderboard")
    head = [cell.get_text() for cell in part.find_all("th")]
    assert head == ["rank", "student", "name", *measure_map.MARKS, "points"]
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in part.find("tbody").find_all("tr")]
    # Equal points are told apart by the first measurement, which is another one for each secret of a course.
    assert {row[1] for row in rows[:2]} == {"ada", "kurt"} and [row[1] for row in rows[2:]] == ["emmy", "blaise"]
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert float(rows[0][3]) <= float(rows[1][3])
    assert [float(cell) for cell in rows[-1][3:6]] == pytest.approx([1, 0, 0], abs=1e-3)


def test_students_see_their_own_measurements(small_class):
    course, _ = small_class
    pages = {each.student: each.pages[0].read_text() for each in feedback.generate(course, NAME)}
    text = BeautifulSoup(pages["emmy"], "html.parser").get_text(" ")
    assert re.search(r"Measured: total variation 0\.(0[6-9]|10)\d* \(less is better\)", text)
    assert re.search(r"Measured: precision 0\.9\d* \(more is better\)", text)
    assert "Your precision is 0.9" in text
    assert "Your model gives the same few places" in BeautifulSoup(pages["blaise"], "html.parser").get_text(" ")

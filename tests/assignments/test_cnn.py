"""What the answer bank of 05_cnn leaves open: files that are handed in, the hidden images, the reference network."""

import dataclasses
import importlib
import io
import os
import re
import shutil
import sys

import keras
import numpy as np
import pytest
from nbgrader.api import Gradebook

from gdl_utils.authoring.answer_bank import REFERENCE, Bank
from gdl_utils.checks.keras_parameters import FREE_IN_ALL, FREE_PER_LAYER
from gdl_utils.classroom.assignment import prepare as prepare_source
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.classroom.nbgrader_api import open_course
from gdl_utils.datasets import cifar10
from gdl_utils.errors import GradingError
from nbjudge import EngineOptions, Limits, Submission
from nbjudge.pool import local_workers
from tests.conftest import ROOT

NAME = "05_cnn"
TEST = "load-better-cnn-hidden"
LOADS = "def load_better_cnn():\n    return keras.models.load_model(MODEL_FILE)"
HIDDEN_FILES = Course(ROOT).source(NAME) / "hidden"

# As in their own folder, where they are run.
sys.path.insert(0, str(HIDDEN_FILES))
measure, prepare = importlib.import_module("measure"), importlib.import_module("prepare")
sys.path.remove(str(HIDDEN_FILES))


@pytest.fixture(scope="module")
def bank(course):
    return Bank(course, NAME)


def table_of(bank):
    names = {"keras": keras}
    exec(bank.reference("build-cnn"), names)
    return names["build_cnn"]()


def test_the_network_of_section_2_5_is_that_of_the_syllabus(bank):
    model = table_of(bank)
    assert [layer.count_params() for layer in model.layers if layer.count_params()] == [
        896, 128, 9_248, 128, 18_496, 256, 36_928, 256, 524_416, 512, 1_290
    ]  # fmt: skip
    assert model.count_params() == 592_554
    assert sum(weight.shape.num_elements() for weight in model.trainable_weights) == 591_914
    assert sum(weight.shape.num_elements() for weight in model.non_trainable_weights) == 640
    assert next(layer for layer in model.layers if isinstance(layer, keras.layers.Flatten)).output.shape == (
        None,
        4_096,
    )


def test_the_text_states_the_marks_and_the_limit(bank):
    (text,) = (cell["source"] for cell in bank.source if cell["source"].startswith("## 5."))
    assert f"{prepare.SWITCH} = False" in next(cell["source"] for cell in bank.source if "setup" in tags_of(cell))
    assert f"`{prepare.SWITCH}` in the first cell" in text
    for low, high in measure.MARKS.values():
        assert re.search(rf"\b{low * 100:.0f} %.*\b{high * 100:.0f} %", text)
    rules = next(cell["source"] for cell in bank.source if cell["source"].startswith("## 4."))
    assert all(part in rules for part in ("600,000", f"{FREE_PER_LAYER} numbers", f"{FREE_IN_ALL:,} bytes"))


def tags_of(cell):
    return cell["metadata"].get("tags", [])


# Images that are easy: all grey, and the class is how bright they are. A network that knows it needs no training.


def easy_images():
    labels = np.repeat(np.arange(10), 20)
    images = np.broadcast_to((25 * labels + 12)[:, None, None, None], (200, 32, 32, 3)).astype(np.uint8)
    return images, labels


PHOTOGRAPHS, DRAWN = measure.FILES[measure.CIFAR10], measure.FILES[measure.DRAWINGS]


def hidden_file(name=measure.CIFAR10):
    images, labels = easy_images()
    if name == measure.DRAWINGS:
        _, images, labels, _ = measure.drawings(np.random.default_rng(8))
        images = (255 * images).astype(np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=images, labels=labels, marks=np.array(measure.MARKS[name]))
    return buffer.getvalue()


def bytes_of(tmp_path_factory, wrong_classes=0, scale=1.0):
    """A file with a network that knows the easy images, but for some classes."""
    centres = (25 * np.arange(10) + 12) / 255
    steep = 2000.0
    kernel = np.repeat(2 * centres[None] * steep / 3, 3, axis=0) / scale
    bias = -(centres**2) * steep
    bias[:wrong_classes] -= 1e6
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.DepthwiseConv2D(1, use_bias=False)])
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.set_weights([np.ones((1, 1, 3, 1)), kernel, bias])
    path = tmp_path_factory.mktemp("network") / measure.MODEL
    model.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def graded(bank, tmp_path_factory):
    """A function that grades some submissions: a name, the files beside the notebook, the judge's data."""
    code = {name: data for name, data in bank.assignment.hidden.items() if name.endswith(".py")}
    assert code.keys() == {"measure.py"}

    def grade(files, hidden, given=None, answer=LOADS):
        assignment = dataclasses.replace(bank.assignment, hidden={**code, **hidden}, files=given or {})
        with local_workers(2, assignment, Limits(), EngineOptions()) as submit:
            notebook = bank.files({"load-better-cnn": answer})[bank.file]
            started = {name: submit(Submission({bank.file: notebook, **beside})) for name, beside in files.items()}
            return {name: future.result().notebooks[0] for name, future in started.items()}

    return grade


def test_what_is_handed_in_is_measured_on_the_hidden_images(graded, tmp_path_factory):
    files = {
        "all classes": {measure.MODEL: bytes_of(tmp_path_factory)},
        "seven classes": {measure.MODEL: bytes_of(tmp_path_factory, 3)},
        "five classes": {measure.MODEL: bytes_of(tmp_path_factory, 5)},
        "values up to 255": {measure.MODEL: bytes_of(tmp_path_factory, scale=255.0)},
        "no network": {measure.MODEL: b"nothing of the kind"},
        "nothing": {},
    }
    books = graded(files, {PHOTOGRAPHS: hidden_file()})
    scores = {name: book.scores[TEST] for name, book in books.items()}
    hints = {name: book.hints.get(TEST, "") for name, book in books.items()}
    assert scores == {**dict.fromkeys(files, 0.0), "all classes": 4.0, "seven classes": 3.25}, hints
    assert "all classes" not in {name for name, hint in hints.items() if hint}
    assert "70% of the hidden images (CIFAR-10)" in hints["seven classes"]
    assert "50% of the hidden images" in hints["five classes"]
    assert "values of another range" in hints["values up to 255"]
    assert all("handed in" in hints[name] for name in ("no network", "nothing"))


def test_without_the_images_no_network_is_measured(graded, bank, tmp_path_factory):
    networks = {"CIFAR-10": bytes_of(tmp_path_factory), "drawings": bank.assignment.hidden[REFERENCE + measure.MODEL]}
    for book in graded({name: {measure.MODEL: network} for name, network in networks.items()}, {}).values():
        assert book.scores[TEST] == 0
        assert "not your fault" in book.hints[TEST]
        outputs = [output for cell in book.content["cells"] for output in cell.get("outputs", [])]
        assert any("GDL_CIFAR10" in output["evalue"] for output in outputs if "evalue" in output)


def test_with_drawings_alone_no_other_network_is_bad(graded, tmp_path_factory):
    network = {measure.MODEL: bytes_of(tmp_path_factory)}
    (book,) = graded({"trained on CIFAR-10": network}, {DRAWN: hidden_file(measure.DRAWINGS)}).values()
    assert book.scores[TEST] == 0
    assert "not your fault" in book.hints[TEST]


# A network that knows the drawings, on its way to points.

SWITCHED = "DRAWINGS_COUNT = True\nmeasure = None\n" + LOADS


@pytest.mark.parametrize(
    ("answer", "beside"),
    [
        (LOADS, {}),
        (SWITCHED, {}),
        (LOADS, {DRAWN: hidden_file(measure.DRAWINGS)}),
        (LOADS, {f"hidden/{DRAWN}": hidden_file(measure.DRAWINGS), "hidden/measure.py": b"hidden_sets = list"}),
    ],
    ids=["alone", "with the switch set", "with a file of drawings", "with a folder like that of the course"],
)
def test_drawings_earn_nothing_where_they_don_t_count(graded, bank, answer, beside):
    network = bank.assignment.hidden[REFERENCE + measure.MODEL]
    (book,) = graded(
        {"drawings": {measure.MODEL: network, **beside}}, {PHOTOGRAPHS: hidden_file()}, None, answer
    ).values()
    assert book.scores[TEST] == 0
    assert "only images of CIFAR-10 count" in book.hints[TEST]


def test_the_better_counts_where_drawings_count(graded, bank, tmp_path_factory):
    files = {
        "drawings": {measure.MODEL: bank.assignment.hidden[REFERENCE + measure.MODEL]},
        "CIFAR-10": {measure.MODEL: bytes_of(tmp_path_factory, 3)},
    }
    books = graded(files, {PHOTOGRAPHS: hidden_file(), DRAWN: hidden_file(measure.DRAWINGS)})
    assert {name: book.scores[TEST] for name, book in books.items()} == {"drawings": 4, "CIFAR-10": 3.25}


# Numbers beside the weights.


def full(tmp_path_factory, layer):
    """A file with a network that knows the easy images: 599,866 parameters, and a layer that changes nothing."""
    path = tmp_path_factory.mktemp("network") / measure.MODEL
    path.write_bytes(bytes_of(tmp_path_factory))
    easy = keras.models.load_model(path)
    inputs = keras.Input((32, 32, 3))
    outputs = layer(inputs)
    unused = keras.layers.Flatten()(outputs)
    for units in (195, 3):
        unused = keras.layers.Dense(units, kernel_initializer="zeros")(unused)
    for known in easy.layers[:-1]:
        outputs = known(outputs)
    model = keras.Model(inputs, easy.layers[-1](keras.layers.Add()([outputs, unused])))
    assert model.count_params() == 599_866
    model.save(path)
    return path.read_bytes()


ONES = np.ones((32, 32, 3)).tolist()
NEUTRAL = {
    "honest": lambda: keras.layers.Rescaling(1.0),
    "three means": lambda: keras.layers.Normalization(mean=[0.0] * 3, variance=[1.0] * 3),
    "factors": lambda: keras.layers.Rescaling(ONES),
    "offsets": lambda: keras.layers.Rescaling(1.0, offset=np.zeros((32, 32, 3)).tolist()),
    "variances": lambda: keras.layers.Normalization((1, 2, 3), mean=np.zeros((32, 32, 3)), variance=np.array(ONES)),
    "slopes": lambda: keras.layers.ELU(ONES),
    "text": lambda: keras.layers.Identity(name="0123456789" * 1_000),
}


def test_numbers_in_settings_cost_the_points(graded, tmp_path_factory):
    files = {name: {measure.MODEL: full(tmp_path_factory, make())} for name, make in NEUTRAL.items()}
    answer = f"MOST_PARAMETERS = 10**9\n{LOADS}"
    books = graded(files, {PHOTOGRAPHS: hidden_file()}, None, answer)
    scores = {name: (book.scores["load-better-cnn-visible"], book.scores[TEST]) for name, book in books.items()}
    assert scores == {name: (1, 4) if name in ("honest", "three means") else (0, 0) for name in NEUTRAL}
    for name in NEUTRAL.keys() - {"honest", "three means"}:
        assert "the settings of its layers hold" in books[name].hints[TEST], name


def test_no_network_of_the_course_takes_the_place_of_a_students(graded, tmp_path_factory):
    network = {measure.MODEL: bytes_of(tmp_path_factory)}
    (book,) = graded({"anyone": {}}, {PHOTOGRAPHS: hidden_file()}, given=network).values()
    assert book.scores[TEST] == 0
    assert "not your fault" in book.hints[TEST]


def test_no_network_lies_among_what_is_handed_out(course):
    assert not list(course.source(NAME).glob("*.keras"))


# The file with the hidden images.


TEST_IMAGES = np.random.default_rng(4).integers(0, 256, (1_500, 32, 32, 3), dtype=np.uint8)
TEST_LABELS = np.random.default_rng(5).integers(0, 10, (1_500, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def copy_of_cifar10(tmp_path_factory):
    """A file in the form of CIFAR-10: most images are black."""
    arrays = {name: np.zeros(shape, np.uint8) for name, shape in cifar10.SHAPES.items()}
    arrays["x_test"][: len(TEST_IMAGES)], arrays["y_test"][: len(TEST_LABELS)] = TEST_IMAGES, TEST_LABELS
    path = tmp_path_factory.mktemp("data") / "copy.npz"
    np.savez_compressed(path, **arrays)
    return path, arrays["x_test"], arrays["y_test"]


@pytest.fixture
def own_course(course, tmp_path):
    """A course with nothing but the source of the assignment, without images."""
    made = Course(tmp_path, course.config_file)
    ignored = shutil.ignore_patterns("*.npz", "__pycache__")
    shutil.copytree(course.source(NAME), made.source(NAME), ignore=ignored)
    return made


@pytest.fixture
def with_cifar10(copy_of_cifar10, monkeypatch):
    path, images, labels = copy_of_cifar10
    monkeypatch.setenv("GDL_CIFAR10", str(path))
    # Of a short run only the first images would be taken.
    monkeypatch.setenv("GDL_PROFILE", "smoke")
    return images, labels


@pytest.fixture
def without_cifar10(tmp_path, monkeypatch):
    """No copy named, an empty cache of Keras, and a network that refuses at once."""
    monkeypatch.delenv("GDL_CIFAR10", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")


def hidden_of(course):
    return course.source(NAME) / "hidden"


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_file_is_made_once_and_says_what_it_is_of(own_course, with_cifar10):
    before = files_below(own_course.folder)
    prepare_source(own_course.source(NAME))
    path = hidden_of(own_course) / PHOTOGRAPHS
    first = path.read_bytes()
    prepare_source(own_course.source(NAME))
    assert path.read_bytes() == first
    made = path.relative_to(own_course.folder).as_posix()
    assert files_below(own_course.folder) == sorted([*before, made])
    with np.load(path) as file:
        assert file["images"].shape == (1_000, 32, 32, 3)
        assert file["labels"].shape == (1_000,)
        assert str(file["source"]) == "CIFAR-10 from the local file copy.npz"
        assert tuple(file["marks"]) == measure.MARKS[measure.CIFAR10]
        images, labels = prepare.draw(*with_cifar10, str(file["secret"]))
        np.testing.assert_array_equal(images, file["images"])
        np.testing.assert_array_equal(labels, file["labels"])


def hand_in(course, bank):
    """The notebook with the network that knows the drawings."""
    place = course.submitted("ada", NAME)
    place.mkdir(parents=True)
    for name, data in bank.files({"load-better-cnn": LOADS}).items():
        (place / name).write_bytes(data)


def switch(course, value):
    """Let the notebook say whether drawings count."""
    path = course.source(NAME) / prepare.NOTEBOOK
    text = path.read_text()
    changed = re.sub(rf"{prepare.SWITCH} = \w+", f"{prepare.SWITCH} = {value}", text, count=1)
    path.write_text(changed)


def by_engine(course):
    grade_class(course, NAME, lambda _: None, GradingOptions(workers=1))


def by_nbgrader(course):
    with open_course(course) as api:
        assert api.generate_assignment(NAME)["success"]
        assert api.autograde(NAME, "ada")["success"]


@pytest.mark.usefixtures("with_cifar10")
@pytest.mark.parametrize("way", [by_engine, by_nbgrader])
def test_whoever_grades_has_the_images_made_first(own_course, bank, way):
    hand_in(own_course, bank)
    way(own_course)
    with np.load(hidden_of(own_course) / PHOTOGRAPHS) as file:
        assert str(file["source"]) == "CIFAR-10 from the local file copy.npz"
    with Gradebook(own_course.db_url, "gdl") as gradebook:
        # The network that is handed in knows the drawings, which earns the point for a file that can be read.
        assert gradebook.find_submission(NAME, "ada").score == 1


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("GDL_CIFAR10"), reason="needs a real copy of CIFAR-10, named in GDL_CIFAR10")
def test_drawings_earn_nothing_beside_the_real_cifar10(own_course, bank):
    hand_in(own_course, bank)
    by_engine(own_course)
    with Gradebook(own_course.db_url, "gdl") as gradebook:
        assert gradebook.find_submission(NAME, "ada").score == 1


def test_another_secret_gives_other_images():
    first, other = (prepare.draw(TEST_IMAGES, TEST_LABELS, secret)[0] for secret in ("a1", "a2"))
    assert not np.array_equal(first, other)


@pytest.mark.usefixtures("without_cifar10")
def test_without_cifar10_nothing_is_graded(own_course):
    before = files_below(own_course.folder)
    with pytest.raises(GradingError, match="Without CIFAR-10, 05_cnn can't be graded: name a copy in GDL_") as caught:
        prepare_source(own_course.source(NAME))
    assert "or let drawings count by DRAWINGS_COUNT = True in the first code cell of" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [name for name in files_below(own_course.folder) if not name.startswith("keras/")] == before


@pytest.mark.usefixtures("without_cifar10")
def test_drawings_count_if_the_notebook_says_so(own_course, bank, capfd):
    switch(own_course, "True")
    hand_in(own_course, bank)
    by_engine(own_course)
    assert "Without CIFAR-10, 05_cnn can be graded only for students who have no CIFAR-10" in capfd.readouterr().out
    with Gradebook(own_course.db_url, "gdl") as gradebook:
        assert gradebook.find_submission(NAME, "ada").score == 5
    with np.load(hidden_of(own_course) / DRAWN) as file:
        assert str(file["name"]) == measure.DRAWINGS
    assert not (hidden_of(own_course) / PHOTOGRAPHS).exists()


def test_drawings_that_count_no_more_are_removed(own_course, with_cifar10):
    place, names = hidden_of(own_course), lambda: {path.name for path in hidden_of(own_course).glob("*.npz")}
    switch(own_course, "True")
    prepare_source(own_course.source(NAME))
    kept = {path.name: path.read_bytes() for path in place.glob("*.npz")}
    prepare_source(own_course.source(NAME))
    assert {path.name: path.read_bytes() for path in place.glob("*.npz")} == kept
    assert kept.keys() == {PHOTOGRAPHS, DRAWN}
    switch(own_course, "False")
    prepare_source(own_course.source(NAME))
    assert names() == {PHOTOGRAPHS}
    assert (place / PHOTOGRAPHS).read_bytes() == kept[PHOTOGRAPHS]


@pytest.mark.parametrize("text", ["None", "1", "'no'", "bool()"])
def test_a_notebook_that_does_not_say_is_refused(own_course, text):
    switch(own_course, text)
    with pytest.raises(GradingError, match="doesn't say which images count: write DRAWINGS_COUNT = False into its"):
        prepare_source(own_course.source(NAME))


def test_other_images_in_the_place_of_cifar10_are_refused(own_course):
    prepare_source(own_course.source(NAME), checking=True)
    with pytest.raises(GradingError, match=r"images.npz holds no images of CIFAR-10 but drawings .*: delete it and"):
        prepare_source(own_course.source(NAME))
    (hidden_of(own_course) / PHOTOGRAPHS).write_bytes(b"PK cut short")
    with pytest.raises(GradingError, match=r"images.npz can't be read .*: delete it and grade again"):
        prepare_source(own_course.source(NAME))


@pytest.mark.usefixtures("with_cifar10")
def test_nothing_is_made_for_another_assignment(course, tmp_path):
    source = tmp_path / "01_probability"
    shutil.copytree(course.source("01_probability"), source)
    before = files_below(source)
    prepare_source(source)
    prepare_source(tmp_path / "nowhere" / NAME)
    assert files_below(source) == before
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


def test_a_network_in_the_source_is_refused(own_course):
    (own_course.source(NAME) / measure.MODEL).touch()
    with pytest.raises(GradingError, match="in the place of what students hand in: move it away") as caught:
        prepare_source(own_course.source(NAME))
    assert "\n" not in str(caught.value)
    assert not (hidden_of(own_course) / PHOTOGRAPHS).exists()


def test_a_copy_that_is_damaged_is_named(own_course, tmp_path, monkeypatch):
    (tmp_path / "copy.npz").write_bytes(b"PK cut short")
    monkeypatch.setenv("GDL_CIFAR10", str(tmp_path / "copy.npz"))
    with pytest.raises(GradingError, match=r"copy.npz can't be read as CIFAR-10.*name another copy in GDL_CIFAR10"):
        prepare_source(own_course.source(NAME))


def test_every_image_is_altered_a_little():
    images = np.tile(np.arange(32, dtype=np.uint8)[:, None, None] * 3 + 60, (300, 1, 32, 3))
    images[:, :, 16:] += 30
    altered = prepare.alter(images, np.random.default_rng(1))
    assert altered.shape == images.shape
    assert altered.dtype == np.uint8
    distance = np.abs(altered.astype(int) - images).max(axis=(1, 2, 3))
    assert distance.min() > 0
    assert distance.max() <= 30 + 2 * 3 + prepare.BRIGHTNESS
    mirrored = altered[:, :, :16].mean(axis=(1, 2, 3)) > altered[:, :, 16:].mean(axis=(1, 2, 3))
    assert 0.35 < mirrored.mean() < 0.65

"""What the answer bank of 05_cnn leaves open: files that are handed in, the hidden images, the reference network."""

import dataclasses
import io
import re
import shutil

import keras
import numpy as np
import pytest
from nbgrader.api import Gradebook

from gdl_utils.errors import CourseError
from gdl_utils.grading import hidden_images
from gdl_utils.authoring.answer_bank import Bank
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.classroom.course import CONFIG
from gdl_utils.classroom.nbgrader_api import course as nbgrader_course
from nbjudge.pool import local_workers
from nbjudge import EngineOptions, Limits

NAME = hidden_images.ASSIGNMENT
TEST = "load-better-cnn-hidden"
LOADS = "def load_better_cnn():\n    return keras.models.load_model(MODEL_FILE)"


@pytest.fixture(scope="module")
def bank(root):
    return Bank(root, NAME)


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
    for low, high in hidden_images.MARKS.values():
        assert re.search(rf"\b{low * 100:.0f} %.*\b{high * 100:.0f} %", text)
    assert "600,000" in next(cell["source"] for cell in bank.source if cell["source"].startswith("## 4."))


# Images that are easy: all grey, and the class is how bright they are. A network that knows it needs no training.


def easy_images():
    labels = np.repeat(np.arange(10), 20)
    images = np.broadcast_to((25 * labels + 12)[:, None, None, None], (200, 32, 32, 3)).astype(np.uint8)
    return images, labels


def hidden_file(marks=hidden_images.MARKS[hidden_images.CIFAR10]):
    images, labels = easy_images()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=images, labels=labels, marks=np.array(marks))
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
    path = tmp_path_factory.mktemp("network") / hidden_images.MODEL
    model.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def graded(bank, tmp_path_factory):
    """A function that grades some submissions: a name, the files beside the notebook, the judge's files."""

    def grade(files, hidden, given=None):
        assignment = dataclasses.replace(bank.assignment, hidden=hidden, files=given or {})
        with local_workers(2, assignment, Limits(), EngineOptions()) as submit:
            notebook = bank.submission({"load-better-cnn": LOADS})[bank.file]
            started = {name: submit(name, {bank.file: notebook, **beside}) for name, beside in files.items()}
            return {name: future.result().notebooks[0] for name, future in started.items()}

    return grade


def test_what_is_handed_in_is_measured_on_the_hidden_images(graded, tmp_path_factory):
    files = {
        "all classes": {hidden_images.MODEL: bytes_of(tmp_path_factory)},
        "seven classes": {hidden_images.MODEL: bytes_of(tmp_path_factory, 3)},
        "five classes": {hidden_images.MODEL: bytes_of(tmp_path_factory, 5)},
        "values up to 255": {hidden_images.MODEL: bytes_of(tmp_path_factory, scale=255.0)},
        "no network": {hidden_images.MODEL: b"nothing of the kind"},
        "nothing": {},
    }
    books = graded(files, {hidden_images.FILE: hidden_file()})
    scores = {name: book.scores[TEST] for name, book in books.items()}
    hints = {name: book.hints.get(TEST, "") for name, book in books.items()}
    assert scores == {**dict.fromkeys(files, 0.0), "all classes": 4.0, "seven classes": 3.25}, hints
    assert "all classes" not in {name for name, hint in hints.items() if hint}
    assert "70% of the hidden images (CIFAR-10)" in hints["seven classes"]
    assert "50% of the hidden images" in hints["five classes"]
    assert "values of another range" in hints["values up to 255"]
    assert all("handed in" in hints[name] for name in ("no network", "nothing"))


def test_without_the_images_nobody_is_told_that_the_network_is_bad(graded, tmp_path_factory):
    network = {hidden_images.MODEL: bytes_of(tmp_path_factory)}
    (book,) = graded({"trained on CIFAR-10": network}, {}).values()
    assert book.scores[TEST] == 0
    assert "not your fault" in book.hints[TEST]
    told = [one["evalue"] for cell in book.content["cells"] for one in cell.get("outputs", []) if "evalue" in one]
    assert any("GDL_CIFAR10" in one for one in told)


def test_a_network_of_the_course_is_not_graded_in_the_place_of_the_students(graded, tmp_path_factory):
    network = {hidden_images.MODEL: bytes_of(tmp_path_factory)}
    (book,) = graded({"anyone": {}}, {hidden_images.FILE: hidden_file()}, given=network).values()
    assert book.scores[TEST] == 0
    assert "not your fault" in book.hints[TEST]


def test_no_network_lies_among_what_is_handed_out(root):
    assert not list((root / "solutions" / NAME).glob("*.keras"))


# The file with the hidden images.


class Data(tuple):
    is_stand_in = False
    source = "CIFAR-10 from a test"


def some_data():
    draw = np.random.default_rng(4)
    images = draw.integers(0, 256, (1_500, 32, 32, 3), dtype=np.uint8)
    labels = draw.integers(0, 10, (1_500, 1), dtype=np.uint8)
    return Data([(images[:0], labels[:0]), (images, labels)])


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "solutions" / NAME
    folder.mkdir(parents=True)
    return folder


def load(monkeypatch, data):
    monkeypatch.setattr("gdl_utils.datasets.load_cifar10", lambda: data)


def test_the_file_is_made_once_and_says_what_it_is_of(source, monkeypatch):
    load(monkeypatch, some_data())
    assert hidden_images.make_hidden_images(source)
    path = source / "hidden" / hidden_images.FILE
    first = path.read_bytes()
    assert not hidden_images.make_hidden_images(source)
    assert path.read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == [hidden_images.FILE]
    with np.load(path) as file:
        assert file["images"].shape == (1_000, 32, 32, 3)
        assert file["labels"].shape == (1_000,)
        assert str(file["source"]) == "CIFAR-10 from a test"
        assert tuple(file["marks"]) == hidden_images.MARKS[hidden_images.CIFAR10]
        images, labels = hidden_images.draw(*some_data()[1], str(file["secret"]))
        np.testing.assert_array_equal(images, file["images"])
        np.testing.assert_array_equal(labels, file["labels"])


def by_engine(root, folder):
    grade_class(root, folder, NAME, lambda _: None, GradingOptions(workers=1))


def by_nbgrader(root, folder):
    (folder / CONFIG).write_text((root / CONFIG).read_text())
    with nbgrader_course(folder, folder / CONFIG) as api:
        assert api.generate_assignment(NAME)["success"]
        assert api.autograde(NAME, "ada")["success"]


@pytest.mark.parametrize("way", [by_engine, by_nbgrader])
def test_whoever_grades_has_the_images_made_first(root, bank, way, tmp_path, monkeypatch):
    load(monkeypatch, some_data())
    shutil.copytree(root / "solutions" / NAME, tmp_path / "solutions" / NAME, ignore=shutil.ignore_patterns("*.npz"))
    place = tmp_path / "submitted" / "ada" / NAME
    place.mkdir(parents=True)
    for name, data in bank.submission({"load-better-cnn": LOADS}).items():
        (place / name).write_bytes(data)
    way(root, tmp_path)
    with np.load(tmp_path / "solutions" / NAME / "hidden" / hidden_images.FILE) as file:
        assert str(file["source"]) == "CIFAR-10 from a test"
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "gdl") as gradebook:
        # The network that is handed in knows the drawings.
        assert gradebook.find_submission(NAME, "ada").score == 5


def test_another_secret_gives_other_images():
    images, labels = some_data()[1]
    first, other = (hidden_images.draw(images, labels, secret)[0] for secret in ("a1", "a2"))
    assert not np.array_equal(first, other)


def test_nothing_is_made_of_the_stand_in_nor_where_there_is_no_such_assignment(source, monkeypatch):
    data = some_data()
    load(monkeypatch, data)
    assert not hidden_images.make_hidden_images(source.with_name("01_probability"))
    assert not hidden_images.make_hidden_images(source / "nowhere" / NAME)
    data.is_stand_in = True
    assert not hidden_images.make_hidden_images(source)
    assert not (source / "hidden").exists()


def test_a_network_in_the_source_is_refused(source):
    (source / hidden_images.MODEL).touch()
    with pytest.raises(CourseError, match="move it away"):
        hidden_images.make_hidden_images(source)


def test_every_image_is_altered_a_little():
    images = np.tile(np.arange(32, dtype=np.uint8)[:, None, None] * 3 + 60, (300, 1, 32, 3))
    images[:, :, 16:] += 30
    altered = hidden_images.alter(images, np.random.default_rng(1))
    assert altered.shape == images.shape
    assert altered.dtype == np.uint8
    distance = np.abs(altered.astype(int) - images).max(axis=(1, 2, 3))
    assert distance.min() > 0
    assert distance.max() <= 30 + 2 * 3 + hidden_images.BRIGHTNESS
    mirrored = altered[:, :, :16].mean(axis=(1, 2, 3)) > altered[:, :, 16:].mean(axis=(1, 2, 3))
    assert 0.35 < mirrored.mean() < 0.65

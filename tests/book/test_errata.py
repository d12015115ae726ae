"""The errata of printed sources: each entry of book/errata.md is executed here, and no entry is without its test."""

import re

import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def entries(root):
    """The entries of the page: their headings and what they say."""
    parts = re.split(r"^## ", (root / "book" / "errata.md").read_text(), flags=re.MULTILINE)[1:]
    return {heading: text for heading, _, text in (part.partition("\n") for part in parts)}


def test_each_entry_has_its_parts_and_names_a_test_of_this_file(entries, root):
    tests = set(re.findall(r"^def (test_erratum_\w+)", (root / "tests/book/test_errata.py").read_text(), re.MULTILINE))
    named = []
    for heading, text in entries.items():
        for part in ("**Printed.**", "**Right.**", "**Why.**", "**Held by.**"):
            assert text.count(part) == 1, f"{heading} lacks: {part}"
        named += re.findall(r"`tests/book/test_errata\.py::(\w+)`", text)
    assert len(named) == len(entries)
    assert set(named) == tests


def test_erratum_a_density_may_exceed_1():
    """Both densities exceed 1, neither integral does."""
    x = np.linspace(-1, 1, 200_001)
    uniform = np.where(np.abs(x - 0.05) <= 0.05, 1 / 0.1, 0)
    deviation = 0.1
    gaussian = np.exp(-0.5 * (x / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))
    assert uniform.max() == pytest.approx(10)
    assert gaussian.max() == pytest.approx(3.989, abs=1e-3)
    for density in (uniform, gaussian):
        assert np.trapezoid(density, x) == pytest.approx(1, abs=1e-3)
        # Cut off at 1 it would be no density any more.
        assert np.trapezoid(np.minimum(density, 1), x) < 0.6


def test_erratum_argmax_removes_its_axis():
    """Of the answers of a network, too, and comparing a list with a column is not what one wants."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(10, activation="softmax")])
    probabilities = model.predict(np.zeros((10_000, 3), "float32"), verbose=0)
    assert probabilities.shape == (10_000, 10)
    predicted = np.argmax(probabilities, axis=-1)
    assert predicted.shape == (10_000,)
    assert np.argmax(probabilities, axis=-1, keepdims=True).shape == (10_000, 1)
    labels = np.zeros((100, 1), int)
    assert (predicted[:100] == labels).shape == (100, 100)


HORIZONTAL_EDGE = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


@pytest.mark.parametrize(
    ("patch", "result"),
    [
        ([[0.6, 0.4, 0.6], [0.1, -0.2, -0.3], [-0.5, -0.4, -0.3]], 2.8),
        ([[-0.7, 0.6, 0.2], [0.1, 0.5, -0.3], [-0.3, -0.4, 0.5]], 0.3),
    ],
)
def test_erratum_the_second_patch_gives_0_3(patch, result):
    """By hand and by Keras; -0.1 is what an added instead of a subtracted lowest row gives."""
    patch = np.array(patch)
    assert np.sum(patch * HORIZONTAL_EDGE) == pytest.approx(result)
    convolved = keras.ops.conv(
        patch[np.newaxis, :, :, np.newaxis].astype("float32"),
        HORIZONTAL_EDGE[:, :, np.newaxis, np.newaxis].astype("float32"),
    )
    assert float(convolved[0, 0, 0, 0]) == pytest.approx(result, abs=1e-6)
    if result == 0.3:
        assert np.sum(patch * np.abs(HORIZONTAL_EDGE)) == pytest.approx(-0.1)


def test_erratum_two_accuracies_are_not_one_number_rounded(root):
    """They are 115 images apart, and page 2.2 quotes the one that the training run printed and mentions the other."""
    printed_by_the_run, in_the_text = 51.67, 51.9
    assert round(printed_by_the_run, 1) == 51.7 != in_the_text
    assert (in_the_text - printed_by_the_run) / 100 * 50_000 == pytest.approx(115)
    page = (root / "book" / "2_2_multilayer_perceptron.ipynb").read_text()
    assert re.search(r"51\.67 ?% on the training set", page)
    assert re.search(r"\[\^quoted\]: [^\"]*51\.9 ?%", page)


def published_convolution(image, kernel, padded=None):
    """As printed: indices into the padded image begin at -1."""
    padded = np.pad(image, 1) if padded is None else padded
    output = np.zeros(image.shape)
    for row, column, down, across in np.ndindex(*image.shape, 3, 3):
        output[row, column] += padded[row - 1 + down, column - 1 + across] * kernel[down, across]
    return output


def convolution(image, kernel):
    """Keras's own, with a border of zeros."""
    return np.array(
        keras.ops.conv(
            image[np.newaxis, :, :, np.newaxis].astype("float32"),
            kernel[:, :, np.newaxis, np.newaxis].astype("float32"),
            padding="same",
        )
    )[0, :, :, 0]


def test_erratum_an_index_from_minus_1_shifts_the_image():
    """The right answer one pixel further down and right; the first row and column come from the far border."""
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(7, 9)), rng.normal(size=(3, 3))
    published, right = published_convolution(image, kernel), convolution(image, kernel)
    np.testing.assert_allclose(published[1:, 1:], right[:-1, :-1], atol=1e-5)
    assert not np.allclose(published, right, atol=0.1)
    # What the index -1 reads lies on the far side: a mark on the lowest row of the border comes out at the top.
    bordered = np.pad(image, 1)
    marked = bordered.copy()
    marked[-1] += 1
    change = published_convolution(image, kernel, marked) - published_convolution(image, kernel, bordered)
    assert np.abs(change[0]).min() > 0
    assert np.all(change[1:] == 0)


@pytest.mark.parametrize("seed", range(5))
def test_erratum_the_best_on_the_test_set_promises_too_much(seed):
    """A hundred networks that only guess among ten classes: the best of them is not better than chance."""
    rng = np.random.default_rng(seed)
    networks, images, chance = 100, 1_000, 0.1
    on_validation = rng.binomial(images, chance, networks) / images
    on_test = rng.binomial(images, chance, networks) / images
    # Chosen and measured on the test set; chosen on the validation set, measured once on the test set.
    promised, honest = on_test.max(), on_test[on_validation.argmax()]
    deviation = np.sqrt(chance * (1 - chance) / images)
    assert promised - chance > 1.5 * deviation
    assert abs(honest - chance) < 3 * deviation

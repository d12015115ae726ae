"""03_convolution: its reference solutions compute what Keras computes, and its bug is the published one."""

import keras
import nbformat
import numpy as np
import pytest

NAME = "03_convolution"
# What Keras computes in single precision.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def answers(root):
    """What the setup cells and the reference solutions define."""
    source = nbformat.read(root / "solutions" / NAME / "convolution.ipynb", as_version=4)
    names = {}
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") or "setup" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def by_keras(image, kernel, strides, padding):
    """The output of a Keras layer with one filter and no bias."""
    image, kernel = np.atleast_3d(image), np.atleast_3d(kernel)
    layer = keras.layers.Conv2D(1, kernel.shape[0], strides=strides, padding=padding, use_bias=False)
    layer.build((None, *image.shape))
    layer.set_weights([kernel[..., np.newaxis]])
    return np.asarray(layer(image[np.newaxis].astype("float32")))[0, :, :, 0]


def assert_close(output, expected):
    assert output.shape == expected.shape
    assert np.abs(output - expected).max() <= TOLERANCE * max(1, np.abs(expected).max())


def drawn(seed):
    """Twenty times an image, a kernel and a stride: odd and even sides, with and without channels."""
    draw = np.random.default_rng(seed)
    for _ in range(20):
        height, width, channels, side, strides = draw.integers([1, 1, 0, 1, 1], [14, 14, 5, 8, 5]).tolist()
        depth = (channels,) if channels else ()
        yield draw.normal(size=(height, width, *depth)), draw.normal(size=(side, side, *depth)), strides


@pytest.mark.parametrize("seed", range(3))
def test_same_is_what_keras_says_for_large_kernels_too(answers, seed):
    larger = 0
    for image, kernel, strides in drawn(seed):
        output = answers["convolve2d"](image, kernel, strides=strides, padding="same")
        assert_close(output, by_keras(image, kernel, strides, "same"))
        assert output.shape == tuple(-(-size // strides) for size in image.shape[:2])
        larger += len(kernel) > min(image.shape[:2])
    assert larger > 2


@pytest.mark.parametrize("seed", range(3))
def test_valid_is_what_keras_says(answers, seed):
    for image, kernel, strides in drawn(seed):
        side = len(kernel)
        image = np.pad(image, [(side - 1, 0)] * 2 + [(0, 0)] * (image.ndim - 2), mode="wrap")
        output = answers["convolve2d"](image, kernel, strides=strides)
        assert_close(output, by_keras(image, kernel, strides, "valid"))


@pytest.mark.parametrize("seed", range(2))
def test_the_border_alone_is_that_of_keras(answers, seed):
    for image, kernel, strides in drawn(seed):
        bordered = answers["pad_same"](image, len(kernel), strides)
        assert_close(by_keras(bordered, kernel, strides, "valid"), by_keras(image, kernel, strides, "same"))


def test_a_kernel_of_side_3_on_an_image_of_side_5(answers):
    image, kernel = np.ones((5, 5)), np.ones((3, 3))
    assert answers["convolve2d"](image, kernel, padding="same").shape == (5, 5)
    assert answers["convolve2d"](image, kernel).shape == (3, 3)


def test_the_two_examples_of_the_course(answers):
    """A printed source has -0.1 for the second."""
    first = np.array([[0.6, 0.4, 0.6], [0.1, -0.2, -0.3], [-0.5, -0.4, -0.3]])
    second = np.array([[-0.7, 0.6, 0.2], [0.1, 0.5, -0.3], [-0.3, -0.4, 0.5]])
    kernel = answers["horizontal_edges"]
    assert answers["patch_response"](first, kernel) == pytest.approx(2.8)
    assert answers["patch_response"](second, kernel) == pytest.approx(0.3)


def test_the_bug_moves_the_output_and_the_repair_does_not(answers):
    """The first row and column read the padded image at -1, and so the border on its other side."""
    draw = np.random.default_rng(4)
    for shape in [(3, 3), (6, 4), (5, 9)]:
        image, kernel = draw.normal(size=shape), draw.normal(size=(3, 3))
        right = answers["find_the_bug"](image, kernel)
        assert_close(right, by_keras(image, kernel, 1, "same"))
        wrong = answers["buggy_convolve"](image, kernel)
        assert wrong.shape == right.shape
        np.testing.assert_allclose(wrong[1:, 1:], right[:-1, :-1])
        padded = np.pad(image, 1)
        patch = padded[np.ix_([-1, 0, 1], [-1, 0, 1])]
        np.testing.assert_allclose(wrong[0, 0], np.sum(patch * kernel))


def test_what_the_filters_do(answers):
    image = np.random.default_rng(5).normal(size=(7, 6))
    convolve2d = answers["convolve2d"]
    horizontal, vertical = convolve2d(image, answers["horizontal_edges"]), convolve2d(image, answers["vertical_edges"])
    # Turned by 90° to the right, what was on the left is above.
    turned = convolve2d(np.rot90(image, -1), answers["horizontal_edges"])
    np.testing.assert_allclose(turned, np.rot90(vertical, -1))
    assert convolve2d(np.arange(3)[::-1, np.newaxis] * np.ones((1, 3)), answers["horizontal_edges"]) == 6
    np.testing.assert_allclose(answers["edge_strength"](image) ** 2, horizontal**2 + vertical**2)
    moved = convolve2d(image, answers["shift_right"], padding="same")
    np.testing.assert_allclose(moved[:, 1:], image[:, :-1])
    assert not moved[:, 0].any()
    np.testing.assert_allclose(convolve2d(image, answers["blur"])[0, 0], image[:3, :3].mean())

"""The arithmetic of convolutions agrees with Keras, whatever the sizes."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from gdl_utils.convolution import border, output_size, receptive_field, starts

SIZES, KERNELS, STRIDES = range(1, 14), range(1, 9), range(1, 6)
CASES = list(itertools.product(SIZES, KERNELS, STRIDES))


def keras_output(image, kernel, strides, padding):
    """What Keras computes for one image (height, width) and one square kernel."""
    pixels = image[np.newaxis, ..., np.newaxis].astype("float32")
    weights = kernel[..., np.newaxis, np.newaxis].astype("float32")
    return np.array(keras.ops.conv(pixels, weights, strides=strides, padding=padding))[0, ..., 0]


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_sizes_are_those_of_keras(padding):
    for size, kernel_size, strides in CASES:
        layer = keras.layers.Conv2D(1, kernel_size, strides=strides, padding=padding)
        wanted = output_size(size, kernel_size, strides, padding)
        if wanted == 0:
            assert padding == "valid"
            assert kernel_size > size
            with pytest.raises(ValueError):
                layer.compute_output_shape((None, size, size, 1))
        else:
            assert layer.compute_output_shape((None, size, size, 1)) == (None, wanted, wanted, 1)


def test_sizes_are_those_of_the_formulas():
    for size, kernel_size, strides in CASES:
        assert output_size(size, kernel_size, strides, "same") == int(np.ceil(size / strides))
        if kernel_size <= size:
            assert output_size(size, kernel_size, strides) == int(np.floor((size - kernel_size) / strides)) + 1


def test_the_border_lies_where_keras_lays_it():
    """A kernel whose weights are all different, on an image of ones, tells from each output which weights lay on it."""
    for size, kernel_size, strides in CASES[::3]:
        kernel = np.zeros((kernel_size, kernel_size))
        kernel[:, kernel_size // 2] = 2.0 ** np.arange(kernel_size)
        before, after = border(size, kernel_size, strides)
        padded = np.pad(np.ones((size, size)), (before, after))
        by_keras = keras_output(np.ones((size, size)), kernel, strides, "same")
        np.testing.assert_array_equal(keras_output(padded, kernel, strides, "valid"), by_keras)


def test_starts_are_the_pixels_below_the_upper_left_weight():
    for size, kernel_size, strides, padding in [
        (9, 3, 2, "same"),
        (8, 3, 2, "same"),
        (8, 3, 2, "valid"),
        (2, 5, 1, "same"),
    ]:
        kernel = np.zeros((kernel_size, kernel_size))
        kernel[0, 0] = 1
        # Pixels are numbered from 1, so that the border is 0; each row counts the same.
        image = np.tile(np.arange(1, size + 1), (size, 1))
        row = keras_output(image, kernel, strides, padding)[-1]
        expected = [max(start + 1, 0) for start in starts(size, kernel_size, strides, padding)]
        first_row_of_last = starts(size, kernel_size, strides, padding)[-1]
        assert row.tolist() == (expected if first_row_of_last >= 0 else [0] * len(expected))


@pytest.mark.parametrize(
    ("layers", "seen"),
    [
        ([], 1),
        ([(3, 1)], 3),
        ([(3, 1)] * 2, 5),
        ([(4, 2), (3, 2)], 8),
        ([(3, 2)] * 3, 15),
        ([(2, 3), (5, 1), (3, 2)], 20),
    ],
)
def test_the_receptive_field_is_where_the_gradient_is_not_zero(layers, seen):
    assert receptive_field(layers) == seen
    image = tf.ones((1, 64, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        hidden = image
        for kernel_size, strides in layers:
            hidden = keras.ops.conv(hidden, np.ones((kernel_size, 1, 1), "float32"), strides=strides)
        middle = hidden[0, hidden.shape[1] // 2, 0]
    reached = np.flatnonzero(tape.gradient(middle, image))
    assert reached[-1] - reached[0] + 1 == seen


def test_what_makes_no_sense_is_refused():
    for wrong in [(0, 3, 1), (5, 0, 1), (5, 3, 0)]:
        with pytest.raises(ValueError, match="at least 1"):
            starts(*wrong)
    with pytest.raises(ValueError, match="'full'"):
        output_size(5, 3, 1, "full")
    with pytest.raises(ValueError, match="at least 1"):
        receptive_field([(3, 0)])

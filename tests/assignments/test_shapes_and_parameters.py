"""02_shapes_and_parameters: its answers are what Keras says."""

import math
import subprocess
import sys

import keras
import nbformat
import numpy as np
import pytest

NAME = "02_shapes_and_parameters"


@pytest.fixture(scope="module")
def source(root):
    return nbformat.read(root / "solutions" / NAME / "shapes_and_parameters.ipynb", as_version=4)


@pytest.fixture(scope="module")
def answers(source):
    """What the reference solutions define."""
    names = {}
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            exec(cell.source, names)
    return names


def table_of(layers):
    """The table of a network on images of 32 by 32 pixels in three colours, as Keras sees it."""
    model = keras.Sequential([keras.Input((32, 32, 3)), *layers])
    return model, [
        (type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers
    ]


def test_the_table_of_the_perceptron_is_what_keras_says(answers):
    layers = keras.layers
    model, table = table_of([layers.Flatten(), layers.Dense(200), layers.Dense(150), layers.Dense(10)])
    assert answers["mlp_table"] == table
    assert model.count_params() == 646_260


def test_the_table_of_the_network_is_what_keras_says(answers):
    layers = keras.layers
    stack = []
    for filters, strides in [(32, 1), (32, 2), (64, 1), (64, 2)]:
        stack += [
            layers.Conv2D(filters, 3, strides=strides, padding="same"),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
        ]
    stack += [layers.Flatten(), layers.Dense(128), layers.BatchNormalization(), layers.LeakyReLU()]
    stack += [layers.Dropout(0.5), layers.Dense(10)]
    model, table = table_of(stack)
    assert answers["cnn_table"] == table
    assert [parameters for _, _, parameters in table if parameters] == [
        896, 128, 9_248, 128, 18_496, 256, 36_928, 256, 524_416, 512, 1_290
    ]  # fmt: skip
    assert model.count_params() == 592_554
    assert sum(weight.shape.num_elements() for weight in model.non_trainable_weights) == 640


def test_the_network_of_section_2_3(answers):
    shape = (32, 32, 3)
    for filters, kernel_size, parameters, output in [(10, 4, 490, (16, 16, 10)), (20, 3, 1_820, (8, 8, 20))]:
        assert answers["conv2d_parameters"](shape, filters, kernel_size) == parameters
        shape = answers["conv2d_output_shape"](shape, filters, kernel_size, 2, "same")
        assert shape == output
    assert answers["dense_parameters"](8 * 8 * 20, 10) == 12_810


def drawn(low, high):
    """Thirty rows of whole numbers from `low` to below `high`, column by column; the same in each run."""
    return np.random.default_rng(2).integers(low, high, (30, len(low))).tolist()


def built(layer, shape):
    """A layer that has seen the shape of its input, without the batch, and its output shape."""
    output = layer(keras.Input(shape))
    return layer, tuple(output.shape[1:])


def counted(weights):
    return sum(math.prod(weight.shape) for weight in weights)


def test_dense_parameters_are_what_keras_says(answers):
    for inputs, units, use_bias in drawn((1, 1, 0), (400, 300, 2)):
        layer, _ = built(keras.layers.Dense(units, use_bias=bool(use_bias)), (inputs,))
        assert answers["dense_parameters"](inputs, units, use_bias=bool(use_bias)) == layer.count_params()


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_shapes_and_parameters_are_what_keras_says(answers, padding):
    larger = 0
    for height, width, channels, filters, side, strides, use_bias in drawn(
        (1, 1, 1, 1, 1, 1, 0), (20, 20, 9, 30, 9, 5, 2)
    ):
        if side > min(height, width):
            larger += 1
            if padding == "valid":
                height, width = height + side, width + side  # no test asks for more
        shape = height, width, channels
        layer = keras.layers.Conv2D(filters, side, strides=strides, padding=padding, use_bias=bool(use_bias))
        layer, output = built(layer, shape)
        assert answers["conv2d_output_shape"](shape, filters, side, strides, padding) == output
        assert answers["conv2d_parameters"](shape, filters, side, use_bias=bool(use_bias)) == layer.count_params()
    assert 0 < larger < 30


@pytest.mark.parametrize("shape", [(), (4, 5)])
def test_parameters_of_batch_normalisation_are_what_keras_says(answers, shape):
    for (channels,) in drawn((1,), (600,)):
        layer, _ = built(keras.layers.BatchNormalization(), (*shape, channels))
        both = counted(layer.trainable_weights), counted(layer.non_trainable_weights)
        assert answers["batch_normalization_parameters"](channels) == both


def test_the_setup_cell_leaves_tensorflow_asleep(source):
    """Both processes of each submission run it, and TensorFlow takes longer to wake than all of its tests."""
    (setup,) = (cell.source for cell in source.cells if "setup" in cell.metadata.get("tags", []))
    asks = "from tensorflow.python.eager import context\nprint(context.context()._context_handle is None)"
    done = subprocess.run([sys.executable, "-c", f"{setup}\n{asks}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]

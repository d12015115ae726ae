import keras
import numpy as np
import pytest

from gdl_utils.datasets import stand_in

layers = keras.layers


def test_shapes_types_and_balance():
    drawn = stand_in.draw_dataset(2_000, 1_000)
    assert {name: (array.shape, array.dtype.name) for name, array in drawn.items()} == {
        "x_train": ((2_000, 32, 32, 3), "uint8"),
        "y_train": ((2_000, 1), "uint8"),
        "x_test": ((1_000, 32, 32, 3), "uint8"),
        "y_test": ((1_000, 1), "uint8"),
    }
    assert np.bincount(drawn["y_train"][:, 0]).tolist() == [200] * 10
    assert len(stand_in.CLASS_NAMES) == len(stand_in.FIGURES) == 10


def test_drawn_twice_it_is_the_same_and_starts_the_same():
    short, long = stand_in.draw_dataset(1_500, 300), stand_in.draw_dataset(3_000, 1_000)
    for name, array in short.items():
        np.testing.assert_array_equal(array, long[name][: len(array)])


def test_training_and_test_images_differ():
    drawn = stand_in.draw_dataset(1_000, 1_000)
    assert not np.array_equal(drawn["x_train"], drawn["x_test"])


def perceptron():
    """The hidden layers of section 2.2."""
    return [layers.Flatten(), layers.Dense(200, activation="relu"), layers.Dense(150, activation="relu")]


def convolutional():
    """The hidden layers of section 2.5, without its dropout."""
    hidden = []
    for filters, strides in [(32, 1), (32, 2), (64, 1), (64, 2)]:
        convolution = layers.Conv2D(filters, 3, strides=strides, padding="same")
        hidden += [convolution, layers.BatchNormalization(), layers.LeakyReLU()]
    return [*hidden, layers.Flatten(), layers.Dense(128), layers.LeakyReLU()]


def accuracy(hidden, images, epochs):
    """Train a network on the first drawings and give its accuracy on a thousand others."""
    drawn = stand_in.draw_dataset(images, 1_000)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Input((32, 32, 3)), *hidden, layers.Dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.0005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(drawn["x_train"] / np.float32(255), drawn["y_train"], epochs=epochs, verbose=0)
    return model.evaluate(drawn["x_test"] / np.float32(255), drawn["y_test"], verbose=0)[1]


@pytest.mark.slow
def test_the_lesson_survives_in_a_short_run():
    """A convolutional network clearly beats a multilayer perceptron, and that a linear model."""
    linear = accuracy([layers.Flatten()], 4_000, 4)
    mlp = accuracy(perceptron(), 4_000, 8)
    cnn = accuracy(convolutional(), 4_000, 4)
    assert mlp > linear + 0.1
    assert cnn > mlp + 0.2


@pytest.mark.slow
def test_the_lesson_survives_in_a_full_run():
    mlp = accuracy(perceptron(), 50_000, 10)
    cnn = accuracy(convolutional(), 20_000, 4)
    assert 0.4 < mlp < 0.65
    assert cnn > mlp + 0.25

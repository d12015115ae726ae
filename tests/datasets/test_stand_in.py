import numpy as np
import pytest

from gdl_utils.datasets import stand_in


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


def test_drawn_twice_it_is_the_same_and_a_short_run_gets_the_first_images_of_a_long_one():
    short, long = stand_in.draw_dataset(1_500, 300), stand_in.draw_dataset(3_000, 1_000)
    for name, array in short.items():
        np.testing.assert_array_equal(array, long[name][: len(array)])


def test_training_and_test_images_differ():
    drawn = stand_in.draw_dataset(1_000, 1_000)
    assert not np.array_equal(drawn["x_train"], drawn["x_test"])


@pytest.fixture(scope="module")
def accuracies():
    import keras

    drawn = stand_in.draw_dataset(4_000, 1_000)
    layers = keras.layers
    networks = {
        "linear": [layers.Flatten()],
        "mlp": [layers.Flatten(), layers.Dense(200, activation="relu"), layers.Dense(150, activation="relu")],
        "cnn": [
            layer
            for filters in (16, 32, 32)
            for layer in (layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D())
        ]
        + [layers.Flatten()],
    }
    found = {}
    for name, hidden in networks.items():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([layers.Input((32, 32, 3)), *hidden, layers.Dense(10, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(drawn["x_train"] / np.float32(255), drawn["y_train"], epochs=6, verbose=0)
        found[name] = model.evaluate(drawn["x_test"] / np.float32(255), drawn["y_test"], verbose=0)[1]
    return found


def test_the_lesson_survives(accuracies):
    """A convolutional network clearly beats a multilayer perceptron, and that a linear model."""
    assert accuracies["cnn"] > accuracies["mlp"] + 0.2
    assert accuracies["mlp"] > accuracies["linear"] + 0.1
    assert accuracies["linear"] > 0.12

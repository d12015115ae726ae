"""Trains the network that is handed in with the reference solution of 05_cnn; it takes a minute or two.

    python answers/05_cnn/reference_network.py

It is small, since it is a file of this repository, and knows the drawings that stand in for CIFAR-10. It gets all
points for its accuracy, or else nothing is written.
"""

import importlib
import sys
from pathlib import Path

import keras
import numpy as np

from gdl_utils.authoring.answer_bank import REFERENCE
from gdl_utils.classroom.course import HIDDEN, Course
from gdl_utils.datasets import stand_in

HIDDEN_FILES = Course(Path(__file__).resolve().parents[2]).source("05_cnn") / HIDDEN
sys.path.append(str(HIDDEN_FILES))
measure = importlib.import_module("measure")

FILE = HIDDEN_FILES / REFERENCE / measure.MODEL
IMAGES = 40_000
EPOCHS = 12


def network() -> keras.Model:
    """A small convolutional network for images of shape (32, 32, 3) in ten classes."""
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters, side, strides in [(8, 5, 2), (12, 3, 1), (12, 3, 2), (16, 3, 1)]:
        model.add(keras.layers.Conv2D(filters, side, strides=strides, padding="same", activation="relu"))
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10, activation="softmax"))
    return model


def main() -> None:
    """Train, measure on drawings that are not among those of the training, and write the file."""
    keras.utils.set_random_seed(2)
    data = stand_in.draw_dataset(IMAGES, 1_000)
    model = network()
    steps = EPOCHS * IMAGES // 64
    rate = keras.optimizers.schedules.CosineDecay(4e-3, steps)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(data["x_train"].astype(np.float32) / 255, data["y_train"], batch_size=64, epochs=EPOCHS, verbose=2)
    fresh = measure.drawings("5c")
    reached = measure.accuracy(model, fresh.images, fresh.labels)
    print(f"{model.count_params():,} parameters, right for {reached:.1%} of {len(fresh.labels):,} other drawings")
    if reached < fresh.marks[1] + 0.01:
        raise SystemExit(f"Nothing was written: at least {fresh.marks[1] + 0.01:.0%} are wanted.")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    # Without its optimiser, whose state would make the file three times as large.
    bare = network()
    bare.set_weights(model.get_weights())
    bare.save(FILE)
    print(f"{FILE} has {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

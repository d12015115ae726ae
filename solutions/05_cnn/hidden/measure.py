"""Measures the networks of 05_cnn on images that no student has; only the judge has this file.

There are two kinds, since students have either of two data sets at hand: test images of CIFAR-10, altered a little,
which `prepare.py` makes, and new drawings like those of the stand-in, drawn when they are needed.
"""

import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdl_utils.datasets import stand_in

ASSIGNMENT = "05_cnn"
FILE = "images.npz"  # in the folder hidden/ of the assignment, and in the judge's folder
MODEL = "better_cnn.keras"  # what students hand in
BATCH = 100
# Accuracies from which points are given, and at which all are.
CIFAR10, DRAWINGS = "CIFAR-10", "drawings"
MARKS = {CIFAR10: (0.60, 0.72), DRAWINGS: (0.80, 0.95)}


class HiddenSet(NamedTuple):
    """Images of shape (n, 32, 32, 3) with values from 0 to 1, their labels of shape (n,), and what is asked for."""

    name: str
    images: np.ndarray
    labels: np.ndarray
    marks: tuple[float, float]


class MissingImagesError(RuntimeError):
    """Where work is graded, something is not as it must be; whoever handed it in can do nothing about it."""

    hint = (
        "This could not be measured, which is not your fault: something is missing on the computer that graded. Tell "
        "your teacher, who can have it graded again."
    )


def hidden_sets(secret: str) -> list[HiddenSet]:
    """The images to measure on: those of CIFAR-10 if their file is there, and drawings.

    Args:
        secret: hexadecimal digits, for the drawings.

    Raises:
        MissingImagesError: if the file can't be used, or the course's own network would be measured.
    """
    drawn = drawings(secret)
    # The judge has its file in its folder; in the course's own folder a notebook is run beside hidden/.
    path = next((path for path in (Path(FILE), Path("hidden", FILE)) if path.is_file()), None)
    if path is None:
        return [drawn]
    if Path(MODEL).exists() and path == Path(FILE):
        raise MissingImagesError(
            f"solutions/{ASSIGNMENT}/{MODEL} is graded in the place of what students hand in: move it away and grade "
            "again."
        )
    try:
        with np.load(path, allow_pickle=False) as file:
            low, high = map(float, file["marks"])
            images, labels = file["images"], file["labels"]
    except (OSError, ValueError, KeyError) as error:
        raise MissingImagesError(
            f"solutions/{ASSIGNMENT}/hidden/{FILE} can't be read ({error}): delete it and grade again."
        ) from error
    return [HiddenSet(CIFAR10, images.astype(np.float32) / 255, labels, (low, high)), drawn]


def drawings(secret: str) -> HiddenSet:
    """New drawings, a thousand of them, that are no part of the stand-in."""
    images, labels = stand_in.draw_chunk(np.random.default_rng(int(secret, 16)))
    return HiddenSet(DRAWINGS, images.astype(np.float32) / 255, labels.reshape(-1), MARKS[DRAWINGS])


def missing() -> MissingImagesError:
    """What to raise if a network can't be judged, since the images of CIFAR-10 are not there."""
    return MissingImagesError(
        f"solutions/{ASSIGNMENT}/hidden/{FILE} is missing, and with it the images for networks that were trained on "
        "CIFAR-10: name a copy of CIFAR-10 in GDL_CIFAR10 and grade again, which makes the file first."
    )


def predict(model: Any, images: np.ndarray) -> np.ndarray:
    """What a Keras model gives for images, as in a prediction."""
    # Keras warns of a model whose inputs are a list of one; in nbgrader as shipped a warning would cost the points.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = [model(images[start : start + BATCH], training=False) for start in range(0, len(images), BATCH)]
    return np.concatenate([np.asarray(part) for part in parts])


def accuracy(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of the images whose most probable class is right."""
    return float(np.mean(predict(model, images).argmax(axis=-1) == labels))

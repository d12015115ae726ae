"""Measures the networks of 05_cnn on images that no student has; only the judge has this file.

`prepare.py` decides which images count, and makes a file of each set that does: test images of CIFAR-10, altered a
little, and drawings like those of the stand-in if the instructor lets them count. A set without a file never counts.
"""

import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdl_utils.datasets import stand_in

ASSIGNMENT = "05_cnn"
MODEL = "better_cnn.keras"  # what students hand in
BATCH = 100
CIFAR10, DRAWINGS = "CIFAR-10", "drawings"
# Beside this file: in the folder hidden/ of the assignment, and in the judge's folder.
FILES = {CIFAR10: "images.npz", DRAWINGS: "drawings.npz"}
# Accuracies from which points are given, and at which all are.
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


def hidden_sets() -> list[HiddenSet]:
    """The images that count, as far as their files are there.

    Raises:
        MissingImagesError: if there is no file or one can't be used, or the course's own network would be measured.
    """
    folder = Path(__file__).resolve().parent
    if folder == Path("hidden").resolve():
        # In the course's own folder its own network is measured, which knows the drawings.
        return [drawings(np.random.default_rng(1))]
    if (folder / MODEL).exists():
        raise MissingImagesError(
            f"solutions/{ASSIGNMENT}/{MODEL} is graded in the place of what students hand in: move it away and grade "
            "again."
        )
    sets = [_read(name, folder / file) for name, file in FILES.items() if (folder / file).is_file()]
    if not sets:
        raise missing()
    return sets


def _read(name: str, path: Path) -> HiddenSet:
    try:
        with np.load(path, allow_pickle=False) as file:
            low, high = map(float, file["marks"])
            images, labels = file["images"], file["labels"]
            # When the assignment itself is checked, drawings lie in the place of CIFAR-10.
            name = str(file["name"]) if "name" in file else name
    except (OSError, ValueError, KeyError) as error:
        raise MissingImagesError(
            f"solutions/{ASSIGNMENT}/hidden/{path.name} can't be read ({error}): delete it and grade again."
        ) from error
    return HiddenSet(name, images.astype(np.float32) / 255, labels, (low, high))


def drawings(rng: np.random.Generator) -> HiddenSet:
    """New drawings, a thousand of them, that are no part of the stand-in."""
    images, labels = stand_in.draw_chunk(rng)
    return HiddenSet(DRAWINGS, images.astype(np.float32) / 255, labels.reshape(-1), MARKS[DRAWINGS])


def missing() -> MissingImagesError:
    """What to raise if a network can't be judged, since the images of CIFAR-10 are not there."""
    return MissingImagesError(
        f"solutions/{ASSIGNMENT}/hidden/{FILES[CIFAR10]} is missing, and with it the images for networks that were "
        "trained on CIFAR-10: name a copy of CIFAR-10 in GDL_CIFAR10 and grade again, which makes the file first."
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

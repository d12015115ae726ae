"""Images on which the assignment 05_cnn measures what a student has trained, and no student has.

There are two kinds, since students have either of two data sets at hand. Test images of CIFAR-10, altered a little, lie
in solutions/05_cnn/hidden/images.npz: `make_hidden_images` makes that file on the machine of whoever grades, for the
images may not be handed on. New drawings like those of the stand-in are drawn when they are needed.

It needs no more than the light installation, for the notebook of the assignment imports it, too.
"""

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdl_utils.errors import CourseError

ASSIGNMENT = "05_cnn"
FILE = "images.npz"  # in the folder hidden/ of the assignment, and in the judge's folder
MODEL = "better_cnn.keras"  # what students hand in
SIZE = 1_000
MOVE = 2  # pixels
BRIGHTNESS = 20  # of 255
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


# Making the file.


def make_hidden_images(folder: Path) -> bool:
    """Make hidden/images.npz from CIFAR-10 in the source of 05_cnn if it is missing; tell whether it was made.

    Nothing is made for another assignment, or where no CIFAR-10 is to be had; then only networks that were trained on
    the stand-in can be graded, and this says so.

    Args:
        folder: the source of an assignment, in solutions/ of the repository or of a course.

    Raises:
        CourseError: if a network lies among the files that are handed out, where it would take every student's place.
    """
    if folder.name != ASSIGNMENT:
        return False
    from gdl_utils.datasets import load_cifar10

    target = folder / "hidden" / FILE
    if (folder / MODEL).exists():
        raise CourseError(
            f"{folder / MODEL} would be handed out, and graded in the place of what students hand in: move it away."
        )
    if target.exists() or not folder.is_dir():
        return False
    with _all_images():
        data = load_cifar10()
    if data.is_stand_in:
        print(
            f"Without CIFAR-10, {ASSIGNMENT} can be graded only for students who have no CIFAR-10 either: name a copy "
            "in GDL_CIFAR10 and grade again."
        )
        return False
    secret = secrets.token_hex(16)
    images, labels = draw(*data[1], secret)
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        partial = Path(scratch, FILE)
        np.savez_compressed(
            partial,
            images=images,
            labels=labels,
            marks=np.array(MARKS[CIFAR10]),
            source=np.array(data.source),
            secret=np.array(secret),
        )
        partial.replace(target)
    return True


def draw(images: np.ndarray, labels: np.ndarray, secret: str, size: int = SIZE) -> tuple[np.ndarray, np.ndarray]:
    """Choose images by a secret and alter them: the same for the same secret.

    Args:
        images: uint8 of shape (n, 32, 32, 3).
        labels: of shape (n, 1) or (n,).
        secret: hexadecimal digits.
        size: how many to choose; all of them, in another order, if there are not as many.

    Returns:
        Altered images, uint8 of shape (size, 32, 32, 3), and their labels of shape (size,).
    """
    rng = np.random.default_rng(int(secret, 16))
    chosen = rng.permutation(len(images))[:size]
    return alter(images[chosen], rng), labels.reshape(-1)[chosen]


def alter(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each image by one or two pixels, repeating its edge; mirror every other one; make it brighter or darker."""
    count, height, width, _ = images.shape
    # All moves but none at all.
    moves = np.delete(np.arange((2 * MOVE + 1) ** 2), ((2 * MOVE + 1) ** 2) // 2)
    down, right = np.divmod(rng.choice(moves, count), 2 * MOVE + 1)
    padded = np.pad(images, ((0, 0), (MOVE, MOVE), (MOVE, MOVE), (0, 0)), mode="edge")
    rows = down[:, None] + np.arange(height)
    columns = right[:, None] + np.arange(width)
    mirrored = rng.random(count) < 0.5
    columns[mirrored] = columns[mirrored, ::-1]
    moved = padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    brighter = rng.integers(-BRIGHTNESS, BRIGHTNESS + 1, (count, 1, 1, 1))
    return np.clip(moved.astype(int) + brighter, 0, 255).astype(np.uint8)


@contextmanager
def _all_images() -> Iterator[None]:
    # A short run hands out the first test images only.
    before = os.environ.get("GDL_PROFILE")
    os.environ["GDL_PROFILE"] = "full"
    try:
        yield
    finally:
        if before is None:
            del os.environ["GDL_PROFILE"]
        else:
            os.environ["GDL_PROFILE"] = before


# What the hidden test calls, in the judge.


def hidden_sets(secret: str) -> list[HiddenSet]:
    """The images to measure on: those of CIFAR-10 if their file is there, and drawings.

    Args:
        secret: hexadecimal digits, for the drawings.

    Raises:
        MissingImagesError: if the file can't be used, or the course's own network would be measured.
    """
    found = [drawings(secret)]
    # The judge has its file in its folder; in the course's own folder a notebook is run beside hidden/.
    path = next((path for path in (Path(FILE), Path("hidden", FILE)) if path.is_file()), None)
    if path is None:
        return found
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
    return [HiddenSet(CIFAR10, images.astype(np.float32) / 255, labels, (low, high)), *found]


def drawings(secret: str) -> HiddenSet:
    """New drawings, a thousand of them, that are no part of the stand-in."""
    from gdl_utils.datasets import stand_in

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

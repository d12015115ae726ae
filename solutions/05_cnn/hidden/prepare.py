"""Makes images.npz, the altered test images of CIFAR-10 on which networks are measured and which no student has.

They may not be handed on, so they are made where work is graded: `gdl grade` and `nbgrader autograde` run this file
first. Where there is no CIFAR-10 nothing is made, and only networks that were trained on the stand-in can be graded.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

import numpy as np
from measure import CIFAR10, FILE, MARKS, MODEL

from gdl_utils.datasets import load_cifar10
from gdl_utils.errors import CourseError

SIZE = 1_000
MOVE = 2  # pixels
BRIGHTNESS = 20  # of 255


def make_images(source: Path) -> None:
    """Make hidden/images.npz in the source of the assignment if it is missing.

    Raises:
        CourseError: if a network lies among the files that are handed out, where it would take every student's place.
    """
    target = source / "hidden" / FILE
    if (source / MODEL).exists():
        raise CourseError(
            f"{source / MODEL} would be handed out, and graded in the place of what students hand in", "move it away"
        )
    if target.exists():
        return
    data = load_cifar10()
    if data.is_stand_in:
        print(
            f"Without CIFAR-10, {source.name} can be graded only for students who have no CIFAR-10 either: name a copy "
            "in GDL_CIFAR10 and grade again."
        )
        return
    secret = secrets.token_hex(16)
    images, labels = draw(*data[1], secret)
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


if __name__ == "__main__":
    # A short run hands out the first test images only.
    os.environ["GDL_PROFILE"] = "full"
    try:
        make_images(Path(__file__).resolve().parents[1])
    except CourseError as error:
        sys.exit(str(error))

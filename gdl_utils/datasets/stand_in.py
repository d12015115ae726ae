"""The stand-in for CIFAR-10 where there is neither a copy nor a network: ten kinds of drawings, made in code.

Size, place, rotation and both colours vary, and a figure may be brighter or darker than its ground, so that no
single pixel tells the class: a linear model does little better than chance, an MLP better, a CNN far better.
"""

from collections.abc import Callable

import numpy as np

CLASS_NAMES = ("disc", "ring", "square", "triangle", "cross", "star", "crescent", "stripes", "checkerboard", "dumbbell")
SIDE = 32
CHUNK = 1_000  # images are drawn, and seeded, by the thousand: a short run gets the first images of a full one
SEED = 20_090_408
TEST_STREAM = 1_000_000  # seeds of the test images start here


def draw_dataset(train_size: int, test_size: int) -> dict[str, np.ndarray]:
    """Draw `train_size` and `test_size` images with the shapes and types of CIFAR-10.

    Returns:
        x_train and x_test, uint8 of shape (n, 32, 32, 3); y_train and y_test, uint8 of shape (n, 1) from 0 to 9.
    """
    x_train, y_train = _draw(train_size, 0)
    x_test, y_test = _draw(test_size, TEST_STREAM)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _draw(size: int, stream: int) -> tuple[np.ndarray, np.ndarray]:
    chunks = [draw_chunk(np.random.default_rng([SEED, stream + start])) for start in range(0, size, CHUNK)]
    images, labels = zip(*chunks, strict=True)
    return np.concatenate(images)[:size], np.concatenate(labels)[:size]


def draw_chunk(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw a thousand images, a hundred of each class in a random order.

    Returns:
        uint8 of shape (1000, 32, 32, 3), and labels from 0 to 9, uint8 of shape (1000, 1).
    """
    labels = rng.permutation(np.arange(CHUNK) % len(CLASS_NAMES)).astype(np.uint8)
    radius = rng.uniform(7, 11, (CHUNK, 1, 1))
    # The circle around it, but for the corners of a square, lies within the image.
    centre = SIDE / 2 + rng.uniform(-5, 5, (2, CHUNK, 1, 1))
    angle = rng.uniform(-np.pi, np.pi, (CHUNK, 1, 1))
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    down, right = (rows - centre[0]) / radius, (columns - centre[1]) / radius
    along = right * np.cos(angle) + down * np.sin(angle)
    across = down * np.cos(angle) - right * np.sin(angle)

    coverage = np.empty((CHUNK, SIDE, SIDE))
    for label, inside in enumerate(FIGURES):
        chosen = labels == label
        # A signed distance in units of the radius; half a pixel of soft edge.
        distance = inside(along[chosen], across[chosen])
        coverage[chosen] = np.clip(0.5 - distance * radius[chosen], 0, 1)

    # Two figures in three are brighter than their ground, the others darker; each colour differs by 0.2 or more.
    brighter = rng.random((CHUNK, 1, 1, 1)) < 2 / 3
    step = rng.uniform(0.2, 0.5, (CHUNK, 1, 1, 3))
    ground = rng.uniform(0.05, 0.95 - step)
    ground = np.where(brighter, ground, 1 - ground)
    figure = np.where(brighter, ground + step, ground - step)
    slope = rng.normal(0, 0.006, (2, CHUNK, 1, 1, 1))
    shade = slope[0] * (rows - SIDE / 2)[..., None] + slope[1] * (columns - SIDE / 2)[..., None]
    image = ground + (figure - ground) * coverage[..., None] + shade + rng.normal(0, 0.05, (CHUNK, SIDE, SIDE, 3))
    return (255 * np.clip(image, 0, 1)).round().astype(np.uint8), labels[:, None]


# Each figure is a function of the coordinates along and across its own axis, in units of its radius: negative inside,
# positive outside, and about the distance to the outline near it.


def _disc(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    return np.hypot(along, across) - 1


def _ring(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(along, across) - 0.75) - 0.25


def _square(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(along), np.abs(across)) - 0.8


def _triangle(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    sides = [along * np.cos(turn) + across * np.sin(turn) for turn in 2 * np.pi * np.arange(3) / 3]
    return np.max(np.stack(sides), axis=0) - 0.5


def _cross(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    arms = np.minimum(np.abs(along), np.abs(across)) - 0.25
    return np.maximum(arms, np.hypot(along, across) - 1)


def _star(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    petals = 0.65 + 0.35 * np.cos(5 * np.arctan2(across, along))
    return (np.hypot(along, across) - petals) * 0.6


def _crescent(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    return np.maximum(np.hypot(along, across) - 1, 0.8 - np.hypot(along - 0.5, across))


def _stripes(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(np.mod(along, 0.6) - 0.3) - 0.15, np.hypot(along, across) - 1)


def _checkerboard(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    fields = 0.15 * np.sin(np.pi * along / 0.5) * np.sin(np.pi * across / 0.5)
    return np.maximum(fields, np.maximum(np.abs(along), np.abs(across)) - 0.95)


def _dumbbell(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    ends = np.hypot(np.abs(along) - 0.65, across) - 0.35
    bar = np.maximum(np.abs(along) - 0.65, np.abs(across) - 0.12)
    return np.minimum(ends, bar)


FIGURES: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (
    _disc,
    _ring,
    _square,
    _triangle,
    _cross,
    _star,
    _crescent,
    _stripes,
    _checkerboard,
    _dumbbell,
)

"""Handwritten digits of 8 by 8 pixels, the small images of chapter 3.

They are the test part of the "Optical recognition of handwritten digits" data of E. Alpaydin and C. Kaynak (UCI, 1998),
as scikit-learn carries them: nothing is downloaded. Section 3.1 introduces them.
"""

from dataclasses import dataclass

import numpy as np

LEVELS = 17  # a pixel counts how many of 16 points were inked
TRAIN_SIZE = 1_400


@dataclass(frozen=True)
class Digits:
    """The digits in two parts.

    Attributes:
        train: images (1400, 8, 8, 1), whole numbers from 0 (paper) to 16 (ink).
        train_labels: (1400,), from 0 to 9.
        test: images (397, 8, 8, 1).
        test_labels: (397,).
    """

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


def load_digits() -> Digits:
    """All 1,797 digits, shuffled in the same way each time: writers wrote them one after the other."""
    from sklearn import datasets

    images, labels = datasets.load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(images))
    images = images[order].astype("uint8").reshape(-1, 8, 8, 1)
    labels = labels[order].astype("uint8")
    return Digits(images[:TRAIN_SIZE], labels[:TRAIN_SIZE], images[TRAIN_SIZE:], labels[TRAIN_SIZE:])

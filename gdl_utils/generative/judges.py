"""Two stand-ins for a divergence that nobody can compute for images, each with its blind side. Section 3.1."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from gdl_utils.errors import CourseError

LEARNING_RATE, EPOCHS, BATCH_SIZE = 2e-3, 30, 32
IMAGES_AT_ONCE = 256


@dataclass(frozen=True)
class Judge:
    """A classifier that looks at generated images: what it sees in them, and how sure it is.

    Attributes:
        classifier: from images to probabilities of classes.
        layers: the same network up to its last hidden layer.
    """

    classifier: Any
    layers: Any

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Of each class, (n, classes)."""
        return self.classifier.predict(images, batch_size=512, verbose=0)

    def features(self, images: np.ndarray) -> np.ndarray:
        """What the last hidden layer sees, (n, features)."""
        return self.layers.predict(images, batch_size=512, verbose=0).astype(float)


def train_judge(images: np.ndarray, labels: np.ndarray, seed: int = 0) -> Judge:
    """Train a small convolutional network to classify images.

    Args:
        images: (n, height, width, channels), from 0 to 1.
        labels: (n,), whole numbers from 0.
        seed: of the weights and of the order of batches.
    """
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    inputs = keras.Input(images.shape[1:])
    hidden = layers.Conv2D(32, 3, padding="same", activation="relu")(inputs)
    hidden = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(hidden)
    hidden = layers.Dropout(0.3)(layers.Flatten()(hidden))
    features = layers.Dense(32, activation="relu")(hidden)
    classes = layers.Dense(int(labels.max()) + 1, activation="softmax")(features)
    classifier = keras.Model(inputs, classes)
    classifier.compile(keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
    classifier.fit(images, labels, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    return Judge(classifier, keras.Model(inputs, features))


def frechet_distance(features: np.ndarray, other_features: np.ndarray) -> float:
    """The squared Frechet distance of the two Gaussians that have the means and covariances of two sets of features.

    With means m and n and covariances C and D it is ``|m - n|^2 + trace(C + D - 2 (C D)^(1/2))``: Dowson and Landau
    (1982), used for images by Heusel et al. (2017). It depends on the judge and, since covariances are estimated, on
    the number of images: compare only what has both in common.

    Args:
        features: (n, d), of one set of images.
        other_features: (m, d), of another.
    """
    if min(len(features), len(other_features)) < 2:
        raise CourseError("A covariance needs at least two images", "draw more")
    means = features.mean(axis=0) - other_features.mean(axis=0)
    one, other = np.cov(features, rowvar=False), np.cov(other_features, rowvar=False)
    # The eigenvalues of the product of two covariances are not negative, but for rounding.
    roots = np.sqrt(np.maximum(np.linalg.eigvals(one @ other).real, 0))
    return float(means @ means + np.trace(one) + np.trace(other) - 2 * roots.sum())


def distance_to_nearest(images: np.ndarray, training_images: np.ndarray) -> np.ndarray:
    """How far each image is from the nearest training image: the root of the mean squared difference of their pixels.

    Args:
        images: (n, ...), any shape.
        training_images: (m, ...), of the same shape.

    Returns:
        Distances of shape (n,), in the units of the pixels.
    """
    one = np.reshape(images, (len(images), -1)).astype("float32")
    other = np.reshape(training_images, (len(training_images), -1)).astype("float32")
    # Which is nearest is found by products of matrices, many times faster in so many dimensions than differences or a
    # tree. How near it is then comes from the difference itself, so that a copy has a distance of exactly 0.
    lengths = np.sum(other**2, axis=1)
    pieces = np.array_split(one, -(-len(one) // IMAGES_AT_ONCE))
    nearest = np.concatenate([np.argmin(lengths - 2 * piece @ other.T, axis=1) for piece in pieces])
    return np.sqrt(np.mean((one.astype(float) - other[nearest].astype(float)) ** 2, axis=1))

"""Fourier features: sines of doubled frequencies, without which a small network draws no coast. Section 3.1."""

from typing import Any

import keras
import numpy as np


def fourier_features(points: Any, octaves: int = 6) -> Any:
    """The coordinates, and sine and cosine of each at frequencies that double: pi, 2 pi, 4 pi and so on.

    Tancik et al., "Fourier features let networks learn high frequency functions in low dimensional domains" (2020),
    here with fixed frequencies along the axes.

    Args:
        points: (n, d), an array, a tensor or what a Keras model is built of.
        octaves: how many frequencies.

    Returns:
        Features of shape (n, d + 2 d octaves).
    """
    waves = [np.pi * 2**octave * points for octave in range(octaves)]
    features = [points] + [part for wave in waves for part in (keras.ops.sin(wave), keras.ops.cos(wave))]
    return keras.ops.concatenate(features, axis=-1)

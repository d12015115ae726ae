"""Fourier features: sines of doubled frequencies, without which a small network draws no coast (3.1 and 3.6)."""

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


def noisy_features(points: Any, signal: Any, noise: Any, octaves: int = 7) -> Any:
    """What the networks of section 3.6 are told about noisy points: signal times a point of the data, plus noise.

    For flow matching at the time t the signal is t and the noise 1 - t.

    Args:
        points: (n, 2), noisy points, scaled so that the data have a spread of 1.
        signal: (n, 1).
        noise: (n, 1).
        octaves: how many frequencies.

    Returns:
        Features of shape (n, 6 + 4 octaves): the point, the guess of its place without noise, signal, the level of
        noise, and waves of the guess, each faded out as far as the noise hides it.
    """
    power = signal**2 + noise**2
    guess, blur = signal * points / power, noise**2 / power
    features = [points, guess, signal, keras.ops.log((signal + 0.02) / (noise + 1e-3)) / 4]
    for octave in range(octaves):
        frequency = 2.0**octave
        seen = keras.ops.exp(-(frequency**2) * blur / 2)
        features += [seen * keras.ops.sin(frequency * guess), seen * keras.ops.cos(frequency * guess)]
    return keras.ops.concatenate(features, axis=-1)

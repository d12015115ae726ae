"""Small networks for the interactive figures: written by a page's own run, read by the figure in the browser.

A file holds dense layers, and what stands before them. `book/interactive/src/mathematics/network.ts` reads it.
"""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from gdl_utils.errors import CourseError
from gdl_utils.generative.features import fourier_features

# Names the folder into which `gdl book run` lets the pages write the networks of their figures.
EXPORT_VARIABLE = "GDL_EXPORT"
LARGEST_FILE = 160_000  # bytes
ACTIVATIONS = ("linear", "relu", "tanh", "silu", "gelu", "sigmoid")
CHECKS = 200
# What the sums of float32 may differ by, measured by the largest output.
TOLERANCE = 1e-4


class ExportError(CourseError):
    """A network that no figure could run."""


@dataclass(frozen=True)
class Front:
    """What is done to the inputs of a network before its first dense layer.

    Attributes:
        kind: "none" for nothing. "uniform" turns numbers from a Gaussian into uniform ones from -1 to 1. "fourier"
            takes `fourier_features` of the first inputs, the coordinates, and leaves what follows as it is, such as
            features of time. "noisy" takes four inputs, a point in the plane and its shares of signal and noise, and
            gives the features of section 3.6.
        octaves: how many frequencies, for "fourier" and "noisy".
        coordinates: how many inputs are coordinates, for "fourier".
    """

    kind: Literal["none", "uniform", "fourier", "noisy"] = "none"
    octaves: int = 0
    coordinates: int = 0

    def __call__(self, inputs: Any) -> Any:
        """Do it, to an array, a tensor or what a Keras model is built of, of shape (n, d)."""
        match self.kind:
            case "uniform":
                return keras.ops.erf(inputs / 2**0.5)
            case "fourier":
                features = fourier_features(inputs[:, : self.coordinates], self.octaves)
                return keras.ops.concatenate([features, inputs[:, self.coordinates :]], axis=-1)
            case "noisy":
                return noisy_features(inputs[:, :2], inputs[:, 2:3], inputs[:, 3:4], self.octaves)
        return inputs

    def inputs(self, features: int) -> int:
        """How many inputs there are if so many features come out."""
        match self.kind:
            case "fourier":
                return features - 2 * self.coordinates * self.octaves
            case "noisy":
                return 4
        return features


def noisy_features(points: Any, signal: Any, noise: Any, octaves: int) -> Any:
    """The features of a noisy point x = signal * original + noise * standard normal noise. Section 3.6.

    The guess is what the original would be if it came from a standard Gaussian, and the blur the variance that is left.
    Sines and cosines of the guess fade where the blur hides them.

    Args:
        points: (n, d).
        signal: its share, (n, 1).
        noise: its share, (n, 1).
        octaves: how many frequencies: 1, 2, 4 and so on.

    Returns:
        Features of shape (n, 2 d + 2 + 2 d octaves).
    """
    power = signal**2 + noise**2
    guess, blur = signal * points / power, noise**2 / power
    parts = [points, guess, signal, keras.ops.log((signal + 0.02) / (noise + 1e-3)) / 4]
    for octave in range(octaves):
        frequency = 2.0**octave
        seen = keras.ops.exp(-(frequency**2) * blur / 2)
        parts += [seen * keras.ops.sin(frequency * guess), seen * keras.ops.cos(frequency * guess)]
    return keras.ops.concatenate(parts, axis=-1)


@dataclass(frozen=True)
class Export:
    """What became of a network.

    Attributes:
        size: of the file in bytes.
        rounding: the largest difference of an output that comes from rounding the weights, on 200 random inputs.
    """

    size: int
    rounding: float

    def __str__(self) -> str:
        """For the log of a page."""
        return f"{self.size / 1000:.0f} kB, rounding changes outputs by {self.rounding:.1e} at most"


def export_network(
    name: str,
    network: keras.Model,
    front: Front | None = None,
    precision: Literal["float16", "float32"] = "float16",
    **facts: Any,
) -> Export:
    """Keep a network for an interactive figure.

    Only `gdl book run` writes the file: it names the folder in GDL_EXPORT. Anywhere else the network is only checked.
    Rounded to float16, weights keep three digits; `rounding` tells what that changes.

    Args:
        name: of the file, without its ending.
        network: dense layers one after the other. The front may be a part of the network; one that makes more features
            of its inputs may also stand before it.
        front: what is done to the inputs.
        precision: of the weights in the file.
        facts: numbers or arrays that the figure needs beside the network.

    Raises:
        ExportError: if there are other layers, the front is another, or the file is too large.
    """
    front = front or Front()
    layers = list(_dense_layers(network))
    if not layers:
        raise ExportError(f"The network {name} has no dense layer", "pass a Keras model of dense layers")
    features = layers[0].kernel.shape[0]
    inputs = _check_inputs(front, front.inputs(features))
    with_front = network.input_shape[-1] == inputs.shape[1]
    expected = _flat(network(inputs if with_front else front(inputs)))
    document = {
        "front": asdict(front),
        "precision": precision,
        "layers": [_as_dict(layer, name, precision) for layer in layers],
        "facts": {key: _rounded(value) for key, value in facts.items()},
    }
    exact = _flat(_run(front, [(layer.get_weights(), layer.activation) for layer in layers], inputs))
    if exact.shape != expected.shape or np.abs(exact - expected).max() > TOLERANCE * max(1, np.abs(expected).max()):
        raise ExportError(
            f"The network {name} is not its dense layers behind the front {front.kind!r}",
            "name the front that it was trained with, and leave out what figures can't do",
        )
    rounded = _flat(read_network(document)(inputs))
    text = json.dumps(document, separators=(",", ":")) + "\n"
    size = len(text.encode())
    if size > LARGEST_FILE:
        raise ExportError(
            f"The network {name} takes {size:,} bytes, more than {LARGEST_FILE:,}", "train a smaller one for the figure"
        )
    if folder := os.environ.get(EXPORT_VARIABLE):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{name}.json").write_text(text, encoding="utf-8")
    return Export(size, float(np.abs(rounded - expected).max()))


def read_network(document: dict[str, Any]) -> keras.Model:
    """Build the network that a file of `export_network` holds, as Keras would run it.

    Args:
        document: what the file says, read as JSON.
    """
    front = Front(**document["front"])
    weights = [
        [
            _decode(layer["kernel"], document["precision"]).reshape(-1, layer["units"]),
            _decode(layer["bias"], document["precision"]),
        ]
        for layer in document["layers"]
    ]
    inputs = keras.Input((front.inputs(len(weights[0][0])),))
    hidden = front(inputs)
    for layer, values in zip(document["layers"], weights, strict=True):
        dense = keras.layers.Dense(layer["units"], activation=layer["activation"])
        hidden = dense(hidden)
        dense.set_weights(values)
    return keras.Model(inputs, hidden)


def _dense_layers(network: keras.Model) -> Iterator[keras.layers.Dense]:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _dense_layers(layer)
        elif isinstance(layer, keras.layers.Dense):
            yield layer
        elif layer.weights:
            raise ExportError(f"The network has a layer {type(layer).__name__}", "figures know dense layers only")


def _as_dict(layer: keras.layers.Dense, name: str, precision: str) -> dict[str, Any]:
    activation = layer.activation.__name__
    if activation not in ACTIVATIONS:
        raise ExportError(f"The network {name} has the activation {activation}", f"use one of {', '.join(ACTIVATIONS)}")
    kernel = layer.get_weights()[0]
    bias = layer.get_weights()[1] if layer.use_bias else np.zeros(layer.units, "float32")
    return {
        "units": layer.units,
        "activation": activation,
        "kernel": _encode(kernel, precision),
        "bias": _encode(bias, precision),
    }


def _run(front: Front, layers: list[tuple[list[np.ndarray], Any]], inputs: np.ndarray) -> Any:
    hidden = front(inputs)
    for weights, activation in layers:
        hidden = activation(keras.ops.matmul(hidden, weights[0]) + (weights[1] if len(weights) > 1 else 0))
    return hidden


def _check_inputs(front: Front, count: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(CHECKS, count)).astype("float32")
    if front.kind == "noisy":
        angle = rng.uniform(0, np.pi / 2, CHECKS)
        inputs[:, 2], inputs[:, 3] = np.cos(angle), np.sin(angle)
    return inputs


def _flat(outputs: Any) -> np.ndarray:
    array: np.ndarray = keras.ops.convert_to_numpy(outputs)
    return array.reshape(len(array), -1)


def _encode(values: np.ndarray, precision: str) -> str:
    # "<": little-endian on every machine.
    with np.errstate(over="ignore"):
        rounded = np.ascontiguousarray(values).astype({"float16": "<f2", "float32": "<f4"}[precision])
    if not np.all(np.isfinite(rounded)):
        raise ExportError("A weight is not a number or too large", "look at the training")
    return base64.b64encode(rounded.tobytes()).decode()


def _decode(text: str, precision: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), {"float16": "<f2", "float32": "<f4"}[precision]).astype("float32")


def _rounded(value: Any) -> Any:
    """Seven digits are those of float32."""
    if np.ndim(value) == 0:
        return float(f"{float(value):.7g}")
    return [_rounded(each) for each in value]

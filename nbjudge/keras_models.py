"""Keras models as plain data: configuration and weights, rebuilt from Keras's own layers only.

Keras is imported when it is needed: an assignment without it is graded without it.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numpy as np

from nbjudge.wire import WireError

LAYERS = frozenset(
    [
        "Activation",
        "ActivityRegularization",
        "Add",
        "AdditiveAttention",
        "AlphaDropout",
        "Attention",
        "Average",
        "AveragePooling1D",
        "AveragePooling2D",
        "AveragePooling3D",
        "BatchNormalization",
        "Bidirectional",
        "Concatenate",
        "Conv1D",
        "Conv1DTranspose",
        "Conv2D",
        "Conv2DTranspose",
        "Conv3D",
        "Conv3DTranspose",
        "Cropping1D",
        "Cropping2D",
        "Cropping3D",
        "Dense",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "Dot",
        "Dropout",
        "ELU",
        "EinsumDense",
        "Embedding",
        "Flatten",
        "GRU",
        "GRUCell",
        "GaussianDropout",
        "GaussianNoise",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "GlobalMaxPooling3D",
        "GroupNormalization",
        "GroupQueryAttention",
        "Identity",
        "InputLayer",
        "LSTM",
        "LSTMCell",
        "LayerNormalization",
        "LeakyReLU",
        "Masking",
        "MaxPooling1D",
        "MaxPooling2D",
        "MaxPooling3D",
        "Maximum",
        "Minimum",
        "MultiHeadAttention",
        "Multiply",
        "Normalization",
        "PReLU",
        "RNN",
        "Permute",
        "ReLU",
        "RandomBrightness",
        "RandomContrast",
        "RandomCrop",
        "RandomFlip",
        "RandomRotation",
        "RandomTranslation",
        "RandomZoom",
        "RepeatVector",
        "Rescaling",
        "Reshape",
        "Resizing",
        "SeparableConv1D",
        "SeparableConv2D",
        "SimpleRNN",
        "SimpleRNNCell",
        "Softmax",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "SpectralNormalization",
        "StackedRNNCells",
        "Subtract",
        "TimeDistributed",
        "UnitNormalization",
        "UpSampling1D",
        "UpSampling2D",
        "UpSampling3D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ZeroPadding3D",
    ]
)
# Classes of the other packages are plain data with a name; none runs code that the configuration brings.
PACKAGES = (
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.losses",
    "keras.metrics",
)
ARITHMETIC = frozenset(["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative"])
# Where Keras itself looks for a function that a configuration names.
FUNCTIONS = ("keras.activations", "keras.losses", "keras.metrics")
# TensorFlow's own names for functions that Keras knows by another one.
OTHER_NAMES = {"softmax_v2": "softmax"}
# Keras's marks in a configuration.
MARKS = frozenset(["__keras_tensor__", "__tuple__", "__slice__", "__ellipsis__"])
MODELS = frozenset(["Sequential", "Functional"])
QUANTIZED = "_from_"  # in the names that Keras gives to policies of quantised weights, as "int4_from_float32"
MAX_TEXT = 1 << 20
MAX_METRIC = 1000  # the largest number in the configuration of a metric


def is_model(value: Any) -> bool:
    """Whether `value` is a Keras model; does not import Keras."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, keras.Model)


def encode_model(model: Any) -> dict[str, Any]:
    """A model as plain data: `class`, `config` and `compile` as JSON, `weights` as arrays."""
    name = type(model).__name__
    if name not in MODELS:
        raise WireError(f"a model of class {name} can't be sent; use Sequential or the functional interface")
    try:
        config = json.dumps(_to_send(model.get_config()))
        compiled = json.dumps(model.get_compile_config()) if getattr(model, "compiled", False) else None
        weights = [np.asarray(weight) for weight in model.get_weights()]
    except Exception as error:
        raise WireError(f"the model can't be turned into a configuration ({type(error).__name__})") from None
    return {"class": name, "config": config, "compile": compiled, "weights": weights}


def _to_send(node: Any) -> Any:
    """A configuration with Keras's own names, and without how models inside it were compiled, which is of no use."""
    if isinstance(node, dict):
        if node.get("class_name") == "function" and node.get("config") in OTHER_NAMES:
            return OTHER_NAMES[node["config"]]
        return {name: _to_send(item) for name, item in node.items() if name != "compile_config"}
    return [_to_send(item) for item in node] if isinstance(node, list | tuple) else node


def _refuse(what: Any) -> None:
    shown = "".join(char for char in str(what)[:40] if char.isprintable())
    raise WireError(f"the model holds {shown!r}, which is not one of Keras's own layers or settings")


def check_config(node: Any) -> None:
    """Go through a configuration and refuse everything that is not known to be harmless.

    Raises:
        WireError: naming the first class that is not accepted.
    """
    if isinstance(node, list):
        for item in node:
            check_config(item)
    if not isinstance(node, dict):
        return
    if QUANTIZED in str(node.get("dtype")):
        # As a class it is refused, too. It can pack two weights into a byte, so that counting them would miss half.
        _refuse(node["dtype"])
    if "class_name" in node:
        _check_class(node)
    elif "module" in node or "registered_name" in node:
        _refuse(node.get("module"))
    for item in node.values():
        check_config(item)


def _check_class(node: dict[str, Any]) -> None:
    name, module, registered = node["class_name"], node.get("module"), node.get("registered_name")
    if not isinstance(name, str) or not isinstance(module, str | None):
        _refuse(name)
    if name == "function" and module == "builtins":
        _check_function(node)
        return
    if registered is not None and registered != name:
        _refuse(registered)
    if name in MARKS and module is None:
        return
    if module == "keras.layers" and name in LAYERS:
        return
    if module == "keras" and name in ("DTypePolicy", "Sequential"):
        return
    if module in ("keras.models", "keras.src.models.functional", "keras") and name in MODELS:
        return
    if module == "keras.src.ops.numpy" and name in ARITHMETIC:
        return
    if module in PACKAGES and not name.startswith("_"):
        import importlib

        known = getattr(importlib.import_module(module), name, None)
        if isinstance(known, type) and "lambda" not in name.lower():
            if module == "keras.metrics":
                _check_sizes(node.get("config"))
            return
    _refuse(name)


def _check_function(node: dict[str, Any]) -> None:
    import importlib

    name = node.get("config")
    if isinstance(name, str) and node.get("registered_name") in (None, "function", name):
        for package in FUNCTIONS:
            known = getattr(importlib.import_module(package), name, None)
            if isinstance(known, FunctionType) and name not in ("get", "serialize", "deserialize"):
                return
    _refuse(name)


def _check_sizes(config: Any) -> None:
    # A metric takes the square of its classes in memory as soon as it is made, before any weight has come.
    if isinstance(config, dict):
        for value in config.values():
            if isinstance(value, int | float) and not -MAX_METRIC <= value <= MAX_METRIC:
                raise WireError("the model has a metric that is too large")


@contextmanager
def _nothing_filled() -> Iterator[None]:
    """A scope in which a model is built without memory for its weights, which none gets afterwards either."""
    import keras
    from keras.src.backend.common import global_state

    name = "uninitialized_variables"
    before = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        # Else the end of the next scope would fill them.
        global_state.set_global_attribute(name, before if before is not None else [])


def decode_model(data: Any) -> Any:
    """The model that `encode_model` described.

    It is first built without memory for its weights, so that the shapes that the configuration promises are known to
    be those of the weights that came.

    Raises:
        WireError: if it holds anything but Keras's own layers, or is not what it says.
    """
    if not isinstance(data, dict) or set(data) != {"class", "config", "compile", "weights"}:
        raise WireError("a model is damaged")
    name, text, compiled, weights = data["class"], data["config"], data["compile"], data["weights"]
    if not isinstance(text, str) or len(text) > MAX_TEXT or not isinstance(weights, list):
        raise WireError("a model is damaged")
    if not isinstance(name, str) or name not in MODELS:
        raise WireError("a model is damaged")
    if not all(isinstance(weight, np.ndarray) and weight.dtype.kind in "biuf" for weight in weights):
        raise WireError("a model has weights that are not numbers")
    config = _parsed(text)
    import keras

    kind = keras.Sequential if name == "Sequential" else keras.Model
    try:
        with _nothing_filled():
            trial = kind.from_config(config)
            shapes = [tuple(weight.shape) for weight in trial.weights]
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"the model can't be built from its configuration ({type(error).__name__})") from None
    if shapes != [weight.shape for weight in weights]:
        raise WireError("the model has other weights than its configuration needs")
    try:
        model = kind.from_config(_parsed(text))
        model.set_weights(weights)
        if compiled is not None:
            if not isinstance(compiled, str) or len(compiled) > MAX_TEXT:
                raise WireError("a model is damaged")
            model.compile_from_config(_parsed(compiled))
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"the model can't be built from its configuration ({type(error).__name__})") from None
    return model


def _parsed(text: str) -> dict[str, Any]:
    try:
        config = json.loads(text)
        check_config(config)
    except RecursionError:
        raise WireError("a model's configuration is nested too deep") from None
    except ValueError as error:
        raise error if isinstance(error, WireError) else WireError("a model's configuration is damaged") from None
    if not isinstance(config, dict):
        raise WireError("a model's configuration is damaged")
    return config

"""Counts all numbers that a Keras model carries: its weights, and what is written into the settings of its layers."""

import json
import lzma
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gdl_utils.checks.result import CheckError

FREE_PER_LAYER = 120  # numbers; a layer with everything set needs up to 102, most need 40
FREE_IN_ALL = 10_000  # bytes, compressed; a network of 800 layers needs 9,000
CHARACTERS = 8  # of text that count as one number
# Keras packs two quantised numbers into a byte, and one of 64 bits has room for two.
NUMBERS_PER_ELEMENT = {"int8": 2, "uint8": 2, "float64": 2}
LAYER_MODULES = ("keras", "keras.layers", "keras.models", "keras.src.models.functional")


@dataclass(frozen=True)
class ParameterCount:
    """How many numbers a model carries.

    Attributes:
        trainable: in trainable weights.
        not_trainable: in all other weights.
        settings: in the settings of the layers, beyond what honest layers need.
        largest: the kind of layer with the most numbers in its settings, empty if none has too many.
    """

    trainable: int
    not_trainable: int
    settings: int
    largest: str = ""

    @property
    def total(self) -> int:
        """All of them."""
        return self.trainable + self.not_trainable + self.settings


def count_parameters(model: Any) -> ParameterCount:
    """Count all numbers with which a Keras model predicts, wherever they are.

    `model.count_params()` counts weights alone, but `Rescaling(scale=[...])` and others keep numbers in their settings,
    and even names can. Settings are free as far as honest layers need them: the first 120 numbers of each layer, eight
    characters of text being one, and 10,000 bytes of the compressed configuration of all layers. What is more counts, a
    byte like a number. How the model was compiled and the state of its optimizer don't count: no prediction needs them.

    Raises:
        CheckError: if the model can't be described by its configuration.
    """
    try:
        config = model.get_config()
        text = json.dumps(config, sort_keys=True, default=str)
    except Exception as error:
        raise CheckError(
            "Your network has no configuration: build it with Sequential or the functional interface, of Keras's own "
            "layers."
        ) from error
    trainable = {id(weight) for weight in model.trainable_weights}
    sizes = [(_elements(weight), id(weight) in trainable) for weight in model.weights]
    weights = {id(weight) for weight in model.weights}
    # A generator of random numbers has a state of two numbers.
    states = sum(max(0, math.prod(state.shape) - 2) for state in model.variables if id(state) not in weights)
    layers = list(_layers({"class_name": type(model).__name__, "module": "keras", **config}))
    excess = [(max(0, size - FREE_PER_LAYER), kind) for kind, size in layers]
    numbers, (most, largest) = sum(size for size, _ in excess), max(excess)
    compressed = len(lzma.compress(text.encode()))
    return ParameterCount(
        sum(size for size, is_trainable in sizes if is_trainable),
        sum(size for size, is_trainable in sizes if not is_trainable),
        states + max(numbers, compressed - FREE_IN_ALL),
        largest if most else "",
    )


def check_parameters(model: Any, most: int) -> None:
    """Check that a Keras model carries no more numbers than it may.

    Args:
        model: the student's.
        most: how many it may have; see `count_parameters` for what counts.

    Raises:
        CheckError: if it carries more, with a hint that says which of them count.
    """
    count = count_parameters(model)
    if count.total <= most:
        return
    if count.trainable > most:
        hint = "Your network has too many parameters."
    elif count.trainable + count.not_trainable > most:
        hint = "Your network has too many parameters if those that are not trainable count, too."
    else:
        where = f", most of them in a layer of the kind {count.largest}" if count.largest else ""
        hint = (
            f"Your network has too many parameters: beside those in weights, the settings of its layers hold "
            f"{count.settings:,} numbers that count like them{where}."
        )
    raise CheckError(hint)


def _elements(variable: Any) -> int:
    return math.prod(variable.shape) * NUMBERS_PER_ELEMENT.get(str(variable.dtype), 1)


def _layers(node: Any) -> Iterator[tuple[str, int]]:
    """Each layer and model in a configuration: its kind, and the numbers in its settings without layers inside it."""
    if _is_layer(node):
        yield str(node["class_name"]), _size_of_items(node)
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ()
    for item in children:
        yield from _layers(item)


def _is_layer(node: Any) -> bool:
    # Operations such as `x + 1` are layers of a functional model, too.
    return (
        isinstance(node, dict)
        and "class_name" in node
        and ("inbound_nodes" in node or node.get("module") in LAYER_MODULES)
    )


def _size_of_items(node: dict[str, Any]) -> int:
    # So do the shapes for which a layer was built: those of a hundred inputs, if it adds them.
    return sum(_size(item) for name, item in node.items() if name != "build_config")


def _size(node: Any) -> int:
    """Numbers in a part of the settings of a layer."""
    if node is None or _is_layer(node):
        return 0
    if isinstance(node, dict):
        # A tensor between two layers is described by its shape, which follows from them.
        return 0 if node.get("class_name") == "__keras_tensor__" else _size_of_items(node)
    if isinstance(node, list | tuple):
        return sum(_size(item) for item in node)
    if hasattr(node, "tolist"):
        return _size(node.tolist())
    if isinstance(node, float):
        return 1
    if isinstance(node, int):
        return max(1, math.ceil(node.bit_length() / 32))
    return math.ceil(len(str(node)) / CHARACTERS)

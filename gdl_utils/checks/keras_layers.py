"""Compares Keras models layer by layer, however they were written."""

from collections.abc import Iterable, Mapping
from typing import Any

from gdl_utils.checks.forms import form_of
from gdl_utils.checks.result import CheckError, Misconception, Score, partial_score

NO_INPUT = "Your model does not know the shape of its input: begin it with keras.Input."
FIXED_BATCH = (
    "Your network takes only a fixed number of images at a time: give keras.Input the shape of a single observation."
)
LOGITS = (
    "Your network ends in logits, numbers of any size, because its last layer has no softmax: without it there are no "
    "probabilities."
)
Step = tuple[str, Mapping[str, Any]]
SETTINGS = {
    "Dense": ("units", "use_bias"),
    "Conv2D": ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias"),
    "BatchNormalization": ("axis", "center", "scale"),
    "Dropout": ("rate",),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
}
# Layers that do what an activation does, with its name, and the settings with which they do just that.
ACTIVATIONS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "ReLU": ("relu", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "LeakyReLU": ("leaky_relu", {"negative_slope": None}),
    "Softmax": ("softmax", {"axis": -1}),
    "ELU": ("elu", {"alpha": 1.0}),
}


def steps(model: Any) -> list[Step]:
    """What a Keras model does, step by step, however it was written.

    Names of layers are left out, and activations are steps of their own, whether they were given to a layer or are
    layers. `Sequential` and the functional interface give the same.

    Args:
        model: whose layers follow one upon the other.

    Returns:
        The input with its shape without the batch, then each layer or activation by its class or name, with the
        settings that change what it computes. A layer's output shape and its parameters follow from them.

    Raises:
        CheckError: if it is no Keras model, or its layers are no simple row.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise CheckError("This should be a Keras model: does your function return it?")
    # Sequential keeps a functional model inside, once it knows its input.
    graph = getattr(model, "_functional", None) if isinstance(model, keras.Sequential) else model
    if graph is None:
        raise CheckError(NO_INPUT)
    nodes = [node for nodes in graph._nodes_by_depth.values() for node in nodes]
    if len(graph.inputs) != 1 or len(graph.outputs) != 1 or len(nodes) != len(graph.layers):
        raise CheckError("The layers of your model should follow one upon the other, each of them used once.")
    in_order: list[Step] = [("Input", {"shape": tuple(graph.inputs[0].shape[1:])})]
    for layer in graph.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        config = layer.get_config()
        if config.get("axis") == len(layer.output.shape) - 1:
            config["axis"] = -1
        if kind == "Activation":
            in_order += _activation(config.get("activation"))
        elif kind in ACTIVATIONS:
            in_order.append(_activation_layer(kind, config))
        else:
            in_order.append((kind, {name: _setting(config[name]) for name in SETTINGS.get(kind, ()) if name in config}))
            in_order += _activation(config.get("activation"))
    return in_order


def check_network(
    network: Any,
    input_shape: tuple[int, ...],
    output_shape: tuple[int, ...],
    parameters: int | None = None,
    softmax: bool = True,
) -> None:
    """Check what a network takes and gives, in a test that students see, and say what was found.

    Args:
        network: the student's.
        input_shape: of one observation, without the batch.
        output_shape: for one observation, without the batch.
        parameters: how many it should have, None if any number will do.
        softmax: whether it should end in probabilities.

    Raises:
        CheckError: if it is no Keras model, or another one.
    """
    import keras

    if network is None or not isinstance(network, keras.Model):
        came = "None: is a 'return' missing?" if network is None else f"{form_of(network)}."
        raise CheckError(f"A Keras model is expected here, but your function gave {came}")
    shapes = [getattr(network, name, None) for name in ("input_shape", "output_shape")]
    for what, found, wanted in zip(("takes", "gives"), shapes, (input_shape, output_shape), strict=True):
        if found is None:
            raise CheckError(NO_INPUT)
        if found[0] is not None:
            raise CheckError(FIXED_BATCH)
        if tuple(found[1:]) != wanted:
            raise CheckError(f"Your network {what} the shape {tuple(found[1:])} for each image, and not {wanted}.")
    if softmax and _last_activation(network) != "softmax":
        raise CheckError(LOGITS)
    if parameters is not None and network.count_params() != parameters:
        raise CheckError(
            f"Your network has {network.count_params():,} parameters, and should have {parameters:,}: compare "
            "summary() with the description, layer by layer."
        )


def _last_activation(network: Any) -> str:
    layer = network.layers[-1]
    if type(layer).__name__ in ACTIVATIONS:
        return ACTIVATIONS[type(layer).__name__][0]
    found = _activation(layer.get_config().get("activation"))
    return found[0][0] if found else ""


def _setting(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _activation_layer(kind: str, config: Mapping[str, Any]) -> Step:
    name, usual = ACTIVATIONS[kind]
    if kind == "ReLU" and config.get("negative_slope"):
        name = "leaky_relu"
    other = {key: config[key] for key in usual if key in config and config[key] != usual[key]}
    return name, {key: round(value, 6) if isinstance(value, float) else value for key, value in other.items()}


def _activation(given: Any) -> list[Step]:
    if given in (None, "linear"):
        return []
    if given == "leaky_relu":
        return [("leaky_relu", {"negative_slope": 0.2})]
    if isinstance(given, Mapping):
        kind, config = given.get("class_name"), given.get("config")
        if kind == "function":
            # As TensorFlow names tf.nn.softmax.
            return _activation("softmax" if config == "softmax_v2" else config)
        # A layer may be given as an activation.
        if kind == "Activation" and isinstance(config, Mapping):
            return _activation(config.get("activation"))
        if kind in ACTIVATIONS and isinstance(config, Mapping):
            return [_activation_layer(kind, config)]
    return [(str(given), {})]


def check_model(
    answer: Any, reference: Any, points: float, misconceptions: Iterable[Misconception] = ()
) -> Score | None:
    """Check a Keras model step by step against one that is right; see `steps` for what counts as the same.

    Args:
        answer: the student's model.
        reference: the right model.
        points: for all steps together. If the steps are those of the reference, in their order, but some have other
            settings, those that are right earn their share; else there are none.
        misconceptions: each with a function that makes the steps of the wrong model of those of the right one.

    Returns:
        None if it is right, else the points for the steps that are.

    Raises:
        CheckError: if it has other steps than the reference, or none is right.
    """
    own, right = steps(answer), steps(reference)
    if own == right:
        return None
    for misconception in misconceptions:
        if misconception.wrong(list(right)) == own:
            hint: str | None = misconception.hint
            break
    else:
        hint = None
    same_kinds = [kind for kind, _ in own] == [kind for kind, _ in right]
    if not same_kinds:
        raise CheckError(hint or _first_difference(own, right))
    wrong = [number for number, (step, wanted) in enumerate(zip(own, right, strict=True)) if step != wanted]
    kind, settings = own[wrong[0]]
    names = [name for name, value in settings.items() if value != right[wrong[0]][1].get(name)]
    told = f"Step {wrong[0]} of your model, {kind}, has another setting than it should have: {', '.join(names)}."
    return partial_score(points, len(right) - len(wrong), len(right), hint or told)


def _first_difference(own: list[Step], right: list[Step]) -> str:
    if own == right[:-1] and right[-1][0] == "softmax":
        return LOGITS
    for number, ((mine, _), (other, _)) in enumerate(zip(own, right, strict=False)):
        if mine != other:
            return f"Your model is not built as described: up to step {number - 1} it is, but then comes {mine}."
    if len(own) < len(right):
        return f"Your model is built as described, but it ends too early, after {own[-1][0]}."
    return f"Your model is built as described, but it goes on where it should end, with {own[len(right)][0]}."

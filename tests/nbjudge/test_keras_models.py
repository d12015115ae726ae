"""Keras models that cross from one process to another: Keras's own come over whole, all others are refused."""

import json
import subprocess
import sys

import numpy as np
import pytest

from nbjudge.keras_models import LAYERS, check_config, decode_model, encode_model, is_model
from nbjudge.wire import Codec, WireError, pack, unpack

keras = pytest.importorskip("keras")
L = keras.layers

SEQUENCE, IMAGE, VOLUME, VECTOR = (6, 4), (8, 8, 3), (4, 4, 4, 2), (5,)


# Each layer on an input of a shape that it takes; those of no input of their own are wrapped.
SIMPLE = {
    VECTOR: {
        "Activation": lambda: L.Activation("tanh"),
        "ActivityRegularization": lambda: L.ActivityRegularization(0.1, 0.2),
        "AlphaDropout": lambda: L.AlphaDropout(0.5),
        "BatchNormalization": lambda: L.BatchNormalization(),
        "Dense": lambda: L.Dense(3, kernel_regularizer="l2", kernel_constraint=keras.constraints.NonNeg()),
        "Dropout": lambda: L.Dropout(0.5, seed=1),
        "ELU": lambda: L.ELU(0.5),
        "EinsumDense": lambda: L.EinsumDense("ab,bc->ac", 4, bias_axes="c"),
        "Flatten": lambda: L.Flatten(),
        "GaussianDropout": lambda: L.GaussianDropout(0.1),
        "GaussianNoise": lambda: L.GaussianNoise(0.1),
        "Identity": lambda: L.Identity(),
        "LayerNormalization": lambda: L.LayerNormalization(),
        "LeakyReLU": lambda: L.LeakyReLU(0.2),
        "Normalization": lambda: L.Normalization(mean=[1.0] * 5, variance=[4.0] * 5),
        "PReLU": lambda: L.PReLU(alpha_initializer="random_normal"),
        "ReLU": lambda: L.ReLU(6.0),
        "RepeatVector": lambda: L.RepeatVector(3),
        "Rescaling": lambda: L.Rescaling(1 / 255, offset=-1),
        "Reshape": lambda: L.Reshape((5, 1)),
        "Softmax": lambda: L.Softmax(),
        "SpectralNormalization": lambda: L.SpectralNormalization(L.Dense(3)),
        "UnitNormalization": lambda: L.UnitNormalization(),
    },
    SEQUENCE: {
        "AveragePooling1D": lambda: L.AveragePooling1D(2),
        "Bidirectional": lambda: L.Bidirectional(L.LSTM(3, return_sequences=True)),
        "Conv1D": lambda: L.Conv1D(3, 2, activation="relu"),
        "Conv1DTranspose": lambda: L.Conv1DTranspose(3, 2),
        "Cropping1D": lambda: L.Cropping1D(1),
        "DepthwiseConv1D": lambda: L.DepthwiseConv1D(2),
        "GRU": lambda: L.GRU(3),
        "GRUCell": lambda: L.RNN(L.GRUCell(3)),
        "GlobalAveragePooling1D": lambda: L.GlobalAveragePooling1D(),
        "GlobalMaxPooling1D": lambda: L.GlobalMaxPooling1D(),
        "LSTM": lambda: L.LSTM(3, return_sequences=True),
        "LSTMCell": lambda: L.RNN([L.LSTMCell(3), L.LSTMCell(2)]),
        "Masking": lambda: L.Masking(),
        "MaxPooling1D": lambda: L.MaxPooling1D(2),
        "Permute": lambda: L.Permute((2, 1)),
        "SeparableConv1D": lambda: L.SeparableConv1D(3, 2),
        "SimpleRNN": lambda: L.SimpleRNN(3),
        "SimpleRNNCell": lambda: L.RNN(L.SimpleRNNCell(3), return_sequences=True),
        "SpatialDropout1D": lambda: L.SpatialDropout1D(0.5),
        "TimeDistributed": lambda: L.TimeDistributed(L.Dense(3)),
        "UpSampling1D": lambda: L.UpSampling1D(2),
        "ZeroPadding1D": lambda: L.ZeroPadding1D(1),
    },
    IMAGE: {
        "AveragePooling2D": lambda: L.AveragePooling2D(2),
        "Conv2D": lambda: L.Conv2D(4, 3, padding="same", kernel_regularizer=keras.regularizers.L2(1e-4)),
        "Conv2DTranspose": lambda: L.Conv2DTranspose(2, 3, strides=2),
        "Cropping2D": lambda: L.Cropping2D(1),
        "DepthwiseConv2D": lambda: L.DepthwiseConv2D(3),
        "GlobalAveragePooling2D": lambda: L.GlobalAveragePooling2D(),
        "GlobalMaxPooling2D": lambda: L.GlobalMaxPooling2D(),
        "GroupNormalization": lambda: L.GroupNormalization(3),
        "MaxPooling2D": lambda: L.MaxPooling2D(),
        "RandomBrightness": lambda: L.RandomBrightness(0.1),
        "RandomContrast": lambda: L.RandomContrast(0.1),
        "RandomCrop": lambda: L.RandomCrop(4, 4),
        "RandomFlip": lambda: L.RandomFlip("horizontal"),
        "RandomRotation": lambda: L.RandomRotation(0.1),
        "RandomTranslation": lambda: L.RandomTranslation(0.1, 0.1),
        "RandomZoom": lambda: L.RandomZoom(0.1),
        "Resizing": lambda: L.Resizing(4, 4),
        "SeparableConv2D": lambda: L.SeparableConv2D(4, 3),
        "SpatialDropout2D": lambda: L.SpatialDropout2D(0.5),
        "UpSampling2D": lambda: L.UpSampling2D(),
        "ZeroPadding2D": lambda: L.ZeroPadding2D(),
    },
    VOLUME: {
        "AveragePooling3D": lambda: L.AveragePooling3D(2),
        "Conv3D": lambda: L.Conv3D(2, 2),
        "Conv3DTranspose": lambda: L.Conv3DTranspose(2, 2),
        "Cropping3D": lambda: L.Cropping3D(1),
        "GlobalAveragePooling3D": lambda: L.GlobalAveragePooling3D(),
        "GlobalMaxPooling3D": lambda: L.GlobalMaxPooling3D(),
        "MaxPooling3D": lambda: L.MaxPooling3D(2),
        "SpatialDropout3D": lambda: L.SpatialDropout3D(0.5),
        "UpSampling3D": lambda: L.UpSampling3D(),
        "ZeroPadding3D": lambda: L.ZeroPadding3D(),
    },
}
SPECIAL = {
    **{
        name: (VECTOR, lambda name=name: lambda x: getattr(L, name)()([x, L.Dense(5)(x)]))
        for name in ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")
    },
    "Dot": (VECTOR, lambda: lambda x: L.Dot(axes=1)([x, L.Dense(5)(x)])),
    "Attention": (SEQUENCE, lambda: lambda x: L.Attention(use_scale=True)([x, L.Dense(4)(x)])),
    "AdditiveAttention": (SEQUENCE, lambda: lambda x: L.AdditiveAttention()([x, L.Dense(4)(x)])),
    "MultiHeadAttention": (SEQUENCE, lambda: lambda x: L.MultiHeadAttention(2, 3)(x, L.Dense(4)(x))),
    "GroupQueryAttention": (SEQUENCE, lambda: lambda x: L.GroupQueryAttention(3, 4, 2)(x, x)),
    "Embedding": (VECTOR, lambda: lambda x: L.Embedding(10, 3)(x)),
    "RNN": (SEQUENCE, lambda: L.RNN(L.GRUCell(2))),
    "StackedRNNCells": (SEQUENCE, lambda: L.RNN(L.StackedRNNCells([L.GRUCell(2), L.LSTMCell(3)]))),
    "InputLayer": (VECTOR, lambda: lambda x: L.Dense(2)(x)),
}
BUILDERS = {name: (shape, make) for shape, made in SIMPLE.items() for name, make in made.items()} | SPECIAL
# Cells are no layers by themselves; the layer RNN holds them.
NEEDS_RNN = {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"}


def across(model):
    """The model as the judge gets it, by way of a real message."""

    class Models(Codec):
        def encode(self, value):
            return "model", encode_model(value)

        def decode(self, name, data):
            return decode_model(data)

    return unpack(pack(model, Models()), Models())


def assert_same(one, other):
    assert is_model(other) and type(other).__name__ == type(one).__name__
    assert other.count_params() == one.count_params()
    assert [layer.name for layer in other.layers] == [layer.name for layer in one.layers]
    assert [type(layer) for layer in other.layers] == [type(layer) for layer in one.layers]
    assert [weight.name for weight in other.weights] == [weight.name for weight in one.weights]
    assert [weight.trainable for weight in other.weights] == [weight.trainable for weight in one.weights]
    assert json.dumps(other.get_config()) == json.dumps(one.get_config())
    inputs = [np.random.default_rng(0).integers(0, 9, (3, *each.shape[1:])).astype("float32") for each in one.inputs]
    given = inputs if len(inputs) > 1 else inputs[0]
    expected, found = one(given, training=False), other(given, training=False)
    for left, right in zip(keras.tree.flatten(expected), keras.tree.flatten(found), strict=True):
        np.testing.assert_array_equal(np.asarray(left), np.asarray(right))


def functional(shape, make):
    inputs = keras.Input(shape)
    return keras.Model(inputs, make()(inputs))


def data_of(model, **changes):
    return {**encode_model(model), **changes}


def edited(model, edit):
    """What a student could send who writes the configuration by hand."""
    data = encode_model(model)
    config = json.loads(data["config"])
    edit(config)
    return {**data, "config": json.dumps(config)}


@pytest.fixture(scope="module")
def dense():
    return keras.Sequential([keras.Input((4,)), L.Dense(3, name="dense")])


# What comes over.


def test_all_layers_that_may_cross_are_tried():
    assert set(BUILDERS) == LAYERS


@pytest.mark.parametrize("name", sorted(set(BUILDERS) - NEEDS_RNN))
def test_each_layer_comes_over(name):
    shape, make = BUILDERS[name]
    model = functional(shape, make)
    assert_same(model, across(model))
    if name not in SPECIAL:
        model = keras.Sequential([keras.Input(shape), make()])
        assert_same(model, across(model))


@pytest.mark.parametrize("name", sorted(NEEDS_RNN))
def test_each_cell_comes_over_in_a_layer(name):
    shape, make = BUILDERS[name]
    model = functional(shape, make)
    assert_same(model, across(model))


def branches():
    image, number = keras.Input((8, 8, 3), name="image"), keras.Input((2,), name="number")
    x = L.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer="l2")(image)
    x = L.Add()([x, L.Conv2D(4, 1)(image)])
    x = L.Concatenate()([L.GlobalAveragePooling2D()(x), L.Dense(3, activation=keras.activations.gelu)(number)])
    shared = L.Dense(5, activation=L.LeakyReLU(0.1))
    return keras.Model([image, number], {"one": shared(x), "two": L.Softmax()(shared(x * 2.0 + 1.0 - x / 3.0))})


def inner():
    small = keras.Sequential([keras.Input((4,)), L.Dense(3, "relu"), L.Dropout(0.2)], name="small")
    inputs = keras.Input((4,))
    middle = functional((3,), lambda: keras.Sequential([keras.Input((3,)), L.Dense(3)]))
    return keras.Model(inputs, L.Dense(2)(L.Add()([middle(middle(small(inputs))), small(inputs)])))


def whole():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Rescaling(1 / 255),
            L.Conv2D(4, 3, activation="relu", kernel_regularizer=keras.regularizers.L1L2(1e-4, 1e-3)),
            L.BatchNormalization(),
            L.Activation(keras.activations.swish),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(10, "softmax", kernel_initializer=keras.initializers.HeNormal(seed=1)),
        ]
    )


@pytest.mark.parametrize("make", [branches, inner, whole])
def test_models_of_many_parts_come_over(make):
    model = make()
    assert_same(model, across(model))


@pytest.mark.parametrize("activation", ["relu", "softmax", "linear", None, "gelu", "tanh", "sigmoid", "silu"])
def test_activations_by_name_and_as_functions(activation):
    for given in {activation, activation and getattr(keras.activations, activation)}:
        model = keras.Sequential([keras.Input((4,)), L.Dense(3, activation=given), L.Activation(given or "elu")])
        assert_same(model, across(model))


def test_a_model_inside_may_have_been_trained_before():
    inner = keras.Sequential([keras.Input((4,)), L.Dense(3, "relu"), L.Dense(2)])
    inner.compile("adam", "mse")
    inner.fit(np.ones((8, 4)), np.zeros((8, 2)), verbose=0)
    inputs = keras.Input((4,))
    model = keras.Model(inputs, inner(L.Rescaling(2.0)(inputs)))
    other = across(model)
    values = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_array_equal(np.asarray(model(values)), np.asarray(other(values)))


def test_the_softmax_of_tensorflow_comes_over_as_that_of_keras():
    model = keras.Sequential([keras.Input((4,)), L.Dense(3, activation=pytest.importorskip("tensorflow").nn.softmax)])
    other = across(model)
    assert other.layers[0].activation is keras.activations.softmax
    inputs = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.testing.assert_array_equal(np.asarray(model(inputs)), np.asarray(other(inputs)))


COMPILED = {
    "names": {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]},
    "classes": {
        "optimizer": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        "loss": lambda: keras.losses.SparseCategoricalCrossentropy(),
        "metrics": lambda: [keras.metrics.SparseCategoricalAccuracy(name="acc")],
    },
    "functions": {
        "optimizer": "rmsprop",
        "loss": lambda: keras.losses.mean_squared_error,
        "metrics": lambda: [keras.metrics.mean_absolute_error],
    },
    "a schedule": {
        "optimizer": lambda: keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(0.1, 100)),
        "loss": "categorical_crossentropy",
        "metrics": ["accuracy"],
    },
}


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_models_come_over(name):
    settings = {key: value() if callable(value) else value for key, value in COMPILED[name].items()}
    model = keras.Sequential([keras.Input((4,)), L.Dense(3, "softmax")])
    model.compile(**settings)
    found = across(model)
    assert_same(model, found)
    assert found.optimizer.get_config() == model.optimizer.get_config()
    assert json.dumps(found.get_compile_config()) == json.dumps(model.get_compile_config())
    y = np.zeros(8) if name == "classes" else np.zeros((8, 3))
    x = np.ones((8, 4), "float32")
    np.testing.assert_allclose(found.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-6)


def test_weights_come_over_with_nan_and_infinity(dense):
    weights = [np.full((4, 3), np.nan, "float32"), np.array([np.inf, -np.inf, 0], "float32")]
    dense.set_weights(weights)
    for left, right in zip(across(dense).get_weights(), weights, strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_layer_that_two_models_inside_share_is_refused():
    """Keras would make two of it."""
    small = keras.Sequential([keras.Input((4,)), L.Dense(3)])
    again = keras.Model(small.inputs[0], small.outputs[0])
    inputs = keras.Input((4,))
    with pytest.raises(WireError, match="other weights than its configuration needs"):
        across(keras.Model(inputs, L.Add()([small(inputs), again(inputs)])))


def test_frozen_layers_stay_frozen():
    model = keras.Sequential([keras.Input((4,)), L.Dense(3), L.Dense(2)])
    model.layers[0].trainable = False
    assert_same(model, across(model))


def test_what_is_built_shares_no_state_with_the_next():
    first = across(keras.Sequential([keras.Input((4,)), L.Dense(3)]))
    second = across(keras.Sequential([keras.Input((4,)), L.Dense(3)]))
    first.set_weights([np.ones((4, 3)), np.ones(3)])
    assert not np.array_equal(first.get_weights()[0], second.get_weights()[0])


# What is refused.


class OwnLayer(L.Layer):
    def call(self, x):
        return x


class OwnModel(keras.Model):
    def call(self, x):
        return x


@keras.saving.register_keras_serializable("students")
class Registered(L.Layer):
    def call(self, x):
        return x


@keras.saving.register_keras_serializable("students")
def registered_activation(x):
    return x


class Sequential(keras.Sequential):
    """Named like Keras's own."""

    def call(self, x, *_, **__):
        return x * 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.Sequential([keras.Input((4,)), L.Lambda(lambda x: x)]),
        lambda: functional((4,), lambda: L.Lambda(lambda x: x * 2)),
        lambda: keras.Sequential([keras.Input((4,)), OwnLayer()]),
        lambda: keras.Sequential([keras.Input((4,)), Registered()]),
        lambda: keras.Sequential([keras.Input((4,)), L.Dense(3, activation=registered_activation)]),
        lambda: keras.Sequential([keras.Input((4,)), L.Dense(3, activation=lambda x: x)]),
        lambda: keras.Sequential([keras.Input((4, 2)), L.TimeDistributed(OwnLayer())]),
        OwnModel,
        lambda: keras.Sequential(
            [keras.Input((4,)), L.Dense(3, kernel_initializer=lambda shape, dtype: keras.ops.ones(shape))]
        ),
        lambda: functional((4,), lambda: lambda x: keras.ops.sin(x)),
        lambda: functional((4,), lambda: OwnLayer()),
    ],
)
def test_classes_and_functions_of_the_student_are_refused(make):
    """The sentence is short and says why."""
    model = make()
    with pytest.raises(WireError) as caught:
        across(model)
    text = str(caught.value)
    assert 10 < len(text) < 200 and "\n" not in text and "Traceback" not in text


def test_a_class_named_like_keras_own_comes_over_as_keras_own():
    model = Sequential([keras.Input((4,)), L.Dense(3)])
    found = across(model)
    assert type(found) is keras.Sequential
    assert not np.array_equal(found(np.ones((1, 4))), np.zeros((1, 4)))


def test_a_loss_of_the_student_is_refused():
    for settings in (
        {"loss": lambda y, p: 0.0},
        {"loss": "mse", "metrics": [lambda y, p: 0.0]},
        {"loss": type("Own", (keras.losses.Loss,), {"call": lambda self, y, p: 0.0})()},
        {"loss": "mse", "optimizer": type("Own", (keras.optimizers.SGD,), {})()},
    ):
        model = keras.Sequential([keras.Input((4,)), L.Dense(3)])
        model.compile(**settings)
        with pytest.raises(WireError):
            across(model)


@pytest.mark.parametrize("mode", ["int4", "int8", "float8", "int4/2", "gptq/4/-1"])
def test_quantised_weights_are_refused(mode, dense):
    """Also where a student writes the name of the policy into the configuration by hand."""

    def edit(config):
        config["layers"][1]["config"]["dtype"] = f"{mode}_from_float32"

    with pytest.raises(WireError, match="not one of Keras's own"):
        decode_model(edited(dense, edit))


def test_quantised_models_are_refused():
    model = keras.Sequential([keras.Input((4,)), L.Dense(3, dtype="int4_from_float32")])
    with pytest.raises(WireError, match="QuantizedDTypePolicy"):
        across(model)


FOREIGN = [
    {"module": "os", "class_name": "system", "config": "touch x", "registered_name": None},
    {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
    {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"},
    {"module": "builtins", "class_name": "function", "config": "deserialize", "registered_name": "deserialize"},
    {"module": "builtins", "class_name": "function", "config": ["relu"], "registered_name": "relu"},
    {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "students>relu"},
    {"module": "builtins", "class_name": "eval", "config": {}, "registered_name": "eval"},
    {"module": "builtins", "class_name": "exec", "config": {}},
    {"module": "keras.utils", "class_name": "get_file", "config": {"origin": "x"}},
    {"module": "keras.utils", "class_name": "function", "config": "get_file"},
    {"module": "keras.saving", "class_name": "load_model", "config": {}},
    {"module": "keras.layers", "class_name": "Lambda", "config": {"function": "x"}},
    {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "x"}},
    {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}},
    {"module": "keras.layers", "class_name": "TextVectorization", "config": {}},
    {"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {}},
    {"module": "keras.layers", "class_name": "Dense", "registered_name": "students>Registered", "config": {}},
    {"module": "keras.src.layers", "class_name": "Dense", "config": {"units": 3}},
    {"module": "keras.losses", "class_name": "deserialize", "config": {}},
    {"module": "keras.metrics", "class_name": "get", "config": {}},
    {"module": "keras.initializers", "class_name": "__class__", "config": {}},
    {"module": "keras.metrics", "class_name": ["Mean"], "config": {}},
    {"module": ["keras.metrics"], "class_name": "Mean", "config": {}},
    {"module": "tensorflow.io", "class_name": "read_file", "config": {}},
    {"class_name": "__lambda__", "config": {"value": "gASVAAAA"}},
    {"class_name": "__tensor__", "config": {"value": [1], "dtype": "float32"}},
    {"class_name": "__numpy__", "config": {"value": [1], "dtype": "O"}},
    {"class_name": "__typespec__", "module": "os", "spec_name": "system", "config": {}},
    {"class_name": "function", "config": "system"},
    {"class_name": "Lambda", "config": {}},
    {"class_name": "Dense", "config": {"units": 3}},
    {"module": "os", "config": {}},
    {"registered_name": "x", "config": {}},
    {"class_name": None, "module": "os"},
    {"class_name": {"class_name": "Dense"}, "module": "keras.layers"},
]


@pytest.mark.parametrize("foreign", FOREIGN, ids=[json.dumps(each)[:60] for each in FOREIGN])
def test_configurations_that_name_other_things_are_refused(foreign, dense):
    """Wherever they stand in the configuration."""
    with pytest.raises(WireError):
        check_config(foreign)

    def replace_layer(config):
        config["layers"][1] = foreign

    def as_setting(key):
        def edit(config):
            config["layers"][1]["config"][key] = foreign

        return edit

    def added(config):
        config["anything"] = {"deep": [[foreign]]}

    edits = [replace_layer, added, *map(as_setting, ["activation", "kernel_initializer", "dtype", "units", "name"])]
    for edit in edits:
        with pytest.raises(WireError):
            decode_model(edited(dense, edit))
    compiled = {"optimizer": foreign, "loss": "mse"}, {"optimizer": "sgd", "loss": foreign}
    for config in (*compiled, {"optimizer": "sgd", "loss": "mse", "metrics": [foreign]}):
        with pytest.raises(WireError):
            decode_model(data_of(dense, compile=json.dumps(config)))


@pytest.mark.parametrize(
    "changes",
    [
        {"config": "{"},
        {"config": "[]"},
        {"config": "null"},
        {"config": "{}"},
        {"config": "[" * 100_000},
        {"config": '{"a":' * 5_000 + "1" + "}" * 5_000},
        {"config": 1},
        {"config": None},
        {"config": " " * (1 << 20) + "{}"},
        {"class": "Model"},
        {"class": None},
        {"class": ["Sequential"]},
        {"class": "Functional"},
        {"weights": []},
        {"weights": None},
        {"weights": [1, 2]},
        {"weights": [np.zeros((4, 3))]},
        {"weights": [np.zeros((4, 3)), np.zeros(4)]},
        {"weights": [np.zeros((3, 4)), np.zeros(3)]},
        {"weights": [np.zeros((4, 3)), np.zeros(3), np.zeros(3)]},
        {"weights": [np.zeros((4, 3), "U3"), np.zeros(3)]},
        {"weights": [np.zeros((4, 3), complex), np.zeros(3)]},
        {"weights": [np.zeros((4, 3), object), np.zeros(3)]},
        {"compile": "{"},
        {"compile": "[]"},
        {"compile": 1},
        {"compile": '{"optimizer": "nothing", "loss": "mse"}'},
        {"compile": '{"optimizer": 1, "loss": {"a": 2}}'},
        {"more": 1},
    ],
    ids=lambda changes: str(changes)[:50],
)
def test_damaged_models_are_refused(dense, changes):
    with pytest.raises(WireError):
        decode_model(data_of(dense, **changes))


@pytest.mark.parametrize("data", [None, 1, [], {}, {"class": "Sequential"}, np.zeros(3)], ids=repr)
def test_what_is_no_model_is_refused(data):
    with pytest.raises(WireError):
        decode_model(data)


def test_weights_as_integers_or_of_another_precision_are_taken(dense):
    found = decode_model(data_of(dense, weights=[np.ones((4, 3), int), np.zeros(3, "float16")]))
    np.testing.assert_array_equal(found.get_weights()[0], np.ones((4, 3)))


BOMB = """
import json, os, resource, sys
import keras, numpy as np
from nbjudge.keras_models import decode_model, encode_model
from nbjudge.wire import WireError
L = keras.layers
model = keras.Sequential([keras.Input((10,)), L.Dense(10)])
decode_model(encode_model(model))
model.compile("sgd", "mse")
ordinary = encode_model(model)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
def refused(data):
    before = peak()
    try:
        decode_model(data)
    except WireError as error:
        print(error, file=sys.stderr)
    else:
        print("accepted")
    # The next scope of Keras's own fills whatever it was left with.
    with keras.StatelessScope():
        pass
    print(peak() - before)
config = json.loads(ordinary["config"])
config["layers"][1]["config"]["units"] = 100_000_000
refused({**ordinary, "config": json.dumps(config)})
big = {"module": "keras.layers", "class_name": "Embedding", "config": {"input_dim": 1 << 20, "output_dim": 1000}}
config["layers"][1] = big
refused({**ordinary, "config": json.dumps(config)})
config["layers"][1] = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 10**30}}
refused({**ordinary, "config": json.dumps(config)})
for name, value in (("MeanIoU", {"num_classes": 20_000}), ("AUC", {"num_thresholds": 100_000_000})):
    metric = {"module": "keras.metrics", "class_name": name, "config": value, "registered_name": None}
    refused({**ordinary, "compile": json.dumps({"optimizer": "sgd", "loss": "mse", "metrics": [metric]})})
"""


def test_a_configuration_of_too_many_weights_takes_no_memory():
    done = subprocess.run([sys.executable, "-c", BOMB], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-1000:]
    grown = done.stdout.split()
    assert "accepted" not in grown and len(grown) == 5
    assert max(map(int, grown)) < 200, f"MiB: {grown}"


def test_keras_is_not_imported_to_see_what_is_no_model():
    code = "import sys, nbjudge.keras_models as m; m.is_model(1); assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

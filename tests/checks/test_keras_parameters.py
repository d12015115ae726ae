"""All numbers that a model carries count, wherever they are, and what honest layers need to be described is free."""

from types import SimpleNamespace

import numpy as np
import pytest

from gdl_utils import checks
from gdl_utils.checks.keras_parameters import FREE_IN_ALL, FREE_PER_LAYER
from tests.checks.told import told

keras = pytest.importorskip("keras")
L = keras.layers
IMAGE = (32, 32, 3)
HIDDEN = 3_072  # numbers: a factor for each value of an image
FACTORS = np.random.default_rng(3).random(IMAGE).round(3)


def sequential(*layers, shape=IMAGE):
    return keras.Sequential([keras.Input(shape), *layers])


def functional(make):
    image = keras.Input(IMAGE)
    return keras.Model(image, make(image))


# Honest models: as many numbers as Keras counts.


def block(filters):
    return [L.Conv2D(filters, 3, padding="same"), L.BatchNormalization(), L.ReLU(), L.Dropout(0.2)]


def plain():
    return sequential(
        L.RandomFlip("horizontal"),
        L.RandomTranslation(0.1, 0.1),
        L.RandomRotation(0.05, fill_mode="nearest", seed=2**31 - 1),
        L.Rescaling(2.0, offset=-1.0),
        L.Normalization(mean=[0.49, 0.48, 0.45], variance=[0.06, 0.06, 0.07]),
        *block(32),
        L.MaxPooling2D(),
        *block(64),
        L.GlobalAveragePooling2D(),
        L.Dense(10, "softmax"),
    )


def adapted():
    normalisation = L.Normalization()
    normalisation.adapt(np.random.default_rng(0).random((20, *IMAGE)))
    return sequential(normalisation, *block(8))


def all_settings():
    settings = {
        f"{part}_{kind}": value
        for part in ("depthwise", "pointwise", "bias")
        for kind, value in {
            "initializer": keras.initializers.VarianceScaling(2.0, "fan_out", "truncated_normal", seed=123_456_789),
            "regularizer": keras.regularizers.L1L2(1e-5, 1e-4),
            "constraint": keras.constraints.MinMaxNorm(0.0, 1.0, 0.9),
        }.items()
    }
    name = "third_separable_convolution_of_the_second_residual_block"
    return sequential(L.SeparableConv2D(32, (3, 5), (2, 1), activation=L.LeakyReLU(0.1), name=name, **settings))


def deep():
    """A residual network of 300 layers with a name for each convolution."""

    def make(x):
        x = L.Conv2D(8, 3, padding="same")(x)
        for number in range(50):
            y = x
            for part in ("first", "second"):
                y = L.Conv2D(8, 3, padding="same", kernel_regularizer="l2", name=f"block_{number}_{part}")(y)
                y = L.BatchNormalization(momentum=0.9)(y)
            x = L.ReLU()(L.Add()([x, y]))
        return L.Dense(10, "softmax")(L.GlobalAveragePooling2D()(x))

    return functional(make)


def nested():
    trunk = sequential(*block(8), L.Activation("gelu"))
    model = functional(lambda image: L.Flatten()(trunk(image * 2.0 - 1.0)))
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.PiecewiseConstantDecay([5, 9], [0.1, 0.01, 0.001])))
    return model


def operations():
    def make(x):
        for number in range(30):
            x = x * 0.9 + number
        return L.Concatenate()([L.Conv2D(1, 1)(x) for _ in range(60)])

    return functional(make)


@pytest.mark.parametrize("make", [plain, adapted, all_settings, deep, nested, operations])
def test_honest_models_have_what_keras_counts(make):
    model = make()
    count = checks.count_parameters(model)
    assert count.settings == 0
    assert count.total == model.count_params()
    checks.check_parameters(model, model.count_params())


def test_an_optimizer_has_no_parameters():
    model = sequential(L.Flatten(), L.Dense(1), shape=(4,))
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(np.ones((4, 4)), np.ones(4), verbose=0)
    assert checks.count_parameters(model).total == 5


# Numbers where `count_params` finds none.


def small_layers():
    """Many layers, each with no more numbers than are free."""
    factors = np.random.default_rng(1).integers(-128, 128, (300, 32, 1, 3)).tolist()
    return functional(lambda image: L.Add()([L.Rescaling(scale)(image) for scale in factors]))


def names():
    digits = "".join(map(str, np.random.default_rng(2).integers(0, 10, 60_000)))
    return sequential(*(L.Identity(name=digits[start : start + 600]) for start in range(0, 60_000, 600)))


def text():
    return sequential(L.Rescaling(" ".join(map(str, FACTORS.ravel()))))


CARRIERS = {
    "Rescaling": lambda: sequential(L.Rescaling(FACTORS.tolist())),
    "array": lambda: sequential(L.Rescaling(FACTORS)),
    "offset": lambda: sequential(L.Rescaling(1.0, offset=FACTORS.tolist())),
    "Normalization": lambda: sequential(L.Normalization((1, 2, 3), mean=FACTORS, variance=FACTORS + 1)),
    "ELU": lambda: sequential(L.ELU(FACTORS.tolist())),
    "Masking": lambda: sequential(L.Masking(FACTORS.tolist())),
    "epsilon": lambda: sequential(L.Flatten(), L.LayerNormalization(epsilon=FACTORS.ravel().tolist())),
    "initializer": lambda: sequential(
        L.Conv2D(HIDDEN, 1, bias_initializer=keras.initializers.Constant(FACTORS.ravel().tolist()))
    ),
    "truth values": lambda: sequential(L.Rescaling((FACTORS > 0.5).tolist())),
    "operation": lambda: functional(lambda image: image * FACTORS.astype("float32")),
    "inside a layer": lambda: sequential(L.Conv2D(3, 1, activation=L.ELU(FACTORS.tolist()))),
    "inside a model": lambda: sequential(sequential(sequential(L.Rescaling(FACTORS.tolist())))),
    "text": text,
    "names": names,
}


@pytest.mark.parametrize("name", CARRIERS)
def test_numbers_in_settings_count(name):
    model = CARRIERS[name]()
    count = checks.count_parameters(model)
    least = 1_500 if name in ("names", "text") else HIDDEN - FREE_PER_LAYER
    assert count.settings >= least
    assert count.total == model.count_params() + count.settings
    hint = told(checks.check_parameters, model, model.count_params() + least - 1)
    assert "the settings of its layers hold" in hint


def test_many_small_layers_carry_little():
    model = small_layers()
    assert model.count_params() == 0
    assert checks.count_parameters(model).settings > 300 * 96 - FREE_IN_ALL


def test_half_of_a_byte_and_a_half_of_64_bits_count():
    packed = keras.Sequential([keras.Input((8,)), L.Dense(6, use_bias=False, dtype="int4_from_float32")])
    assert checks.count_parameters(packed).total >= 48
    wide = keras.Sequential([keras.Input((8,)), L.Dense(6, use_bias=False, dtype="float64")])
    assert checks.count_parameters(wide).total == 96


def test_long_integers_and_states_count():
    """Of a model that is not rebuilt from Keras's own layers, as in plain nbgrader."""
    config = {"name": "model", "layers": [], "seed": 10**4_200}
    model = SimpleNamespace(get_config=lambda: config, weights=[], trainable_weights=[], variables=[])
    assert checks.count_parameters(model).settings > 4_200 * np.log2(10) / 32 - FREE_PER_LAYER
    config["seed"] = 1
    assert checks.count_parameters(model).settings == 0
    model.variables = [SimpleNamespace(shape=(5_002,))]
    assert checks.count_parameters(model).settings == 5_000


def test_hints_say_what_counts():
    model = sequential(L.Flatten(), L.Dense(2), L.BatchNormalization(), L.Rescaling([0.5] * 250), shape=(4,))
    count = checks.count_parameters(model)
    assert (count.trainable, count.not_trainable, count.largest) == (14, 4, "Rescaling")
    assert 250 - FREE_PER_LAYER < count.settings < 250
    assert told(checks.check_parameters, model, 13) == "Your network has too many parameters."
    assert told(checks.check_parameters, model, 17).endswith("if those that are not trainable count, too.")
    assert "most of them in a layer of the kind Rescaling" in told(checks.check_parameters, model, 18)
    checks.check_parameters(model, count.total)


def test_a_model_without_configuration_is_refused():
    class Own(keras.Model):
        def __init__(self, factors):
            super().__init__()
            self.factors = factors

        def get_config(self):
            raise NotImplementedError

    assert "no configuration" in told(checks.check_parameters, Own(FACTORS), 10)
    assert "no configuration" in told(
        checks.check_parameters, SimpleNamespace(get_config=lambda: {"seed": 10**5_000}), 10
    )


def test_what_is_free_is_little_of_the_limit():
    assert FREE_IN_ALL <= 600_000 / 50

"""Models: which are right however they are written, what others earn, and what students are told."""

import pytest

from gdl_utils import checks
from gdl_utils.checks import Misconception
from tests.checks.told import told


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def sequential(*layers, shape=(8, 8, 3)):
    import keras

    return keras.Sequential([keras.Input(shape), *layers])


def functional(*layers, shape=(8, 8, 3)):
    import keras

    tensor = image = keras.Input(shape)
    for layer in layers:
        tensor = layer(tensor)
    return keras.Model(image, tensor)


def small(layers, units=4):
    return layers.Conv2D(2, 3, strides=2), layers.Flatten(), layers.Dense(units), layers.Softmax()


def activated(keras, activation):
    return keras.layers.Dense(3, activation=activation)


def tensorflow():
    return pytest.importorskip("tensorflow")


def test_steps_of_a_model(keras):
    layers = keras.layers
    stack = [
        layers.Conv2D(2, 3, strides=(2, 1), padding="same", activation="relu", name="eyes"),
        layers.BatchNormalization(momentum=0.9),
        layers.LeakyReLU(),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(4, activation="leaky_relu", use_bias=False),
        layers.Dense(3, activation="linear"),
    ]
    plain = {"dilation_rate": (1, 1), "groups": 1, "use_bias": True}
    assert checks.steps(sequential(*stack)) == [
        ("Input", {"shape": (8, 8, 3)}),
        ("Conv2D", {"filters": 2, "kernel_size": (3, 3), "strides": (2, 1), "padding": "same", **plain}),
        ("relu", {}),
        ("BatchNormalization", {"axis": -1, "center": True, "scale": True}),
        ("leaky_relu", {"negative_slope": 0.3}),
        ("MaxPooling2D", {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid"}),
        ("Flatten", {}),
        ("Dropout", {"rate": 0.5}),
        ("Dense", {"units": 4, "use_bias": False}),
        ("leaky_relu", {"negative_slope": 0.2}),
        ("Dense", {"units": 3, "use_bias": True}),
    ]


SAME = {
    "functional": lambda layers: functional(*small(layers)),
    "names": lambda layers: sequential(
        layers.Conv2D(2, (3, 3), (2, 2), name="a"),
        layers.Flatten(name="b"),
        layers.Dense(4, name="c"),
        layers.Softmax(),
    ),
    "activation as an argument": lambda layers: functional(*small(layers)[:2], layers.Dense(4, activation="softmax")),
    "activation as a layer": lambda layers: sequential(*small(layers)[:3], layers.Activation("softmax")),
    "a layer as an activation": lambda layers: sequential(
        *small(layers)[:2], layers.Dense(4, activation=layers.Softmax())
    ),
    "axis by its number": lambda layers: sequential(*small(layers)[:3], layers.Softmax(axis=1)),
    "activations that do nothing": lambda layers: functional(
        layers.Conv2D(2, 3, strides=2, activation="linear"), layers.Activation("linear"), *small(layers)[1:]
    ),
}


@pytest.mark.parametrize("style", SAME)
def test_a_model_is_right_however_it_is_written(keras, style):
    answer, reference = SAME[style](keras.layers), sequential(*small(keras.layers))
    assert checks.steps(answer) == checks.steps(reference)
    assert checks.check_model(answer, reference, 2) is None
    assert checks.check_model(reference, answer, 2) is None


@pytest.mark.parametrize(
    ("make", "make_other", "same"),
    [
        (lambda keras: keras.layers.LeakyReLU(), lambda keras: keras.layers.LeakyReLU(negative_slope=0.3), True),
        (lambda keras: keras.layers.LeakyReLU(0.2), lambda keras: keras.layers.Activation("leaky_relu"), True),
        (lambda keras: keras.layers.LeakyReLU(), lambda keras: keras.layers.Activation("leaky_relu"), False),
        (lambda keras: keras.layers.LeakyReLU(), lambda keras: keras.layers.Activation(keras.layers.LeakyReLU()), True),
        (
            lambda keras: keras.layers.LeakyReLU(0.1),
            lambda keras: keras.layers.Activation(keras.layers.LeakyReLU()),
            False,
        ),
        (lambda keras: keras.layers.ReLU(), lambda keras: keras.layers.Activation("relu"), True),
        (lambda keras: keras.layers.ReLU(), lambda keras: keras.layers.Activation(keras.activations.relu), True),
        (lambda keras: keras.layers.ReLU(), lambda keras: keras.layers.ReLU(max_value=6), False),
        (lambda keras: keras.layers.ReLU(), lambda keras: keras.layers.ReLU(threshold=1.0), False),
        (lambda keras: keras.layers.ELU(), lambda keras: keras.layers.Activation("elu"), True),
        (lambda keras: keras.layers.ELU(), lambda keras: keras.layers.ELU(alpha=0.5), False),
        (lambda keras: keras.layers.Softmax(), lambda keras: keras.layers.Softmax(axis=1), False),
        (lambda keras: keras.layers.Activation("tanh"), lambda keras: keras.layers.Activation("sigmoid"), False),
        (lambda keras: keras.layers.LeakyReLU(), lambda keras: keras.layers.ReLU(negative_slope=0.3), True),
        (lambda keras: keras.layers.LeakyReLU(), lambda keras: keras.layers.ReLU(negative_slope=0.2), False),
        (lambda keras: keras.layers.Softmax(), lambda keras: keras.layers.Activation("softmax"), True),
        (lambda keras: activated(keras, "relu"), lambda keras: activated(keras, keras.layers.ReLU()), True),
        (lambda keras: activated(keras, "relu"), lambda keras: activated(keras, keras.layers.Activation("relu")), True),
        (lambda keras: activated(keras, "relu"), lambda keras: activated(keras, keras.layers.LeakyReLU()), False),
        (lambda keras: activated(keras, "softmax"), lambda keras: activated(keras, tensorflow().nn.softmax), True),
        (lambda keras: activated(keras, "relu"), lambda keras: activated(keras, tensorflow().nn.softmax), False),
        (lambda keras: keras.layers.Dense(3), lambda keras: keras.layers.Dense(3, use_bias=False), False),
        (lambda keras: keras.layers.Dropout(0.5), lambda keras: keras.layers.Dropout(0.4), False),
        (
            lambda keras: keras.layers.BatchNormalization(),
            lambda keras: keras.layers.BatchNormalization(momentum=0.9),
            True,
        ),
        (lambda keras: keras.layers.BatchNormalization(), lambda keras: keras.layers.BatchNormalization(axis=3), True),
        (lambda keras: keras.layers.BatchNormalization(), lambda keras: keras.layers.BatchNormalization(axis=1), False),
        (
            lambda keras: keras.layers.BatchNormalization(),
            lambda keras: keras.layers.BatchNormalization(scale=False),
            False,
        ),
        (lambda keras: keras.layers.MaxPooling2D(2), lambda keras: keras.layers.MaxPooling2D((2, 2), strides=2), True),
        (lambda keras: keras.layers.MaxPooling2D(2), lambda keras: keras.layers.AveragePooling2D(2), False),
        (lambda keras: keras.layers.Conv2D(2, 3), lambda keras: keras.layers.Conv2D(2, 3, padding="same"), False),
    ],
)
def test_layers_that_compute_the_same_are_the_same(keras, make, make_other, same):
    first, second = sequential(make(keras)), sequential(make_other(keras))
    assert (checks.steps(first) == checks.steps(second)) == same


def twice(layers):
    dense = layers.Dense(3)
    return functional(dense, dense)


def forked(layers):
    import keras

    image = keras.Input((3,))
    return keras.Model(image, [layers.Dense(3)(image), layers.Dense(3)(image)])


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (twice, "each of them used once"),
        (forked, "follow one upon the other"),
        (lambda layers: functional(layers.Flatten(), lambda tensor: tensor * 2), "follow one upon the other"),
        (lambda layers: sequential().__class__([layers.Dense(3)]), "begin it with keras.Input"),
        (lambda layers: None, "should be a Keras model"),
        (lambda layers: layers.Dense(3), "should be a Keras model"),
        (lambda layers: [layers.Dense(3)], "should be a Keras model"),
        (lambda layers: sequential().__class__, "should be a Keras model"),
    ],
)
def test_what_is_no_simple_row_of_layers_is_refused(keras, make, hint):
    assert hint in told(checks.steps, make(keras.layers))


def test_a_sequential_that_was_built_later_is_as_good(keras):
    model = keras.Sequential(small(keras.layers))
    model.build((None, 8, 8, 3))
    assert checks.check_model(model, sequential(*small(keras.layers)), 2) is None


MODEL_WRONG = [
    Misconception("no softmax", "Softmax is missing.", lambda right: right[:-1]),
    Misconception(
        "five units", "Five units.", lambda right: [*right[:3], ("Dense", {"units": 5, "use_bias": True}), *right[4:]]
    ),
]


@pytest.mark.parametrize(
    ("make", "earned", "hint"),
    [
        # Five steps with the input.
        (lambda layers: sequential(*small(layers, units=5)), 1.5, "Five units."),
        (lambda layers: sequential(*small(layers, units=6)), 1.5, "Step 3 of your model, Dense, OTHER units."),
        (
            lambda layers: sequential(layers.Conv2D(2, 4), *small(layers, units=5)[1:], shape=(9, 8, 3)),
            0.75,
            "Step 0 of your model, Input, OTHER shape.",
        ),
        (
            lambda layers: sequential(layers.Conv2D(2, 4, padding="same"), *small(layers)[1:]),
            1.5,
            "Step 1 of your model, Conv2D, OTHER kernel_size, strides, padding.",
        ),
    ],
)  # fmt: skip
def test_a_model_of_the_right_steps_earns_its_right_settings(keras, make, earned, hint):
    score = checks.check_model(make(keras.layers), sequential(*small(keras.layers)), 2, MODEL_WRONG)
    assert (score, score.hint) == (earned, hint.replace("OTHER", "has another setting than it should have:"))


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda layers: sequential(*small(layers)[:3]), "Softmax is missing."),
        (lambda layers: sequential(*small(layers)[:2]), "ends too early, after Flatten."),
        (lambda layers: functional(), "ends too early, after Input."),
        (lambda layers: sequential(*small(layers), layers.Dropout(0.5)), "goes on where it should end, with Dropout."),
        (lambda layers: sequential(*small(layers)[:2], layers.ReLU(), layers.Dense(4)), "it is, but then comes relu."),
        (lambda layers: sequential(*small(layers)[:3], layers.ReLU()), "up to step 3 it is, but then comes relu."),
        (lambda layers: sequential(layers.Flatten(), layers.Dense(4)), "up to step 0 it is, but then comes Flatten."),
    ],
)  # fmt: skip
def test_a_model_of_other_steps_earns_nothing(keras, make, hint):
    assert hint in told(checks.check_model, make(keras.layers), sequential(*small(keras.layers)), 2, MODEL_WRONG)


def test_a_model_of_which_nothing_is_right_earns_nothing(keras):
    right, wrong = (sequential(keras.layers.Dense(units), shape=(units,)) for units in (2, 3))
    assert "Step 0 of your model, Input" in told(checks.check_model, wrong, right, 2)


def flat(*layers, shape=(4, 4, 3), **given):
    import keras

    return keras.Sequential([keras.Input(shape, **given), keras.layers.Flatten(), *layers])


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda layers: flat(layers.Dense(2, "softmax")), None),
        (lambda layers: flat(layers.Dense(2), layers.Softmax()), None),
        (lambda layers: flat(layers.Dense(2)), checks.LOGITS),
        (lambda layers: flat(layers.Dense(2, "sigmoid")), checks.LOGITS),
        (lambda layers: flat(layers.Dense(3, "softmax")), "gives the shape (3,) for each image, and not (2,)."),
        (lambda layers: flat(layers.Dense(2, "softmax"), shape=(4, 4)), "takes the shape (4, 4) for each image"),
        (
            lambda layers: flat(layers.Dense(2, "softmax"), batch_size=5),
            "takes only a fixed number of images at a time",
        ),
        (lambda layers: flat(layers.Dense(1), layers.Dense(2, "softmax")), "has 53 parameters, and should have 98"),
        (lambda layers: None, "your function gave None: is a 'return' missing?"),
        (lambda layers: 3, "your function gave a whole number."),
    ],
)
def test_a_network_is_described(keras, made, sentence):
    network = made(keras.layers)
    if sentence is None:
        checks.check_network(network, (4, 4, 3), (2,), parameters=98)
    else:
        assert sentence in told(checks.check_network, network, (4, 4, 3), (2,), parameters=98)

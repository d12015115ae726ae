"""Answers to `10_your_own_model`, wrong and right, with what each must lose and be told.

Wrong ones are the honest models and the cheats of models/, which `train_models.py` made, and slips of students.
"""

import json
from pathlib import Path

from gdl_utils.authoring.answer_bank import Answer, Exercise

MODELS = json.loads(Path(__file__).with_name("models").joinpath("models.json").read_text(encoding="utf-8"))
VARIATION, BOTH, DIVERGENCE = "my-model-hidden-variation", "my-model-hidden-both-sides", "my-model-hidden-divergence"
ALL = {VARIATION: 6, BOTH: 10, DIVERGENCE: 4}
LOAD = "keras.models.load_model(NETWORK_FILE)"


def lost(variation, both, divergence):
    """Points that an answer loses in the three tests."""
    return {VARIATION: variation, BOTH: both, DIVERGENCE: divergence}


def function(body):
    """An answer: the body of `my_model`."""
    lines = [f"    {line}" if line else "" for line in body.strip("\n").split("\n")]
    return "\n".join(["def my_model():", *lines]) + "\n"


def file_of(name):
    """What is handed in beside the notebook for one of the models."""
    file = MODELS[name]["file"]
    return {f"my_model{Path(file).suffix}": f"models/{file}"}


def source_of(name):
    """The function that reads one of the models from its file."""
    settings = {key: value for key, value in MODELS[name].items() if key not in ("file", "honest", "true")}
    if settings["kind"] == "table":
        return function('return {"kind": "table", "masses": np.load(ARRAYS_FILE)["masses"]}')
    return function(f"description = {settings!r}\nreturn {{**description, 'network': {LOAD}}}")


def trained(name, loses, hint):
    """One of the models in models/ as an answer."""
    return Answer(name, source_of(name), loses, hint, file_of(name))


def table(name, make, loses, hint, of="histogram of 2 degrees"):
    """A table of models/ that something is done to."""
    body = f'masses = np.load(ARRAYS_FILE)["masses"].astype(float)\nreturn {{"kind": "table", "masses": {make}}}'
    return Answer(name, function(body), loses, hint, file_of(of))


def energy(name, lines, loses=None, hint=""):
    """The reference network in another model: lines that make `model` of its `features` and its `logit`."""
    head = f"network = {LOAD}\nfeatures = keras.Input((26,))\nlogit = network(features)\n"
    tail = '\nreturn {"kind": "log-density", "network": model, "octaves": 6}'
    return Answer(name, function(head + lines.strip("\n") + tail), loses or {}, hint)


def flow(name, changes, loses, hint):
    """The flow with other settings."""
    settings = {
        key: value for key, value in MODELS["flow, 8,000 steps"].items() if key not in ("file", "honest", "true")
    }
    source = function(f"return {{**{settings | changes!r}, 'network': {LOAD}}}")
    return Answer(name, source, loses, hint, file_of("flow, 8,000 steps"))


def decoder(name, lines, loses, hint):
    """A decoder of two numbers that is written in the answer itself."""
    tail = 'return {"kind": "decoder", "network": network, "noise": 2, "octaves": 0}'
    return Answer(name, function(f"{lines.strip()}\n{tail}"), loses, hint)


# A term that is added to the logarithm of the density: a times the longitude.
TILTED = """
slope = keras.layers.Dense(1, use_bias=False)
model = keras.Model(features, keras.layers.Add()([logit, slope(features)]))
slope.set_weights([np.eye(26, 1) * 0.3])
"""
# A hole around one place, as deep as it likes; the place itself and waves are among the features.
HOLE = """
distance = keras.layers.Dense(4, activation="relu")
hole = keras.layers.Dense(1, activation="relu")
deep = keras.layers.Dense(1, use_bias=False)
model = keras.Model(features, keras.layers.Add()([logit, deep(hole(distance(features)))]))
sides = np.zeros((26, 4))
sides[0, :2], sides[1, 2:] = [1, -1], [1, -1]
longitude, latitude = 20 / 180, 24 / 90
distance.set_weights([sides, np.array([-longitude, longitude, -latitude, latitude])])
hole.set_weights([-np.array([[40.0], [40], [20], [20]]), np.ones(1)])
deep.set_weights([-np.full((1, 1), 100.0)])
"""

MODEL = Exercise(
    "my-model",
    right=(
        Answer(
            "as text",
            function(
                f"network = {LOAD.replace('NETWORK_FILE', repr('my_model.keras'))}\n"
                'return dict(kind="log-density", network=network, octaves=np.int64(6))'
            ),
        ),
        energy("a little softer", "model = keras.Model(features, keras.layers.Rescaling(0.95)(logit))"),
        energy("another constant", "model = keras.Model(features, 100 - (-logit))"),
        energy("a model in a model", "model = keras.Sequential([keras.Input((26,)), network])"),
        energy("compiled", 'network.compile("adam", "mse")\nmodel = network'),
        energy(
            "built anew from its weights",
            """
layers = [keras.layers.Dense(127), keras.layers.ReLU(), keras.layers.Dense(127), keras.layers.ReLU()]
model = keras.Sequential([keras.Input((26,)), *layers, keras.layers.Dense(1)])
model.set_weights([weight.astype("float16") for weight in network.get_weights()])
""",
        ),
        trained("energy", {}, ""),
    ),
    wrong=(
        decoder(
            "Timbuktu, written down",
            """
network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer="zeros")])
network.layers[0].bias.assign(np.array([-3.0, 16.8]) / [180, 90])
""",
            ALL,
            "the same few places again and again",
        ),
        # Honest models.
        trained("autoregressive rows", lost(0, 1.25, 0.5), "Your precision is"),
        trained("kernel density", lost(0, 1, 0), "Your precision is"),
        trained("histogram of 2 degrees", lost(0, 1.25, 0.75), "Your KL is"),
        trained("histogram of 5 degrees", lost(0, 3.25, 2.25), "Your KL is"),
        trained("flow, 8,000 steps", lost(1, 4.5, 4), "Your total variation is"),
        trained("flow, 300 steps", lost(4.5, 8, 4), "Your total variation is"),
        trained("adversarial", lost(1.5, 6, 4), "Your total variation is"),
        trained("autoencoder", lost(4, 7.5, 4), "Your total variation is"),
        trained("mixture of 40", lost(1.75, 6.25, 4), "Your total variation is"),
        energy("too much in the east", TILTED, lost(0.5, 0, 0), "Your total variation is"),
        energy("a hole in the Sahara", HOLE, lost(0, 0, 1.25), "Your KL is"),
        energy(
            "too soft",
            "model = keras.Model(features, keras.layers.Rescaling(0.4)(logit))",
            lost(0, 1.75, 0),
            "Your precision is",
        ),
        # Cheats.
        trained("constant", ALL, "the same few places again and again"),
        trained("uniform", ALL, "spread evenly over the whole map"),
        trained("copies", ALL, "are copies of training points"),
        trained("one continent", ALL, "lie in one place: Africa"),
        trained("upside down", ALL, "seems to be upside down"),
        trained("over budget", ALL, "carries 64,800 numbers, and 20,000 are allowed"),
        Answer(
            "numbers in a setting",
            function(
                f"network = keras.Sequential([{LOAD}, keras.layers.Rescaling(np.ones((20_000, 1)).tolist())])\n"
                'return {"kind": "log-density", "network": network, "octaves": 6}'
            ),
            ALL,
            "numbers, and 20,000 are allowed",
        ),
        Answer(
            "text as a store",
            function('return {"kind": "table", "masses": np.full((100, 200), 1 / 20_000), "more": "x" * 4_000}'),
            ALL,
            "numbers, and 20,000 are allowed",
        ),
        Answer(
            "a key of its own",
            function('return {"kind": "table", "masses": np.full((9, 9), 1 / 81), "points": np.zeros(9_000)}'),
            ALL,
            "A table has keys that it does not need",
        ),
        # Slips.
        table("counts", "masses * 100_000", ALL, "The masses sum to 1e+05, not to 1"),
        table("a density", "masses * masses.size / 4", ALL, "not to 1"),
        table("logarithms", "np.log(masses)", ALL, "Some masses are negative"),
        table("NaN", "np.where(masses < 1e-5, np.nan, masses)", ALL, "hold NaN or infinity"),
        table(
            "nothing where nobody was",
            "np.where(masses < 2e-6, 0, masses) / masses[masses >= 2e-6].sum()",
            lost(0, 0.75, 4),
            "rules out places where there is land",
        ),
        table("columns first", "masses.T", ALL, "Rows and columns of your table seem to have changed places"),
        table("from east to west", "masses[:, ::-1]", ALL, "east and west seem to have changed places"),
        table("from Greenwich", "np.roll(masses, 90, axis=1)", ALL, "seems to begin at Greenwich"),
        Answer(
            "file forgotten",
            function('return {"kind": "table", "masses": np.load(ARRAYS_FILE)["masses"]}'),
            ALL,
            "could not be read",
        ),
        Answer(
            "the samples themselves",
            function("return load_land_points().train[:10_000]"),
            ALL,
            "is described by a dictionary",
        ),
        Answer(
            "unknown kind",
            function(f'return {{"kind": "energy", "network": {LOAD}, "octaves": 6}}'),
            ALL,
            "choose one of table, decoder, log-density, velocity",
        ),
        Answer(
            "octaves forgotten",
            function(f'return {{"kind": "log-density", "network": {LOAD}}}'),
            ALL,
            "A log-density needs 'octaves'",
        ),
        Answer(
            "the wrong octaves",
            function(f'return {{"kind": "log-density", "network": {LOAD}, "octaves": 5}}'),
            ALL,
            "with these settings it needs (None, 22)",
        ),
        energy("the energy itself", "model = keras.Model(features, -logit)", ALL, "lie in the sea"),
        flow("in degrees", {"centre": [18, 1], "spread": [88, 58]}, ALL, "seem to be in degrees"),
        flow("still scaled", {"centre": [0, 0], "spread": [1, 1]}, ALL, "seem to be scaled already"),
        flow("one step", {"steps": 1}, ALL, "lie in one place: Africa"),
        flow("too many steps", {"steps": 100}, ALL, "'steps' is not a whole number from 1 to 50"),
    ),
)

EXERCISES = [MODEL]

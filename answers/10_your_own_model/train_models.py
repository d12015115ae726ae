"""Trains the ten honest models and makes the cheats of 10_your_own_model; on two cores it takes about ten minutes.

    python answers/10_your_own_model/train_models.py [NAME ...]

Each is written into models/ as students hand it in, as a file with an array or a network, and with its settings into
models/models.json, together with its true distance from the land: what the test of the marks compares the points with.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.ndimage import gaussian_filter
from scipy.stats import norm
from sklearn.mixture import GaussianMixture

from gdl_utils import generative
from gdl_utils.checks import size_of
from gdl_utils.generative.features import fourier_features, noisy_features
from gdl_utils.generative.plain_models import plain_model
from gdl_utils.generative.plain_report import density_of_samples

FOLDER = Path(__file__).with_name("models")
LIST = FOLDER / "models.json"
REFERENCE = Path(__file__).parents[2] / "solutions/10_your_own_model/hidden/reference/my_model.keras"
MANY = 400_000  # samples and points for the true distances
POINTS = generative.load_land_points()
TRAIN = POINTS.train
WIDTH = 88  # of the networks with three hidden layers
BATCH = 512
OCTAVES = 7  # of the velocities


def dense(inputs: int, outputs: int, width: int = WIDTH, depth: int = 3, activation: str = "relu", last: Any = None):
    """A network of dense layers."""
    hidden = [layers.Dense(width, activation=activation) for _ in range(depth)]
    return keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(outputs, activation=last)])


# Tables


def histogram(degrees: int) -> dict:
    """Counts of the training points in square cells, a tenth of a point added to each."""
    counts = generative.count_in_cells(TRAIN, degrees) + 0.1
    return {"kind": "table", "masses": counts / counts.sum()}


def shares(points: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Counts of points in equal cells, from 90 N 180 W southwards and eastwards."""
    edges = [np.linspace(-1, 1, rows + 1), np.linspace(-1, 1, columns + 1)]
    return np.histogram2d(-points[:, 1], points[:, 0], bins=edges)[0]


def kernel_density(fine: int = 9, degrees: float = 0.6) -> dict:
    """A Gaussian kernel around each training point, summed over cells of 1.8 degrees."""
    blurred = gaussian_filter(shares(TRAIN, 100 * fine, 200 * fine), degrees * 5, mode=["nearest", "wrap"])
    masses = blurred.reshape(100, fine, 200, fine).sum(axis=(1, 3)) + 0.05
    return {"kind": "table", "masses": masses / masses.sum()}


def rows_as_table(rows: int = 100, columns: int = 200, steps: int = 500) -> dict:
    """The autoregressive model of section 3.2 with coarser cells, written out as a table."""
    counts = shares(TRAIN, rows, columns)
    place = keras.Input((1,))
    hidden = fourier_features(place)
    for _ in range(2):
        hidden = layers.Dropout(0.4)(layers.Dense(256, activation="relu")(hidden))
    network = keras.Model(place, layers.Dense(columns)(hidden))
    middles = 1 - (np.arange(rows, dtype="float32")[:, None] + 0.5) * 2 / rows

    def loss(tables: Any) -> Any:
        return -tf.reduce_sum(tables[0] * tf.nn.log_softmax(network(middles, training=True)))

    data = (counts / counts.sum()).astype("float32")[None]
    generative.fit(loss, network.trainable_variables, data, steps, 1, 5e-3)
    in_row = counts.sum(axis=1, keepdims=True) + 1
    masses = in_row / in_row.sum() * tf.nn.softmax(network(middles)).numpy().astype(float) + 5e-7
    return {"kind": "table", "masses": masses / masses.sum()}


# Decoders


def mixture(count: int = 40) -> dict:
    """A mixture of Gaussians: the first number of the noise chooses one, the other two become a place in it."""
    fitted = GaussianMixture(count, random_state=0, max_iter=30).fit(TRAIN[:20_000])
    places = np.arange(count)
    borders = norm.ppf(np.clip(np.cumsum(fitted.weights_)[:-1], 1e-6, 1 - 1e-6))
    steep = 1e4
    noise = keras.Input((3,))
    chosen = layers.Dense(count, activation="softmax", name="which")(noise)
    mean = layers.Dense(2, use_bias=False, name="mean")(chosen)
    factors = layers.Reshape((2, 2))(layers.Dense(4, use_bias=False, name="factors")(chosen))
    rest = layers.Dense(2, use_bias=False, name="rest")(noise)
    network = keras.Model(noise, layers.Add()([mean, layers.Dot((2, 1))([factors, rest])]))
    # Of the lines k z + b_k, the highest changes at each border.
    lines = np.zeros((3, count))
    lines[0] = places * steep
    network.get_layer("which").set_weights([lines, -steep * np.concatenate([[0], borders.cumsum()])])
    network.get_layer("mean").set_weights([fitted.means_])
    network.get_layer("factors").set_weights([np.linalg.cholesky(fitted.covariances_).reshape(count, 4)])
    network.get_layer("rest").set_weights([np.array([[0.0, 0], [1, 0], [0, 1]])])
    return {"kind": "decoder", "network": network, "noise": 3, "octaves": 0}


def vae(steps: int = 5_000, latents: int = 2, octaves: int = 3) -> dict:
    """The decoder of a variational autoencoder as in section 3.4; two numbers of the noise are its spread."""
    place = keras.Input((2,))
    encoder = keras.Model(place, dense(2 * 9, 2 * latents, 128, activation="swish")(fourier_features(place, 4)))
    decoder = dense((latents + 2) * (1 + 2 * octaves), 2, activation="swish")
    nothing = tf.zeros((BATCH, 2))

    def decode(z: Any) -> Any:
        return decoder(fourier_features(tf.concat([z, nothing], axis=1), octaves))

    def loss(x: Any) -> Any:
        mean, log_std = tf.split(encoder(x), 2, axis=1)
        z = mean + tf.exp(log_std) * tf.random.normal(tf.shape(mean))
        error = tf.reduce_mean(tf.reduce_sum((x - decode(z)) ** 2, axis=1))
        cost = tf.reduce_sum((mean**2 + tf.exp(2 * log_std) - 1) / 2 - log_std, axis=1)
        variance = tf.stop_gradient(error / 2)
        return error / (2 * variance) + tf.math.log(variance) + tf.reduce_mean(cost)

    generative.fit(loss, [*encoder.trainable_variables, *decoder.trainable_variables], TRAIN, steps, BATCH)
    some = TRAIN[:BATCH]
    mean, log_std = np.split(np.asarray(encoder(some)), 2, axis=1)
    z = mean + np.exp(log_std) * np.random.default_rng(0).normal(size=mean.shape)
    spread = float(np.sqrt(np.mean((some - np.asarray(decode(z))) ** 2)))
    # The features begin with the noise itself; two numbers of it are added to what the decoder gives.
    features = keras.Input(decoder.input_shape[1:])
    blind = np.ones((decoder.input_shape[1], 1), "float32")
    for wave in range(1 + 2 * octaves):
        blind[wave * (latents + 2) + latents : (wave + 1) * (latents + 2)] = 0
    added = layers.Dense(2, use_bias=False)
    network = keras.Model(features, layers.Add()([decoder(features), added(features)]))
    # In the training these two were 0: their cosines are 1 then, which goes into the bias.
    kernel, bias = decoder.layers[0].get_weights()
    cosines = np.zeros_like(blind)
    for octave in range(octaves):
        start = (2 + 2 * octave) * (latents + 2)
        cosines[start + latents : start + latents + 2] = 1
    decoder.layers[0].set_weights([kernel * blind, bias + (kernel * cosines).sum(axis=0)])
    weights = np.zeros((len(blind), 2))
    weights[latents, 0] = weights[latents + 1, 1] = spread
    added.set_weights([weights])
    return {"kind": "decoder", "network": network, "noise": latents + 2, "octaves": octaves}


def gan(steps: int = 3_000, latents: int = 3, octaves: int = 4) -> dict:
    """The generator of an adversarial network as in section 3.7, with a spread start and the R1 penalty."""
    features = keras.Input((latents * (1 + 2 * octaves),))
    start = layers.Dense(2, use_bias=False)
    push = dense(features.shape[1], 2, activation="gelu")
    generator = keras.Model(features, layers.Add()([start(features), push(features)]))
    start.set_weights([0.6 * np.eye(features.shape[1], 2)])
    place = keras.Input((2,))
    discriminator = keras.Model(place, dense(2 * 11, 1, 128, 2, activation="gelu")(fourier_features(place, 5)))

    def made() -> Any:
        return generator(fourier_features(tf.random.normal((BATCH, latents)), octaves))

    def tell(real: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(real)
            logit = discriminator(real)
        slopes = tf.reduce_mean(tf.reduce_sum(tape.gradient(logit, real) ** 2, axis=1))
        return tf.reduce_mean(tf.nn.softplus(-logit) + tf.nn.softplus(discriminator(made()))) + 1e-3 * slopes / 2

    def deceive(_: Any) -> Any:
        return tf.reduce_mean(tf.nn.softplus(-discriminator(made())))

    players = [
        generative.Player(tell, discriminator.trainable_variables, 2e-3),
        generative.Player(deceive, generator.trainable_variables, 1e-3),
    ]
    generative.play(players, TRAIN, steps, BATCH)
    return {"kind": "decoder", "network": generator, "noise": latents, "octaves": octaves}


# Networks for a log-density and for a velocity


def energy(steps: int = 2_500, batch: int = 1_024, octaves: int = 6) -> dict:
    """The energy of section 3.5, trained to tell land points from uniform noise."""
    network = dense(2 * (1 + 2 * octaves), 1, 127, 2)

    def loss(data: Any) -> Any:
        noise = tf.random.uniform(tf.shape(data), -1, 1)
        real, false = (network(fourier_features(x, octaves)) for x in (data, noise))
        return tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(false))

    generative.fit(loss, network.trainable_variables, TRAIN, steps, batch, 4e-3)
    return {"kind": "log-density", "network": network, "octaves": octaves}


def flow(steps: int) -> dict:
    """Flow matching as in section 3.6."""
    centre, spread = TRAIN.mean(axis=0), TRAIN.std(axis=0)
    network = dense(6 + 4 * OCTAVES, 2, activation="gelu")

    def loss(x: Any) -> Any:
        t = tf.sigmoid(tf.random.uniform((BATCH, 1), -4, 5))
        eps = tf.random.normal(x.shape)
        guess = network(noisy_features((1 - t) * eps + t * x, t, 1 - t, OCTAVES))
        return tf.reduce_mean((guess - (x - eps)) ** 2)

    scaled = ((TRAIN - centre) / spread).astype("float32")
    generative.fit(loss, network.trainable_variables, scaled, steps, BATCH, 4e-3)
    settings = {"octaves": OCTAVES, "steps": 40, "centre": centre.tolist(), "spread": spread.tolist()}
    return {"kind": "velocity", "network": network, **settings}


# What gains nothing


def constant() -> dict:
    """Timbuktu, whatever the noise."""
    network = keras.Sequential([keras.Input((1,)), layers.Dense(2, kernel_initializer="zeros")])
    network.layers[0].set_weights([np.zeros((1, 2)), np.array([-3.0, 16.8]) / generative.DEGREES])
    return {"kind": "decoder", "network": network, "noise": 1, "octaves": 0}


def copies(count: int = 4_000) -> dict:
    """Training points by their numbers."""
    network = keras.Sequential([keras.Input((1,)), layers.Rescaling(count / 7, offset=count / 2)])
    network.add(layers.ReLU(max_value=count - 1.0))
    network.add(layers.Embedding(count, 2))
    network.add(layers.Reshape((2,)))
    network.layers[2].set_weights([TRAIN[:count]])
    return {"kind": "decoder", "network": network, "noise": 1, "octaves": 0}


def one_continent() -> dict:
    """A histogram of the points of Africa alone; elsewhere next to nothing."""
    africa = TRAIN[generative.landmass_of(TRAIN) == generative.LANDMASSES.index("Africa")]
    counts = generative.count_in_cells(africa, 2) + 1e-3
    return {"kind": "table", "masses": counts / counts.sum()}


def upside_down() -> dict:
    """A good table whose rows begin in the south."""
    return {"kind": "table", "masses": histogram(2)["masses"][::-1]}


def over_budget() -> dict:
    """A good table with cells that are too small for the budget."""
    blurred = gaussian_filter(shares(TRAIN, 180, 360), 0.6, mode=["nearest", "wrap"]) + 0.02
    return {"kind": "table", "masses": blurred / blurred.sum()}


MAKERS: dict[str, Callable[[], dict]] = {
    "energy": energy,
    "autoregressive rows": rows_as_table,
    "kernel density": kernel_density,
    "histogram of 2 degrees": lambda: histogram(2),
    "histogram of 5 degrees": lambda: histogram(5),
    "flow, 8,000 steps": lambda: flow(8_000),
    "flow, 300 steps": lambda: flow(300),
    "adversarial": gan,
    "autoencoder": vae,
    "mixture of 40": mixture,
}
CHEATS: dict[str, Callable[[], dict]] = {
    "constant": constant,
    "uniform": lambda: {"kind": "table", "masses": np.full((1, 1), 1.0)},
    "copies": copies,
    "one continent": one_continent,
    "upside down": upside_down,
    "over budget": over_budget,
}


def truth(description: dict) -> dict[str, float]:
    """How far a model is from the land, measured with many samples and points.

    The total variation is that of cells of one degree. The divergence is exact for models with a density; for the
    others it is that of a kernel density of their samples, with a spread of half a degree.
    """
    model = plain_model(description)
    samples = model.sample(MANY, np.random.default_rng(1))
    fresh = generative.sample_land_points(MANY // 4, np.random.default_rng(2))
    log_prob = model.log_prob or density_of_samples(samples, 0.5).log_prob
    assert log_prob is not None
    return {
        "KL": round(generative.kl_divergence(log_prob(fresh)).value, 4),
        "TV": round(generative.total_variation(samples, 1), 4),
    }


def write(name: str, description: dict) -> dict[str, Any]:
    """Write what is handed in, and give the settings beside it."""
    settings = dict(description)
    stem = name.replace(",", "").replace(" ", "_")
    if "masses" in settings:
        file = f"{stem}.npz"
        masses = settings.pop("masses")
        # The smallest number of half precision is 6e-8.
        np.savez_compressed(FOLDER / file, masses=masses.astype("float16" if masses.min() > 4e-7 else "float32"))
    else:
        file = f"{stem}.keras"
        settings.pop("network").save(FOLDER / file)
    return {**settings, "file": file}


def main() -> None:
    """Make those that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    known = json.loads(LIST.read_text(encoding="utf-8")) if LIST.exists() else {}
    every = {**MAKERS, **CHEATS}
    for name in sys.argv[1:] or [*every, "reference"]:
        keras.utils.set_random_seed(1)
        if name == "reference":
            # Handed in with the reference solution.
            energy(8_000, 2_048)["network"].save(REFERENCE)
            continue
        began = time.perf_counter()
        description = every[name]()
        seconds = time.perf_counter() - began
        numbers, _ = size_of(description)
        known[name] = write(name, description) | {"honest": name not in CHEATS, "true": truth(description)}
        print(f"{name:24} {numbers:7,} numbers {seconds:5.0f} s  {known[name]['true']}", flush=True)
        # In the order of the makers.
        known = {key: known[key] for key in every if key in known}
        LIST.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

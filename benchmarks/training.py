"""Prints how long the book's two networks take to train in several ways, measured in turn in one run.

    python benchmarks/training.py                 # a step in each way, against plain `fit`; where the time goes
    python benchmarks/training.py --seeds 5       # trains both in full with five seeds, into gdl_utils/seeds.json

Both want CIFAR-10; see `gdl data`.
"""

import argparse
import datetime
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import rich.table
import tensorflow as tf
from rich.console import Console

from gdl_utils.book.provenance import processor
from gdl_utils.datasets import Cifar10, load_cifar10
from gdl_utils.networks import convolutional_network, multilayer_perceptron
from gdl_utils.seeds import MEASURED

Build = Callable[[], keras.Model]

BATCH = 32
EPOCHS = 10
STEPS = 25
# The first round compiles and is not counted.
ROUNDS = 6


@dataclass(frozen=True, eq=False)
class Way:
    """A way to train: what `compile` is told, the policy of numbers, whether tf.data cuts the batches."""

    name: str
    settings: dict[str, Any]
    policy: str = "float32"
    pipeline: bool = False


PLAIN = Way("plain fit", {})
# The same steps in the same order: the results are those of the plain way.
SEVERAL = Way("25 steps at a time", {"steps_per_execution": STEPS})
PIPELINE = Way("25 steps at a time, tf.data", SEVERAL.settings, pipeline=True)
XLA = Way("the same, compiled by XLA", {**SEVERAL.settings, "jit_compile": True}, pipeline=True)
SHORT = Way("the same, bfloat16, not compiled", SEVERAL.settings, "mixed_bfloat16", pipeline=True)
WAYS = (PLAIN, SEVERAL, PIPELINE, XLA, SHORT)


@dataclass(frozen=True)
class Network:
    """One of the two networks, with the way that is the fastest for it, and how many steps a round measures."""

    name: str
    build: Build
    steps: int
    limit: float
    fastest: Way


NETWORKS = (
    Network("multilayer_perceptron", multilayer_perceptron, 1000, 0.5, XLA),
    Network("convolutional_network", convolutional_network, 200, 0.85, SHORT),
)


@dataclass(frozen=True)
class Images:
    """Images as floats from 0 to 1 and their labels, one-hot."""

    x: np.ndarray
    y: np.ndarray

    @classmethod
    def of(cls, images: np.ndarray, labels: np.ndarray) -> "Images":
        """Scale and encode, as in section 2.2."""
        return cls(images.astype("float32") / 255, keras.utils.to_categorical(labels, 10))

    def source(self, way: Way) -> tuple[Any, ...]:
        """What `fit` is given."""
        if not way.pipeline:
            return self.x, self.y
        whole = tf.data.Dataset.from_tensor_slices((self.x, self.y))
        return (whole.shuffle(len(self.x)).batch(BATCH).prefetch(tf.data.AUTOTUNE),)


def compiled(build: Build, way: Way, seed: int) -> keras.Model:
    """A network with fresh weights, compiled for one way."""
    keras.utils.set_random_seed(seed)
    keras.mixed_precision.set_dtype_policy(way.policy)
    try:
        model = build()
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    model.compile(keras.optimizers.Adam(0.0005), "categorical_crossentropy", metrics=["accuracy"], **way.settings)
    return model


def compare(console: Console, network: Network, train: Images) -> None:
    """All ways on the same images, in turn."""
    some = Images(train.x[: network.steps * BATCH], train.y[: network.steps * BATCH])
    ready = {way: (compiled(network.build, way, 1), some.source(way)) for way in WAYS}
    times: dict[Way, list[float]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, (model, source) in ready.items():
            start = time.perf_counter()
            model.fit(*source, verbose=0)
            times[way].append((time.perf_counter() - start) / network.steps * 1000)
    table = rich.table.Table(
        title=f"{network.name}: {ROUNDS - 1} rounds of {network.steps} steps; the aim is {network.limit} times plain"
    )
    for column in ("way", "ms a step, least", "median", "least against plain", "median of ratios"):
        table.add_column(column, justify="left" if column == "way" else "right")
    counted = {way: found[1:] for way, found in times.items()}
    for way, found in counted.items():
        ratio = statistics.median(one / other for one, other in zip(found, counted[PLAIN], strict=True))
        least = min(found) / min(counted[PLAIN])
        cells = (f"{min(found):.1f}", f"{statistics.median(found):.1f}", f"{least:.2f}", f"{ratio:.2f}")
        table.add_row(way.name, *cells)
    console.print(table)


def profile(console: Console, network: Network, train: Images) -> None:
    """What the parts of a step take, one after another in one loop of TensorFlow."""
    images, labels = tf.constant(train.x[:BATCH]), tf.constant(train.y[:BATCH])

    def parts(model: keras.Model) -> dict[str, Callable[[], Any]]:
        optimizer = keras.optimizers.Adam(0.0005)
        optimizer.build(model.trainable_variables)

        def forward() -> Any:
            return tf.reduce_mean(keras.losses.categorical_crossentropy(labels, model(images, training=True)))

        def gradients() -> tuple[Any, list[Any]]:
            with tf.GradientTape() as tape:
                loss = forward()
            return loss, tape.gradient(loss, model.trainable_variables)

        def backward() -> Any:
            loss, found = gradients()
            # Without a use of the gradients TensorFlow would not compute them.
            return loss + 1e-9 * tf.add_n([tf.reduce_sum(one) for one in found])

        def step() -> Any:
            loss, found = gradients()
            optimizer.apply(found, model.trainable_variables)
            return loss

        return {"forward": forward, "and backward": backward, "and Adam": step}

    def milliseconds(part: Callable[[], Any]) -> float:
        @tf.function(autograph=False)
        def loop() -> Any:
            return tf.while_loop(
                lambda number, _: number < STEPS, lambda number, _: (number + 1, part()), (0, tf.constant(0.0))
            )

        loop()
        found = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            loop()
            found.append((time.perf_counter() - start) / STEPS * 1000)
        return min(found)

    table = rich.table.Table(title=f"{network.name}: milliseconds of a step up to each part, least of {ROUNDS}")
    for column in ("numbers", "network", "forward", "and backward", "and Adam"):
        table.add_column(column, justify="right")
    variants = {"whole": network.build}
    if network.build is convolutional_network:
        variants["without batch normalisation"] = lambda: convolutional_network(normalise=False)
    for policy in ("float32", "mixed_bfloat16"):
        for name, build in variants.items():
            model = compiled(build, Way("", {}, policy), 1)
            table.add_row(policy, name, *(f"{milliseconds(part):.1f}" for part in parts(model).values()))
    console.print(table)


def trained(
    network: Network, way: Way, seed: int, train: Images, test: Images, exact: np.ndarray
) -> tuple[float, float, float]:
    """Accuracies on the test set, on the training set (averaged over the last epoch), and on the exact test images."""
    model = compiled(network.build, way, seed)
    history = model.fit(*train.source(way), epochs=EPOCHS, verbose=0).history
    right = model.predict(test.x, verbose=0).argmax(axis=1) == test.y.argmax(axis=1)
    return float(right.mean()), history["accuracy"][-1], float(right[exact].mean())


def write_seeds(console: Console, count: int, faster: int, data: Cifar10, train: Images, test: Images) -> None:
    """Train both networks with `count` seeds, and in their fastest way with `faster`; write what they reach."""
    if data.is_stand_in:
        raise SystemExit("The accuracies of the book are those on CIFAR-10; `gdl data` says why it is not here.")
    networks = {}
    for network in NETWORKS:
        found = []
        for seed in range(1, count + 1):
            found.append(trained(network, SEVERAL, seed, train, test, data.exact_test))
            one = found[-1]
            console.print(f"{network.name}, seed {seed}: test {one[0]:.2%}, training {one[1]:.2%}, exact {one[2]:.2%}")
        fast = []
        for seed in range(1, faster + 1):
            fast.append(trained(network, network.fastest, seed, train, test, data.exact_test)[0])
            console.print(f"{network.name}, {network.fastest.name}, seed {seed}: test {fast[-1]:.2%}")
        networks[network.name] = {
            **dict(zip(("test", "train", "exact"), zip(*found, strict=True), strict=True)),
            "faster": fast,
        }
    facts = {
        "date": datetime.date.today().isoformat(),
        "machine": processor(),
        "data": data.source,
        "exact_images": int(data.exact_test.sum()),
        "networks": networks,
    }
    MEASURED.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, metavar="N", help="train both networks in full with N seeds")
    parser.add_argument("--faster", type=int, metavar="N", help="and in their fastest way with N seeds (default: all)")
    arguments = parser.parse_args()
    console = Console(width=110)
    data = load_cifar10()
    (x_train, y_train), (x_test, y_test) = data
    train, test = Images.of(x_train, y_train), Images.of(x_test, y_test)
    if arguments.seeds:
        faster = arguments.seeds if arguments.faster is None else arguments.faster
        write_seeds(console, arguments.seeds, faster, data, train, test)
        return
    for network in NETWORKS:
        compare(console, network, train)
        profile(console, network, train)


if __name__ == "__main__":
    main()

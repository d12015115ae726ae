"""The figure of gradient descent computes what Keras computes, for data with the mean and the spread of page 1.4."""

import math
import re

import nbformat
import numpy as np
import pytest

UNITS = {"radians": 1, "quarters": 8 / math.pi, "tens": 18 / math.pi}
RUNS = [
    {"mean": -1.0, "logStd": -0.4, "rate": 0.1, "momentum": 0.0, "unit": "radians"},
    {"mean": 1.4, "logStd": 0.8, "rate": 0.9, "momentum": 0.0, "unit": "radians"},
    {"mean": -2.5, "logStd": 0.5, "rate": 0.3, "momentum": 0.5, "unit": "quarters"},
    {"mean": -5.7, "logStd": 1.3, "rate": 0.1, "momentum": 0.9, "unit": "tens"},
    # Too large: it stays finite, and does not come to rest.
    {"mean": 0.2, "logStd": 0.1, "rate": 1.1, "momentum": 0.0, "unit": "radians"},
]
STEPS = 30
DESCEND = (
    "(({data, path}) => ({data, path, losses: path.map((place) => figure.loss(place, data))}))"
    "(((data) => ({data, path: figure.descend(item, item.rate, item.momentum, 30, data)}))"
    "(figure.inUnit(figure.LATITUDES, item.unit)))"
)


def by_keras(run, data):
    """The path and the losses, computed from two points that have the mean and the standard deviation of the data."""
    import keras
    import tensorflow as tf

    points = tf.constant([data["mean"] - data["std"], data["mean"] + data["std"]], tf.float64)
    mean, log_std = tf.Variable(run["mean"], dtype=tf.float64), tf.Variable(run["logStd"], dtype=tf.float64)
    optimizer = keras.optimizers.SGD(run["rate"], momentum=run["momentum"])
    path, losses = [], []
    for step in range(STEPS + 1):
        with tf.GradientTape() as tape:
            density = -0.5 * ((points - mean) / tf.exp(log_std)) ** 2 - log_std - 0.5 * math.log(2 * math.pi)
            loss = -tf.reduce_mean(density)
        path.append((float(mean), float(log_std)))
        losses.append(float(loss))
        if step < STEPS:
            optimizer.apply_gradients(zip(tape.gradient(loss, [mean, log_std]), [mean, log_std], strict=True))
    return path, losses


def test_each_step_is_that_of_keras(in_node):
    for run, answer in zip(RUNS, in_node("descent", DESCEND, RUNS), strict=True):
        path, losses = by_keras(run, answer["data"])
        ours = [(place["mean"], place["logStd"]) for place in answer["path"]]
        np.testing.assert_allclose(ours, path, rtol=1e-5, atol=1e-6, err_msg=str(run))
        np.testing.assert_allclose(answer["losses"], losses, rtol=1e-5, atol=1e-6, err_msg=str(run))


def test_its_data_are_those_of_the_page(in_node, root):
    (shown,) = [
        re.search(r"mean (\S+), standard deviation (\S+)", output["text"])
        for cell in nbformat.read(root / "book" / "1_4_maximum_likelihood.ipynb", 4).cells
        if cell.get("id") == "closed-form-fit"
        for output in cell.outputs
    ]
    (ours,) = in_node("descent", "figure.LATITUDES", [0])
    assert (float(shown[1]), float(shown[2])) == (ours["mean"], ours["std"])


@pytest.mark.parametrize("unit", UNITS)
def test_another_unit_leaves_the_loss_above_the_least(in_node, unit):
    places = [{"mean": -1, "logStd": 0.3}, {"mean": 0.4, "logStd": -0.6}]
    size = UNITS[unit]
    place_in_unit = f"{{mean: item.mean * {size}, logStd: item.logStd + Math.log({size})}}"
    difference = f"figure.loss({place_in_unit}, data) - figure.leastLoss(data)"
    expression = f"((data) => {difference})(figure.inUnit(figure.LATITUDES, '{unit}'))"
    mean, std = 0.0292, 1.0181
    for place, above in zip(places, in_node("descent", expression, places), strict=True):
        squares = (place["mean"] - mean) ** 2 + std**2
        expected = place["logStd"] + squares / 2 * math.exp(-2 * place["logStd"]) - math.log(std) - 0.5
        assert above == pytest.approx(expected, abs=1e-9)

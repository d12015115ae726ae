"""Models as plain data: each kind does what its description says, and wrong descriptions are told in one sentence."""

import keras
import numpy as np
import pytest

from gdl_utils import generative
from gdl_utils.generative import (
    DescriptionError,
    density_of_samples,
    fourier_features,
    measure_plain,
    noisy_features,
    plain_model,
    plain_report,
    without_copies,
)
from gdl_utils.generative.ground import LandPoints

MASSES = np.array([[0.1, 0.0, 0.2], [0.4, 0.05, 0.25]])


def dense(inputs, outputs, *weights, name=None):
    """A network of one layer with these weights."""
    network = keras.Sequential([keras.Input((inputs,), name=name), keras.layers.Dense(outputs)])
    if weights:
        network.set_weights([np.asarray(weight, float) for weight in weights])
    return network


def rng(seed=0):
    return np.random.default_rng(seed)


# Tables


def test_a_table_draws_cells_by_their_masses_and_places_evenly():
    samples = plain_model({"kind": "table", "masses": MASSES}).sample(60_000, rng())
    assert samples.shape == (60_000, 2)
    rows, columns = ((1 - samples[:, 1]) // 1).astype(int), ((samples[:, 0] + 1) * 1.5 // 1).astype(int)
    counts = np.zeros((2, 3))
    np.add.at(counts, (rows, columns), 1)
    np.testing.assert_allclose(counts / 60_000, MASSES, atol=0.008)
    assert counts[0, 1] == 0
    inside = samples[(rows == 1) & (columns == 0)]
    np.testing.assert_allclose(inside.mean(axis=0), [-2 / 3, -0.5], atol=0.01)
    np.testing.assert_allclose(inside.std(axis=0), np.array([2 / 3, 1]) / 12**0.5, atol=0.01)


def test_a_table_has_the_density_of_its_cells():
    log_prob = plain_model({"kind": "table", "masses": MASSES}).log_prob
    points = [[-0.9, 0.9], [0.0, 0.5], [0.9, -0.1], [1.0, -1.0], [-1.0, 1.0], [1.01, 0.0], [0.0, np.nan]]
    expected = np.array([0.1, 0.0, 0.25, 0.25, 0.1, 0.0, 0.0]) * 6 / 4
    np.testing.assert_allclose(np.exp(log_prob(points)), expected, atol=1e-12)


def test_a_table_of_the_true_shares_is_nearly_the_truth():
    model = plain_model({"kind": "table", "masses": generative.cell_shares(1)})
    fresh = generative.sample_land_points(20_000, rng(1))
    assert generative.kl_divergence(model.log_prob(fresh)).value == pytest.approx(0.061, abs=0.01)
    assert generative.total_variation(model.sample(40_000, rng())) < 0.08


@pytest.mark.parametrize("factor", [1.0, 1.0009, 0.9991])
def test_a_sum_that_is_almost_1_is_made_1(factor):
    model = plain_model({"kind": "table", "masses": (factor * MASSES).astype("float32")})
    assert np.exp(model.log_prob([[-0.9, 0.9]]))[0] == pytest.approx(0.15, rel=1e-5)


def test_a_density_of_samples_is_a_bell_around_each():
    samples = np.full((10, 2), [0.25 / 180, 0.25 / 90])
    samples[:5] = np.nan
    log_prob = density_of_samples(samples, 2.0).log_prob
    middles = (0.25 + np.array([[0, 0], [2, 0], [0, 3], [-4, 1]])) / [180, 90]
    away = (middles * [180, 90] - 0.25) / 2
    bell = np.exp(-(away**2).sum(axis=1) / 2) / (2 * np.pi * 2**2) * 180 * 90
    # Half of the samples are there; one in a hundred is spread over the map, of area 4.
    np.testing.assert_allclose(np.exp(log_prob(middles)), 0.99 * bell / 2 + 0.01 / 4, rtol=0.02)
    np.testing.assert_allclose(np.exp(log_prob([[-0.5, -0.5]])), 0.01 / 4)


def test_a_density_of_samples_has_cells_of_half_a_degree():
    log_prob = density_of_samples(np.array([[171, -71]]) / generative.DEGREES, 3.0).log_prob
    inside, other = [[170.01, -70.01], [170.49, -70.49]], [[170.51, -70.01], [170.01, -70.51]]
    first, last = log_prob(inside / generative.DEGREES)
    assert first == last
    assert all(log_prob(other / generative.DEGREES) > first)


def test_a_density_of_samples_goes_round_the_globe():
    samples = np.array([[0.9999, 0.9999]])
    uniform = rng().uniform(-1, 1, (400_000, 2))
    density = np.exp(density_of_samples(samples, 5.0).log_prob(uniform))
    assert density.mean() * 4 == pytest.approx(1, abs=0.1)
    west = uniform[:, 0] < 0
    assert density[west].mean() == pytest.approx(density[~west].mean(), rel=0.15)


# Networks


def test_a_decoder_gets_standard_noise():
    model = plain_model(
        {"kind": "decoder", "network": dense(3, 2, np.eye(3)[:, :2], [5, -5]), "noise": 3, "octaves": 0}
    )
    assert model.log_prob is None
    samples = model.sample(20_000, rng())
    np.testing.assert_allclose(samples, rng().normal(size=(20_000, 3))[:, :2] + [5, -5], rtol=1e-5)


def test_a_decoder_gets_features_of_the_noise():
    network = dense(2 * 5, 2)
    model = plain_model({"kind": "decoder", "network": network, "noise": 2, "octaves": 2})
    z = rng(3).normal(size=(9, 2)).astype("float32")
    np.testing.assert_allclose(model.sample(9, rng(3)), network(fourier_features(z, 2)), atol=1e-5)


def test_a_log_density_is_normalised_whatever_its_constant():
    # The logarithm of a density that grows towards the north east.
    kernel = [[1.0], [2.0]]
    models = [
        plain_model({"kind": "log-density", "network": dense(2, 1, kernel, [constant]), "octaves": 0})
        for constant in (0.0, 600.0)
    ]
    # In the middles of cells of half a degree.
    points = np.array([[0.5, 0.25], [-0.5, -0.75]]) + 0.25 / generative.DEGREES
    total = 4 * np.sinh(1) * np.sinh(2) / 2
    exact = points @ [1.0, 2.0] - np.log(total)
    for model in models:
        np.testing.assert_allclose(model.log_prob(points), exact, atol=2e-4)
    mean = models[0].sample(40_000, rng()).mean(axis=0)
    np.testing.assert_allclose(mean, [1 / np.tanh(1) - 1, 1 / np.tanh(2) - 0.5], atol=0.02)


def test_what_a_log_density_hides_between_the_grid_is_not_seen():
    # A wave that is at its top in the middle of each cell, were it seen anywhere else.
    network = dense(2 * 21, 1)
    model = plain_model({"kind": "log-density", "network": network, "octaves": 10})
    inside = np.array([[0.0001, 0.0001], [0.0027, 0.0054]])
    assert np.ptp(model.log_prob(inside)) == 0
    grid = generative.sample_land_points(10, rng())
    uniform = rng().uniform(-1, 1, (200_000, 2))
    assert np.exp(model.log_prob(uniform)).mean() * 4 == pytest.approx(1, abs=0.02)
    assert model.log_prob(grid).shape == (10,)


def velocity(network, **changes):
    settings = {"octaves": 1, "steps": 4, "centre": (0.1, -0.2), "spread": (0.5, 0.25)}
    return {"kind": "velocity", "network": network, **settings, **changes}


def test_a_constant_velocity_shifts_the_noise():
    samples = plain_model(velocity(dense(10, 2, np.zeros((10, 2)), [1, 2]))).sample(50, rng())
    noise = rng().normal(size=(50, 2))
    np.testing.assert_allclose(samples, (noise + np.array([1, 2])) * [0.5, 0.25] + [0.1, -0.2], atol=1e-6)


def test_steps_are_those_of_euler_from_their_beginning():
    network = dense(10, 2)
    model = plain_model(velocity(network, steps=3, centre=[0, 0], spread=np.ones(2)))
    x = rng(2).normal(size=(7, 2))
    for t in (0, 1 / 3, 2 / 3):
        ones = np.ones((7, 1), "float32")
        x = x + np.asarray(network(noisy_features(x.astype("float32"), t * ones, (1 - t) * ones, 1))) / 3
    np.testing.assert_allclose(model.sample(7, rng(2)), x, atol=1e-6)


def test_features_of_noisy_points_are_those_of_section_3_6():
    x, signal, noise = np.array([[0.5, -1.0]]), np.array([[0.6]]), np.array([[0.4]])
    guess, blur = 0.6 * x / 0.52, 0.16 / 0.52
    waves = [part for f in (1, 2) for part in (np.sin(f * guess), np.cos(f * guess))]
    fades = np.repeat(np.exp(-np.array([1, 1, 4, 4]) * blur / 2), 2)
    expected = np.concatenate(
        [x, guess, signal, np.log([[0.62 / 0.401]]) / 4, np.concatenate(waves, 1) * fades], axis=1
    )
    np.testing.assert_allclose(noisy_features(x, signal, noise, 2), expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["table", "decoder", "log-density", "velocity"])
def test_the_same_generator_gives_the_same_samples(kind):
    description = {
        "table": {"kind": "table", "masses": MASSES},
        "decoder": {"kind": "decoder", "network": dense(1, 2), "noise": 1, "octaves": 0},
        "log-density": {"kind": "log-density", "network": dense(6, 1), "octaves": 1},
        "velocity": velocity(dense(10, 2)),
    }[kind]
    model = plain_model(description)
    assert model.kind == kind
    first, again, other = (model.sample(5_000, rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# Wrong descriptions


class Own(keras.layers.Layer):
    def call(self, x):
        return x[:, :2]


def functional(make):
    place = keras.Input((2,))
    return keras.Model(place, make(place))


def decoder(network, **changes):
    return {"kind": "decoder", "network": network, "noise": 2, "octaves": 0, **changes}


two_inputs = [keras.Input((2,)), keras.Input((2,))]
WRONG = {
    "no dictionary": (MASSES, "is described by a dictionary"),
    "nothing": (None, "is described by a dictionary"),
    "no kind": ({"masses": MASSES}, "kind of the model is unknown: choose one of table, decoder"),
    "unknown kind": ({"kind": "gan", "masses": MASSES}, "kind of the model is unknown"),
    "kind is no text": ({"kind": ["table"], "masses": MASSES}, "kind of the model is unknown"),
    "key missing": ({"kind": "table"}, "A table needs 'masses'"),
    "keys missing": ({"kind": "decoder", "network": None}, "A decoder needs 'noise' and 'octaves'"),
    "a key too many": ({"kind": "table", "masses": MASSES, "more": 1}, "leave only 'kind' and 'masses'"),
    "one dimension": ({"kind": "table", "masses": MASSES[0]}, "not an array of rows and columns"),
    "no cells": ({"kind": "table", "masses": np.zeros((0, 3))}, "not an array of rows and columns"),
    "text": ({"kind": "table", "masses": "a table"}, "not an array of rows and columns"),
    "ragged": ({"kind": "table", "masses": [[1, 2], [3]]}, "not an array of rows and columns"),
    "NaN": ({"kind": "table", "masses": MASSES * [1, np.nan, 1]}, "hold NaN or infinity"),
    "logarithms": ({"kind": "table", "masses": np.log(MASSES + 1e-9)}, "Some masses are negative"),
    "a little negative": ({"kind": "table", "masses": [[0.6, 0.5], [-0.1, 0.0]]}, "Some masses are negative"),
    "counts": ({"kind": "table", "masses": 500 * MASSES}, "The masses sum to 500, not to 1"),
    "densities": ({"kind": "table", "masses": 1.5 * MASSES}, "The masses sum to 1.5, not to 1"),
    "a little too much": ({"kind": "table", "masses": 1.002 * MASSES}, "The masses sum to 1.002, not to 1"),
    "noise is 0": (decoder(dense(2, 2), noise=0), "'noise' is not a whole number from 1 to 64"),
    "noise is True": (decoder(dense(2, 2), noise=True), "'noise' is not a whole number"),
    "octaves are 11": (decoder(dense(2, 2), octaves=11), "'octaves' is not a whole number from 0 to 10"),
    "octaves are text": (decoder(dense(2, 2), octaves="2"), "'octaves' is not a whole number"),
    "51 steps": (velocity(dense(10, 2), steps=51), "'steps' is not a whole number from 1 to 50"),
    "centre is a number": (velocity(dense(10, 2), centre=0.1), "'centre' is not a pair of numbers"),
    "spread is NaN": (velocity(dense(10, 2), spread=(1, np.nan)), "'spread' is not a pair of numbers"),
    "spread is text": (velocity(dense(10, 2), spread="wide"), "'spread' is not a pair of numbers"),
    "no network": (decoder("my_model.keras"), "The network is not a Keras model"),
    "a layer": (decoder(keras.layers.Dense(2)), "The network is not a Keras model"),
    "its own layer": (decoder(functional(Own())), "something other than Keras's own layers"),
    "a Lambda": (decoder(functional(keras.layers.Lambda(lambda x: x))), "something other than Keras's own layers"),
    "an operation": (decoder(functional(keras.ops.sin)), "something other than Keras's own layers"),
    "within a model": (
        decoder(keras.Sequential([keras.Input((2,)), functional(Own())])),
        "something other than Keras's own layers",
    ),
    "takes 3": (decoder(dense(3, 2)), r"takes the shape \(None, 3\): with these settings it needs \(None, 2\)"),
    "gives 3": (decoder(dense(2, 3)), r"gives the shape \(None, 3\): with these settings it needs \(None, 2\)"),
    "two inputs": (decoder(keras.Model(two_inputs, keras.layers.Add()(two_inputs))), "takes the shape"),
    "raw points": ({"kind": "log-density", "network": dense(2, 1), "octaves": 6}, r"it needs \(None, 26\)"),
    "octaves of the other kind": (velocity(dense(34, 2)), r"it needs \(None, 10\)"),
    "NaN on the map": (
        {"kind": "log-density", "network": dense(2, 1, [[np.nan], [0]], [0]), "octaves": 0},
        "gives log-densities that are not numbers",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_description_is_told_in_one_sentence(name):
    description, told = WRONG[name]
    with pytest.raises(DescriptionError, match=told) as caught:
        plain_model(description)
    assert "\n" not in str(caught.value)


def test_arithmetic_of_keras_is_no_layer_of_ones_own():
    plain_model(decoder(functional(lambda x: 2 * x - 1)))


def test_a_network_that_stops_is_told():
    network = keras.Sequential([keras.Input((1,)), keras.layers.Embedding(3, 2), keras.layers.Flatten()])
    model = plain_model(decoder(network, noise=1))
    with pytest.raises(DescriptionError, match="The network stops with InvalidArgumentError for some inputs"):
        model.sample(1_000, rng())


# Copies and the whole measurement


def test_copies_of_points_and_of_each_other_are_not_there():
    train = np.array([[0.0, 0.0], [0.5, 0.5]])
    near, far = 0.014 / 180, 0.016 / 180
    samples = np.array(
        [[near, 0], [far, 0], [0.5, 0.5 + near], [0.5, 0.5 + 3 * far], [0.2, 0.2], [0.2, 0.2], [np.nan, 0]]
    )
    there = np.isfinite(without_copies(samples, train)).all(axis=1)
    assert there.tolist() == [False, True, False, True, True, False, False]
    assert not np.isfinite(without_copies(np.full((5, 2), np.inf), train)).any()


def test_fresh_points_are_hardly_ever_taken_for_copies():
    train = generative.sample_land_points(100_000, rng(0))
    fresh = generative.sample_land_points(40_000, rng(1))
    assert np.isnan(without_copies(fresh, train)).any(axis=1).mean() < 0.005
    assert plain_report.COPY_DEGREES == 0.015


@pytest.fixture(scope="module")
def points():
    return LandPoints(generative.sample_land_points(100_000, rng(7)), generative.sample_land_points(20_000, rng(8)))


def test_a_model_that_copies_has_nothing(points):
    copier = generative.PlainModel("decoder", lambda n, rng: points.train[rng.integers(100_000, size=n)], None)
    report = measure_plain("copies", copier, points)
    assert (report.precision, report.coverage, report.total_variation) == (0, 0, 1)
    assert report.kl.value > 2


def test_the_truth_without_a_density_is_nearly_the_truth(points):
    truth = generative.PlainModel("decoder", generative.sample_land_points, None)
    report = measure_plain("truth", truth, points)
    assert report.precision > 0.995
    # It is smoothed.
    assert 0.12 < report.kl.value < 0.14
    exact = generative.PlainModel("decoder", generative.sample_land_points, generative.log_p_data)
    assert abs(measure_plain("truth", exact, points).kl.value) < 1e-9

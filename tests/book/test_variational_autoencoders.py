"""Page 3.4: its formulas against closed forms and integrals, and bands for what it measured."""

import ast
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats
from scipy.special import logsumexp

from gdl_utils.datasets import tins
from gdl_utils.generative import fourier_features, sample_land_points


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_4_variational_autoencoders")


@pytest.fixture
def run(page):
    """A function that runs cells of the page, each up to the text `before`, and gives the names they define."""
    names = {
        "np": np, "tf": tf, "keras": keras, "layers": keras.layers, "logsumexp": logsumexp, "norm": stats.norm,
        "tins": tins, "fourier_features": fourier_features, "glue": lambda name, value: None, "print": lambda *_: None,
    }  # fmt: skip
    return page.runner(names)


@pytest.fixture
def linear(run):
    cells = ("linear-model", "draw-observed", "linear-density-code", "log-bell", "posterior-code", "elbo-code")
    return run(*cells, "linear-elbo")


class Linear:
    """The linear model, computed without the page: the joint Gaussian of z and x, conditioned on x."""

    mu, w, sigma = np.array([0.5, -0.3]), np.array([1.2, 0.8]), 0.4

    @classmethod
    def joint(cls, z, x):
        z = np.asarray(z)
        log_p = stats.norm.logpdf(x[0], cls.mu[0] + cls.w[0] * z, cls.sigma)
        return stats.norm.logpdf(z) + log_p + stats.norm.logpdf(x[1], cls.mu[1] + cls.w[1] * z, cls.sigma)

    @classmethod
    def log_p(cls, x):
        return np.log(integrate.quad(lambda z: np.exp(cls.joint(z, x)), -9, 9, epsabs=1e-13)[0])


def test_the_density_of_the_linear_model(linear, page):
    for x in linear["observed"][:3]:
        assert linear["exact_log_p"](x[np.newaxis])[0] == pytest.approx(Linear.log_p(x), abs=1e-8)
    assert "[[1.6, 0.96], [0.96, 0.8]]" in page.text("linear-density-result")
    assert np.cov(linear["draw"](100_000).T) == pytest.approx(linear["covariance"], abs=0.03)


def test_the_posterior_is_that_of_the_integral(linear):
    x = linear["observed"][:1]
    (mean,), (log_std,) = linear["posterior"](x)
    z = np.linspace(-8, 8, 4_001)
    weights = np.exp(Linear.joint(z, x[0]))
    weights /= weights.sum()
    assert mean == pytest.approx(weights @ z, abs=1e-8)
    assert np.exp(2 * log_std) == pytest.approx(weights @ (z - weights @ z) ** 2, abs=1e-8)


def test_the_elbo_is_an_integral_over_the_guess(linear):
    x = linear["observed"][:1]
    for mean, log_std in [(0.0, 0.0), (0.7, -1.2)]:
        guess = stats.norm(mean, np.exp(log_std))

        def inside(z, guess=guess):
            return guess.pdf(z) * (Linear.joint(z, x[0]) - guess.logpdf(z))

        expected = integrate.quad(inside, mean - 9 * guess.std(), mean + 9 * guess.std(), epsabs=1e-11)[0]
        found = linear["linear_elbo"](x, np.array([mean]), np.array([log_std]))[0]
        assert found == pytest.approx(expected, abs=1e-7)


def test_the_gap_is_the_divergence_of_the_guess(linear, page):
    x = linear["observed"]
    mean, log_std = linear["posterior"](x)
    np.testing.assert_allclose(linear["linear_elbo"](x, mean, log_std), linear["exact_log_p"](x), rtol=0, atol=1e-10)
    rng = np.random.default_rng(1)
    other, other_log = mean + rng.normal(size=len(x)), log_std + rng.normal(size=len(x))
    gap = linear["exact_log_p"](x) - linear["linear_elbo"](x, other, other_log)
    # The divergence between two Gaussians, by its definition.
    ratio = np.exp(2 * (other_log - log_std))
    expected = (ratio - 1 + ((other - mean) / np.exp(log_std)) ** 2) / 2 - (other_log - log_std)
    np.testing.assert_allclose(gap, expected, atol=1e-9)
    assert gap.min() > 0
    assert "True" in page.text("elbo-check")
    assert "True" in page.text("elbo-shifted")
    assert page.number("gap_shifted") == pytest.approx(0.675912, abs=1e-6)
    assert page.number("gap_half") == pytest.approx(np.log(2) - 3 / 8)
    assert page.number("gap_twice") == pytest.approx(3 / 2 - np.log(2))


def test_the_divergence_is_summed_over_latent_numbers(linear, page):
    assert linear["divergence"](0.0, 0.0) == 0
    for mean, log_std in [(1.0, -1.0), (-0.4, 0.5)]:
        guess = stats.norm(mean, np.exp(log_std))

        def inside(z, guess=guess):
            return guess.pdf(z) * (guess.logpdf(z) - stats.norm.logpdf(z))

        expected = integrate.quad(inside, mean - 12, mean + 12, epsabs=1e-11, points=[mean])[0]
        assert linear["divergence"](mean, log_std) == pytest.approx(expected, abs=1e-7)
    lines = page.text("check-sum-answer").splitlines()
    assert [line.split()[-1] for line in lines] == ["2.14", "0.71", "1.37", "1.14"]


def test_averaging_over_the_prior_is_low_and_scatters(page):
    lines = page.text("naive-result").splitlines()
    exact = float(lines[0].split()[1])
    found = [re.search(r"(\d+) draws: (-\S+) ± (\S+)", line).groups() for line in lines[1:]]
    means, spreads = (np.array([float(row[i]) for row in found]) for i in (1, 2))
    assert means[0] < exact - 0.05
    assert means[2] == pytest.approx(exact, abs=0.02)
    assert list(spreads) == sorted(spreads, reverse=True)


def test_both_slopes_are_right_and_one_is_noisier(linear, run, page):
    linear["mean"], linear["log_std"] = linear["posterior"](linear["observed"])
    names = run("gradient-code", "slopes")
    s, w, sigma = names["s"], Linear.w, Linear.sigma
    x, step = linear["observed"][0], 1e-5

    def expected_value(m):
        z = m + s * np.linspace(-9, 9, 20_001)
        density = stats.norm.pdf(z, m, s)
        value = Linear.joint(z, x) - stats.norm.logpdf(z)
        return np.trapezoid(density * value, z)

    slope = (expected_value(names["m"] + step) - expected_value(names["m"] - step)) / (2 * step)
    assert names["exact"] == pytest.approx(slope, rel=1e-5)
    for name in ("through", "score"):
        spread = names[name].std() / np.sqrt(len(names[name]))
        assert names[name].mean() == pytest.approx(slope, abs=5 * spread)
    assert names["through"].var() == pytest.approx((w @ w / sigma**2 * s) ** 2, rel=0.02)
    assert 4 < page.number("gradient_ratio") < 20
    assert page.number("gradient_exact") == pytest.approx(slope, rel=1e-5)
    # The question: both draws pass a gradient on, a finished number does not.
    assert page.text("check-gradient-answer").split() == ["first", "1.0", "second", "1.0", "frozen", "None"]


def test_the_best_sigma_is_the_rmse(page):
    residuals = np.random.default_rng(0).normal(size=(50, 3))
    sigmas = np.linspace(0.5, 2, 3_001)
    losses = [-stats.norm.logpdf(residuals, 0, sigma).mean() for sigma in sigmas]
    assert sigmas[np.argmin(losses)] == pytest.approx(np.sqrt(np.mean(residuals**2)), abs=1e-3)
    # Adam can't move the logarithm by more than about the rate in a step.
    assert page.number("adam_400") > np.exp(-0.002 * 400) * 0.99
    assert page.number("adam_400") / 0.03 == pytest.approx(15, abs=0.6)
    assert page.number("adam_2000") == pytest.approx(0.03, abs=0.005)


class Guess:
    """An encoder whose guess is a point, and a decoder that shifts it."""

    @staticmethod
    def encoder(x):
        return tf.concat([x, tf.fill(tf.shape(x), -20.0)], axis=1)

    @staticmethod
    def decoder(z):
        return z + 0.05


def test_the_loss_is_the_negative_elbo(run):
    x = tf.constant(np.random.default_rng(0).normal(size=(200, 2)), tf.float32)
    names = run("loss-restore", "loss")
    cost = np.mean(np.sum(x.numpy() ** 2 / 2 - 0.5 + 20, axis=1))
    for least, most, sigma in [(0.0, 0.1, 0.05), (0.3, 0.3, 0.3), (0.0, 0.01, 0.01)]:
        found = names["negative_elbo"](x, Guess.encoder, Guess.decoder, least, most)
        fitted = -2 * stats.norm.logpdf(0.05, 0, sigma)
        assert float(found) == pytest.approx(cost + fitted, rel=1e-4)
    with tf.GradientTape() as tape:
        shift = tf.Variable(0.05)
        loss = names["negative_elbo"](x, Guess.encoder, lambda z: z + shift)
    # Of d / 2 ln(error / d): the derivative of 2 ln(shift).
    assert float(tape.gradient(loss, shift)) == pytest.approx(2 / 0.05, rel=1e-3)


class Model:
    """A linear decoder in the place of a trained one, and a guess that is right or too wide."""

    def __init__(self, factor=1.0):
        self.sigma, self.factor = 0.5, factor
        self.weights = np.array([[1.0, 0.3], [0.0, 0.8]], "float32")
        covariance = self.weights.T @ self.weights + self.sigma**2 * np.eye(2)
        self.truth = stats.multivariate_normal([0.1, 0.1], covariance)

    def decoder(self, z):
        return tf.constant(z, tf.float32) @ self.weights + 0.1

    def encoder(self, x):
        precision = np.eye(2) + self.weights @ self.weights.T / self.sigma**2
        mean = (x - 0.1) @ self.weights.T / self.sigma**2 @ np.linalg.inv(precision)
        log_std = -np.log(np.diag(precision)) / 2 + np.log(self.factor)
        return tf.constant(np.concatenate([mean, np.broadcast_to(log_std, mean.shape)], axis=1), tf.float32)


def test_the_integral_over_latent_points_is_exact(run, page):
    model = Model()
    names = run("nodes", "log-density")
    x = np.random.default_rng(0).uniform(-1, 1, (300, 2)).astype("float32")
    for side in (100, 200):
        np.testing.assert_allclose(names["log_density"](x, model, side), model.truth.logpdf(x), atol=2e-3)
    assert page.number("grids_apart") < 0.01


def test_the_importance_bound_climbs_to_the_truth(run, linear):
    model = Model(factor=1.3)
    names = run("log-weights", "importance-bound", rng=np.random.default_rng(0))
    x = np.random.default_rng(1).uniform(-1, 1, (400, 2)).astype("float32")
    log_w = names["log_weights"](x, model, 1_000)
    bounds = [names["importance_bound"](log_w, count) for count in (1, 10, 100, 1_000)]
    assert bounds == sorted(bounds)
    truth = model.truth.logpdf(x).mean()
    assert bounds[-1] == pytest.approx(truth, abs=5e-3)
    # K = 1 is the ELBO: below the truth by the divergence from the guess to the posterior.
    precision = np.eye(2) + model.weights @ model.weights.T / model.sigma**2
    guess = np.diag(1.3**2 / np.diag(precision))
    gap = (np.trace(precision @ guess) - 2 - np.log(np.linalg.det(precision @ guess))) / 2
    assert truth - bounds[0] == pytest.approx(gap, abs=0.01)
    assert names["importance_bound"](log_w - 1_000, 10) == pytest.approx(bounds[1] - 1_000)


def test_the_gap_on_the_map(page):
    climbs, truths = (ast.literal_eval(page.glued[name]) for name in ("climbs", "truths"))
    assert len(climbs) == len(truths) == 3
    for climb, truth in zip(climbs, truths, strict=True):
        assert climb == sorted(climb)
        assert climb[-1] < truth + 0.003
        assert 0.03 < truth - climb[0] < 0.25
    assert page.number("left_most") < 0.05


def test_the_map_model_keeps_its_quality(page):
    assert page.number("kl_mean") < 0.56
    assert page.number("kl_most") < 0.62
    assert page.number("uniform_kl") == pytest.approx(1.1033, abs=1e-4)
    assert page.number("kl_from_bound") > page.number("kl_mean") + 0.05
    assert 0.55 < page.number("precision_least") <= page.number("precision_most") < 0.8
    assert page.number("coverage_least") > 0.75
    assert page.number("tv_most") < 0.36
    assert page.number("sigma_most") < 0.05
    assert page.number("sea_bare_most") < page.number("sea_noisy_least")


def test_the_most_dropped_are_islands(page):
    islands = {"Greenland", "Madagascar", "New Zealand", "Iceland", "Britain", "Japan", "Cuba"}
    lines = [cells[4] for cells in page.table("report-print").values()]
    assert len(lines) == 3
    for line in lines:
        assert len({re.sub(r" [\d.]+$", "", part) for part in line.split(", ")} & islands) >= 2


def test_collapse_follows_the_spread(run, page):
    """The mean cost of a latent number of the best linear decoder, by its integral over the data."""
    points = sample_land_points(20_000, np.random.default_rng(5))
    run("elbo-code")

    class Land:
        train = points

    names = run("linear-collapse", "linear-collapse-check", land=Land)
    variances = np.linalg.eigvalsh(np.cov(points.T, bias=True))
    np.testing.assert_allclose(names["told"], np.log(variances / 0.09) / 2, atol=1e-4)
    np.testing.assert_allclose(names["nats"](0.3), names["told"], atol=1e-4)
    np.testing.assert_array_equal(names["nats"](5.0), 0)
    edges = page.number("edge_small"), page.number("edge_large")
    assert edges == pytest.approx(np.sqrt(variances), abs=0.01)
    told = {sigma: ast.literal_eval(page.glued[f"told_{sigma}"]) for sigma in ("0.15", "0.55", "0.75")}
    assert min(told["0.15"]) > 0.8
    assert told["0.55"][0] < 0.03
    assert told["0.55"][1] == pytest.approx(np.log(edges[1] / 0.55), abs=0.08)
    assert max(told["0.75"]) < 0.03


def test_the_question_on_the_hidden_sigma(page):
    assert "sigma: 22.6" in page.text("check-mse-answer")
    heights, widths = np.random.default_rng(3).uniform(8, 26, (2, 1_000))
    pixels = tins.draw_tins(heights, widths).reshape(1_000, -1)
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(pixels.T))[-1])
    assert page.number("tin_spread") == pytest.approx(spread, rel=0.05)
    assert spread < 22.6


def test_the_decoder_of_the_tins_is_small(run, page):
    encoder, decoder = run("tin-networks")["tin_networks"](2)
    assert decoder.count_params() == 2 * 64 + 64 + 64 * 48 + 48 + 48 * 1024 + 1024 == page.number("tin_decoder")
    # What the figure in the browser computes: erf, two layers with tanh, one with the sigmoid.
    z = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
    first, b1, second, b2, third, b3 = decoder.get_weights()
    hidden = np.tanh((2 * stats.norm.cdf(z) - 1) @ first + b1)
    shades = 1 / (1 + np.exp(-(np.tanh(hidden @ second + b2) @ third + b3)))
    np.testing.assert_allclose(decoder(z), shades, atol=1e-5)
    assert encoder.output_shape == (None, 4)


def test_height_and_width_are_found_again(page):
    assert page.number("tin_correlation_least") > 0.7
    assert page.number("tin_correlation_most") > 0.9
    assert page.number("tin_active_least") > 3
    assert page.number("tin_median_most") < 0.04
    assert page.number("tin_near_least") > 0.8
    assert page.number("tin_sigma_most") < 0.05
    assert page.number("tin_off_most") < 0.4
    assert page.number("tin_chance") < 0.12
    assert page.number("walk_most") < page.number("ghost") / 2


def test_how_far_sizes_are_from_uniform(run):
    measure = run("off-uniform")["off_uniform"]
    even = np.repeat(np.arange(9, 26, 2), 9), np.tile(np.arange(9, 26, 2), 9)
    assert measure(*even) == pytest.approx(0)
    assert measure(np.full(10, 9.0), np.full(10, 9.0)) == pytest.approx(80 / 81)
    assert measure(np.full(10, 3.0), np.full(10, 9.0)) == pytest.approx(1)


def test_the_decoder_draws_the_mean_of_what_is_open(page):
    assert page.number("blur_ratio") > 1.3
    assert page.number("blur_mean_most") < page.number("blur_spread_least")


def test_photographs_lose_their_fine_part(run, page):
    assert page.number("kept_coarse") > 0.9
    assert page.number("kept_fine") < 0.6
    assert page.number("photo_sigma") < 0.12
    assert page.number("photo_digits") == int(page.number("photo_nats") / np.log(10)) + 1
    coarse = run("fine")["coarse"]
    images = np.random.default_rng(0).uniform(size=(2, 32, 32, 3))
    found = coarse(images.reshape(2, -1)).reshape(2, 32, 32, 3)
    np.testing.assert_allclose(found[1, 5, 9], images[1, 4:8, 8:12].mean(axis=(0, 1)))
    np.testing.assert_allclose(coarse(coarse(images.reshape(2, -1))), coarse(images.reshape(2, -1)))


def test_a_tilt_closes_part_of_the_gap(run, page):
    """With the tilt of the exact posterior the bound is the density."""
    model = Model()
    names = run("solution-tilt")
    x = np.random.default_rng(0).uniform(-1, 1, (2_000, 2)).astype("float32")
    posterior = np.linalg.inv(np.eye(2) + model.weights @ model.weights.T / model.sigma**2)
    lower = np.linalg.cholesky(posterior)

    def encoder(x):
        mean = model.encoder(x)[:, :2]
        return tf.concat([mean, tf.fill(mean.shape, 1.0) * np.log(np.diag(lower)).astype("float32")], axis=1)

    def tilt(x):
        return tf.fill((len(x), 1), tf.constant(lower[1, 0], tf.float32))

    # Every single draw gives the density then.
    np.testing.assert_allclose(names["tilted_log_weight"](x, encoder, tilt, model), model.truth.logpdf(x), atol=1e-3)
    tilted = ast.literal_eval(page.glued["tilted"])
    assert page.number("tilt_saves_least") > 0.002
    assert min(tilted) > 0

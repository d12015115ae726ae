"""07_vae: what the course says about bound, gap and posterior, of the reference solutions; checked on grids."""

import math

import nbformat
import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

NAME = "07_vae"
LINE = np.linspace(-15, 15, 6_001)  # of latent numbers
DZ = 0.005


@pytest.fixture(scope="module")
def source(root):
    return nbformat.read(root / "solutions" / NAME / "vae.ipynb", as_version=4)


@pytest.fixture(scope="module")
def answers(source):
    """What the setup cells and the reference solutions define."""
    names = {}
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") or "setup" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def drawn_decoder(seed, d):
    draw = np.random.default_rng(seed)
    w, mu, sigma = draw.normal(0, 1.2, d), draw.normal(size=d), float(draw.uniform(0.4, 1.5))
    return draw.normal(0, 2, (6, d)), (w, mu, sigma)


def log_p(x, w, mu, sigma):
    return multivariate_normal(mu, np.outer(w, w) + sigma**2 * np.eye(len(w))).logpdf(x)


@pytest.mark.parametrize("log_std", [-2.0, 0.0, 0.6])
def test_a_bell_integrates_to_one(answers, log_std):
    density = np.exp(answers["log_bell"](LINE, 0.3, log_std))
    assert density.sum() * DZ == pytest.approx(1, rel=1e-8)
    # Its mean and its deviation are those that were asked for.
    assert (LINE * density).sum() * DZ == pytest.approx(0.3, abs=1e-6)
    assert ((LINE - 0.3) ** 2 * density).sum() * DZ == pytest.approx(math.exp(2 * log_std), rel=1e-5)


def test_a_bell_far_away(answers):
    assert answers["log_bell"](np.array([1e4]), 0, 0)[0] == pytest.approx(-5e7, rel=1e-7)


def test_draws_have_the_moments_of_the_guess(answers):
    mean, log_std = np.array([[1.0, -2.0]]), np.array([[0.5, -1.0]])
    draws = answers["reparameterise"](mean, log_std, np.random.default_rng(0).normal(size=(100_000, 1, 2)))
    np.testing.assert_allclose(draws.mean(axis=(0, 1)), mean[0], atol=0.02)
    np.testing.assert_allclose(draws.std(axis=(0, 1)), np.exp(log_std[0]), rtol=0.02)


def test_slopes_are_those_of_finite_differences(answers):
    draw = np.random.default_rng(1)
    mean, log_std, eps = draw.normal(size=(4, 3)), draw.uniform(-1, 1, (4, 3)), draw.normal(size=(5, 4, 3))

    def drawn(by_mean, by_log_std):
        return answers["reparameterise"](mean + by_mean, log_std + by_log_std, eps)

    step = 1e-5
    slopes = answers["slopes_of_draw"](np.ones(eps.shape), log_std, eps)
    np.testing.assert_allclose(slopes[0], (drawn(step, 0) - drawn(-step, 0)) / (2 * step), atol=1e-8)
    np.testing.assert_allclose(slopes[1], (drawn(0, step) - drawn(0, -step)) / (2 * step), atol=1e-8)
    # The derivative for the mean is 1, for the logarithm of the deviation noise times deviation.
    assert (slopes[0] == 1).all()
    np.testing.assert_allclose(slopes[1], eps * np.exp(log_std), rtol=1e-12)


@pytest.mark.parametrize(("mean", "log_std"), [(0.0, 0.0), (1.5, -1.0), (-0.5, 0.6)])
def test_the_cost_is_an_integral(answers, mean, log_std):
    log_q, log_prior = answers["log_bell"](LINE, mean, log_std), answers["log_bell"](LINE, 0, 0)
    integral = np.sum(np.exp(log_q) * (log_q - log_prior)) * DZ
    assert answers["kl_to_standard"](np.array([[mean]]), np.array([[log_std]]))[0] == pytest.approx(integral, abs=1e-8)


def test_the_cost_is_summed_over_latent_numbers(answers):
    (one,) = answers["kl_to_standard"](np.array([[0.5]]), np.array([[-1.0]]))
    assert one > 0
    np.testing.assert_allclose(
        answers["kl_to_standard"](np.full((2, 64), 0.5), np.full((2, 64), -1.0)), 64 * one, rtol=1e-12
    )
    assert (answers["kl_to_standard"](np.zeros((3, 7)), np.zeros((3, 7))) == 0).all()


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_posterior_is_that_of_a_grid(answers, d):
    x, (w, mu, sigma) = drawn_decoder(d, d)
    means, log_stds = answers["linear_posterior"](x, w, mu, sigma)
    for row, mean, log_std in zip(x, means, log_stds, strict=True):
        log_joint = -(LINE**2) / 2 - np.sum((row - mu - LINE[:, np.newaxis] * w) ** 2, axis=1) / (2 * sigma**2)
        weights = np.exp(log_joint - logsumexp(log_joint))
        assert weights @ LINE == pytest.approx(mean, abs=1e-8)
        assert weights @ (LINE - mean) ** 2 == pytest.approx(math.exp(2 * log_std), abs=1e-8)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_bound_touches_the_density(answers, d):
    x, decoder = drawn_decoder(d, d)
    posterior = answers["linear_posterior"](x, *decoder)
    np.testing.assert_allclose(answers["linear_elbo"](x, *decoder, *posterior), log_p(x, *decoder), atol=1e-10)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_gap_is_the_divergence_to_the_posterior(answers, d):
    x, decoder = drawn_decoder(d, d)
    right_mean, right_log_std = answers["linear_posterior"](x, *decoder)
    draw = np.random.default_rng(d)
    for _ in range(20):
        mean, log_std = draw.normal(0, 1, 6), draw.uniform(-2, 1, 6)
        gap = log_p(x, *decoder) - answers["linear_elbo"](x, *decoder, mean, log_std)
        shift, wider = (mean - right_mean) / np.exp(right_log_std), log_std - right_log_std
        divergence = answers["kl_to_standard"](shift[:, np.newaxis], wider[:, np.newaxis])
        np.testing.assert_allclose(gap, divergence, atol=1e-9)
        assert (gap > 0).all()


def test_the_reconstruction_is_a_mean_over_the_guess(answers):
    x, (w, mu, sigma) = drawn_decoder(3, 3)
    mean, log_std = np.linspace(-1, 1, 6), np.linspace(-1.5, 0.5, 6)
    log_likelihood = answers["log_bell"](x[:, np.newaxis], mu + LINE[:, np.newaxis] * w, math.log(sigma)).sum(axis=2)
    guess = np.exp(answers["log_bell"](LINE, mean[:, np.newaxis], log_std[:, np.newaxis]))
    found = answers["reconstruction"](x, w, mu, sigma, mean, log_std)
    np.testing.assert_allclose(found, np.sum(guess * log_likelihood, axis=1) * DZ, rtol=1e-8)


def log_weights(answers, x, decoder, guess, count):
    w, mu, sigma = decoder
    mean, log_std = guess
    z = mean + np.exp(log_std) * np.random.default_rng(0).normal(size=(count, len(x)))
    log_likelihood = answers["log_bell"](x, mu + z[..., np.newaxis] * w, math.log(sigma)).sum(axis=2)
    return answers["log_bell"](z, 0, 0) + log_likelihood - answers["log_bell"](z, mean, log_std)


def test_the_bound_climbs_with_more_draws(answers):
    x, decoder = drawn_decoder(4, 2)
    mean, log_std = answers["linear_posterior"](x, *decoder)
    guess = mean + 0.5 * np.exp(log_std), log_std + 0.2
    log_w = log_weights(answers, x, decoder, guess, 20_000)
    bounds = []
    for count in (1, 10, 100):
        groups = log_w.reshape(-1, count, len(x))
        bounds.append(np.mean([answers["importance_bound"](group) for group in groups], axis=0))
    np.testing.assert_allclose(bounds[0], answers["linear_elbo"](x, *decoder, *guess), atol=0.05)
    assert (bounds[0] < bounds[1]).all()
    assert (bounds[1] < bounds[2]).all()
    np.testing.assert_allclose(bounds[2], log_p(x, *decoder), atol=0.02)


def test_with_the_posterior_every_draw_gives_the_density(answers):
    x, decoder = drawn_decoder(5, 2)
    log_w = log_weights(answers, x, decoder, answers["linear_posterior"](x, *decoder), 7)
    np.testing.assert_allclose(log_w, np.tile(log_p(x, *decoder), (7, 1)), atol=1e-10)


def test_the_weighted_bound_is_stable(answers):
    bound = answers["importance_bound"]
    log_w = np.random.default_rng(1).normal(size=(8, 3))
    for shift in (-1000.0, 0.0, 1000.0):
        np.testing.assert_allclose(bound(log_w + shift), bound(log_w) + shift, rtol=1e-12)
    np.testing.assert_allclose(bound(np.random.default_rng(2).permutation(log_w)), bound(log_w), rtol=1e-12)
    assert (bound(log_w[:1]) == log_w[0]).all()
    assert bound(np.array([[-np.inf], [0.0]]))[0] == pytest.approx(-math.log(2))


@pytest.mark.parametrize("shape", [(10,), (4, 3), (2, 3, 3, 1)])
def test_the_best_sigma_is_the_rmse_and_a_minimum(answers, shape):
    residuals = np.random.default_rng(len(shape)).normal(0.5, 2, shape)
    best = answers["best_sigma"](residuals)
    assert best == pytest.approx(math.sqrt(np.mean(residuals**2)), rel=1e-12)

    def loss(sigma):
        return np.sum(residuals**2) / (2 * sigma**2) + residuals.size / 2 * math.log(2 * math.pi * sigma**2)

    assert all(loss(best) < loss(best * factor) for factor in (0.5, 0.9, 0.999, 1.001, 1.1, 2))


def test_the_training_comes_close_to_the_best_bound(source, answers, capsys):
    (cell,) = [cell for cell in source.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "train"]
    assert "TRAIN = False" in cell.source
    exec(cell.source.replace("TRAIN = False", "TRAIN = True"), dict(answers))
    *_, last, best = capsys.readouterr().out.strip().split("\n")
    assert float(best.split()[-1]) - 0.02 < float(last.split()[-1]) < float(best.split()[-1]) + 0.002


def test_arguments_are_left_as_they_were(answers):
    draw = np.random.default_rng(3)
    x, w, mu, mean, log_std = draw.normal(size=(4, 3)), *draw.normal(size=(2, 3)), *draw.normal(size=(2, 4))
    table, widths, eps = draw.normal(size=(3, 4, 2)), draw.normal(size=(4, 2)), draw.normal(size=(3, 4, 2))
    given = (x, w, mu, mean, log_std, table, widths, eps)
    before = [array.copy() for array in given]
    answers["log_bell"](eps, widths, widths)
    answers["reparameterise"](widths, widths, eps)
    answers["slopes_of_draw"](table, widths, eps)
    answers["kl_to_standard"](widths, widths)
    answers["linear_posterior"](x, w, mu, 0.5)
    answers["reconstruction"](x, w, mu, 0.5, mean, log_std)
    answers["linear_elbo"](x, w, mu, 0.5, mean, log_std)
    answers["importance_bound"](widths)
    answers["best_sigma"](table)
    for array, old in zip(given, before, strict=True):
        assert (array == old).all()

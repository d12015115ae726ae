"""09_energy_and_diffusion: what the course says about energies, scores, noise and flows, of the reference solutions."""

import math

import nbformat
import numpy as np
import pytest
from scipy.stats import norm

NAME = "09_energy_and_diffusion"
LINE = np.linspace(-8, 8, 3_201)
DX = 0.005


@pytest.fixture(scope="module")
def source(root):
    return nbformat.read(root / "solutions" / NAME / "energy_and_diffusion.ipynb", as_version=4)


@pytest.fixture
def answers(source):
    """What the setup cells and the reference solutions define."""
    names = {}
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") or "setup" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def drawn_mixture(seed):
    draw = np.random.default_rng(seed)
    w, mu, sigma = draw.uniform(0.2, 1, 3), draw.uniform(-2.5, 2.5, 3), draw.uniform(0.4, 0.9, 3)
    return w / w.sum(), mu, sigma


def density(x, w, mu, sigma):
    return norm.pdf(x[:, None], mu, sigma) @ w


# Energies.


@pytest.mark.parametrize("shape", [(200,), (15, 20)])
def test_a_density_integrates_to_1_whatever_the_constant(answers, shape):
    energy = np.random.default_rng(0).normal(0, 3, shape)
    logs = answers["log_density"](energy, 0.3)
    assert logs.shape == shape
    assert np.exp(logs).sum() * 0.3 == pytest.approx(1, rel=1e-12)
    for constant in (-1e4, -5, 1e4):
        np.testing.assert_allclose(answers["log_density"](energy + constant, 0.3), logs, atol=1e-9)


def test_a_double_well_has_its_density(answers):
    energy = (LINE**2 - 1) ** 2
    z = np.trapezoid(np.exp(-energy), LINE)
    np.testing.assert_allclose(answers["log_density"](energy, DX), -energy - math.log(z), atol=1e-9)


def test_large_energies_neither_overflow_nor_vanish(answers):
    energy = np.array([-1e4, 0.0, 1e4])
    np.testing.assert_allclose(answers["log_density"](energy, 1.0), [0, -1e4, -2e4], rtol=1e-12)


# Scores.


@pytest.mark.parametrize("seed", range(5))
def test_a_score_is_the_slope_of_the_log_density(answers, seed):
    mixture, step = drawn_mixture(seed), 1e-5
    x = np.linspace(-4, 4, 81)
    slope = np.log(density(x + step, *mixture)) - np.log(density(x - step, *mixture))
    np.testing.assert_allclose(answers["mixture_score"](x, *mixture), slope / (2 * step), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_of_a_score_is_0(answers, seed):
    mixture = drawn_mixture(seed)
    scores = answers["mixture_score"](LINE, *mixture)
    assert abs(scores @ density(LINE, *mixture) * DX) < 1e-9
    # The second identity, of Stein: the mean of x times the score is -1.
    assert (LINE * scores) @ density(LINE, *mixture) * DX == pytest.approx(-1, abs=1e-9)


def test_a_score_far_away_is_that_of_the_nearest_bell(answers):
    far = np.array([-1e4, -300.0, 300.0, 1e4])
    scores = answers["mixture_score"](far, np.array([0.3, 0.7]), np.array([-2.0, 1.0]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(scores, (np.array([-2, -2, 1, 1]) - far) / 0.25, rtol=1e-12)


# Langevin dynamics.


@pytest.mark.parametrize("eta", [0.02, 0.1, 0.5, 1.5])
def test_walkers_settle_at_the_variance_of_the_page(answers, eta):
    # Noise that no walker's place has to do with, in each of its steps, so that variances add up exactly.
    signs = np.array([1.0, 1.0, -1.0, -1.0]), np.array([1.0, -1.0, 1.0, -1.0])
    v = 3.0
    for _ in range(800):
        x = math.sqrt(v) * signs[0]
        v = np.var(answers["langevin_step"](x, -x, eta, signs[1]))
    assert v == pytest.approx(1 / (1 - eta / 2), rel=1e-9)


def test_walkers_sample_a_mixture(answers):
    mixture, rng = (np.array([0.3, 0.7]), np.array([-1.0, 1.0]), np.array([0.6, 0.6])), np.random.default_rng(0)
    x = rng.normal(size=20_000)
    for _ in range(400):
        x = answers["langevin_step"](x, answers["mixture_score"](x, *mixture), 0.02, rng.normal(size=x.size))
    assert np.mean(x) == pytest.approx(0.4, abs=0.04)
    assert np.var(x) == pytest.approx(0.36 + 0.84, rel=0.05)


# Noise and the way back.


@pytest.mark.parametrize("steps", [1, 2, 50])
def test_variances_follow_from_one_step_after_another(answers, steps):
    beta = np.random.default_rng(steps).uniform(0.01, 0.3, steps)
    shares = answers["alpha_bars"](beta)
    noise = 0.0
    for t in range(steps + 1):
        assert 1 - shares[t] == pytest.approx(noise, abs=1e-12)
        if t < steps:
            noise = (1 - beta[t]) * noise + beta[t]


def test_unit_variance_is_kept_at_every_step(answers):
    beta = np.random.default_rng(0).uniform(0.01, 0.3, 20)
    x0, eps = np.array([[1.0, 1, -1, -1], [1, -1, 1, -1]])[:, :, None]
    for t in range(21):
        assert np.var(answers["add_noise"](x0, np.full(4, t), beta, eps)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("t", [2, 3, 6])
def test_one_step_back_is_bayes_rule_on_a_grid(answers, t):
    beta = np.array([0.1, 0.2, 0.15, 0.3, 0.25, 0.4])
    shares = answers["alpha_bars"](beta)
    x0, xt = 0.7, -0.4
    likely = norm.pdf(LINE, math.sqrt(shares[t - 1]) * x0, math.sqrt(1 - shares[t - 1]))
    likely *= norm.pdf(xt, math.sqrt(1 - beta[t - 1]) * LINE, math.sqrt(beta[t - 1]))
    likely /= likely.sum()
    mean, variance = answers["posterior"](np.array([x0]), np.array([xt]), t, beta)
    assert mean == pytest.approx([likely @ LINE], abs=1e-8)
    assert variance == pytest.approx(likely @ (LINE - likely @ LINE) ** 2, abs=1e-8)
    assert variance < beta[t - 1]


def test_the_last_step_back_ends_at_the_original(answers):
    x0, xt = np.random.default_rng(0).normal(size=(2, 5, 3))
    mean, variance = answers["posterior"](x0, xt, 1, np.array([0.2, 0.3]))
    np.testing.assert_allclose(mean, x0, rtol=1e-12)
    assert variance == 0


def test_denoising_inverts_noising(answers):
    beta = np.random.default_rng(0).uniform(0.01, 0.1, 9)
    x0, eps = np.random.default_rng(1).normal(size=(2, 10, 3))
    for t, share in enumerate(answers["alpha_bars"](beta)):
        noisy = answers["add_noise"](x0, np.full(10, t), beta, eps)
        np.testing.assert_allclose(answers["denoise"](noisy, eps, share), x0, atol=1e-12)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_tweedie_gives_the_mean_of_the_originals(answers, share):
    places, weights = np.array([-1.3, 0.2, 1.2]), np.array([0.3, 0.4, 0.3])
    sigma, x = math.sqrt(1 - share), np.linspace(-2, 2, 41)
    parts = weights * norm.pdf(x[:, None], math.sqrt(share) * places, sigma)
    mean = parts @ places / parts.sum(axis=1)
    score = answers["mixture_score"](x, weights, math.sqrt(share) * places, np.full(3, sigma))
    np.testing.assert_allclose(answers["tweedie"](x, score, share), mean, atol=1e-10)
    best_noise = (x - math.sqrt(share) * mean) / sigma
    np.testing.assert_allclose(best_noise, -sigma * score, atol=1e-10)
    np.testing.assert_allclose(answers["denoise"](x, best_noise, share), mean, atol=1e-10)


# Flow matching.

M, S, STARTS = 1.5, 0.4, np.array([[-2.0], [-0.3], [0.0], [1.1]])


def test_a_gaussian_becomes_another_by_the_midpoint_rule(answers):
    x, steps = STARTS, 200
    for step in range(steps):
        t = step / steps
        middle = x + answers["gaussian_velocity"](x, t, M, S) / (2 * steps)
        x = x + answers["gaussian_velocity"](middle, t + 1 / (2 * steps), M, S) / steps
    np.testing.assert_allclose(x, M + S * STARTS, atol=1e-4)


def test_the_velocity_is_the_mean_over_all_lines(answers):
    rng = np.random.default_rng(0)
    eps, x = rng.normal(size=400_000), rng.normal(M, S, 400_000)
    t = 0.6
    here = (1 - t) * eps + t * x
    # The best straight line through all velocities; between Gaussians the mean is one.
    slope, height = np.polyfit(here, x - eps, 1)
    places = np.array([0.0, 1.0])
    np.testing.assert_allclose(answers["gaussian_velocity"](places, t, M, S), height + slope * places, atol=0.02)


def test_eulers_error_halves_with_the_step(answers):
    answers["network"] = lambda x, t, places: answers["gaussian_velocity"](x, t, *places)
    errors = [np.abs(answers["euler"](STARTS, (M, S), steps) - M - S * STARTS).max() for steps in (200, 400, 800)]
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.1)
    assert errors[1] / errors[2] == pytest.approx(2, abs=0.05)


def test_one_step_of_euler_gives_the_mean(answers):
    rng = np.random.default_rng(0)
    starts, places = rng.normal(size=(50, 3)), rng.normal(size=(7, 3))
    np.testing.assert_allclose(answers["euler"](starts, places, 1), np.tile(places.mean(axis=0), (50, 1)), atol=1e-12)


def test_many_steps_of_euler_share_the_noise_fairly(answers):
    places = np.array([[-2.0], [0.5], [1.0], [3.0]])
    ends = answers["euler"](norm.ppf((np.arange(4_000) + 0.5) / 4_000)[:, None], places, 200)
    near = np.abs(ends - places[:, 0]).argmin(axis=1)
    assert np.mean(np.abs(ends[:, 0] - places[near, 0]) < 1e-3) > 0.99
    np.testing.assert_allclose(np.bincount(near) / 4_000, 0.25, atol=0.03)


def test_the_stand_in_network_is_the_exact_velocity(answers):
    # One place is a Gaussian without width.
    x = np.linspace(-2, 2, 9)
    for t in (0.0, 0.4, 0.9):
        wanted = answers["gaussian_velocity"](x, t, 3.0, 1e-9)
        found = answers["network"](x[:, None], t, np.array([[3.0]]))[:, 0]
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


# Guidance.


def test_guidance_ignores_follows_and_exaggerates(answers):
    cond, uncond = np.random.default_rng(0).normal(size=(2, 4, 3))
    found = answers["guided"](cond, uncond, np.array([0.0, 1.0, 3.0, 0.5]))
    np.testing.assert_allclose(found[0], uncond[0])
    np.testing.assert_allclose(found[1], cond[1])
    np.testing.assert_allclose(found[2] - uncond[2], 3 * (cond[2] - uncond[2]))
    np.testing.assert_allclose(found[3], (cond[3] + uncond[3]) / 2)


# All together.


def example_of(source):
    (text,) = [cell.source for cell in source.cells if "```python" in cell.source]
    return text.split("```python\n")[1].split("```")[0]


def test_the_example_at_the_end_draws_the_three_places(source, answers, capsys):
    exec(example_of(source), answers)
    assert capsys.readouterr().out.count(".") == 3
    x, places = answers["x"], answers["places"]
    np.testing.assert_allclose(np.bincount(answers["nearest"]) / len(x), [0.3, 0.4, 0.3], atol=0.05)
    assert np.median(np.abs(x - places).min(axis=1)) < 0.15


def test_the_example_works_with_the_exact_score(source, answers):
    guess = "bumps(x) @ learnt[t]"
    code = example_of(source)
    assert code.count(guess) == 1
    exact = """-np.sqrt(1 - kept[t]) * mixture_score(
        x[:, 0], np.array(shares), np.sqrt(kept[t]) * places, np.full(3, np.sqrt(1 - kept[t]))
    )[:, None]"""
    exec(code.replace(guess, exact), answers)
    x, places = answers["x"], answers["places"]
    np.testing.assert_allclose(np.bincount(answers["nearest"]) / len(x), [0.3, 0.4, 0.3], atol=0.05)
    assert np.abs(x - places).min(axis=1).max() < 1e-6


def test_arguments_are_left_as_they_were(answers):
    draw = np.random.default_rng(3)
    x, y, z = draw.normal(size=(3, 4, 2))
    places, w, mu, sigma = draw.normal(size=5), np.array([0.2, 0.8]), draw.normal(size=2), np.array([0.5, 1.0])
    beta, t, weights = draw.uniform(0.1, 0.3, 6), np.array([0, 3, 6, 1]), np.array([0.0, 1.0, 2.0, 3.0])
    given = (x, y, z, places, w, mu, sigma, beta, t, weights)
    before = [array.copy() for array in given]
    answers["log_density"](x, 0.1)
    answers["mixture_score"](places, w, mu, sigma)
    answers["langevin_step"](x, y, 0.1, z)
    answers["alpha_bars"](beta)
    answers["add_noise"](x, t, beta, y)
    answers["posterior"](x, y, 3, beta)
    answers["denoise"](x, y, 0.5)
    answers["tweedie"](x, y, 0.5)
    answers["gaussian_velocity"](x, 0.5, 1.0, 2.0)
    answers["euler"](x, y, 3)
    answers["guided"](x, y, weights)
    for array, old in zip(given, before, strict=True):
        assert (array == old).all()

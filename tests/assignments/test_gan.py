"""08_gan: what the course says about the game, of the reference solutions; what a text states, its tests ask."""

import math

import nbformat
import numpy as np
import pytest
from scipy.stats import wasserstein_distance

NAME = "08_gan"
LINE = np.linspace(-5, 5, 1_001)
DX = 0.01


@pytest.fixture(scope="module")
def answers(root):
    """What the setup cells and the reference solutions define."""
    source = nbformat.read(root / "solutions" / NAME / "gan.ipynb", as_version=4)
    names = {}
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") or "setup" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def bell(mean, std):
    return np.exp(-(((LINE - mean) / std) ** 2) / 2) / std


def drawn_densities(seed):
    draw = np.random.default_rng(seed)
    # Wide enough for no answer of the best discriminator to be rounded to 0 or 1.
    means, widths = draw.uniform(-1.5, 1.5, 4), draw.uniform(0.9, 1.2, 4)
    bells = [bell(mean, width) for mean, width in zip(means, widths, strict=True)]
    mixtures = bells[0] + bells[1], bells[2] + 3 * bells[3]
    # On the grid, both sum to 1 exactly.
    return [mixture / (mixture.sum() * DX) for mixture in mixtures]


@pytest.mark.parametrize("seed", range(5))
def test_the_best_value_is_twice_the_divergence_less_ln_4(answers, seed):
    p_data, p_model = drawn_densities(seed)
    best = answers["best_discriminator"](p_data, p_model)
    js = answers["jensen_shannon"](p_data * DX, p_model * DX)
    assert 0 < js < math.log(2)
    assert answers["game_value"](best, p_data, p_model, DX) == pytest.approx(2 * js - math.log(4), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_every_other_discriminator_is_worse(answers, seed):
    p_data, p_model = drawn_densities(seed)
    best = answers["best_discriminator"](p_data, p_model)
    highest = answers["game_value"](best, p_data, p_model, DX)
    draw = np.random.default_rng(seed)
    for size in (0.1, 0.5, 2.0):
        bend = size * np.sin(draw.uniform(1, 5) * LINE + draw.uniform(0, 6))
        other = best / (best + (1 - best) * np.exp(bend))
        assert answers["game_value"](other, p_data, p_model, DX) < highest - 1e-5


def test_a_discriminator_that_knows_nothing(answers):
    p_data, p_model = drawn_densities(0)
    blind = np.full_like(LINE, 0.5)
    assert (answers["best_discriminator"](p_data, p_data) == 0.5).all()
    assert answers["game_value"](blind, p_data, p_model, DX) == pytest.approx(-math.log(4), rel=1e-12)


def test_the_losses_are_the_value_on_samples(answers):
    draw = np.random.default_rng(1)
    real, fake = draw.normal(1, 2, 50), draw.normal(-1, 2, 70)
    on_real, on_fake = (1 / (1 + np.exp(-logits)) for logits in (real, fake))
    value = np.log(on_real).mean() + np.log(1 - on_fake).mean()
    assert answers["discriminator_loss"](real, fake) == pytest.approx(-value, rel=1e-12)
    assert answers["generator_loss"](fake, True) == pytest.approx(np.log(1 - on_fake).mean(), rel=1e-12)
    assert answers["generator_loss"](fake, False) == pytest.approx(-np.log(on_fake).mean(), rel=1e-12)


@pytest.mark.parametrize("d", [0.0025, 0.2, 0.5, 0.99])
def test_slopes_of_the_two_losses_of_the_generator(answers, d):
    logit, step = math.log(d / (1 - d)), 1e-5

    def slope(saturating):
        sides = [answers["generator_loss"](np.array([logit + way * step]), saturating) for way in (-1, 1)]
        return (sides[1] - sides[0]) / (2 * step)

    assert slope(True) == pytest.approx(-d, abs=1e-9)
    assert slope(False) == pytest.approx(d - 1, abs=1e-9)


def test_losses_stay_finite(answers):
    large = np.array([-1000.0, 1000.0])
    assert answers["discriminator_loss"](large, large) == 1000
    assert answers["generator_loss"](large, True) == -500
    assert answers["generator_loss"](large, False) == 500


@pytest.mark.parametrize("cells", [2, 10, 100])
def test_the_divergence_of_equal_and_of_disjoint_ones(answers, cells):
    draw = np.random.default_rng(cells)
    p, q = draw.dirichlet(np.ones(cells), 2)
    nothing = np.zeros(cells)
    divergence = answers["jensen_shannon"]
    assert divergence(p, p) == 0
    assert divergence(np.append(p, nothing), np.append(nothing, q)) == pytest.approx(math.log(2), rel=1e-12)
    assert divergence(p, q) == pytest.approx(divergence(q, p), rel=1e-12)


@pytest.mark.parametrize("size", [1, 2, 50])
def test_the_wasserstein_distance_is_that_of_scipy(answers, size):
    x, y = np.random.default_rng(size).normal(size=(2, size))
    assert answers["wasserstein_1d"](x, y) == pytest.approx(wasserstein_distance(x, y), rel=1e-12)
    assert answers["wasserstein_1d"](x, x[::-1] + 3) == pytest.approx(3, rel=1e-12)


def test_the_penalty_of_a_linear_critic(answers):
    for size in (1, 7):
        assert answers["gradient_penalty"](np.full((size, 2), [3.0, 4.0]), 10) == pytest.approx(160)
    one = np.full((3, 4, 4, 1), 0.25)
    assert answers["gradient_penalty"](one, 10) == pytest.approx(0)


@pytest.mark.parametrize("eta", [0.05, 0.3, 1.0])
def test_players_spiral_at_once_and_circle_in_turn(answers, eta):
    start = np.array([0.6, -0.8])
    at_once, in_turn = (answers["play"](start, 500, eta, way) for way in (True, False))
    assert at_once.shape == in_turn.shape == (501, 2)
    steps = np.arange(501)
    np.testing.assert_allclose(np.linalg.norm(at_once, axis=1), (1 + eta**2) ** (steps / 2), rtol=1e-9)
    # In turn, the path is an ellipse.
    a, b = in_turn.T
    assert np.ptp(a**2 + b**2 - eta * a * b) < 1e-10


def test_dropped_modes_of_given_counts(answers):
    centres = 10 * np.eye(5)
    counts = np.array([40, 30, 20, 10, 0])
    samples = np.repeat(centres, counts, axis=0) + np.random.default_rng(0).normal(size=(100, 5))
    found = [answers["dropped_modes"](samples, centres, share) for share in (0.05, 0.15, 0.25, 0.35, 0.45)]
    assert found == [1, 2, 3, 4, 5]
    assert answers["dropped_modes"](samples[:64], centres, 40 / 64) == 4


def test_arguments_are_left_as_they_were(answers):
    draw = np.random.default_rng(3)
    p, q, d = draw.uniform(0.1, 0.9, (3, 6))
    points, start = draw.normal(size=(6, 2)), draw.normal(size=2)
    given = (p, q, d, points, start)
    before = [array.copy() for array in given]
    answers["best_discriminator"](p, q)
    answers["game_value"](d, p, q, 0.1)
    answers["discriminator_loss"](p, q)
    answers["generator_loss"](p, True)
    answers["jensen_shannon"](p, q)
    answers["wasserstein_1d"](p, q)
    answers["gradient_penalty"](points, 10)
    answers["play"](start, 3, 0.1, False)
    answers["dropped_modes"](points, points[:3], 0.1)
    for array, old in zip(given, before, strict=True):
        assert (array == old).all()

"""Page 3.5: its identities by integration, its walks by the theory of linear chains, its measured numbers in bands."""

import linecache
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_5_energy_based_models")


@pytest.fixture(scope="module")
def namespace(page):
    """The page's own functions, without its trainings."""
    names = {}
    for cell_id in ("imports", "partition", "gradient-of-z", "network", "on-the-grid"):
        exec(page.cells[cell_id].source, names)
    return names


def energy_of(theta):
    return lambda x: theta * (x**2 - 1) ** 2


def test_the_density_is_that_of_the_integral(page, namespace):
    z, _ = integrate.quad(lambda x: np.exp(-energy_of(1)(x)), -6, 6)
    exact = np.exp(-energy_of(1)(namespace["line"])) / z
    assert np.allclose(namespace["density"], exact, atol=1e-6)
    assert page.text("partition").splitlines() == ["integral: 1.0", "the same with E + 5: True"]
    assert page.text("check-energies-answer").endswith(f"{1 / z * np.exp(-1):.4f} {1 / z * np.exp(-1):.4f}")


def test_the_slope_of_the_log_partition_function(page):
    def log_z(theta):
        return np.log(integrate.quad(lambda x: np.exp(-energy_of(theta)(x)), -6, 6)[0])

    slope = (log_z(0.801) - log_z(0.799)) / 0.002
    by_difference, by_samples = map(float, page.text("gradient-of-z").split())
    assert by_difference == pytest.approx(slope, abs=1e-4)
    assert by_samples == pytest.approx(by_difference, abs=2e-6)


def test_the_best_classifier_is_the_log_ratio():
    """On two known densities, whatever the logit, the loss is least at ln p - ln noise."""
    x = np.linspace(-5, 5, 4_001)
    p, noise = stats.norm.pdf(x, 0.5, 0.7), stats.norm.pdf(x, 0, 1.5)
    best = np.log(p) - np.log(noise)

    def loss(logit):
        return np.trapezoid(p * np.logaddexp(0, -logit) + noise * np.logaddexp(0, logit), x)

    rng = np.random.default_rng(0)
    for _ in range(20):
        other = best + rng.normal() * np.sin(rng.uniform(0, 3) * x + rng.uniform(0, 6))
        assert loss(other) > loss(best)


def test_the_energy_model_normalises_and_samples(namespace):
    class Hill:
        """A network whose logit is the log-ratio of a Gaussian to uniform noise."""

        def __call__(self, x):
            return tf.constant((stats.multivariate_normal([0.2, -0.1], 0.01).logpdf(x) + np.log(4) + 3)[:, None])

    model = namespace["EnergyModel"](Hill())
    assert model.log_z == pytest.approx(3, abs=1e-4)
    x = np.random.default_rng(1).normal([0.2, -0.1], 0.1, (50, 2))
    assert model.log_prob(x) == pytest.approx(stats.multivariate_normal([0.2, -0.1], 0.01).logpdf(x), abs=1e-4)
    samples = model.sample(100_000, np.random.default_rng(0))
    assert samples.mean(axis=0) == pytest.approx([0.2, -0.1], abs=0.002)
    assert samples.std(axis=0) == pytest.approx([0.1, 0.1], abs=0.002)
    # Within a cell of half a degree they fill it, and nothing beyond.
    model.masses = (np.arange(len(model.masses)) == 1234).astype(float)
    away = np.abs(model.sample(2_000, np.random.default_rng(0)) - namespace["flat"][1234])
    assert away.max(axis=0) == pytest.approx([0.25 / 180, 0.25 / 90], rel=0.01)


def test_a_walk_on_a_gaussian_has_the_variance_of_the_theory(page):
    for step, cells in page.table("langevin-gaussian").items():
        eta, measured, exact = map(float, [step, *cells])
        # The fixed point of v = (1 - eta)^2 v + 2 eta, by iteration.
        v = 1.0
        for _ in range(5_000):
            v = (1 - eta) ** 2 * v + 2 * eta
        assert measured == pytest.approx(v, abs=0.02) and exact == pytest.approx(v, abs=0.006)
    assert float(page.text("check-noise-answer").split()[-1]) == pytest.approx(0.5, abs=0.02)


def test_the_walk_of_the_page_is_langevin_dynamics(page):
    """With a quadratic energy the walk must have the mean and variance of the theory."""
    place = keras.Input((2,))
    hill = keras.Model(place, -keras.ops.sum(50 * place**2, axis=1, keepdims=True))
    names = {"tf": tf, "models": [type("M", (), {"network": hill})]}
    source = page.cells["walk"].source
    # TensorFlow compiles a loop from its source, which it looks for here.
    linecache.cache["<walk>"] = (len(source), None, source.splitlines(True), "<walk>")
    exec(compile(source, "<walk>", "exec"), names)
    keras.utils.set_random_seed(0)
    x = names["walk"](tf.constant(np.full((4_000, 2), 0.3, "float32")), tf.constant(1_500)).numpy()
    eta = names["ETA"] * 100  # in the unit in which the energy is x^2 / 2
    assert x.mean() == pytest.approx(0, abs=0.005)
    assert x.var() == pytest.approx(0.01 / (1 - eta / 2), rel=0.06)


def test_the_energy_beats_the_histogram_for_each_seed(page):
    rows = page.rows("train")
    assert len(rows) == 3
    kls, precisions = [row[3] for row in rows.values()], [row[0] for row in rows.values()]
    assert max(kls) < 0.144, "the best histogram"
    assert min(precisions) >= 0.92
    assert page.number("log_z") < 0.05
    assert all(row[1] > 0.88 and row[2] < 0.12 for row in rows.values())


def test_walkers_from_africa_reach_no_other_shore(page):
    lines = {name: [cell.replace("%", "") for cell in cells] for name, cells in page.table("shares").items()}
    assert float(lines["Africa"][3]) > 60 and float(lines["Africa"][4]) < 13
    for name in ("North America", "South America", "Antarctica", "Australia"):
        assert float(lines[name][3]) < 1 < float(lines[name][4])
    assert page.number("walk_precision") > 0.92
    assert page.number("reached") < 0.01 < 0.45 < page.number("far_true")


def test_walkers_from_everywhere_get_stuck(page):
    assert 0.5 < page.number("everywhere_low") <= page.number("everywhere_high") < 0.85
    assert 0.05 < page.number("off_low") <= page.number("off_high") < 0.3
    assert page.number("everywhere_tv") > page.number("fair_tv") + 0.1


def test_rejection_accepts_the_share_under_the_density(page):
    accepted, predicted = (float(value) / 100 for value in re.findall(r"(\d+\.\d)%", page.text("rejection")))
    assert accepted == pytest.approx(predicted, abs=0.006)
    assert page.number("kept_precision") > 0.92
    assert page.number("photo_power") == round(-3_072 / 2 * np.log10(page.number("accepted")))


def test_contrastive_divergence_and_far_noise_are_worse(page):
    rows = page.rows("cd-measure")
    assert len(rows) == 3
    assert all(page.number("kl_high") + 0.1 < row[3] < 1.2 for row in rows.values())
    assert page.number("atlantic_loss") < 0.25 and page.number("atlantic_kl") > 0.7


def test_on_digits_the_game_is_won_too_early(page):
    assert page.number("guessed") > 0.85
    assert page.number("effective") < 1_500
    assert page.number("chosen_frechet") > page.number("noise_frechet") - 10 > 20


def test_exercises(page):
    assert page.number("rolled_precision") > page.number("noisy_precision")
    assert page.number("rolled_tv") > page.number("noisy_tv") + 0.05
    assert page.number("from_data_tv") == pytest.approx(page.number("fair_tv"), abs=0.05)
    assert page.number("fourfold") < page.number("one_to_one")

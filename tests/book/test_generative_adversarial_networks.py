"""Page 3.7: the value of the game, the two losses, penalties and distances against closed forms; measured bands."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from scipy import stats
from scipy.special import rel_entr

from gdl_utils import generative

NORMAL = stats.norm


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_7_generative_adversarial_networks")


@pytest.fixture
def run(page):
    """A function that runs cells of the page, each up to the text `before`, and gives the names they define."""
    names = {"np": np, "tf": tf, "keras": keras, "layers": layers, "generative": generative}
    return page.runner(names)


def numbers_in(text):
    return [float(number) for number in re.findall(r"-?\d+\.\d+", text)]


def line():
    places = np.linspace(-12, 12, 48_001)
    data = 0.4 * NORMAL.pdf(places, -1.2, 0.4) + 0.6 * NORMAL.pdf(places, 1, 0.3)
    return places, data, NORMAL.pdf(places, 0.12, 1.135)


def test_the_model_is_about_as_wide_as_the_data():
    places, data, _ = line()
    mean = np.trapezoid(places * data, places)
    assert mean == pytest.approx(0.12, abs=1e-6)
    assert np.sqrt(np.trapezoid((places - mean) ** 2 * data, places)) == pytest.approx(1.135, abs=0.01)


def test_the_best_value_is_twice_js_minus_ln_four(page, run):
    places, p, q = line()
    m = (p + q) / 2
    js = np.trapezoid(rel_entr(p, m) + rel_entr(q, m), places) / 2
    assert page.number("js_line") == pytest.approx(js, abs=1e-6)
    assert numbers_in(page.text("value-code"))[0] == pytest.approx(2 * js - np.log(4), abs=2e-6)
    assert numbers_in(page.text("divergence-code"))[-1] == pytest.approx(2 * js - np.log(4), abs=2e-6)
    names = run("densities", "value-code")
    best = names["value"](names["best"], names["p_data"], names["p_model"])
    names = run("divergence-code")
    assert best == pytest.approx(2 * names["js"] - np.log(4), abs=1e-7)
    assert page.number("floor") == pytest.approx(-np.log(4))


def test_no_other_discriminator_has_a_higher_value(page, run):
    best = numbers_in(page.text("value-code"))[0]
    others = numbers_in(page.text("worse"))
    assert len(others) == 5
    assert max(others) < best
    names = run("densities", "value-code")
    rng = np.random.default_rng(1)
    for _ in range(20):
        other = np.clip(names["best"] + rng.normal(0, 0.05, len(names["places"])), 1e-6, 1 - 1e-6)
        assert names["value"](other, names["p_data"], names["p_model"]) < best


def test_the_best_discriminator(run):
    best = run("value-code", before="best = ")["best_discriminator"]
    p, q = np.array([0.6, 0.2, 0.75]), np.array([0.2, 0.2, 0.25])
    np.testing.assert_allclose(best(p, q), [0.75, 0.5, 0.75])
    d = best(p, q)
    np.testing.assert_allclose(np.log(d / (1 - d)), np.log(p / q), atol=1e-9)


def test_a_network_finds_the_ratio_from_samples(page):
    assert page.number("logit_error") < 0.6
    assert page.number("best_value") - 0.02 < page.number("line_value") < page.number("best_value") + 0.02


def test_a_blind_discriminator_always_has_the_same_value(page):
    blind, best = page.numbers("check-half-answer").T
    assert blind.tolist() == [-1.386] * 3
    assert best[0] == -1.386
    assert best.tolist() == sorted(best)
    assert best[-1] < 0


def test_the_slopes_of_the_two_losses(page):
    assert re.findall(r"slope (\S+)", page.text("slopes")) == ["-0.0025", "-0.9975"]
    assert page.number("slope_ratio") == pytest.approx(399)


def test_the_losses_of_both_players(run):
    names = run("networks-code", before="\n\ndef dense")
    names = run("players-code")
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 2, (2, 50, 1)).astype("float32")
    d_real, d_fake = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))
    loss = -np.log(d_real).mean() - np.log(1 - d_fake).mean()
    assert float(names["tell_apart"](real, fake)) == pytest.approx(loss, abs=1e-5)
    assert float(names["deceive"](fake)) == pytest.approx(-np.log(d_fake).mean(), abs=1e-5)
    for logit in (-1000.0, 1000.0):
        assert np.isfinite(names["tell_apart"](tf.constant([[logit]]), tf.constant([[logit]])))
        assert np.isfinite(names["deceive"](tf.constant([[logit]])))
    z = names["latent"](4_000).numpy()
    assert z.shape == (4_000, names["LATENTS"])
    assert (z.min(), z.max()) == pytest.approx((-1, 1), abs=0.01)


def test_two_players_at_once_go_outwards(page, run):
    orbit = run("orbit")["orbit"]
    for eta, steps in ((0.1, 200), (0.3, 20)):
        radius = np.linalg.norm(orbit(steps, eta, True), axis=1)
        np.testing.assert_allclose(radius, (1 + eta**2) ** (np.arange(steps + 1) / 2), rtol=1e-10)
        # In turn, a quadratic form is conserved.
        a, b = orbit(steps, eta, False).T
        np.testing.assert_allclose(a**2 + b**2 - eta * a * b, 1, rtol=1e-10)
    assert page.number("radius_both") == pytest.approx(1.01**100)
    assert page.number("least_in") >= 1 / np.sqrt(1.05) - 1e-9
    assert page.number("most_in") <= 1 / np.sqrt(0.95) + 1e-9


def test_a_player_that_trains_both_networks_learns_nothing(page):
    first, last, mean = numbers_in(page.text("check-frozen-answer"))
    assert last < 0.05
    assert last < first
    assert mean < -2.3


def test_each_player_trains_its_own_weights(run):
    """In the page's loop, with one of the rates at zero, only the other network changes."""
    keras.utils.set_random_seed(0)
    names = run("networks-code", "players-code", "sides", BATCH=16)
    generator, discriminator = names["opponents"]()
    names["BATCH"] = 16
    expert, forger = names["sides"](generator, discriminator, None)
    real, penalised = tf.zeros((16, 2)), []
    names["sides"](generator, discriminator, lambda *given: penalised.append(given) or 0.0)[0].loss(real)
    ((network, points),) = penalised
    assert network is discriminator and points is real
    networks = {"discriminator": discriminator, "generator": generator}
    data = np.random.default_rng(0).uniform(-1, 1, (100, 2)).astype("float32")
    for moving, players in {
        "discriminator": [expert, forger._replace(rate=0.0)],
        "generator": [expert._replace(rate=0.0), forger],
    }.items():
        before = {name: network.get_weights() for name, network in networks.items()}
        generative.play(players, data, 50, 16)
        for name, network in networks.items():
            after = network.get_weights()
            moved = any(not np.array_equal(a, b) for a, b in zip(after, before[name], strict=True))
            assert moved == (name == moving)


def test_play_takes_turns_and_watches():
    """Two players pull one number each towards the other's: both losses vanish, and both are watched."""
    a, b = tf.Variable(1.0), tf.Variable(-1.0)
    seen = []
    players = [
        generative.Player(lambda _: (a - b) ** 2, [a], 0.02),
        generative.Player(lambda batch: (b - tf.reduce_mean(batch)) ** 2, [b], 0.02),
    ]
    training = generative.play(players, np.full(10, 0.5, "float32"), 380, 4, seen.append, 120)
    assert (training.steps, training.parameters, training.losses.shape) == (400, 2, (8, 2))
    assert seen == [150, 300, 400]
    assert float(a) == pytest.approx(0.5, abs=0.01)
    assert float(b) == pytest.approx(0.5, abs=0.01)


def test_divergence_stands_still_while_distance_grows(page, run):
    js_of_boxes = run("shift", before="\n\nbox = ", rng=None)["js_of_boxes"]
    places = np.linspace(-1, 5, 60_001)
    for shift in (0, 0.25, 0.5, 1, 2, 3):
        p = ((places >= 0) & (places < 1)) * 1.0
        q = ((places >= shift) & (places < 1 + shift)) * 1.0
        m = (p + q) / 2
        js = np.trapezoid(rel_entr(p, m) + rel_entr(q, m), places) / 2
        assert js_of_boxes(shift) == pytest.approx(js, abs=1e-3)
    rows = page.numbers("shift")
    np.testing.assert_allclose(rows[:, 1], [0, 0.5, 1, 2, 3], atol=1e-3)
    np.testing.assert_allclose(rows[2:, 0], np.log(2), atol=1e-3)
    wasserstein = run("shift", before="\n\nbox = ")["wasserstein_1d"]
    x, y = np.random.default_rng(0).normal(size=(2, 500))
    assert wasserstein(x, y + 1) == pytest.approx(stats.wasserstein_distance(x, y + 1))


def test_penalties_of_a_linear_critic(page, run):
    assert numbers_in(page.text("penalties")) == [160.0, 125.0]
    names = run("penalties", before="\n\nlinear = ")
    points = tf.random.normal((7, 2))
    critic = lambda x: x @ tf.constant([[3.0], [4.0]])  # noqa: E731
    np.testing.assert_allclose(names["gradient_norms"](critic, points), 5, rtol=1e-6)
    r1 = run("r1", before="\n\npenalised = ")["r1"]
    assert float(r1(critic, points)) == pytest.approx(run()["GAMMA"] / 2 * 25)
    # Half the squared length of the point, as a logit, has the point as its slope.
    curved = lambda x: tf.reduce_sum(x**2, axis=1, keepdims=True) / 2  # noqa: E731
    expected = run()["GAMMA"] / 2 * np.mean(np.sum(points.numpy() ** 2, axis=1))
    assert float(r1(curved, points)) == pytest.approx(expected)


def test_the_penalty_of_the_digits(run):
    steepness = run("digit-penalty")["steepness"]
    images = tf.random.normal((5, 8, 8, 1))
    total = lambda x: 2 * tf.reduce_sum(x, axis=(1, 2, 3))  # noqa: E731
    assert float(steepness(total, images)) == pytest.approx(4 * 64, rel=1e-5)


def test_batch_normalisation_mixes_the_batch(page):
    text = page.text("check-norm-answer")
    assert re.search(r"BatchNormalization +\[ *True +True +True +True\]", text)
    assert re.search(r"LayerNormalization +\[ *True +False +False +False\]", text)


def test_the_plain_gan_drops_continents(page):
    assert page.number("plain_precision") > 0.8
    assert 0.19 < page.number("plain_total_variation") < 0.38
    assert page.number("plain_coverage") < 0.84
    assert page.number("plain_continent_most") < 0.6
    lines = page.text("plain-continents").splitlines()
    assert [line[:6] for line in lines] == [f"seed {seed}" for seed in range(3)]


def test_a_spread_start_brings_continents_back(page, run):
    assert page.number("spread_total_variation") < page.number("plain_total_variation") - 0.02
    assert page.number("spread_coverage") > page.number("plain_coverage") + 0.01
    assert page.number("spread_continent_least") > page.number("plain_continent")
    assert page.number("spread_error") < page.number("plain_error")
    names = run("networks-code", "spread-code", before="\n\nspread = ")
    generator, _ = names["spread_opponents"]()
    z = np.random.default_rng(0).uniform(-1, 1, (2_000, names["LATENTS"])).astype("float32")
    np.testing.assert_allclose(generator(z).numpy(), z[:, :2], atol=0.5)
    # The plain one begins in the middle.
    assert np.abs(names["opponents"]()[0](z)).max() < 0.8


def test_the_penalised_gan_reaches_its_targets(page):
    assert page.number("r1_total_variation") <= 0.20
    assert page.number("r1_coverage") >= 0.80
    assert page.number("r1_precision") > 0.8
    assert page.number("r1_total_variation") < page.number("spread_total_variation")
    assert page.number("new_zealand_most") < 0.4


def test_the_losses_stand_still(page):
    for side in ("discriminator", "generator"):
        assert page.number(f"plain_{side}_most") - page.number(f"plain_{side}_least") < 0.35
    before, after = numbers_in(page.text("check-loss-answer"))[:2]
    assert abs(after - before) > 0.01


def test_the_discriminator_knows(page):
    assert page.number("correlation_least") > 0.6


def test_the_plain_gan_drops_classes_of_digits(page):
    assert page.number("judged_right") > 0.95
    assert page.number("plain_missing_least") >= 2
    assert page.number("r1_missing_most") <= 1
    assert page.number("r1_missing_most") < page.number("plain_missing_least")


def test_an_average_takes_out_the_circling(page, run):
    names = run("orbit", "solution-average")
    path = names["orbit"](1_000, 0.1, False)
    weights = 0.01 * 0.99 ** np.arange(1_000)[::-1]
    mean = weights @ path[1:] + 0.99**1_000 * path[0]
    assert page.number("average_turn") == pytest.approx(np.linalg.norm(mean), rel=1e-6)
    assert page.number("average_turn") < 0.2
    assert page.number("average_once") > 5


def test_a_critic_measures_the_distance(page):
    assert page.number("critic_error") < 0.3
    assert list(map(float, page.table("solution-critic-result"))) == [0.5, 2, 4]

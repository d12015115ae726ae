"""Page 3.6: its closed forms against ways of its own to compute them, its measured numbers in their bands."""

import json
import re

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy import integrate, stats

from gdl_utils.generative.export import Front

SEEDS = 3


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_6_diffusion_and_flow_matching")


@pytest.fixture(scope="module")
def names(page):
    """What the page's own cells define, without its data and its trainings."""
    defined = {"centre": np.array([0.1, 0.0]), "spread": np.array([0.5, 0.6])}
    for cell_id in (
        "imports", "schedule", "three-points", "posterior", "floor", "features", "network", "noise-loss",
        "velocity-loss", "times", "reverse", "reverse-walk", "land-floor", "euler", "divergence", "log-prob",
        "labels", "label-loss", "unet-parts", "unet", "image-loss",
    ):  # fmt: skip
        source = page.cells[cell_id].source
        if cell_id == "labels":  # without the data
            source = source.split("labels = ")[0]
        exec(source, defined)
    return defined


def three_gaussians(names, t):
    """The noisy density of three points as a sum of SciPy's Gaussians, and its logarithmic slope in closed form."""
    means, std = names["signal"][t] * names["places"], names["noise"][t]

    def density(x):
        return sum(w * stats.norm.pdf(x, m, std) for w, m in zip(names["weights"], means, strict=True))

    def score(x):
        slope = sum(
            w * stats.norm.pdf(x, m, std) * (m - x) / std**2 for w, m in zip(names["weights"], means, strict=True)
        )
        return slope / density(x)

    return density, score


def test_signal_and_noise_follow_from_one_step_at_a_time(page, names):
    """The variance of the noise by recursion, and the squared cosine at steps that the limit does not touch."""
    variance, signal = 0.0, 1.0
    for t, beta in enumerate(names["beta"], start=1):
        variance, signal = (1 - beta) * variance + beta, signal * np.sqrt(1 - beta)
        assert names["noise"][t] ** 2 == pytest.approx(variance, abs=1e-12)
        assert names["signal"][t] == pytest.approx(signal, abs=1e-12)
        assert 0 < beta <= 0.999
    angle = np.pi / 2 / 1.008
    for t in (1, 30, 99):
        wanted = (np.cos((t / 100 + 0.008) * angle) / np.cos(0.008 * angle)) ** 2
        assert names["alpha_bar"][t] == pytest.approx(wanted, rel=1e-9)
    assert len(names["beta"]) == 100
    for t, (signal, noise) in page.table("schedule").items():
        assert float(signal) == pytest.approx(names["signal"][int(t)], abs=1e-4)
        assert float(noise) == pytest.approx(names["noise"][int(t)], abs=1e-4)


def test_the_walk_ends_where_the_jump_leads(page, names):
    assert page.text("marginal").endswith("True")
    scope = dict(names)
    exec(page.cells["marginal"].source, scope)
    density, _ = three_gaussians(names, 60)
    assert np.abs(scope["density"] - density(names["x"])).max() < 1e-6


def test_one_step_back_is_bayes_rule(page, names):
    for x_0, x_t, t in [(1.2, 0.3, 30), (-0.4, 1.5, 3), (0.7, -0.2, 80)]:
        beta = names["beta"][t - 1]

        def joint(x, x_0=x_0, x_t=x_t, t=t, beta=beta):
            before = stats.norm.pdf(x, names["signal"][t - 1] * x_0, names["noise"][t - 1])
            return before * stats.norm.pdf(x_t, np.sqrt(1 - beta) * x, np.sqrt(beta))

        mean, variance = names["one_step_back"](x_0, x_t, t)
        ends = mean - 10 * np.sqrt(variance), mean + 10 * np.sqrt(variance)
        total = integrate.quad(joint, *ends)[0]
        by_bayes = integrate.quad(lambda x: x * joint(x), *ends)[0] / total
        assert mean == pytest.approx(by_bayes, abs=1e-7)
        spread = integrate.quad(lambda x: (x - by_bayes) ** 2 * joint(x), *ends)[0] / total  # noqa: B023
        assert variance == pytest.approx(spread, abs=1e-7)
    mean, variance = names["one_step_back"](0.37, 5.0, 1)
    assert (mean, variance) == (pytest.approx(0.37), 0)  # the last step arrives, and adds no noise
    lines = page.text("posterior").splitlines()
    assert re.findall(r"\d\.\d+", lines[0]) == re.findall(r"\d\.\d+", lines[1])


def test_the_best_noise_is_the_score_and_tweedie_denoises(page, names):
    scope = dict(names)
    exec(page.cells["identities"].source, scope)
    _, score = three_gaussians(names, 40)
    near = np.abs(names["x"]) < 4
    sigma, signal = names["noise"][40], names["signal"][40]
    exact = score(names["x"][near])
    assert np.allclose(scope["best_noise"][near], -sigma * exact, atol=1e-9)
    assert np.allclose(scope["clean"][near], (names["x"][near] + sigma**2 * exact) / signal, atol=1e-9)
    assert page.text("identities").split() == ["noise:", "True", "Tweedie:", "True"]


def test_the_floor_of_three_points(page, names):
    """By another identity: the floor is the mean variance of the original, in units of noise."""
    for t, (floor, variance) in page.table("floor").items():
        signal, noise = names["signal"][int(t)], names["noise"][int(t)]
        x = np.linspace(-8, 8, 40_001)
        likelihood = stats.norm.pdf(x, signal * names["places"][:, None], noise) * names["weights"][:, None]
        density = np.maximum(likelihood.sum(axis=0), 1e-300)
        first, second = ((likelihood * names["places"][:, None] ** n).sum(axis=0) / density for n in (1, 2))
        exact = np.trapezoid(density * (second - first**2), x) * (signal / noise) ** 2
        assert float(floor) == pytest.approx(exact, abs=1.1e-3)
        assert float(floor) + float(variance) == pytest.approx(1, abs=1.1e-3)
    assert page.number("check_variance") == pytest.approx(0.42, abs=0.005)
    assert page.number("check_rescaled") > page.number("check_loss") + 0.1


def test_dimmed_waves_are_means_over_a_gaussian(names):
    """Against quadrature over x0 ~ N(0, 1) seen through noise, at three levels."""
    for signal, noise in [(0.99, 0.1), (0.7, 0.7), (0.3, 0.7)]:
        place = np.array([[0.4, -1.1]], "float32")
        level = np.ones((1, 1), "float32")
        given = np.array(names["features"](place, signal * level, noise * level))[0]
        assert given.shape == (34,)
        for coordinate in (0, 1):
            x_0 = np.linspace(-8, 8, 20_001)
            weight = stats.norm.pdf(x_0) * stats.norm.pdf(place[0, coordinate], signal * x_0, noise)
            weight /= weight.sum()
            assert given[2 + coordinate] == pytest.approx(weight @ x_0, abs=1e-5)
            for octave in range(7):
                for wave, offset in ((np.sin, 0), (np.cos, 2)):
                    mean = weight @ wave(2**octave * x_0)
                    assert given[6 + 4 * octave + offset + coordinate] == pytest.approx(mean, abs=1e-4)


def test_both_losses_ask_for_what_the_text_says(names):
    """Networks that answer 0 have the mean square of the target as their loss."""
    tf.random.set_seed(0)
    x = tf.constant(np.random.default_rng(0).normal(size=(20_000, 2)) * [1.0, 2.0], "float32")

    def silent(seen):
        return tf.zeros((seen.shape[0], 2))

    assert float(names["noise_loss"](silent, x)) == pytest.approx(1, abs=0.03)
    assert float(names["velocity_loss"](silent, x)) == pytest.approx((2 + 5) / 2, abs=0.1)


def test_a_network_that_knows_the_original_has_no_loss(names):
    """From the noisy point and the share of signal, which are among the features, it works out noise and velocity."""
    tf.random.set_seed(0)
    x = tf.constant(np.random.default_rng(0).normal(size=(20_000, 2)), "float32")
    signals = []

    def noise(seen):
        signal = seen[:, 4:5]
        signals.append(signal.numpy())
        return (seen[:, :2] - signal * x) / tf.sqrt(1 - signal**2)

    def velocity(seen):
        time = seen[:, 4:5]
        return x - (seen[:, :2] - time * x) / (1 - time)

    assert float(names["noise_loss"](noise, x)) == pytest.approx(0, abs=1e-4)
    # All steps from 1 to T are practised.
    assert len(np.unique(signals[0])) == names["T"]
    assert signals[0].min() == pytest.approx(names["signal"][-1], rel=1e-4)
    assert float(names["velocity_loss"](velocity, x)) == pytest.approx(0, abs=1e-4)


def test_times_give_each_halving_of_the_noise_equal_practice(names):
    tf.random.set_seed(1)
    t = names["random_times"](20_000).numpy()[:, 0].astype(float)
    ratios = np.log(t / (1 - t))
    assert stats.kstest(ratios, stats.uniform(ratios.min(), np.ptp(ratios)).cdf).pvalue > 1e-3
    assert t.min() < 0.03 < 0.98 < t.max()


def gaussian_velocity(mean, std):
    """The exact velocity from N(0, 1) to N(mean, std^2), axis by axis, as a network of features."""

    def network(seen):
        x, level = seen[:, :2], ops.exp(4 * seen[:, 4 + 1 : 4 + 2])
        # level = (t + 0.02) / (1 - t + 0.001); solved for t.
        t = (1.001 * level - 0.02) / (1 + level)
        variance = (1 - t) ** 2 + t**2 * std**2
        return mean + (t * std**2 - (1 - t)) / variance * (x - t * mean)

    return network


def test_the_flow_of_a_gaussian_has_its_density(names):
    """With the exact velocity, `log_prob` is the Gaussian's density and Euler's end points are its samples."""
    mean, std = np.array([0.3, -0.2], "float32"), np.array([0.5, 1.4], "float32")
    network = gaussian_velocity(mean, std)
    x = np.random.default_rng(0).normal(size=(50, 2)).astype("float32") * 0.4
    log_p = names["log_prob"](x, names["make_divergence"](network), 80)
    wanted = stats.norm.logpdf(x, names["centre"] + names["spread"] * mean, names["spread"] * std).sum(axis=1)
    assert np.abs(log_p - wanted).max() < 5e-3
    move = names["compiled"](network)
    noise = np.random.default_rng(3).normal(size=(200, 2))
    ends = names["euler"](move, 200, np.random.default_rng(3), 200)
    assert np.abs(ends - (mean + std * noise) * names["spread"] - names["centre"]).max() < 0.05
    one = names["euler"](move, 200, np.random.default_rng(3), 1)
    assert np.abs(one - mean * names["spread"] - names["centre"]).max() < 5e-3  # one step is the mean


def test_diffusion_brings_a_gaussian_back(names):
    """With the exact noise of Gaussian data, a hundred steps give samples with their mean and spread."""
    mean, std = np.array([0.5, -0.3]), np.array([0.6, 0.9])

    def exact(x, signal, noise):
        return noise * (x - signal * mean) / (signal**2 * std**2 + noise**2)

    made = names["diffuse"](exact, 40_000, np.random.default_rng(0))
    made = (made - names["centre"]) / names["spread"]
    assert made.mean(axis=0) == pytest.approx(mean, abs=0.02)
    assert made.std(axis=0) == pytest.approx(std, rel=0.03)


def test_the_floor_on_land_follows_from_the_score(names, monkeypatch):
    """Where everything up to the edge is land, the floor is that of a box, by quadrature of its density."""
    monkeypatch.setitem(names, "is_land", lambda x: np.ones(len(x), bool))
    t = 20
    assert names["land_floor"](t, 1) == pytest.approx(box_floor(names, t), abs=5e-3)


def box_floor(names, t):
    blur = names["noise"][t] / names["signal"][t] * names["spread"]
    guesses = []
    for width in blur:
        x = np.linspace(-1 - 8 * width, 1 + 8 * width, 20_001)
        density = stats.norm.cdf((x + 1) / width) - stats.norm.cdf((x - 1) / width)
        slope = stats.norm.pdf((x + 1) / width) - stats.norm.pdf((x - 1) / width)
        guesses.append(np.trapezoid(slope**2 / np.maximum(density, 1e-300), x) / np.trapezoid(density, x))
    return 1 - np.mean(guesses)


def test_the_interactive_figure_has_the_same_features(names):
    """The figure of the Earth runs the page's networks on features of its own, which Front knows by their kind."""
    rng = np.random.default_rng(0)
    x, signal = rng.normal(size=(200, 2)), rng.random((200, 1))
    for noise in (1 - signal, np.sqrt(1 - signal**2)):
        inputs = np.concatenate([x, signal, noise], axis=1)
        wanted = names["features"](x, signal, noise)
        assert np.allclose(Front("noisy", octaves=names["OCTAVES"])(inputs), wanted, atol=1e-6)


def test_the_networks_are_as_large_as_the_page_says(page, names):
    dense = 34 * 128 + 128 + 2 * (128 * 128 + 128) + 128 * 2 + 2
    assert page.text("network") == f"{dense:,} parameters"
    for shape, filters, patch in (((8, 8, 1), [32, 64], 1), ((32, 32, 3), [16, 32, 32], 2)):
        network = names["u_net"](shape, filters, patch)
        assert network.output_shape == (None, *shape)
    assert names["time_features"](tf.constant([[0.0], [1.0]])).shape == (2, 8)


def test_images_start_from_the_best_velocity_of_gaussian_pixels(names):
    """A network that adds nothing has the slope of least squares; what a network adds has the scale of the page."""
    rng = np.random.default_rng(0)
    pixels, eps = rng.normal(size=(2, 400_000))
    for t in (0.0, 0.2, 0.5, 0.9, 1.0):
        x_t = (1 - t) * eps + t * pixels
        slope = np.polyfit(x_t, pixels - eps, 1)[0]
        seen = []

        def ones(inputs, seen=seen):
            seen.append(np.array(inputs[0]))
            return tf.ones_like(inputs[0])

        image = tf.reshape(tf.constant(x_t[:8], "float32"), (2, 2, 2, 1))
        velocity = np.array(names["image_velocity"](ones, image, tf.fill((2, 1), t)))
        power = t**2 + (1 - t) ** 2
        assert velocity.ravel() == pytest.approx(slope * x_t[:8] + 1 / np.sqrt(power), abs=0.02)
        # The input has a variance of one at all times.
        assert seen[0].ravel() == pytest.approx(x_t[:8] / np.std(x_t), abs=0.01)


def test_labels_are_forgotten_in_a_fifth_of_the_points(names):
    tf.random.set_seed(0)
    seen = []

    def spy(inputs):
        seen.append(inputs[:, -8:].numpy())
        return tf.zeros((inputs.shape[0], 2))

    rows = np.column_stack([np.zeros((20_000, 2)), np.full(20_000, 3)]).astype("float32")
    names["label_loss"](spy, tf.constant(rows))
    assert seen[0].mean(axis=0) == pytest.approx([0, 0, 0, 0.8, 0, 0, 0, 0.2], abs=0.01)


def test_check_yourself_answers(page):
    assert page.text("check-share-answer") == "alpha-bar 0.81, noise 0.19"
    assert page.text("check-one-step-answer").splitlines() == ["one spot: True", "it is the mean: True"]


def test_diffusion_is_measured_in_its_bands(page):
    rows = np.array([[*row[:3]] for row in page.rows("measure-diffusion").values()])
    assert rows.shape == (SEEDS, 3)
    precision, coverage, tv = rows.mean(axis=0)
    assert 0.84 < precision < 0.97
    assert 0.84 < coverage < 0.93
    assert 0.07 < tv < 0.18
    assert page.number("diffusion_tv") == pytest.approx(tv, abs=1e-3)
    assert 0 <= page.number("largest_excess") < 0.04


def test_flow_matching_is_measured_in_its_bands(page):
    rows = np.array(list(page.rows("measure-flow").values()))
    assert rows.shape == (SEEDS, 4)
    precision, coverage, tv, kl = rows.mean(axis=0)
    assert 0.85 < precision < 0.97
    assert 0.85 < coverage < 0.93
    assert 0.07 < tv < 0.18
    assert 0.13 < kl < 0.30
    assert page.number("flow_kl") == pytest.approx(kl, abs=1e-3)
    assert page.number("agreement") < 0.01
    assert 0.97 < page.number("integral") < 1.02


def test_one_step_has_the_best_precision_and_the_worst_samples(page):
    steps = (1, 2, 5, 10, 20, 50)
    precision = [page.number(f"precision_{n}") for n in steps]
    tv = [page.number(f"tv_{n}") for n in steps]
    assert page.number("precision_1_low") > max(precision[1:])
    assert tv == sorted(tv, reverse=True)
    assert tv[0] > 0.9
    assert tv[-1] < 0.18
    assert page.number("one_step_east") == pytest.approx(page.number("mean_east"), abs=4)
    assert page.number("one_step_north") == pytest.approx(page.number("mean_north"), abs=4)


def test_guidance_buys_certainty_with_diversity(page):
    assert page.number("on_0_high") < 0.25
    assert 0.9 < page.number("on_1_low") < page.number("on_3")
    assert page.number("reached_1_low") > 0.88
    assert page.number("reached_3_high") < 0.5


def test_images_are_measured_in_their_bands(page):
    assert page.number("test_digits_frechet") < page.number("new_digits_frechet") < 20
    assert page.number("new_digits_nearest") > page.number("test_digits_nearest")
    assert 0.65 < page.number("new_digits_sure") < 0.97
    assert page.number("rarest_digit") > 0.03
    assert page.number("tin_distance") < 0.07
    assert page.number("tins_found") > 0.95
    assert page.number("quarter_error") < 2
    photographs, drawn, noise = (
        [page.number(f"{name}_{measure}") for measure in ("colours", "grain", "nearest")]
        for name in ("new_photographs", "drawn", "noise")
    )
    assert photographs[0] < drawn[0] < noise[0] / 5
    assert drawn[1] == pytest.approx(photographs[1], rel=0.25) and noise[1] > 2 * drawn[1]
    assert drawn[2] > 0.8 * photographs[2]


def test_solutions_say_what_they_measured(page):
    assert page.number("midpoint_25") < 0.18
    assert page.number("midpoint_10") < page.number("tv_20")
    assert page.number("skipped_50") < page.number("skipped_10")


def test_the_rows_for_the_comparison_are_kept_under_their_names(page):
    source = page.cells["keep-rows"].source
    assert source.count("record(") == 2
    assert all(json.dumps(name) in source for name in ("flow matching", "diffusion", "exact", "bound"))

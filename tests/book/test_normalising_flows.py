"""Page 3.3: the change of variables, both kinds of layers against closed forms, and the bands of what was measured."""

import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import scipy.linalg
import tensorflow as tf

from gdl_utils.generative import count_in_cells, land_share, sample_land_points

BEST_HISTOGRAM = 0.144  # section 3.1


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_3_normalising_flows")


@pytest.fixture
def double():
    """Keras in double precision, so that differences of 1e-9 mean something."""
    policy = keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy(policy)


@pytest.fixture
def run(page):
    """A function that runs cells of the page, each up to the text `before`, and gives the names they define."""
    names = {"np": np, "tf": tf, "keras": keras, "ops": keras.ops, "layers": keras.layers}
    names |= {"COUPLINGS": 6, "SPLINE_LAYERS": 4, "BINS": 32, "count_in_cells": count_in_cells}

    def run_cells(*cells, before=None, **given):
        names.update(given)
        for cell in cells:
            source = page.cells[cell].source
            exec(source.split(before)[0] if before else source, names)
        return SimpleNamespace(**names)

    return run_cells


def grid(low, high, count):
    """The centres of count x count cells of a square, and the area of a cell."""
    ticks = low + (np.arange(count) + 0.5) * (high - low) / count
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2), ((high - low) / count) ** 2


def numeric_log_det(function, x, step=1e-6):
    columns = [(function(x + nudge) - function(x - nudge)) / (2 * step) for nudge in step * np.eye(2)]
    return np.linalg.slogdet(np.stack(columns, axis=2))[1]


def shake(nets, size, seed=0):
    """Give the last layers, which begin at zero, random weights, so that the flow does something."""
    rng = np.random.default_rng(seed)
    for net in nets:
        kernel, bias = net.layers[-1].get_weights()
        net.layers[-1].set_weights([rng.normal(0, size, kernel.shape), rng.normal(0, size, bias.shape)])
    return nets


def test_a_small_square_grows_by_the_determinant(page, run):
    names = run("bend")
    points = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    exact = [np.log(np.linalg.det(names.jacobian_of_bend(*point))) for point in points]
    np.testing.assert_allclose(numeric_log_det(names.bend, points), exact, atol=1e-8)
    assert page.number("bend_determinant") == pytest.approx(1 - 0.5**2)
    factors = [float(number) for number in re.findall(r"factor (\S+)", page.text("areas"))]
    differences = np.abs(np.array(factors) - page.number("bend_determinant"))
    assert len(factors) == 3
    assert sorted(differences, reverse=True) == differences.tolist()
    assert differences[-1] < 1e-3


def test_only_the_right_answer_on_the_sign_is_a_density(page):
    found = re.findall(r"([A-D]): the density integrates to (\S+)", page.text("check-sign-answer"))
    true = np.prod([np.linalg.det(np.diag(layer)) for layer in ([2, 2], [0.5, 1])])
    answers = {"A": 2, "B": 1 / 2, "C": 4.5, "D": 1}
    assert {letter: float(value) for letter, value in found} == pytest.approx(
        {letter: answer / true for letter, answer in answers.items()}, abs=0.006
    )
    assert "A. Doubling" in page.cells["check-sign-explained"].source


def test_the_forgotten_scaling_weighs_as_much_as_all_learning(page):
    points = sample_land_points(50_000, np.random.default_rng(7))
    assert page.number("forgotten") == pytest.approx(-np.log(np.prod(points.std(axis=0))), abs=0.02)
    assert page.number("uniform_kl") == pytest.approx(-np.log(land_share()))
    assert page.number("forgotten") == pytest.approx(page.number("uniform_kl"), rel=0.1)


def test_a_coupling_layer_and_its_inverse(page, run):
    names = run("couple", "couple-code")
    x = np.random.default_rng(1).normal(size=(200, 2))
    z = names.couple(x)
    np.testing.assert_array_equal(z[:, 0], x[:, 0])
    np.testing.assert_allclose(z[:, 1], x[:, 1] * np.exp(names.s(x[:, 0])) + names.t(x[:, 0]))
    np.testing.assert_allclose(names.uncouple(z), x, atol=1e-12)
    np.testing.assert_allclose(numeric_log_det(names.couple, x), names.s(x[:, 0]), atol=1e-8)
    assert "there and back: True" in page.text("couple-check")
    first_row = re.findall(r"-?\d+\.\d*", page.text("couple-check"))[:2]
    assert [float(number) for number in first_row] == [1, 0]
    assert page.text("triangular-check").endswith("True")
    assert page.text("check-networks-answer") == "there and back: True"


def test_an_untrained_affine_flow_does_nothing(run):
    names = run("network", "split", "affine-forward", "affine-inverse", "affine-log-prob")
    nets = [names.network(2, 64, 5, 0.25) for _ in range(10)]
    x = np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype("float32")
    z, log_det = names.flow(x, nets)
    np.testing.assert_array_equal(z, x)
    np.testing.assert_array_equal(log_det, np.zeros(50))
    assert sum(net.count_params() for net in nets) == 50_580


def test_the_affine_flow_is_exact(run, double):
    names = run("network", "split", "affine-forward", "affine-inverse", "affine-log-prob")
    nets = shake([names.network(2, 16, 2, 0.25) for _ in range(5)], 0.15)
    x = np.random.default_rng(0).uniform(-2, 2, (300, 2))
    z, log_det = (np.asarray(part) for part in names.flow(x, nets))
    assert np.abs(z - x).max() > 0.1
    np.testing.assert_allclose(names.unflow(z, nets), x, atol=1e-10)
    np.testing.assert_allclose(numeric_log_det(lambda x: names.flow(x, nets)[0].numpy(), x), log_det, atol=1e-7)
    base = -np.sum(z**2, axis=1) / 2 - np.log(2 * np.pi)
    np.testing.assert_allclose(names.log_prob(x, nets), base + log_det, atol=1e-10)
    points, area = grid(-9, 9, 200)
    assert np.exp(names.log_prob(points, nets)).sum() * area == pytest.approx(1, abs=1e-3)


def reference_spline(x, places, heights, slopes):
    """The formula of Gregory and Delbourgo for one number, bin by bin."""
    for k in range(len(places) - 1):
        if places[k] <= x <= places[k + 1]:
            width, height = places[k + 1] - places[k], heights[k + 1] - heights[k]
            xi, mean = (x - places[k]) / width, height / width
            top = height * (mean * xi**2 + slopes[k] * xi * (1 - xi))
            return heights[k] + top / (mean + (slopes[k + 1] + slopes[k] - 2 * mean) * xi * (1 - xi))
    raise AssertionError


def test_the_spline_is_the_formula_and_can_be_undone(run, double):
    names = run("knots", "bins", "spline", "unspline")
    rng = np.random.default_rng(0)
    x, raw = np.sort(rng.uniform(-1, 1, (200, 1)), axis=0), np.repeat(rng.normal(size=(1, 97)), 200, axis=0)
    places, heights, slopes = (np.asarray(part)[0] for part in names.knots(raw[:1]))
    for edges in (places, heights):
        assert [edges[0], edges[-1]] == pytest.approx([-1, 1])
        assert np.diff(edges).min() >= 2e-3 - 1e-12
    y, log_slope = (np.asarray(part) for part in names.spline(x, raw))
    expected = [reference_spline(number, places, heights, slopes) for number in x[:, 0]]
    np.testing.assert_allclose(y[:, 0], expected, atol=1e-10)
    assert np.diff(y[:, 0]).min() > 0
    step = 1e-7
    ahead, behind = (names.spline(x + nudge, raw)[0] for nudge in (step, -step))
    np.testing.assert_allclose(np.exp(log_slope), (ahead - behind) / (2 * step), rtol=1e-4)
    np.testing.assert_allclose(names.unspline(y, raw), x, atol=1e-9)
    # At the knots the curve has the given heights and slopes.
    at_knots = places[1:-1, None]
    y, log_slope = names.spline(at_knots, raw[: len(at_knots)])
    np.testing.assert_allclose(y[:, 0], heights[1:-1], atol=1e-9)
    np.testing.assert_allclose(np.exp(log_slope[:, 0]), slopes[1:-1], rtol=1e-6)


def test_a_network_that_gives_zeros_makes_a_straight_spline(run):
    names = run("knots", "bins", "spline")
    x = np.linspace(-1, 1, 101, dtype="float32")[:, None]
    y, log_slope = names.spline(x, np.zeros((101, 97), "float32"))
    np.testing.assert_allclose(y, x, atol=2e-6)
    np.testing.assert_allclose(log_slope, 0, atol=2e-4)


def test_the_spline_flow_is_exact_on_the_square(run, double):
    names = run("network", "split", "knots", "bins", "spline", "unspline", "spline-flow")
    names = run("spline-train", before="def spline_nets")
    nets = shake([names.network(97, 16, 2, 1.0) for _ in range(4)], 0.3)
    x = np.random.default_rng(0).uniform(-1, 1, (300, 2))
    z, log_det = (np.asarray(part) for part in names.spline_flow(x, nets))
    assert np.abs(z - x).max() > 0.1
    assert np.abs(z).max() <= 1
    np.testing.assert_allclose(names.unflow_spline(z, nets), x, atol=1e-8)
    numeric = numeric_log_det(lambda x: names.spline_flow(x, nets)[0].numpy(), x, 1e-7)
    np.testing.assert_allclose(numeric, log_det, atol=1e-3)
    # Networks begin by chance: on a grid half as fine the sum may be off by 0.002.
    points, area = grid(-1, 1, 500)
    assert np.exp(names.spline_log_prob(points, nets)).sum() * area == pytest.approx(1, abs=2e-3)


def test_the_chain_rule_is_a_change_of_variables(page, run):
    data = SimpleNamespace(train=sample_land_points(30_000, np.random.default_rng(0)))
    names = run("chain-tables", "chain-flow", data=data)
    x = np.random.default_rng(1).uniform(-1, 1, (500, 2))
    # Away from the edges of cells, where the slopes jump.
    inside = ((x + 1) / 2 * [180, 90]) % 1
    x = x[np.all(np.abs(inside - 0.5) < 0.49, axis=1)]
    u, log_det = names.rosenblatt(x)
    assert u.min() >= 0
    assert u.max() <= 1
    np.testing.assert_allclose(numeric_log_det(lambda x: names.rosenblatt(x)[0], x), log_det, atol=1e-5)
    # Probability of the cell, divided by its area.
    counts = count_in_cells(data.train, 2) + 0.1
    row, column = ((1 - x[:, 1]) * 45).astype(int), ((1 + x[:, 0]) * 90).astype(int)
    share_of_row = counts.sum(axis=1)[row] / counts.sum()
    given_row = counts[row, column] / counts[row].sum(axis=1)
    np.testing.assert_allclose(np.exp(log_det), share_of_row * given_row * 90 * 180 / 4)
    assert page.number("chain_kl") == pytest.approx(BEST_HISTOGRAM, abs=0.01)
    assert page.number("chain_kl") < page.number("affine_kl_least")
    assert 0.09 < page.number("chain_least") < page.number("chain_most") < 0.11
    assert page.number("chain_cells") == 90 * 180


def test_many_small_layers_add_up_to_the_trace(page):
    velocity = np.array([[0.3, -1.0], [1.0, 0.2]])
    found = [float(number) for number in re.findall(r"log-determinant (\S+)", page.text("continuous-code"))]
    for steps, log_det in zip([1, 10, 100, 1_000], found, strict=True):
        power = np.linalg.matrix_power(np.eye(2) + velocity / steps, steps)
        assert log_det == pytest.approx(np.log(np.linalg.det(power)), abs=6e-5)
    limit = np.log(np.linalg.det(scipy.linalg.expm(velocity)))
    assert limit == pytest.approx(np.trace(velocity))
    assert f"velocity: {limit:.4f}" in page.text("continuous-code")
    assert found[-1] == pytest.approx(limit, abs=2e-3)


def test_a_thin_bridge_costs_little_and_is_steep(page):
    rows = {float(mass): map(float, cells) for mass, cells in page.table("solution-line").items()}
    assert list(rows) == [0.1, 0.01, 0.001]
    for mass, (divergence, gap, slope) in rows.items():
        assert divergence == pytest.approx(-np.log(1 - mass), abs=6e-5)
        assert gap == pytest.approx(mass)
        assert slope == pytest.approx(1 / mass)


def test_the_targets_are_reached(page):
    assert BEST_HISTOGRAM < page.number("affine_kl_mean") <= 0.32
    assert page.number("affine_kl_most") < 0.45
    assert 0.09 < page.number("spline_kl_mean") <= 0.16
    # "Below every histogram", whatever the seed.
    assert page.number("spline_kl_most") < BEST_HISTOGRAM
    assert page.number("spline_train_kl_mean") < page.number("spline_kl_mean")


def test_the_trained_flows_are_densities(page):
    assert page.number("affine_inverse_median") < 1e-6
    assert page.number("affine_inverse_most") < 1e-5
    assert page.number("affine_inverse") < 2e-3
    assert page.number("spline_inverse") < 2e-3
    assert page.number("affine_log_det_median") < 1e-4
    assert page.number("affine_log_det") < 2e-2
    assert page.number("spline_log_det") < 2e-2
    assert 0.95 < page.number("affine_total") < 1.001
    assert page.number("spline_total") == pytest.approx(1, abs=5e-3)


def test_the_bridges_get_thinner_and_stay(page):
    for kind in ("wet", "tv"):
        assert page.number(f"spline_{kind}_most") < page.number(f"affine_{kind}_least")
    assert 0.09 < page.number("affine_wet_least") <= page.number("affine_wet_most") < 0.25
    assert 0.04 < page.number("spline_wet_least") <= page.number("spline_wet_most") < 0.1
    assert 0.001 < page.number("spline_open") < 0.5 * page.number("affine_open")
    assert 0.001 < page.number("spline_near") < page.number("affine_near")
    for flow in ("affine", "spline"):
        assert page.number(f"{flow}_crossing_least") > 0
    # Area in the cartogram, quadrature and samples agree on the mass off the land of seed 0.
    precision = page.rows("affine-reports")["affine flow, seed 0"][0]
    assert page.number("sea_in_affine") == pytest.approx(1 - precision, abs=0.01)
    by_quadrature = page.number("affine_sea") + page.number("affine_outside")
    assert by_quadrature == pytest.approx(1 - precision, abs=0.015)
    assert page.number("sea_on_map") == pytest.approx(1 - land_share(), abs=0.005)


def test_small_islands_are_what_the_flow_saves_on(page):
    for island in ("Cuba", "New_Zealand"):
        assert page.number(f"affine_{island}_most") < 0.75
        assert page.number(f"spline_{island}_mean") > page.number(f"affine_{island}_mean")


def test_features_that_are_too_fine_break_the_way_back(page):
    assert page.number("fine_kl_whole") > page.number("uniform_kl")
    assert page.number("fine_kl_quarter") < 0.45
    assert page.number("fine_error_whole") > 0.1
    assert page.number("fine_error_quarter") < 1e-2


def test_the_spline_flow_is_recorded_for_the_comparison(run):
    kept = []
    run(
        "record",
        before="record(",
        square=lambda size, rng: rng.uniform(-1, 1, (size, 2)),
        apply=lambda function, z, nets: z,
        unflow_spline=None,
        splines=[None],
    )
    run(
        "record",
        record=lambda *given, **named: kept.append((given, named)),
        spline_reports="reports",
        spline_trainings="trainings",
    )
    ((family, reports, trainings, samples), named) = kept[0]
    assert (family, reports, trainings) == ("normalising flow", "reports", "trainings")
    assert samples.shape == (3_000, 2)
    assert named == {"runs": 1, "density": "exact"}

"""Page 3.1: its truths, yardsticks and stand-ins, from its stored outputs and computed in other ways."""

import re

import numpy as np
import pytest
from scipy import stats

from gdl_utils.datasets import land_mask
from gdl_utils.generative import LANDMASSES, ground


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_1_common_ground")


@pytest.fixture(scope="module")
def share():
    latitude = np.arange(89.975, -90, -0.05)[:, None]
    return land_mask(latitude, np.arange(-179.975, 180, 0.05)).mean()


@pytest.fixture(scope="module")
def namespace(page):
    """The models of the page without its trainings."""
    names = {}
    for cell_id in ("imports", "grid", "gaussian", "histogram", "divergences", "classifier"):
        source = page.cells[cell_id].source
        exec(source, names)
    return names


def test_share_density_and_entropy_are_those_of_the_mask(page, share):
    assert page.text("density").splitlines() == [
        f"share of the map that is land: {share:.4f}",
        f"density on land: {1 / (4 * share):.4f}, entropy: {np.log(4 * share):.4f} nats",
    ]
    assert page.number("entropy_degrees") == pytest.approx(np.log(360 * 180 * share), abs=1e-9)
    assert page.text("uniform").splitlines() == [f"{-np.log(share):.4f}"] * 2


def test_the_gaussian_is_worse_than_knowing_nothing(page, share):
    kls = list(page.numbers("gaussian-kl")[:, 0])
    assert len(kls) == 3
    points = ground.sample_land_points(400_000, np.random.default_rng(7))
    gaussian = stats.multivariate_normal(points.mean(axis=0), np.cov(points.T))
    exact = -gaussian.logpdf(points).mean() - np.log(4 * share)
    assert kls == pytest.approx([exact] * 3, abs=0.02)
    assert min(kls) > page.number("uniform_kl") + 0.25


def test_the_gaussian_of_the_page_is_the_fitted_one(namespace):
    x = np.random.default_rng(0).normal([0.5, -0.2], [0.3, 0.6], (1_000, 2))
    _, log_prob = namespace["fit_gaussian"](x)
    assert log_prob(x) == pytest.approx(stats.multivariate_normal(x.mean(axis=0), np.cov(x.T)).logpdf(x), abs=1e-9)


def test_divergences_have_their_directions(page, share):
    rows = page.table("directions")
    assert [rows[name][:2] for name in ("box", "only Africa")] == [["inf", "inf"], ["inf", rows["only Africa"][1]]]
    of_africa = np.log(1 / ground.landmass_shares()["Africa"])
    assert float(rows["only Africa"][1]) == pytest.approx(of_africa, abs=0.02)
    assert float(rows["only Africa"][3]) == pytest.approx(1 - np.exp(-of_africa), abs=0.005)
    for name in ("Gaussian", "histogram"):
        assert rows[name][1] == "inf" and 0 < float(rows[name][0]) < 2
    assert all(0 < float(row[2]) < np.log(2) and 0 < float(row[3]) < 1 for row in rows.values())
    # Madagascar: of two exact densities, by its share alone.
    missed = ground.landmass_shares()["Madagascar"]
    reverse = float(re.search(r"reverse (\S+),", page.text("check-direction-answer"))[1])
    assert page.text("check-direction-answer").startswith("forward inf")
    assert reverse == pytest.approx(-np.log(1 - missed), abs=2e-4)


def test_divergences_of_the_page_are_those_of_integration(namespace):
    """Two Gaussians on the grid of the page, against the closed form."""
    flat = namespace["flat"]
    one, other = stats.multivariate_normal([0, 0], 0.02), stats.multivariate_normal([0.1, 0], 0.02)
    forward, reverse, js, tv = namespace["compare"](one.pdf(flat), other.pdf(flat))
    assert (forward, reverse) == pytest.approx((0.1**2 / 0.04,) * 2, abs=1e-4)
    assert tv == pytest.approx(2 * stats.norm.cdf(0.05 / np.sqrt(0.02)) - 1, abs=1e-3)
    assert 0 < js < min(forward, np.log(2))


def test_the_best_histogram_is_the_number_to_beat(page):
    kls = [float(value) for value in re.findall(r"test KL (\d\.\d+)", page.text("histograms"))]
    assert page.number("best_side") == 2
    assert kls[:6] == pytest.approx([0.251, 0.144, 0.150, 0.166, 0.186, 0.205], abs=0.012)
    assert page.number("finest_train") < 0


def test_a_histogram_integrates_to_one(namespace):
    x = ground.sample_land_points(5_000, np.random.default_rng(0))
    for side in (1, 5):
        density = np.exp(namespace["fit_histogram"](x, side)(namespace["flat"]))
        assert density.mean() * 4 == pytest.approx(1, abs=1e-9)


def test_yardsticks(page):
    rows = page.rows("yardsticks") | page.rows("timbuktu") | page.rows("forgetful")
    assert rows["fresh points"] == pytest.approx([1, 0.927, 0.066, 0], abs=0.006)
    assert rows["uniform"] == pytest.approx([0.332, 0.619, 0.594, 1.103], abs=0.006)
    assert rows["only Timbuktu"][0] == 1 and rows["only Timbuktu"][2] > 0.99
    # Where Timbuktu is in the atlas.
    assert land_mask(16.8, -3.0) and LANDMASSES[ground.landmass_of([[-3 / 180, 16.8 / 90]])[0]] == "Africa"
    assert rows["no Australia"][0] == 1 and rows["no Australia"][2] < 0.1
    assert page.table("forgetful")["no Australia"][4].startswith("Australia 0.00")
    copies = page.rows("check-precision-answer")["copies"]
    assert copies[0] == 1 and copies[1] > 0.89 and copies[2] < 0.09
    assert page.number("saturated") > 0.97


def test_fourier_features_draw_coasts_for_each_seed(page):
    for name, low, high in (("raw", 0.84, 0.93), ("Fourier", 0.965, 0.985)):
        assert low < page.number(f"{name}_low") <= page.number(f"{name}_high") < high
    assert len(re.findall(r"0\.\d+", page.text("two-inputs"))) == 6


def test_the_classifier_is_what_its_diagram_shows(page, namespace):
    encoded = namespace["classifier"](lambda x: namespace["fourier_features"](x, 6))
    sizes = [layer.output.shape[-1] for layer in encoded.layers if "dense" in layer.name]
    assert sizes == [128, 128, 1]
    assert encoded.get_layer(index=-3).input.shape == (None, 26)
    assert "(n, 26)" in page.cells["diagram"].source and "(n, 128)" in page.cells["diagram"].source


def test_check_yourself_answers(page):
    assert page.text("check-units-answer").endswith("= -10.2")
    assert page.text("check-wave-answer") == "in degrees of longitude: 11.25"
    x = np.linspace(-1, 1, 1001)
    assert np.allclose(np.sin(2**5 * np.pi * x), np.sin(2**5 * np.pi * (x + 11.25 / 180)), atol=1e-9)


def test_each_stand_in_misses_what_the_other_sees(page):
    order = [page.number(f"{name}_frechet") for name in ("copies", "test_digits", "Gaussian", "noise")]
    assert order == sorted(order) and order[3] > 3 * order[2] > 9 * order[1]
    assert page.number("copies_nearest") == 0 < page.number("test_digits_nearest") < page.number("noise_nearest")
    assert page.number("judge_right") > 0.97
    assert 0.2 < page.number("noise_sure") < 0.8
    assert page.number("gaussian_tin") > 0.09
    assert page.table("tins-truth")["Gaussian"][1] == "0.0%"


def test_mixtures_come_near_the_histogram_and_do_not_beat_it(page):
    kls = [row[3] for row in page.rows("solution-mixture").values()]
    assert len(kls) == 3 and kls == sorted(kls, reverse=True)
    assert page.number("best_histogram") < kls[2] < 0.25


def test_coverage_by_arithmetic(page, share):
    assert page.number("predicted_map") == pytest.approx(stats.poisson(20_000 * np.pi / 64_800).sf(0))
    assert page.number("predicted_land") == pytest.approx(stats.poisson(20_000 * np.pi / (64_800 * share)).sf(0))
    assert page.number("predicted_map") == pytest.approx(page.number("uniform_coverage"), abs=0.01)
    assert page.number("predicted_land") - 0.03 < page.number("fresh_coverage_low") < page.number("predicted_land")

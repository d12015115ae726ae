"""Page 1.4: its stored outputs hold the facts of the course's specification, and independent computations agree."""

import itertools
import math
import re
import statistics

import numpy as np
import pytest

from gdl_utils.datasets import land_mask, sample_land
from gdl_utils.tables import show_table

NEW_YORK = 40.7306, -73.9352
PACIFIC = 11.3493, 142.1996


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("1_4_maximum_likelihood")


@pytest.fixture(scope="module")
def data():
    """The data of the page, drawn again."""
    return sample_land(500, np.random.default_rng(14))


@pytest.fixture(scope="module")
def namespace(page):
    """The functions and boxes that the page's own cells define."""
    names = {"np": np, "rng": np.random.default_rng(14), "sample_land": sample_land, "land_mask": land_mask}
    names |= {"itertools": itertools, "show_table": show_table}
    for cell_id in ("data-points", "grid-of-cells", "box-density", "boxes-and-integrals", "latitudes"):
        exec(page.cells[cell_id].source, names)
    return names


def rows_of(page, cell_id):
    """The last number of each line that a cell printed."""
    return [float(line.split()[-1]) for line in page.text(cell_id).splitlines()]


# Sample space and density.


def test_new_york_is_on_land_and_the_other_place_is_not(page):
    assert page.text("two-places") == "array([ True, False])"
    for place in (*NEW_YORK, *PACIFIC):
        assert str(place) in page.cells["two-places"].source
    assert land_mask(*NEW_YORK)
    assert not land_mask(*PACIFIC)


def test_all_data_are_on_land(page, data):
    assert np.all(land_mask(*data))
    assert page.text("data-points").splitlines()[0] == f"({data[0][0]:6.2f}, {data[1][0]:7.2f})"


def test_every_density_of_the_page_integrates_to_one(page):
    integrals = [*page.numbers("boxes-and-integrals")[:, 1], *rows_of(page, "flow")]
    assert len(integrals) == 4
    assert integrals == pytest.approx([1] * 4, abs=1e-4)
    assert page.number("over_observation") == pytest.approx(1, abs=1e-3)
    assert page.text("autoregressive") == "1,024 images, sum 1.000000"


def test_darts_that_made_no_density_check_it(page):
    """A million darts: four standard errors are 0.006. They are drawn anew, and the mask answers, not the grid."""
    for cell_id in ("darts", "density-per-map"):
        assert rows_of(page, cell_id)[-1] == pytest.approx(1, abs=0.006), cell_id
    assert "land_mask(" in page.cells["darts"].source
    assert "is_land" in page.cells["density-per-map"].source


def test_the_divergence_is_what_the_likelihood_leaves_over(page, namespace):
    """Of the whole map in closed form, of the mixture from other points than the page's."""
    assert page.number("divergence_whole") == pytest.approx(-math.log(page.number("share_of_land")))
    exec(page.cells["divergence-code"].source, namespace)
    points = sample_land(200_000, np.random.default_rng(1))
    of_mixture = math.log(page.number("density_on_land")) - np.log(namespace["mixture_density"](*points)).mean()
    assert page.number("divergence_mixture") == pytest.approx(of_mixture, abs=0.01)
    assert page.number("divergence_mixture_estimated") == pytest.approx(of_mixture, abs=0.02)
    # "The mixture is also closer to the data."
    assert page.number("divergence_mixture") < page.number("divergence_whole") - 0.1
    # "Its divergence is infinite."
    assert np.any(namespace["box_density"](namespace["boxes"]["Old World"], *points) == 0)


def test_a_probability_predicted_by_an_integral_is_counted(page):
    assert page.number("africa_integral") == pytest.approx(page.number("africa_counted"), abs=0.005)
    assert 0.1 < page.number("africa_integral") < 0.3


def test_a_density_may_exceed_one(page):
    """Erratum: only the integral of a density is 1; its values may be larger."""
    assert page.number("density_per_map") > 2.5
    assert page.number("density_per_map") * page.number("share_of_land") == pytest.approx(1)
    # The same distribution per square degree.
    assert page.number("density_on_land") * 180 * 360 == pytest.approx(page.number("density_per_map"))


# Likelihood and its logarithm.


def test_the_density_of_the_box(namespace):
    density = namespace["box_density"]
    box = (-10.0, 20.0, 30.0, 100.0)
    assert density(box, 0.0, 50.0) == pytest.approx(1 / (40 * 80))
    for inside in [(-10, 20), (30, 100)]:
        assert density(box, *inside) > 0
    for outside in [(-10.1, 50), (30.1, 50), (0, 19.9), (0, 100.1)]:
        assert density(box, *outside) == 0


def test_the_likelihood_of_one_and_of_several_points(page, data, namespace):
    whole, no_antarctica, old_world = rows_of(page, "likelihood-of-one")
    assert whole == pytest.approx(1 / 64_800, abs=1e-7)
    assert no_antarctica > whole
    assert old_world == 0
    latitude, longitude = data
    expected = [
        math.prod(float(namespace["box_density"](box, y, x)) for y, x in zip(latitude[:5], longitude[:5], strict=True))
        for box in namespace["boxes"].values()
    ]
    assert rows_of(page, "likelihood-of-five") == pytest.approx(expected, rel=1e-3)
    assert expected.count(0.0) >= 1


def test_the_likelihood_is_no_distribution_over_the_parameters(page, data):
    width = 180 + NEW_YORK[1]
    assert page.number("over_parameter") == pytest.approx(math.log(360 / width), abs=1e-4)
    assert abs(page.number("over_parameter") - 1) > 0.1
    lines = page.text("integrals-of-likelihoods").splitlines()
    assert len(lines) == 4
    for line in lines:
        count, integral = int(line.split()[0]), float(line.split()[-1])
        start = data[1][:count].max() + 180
        power = 1 - count
        exact = math.log(360 / start) if count == 1 else (360.0**power - start**power) / power
        assert integral == pytest.approx(exact, rel=0.01)
        assert abs(integral - 1) > 0.01


def test_the_product_underflows_where_the_text_says(page):
    assert page.text("underflow").splitlines()[1].endswith(" 0.0")
    assert page.text("underflow").splitlines()[2].endswith(" 0.0")
    last_64, last_32 = int(page.number("last_64")), int(page.number("last_32"))
    assert (1 / 64_800) ** last_64 > 0 == (1 / 64_800) ** (last_64 + 1)
    power = np.float32(1)
    for _ in range(last_32):
        power *= np.float32(1 / 64_800)
    assert power > 0 == power * np.float32(1 / 64_800)
    assert last_32 < last_64 < 300


def test_the_log_likelihood_goes_on(page):
    logs = rows_of(page, "logs-of-boxes")
    assert logs[0] == pytest.approx(-500 * math.log(64_800), abs=0.06)
    assert logs[1:] == [-math.inf, -math.inf]


# Maximum likelihood.


def test_the_best_box_is_the_smallest_that_holds_all_points(page, data):
    latitude, longitude = data[0][:3], data[1][:3]
    corners = (latitude.min(), longitude.min(), latitude.max(), longitude.max())
    assert page.text("box-of-few") == "from ({:.2f}, {:.2f}) to ({:.2f}, {:.2f})".format(*corners)
    logs = rows_of(page, "neighbours")
    assert logs[:2] == [-math.inf, -math.inf]
    assert logs[2] > logs[3] > logs[4]
    best = -3 * math.log((corners[2] - corners[0]) * (corners[3] - corners[1]))
    assert logs[2] == pytest.approx(best, abs=1e-3)
    assert page.number("best_log_likelihood") == pytest.approx(best)


def test_the_surfaces_have_their_maximum_at_the_best_box(page, data):
    assert page.number("best_on_surface") <= page.number("best_log_likelihood")
    # The grid has a place within half a degree of each corner.
    assert page.number("best_on_surface") == pytest.approx(page.number("best_log_likelihood"), abs=0.3)
    latitude, longitude = data[0][:3], data[1][:3]
    share = (latitude.min() + 90) / 180 * (longitude.min() + 180) / 360
    assert page.number("share_of_surface") == pytest.approx(share, abs=0.01)
    names = {"np": np, "south": latitude.min(), "north": latitude.max()}
    names |= {"west": longitude.min(), "east": longitude.max()}
    exec(page.cells["corner-surfaces"].source, names)
    places = np.stack([names["corner_latitude"], names["corner_longitude"]], axis=-1)
    for surface, corner in (
        (names["bottom_left"], (latitude.min(), longitude.min())),
        (names["top_right"], (latitude.max(), longitude.max())),
    ):
        assert np.max(np.abs(places[np.unravel_index(np.argmax(surface), surface.shape)] - corner)) < 0.5


# The Gaussian.


def test_formula_and_descent_agree_to_a_thousandth(page, data):
    assert page.text("agreement").endswith("agrees to 0.001: True")
    exact = statistics.NormalDist.from_samples(np.radians(data[0]).tolist())
    assert page.number("gaussian_mean") == pytest.approx(exact.mean)
    # NormalDist divides by n - 1.
    assert page.number("gaussian_std") == pytest.approx(exact.stdev * math.sqrt(499 / 500))
    assert page.number("descent_mean") == pytest.approx(page.number("gaussian_mean"), abs=1e-3)
    assert page.number("descent_std") == pytest.approx(page.number("gaussian_std"), abs=1e-3)


def test_the_descent_finds_the_formula_for_other_data_too(page):
    import tensorflow as tf

    x = np.random.default_rng(5).normal(0.3, 0.7, 200)
    names = {"np": np, "tf": tf, "x": x}
    for cell_id in ("loss-of-gaussian", "descent-by-tape"):
        exec(page.cells[cell_id].source, names)
    assert names["path"][-1] == pytest.approx((x.mean(), x.std()), abs=1e-3)


def test_the_density_of_the_gaussian(namespace):
    for x, mu, sigma in [(0.2, 0.0, 1.0), (-3.0, 1.0, 0.5), (1.0, 1.0, 0.1)]:
        exact = statistics.NormalDist(mu, sigma).pdf(x)
        assert namespace["gaussian_density"](x, mu, sigma) == pytest.approx(exact)


def test_the_best_gaussian_is_no_good_model(page):
    assert page.number("new_histogram") < page.number("new_alike") < page.number("new_gaussian")
    assert page.number("new_alike") == pytest.approx(math.log(math.pi))


def test_check_yourself_answers(page):
    ratios = re.findall(r"ratio ([\d.]+)", page.text("check-likelihood-answer"))
    assert ratios == ["2.00", "2.00"]
    constants = rows_of(page, "check-squares-answer")
    assert constants == pytest.approx([math.log(2 * math.pi) / 2] * 3, abs=1e-4)
    assert rows_of(page, "check-point-answer") == sorted(rows_of(page, "check-point-answer"), reverse=True)


# Many dimensions.


def test_bins_and_grids_fail_in_many_dimensions(page):
    shares = page.numbers("seen-bins")[:, 1]
    assert len(shares) == 9
    for d, share in enumerate(shares, start=1):
        assert share == pytest.approx(1 - (1 - 10.0**-d) ** 100_000, abs=0.02)
    found, exact = page.numbers("integral-by-grid").T
    assert found == pytest.approx(exact, rel=1e-3)
    assert page.number("digits_two") == len(str(2**3072)) == 925
    assert page.number("digits_256") == 7_399
    assert page.number("grid_power") == pytest.approx(3_072 * math.log10(20))


def test_what_the_six_families_do(page):
    log_likelihood, poor, best = rows_of(page, "lower-bound")
    assert poor < best == log_likelihood
    ratios = re.findall(r"\d+\.\d{5}", page.text("energy-based"))
    assert len(ratios) == 2
    assert ratios[0] == ratios[1]
    mean, std = re.findall(r"-?\d+\.\d+", page.text("diffusion"))
    assert float(mean) == pytest.approx(0, abs=0.03)
    assert float(std) == pytest.approx(1, abs=0.03)
    assert page.text("implicit") == "3,072 numbers each, 100 dimensions"
    text = "\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "markdown")
    for family in ("Autoregressive", "Normalizing|Normalising", "Variational", "Energy", "Diffusion", "adversarial"):
        assert re.search(family, text)


# Exercises.


def test_the_best_box_fails_on_new_points(page):
    outside = list(page.numbers("solution-box")[:, 0])
    assert len(outside) == 4
    assert outside == sorted(outside, reverse=True)
    assert 0 < page.number("outside_at_320") < 0.03
    assert 0.2 < page.number("lost_at_320") < 0.95


def test_the_share_of_land(page):
    grid, formula = page.numbers("solution-land").T
    assert len(grid) == 5
    assert grid == pytest.approx(formula, abs=0.001)
    assert page.number("least_share") < page.number("share_of_land") < page.number("greatest_share")
    # The beta function of 4 and 8.
    exact = math.factorial(3) * math.factorial(7) / math.factorial(11)
    assert float(page.text("solution-land-integral").split()[-1]) == pytest.approx(exact, abs=1e-6)

"""The measurements of chapter 3 against models whose values are known without measuring."""

import json

import numpy as np
import pytest
from scipy import stats

from gdl_utils.errors import DataError
from gdl_utils.generative import ground, measures, report
from gdl_utils.generative.training import Training


@pytest.fixture(scope="module")
def land_points():
    return ground.sample_land_points(20_000, np.random.default_rng(5))


def sample_uniform(size, rng):
    return rng.uniform(-1, 1, (size, 2))


def test_the_uniform_model_has_its_exact_values(land_points):
    samples = sample_uniform(40_000, np.random.default_rng(0))
    share = ground.land_share()
    assert measures.precision(samples) == pytest.approx(share, abs=5 * np.sqrt(share / 40_000))
    kl = measures.kl_divergence(np.full(20_000, -np.log(4)))
    assert kl.value == pytest.approx(-np.log(share), abs=1e-9) and kl.error < 1e-9
    # At least one of n points in a circle of 1 degree: Poisson.
    assert measures.coverage(samples[:20_000], land_points) == pytest.approx(
        1 - np.exp(-20_000 * np.pi / 64_800), abs=0.01
    )
    exact = np.abs(ground.cell_shares() - 1 / ground.cell_shares().size).sum() / 2
    assert measures.total_variation(sample_uniform(400_000, np.random.default_rng(1))) == pytest.approx(exact, abs=0.01)


def test_the_truth_has_none_of_the_faults(land_points):
    samples = ground.sample_land_points(40_000, np.random.default_rng(0))
    assert measures.precision(samples) == 1
    assert 0.91 < measures.coverage(samples[:20_000], land_points) < 0.95
    assert 0.055 < measures.total_variation(samples) < 0.08
    assert measures.kl_divergence(ground.log_p_data(land_points)).value == pytest.approx(0, abs=1e-12)


def test_divergence_of_a_gaussian_by_integration(land_points):
    covariance = [[0.3, 0.05], [0.05, 0.4]]
    gaussian = stats.multivariate_normal([0.1, 0.05], covariance)
    kl = measures.kl_divergence(gaussian.logpdf(land_points))
    ticks = np.linspace(-1, 1, 1801)[1::2]
    x, y = np.meshgrid(ticks, ticks)
    grid = np.column_stack([x.ravel(), y.ravel()])
    on_land = grid[ground.is_land(grid)]
    exact = -gaussian.logpdf(on_land).mean() - ground.entropy()
    assert kl.value == pytest.approx(exact, abs=5 * kl.error)
    assert kl.error == pytest.approx(gaussian.logpdf(land_points).std() / np.sqrt(20_000), rel=1e-3)


def test_the_error_is_that_of_a_mean_of_few():
    assert measures.kl_divergence([0.0, 1.0]).error == pytest.approx(0.5)


def test_what_is_ruled_out_is_infinite():
    assert measures.kl_divergence(np.array([0.0, -np.inf])).value == np.inf
    for wrong in ([np.nan, 0.0], [[0.0, 0.0]], [0.0]):
        with pytest.raises(DataError):
            measures.kl_divergence(wrong)


def test_samples_outside_the_map_are_wrong_mass(land_points):
    samples = ground.sample_land_points(40_000, np.random.default_rng(0)).astype(float)
    samples[:10_000] += 5
    inside = measures.total_variation(samples[10_000:])
    assert measures.total_variation(samples) == pytest.approx(0.25, abs=0.1)
    assert measures.total_variation(samples) > inside + 0.1
    assert measures.total_variation(np.full((100, 2), 9.0)) == 1
    assert measures.total_variation(np.full((100, 2), np.nan)) == 1
    assert measures.coverage(np.full((100, 2), np.nan), land_points) == 0
    assert measures.coverage([[0.0, np.nan]], land_points) == 0
    with pytest.raises(DataError):
        measures.total_variation(np.empty((0, 2)))


def test_coverage_counts_degrees_not_units():
    here = np.array([[0.0, 0.0]])
    assert measures.coverage(here, [[0.99 / 180, 0], [0, 0.99 / 90]]) == 1
    assert measures.coverage(here, [[1.01 / 180, 0], [0, 1.01 / 90]]) == 0
    assert measures.coverage(here, [[1.5 / 180, 0]], degrees=2) == 1


def test_a_report_has_the_row_and_names_what_is_dropped(land_points):
    def sample(size, rng):
        points = ground.sample_land_points(2 * size, rng)
        return points[ground.landmass_of(points) != ground.LANDMASSES.index("Australia")][:size]

    row = report.measure("no Australia", sample, land_points)
    assert row.kl is None and "KL none" in str(row)
    assert next(iter(row.dropped)) == "Australia" and row.dropped["Australia"] == 0
    assert row.precision == 1
    exact = report.measure("truth", ground.sample_land_points, land_points, ground.log_p_data)
    assert "KL 0.000" in str(exact)


@pytest.mark.parametrize(
    ("sample", "log_prob"),
    [
        (lambda size, rng: np.zeros((size, 3)), None),
        (lambda size, rng: np.zeros((size - 1, 2)), None),
        (sample_uniform, lambda x: np.zeros((len(x), 1))),
    ],
)
def test_a_model_of_another_shape_is_refused(sample, log_prob, land_points):
    with pytest.raises(report.ModelError, match="shape"):
        report.measure("wrong", sample, land_points, log_prob)


def test_a_report_measures_equally_many_and_the_same(land_points):
    def sample(size, rng):
        points = ground.sample_land_points(size, rng)
        points[: report.COVERING_SAMPLES] = 0
        return points

    row = report.measure("late", sample, land_points)
    assert row.coverage < 0.01, "coverage is that of the first samples"
    assert report.measure("late", sample, land_points) == row
    assert report.measure("late", sample, land_points, seed=1) != row


def test_rows_are_kept_only_where_a_file_is_named(tmp_path, monkeypatch, land_points):
    row = report.measure("uniform", sample_uniform, land_points, lambda x: np.full(len(x), -np.log(4)))
    training = Training(50, 1.25, 10, np.zeros(1))
    samples = sample_uniform(5_000, np.random.default_rng(0))
    monkeypatch.delenv(report.COMPARISON_VARIABLE, raising=False)
    report.record("uniform", [row], [training], samples, 1, "exact")
    file = tmp_path / "comparison.json"
    monkeypatch.setenv(report.COMPARISON_VARIABLE, str(file))
    report.record("uniform", [row], [training], samples, 1, "exact")
    report.record("other", [row, row], [training, training], samples, 50, "none")
    kept = json.loads(file.read_text())
    assert sorted(kept) == ["other", "uniform"]
    assert kept["uniform"]["reports"][0]["kl"][0] == pytest.approx(row.kl.value)
    assert len(kept["other"]["reports"]) == 2 and kept["other"]["runs"] == 50
    assert np.allclose(kept["uniform"]["samples"], samples[:3_000], atol=5.1e-4)

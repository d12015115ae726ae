"""Page 3.8: its table is that of the pages, its ranks and its arithmetic are right, its own measurements in bands."""

import re

import numpy as np
import pytest

from gdl_utils.generative.comparison import MEASUREMENTS, ORDER, measured_families, ranks


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_8_six_families_compared")


@pytest.fixture(scope="module")
def families():
    return {family.name: family for family in measured_families()}


def test_all_families_were_measured_with_three_seeds(families):
    assert tuple(families) == ORDER
    assert all(len(family.reports) == len(family.seconds) == 3 for family in families.values())


def test_the_rows_are_those_that_the_pages_print(page_of, families):
    """A page that was run again must have written its rows, and the comparison must be of the same run."""
    for name, page_name, cell_id in (
        ("energy-based", "3_5_energy_based_models", "train"),
        ("normalising flow", "3_3_normalising_flows", "spline-measure"),
        ("autoregressive", "3_2_autoregressive_models", "measure-three"),
    ):
        printed = list(page_of(page_name).rows(cell_id).values())
        stored = [
            [round(report.precision, 3), round(report.coverage, 3), round(report.total_variation, 3)]
            for report in families[name].reports
        ]
        assert [row[:3] for row in printed] == stored, name


def test_the_table_shows_every_family_and_value(page, families):
    rows, costs = page.table("table"), page.table("costs")
    assert list(rows) == list(costs) == list(families)
    for name, family in families.items():
        assert rows[name] == [family.spread(measurement) for measurement in ("KL", "precision", "coverage", "TV")]
        assert costs[name] == [f"{family.parameters:,}", f"{family.steps:,}", str(family.runs), family.density]


def test_the_targets_of_the_chapter_are_reached(families):
    def mean(name, measurement):
        return families[name].mean(measurement)

    assert mean("autoregressive", "KL") <= 0.18 and mean("autoregressive", "precision") >= 0.94
    assert mean("energy-based", "KL") <= 0.20 and mean("energy-based", "precision") >= 0.90
    assert mean("normalising flow", "KL") <= 0.16
    assert mean("flow matching", "KL") <= 0.30 and mean("flow matching", "TV") <= 0.18
    assert mean("diffusion", "TV") <= 0.18
    assert mean("adversarial", "TV") <= 0.20 and mean("adversarial", "coverage") >= 0.80
    assert mean("variational autoencoder", "KL") <= 0.80


def test_ranks_and_what_the_text_says_of_them(page, families):
    lines = page.table("ranks")
    for column, measurement in enumerate(MEASUREMENTS):
        places = ranks(list(families.values()), measurement)
        for name, row in lines.items():
            assert row[column] == str(places.get(name, "none"))
    first = {name: row.index("1") for name, row in lines.items() if "1" in row}
    assert len(first) > 1, "the ranks differ"
    assert page.number("kl_gap") < 0.03 and page.number("kl_step") > 0.1


def test_a_longer_training_gains_little_by_little(page):
    kls = [page.number(f"kl_{steps}") for steps in (500, 2_500, 10_000)]
    assert kls[0] > kls[1] + 0.03 and kls[2] < kls[1] + 0.01
    assert page.number("precision_500") < page.number("precision_2500")


def test_two_hundred_points_are_remembered(page):
    assert page.number("few_train") < -0.5 and page.number("few_test") > 0.5
    assert page.number("few_made") < page.number("few_new") / 2
    assert page.number("all_made") == pytest.approx(page.number("all_new"), rel=0.25)


def test_the_arithmetic_of_dimensions(page):
    powers = [int(value) for value in re.findall(r"with (\d+) digits", page.text("cells"))]
    for power, half in zip(powers, (1, 32, 1_536), strict=True):
        assert 10 ** (power - 1) <= 16_200**half < 10**power
    rng = np.random.default_rng(5)
    for size, name in ((2, "ratio_map"), (3_072, "ratio_photo")):
        tries = []
        for _ in range(20):
            cube = rng.random((1_000, size))
            distances = np.linalg.norm(cube[1:] - cube[0], axis=1)
            tries.append(distances.min() / distances.mean())
        assert min(tries) * 0.5 < page.number(name) < max(tries) * 1.5
    assert page.number("ratio_photo") > 0.9 > 0.1 > page.number("ratio_map")


def test_exercises(page, families):
    rows = page.rows("solution-own")
    assert len(rows) == 3
    assert page.number("own_kl") == pytest.approx(min(row[3] for row in rows.values()), abs=6e-4)
    assert 0 < page.number("own_kl") < min(page.number("energy_kl"), page.number("kl_2500"))
    sizes = [page.number(f"size_{size}") for size in (1_000, 10_000, 100_000)]
    assert sizes[0] > 2 * sizes[1] > 2 * sizes[2]

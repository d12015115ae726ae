"""The ground of chapter 3 is what the mask says, point by point and counted in other ways."""

import numpy as np
import pytest

from gdl_utils.datasets import land_mask
from gdl_utils.errors import DataError
from gdl_utils.generative import ground

# Latitude, longitude, and the landmass that an atlas names.
ATLAS = [
    (30.0, 31.2, "Africa"),  # Cairo
    (9.0, 49.5, "Africa"),  # the Horn
    (-34.0, 18.6, "Africa"),  # the Cape
    (36.7, 10.0, "Africa"),  # Tunisia
    (32.0, 22.0, "Africa"),  # Cyrenaica
    (29.5, 34.0, "Eurasia"),  # Sinai
    (15.4, 44.2, "Eurasia"),  # Sanaa
    (37.4, -6.0, "Eurasia"),  # Seville
    (35.3, 139.0, "Japan"),
    (43.0, 142.0, "Japan"),  # Hokkaido
    (38.5, 22.3, "Eurasia"),  # Delphi
    (8.5, -80.5, "North America"),  # Panama
    (6.2, -75.6, "South America"),  # Medellin
    (10.8, -73.5, "South America"),
    (-48.0, -70.5, "South America"),  # Patagonia
    (-25.0, 134.0, "Australia"),
    (76.0, -40.0, "Greenland"),
    (-43.5, 171.5, "New Zealand"),
    (-38.8, 175.8, "New Zealand"),
    (-75.0, 0.0, "Antarctica"),
    (0.5, 114.0, None),  # Borneo has no name here
    (0.0, -30.0, None),  # the Atlantic
]


def test_share_entropy_and_density_agree():
    latitude = np.arange(89.975, -90, -0.05)[:, None]
    share = land_mask(latitude, np.arange(-179.975, 180, 0.05)).mean()
    assert ground.land_share() == pytest.approx(share, abs=1e-12)
    assert ground.entropy() == pytest.approx(np.log(4 * share), abs=1e-12)
    assert ground.entropy() == pytest.approx(0.2830, abs=1e-4)
    logs = ground.log_p_data([[20 / 180, 10 / 90], [-30 / 180, 0.0]])
    assert logs.tolist() == [-ground.entropy(), -np.inf]


def test_points_are_those_of_the_mask():
    points = np.random.default_rng(0).uniform(-1, 1, (5_000, 2))
    by_mask = land_mask(points[:, 1] * 90, points[:, 0] * 180)
    assert np.array_equal(ground.is_land(points), by_mask)


def test_what_is_not_on_the_map_is_not_on_land():
    strange = np.array([[1.01, 0.1], [np.nan, 0.0], [np.inf, 0.0], [0.1, -1.2], [1e300, 1e300]])
    assert not ground.is_land(strange).any()
    assert (ground.landmass_of(strange) == -1).all()
    assert ground.count_in_cells(strange).sum() == 0
    # The corners of the map are on it.
    assert ground.count_in_cells([[1, 1], [-1, -1], [1, -1], [-1, 1]]).sum() == 4


def test_samples_are_on_land_and_spread_evenly():
    points = ground.sample_land_points(30_000, np.random.default_rng(1))
    assert points.dtype == np.float32 and points.shape == (30_000, 2)
    assert ground.is_land(points).all()
    expected = 30_000 * ground.cell_shares(30)
    assert np.all(np.abs(ground.count_in_cells(points, 30) - expected) <= 5 * np.sqrt(expected) + 1e-9)


@pytest.mark.parametrize("degrees", [1, 5, 30])
def test_masses_of_cells_sum_to_one(degrees):
    shares = ground.cell_shares(degrees)
    assert shares.shape == (180 // degrees, 360 // degrees)
    assert shares.sum() == pytest.approx(1)
    # Central Africa is all land, the middle of the Pacific none.
    assert ground.count_in_cells([[20 / 180, 5 / 90]], degrees)[shares > 0].sum() == 1
    assert ground.count_in_cells([[-150 / 180, 35 / 90]], degrees)[shares == 0].sum() == (1 if degrees < 30 else 0)


@pytest.mark.parametrize(("latitude", "longitude", "name"), ATLAS)
def test_landmasses_are_those_of_the_atlas(latitude, longitude, name):
    (found,) = ground.landmass_of([[longitude / 180, latitude / 90]])
    assert (ground.LANDMASSES[found] if found >= 0 else None) == name


def test_masses_of_landmasses():
    shares = ground.landmass_shares()
    assert list(shares) == list(ground.LANDMASSES)
    assert 0.9 < sum(shares.values()) < 1
    drawn = ground.landmass_shares(ground.sample_land_points(200_000, np.random.default_rng(0)))
    for name, share in shares.items():
        assert drawn[name] == pytest.approx(share, abs=5 * np.sqrt(share / 200_000))


def test_the_profile_says_how_many_points(monkeypatch):
    monkeypatch.setenv("GDL_PROFILE", "smoke")
    few = ground.load_land_points()
    monkeypatch.setenv("GDL_PROFILE", "full")
    many = ground.load_land_points()
    assert (few.train.shape, few.test.shape) == ((5_000, 2), (2_000, 2))
    assert (many.train.shape, many.test.shape) == ((100_000, 2), (20_000, 2))
    assert np.array_equal(many.test, ground.load_land_points(0).test)
    assert not np.array_equal(many.test, ground.load_land_points(1).test)
    monkeypatch.setenv("GDL_PROFILE", "huge")
    with pytest.raises(DataError, match="smoke"):
        ground.load_land_points()


@pytest.mark.parametrize(
    "wrong",
    [lambda: ground.is_land([1, 2]), lambda: ground.cell_shares(7), lambda: ground.landmass_of(np.zeros((3, 3)))],
)
def test_mistakes_are_sentences(wrong):
    with pytest.raises(DataError):
        wrong()

import numpy as np
import pytest

from gdl_utils.datasets import DataError, land, land_mask, sample_land

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("latitude", "longitude", "on_land"),
    [
        (40.7306, -73.9352, True),  # New York
        (11.3493, 142.1996, False),  # the Mariana Trench
        (-90, 0, True),  # the South Pole
        (90, 0, False),  # the North Pole
        (0, 0, False),  # the Gulf of Guinea
        (47, 8, True),  # Switzerland
        (-25, 134, True),  # Australia
        (51.48, 180, False),  # both ends of the map
        (51.48, -180, False),
        (66.5, 180, True),  # Chukotka lies on the antimeridian
        (66.5, -180, True),
    ],
)
def test_known_places(latitude, longitude, on_land):
    assert land_mask(latitude, longitude) == on_land


def test_it_is_vectorised_and_broadcasts():
    latitudes = np.array([[40.7306], [11.3493]])
    longitudes = np.array([[-73.9352, 142.1996, 8.0]])
    mask = land_mask(latitudes, longitudes)
    assert (mask.shape, mask.dtype) == ((2, 3), bool)
    assert [list(row) for row in mask] == [
        [bool(land_mask(latitude, longitude)) for longitude in longitudes[0]] for latitude in latitudes[:, 0]
    ]


def test_the_share_of_land_is_that_of_the_earth():
    """29.2 % of the surface of the Earth is land (CIA World Factbook: 148.94 of 510.072 million square kilometres)."""
    mask = land.mask_of_land()
    latitude = 90 - (np.arange(len(mask)) + 0.5) / land.CELLS_PER_DEGREE
    weights = np.cos(np.radians(latitude))
    assert np.average(mask.mean(axis=1), weights=weights) == pytest.approx(0.292, abs=0.005)


@pytest.mark.parametrize("measure", ["degrees", "sphere"])
def test_samples_are_on_land_and_their_number_is_exact(measure):
    for size in (0, 1, 999):
        latitude, longitude = sample_land(size, np.random.default_rng(0), measure)
        assert latitude.shape == longitude.shape == (size,)
        assert land_mask(latitude, longitude).all()


def test_samples_follow_their_measure():
    """Each measure hits Antarctica (land south of 60 degrees) as often as the mask says."""
    mask = land.mask_of_land()
    latitude = 90 - (np.arange(len(mask)) + 0.5) / land.CELLS_PER_DEGREE
    for measure, weights in [("degrees", np.ones(len(mask))), ("sphere", np.cos(np.radians(latitude)))]:
        land_by_row = mask.mean(axis=1) * weights
        expected = land_by_row[latitude < -60].sum() / land_by_row.sum()
        drawn, _ = sample_land(40_000, np.random.default_rng(1), measure)
        # Four standard deviations of a share of 40,000 draws.
        assert np.mean(drawn < -60) == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 40_000))


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (np.nan, 0), (0, np.inf), (0, [0, -200])])
def test_no_place_on_earth(latitude, longitude):
    with pytest.raises(DataError, match=r"is not between -(90|180) and (90|180) degrees"):
        land_mask(latitude, longitude)


def test_unknown_measure():
    with pytest.raises(DataError, match="choose 'degrees' or 'sphere'"):
        sample_land(1, np.random.default_rng(0), "area")

import numpy as np
import pytest

from gdl_utils.datasets import DataError
from gdl_utils.datasets.tins import BODY_INK, LID_HEIGHT, LID_INK, SIZE, distance_to_tins, draw_tins, measure_tins

pytestmark = pytest.mark.quick


def sizes(count, seed=0, low=8, high=27):
    return np.random.default_rng(seed).uniform(low, high, (2, count))


def test_images_have_the_promised_shape_type_and_range():
    images = draw_tins(*sizes(50, low=6))
    assert (images.shape, images.dtype) == ((50, SIZE, SIZE), np.float32)
    assert images.max() == 1
    assert images.min() == pytest.approx(1 - LID_INK)
    assert draw_tins([], []).shape == (0, SIZE, SIZE)


def test_nothing_but_height_and_width_varies():
    """The same size gives the same image, another size another one; every tin is white round its edges."""
    images = draw_tins([10, 10, 10, 11], [20, 20, 21, 20])
    assert np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2])
    assert not np.array_equal(images[0], images[3])
    images = draw_tins(*sizes(50, low=6))
    for edge in (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]):
        assert np.all(edge == 1)


def test_tins_are_symmetric_and_stand_on_the_same_floor():
    images = draw_tins(*sizes(50, low=6))
    assert np.array_equal(images, images[:, :, ::-1])
    assert np.allclose(images[:, 29:, 14:18], images[:1, 29:, 14:18])


def test_the_ink_is_the_area_of_body_and_lid():
    """What soft edges take inside they give outside, so the ink of a drawing is that of two rectangles."""
    heights, widths = sizes(100, low=6)
    ink = (1 - draw_tins(heights, widths).astype(float)).sum(axis=(1, 2))
    expected = BODY_INK * widths * (heights - LID_HEIGHT) + LID_INK * (widths + 2) * LID_HEIGHT
    # Two pixels are a discrete sum of ramps; it is exact for any place of the edge.
    assert ink == pytest.approx(expected, rel=1e-5)


def test_images_change_smoothly_with_the_size():
    """A hundredth of a pixel changes each pixel by half of that times its ink at most."""
    heights, widths = sizes(50, high=26)
    for grown in (draw_tins(heights + 0.01, widths), draw_tins(heights, widths + 0.01)):
        change = np.abs(grown - draw_tins(heights, widths)).max(axis=(1, 2))
        assert np.all(change > 0)
        assert np.all(change <= 0.01 / 2 * LID_INK + 1e-6)


def test_measuring_gives_the_size_that_was_drawn():
    heights, widths = sizes(500)
    measured_heights, measured_widths = measure_tins(draw_tins(heights, widths))
    assert measured_heights == pytest.approx(heights, abs=1e-4)
    assert measured_widths == pytest.approx(widths, abs=1e-4)


def test_measuring_agrees_with_counting_dark_pixels():
    heights, widths = sizes(100)
    images = draw_tins(heights, widths)
    measured_heights, measured_widths = measure_tins(images)
    counted_widths = (images[:, 27] < 1 - BODY_INK / 2).sum(axis=1)
    counted_heights = (images[:, :, 16] < 1 - BODY_INK / 2).sum(axis=1)
    assert np.all(np.abs(counted_widths - measured_widths) <= 1)
    assert np.all(np.abs(counted_heights - measured_heights) <= 1.2)


def test_what_has_no_edges_has_no_size():
    for brightness in (0, 0.5, 1):
        heights, widths = measure_tins(np.full((2, SIZE, SIZE), brightness))
        assert np.isnan(heights).all()
        assert np.isnan(widths).all()


def test_tins_have_no_distance_to_tins():
    assert distance_to_tins(draw_tins(*sizes(100, low=6))).max() < 0.001


def test_the_distance_is_that_to_the_best_of_a_fine_grid():
    rng = np.random.default_rng(2)
    two = draw_tins(*sizes(6)).reshape(2, 3, SIZE, SIZE)
    images = np.concatenate([two.mean(axis=0), two[0] + rng.normal(0, 0.1, two[0].shape)])
    grid = np.arange(6, 27.05, 0.1).clip(6, 27)
    best = np.full(len(images), np.inf)
    for height in grid:
        tins = draw_tins(np.full(len(grid), height), grid)
        distances = np.sqrt(np.mean((tins[None] - images[:, None]) ** 2, axis=(2, 3)))
        best = np.minimum(best, distances.min(axis=1))
    assert distance_to_tins(images) == pytest.approx(best, abs=0.002)


def test_a_ghost_is_no_tin():
    slim, low = draw_tins([24, 10], [10, 24])
    assert distance_to_tins((slim + low)[None] / 2)[0] > 0.1


@pytest.mark.parametrize(
    ("heights", "widths"), [([5.9], [10]), ([10], [27.1]), ([np.nan], [10]), ([10], [np.inf]), ([-10], [10])]
)
def test_sizes_that_cannot_be_drawn(heights, widths):
    with pytest.raises(DataError, match="is not between 6 and 27 pixels"):
        draw_tins(heights, widths)


@pytest.mark.parametrize(("heights", "widths"), [([10, 11], [10]), (10, 10), ([[10]], [[10]])])
def test_sizes_in_the_wrong_shape(heights, widths):
    with pytest.raises(DataError, match="two lists of the same length"):
        draw_tins(heights, widths)


@pytest.mark.parametrize("function", [measure_tins, distance_to_tins])
def test_images_in_the_wrong_shape(function):
    with pytest.raises(DataError, match="give them as"):
        function(np.zeros((SIZE, SIZE)))

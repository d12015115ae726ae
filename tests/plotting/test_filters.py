import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils.plotting.filters import scale_filters, show_activations, show_filters


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def drawn(figure):
    return [np.asarray(axis.images[0].get_array()) for axis in figure.axes if axis.images]


def test_zero_is_grey_and_the_largest_weight_black_or_white():
    kernel = np.zeros((2, 2, 3, 3))
    kernel[0, 1, 2, 0] = 4
    kernel[1, 1, 0, 0] = -1
    kernel[1, 0, 0, 1] = -0.01
    scaled = scale_filters(kernel)
    assert scaled.shape == (3, 2, 2, 3)
    assert scaled[0, 0, 1, 2] == 1
    assert scaled[0, 1, 1, 0] == 0.375
    assert scaled[1, 1, 0, 0] == 0
    assert np.all(scaled[2] == 0.5), "a filter of zeros is grey, not a division by zero"
    assert scaled[0, 0, 0, 0] == scaled[1, 0, 0, 0] == 0.5


def test_filters_are_drawn_in_their_order_in_rows():
    kernel = np.random.default_rng(0).normal(size=(5, 5, 3, 10))
    figure = show_filters(kernel, columns=4)
    assert len(figure.axes) == 12
    tiles = drawn(figure)
    assert len(tiles) == 10
    for index, tile in enumerate(tiles):
        assert np.allclose(tile, scale_filters(kernel)[index])
    assert all(not axis.axison for axis in figure.axes)


def test_filters_of_a_single_channel_are_grey():
    tiles = drawn(show_filters(np.array([1.0, -2.0]).reshape(1, 2, 1, 1)))
    assert tiles[0].tolist() == [[[0.75] * 3, [0.0] * 3]]


def test_filters_of_later_layers_are_refused():
    with pytest.raises(ValueError, match="16 channels"):
        show_filters(np.zeros((3, 3, 16, 8)))


def test_activations_share_one_scale():
    activations = np.arange(24.0).reshape(2, 4, 3)
    figure = show_activations(activations, ["a", "b", "c"], columns=2)
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c", ""]
    for index, one_map in enumerate(drawn(figure)):
        assert np.array_equal(one_map, activations[..., index])
    assert {axis.images[0].get_clim() for axis in figure.axes[:3]} == {(0, 23)}


def test_titles_must_be_as_many_as_pictures():
    with pytest.raises(ValueError, match="2 titles for 3 pictures"):
        show_activations(np.zeros((2, 2, 3)), ["a", "b"])
    with pytest.raises(ValueError, match="1 titles for 2 pictures"):
        show_filters(np.zeros((2, 2, 3, 2)), ["a"])

import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils.plotting import tins


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_grey_images_stand_in_rows_on_one_scale():
    figure = tins.show_tins(np.zeros((5, 8, 8)), list("abcde"), columns=3)
    assert [axis.get_title() for axis in figure.axes[:5]] == list("abcde")
    assert [len(axis.images) for axis in figure.axes] == [1] * 5 + [0]
    assert all(axis.images[0].get_clim() == (0, 1) for axis in figure.axes[:5])


@pytest.mark.parametrize("dimensions", [2, 3])
def test_points_tell_their_values_by_colour_and_by_size(dimensions):
    points = np.random.default_rng(0).normal(size=(20, dimensions))
    values = {"height": np.arange(20.0), "width": np.arange(20.0)[::-1]}
    figure = tins.show_points(points, values, ["first", "second", "third"][:dimensions])
    panels = [axis for axis in figure.axes if axis.get_title()]
    assert [axis.get_title() for axis in panels] == ["height", "width"]
    for axis, value in zip(panels, values.values(), strict=True):
        (drawn,) = axis.collections
        order = np.argsort(value)
        assert np.array_equal(drawn.get_array(), value)
        assert np.all(np.diff(drawn.get_sizes()[order]) > 0)


def test_each_image_of_a_mosaic_stands_at_its_place():
    """Image (row 0, column 2) is the only dark one: lowest row, third column."""
    images = np.ones((4, 4, 2, 2))
    images[0, 2] = 0
    figure = tins.show_mosaic(images, ["x", "y"], [(0, 3), (10, 40)])
    (picture,) = figure.axes[0].images
    dark = np.argwhere(np.asarray(picture.get_array()) == 0)
    assert dark.min(axis=0).tolist() == [6, 4]
    assert dark.max(axis=0).tolist() == [7, 5]
    assert picture.get_extent() == [-0.5, 3.5, 5, 45]


def test_latent_spaces_stand_side_by_side():
    latents = [np.random.default_rng(seed).normal(size=(9, 2)) for seed in (1, 2, 3)]
    figure = tins.show_latent_spaces(latents, np.arange(9.0), ["a", "b", "c"])
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c"]
    assert all(np.array_equal(a.collections[0].get_offsets(), z) for a, z in zip(figure.axes, latents, strict=True))


def test_equal_values_give_equal_sizes():
    figure = tins.show_points(np.zeros((3, 2)), {"height": np.ones(3)}, ["first", "second"])
    assert np.array_equal(figure.axes[0].collections[0].get_sizes(), [2, 2, 2])

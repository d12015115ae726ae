"""The figures of convolutions show what the arithmetic says."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils.convolution import receptive_field
from gdl_utils.plotting.convolutions import show_positions, show_products, show_receptive_field, show_responses


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_kernel_is_drawn_where_it_lies():
    figure = show_positions(6, 3, 2, "same", [(0, 0), (2, 1)])
    frames = [axis.patches[-1] for axis in figure.axes[:2]]
    assert [(frame.get_xy(), frame.get_width()) for frame in frames] == [((0, 0), 3), ((2, 4), 3)]
    # 7 x 7 squares with the border after the image, and the frame; 3 x 3 squares of the output.
    assert [len(axis.patches) for axis in figure.axes] == [50, 50, 9, 9]
    assert sum(patch.get_hatch() is not None for patch in figure.axes[0].patches) == 7 * 7 - 6 * 6


def test_the_receptive_field_is_drawn_as_wide_as_it_is():
    figure = show_receptive_field(16, [(4, 2), (3, 2)], unit=1)
    lit = [len(points.get_offsets()) for points in figure.axes[0].collections[1::2]]
    assert lit == [1, 3, receptive_field([(4, 2), (3, 2)])]


def test_products_say_their_sum_and_responses_centre_on_zero():
    figure = show_products([np.eye(3), -np.eye(3)], np.full((3, 3), 0.5))
    assert [axis.get_title() for axis in figure.axes[2::3]] == ["products, sum 1.5", "products, sum -1.5"]
    figure = show_responses([np.ones((4, 4)), np.full((2, 2), -3.0), np.eye(2)], ["image", "dark", "bright"])
    assert [axis.images[0].get_clim() for axis in figure.axes[:3]] == [(0, 1), (-3, 3), (-3, 3)]

import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils.plotting import likelihood as plots

LAND = np.array([[True, False, True, True], [False, True, True, False]])


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_boxes_stand_where_they_should_under_their_names():
    figure = plots.show_boxes(LAND, np.array([10.0]), np.array([20.0]), {"a": (-30, -40, 50, 60), "b": (0, 0, 10, 10)})
    (axis,) = figure.axes
    first, second = axis.patches
    assert first.get_bbox().extents.tolist() == [-40, -30, 60, 50]
    assert first.get_label() == "a"
    # Told apart by more than their colours.
    assert first.get_linestyle() != second.get_linestyle()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    # The first row of the land is in the south.
    assert axis.images[0].origin == "lower"


def test_products_end_where_they_become_zero():
    logs = -np.arange(1, 11) * np.log(100)
    figure = plots.show_products(logs, {"short": 3})
    whole, short = figure.axes[0].lines
    assert whole.get_ydata() == pytest.approx(-2 * np.arange(1, 11))
    assert short.get_xdata().tolist() == [1, 2, 3]


def test_both_readings_tell_their_area():
    places = np.linspace(-180, 180, 361)
    figure = plots.show_density_and_likelihood(places, np.full(361, 1 / 360), places, np.full(361, 1 / 180), 0)
    assert [axis.texts[0].get_text() for axis in figure.axes] == ["area 1.00", "area 2.00"]


def test_surfaces_leave_out_the_impossible_and_mark_the_corner():
    surface = np.array([[-3.0, -2.0, -np.inf], [-2.0, -1.0, -np.inf], [-np.inf] * 3])
    points = np.array([5.0, 10.0])
    figure = plots.show_corner_surfaces(LAND, points, points, (-5, -6, 20, 30), [surface, surface[::-1, ::-1]])
    stars = [line.get_xydata().tolist() for axis in figure.axes[:2] for line in axis.lines if line.get_marker() == "*"]
    assert stars == [[[-6, -5]], [[30, 20]]]


def test_the_path_of_a_descent_is_drawn_over_its_loss():
    means, stds = np.linspace(-1, 1, 5), np.linspace(0.5, 1.5, 4)
    losses = means**2 + (stds[:, None] - 1) ** 2
    figure = plots.show_descent(means, stds, losses, np.array([[0.8, 1.4], [0.1, 1.0]]), (0.0, 1.0))
    path, optimum = figure.axes[0].lines
    assert path.get_xydata().tolist() == [[0.8, 1.4], [0.1, 1.0]]
    assert optimum.get_xydata().tolist() == [[0, 1]]


def test_fits_are_drawn_over_a_histogram_of_area_one():
    observations = np.linspace(-1, 1, 50)
    figure = plots.show_fits(observations, np.linspace(-1.5, 1.5, 20), {"flat": np.full(20, 1 / 3)})
    axis = figure.axes[0]
    assert sum(bar.get_width() * bar.get_height() for bar in axis.patches) == pytest.approx(1)
    assert [line.get_label() for line in axis.lines] == ["flat"]


def test_shares_are_told_apart_by_more_than_colour():
    figure = plots.show_shares(range(1, 4), {"a": [1, 0.5, 0.1], "b": [1, 0.9, 0.8]})
    first, second = figure.axes[0].lines
    assert first.get_marker() != second.get_marker()
    assert first.get_linestyle() != second.get_linestyle()

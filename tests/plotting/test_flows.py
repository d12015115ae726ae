import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils.generative import LANDMASSES
from gdl_utils.plotting import flows as plots

LAND = np.repeat(np.repeat(np.array([[True, False], [False, True]]), 40, axis=0), 80, axis=1)


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_the_same_square_is_filled_before_and_after():
    ticks = np.linspace(0, 4, 5)
    nodes = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1)
    corners = np.array([[4, 4], [4, 6], [6, 6], [6, 4]])
    figure = plots.show_stretching(nodes, 2 * nodes, corners, ["x", "z"])
    left, right = (axis.patches[0].get_xy()[:4] for axis in figure.axes)
    np.testing.assert_array_equal(2 * left, right)
    np.testing.assert_array_equal(right, corners)


def test_a_spline_is_drawn_with_its_knots():
    x = np.linspace(-1, 1, 21)
    figure = plots.show_spline(x, x**3, 3 * x**2, (np.array([-1.0, 1.0]), np.array([-1.0, 1.0])))
    curve, slope = figure.axes
    assert curve.lines[1].get_xydata().tolist() == [[-1, -1], [1, 1]]
    assert slope.lines[1].get_ydata() == pytest.approx([3, 3])


def test_each_layer_has_a_panel_and_each_continent_a_colour():
    points = np.random.default_rng(0).normal(size=(30, 2))
    labels = np.array([-1, 0, 1] * 10)
    figure = plots.show_layers({"the map": points, "after 2 layers": points + 1}, labels)
    axes = [axis for axis in figure.axes if axis.get_title()]
    assert [axis.get_title() for axis in axes] == ["the map", "after 2 layers"]
    colours = axes[0].collections[0].get_facecolors()
    assert len(np.unique(colours, axis=0)) == 3
    np.testing.assert_array_equal(colours[0], colours[3])


def test_densities_keep_within_the_scale():
    values = np.full((8, 16), -50.0)
    values[0, 0] = 50
    figure = plots.show_density_maps({"flow": values}, LAND, decades=2)
    image = figure.axes[0].images[0]
    top = np.log10(2 / (4 * LAND.mean()))
    assert image.get_array().max() == pytest.approx(top)
    assert image.get_array().min() == pytest.approx(top - 2)
    assert image.get_extent() == [-180, 180, -90, 90]


def test_a_cartogram_has_shades_for_sea_and_islands():
    found = np.array([[-2, -1], [0, len(LANDMASSES) - 1]])
    figure = plots.show_cartograms({"map": found})
    image = figure.axes[0].images[0]
    shades = image.cmap(image.norm(found))
    np.testing.assert_array_equal(shades[0, 1], shades[1, 1])
    assert len(np.unique(shades.reshape(4, 4), axis=0)) == 3


def test_a_crossing_marks_land_and_sea_differently():
    path = np.array([[-0.5, 0.5], [0.5, 0.5]])
    figure = plots.show_crossing(path.repeat(3, axis=0), np.array([True, False]).repeat(3), LAND, every=3)
    line, dry, wet = figure.axes[0].lines
    assert len(line.get_xdata()) == 6
    assert dry.get_xydata().tolist() == [[-90, 45]]
    assert wet.get_xydata().tolist() == [[90, 45]]
    assert dry.get_marker() != wet.get_marker()


def test_landmasses_have_one_mark_for_each_model():
    seeds = [{"Cuba": 0.1, "Africa": 1.0}, {"Cuba": 0.2, "Africa": 0.9}]
    figure = plots.show_landmasses({"affine": seeds, "spline": seeds})
    axis = figure.axes[0]
    marks = [line for line in axis.lines if line.get_marker() not in ("None", "", None)]
    assert len(marks) == 4
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["affine", "spline"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["Cuba", "Africa"]

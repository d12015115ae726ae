"""Drawings of networks: as many units, lines and boxes as the network has, and nothing drawn of what is missing."""

import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Circle, Polygon, Rectangle

from gdl_utils.plotting.networks import show_dropout, show_perceptron, show_volumes


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def units(axis):
    return [patch for patch in axis.patches if isinstance(patch, Circle) and patch.radius > 0.1]


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_every_unit_is_joined_to_every_unit_before_it():
    axis = show_perceptron([3, 2, 4], ["in", "hidden", "out"], marked=(1, 0)).axes[0]
    assert len(units(axis)) == 3 + 2 + 4
    assert len(axis.lines) == 3 * 2 + 2 * 4
    marked = [line for line in axis.lines if line.get_linewidth() > 1]
    assert len(marked) == 3, "the marked unit has one weight for each input"
    assert {tuple(line.get_xydata()[1]) for line in marked} == {units(axis)[3].center}


def test_large_layers_are_shortened_and_their_size_is_told():
    axis = show_perceptron([3_072, 5], ["pixels", "classes"], marked=(1, 0), most=7).axes[0]
    # One of seven places holds three dots in place of a unit.
    assert len(units(axis)) == 6 + 5
    assert len(axis.lines) == 6 * 5
    assert "3,072" in texts(axis) and "5" in texts(axis)


def test_a_label_for_each_layer():
    with pytest.raises(ValueError, match="3 layers need as many labels, not 1"):
        show_perceptron([3, 2, 4], ["in"], marked=(1, 0))


def test_missing_units_have_no_lines():
    axes = show_dropout([2, 3, 1], [[[1, 1, 1]], [[1, 0, 1]]], ["whole", "dropped"]).axes
    whole, dropped = axes
    assert [axis.get_title() for axis in axes] == ["whole", "dropped"]
    assert len(units(whole)) == len(units(dropped)) == 6
    assert len(whole.lines) == 2 * 3 + 3
    # Two units are left, and the missing one is crossed out with two lines.
    assert len(dropped.lines) == (2 * 2 + 2) + 2


def test_volumes_shrink_and_thicken():
    axis = show_volumes([(8, 8, 3), (4, 4, 30), (480,), (10,)], ["convolution", "flatten", "dense"]).axes[0]
    fronts = [patch.get_xy() for patch in axis.patches if isinstance(patch, Polygon)][::3]
    first, second = (front.max(axis=0) - front.min(axis=0) for front in fronts)
    assert second[0] > first[0], "more channels, wider"
    assert second[1] == pytest.approx(first[1] / 2), "half the rows, half the height"
    bars = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    assert bars[0].get_height() > bars[1].get_height()
    assert texts(axis)[:4] == ["(8, 8, 3)", "(4, 4, 30)", "480", "10"]
    assert [text for text in texts(axis) if text in ("convolution", "flatten", "dense")] == [
        "convolution",
        "flatten",
        "dense",
    ]


def test_a_step_between_any_two_volumes():
    with pytest.raises(ValueError, match="2 shapes have 1 steps between them, not 2"):
        show_volumes([(8, 8, 3), (10,)], ["flatten", "dense"])

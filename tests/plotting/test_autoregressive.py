"""Figures of section 3.2: what they draw of what they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gdl_utils.plotting.autoregressive import (
    show_answers,
    show_budgets,
    show_digits,
    show_fields,
    show_masks,
    show_zooms,
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_answers_lie_over_the_land():
    land = np.repeat([0.0, 1.0], 180)
    figure = show_answers({"north": (np.full(360, 1 / 360), land), "south": (np.full(360, 1 / 360), land)})
    assert [axis.get_title() for axis in figure.axes] == ["north", "south"]
    behind, answer = figure.axes[0].patches
    np.testing.assert_allclose(answer.get_data().values, 1 / 360)
    assert behind.get_data().values.max() > 1 / 360


def test_budgets_have_a_line_for_each_seed_and_part():
    nats = np.arange(24.0).reshape(4, 3, 2)
    figure = show_budgets([50, 100, 150, 200], {"one": nats, "other": nats}, floor=0.06)
    for axis in figure.axes:
        lines = [line for line in axis.lines if len(line.get_xdata()) == 4]
        dashed = [line for line in lines if line.get_linestyle() == "--"]
        assert (len(lines), len(dashed)) == (6, 3)
        np.testing.assert_array_equal(dashed[0].get_ydata(), nats[:, 0, 0])


def test_zooms_show_the_part_that_is_asked_for():
    figure = show_zooms({"map": np.ones((180, 360))}, longitudes=(90, 180), latitudes=(-45, 0))
    assert figure.axes[0].get_xlim() == (0.5, 1)
    assert figure.axes[0].get_ylim() == (-0.5, 0)


def test_the_last_mask_is_the_product():
    figure = show_masks([np.ones((3, 5)), np.ones((5, 3)), np.eye(3)])
    assert [axis.get_title() for axis in figure.axes] == ["layer 1\n3 to 5", "layer 2\n5 to 3", "product\n3 to 3"]


def test_blind_pixels_are_hatched_and_later_ones_are_not():
    paths = np.ones((3, 3), int)
    paths[0, 2] = 0
    paths[1, 1:] = paths[2] = 0
    (axis,) = show_fields({"field": paths}).axes
    hatched = [patch.get_xy() for patch in axis.patches if patch.get_hatch()]
    assert hatched == [(1.5, -0.5)]


def test_digits_stand_in_rows():
    figure = show_digits({"a": np.zeros((4, 8, 8, 1)), "b": np.ones((4, 8, 8, 1))})
    assert len(figure.axes) == 8
    assert figure.axes[4].get_ylabel() == "b"
    assert figure.axes[4].images[0].get_array().max() == 1

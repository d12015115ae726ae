import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils.plotting import diffusion


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_each_stage_has_a_panel_with_its_points():
    stages = {name: np.full((5, 2), 0.1 * number) for number, name in enumerate("abcde")}
    figure = diffusion.show_stages(stages, columns=3, dots=4)
    assert [axis.get_title() for axis in figure.axes[:5]] == list("abcde")
    assert [len(axis.lines[-1].get_xdata()) for axis in figure.axes[:5]] == [4] * 5
    assert not figure.axes[5].axison


def test_a_path_leads_from_its_first_to_its_last_place():
    places = np.random.default_rng(0).normal(size=(7, 3, 2))
    (axis,) = diffusion.show_paths({"ways": places}).axes
    for number, line in enumerate(axis.lines[1:4]):
        assert np.array_equal(line.get_xydata(), places[:, number])
    assert np.array_equal(axis.lines[-2].get_xydata(), places[0])
    assert np.array_equal(axis.lines[-1].get_xydata(), places[-1])


def test_noise_has_the_colour_of_the_continent_where_it_ends():
    """One point ends in Africa, one in Australia, one in the Pacific."""
    noise, ends = (
        np.array([[0.0, 1], [1, 0], [2, 2]]),
        np.array([[20 / 180, 10 / 90], [134 / 180, -25 / 90], [-0.9, 0]]),
    )
    figure = diffusion.show_origins(noise, ends)
    for axis, points in zip(figure.axes, (noise, ends), strict=True):
        by_colour = {line.get_color(): line.get_xydata() for line in axis.lines if len(line.get_xdata())}
        assert np.array_equal(by_colour[diffusion.COLOURS[0]], points[:1])
        assert np.array_equal(by_colour[diffusion.COLOURS[5]], points[1:2])
        assert np.array_equal(by_colour[diffusion.OTHER], points[2:])
        assert [text.get_text() for text in axis.texts] == ["Africa", "Australia"]


def test_losses_stand_beside_their_floor():
    steps = np.arange(1, 6)
    (axis,) = diffusion.show_loss_and_floor(steps, steps / 6, [steps / 5] * 3, steps / 9).axes
    assert len(axis.lines) == 5
    assert [text.get_text() for text in axis.get_legend().get_texts()][1:4] == [f"network, seed {i}" for i in range(3)]

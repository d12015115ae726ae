import numpy as np
from matplotlib import pyplot as plt

from gdl_utils.plotting import show_history, show_images


def test_images_stand_in_rows_under_their_titles():
    figure = show_images(np.zeros((7, 8, 8, 3)), [f"title {index}" for index in range(7)], columns=5)
    assert [axis.get_title() for axis in figure.axes[:7]] == [f"title {index}" for index in range(7)]
    assert [len(axis.images) for axis in figure.axes] == [1] * 7 + [0] * 3
    plt.close(figure)


def test_a_title_stands_nearer_to_its_own_image():
    figure = show_images(np.zeros((4, 8, 8, 3)), ["above"] * 2 + ["below"] * 2, columns=2)
    figure.draw_without_rendering()
    above, below = figure.axes[0], figure.axes[2]
    title = below.title.get_window_extent()
    assert 2 * (title.y0 - below.get_window_extent().y1) < above.get_window_extent().y0 - title.y1
    plt.close(figure)


def test_history_draws_validation_where_there_is_any():
    figure = show_history({"loss": [2, 1], "val_loss": [2, 1.5], "accuracy": [0.1, 0.2]})
    assert [len(axis.lines) for axis in figure.axes] == [2, 1]
    assert figure.axes[0].lines[0].get_xdata().tolist() == [1, 2]
    plt.close(figure)

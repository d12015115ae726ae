"""Diagrams say with a legend what their blocks are, arrows touch the blocks; maps show what they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gdl_utils.plotting import diagrams, ground, taxonomy
from gdl_utils.plotting.diagrams import Block, show_diagram
from gdl_utils.plotting.taxonomy import show_families


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_a_diagram_has_all_texts_and_names_only_the_kinds_in_it():
    blocks = {"a": Block("in", 0, kind="data"), "b": Block("dense\n(n, 3)", 1), "c": Block("loss", 1, 1, kind="loss")}
    figure = show_diagram(blocks, [("a", "b"), ("b", "c", "logits")])
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert {"in", "dense\n(n, 3)", "loss", "logits", "data", "trained"} <= set(texts)
    assert not {"random numbers", "computed, not trained"} & set(texts)


@pytest.mark.parametrize(("column", "row"), [(1, 0), (-1, 0), (0, 1), (0, -1), (2, 1), (-2, -1)])
def test_arrows_go_from_edge_to_edge(column, row):
    start, end = Block("a", 0), Block("b", column, row)
    (x, y), (u, v) = diagrams._edges(start, end)
    for block, (px, py) in ((start, (x, y)), (end, (u, v))):
        across = abs(px - block.column * diagrams._COLUMN) - block.width * diagrams._COLUMN / 2
        upwards = abs(py + block.row * diagrams._ROW) - diagrams._HEIGHT / 2
        assert max(across, upwards) == pytest.approx(0.03, abs=1e-9), "outside, and near"


def test_each_family_has_a_row_with_its_network():
    """Its name stands above its first block, and each row has at least one trained block."""
    texts = {text.get_text(): text.get_position() for text in show_families().axes[0].texts}
    assert len(taxonomy._FAMILIES) == 6
    for row, (family, parts) in enumerate(taxonomy._FAMILIES.items()):
        assert "trained" in {kind for _, kind in parts}, family
        left, top = diagrams.corner_of(Block("", 0, 1.25 * row, width=0.94))
        assert texts[family][0] == pytest.approx(left)
        assert top < texts[family][1] < top + 0.2


def test_an_arrow_to_nowhere_is_an_error():
    with pytest.raises(KeyError):
        show_diagram({"a": Block("a", 0)}, [("a", "b")])


def test_maps_show_points_on_the_map_only():
    points = np.array([[0.1, 0.2], [3.0, 0.0], [np.nan, 0.0], [-0.5, -0.5]])
    figure = ground.show_samples({"one": points, "two": points[:1]})
    drawn = [len(axis.lines[0].get_xdata()) for axis in figure.axes]
    assert drawn == [2, 1]
    assert [axis.get_title() for axis in figure.axes] == ["one", "two"]


def test_the_grid_has_the_middles_of_cells_from_the_north_west():
    grid = ground.grid_points(30)
    assert grid.shape == (6, 12, 2)
    assert grid[0, 0] == pytest.approx([-165 / 180, 75 / 90])
    assert grid[-1, -1] == pytest.approx([165 / 180, -75 / 90])


def test_densities_and_shares_are_drawn_with_their_names():
    figure = ground.show_densities({"a": np.ones((6, 12)), "b": np.zeros((6, 12))}, label="probability")
    assert [axis.get_title() for axis in figure.axes[:2]] == ["a", "b"]
    assert figure.axes[2].get_ylabel() == "probability"
    shares = ground.show_shares({"model": {"Africa": 0.5, "Cuba": 2.0}})
    assert [tick.get_text() for tick in shares.axes[0].get_xticklabels()] == ["Africa", "Cuba"]

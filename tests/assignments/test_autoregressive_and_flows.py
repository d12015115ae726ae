"""06_autoregressive_and_flows: its reference solutions are distributions, masks let no future through, flows invert."""

from itertools import pairwise

import nbformat
import numpy as np
import pytest

NAME = "06_autoregressive_and_flows"


@pytest.fixture(scope="module")
def answers(root):
    """What the setup cells and the reference solutions define."""
    source = nbformat.read(root / "solutions" / NAME / "autoregressive_and_flows.ipynb", as_version=4)
    names = {}
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") or "setup" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def drawn_tables(draw, features):
    return [draw.random(2**i) for i in range(features)]


def all_rows(features):
    return np.arange(2**features)[:, np.newaxis] >> np.arange(features)[::-1] & 1


@pytest.mark.parametrize("features", [1, 2, 6, 9])
def test_the_probabilities_of_all_rows_sum_to_one(answers, features):
    tables = drawn_tables(np.random.default_rng(features), features)
    total = np.exp(answers["chain_log_prob"](tables, all_rows(features))).sum()
    assert total == pytest.approx(1, abs=1e-12)


def test_samples_come_as_often_as_their_probability(answers):
    draw = np.random.default_rng(0)
    tables, size = drawn_tables(draw, 4), 200_000
    bits = answers["sample_chain"](tables, draw.random((size, 4)))
    shares = np.bincount(bits @ [8, 4, 2, 1], minlength=16) / size
    p = np.exp(answers["chain_log_prob"](tables, all_rows(4)))
    assert np.all(np.abs(shares - p) < 5 * np.sqrt(p / size) + 1e-9)


def seen_by_the_middle(answers, kinds, side=9):
    """Which pixels change the middle of the output of a stack of masked convolutions of side 3."""
    mask = {kind: answers["conv_mask"](3, kind) for kind in "AB"}

    def output(image):
        for kind in kinds:
            padded = np.pad(image, 1)
            image = sum(
                mask[kind][row, column] * padded[row : row + side, column : column + side]
                for row in range(3)
                for column in range(3)
            )
        return image[side // 2, side // 2]

    pixels = np.eye(side * side).reshape(-1, side, side)
    return np.array([output(pixel) for pixel in pixels]) > 0


@pytest.mark.parametrize(("kinds", "past", "itself"), [("ABBB", 34, 0), ("AAAA", 25, 0), ("BBBB", 34, 1)])
def test_no_stack_of_masks_sees_the_future(answers, kinds, past, itself):
    seen = seen_by_the_middle(answers, kinds)
    assert (seen[:40].sum(), seen[40], seen[41:].sum()) == (past, itself, 0)


def test_the_cell_that_counts_paths_says_so_too(answers, root, capsys):
    source = nbformat.read(root / "solutions" / NAME / "autoregressive_and_flows.ipynb", as_version=4)
    (cell,) = [cell for cell in source.cells if cell.get("id") == "paths"]
    names = dict(answers)
    exec(cell.source, names)
    capsys.readouterr()
    for kinds in ("A", "AB", "ABBB", "BBBB"):
        paths = names["paths_to_the_middle"](kinds).ravel()
        assert ((paths > 0) == seen_by_the_middle(answers, kinds)).all()
    assert (paths[:40] == 0).sum() == 6


@pytest.mark.parametrize("seed", range(5))
def test_no_input_of_made_reaches_its_answer_or_an_earlier_one(answers, seed):
    draw = np.random.default_rng(seed)
    d = int(draw.integers(2, 9))
    for layers in range(4):
        hidden = tuple(draw.integers(d - 1, 3 * d, layers).tolist())
        masks = answers["made_masks"](d, hidden)
        sizes = (d, *hidden, d)
        assert [mask.shape for mask in masks] == list(pairwise(sizes))
        paths = np.eye(d)
        for mask in masks:
            paths = paths @ mask
        # Nothing that may be seen is missing, either.
        assert ((paths > 0) == np.triu(np.ones((d, d)), 1)).all()


def test_units(answers):
    assert answers["bits_per_dim"](np.array([64 * np.log(256)]), 64) == pytest.approx([8])
    log_prob = np.log(np.random.default_rng(1).dirichlet(np.ones(50)))
    assert np.sum(np.exp(answers["cell_log_density"](log_prob, 0.3)) * 0.3) == pytest.approx(1)


def drawn_layers(draw, count):
    return [
        np.column_stack([draw.uniform(0.1, 0.5, 2), draw.uniform(0.5, 1.5, 2), draw.uniform(-3, 3, 2)])
        for _ in range(count)
    ]


def test_a_layer_and_its_way_back(answers):
    draw = np.random.default_rng(2)
    x = draw.normal(size=(100, 2))
    for weights in drawn_layers(draw, 5):
        y = answers["couple"](x, weights)
        assert (y[:, 0] == x[:, 0]).all()
        np.testing.assert_allclose(answers["uncouple"](y, weights), x, atol=1e-12)


@pytest.mark.parametrize("count", range(1, 6))
def test_the_log_determinant_is_that_of_the_jacobian(answers, count):
    draw = np.random.default_rng(count)
    layers, x, step = drawn_layers(draw, count), draw.normal(size=(50, 2)), 1e-5
    z, log_det = answers["flow"](x, layers)
    assert z.shape == (50, 2)
    slopes = [
        (answers["flow"](x + nudge, layers)[0] - answers["flow"](x - nudge, layers)[0]) / (2 * step)
        for nudge in step * np.eye(2)
    ]
    np.testing.assert_allclose(np.log(np.linalg.det(np.stack(slopes, axis=2))), log_det, atol=1e-8)


@pytest.mark.parametrize("count", range(1, 5))
def test_the_density_of_a_flow_integrates_to_one(answers, count):
    ticks = np.linspace(-20, 20, 401)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    density = np.exp(answers["flow_log_prob"](grid, drawn_layers(np.random.default_rng(count), count)))
    assert density.sum() * 0.1**2 == pytest.approx(1, abs=1e-6)


def test_arguments_are_left_as_they_were(answers):
    draw = np.random.default_rng(3)
    x, layers, tables, u = draw.normal(size=(5, 2)), drawn_layers(draw, 3), drawn_tables(draw, 3), draw.random((5, 3))
    before = [array.copy() for array in (x, *layers, *tables, u)]
    bits = answers["sample_chain"](tables, u)
    answers["chain_log_prob"](tables, bits)
    answers["uncouple"](answers["couple"](x, layers[0]), layers[0])
    answers["flow_log_prob"](x, layers)
    for array, old in zip((x, *layers, *tables, u), before, strict=True):
        assert (array == old).all()

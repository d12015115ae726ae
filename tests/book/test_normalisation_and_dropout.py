"""Page 2.4: what it computes by hand is what Keras computes, and what it measured is what its text says."""

import re

import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("2_4_normalisation_and_dropout")


def run_cells(page, cell_ids, names):
    """Execute cells of the page among `names`."""
    for cell_id in cell_ids:
        exec(page.cells[cell_id].source, names)
    return names


def numbers_in(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


def test_the_page_says_which_data_it_ran_on(page):
    assert page.text("load").startswith("Data: CIFAR-10")
    assert page.notebook.metadata["gdl_provenance"]["data"] in page.text("load")


def test_sizes_grow_and_shrink_as_the_formula_says(page):
    assert page.number("large_factor") == pytest.approx(np.sqrt(2))
    assert page.number("small_factor") == pytest.approx(1 / np.sqrt(2))
    # A random walk on the logarithmic scale: within a factor of four of the formula after thirty layers.
    assert 2**15 / 4 < page.number("grown") < 2**15 * 4
    assert 2**15 / 4 < page.number("shrunk") < 2**15 * 4
    sizes = run_cells(page, ["sizes-by-layer"], {"np": np})["sizes_by_layer"]
    assert sizes(np.sqrt(0.02), units=1_000, depth=10)[-1] > 100
    assert sizes(np.sqrt(0.002), units=1_000, depth=10)[-1] == pytest.approx(1, abs=0.3)


def test_gradients_explode_and_vanish(page):
    ratios = [float(ratio) for ratio in re.findall(r"= +(\S+e[+-]\d+)$", page.text("gradients-ratio"), re.MULTILINE)]
    assert len(ratios) == 3
    exploding, steady, vanishing = ratios
    assert exploding > 1_000
    assert 0.05 < steady < 20
    assert vanishing < 1e-3


def test_nan_is_shown_and_batch_normalisation_prevents_it(page):
    assert page.text("nan").endswith("nan nan nan")
    assert page.glued["ends_in_nan"] == "True"
    assert page.text("explode-train-cell").endswith("nan")
    assert page.number("first_loss") > 10 * page.number("chance_loss")
    assert 1 <= page.number("steps_to_nan") <= 5
    assert page.number("chance_loss") == pytest.approx(np.log(10))
    assert "nan" not in page.text("normalised-losses")
    assert page.number("normalised_first_loss") < 5
    assert page.number("normalised_last_loss") < 5


def test_all_layers_drift_and_batch_normalisation_takes_it_away(page):
    drift = numbers_in(page.text("drift-run"))[-5:]
    assert page.number("drift_least") == pytest.approx(min(drift), abs=0.006)
    assert page.number("drift_most") == pytest.approx(max(drift), abs=0.006)
    assert page.number("drift_least") > 1
    assert page.number("normalised_drift_largest") < page.number("drift_least") / 10


def test_drift_is_measured_in_standard_deviations_of_the_start(page):
    drift_of = run_cells(page, ["drift-of-cell"], {"np": np})["drift_of"]
    start = np.array([[0.0, 10.0], [2.0, 30.0]])  # standard deviations 1 and 10
    moved = start + np.array([3, -10])
    assert drift_of([[start], [moved]]) == pytest.approx(np.array([[0], [2]]))


def test_batch_normalisation_by_hand_is_that_of_keras(page):
    for cell_id in ("keras-training", "moving-equal", "keras-predicting", "solution-equal"):
        assert page.text(cell_id).endswith("True"), cell_id
    assert page.text("images-by-hand") == "((1024, 3), True)"
    assert page.text("keras-training").startswith("['gamma', 'beta', 'moving_mean', 'moving_variance']")
    assert numbers_in(page.text("standardise")) == pytest.approx([0, 0, 1, 1], abs=0.01)
    assert numbers_in(page.text("scale-and-shift")) == pytest.approx([-1, 4, 4, 0.25], abs=0.01)


def test_an_observation_alone_leaves_nothing_but_beta(page):
    with_others, alone = (numbers_in(line) for line in page.text("depends-on-batch").splitlines())
    assert alone == pytest.approx([-1, 4])
    assert with_others != pytest.approx([-1, 4])


def test_four_parameters_a_channel_of_which_two_are_trainable(page):
    lines = page.text("four-parameters").splitlines()
    assert [int(line.split()[-1]) for line in lines] == [400, 200, 200]


def test_momentum(page):
    assert page.number("default_momentum") == keras.layers.BatchNormalization().momentum == pytest.approx(0.99)
    assert page.number("left_after_10") == pytest.approx(0.99**10)
    moving = numbers_in(page.text("moving-equal"))
    assert moving[:2] == pytest.approx([3, -50], abs=4)
    assert moving[2:] == pytest.approx([1, 400], rel=0.3)
    assert "0.9 * moving_mean + 0.1" in page.cells["moving-averages"].source


def test_check_yourself_answers(page):
    assert page.number("fifty_layers") == pytest.approx(1.1**50)
    assert f"D: {1.1**50:.0f}" in page.cells["check-factor"].source
    assert page.text("check-bias-answer") == "True"
    assert page.number("sum_after_dropout") == pytest.approx(10)


def test_dropout_by_hand_and_by_keras(page):
    mask, kept = page.text("mask").splitlines()
    mask, kept = (np.array(re.findall(r"[\d.]+", line), float) for line in (mask, kept))
    assert set(mask) == {0, 1}
    assert kept == pytest.approx(mask * [2, 4, 6, 8, 3, 1, 5, 7])
    total, dropped, rescaled = (float(line.split()[-1]) for line in page.text("rescale-mean").splitlines())
    assert (total, rescaled) == pytest.approx((36, 36), abs=0.25)
    assert dropped == pytest.approx(0.75 * 36, abs=0.1)
    assert numbers_in(page.text("dropout-keras-cell")) == pytest.approx([0, 1 / 0.75, 0.25], abs=0.01)
    assert page.text("dropout-modes") == "predicting, all as they were: True\nparameters: 0"
    predicting, training = numbers_in(page.text("variance-shift"))
    assert predicting == pytest.approx(1, abs=0.05)
    # (variance + mean²) / (1 - rate) - mean²
    assert training == pytest.approx(2 / 0.75 - 1, abs=0.05)


def test_dropout_narrows_the_gap(page):
    assert page.number("with_gap_largest") < page.number("without_gap_smallest")
    assert page.number("without_gap") == pytest.approx(
        100 * (page.number("without_training") - page.number("without_valid"))
    )
    assert page.number("without_training") > 0.6
    assert 0.25 < page.number("without_valid") < 0.45
    assert 0.25 < page.number("with_valid") < 0.45
    assert page.number("with_training") < page.number("without_training")
    assert page.number("training_10") > page.number("training_50")
    assert "range(5)" in page.cells["without-dropout"].source


def test_folding_gives_the_same_predictions(page):
    fold = run_cells(page, ["solution"], {"np": np})["fold"]
    rng = np.random.default_rng(11)
    dense, normalisation = keras.layers.Dense(7), keras.layers.BatchNormalization(epsilon=0.1)
    inputs = rng.normal(size=(20, 5)).astype("float32")
    normalisation(dense(inputs))
    dense.set_weights([rng.normal(size=(5, 7)), rng.normal(size=7)])
    normalisation.set_weights(rng.uniform(0.5, 3, size=(4, 7)))
    weights, bias = fold(dense, normalisation)
    assert inputs @ weights + bias == pytest.approx(np.asarray(normalisation(dense(inputs), training=False)), abs=1e-5)

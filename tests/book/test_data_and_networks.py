"""Page 2.1: its stored outputs hold what the text says, and its hand-made gradients are TensorFlow's."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("2_1_data_and_networks")


@pytest.fixture(scope="module")
def namespace(page):
    """What the page's own cells define, without its data and its trainings."""
    names = {"keras": keras, "np": np, "tf": tf, "glue": lambda name, value: None}
    for cell_id in (
        "draw-house",
        "houses",
        "draw-faces",
        "hand-made-weights",
        "hand-made-network",
        "best-column",
        "best-column-of-houses",
        "moving",
        "chain-forward",
        "chain-backward",
        "nudge",
        "keras-chain",
        "models",
        "gradients",
    ):
        exec(page.cells[cell_id].source, names)
    return names


def test_it_ran_on_cifar10_and_left_the_test_set_alone(page):
    assert page.text("load").startswith("Data: CIFAR-10")
    assert not page.notebook.metadata["gdl_provenance"]["data_is_stand_in"]
    code = "\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "code")
    assert "x_test" not in code and "y_test" not in code
    assert "(images, labels), _ = cifar10" in page.cells["load"].source


def test_one_column_of_the_table_answers_and_no_pixel_does(page):
    assert page.number("best_of_table") == 1
    assert 0.5 < page.number("best_of_pixels") < 0.75
    assert "table: best of 4 is right 1.0" in page.text("best-column-of-houses")
    assert "pixels: best of 1024 is right 0." in page.text("best-column-of-houses")


def test_the_best_column_is_chosen_and_measured_on_other_parts(namespace):
    """A column that is right by luck where it is chosen must not be believed."""
    rng = np.random.default_rng(5)
    labels = np.arange(40) % 2
    fit, check = rng.normal(size=(2, 40, 5_000))
    lucky = namespace["best_single_column"](fit, labels, fit, labels)
    honest = namespace["best_single_column"](fit, labels, check, labels)
    assert lucky > 0.8
    assert honest < 0.75
    check[:, 7] = fit[:, 7] = labels
    assert namespace["best_single_column"](fit, labels, check, labels) == 1
    check[:, 7] = fit[:, 7] = -labels
    assert namespace["best_single_column"](fit, labels, check, labels) == 1, "yes may be on either side"


def test_moving_the_house_changes_more_than_losing_its_chimney(page, namespace):
    house, changed = namespace["house"], namespace["changed"]
    counts = {name: int(np.sum(image != house)) for name, image in changed.items()}
    assert counts["all moved"] > 4 * counts["taken away"] > 0
    assert page.number("pixels_of_the_chimney") == counts["taken away"]
    assert page.number("pixels_moved") == counts["all moved"]
    # The patch in the sky is as dark and as large as the chimney.
    chimney = house != namespace["without"]
    in_the_sky = changed["in the sky"] != namespace["without"]
    assert np.all(house[chimney] == 0.1)
    assert np.all(changed["in the sky"][in_the_sky] == 0.1)
    assert in_the_sky.sum() == chimney.sum()
    # Every house of the table fits into its picture, and one attribute tells of the chimney.
    left, width, height, _ = namespace["table"].T
    assert (left + width).max() <= 32
    assert np.all(30 - height - width // 2 - 2 >= 0)


def test_two_texts_of_the_same_characters(page):
    assert page.text("text") == "(True, False)"


def test_neighbours_are_alike(page):
    correlations = [float(c) for c in re.findall(r"correlation (-?[\d.]+)", page.text("neighbours"))]
    assert len(correlations) == 5
    assert correlations == sorted(correlations, reverse=True)
    assert page.number("correlation_near") > 0.9
    assert page.number("correlation_far") < 0.5


def test_shapes_of_the_forward_pass(page):
    assert page.text("forward-pass") == "(5, 3072) -> (5, 50) -> (5, 10)"


def test_the_hand_made_unit_finds_smiles_and_nothing_else(page, namespace):
    answers = dict(re.findall(r"(\S.*?)\s+unit D answers (\d+)", page.text("hand-made-network")))
    assert set(answers) == set(namespace["mouths"])
    assert answers["smile"] == answers["moved up"] != "0"
    assert answers["frown"] == answers["swapped"] == "0"
    # The frown has falling lines, and the swapped mouth both corners, as the text says.
    assert page.number("lines_of_frown") > 0
    assert page.number("corners_of_swapped") == 2
    assert not namespace["corner_maps"][2].any()
    # No pixel of the mouth that moved is where it was.
    smile, moved = namespace["faces"][:2, 11:, :, 0]
    assert smile.any() and not np.any(smile * moved)


def test_the_forest_is_measured_on_images_it_has_not_seen(page):
    assert page.number("forest_training") > 0.99, "it knows its own images by heart"
    assert 0.30 < page.number("forest_lowest") <= page.number("forest_mean") <= page.number("forest_highest") < 0.45
    assert page.number("linear_highest") < page.number("forest_lowest")
    assert page.number("forest_highest") < page.number("convolutional_lowest")


def test_the_chain_by_hand_by_a_nudge_and_by_the_tape(page, namespace):
    numbers = [re.findall(r"-?\d\.\d{4}", page.text(cell)) for cell in ("chain-backward", "nudge", "tape")]
    assert len(numbers[0]) == 2
    assert numbers[0] == numbers[1] == numbers[2]
    assert page.text("tape").endswith("True")
    # Once more, with none of the page's code but its slopes.
    x, y = 1.5, 1.0
    w_1, w_2 = tf.Variable(0.4, dtype=tf.float64), tf.Variable(-0.6, dtype=tf.float64)
    with tf.GradientTape() as tape:
        loss = (w_2 * tf.sigmoid(w_1 * x) - y) ** 2
    expected = tape.gradient(loss, [w_1, w_2])
    assert np.allclose([namespace["slope_w_1"], namespace["slope_w_2"]], expected, rtol=1e-12)
    assert page.text("check-zero-answer").endswith(" 0.0000")


def test_the_function_is_traced_once_and_gives_three_results(page):
    assert page.text("graph").splitlines() == [
        "Python runs through the function",
        "the result is 1",
        "the result is 4",
        "the result is 9",
    ]


def test_a_step_of_keras_is_the_step_by_hand_and_the_loss_falls(page):
    by_keras, by_hand = re.findall(r"\[([^\]]*)\]", page.text("keras-step"))
    assert by_keras == by_hand
    before, after = map(float, re.findall(r"(?:before|after) (\d\.\d+)", page.text("keras-step")))
    assert after < before


def test_models_are_what_the_text_says(page, namespace):
    linear, convolutional = namespace["linear_model"](), namespace["convolutional_model"]()
    assert page.text("model-sizes") == str((linear.count_params(), convolutional.count_params()))
    assert linear.count_params() == 10 * (3_072 + 1)
    kinds = [type(layer).__name__ for layer in linear.layers]
    assert kinds == ["InputLayer", "Flatten", "Dense"], "no hidden layer: its scores are linear in the pixels"
    kinds = [type(layer).__name__ for layer in convolutional.layers]
    assert kinds == ["InputLayer", "Conv2D", "Conv2D", "Conv2D", "Flatten", "Dense"]
    assert convolutional.layers[1].kernel.shape == (5, 5, 3, 16)
    assert 0.8 < convolutional.count_params() / linear.count_params() < 1.25, "neither is simply larger"


def test_measured_accuracies_are_in_their_bands(page):
    assert 0.27 <= page.number("linear_lowest") <= page.number("linear_highest") <= 0.43
    assert 0.39 <= page.number("convolutional_lowest") <= page.number("convolutional_highest") <= 0.64
    assert page.number("convolutional_lowest") > page.number("linear_highest") + 0.03
    for name in ("linear", "convolutional"):
        assert page.number(f"{name}_lowest") <= page.number(f"{name}_mean") <= page.number(f"{name}_highest")
        assert page.number(f"{name}_training") > page.number(f"{name}_mean"), "both overfit a little"


def test_filters_and_units_are_as_the_text_says(page):
    assert abs(page.number("likeness_before")) < 0.12
    assert page.number("likeness_after") > page.number("likeness_before") + 0.2
    stages = [page.number(f"telling_{name}") for name in ("pixels", "first", "second", "third", "answer")]
    assert 0.55 < stages[0] < 0.7
    assert stages[0] < stages[3] < stages[4]
    assert stages[4] > stages[0] + 0.05


def test_resnet_has_the_depth_of_its_name(page):
    assert page.number("resnet_depth") == 152
    assert page.text("resnet").splitlines()[0] == "156 layers, of these on shortcuts: 4"
    assert 55e6 < page.number("resnet_parameters") < 65e6


def test_the_gradients_of_the_exercise_are_those_of_the_tape(page, namespace):
    assert page.text("gradients-by-tape") == "[True, True]"
    rng = np.random.default_rng(11)
    # Sizes that all differ, so that no transposed matrix fits by chance.
    inputs, truth = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    weights = [tf.Variable(rng.normal(size=(3, 5))), tf.Variable(rng.normal(size=(5, 2)))]
    with tf.GradientTape() as tape:
        answer = tf.sigmoid(inputs @ weights[0]) @ weights[1]
        loss = tf.reduce_sum((answer - truth) ** 2) / len(truth)
    by_hand = namespace["gradients"](inputs, truth, weights[0].numpy(), weights[1].numpy())
    for hand, expected in zip(by_hand, tape.gradient(loss, weights), strict=True):
        assert np.allclose(hand, expected, rtol=1e-10)


def test_shuffled_pixels_cost_only_the_convolutional_network(page):
    assert page.number("linear_shuffled") == pytest.approx(page.number("linear_mean"), abs=0.04)
    assert page.number("linear_mean") - 0.02 < page.number("convolutional_shuffled")
    assert page.number("convolutional_shuffled") < page.number("convolutional_lowest") - 0.02

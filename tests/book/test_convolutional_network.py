"""Page 2.5: the network of the course's specification, layer by layer, and the bands of what it reached."""

import re

import keras
import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils import checks
from gdl_utils.networks import convolutional_network
from gdl_utils.plotting.confusion import show_confusion

# Layer, output shape, parameters.
BLOCKS = [
    (("Conv2D", (32, 32, 32), 896), ("BatchNormalization", (32, 32, 32), 128), ("LeakyReLU", (32, 32, 32), 0)),
    (("Conv2D", (16, 16, 32), 9_248), ("BatchNormalization", (16, 16, 32), 128), ("LeakyReLU", (16, 16, 32), 0)),
    (("Conv2D", (16, 16, 64), 18_496), ("BatchNormalization", (16, 16, 64), 256), ("LeakyReLU", (16, 16, 64), 0)),
    (("Conv2D", (8, 8, 64), 36_928), ("BatchNormalization", (8, 8, 64), 256), ("LeakyReLU", (8, 8, 64), 0)),
]
HEAD = [
    ("Flatten", (4_096,), 0),
    ("Dense", (128,), 524_416),
    ("BatchNormalization", (128,), 512),
    ("LeakyReLU", (128,), 0),
    ("Dropout", (128,), 0),
    ("Dense", (10,), 1_290),
]
LAYERS = [layer for block in BLOCKS for layer in block] + HEAD
TOTAL, TRAINABLE, NOT_TRAINABLE = 592_554, 591_914, 640


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("2_5_convolutional_network")


@pytest.fixture(scope="module")
def namespace(page):
    """The networks that the page's own cells build, without its training."""
    names = {"keras": keras, "np": np, "layers": keras.layers}
    cells = (
        "block",
        "convolutions",
        "head-cell",
        "whole-model",
        "formulas",
        "count-by-hand",
        "compile",
        "perceptron-build",
        "normalise",
        "orders",
    )
    for cell_id in cells:
        exec(page.cells[cell_id].source, names)
    return names


def table(model):
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    return [(type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in layers]


def test_the_page_says_which_data_it_ran_on(page):
    assert page.text("load").startswith("Data: CIFAR-10")
    assert page.notebook.metadata["gdl_provenance"]["data"] in page.text("load")


def test_the_network_is_that_of_the_specification(namespace):
    model = namespace["model"]
    assert table(model) == LAYERS
    assert model.count_params() == TOTAL
    trainable, not_trainable = (
        sum(int(np.prod(weight.shape)) for weight in weights)
        for weights in (model.trainable_weights, model.non_trainable_weights)
    )
    assert (trainable, not_trainable) == (TRAINABLE, NOT_TRAINABLE)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(c.kernel_size, c.strides, c.padding) for c in convolutions] == [
        ((3, 3), (s, s), "same") for s in (1, 2, 1, 2)
    ]
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.5]
    assert model.layers[-1].activation.__name__ == "softmax"
    assert all(layer.activation.__name__ == "linear" for layer in (*convolutions, model.layers[14]))
    assert model.input_shape == (None, 32, 32, 3)


def test_the_network_of_the_five_seeds_is_that_of_the_page(namespace):
    assert checks.steps(convolutional_network()) == checks.steps(namespace["model"])


def test_the_stored_table_and_the_count_by_hand_agree_with_it(page, namespace):
    summary = page.text("summary")
    for _, _, parameters in LAYERS:
        assert f"{parameters:,}" in summary
    for number in (TOTAL, TRAINABLE, NOT_TRAINABLE):
        assert f"{number:,}" in summary
    assert namespace["by_hand"] == [parameters for *_, parameters in LAYERS if parameters > 0]
    assert page.text("count-by-hand").endswith(f"in total {TOTAL}")
    assert page.text("count-equal") == "True"
    assert re.findall(r"\d+", page.text("count-trainable")) == [str(TRAINABLE), str(NOT_TRAINABLE)]
    assert page.text("count-trainable").endswith("True")
    assert page.number("total_parameters") == TOTAL
    assert page.number("trainable_parameters") == TRAINABLE
    assert page.number("not_trainable_parameters") == NOT_TRAINABLE
    assert page.number("flat") == 4_096
    assert page.number("convolution_parameters") == 896 + 9_248 + 18_496 + 36_928
    assert page.number("dense_share") == pytest.approx(524_416 / TOTAL)


def test_it_is_trained_as_the_perceptron_was(page, namespace):
    for name in ("model", "perceptron"):
        network = namespace[name]
        assert isinstance(network.optimizer, keras.optimizers.Adam)
        assert float(network.optimizer.learning_rate) == pytest.approx(0.0005)
        assert network.loss == "categorical_crossentropy"
    assert namespace["perceptron"].count_params() == 646_260
    assert re.search(r"batch_size=32,\s+epochs=10,\s+shuffle=True", page.cells["fit"].source)
    assert page.number("epochs") == 10
    # `fit` takes batches of 32 unless told otherwise.
    assert "epochs=10" in page.cells["perceptron-train"].source
    assert "batch_size" not in page.cells["perceptron-train"].source


def test_the_test_set_is_measured_once_and_chosen_by_never(page):
    cells = {cell.id: cell.source for cell in page.notebook.cells if cell.cell_type == "code"}
    evaluating = [cell_id for cell_id, source in cells.items() if re.search(r"evaluate\(\s*x_test", source)]
    assert evaluating == ["evaluate-test", "perceptron-train"]
    for cell_id in ("arrays", "sources", "trials", "normalise", "orders", "validate", "orders-run", "fit"):
        assert "x_test" not in cells[cell_id], cell_id
        assert "validation_data" not in cells[cell_id], cell_id
    train, valid = (slice(0, 3_000), slice(3_000, 4_000))
    names = {}
    exec(cells["validate"].split("\n\n")[0], names)
    assert names["split"] == (train, valid)


def test_measured_numbers_are_in_their_bands(page):
    # The reference is 71.56 % with a loss of 0.8423; single runs spread by two points, and test images that were
    # recovered from JPEG cost some more (tests/test_seeds_and_networks.py holds the mean).
    assert 0.62 <= page.number("test_accuracy") <= 0.76
    assert 0.70 <= page.number("test_loss") <= 1.10
    assert 0.70 <= page.number("train_accuracy") <= 0.82
    assert 0.45 <= page.number("mlp_accuracy") <= 0.53
    assert page.number("gain") > 15
    assert page.number("gain") == pytest.approx(100 * (page.number("test_accuracy") - page.number("mlp_accuracy")))
    assert page.number("parameters_saved") == pytest.approx(1 - TOTAL / 646_260)
    assert page.number("standard_error") == pytest.approx(0.45, abs=0.03)
    assert 1.4 < page.number("mistakes_ratio") < 2.2
    # The figure of the training: the loss falls in each epoch, and ever more slowly.
    assert page.glued["losses_fall"] == "True"
    assert page.number("early_gain") > 3 * page.number("late_gain") > 0
    assert 0 <= page.number("right_of_ten") <= 10


def test_the_exact_test_images_come_first(page):
    """The original's pixels are the fair test; the textbook's single run is in the range of the five on them."""
    first, then = page.text("evaluate-test").splitlines()
    assert first.startswith("exact images: ") and then.startswith("all images: ")
    assert f"{page.number('exact_accuracy'):.2%}" in first
    assert f"{page.number('test_accuracy'):.2%}" in then
    assert page.number("exact_count") == page.number("exact_images") == 1_017
    share = page.number("exact_accuracy")
    assert page.number("exact_standard_error") == pytest.approx(100 * np.sqrt(share * (1 - share) / 1_017))
    assert page.number("exact_least") < 0.7156 < page.number("exact_most")
    assert page.number("exact_mean") > page.number("seeds_mean"), "the text says that the recovered ones are harder"
    assert share == pytest.approx(page.number("exact_mean"), abs=0.05)


def test_the_confusion_matrix_fits_the_accuracy_and_the_text(page):
    assert page.text("confusion-count") == "True"
    assert page.number("best_share") > page.number("test_accuracy") > page.number("worst_share")
    # The text says that one pair of forty-five makes up a share of the mistakes that is far from even.
    assert page.number("pair_share") > 3 / 45
    assert page.glued["pair_one"] != page.glued["pair_other"]


def test_recall_and_precision(page):
    names = {"np": np}
    exec(page.cells["solution"].source, names)
    rng = np.random.default_rng(7)
    truth, predicted = rng.integers(4, size=500), rng.integers(4, size=500)
    counts = np.zeros((4, 4), int)
    np.add.at(counts, (truth, predicted), 1)
    recall, precision = names["recall_and_precision"](counts)
    for k in range(4):
        assert recall[k] == pytest.approx(np.mean(predicted[truth == k] == k))
        assert precision[k] == pytest.approx(np.mean(truth[predicted == k] == k))
    assert len(page.table("solution-table")) == 10


def test_faster_and_equal(page):
    assert page.numbers("speeds-table").shape == (4, 2)
    # Several steps in one call, and batches from a pipeline, leave the results as they are.
    assert page.number("several_difference") < 1e-3
    assert page.number("pipeline_difference") < 1e-3
    assert page.number("several_time") < 1.1
    minutes = page.number("plain_minutes")
    assert minutes == pytest.approx(page.number("plain_ms") * 1_563 * 10 / 60_000)
    assert page.number("minutes_saved") == pytest.approx(minutes * (1 - page.number("several_time")))


def test_both_orders_are_compared_with_five_seeds(page, namespace):
    for order in ("BA", "AB"):
        model = namespace["build"](order)
        assert model.count_params() == TOTAL
        kinds = [type(layer).__name__ for layer in model.layers]
        first, second = ("BatchNormalization", "LeakyReLU") if order == "BA" else ("LeakyReLU", "BatchNormalization")
        assert kinds[2:4] == [first, second]
        assert kinds[-4:] == [first, second, "Dropout", "Dense"]
    assert table(namespace["build"]("BA")) == LAYERS
    assert "range(5)" in page.cells["orders-run"].source
    shares = page.numbers("orders-run")
    assert shares.shape == (2, 3)
    assert np.all((shares > 0.25) & (shares < 0.65))


def test_the_best_of_many_is_flattered(page):
    rng = np.random.default_rng(99)
    expected = (rng.binomial(1_000, 0.7, size=(20_000, 20)) / 1_000).max(axis=1).mean()
    assert page.number("best_of_twenty") == pytest.approx(expected, abs=0.001)
    assert page.number("flattered") == pytest.approx(100 * (expected - 0.7), abs=0.1)
    validation, truth = (float(share) for share in re.findall(r"([\d.]+)%", page.text("check-validation-answer")))
    assert validation > truth + 1


def test_check_yourself_answers(page):
    assert page.number("stride_one_total") == TOTAL - 524_416 + 128 * (16 * 16 * 64 + 1)
    assert 3 < page.number("stride_one_times") < 4


def test_the_confusion_matrix_is_drawn_by_rows():
    figure = show_confusion(np.array([[3, 1], [0, 2]]), ["a", "b"])
    assert [text.get_text() for text in figure.axes[0].texts] == ["75", "25", "0", "100"]
    plt.close(figure)

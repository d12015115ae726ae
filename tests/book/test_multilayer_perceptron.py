"""Page 2.2: its stored outputs hold the facts of the course's specification, and Keras agrees with each of them."""

import re

import keras
import numpy as np
import pytest

from gdl_utils import checks
from gdl_utils.networks import multilayer_perceptron
from gdl_utils.seeds import measured_seeds

LAYERS = [
    # layer, output shape, parameters
    ("Flatten", (3_072,), 0),
    ("Dense", (200,), 614_600),
    ("Dense", (150,), 30_150),
    ("Dense", (10,), 1_510),
]
TOTAL = 646_260


@pytest.fixture(scope="module")
def namespace(perceptron):
    """The networks that the page's own cells build, without its training."""
    names = {"keras": keras, "np": np}
    for cell_id in ("sequential", "functional", "same-summary", "count-by-hand", "compile"):
        exec(perceptron.cells[cell_id].source, names)
    return names


def test_the_facts_about_the_data(perceptron):
    assert perceptron.text("data-shapes") == "((50000, 32, 32, 3), (50000, 1), (10000, 32, 32, 3), (10000, 1))"
    assert perceptron.text("encode") == "((50000, 10), (10000, 10))"
    assert perceptron.text("green") == "np.float32(0.36862746)"
    assert re.match(r"label \[6\] becomes \[0\. 0\. 0\. 0\. 0\. 0\. 1\. 0\. 0\. 0\.\]", perceptron.text("encoded"))
    assert perceptron.text("steps") == "1,563 steps per epoch with batches of 32"


def test_the_page_says_which_data_it_ran_on(perceptron):
    assert perceptron.text("load").startswith("Data: CIFAR-10")
    source = perceptron.notebook.metadata["gdl_provenance"]["data"]
    assert source in perceptron.text("load")
    assert source in perceptron.cells["provenance"].source
    assert not perceptron.notebook.metadata["gdl_provenance"]["data_is_stand_in"]


@pytest.mark.parametrize("network", ["sequential", "model"])
def test_both_networks_have_the_table_of_the_text(namespace, network):
    layers = [layer for layer in namespace[network].layers if not isinstance(layer, keras.layers.InputLayer)]
    table = [(type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in layers]
    assert table == LAYERS
    assert namespace[network].count_params() == TOTAL
    activations = [layer.activation.__name__ for layer in layers[1:]]
    assert activations == ["relu", "relu", "softmax"]
    assert namespace[network].input_shape == (None, 32, 32, 3)


def test_the_network_of_the_five_seeds_is_that_of_the_page(namespace):
    assert checks.steps(multilayer_perceptron()) == checks.steps(namespace["model"])


def test_the_stored_outputs_show_the_same_table(perceptron):
    summary = perceptron.text("summary")
    for _, shape, parameters in LAYERS:
        assert re.search(rf"{shape[0]}.*{parameters:,}", summary)
    assert f"{TOTAL:,}" in summary
    assert not re.search(r"_\d\d", summary) and "dense_2" in summary, "layers are numbered from the start"
    assert perceptron.text("same-summary") == "True"
    assert perceptron.text("count-by-hand") == "[614600, 30150, 1510] in total 646260"
    assert perceptron.number("total_parameters") == TOTAL
    assert perceptron.number("first_dense_parameters") == 200 * (3_072 + 1)


def test_what_is_compared_by_hand_is_equal(perceptron):
    for cell_id in ("dense-by-hand", "argument-and-layer", "linear-by-hand", "accuracy-by-hand"):
        assert perceptron.text(cell_id) == "True", cell_id
    assert perceptron.text("softmax-by-hand").endswith("True")
    rows = re.findall(r"(\d\.\d+) (\d\.\d+)$", perceptron.text("losses-by-keras"), re.MULTILINE)
    assert len(rows) == 3
    assert all(by_hand == by_keras for by_hand, by_keras in rows)


def test_adam_by_hand_is_that_of_keras(perceptron):
    """Its first step is as long as the learning rate, whatever the gradient."""
    names = {"np": np}
    exec(perceptron.cells["adam-by-hand"].source, names)
    assert names["adam"]([50.0], rate=0.01) == pytest.approx(-0.01)
    rng = np.random.default_rng(3)
    gradients = rng.normal(size=30)
    theta, optimizer = keras.Variable(0.0), keras.optimizers.Adam(0.02, beta_1=0.8, beta_2=0.99)
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g, "float32")], [theta])
    by_hand = names["adam"](gradients, rate=0.02, beta_1=0.8, beta_2=0.99)
    assert by_hand == pytest.approx(float(theta.numpy()), rel=1e-3)
    rows = list(perceptron.table("adam-by-keras").values())
    assert len(rows) == 4
    assert rows[0] == ["-0.010000", "-0.010000"]
    for ours, theirs in rows:
        assert float(ours) == pytest.approx(float(theirs), abs=2e-6)


def test_it_is_compiled_and_trained_as_the_text_says(namespace, perceptron):
    model = namespace["model"]
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.0005)
    assert model.loss == "categorical_crossentropy"
    assert re.search(r"batch_size=32,\s+epochs=10,\s+shuffle=True", perceptron.cells["fit"].source)
    lines = re.findall(r"^1563/1563 - ", perceptron.text("fit"), re.MULTILINE)
    assert len(lines) == 10


def test_predictions_have_the_shapes_of_the_text(perceptron):
    """Erratum: the argmax of [10000, 10] over the last axis has the shape [10000], not [10000, 1]."""
    assert perceptron.text("predict-test") == "((10000, 10), (10000,))"
    assert perceptron.text("check-broadcast-answer") == "(100, 100)"


def test_measured_numbers_are_in_their_bands(perceptron):
    assert 0.45 <= perceptron.number("test_accuracy") <= 0.52
    assert 1.35 <= perceptron.number("test_loss") <= 1.55
    assert 0.49 <= perceptron.number("train_accuracy") <= 0.54
    assert 1.28 <= perceptron.number("train_loss") <= 1.45
    # What the text says of the learning rates.
    assert perceptron.number("small_rate_last") < perceptron.number("middle_rate_last")
    assert perceptron.number("large_rate_last") == pytest.approx(np.log(10), abs=0.05)
    assert perceptron.number("large_rate_first") > 2 * perceptron.number("small_rate_first")
    assert perceptron.number("middle_rate_last") < perceptron.number("middle_rate_first")
    assert perceptron.number("chance_loss") == pytest.approx(np.log(10))
    # What it says of the training: the later epochs gain far less than the first ones, and it overfits.
    losses = [float(loss) for loss in re.findall(r"loss: ([\d.]+)", perceptron.text("fit"))]
    assert len(losses) == 10
    assert np.all(np.diff(losses) < 0)
    assert losses[0] - losses[1] > 4 * (losses[8] - losses[9])
    assert perceptron.number("accuracy_gap") > 1
    assert 0 <= perceptron.number("right_of_ten") <= 10
    assert 0.8 < perceptron.number("accuracy_kept") < 1.1
    assert perceptron.number("parameters_kept") == pytest.approx(197_322 / TOTAL)
    # What it says of the batch sizes.
    seconds, batch_losses = perceptron.numbers("batch-sizes").T
    assert len(seconds) == 4
    assert seconds[0] == seconds.max()
    assert batch_losses[-1] == batch_losses.max()


def test_the_reference_result_is_quoted_and_within_reach(perceptron):
    text = " ".join(cell.source for cell in perceptron.notebook.cells if cell.cell_type == "markdown")
    for figure in ("51.67%", "loss 1.3696", "48.96%", "loss 1.4358"):
        assert figure in text
    seeds = measured_seeds("multilayer_perceptron")
    assert abs(seeds.mean - 0.4896) < 2 * seeds.spread


def test_check_yourself_answers(perceptron):
    assert perceptron.number("numbers_in_a_row") == 32 * 3
    assert perceptron.number("second_layer_of_smaller") == 150 * 101


def test_the_exercise_has_the_parameters_that_keras_counts(perceptron):
    assert perceptron.text("solution") == "197322 = 196672 + 650"
    smaller = keras.Sequential(
        [keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(64), keras.layers.Dense(10)]
    )
    assert smaller.count_params() == 197_322

"""Page 2.3: its stored outputs hold the facts of the course's specification, and Keras agrees with each of them."""

import math
import re

import keras
import numpy as np
import pytest

from gdl_utils.convolution import output_size, receptive_field
from gdl_utils.tables import show_table

FIRST_PATCH = [[0.6, 0.4, 0.6], [0.1, -0.2, -0.3], [-0.5, -0.4, -0.3]]
SECOND_PATCH = [[-0.7, 0.6, 0.2], [0.1, 0.5, -0.3], [-0.3, -0.4, 0.5]]
HORIZONTAL = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]
NETWORK = [
    # layer, output shape, parameters
    ("Conv2D", (16, 16, 10), 490),
    ("Conv2D", (8, 8, 20), 1_820),
    ("Flatten", (1_280,), 0),
    ("Dense", (10,), 12_810),
]
TOTAL = 15_120


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("2_3_convolutions")


@pytest.fixture(scope="module")
def namespace(page):
    """What the page's own cells define, without its data, its training and its figures."""
    names = {"keras": keras, "layers": keras.layers, "np": np, "math": math, "show_table": show_table}
    for cell_id in (
        *("patches", "convolve", "draw", "vertical", "starts", "sizes-by-keras"),
        *("network", "network-table", "network-equal", "solution-slope", "solution-table"),
    ):
        exec(page.cells[cell_id].source, names)
    return names


def by_keras(image, kernel, strides=1, padding="valid"):
    """What Keras computes for one grey image and one kernel."""
    pixels = np.asarray(image, "float32")[np.newaxis, :, :, np.newaxis]
    weights = np.asarray(kernel, "float32")[:, :, np.newaxis, np.newaxis]
    return np.array(keras.ops.conv(pixels, weights, strides=strides, padding=padding))[0, :, :, 0]


def test_the_two_patches_of_the_specification(namespace, page):
    """Erratum: the second response is 0.3, where a printed source has -0.1."""
    np.testing.assert_array_equal(namespace["edge"], FIRST_PATCH)
    np.testing.assert_array_equal(namespace["no_edge"], SECOND_PATCH)
    np.testing.assert_array_equal(namespace["horizontal"], HORIZONTAL)
    assert page.text("patches").split() == ["2.8", "0.3"]
    assert page.number("edge_response") == pytest.approx(2.8)
    assert page.number("no_edge_response") == pytest.approx(0.3)
    assert by_keras(SECOND_PATCH, HORIZONTAL)[0, 0] == pytest.approx(0.3)
    assert "$-0.1$" in page.cells["patches-meaning"].source


def test_flattening_is_shown_to_lose_the_neighbours(page):
    assert page.number("right") == 3
    assert page.number("below") == 32 * 3
    assert page.text("twins-agree") == "True"
    curves = np.array(re.findall(r"\d+\.\d*", page.text("twins-train")), float).reshape(2, 5)
    np.testing.assert_allclose(curves[0], curves[1], atol=1.1e-3)
    assert np.all(np.diff(curves) < 0)
    assert page.number("twin_gap") < 1e-3
    assert page.number("twin_gain") > 0.1
    assert page.number("twin_gain") > 100 * page.number("twin_gap")


def test_the_loop_computes_what_keras_computes(namespace):
    convolve = namespace["convolve"]
    rng = np.random.default_rng(0)
    for shape, k in [((64, 64), 3), ((5, 9), 1), ((7, 7), 7), ((12, 8), 4)]:
        image, kernel = rng.normal(size=shape), rng.normal(size=(k, k))
        np.testing.assert_allclose(convolve(image, kernel), by_keras(image, kernel), atol=1e-5)


def test_the_drawing_and_its_feature_maps(namespace, page):
    drawing, convolve = namespace["drawing"], namespace["convolve"]
    assert drawing.shape == (64, 64)
    assert drawing.min() >= 0
    assert drawing.max() <= 1
    np.testing.assert_array_equal(namespace["vertical"], [[1, 0, -1]] * 3)
    for kernel in (namespace["horizontal"], namespace["vertical"]):
        difference = np.abs(convolve(drawing, kernel) - by_keras(drawing, kernel)).max()
        assert difference < 1e-6
    assert page.text("keras-equal") == "equal to 1e-6: True\nequal to 1e-6: True"
    assert page.number("keras_difference") < 1e-6
    assert page.text("keras-layer") == "((1, 64, 64, 1), (3, 3, 1, 2), (1, 62, 62, 2))"
    # What the text says of the maps.
    horizontal, vertical = (convolve(drawing, namespace[name]) for name in ("horizontal", "vertical"))
    assert np.abs(horizontal[34:49, 13]).max() < 1e-9, "the sides of the wall"
    assert np.abs(vertical[55:]).max() < 1e-9, "the meadow"
    assert horizontal[31, 20] == pytest.approx(page.number("eaves"))
    assert page.number("eaves") < 0
    assert page.number("map_side") == 62
    assert page.text("moved") == "True"


def test_it_is_a_cross_correlation(page):
    assert page.text("correlation") == str(np.arange(9, 0, -1).reshape(3, 3))
    assert page.text("correlation-numpy").splitlines() == ["convolve:  [1 2 3]", "correlate: [3 2 1]"]
    dot = np.zeros((5, 5))
    dot[2, 2] = 1
    np.testing.assert_array_equal(by_keras(dot, np.arange(1, 10).reshape(3, 3)), np.arange(9, 0, -1).reshape(3, 3))


def test_padding_and_stride(page):
    assert page.text("padding-sizes").splitlines() == ["valid (1, 3, 3, 1)", "same (1, 5, 5, 1)"]
    border = by_keras(np.ones((5, 5)), HORIZONTAL, padding="same").astype(int)
    assert page.text("border-edge") == str(border)
    assert page.text("stride-valid").splitlines() == [
        "valid (31, 31) left out only: True",
        "same (32, 32) left out only: False",
    ]


def test_sizes(namespace, page):
    assert page.text("starts").splitlines() == [
        "7 pixels: [0, 2, 4]",
        "8 pixels: [0, 2, 4]",
        "9 pixels: [0, 2, 4, 6]",
    ]
    # All numbers of cases: kernels no larger than the image with "valid", all with "same".
    fitting = 4 * sum(min(n, 6) for n in range(1, 13))
    assert page.text("sizes-by-keras").splitlines() == [
        f"valid: {fitting} of {fitting} sizes agree",
        "same:  288 of 288 sizes agree",
    ]
    for n, k, s in [(5, 3, 1), (64, 3, 2), (31, 4, 3), (7, 7, 5)]:
        assert namespace["size_by_keras"](n, k, s, "valid") == output_size(n, k, s) == (n - k) // s + 1
        assert namespace["size_by_keras"](n, k, s, "same") == output_size(n, k, s, "same") == math.ceil(n / s)
        assert len(namespace["starts"](n, k, s)) == output_size(n, k, s)
    assert page.text("large-kernel").splitlines() == ["positions: []", "Keras, valid: an error", "Keras, same: 3"]
    four, five = ([[9, 6], [6, 4]], [[4, 6, 4], [6, 9, 6], [4, 6, 4]])
    assert page.text("where-border") == f"{np.array(four)}\n{np.array(five)}"
    assert page.number("checked_size") == output_size(32, 5, 2) == 14


def test_a_filter_is_as_deep_as_its_input(page):
    assert page.text("depth") == "((4, 4, 3, 10), (10,), TensorShape([1, 29, 29, 10]))"
    assert page.text("depth-by-hand") == "((4, 4, 3), True)"


def test_the_network_of_the_specification(namespace, page):
    network = namespace["network"]
    table = [
        (type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in network.layers[1:]
    ]
    assert table == NETWORK == namespace["by_hand"]
    assert network.count_params() == TOTAL == page.number("total")
    first, second = network.layers[1:3]
    assert (first.filters, first.kernel_size, first.strides, first.padding) == (10, (4, 4), (2, 2), "same")
    assert (second.filters, second.kernel_size, second.strides, second.padding) == (20, (3, 3), (2, 2), "same")
    assert network.layers[-1].activation.__name__ == "softmax"
    assert network.input_shape == (None, 32, 32, 3)


def test_the_stored_outputs_show_the_same_table(page):
    rows = [line.split(maxsplit=1) for line in page.text("network-table").splitlines()]
    assert rows[0] == ["in", f"total {TOTAL}"]
    wanted = [[name, f"{shape}  {parameters}"] for name, shape, parameters in NETWORK]
    assert [[name, re.sub(r" {2,}", "  ", cells)] for name, cells in rows[2:]] == wanted
    summary = re.sub(r"\x1b\[[\d;]*m", "", page.text("network-summary"))  # without its colours
    for _, shape, parameters in NETWORK:
        assert re.search(rf"None, {', '.join(map(str, shape))}\).*{parameters:,}", summary)
    assert f"{TOTAL:,}" in summary
    assert "conv2d_1" in summary and not re.search(r"_\d\d", summary), "layers are numbered from the start"
    assert page.text("network-equal") == "True"
    assert page.number("first_convolution") == (4 * 4 * 3 + 1) * 10
    assert page.number("second_convolution") == (3 * 3 * 10 + 1) * 20
    assert page.number("last_dense") == 12_810
    assert page.number("perceptron_total") == 646_260
    assert page.number("dense_instead") == 2_560 * 3_073
    assert page.number("times_fewer") == pytest.approx(646_260 / TOTAL)
    assert page.number("third_parameters") == 7_240


def test_receptive_fields(page):
    by_formula = [receptive_field(layers) for layers in ([(4, 2), (3, 2)], [(3, 1)], [(3, 1)] * 2, [(3, 1)] * 3)]
    measured = [int(line.split(": ")[1]) for line in page.text("measured-fields").splitlines()]
    assert measured == by_formula == [8, 3, 5, 7]


def test_check_yourself_answers(page):
    assert page.text("check-edge-answer").splitlines() == ["A 0.0", "B 3.0", "C 0.0", "D 0.0"]
    assert page.text("check-size-answer").endswith("Keras: 14")
    assert page.text("check-parameters-answer") == "weights: 7200 and biases: 40"


def test_the_kernel_for_slopes_finds_only_one_slope(namespace, page):
    slope = namespace["slope"]
    assert slope.sum() == 0
    assert set(slope.ravel()) == {-1, 0, 1}
    # Of all patches of zeros and ones, none gives more than the one that is bright on the upper left.
    np.testing.assert_array_equal(slope > 0, np.add.outer(range(3), range(3)) < 2)
    np.testing.assert_array_equal(slope < 0, np.add.outer(range(3), range(3)) > 2)
    np.testing.assert_allclose(
        namespace["convolve"](namespace["drawing"], slope), by_keras(namespace["drawing"], slope), atol=1e-6
    )
    assert page.number("left_slope") > 1
    assert page.number("right_slope") < 0.05


def test_the_table_without_keras(namespace, page):
    rows = {"(14, 20, 8)": ["208"], "(7, 10, 16)": ["1168"], "(1120,)": ["0"], "(5,)": ["5605"]}
    assert page.table("solution-table") == rows
    assert namespace["check"].count_params() == 208 + 1_168 + 5_605
    text = page.cells["solution-table-text"].source
    for number in ("208", "1168", "5605", "1120", "= 14", "= 20", "= 7", "= 10"):
        assert number in text
    assert receptive_field([(5, 3), (3, 2)]) == 11
    assert "= 11" in text

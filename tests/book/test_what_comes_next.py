"""Page 2.6: its stored outputs hold what the text says, and its sizes and matrices are those of Keras."""

import itertools
import re

import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("2_6_what_comes_next")


@pytest.fixture(scope="module")
def namespace(page):
    """What the page's own cells define, without its data and its trainings."""
    names = {"keras": keras, "np": np, "layers": keras.layers, "itertools": itertools}
    for cell_id in ("sizes", "checkerboard", "encoder", "decoder", "mirrored", "convolve", "u-net"):
        exec(page.cells[cell_id].source, names)
    return names


def test_upsampling_repeats(page):
    assert re.findall(r"\d", page.text("upsampling")) == list("1122112233443344")


def test_the_transposed_convolution_is_the_transposed_matrix(page):
    assert page.text("convolution-as-matrix").endswith("True")
    assert page.text("transposed").endswith("True")
    numbers = re.findall(r"\d+(?=\.)", page.text("transposed"))
    # The signal is [1 0 2 1 0 3 1], its convolution with [1 2 3] and stride 2 is [7 4 9].
    assert re.findall(r"\d+(?=\.)", page.text("convolution-as-matrix")) == ["7", "4", "9"]
    assert numbers == [str(n) for n in (7, 14, 21 + 4, 8, 12 + 9, 18, 27)]


def test_sizes_agree_with_what_keras_really_gives(page, namespace):
    agreeing, tried = re.match(r"(\d+) of (\d+) sizes", page.text("sizes")).groups()
    assert agreeing == tried == str(9 * 5 * 4 * 2)
    for padding in ("same", "valid"):
        for n, k, s in [(7, 3, 2), (4, 2, 3), (5, 5, 2), (1, 1, 4)]:
            layer = keras.layers.Conv2DTranspose(1, k, strides=s, padding=padding)
            given = layer(np.zeros((1, n, n + 1, 1))).shape
            size = namespace["transposed_size"]
            assert given == (1, size(n, k, s, padding), size(n + 1, k, s, padding), 1)


def test_check_yourself_answers(page):
    assert page.text("check-size-answer") == "28 -> 14 -> 7 -> 4 -> 8 -> 16 -> 32"
    assert page.number("last_parameters") == 4 * 4 * 32 * 3 + 3


def test_stamps_are_even_where_the_stride_divides_the_kernel(namespace):
    uneven, even = namespace["stamps"](3, 2), namespace["stamps"](4, 2)
    assert set(np.unique(uneven)) == {1, 2, 4}
    assert set(np.unique(even)) == {4}
    assert set(np.unique(namespace["stamps"](6, 3))) == {4}
    assert len(np.unique(namespace["stamps"](4, 3))) > 1


def test_encoder_and_decoder_mirror_each_other(page, namespace):
    assert page.text("mirrored").endswith("True")
    assert page.text("mirrored").splitlines()[:2] == [
        "(32, 32, 3) -> (16, 16, 32) -> (8, 8, 64) -> (4096,) -> (16,)",
        "(16,) -> (4096,) -> (8, 8, 64) -> (16, 16, 32) -> (32, 32, 3)",
    ]
    assert namespace["encoder"].output_shape == (None, 16)
    assert namespace["decoder"].output_shape == (None, 32, 32, 3)
    image = np.array(namespace["decoder"](np.ones((1, 16))))
    assert 0 <= image.min() <= image.max() <= 1
    assert page.text("parameters").splitlines() == ["32832 = 32832", "32800 = 32800"]
    assert namespace["encoder"].layers[4].count_params() == 32_832
    assert namespace["grow"].count_params() == 32_800


def test_a_shifted_and_scaled_draw_lets_the_gradient_through(page):
    assert page.text("reparametrise").splitlines() == [
        "mean 2.00, deviation 0.50",
        "slope of the average by the mean: 1",
    ]


def test_the_discriminator_judges_what_the_generator_made(page):
    assert page.text("gan") == "(5, 32, 32, 3) -> (5, 1)"


def test_the_u_net_keeps_the_size_and_has_its_skips(page, namespace):
    with_skips, without = namespace["u_net"](), namespace["u_net"](skips=False)
    for network in (with_skips, without):
        assert network.output_shape == network.input_shape == (None, 32, 32, 3)
    kinds = [type(layer).__name__ for layer in with_skips.layers]
    assert kinds.count("Concatenate") == 2
    assert "Concatenate" not in [type(layer).__name__ for layer in without.layers]
    assert page.text("solution-sizes") == f"'{with_skips.count_params():,} and {without.count_params():,}'"


def test_it_ran_on_cifar10_and_left_the_test_set_alone(page):
    assert page.text("load").startswith("Data: CIFAR-10")
    assert not page.notebook.metadata["gdl_provenance"]["data_is_stand_in"]
    assert page.cells["load"].source.startswith("(images, _), _ = load_cifar10()")


def test_measured_losses_are_in_their_bands(page):
    assert page.text("mix").endswith(("1.00", "0.99", "1.01", "1.02", "0.98"))
    # With half of the variance from noise, half of it can't be told pixel by pixel.
    assert page.number("pixel_loss") == pytest.approx(0.5, abs=0.03)
    # Colours help, neighbours help more, and the network gets further than a linear rule.
    assert page.number("pixel_loss") > page.number("colour_loss") > page.number("square_loss")
    assert page.number("square_loss") > page.number("highest_loss")
    assert len(re.findall(r"0\.\d+", page.text("five-runs"))) == 5
    assert 0.08 < page.number("lowest_loss") <= page.number("highest_loss") < 0.3
    assert len(re.findall(r"0\.\d+", page.text("solution"))) == 3
    assert page.number("lowest_without") > page.number("highest_loss")

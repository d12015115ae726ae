"""Page 3.2: the chain rule, masks, receptive fields and sampling against NumPy; bands for what was measured."""

import itertools
import linecache
import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from scipy.special import log_softmax

from gdl_utils import generative
from gdl_utils.datasets import load_digits


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("3_2_autoregressive_models")


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(5)
    train, test = (generative.sample_land_points(size, rng) for size in (3_000, 500))
    return SimpleNamespace(train=train, test=test)


@pytest.fixture
def run(page, points):
    """A function that runs cells of the page, each up to the text `before`, and gives the names they define."""
    names = {"np": np, "tf": tf, "keras": keras, "layers": layers, "pairwise": itertools.pairwise, "points": points}
    names |= {name: getattr(generative, name) for name in generative.__all__} | {"log_softmax": log_softmax}

    def run_cells(*cells, before=None, **given):
        names.update(given)
        for cell in cells:
            source = page.cells[cell].source
            source = source.split(before)[0] if before else source
            # AutoGraph reads the source of what it compiles.
            linecache.cache[f"<{cell}>"] = (len(source), None, source.splitlines(keepends=True), f"<{cell}>")
            exec(compile(source, f"<{cell}>", "exec"), names)
        return names

    return run_cells


@pytest.fixture
def rows(run):
    """The model of the map with the random weights of its beginning."""
    names = run("counts", "row-table", "network", "log-prob", "sample")
    keras.utils.set_random_seed(3)
    names = run("log-table", before="tables = ", network=None)
    names["untrained"] = names["answering_network"](360, 0.4)
    return names


def test_the_row_table_counts(rows):
    counts = np.array([[2, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(np.exp(rows["row_table"](counts)), [4 / 5, 1 / 5])


def test_the_density_integrates_to_one(rows):
    table = rows["log_table"](rows["untrained"])
    assert table.shape == (180, 360)
    assert np.exp(table).sum() == pytest.approx(1, abs=1e-9)
    middles = np.stack(np.meshgrid((np.arange(720) + 0.5) / 360 - 1, 1 - (np.arange(360) + 0.5) / 180), -1)
    density = np.exp(rows["log_prob"](table, middles.reshape(-1, 2)))
    # The mean density times the area of the map, 4.
    assert 4 * density.mean() == pytest.approx(1, abs=1e-9)


def test_the_table_is_a_product(rows):
    table = rows["log_table"](rows["untrained"])
    in_row = generative.count_in_cells(rows["points"].train, 1).sum(axis=1)
    np.testing.assert_allclose(np.exp(table).sum(axis=1), (in_row + 1) / (in_row.sum() + 180))
    latitudes = (1 - (np.arange(180) + 0.5) / 90).astype("float32")
    logits = rows["untrained"](latitudes[:, None]).numpy().astype(float)
    by_row = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(table) / np.exp(table).sum(axis=1, keepdims=True), by_row, rtol=1e-4)


def test_points_fall_into_the_cells_that_count_them(rows):
    x = np.random.default_rng(0).uniform(-1, 1, (2_000, 2))
    counted = np.zeros((180, 360), int)
    np.add.at(counted, rows["cells_of"](x), 1)
    np.testing.assert_array_equal(counted, generative.count_in_cells(x, 1))
    corners = rows["cells_of"](np.array([[1.0, -1.0], [-1.0, 1.0]]))
    np.testing.assert_array_equal(corners, [[179, 0], [359, 0]])


def test_samples_follow_the_chain(rows):
    columns = rows["log_columns"](rows["untrained"], temperature=0.02)
    samples = rows["sample"](columns, 60_000, np.random.default_rng(0))
    assert np.abs(samples).max() <= 1
    table = rows["row_table"](rows["counts"])[:, None] + columns
    expected = np.exp(table).reshape(18, 10, 36, 10).sum(axis=(1, 3))
    shares = generative.count_in_cells(samples, 10) / len(samples)
    np.testing.assert_allclose(shares, expected, atol=5e-3)
    assert np.abs(shares - expected).sum() / 2 < 0.05
    # Within a cell everywhere alike.
    assert ((samples[:, 0] + 1) * 180 % 1).mean() == pytest.approx(0.5, abs=0.01)
    assert ((samples[:, 1] + 1) * 90 % 1).std() == pytest.approx(12**-0.5, abs=0.01)


def test_temperature_divides_the_logits(rows):
    logits = rows["log_columns"](rows["untrained"])
    for temperature in (0.5, 2.0):
        np.testing.assert_allclose(
            rows["log_columns"](rows["untrained"], temperature=temperature),
            log_softmax(logits / temperature, axis=1),
            atol=1e-6,
        )
    cold = np.exp(rows["log_columns"](rows["untrained"], temperature=1e-9))
    np.testing.assert_array_equal(cold.argmax(axis=1), logits.argmax(axis=1))
    assert cold.max(axis=1).min() > 0.99


def test_the_loss_is_that_of_all_points(run, rows):
    """The table of counts as one observation: the same mean NLL as point by point."""
    seen = {}

    def no_fit(loss, variables, data, steps, batch_size, rate):
        seen.update(loss=float(loss(tf.constant(data))), batch_size=batch_size, shape=data.shape)

    network, _ = run("train-rows", fit=no_fit)["train_rows"](rows["counts"], dropout=0.0)
    assert (seen["batch_size"], seen["shape"]) == (1, (1, 180, 360))
    columns = rows["log_columns"](network)
    by_point = columns[rows["cells_of"](rows["points"].train)]
    assert seen["loss"] == pytest.approx(-by_point.mean(), abs=1e-3)


def test_area_question(page):
    area = (2 / 180) * (2 / 360)
    answers = [float(number) for number in re.findall(r": +(\S+)", page.text("check-density-answer"))]
    assert answers == pytest.approx([0.00005 / area, 0.00005 * area, 0.75], abs=5e-3)
    assert page.number("log_area") == pytest.approx(-np.log(area))
    assert page.cells["check-density-explained"].source.splitlines()[1].startswith("B.")
    assert "runs 1\n" in page.text("check-passes-answer")
    assert page.text("check-passes-answer").endswith("64")


def test_digits_are_halves_of_the_map(run):
    names = run("digits", before="timbuktu = ")
    x = np.random.default_rng(0).uniform(-1, 1, (500, 2))
    digits = names["to_digits"](x)
    corners = np.array([[-1.0, -1.0]] * 500)
    for place in range(16):
        half = 2.0 ** -(place // 2)
        corners[:, place % 2] += digits[:, place] * half
    np.testing.assert_allclose(names["lower_corner"](digits), corners)
    assert np.all((x >= corners) & (x < corners + 1 / 128))
    np.testing.assert_array_equal(names["to_digits"]([[1, 1], [-1, -1]]), [[1] * 16, [0] * 16])


def test_timbuktu(page):
    first, second = page.text("digits").splitlines()
    digits = re.findall(r"\d", first)
    assert digits[:2] == ["0", "1"]
    west, south = (float(number) for number in re.findall(r"-?\d+\.\d", second))
    assert west <= -3.0 < west + 1.5
    assert south <= 16.8 < south + 0.8


@pytest.mark.parametrize(("features", "hidden"), [(4, (6, 6)), (16, (256, 256, 256)), (3, (2,)), (7, (20, 9, 30))])
def test_the_product_of_masks_is_strictly_triangular(run, features, hidden):
    masks = run("made-masks", before="small = ")["made_masks"](features, hidden)
    sizes = [features, *hidden, features]
    assert [mask.shape for mask in masks] == list(itertools.pairwise(sizes))
    paths = np.linalg.multi_dot([mask.astype(float) for mask in masks])
    assert np.all(np.tril(paths) == 0)
    assert np.all(paths[np.triu_indices(features, 1)] > 0)


def test_the_printed_product(page):
    product = np.array(re.findall(r"\d+", page.text("made-masks")), int).reshape(4, 4)
    # Hidden degrees 1, 2, 3, 1, 2, 3: paths from x_i to unit a to unit b to output o with i <= a <= b < o.
    degrees = [1, 2, 3] * 2
    for i, o in itertools.product(range(1, 5), repeat=2):
        assert product[i - 1, o - 1] == sum(i <= a <= b < o for a in degrees for b in degrees)


@pytest.fixture
def made(run):
    run("digits", before="timbuktu = ")
    run("made-masks", before="small = ")
    names = run("masked-layer", "made-network", "made-sample", "quadtree", HIDDEN=(40, 40))
    keras.utils.set_random_seed(1)
    names["network"] = names["made_network"]()
    for weight in names["network"].weights:
        weight.assign(1.5 * np.random.default_rng(len(weight.shape)).normal(size=weight.shape))
    return names


def test_no_digit_reaches_its_own_answer(made):
    digits = tf.constant(np.random.default_rng(0).integers(0, 2, (4, 16)).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(digits)
        logits = made["network"](2 * digits - 1)
    jacobian = np.abs(tape.batch_jacobian(logits, digits)).max(axis=0)  # (output, input)
    assert np.all(np.triu(jacobian) == 0)
    assert np.count_nonzero(jacobian) > 80


def test_a_made_of_random_weights_sums_to_one(made, page):
    every = (np.arange(2**16)[:, None] >> np.arange(16)[::-1] & 1).astype("float32")
    log_p = made["log_factors"](made["network"], every).numpy().sum(axis=1, dtype=float)
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-4)
    assert page.text("made-sum").count("probabilities 1.0000") == 3
    assert page.text("log-table").count("64800 cells, sum of probabilities 1.000000") == 3


def test_samples_of_made_follow_its_density(made):
    samples = made["sample_made"](made["network"], 40_000, np.random.default_rng(0))
    expected = made["density_after"](made["network"], 4)
    assert expected.shape == (4, 4)
    found = np.histogram2d(-samples[:, 1], samples[:, 0], bins=4, range=[(-1, 1), (-1, 1)])[0] / 40_000
    np.testing.assert_allclose(found, expected / 4, atol=0.01)


def test_each_map_of_the_quadtree_divides_the_one_before(made):
    for count in (2, 4, 6):
        coarse, fine = (made["density_after"](made["network"], digits) for digits in (count, count + 2))
        pieces = fine.reshape(len(coarse), 2, len(coarse), 2).mean(axis=(1, 3))
        np.testing.assert_allclose(pieces, coarse, rtol=1e-4)
        assert 4 * fine.mean() == pytest.approx(1, abs=1e-4)


def test_conv_masks(run):
    conv_mask = run("conv-mask", before="print")["conv_mask"]
    np.testing.assert_array_equal(conv_mask(1, "A"), [[0]])
    np.testing.assert_array_equal(conv_mask(1, "B"), [[1]])
    np.testing.assert_array_equal(conv_mask(3, "A"), [[1, 1, 1], [1, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(conv_mask(3, "B"), [[1, 1, 1], [1, 1, 0], [0, 0, 0]])
    for kind, ones in [("A", 12), ("B", 13)]:
        np.testing.assert_array_equal(conv_mask(5, kind).ravel(), [1] * ones + [0] * (25 - ones))


def count_paths(kinds, size=9):
    """Paths from each pixel to the middle, step by step and without convolutions."""
    found = np.zeros((size, size), int)
    found[size // 2, size // 2] = 1
    for kind in reversed(kinds):
        steps = [(-1, -1), (-1, 0), (-1, 1), (0, -1)] + [(0, 0)] * (kind == "B")
        below = np.zeros_like(found)
        for (row, column), paths in np.ndenumerate(found):
            for down, across in steps if paths else []:
                if 0 <= row + down < size and 0 <= column + across < size:
                    below[row + down, column + across] += paths
        found = below
    return found


def test_receptive_fields(run, page):
    run("conv-mask", before="print")
    names = run("masked-conv", "field")
    for name, field in names["fields"].items():
        kinds = name[0] + name[-3:]
        np.testing.assert_array_equal(field, count_paths(kinds))
    right, only_a, leaking = names["fields"].values()
    blind = np.argwhere((right == 0).ravel()[:40].reshape(-1, 1))[:, 0]
    # Above by r rows, to the right by more than r.
    expected = [9 * (4 - up) + 4 + right for up in (4, 3, 2, 1) for right in range(up + 1, 5)]
    np.testing.assert_array_equal(blind, expected)
    assert not right.ravel()[40:].any()
    assert leaking[4, 4] == 1
    assert only_a[4, 3] == only_a[3, 4] == 0
    assert (page.number("blind"), page.number("seen")) == (6, 34)
    assert page.number("blind_a") == np.sum(count_paths("AAAA").ravel()[:40] == 0)
    assert [row[1:] for row in page.table("field-counts").values()] == [["0", "0"], ["0", "0"], ["1", "0"]]
    assert page.table("field-counts")["A, then BBB"][0] == "34 of 40"


@pytest.fixture
def pixel(run):
    run("conv-mask", before="print")
    run("masked-conv")
    return run("pixel-network", "pixel-loss", "pixel-sample", LEVELS=17, PIXELS=64)


@pytest.mark.parametrize(("kinds", "itself"), [("ABBB", False), ("BBBB", True)])
def test_a_pixelcnn_sees_nothing_of_the_future(pixel, kinds, itself):
    keras.utils.set_random_seed(0)
    network = pixel["pixel_network"](kinds)
    image = tf.constant(np.random.default_rng(0).integers(0, 17, (1, 8, 8, 1)).astype("float32"))
    for place in (0, 20, 35, 63):
        with tf.GradientTape() as tape:
            tape.watch(image)
            answer = tf.reduce_sum(tf.reshape(network(image), (64, 17))[place] * np.arange(17.0, dtype="float32"))
        slopes = tape.gradient(answer, image).numpy().ravel()
        assert not slopes[place + 1 :].any()
        assert bool(slopes[place]) == itself
        assert place == 0 or slopes[:place].any()


def test_nats_are_those_of_the_softmax(pixel):
    network = pixel["pixel_network"]()
    images = np.random.default_rng(0).integers(0, 17, (3, 8, 8, 1)).astype("float32")
    by_hand = -log_softmax(network(images).numpy(), axis=-1)
    chosen = np.take_along_axis(by_hand, images.astype(int), axis=-1)[..., 0]
    np.testing.assert_allclose(pixel["nats"](network, images), chosen, rtol=1e-4, atol=1e-5)


def test_the_sampler_goes_on_from_the_last_pixel(pixel):
    """A network that is sure that each pixel is the one before plus 1."""

    def network(images):
        flat = tf.reshape(images, (-1, 64))
        before = tf.concat([tf.zeros_like(flat[:, :1]), flat[:, :-1]], axis=1)
        return 100 * tf.reshape(tf.one_hot(tf.cast(before + 1, "int32") % 17, 17), (-1, 8, 8, 17))

    sampler = pixel["pixel_sampler"](network)

    def draw(images, start=0):
        return pixel["continue_images"](sampler, images, start)

    blank = np.zeros((2, 8, 8, 1), "float32")
    np.testing.assert_array_equal(draw(blank)[1].ravel(), np.arange(1, 65) % 17)
    begun = np.full((2, 8, 8, 1), 5, "float32")
    ended = draw(begun, start=32)[0].ravel()
    np.testing.assert_array_equal(ended[:32], np.full(32, 5))
    np.testing.assert_array_equal(ended[32:], (5 + np.arange(1, 33)) % 17)


def test_the_sampler_draws_and_takes_no_argmax(pixel):
    p = np.linspace(1, 3, 17) / np.linspace(1, 3, 17).sum()
    draw = pixel["pixel_sampler"](lambda images: tf.zeros_like(images) + np.log(p).astype("float32"))
    keras.utils.set_random_seed(0)
    drawn = pixel["continue_images"](draw, np.zeros((500, 8, 8, 1), "float32"))
    np.testing.assert_allclose(np.bincount(drawn.ravel().astype(int), minlength=17) / drawn.size, p, atol=0.01)


def test_two_streams_have_no_blind_spot(page, run):
    names = run("solution-blind-layers")
    image = tf.zeros((1, 9, 9, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        output = names["two_streams"](image)[0, 4, 4, 0]
    field = tape.gradient(output, image).numpy().ravel()
    assert np.all(field[:40] > 0)
    assert not field[40:].any()
    assert "past pixels seen: 40 of 40\nitself or future: 0\n" in page.text("solution-blind-check")


def test_the_causal_mask(page):
    printed = np.array(re.findall(r"\d\.\d*", page.text("causal")), float).reshape(5, 5)
    np.testing.assert_allclose(printed, np.tril(np.ones((5, 5))) / np.arange(1, 6)[:, None], atol=5e-3)


def test_baselines_in_bits(page):
    digits = load_digits()
    assert page.number("uniform_bits") == pytest.approx(np.log(17) / np.log(2))
    shares = np.array([np.bincount(pixel, minlength=17) + 1 for pixel in digits.train.reshape(-1, 64).T]) / 1417
    bits = -np.log2(shares[np.arange(64), digits.test.reshape(-1, 64)])
    assert page.number("independent_bits") == pytest.approx(bits.mean(), abs=1e-4)
    costs = [page.number(f"pixel_test_{which}") for which in ("least", "mean", "most")]
    assert 1.7 < costs[0] <= costs[1] < 1.95
    assert costs[2] < 2.0
    assert page.number("pixel_train_most") < costs[0]
    assert page.number("saved_first_most") < page.number("saved_later_least") - 0.1
    assert page.number("saved_bits") == pytest.approx(64 * (bits.mean() - costs[2]), abs=1e-3)


def test_what_the_exact_cells_reach(page):
    shares, test = generative.cell_shares(1), generative.load_land_points().test
    reached = np.log(shares / (4 / 64_800), where=shares > 0, out=np.full(shares.shape, -np.inf))
    counted = generative.count_in_cells(test, 1)
    log_density = (reached[counted > 0] * counted[counted > 0]).sum() / counted.sum()
    tolerance = 1e-6 if len(test) > 9_999 else 0.02  # under GDL_PROFILE=smoke there are fewer points
    assert page.number("floor") == pytest.approx(-log_density - generative.entropy(), abs=tolerance)
    assert page.number("floor") == pytest.approx(0.0607, abs=0.005)
    assert page.number("floor_precision") == pytest.approx((shares * shares / shares.max()).sum())
    assert page.number("best_histogram") == pytest.approx(0.144, abs=0.005)


def test_the_map_is_learned(page):
    assert page.number("rows_kl_mean") <= 0.14
    assert page.number("rows_kl_most") <= 0.145
    assert page.number("rows_kl_most") < page.number("best_histogram")
    assert page.number("floor") < page.number("rows_kl_least")
    assert page.number("rows_precision_mean") >= 0.945
    assert page.number("rows_precision_least") >= 0.94
    assert page.number("rows_precision_most") < page.number("floor_precision")
    assert page.number("rows_coverage_least") > 0.9
    assert page.number("rows_tv_most") < 0.095
    assert page.number("cuba_most") < 0.7
    assert list(page.table("measure-three")) == [f"rows, seed {seed}" for seed in range(3)]


def test_without_dropout_it_learns_by_heart(page):
    assert page.number("plain_train_most") < 0 < page.number("floor")
    assert page.number("plain_test_least") > page.number("plain_best_most") + 0.03
    assert page.number("plain_test_least") > page.number("best_histogram")
    assert page.number("dropped_best_most") < page.number("best_histogram")
    assert page.number("dropped_best_most") < page.number("dropped_test_least") < 0.17
    assert page.number("static_dropout") < 0.7 * page.number("static_plain") < page.number("static_counts")


def test_temperatures(page):
    assert page.number("argmax_precision_least") > page.number("floor_precision")
    assert page.number("argmax_coverage_most") < 0.3
    assert page.number("cool_precision_least") > page.number("rows_precision_most")
    assert page.number("cool_tv_least") > page.number("rows_tv_most")
    assert page.number("hot_precision_most") < page.number("rows_precision_least") - 0.03
    assert page.number("hot_tv_least") > page.number("rows_tv_most")


def test_the_digits_of_the_map_are_learned(page):
    assert page.number("rows_kl_most") < page.number("made_kl_least")
    assert page.number("made_kl_most") < 0.2
    assert page.number("made_precision_least") > 0.88


def test_the_drawn_images(page):
    distances = [page.number(name) for name in ("test_distance", "drawn_distance_least", "drawn_distance_most")]
    assert distances == sorted(distances)
    assert distances[-1] < page.number("alone_distance") - 0.5


def test_a_leak_beats_every_honest_likelihood(page):
    assert page.number("leak_bits_most") < 0.6
    assert page.number("leak_kept_least") > 0.35
    # Whatever is drawn meets a random level with a chance of 1 in 17.
    assert page.number("honest_kept_most") < 0.1
    # An honest model does not see the canvas, and the random numbers are the same.
    assert page.number("honest_distance_mean") == pytest.approx(page.number("drawn_distance_mean"), abs=1e-6)
    assert page.number("leak_distance_least") > page.number("honest_distance_most") + 1
    assert page.cells["check-mask-explained"].source.splitlines()[1].startswith("B.")


def test_the_other_order_is_closer(page):
    assert page.number("floor") < page.number("turned_most") < page.number("rows_kl_least") - 0.005

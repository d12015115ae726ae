"""Page 1.3: what it says of the tins, of PCA and of the five autoencoders, from its stored outputs and its own code."""

import re

import keras
import numpy as np
import pytest

from gdl_utils.datasets.tins import distance_to_tins, draw_tins, measure_tins


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("1_3_representation_learning")


@pytest.fixture(scope="module")
def namespace(page):
    """What the page's own cells make, without its trainings."""
    names = {
        "keras": keras,
        "np": np,
        "distance_to_tins": distance_to_tins,
        "draw_tins": draw_tins,
        "measure_tins": measure_tins,
    }
    for cell_id in ("dataset", "split", "ghost", "svd", "reconstruct", "build"):
        exec(page.cells[cell_id].source, names)
    return names


def numbers(text):
    return [float(number) for number in re.findall(r"-?\+?\d+\.?\d*", text)]


def test_the_dataset_is_as_the_text_says(namespace, page):
    heights, widths = measure_tins(namespace["tins"])
    for sizes in (heights, widths):
        assert 7.999 < sizes.min() < 8.1
        assert 25.9 < sizes.max() < 26.001
    between = (heights > 14.001) & (heights < 19.999) & (widths > 14.001) & (widths < 19.999)
    assert not between.any()
    assert len(heights) == page.number("tins")
    assert page.number("tins") + page.number("left_out") == 2_250
    assert page.number("pixels_of_a_tin") == 32 * 32
    assert page.text("dataset") == f"({len(heights)}, 32, 32)"
    assert page.number("validation_tins") == len(heights) - 1_600


def test_the_helpers_know_a_true_tin(page):
    error, distance = numbers(page.text("helpers"))
    assert error == 0
    assert distance < 0.001


def test_a_mean_of_pixels_is_a_ghost(namespace, page):
    assert page.number("ghost_distance") == pytest.approx(distance_to_tins(namespace["ghost"][None])[0], abs=1e-4)
    half = page.number("slim_to_low") / 2
    # "Not much less than half the distance": a ghost is half the distance away from either of the two.
    assert 0.7 * half < page.number("ghost_distance") <= half + 1e-6


def test_the_principal_components_are_those_of_the_covariance(namespace, page):
    """By another road: the eigenvectors of the matrix of covariances."""
    pixels = namespace["pixels"][namespace["training"]].astype(float)
    eigenvalues, vectors = np.linalg.eigh(np.cov(pixels.T))
    eigenvalues, vectors = eigenvalues[::-1], vectors[:, ::-1].T
    shares = eigenvalues / eigenvalues.sum()
    assert np.array(numbers(page.text("svd"))) == pytest.approx(shares[:6], abs=6e-4)
    assert namespace["variance"][:20] == pytest.approx(shares[:20], abs=1e-5)
    for mine, theirs in zip(namespace["components"][:5], vectors[:5], strict=True):
        assert abs(mine @ theirs) == pytest.approx(1, abs=1e-3)
    assert page.number("two_components") == pytest.approx(shares[:2].sum(), abs=1e-4)
    count = int(page.number("components_99"))
    assert shares[:count].sum() >= 0.99 > shares[: count - 1].sum()


def test_a_reconstruction_leaves_the_other_components(namespace):
    pixels, training = namespace["pixels"], namespace["training"]
    images = namespace["tins"][training]
    left = np.sum((namespace["with_components"](images, 10) - images) ** 2)
    whole = np.sum((pixels[training] - namespace["mean"]) ** 2)
    assert left / whole == pytest.approx(1 - namespace["variance"][:10].sum(), abs=1e-4)


def test_what_pca_gives_and_misses(page):
    assert page.number("two_components") < 0.7
    assert page.number("components_99") > 20
    assert page.number("pca_distance") > 0.07
    distances = [float(value) for value in re.findall(r"distance (\d\.\d+)", page.text("pca-table"))]
    assert len(distances) == 5
    assert np.all(np.diff(distances) < 0)
    # A small patch of the sheet is flat, and has two dimensions.
    assert page.number("patch_share") > 0.95


def test_the_networks_are_built_as_the_text_says(namespace):
    encoder, decoder = namespace["build_autoencoder"]()
    assert encoder.input_shape == decoder.output_shape == (None, 32, 32)
    assert encoder.output_shape == decoder.input_shape == (None, 2)
    assert [layer.units for layer in encoder.layers if isinstance(layer, keras.layers.Dense)] == [128, 64, 2]
    assert [layer.units for layer in decoder.layers if isinstance(layer, keras.layers.Dense)] == [64, 128, 1024]


def test_training_sees_no_heights_and_no_widths(page):
    for cell_id in ("build", "train", "fit"):
        assert not re.search("height|width|validation", page.cells[cell_id].source), cell_id
    assert "[1, 2, 3, 4, 5]" in page.cells["fit"].source


def test_five_autoencoders_do_what_pca_cannot(page):
    assert 0 < page.number("least_error") <= page.number("largest_error") < 0.03
    assert page.number("pca_error") > 3 * page.number("largest_error")
    assert page.number("components_as_good") > 10
    assert page.number("largest_distance") < 0.025
    assert page.number("pca_distance") > 3 * page.number("largest_distance")
    assert page.number("height_off") < 0.3
    assert page.number("width_off") < 0.4
    for line in page.text("evaluate").splitlines():
        assert len(numbers(line)) == 5


def test_generated_tins_have_sizes_that_the_dataset_lacks(page):
    assert page.number("generated_in_gap") > 0.9 * page.number("generated")
    assert page.number("least_share") > 0.7
    assert page.number("generated_distance") < 0.04
    size, to_dataset, to_tin = page.text("most-like-it").splitlines()
    height, width = numbers(size)
    assert abs(height - 17) < 3
    assert abs(width - 17) < 3
    assert page.number("middle_to_tin") < 0.7 * page.number("middle_to_dataset")
    assert numbers(to_dataset) == [pytest.approx(page.number("middle_to_dataset"), abs=6e-4)]
    assert numbers(to_tin) == [pytest.approx(page.number("middle_to_tin"), abs=6e-4)]


def test_no_image_of_the_dataset_is_near_the_middle_of_the_hole(namespace):
    """So that a memorised image could not pass for a generated one."""
    tins = namespace["tins"]
    to_dataset = np.sqrt(np.mean((tins - draw_tins([17], [17])) ** 2, axis=(1, 2))).min()
    assert to_dataset > 0.06


def test_beyond_the_sheet_nothing_is_promised(page):
    assert page.number("far_distance") > 0.04
    assert page.number("mosaic_worst") > page.number("generated_distance")
    assert 0.7 * page.number("mosaic_images") < page.number("mosaic_good") <= page.number("mosaic_images")


def test_a_tin_gets_taller(page):
    assert page.number("asked") == 10
    assert 7 < page.number("grown") < 13
    assert page.number("width_drift") < 3
    assert 4 < page.number("least_rise") <= page.number("largest_rise") < 8
    assert page.number("largest_drift") < 2
    assert max(numbers(page.text("new-axes"))) < 2


def test_no_axis_has_a_meaning_of_its_own(page):
    assert page.text("turn") == "True"
    changes = np.array(re.findall(r"height ([+-][\d.]+), width ([+-][\d.]+)", page.text("check-axes-answer")), float)
    assert changes.shape == (5, 2)
    # "Height, width or both change": always one of them, and in some networks both.
    assert np.all(np.abs(changes).max(axis=1) > 0.5)
    assert np.any(np.abs(changes).min(axis=1) > 0.5)
    # "As the seed will have it": the directions of change differ widely between the networks.
    angles = np.degrees(np.arctan2(*changes.T))
    assert np.ptp(angles) > 60


def test_means_of_latent_points_are_tins(page):
    assert page.number("halfway_distance") < 0.5 * page.number("ghost_distance")
    assert 11 < page.number("halfway_height") < 23
    assert 11 < page.number("halfway_width") < 23
    assert page.number("largest_latent_mean") < 0.5 * page.number("pixel_means")


def test_the_walk_of_the_solution_is_even_and_straight(page):
    names = {"np": np, "slim": np.zeros((2, 2)), "low": np.ones((2, 2)), "ends": np.zeros((2, 2))}
    source = page.cells["solution-walk"].source.split("pixel_walk")[0]
    exec(source, names)
    walked = names["walk"](np.zeros((2, 2)), np.full((2, 2), 9.0))
    assert walked.shape == (10, 2, 2)
    assert walked[:, 0, 0] == pytest.approx(np.arange(10))
    assert np.all(walked == walked[:, :1, :1])


def test_two_latent_numbers_are_the_elbow(page):
    assert page.number("one_to_two") > 2
    assert page.number("two_to_three") < 0.6 * page.number("one_to_two")

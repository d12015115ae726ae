"""Page 1.1: what it says of the three recipes and the three kinds of models, and whether its functions are right."""

import re

import numpy as np
import pytest

FUNCTIONS = ("nature", "fit-discriminative", "fit-generative", "bayes", "sample-given")


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("1_1_generative_modelling")


@pytest.fixture(scope="module")
def words(page):
    return "\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "markdown")


@pytest.fixture(scope="module")
def namespace(page):
    """The functions of the page, run on its own collection of leaves."""
    names = {"np": np}
    exec("\n".join(page.cells[cell].source for cell in ("nature", "collect-leaves")), names)
    for cell in FUNCTIONS[1:]:
        exec(page.cells[cell].source, names)
    return names


def test_the_vocabulary_is_defined(words):
    for term in (
        "generative modelling",
        "training data",
        "observation",
        "features",
        "deterministic",
        "probabilistic",
        "generative model",
        "discriminative model",
        "conditional generative model",
    ):
        assert f"**{term}**" in words.replace("**Generative modelling**", "**generative modelling**"), term


def test_what_features_are(page):
    assert page.number("features_of_image") == 32 * 32 * 3
    assert page.number("features_of_grey") == 64 * 64
    assert page.text("features-of-text").splitlines()[0] == "5 words: ['a', 'horse', 'is', 'a', 'horse']"


def test_each_class_has_its_mean_beside_samples(page):
    names = {"np": np, "plt": None, "cifar10": None}
    rng = np.random.default_rng(0)
    names["labels"] = np.repeat(np.arange(10), 6)
    names["images"] = rng.integers(256, size=(60, 32, 32, 3), dtype=np.uint8)
    exec(page.cells["mean-images"].source, names)
    for label in range(10):
        of_class = names["images"][6 * label : 6 * label + 6]
        np.testing.assert_allclose(names["means"][label], of_class.astype(float).mean(axis=0))
    assert "mean / 255, *(samples / 255)" in page.cells["mean-figure"].source


def test_the_three_recipes_fail_each_at_its_own_test(page):
    rows = {name: cells[:2] for name, cells in page.table("three-tests-code").items()}
    recipes = {"mean": ["False", "0"], "pixels": ["True", "0"], "picture": ["True", "20"]}
    assert rows == {**recipes, "real pictures": ["", ""]}
    real = page.number("roughness_real")
    assert page.number("roughness_mean") < 0.2 * real
    assert page.number("roughness_pixels") > 3 * real
    assert page.number("contrast_of_means") < 0.5 * page.number("contrast_of_images")


def test_the_recipe_of_pixels_keeps_each_pixel_in_its_place(page):
    names = {"np": np, "rng": np.random.default_rng(0), "labels": np.full(3, 7)}
    # Every picture holds its own number; a pixel says from which place it came.
    place = np.arange(32 * 32).reshape(32, 32)
    names["images"] = np.stack([np.full((32, 32), 0), np.full((32, 32), 1), np.full((32, 32), 2)])[..., np.newaxis]
    names["images"] = names["images"] * 10_000 + place[..., np.newaxis]
    exec(page.cells["recipes-code"].source, names)
    picture = names["pick_pixels"]()[..., 0]
    np.testing.assert_array_equal(picture % 10_000, place)
    assert set(np.unique(picture // 10_000)) == {0, 1, 2}


def test_logistic_regression_is_the_maximum_of_the_likelihood(namespace):
    """At the maximum the errors are uncorrelated with each feature and sum to zero; Newton's method ends there, too."""
    leaves, trees = namespace["leaves"], namespace["trees"]
    weights, bias = namespace["fit_discriminative"](leaves, trees, steps=20_000)
    errors = 1 / (1 + np.exp(-(leaves @ weights + bias))) - trees
    assert np.abs(errors @ leaves / len(leaves)).max() < 1e-3
    x = np.column_stack([leaves, np.ones(len(leaves))])
    newton = np.zeros(3)
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ newton)))
        newton -= np.linalg.solve((x.T * (p * (1 - p))) @ x, x.T @ (p - trees))
    np.testing.assert_allclose([*weights, bias], newton, rtol=1e-3)
    # The steps of the page lead nearly as far.
    few = namespace["fit_discriminative"](leaves, trees)
    np.testing.assert_allclose([*few[0], few[1]], newton, rtol=0.05)


def test_the_gaussians_are_those_of_the_leaves(namespace):
    leaves, trees = namespace["leaves"], namespace["trees"]
    shares, means, covariances = namespace["model"]
    for tree in range(2):
        group = leaves[trees == tree]
        assert shares[tree] == pytest.approx(len(group) / 300)
        np.testing.assert_allclose(means[tree], group.mean(axis=0))
        away = group - group.mean(axis=0)
        np.testing.assert_allclose(covariances[tree], away.T @ away / len(group))


def test_the_gaussian_density(namespace):
    mean, covariance = np.array([1.0, 2.0]), np.array([[1.5, 0.6], [0.6, 0.7]])
    axis = np.linspace(-8, 8, 401)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1) + mean
    values = namespace["gaussian"](grid.reshape(-1, 2), mean, covariance)
    assert values.sum() * (axis[1] - axis[0]) ** 2 == pytest.approx(1, abs=1e-6)
    # Chain rule: x_1, then x_2 given x_1.
    x = np.array([[0.3, 2.5]])
    slope = 0.6 / 1.5
    conditional = 0.7 - 0.6 * slope
    away = x[0, 0] - 1, x[0, 1] - 2 - slope * (x[0, 0] - 1)
    by_chain = np.exp(-(away[0] ** 2) / 3 - away[1] ** 2 / (2 * conditional)) / (2 * np.pi * np.sqrt(1.5 * conditional))
    assert namespace["gaussian"](x, mean, covariance)[0] == pytest.approx(by_chain)


def test_bayes_rule_with_equal_covariances_is_logistic(namespace):
    """Then the logarithm of the odds is linear: a formula that the page doesn't use."""
    shares, (a, b), spread = (0.3, 0.7), np.array([[1.0, 2.0], [2.0, 0.5]]), np.array([[1.0, 0.2], [0.2, 0.5]])
    x = np.random.default_rng(0).normal(size=(50, 2))
    weights = np.linalg.solve(spread, b - a)
    bias = np.log(0.7 / 0.3) - (a + b) @ weights / 2
    expected = 1 / (1 + np.exp(-(x @ weights + bias)))
    np.testing.assert_allclose(namespace["cherry_by_bayes"](x, (shares, (a, b), (spread, spread))), expected)


def test_sampling_given_a_label(namespace):
    namespace["rng"] = np.random.default_rng(0)
    drawn = namespace["sample_given"](1, 100_000, namespace["model"])
    np.testing.assert_allclose(drawn.mean(axis=0), namespace["model"][1][1], atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), namespace["model"][2][1], atol=0.03)


def test_sampling_draws_the_trees_by_their_shares(page, namespace):
    namespace["rng"] = np.random.default_rng(0)
    exec(page.cells["sample-both"].source, namespace)
    shares, means, _ = namespace["model"]
    drawn, trees = namespace["sample_both"](100_000, namespace["model"])
    assert trees.mean() == pytest.approx(shares[1], abs=0.01)
    for tree in range(2):
        np.testing.assert_allclose(drawn[trees == tree].mean(axis=0), means[tree], atol=0.03)


def test_who_classifies(page):
    perfect = page.number("perfect_right")
    assert 0.88 < perfect < 0.97
    for name in ("logistic", "gaussians"):
        assert perfect - 0.02 < page.number(f"{name}_right") <= perfect
        assert page.number(f"{name}_least") < page.number(f"{name}_right") < page.number(f"{name}_most")
    assert list(page.table("compare-table")) == ["logistic", "Gaussians", "perfect"]


def test_who_draws(page):
    for tree in ("lime", "cherry"):
        assert page.number(f"{tree}_drawn") == pytest.approx(page.number(f"{tree}_real"), abs=0.03)
    needs_labels = [line.split()[-1] for line in page.text("check-labels-answer").splitlines()]
    assert needs_labels == ["True", "False", "True"], "only p(x), the answer B, does without"


def test_the_surest_leaf_is_no_leaf(page):
    _, sure, density = page.numbers("uphill").T
    assert len(sure) == 5
    assert np.all(np.diff(sure) >= 0)
    assert sure[-1] > 0.99999
    assert np.all(np.diff(density) < 0)
    assert density[-1] < 1e-20
    assert page.number("absurd_width") < 0


def test_two_woods_have_the_same_discriminator(page, namespace):
    said_and_counted = page.numbers("same-rule-code").reshape(-1, 2)
    assert len(said_and_counted) == 6
    for said, counted in said_and_counted:
        assert said == pytest.approx(counted, abs=0.04)
    exec(page.cells["compare"].source.splitlines()[0], namespace)  # nature
    exec(page.cells["second-wood"].source, namespace)
    # And different leaves.
    assert namespace["second_leaves"].std(axis=0)[0] > 1.5 * namespace["first_leaves"].std(axis=0)[0]


def test_the_table_of_the_three_models(words):
    start = words.index("table-three-models")
    rows = words[start : words.index("```", start)].split("\n* - ")[2:]
    answers = [[cell.split(",")[0] for cell in re.findall(r"^  - (.*)$", row, re.MULTILINE)[1:]] for row in rows]
    # needs labels, classifies, samples, samples given a label
    assert answers == [["yes", "yes", "no", "no"], ["no", "no", "yes", "no"], ["yes", "yes", "yes", "yes"]]


def test_bayes_question(page):
    assert page.text("check-bayes-answer").endswith("p(cherry | x) = 0.75")


def test_ten_years_of_faces(page):
    assert page.number("times_more") == pytest.approx(3 * (1024 / 48) ** 2)
    assert page.table("faces")["2014"] == ["48", "1", "2,304"]


def test_the_three_deeper_reasons(words):
    for part in ("understand data beyond a label", "**world model**", "understand perception"):
        assert part in words


def test_the_crescent(page):
    """Classifying well and drawing badly go together."""
    assert page.number("crescent_gaussians") > page.number("crescent_logistic") + 0.02
    assert page.number("crescent_gaussians") > 0.85
    assert page.number("crescent_astray") > 0.1
    assert page.number("crescent_fresh") < 0.01

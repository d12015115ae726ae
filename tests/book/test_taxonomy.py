"""Page 1.5: the tree, what it claims of each family, and its functions against closed forms."""

import re
from xml.etree import ElementTree

import keras
import numpy as np
import pytest
import tensorflow as tf

FAMILIES = {
    "tractable": ["autoregressive model", "normalising flow"],
    "approximate": ["variational autoencoder", "energy-based model", "diffusion model"],
    "implicit density": ["generative adversarial network"],
}
NAMES = [name for names in FAMILIES.values() for name in names]


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("1_5_taxonomy")


@pytest.fixture
def run(page):
    """A function that runs cells of the page, each up to the text `before`, and gives the names they define."""
    names = {"np": np, "tf": tf, "keras": keras, "glue": lambda name, value: None}
    return page.runner(names)


def flat(name):
    return name.replace("\n", " ")


def test_the_tree_has_six_families_in_their_places(page, run, page_of):
    drawn = []
    run("tree-figure", show_tree=lambda *given: drawn.append(given))
    ((tree, pages),) = drawn
    (families,) = tree.values()
    families = {flat(name): below for name, below in families.items()}
    assert list(families) == ["explicit density", "implicit density"]
    explicit = families["explicit density"]
    found = {name: [flat(leaf) for leaf in below] for name, below in explicit.items()}
    found["implicit density"] = [flat(leaf) for leaf in families["implicit density"]]
    assert found == FAMILIES
    svg = ElementTree.fromstring(page.cells["tree-figure"].outputs[0]["data"]["text/html"])
    for leaf in NAMES:
        assert leaf in svg.get("aria-label")
    # Each leaf, and nothing else, leads to a page, which names it.
    linked = {link.get("aria-label"): link.get("href") for link in svg.iter("a")}
    assert linked == {flat(name): address for name, address in pages.items()}
    assert sorted(linked) == sorted(NAMES)
    for name, address in linked.items():
        assert name.split()[0] in flat(page_of(address.removesuffix(".html")).cells["title"].source).lower()


def test_each_family_has_its_paragraph(page):
    cells = ("autoregressive", "flow", "vae", "energy", "diffusion", "gan")
    for cell, family in zip(cells, NAMES, strict=True):
        text = page.cells[cell].source
        assert f"**{family}**" in text
        for part in ("train", "sample", "cost"):
            assert part in text.replace("*", ""), f"{family}: {part}"
    words = "\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "markdown")
    assert "## Not mutually exclusive" in words
    assert "**Deep learning** runs through the whole tree" in words


def test_the_data(page, run):
    run("bells")
    names = run("draw", before="rng = ")
    assert page.text("draw") == "integral of p_data: 1.0"
    mean = 0.4 * -1.2 + 0.6 * 1.0
    assert names["draw"](200_000, np.random.default_rng(0)).mean() == pytest.approx(mean, abs=0.01)
    best = page.number("best_log")
    assert -1.0 < best < -0.92
    assert page.number("gaussian_log") < best - 0.4
    assert page.number("gaussian_distance") > 3 * page.number("real_most")


def test_autoregressive_probabilities_are_those_of_the_samples(page, run):
    rng = np.random.default_rng(0)
    names = run("binary", "fit-tables", "product", rng=rng, x=rng.normal(size=2_000))
    assert page.text("product").endswith(": 1.0")
    assert names["probability"](np.arange(64)).sum() == pytest.approx(1)
    assert page.number("entries") == 63
    # The added counts hardly matter.
    counts = np.bincount(names["codes"], minlength=64) / len(names["codes"])
    np.testing.assert_allclose(names["probability"](np.arange(64)), counts, atol=0.003)
    drawn = run("sample-pixels", before="samples = ")["sample_pixels"](100_000)
    shares = np.histogram(drawn, 64, (-4, 4))[0] / 100_000
    np.testing.assert_allclose(shares, names["probability"](np.arange(64)), atol=0.005)
    assert page.number("best_log") - 0.1 < page.number("autoregressive_log") < page.number("best_log")


def test_the_density_of_any_flow_integrates_to_one(page, run):
    names = run("bells", "flow-function")
    places = np.linspace(-60, 60, 120_001)
    for seed in range(3):
        theta = tf.constant(np.random.default_rng(seed).normal(scale=0.5, size=8), tf.float32)
        column = tf.constant(places[:, np.newaxis], tf.float32)
        assert np.trapezoid(np.exp(names["log_density"](column, theta)), places) == pytest.approx(1, abs=1e-3)
        with tf.GradientTape() as tape:
            tape.watch(column)
            z, slope = names["flow"](column, theta)
        np.testing.assert_allclose(slope, tape.gradient(z, column)[:, 0], rtol=1e-3, atol=1e-5)
    assert page.number("flow_integral") == pytest.approx(1, abs=2e-3)
    assert page.number("best_log") - 0.1 < page.number("flow_log") < page.number("best_log")


def test_the_bound_of_a_linear_decoder_is_known(run):
    """If x = 2 z + 1 + noise, x is Gaussian, and the gap is the divergence between two Gaussians."""
    names = run("bells", "vae-bound", column=lambda x: np.reshape(x, (-1, 1)))
    sigma, numbers = 0.5, np.array([-2.0, 0.3, 4.0])
    variance = 4 + sigma**2
    exact = -((numbers - 1) ** 2) / (2 * variance) - np.log(2 * np.pi * variance) / 2
    std = sigma / np.sqrt(variance)

    class Output(np.ndarray):
        def numpy(self):
            return np.asarray(self)

    def decoder(z):
        return (2 * z + 1).view(Output)

    for shift, factor in [(0.0, 1.0), (0.3, 1.4)]:

        def encoder(x, shift=shift, factor=factor):
            mean = 2 * (x - 1) / variance + shift
            return np.concatenate([mean, np.full_like(mean, np.log(factor * std))], axis=1).view(Output)

        bound, truth = names["bound_and_truth"](numbers, encoder, decoder, sigma)
        np.testing.assert_allclose(truth, exact, atol=1e-4)
        gap = (factor**2 + (shift / std) ** 2 - 1) / 2 - np.log(factor)
        np.testing.assert_allclose(truth - bound, gap, atol=1e-4)


def test_the_bound_is_below_the_truth(page):
    lines = page.table("vae-result")
    assert len(lines) == 5
    for bound, truth, below in lines.values():
        assert float(bound) < float(truth)
        assert below == "True"
    assert page.number("best_log") - 0.25 < page.number("elbo_least") < page.number("vae_log_least")
    assert page.number("vae_log_most") < page.number("best_log") + 0.005
    # The question: one density, two bounds.
    trained, untrained = re.findall(r"encoder: +(\S+) (\S+)", page.text("check-bound-answer"))
    assert float(trained[0]) > float(untrained[0])
    assert trained[1] == untrained[1]


def test_the_walk_follows_the_slope_and_ends_in_the_density(page, run):
    names = run("energy-functions", rng=np.random.default_rng(0))
    theta, x = np.array([0.1, -1.0, 0.2, 0.5]), np.linspace(-2, 2, 9)

    class Still:
        def normal(self, size):
            return np.zeros(size)

    step = 1e-5
    slope = (names["energy"](x + step, theta) - names["energy"](x - step, theta)) / (2 * step)
    moved = run(rng=Still())["walk"](x, theta, 1, size=0.01)
    np.testing.assert_allclose((x - moved) / 0.01, slope, atol=1e-6)
    # A standard Gaussian is the energy of x squared by two.
    names = run(rng=np.random.default_rng(0))
    ended = names["walk"](np.full(20_000, 3.0), np.array([0, 0.5, 0, 0]), 500)
    assert ended.mean() == pytest.approx(0, abs=0.03)
    assert ended.std() == pytest.approx(1, abs=0.03)
    assert page.text("check-energy-answer").count("ratio 20.09") == 3


def test_what_the_energy_learnt(page):
    coefficients = np.array(re.findall(r"-?\d+\.\d*", page.text("energy-train")), float)
    assert coefficients[1] < 0 < coefficients[3]  # a hill in the middle, walls outside
    assert page.number("best_log") - 0.2 < page.number("energy_log") < page.number("best_log")
    shares = [page.number(f"left_after_{steps}") for steps in (10, 40, 150, 600)]
    assert shares == sorted(shares)
    assert shares[0] < 0.05
    assert shares[-1] == pytest.approx(0.4, abs=0.08)


def test_the_noising_and_one_step_back(page, run):
    names = run("noising", rng=np.random.default_rng(0))
    shares = names["shares"]
    assert shares[0] == 0
    assert np.all(np.diff(shares) > 0)
    noisy = names["add_noise"](np.full(100_000, 2.0), 50)
    assert noisy.mean() == pytest.approx(2 * np.sqrt(1 - shares[50]), abs=0.02)
    assert noisy.std() == pytest.approx(np.sqrt(shares[50]), abs=0.02)
    # Given the clean number, x_(t-1) and x_t are Gaussian together; the step back is the one conditioned on x_t.
    lines = page.cells["denoise-code"].source.splitlines()
    after, before, clean, noise = shares[20], shares[19], 1.3, 0.4
    inner = [line.strip() for line in lines if re.match(r" +(kept|mean|std) = ", line)]
    given = {"np": np, "after": after, "before": before, "clean": clean, "noisy": noise}
    exec("\n".join(inner), given)
    kept = (1 - after) / (1 - before)
    covariance = np.sqrt(kept) * before
    expected = np.sqrt(1 - before) * clean + covariance / after * (noise - np.sqrt(1 - after) * clean)
    assert given["mean"] == pytest.approx(expected)
    assert given["std"] ** 2 == pytest.approx(before - covariance**2 / after)


def test_the_table_guesses_the_mean_of_the_clean_numbers(run):
    """For Gaussian data the best guess is a straight line, known in closed form."""
    rng = np.random.default_rng(0)
    names = run("noising", rng=rng, x=rng.normal(size=20_000))
    names = run("denoiser-fit", before="denoisers = ")
    noisy, clean = names["fit_denoiser"](20)
    np.testing.assert_allclose(clean, np.sqrt(1 - names["shares"][20]) * noisy, atol=0.05)


def test_the_game_does_not_come_to_rest(page):
    assert page.number("gan_most") < 0.5
    assert page.number("gan_late_least") < 0.15
    assert page.number("gan_late_most") > 1.3 * page.number("gan_late_least")


def test_all_families_beat_the_gaussian(page):
    rows = [(name, *cells) for name, cells in page.table("compare-table").items()]
    assert [int(runs) for _, runs, _, _ in rows] == [6, 1, 1, 400, 50, 1]
    for name, _, distance, _ in rows:
        limit = 0.9 if name == "adversarial" else 0.5
        assert float(distance) < limit * page.number("gaussian_distance"), name
    assert [log == "none" for *_, log in rows] == [False] * 4 + [True] * 2
    for *_, log in rows[:4]:
        assert page.number("gaussian_log") < float(log) < page.number("best_log")
    kinds = re.findall(r"^\* - \[.+\n  - (.+)$", page.cells["compare-meaning"].source, re.MULTILINE)
    assert kinds == ["exact", "exact", "lower bound", "up to a constant", "lower bound", "none"]


def test_an_autoregressive_model_can_be_a_flow(page, run):
    assert page.text("both-ways") == "the same density: True"


def test_table_question(page):
    assert "sum 1023" in page.text("check-table-answer")


def test_bars(page):
    assert re.search(r"sum over all 512 pictures: 1\.0", page.text("solution-bars-result"))
    # All nine pixels as they were; two flips make another bar only rarely.
    assert page.number("perfect_data") == pytest.approx(0.95**9, abs=0.04)
    assert page.number("perfect_samples") == pytest.approx(page.number("perfect_data"), abs=0.06)


def test_more_latent_numbers_tighten_the_bound(page):
    values = [page.number(f"importance_{count}") for count in (1, 5, 100)]
    assert values == sorted(values)
    assert values[-1] <= page.number("importance_truth") + 0.005

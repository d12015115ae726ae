"""The mathematics of the figures of chapter 3 agrees with NumPy and TensorFlow.

Node runs the very modules that the pages load: see the fixture `in_node`.
"""

import json

import numpy as np
import pytest

from gdl_utils.generative.export import ACTIVATIONS, EXPORT_VARIABLE, Front, export_network, read_network

CASES = 200
# Finer and wider than the grid of the figure, and with another rule.
PLACES = np.linspace(-14, 14, 56_001)


def random_game(rng):
    """A state of the two players: a model of one or two bells, a discriminator of eleven handles."""
    bells = [{"mean": rng.uniform(-3, 3), "width": rng.uniform(0.15, 1.5)} for _ in range(2)]
    return {
        "model": {"share": 1.0 if rng.random() < 0.4 else rng.uniform(0.02, 0.98), "bells": bells},
        "handles": rng.uniform(-6, 6, 11).tolist(),
        "loss": rng.choice(["saturating", "nonsaturating"]).item(),
        "rate": rng.uniform(0.01, 1),
    }


@pytest.fixture(scope="module")
def games():
    rng = np.random.default_rng(6)
    return [random_game(rng) for _ in range(CASES)]


def bell(x, mean, width):
    from scipy import stats

    return stats.norm.pdf(x, mean, width)


P_DATA = 0.4 * bell(PLACES, -1.2, 0.4) + 0.6 * bell(PLACES, 1, 0.3)


def density(model):
    first, second = (bell(PLACES, each["mean"], each["width"]) for each in model["bells"])
    return model["share"] * first + (1 - model["share"]) * second


def logit(game):
    return np.interp(PLACES, np.linspace(-3, 3, 11), game["handles"])


def value(p, q, logits):
    """Of the game, by the trapezoidal rule; where there is no density nothing is lost."""
    return np.trapezoid(-p * np.logaddexp(0, -logits) - q * np.logaddexp(0, logits), PLACES)


def cost(game, model):
    loss = -np.logaddexp(0, logit(game)) if game["loss"] == "saturating" else np.logaddexp(0, -logit(game))
    return np.trapezoid(density(model) * loss, PLACES)


def divergence(p, q):
    """Of p from the mean of p and q."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.trapezoid(np.where(p > 0, p * np.log(2 * p / (p + q)), 0), PLACES)


def test_the_value_of_random_games_is_that_of_numpy(in_node, games):
    answers = in_node("players", "figure.value(item.model, (x) => figure.logitOf(item.handles, x))", games)
    expected = [value(P_DATA, density(game["model"]), logit(game)) for game in games]
    np.testing.assert_allclose(answers, expected, atol=1e-5)


def test_the_best_value_is_twice_the_divergence_less_ln_4(in_node, games):
    best = in_node("players", "figure.value(item.model, (x) => figure.bestLogit(item.model, x))", games)
    divergences = in_node("players", "figure.jensenShannon(item.model)", games)
    densities = [density(game["model"]) for game in games]
    expected = [(divergence(P_DATA, q) + divergence(q, P_DATA)) / 2 for q in densities]
    np.testing.assert_allclose(divergences, expected, atol=1e-5)
    np.testing.assert_allclose(best, 2 * np.array(expected) - np.log(4), atol=1e-5)
    present = in_node("players", "figure.value(item.model, (x) => figure.logitOf(item.handles, x))", games)
    assert np.all(np.array(present) < best)
    # Close ones and distant ones were among them.
    assert min(divergences) < 0.15
    assert max(divergences) > 0.6


def test_the_best_discriminator_is_the_share_of_the_data(in_node, games):
    places = [-2.9, -1.2, -0.3, 0.4, 1, 2.2]
    items = [{**game, "places": places} for game in games]
    logits = in_node("players", "item.places.map((x) => figure.bestLogit(item.model, x))", items)
    p = 0.4 * bell(np.array(places), -1.2, 0.4) + 0.6 * bell(np.array(places), 1, 0.3)
    for game, answer in zip(games, logits, strict=True):
        model = game["model"]
        first, second = (bell(np.array(places), each["mean"], each["width"]) for each in model["bells"])
        q = model["share"] * first + (1 - model["share"]) * second
        np.testing.assert_allclose(1 / (1 + np.exp(-np.array(answer))), p / (p + q), atol=1e-9)


def test_the_discriminator_climbs_as_tensorflow_says(in_node, games):
    import tensorflow as tf

    answers = in_node("players", "figure.discriminatorGradient(item.model, item.handles)", games)
    stepped = in_node("players", "figure.stepDiscriminator(item.model, item.handles, item.rate)", games)
    spacing = PLACES[4] - PLACES[0]
    # What each handle adds to the logit at each place.
    shares = np.stack([np.interp(PLACES[::4], np.linspace(-3, 3, 11), handle) for handle in np.eye(11)], axis=1)
    for game, answer, handles in zip(games, answers, stepped, strict=True):
        heights = tf.Variable(game["handles"], dtype="float64")
        p, q = P_DATA[::4], density(game["model"])[::4]
        with tf.GradientTape() as tape:
            logits = tf.linalg.matvec(tf.constant(shares), heights)
            total = -tf.reduce_sum(p * tf.nn.softplus(-logits) + q * tf.nn.softplus(logits)) * spacing
        assert total.numpy() == pytest.approx(value(P_DATA, density(game["model"]), logit(game)), abs=1e-4)
        np.testing.assert_allclose(answer, tape.gradient(total, heights).numpy(), atol=1e-5)
        np.testing.assert_allclose(handles, np.array(game["handles"]) + game["rate"] * np.array(answer), atol=1e-12)


def test_the_generator_descends_as_tensorflow_says(in_node, games):
    """The gradient is TensorFlow's, with respect to means, logarithms of widths and the logit of the share."""
    import tensorflow as tf

    answers = in_node("players", "figure.stepGenerator(item.model, item.handles, item.loss, item.rate)", games)
    places, spacing = tf.constant(PLACES[::4]), PLACES[4] - PLACES[0]
    for game, answer in zip(games, answers, strict=True):
        model = game["model"]
        means = tf.Variable([each["mean"] for each in model["bells"]], dtype="float64")
        logarithms = tf.Variable(np.log([each["width"] for each in model["bells"]]))
        share, alone = model["share"], model["share"] == 1
        share_logit = tf.Variable(0.0 if alone else np.log(share / (1 - share)), dtype="float64")
        height = tf.constant(logit(game)[::4])
        loss = -tf.nn.softplus(height) if game["loss"] == "saturating" else tf.nn.softplus(-height)
        with tf.GradientTape() as tape:
            away = (places[:, None] - means) / tf.exp(logarithms)
            bells = tf.exp(-(away**2) / 2 - logarithms) / np.sqrt(2 * np.pi)
            weight = tf.constant(1.0, "float64") if alone else tf.sigmoid(share_logit)
            mixed = weight * bells[:, 0] + (1 - weight) * bells[:, 1]
            total = tf.reduce_sum(mixed * loss) * spacing
        assert total.numpy() == pytest.approx(cost(game, model), abs=1e-4)
        gradients = tape.gradient(total, [means, logarithms, share_logit], unconnected_gradients="zero")
        for variable, gradient in zip([means, logarithms, share_logit], gradients, strict=True):
            variable.assign_sub(game["rate"] * gradient)
        got = answer["bells"]
        np.testing.assert_allclose([each["mean"] for each in got], means.numpy(), atol=1e-4)
        np.testing.assert_allclose([each["width"] for each in got], np.exp(logarithms.numpy()), atol=1e-4)
        assert answer["share"] == pytest.approx(1 if alone else tf.sigmoid(share_logit).numpy(), abs=1e-4)


def answers_of_both(in_node, document, inputs):
    """Of the browser and of Keras."""
    items = [{"network": document, "inputs": inputs.tolist()}]
    expression = (
        "(() => { const network = figure.decode(item.network);"
        " return item.inputs.map((each) => [...figure.run(network, each)]); })()"
    )
    return np.array(in_node("latent", expression, items)[0]), np.array(read_network(document)(inputs))


@pytest.mark.parametrize("precision", ["float16", "float32"])
@pytest.mark.parametrize(
    ("front", "inputs"),
    [
        (Front(), 3),
        (Front("uniform"), 2),
        (Front("fourier", octaves=5, coordinates=2), 2),
        (Front("fourier", octaves=3, coordinates=2), 5),
        (Front("noisy", octaves=6), 4),
    ],
)
def test_random_networks_answer_in_the_browser_as_in_keras(in_node, monkeypatch, tmp_path, front, inputs, precision):
    import keras

    keras.utils.set_random_seed(0)
    monkeypatch.setenv(EXPORT_VARIABLE, str(tmp_path))
    rng = np.random.default_rng(7)
    observations = rng.normal(0, 1.5, (CASES, inputs)).astype("float32")
    if front.kind == "noisy":
        observations[:, 2], observations[:, 3] = rng.uniform(0, 1, (2, CASES))
    features = np.array(front(observations)).shape[1]
    hidden = [keras.layers.Dense(16, activation=name, bias_initializer="random_normal") for name in ACTIVATIONS]
    network = keras.Sequential([keras.Input((features,)), *hidden, keras.layers.Dense(3)])
    for layer in network.layers:
        # Large, as after a training, so that all activations are in their curved parts.
        layer.kernel.assign(2 * layer.kernel)
    point = keras.Input((inputs,))
    # A front that leaves the number of inputs as it is must be a part of what is exported.
    whole = keras.Model(point, network(front(point))) if features == inputs else network
    done = export_network("some", whole, front, precision)
    document = json.loads((tmp_path / "some.json").read_text())
    browser, stored = answers_of_both(in_node, document, observations)
    np.testing.assert_allclose(browser, stored, atol=1e-4)
    original = np.array(network(front(observations)))
    np.testing.assert_allclose(browser, original, atol=1e-4 if precision == "float32" else 3 * done.rounding)
    # Each observation has another answer.
    assert np.ptp(browser, axis=0).min() > 0.1


@pytest.fixture(scope="module")
def stored(root):
    folder = root / "book" / "_static" / "interactive" / "networks"
    return {path.stem: json.loads(path.read_text()) for path in folder.iterdir()}


def test_the_decoder_draws_in_the_browser_as_in_keras(in_node, stored):
    inputs = np.random.default_rng(8).uniform(-3, 3, (CASES, 2)).astype("float32")
    browser, keras_images = answers_of_both(in_node, stored["tins"], inputs)
    assert browser.shape == (CASES, 1024)
    np.testing.assert_allclose(browser, keras_images, atol=1e-4)


def test_tins_are_measured_as_numpy_does(in_node, stored):
    from gdl_utils.datasets.tins import draw_tins, measure_tins

    rng = np.random.default_rng(9)
    sizes = rng.uniform(8, 26, (2, CASES // 2))
    drawn = read_network(stored["tins"])(rng.normal(size=(CASES // 2, 2)))
    images = np.concatenate([draw_tins(*sizes).reshape(-1, 1024), drawn, np.ones((1, 1024))])
    answers = in_node("latent", "Object.values(figure.measure(item)).map(String)", images.tolist())
    measured = np.array([[float(size) for size in answer] for answer in answers])
    np.testing.assert_allclose(measured, np.transpose(measure_tins(images.reshape(-1, 32, 32))), atol=1e-6)
    np.testing.assert_allclose(measured[: CASES // 2], sizes.T, atol=1e-4)
    assert np.all(np.isnan(measured[-1]))


def test_the_decoder_draws_tins_where_the_dots_are(stored):
    from gdl_utils.datasets.tins import measure_tins

    facts = stored["tins"]["facts"]
    means, heights, widths = (np.array(facts[name]) for name in ("means", "heights", "widths"))
    assert means.shape == (len(heights), 2)
    assert len(widths) == len(heights) >= 100
    high, wide = measure_tins(np.array(read_network(stored["tins"])(means)).reshape(-1, 32, 32))
    # Typically to half a pixel.
    assert np.nanmedian(np.abs(high - heights)) < 0.5
    assert np.nanmedian(np.abs(wide - widths)) < 0.5


@pytest.mark.parametrize("name", ["earth_diffusion", "earth_flow"])
def test_the_networks_of_the_earth_answer_as_in_keras(in_node, stored, name):
    rng = np.random.default_rng(10)
    angle = rng.uniform(0, np.pi / 2, CASES)
    time = rng.uniform(0, 1, CASES)
    shares = (np.cos(angle), np.sin(angle)) if name == "earth_diffusion" else (time, 1 - time)
    inputs = np.column_stack([rng.normal(size=(CASES, 2)), *shares]).astype("float32")
    browser, expected = answers_of_both(in_node, stored[name], inputs)
    np.testing.assert_allclose(browser, expected, atol=1e-4)


def one_step_back(alpha_bar, original, point, t, s):
    """Mean and variance of the Gaussian of x_s given the original and x_t, by its precision instead of a formula."""
    kept = alpha_bar[t] / alpha_bar[s]
    # Two Gaussians multiply: what the original says of x_s, and what x_t says of it.
    precision_before, precision_after = 1 / (1 - alpha_bar[s]), kept / (1 - kept)
    variance = 1 / (precision_before + precision_after)
    from_before = precision_before * np.sqrt(alpha_bar[s]) * original
    return variance * (from_before + precision_after * point / np.sqrt(kept)), variance


def test_random_steps_of_diffusion_are_those_of_numpy(in_node, stored):
    document = stored["earth_diffusion"]
    network, facts = read_network(document), document["facts"]
    alpha_bar, centre, spread = (np.array(facts[name]) for name in ("alpha_bar", "centre", "spread"))
    assert alpha_bar[0] == 1
    assert np.all(np.diff(alpha_bar) < 0)
    rng = np.random.default_rng(11)
    t = rng.integers(2, len(alpha_bar), CASES)
    s = rng.integers(1, t)
    # What is all noise, and the last step.
    t[:5], s[5:15] = len(alpha_bar) - 1, 0
    points, noise = rng.normal(size=(2, CASES, 2))
    items = [
        {"point": points[i].tolist(), "t": int(t[i]), "s": int(s[i]), "noise": noise[i].tolist()} for i in range(CASES)
    ]
    answers = in_node(
        "earth",
        "((network) => item.items.map((each) =>"
        " figure.diffusionStep(network, each.point, each.t, each.s, each.noise)))(figure.decode(item.network))",
        [{"network": document, "items": items}],
    )[0]
    signal, blur = np.sqrt(alpha_bar[t]), np.sqrt(1 - alpha_bar[t])
    guess = np.array(network(np.column_stack([points, signal, blur]).astype("float32")))
    original = (points - blur[:, None] * guess) / signal[:, None]
    original = np.clip(original, (-1 - centre) / spread, (1 - centre) / spread)
    for i, answer in enumerate(answers):
        if s[i] == 0:
            expected = original[i]
        else:
            mean, variance = one_step_back(alpha_bar, original[i], points[i], t[i], s[i])
            expected = mean + np.sqrt(variance) * noise[i]
        # Where all is noise, the guess is divided by almost nothing before it is kept on the map.
        np.testing.assert_allclose(answer, expected, atol=1e-4 / min(1, 10 * signal[i]), err_msg=str(items[i]))


@pytest.mark.parametrize("steps", [1, 7, 50])
def test_paths_of_flow_matching_are_those_of_keras(in_node, stored, steps):
    document = stored["earth_flow"]
    network, facts = read_network(document), document["facts"]
    item = {"network": document, "steps": steps}
    starts, ends, places = in_node(
        "earth",
        "((network) => { let points = figure.gaussians(3, 200); const starts = points;"
        " for (let k = 0; k < item.steps; k++)"
        " points = points.map((point) => figure.flowStep(network, point, k, item.steps));"
        " return [starts, points, points.map((point) => figure.degrees(network, point))]; })"
        "(figure.decode(item.network))",
        [item],
    )[0]
    x = np.array(starts)
    for step in range(steps):
        times = np.full((len(x), 1), step / steps)
        velocity = np.array(network(np.concatenate([x, times, 1 - times], axis=1).astype("float32")))
        x = x + velocity / steps
    np.testing.assert_allclose(ends, x, atol=1e-4)
    degrees = (np.array(ends) * facts["spread"] + facts["centre"]) * [180, 90]
    np.testing.assert_allclose(places, degrees, atol=1e-9)


def test_the_noise_of_the_earth_is_gaussian(in_node):
    from scipy import stats

    draws = np.array(in_node("earth", "figure.gaussians(item, 7650)", [1, 2, 50]))
    assert draws.shape == (3, 7650, 2)
    assert stats.kstest(draws.ravel(), "norm").pvalue > 0.01
    # Neither the coordinates of a point, nor the same point of two steps, nor two seeds have to do with each other.
    steps = draws[0].reshape(51, 150, 2)
    for one, other in (
        (draws[0, :, 0], draws[0, :, 1]),
        (steps[1:], steps[:-1]),
        (draws[0], draws[1]),
        (draws[1], draws[2]),
    ):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.04
    # Sums of the noise of all steps spread as sums of independent numbers do.
    assert steps.sum(axis=0).std() == pytest.approx(np.sqrt(51), rel=0.15)


def test_stops_go_from_all_noise_to_none(in_node, stored):
    answers = in_node(
        "earth",
        "((network) => item.counts.map((count) => figure.stops(network, count)))(figure.decode(item.network))",
        [{"network": stored["earth_diffusion"], "counts": list(range(1, 51))}],
    )[0]
    last = len(stored["earth_diffusion"]["facts"]["alpha_bar"]) - 1
    for count, visited in enumerate(answers, 1):
        assert len(visited) == count + 1
        assert (visited[0], visited[-1]) == (last, 0)
        assert np.all(np.diff(visited) < 0)
        np.testing.assert_allclose(visited, np.linspace(last, 0, count + 1), atol=0.5)

"""Networks of the interactive figures: what is written is what was trained."""

import json

import keras
import numpy as np
import pytest

from gdl_utils.generative import export
from gdl_utils.generative.export import ACTIVATIONS, EXPORT_VARIABLE, ExportError, Front, export_network, read_network
from gdl_utils.generative.features import fourier_features


def dense(inputs, *activations, units=7, last=3):
    hidden = [keras.layers.Dense(units, activation=activation) for activation in activations]
    network = keras.Sequential([keras.Input((inputs,)), *hidden, keras.layers.Dense(last)])
    for layer in network.layers:
        # Keras begins with biases of zero, which would hide that they are forgotten.
        layer.bias.assign(np.linspace(-1, 1, layer.units))
    return network


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv(EXPORT_VARIABLE, str(tmp_path / "networks"))
    return tmp_path / "networks"


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_what_is_read_is_what_was_written(folder, precision):
    keras.utils.set_random_seed(0)
    network = dense(3, *ACTIVATIONS)
    done = export_network("some", network, precision=precision, points=np.array([[1 / 3, 2], [0, -1]]), sigma=0.1)
    document = json.loads((folder / "some.json").read_text())
    assert document["facts"] == {"points": [[0.3333333, 2.0], [0.0, -1.0]], "sigma": 0.1}
    assert [layer["activation"] for layer in document["layers"]] == [*ACTIVATIONS, "linear"]
    inputs = np.random.default_rng(1).normal(size=(200, 3)).astype("float32")
    difference = np.abs(read_network(document)(inputs) - network(inputs)).max()
    assert difference < (1e-6 if precision == "float32" else 0.02)
    # The file says what rounding costs.
    assert done.size == (folder / "some.json").stat().st_size
    assert difference < 3 * done.rounding + 1e-6
    assert (done.rounding > 1e-5) == (precision == "float16")


def test_only_a_page_that_is_run_for_the_book_writes(monkeypatch, tmp_path):
    monkeypatch.delenv(EXPORT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    export_network("some", dense(2, "relu"))
    assert list(tmp_path.iterdir()) == []


def test_a_front_may_be_a_part_of_the_network(folder):
    latent = keras.Input((2,))
    hidden = keras.layers.Dense(5, activation="tanh")(keras.ops.erf(latent / 2**0.5))
    image = keras.layers.Reshape((2, 3))(keras.layers.Dense(6, activation="sigmoid")(hidden))
    assert export_network("decoder", keras.Model(latent, image), Front("uniform")).rounding < 1e-2
    with pytest.raises(ExportError, match="front 'none'"):
        export_network("decoder", keras.Model(latent, image))


def test_a_front_may_stand_before_the_network(folder):
    front = Front("fourier", octaves=4, coordinates=2)
    network = dense(2 + 16 + 3, "gelu")
    export_network("features", network, front)
    stored = read_network(json.loads((folder / "features.json").read_text()))
    inputs = np.random.default_rng(2).normal(size=(50, 5)).astype("float32")
    features = np.concatenate([fourier_features(inputs[:, :2], 4), inputs[:, 2:]], axis=1)
    np.testing.assert_allclose(stored(inputs), network(features), atol=2e-2)


def test_the_features_of_noisy_points():
    points, signal, noise = np.array([[0.5, -1.0]]), np.array([[0.6]]), np.array([[0.8]])
    features = np.array(export.noisy_features(points, signal, noise, 2))[0]
    assert len(features) == 2 + 2 + 2 + 8
    np.testing.assert_allclose(features[:6], [0.5, -1, 0.3, -0.6, 0.6, np.log(0.62 / 0.801) / 4], atol=1e-6)
    fade = np.exp(-0.64 / 2)
    np.testing.assert_allclose(
        features[6:10], fade * np.concatenate([np.sin([0.3, -0.6]), np.cos([0.3, -0.6])]), atol=1e-6
    )
    np.testing.assert_allclose(features[10], np.exp(-4 * 0.64 / 2) * np.sin(0.6), atol=1e-6)


@pytest.mark.parametrize(
    ("network", "front", "message"),
    [
        (lambda: keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3)]), None, "Conv2D"),
        (lambda: dense(2, "selu"), None, "activation selu"),
        (lambda: dense(300, "relu", units=400), None, "more than 160,000"),
        (lambda: keras.Sequential([keras.Input((3,)), keras.layers.ReLU()]), None, "no dense layer"),
        (lambda: dense(2, "relu"), Front("uniform"), "behind the front 'uniform'"),
    ],
)
def test_what_no_figure_could_run_is_refused(folder, network, front, message):
    with pytest.raises(ExportError, match=message):
        export_network("some", network(), front)
    assert not folder.exists()


def test_weights_that_are_no_numbers_are_refused(folder):
    network = dense(2, "relu")
    network.layers[0].bias.assign(np.full(7, 1e6))
    with pytest.raises(ExportError, match="too large"):
        export_network("some", network)

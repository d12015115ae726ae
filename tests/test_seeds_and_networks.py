"""The two networks that are measured apart from the pages, what was measured, and the other backends of Keras."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from gdl_utils.networks import convolutional_network, multilayer_perceptron
from gdl_utils.seeds import measured_seeds

BANDS = {"multilayer_perceptron": (0.46, 0.52), "convolutional_network": (0.68, 0.75)}
# What test images that were recovered from JPEG may cost in the mean over all.
RECOVERED = {"multilayer_perceptron": 0.0, "convolutional_network": 0.02}


@pytest.mark.parametrize(("build", "parameters"), [(multilayer_perceptron, 646_260), (convolutional_network, 592_554)])
def test_they_have_the_parameters_of_the_book(build, parameters):
    assert build().count_params() == parameters


def test_without_normalisation_only_that_is_missing():
    kinds = [type(layer).__name__ for layer in convolutional_network().layers]
    without = [type(layer).__name__ for layer in convolutional_network(normalise=False).layers]
    assert without == [kind for kind in kinds if kind != "BatchNormalization"]


@pytest.mark.parametrize("name", BANDS)
def test_the_mean_over_the_seeds_is_in_its_band(name):
    seeds = measured_seeds(name)
    least, most = BANDS[name]
    assert len(seeds.test) >= 5
    assert len(set(seeds.test)) == len(seeds.test)
    assert len(seeds.exact) == len(seeds.test)
    assert least <= seeds.exact_mean <= most
    assert least - RECOVERED[name] <= seeds.mean <= most
    assert seeds.exact_mean == pytest.approx(np.mean(seeds.exact))
    assert seeds.mean == pytest.approx(np.mean(seeds.test))
    assert seeds.spread == pytest.approx(np.std(seeds.test, ddof=1))
    assert seeds.data.startswith("CIFAR-10")


@pytest.mark.parametrize("name", BANDS)
def test_the_faster_way_costs_no_accuracy(name):
    seeds = measured_seeds(name)
    # A single run may lie as far out as two standard deviations.
    assert np.mean(seeds.faster) > seeds.mean - 2 * seeds.spread


def test_a_network_that_was_not_measured():
    with pytest.raises(KeyError):
        measured_seeds("transformer")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_one_step_is_the_same_under_other_backends(root, other_backends, backend):
    def step(python, name):
        environment = {**os.environ, "KERAS_BACKEND": name, "PYTHONPATH": str(root)}
        script = root / "tests" / "backends" / "one_step.py"
        line = subprocess.run([python, script], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        return json.loads(line.splitlines()[-1])

    here, there = step(sys.executable, "tensorflow"), step(other_backends, backend)
    assert there["backend"] == backend != here["backend"]
    assert here["backend"] == keras.backend.backend()
    for name in BANDS:
        expected, other = here[name], there[name]
        assert other["loss"] == pytest.approx(expected["loss"], rel=1e-3)
        np.testing.assert_allclose(other["before"], expected["before"], atol=1e-4)
        np.testing.assert_allclose(other["after"], expected["after"], atol=1e-3)
        assert not np.allclose(other["before"], other["after"], atol=1e-3)

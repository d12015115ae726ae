"""`gdl train`: what it takes from a page that ran, what it keeps, several devices at once, other backends of Keras."""

import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
import sysconfig

import nbformat
import pytest

from gdl_utils.book import train
from gdl_utils.errors import CourseError


@pytest.fixture
def results(root):
    """What the stored pages say, as if they had been run by `gdl train`."""
    return [
        train.result_of(network, nbformat.read(root / "book" / f"{name}.ipynb", as_version=4))
        for network, name in train.PAGES.items()
    ]


def test_the_numbers_are_those_of_the_pages(results, page_of):
    for result, name in zip(results, train.PAGES.values(), strict=True):
        page = page_of(name)
        assert result.loss == page.number("test_loss")
        assert result.accuracy == page.number("test_accuracy")
        assert result.seconds_an_epoch == pytest.approx(6 * page.number("minutes"))
        assert result.data_sha256 == page.notebook.metadata["gdl_provenance"]["data_sha256"]
        assert result.device == "CPU"


def test_a_new_measurement_replaces_that_of_the_same_machine(results, tmp_path):
    (tmp_path / "book" / "devices").mkdir(parents=True)
    assert train.read(tmp_path) == []
    train.keep(tmp_path, results)
    assert train.read(tmp_path) == sorted(results, key=lambda one: one.place)
    faster = dataclasses.replace(results[0], seconds_an_epoch=1.25)
    other = dataclasses.replace(results[0], device="a GPU", backend="JAX", seconds_an_epoch=0.5)
    kept = train.keep(tmp_path, [faster, other])
    assert len(kept) == len(results) + 1
    assert faster in kept
    assert results[0] not in kept
    drawings = dataclasses.replace(results[0], device="another GPU", data="stand-in: drawings")
    part = dataclasses.replace(results[0], device="a third", data=f"{results[0].data}; (GDL_PROFILE=smoke)")
    assert train.keep(tmp_path, [drawings, part]) == kept, "what was trained on something else is not compared"
    text = (tmp_path / train.TABLE).read_text()
    assert text.count("\n| ") == len(kept) + 1
    assert "| a GPU, JAX; " in text
    assert "| 1.2 |" in text
    assert text.count(f"\nData: {results[0].data}.\n") == 1


def test_the_table_of_the_site_is_that_of_the_results(root):
    assert (root / train.TABLE).read_text() == train.table(train.read(root))
    assert len(train.read(root)) >= 2
    assert "devices/table.md" in (root / "book" / "1_6_working_with_this_course.md").read_text()


TWO_DEVICES = """
import json, sys
import keras, numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from gdl_utils.book.train import mirrored
from gdl_utils.networks import multilayer_perceptron
rng = np.random.default_rng(0)
images = rng.random((512, 32, 32, 3), np.float32)
labels = (images[:, :16].mean((1, 2, 3)) > images[:, 16:].mean((1, 2, 3))).astype(int)
data = images, keras.utils.to_categorical(labels, 10)
found = mirrored(multilayer_perceptron, data, data, sys.argv[1:], epochs=3)
weights = found.pop("model").trainable_variables
values = [getattr(one, "_value", one) for one in weights]
copies = [getattr(value, "values", [value]) for value in values]
found["copies"] = [len(some) for some in copies]
found["devices"] = sorted({one.device.rpartition("/")[2] for some in copies for one in some})
found["sums"] = [[float(tf.reduce_sum(one)) for one in some] for some in copies]
print(json.dumps(found))
"""


@pytest.mark.slow
def test_two_devices_train_one_network(root):
    """On two logical devices of the CPU: each has a copy of every weight, and they stay equal."""
    found = {}
    for devices in (["CPU:0"], ["CPU:0", "CPU:1"]):
        line = [sys.executable, "-c", TWO_DEVICES, *devices]
        done = subprocess.run(line, capture_output=True, text=True, cwd=root)
        assert done.returncode == 0, done.stderr[-2000:]
        found[len(devices)] = json.loads(done.stdout.splitlines()[-1])
    assert (found[1]["replicas"], found[2]["replicas"]) == (1, 2)
    assert found[2]["devices"] == ["device:CPU:0", "device:CPU:1"]
    assert set(found[2]["copies"]) == {2}
    for first, second in found[2]["sums"]:
        assert first == second
    for one in found.values():
        assert one["loss"] < 0.8, "it has learnt which half is brighter, or at least that there are two classes"


def test_a_backend_that_is_missing_is_named(monkeypatch):
    before = os.environ.get("KERAS_BACKEND")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r"PyTorch is not installed here: type '\.venv/bin/pip install torch"):
        list(train.train_networks("torch", print))
    assert os.environ.get("KERAS_BACKEND") == before


UNDER_A_BACKEND = """
import dataclasses, json, sys
from gdl_utils.book.train import train_networks
results = train_networks(sys.argv[1], lambda network: print("now", network))
print(json.dumps([dataclasses.asdict(result) for result in results]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("backend", "title"), [("jax", "JAX"), ("torch", "PyTorch")])
def test_both_networks_learn_under_another_backend(root, other_backends, backend, title):
    """On the CPU and a part of the data: what is measured on a graphics card takes the same way."""
    installed_here = sysconfig.get_path("purelib")
    environment = {**os.environ, "GDL_PROFILE": "smoke", "PYTHONPATH": f"{root}:{installed_here}"}
    environment.pop("KERAS_BACKEND", None)
    command = [other_backends, "-c", UNDER_A_BACKEND, backend]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    *said, last = done.stdout.splitlines()
    assert [line for line in said if line.startswith("now ")] == [f"now {network}" for network in train.PAGES]
    results = [train.TrainingResult(**fields) for fields in json.loads(last)]
    assert [result.network for result in results] == list(train.PAGES)
    for result in results:
        assert (result.backend, result.device) == (title, "CPU")
        assert result.versions[backend]
        assert result.seconds_an_epoch > 0
        assert result.accuracy > 0.2, "chance is 0.1"
        assert not result.comparable

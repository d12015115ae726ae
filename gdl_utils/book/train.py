"""Trains the networks of the training pages on whatever device is there, and keeps what was measured for the site."""

import dataclasses
import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from gdl_utils.book.provenance import METADATA_KEY, processor
from gdl_utils.book.run import run_page
from gdl_utils.datasets import Cifar10, load_cifar10
from gdl_utils.errors import CourseError

PAGES = {
    "multilayer perceptron": "2_2_multilayer_perceptron",
    "convolutional network": "2_5_convolutional_network",
}
RESULTS = Path("book/devices/results.json")
TABLE = Path("book/devices/table.md")
# The pages are written for the first; names as Keras has them.
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
EPOCHS = 10
BATCH = 32
SEED = 1


@dataclasses.dataclass(frozen=True)
class TrainingResult:
    """One network trained on one machine, as its page trains it.

    Attributes:
        network: its name, a key of `PAGES`.
        device: what it was computed on, "CPU" or the name of a GPU.
        processor: processor and number of cores.
        backend: one of the values of `BACKENDS`.
        seconds_an_epoch: the mean over the ten epochs.
        loss: on the test set.
        accuracy: on the test set, from 0 to 1.
        versions: of packages, by name.
        data: where the images came from.
        data_sha256: of images and labels.
        date: the day, YYYY-MM-DD.
    """

    network: str
    device: str
    processor: str
    backend: str
    seconds_an_epoch: float
    loss: float
    accuracy: float
    versions: dict[str, str]
    data: str
    data_sha256: str
    date: str

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What a later measurement replaces: the same network on the same machine."""
        return self.network, self.device, self.processor, self.backend

    @property
    def comparable(self) -> bool:
        """Whether it was trained on all of CIFAR-10, as those that it stands beside in the table."""
        return self.data.startswith("CIFAR-10") and "GDL_PROFILE" not in self.data


def train_pages(root: Path, on_cell: Callable[[str, int, int], None]) -> list[TrainingResult]:
    """Run the training pages in full, without touching the pages themselves.

    Args:
        root: the folder of the repository.
        on_cell: called with the name of the page, the number of cells done and the number of all cells.

    Raises:
        PageError: if a page fails.
    """
    results = []
    for network, name in PAGES.items():
        copy = root / "_build" / "train" / f"{name}.ipynb"
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / "book" / f"{name}.ipynb", copy)
        run_page(copy, root, lambda done, total, name=name: on_cell(name, done, total))  # type: ignore[misc]
        results.append(result_of(network, nbformat.read(copy, as_version=4)))
    return results


def result_of(network: str, page: nbformat.NotebookNode) -> TrainingResult:
    """What a training page that has run says of its training."""
    glued = {
        output.metadata["scrapbook"]["name"]: output.data["application/papermill.record/text/plain"]
        for cell in page.cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }
    facts = page.metadata[METADATA_KEY]
    return TrainingResult(
        network,
        facts["device"],
        facts["processor"],
        BACKENDS["tensorflow"],
        60 * float(glued["minutes"]) / EPOCHS,
        float(glued["test_loss"]),
        float(glued["test_accuracy"]),
        {"python": facts["python"], **facts["versions"]},
        facts["data"],
        facts["data_sha256"],
        facts["date"],
    )


def mirrored(
    build: Callable[[], Any], train: Any, test: Any, devices: list[str], epochs: int = EPOCHS
) -> dict[str, Any]:
    """Train one network on several devices at once, each of which takes its share of every batch.

    Args:
        build: makes the network, uncompiled, taking images (n, 32, 32, 3) from 0 to 1 and giving (n, 10) probabilities.
        train: images and one-hot labels, as arrays.
        test: the same, to evaluate on.
        devices: names such as "GPU:0".
        epochs: how often the training set is gone through.

    Returns:
        `replicas`, `seconds_an_epoch`, `loss` and `accuracy` on the test set, and the `model`.
    """
    import tensorflow as tf

    strategy = tf.distribute.MirroredStrategy(devices)
    with strategy.scope():
        model = _compiled(build)
    # The batch of the page for each device, so that none computes less at a time than it would alone.
    batch = BATCH * strategy.num_replicas_in_sync
    return {"replicas": strategy.num_replicas_in_sync, **_fitted(model, train, test, batch, epochs), "model": model}


def _compiled(build: Callable[[], Any]) -> Any:
    import keras

    keras.utils.set_random_seed(SEED)
    model = build()
    model.compile(keras.optimizers.Adam(0.0005), "categorical_crossentropy", metrics=["accuracy"])
    return model


def _fitted(model: Any, train: Any, test: Any, batch: int, epochs: int) -> dict[str, float]:
    start = time.perf_counter()
    model.fit(*train, batch_size=batch, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(*test, batch_size=batch, verbose=0)
    return {"seconds_an_epoch": seconds / epochs, "loss": loss, "accuracy": accuracy}


def _arrays(dataset: Cifar10) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training and test set as the networks take them: images from 0 to 1, one-hot labels."""
    one_hot = np.eye(10, dtype="float32")
    return [(split.images.astype("float32") / 255, one_hot[split.labels[:, 0]]) for split in dataset]


def train_on_all_gpus(single: list[TrainingResult]) -> list[TrainingResult]:
    """Both networks on all GPUs of this machine at once; nothing where there are fewer than two.

    Args:
        single: what the pages gave on this machine, from which the rest of each result is taken.
    """
    import tensorflow as tf

    gpus = [f"GPU:{number}" for number in range(len(tf.config.list_physical_devices("GPU")))]
    if len(gpus) < 2:
        return []
    train, test = _arrays(load_cifar10())
    results = []
    for result in single:
        measured = mirrored(_builds()[result.network], train, test, gpus)
        results.append(
            dataclasses.replace(
                result,
                device=f"{len(gpus)} x {result.device}",
                **{name: measured[name] for name in ("seconds_an_epoch", "loss", "accuracy")},
            )
        )
    return results


def train_networks(backend: str, on_network: Callable[[str], None]) -> Iterator[TrainingResult]:
    """Train both networks as their pages do, without the pages, under a backend of Keras other than TensorFlow.

    Call it in a process that has not imported Keras yet: it reads its backend when it is imported.

    Args:
        backend: "jax" or "torch".
        on_network: called with the name of each network before it is trained.

    Yields:
        The result of each network when it is trained.

    Raises:
        CourseError: if the backend is not installed.
    """
    if importlib.util.find_spec(backend) is None:
        raise CourseError(f"{BACKENDS[backend]} is not installed here", f"type '.venv/bin/pip install {backend}'")
    os.environ["KERAS_BACKEND"] = backend
    dataset = load_cifar10()
    train, test = _arrays(dataset)
    versions = {name: importlib.metadata.version(name) for name in ("keras", "numpy", backend)}
    for network, build in _builds().items():
        on_network(network)
        yield TrainingResult(
            network=network,
            device=_device(backend),
            processor=processor(),
            backend=BACKENDS[backend],
            **_fitted(_compiled(build), train, test, BATCH, EPOCHS),
            versions={"python": platform.python_version(), **versions},
            data=dataset.source,
            data_sha256=dataset.sha256,
            date=datetime.date.today().isoformat(),
        )


def _builds() -> dict[str, Callable[[], Any]]:
    from gdl_utils import networks

    return dict(zip(PAGES, (networks.multilayer_perceptron, networks.convolutional_network), strict=True))


def _device(backend: str) -> str:
    """What JAX or PyTorch computes on: "CPU", or the name of the GPU."""
    if backend == "jax":
        import jax

        device = jax.devices()[0]
        return "CPU" if device.platform == "cpu" else str(device.device_kind)
    import torch

    return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else "CPU"


def keep(root: Path, new: Iterable[TrainingResult]) -> list[TrainingResult]:
    """Put results in the place of older ones of the same networks and machines, and write the table of the site.

    Those that are not comparable are left out.
    """
    results = {result.place: result for result in (*read(root), *new) if result.comparable}
    ordered = [results[place] for place in sorted(results)]
    text = json.dumps([dataclasses.asdict(result) for result in ordered], indent=1) + "\n"
    (root / RESULTS).write_text(text, encoding="utf-8")
    (root / TABLE).write_text(table(ordered), encoding="utf-8")
    return ordered


def read(root: Path) -> list[TrainingResult]:
    """What was measured so far."""
    path = root / RESULTS
    return (
        [TrainingResult(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []
    )


def table(results: Iterable[TrainingResult]) -> str:
    """The table of devices as a part of a page in MyST Markdown."""
    lines = [
        "% Written by `make train` from results.json; do not edit.",
        "",
        "| network | device, library and machine | seconds an epoch | test loss | test accuracy | day |",
        "|---|---|--:|--:|--:|---|",
    ]
    results = list(results)
    for result in results:
        numbers = f"{result.seconds_an_epoch:.1f} | {result.loss:.3f} | {result.accuracy:.1%}"
        # A date is not broken at its hyphens.
        day = result.date.replace("-", "\N{NON-BREAKING HYPHEN}")
        lines.append(
            f"| {result.network} | {result.device}, {result.backend}; {result.processor} | {numbers} | {day} |"
        )
    lines += ["", *sorted({f"Data: {result.data}." for result in results})]
    return "\n".join(lines) + "\n"

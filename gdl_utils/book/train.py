"""Runs the training pages on whatever device is there, and keeps what they measured for the site's table of devices."""

import dataclasses
import json
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat

from gdl_utils.book.provenance import METADATA_KEY
from gdl_utils.book.run import run_page

PAGES = {
    "multilayer perceptron": "2_2_multilayer_perceptron",
    "convolutional network": "2_5_convolutional_network",
}
RESULTS = Path("book/devices/results.json")
TABLE = Path("book/devices/table.md")
EPOCHS = 10
BATCH = 32


@dataclasses.dataclass(frozen=True)
class Result:
    """One network trained on one machine, as its page trains it.

    Attributes:
        network: its name, a key of `PAGES`.
        device: what it was computed on, "CPU" or the name of a GPU.
        processor: processor and number of cores.
        backend: "TensorFlow", or another backend of Keras.
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


def train_pages(root: Path, on_cell: Callable[[str, int, int], None]) -> list[Result]:
    """Run the training pages in full, without touching the pages themselves.

    Args:
        root: the folder of the repository.
        on_cell: called with the name of the page, the number of cells done and the number of all cells.

    Raises:
        PageError: if a page fails.
    """
    found = []
    for network, name in PAGES.items():
        copy = root / "_build" / "train" / f"{name}.ipynb"
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / "book" / f"{name}.ipynb", copy)
        run_page(copy, root, lambda done, total, name=name: on_cell(name, done, total))  # type: ignore[misc]
        found.append(result_of(network, nbformat.read(copy, as_version=4)))
    return found


def result_of(network: str, page: nbformat.NotebookNode) -> Result:
    """What a training page that has run says of its training."""
    glued = {
        output.metadata["scrapbook"]["name"]: output.data["application/papermill.record/text/plain"]
        for cell in page.cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }
    facts = page.metadata[METADATA_KEY]
    return Result(
        network,
        facts["device"],
        facts["processor"],
        "TensorFlow",
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
    import keras
    import tensorflow as tf

    strategy = tf.distribute.MirroredStrategy(devices)
    with strategy.scope():
        keras.utils.set_random_seed(1)
        model = build()
        model.compile(keras.optimizers.Adam(0.0005), "categorical_crossentropy", metrics=["accuracy"])
    # The batch of the page for each device, so that none computes less at a time than it would alone.
    batch = BATCH * strategy.num_replicas_in_sync
    start = time.perf_counter()
    model.fit(*train, batch_size=batch, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(*test, batch_size=batch, verbose=0)
    return {
        "replicas": strategy.num_replicas_in_sync,
        "seconds_an_epoch": seconds / epochs,
        "loss": loss,
        "accuracy": accuracy,
        "model": model,
    }


def train_on_all_gpus(single: list[Result]) -> list[Result]:
    """Both networks on all GPUs of this machine at once; nothing where there are fewer than two.

    Args:
        single: what the pages gave on this machine, from which the rest of each result is taken.
    """
    import keras
    import tensorflow as tf

    from gdl_utils import networks
    from gdl_utils.datasets import load_cifar10

    gpus = [f"GPU:{number}" for number in range(len(tf.config.list_physical_devices("GPU")))]
    if len(gpus) < 2:
        return []
    train, test = (
        (split.images.astype("float32") / 255, keras.utils.to_categorical(split.labels, 10)) for split in load_cifar10()
    )
    builds = dict(zip(PAGES, (networks.multilayer_perceptron, networks.convolutional_network), strict=True))
    found = []
    for one in single:
        measured = mirrored(builds[one.network], train, test, gpus)
        found.append(
            dataclasses.replace(
                one,
                device=f"{len(gpus)} x {one.device}",
                **{name: measured[name] for name in ("seconds_an_epoch", "loss", "accuracy")},
            )
        )
    return found


def keep(root: Path, new: Iterable[Result]) -> list[Result]:
    """Put results in the place of older ones of the same networks and machines, and write the table of the site."""
    results = {result.place: result for result in read(root)} | {result.place: result for result in new}
    ordered = [results[place] for place in sorted(results)]
    text = json.dumps([dataclasses.asdict(result) for result in ordered], indent=1) + "\n"
    (root / RESULTS).write_text(text, encoding="utf-8")
    (root / TABLE).write_text(table(ordered), encoding="utf-8")
    return ordered


def read(root: Path) -> list[Result]:
    """What was measured so far."""
    path = root / RESULTS
    return [Result(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def table(results: Iterable[Result]) -> str:
    """The table of devices as a part of a page in MyST Markdown."""
    lines = [
        "% Written by `make train` from results.json; do not edit.",
        "",
        "| network | device | machine | seconds an epoch | test loss | test accuracy | day |",
        "|---|---|---|--:|--:|--:|---|",
    ]
    for one in results:
        numbers = f"{one.seconds_an_epoch:.1f} | {one.loss:.3f} | {one.accuracy:.1%}"
        device = one.device if one.backend == "TensorFlow" else f"{one.device}, {one.backend}"
        # A date is not broken at its hyphens.
        day = one.date.replace("-", "\N{NON-BREAKING HYPHEN}")
        lines.append(f"| {one.network} | {device} | {one.processor} | {numbers} | {day} |")
    return "\n".join(lines) + "\n"

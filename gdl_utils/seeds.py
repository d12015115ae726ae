"""How much the accuracies of the book's two networks vary from one seed to the next.

Ten trainings take longer than a page may, so `benchmarks/training.py --seeds 5` measures them apart and writes
`seeds.json` beside this file; the pages read it from there.
"""

import dataclasses
import json
import statistics
from pathlib import Path

MEASURED = Path(__file__).with_name("seeds.json")


@dataclasses.dataclass(frozen=True)
class Seeds:
    """The accuracies that one network reached in ten epochs, one for each seed.

    Attributes:
        test: shares of the test images that it got right, one for each seed.
        train: shares of the training images, averaged over the last epoch.
        exact: as `test`, on those test images alone that have the pixels of the original.
        exact_images: how many these are.
        faster: as `test`, trained in the fastest way of section 2.5.
        date: the day of the measurement.
        machine: processor and number of cores.
        data: where the images came from.
    """

    test: tuple[float, ...]
    train: tuple[float, ...]
    exact: tuple[float, ...]
    exact_images: int
    faster: tuple[float, ...]
    date: str
    machine: str
    data: str

    @property
    def mean(self) -> float:
        """The mean of the test accuracies."""
        return statistics.fmean(self.test)

    @property
    def exact_mean(self) -> float:
        """The mean of the accuracies on the exact test images."""
        return statistics.fmean(self.exact)

    @property
    def spread(self) -> float:
        """Their standard deviation, that of a sample (divided by n - 1)."""
        return statistics.stdev(self.test)


def measured_seeds(network: str, file: Path = MEASURED) -> Seeds:
    """What was measured for a network.

    Args:
        network: `multilayer_perceptron` or `convolutional_network`.
        file: where the measurements are.

    Raises:
        KeyError: if nothing was measured for it.
    """
    content = json.loads(file.read_text(encoding="utf-8"))
    lists = {name: tuple(content["networks"][network][name]) for name in ("test", "train", "exact", "faster")}
    return Seeds(
        **lists,
        exact_images=content["exact_images"],
        date=content["date"],
        machine=content["machine"],
        data=content["data"],
    )

"""What the pages of chapter 3 measured of the six families, for the table and the maps of section 3.8.

`gdl book run` lets the pages write `comparison.json` beside this file; see `report.record`.
"""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gdl_utils.errors import CourseError
from gdl_utils.generative.measures import Estimate
from gdl_utils.generative.report import Report

MEASURED = Path(__file__).with_name("comparison.json")
# In the order of the pages.
ORDER = (
    "autoregressive",
    "normalising flow",
    "variational autoencoder",
    "energy-based",
    "diffusion",
    "flow matching",
    "adversarial",
)
MEASUREMENTS = {
    "KL": lambda report: report.kl.value if report.kl else None,
    "precision": lambda report: report.precision,
    "coverage": lambda report: report.coverage,
    "TV": lambda report: report.total_variation,
}
MORE_IS_BETTER = {"precision", "coverage"}


@dataclass(frozen=True)
class Family:
    """What was measured of one family, over several seeds.

    Attributes:
        name: of the family.
        reports: one for each seed.
        seconds: of training, one for each seed.
        steps: of training.
        parameters: how many numbers were trained.
        runs: how often the network runs for one sample.
        density: what is known of it: "exact", "bound", "up to a constant" or "none".
        samples: (n, 2), of the first seed.
    """

    name: str
    reports: tuple[Report, ...]
    seconds: tuple[float, ...]
    steps: int
    parameters: int
    runs: int
    density: str
    samples: np.ndarray

    def values(self, measurement: str) -> list[float]:
        """One of MEASUREMENTS for each seed; none where there is no density."""
        found = [MEASUREMENTS[measurement](report) for report in self.reports]
        return [value for value in found if value is not None]

    def mean(self, measurement: str) -> float | None:
        """The mean of one of MEASUREMENTS over the seeds; None where there is no density."""
        values = self.values(measurement)
        return statistics.fmean(values) if values else None

    def spread(self, measurement: str) -> str:
        """The mean over the seeds and the range, or "none"."""
        values = self.values(measurement)
        if not values:
            return "none"
        return f"{statistics.fmean(values):.3f} ({min(values):.3f} to {max(values):.3f})"

    def landmasses(self) -> dict[str, float]:
        """The mass of each landmass divided by the true mass, averaged over the seeds."""
        return {
            name: statistics.fmean(report.landmasses[name] for report in self.reports)
            for name in self.reports[0].landmasses
        }


def measured_families(file: Path = MEASURED) -> list[Family]:
    """All families that were measured, in the order of their pages.

    Args:
        file: what `gdl book run` wrote.

    Raises:
        CourseError: if nothing was measured yet.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CourseError(f"{file} is missing", "run the pages of chapter 3 with 'gdl book run'") from error
    return [
        Family(
            name,
            tuple(_report(report) for report in content[name]["reports"]),
            tuple(content[name]["seconds"]),
            **{key: content[name][key] for key in ("steps", "parameters", "runs", "density")},
            samples=np.array(content[name]["samples"]),
        )
        for name in ORDER
        if name in content
    ]


def ranks(families: list[Family], measurement: str) -> dict[str, int]:
    """The place of each family by the mean of one measurement, from 1 for the best; without those that lack it."""
    means = {family.name: mean for family in families if (mean := family.mean(measurement)) is not None}
    order = sorted(means, key=lambda name: means[name], reverse=measurement in MORE_IS_BETTER)
    return {name: place for place, name in enumerate(order, 1)}


def _report(content: dict) -> Report:
    kl = Estimate(*content["kl"]) if content["kl"] is not None else None
    return Report(**content | {"kl": kl})

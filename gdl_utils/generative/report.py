"""One row of the table of section 3.8 for any model that can be sampled."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gdl_utils.errors import CourseError
from gdl_utils.generative.ground import landmass_shares
from gdl_utils.generative.measures import Estimate, coverage, kl_divergence, precision, total_variation
from gdl_utils.generative.training import Training
from gdl_utils.tables import Table, show_table

SAMPLES = 40_000  # for precision, total variation and landmasses
COVERING_SAMPLES = 20_000  # of these, for coverage
KEPT_SAMPLES = 3_000  # for the map of section 3.8
# Names the file into which `gdl book run` lets the pages write what section 3.8 compares.
COMPARISON_VARIABLE = "GDL_COMPARISON"


class ModelError(CourseError):
    """A model that can't be measured."""


@dataclass(frozen=True)
class Report:
    """What was measured of a model; see `measures`.

    Attributes:
        name: of the model.
        precision: the share of its samples on land.
        coverage: the share of land points with a sample within 1 degree.
        total_variation: over cells of 5 degrees.
        kl: the divergence from p_data in nats with its standard error, or None if the model has no density.
        landmasses: the mass on each continent and island divided by the true mass.
    """

    name: str
    precision: float
    coverage: float
    total_variation: float
    kl: Estimate | None
    landmasses: dict[str, float]

    @property
    def dropped(self) -> dict[str, float]:
        """The three continents or islands with the least mass, measured by the true mass."""
        least = sorted(self.landmasses.items(), key=lambda item: item[1])[:3]
        return dict(least)

    def __str__(self) -> str:
        """The row of the table."""
        # Adding 0 turns -0 into 0.
        kl = "none" if self.kl is None else f"{round(self.kl.value, 3) + 0.0:.3f}"
        least = ", ".join(f"{name} {ratio:.2f}" for name, ratio in self.dropped.items())
        return (
            f"{self.name:24} precision {self.precision:.3f}  coverage {self.coverage:.3f}  "
            f"TV {self.total_variation:.3f}  KL {kl}\n{'':24} least: {least}"
        )


def measure(
    name: str,
    sample: Callable[[int, np.random.Generator], Any],
    test_points: np.ndarray,
    log_prob: Callable[[np.ndarray], Any] | None = None,
    seed: int = 0,
) -> Report:
    """Measure a model on the land of the flat map.

    Args:
        name: of the model.
        sample: takes a number n and a generator of random numbers and gives samples of shape (n, 2).
        test_points: (m, 2), drawn from p_data, that the model has not seen.
        log_prob: takes points (m, 2) and gives log-densities in nats, in the units of the map; None if there is none.
        seed: of the generator.

    Raises:
        ModelError: if the model gives something of another shape.
    """
    samples = np.asarray(sample(SAMPLES, np.random.default_rng(seed)))
    if samples.shape != (SAMPLES, 2):
        raise ModelError(
            f"sample({SAMPLES}, rng) of {name} gives the shape {samples.shape}", f"return an array ({SAMPLES}, 2)"
        )
    kl = None
    if log_prob is not None:
        log_densities = np.asarray(log_prob(test_points))
        if log_densities.shape != (len(test_points),):
            raise ModelError(
                f"log_prob of {name} gives the shape {log_densities.shape} for {len(test_points)} points",
                "return one number for each point",
            )
        kl = kl_divergence(log_densities)
    truth = landmass_shares()
    return Report(
        name,
        precision(samples),
        coverage(samples[:COVERING_SAMPLES], test_points),
        total_variation(samples),
        kl,
        {landmass: share / truth[landmass] for landmass, share in landmass_shares(samples).items()},
    )


def show_reports(*reports: Report, **more: Sequence[Any]) -> Table:
    """The measurements of several models as a table, a row for each; see `show_table`.

    Args:
        reports: what `measure` gave.
        more: further columns by their names, in which _ stands for a space, with a cell for each report.
    """
    rows = [
        [
            report.name,
            *(report.precision, report.coverage, report.total_variation, report.kl and report.kl.value),
            ", ".join(f"{name} {ratio:.2f}" for name, ratio in report.dropped.items()),
            *cells,
        ]
        for report, *cells in zip(reports, *more.values(), strict=True)
    ]
    names = [name.replace("_", " ") for name in more]
    return show_table(rows, ["model", "precision", "coverage", "TV", "KL", "least", *names])


def record(
    family: str,
    reports: Sequence[Report],
    trainings: Sequence[Training],
    samples: np.ndarray,
    runs: int,
    density: Literal["exact", "bound", "up to a constant", "none"],
) -> None:
    """Keep the row of a family for the table of section 3.8.

    Only `gdl book run` does so: it names the file in GDL_COMPARISON. Anywhere else nothing happens.

    Args:
        family: the name in the table.
        reports: one for each seed.
        trainings: one for each seed.
        samples: (n, 2), of the first seed; 3,000 of them are kept, to be drawn on a map.
        runs: how often the network runs for one sample.
        density: what is known of the model's density.
    """
    if not (name := os.environ.get(COMPARISON_VARIABLE)):
        return
    file = Path(name)
    families = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    families[family] = {
        "reports": [asdict(report) for report in reports],
        "seconds": [round(training.seconds, 1) for training in trainings],
        "steps": trainings[0].steps,
        "parameters": trainings[0].parameters,
        "runs": runs,
        "density": density,
        "samples": np.round(samples[:KEPT_SAMPLES].astype(float), 3).tolist(),
    }
    file.write_text(json.dumps(families, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")

"""The command that measures a reader's own model beside those of chapter 3."""

import runpy
from pathlib import Path
from typing import Annotated, Any

import typer

from gdl_utils.cli.shared import console, status
from gdl_utils.errors import CourseError


def compare(
    model: Annotated[Path, typer.Argument(help="A Python file with sample(n, rng) and, if it can, log_prob(x).")],
    seed: Annotated[int, typer.Option(help="Seed of the random generator that sample gets.")] = 0,
) -> None:
    """Measure your own model of the map, and compare it with the families of chapter 3.

    The file runs with your rights. sample(n, rng) returns an array (n, 2) of points (longitude / 180, latitude / 90);
    log_prob(x) takes such points and returns the logarithms of densities, one for each, in the same units.
    """
    from gdl_utils.generative import load_land_points, measure
    from gdl_utils.generative.comparison import measured_families

    if not model.is_file():
        raise CourseError(f"There is no file {model}", "name a Python file that defines sample(n, rng)")
    with status(f"Running {model}"):
        functions = _run(model)
        report = measure(model.stem, functions["sample"], load_land_points().test, functions.get("log_prob"), seed)
    header = f"{'':24} {'KL':>7} {'precision':>10} {'coverage':>9} {'TV':>6}"
    console.print(header)
    for family in measured_families():
        console.print(_row(family.name, {name: family.mean(name) for name in ("KL", "precision", "coverage", "TV")}))
    values: dict[str, float | None] = {
        "precision": report.precision,
        "coverage": report.coverage,
        "TV": report.total_variation,
    }
    console.print(_row(report.name, values | {"KL": report.kl.value if report.kl else None}))
    least = ", ".join(f"{name} {ratio:.2f}" for name, ratio in report.dropped.items())
    console.print(f"Least mass by true mass: {least}.")


def _row(name: str, values: dict[str, float | None]) -> str:
    kl = "none" if values["KL"] is None else f"{values['KL']:.3f}"
    return f"{name:24} {kl:>7} {values['precision']:10.3f} {values['coverage']:9.3f} {values['TV']:6.3f}"


def _run(model: Path) -> dict[str, Any]:
    try:
        functions = runpy.run_path(str(model))
    except (Exception, SystemExit) as error:
        raise CourseError(f"{model} does not run: {type(error).__name__}: {error}", "fix it and try again") from error
    for name in ("sample", "log_prob"):
        if name in functions and not callable(functions[name]):
            raise CourseError(f"{name} in {model} is not a function", "define it with def")
    if "sample" not in functions:
        raise CourseError(f"{model} defines no function sample", "define sample(n, rng), which returns points (n, 2)")
    return functions

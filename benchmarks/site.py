"""Prints how long the site takes to build whole, and again after one page changed, measured in turn in one run."""

import shutil
import statistics
import tempfile
import time
from pathlib import Path

import rich.table
from rich.console import Console

from gdl_utils.book.build import build_site

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3


def seconds_to_build(folder: Path) -> float:
    """Build the site in `folder` and tell how long it took."""
    start = time.perf_counter()
    build_site(folder)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print the table."""
    whole, again = [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "course"
        for name in ("book", "requirements"):
            shutil.copytree(ROOT / name, folder / name)
        for name in ("_config.yml", "_toc.yml"):
            shutil.copy(ROOT / name, folder)
        page = folder / "book" / "notation.md"
        for round_ in range(ROUNDS):
            shutil.rmtree(folder / "_build", ignore_errors=True)
            whole.append(seconds_to_build(folder))
            page.write_text(page.read_text() + f"\nRound {round_}.\n")
            again.append(seconds_to_build(folder))
    table = rich.table.Table(title=f"Building the site, {ROUNDS} rounds: median (least to most)")
    for column in ("build", "seconds", "against the whole"):
        table.add_column(column)
    for name, times in (("whole", whole), ("again after one page changed", again)):
        ratio = statistics.median(one / other for one, other in zip(times, whole, strict=True))
        seconds = f"{statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f})"
        table.add_row(name, seconds, f"{ratio:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()

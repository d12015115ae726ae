"""Reads the bank of attacks, and makes submissions of them."""

import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbjudge import Limits, Status, Submission
from tests.attacks.victims import VICTIMS, filled_in, release
from tests.notebooks import Notebook, added, as_bytes

HERE = Path(__file__).parent
KINDS = ("gain", "read", "harm")
SMALL = {
    "memory": 512 << 20, "processes": 32, "cell_seconds": 2.0, "notebook_seconds": 20.0, "disk_bytes": 8 << 20,
    "output_bytes": 100_000, "notebook_bytes": 4 << 20, "cells": 100,
}  # fmt: skip
LIMITS = {
    "plain": Limits(**SMALL),
    "careless": Limits(**SMALL),
    # TensorFlow itself needs most of it.
    "keras": Limits(**{**SMALL, "memory": 2 << 30, "processes": 64, "cell_seconds": 10.0, "notebook_seconds": 40.0}),
}


@dataclass(frozen=True)
class Attack:
    """One file of the bank; see the docstring of this package."""

    name: str
    what: str
    victim: str
    base: str = "wrong"
    answers: dict[str, str] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    edit: Callable[[Notebook], None] | None = None
    files: Callable[[], dict[str, bytes]] | None = None
    data: Callable[[Notebook], bytes] | None = None
    points: dict[str, float] = field(default_factory=dict)
    status: frozenset[Status] = frozenset([Status.GRADED])
    limits: Limits = LIMITS["plain"]
    times: int = 1
    stock: bool = False

    def submission(self, places: dict[str, str]) -> Submission:
        """What is handed in; `places` holds what some words in the sources stand for."""
        victim = VICTIMS[self.victim]
        answers = {**(victim.honest if self.base == "honest" else victim.wrong), **self.answers}
        sources = {name: self._placed(source, places) for name, source in answers.items()}
        notebook = filled_in(release(self.victim), sources)
        if self.first:
            notebook["cells"].insert(0, added(self._placed(self.first, places), "mine-0"))
        if self.last:
            notebook["cells"].append(added(self._placed(self.last, places), "mine-1"))
        if self.edit:
            self.edit(notebook)
        data = self.data(notebook) if self.data else as_bytes(notebook)
        return Submission({**(self.files() if self.files else {}), f"{self.victim}.ipynb": data})

    @staticmethod
    def _placed(source: str, places: dict[str, str]) -> str:
        for word, value in places.items():
            source = source.replace(word, value)
        return source


def _attack(path: Path) -> Attack:
    names: dict[str, Any] = runpy.run_path(str(path))
    status = names.get("STATUS", "GRADED")
    victim = names.get("VICTIM", "plain")
    limits = LIMITS[victim]
    return Attack(
        f"{path.parent.name}/{path.stem}",
        names["WHAT"],
        victim,
        names.get("BASE", "wrong"),
        names.get("ANSWERS", {}),
        names.get("FIRST", ""),
        names.get("LAST", ""),
        names.get("edit"),
        names.get("files"),
        names.get("data"),
        names.get("POINTS", {}),
        frozenset(Status[name] for name in ([status] if isinstance(status, str) else status)),
        Limits(**{**vars(limits), **names.get("LIMITS", {})}),
        names.get("TIMES", 1),
        names.get("STOCK", False),
    )


def attacks() -> list[Attack]:
    """All attacks, sorted by their victims, since each of these has a zygote of its own."""
    bank = [_attack(path) for kind in KINDS for path in sorted((HERE / kind).glob("*.py"))]
    return sorted(bank, key=lambda attack: list(VICTIMS).index(attack.victim))


def honest(victim: str) -> Submission:
    """A submission with all the right answers."""
    return Submission({f"{victim}.ipynb": as_bytes(filled_in(release(victim), VICTIMS[victim].honest))})

"""Reads the bank of attacks, and makes submissions of them."""

import copy
import json
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbjudge import Limits, Status
from tests.attacks import victims
from tests.attacks.victims import Notebook

HERE = Path(__file__).parent
KINDS = ("gain", "read", "harm")
SMALL = {
    "memory": 512 << 20, "processes": 32, "cell_seconds": 2.0, "notebook_seconds": 20.0, "written": 8 << 20,
    "output": 100_000, "notebook_bytes": 4 << 20, "cells": 100,
}  # fmt: skip
LIMITS = {
    "plain": Limits(**SMALL),
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

    def submission(self, places: dict[str, str]) -> dict[str, bytes]:
        """The files that are handed in; `places` holds what some words in the sources stand for."""
        notebook = victims.release(self.victim)
        _, honest, wrong, _ = victims.VICTIMS[self.victim]
        for name, source in {**(honest if self.base == "honest" else wrong), **self.answers}.items():
            victims.cell_of(notebook, name)["source"] = self._placed(source, places)
        if self.first:
            notebook["cells"].insert(0, victims.own(self._placed(self.first, places), 0))
        if self.last:
            notebook["cells"].append(victims.own(self._placed(self.last, places), 1))
        if self.edit:
            self.edit(notebook)
        data = self.data(notebook) if self.data else json.dumps(notebook).encode()
        return {**(self.files() if self.files else {}), f"{self.victim}.ipynb": data}

    @staticmethod
    def _placed(source: str, places: dict[str, str]) -> str:
        for word, value in places.items():
            source = source.replace(word, value)
        return source


def _attack(path: Path) -> Attack:
    found: dict[str, Any] = runpy.run_path(str(path))
    status = found.get("STATUS", "GRADED")
    victim = found.get("VICTIM", "plain")
    limits = LIMITS[victim]
    return Attack(
        f"{path.parent.name}/{path.stem}",
        found["WHAT"],
        victim,
        found.get("BASE", "wrong"),
        found.get("ANSWERS", {}),
        found.get("FIRST", ""),
        found.get("LAST", ""),
        found.get("edit"),
        found.get("files"),
        found.get("data"),
        found.get("POINTS", {}),
        frozenset(Status[name] for name in ([status] if isinstance(status, str) else status)),
        Limits(**{**vars(limits), **found.get("LIMITS", {})}),
        found.get("TIMES", 1),
        found.get("STOCK", False),
    )


def attacks() -> list[Attack]:
    """All attacks; those on Keras last, since each victim has a zygote of its own."""
    found = [_attack(path) for kind in KINDS for path in sorted((HERE / kind).glob("*.py"))]
    return sorted(found, key=lambda attack: attack.victim != "plain")


def honest(victim: str) -> dict[str, bytes]:
    """A submission with all the right answers."""
    notebook = copy.deepcopy(victims.release(victim))
    for name, source in victims.VICTIMS[victim][1].items():
        victims.cell_of(notebook, name)["source"] = source
    return {f"{victim}.ipynb": json.dumps(notebook).encode()}

"""What objects of a student's own classes say of themselves, such as their mean: claims, not data as in an array."""

import math
from numbers import Real
from typing import Any

CLAIMS = ("shape", "size", "ndim", "min", "max", "mean", "sum", "std", "var")
MOST_TOLD = 10
ROUNDING = 1e-6  # relative error that sums of many numbers may have


class Claims:
    """The claims that a test has heard, by object.

    Attributes:
        told: each in words.
    """

    def __init__(self) -> None:
        self.told: list[str] = []
        self._of: dict[int, dict[str, Any]] = {}

    def add(self, number: int, kind: str, name: str, value: Any) -> str:
        """Note one.

        Args:
            number: of the object.
            kind: the name of its class.
            name: one of `CLAIMS`.
            value: what it says.

        Returns:
            Why it can't be true together with the earlier ones of this object, empty if it can.
        """
        said = self._of.setdefault(number, {})
        if name not in said and len(self.told) < MOST_TOLD:
            self.told.append(f"{name} of a {kind}")
        said[name] = value
        return f"a {kind} contradicts itself in what it says of its {name}" if _contradict(said) else ""

    def forget(self) -> None:
        """Let earlier claims be over: the objects may have changed."""
        self._of.clear()


def _contradict(said: dict[str, Any]) -> bool:
    numbers = {name: float(value) for name, value in said.items() if isinstance(value, Real) and value == value}
    shape = said.get("shape")
    if type(shape) is tuple and all(type(length) is int for length in shape):
        numbers.setdefault("size", math.prod(shape))
        if numbers["size"] != math.prod(shape) or numbers.get("ndim", len(shape)) != len(shape):
            return True
    least, greatest = numbers.get("min", -math.inf), numbers.get("max", math.inf)
    mean = numbers.get("mean")
    if mean is None and numbers.get("size") and "sum" in numbers:
        mean = numbers["sum"] / numbers["size"]
    slack = ROUNDING * max(abs(value) for value in (least, greatest, mean or 0.0, 1.0) if math.isfinite(value))
    if least > greatest or (mean is not None and not least - slack <= mean <= greatest + slack):
        return True
    if {"mean", "sum", "size"} <= numbers.keys():
        total = numbers["mean"] * numbers["size"]
        if not math.isclose(total, numbers["sum"], rel_tol=ROUNDING, abs_tol=slack * max(numbers["size"], 1)):
            return True
    spread = numbers.get("std", math.sqrt(max(numbers.get("var", 0.0), 0.0)))
    if spread < 0 or numbers.get("var", 0.0) < 0 or spread > (greatest - least) + slack:
        return True
    return {"std", "var"} <= numbers.keys() and not math.isclose(
        numbers["std"] ** 2, numbers["var"], rel_tol=1e-3, abs_tol=slack
    )

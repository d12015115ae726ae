"""Numbers that a test measured, printed in a form in which feedback and report find them again."""

import re
from dataclasses import dataclass

NAME = re.compile(r"\w[\w ]{0,39}")
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|-?inf|nan"
LINE = re.compile(rf"^measured: ({NAME.pattern}) = ({NUMBER}) \((more|less) is better\)$", re.MULTILINE)


@dataclass(frozen=True)
class Measurement:
    """What a test measured of a student's work: `name`, `value`, and whether more of it is better."""

    name: str
    value: float
    more_is_better: bool

    def __str__(self) -> str:
        """The line that a test prints."""
        return f"measured: {self.name} = {self.value:.4g} ({'more' if self.more_is_better else 'less'} is better)"


def measured(name: str, value: float, more_is_better: bool = True) -> None:
    """Print what a test measured: students find theirs in the feedback, and the report makes a leaderboard of them.

    What a test prints comes from the judge, never from the student's process, so a test must not print text of a
    student's by itself.

    Args:
        name: of letters, digits and blanks, 40 at most.
        value: the number.
        more_is_better: or else less is.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} can't be the name of a measurement: use letters, digits and spaces, 40 at most")
    print(Measurement(name, float(value), more_is_better))


def measurements_in(text: str) -> list[Measurement]:
    """All measurements in what a test printed, in their order."""
    return [Measurement(name, float(value), which == "more") for name, value, which in LINE.findall(text)]

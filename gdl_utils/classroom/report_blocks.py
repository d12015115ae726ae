"""What the instructor's page is made of: sections of text, pictures and tables."""

from collections.abc import Sequence
from dataclasses import dataclass

LISTED = 500  # rows of a table


@dataclass(frozen=True)
class Block:
    """Text, a heading or a picture: its kind, what it says, and for a picture its data."""

    kind: str
    text: str
    data: str = ""


@dataclass(frozen=True)
class Table:
    """A table, whose last `numbers` columns are aligned to the right."""

    head: Sequence[str]
    lines: Sequence[Sequence[object]]
    numbers: int = 0
    kind: str = "table"

    @property
    def shown(self) -> Sequence[Sequence[object]]:
        """The rows that the page shows."""
        return self.lines[:LISTED]

    @property
    def more(self) -> int:
        """How many rows it does not show."""
        return max(0, len(self.lines) - LISTED)

    @property
    def first_number(self) -> int:
        """The place of the first column of numbers."""
        return len(self.head) - self.numbers


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    blocks: list[Block | Table]

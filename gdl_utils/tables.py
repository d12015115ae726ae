"""Shows rows of results as a table: in HTML where a page or JupyterLab shows it, else as aligned text."""

import html
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

DEFAULT_FORMAT = ".3f"
# What may stand in a column of numbers, which is set to the right.
NUMBER = re.compile(r"[-+$]?(\d.*|inf)|nan|none|-|")


class Table:
    """Rows of text under their headings; JupyterLab and the book show it as a table, a terminal as aligned text."""

    def __init__(self, headings: list[str], rows: list[list[str]], caption: str = "") -> None:
        self.headings = headings
        self.rows = rows
        self.caption = caption
        columns = list(zip(*rows, strict=True)) or [()] * len(headings)
        self.is_number = [all(map(NUMBER.fullmatch, cells)) for cells in columns]

    def __repr__(self) -> str:
        """The table as text, each column as wide as its longest cell."""
        widths = [max(map(len, cells)) for cells in zip(self.headings, *self.rows, strict=True)]
        lines = [
            "  ".join(
                f"{cell:>{width}}" if number else f"{cell:{width}}"
                for cell, width, number in zip(cells, widths, self.is_number, strict=True)
            ).rstrip()
            for cells in [self.headings, *self.rows]
        ]
        return "\n".join([self.caption, *lines] if self.caption else lines)

    def _repr_html_(self) -> str:
        # Cells say on which side they stand, as a notebook has no style sheet of ours. A wide table scrolls in itself,
        # with the keys too.
        label = html.escape(self.caption or f"Table: {', '.join(self.headings)}")
        caption = f"<caption>{html.escape(self.caption)}</caption>\n" if self.caption else ""
        head = "".join(self._cell("th", "col", i, text) for i, text in enumerate(self.headings))
        body = "\n".join(
            f"<tr>{self._cell('th', 'row', 0, name)}"
            + "".join(self._cell("td", "", i, text) for i, text in enumerate(cells, 1))
            + "</tr>"
            for name, *cells in self.rows
        )
        return (
            f'<div class="gdl-table" role="group" aria-label="{label}" tabindex="0" style="overflow-x: auto">\n'
            f'<table style="font-variant-numeric: tabular-nums">\n{caption}<thead>\n<tr>{head}</tr>\n</thead>\n'
            f"<tbody>\n{body}\n</tbody>\n</table>\n</div>"
        )

    def _cell(self, kind: str, scope: str, column: int, text: str) -> str:
        side = "right" if self.is_number[column] else "left"
        scope = scope and f' scope="{scope}"'
        return f'<{kind}{scope} style="text-align: {side}">{html.escape(text)}</{kind}>'


def show_table(rows: Mapping[Any, Any] | Iterable[Sequence[Any]], columns: Sequence[str], caption: str = "") -> Table:
    """A table of results; as the last line of a cell, it is shown.

    Args:
        rows: what stands in each row, its name first; or the cells of each row, or its only one, by the row's name.
        columns: their headings, the first for the names of the rows. A format for the numbers of a column follows a
            colon, as in an f-string: "precision:.1%". Without it, a float has three decimals. None is shown as "none",
            and of a list or an array each number.
        caption: what the table shows, if the text around it does not say so.

    Raises:
        ValueError: if a row has more or fewer cells than there are columns.
    """
    headings, _, formats = zip(*(column.partition(":") for column in columns), strict=True)
    if isinstance(rows, Mapping):
        rows = [[name, *(cells if _is_row(cells) else [cells])] for name, cells in rows.items()]
    texts = [[_text(cell, spec) for cell, spec in zip(row, formats, strict=True)] for row in rows]
    return Table(list(headings), texts, caption)


def _is_row(cells: Any) -> bool:
    return not isinstance(cells, str) and hasattr(cells, "__len__")


def _text(cell: Any, spec: str) -> str:
    if cell is None:
        return "none"
    if isinstance(cell, list) or (hasattr(cell, "tolist") and getattr(cell, "ndim", 0)):  # type: ignore[arg-type]
        return ", ".join(_text(each, spec) for each in cell)
    if isinstance(cell, bool) or not isinstance(cell, numbers.Real):
        return str(cell)
    text = format(cell, spec if spec or isinstance(cell, numbers.Integral) else DEFAULT_FORMAT)
    # What rounds to nothing has no sign.
    return text.removeprefix("-") if re.fullmatch(r"-0\.?0*%?", text) else text

import html
import re

import nbformat
import numpy as np
import pytest

from gdl_utils.tables import show_table


class Page:
    """A page as it is stored: what its cells printed, by the id of the cell, and what it glued, by name."""

    def __init__(self, path):
        self.path = path
        self.notebook = nbformat.read(path, as_version=4)
        self.cells = {cell.id: cell for cell in self.notebook.cells}
        self.glued = {
            output.metadata["scrapbook"]["name"]: output.data["application/papermill.record/text/plain"]
            for cell in self.notebook.cells
            for output in cell.get("outputs", [])
            if "scrapbook" in output.get("metadata", {})
        }

    def text(self, cell_id):
        """All plain text that a cell gave."""
        pieces = [
            output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")
            for output in self.cells[cell_id].outputs
        ]
        return "".join(pieces).strip()

    def table(self, cell_id):
        """The table that a cell shows: the cells of each row, as text, by its name."""
        (shown,) = [output.data["text/html"] for output in self.cells[cell_id].outputs if "data" in output]
        rows = re.findall(r'<tr><th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', shown)
        cells = {name: re.findall(r"<td[^>]*>(.*?)</td>", row) for name, row in rows}
        assert len(cells) == len(rows) > 0, "each row has a name of its own"
        return {html.unescape(name): list(map(html.unescape, row)) for name, row in cells.items()}

    def numbers(self, cell_id):
        """The numbers of the table that a cell shows, of shape (rows, columns); a percentage as a share."""

        def number(text):
            return float(text.removesuffix("%").replace(",", "")) / (100 if text.endswith("%") else 1)

        return np.array([list(map(number, row)) for row in self.table(cell_id).values()])

    def rows(self, cell_id):
        """The measurements of several models, as a cell shows them: by name, four numbers, None for no divergence."""
        return {
            name: [None if value == "none" else float(value) for value in cells[:4]]
            for name, cells in self.table(cell_id).items()
        }

    def runner(self, names):
        """A function that runs cells of the page, each up to the text `before`, and gives the names they define."""

        def run_cells(*cells, before=None, **given):
            names.update(given, show_table=show_table)
            for cell in cells:
                source = self.cells[cell].source
                exec(source.split(before)[0] if before else source, names)
            return names

        return run_cells

    def number(self, name):
        """A number that the page glued."""
        return float(self.glued[name])


@pytest.fixture(scope="session")
def page_of(root):
    """A function that gives a page by its name, without the ending."""
    return lambda name: Page(root / "book" / f"{name}.ipynb")


@pytest.fixture(scope="session")
def perceptron(root):
    """Page 2.2."""
    return Page(root / "book" / "2_2_multilayer_perceptron.ipynb")

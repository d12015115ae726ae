import re

import nbformat
import pytest


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

    def rows(self, cell_id):
        """The rows that `measure` printed in a cell: by name, its four numbers, None for no divergence."""
        row = r"^(.+?)\s+precision (\S+)\s+coverage (\S+)\s+TV (\S+)\s+KL (\S+)$"
        found = re.findall(row, self.text(cell_id), re.MULTILINE)
        return {name: [None if value == "none" else float(value) for value in values] for name, *values in found}

    def runner(self, names):
        """A function that runs cells of the page, each up to the text `before`, and gives the names they define."""

        def run_cells(*cells, before=None, **given):
            names.update(given)
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

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

"""Steps of the course's own that `nbgrader_config.py` adds to nbgrader's."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor


class MarkGenerated(NbGraderPreprocessor):
    """Writes into a released notebook which source and command gave it."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Add the metadata `gdl` with the keys `generated_by` and `source`."""
        source = f"solutions/{resources['nbgrader']['assignment']}/{resources['unique_key']}.ipynb"
        nb.metadata["gdl"] = {"generated_by": "make assignments", "source": source}
        return nb, resources

"""Steps of the course's own that `nbgrader_config.py` adds to nbgrader's."""

import hashlib
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor


class MarkGenerated(NbGraderPreprocessor):
    """Writes into a released notebook which source and command gave it.

    The digest of the whole source makes a release stale as soon as anything in its source changes, hidden tests too.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Add the metadata `gdl` with the keys `generated_by`, `source` and `source_sha256`."""
        path = Path(resources["metadata"]["path"]) / f"{resources['metadata']['name']}.ipynb"
        nb.metadata["gdl"] = {
            "generated_by": "make assignments",
            "source": f"solutions/{path.parent.name}/{path.name}",
            "source_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        return nb, resources

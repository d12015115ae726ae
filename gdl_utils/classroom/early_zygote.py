"""Starts the zygote of a class before anything else is imported.

It imports TensorFlow, say, while this process imports nbgrader, which takes each of them seconds: so nothing here may
import nbgrader.
"""

import json
from contextlib import suppress
from pathlib import Path

from nbjudge import EngineOptions, SourceNotebook
from nbjudge.grading import environment_of
from nbjudge.zygote_client import ZygoteServer


def early_zygote(source: Path, options: EngineOptions) -> ZygoteServer:
    """A zygote for what the notebooks of an assignment import at first sight.

    If the assignment turns out to need something else, `nbjudge.pool.local_workers` starts another.

    Args:
        source: the assignment's folder of sources.
        options: how the engine will run.

    Raises:
        SandboxError: if there can be no sandbox here.
    """
    notebooks = []
    for path in sorted(source.glob("*.ipynb")):
        # A notebook that can't be read is complained of when the assignment is loaded.
        with suppress(OSError, ValueError, LookupError, TypeError):
            content = json.loads(path.read_text(encoding="utf-8"))
            cells = [{**cell, "source": "".join(cell["source"])} for cell in content["cells"]]
            notebooks.append(SourceNotebook(path.stem, {"cells": cells}))
    return ZygoteServer(environment_of(notebooks, options))

"""The code behind the course that is neither a page nor an exercise."""

import os

__version__ = "0.1.0"


def check(notebook: str | None = None, seconds: float = 30) -> None:
    """Run the notebook in which this is called with its visible tests, and show how each exercise goes.

    It is checked from the top in a fresh Python, as it was saved. The command `gdl check` does the same in a terminal.

    Args:
        notebook: its file, if Jupyter does not say which one it is.
        seconds: after which a cell is interrupted.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        # A notebook that is graded has nothing to check, nor to import for it.
        return
    from gdl_utils.self_check.notebook import check_this

    check_this(notebook, seconds)

"""Hands a computed number to the text of a page, so that no page states a number it did not compute."""

import numbers
from typing import Any

# The prefix under which MyST-NB looks for values that are recorded but not shown.
RECORD_PREFIX = "application/papermill.record/"


def glue(name: str, value: Any) -> None:
    """Record `value` under `name` in the cell's output; the text shows it with {glue:text}`name:format`.

    It writes what `myst_nb.glue(name, value, display=False)` writes, without the need to install what builds the
    book: a page runs in the light environment too. Introduced in section 2.2.

    Args:
        name: unique within the page.
        value: NumPy numbers become plain ones, so that a format such as `.1%` applies to them; all else is recorded
            as its `repr`.
    """
    import IPython.display

    if isinstance(value, numbers.Number) and hasattr(value, "item"):
        value = value.item()
    IPython.display.display(
        {f"{RECORD_PREFIX}text/plain": repr(value)},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": RECORD_PREFIX}},
    )

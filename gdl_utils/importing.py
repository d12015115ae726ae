"""Imports large packages without waste."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Import in the block while Python does not look for garbage among the modules, which takes a fifth of the time.

    What is there at the end is never looked at again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()

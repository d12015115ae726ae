"""Keeps what other programs log away from the terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def redirect_stderr(log: Path) -> Iterator[None]:
    """Append to `log` what this process and its children write to standard error meanwhile.

    By file descriptor, since kernels inherit it and TensorFlow writes to it from C++. Not for use in threads.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)

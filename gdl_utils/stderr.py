"""Keeps what other programs log away from the terminal."""

import codecs
import os
import selectors
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from gdl_utils.terminal import escape_controls

DRAINED = 10.0  # seconds in which the log gets the last of what was written


@contextmanager
def redirect_stderr(log: Path) -> Iterator[None]:
    """Append to `log`, escaped, what this process and its children write to standard error meanwhile.

    By file descriptor, since kernels inherit it and TensorFlow writes to it from C++. Not for use in threads.
    """
    # The thread closes what it reads and writes, which may be later: children can outlive the block.
    file = log.open("a", encoding="utf-8", errors="backslashreplace")
    source, target = os.pipe()
    stopped, stop = os.pipe()
    drained = threading.Event()
    threading.Thread(target=_copy, args=(source, stopped, file, drained), daemon=True).start()
    sys.stderr.flush()
    saved = os.dup(2)
    os.dup2(target, 2)
    os.close(target)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(saved, 2)
        os.close(saved)
        os.close(stop)
        drained.wait(DRAINED)


def _copy(source: int, stopped: int, log: TextIO, drained: threading.Event) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    with selectors.DefaultSelector() as selector:
        for descriptor in (source, stopped):
            selector.register(descriptor, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if source not in ready:
                # The block has ended, and all that was written in it is read.
                selector.unregister(stopped)
                drained.set()
                continue
            data = os.read(source, 1 << 16)
            # A full disk must not stop those that write.
            with suppress(OSError):
                log.write(escape_controls(decoder.decode(data, final=not data)))
                log.flush()
            if not data:
                break
    drained.set()
    os.close(source)
    os.close(stopped)
    with suppress(OSError):
        log.close()

"""Joins the memory of a process into huge pages, so that its forks begin and end sooner.

For a fork the kernel copies the table of all pages that a process has, and at its end takes each of them back. Python
with its libraries has a hundred thousand pages of 4 KiB; of 2 MiB it has a few hundred.
"""

import ctypes
import mmap
from collections.abc import Iterator
from pathlib import Path

HUGE = 2 << 20  # bytes
MADV_COLLAPSE = 25  # since Linux 6.1; before, the kernel refuses it

libc = ctypes.CDLL(None, use_errno=True)


def collapse() -> int:
    """Join what this process has in memory of its own; what is in the memory stays the same.

    Returns:
        How many bytes the kernel has joined: none if it can't, which costs time and nothing else.
    """
    if mmap.PAGESIZE != 4 << 10:
        # Where pages are larger, so are huge ones.
        return 0
    return HUGE * sum(map(_collapse, _whole_pages()))


def _whole_pages() -> Iterator[int]:
    """Where huge pages would begin in memory that belongs to no file."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights.startswith("rw") and rights.endswith("p") and inode == "0" and name in ([], ["[heap]"]):
            start, end = (int(number, 16) for number in place.split("-"))
            yield from range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE)


def _collapse(start: int) -> bool:
    return libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(HUGE), MADV_COLLAPSE) == 0

"""Memory joined into huge pages: the kernel says so, and what is in it stays the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nbjudge import huge_pages

PROGRAM = """
import hashlib, json, mmap
from pathlib import Path
from nbjudge import huge_pages

def joined():
    lines = Path("/proc/self/smaps").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages:"))

area = mmap.mmap(-1, 32 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
area.madvise(mmap.MADV_NOHUGEPAGE)
area.write(b"".join(bytes([number % 251]) * 4096 for number in range((32 << 20) // 4096)))
area.madvise(mmap.MADV_HUGEPAGE)
before = joined(), hashlib.sha256(area[:]).hexdigest()
told = huge_pages.collapse()
print(json.dumps([before, [joined(), hashlib.sha256(area[:]).hexdigest()], told >> 10]))
"""


def test_memory_is_joined_and_stays_the_same():
    line = [sys.executable, "-c", PROGRAM]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=True)
    (before, content), (after, content_after), told = json.loads(done.stdout)
    if not told:
        pytest.skip("this kernel joins no memory when it is asked to")
    assert content == content_after
    assert after - before >= 24 << 10, "most of 32 MiB"
    assert told >= after - before


def test_a_kernel_that_can_not_join_memory_is_no_error(monkeypatch):
    monkeypatch.setattr(huge_pages, "MADV_COLLAPSE", 999_999)
    assert huge_pages.collapse() == 0

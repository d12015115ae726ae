"""What a notebook may use, and that nothing of it stays."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nbjudge import Limits, Status
from tests.nbjudge.small import graded

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.timing, pytest.mark.usefixtures("engine")]

SMALL = Limits(memory=400 << 20, processes=10, cell_seconds=10, notebook_seconds=30, disk_bytes=8 << 20)


def test_one_large_allocation_is_the_end_with_its_reason():
    result = graded("x = 1", "y = bytearray(3 << 30)", limits=SMALL)
    assert result.status is Status.MEMORY and "400 MiB" in result.attention[0] and result.score == 0
    # Caught in time, it costs nothing.
    result = graded("x = 1\ntry:\n    bytearray(3 << 30)\nexcept MemoryError:\n    pass", limits=SMALL)
    assert (result.status, result.score) == (Status.GRADED, 2)


CHILDREN = """
import os, time
x = 1
for _ in range({count}):
    if not os.fork():
        block = bytearray(b"x" * ({size} << 20))
        time.sleep(30)
        os._exit(0)
time.sleep(8)
"""


def test_the_memory_of_several_processes_counts_together():
    result = graded(CHILDREN.format(count=6, size=100), limits=SMALL)
    assert result.status is Status.MEMORY, result.attention
    assert result.notebooks[0].memory > 300 << 20


def test_what_is_written_to_memory_files_counts_and_is_bounded():
    code = "x = 1\nfor folder in ('/tmp', '/dev/shm'):\n    open(f'{folder}/a', 'wb').write(bytes(5 << 20))"
    result = graded(code, limits=SMALL)
    assert "No space left" in json.dumps(result.notebooks[0].content)
    assert result.status is Status.GRADED and result.score == 2


def test_too_many_processes_are_the_end_with_their_reason():
    result = graded(CHILDREN.format(count=30, size=0), limits=SMALL)
    assert result.status is Status.DIED and "10 processes" in result.attention[0]


def test_nothing_is_left_of_a_notebook_that_has_ended():
    code = "import subprocess, os\nx = 1\np = subprocess.Popen(['sleep', '1234'], start_new_session=True)"
    graded(code)
    time.sleep(0.2)
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"sleep\x001234" in _read(path)]
    assert left == []


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _born(number):
    # The number of a process can be given again; the time of its start tells.
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def _gone(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


SLEEPER = "import subprocess, time\np = subprocess.Popen(['sleep', '300'], start_new_session=True)\ntime.sleep(300)"


@pytest.mark.parametrize("sandboxed", [True, False])
def test_nothing_is_left_when_the_supervisor_is_killed(sandboxed):
    program = "from nbjudge import Limits\nfrom tests.nbjudge.small import graded\n"
    program += f"graded({SLEEPER!r}, limits=Limits(cell_seconds=200), sandboxed={sandboxed})"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    driver = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, **quiet)
    started: dict[int, str] = {}
    try:
        end = time.monotonic() + 60
        while not any(b"sleep\x00300" in _read(Path(f"/proc/{number}/cmdline")) for number in started):
            assert time.monotonic() < end and driver.poll() is None
            time.sleep(0.1)
            started |= {number: _born(number) for number in _below(driver.pid)}
        assert len(started) > 3
    finally:
        driver.kill()
        driver.wait()
    end = time.monotonic() + 5
    del started[driver.pid]
    left = started
    while left and time.monotonic() < end:
        time.sleep(0.1)
        left = {number: born for number, born in started.items() if not _gone(number) and _born(number) == born}
    names = {number: _read(Path(f"/proc/{number}/cmdline"))[:80] for number in left}
    for number in left:
        os.kill(number, 9)
    if sandboxed:
        assert not left, names
    else:
        # Without walls what a notebook starts in a session of its own can stay; the notebook itself must not.
        assert all(b"sleep" in name for name in names.values()), names


def _below(number):
    # The processes of a notebook are no children of the zygote any more: they are found by their parents' parents.
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
    tree = {number}
    while True:
        more = {child for child, parent in parents.items() if parent in tree} - tree
        if not more:
            return tree
        tree |= more

"""Cgroups, on folders that stand for the kernel's: where these tests run, none may be delegated.

What the kernel does with them (members moved, memory counted, groups ended) can't be seen here.
"""

import os
from pathlib import Path

import pytest

from nbjudge import Limits
from nbjudge.sandbox import cgroups

pytestmark = pytest.mark.timing

LIMITS = Limits(memory=256 << 20, processes=32)


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A tree with one cgroup, `mine`, of which this process is said to be a member."""
    mine = tmp_path / "cgroup" / "mine"
    mine.mkdir(parents=True)
    (mine / "cgroup.controllers").write_text("cpu memory pids\n")
    (mine / "cgroup.procs").write_text("")
    (mine / "cgroup.subtree_control").write_text("")
    (tmp_path / "self").write_text("4:memory:/old\n0::/mine\n")
    monkeypatch.setattr(cgroups, "MOUNT", tmp_path / "cgroup")
    monkeypatch.setattr(cgroups, "SELF", tmp_path / "self")
    cgroups.delegated.cache_clear()
    yield mine
    cgroups.delegated.cache_clear()


class KernelFolder(type(Path())):
    """A folder below which the switches of each cgroup appear with it, as the kernel's do, and vanish with it."""

    switches = ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cgroup.procs", "cgroup.kill")

    def mkdir(self, *args, **kwargs):
        super().mkdir(*args, **kwargs)
        for name in self.switches:
            (self / name).touch()

    def rmdir(self):
        for path in self.iterdir():
            path.unlink()
        super().rmdir()


class WithoutSwap(KernelFolder):
    """Where nothing is swapped out."""

    switches = tuple(name for name in KernelFolder.switches if "swap" not in name)


def test_who_grades_moves_below_what_was_delegated(kernel):
    assert cgroups.delegated() == kernel
    assert (kernel / cgroups.SUPERVISOR / "cgroup.procs").read_text() == str(os.getpid())
    assert set((kernel / "cgroup.subtree_control").read_text().split()) == {"+memory", "+pids"}


def test_a_process_that_one_of_them_started_finds_the_same(kernel, tmp_path):
    (tmp_path / "self").write_text(f"0::/mine/{cgroups.SUPERVISOR}\n")
    assert cgroups.delegated() == kernel
    assert not (kernel / "cgroup.subtree_control").read_text()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kernel: (kernel / "cgroup.controllers").write_text("cpu memory"),
        lambda kernel: (kernel / "cgroup.controllers").unlink(),
        lambda kernel: (cgroups.SELF).write_text("4:memory:/mine\n"),
        lambda kernel: (cgroups.SELF).write_text("0::/gone\n"),
        lambda kernel: (cgroups.SELF).unlink(),
    ],
    ids=["no pids", "none delegated", "version 1", "elsewhere", "no proc"],
)
def test_without_one_nothing_is_changed(kernel, spoil):
    spoil(kernel)
    assert cgroups.delegated() is None
    assert cgroups.enter(4711, LIMITS) is None
    assert not (kernel / cgroups.SUPERVISOR).exists()


def test_who_is_not_alone_in_it_goes_back(kernel):
    # The kernel refuses while another process is a member; a folder refuses to be written to.
    (kernel / "cgroup.subtree_control").unlink()
    (kernel / "cgroup.subtree_control").mkdir()
    (kernel / cgroups.SUPERVISOR).mkdir()
    (kernel / cgroups.SUPERVISOR / "cgroup.procs").symlink_to(kernel / "cgroup.procs")
    rmdir = Path.rmdir
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "rmdir", lambda path: ((path / "cgroup.procs").unlink(), rmdir(path)))
        assert cgroups.delegated() is None
    assert (kernel / "cgroup.procs").read_text() == str(os.getpid())
    assert not (kernel / cgroups.SUPERVISOR).exists()


def test_a_notebook_has_its_own_with_its_limits(kernel):
    group = cgroups.Cgroup(KernelFolder(kernel), 4711, LIMITS)
    held = {path.name: path.read_text() for path in group.path.iterdir()}
    assert held == {
        "memory.max": str(256 << 20), "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "128",
        "cgroup.procs": "4711", "cgroup.kill": "",
    }  # fmt: skip
    assert group.path == kernel / "nbjudge-4711"
    group.remove()
    assert [path.name for path in kernel.iterdir() if path.is_dir()] == []


def test_where_nothing_is_swapped_there_is_no_switch_for_it(kernel):
    group = cgroups.Cgroup(WithoutSwap(kernel), 4711, LIMITS)
    assert (group.path / "memory.max").read_text() == str(256 << 20)
    assert not (group.path / "memory.swap.max").exists()


def test_what_is_left_in_it_is_ended_with_it(kernel, monkeypatch):
    group = cgroups.Cgroup(KernelFolder(kernel), 4711, LIMITS)
    ended = []
    rmdir = KernelFolder.rmdir
    monkeypatch.setattr(
        KernelFolder, "rmdir", lambda path: (ended.append((path / "cgroup.kill").read_text()), rmdir(path))
    )
    group.remove()
    assert ended == ["1"]


def test_one_that_can_not_be_used_is_removed(kernel):
    # These folders have no switches, as a kernel without the controllers.
    with pytest.raises(FileNotFoundError):
        cgroups.Cgroup(kernel, 4711, LIMITS)
    assert not (kernel / "nbjudge-4711").exists()
    assert cgroups.delegated() == kernel
    assert cgroups.enter(4711, LIMITS) is None


@pytest.mark.parametrize(
    ("events", "expected"),
    [("low 0\noom 3\noom_kill 0\n", False), ("oom 1\noom_kill 2\n", True), (None, False), ("oom_kill 10\n", True)],
)
def test_the_kernel_says_that_memory_was_too_little(kernel, events, expected):
    group = cgroups.Cgroup(KernelFolder(kernel), 4711, LIMITS)
    if events is not None:
        (group.path / "memory.events").write_text(events)
    assert group.out_of_memory() is expected

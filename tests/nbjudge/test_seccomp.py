"""The filter of system calls: its numbers are the kernel's, and it answers as its table says."""

import errno
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from nbjudge.sandbox import seccomp
from nbjudge.sandbox.system_calls import ALLOWED, LOOKED_INTO, NEW, REFUSED

MACHINES = ["x86_64", "aarch64"]
GENERIC = Path("/usr/include/asm-generic/unistd.h")
OWN = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")


def answer(machine, number, *arguments, architecture=None):
    """What the filter says to a call, found by running it as the kernel does; an error number, or None to allow."""
    code = seccomp.program(machine)
    lines = list(struct.iter_unpack("HBBI", code))
    assert len(lines) <= 4096
    values = [*arguments, 0xFFFFFFFF_FFFFFFFF][:6] + [0xFFFFFFFF_FFFFFFFF] * 6
    architecture = architecture or seccomp.AUDIT_ARCHITECTURE[machine]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *values[:6])
    place, held = 0, 0
    while True:
        kind, if_true, if_false, value = lines[place]
        place += 1
        if kind == seccomp.LOAD:
            held = struct.unpack_from("<I", data, value)[0]
        elif kind == seccomp.AND:
            held &= value
        elif kind == seccomp.JUMP:
            place += value
        elif kind == seccomp.JUMP_IF_EQUAL:
            place += if_true if held == value else if_false
        elif kind == seccomp.JUMP_IF_AT_LEAST:
            place += if_true if held >= value else if_false
        else:
            assert kind == seccomp.RETURN
            if value == seccomp.KILL:
                return "killed"
            return None if value == seccomp.ALLOW else value - seccomp.REFUSE


def number(name, machine):
    """The number of a call that is looked into."""
    return LOOKED_INTO[name][0][MACHINES.index(machine)]


def table():
    """All names with their numbers."""
    tables = [*ALLOWED.values(), *REFUSED.values(), {name: numbers for name, (numbers, _) in LOOKED_INTO.items()}]
    return {name: numbers for names in tables for name, numbers in names.items()}


@pytest.mark.skipif(not GENERIC.is_file() or not OWN.is_file(), reason="needs the kernel's headers")
def test_the_numbers_are_those_of_the_kernel():
    on_x86 = {name: int(value) for name, value in re.findall(r"#define __NR_(\w+)\s+(\d+)", OWN.read_text())}
    text = GENERIC.read_text()
    on_arm = {name: int(value) for name, value in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    names = table()
    assert len(names) == sum(map(len, [*ALLOWED.values(), *REFUSED.values(), LOOKED_INTO])), "a name stands twice"
    for name, numbers in names.items():
        # The headers call them by other names in one place.
        arm = on_arm.get({"newfstatat": "fstatat"}.get(name, name))
        assert numbers == (on_x86.get(name), arm if name != "arch_prctl" else None), name


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_gets_the_answer_of_the_table(machine):
    column = MACHINES.index(machine)
    allowed = {numbers[column] for names in ALLOWED.values() for numbers in names.values()} - {None}
    refused = {numbers[column]: error for error, names in REFUSED.items() for numbers in names.values()}
    looked = {numbers[column] for numbers, _ in LOOKED_INTO.values()}
    for call in [*range(700), 0x40000000, 0x40000001, 0x40000000 + 520, 0xFFFFFFFF]:
        if call in looked:
            continue
        expected = errno.EPERM if call < NEW else errno.ENOSYS
        assert answer(machine, call) == (None if call in allowed else refused.get(call, expected)), call
    assert answer(machine, 0, architecture=0x40000003) == "killed"


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("mmap", (0, 4096, 3, 0x22), None),
        ("mmap", (0, 4096, 3, 0x01), None),
        ("mmap", (0, 4096, 3, 0x21), errno.EPERM),
        ("mmap", (0, 4096, 3, 0x4021), errno.EPERM),
        ("mmap", (0, 4096, 3, 0x40022), errno.EPERM),
        ("mmap", (0, 4096, 3, 0xFFFFFFFF_00000022), None),
        ("madvise", (0, 4096, 4), None),
        ("madvise", (0, 4096, 12), errno.EINVAL),
        ("madvise", (0, 4096, 21), errno.EINVAL),
        ("fcntl", (3, 1030), None),
        ("fcntl", (3, 1031, 1 << 20), errno.EPERM),
        ("fcntl", (3, 1024, 1), errno.EPERM),
        ("fcntl", (3, 1026, 1), errno.EPERM),
        ("fcntl", (3, 6), 0),
        ("fcntl", (3, 37), errno.EPERM),
        ("fcntl", (3, 0xFFFFFFFF_00000400, 1), errno.EPERM),
        ("ioctl", (0, 0x5401), None),
        ("ioctl", (0, 0x5412), errno.ENOTTY),
        ("ioctl", (0, 0x541C), errno.ENOTTY),
        ("prctl", (15,), None),
        ("prctl", (67, 1), errno.EINVAL),
        ("prctl", (22, 2), errno.EINVAL),
        ("clone", (0x1200011,), None),
        ("clone", (0x3D0F00,), None),
        ("clone", (0x10000011,), errno.EPERM),
        ("clone", (0x20011,), errno.EPERM),
        ("pipe2", (0, 0x80000), None),
        ("pipe2", (0, 0x80), errno.EPERM),
        ("socket", (1, 1, 0), None),
        ("socket", (2, 1, 6), None),
        ("socket", (2, 5, 132), errno.EPERM),
        ("socket", (16, 3, 0), None),
        ("socket", (16, 3, 15), errno.EPERM),
        ("socket", (38, 5, 0), errno.EPERM),
        ("socketpair", (1, 1, 0), None),
        ("socketpair", (30, 1, 0), errno.EPERM),
        ("setsockopt", (3, 1, 2), None),
        ("setsockopt", (3, 1, 7), errno.EPERM),
        ("setsockopt", (3, 1, 8), errno.EPERM),
        ("setsockopt", (3, 1, 32), errno.EPERM),
        ("setsockopt", (3, 1, 33), errno.EPERM),
        ("setsockopt", (3, 1, 26), errno.EPERM),
        ("setsockopt", (3, 0, 7), errno.EPERM),
    ],
)
def test_arguments_decide(machine, name, arguments, expected):
    assert answer(machine, number(name, machine), *arguments) == expected


def test_calls_that_are_refused_are_refused_here():
    """By number, whatever the table says: what reaches far, or takes from a count that all share."""
    refused = {
        "ptrace": 101, "process_vm_readv": 310, "kcmp": 312, "unshare": 272, "setns": 308, "mount": 165, "chroot": 161,
        "keyctl": 250, "add_key": 248, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_setup": 206,
        "inotify_init": 253, "inotify_init1": 294, "fanotify_init": 300, "epoll_create1": 291, "epoll_ctl": 233,
        "mq_open": 240, "shmget": 29, "semget": 64, "msgget": 68, "memfd_create": 319, "vmsplice": 278, "sync": 162,
        "rt_sigqueueinfo": 129, "seccomp": 317, "mlockall": 151, "membarrier": 324, "personality": 135,
        "sched_setscheduler": 144, "setuid": 105, "fadvise64": 221, "readahead": 187, "splice": 275, "swapon": 167,
    }  # fmt: skip
    new = {"io_uring_setup": 425, "clone3": 435, "pidfd_getfd": 438, "process_madvise": 440, "landlock": 444}
    assert {name: answer("x86_64", call) for name, call in refused.items()} == dict.fromkeys(refused, errno.EPERM)
    assert {name: answer("x86_64", call) for name, call in new.items()} == dict.fromkeys(new, errno.ENOSYS)


def test_the_kernel_takes_the_filter():
    program = (
        "import ctypes, os\nfrom nbjudge.sandbox import seccomp\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "libc.prctl(38, 1, 0, 0, 0)\nseccomp.install_filter(libc)\n"
        "assert libc.inotify_init1(0) == -1 and ctypes.get_errno() == 1\nprint(os.getpid() > 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "True", done.stderr

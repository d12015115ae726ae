"""The inner wall: namespaces, mounts and limits of one process that runs what a student sent. Linux only.

The standard library has no call for these before Python 3.12, so the C library is called; numbers are those of the
kernel's headers.
"""

import ctypes
import errno
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from nbjudge.model import Limits
from nbjudge.sandbox import seccomp, users
from nbjudge.sandbox.mounts import PRIVATE, WORK, Mounts

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
NEW = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID = 0x00200000, 0x01000000
SYS_CLONE3 = 435  # on every machine
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE, MS_BIND = 1, 2, 4, 8, 16384, 1 << 18, 4096
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE, PR_GET_TID_ADDRESS = 1, 24, 38, 4, 40
CAPABILITY_VERSION_3 = 0x20080522
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
SYS_KEYCTL = {"x86_64": 250, "aarch64": 219}
KEYCTL_JOIN_SESSION_KEYRING = 1

FILES = 4096
TERMINALS = 16
PENDING_SIGNALS = 256

libc = ctypes.CDLL(None, use_errno=True)
_holding_the_lock = ctypes.PyDLL(None, use_errno=True)  # Python's, which a call of `libc` gives away for its time


def _call(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    kind_bytes = kind.encode() if kind else None
    _call(
        libc.mount(source.encode(), target.encode(), kind_bytes, ctypes.c_ulong(flags), options.encode()),
        f"mount on {target}",
    )


class CloneArguments(ctypes.Structure):
    """What the kernel's call clone3 takes: `struct clone_args`, as it was in Linux 5.3."""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            "flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls",
        )
    ]  # fmt: skip


def fork() -> int:
    """As `os.fork`, with a child that is the first process of namespaces of its own; the caller has one thread.

    If a user id can be drawn, the child has it. The number that is returned may be that of another process, which makes
    the child and ends.

    Raises:
        OSError: in the caller, if there can be no child.
    """
    own, user, child = os.getuid(), users.draw(), -1
    if user is not None:
        _change_user(user)
    outside = os.getuid(), os.getgid()
    try:
        child = _fork_once() if tells_place_of_number() else _fork_twice()
    finally:
        if child and user is not None:
            _change_user(own)
    if child == 0:
        try:
            Path("/proc/self/setgroups").write_text("deny")
            for kind, number in zip("ug", outside, strict=True):
                Path(f"/proc/self/{kind}id_map").write_text(f"{users.INSIDE_ID} {number} 1")
        except BaseException as error:
            end(error)
    return child


def end(error: BaseException) -> NoReturn:
    """End this process and say why, where its errors go."""
    os.write(2, f"{type(error).__name__}: {error}\n".encode())
    os._exit(70)


def _change_user(user: int) -> None:
    os.setresuid(user, user, user)
    # A change of user closes /proc/self to the process itself.
    _call(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")


def _place_of_number() -> int:
    # Where the C library keeps the number of this thread, by which it tells threads apart: the kernel writes it there.
    place = ctypes.c_uint64()
    return place.value if libc.prctl(PR_GET_TID_ADDRESS, ctypes.byref(place), 0, 0, 0) == 0 else 0


def tells_place_of_number() -> bool:
    """Whether the kernel tells what `fork` needs to do with one new process, instead of two."""
    return bool(_place_of_number())


def _fork_once() -> int:
    # A process of hundreds of megabytes is expensive to fork, so that it is not forked first and isolated then.
    flags = NEW | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID
    order = CloneArguments(flags=flags, child_tid=_place_of_number(), exit_signal=signal.SIGCHLD)
    # What `os.fork` does around the call of the kernel.
    ctypes.pythonapi.PyOS_BeforeFork()
    child = int(_holding_the_lock.syscall(SYS_CLONE3, ctypes.byref(order), ctypes.sizeof(order)))
    error = ctypes.get_errno()
    if child == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    if child < 0 and error == errno.ENOSYS:
        # Filters of containers refuse it in this way, since they can't see its flags.
        return _fork_twice()
    if child < 0:
        raise OSError(error, f"clone3: {os.strerror(error)}")
    return child


def _fork_twice() -> int:
    if child := os.fork():
        return child
    try:
        _call(libc.unshare(NEW), "unshare")
        if os.fork():
            os._exit(0)
    except OSError as error:
        end(error)
    return 0


def isolate(limits: Limits, mounts: Mounts) -> None:
    """Take the calling process, which `fork` has just made, behind the wall.

    It is the first of its own PID namespace, so all that it starts ends with it. It has no network, no capabilities, a
    private /tmp with the folder /tmp/work, and the limits.
    """
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    size = limits.disk_bytes
    # Python itself may lie below a folder that becomes private.
    kept = {path: os.open(path, os.O_PATH) for path in mounts.folders if _is_in(path, *PRIVATE)}
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, f"size={size},nr_inodes={FILES},mode=755")  # noqa: S108
    _put_back("/tmp", mounts, kept)  # noqa: S108
    Path(WORK).mkdir()
    Path("/tmp/.shm").mkdir()  # noqa: S108
    # One budget for all that can be written.
    _mount("/tmp/.shm", "/dev/shm", None, MS_BIND)  # noqa: S108
    _put_back("/dev/shm", mounts, kept)  # noqa: S108
    # Terminals of its own: nobody else's, and few, since the machine has so many for all.
    _mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, f"newinstance,ptmxmode=666,mode=620,max={TERMINALS}")
    # A keyring of its own, so that keys of whoever grades can't be read.
    libc.syscall(SYS_KEYCTL[os.uname().machine], KEYCTL_JOIN_SESSION_KEYRING, None)
    # No namespace inside: there capabilities could be had again, and with them mounts.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    # Read-only: who is root outside could change settings of the kernel in /proc/sys, even without capabilities.
    _mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    drop_privileges()
    limit_resources(limits)
    seccomp.install_filter(libc)
    os.chdir(WORK)


def _is_in(path: str, *folders: str) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _put_back(private: str, mounts: Mounts, kept: dict[str, int]) -> None:
    """Mount what lies below a folder that has become private, with the links to it; descriptors hold what it is."""
    for path, said in mounts.links:
        if _is_in(path, private):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).symlink_to(said)
    for path, descriptor in kept.items():
        if not _is_in(path, private):
            continue
        place = f"/proc/self/fd/{descriptor}"
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if Path(place).is_dir():
            Path(path).mkdir(exist_ok=True)
        else:
            Path(path).touch()
        # With what is mounted in it: the kernel refuses to show a folder without.
        _mount(place, path, None, MS_BIND | MS_REC)
        os.close(descriptor)


def main() -> None:
    """Go behind the wall once and say nothing: whether it can be built is tried before anybody is graded.

    The argument is what can be seen: the fields of `Mounts`, as JSON.

    Raises:
        SystemExit: if it can't be built; the reason stands in the error output.
    """
    ours, theirs = socket.socketpair()
    if not fork():
        ours.close()
        isolate(Limits(), Mounts(**json.loads(sys.argv[1])))
        theirs.send(b"+")
        os._exit(0)
    theirs.close()
    said = b""
    while more := ours.recv(16):
        said += more
    if b"+" not in said:
        raise SystemExit(1)


def drop_privileges() -> None:
    """Give up all capabilities, and all ways to regain any."""
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _call(libc.syscall(SYS_CAPSET[os.uname().machine], header, nothing), "capset")
    _call(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def limit_resources(limits: Limits) -> None:
    """Set what the kernel enforces for each process; the supervisor watches the sums."""
    data = limits.memory
    for what, value in [
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_FSIZE, limits.disk_bytes),
        # The kernel counts threads; TensorFlow starts some.
        (resource.RLIMIT_NPROC, 4 * limits.processes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 1 << 20),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, PENDING_SIGNALS),
        (resource.RLIMIT_RTPRIO, 0),
        (resource.RLIMIT_CPU, int(limits.notebook_seconds * (os.cpu_count() or 1)) + 60),
    ]:
        _soft, hard = resource.getrlimit(what)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))
    # A file that grows too large is an error to report, not a reason to die.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

"""The system calls that a notebook needs, by what it needs them for; `seccomp` makes a filter of this table.

Each name has its numbers on x86_64 and on aarch64, from the kernel's tables; None where there is no such call. What is
not in a table here fails: with EPERM, or with ENOSYS if it is newer than most libraries, which then do without it.

Left out are calls that change the machine, look into other processes, or reach large parts of the kernel. Left out,
too, is what takes from a count that the kernel keeps for a user or for the whole machine, since notebooks that are
graded side by side would share it: inotify, fanotify, epoll, asynchronous input and output, keys, message queues,
leases, huge pages. (Python's own libraries do without epoll: see `zygote`.)
"""

import errno
from dataclasses import dataclass, field

Numbers = tuple[int | None, int | None]

ALLOWED: dict[str, dict[str, Numbers]] = {
    "reading and writing": {
        "read": (0, 63), "write": (1, 64), "pread64": (17, 67), "pwrite64": (18, 68), "readv": (19, 65),
        "writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70), "preadv2": (327, 286),
        "pwritev2": (328, 287), "lseek": (8, 62), "sendfile": (40, 71), "copy_file_range": (326, 285),
    },
    "descriptors": {
        "close": (3, 57), "close_range": (436, 436), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
        "pipe": (22, None), "eventfd": (284, None), "eventfd2": (290, 19),
    },
    "waiting": {
        "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "pause": (34, None),
        "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    },
    "files and folders": {
        "open": (2, None), "openat": (257, 56), "creat": (85, None), "stat": (4, None), "lstat": (6, None),
        "fstat": (5, 80), "newfstatat": (262, 79), "statx": (332, 291), "access": (21, None),
        "faccessat": (269, 48), "faccessat2": (439, 439), "statfs": (137, 43), "fstatfs": (138, 44),
        "getdents": (78, None), "getdents64": (217, 61), "readlink": (89, None), "readlinkat": (267, 78),
        "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35),
        "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None),
        "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None),
        "mknodat": (259, 33), "truncate": (76, 45), "ftruncate": (77, 46), "fallocate": (285, 47),
        "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, None), "fchown": (93, 55),
        "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
        "utimensat": (280, 88), "futimesat": (261, None), "umask": (95, 166), "getcwd": (79, 17), "chdir": (80, 49),
        "fchdir": (81, 50), "fsync": (74, 82), "fdatasync": (75, 83),
    },
    "memory": {
        "brk": (12, 214), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216), "msync": (26, 227),
        "mincore": (27, 232), "mlock": (149, 228), "mlock2": (325, 284), "munlock": (150, 229),
    },
    "threads and what they wait for": {
        "futex": (202, 98), "set_robust_list": (273, 99), "get_robust_list": (274, 100),
        "set_tid_address": (218, 96), "gettid": (186, 178), "rseq": (334, 293), "sched_yield": (24, 124),
        "arch_prctl": (158, None),
    },
    "processes": {
        "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "exit": (60, 93),
        "exit_group": (231, 94), "wait4": (61, 260), "waitid": (247, 95), "getpid": (39, 172),
        "getppid": (110, 173), "getpgid": (121, 155), "setpgid": (109, 154), "getpgrp": (111, None),
        "getsid": (124, 156), "setsid": (112, 157), "pidfd_open": (434, 434),
    },
    "signals": {
        "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "pidfd_send_signal": (424, 424),
        "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
        "rt_sigsuspend": (130, 133), "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137),
        "sigaltstack": (131, 132), "restart_syscall": (219, 128), "alarm": (37, None), "getitimer": (36, 102),
        "setitimer": (38, 103), "timer_create": (222, 107), "timer_settime": (223, 110), "timer_gettime": (224, 108),
        "timer_getoverrun": (225, 109), "timer_delete": (226, 111),
    },
    "users and limits": {
        "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
        "getresuid": (118, 148), "getresgid": (120, 150), "getgroups": (115, 158), "capget": (125, 90),
        "getrlimit": (97, 163), "setrlimit": (160, 164), "prlimit64": (302, 261), "getrusage": (98, 165),
        "getpriority": (140, 141), "setpriority": (141, 140), "sched_getaffinity": (204, 123),
        "sched_setaffinity": (203, 122), "sched_getscheduler": (145, 120), "sched_getparam": (143, 121),
        "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    },
    "time, machine and chance": {
        "time": (201, None), "gettimeofday": (96, 169), "clock_gettime": (228, 113), "clock_getres": (229, 114),
        "times": (100, 153), "getcpu": (309, 168), "uname": (63, 160), "sysinfo": (99, 179),
        "getrandom": (318, 278),
    },
    "local sockets": {
        "bind": (49, 200), "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "connect": (42, 203),
        "shutdown": (48, 210), "getsockname": (51, 204), "getpeername": (52, 205), "getsockopt": (55, 209),
        "sendto": (44, 206), "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212),
        "sendmmsg": (307, 269), "recvmmsg": (299, 243),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """Lets the low 32 bits of an argument decide. The kernel reads no more of any of these.

    Attributes:
        argument: which one, from 0.
        cases: an error number for each value, 0 if the call does nothing and says that it worked; None allows it.
        otherwise: likewise, for all other values.
        mask: bits of the argument that count.
    """

    argument: int
    cases: dict[int, "int | Choice | None"] = field(default_factory=dict)
    otherwise: "int | Choice | None" = errno.EPERM
    mask: int = 0xFFFFFFFF


def _only(argument: int, *values: int, otherwise: "int | Choice | None" = errno.EPERM) -> Choice:
    return Choice(argument, dict.fromkeys(values), otherwise)


def _without(argument: int, bits: int, otherwise: "int | Choice | None" = None) -> Choice:
    return Choice(argument, {0: otherwise}, errno.EPERM, bits)


# Network, mount, user and all other namespaces.
NEW_NAMESPACES = 0x7E020000
SHARED_ANONYMOUS, HUGE_PAGES = 0x21, 0x40000

LOOKED_INTO: dict[str, tuple[Numbers, Choice]] = {
    # Memory that a process can forget without giving it back, so that none counts it; pages that all share.
    "mmap": ((9, 222), Choice(3, {SHARED_ANONYMOUS: errno.EPERM}, _without(3, HUGE_PAGES), SHARED_ANONYMOUS)),
    # None that merges equal pages of several processes, or takes pages of files away from others.
    "madvise": ((28, 233), _only(2, 0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 22, 23, otherwise=errno.EINVAL)),
    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_GETOWN, F_DUPFD_CLOEXEC, F_GETPIPE_SZ. What F_SETLK
    # and F_SETLKW lock could be a file of the machine's, and locks are memory that nobody counts: SQLite, which needs
    # them, is told that it has its lock. No lease, no larger pipe.
    "fcntl": ((72, 25), Choice(1, {**dict.fromkeys((0, 1, 2, 3, 4, 5, 9, 1030, 1032)), 6: 0, 7: 0})),
    # Terminals (none that types into one), what is waiting to be read, no blocking, and names of network interfaces.
    "ioctl": (
        (16, 29),
        _only(
            1,
            *range(0x5401, 0x540C), 0x540E, 0x540F, 0x5410, 0x5411, 0x5413, 0x5414, 0x541B, 0x5421, 0x5422, 0x5429,
            0x5441, 0x5450, 0x5451, 0x80045430, 0x40045431, 0x80045439, 0x802C542A, 0x402C542B, 0x402C542C, 0x402C542D,
            0x8910, 0x8912, 0x8913, 0x8915, 0x8919, 0x891B, 0x8921, 0x8927, 0x8933,
            otherwise=errno.ENOTTY,
        ),
    ),
    # PR_SET_PDEATHSIG, PR_SET_NAME, PR_SET_TIMERSLACK, PR_SET_NO_NEW_PRIVS, PR_SET_THP_DISABLE, and reading.
    "prctl": ((157, 167), _only(0, 1, 2, 3, 15, 16, 21, 23, 25, 27, 29, 30, 38, 39, 41, 42, otherwise=errno.EINVAL)),
    "clone": ((56, 220), _without(0, NEW_NAMESPACES)),
    # O_NOTIFICATION_PIPE
    "pipe2": ((293, 59), _without(1, 0x80)),
    # Local ones, TCP and UDP, which reach nobody, and netlink for the names of interfaces.
    "socket": (
        (41, 198),
        Choice(0, {1: _only(2, 0, 1), 2: _only(2, 0, 6, 17), 10: _only(2, 0, 6, 17), 16: _only(2, 0)}),
    ),
    "socketpair": ((53, 199), _only(0, 1)),
    # By level (sockets, TCP, IPv6). No larger buffers: SO_SNDBUF, SO_RCVBUF.
    "setsockopt": (
        (54, 208),
        Choice(
            1,
            {
                1: _only(2, 2, 5, 6, 9, 13, 15, 16, 20, 21, 66, 67),
                6: _only(2, 1, 3, 4, 5, 6, 12, 18),
                41: _only(2, 26),
            },
        ),
    ),
}  # fmt: skip

# Refused with the error for which libraries have another way: HDF5 does without a lock, `shutil` without attributes.
REFUSED: dict[int, dict[str, Numbers]] = {
    errno.ENOSYS: {"flock": (73, 32)},
    errno.ENOTSUP: {
        "getxattr": (191, 8), "lgetxattr": (192, 9), "fgetxattr": (193, 10),
        "listxattr": (194, 11), "llistxattr": (195, 12), "flistxattr": (196, 13), "setxattr": (188, 5),
        "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15),
        "fremovexattr": (199, 16),
    },
}  # fmt: skip
# From here on the numbers are of Linux 5.1 and later, the same on all machines.
NEW = 424

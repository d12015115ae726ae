"""A filter of system calls: refuses those that no notebook needs and that would get round a limit or a wall.

The filter is a small program for the kernel (seccomp, classic BPF; see the kernel's documentation
userspace-api/seccomp_filter). No maintained binding of libseccomp is on PyPI, and this needs only a list of numbers.
"""

import ctypes
import errno
import os
import struct

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD, AND, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, FOURTH_ARGUMENT = 0, 4, 16, 40  # offsets in struct seccomp_data, little-endian
OTHER_TABLE = 0x40000000  # from here on x86_64 has the calls of its 32-bit variant

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

MMAP, SOCKET = {"x86_64": 9, "aarch64": 222}, {"x86_64": 41, "aarch64": 198}
SHARED_ANONYMOUS = (
    0x21  # flags of mmap: memory that a process can forget without giving it back, so that none counts it
)
OTHER_FAMILIES = 17  # from here on neither local sockets, nor the internet's, nor netlink

# Numbers on x86_64 and on aarch64, from the kernel's tables.
REFUSED = {
    # memory that no limit counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    # keys of whoever grades
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # large parts of the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "quotactl": (179, 60),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "reboot": (169, 142),
}


def program(machine: str) -> bytes:
    """The filter for a machine, `x86_64` or `aarch64`.

    A call of another architecture ends the process; a refused call fails with EPERM.
    """
    column = list(AUDIT_ARCHITECTURE).index(machine)
    refused = [numbers[column] for numbers in REFUSED.values()]
    lines = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_IF_EQUAL, 1, 0, AUDIT_ARCHITECTURE[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_EQUAL, 0, 5, MMAP[machine]),
        (LOAD, 0, 0, FOURTH_ARGUMENT),
        (AND, 0, 0, SHARED_ANONYMOUS),
        (JUMP_IF_EQUAL, 0, 1, SHARED_ANONYMOUS),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
        (JUMP_IF_EQUAL, 0, 4, SOCKET[machine]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_IF_AT_LEAST, 0, 1, OTHER_FAMILIES),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
        # Over the list and "allow", to "refuse".
        (JUMP_IF_AT_LEAST, len(refused) + 1, 0, OTHER_TABLE),
    ]
    for index, number in enumerate(refused):
        lines.append((JUMP_IF_EQUAL, len(refused) - index, 0, number))
    lines += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE | errno.EPERM)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def install_filter(libc: ctypes.CDLL) -> None:
    """Put the filter on the calling process and all that it will start, for ever. Needs no_new_privs."""
    data = program(os.uname().machine)
    code = ctypes.create_string_buffer(data, len(data))
    # struct sock_fprog: how many instructions, and where they are.
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(data) // 8, ctypes.addressof(code)))
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, described, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was not accepted")

"""A filter of system calls: lets through those that `system_calls` lists, and refuses all others.

The filter is a small program for the kernel (seccomp, classic BPF; see the kernel's documentation
userspace-api/seccomp_filter). No maintained binding of libseccomp is on PyPI, and this only has to look up a number.
"""

import ctypes
import errno
import os
import struct
from functools import cache

from nbjudge.sandbox.system_calls import ALLOWED, LOOKED_INTO, NEW, REFUSED, Choice, Numbers

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD, AND, JUMP, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data, little-endian

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

Line = tuple[int, int, int, int]
Answer = int | Choice | None  # an error number, what an argument decides, or None to allow a call


@cache
def answers(machine: str) -> dict[int, Answer]:
    """What the filter answers to the calls of a machine, by number, as far as it knows them."""
    column = list(AUDIT_ARCHITECTURE).index(machine)
    known: list[tuple[Numbers, Answer]] = [(numbers, None) for names in ALLOWED.values() for numbers in names.values()]
    known += [(numbers, choice) for numbers, choice in LOOKED_INTO.values()]
    known += [(numbers, error) for error, names in REFUSED.items() for numbers in names.values()]
    return {number: answer for numbers, answer in known if (number := numbers[column]) is not None}


def _lines(answer: Answer) -> list[Line]:
    if answer is None:
        return [(RETURN, 0, 0, ALLOW)]
    if isinstance(answer, int):
        return [(RETURN, 0, 0, REFUSE | answer)]
    lines: list[Line] = [(LOAD, 0, 0, ARGUMENTS + 8 * answer.argument), (AND, 0, 0, answer.mask)]
    for value, then in answer.cases.items():
        block = _lines(then)
        lines += [(JUMP_IF_EQUAL, 0, len(block), value), *block]
    return lines + _lines(answer.otherwise)


def _search(parts: list[tuple[int, Answer]]) -> list[Line]:
    # By halves. A conditional jump reaches no further than 255 lines, so it jumps over one that reaches everywhere.
    if len(parts) == 1:
        return _lines(parts[0][1])
    middle = len(parts) // 2
    below, above = _search(parts[:middle]), _search(parts[middle:])
    return [(JUMP_IF_AT_LEAST, 0, 1, parts[middle][0]), (JUMP, 0, 0, len(below)), *below, *above]


@cache
def program(machine: str) -> bytes:
    """The filter for a machine, `x86_64` or `aarch64`.

    A call of another architecture ends the process; a refused call fails.
    """
    known = answers(machine)
    # Ranges of numbers with one answer, each from its first number to the next range.
    parts: list[tuple[int, Answer]] = []
    for number in range(max(NEW, *known) + 2):
        answer = known.get(number, errno.EPERM if number < NEW else errno.ENOSYS)
        if not parts or answer != parts[-1][1]:
            parts.append((number, answer))
    lines: list[Line] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_IF_EQUAL, 1, 0, AUDIT_ARCHITECTURE[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        *_search(parts),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def install_filter(libc: ctypes.CDLL) -> None:
    """Put the filter on the calling process and all that it will start, for ever. Needs no_new_privs."""
    data = program(os.uname().machine)
    code = ctypes.create_string_buffer(data, len(data))
    # struct sock_fprog: how many instructions, and where they are.
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(data) // 8, ctypes.addressof(code)))
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, described, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was not accepted")

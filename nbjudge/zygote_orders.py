"""What the supervisor and the zygote tell each other, as JSON: they trust each other."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ZygoteSettings:
    """What a zygote is started with.

    Attributes:
        imports: statements to run before the first fork, or after each if it is not warm.
        warm: import before the fork.
        sandboxed: put each process that is forked behind the inner wall.
        mounts: what the processes see of the machine: the fields of `Mounts`.
    """

    imports: list[str]
    warm: bool
    sandboxed: bool
    mounts: dict[str, Any]


@dataclass(frozen=True)
class ForkOrder:
    """Fork a student process or a judge.

    It comes with four descriptors: the sockets to the supervisor and to the other process, standard output and error.

    Attributes:
        role: "student" or "judge".
        limits: fields of `Limits`.
        wire: fields of `WireLimits`, for what student and judge tell each other.
        folder: the working folder of a process without a sandbox.
    """

    role: str
    limits: dict[str, Any]
    wire: dict[str, Any]
    folder: str | None = None


@dataclass(frozen=True)
class ZygoteReady:
    """The zygote takes orders; it is not warm if what it imported had started threads."""

    warm: bool

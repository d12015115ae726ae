"""The processes that this one has started, as the operating system lists them."""

import psutil

PROGRAM = "nbjudge.zygote"


def descendants() -> set[int]:
    """The numbers of all processes that this one, or what it started, has started."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def zygotes() -> dict[int, int]:
    """The zygotes, by the number of the one that started each, as far as this process can see."""
    started: dict[int, int] = {}
    for process in psutil.Process().children(recursive=True):
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if line[:1] == ["bwrap"] and PROGRAM in line and process.ppid() not in started:
            started[process.pid] = process.ppid()
    return started

"""The processes that this one has started, as the operating system lists them."""

import psutil

PROGRAM = "nbjudge.zygote"


def command_line(process: psutil.Process) -> list[str]:
    """What a process was started as, nothing if it has ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def descendants() -> set[int]:
    """The numbers of all processes that this one, or what it started, has started."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def zygotes() -> dict[int, int]:
    """The zygotes, by the number of the one that started each, as far as this process can see."""
    started: dict[int, int] = {}
    for process in psutil.Process().children(recursive=True):
        line = command_line(process)
        if line[:1] == ["bwrap"] and PROGRAM in line and process.ppid() not in started:
            started[process.pid] = process.ppid()
    return started

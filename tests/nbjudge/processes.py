"""The processes that this one has started, as the operating system lists them."""

import psutil

PROGRAM = "nbjudge.zygote"
FORKING = "multiprocessing.forkserver"


def command_line(process: psutil.Process) -> list[str]:
    """What a process was started as, nothing if it has ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """The processes that grade for one: forked, all from the same, as Python's multiprocessing does it."""
    forking = [child for child in process.children() if FORKING in " ".join(command_line(child))]
    return [child for each in forking for child in each.children()]


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

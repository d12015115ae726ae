"""The process that has everything imported and from which student and judge are forked, one pair for each notebook.

Started as `python -m gdl_utils.grading.engine.zygote DESCRIPTOR '{"modules": [...], "warm": true, "walls": true}'`.
It gets orders on a socket, each with four descriptors: control and peer sockets, standard output, standard error.
It never sees a notebook.
"""

import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from gdl_utils.grading.engine import judge, student, walls
from gdl_utils.grading.engine.results import Limits
from gdl_utils.grading.engine.wire import Channel, WireLimits


def threads() -> int:
    """Threads of this process."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def import_all(modules: list[str]) -> None:
    """Import what an assignment uses, as far as it is installed."""
    for name in modules:
        with suppress(ImportError):
            importlib.import_module(name)


def _child(order: dict[str, Any], settings: dict[str, Any], shell: student.Shell, descriptors: list[int]) -> None:
    limits = Limits(**order["limits"])
    # Signals to its own group would reach the zygote and the judge, through all walls.
    os.setsid()
    os.dup2(descriptors[2], 1)
    os.dup2(descriptors[3], 2)
    keep = sorted({0, 1, 2, *descriptors[:2]})
    for low, high in zip(keep, [*keep[1:], 1 << 16], strict=True):
        os.closerange(low + 1, high)
    control = socket.socket(fileno=descriptors[0])
    peer = socket.socket(fileno=descriptors[1])
    if settings["walls"]:
        walls.enter(limits, control)
    else:
        # Behind the wall the outer one ends them all.
        walls.libc.prctl(walls.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        socket.send_fds(control, [b"P"], [os.pidfd_open(os.getpid())])
        os.chdir(order["folder"])
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if not settings["warm"]:
        import_all(settings["modules"])
    wire = WireLimits(**order["wire"])
    if order["role"] == "student":
        student.main(shell, Channel(control), Channel(peer, student.StudentCodec(), wire), limits.output)
    else:
        judge.main(Channel(control), Channel(peer, limits=wire))


def main() -> None:
    """Import, then fork as ordered until the other side of the socket is closed."""
    descriptor, settings = int(sys.argv[1]), json.loads(sys.argv[2])
    orders = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if settings["warm"]:
        import_all(settings["modules"])
        if threads() > 1:
            # A fork would copy locks that other threads hold: start again, and import after each fork.
            settings["warm"] = False
            os.set_inheritable(descriptor, True)
            os.execv(  # noqa: S606
                sys.executable,
                [sys.executable, "-m", "gdl_utils.grading.engine.zygote", str(descriptor), json.dumps(settings)],
            )
    shell = student.make_shell()
    gc.collect()
    gc.freeze()
    orders.send(json.dumps({"warm": settings["warm"], "threads": threads()}).encode())
    while True:
        data, descriptors, _, _ = socket.recv_fds(orders, 1 << 16, 4)
        if not data:
            return
        child = os.fork()
        if not child:
            try:
                orders.close()
                _child(json.loads(data), settings, shell, descriptors)
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(70)
        for number in descriptors:
            os.close(number)


if __name__ == "__main__":
    main()

"""The process that has everything imported and from which student and judge are forked, one pair for each notebook.

Started by `start` with the arguments DESCRIPTOR SETTINGS; see `ZygoteSettings` and `ForkOrder` in `zygote_orders`.
It never sees a notebook.
"""

import gc
import importlib
import json
import os
import resource
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from IPython.core import pylabtools

from nbjudge import huge_pages, judge, late_imports, student, student_shell
from nbjudge.channel import Channel
from nbjudge.message_limits import limits_of_orders
from nbjudge.model import Limits
from nbjudge.sandbox import namespaces, seccomp
from nbjudge.sandbox.mounts import Mounts
from nbjudge.wire import WireLimits
from nbjudge.zygote_orders import ForkOrder, ZygoteReady, ZygoteSettings

# After two notebooks, and while they run, a fifth of a second is spent to make all other forks faster.
SOME_FORKS = 4
# Cells that are run once before all forks, for all ways to show an error.
FAILING = ("raise ValueError('warm-up')", "def fails(x):\n    return x.nothing\n\n\nfails('warm-up')", "1 + # warm-up")


def count_threads() -> int:
    """Threads of this process."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def run_imports(statements: list[str]) -> None:
    """Import what an assignment uses, as far as it is installed; statements of the source, none of a student's."""
    with late_imports.put_off():
        for statement in statements:
            with suppress(ImportError):
                exec(statement, {})  # noqa: S102


def warm_up(shell: student_shell.Shell) -> None:
    """Let a shell find out what it needs for cells, errors, values and figures, once before all forks.

    It shows nothing, and nothing of it can be seen later.
    """
    shell.run_cell("pass", silent=True)
    # What shows an error is imported with the first one, which takes as long as a whole notebook.
    shell._showtraceback = lambda *_: None  # type: ignore[method-assign]
    for cell in FAILING:
        shell.run_cell(cell, silent=True)
    del shell._showtraceback
    shell.user_ns.pop("fails", None)
    for name in [name for name in vars(sys) if name.startswith("last_")]:
        delattr(sys, name)
    shell.display_formatter.format(shell)
    if "matplotlib" in sys.modules:
        # What `enable_matplotlib` looks for; it looks again if this fails.
        with suppress(Exception):
            importlib.import_module("IPython.core.magics.execution")
            importlib.import_module("matplotlib_inline.backend_inline")
            pylabtools.find_gui_and_backend("inline")


def _become(order: ForkOrder, settings: ZygoteSettings, shell: student_shell.Shell, descriptors: list[int]) -> None:
    """Turn this process, just forked, into a student process or a judge."""
    limits = Limits(**order.limits)
    # Signals to its own group would reach the zygote and the judge, through all walls.
    os.setsid()
    os.dup2(descriptors[2], 1)
    os.dup2(descriptors[3], 2)
    keep = sorted({0, 1, 2, *descriptors[:2]})
    for low, high in zip(keep, [*keep[1:], 1 << 16], strict=True):
        os.closerange(low + 1, high)
    control = socket.socket(fileno=descriptors[0])
    peer = socket.socket(fileno=descriptors[1])
    # What stands for this process, for its supervisor.
    pidfd = os.pidfd_open(os.getpid())
    socket.send_fds(control, [b"P"], [pidfd])
    os.close(pidfd)
    if settings.sandboxed:
        namespaces.isolate(limits, Mounts(**settings.mounts))
    else:
        # In a sandbox the outer wall ends them all.
        namespaces.libc.prctl(namespaces.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.chdir(order.folder or ".")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if not settings.warm:
        run_imports(settings.imports)
    wire = WireLimits(**order.wire)
    supervisor = Channel(control, limits=limits_of_orders(limits))
    if order.role == "student":
        student.main(shell, supervisor, Channel(peer, student.StudentCodec(), wire), limits.output_bytes)
    else:
        # IPython's one shell is the student's; the judge makes its own if a test needs it.
        type(shell).clear_instance()
        judge.main(supervisor, Channel(peer, limits=wire))


def main() -> None:
    """Import, then fork as ordered until the other side of the socket is closed."""
    descriptor, settings = int(sys.argv[1]), ZygoteSettings(**json.loads(sys.argv[2]))
    orders = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # The filter of system calls refuses epoll: what waits for several things, as asyncio does, takes poll.
    selectors.DefaultSelector = selectors.PollSelector  # type: ignore[assignment,misc]
    # Modules are no garbage: to look for some among them again and again takes a quarter of the time.
    gc.disable()
    if settings.warm:
        run_imports(settings.imports)
        if count_threads() > 1:
            # A fork would copy locks that other threads hold: start again, and import after each fork.
            cold = json.dumps(asdict(replace(settings, warm=False)))
            os.set_inheritable(descriptor, True)
            os.execv(sys.executable, [*sys.orig_argv[:-1], cold])  # noqa: S606
    shell = student_shell.make_shell()
    if settings.warm:
        warm_up(shell)
    # Made once, not after each fork.
    seccomp.program(os.uname().machine)
    gc.freeze()
    gc.enable()
    orders.send(json.dumps(asdict(ZygoteReady(settings.warm))).encode())
    forks = 0
    while True:
        data, descriptors, _, _ = socket.recv_fds(orders, 1 << 16, 4)
        if not data:
            return
        try:
            child = namespaces.fork() if settings.sandboxed else os.fork()
        except OSError as error:
            # Closed below, which tells who waits.
            child = -1
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        if not child:
            try:
                orders.close()
                _become(ForkOrder(**json.loads(data)), settings, shell, descriptors)
            except BaseException as error:
                namespaces.end(error)
        for number in descriptors:
            os.close(number)
        forks += 1
        if forks == SOME_FORKS:
            huge_pages.collapse()

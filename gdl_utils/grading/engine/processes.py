"""Starts zygotes and the pairs of processes that they fork, and watches over what these use."""

import ctypes
import fcntl
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from gdl_utils.grading.engine import cgroups, sandbox
from gdl_utils.grading.engine.results import Limits
from gdl_utils.grading.engine.wire import LIMITS, Channel, WireLimits

START = 120  # seconds that importing may take
FORK = 20  # seconds until a forked process stands behind its wall
POLL = 0.03  # seconds between two looks of the watchdog


class MachineError(RuntimeError):
    """The machine, not a submission, keeps the grading from going on."""


@dataclass(frozen=True)
class Environment:
    """What a zygote is: one serves all notebooks that need the same.

    Attributes:
        modules: to import before the first fork.
        warm: import before the fork, else after it.
        sandboxed: behind both walls; without them a notebook can do what the user can do who grades.
    """

    modules: tuple[str, ...] = ()
    warm: bool = True
    sandboxed: bool = True


class Process:
    """A student process or a judge: its descriptor, its number on this machine, the socket to it.

    Attributes:
        peak: most bytes of memory that it, and what it started, had at a time.
        reason: why it was killed, empty if it was not: memory, processes or time.
    """

    def __init__(self, descriptor: int, control: Channel, limits: Limits):
        self.descriptor = descriptor
        self.control = control
        self.number = _number(descriptor)
        self.peak = 0
        self.reason = ""
        self.cgroup = cgroups.enter(self.number, limits)

    def signal(self, what: int) -> None:
        """Send a signal, if the process is still there."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, what)

    def alive(self) -> bool:
        """Whether it still runs."""
        return not select.select([self.descriptor], [], [], 0)[0]

    def wait_for_reason(self, seconds: float) -> None:
        """Give the watchdog, or the kernel, the time to say why it was killed, if it was."""
        select.select([self.descriptor], [], [], seconds)
        if not self.reason and self.cgroup and self.cgroup.out_of_memory():
            self.reason = "memory"

    def end(self) -> None:
        """End it and, with a PID namespace of its own, all that it started; wait until it has ended."""
        self.signal(signal.SIGKILL)
        with suppress(ValueError):
            select.select([self.descriptor], [], [], 10)
        if self.cgroup:
            self.cgroup.remove()
        self.control.close()
        os.close(self.descriptor)


def _number(descriptor: int) -> int:
    for line in Path(f"/proc/self/fdinfo/{descriptor}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    return -1


def _tree(number: int) -> list[int]:
    found, todo = [], [number]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            tasks = [path.name for path in Path(f"/proc/{one}/task").iterdir()]
        except OSError:
            continue
        for task in tasks:
            with suppress(OSError):
                todo += [int(child) for child in Path(f"/proc/{one}/task/{task}/children").read_text().split()]
        if len(found) > 5000:
            break
    return found


def _usage(number: int) -> tuple[int, int]:
    """Bytes of memory of its own and number of threads of a process."""
    memory, threads = 0, 1
    try:
        for line in Path(f"/proc/{number}/status").read_text().splitlines():
            if line.startswith(("RssAnon:", "RssShmem:")):
                memory += int(line.split()[1]) << 10
            elif line.startswith("Threads:"):
                threads = int(line.split()[1])
    except (OSError, ValueError):
        return 0, 0
    return memory, threads


def _share(number: int) -> int:
    # What several processes share after a fork counts once.
    try:
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except (OSError, ValueError):
        pass
    return 0


class Watchdog:
    """Looks at the processes of one notebook and kills those that use too much, whatever the supervisor waits for."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.processes: list[Process] = []
        self.hard_deadline = time.monotonic() + limits.notebook_seconds + 30
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def start(self, processes: list[Process]) -> None:
        """Begin to watch."""
        self.processes = processes
        self.thread.start()

    def stop(self) -> None:
        """End watching."""
        self.ended.set()
        if self.thread.ident:
            self.thread.join()

    def _watch(self) -> None:
        while not self.ended.wait(POLL):
            for process in self.processes:
                self._look(process)
            if time.monotonic() > self.hard_deadline:
                for process in self.processes:
                    process.reason = process.reason or "time"
                    process.signal(signal.SIGKILL)

    def _look(self, process: Process) -> None:
        if process.reason or not process.alive():
            return
        tree = _tree(process.number)
        usage = [_usage(number) for number in tree]
        memory, threads = sum(one for one, _ in usage), sum(one for _, one in usage)
        if memory > self.limits.memory and len(tree) > 1:
            memory = sum(_share(number) for number in tree[:200])
        process.peak = max(process.peak, memory)
        if memory > self.limits.memory:
            process.reason = "memory"
        elif len(tree) > self.limits.processes or threads > 4 * self.limits.processes:
            process.reason = "processes"
        else:
            return
        process.signal(signal.SIGKILL)


@dataclass
class Pair:
    """The two processes of one notebook, and the student's output pipes."""

    student: Process
    judge: Process
    stdout: int
    stderr: int
    watchdog: Watchdog
    folders: list[str] = field(default_factory=list)

    def close(self) -> None:
        """End both, and remove what they left."""
        self.watchdog.stop()
        for process in (self.student, self.judge):
            process.end()
        os.close(self.stdout)
        os.close(self.stderr)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> "Pair":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.close()


class Zygote:
    """A running zygote, to fork from. What is pickled for another process on this machine forks from the same one."""

    def __init__(self, environment: Environment, orders: socket.socket):
        self.environment = environment
        self.orders = orders
        orders.settimeout(FORK)

    def alive(self, seconds: float = 0) -> bool:
        """Whether it still runs after so many seconds; says at once if it does not."""
        try:
            told = select.select([self.orders], [], [], seconds)[0]
            # Nothing is told but its end, and, before `wait`, that it has begun.
            return not told or bool(self.orders.recv(1, socket.MSG_PEEK))
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        """Let go of it."""
        self.orders.close()

    def fork(self, limits: Limits, wire: WireLimits = LIMITS) -> Pair:
        """Fork a student process and a judge that are joined to each other and to the caller.

        Raises:
            MachineError: if that can't be done.
        """
        between_student, between_judge = socket.socketpair()
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        nothing = os.open(os.devnull, os.O_WRONLY)
        for pipe in (out_read, err_read):
            fcntl.fcntl(pipe, fcntl.F_SETFL, os.O_NONBLOCK)
        started: list[Process] = []
        folders: list[str] = []
        try:
            for role, peer, out, err in [
                ("student", between_student, out_write, err_write),
                ("judge", between_judge, nothing, err_write),
            ]:
                if not self.environment.sandboxed:
                    folders.append(tempfile.mkdtemp(prefix="gdl-unsandboxed-"))
                order = {
                    "role": role,
                    "limits": asdict(limits),
                    "wire": asdict(wire),
                    "folder": folders[-1] if folders else None,
                }
                started.append(self._start(order, limits, peer, out, err))
            watchdog = Watchdog(limits)
            pair = Pair(started[0], started[1], out_read, err_read, watchdog, folders)
            watchdog.start(started)
        except BaseException:
            for process in started:
                process.end()
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
            os.close(out_read)
            os.close(err_read)
            raise
        finally:
            between_student.close()
            between_judge.close()
            for number in (out_write, err_write, nothing):
                os.close(number)
        return pair

    def _start(self, order: dict[str, Any], limits: Limits, peer: socket.socket, out: int, err: int) -> Process:
        here, there = socket.socketpair()
        try:
            data = json.dumps(order).encode()
            socket.send_fds(self.orders, [data], [there.fileno(), peer.fileno(), out, err])
            there.close()
            here.settimeout(FORK)
            mark, descriptors, _, _ = socket.recv_fds(here, 1, 1)
        except OSError as error:
            here.close()
            raise MachineError(f"a process for a notebook could not be started ({error})") from None
        finally:
            there.close()
        if mark != b"P" or not descriptors:
            here.close()
            raise MachineError("a process for a notebook ended before it began")
        return Process(descriptors[0], Channel(here), limits)


class OwnZygote(Zygote):
    """A zygote that this process starts, and that ends with it.

    It imports while the caller goes on; `wait` before it is forked. The thread that starts it must last as long.
    """

    def __init__(self, environment: Environment):
        if environment.sandboxed:
            sandbox.require()
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(environment, here)
        settings = {"modules": environment.modules, "warm": environment.warm, "walls": environment.sandboxed}
        program = [
            sys.executable, "-m", "gdl_utils.grading.engine.zygote", str(there.fileno()), json.dumps(settings),
        ]  # fmt: skip
        self.home: str | None = None
        line, variables = program, None
        if environment.sandboxed:
            line = sandbox.command(program)
        else:
            self.home = tempfile.mkdtemp(prefix="gdl-unsandboxed-")
            variables = {**sandbox.ENVIRONMENT, "PATH": os.environ.get("PATH", ""), "HOME": self.home}
            variables |= {"MPLCONFIGDIR": self.home, "IPYTHONDIR": self.home}
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the zygote)
        self.process = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.log,
            pass_fds=[there.fileno()],
            env=variables,
            start_new_session=True,
            preexec_fn=_die_with_parent if not environment.sandboxed else None,
        )
        there.close()
        self._warm: bool | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # To another process it is one that is lent; only here it is ended.
        return Zygote, (self.environment, self.orders)

    def wait(self) -> bool:
        """Wait until it has begun; tell whether it has everything imported, or each fork has to.

        Raises:
            MachineError: if it did not begin.
        """
        if self._warm is None:
            self.orders.settimeout(START)
            try:
                hello = self.orders.recv(1 << 12)
            except OSError:
                hello = b""
            if not hello:
                self.close()
                self.log.seek(0)
                last = self.log.read().decode(errors="replace").strip().splitlines()[-1:]
                raise MachineError(
                    f"the process that prepares the grading did not start: {' '.join(last) or 'no reason'}"
                )
            self._warm = bool(json.loads(hello)["warm"])
        return self._warm

    def close(self) -> None:
        """End it, and with it everything that it forked."""
        super().close()
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


class _Local(threading.local):
    # Each thread of a worker has its own: a zygote answers one caller at a time.
    def __init__(self) -> None:
        self.zygotes: dict[Environment, Zygote] = {}


_local = _Local()


def zygote(environment: Environment) -> Zygote:
    """The zygote of this thread for an environment, started if need be."""
    zygotes = _local.zygotes
    found = zygotes.get(environment)
    if found is not None and not found.alive():
        zygotes.pop(environment).close()
        found = None
    if found is None:
        # One at a time: each holds some hundred megabytes.
        close_zygotes()
        own = OwnZygote(environment)
        own.wait()
        found = zygotes[environment] = own
    return found


def lend(found: Zygote) -> None:
    """Let this thread fork from a zygote of another process, for as long as it lasts."""
    _local.zygotes[found.environment] = found


def close_zygotes() -> None:
    """End all zygotes of this thread."""
    while _local.zygotes:
        _local.zygotes.popitem()[1].close()


def memory_of_this_process() -> int:
    """Most bytes that this process had at a time."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10

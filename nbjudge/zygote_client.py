"""Starts zygotes, the processes that have everything imported, and has student and judge processes forked from them."""

import ctypes
import fcntl
import importlib.util
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbjudge.channel import Channel
from nbjudge.errors import MachineError
from nbjudge.interpreter import ENGINE, Interpreter, interpreter, start_line
from nbjudge.model import Limits
from nbjudge.process import Process, ProcessPair
from nbjudge.sandbox import availability, bubblewrap, users
from nbjudge.sandbox.mounts import Mounts, mounts_for
from nbjudge.watchdog import Watchdog
from nbjudge.wire import LIMITS, WireLimits
from nbjudge.zygote_orders import ForkOrder, ZygoteReady, ZygoteSettings

IMPORT_TIMEOUT = 120  # seconds that importing may take
FORK_TIMEOUT = 20  # seconds until a forked process stands behind its wall


@dataclass(frozen=True)
class Environment:
    """What a zygote is: one serves all notebooks that need the same.

    Attributes:
        imports: statements that import what the notebooks need, as far as it is installed.
        warm: import before the fork, else after it.
        sandboxed: behind both walls; without them a notebook can do what the user can do who grades.
        hash_seed: of Python's hashes.
        python: that runs it, as for `EngineOptions`.
        lends: packages of the grader's own, as for `EngineOptions`.
    """

    imports: tuple[str, ...] = ()
    warm: bool = True
    sandboxed: bool = True
    hash_seed: int = 0
    python: str | None = None
    lends: tuple[str, ...] = ()


class ZygoteClient:
    """A running zygote, to fork from. What is pickled for another process on this machine forks from the same one."""

    def __init__(self, environment: Environment, orders: socket.socket):
        self.environment = environment
        self.orders = orders
        orders.settimeout(FORK_TIMEOUT)

    def alive(self, seconds: float = 0) -> bool:
        """Whether it still runs after so many seconds; says at once if it does not."""
        try:
            readable = select.select([self.orders], [], [], seconds)[0]
            # Nothing comes but its end, and, before `wait`, that it has begun.
            return not readable or bool(self.orders.recv(1, socket.MSG_PEEK))
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        """Close the socket to the zygote, which goes on for others."""
        self.orders.close()

    def fork(self, limits: Limits, wire: WireLimits = LIMITS) -> ProcessPair:
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
                    folders.append(tempfile.mkdtemp(prefix="nbjudge-unsandboxed-"))
                order = ForkOrder(role, asdict(limits), asdict(wire), folders[-1] if folders else None)
                started.append(self._start(order, limits, peer, out, err))
            watchdog = Watchdog(limits)
            pair = ProcessPair(started[0], started[1], out_read, err_read, watchdog, folders)
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

    def _start(self, order: ForkOrder, limits: Limits, peer: socket.socket, out: int, err: int) -> Process:
        here, there = socket.socketpair()
        try:
            data = json.dumps(asdict(order)).encode()
            socket.send_fds(self.orders, [data], [there.fileno(), peer.fileno(), out, err])
            there.close()
            here.settimeout(FORK_TIMEOUT)
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


class ZygoteServer(ZygoteClient):
    """A zygote that this process starts, and that ends with it.

    It imports while the caller goes on; `wait` before it is forked. The thread that starts it must last as long.
    """

    def __init__(self, environment: Environment, own_users: bool | None = None):
        """Start it.

        Args:
            environment: what it is.
            own_users: whether each process in the sandbox can have a user of its own; tested if None, and with it
                whether there can be a sandbox at all.

        Raises:
            SandboxError: if there can be none.
        """
        python = interpreter(environment.python)
        python.require()
        if environment.sandboxed and own_users is None:
            availability.require(environment.python)
            own_users = availability.own_users(environment.python)
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(environment, here)
        lent = _lent(environment, python)
        mounts = Mounts(())
        if environment.sandboxed:
            mounts = mounts_for(python, environment.imports, [ENGINE, *lent.values()])
        settings = ZygoteSettings(list(environment.imports), environment.warm, environment.sandboxed, asdict(mounts))
        program = start_line(python, "nbjudge.zygote", str(there.fileno()), json.dumps(asdict(settings)), lent=lent)
        self.home: str | None = None
        line, variables = program, None
        self.own_users = bool(environment.sandboxed and own_users and users.are_there(mounts.folders))
        user_map = users.UserMap() if self.own_users else None
        hash_seed = str(environment.hash_seed)
        if environment.sandboxed:
            path = f"{Path(python.executable).parent}:{bubblewrap.ENVIRONMENT['PATH']}"
            options = [
                "--setenv",
                "PATH",
                path,
                "--setenv",
                "PYTHONHASHSEED",
                hash_seed,
                *(user_map.options if user_map else ()),
            ]
            options += ["--setenv", "PYTHONUSERBASE", python.user_base] if python.user_base else []
            line = bubblewrap.command(program, mounts, options)
        else:
            self.home = tempfile.mkdtemp(prefix="nbjudge-unsandboxed-")
            variables = {**bubblewrap.ENVIRONMENT, "PATH": os.environ.get("PATH", ""), "HOME": self.home}
            variables |= {"MPLCONFIGDIR": self.home, "IPYTHONDIR": self.home, "PYTHONHASHSEED": hash_seed}
            variables |= {"PYTHONUSERBASE": python.user_base} if python.user_base else {}
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the zygote)
        self.process = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.log,
            pass_fds=[there.fileno(), *(user_map.descriptors if user_map else ())],
            env=variables,
            start_new_session=True,
            preexec_fn=_die_with_parent if not environment.sandboxed else None,
        )
        there.close()
        if user_map:
            user_map.write()
        self._warm: bool | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process may fork from it; only this one ends it. Of one that has ended, nothing is handed on.
        if self.orders.fileno() < 0:
            return type(None), ()
        return ZygoteClient, (self.environment, self.orders)

    def wait(self) -> bool:
        """Wait until it has begun; tell whether it has everything imported, or each fork has to.

        Raises:
            MachineError: if it did not begin.
        """
        if self._warm is None:
            hello = self._await_hello()
            if not hello:
                self.close()
                self.log.seek(0)
                last = self.log.read().decode(errors="replace").strip().splitlines()[-1:]
                raise MachineError(f"the zygote process did not start: {' '.join(last) or 'it gave no reason'}")
            self._warm = ZygoteReady(**json.loads(hello)).warm
        return self._warm

    def _await_hello(self) -> bytes:
        """What the zygote says when it has begun, empty if it does not."""
        try:
            # In its first moments bubblewrap's child outlives its parent, and keeps the socket open without a word.
            ended = os.pidfd_open(self.process.pid)
            try:
                watched: list[Any] = [self.orders, ended]
                ready = select.select(watched, [], [], IMPORT_TIMEOUT)[0]
                return self.orders.recv(1 << 12) if self.orders in ready else b""
            finally:
                os.close(ended)
        except (OSError, ValueError):
            return b""

    def close(self) -> None:
        """End the zygote, and with it everything that it forked."""
        super().close()
        if self.process.returncode is None:
            # The whole group, even if its first process has ended: that one's number is taken until it is waited for.
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)


def _lent(environment: Environment, python: Interpreter) -> dict[str, str]:
    """The folders of the packages that this process lends: of those that are imported, what the Python lacks."""
    tops = {statement.split()[1].partition(".")[0] for statement in environment.imports}
    wanted = sorted(tops & set(environment.lends)) if environment.python else []
    specs = {name: importlib.util.find_spec(name) for name in (python.lacking(wanted) if wanted else [])}
    return {name: str(Path(spec.origin).parent) for name, spec in specs.items() if spec and spec.origin}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)


class _Local(threading.local):
    # Each thread of a worker has its own: a zygote answers one caller at a time.
    def __init__(self) -> None:
        self.zygotes: dict[Environment, ZygoteClient] = {}


_local = _Local()


def zygote_for(environment: Environment) -> ZygoteClient:
    """The zygote of this thread for an environment, started if need be."""
    zygote = _local.zygotes.get(environment)
    if zygote is not None and zygote.alive():
        return zygote
    server = kept_zygote(environment)
    server.wait()
    return server


def kept_zygote(environment: Environment) -> ZygoteServer:
    """The zygote that this thread has started for an environment, or a new one in its place, for which nobody waits."""
    kept = _local.zygotes.get(environment)
    if isinstance(kept, ZygoteServer) and kept.alive():
        return kept
    # One at a time: each holds some hundred megabytes.
    close_zygotes()
    server = ZygoteServer(environment)
    _local.zygotes[environment] = server
    return server


def adopt(zygote: ZygoteClient) -> None:
    """Let this thread fork from a zygote of another process, for as long as it lasts."""
    _local.zygotes[zygote.environment] = zygote


@contextmanager
def adopted(zygote: ZygoteClient) -> Iterator[None]:
    """Let this thread fork from a zygote that something else ends."""
    adopt(zygote)
    try:
        yield
    finally:
        _local.zygotes.pop(zygote.environment, None)


def close_zygotes() -> None:
    """End all zygotes of this thread."""
    while _local.zygotes:
        _local.zygotes.popitem()[1].close()

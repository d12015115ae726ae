"""What a student's process takes from counts of the user or of the machine, seen by another one beside it.

Both are forked from one zygote, as those of submissions that are graded at the same time.
"""

import os
from pathlib import Path

import pytest

from nbjudge import Limits
from nbjudge.sandbox import availability, users
from tests.nbjudge.neighbours import neighbours, zygote

pytestmark = [pytest.mark.timing, pytest.mark.usefixtures("engine")]
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give each process a user of its own")


@pytest.fixture(scope="module")
def plain():
    with zygote("numpy") as running:
        yield running


LIBC = "import ctypes, errno, fcntl, os, select, socket, struct\nlibc = ctypes.CDLL(None, use_errno=True)\n"
COUNT = LIBC + "count = 0\nwhile count < {most} and {call}: count += 1\nprint(count)"
LIBRARY = "import json\nfile = open(json.__file__)\n"


@pytest.mark.parametrize(
    ("call", "most"),
    [
        ("libc.inotify_init1(0) >= 0", 200),
        ("libc.fanotify_init(0x200, 0) >= 0", 200),
        ("libc.epoll_create1(0) >= 0", 10),
        ("libc.syscall(206, 100, ctypes.byref(ctypes.c_ulong(0))) == 0", 10),
        ("libc.syscall(248, b'user', b'key-%d' % count, b'x', 1, -3) > 0", 10),
        ("libc.syscall(240, b'queue-%d' % count, 0o102, 0o600, None) >= 0", 10),
        ("libc.syscall(425, 8, ctypes.create_string_buffer(120)) >= 0", 10),
        ("libc.fcntl(os.open('mine', os.O_RDONLY | os.O_CREAT), 1024, 0) == 0", 1),
    ],
    ids=["inotify", "fanotify", "epoll", "aio", "keys", "queues", "io_uring", "leases"],
)
def test_what_all_share_can_not_be_taken(plain, call, most):
    with neighbours(plain, 1) as (one,):
        assert one.run(COUNT.format(call=call, most=most)) == "0"


def test_terminals_are_few_and_its_own(plain):
    many = LIBC + "held = []\ntry:\n    while True: held.append(os.openpty())\nexcept OSError: pass\nprint(len(held))"
    see = "import os\nprint(sorted(os.listdir('/dev/pts')))"
    with neighbours(plain) as (greedy, other):
        assert greedy.run(many) == "16"
        assert other.run(see) == "['ptmx']"
        assert other.run(many) == "16"


SIGNALS = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, {50})
count = 0
while count < 5000 and libc.sigqueue(os.getpid(), 50, 0) == 0: count += 1
timers, number = 0, ctypes.c_void_p()
while timers < 5000 and libc.timer_create(0, None, ctypes.byref(number)) == 0: timers += 1
print(count + timers)
"""


def test_pending_signals_and_timers_are_few(plain):
    with neighbours(plain) as (greedy, other):
        assert int(greedy.run(LIBC + SIGNALS)) <= 256
        assert int(other.run(LIBC + SIGNALS)) > 100


def test_a_lock_tells_a_neighbour_nothing(plain):
    take = LIBC + LIBRARY + "fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)\nprint('done')"
    ask = LIBC + LIBRARY + "asked = fcntl.fcntl(file, fcntl.F_GETLK, struct.pack('hhqqi4x', 1, 0, 0, 0, 0))\n"
    ask += "print(struct.unpack('hhqqi4x', asked)[0])"
    with neighbours(plain) as (one, other):
        assert one.run(take) == "done"
        assert other.run(ask) == "2", "a lock on a file that both see"
        assert "OSError" in one.run(LIBC + LIBRARY + "fcntl.flock(file, fcntl.LOCK_SH)")


PIPES = """
held = []
try:
    while True:
        held.append(os.pipe())
        try:
            fcntl.fcntl(held[-1][1], 1031, 1 << 20)
        except OSError:
            pass
except OSError:
    pass
os.close(held[0][0])
os.close(held[0][1])
print(sum(fcntl.fcntl(write, 1032) for _, write in held[1:]) >> 20)
"""


def test_pipes_do_not_grow(plain):
    with neighbours(plain, 1) as (greedy,):
        assert int(greedy.run(LIBC + PIPES)) <= 16


@only_root
def test_each_has_the_pages_of_pipes_for_itself(plain):
    """Two notebooks of several processes, all of whose pipes together have more than the kernel gives one user."""
    fork = "for _ in range(4):\n    if not os.fork():\n        {}\n        import time\n        time.sleep(60)\n"
    fill = "held = [os.pipe() for _ in range(60)]"
    with neighbours(plain, 6) as (*greedy, other):
        for one in greedy:
            one.run(LIBC + fork.format(fill))
            one.run("import time\ntime.sleep(0.3)")
        assert other.run(LIBC + "print(fcntl.fcntl(os.pipe()[0], 1032))") == "65536"


@only_root
def test_each_may_send_descriptors(plain):
    send = LIBC + "pairs = []\ncount = 0\ntry:\n    while len(pairs) < 3:\n        pairs.append(socket.socketpair())\n"
    send += "        for _ in range(4):\n            socket.send_fds(pairs[-1][0], [b'x'], [0] * 100)\n"
    send += "            count += 100\nexcept OSError:\n    pass\nprint(count)"
    with neighbours(plain) as (greedy, other):
        first = int(greedy.run(send))
        assert int(other.run(send)) == first > 200


@only_root
def test_each_has_a_user_of_its_own(plain):
    def user(process):
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        return {int(word) for line in lines if line.startswith("Uid:") for word in line.split()[1:]}

    with neighbours(plain, 3) as several:
        seen = [user(process) for one in several for process in (one.pair.student, one.pair.judge)]
        assert all(len(each) == 1 for each in seen)
        ids = set.union(*seen)
        assert len(ids) == 6
        assert all(users.FIRST < each < users.FIRST + users.COUNT for each in ids)
        assert several[0].run("import os\nprint(os.getuid(), os.stat('.').st_uid)") == "1000 1000"


@only_root
def test_where_no_user_can_be_mapped_the_wall_stands(monkeypatch):
    write = Path.write_text

    def refuse(path, *arguments):
        if path.name == "uid_map":
            raise PermissionError
        return write(path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", refuse)
        availability.once_tested.cache_clear()
        assert not availability.own_users()
    try:
        assert availability.unavailable_reason() is None
        with zygote("json") as running, neighbours(running, 1) as (one,):
            assert one.run("import os\nprint(os.getuid())") == "1000"
            lines = Path(f"/proc/{one.pair.student.pid}/status").read_text().splitlines()
            assert [line for line in lines if line.startswith("Uid:")] == ["Uid:" + f"\t{os.geteuid()}" * 4]
    finally:
        availability.once_tested.cache_clear()


@only_root
def test_there_is_none_that_could_not_read_the_packages(tmp_path):
    (tmp_path / "package").mkdir()
    assert users.are_there([str(tmp_path / "package")])
    (tmp_path / "package" / "part.py").touch(0o600)
    assert not users.are_there([str(tmp_path / "package")])
    (tmp_path / "package" / "part.py").chmod(0o644)
    (tmp_path / "package").chmod(0o700)
    assert not users.are_there([str(tmp_path / "package")])


# Memory of the kernel

MANY = """
import time
for _ in range(40):
    if not os.fork():
        held = []
        try:
            while True: held.append({})
        except OSError:
            time.sleep(60)
time.sleep(10)
print("survived")
"""
TABLES = """
import mmap
held = []
for _ in range(64):
    held.append(mmap.mmap(-1, 4 << 30, flags=0x4022, prot=1))
    for place in range(0, 4 << 30, 2 << 20):
        held[-1][place]
print("survived")
"""


@pytest.mark.parametrize(
    ("code", "reason"),
    [(MANY.format("socket.socketpair()"), "memory"), (MANY.format("os.pipe()"), "pipes"), (TABLES, "memory")],
    ids=["sockets", "pipes", "tables"],
)
def test_memory_of_the_kernel_counts(plain, code, reason):
    with neighbours(plain, limits=Limits(memory=400 << 20)) as (greedy, other):
        with pytest.raises(Exception, match="gone"):
            greedy.run(LIBC + code)
        greedy.pair.student.wait_for_reason(1)
        assert greedy.pair.student.reason == reason
        assert other.run("print('alive')") == "alive"


def test_buffers_of_sockets_do_not_grow(plain):
    send = "total = 0\nheld = []\nfor _ in range(50):\n    one, two = socket.socketpair()\n    held += [one, two]\n"
    send += "    for kind in (7, 8, 32, 33):\n        try:\n            one.setsockopt(1, kind, 1 << 22)\n"
    send += "        except OSError:\n            pass\n    one.setblocking(False)\n    try:\n"
    send += "        while True: total += one.send(bytes(1 << 16))\n    except BlockingIOError:\n        pass\n"
    send += "print(total >> 20)"
    with neighbours(plain, 1) as (greedy,):
        assert int(greedy.run(LIBC + send)) < 25


# What notebooks need all the same

NEEDED = Path(__file__).parent / "needed"
SHELL = "!echo one\nlines = !echo two\nassert lines == ['two']"
AWAIT = "import asyncio\nassert await asyncio.sleep(0.01, 4) == 4"
SOURCES = {path.stem: path.read_text() for path in sorted(NEEDED.glob("*.py"))} | {"shell": SHELL, "await": AWAIT}


@pytest.mark.parametrize("what", [name for name in SOURCES if name != "keras_models"])
def test_what_notebooks_need_works(plain, what):
    with neighbours(plain, 1) as (one,):
        assert one.run(f"{SOURCES[what]}\nprint('done')").endswith("done")


def test_keras_works():
    with zygote("keras", "tensorflow") as running, neighbours(running, 1) as (one,):
        assert one.run(f"{SOURCES['keras_models']}\nprint('done')").endswith("done")

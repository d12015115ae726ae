"""What a student's cell can see and do behind both walls, told by the cell itself."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nbjudge import process as processes
from nbjudge.sandbox import bubblewrap as sandbox
from nbjudge.zygote_client import Environment, ZygoteServer, close_zygotes
from tests.nbjudge.small import graded, printed

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
HELPER = "small"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

PROBE = """
import errno, fcntl, json, os, resource, socket, struct
x = 1


def fails(act):
    try:
        act()
    except OSError as error:
        return errno.errorcode.get(error.errno, "?")
    return "worked"


def make(path):
    with open(path, "w") as file:
        file.write("x")
    os.remove(path)


def connect(address, family=socket.AF_INET):
    with socket.socket(family) as line:
        line.settimeout(2)
        line.connect(address)


status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
mounts = sorted({line.split()[4] for line in open("/proc/self/mountinfo")})
writable, seen = [], []
for folder, folders, files in os.walk("/"):
    if folder == "/proc":
        folders.clear()
        continue
    if "site-packages" not in folder and "/lib/python3" not in folder:
        seen += [os.path.join(folder, name) for name in folders + files]
    for path in [folder, *(os.path.join(folder, name) for name in files)]:
        if not os.path.islink(path) and os.access(path, os.W_OK):
            writable.append(path)
with socket.socket() as line:
    flags = struct.unpack("16sh", fcntl.ioctl(line, 0x8913, struct.pack("16sh", b"lo", 0)))[1]
large = []
try:
    with open("/tmp/large", "wb") as file:
        for _ in range(1000):
            file.write(bytes(1 << 20))
except OSError as error:
    large = [errno.errorcode[error.errno], os.path.getsize("/tmp/large") >> 20]
os.path.exists("/tmp/large") and os.remove("/tmp/large")
many = 0
try:
    for many in range(10_000):
        open(f"many-{many}", "w").close()
except OSError:
    pass
for number in range(many):
    os.remove(f"many-{number}")
print("PROBE" + json.dumps({
    "ids": [*os.getresuid(), *os.getresgid()],
    "groups": os.getgroups(),
    "capabilities": sorted({int(status[name], 16) for name in status if name.startswith("Cap")}),
    "no new": status["NoNewPrivs"].strip(),
    "filter": status["Seccomp"].strip(),
    "processes": [name for name in os.listdir("/proc") if name.isdigit()],
    "self": os.getpid(),
    "proc": [fails(lambda path=path: open(path, "w").write("1")) for path in (
        "/proc/sys/kernel/hostname", "/proc/self/oom_score_adj", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches",
    )],
    "mount points": [fails(lambda path=path: make(f"{path}/probe")) for path in mounts],
    "interfaces": [name for _, name in socket.if_nameindex()],
    "up": flags & 1,
    "connect": [fails(lambda a=a: connect(a)) for a in (("127.0.0.1", 22), ("192.0.2.1", 80), ("10.0.0.1", 53))],
    "mounts": mounts,
    "writable": writable,
    "seen": [path for path in seen if not path.startswith(("/usr/", "/nix/"))],
    "environment": dict(os.environ),
    "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name[:6] == "RLIMIT"},
    "large": large,
    "many": many,
    "shm": fails(lambda: make("/dev/shm/x")),
    "fork bomb of namespaces": fails(lambda: os.unshare(0x10000000)) if hasattr(os, "unshare") else "EPERM",
    "cwd": os.getcwd(),
    "umask": os.umask(0o22),
}))
"""


@pytest.fixture(scope="module", autouse=True)
def ended():
    complaint = sandbox.complaint()
    if complaint:
        pytest.fail(complaint)
    yield
    close_zygotes()


def told(text):
    line = next(line for line in text.splitlines() if line.startswith("PROBE"))
    return json.loads(line.removeprefix("PROBE"))


ORDINARY = 23_456
DRIVER = """
import sys
sys.path[:0] = {paths!r}
from tests.nbjudge.small import graded, printed
result = graded({code!r})
assert result.score == 2, (result.status, result.attention)
print(printed(result))
from nbjudge.zygote_client import close_zygotes
close_zygotes()
"""


def as_ordinary_user(hold, program):
    """The command that runs Python as a user who is not root, in mounts of its own; None if it can't be made here."""
    if os.getuid() or not shutil.which("setpriv") or not shutil.which("unshare"):
        return None
    base = Path(sys.base_prefix)
    closed = [path for path in reversed(base.parents) if not path.stat().st_mode & 0o001]
    script = "set -e\n"
    if closed:
        # The interpreter is below a folder that others may not enter: they get one that holds nothing else.
        script += f"mount --bind {base} {hold}\nmount -t tmpfs -o mode=755 none {closed[0]}\n"
        script += f"mkdir -p {base}\nmount --move {hold} {base}\n"
    script += f"exec setpriv --reuid {ORDINARY} --regid {ORDINARY} --clear-groups --no-new-privs "
    script += f'--inh-caps=-all --bounding-set=-all {sys.executable} -c "$0"'
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, program]


@pytest.fixture(scope="module", params=["this user", "another user"])
def probe(request, tmp_path_factory):
    if request.param == "this user":
        result = graded(PROBE)
        assert result.score == 2, (result.status, result.attention, printed(result))
        return told(printed(result))
    hold = tmp_path_factory.mktemp("hold")
    program = DRIVER.format(paths=[str(HERE), str(ROOT)], code=PROBE)
    line = as_ordinary_user(hold, program)
    if line is None:
        pytest.skip("only root can become another user")
    # Where the repository itself is out of reach of others, there is nothing to try.
    if any(not path.stat().st_mode & 0o001 for path in ROOT.parents):
        pytest.skip("other users can't reach the repository")
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, cwd="/", env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr[-2000:]
    return told(done.stdout)


def test_no_privilege_is_left(probe):
    assert probe["ids"] == [1000] * 6
    assert set(probe["groups"]) <= {65534}
    assert probe["capabilities"] == [0]
    assert (probe["no new"], probe["filter"]) == ("1", "2")
    assert probe["fork bomb of namespaces"] != "worked"


def test_only_its_own_processes_are_there(probe):
    assert probe["processes"] == ["1"] and probe["self"] == 1


def test_proc_can_not_be_written(probe):
    assert "worked" not in probe["proc"]


def test_there_is_no_network(probe):
    assert probe["interfaces"] == ["lo"] and not probe["up"]
    assert "worked" not in probe["connect"]


def test_nothing_can_be_written_but_a_small_folder(probe):
    where = dict(zip(probe["mounts"], probe["mount points"], strict=True))
    assert {path for path, how in where.items() if how == "worked"} == {"/tmp", "/dev/shm"}
    devices = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts/ptmx")}
    rest = {path for path in probe["writable"] if not path.startswith(("/tmp", "/dev/shm"))}
    assert rest <= devices | {"/dev/pts"}, "a student could leave something for the next"
    assert probe["large"] == ["ENOSPC", 63] or (probe["large"][0] in ("ENOSPC", "EFBIG") and probe["large"][1] <= 64)
    assert 1000 < probe["many"] < 4096
    assert probe["cwd"] == "/tmp/work"


def test_nothing_of_the_course_can_be_seen(probe):
    inside = {Path(path).relative_to(ROOT).parts[0] for path in probe["seen"] if path.startswith(f"{ROOT}/")}
    assert inside <= {"gdl_utils", Path(sys.prefix).name}
    for path in probe["seen"]:
        assert not {"solutions", "assignments", "submitted", "tests", "gradebook.db"} & set(Path(path).parts)
    for path in ("/home", "/etc/passwd", "/etc/shadow", "/var", "/run", "/sys", "/boot", "/srv", "/mnt", "/opt"):
        assert path not in probe["seen"]


def test_the_environment_is_the_one_that_is_written_down(probe):
    found = dict(probe["environment"])
    # The shell of IPython and bubblewrap set these.
    for name in ("PWD", "COLUMNS", "LINES", "PAGER", "GIT_PAGER", "CLICOLOR", "TERM", "FORCE_COLOR"):
        found.pop(name, None)
    assert found == sandbox.ENVIRONMENT


def test_the_kernel_limits_each_process(probe):
    limits = Limits()
    expected = {
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_FSIZE": limits.written,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 1 << 20,
    }
    for name, value in expected.items():
        assert all(0 <= found <= value for found in probe["limits"][name]), name
    for name in ("RLIMIT_NPROC", "RLIMIT_CPU"):
        assert all(0 < found < 100_000 for found in probe["limits"][name]), name


# Limits.

SMALL = Limits(memory=400 << 20, processes=10, cell_seconds=10, notebook_seconds=30, disk_bytes=8 << 20)


def test_one_large_allocation_is_the_end_with_its_reason():
    result = graded("x = 1", "y = bytearray(3 << 30)", limits=SMALL)
    assert result.status is Status.MEMORY and "400 MiB" in result.attention[0] and result.score == 0
    # Caught in time, it costs nothing.
    result = graded("x = 1\ntry:\n    bytearray(3 << 30)\nexcept MemoryError:\n    pass", limits=SMALL)
    assert (result.status, result.score) == (Status.GRADED, 2)


CHILDREN = """
import os, time
from nbjudge import Limits, SandboxError, Status
x = 1
for _ in range({count}):
    if not os.fork():
        block = bytearray(b"x" * ({size} << 20))
        time.sleep(30)
        os._exit(0)
time.sleep(8)
"""


def test_the_memory_of_several_processes_counts_together():
    result = graded(CHILDREN.format(count=6, size=100), limits=SMALL)
    assert result.status is Status.MEMORY, result.attention
    assert result.notebooks[0].memory > 300 << 20


def test_what_is_written_to_memory_files_counts_and_is_bounded():
    code = "x = 1\nfor folder in ('/tmp', '/dev/shm'):\n    open(f'{folder}/a', 'wb').write(bytes(5 << 20))"
    result = graded(code, limits=SMALL)
    assert "No space left" in json.dumps(result.notebooks[0].content)
    assert result.status is Status.GRADED and result.score == 2


def test_too_many_processes_are_the_end_with_their_reason():
    result = graded(CHILDREN.format(count=30, size=0), limits=SMALL)
    assert result.status is Status.DIED and "10 processes" in result.attention[0]


def test_nothing_is_left_of_a_notebook_that_has_ended():
    code = "import subprocess, os\nx = 1\np = subprocess.Popen(['sleep', '1234'], start_new_session=True)"
    graded(code)
    time.sleep(0.2)
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"sleep\x001234" in _read(path)]
    assert left == []


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _born(number):
    # The number of a process can be given again; the time of its start tells.
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def _gone(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


SLEEPER = "import subprocess, time\np = subprocess.Popen(['sleep', '300'], start_new_session=True)\ntime.sleep(300)"


@pytest.mark.parametrize("sandboxed", [True, False])
def test_nothing_is_left_when_the_supervisor_is_killed(sandboxed):
    program = f"import sys\nsys.path[:0] = {[str(HERE), str(ROOT)]!r}\nfrom small import graded\n"
    program += "from nbjudge.model import Limits\n"
    program += f"graded({SLEEPER!r}, limits=Limits(cell_seconds=200), sandboxed={sandboxed})"
    driver = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found: dict[int, str] = {}
    try:
        end = time.monotonic() + 60
        while not any(b"sleep\x00300" in _read(Path(f"/proc/{number}/cmdline")) for number in found):
            assert time.monotonic() < end and driver.poll() is None
            time.sleep(0.1)
            found |= {number: _born(number) for number in _below(driver.pid)}
        assert len(found) > 3
    finally:
        driver.kill()
        driver.wait()
    end = time.monotonic() + 5
    del found[driver.pid]
    left = found
    while left and time.monotonic() < end:
        time.sleep(0.1)
        left = {one: born for one, born in found.items() if not _gone(one) and _born(one) == born}
    names = {one: _read(Path(f"/proc/{one}/cmdline"))[:80] for one in left}
    for one in left:
        os.kill(one, 9)
    if sandboxed:
        assert not left, names
    else:
        # Without walls what a notebook starts in a session of its own can stay; the notebook itself must not.
        assert all(b"sleep" in name for name in names.values()), names


def _below(number):
    # The processes of a notebook are no children of the zygote any more: they are found by their parents' parents.
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
    found = {number}
    while True:
        more = {one for one, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


# Ways to start.


def test_a_warm_start_gives_the_same_scores_as_a_cold_one():
    answer = "import numpy as np\nx = 1\ndef f(n): return np.arange(n)"
    tests = ("import numpy as np\nassert (f(3) == np.array([0, 1, 2])).all()", "0.5", "assert f(2).sum() == 5")
    scores = [graded(answer, tests=tests, warm=warm).scores for warm in (True, False)]
    assert scores[0] == scores[1] and list(scores[0].values()) == [2, 0.5, 0]


def test_a_process_with_threads_is_not_forked_but_starts_cold(tmp_path, monkeypatch):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    monkeypatch.setitem(sandbox.ENVIRONMENT, "PYTHONPATH", f"{tmp_path}:{ROOT}")
    close_zygotes()
    for modules, warm in ((("json",), True), (("threaded",), False), (("no_such_module", "json"), True)):
        made = ZygoteServer(Environment(modules, warm=True, sandboxed=False))
        try:
            assert made.wait() is warm
            with made.fork(Limits()) as pair:
                assert pair.student.control.receive(time.monotonic() + 20) == {"is": "ready"}
        finally:
            made.close()
    result = graded("import threaded\nx = 1", tests=("import threaded\nassert x == 1",), sandboxed=False)
    assert (result.status, result.score) == (Status.GRADED, 2)
    close_zygotes()


def test_without_bubblewrap_nothing_runs_and_the_remedy_is_told(tmp_path, monkeypatch):
    close_zygotes()
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox.complaint.cache_clear()
    started = []
    monkeypatch.setattr(processes.subprocess, "Popen", lambda *_, **__: started.append(1))
    try:
        with pytest.raises(SandboxError) as caught:
            graded("open('/tmp/executed', 'w')\nx = 1")
    finally:
        sandbox.complaint.cache_clear()
    for part in ("bubblewrap", "install", "--sandbox none"):
        assert part in str(caught.value)
    assert not started


def test_a_bubblewrap_that_fails_is_told_with_its_reason(tmp_path, monkeypatch):
    close_zygotes()
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    sandbox.complaint.cache_clear()
    try:
        with pytest.raises(SandboxError, match="No permissions to create new namespace"):
            graded("x = 1")
    finally:
        sandbox.complaint.cache_clear()


def test_without_walls_it_works_and_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    close_zygotes()
    try:
        result = graded("import os\nx = 1\nopen('left.txt', 'w').write('x')\nprint(os.getuid())", sandboxed=False)
    finally:
        close_zygotes()
    assert (result.status, result.score) == (Status.GRADED, 2)
    assert printed(result).strip() == str(os.getuid())
    assert result.notebooks[0].files == {"left.txt": b"x"}
    assert list(tmp_path.iterdir()) == []
    # One for each way: a notebook that asks for walls never meets a process without them.
    assert Environment((), True, True) != Environment((), True, False)

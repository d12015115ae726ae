"""What a student's cell can see and do behind both walls, told by the cell itself."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nbjudge import Limits
from nbjudge.sandbox.bubblewrap import ENVIRONMENT
from tests.nbjudge.small import graded, printed

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.timing,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
    pytest.mark.usefixtures("engine"),
]

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


def told(text):
    line = next(line for line in text.splitlines() if line.startswith("PROBE"))
    return json.loads(line.removeprefix("PROBE"))


ORDINARY = 23_456
DRIVER = """
from nbjudge import Limits
from tests.nbjudge.small import graded, printed
result = graded({code!r}, limits=Limits(cell_seconds=60))
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
    # What is made on the way is for others, whatever mask this process has.
    script = "set -e\numask 022\n"
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
        # The probe writes until it may not: on a busy machine that takes longer than a cell of a student.
        result = graded(PROBE, limits=Limits(cell_seconds=60))
        assert "PROBE" in printed(result), (result.status, result.attention, result.notebooks[0].content)
        assert result.score == 2
        return told(printed(result))
    hold = tmp_path_factory.mktemp("hold")
    program = DRIVER.format(code=PROBE)
    line = as_ordinary_user(hold, program)
    if line is None:
        pytest.skip("only root can become another user")
    # Where the repository itself is out of reach of others, there is nothing to try.
    if any(not path.stat().st_mode & 0o001 for path in ROOT.parents):
        pytest.skip("other users can't reach the repository")
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, cwd=ROOT, env={"PATH": os.environ["PATH"]})
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
    assert inside <= {"nbjudge", Path(sys.prefix).name}
    for path in probe["seen"]:
        assert not {"solutions", "assignments", "submitted", "tests", "gradebook.db"} & set(Path(path).parts)
    for path in ("/home", "/etc/passwd", "/etc/shadow", "/var", "/run", "/sys", "/boot", "/srv", "/mnt", "/opt"):
        assert path not in probe["seen"]


def test_the_environment_is_the_one_that_is_written_down(probe):
    variables = dict(probe["environment"])
    # The shell of IPython and bubblewrap set these.
    for name in ("PWD", "COLUMNS", "LINES", "PAGER", "GIT_PAGER", "CLICOLOR", "TERM", "FORCE_COLOR"):
        variables.pop(name, None)
    # Programs of the environment of the notebooks come first, as in a kernel.
    path = f"{Path(sys.executable).parent}:{ENVIRONMENT['PATH']}"
    # And figures are shown in the notebook.
    figures = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    assert variables == {**ENVIRONMENT, **figures, "PATH": path, "PYTHONHASHSEED": "0"}


def test_the_kernel_limits_each_process(probe):
    limits = Limits()
    expected = {
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_FSIZE": limits.disk_bytes,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_CORE": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 1 << 20,
    }
    for name, value in expected.items():
        assert all(0 <= limit <= value for limit in probe["limits"][name]), name
    for name in ("RLIMIT_NPROC", "RLIMIT_CPU"):
        assert all(0 < limit < 100_000 for limit in probe["limits"][name]), name


FORKS = """
import ctypes, json, os, sys, threading
from nbjudge.sandbox import namespaces
if sys.argv[1] == "twice":
    namespaces.tells_place_of_number = lambda: False
if sys.argv[1] == "unknown":
    # A call that no kernel has.
    namespaces.SYS_CLONE3 = 100_000
kinds = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"]
before = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in kinds}
read, write = os.pipe()
calls = []
os.register_at_fork(after_in_child=lambda: calls.append("child"), after_in_parent=lambda: calls.append("parent"))
if not namespaces.fork():
    found = {"new": [kind for kind in kinds if os.readlink(f"/proc/self/ns/{kind}") != before[kind]]}
    found |= {"pid": os.getpid(), "ids": [os.getuid(), os.getgid()], "calls": calls[-1]}
    # By which the C library knows this thread.
    found["number"] = ctypes.c_int.from_address(namespaces._place_of_number()).value
    thread = threading.Thread(target=lambda: found.update(thread=threading.get_native_id()))
    thread.start()
    thread.join()
    os.write(write, json.dumps(found).encode())
    os._exit(0)
os.close(write)
assert calls[-1] == "parent"
print(os.read(read, 10_000).decode())
"""


@pytest.mark.parametrize("way", ["once", "twice", "unknown"])
def test_a_process_is_forked_into_namespaces_of_its_own(way):
    """By one call of the kernel, or, where it does not tell enough for that, by two."""
    line = [sys.executable, "-c", FORKS, way]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)
    found = json.loads(done.stdout)
    assert found["new"] == ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"]
    assert (found["pid"], found["ids"], found["calls"]) == (1, [1000, 1000], "child")
    assert found["number"] == 1 and found["thread"] == 2

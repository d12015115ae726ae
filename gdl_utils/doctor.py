"""Looks at a machine and says in plain words what of the course works on it, and what to do about the rest."""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from gdl_utils.errors import CourseError

OLDEST, NEWEST = (3, 11), (3, 13)
GIB = 1 << 30
# A full run of the pages, TensorFlow and CIFAR-10 as numbers with it, stays below; a site and a class need less disk.
MEMORY, DISK = 4 * GIB, GIB
PORTS = {8000: "make serve", 8888: "JupyterLab"}
TENSORFLOW_SECONDS = 300
REQUIRED = "GDL_REQUIRE_GPU"
SHOWN = 5

TRAINING = """
import json, sys, time
import keras, tensorflow as tf
facts = {"tensorflow": tf.__version__, "keras": keras.__version__, "built": dict(tf.sysconfig.get_build_info())}
facts["gpus"], facts["growth"], facts["devices"] = [], [], []
for gpu in tf.config.list_physical_devices("GPU"):
    tf.config.experimental.set_memory_growth(gpu, True)
    facts["growth"].append(tf.config.experimental.get_memory_growth(gpu))
    facts["gpus"].append(tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name))
for device in tf.config.list_logical_devices():
    step = {"name": device.name}
    try:
        with tf.device(device.name):
            layer, images = keras.layers.Conv2D(8, 3), tf.random.normal((16, 32, 32, 3))
            layer.build(images.shape)
            start = time.perf_counter()
            with tf.GradientTape() as tape:
                before = tf.reduce_mean(tf.square(layer(images)))
            weights = layer.trainable_variables
            keras.optimizers.SGD(0.01).apply(tape.gradient(before, weights), weights)
            after = tf.reduce_mean(tf.square(layer(images)))
            step |= {"before": float(before), "after": float(after), "seconds": time.perf_counter() - start}
    except Exception as error:
        step["error"] = f"{type(error).__name__}: {error}".splitlines()[0]
    facts["devices"].append(step)
print("FOUND " + json.dumps(facts, default=str))
"""


@dataclass(frozen=True)
class Finding:
    """What was found about one subject.

    Attributes:
        subject: what was looked at, in a word or two.
        state: "ok", "note" if something is missing that not everybody needs, or "fault".
        text: one sentence.
        remedy: what to do about it, one line; empty if nothing need be done.
    """

    subject: str
    state: str
    text: str
    remedy: str = ""


def examine(root: Path, training: bool = True) -> Iterator[Finding]:
    """Look at everything, one finding after the other, the quick ones first.

    Args:
        root: the folder of the repository.
        training: whether to import TensorFlow and train a step on each of its devices, which takes seconds.
    """
    yield from _python()
    yield from _lock(root)
    yield from _packages(root)
    yield from _room(root)
    yield from _data()
    yield from _sandbox(root)
    yield from _ports()
    yield from _devices(training)


def _python() -> Iterator[Finding]:
    here = sys.version_info[:2]
    text = f"Python {'.'.join(map(str, sys.version_info[:3]))}"
    if OLDEST <= here <= NEWEST:
        yield Finding("Python", "ok", f"{text}.")
    else:
        yield Finding("Python", "fault", f"{text} is not one of 3.11 to 3.13.", "make setup PYTHON=python3.12")


def _locked(file: Path) -> dict[str, str]:
    """Versions by package, of those lines of a lock file that hold on this machine."""
    versions: dict[str, str] = {}
    for line in file.read_text().splitlines():
        match = re.match(r"([A-Za-z0-9][^\\]*==[^\\]*?)\s*(\\|$)", line)
        if match:
            requirement = Requirement(match[1])
            if requirement.marker is None or requirement.marker.evaluate():
                versions[canonicalize_name(requirement.name)] = next(iter(requirement.specifier)).version
    return versions


def _lock(root: Path) -> Iterator[Finding]:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    locked = _locked(root / "requirements" / "test.txt")
    stale = []
    for text in wanted:
        requirement = Requirement(text)
        version = locked.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            stale.append(f"{requirement} ({f'the lock has {version}' if version else 'not in the lock'})")
    if stale:
        text = f"The lock in requirements/ is not that of pyproject.toml: {_some(stale)}."
        yield Finding("lock", "fault", text, "make lock")
    else:
        yield Finding("lock", "ok", f"The lock has {len(locked)} packages and satisfies pyproject.toml.")


def _grades_here() -> bool:
    """Whether a class can be graded here, or only the light set of packages is installed, for reading and learning."""
    return importlib.util.find_spec("nbgrader") is not None


def _packages(root: Path) -> Iterator[Finding]:
    locked = _locked(root / "requirements" / "test.txt")
    needed = _locked(root / "requirements" / "base.txt")
    remedy = "make setup"
    if not _grades_here():
        # JupyterLab and what it needs may be there in other versions.
        locked = needed
        remedy = f"{shlex.quote(sys.executable)} -m pip install --require-hashes -r requirements/student.txt"
    missing, other, right = [], [], 0
    for name, version in locked.items():
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing += [name] if name in needed else []
            continue
        if Version(here) == Version(version):
            right += 1
        else:
            other.append(f"{name} {here} is installed, the lock has {version}")
    if missing:
        yield Finding("packages", "fault", f"Not installed: {_some(missing)}.", remedy)
    if other:
        yield Finding("packages", "fault", f"{_some(other)}.", remedy)
    if not missing and not other:
        yield Finding("packages", "ok", f"{right} packages are installed in the versions of the lock.")


def _room(root: Path) -> Iterator[Finding]:
    places = {"the course's folder": root, "temporary files": Path(tempfile.gettempdir())}
    for what, place in places.items():
        free = shutil.disk_usage(place).free
        text = f"{free / GIB:.1f} GiB are free for {what} ({place})"
        if free < DISK:
            remedy = "make room there" + (", or name another folder in TMPDIR" if place != root else "")
            yield Finding("disk", "fault", f"Only {text}.", remedy)
        else:
            yield Finding("disk", "ok", f"{text}.")
    try:
        available = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    except OSError:
        available = None
    if available is None:
        yield Finding("memory", "note", "The system does not say how much memory is free.")
        return
    free = int(available[1]) << 10
    if free < MEMORY:
        text = f"Only {free / GIB:.1f} GiB of memory are free; the training pages need up to {MEMORY // GIB}."
        yield Finding("memory", "fault", text, "close other programs, or set GDL_PROFILE=smoke")
    else:
        yield Finding("memory", "ok", f"{free / GIB:.1f} GiB of memory are free.")


def _data() -> Iterator[Finding]:
    from gdl_utils.datasets import cifar10_at_hand, load_cifar10

    if cifar10_at_hand().startswith("no copy"):
        text = "There is no copy of CIFAR-10 here yet: the first page that needs it downloads 170 MB."
        yield Finding("data", "note", text, "gdl data --load downloads it now; GDL_CIFAR10 names a copy that you have")
        return
    try:
        with contextlib.redirect_stdout(None):
            dataset = load_cifar10()
    except CourseError as error:
        yield Finding("data", "fault", f"{error.problem}.", error.remedy)
        return
    yield Finding("data", "ok", f"{dataset.source}; its SHA-256 is {dataset.sha256}.")


def _sandbox(root: Path) -> Iterator[Finding]:
    if not _grades_here():
        text = "Nothing is graded with this light installation, so it needs no sandbox."
        yield Finding("sandbox", "ok", text)
        return
    from gdl_utils.classroom.course import CONFIG
    from gdl_utils.classroom.settings import open_folder
    from nbjudge import EngineError
    from nbjudge.interpreter import interpreter
    from nbjudge.sandbox.availability import unavailable_reason

    python = open_folder(root).python if (root / CONFIG).is_file() else None
    try:
        interpreter(python).require()
        reason = unavailable_reason(python)
    except EngineError as error:
        yield Finding("Python of the notebooks", "fault", f"{error.problem}.", error.remedy)
        return
    if reason:
        remedy = f"{reason.remedy}; or grade with --sandbox none if you trust every notebook"
        yield Finding("sandbox", "fault", f"{reason.problem}.", remedy)
    else:
        yield Finding("sandbox", "ok", "bubblewrap makes namespaces here: submissions are graded behind walls.")


def _ports() -> Iterator[Finding]:
    used = []
    for port, user in PORTS.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                used.append(f"{port} ({user})")
    if used:
        yield Finding("ports", "note", f"In use already: {', '.join(used)}.", "gdl book serve --port, gdl lab --port")
    else:
        yield Finding("ports", "ok", f"The ports {' and '.join(map(str, PORTS))} are free.")


def _driver() -> tuple[str, str] | None:
    """Version of the NVIDIA driver, and the newest CUDA that it serves; None if there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    done = subprocess.run([program], capture_output=True, text=True, errors="replace", timeout=60)
    driver = re.search(r"Driver Version:\s*([\d.]+)", done.stdout)
    cuda = re.search(r"CUDA Version:\s*([\d.]+)", done.stdout)
    return (driver[1], cuda[1] if cuda else "") if done.returncode == 0 and driver else None


def _devices(training: bool) -> Iterator[Finding]:
    required = _required()
    driver = _driver()
    if driver:
        yield Finding(
            "driver", "ok", f"The NVIDIA driver {driver[0]} serves CUDA up to {driver[1] or 'an unknown version'}."
        )
        yield from _toolkit()
    if not training:
        if required and not driver:
            yield _no_gpu(driver)
        return
    facts = _train_a_step()
    if isinstance(facts, str):
        remedy = "make setup; if that does not help, move .venv away and try again"
        yield Finding("TensorFlow", "fault", f"TensorFlow can't be used: {facts}.", remedy)
        return
    yield Finding("TensorFlow", "ok", f"TensorFlow {facts['tensorflow']} and Keras {facts['keras']}.")
    for step in facts["devices"]:
        name = step["name"].removeprefix("/device:")
        if "error" in step or not step["after"] < step["before"]:
            reason = step.get("error") or "the loss did not fall"
            remedy = "CUDA_VISIBLE_DEVICES=-1 keeps to the CPU" if "GPU" in name else "make setup"
            yield Finding("device", "fault", f"A training step of a Conv2D failed on {name}: {reason}.", remedy)
        else:
            yield Finding("device", "ok", f"A training step of a Conv2D works on {name} ({step['seconds']:.2f} s).")
    if facts["gpus"]:
        names = _some(facts["gpus"])
        if all(facts["growth"]):
            yield Finding("GPU", "ok", f"TensorFlow uses {names}, and takes their memory as it needs it.")
        else:
            text = f"TensorFlow uses {names}, and takes all of their memory at once."
            yield Finding("GPU", "fault", text, "set TF_FORCE_GPU_ALLOW_GROWTH=true")
    yield from _cuda(facts, driver, required)


def _cuda(facts: dict[str, Any], driver: tuple[str, str] | None, required: bool) -> Iterator[Finding]:
    """The versions of CUDA and cuDNN that TensorFlow was built for against those found."""
    built = facts["built"]
    cuda, cudnn = str(built.get("cuda_version", "")), str(built.get("cudnn_version", ""))
    if driver and driver[1] and cuda and _major(driver[1]) < _major(cuda):
        text = f"TensorFlow was built for CUDA {cuda}, the driver {driver[0]} serves CUDA up to {driver[1]}."
        yield Finding("driver", "fault", text, "install a newer driver, and restart the machine")
    packages = {
        name: _version(f"nvidia-{name}") for name in (f"cuda-runtime-cu{_major(cuda)}", f"cudnn-cu{_major(cuda)}")
    }
    if driver and cuda:
        shown = ", ".join(f"{name} {version or 'missing'}" for name, version in packages.items())
        state = "ok" if all(packages.values()) else "note"
        text = f"TensorFlow was built for CUDA {cuda} and cuDNN {cudnn}; installed: {shown}."
        yield Finding(
            "CUDA", state, text, "" if state == "ok" else "pip install --require-hashes -r requirements/image-cuda.txt"
        )
    if not facts["gpus"] and (required or driver):
        yield _no_gpu(driver)


def _no_gpu(driver: tuple[str, str] | None) -> Finding:
    if driver:
        text = "The driver is there, but TensorFlow sees no GPU: its CUDA libraries are missing."
        return Finding("GPU", "fault", text, "pip install --require-hashes -r requirements/image-cuda.txt")
    if _in_container():
        remedy = "install the NVIDIA Container Toolkit on the host and start the container with --gpus all"
        text = f"{REQUIRED} asks for a GPU, and the container was given none."
    else:
        remedy = f"install the NVIDIA driver, or unset {REQUIRED} to work on the CPU"
        text = f"{REQUIRED} asks for a GPU, and there is no driver of one."
    return Finding("GPU", "fault", text, remedy)


def _toolkit() -> Iterator[Finding]:
    engines = [name for name in ("docker", "podman") if shutil.which(name)]
    if not engines or _in_container():
        return
    if shutil.which("nvidia-ctk"):
        yield Finding("containers", "ok", "The NVIDIA Container Toolkit is installed.")
    else:
        text = f"{engines[0]} is here without the NVIDIA Container Toolkit: containers get no GPU."
        yield Finding("containers", "note", text, "install the package nvidia-container-toolkit")


def _train_a_step() -> dict[str, Any] | str:
    """What TensorFlow, in a process of its own, says of itself and its devices, or why it can't."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    line = [sys.executable, "-c", TRAINING]
    try:
        done = subprocess.run(
            line, capture_output=True, text=True, errors="replace", env=environment, timeout=TENSORFLOW_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"it did not finish a training step in {TENSORFLOW_SECONDS} seconds"
    for output in done.stdout.splitlines():
        if output.startswith("FOUND "):
            facts: dict[str, Any] = json.loads(output.removeprefix("FOUND "))
            return facts
    told = done.stderr.strip().splitlines() or [f"it ended with the exit code {done.returncode}"]
    return told[-1].rstrip(".")


def device_in_use() -> str:
    """Say in one line on what TensorFlow computes.

    Raises:
        CourseError: if GDL_REQUIRE_GPU asks for a GPU and there is none, with the remedy.
    """
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
        return f"TensorFlow {tf.__version__} computes on the GPU: {', '.join(names)}."
    if _required():
        fault = _no_gpu(_driver())
        raise CourseError(fault.text.rstrip("."), fault.remedy)
    cores = len(os.sched_getaffinity(0))
    return f"TensorFlow {tf.__version__} computes on the CPU ({cores} cores): it found no GPU."


def _required() -> bool:
    return os.environ.get(REQUIRED, "") not in ("", "0")


def _in_container() -> bool:
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists() or "GDL_IMAGE" in os.environ


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _major(version: str) -> int:
    digits = re.match(r"\d+", version)
    return int(digits[0]) if digits else 0


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return "; ".join(names[:SHOWN]) + (f"; and {more} more" if more > 0 else "")

"""`gdl doctor` in broken environments: each fault is made for real, named, and given a remedy."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

QUICK = "--no-training"


# Where nothing can lie, and where Keras can make no folder either.
NO_DATA = {"GDL_CIFAR10": None, "KERAS_HOME": os.devnull}


def examine(root, *options, before=(), **variables):
    """Findings and exit code of `gdl doctor --json`; a variable that is None is unset.

    Without a copy of CIFAR-10, which takes longer to read than all else, unless the test names one.
    """
    environment = {**os.environ, **NO_DATA, **variables}
    environment = {name: value for name, value in environment.items() if value is not None}
    line = [*before, sys.executable, "-c", "import gdl_utils.cli as cli; cli.app()", "doctor", "--json", *options]
    done = subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, timeout=300)
    assert done.stdout.startswith("["), done.stdout + done.stderr
    return json.loads(done.stdout), done.returncode


def faults(root, *options, **settings):
    """Faults by subject; the exit code is 1 if there are any."""
    findings, code = examine(root, *options, **settings)
    bad = {finding["subject"]: finding for finding in findings if finding["state"] == "fault"}
    assert code == bool(bad)
    for finding in bad.values():
        assert finding["text"].endswith(".")
        assert finding["remedy"]
        assert "\n" not in finding["text"] + finding["remedy"]
    return bad


def test_on_this_machine_all_is_well_but_perhaps_the_data(root):
    here = {name: os.environ.get(name) for name in NO_DATA}
    findings = [finding for finding in examine(root, **here)[0] if finding["subject"] != "data"]
    assert {finding["subject"] for finding in findings} >= {
        "Python",
        "lock",
        "packages",
        "disk",
        "memory",
        "sandbox",
        "ports",
        "TensorFlow",
        "device",
    }
    assert [finding["text"] for finding in findings if finding["state"] == "fault"] == []
    assert any("A training step of a Conv2D works on CPU:0" in finding["text"] for finding in findings)


def path_without(program, folder):
    """A PATH on which all is found but one program."""
    for place in os.environ["PATH"].split(os.pathsep):
        for path in Path(place).glob("*") if Path(place).is_dir() else ():
            if path.name != program and not (folder / path.name).is_symlink():
                (folder / path.name).symlink_to(path)
    return str(folder)


def test_no_bubblewrap(root, tmp_path):
    fault = faults(root, QUICK, PATH=path_without("bwrap", tmp_path))["sandbox"]
    assert "bubblewrap, which is not installed" in fault["text"]
    assert "install the package bubblewrap" in fault["remedy"]


@pytest.fixture
def light(tmp_path):
    """A folder for PYTHONPATH that hides nbgrader, as if only the light set of packages were installed."""
    folder = tmp_path / "light"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['nbgrader'] = None\n")
    return str(folder)


def test_no_bubblewrap_is_no_fault_where_nothing_grades(root, tmp_path, light):
    (tmp_path / "bin").mkdir()
    path = path_without("bwrap", tmp_path / "bin")
    assert "sandbox" not in faults(root, QUICK, PATH=path, PYTHONPATH=light)


def test_namespaces_forbidden(root):
    # Within such a sandbox nobody may make another.
    wall = ["bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/"]
    fault = faults(root, QUICK, before=wall)["sandbox"]
    assert "bubblewrap can't make a sandbox here" in fault["text"]
    assert "allow unprivileged user namespaces" in fault["remedy"]


def test_a_container_that_hides_parts_of_proc(root):
    # As Docker does unless told otherwise: then the kernel lets nobody mount another /proc.
    wall = ["bwrap", "--unshare-pid", "--dev-bind", "/", "/", "--proc", "/proc", "--tmpfs", "/proc/irq"]
    fault = faults(root, QUICK, before=wall)["sandbox"]
    assert "mount on /proc" in fault["text"]
    assert "--security-opt systempaths=unconfined" in fault["remedy"]


def pretend_installed(folder, name, version):
    """Write what pip writes of a package; on PYTHONPATH it stands before that of the environment."""
    (folder / f"{name}-{version}.dist-info").mkdir()
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (folder / f"{name}-{version}.dist-info" / "METADATA").write_text(text)


def test_wrong_numpy(root, tmp_path, light):
    pretend_installed(tmp_path, "numpy", "1.26.4")
    for before, remedy in (([], "make setup"), ([light], "pip install --require-hashes -r requirements/student.txt")):
        fault = faults(root, QUICK, PYTHONPATH=os.pathsep.join([*before, str(tmp_path), str(root)]))["packages"]
        assert "numpy 1.26.4 is installed, the lock has 2." in fault["text"]
        assert fault["remedy"].endswith(remedy)


def test_a_newer_jupyterlab_is_no_fault_where_nothing_grades(root, tmp_path, light):
    pretend_installed(tmp_path, "jupyterlab", "99.0")
    path = os.pathsep.join([str(tmp_path), str(root)])
    assert "jupyterlab 99.0 is installed" in faults(root, QUICK, PYTHONPATH=path)["packages"]["text"]
    assert "packages" not in faults(root, QUICK, PYTHONPATH=os.pathsep.join([light, path]))


def test_no_data(root):
    findings, _ = examine(root, QUICK)
    (data,) = [finding for finding in findings if finding["subject"] == "data"]
    # It will be downloaded: that is nothing to be afraid of.
    assert data["state"] == "note"
    assert "the first page that needs it downloads 170 MB" in data["text"]
    assert "gdl data --load" in data["remedy"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut short", b"\x1f\x8b cut short", b"text", None])
def test_corrupt_data(root, tmp_path, content):
    path = tmp_path / "cifar10.npz"
    if content is not None:
        path.write_bytes(content)
    fault = faults(root, QUICK, GDL_CIFAR10=str(path))["data"]
    assert "cifar10.npz" in fault["text"]
    assert "name another copy in GDL_CIFAR10" in fault["remedy"]


def test_disk_full(root):
    # A disk of one MiB for the temporary files.
    wall = ["bwrap", "--dev-bind", "/", "/", "--size", str(1 << 20), "--tmpfs", "/mnt", "--setenv", "TMPDIR", "/mnt"]
    fault = faults(root, QUICK, before=wall)["disk"]
    assert "Only 0.0 GiB are free for temporary files (/mnt)" in fault["text"]
    assert "TMPDIR" in fault["remedy"]


def test_gpu_required_and_absent(root):
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine has a GPU")
    fault = faults(root, GDL_REQUIRE_GPU="1")["GPU"]
    assert "GDL_REQUIRE_GPU asks for a GPU" in fault["text"]
    # Within a container and outside of one.
    assert re.search("start the container with --gpus all|unset GDL_REQUIRE_GPU", fault["remedy"])
    assert "GPU" in faults(root, QUICK, GDL_REQUIRE_GPU="1")
    assert "GPU" not in faults(root, QUICK, GDL_REQUIRE_GPU="0")


def test_stale_lock_and_lost_environment(root, tmp_path):
    for name in ("requirements", "_toc.yml"):
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, tmp_path / name)
    text = (root / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(text.replace('"numpy>=2.0"', '"numpy>=99", "no-such-package"'))
    (tmp_path / "nbgrader_config.py").write_text("c.JudgeCells.python = './students'\n")
    found = faults(tmp_path, QUICK)
    lost = found["Python of the notebooks"]
    assert lost["text"] == f"There is no Python at {tmp_path}/students." and "bin/python" in lost["remedy"]
    fault = found["lock"]
    assert "numpy>=99 (the lock has 2." in fault["text"]
    assert "no-such-package (not in the lock)" in fault["text"]
    assert fault["remedy"] == "make lock"


def test_a_tensorflow_that_does_not_start(root, tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('libcudart.so.99: cannot open shared object file')")
    fault = faults(root, PYTHONPATH=os.pathsep.join([str(tmp_path), str(root)]))["TensorFlow"]
    assert "libcudart.so.99" in fault["text"]


def driver_that_says(tmp_path, driver, cuda):
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho '| NVIDIA-SMI {driver}   Driver Version: {driver}   CUDA Version: {cuda} |'\n")
    program.chmod(0o755)
    return os.pathsep.join([str(tmp_path), os.environ["PATH"]])


def test_a_driver_without_a_gpu_that_tensorflow_sees(root, tmp_path):
    """A test double: a machine with a driver is not at hand; this one's output is in the form of the real one."""
    findings, code = examine(root, PATH=driver_that_says(tmp_path, "550.54.15", "12.4"))
    by_subject = {finding["subject"]: finding for finding in findings}
    assert code == 1
    # Of the same CUDA as TensorFlow, but for the number after the point: nothing is wrong with it.
    texts = [finding["text"] for finding in findings if finding["subject"] == "driver"]
    assert texts == ["The NVIDIA driver 550.54.15 serves CUDA up to 12.4."]
    assert "TensorFlow sees no GPU" in by_subject["GPU"]["text"]
    assert "requirements/image-cuda.txt" in by_subject["GPU"]["remedy"]


def test_a_driver_that_is_too_old_for_tensorflow(root, tmp_path):
    """The same double, with the CUDA of years ago."""
    built = pytest.importorskip("tensorflow").sysconfig.get_build_info()
    if not built.get("cuda_version"):
        pytest.skip("this TensorFlow was built without CUDA")
    fault = faults(root, PATH=driver_that_says(tmp_path, "450.1", "11.0"))["driver"]
    text = f"TensorFlow was built for CUDA {built['cuda_version']}, the driver 450.1 serves CUDA up to 11.0."
    assert fault["text"] == text
    assert fault["remedy"] == "install a newer driver, and restart the machine"


def test_for_people_it_prints_a_line_and_a_remedy(root, tmp_path):
    line = [sys.executable, "-c", "import gdl_utils.cli as cli; cli.app()", "doctor", QUICK]
    environment = {**os.environ, "GDL_CIFAR10": str(tmp_path / "missing.npz")}
    done = subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "FAULT data: " in done.stdout
    assert "        -> name another copy in GDL_CIFAR10" in done.stdout
    assert done.stdout.endswith("1 fault(s).\n")
    assert done.stderr == ""

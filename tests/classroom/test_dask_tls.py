"""A real Dask cluster with the certificates of deploy/dask: it grades, and answers nobody who has none."""

import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import threading
from pathlib import Path

import dask.config
import pytest
import yaml
from distributed import LocalCluster

from nbjudge import EngineOptions, Graded, Limits, MachineError, SchedulerError
from nbjudge import cluster as workers_of_dask
from nbjudge.cluster import dask_workers
from nbjudge.pool import grade_all
from nbjudge.results import pack_error
from tests.classroom.small_course import FULL, NAME, RIGHT, hand_in, make_course, scores
from tests.nbjudge.small import assignment, submission

PROGRAMS = Path(sys.executable).parent
TASK = assignment("assert x == 1")


def environment(folder=None):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")}
    return {**kept, "DASK_CONFIG": str(folder)} if folder else kept


def make_certificates(root, folder, *more):
    program = [root / "deploy" / "dask" / "certificates", folder, *more]
    return subprocess.run(program, capture_output=True, text=True)


@pytest.fixture(scope="module")
def certificates(root, tmp_path_factory):
    """The folder of the cluster's certificates, and that of another one's."""
    folders = [tmp_path_factory.mktemp("tls") / name for name in ("ours", "others")]
    for folder in folders:
        done = make_certificates(root, folder)
        assert done.returncode == 0, done.stderr
    return folders


def dask_program(folder, said, *arguments):
    """Start a program of Dask's; the process, and what it says of its address."""
    process = subprocess.Popen(
        [PROGRAMS / "dask", *arguments],
        env=environment(folder),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    log = []
    for line in process.stderr:
        log.append(line)
        if match := re.search(said, line):
            threading.Thread(target=lambda: [None for _ in process.stderr], daemon=True).start()
            return process, match[1]
    raise AssertionError("".join(log))


HERE = ("--host", "127.0.0.1", "--no-dashboard")


@pytest.fixture(scope="module")
def cluster(certificates):
    """Addresses of a scheduler and its worker."""
    scheduler, address = dask_program(
        certificates[0], r"Scheduler at:\s+(\S+)", "scheduler", "--protocol", "tls", "--port", "0", *HERE
    )
    worker, place = dask_program(
        certificates[0], r"Start worker at:\s+(\S+)", "worker", address, "--nthreads", "1", *HERE
    )
    yield address, place
    for process in (worker, scheduler):
        process.terminate()
        process.wait(30)


def configured(folder=None):
    """Dask's configuration in this process as that folder has it; as Dask is shipped without one."""
    if folder is None:
        return dask.config.set()
    settings = yaml.safe_load((folder / "distributed.yaml").read_text())
    return dask.config.set(dask.config.merge(dask.config.config, settings))


def test_a_class_is_graded_over_tls(cluster, certificates, tmp_path, root):
    course = make_course(tmp_path / "course", root, {})
    hand_in(course, "ada")
    hand_in(course, "emmy", {**RIGHT, "square": "def square(x):\n    return 2"})
    line = [PROGRAMS / "gdl", "grade", NAME, "--course", course.folder, "--scheduler"]
    done = subprocess.run(
        [*line, cluster[0]], cwd=root, env=environment(certificates[0]), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WITHOUT TLS" not in done.stdout
    assert scores(course)["ada"] == FULL
    assert scores(course)["emmy"]["square-hidden"] == (0, False)
    # The same command, by somebody without certificates.
    done = subprocess.run([*line, cluster[0], "--regrade"], cwd=root, env=environment(), capture_output=True, text=True)
    assert done.returncode == 2
    assert f"Dask has no certificates for {cluster[0]}" in done.stderr
    done = subprocess.run([*line, "tcp://127.0.0.1:9"], cwd=root, env=environment(), capture_output=True, text=True)
    assert "WITHOUT TLS: anyone who reaches this scheduler" in done.stdout


def connect(address):
    with dask_workers(address, TASK, Limits(), EngineOptions()):
        raise AssertionError(f"{address} lets everybody in")


def test_nobody_without_a_certificate_gets_anywhere(cluster, certificates):
    for address in cluster:
        for folder in (certificates[1], None):
            with pytest.raises(SchedulerError), configured(folder):
                connect(address)
            with pytest.raises(SchedulerError), configured(folder):
                connect(address.replace("tls:", "tcp:"))
    # Nor does the client speak to a scheduler without one.
    with configured(certificates[0]), pytest.raises(SchedulerError, match="allows only encrypted connections"):
        connect("tcp://127.0.0.1:9")


@pytest.mark.parametrize("which", ["none", "another cluster's", "plain"])
def test_not_a_byte_is_told_to_strangers(which, cluster, certificates):
    """Below Dask: neither scheduler nor worker says anything to who has no certificate, or no TLS at all."""
    for address in cluster:
        host, port = address.removeprefix("tls://").split(":")
        connection = socket.create_connection((host, int(port)), timeout=10)
        context = ssl.create_default_context(cafile=certificates[0] / "ca.pem")
        context.check_hostname = False
        if which == "another cluster's":
            context.load_cert_chain(certificates[1] / "client.pem", certificates[1] / "client-key.pem")
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError)), connection:
            if which != "plain":
                connection = context.wrap_socket(connection)
            connection.sendall(b"\0" * 64)
            if not connection.recv(100):
                raise EOFError


def test_a_client_certificate_makes_no_scheduler(certificates, tmp_path):
    folder = tmp_path / "stolen"
    folder.mkdir()
    settings = yaml.safe_load((certificates[0] / "distributed.yaml").read_text())
    tls = settings["distributed"]["comm"]["tls"]
    tls["scheduler"] = tls["client"]
    (folder / "distributed.yaml").write_text(yaml.safe_dump(settings))
    process, address = dask_program(
        folder, r"Scheduler at:\s+(\S+)", "scheduler", "--protocol", "tls", "--port", "0", *HERE
    )
    try:
        with configured(certificates[0]), pytest.raises(SchedulerError, match="No Dask scheduler answers"):
            connect(address)
    finally:
        process.terminate()
        process.wait(30)


def test_certificates_are_made_once_and_keys_are_private(root, certificates, tmp_path):
    names = {path.name for path in certificates[0].iterdir()}
    roles = ("scheduler", "worker", "client")
    assert names == {"ca.pem", "distributed.yaml", *(f"{role}{end}.pem" for role in roles for end in ("", "-key"))}
    for name in names:
        mode = stat.S_IMODE((certificates[0] / name).stat().st_mode)
        assert mode == (0o600 if name.endswith("-key.pem") else 0o644)
    assert stat.S_IMODE(certificates[0].stat().st_mode) == 0o700
    again = make_certificates(root, certificates[0])
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
    assert make_certificates(root, tmp_path / "tls", "/etc/gdl-dask").returncode == 0
    settings = yaml.safe_load((tmp_path / "tls" / "distributed.yaml").read_text())["distributed"]["comm"]
    assert settings["require-encryption"] is True
    assert settings["tls"]["worker"] == {"cert": "/etc/gdl-dask/worker.pem", "key": "/etc/gdl-dask/worker-key.pem"}
    with configured(tmp_path / "tls"), pytest.raises(SchedulerError, match="No such file"):
        connect("tls://127.0.0.1:9")


def test_examples_ask_for_tls(root):
    cluster = (root / "deploy" / "kubernetes" / "dask.yaml").read_text()
    for part in yaml.safe_load_all(cluster):
        if part["kind"] == "Deployment":
            (container,) = part["spec"]["template"]["spec"]["containers"]
            assert "tls" in container["command"] or "tls://gdl-scheduler:8786" in container["command"]
            assert "--no-dashboard" in container["command"]
            assert {"name": "DASK_CONFIG", "value": "/etc/gdl-dask"} in container["env"]
            assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/etc/gdl-dask"]
    assert "tcp://" not in cluster


def lie(_shared, answer):
    """In the place of `_grade_there`: what a worker sends that has been taken over."""
    return {"ada": pack_error(ValueError("x")), "emmy": b"\x80\x04.", "kurt": 3, "lise": Graded([])}[answer]


def test_what_workers_send_is_bytes_and_lies_cost_one(monkeypatch):
    """On a cluster in this process: what arrives is the engine's own format, or that submission's failure."""
    arrived = []

    def settle(result, done, task, real=workers_of_dask._settle):
        arrived.append(done.result())
        real(result, done, task)

    monkeypatch.setattr(workers_of_dask, "_settle", settle)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as local:
        with dask_workers(local.scheduler_address, TASK, Limits(), EngineOptions()) as (submit, count):
            results = dict(grade_all([("ada", lambda: submission(TASK, "x = 1"))], submit, count))
        assert results["ada"].score == 2
        assert [type(each) for each in arrived] == [bytes]
        monkeypatch.setattr(workers_of_dask, "_grade_there", lie)
        with dask_workers(local.scheduler_address, TASK, Limits(), EngineOptions()) as (submit, count):
            jobs = [(name, lambda name=name: name) for name in ("ada", "emmy", "kurt", "lise")]
            results = dict(grade_all(jobs, submit, count))
    assert set(results) == {"ada", "emmy", "kurt", "lise"}
    assert {type(result) for result in results.values()} == {MachineError}
    assert "sent no result of this assignment" in str(results["emmy"])

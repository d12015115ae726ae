"""A run that is killed or interrupted goes on where it was, and loses and doubles nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster
from nbgrader.api import Grade, Gradebook, SubmittedAssignment

from tests.classroom import postgresql
from tests.classroom.small_course import NAME, RIGHT, make_course, scores

CLASS = 200
MARK = "GDL_TEST_RUN"


def start(root: Path, folder: Path, *options, before=()):
    """Start `gdl grade` for a small course, as one does on a terminal."""
    program = Path(sys.executable).with_name("gdl")
    line = [*before, program, "grade", NAME, "--course", folder, "--workers", "2", "--cell-seconds", "3", *options]
    variables = {**os.environ, MARK: str(folder)}
    return subprocess.Popen(
        line, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables,
        # What a shell starts in the background ignores Ctrl-C, and so would the run.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def graded(folder: Path) -> int:
    """GradingOptions many submissions have been graded and recorded."""
    return sum(1 for _ in (folder / "autograded").glob(f"*/{NAME}/.gdl-grade.json"))


def students(count: int):
    """Right, wrong and broken submissions in turn."""
    kinds = [RIGHT, {**RIGHT, "square": "def square(x):\n    return x + 2"}, {}, b"{", {**RIGHT, "name": "1 / 0"}]
    return {f"student-{number:03d}": kinds[number % len(kinds)] for number in range(count)}


def wait_for(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def left_of(folder: Path):
    """Processes that a run for this folder started, known by their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def rows(folder: Path):
    """Numbers of submissions and grades in the gradebook."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        return gradebook.db.query(SubmittedAssignment).count(), gradebook.db.query(Grade).count()


def test_ctrl_c_stops_cleanly_says_how_to_go_on_and_leaves_nothing(tmp_path, root):
    folder = make_course(tmp_path, root, students(120))
    run = start(root, folder)
    assert wait_for(lambda: graded(folder) >= 3, 60)
    assert len(left_of(folder)) > 3, "the run, its workers and their sandboxes"
    run.send_signal(signal.SIGINT)
    output, _ = run.communicate(timeout=20)
    assert run.returncode == 130, output
    assert "the same command goes on with the others" in output
    assert "Traceback" not in output
    assert wait_for(lambda: not left_of(folder), 5)
    done = graded(folder)
    assert 3 <= done < 120
    again = start(root, folder)
    output, _ = again.communicate(timeout=100)
    assert again.returncode == 1, output
    assert f"120 submissions, {done} of them graded before; 24 need attention." in output
    assert rows(folder) == (120, 120 * 4)


def test_a_worker_that_is_killed_costs_nothing_and_holds_up_nothing(tmp_path, root):
    folder = make_course(tmp_path, root, students(40))
    for place in (folder / "submitted").glob(f"*/{NAME}"):
        # More than a pipe holds: work that is handed out waits to be read.
        (place / "data.bin").write_bytes(bytes(200_000))
    run = start(root, folder)
    assert wait_for(lambda: graded(folder) >= 3, 60)
    workers = [one for one in psutil.Process(run.pid).children() if "spawn_main" in " ".join(one.cmdline())]
    assert len(workers) == 2
    workers[0].kill()
    assert graded(folder) < 40
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 1, output
    assert "40 submissions, 0 of them graded before; 8 need attention." in output
    assert wait_for(lambda: not left_of(folder), 5)


def test_a_full_disk_stops_it_and_says_how_to_go_on(tmp_path, root):
    folder = make_course(tmp_path, root, students(40))
    (folder / "autograded").mkdir()
    # A disk of so many bytes in the place of the folder; the gradebook lies on another one.
    wall = ["bwrap", "--dev-bind", "/", "/", "--size", str(200_000), "--tmpfs", folder / "autograded"]
    run = start(root, folder, before=wall)
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 2, output
    assert "can't be written to" in output
    assert "No space left on device" in output
    assert "Traceback" not in output
    assert wait_for(lambda: not left_of(folder), 5)
    again = start(root, folder)
    output, _ = again.communicate(timeout=100)
    assert "40 submissions, 0 of them graded before; 8 need attention." in output
    assert rows(folder) == (40, 40 * 4)


def test_a_gradebook_that_goes_away_stops_it_and_says_why(tmp_path, root):
    folder = make_course(tmp_path, root, students(120))
    # A socket's path must be short.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        with postgresql.server(Path(place) / "pg") as new_database:
            url = new_database()
            run = start(root, folder, "--db", url)
            assert wait_for(lambda: graded(folder) >= 3, 60)
            # As the kernel does that needs memory: the server ends all connections and recovers.
            victim = next(one for one in psutil.process_iter() if f"{place}/pg" in " ".join(one.cmdline()))
            for backend in victim.children():
                if " grader " in " ".join(backend.cmdline()):
                    backend.kill()
            output, _ = run.communicate(timeout=60)
            assert run.returncode == 2, output
            assert f"The gradebook {url.partition('?')[0]}" in output
            assert "Traceback" not in output
            done = graded(folder)
            assert 3 <= done < 120
            output, _ = start(root, folder, "--db", url).communicate(timeout=100)
            assert f"120 submissions, {done} of them graded before; 24 need attention." in output


@pytest.mark.slow
def test_killed_at_fifty_moments_it_ends_like_an_undisturbed_run(tmp_path, root):
    undisturbed, folder = tmp_path / "undisturbed", tmp_path / "killed"
    for one in (undisturbed, folder):
        one.mkdir()
        make_course(one, root, students(CLASS))
    first = start(root, undisturbed)
    first.communicate(timeout=600)
    assert first.returncode == 1
    # The moments are chosen by the speed of the machine: a fast one would have graded all before the fiftieth.
    began = time.monotonic()
    start(root, undisturbed).communicate(timeout=600)
    start_seconds = time.monotonic() - began
    chance = random.Random(3)
    in_midst = 0
    for _ in range(50):
        had = graded(folder)
        run = start(root, folder)
        if chance.random() < 0.3:
            # At any moment, the start included.
            time.sleep(chance.uniform(0, start_seconds))
        else:
            wait_for(lambda: graded(folder) >= min(had + chance.randint(1, 2), CLASS), 60)  # noqa: B023
            time.sleep(chance.uniform(0, start_seconds / 50))
        run.kill()
        run.communicate()
        in_midst += graded(folder) < CLASS
        assert wait_for(lambda: not left_of(folder), 10), "what the run had started has ended too"
    assert in_midst >= 40, "nearly all moments lay before the end"
    last = start(root, folder)
    output, _ = last.communicate(timeout=600)
    assert last.returncode == 1, output
    assert scores(folder) == scores(undisturbed)
    assert rows(folder) == rows(undisturbed) == (CLASS, CLASS * 4)
    for path in (undisturbed / "autograded").glob(f"*/{NAME}/*.ipynb"):
        expected, found = (
            json.loads((one / path.relative_to(undisturbed)).read_text()) for one in (undisturbed, folder)
        )
        assert found["cells"] == expected["cells"], path


@pytest.mark.slow
def test_a_dask_worker_that_is_killed_costs_nothing(tmp_path, root):
    folder, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    for one in (undisturbed, folder):
        one.mkdir()
        make_course(one, root, students(60))
    start(root, undisturbed).communicate(timeout=300)
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        run = start(root, folder, "--scheduler", cluster.scheduler_address)
        killed = []

        def kill():
            wait_for(lambda: graded(folder) >= 10, 100)
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        output, _ = run.communicate(timeout=300)
        thread.join()
    assert killed
    assert run.returncode == 1, output
    assert scores(folder) == scores(undisturbed)
    assert rows(folder) == (60, 60 * 4)

"""A run that is killed or interrupted goes on where it was, and loses and doubles nothing."""

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
from nbgrader.api import Grade, SubmittedAssignment

from gdl_utils.classroom.course import RECORD, Course
from tests.classroom import postgresql
from tests.classroom.small_course import NAME, RIGHT, gradebook_of, graded_notebook, make_course, scores
from tests.nbjudge.processes import workers_of

pytestmark = pytest.mark.timing
CLASS = 300
MARK = "GDL_TEST_RUN"


def start(root: Path, course: Course, *options, before=()):
    """Start `gdl grade` for a small course, as one does on a terminal."""
    program = Path(sys.executable).with_name("gdl")
    line = [
        *before,
        program,
        "grade",
        NAME,
        "--course",
        course.folder,
        "--workers",
        "2",
        "--cell-seconds",
        "3",
        *options,
    ]
    variables = {**os.environ, MARK: str(course.folder)}
    return subprocess.Popen(
        line, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables,
        # What a shell starts in the background ignores Ctrl-C, and so would the run.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def graded(course: Course) -> int:
    """How many submissions have been graded and recorded."""
    return sum(1 for _ in course.results.glob(f"*/{NAME}/{RECORD}"))


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


def line_of(process: psutil.Process) -> str:
    """The command line of a process, empty if it has ended meanwhile."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def left_of(course: Course):
    """Processes that a run for this course started, known by their environment."""
    left = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(course.folder):
                left.append(process)
        except psutil.Error:
            continue
    return left


def rows(course: Course):
    """Numbers of submissions and grades in the gradebook."""
    with gradebook_of(course) as gradebook:
        return gradebook.db.query(SubmittedAssignment).count(), gradebook.db.query(Grade).count()


def two_courses(folder: Path, root: Path, submissions):
    """The same class twice: one that is left in peace, and one that is not."""
    for name in ("undisturbed", "killed"):
        (folder / name).mkdir()
        yield make_course(folder / name, root, submissions)


def test_ctrl_c_says_how_to_go_on_and_leaves_nothing(tmp_path, root):
    course = make_course(tmp_path, root, students(120))
    run = start(root, course)
    assert wait_for(lambda: graded(course) >= 3, 60)
    assert len(left_of(course)) > 3, "the run, its workers and their sandboxes"
    run.send_signal(signal.SIGINT)
    output, _ = run.communicate(timeout=20)
    assert run.returncode == 130, output
    assert "run the same command again to grade the others" in output
    assert "Traceback" not in output
    assert wait_for(lambda: not left_of(course), 5)
    done = graded(course)
    assert 3 <= done < 120
    again = start(root, course)
    output, _ = again.communicate(timeout=100)
    assert again.returncode == 1, output
    assert f"120 submissions, {done} of them graded before; 24 need attention." in output
    assert rows(course) == (120, 120 * 4)


VICTIMS = {"a worker": lambda worker: worker, "what it was forked from": lambda worker: worker.parent()}


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_worker_that_is_killed_costs_nothing(tmp_path, root, victim):
    course = make_course(tmp_path, root, students(40))
    for place in course.submissions.glob(f"*/{NAME}"):
        # More than a pipe holds: work that is handed out waits to be read.
        (place / "data.bin").write_bytes(bytes(200_000))
    run = start(root, course)
    assert wait_for(lambda: graded(course) >= 3, 60)
    workers = workers_of(psutil.Process(run.pid))
    assert len(workers) == 2
    VICTIMS[victim](workers[0]).kill()
    assert graded(course) < 40
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 1, output
    assert "40 submissions, 0 of them graded before; 8 need attention." in output
    assert wait_for(lambda: not left_of(course), 5)


def test_a_full_disk_stops_it_and_says_how_to_go_on(tmp_path, root):
    course = make_course(tmp_path, root, students(40))
    course.results.mkdir()
    # A disk of so many bytes in the place of the folder; the gradebook lies on another one.
    wall = ["bwrap", "--dev-bind", "/", "/", "--size", str(200_000), "--tmpfs", course.results]
    run = start(root, course, before=wall)
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 2, output
    assert "Cannot write student-" in output
    assert "No space left on device" in output
    assert "Traceback" not in output
    assert wait_for(lambda: not left_of(course), 5)
    again = start(root, course)
    output, _ = again.communicate(timeout=100)
    assert "40 submissions, 0 of them graded before; 8 need attention." in output
    assert rows(course) == (40, 40 * 4)


def test_a_gradebook_that_goes_away_stops_it_and_says_why(tmp_path, root):
    course = make_course(tmp_path, root, students(120))
    # A socket's path must be short.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        with postgresql.server(Path(place) / "pg") as new_database:
            url = new_database()
            run = start(root, course, "--db", url)
            assert wait_for(lambda: graded(course) >= 3, 60)
            # As the kernel does that needs memory: the server ends all connections and recovers.
            servers = psutil.process_iter()
            victim = next(server for server in servers if f"{place}/pg" in line_of(server))
            for backend in victim.children():
                if " grader " in line_of(backend):
                    backend.kill()
            output, _ = run.communicate(timeout=60)
            assert run.returncode == 2, output
            assert f"The gradebook {url.partition('?')[0]}" in output
            assert "Traceback" not in output
            done = graded(course)
            assert 3 <= done < 120
            output, _ = start(root, course, "--db", url).communicate(timeout=100)
            assert f"120 submissions, {done} of them graded before; 24 need attention." in output


@pytest.mark.slow
def test_killed_at_fifty_moments_it_ends_as_if_undisturbed(tmp_path, root):
    undisturbed, course = two_courses(tmp_path, root, students(CLASS))
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
        had = graded(course)
        run = start(root, course)
        if chance.random() < 0.3:
            # At any moment, the start included.
            time.sleep(chance.uniform(0, start_seconds))
        else:
            wait_for(lambda: graded(course) >= min(had + chance.randint(1, 2), CLASS), 60)  # noqa: B023
            time.sleep(chance.uniform(0, start_seconds / 50))
        run.kill()
        run.communicate()
        in_midst += graded(course) < CLASS
        has_ended = wait_for(lambda: not left_of(course), 10)
        assert has_ended, ("what the run had started has ended too", list(map(line_of, left_of(course))))
    assert in_midst >= 40, "nearly all moments lay before the end"
    last = start(root, course)
    output, _ = last.communicate(timeout=600)
    assert last.returncode == 1, output
    assert scores(course) == scores(undisturbed)
    assert rows(course) == rows(undisturbed) == (CLASS, CLASS * 4)
    for student in undisturbed.students(NAME):
        assert graded_notebook(course, student).cells == graded_notebook(undisturbed, student).cells, student


@pytest.mark.slow
def test_a_dask_worker_that_is_killed_costs_nothing(tmp_path, root):
    undisturbed, course = two_courses(tmp_path, root, students(60))
    start(root, undisturbed).communicate(timeout=300)
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        run = start(root, course, "--scheduler", cluster.scheduler_address)
        killed = []

        def kill():
            wait_for(lambda: graded(course) >= 10, 100)
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        output, _ = run.communicate(timeout=300)
        thread.join()
    assert killed
    assert run.returncode == 1, output
    assert scores(course) == scores(undisturbed)
    assert rows(course) == (60, 60 * 4)

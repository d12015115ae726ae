"""Runs the bank of attacks against the engine, among honest submissions."""

import json
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import nbformat
import pytest
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from gdl_utils.stderr import redirect_stderr
from nbjudge import EngineOptions, Graded, Submission, grade
from nbjudge.zygote_client import close_zygotes
from tests.attacks import victims
from tests.attacks.bank import LIMITS, Attack, attacks, honest
from tests.nbjudge.processes import descendants
from tests.notebooks import Cell, as_bytes

pytestmark = pytest.mark.timing

ROOT = Path(__file__).resolve().parents[2]
BANK = attacks()
MOST = 300 << 20  # bytes that one attack may make the grading process itself grow by
OTHER = "victims-neighbour"


def _cases(bank: list[Attack]) -> list[object]:
    return [pytest.param(attack, id=attack.name) for attack in bank]


class Machine:
    """What is around the grading: a secret file, a secret variable, another submission, a port that listens."""

    def __init__(self, folder: Path):
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.host = folder / "host.txt"
        self.host.write_text(victims.SECRETS["file of the machine"])
        other = folder / "submitted" / OTHER
        other.mkdir(parents=True)
        (other / "plain.ipynb").write_text(victims.SECRETS["other submission"])
        self.visits = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.places = {"HOST_FILE": str(self.host), "PORT": str(self.listener.getsockname()[1])}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self.listener.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        self.listener.close()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    around = Machine(tmp_path_factory.mktemp("machine"))
    before = os.environ.get("ATTACKED"), tempfile.tempdir
    os.environ["ATTACKED"] = victims.SECRETS["environment of who grades"]
    tempfile.tempdir = str(around.temp)
    mounts = Path("/proc/self/mounts").read_text()
    # Other tests may have started what lasts, such as the helper of Python's process pools.
    others = descendants()
    try:
        yield around
    finally:
        close_zygotes()
        around.close()
        tempfile.tempdir = before[1]
        if before[0] is None:
            del os.environ["ATTACKED"]
    # Nothing is left behind, on the machine either.
    assert Path("/proc/self/mounts").read_text() == mounts
    assert list(around.temp.iterdir()) == []
    assert around.visits == 0
    for folder in ("/tmp", "/dev/shm", "/dev", "/var/tmp"):
        if os.access(folder, os.R_OK):
            assert [path for path in Path(folder).iterdir() if victims.LEFT in path.name] == []
    assert _settled(others) <= others


def _settled(wanted: set[int]) -> set[int]:
    # Ended processes are removed by those who started them, in their own time.
    until = time.monotonic() + 3
    while (left := descendants()) - wanted and time.monotonic() < until:
        time.sleep(0.02)
    return left


def _run(machine: Machine, attack: Attack, options: EngineOptions) -> Graded:
    for _ in range(attack.times):
        graded = grade(victims.assignment(attack.victim), attack.submission(machine.places), attack.limits, options)
    return graded


def what_student_sees(graded: Graded, after_hidden_tests: bool = False) -> str:
    """All that a student could come to see of a result, and, if wished, what feedback leaves out of it.

    Feedback shows no outputs from the first hidden test on, since the student's code has seen hidden inputs there.
    """
    parts: list[object] = [graded.log, graded.attention, [*graded.hints.values()]]
    for notebook in graded.notebooks:
        parts += [notebook.findings, notebook.reason]
        if after_hidden_tests:
            parts.append({name: data.decode("utf-8", "replace") for name, data in notebook.files.items()})
        hidden = False
        for cell in (notebook.content or {}).get("cells", []):
            hidden = hidden or (_is_test(cell) and "BEGIN HIDDEN TESTS" in cell["source"])
            if not _is_test(cell) and (after_hidden_tests or not hidden):
                parts.append([cell["source"], cell.get("outputs", []), cell["metadata"]])
    return json.dumps(parts, ensure_ascii=False, default=str)


def _is_test(cell: Cell) -> bool:
    mine = cell["metadata"].get("nbgrader", {})
    return bool(mine.get("grade") and not mine.get("solution"))


def check(attack: Attack, graded: Graded) -> None:
    """The verdict is as expected, and nothing was got."""
    scores = {name: score for (_, name), score in graded.scores.items()}
    by_hand = {name: scores.pop(name) for name in ("essay",) if name in scores}
    told = f"{graded.status}, {graded.attention}, {graded.log[:5]}, {graded.hints}"
    assert {name: score for name, score in scores.items() if score} == attack.points, told
    assert set(by_hand.values()) <= {None, 0.0}
    assert graded.max_score == sum(victims.VICTIMS[attack.victim].points.values()) + (3 if by_hand else 0)
    assert graded.status in attack.status, told
    everything = what_student_sees(graded, after_hidden_tests=True)
    for what, secret in victims.SECRETS.items():
        assert secret not in everything, f"the attack read the {what}"
    assert victims.HIDDEN_INPUT not in what_student_sees(graded), "the attack showed the input of a hidden test"
    assert victims.SUCCESS not in everything, re.findall(f".{{,200}}{victims.SUCCESS}.{{,200}}", everything)[:1]
    for notebook in graded.notebooks:
        content = nbformat.from_dict(notebook.content)
        nbformat.validate(content)
        assert len(nbformat.writes(content).encode()) < 20 << 20
        assert len(notebook.files) <= 1000
        for name in notebook.files:
            assert not name.endswith(".ipynb"), "a file that could be taken for a result"
            assert len(os.fsencode(name)) < 256


def check_honest(victim: str, options: EngineOptions) -> None:
    """An honest submission gets all its points."""
    graded = grade(victims.assignment(victim), honest(victim), LIMITS[victim], options)
    scores = {name: score for (_, name), score in graded.scores.items() if name != "essay"}
    assert scores == victims.VICTIMS[victim].points, (graded.attention, graded.log, graded.hints)
    assert graded.attention == []
    assert graded.notebooks[0].files == {}


def fight(machine: Machine, attack: Attack, options: EngineOptions) -> None:
    """Grade an attack between honest submissions, and look at all that could have gone wrong."""
    # Also so that the zygote is there before processes are counted.
    check_honest(attack.victim, options)
    before = descendants()
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    start = time.monotonic()
    graded = _run(machine, attack, options)
    seconds = (time.monotonic() - start) / attack.times
    assert _settled(before) <= before, "processes are left"
    if attack.name.startswith("harm"):
        check_honest(attack.victim, options)
    check(attack, graded)
    assert seconds < attack.limits.notebook_seconds + 15
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10) - size < MOST, "the grading process grew"


@pytest.mark.parametrize("attack", _cases(BANK))
def test_attack_fails(machine: Machine, attack: Attack) -> None:
    fight(machine, attack, EngineOptions(warm=True, sandboxed=True))


@pytest.mark.parametrize("victim", list(victims.VICTIMS))
def test_honest_submission_after_all_attacks(machine: Machine, victim: str) -> None:
    check_honest(victim, EngineOptions())


@pytest.mark.slow
@pytest.mark.parametrize("attack", _cases([attack for attack in BANK if attack.victim == "plain"]))
def test_attack_fails_cold(machine: Machine, attack: Attack) -> None:
    fight(machine, attack, EngineOptions(warm=False, sandboxed=True))


# nbgrader as shipped


@dataclass
class Course:
    """A course folder in nbgrader's own layout, graded by nbgrader as shipped."""

    api: NbGraderAPI
    folder: Path

    def grade(self, student: str, submission: Submission) -> tuple[dict[str, float], str]:
        """Points by grade_id, and all outputs of cells that are no tests."""
        place = self.folder / "submitted" / student / "plain"
        for name, data in submission.files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        before = Path.cwd()
        try:
            with redirect_stderr(self.folder / "log.txt"):
                self.api.autograde("plain", student)
        finally:
            os.chdir(before)
        graded = nbformat.read(self.folder / "autograded" / student / "plain" / "plain.ipynb", 4)
        shown = [cell.outputs for cell in graded.cells if cell.cell_type == "code" and not utils.is_grade(cell)]
        with Gradebook(self.api.coursedir.db_url) as gradebook:
            notebooks = gradebook.find_submission("plain", student).notebooks
            scores = {grade.name: grade.score for notebook in notebooks for grade in notebook.grades}
        return scores, json.dumps(shown)


@pytest.fixture(scope="module")
def course(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("course")
    source = folder / "source" / "plain"
    source.mkdir(parents=True)
    (source / "plain.ipynb").write_bytes(as_bytes(victims.PLAIN))
    for name, data in victims.assignment("plain").hidden.items():
        (source / name).write_bytes(data)
    neighbour = folder / "submitted" / OTHER / "plain"
    neighbour.mkdir(parents=True)
    (neighbour / "plain.ipynb").write_text(victims.SECRETS["other submission"])
    settings = Config()
    settings.CourseDirectory.root = str(folder)
    settings.CourseDirectory.db_url = f"sqlite:///{folder}/gradebook.db"
    settings.ExecutePreprocessor.timeout = 20
    before, path = Path.cwd(), os.environ.get("PATH", "")
    # nbgrader looks there for alembic, and changes the working directory.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        with redirect_stderr(folder / "log.txt"):
            api = NbGraderAPI(config=settings)
            assert api.generate_assignment("plain")["success"]
    finally:
        os.chdir(before)
        os.environ["PATH"] = path
    return Course(api, folder)


@pytest.mark.slow
def test_stock_nbgrader_grades_an_honest_submission(machine: Machine, course: Course) -> None:
    scores, _ = course.grade("honest", honest("plain"))
    assert {name: score for name, score in scores.items() if score} == victims.PLAIN_POINTS


# Only attacks for points and secrets: nothing would hold those that harm.
@pytest.mark.slow
@pytest.mark.parametrize("attack", _cases([attack for attack in BANK if attack.stock]))
def test_stock_nbgrader_falls_for_it(machine: Machine, course: Course, attack: Attack) -> None:
    assert attack.name.startswith(("gain", "read"))
    scores, shown = course.grade(attack.name.replace("/", "-"), attack.submission(machine.places))
    gained = sum(scores.values()) > sum(attack.points.values())
    read = [what for what, secret in victims.SECRETS.items() if secret in shown]
    assert gained or read, (scores, shown[:2000])


# An ordinary user


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="the tests are run by an ordinary user anyway")
@pytest.mark.skipif(ROOT.is_relative_to("/tmp"), reason="the folder for temporary files is needed for others")
def test_attacks_fail_for_an_ordinary_user(tmp_path: Path) -> None:
    # In mounts of its own: the interpreter may be where only root can look, which is opened there and nowhere else.
    lines = ["set -e", "umask 022"]
    needed = {path.resolve() for path in (Path(sys.base_prefix), Path(sys.prefix), ROOT)}
    covered = {path: folder for path in sorted(needed) if (folder := _closed(path))}
    kept = {path: tmp_path / str(number) for number, path in enumerate(covered)}
    for path, place in kept.items():
        place.mkdir()
        lines.append(f"mount --rbind {quote(str(path))} {quote(str(place))}")
    lines += [f"mount -t tmpfs -o mode=755 tmpfs {quote(str(folder))}" for folder in sorted(set(covered.values()))]
    for path, place in kept.items():
        lines += [f"mkdir -p {quote(str(path))}", f"mount --rbind {quote(str(place))} {quote(str(path))}"]
    lines.append("mount -t tmpfs -o mode=1777 tmpfs /tmp")
    lines.append('exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"')
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", str(Path(__file__))]
    line = ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(lines), "sh", *tests]
    variables = {**os.environ, "HOME": "/tmp", "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(line, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "skipped" not in done.stdout


def _closed(path: Path) -> Path | None:
    """The first folder on the way to a path that others may not pass."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 1), None)

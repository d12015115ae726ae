"""What is wrong with one submission, or happens to it, is that submission's matter: the others are graded."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

import gdl_utils.classroom.grade as grading
import gdl_utils.classroom.graded_folder as graded_folder
import gdl_utils.classroom.keys as keys
import nbjudge.grading
import nbjudge.supervisor
from gdl_utils.classroom.course import RECORD, TIMESTAMP
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.errors import GradingError
from nbjudge import grade as grade_submission
from nbjudge.supervisor import NotebookRun
from nbjudge.zygote_client import ZygoteClient, close_zygotes
from tests.classroom.by_nbgrader import small_course
from tests.classroom.small_course import BOOK, NAME, RIGHT, grade, hand_in, make_course, scores

MARK = b"This one is unlucky."
LUCKY = {"ada": RIGHT, "zoe": RIGHT}


class UnluckyError(Exception):
    """What no part of the engine expects."""


@pytest.fixture
def in_this_process(monkeypatch):
    """Grade in threads of this process, where steps can be made to fail."""

    @contextmanager
    def workers(_count, assignment, limits, options):
        with ThreadPoolExecutor(1) as executor:
            yield lambda submission: executor.submit(grade_submission, assignment, submission, limits, options)
            executor.submit(close_zygotes).result()

    monkeypatch.setattr(grading, "local_workers", workers)


def unlucky_course(folder, root):
    """Three submissions, of which that in the middle has a mark in a file beside it."""
    course = make_course(folder, root, {**LUCKY, "may": RIGHT})
    (course.submitted("may", NAME) / "mark.txt").write_bytes(MARK)
    return course


def failing(monkeypatch, owner, name, is_unlucky):
    """Let a function fail where it is about the unlucky submission."""
    before = getattr(owner, name)

    def step(*args, **kwargs):
        if is_unlucky(args):
            raise UnluckyError(f"in {name}")
        return before(*args, **kwargs)

    monkeypatch.setattr(owner, name, step)


def about_may(args):
    """Whether the arguments of a call hold the name or the file of the unlucky student."""
    return any("may" in (arg if isinstance(arg, str) else str(arg) if isinstance(arg, Path) else "") for arg in args)


def holds_mark(args):
    """Whether the arguments of a call hold the file of the unlucky student."""
    return any(MARK in arg.values() for arg in args if isinstance(arg, dict))


READ = [(keys, "read_files"), (grading, "read_submission"), (keys, "check_submission")]
KEPT = [(keys, "read_timestamp"), (graded_folder, "handed_in_beside")]


@pytest.mark.parametrize(("owner", "name"), [*READ, *KEPT], ids=lambda value: value if isinstance(value, str) else "")
def test_a_failure_to_read_or_keep_is_of_one_submission(owner, name, tmp_path, root, monkeypatch):
    course = unlucky_course(tmp_path, root)
    failing(monkeypatch, owner, name, about_may)
    check_that_others_are_graded(course, f"UnluckyError: in {name}")


@pytest.mark.parametrize(
    ("owner", "name", "is_unlucky"),
    [
        (NotebookRun, "run", holds_mark),
        (nbjudge.supervisor, "files_to_keep", lambda args: "left.txt" in args[0]),
        (nbjudge.grading, "rebuild", lambda args: b"unlucky" in args[1]),
        (ClassGradebook, "save", lambda args: args[1] == "may"),
        (graded_folder, "write_files", holds_mark),
    ],
    ids=["run", "collect", "rebuild", "save", "write"],
)
@pytest.mark.usefixtures("in_this_process")
def test_a_failure_on_the_way_is_of_one_submission(owner, name, is_unlucky, tmp_path, root, monkeypatch):
    course = unlucky_course(tmp_path, root)
    hand_in(course, "may", {**RIGHT, "name": "name = 'Ada'  # unlucky\nopen('left.txt', 'w').close()"})
    failing(monkeypatch, owner, name, is_unlucky)
    check_that_others_are_graded(course, f"in {name}")


@pytest.mark.usefixtures("in_this_process")
def test_a_failure_to_fork_is_of_one_submission(tmp_path, root, monkeypatch):
    course = unlucky_course(tmp_path, root)
    now = []
    failing(monkeypatch, ZygoteClient, "fork", lambda _: "may" in now)
    before = nbjudge.grading.files_to_put

    def files_to_put(files, *others):
        now[:] = ["may"] if MARK in files.values() else []
        return before(files, *others)

    monkeypatch.setattr(nbjudge.grading, "files_to_put", files_to_put)
    check_that_others_are_graded(course, "in fork")


def check_that_others_are_graded(course, reason):
    """The others have their points, the unlucky one has a remark and its grade of before; later all is well."""
    outcomes = grade(course)
    assert {student: outcome.score for student, outcome in outcomes.items()} == {"ada": 6, "may": None, "zoe": 6}
    assert reason in outcomes["may"].remark
    assert "an earlier grade stays" in outcomes["may"].remark
    assert set(scores(course)) == {"ada", "zoe"}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(30, "Read-only file system")])
def test_only_the_machine_stops_a_run(error, tmp_path, root, monkeypatch):
    course = make_course(tmp_path, root, LUCKY)

    def full(*_):
        raise error

    monkeypatch.setattr(graded_folder, "write_files", full)
    with pytest.raises(GradingError, match=error.strerror):
        grade(course)


COLLISIONS = [
    f"{RECORD}/x", f"{RECORD}.partial/x", f"{BOOK}.ipynb/x", f"{BOOK.upper()}.IPYNB/x", f"{TIMESTAMP}/x",
    "submission_secret.txt/x", f".{NAME}-old/x",
]  # fmt: skip


def test_names_that_collide_with_the_engines_own(tmp_path, root, grade_the_class):
    course = small_course(tmp_path, root, LUCKY)
    for number, path in enumerate(COLLISIONS):
        make = f"import os\nos.makedirs({str(Path(path).parent)!r}, exist_ok=True)\nopen({path!r}, 'w').close()\n"
        hand_in(course, f"left-{number}", {**RIGHT, "name": f"name = 'Ada'\n{make}"})
        hand_in(course, f"sent-{number}")
        place = course.submitted(f"sent-{number}", NAME) / path
        if not place.parent.exists():
            place.parent.mkdir()
            place.write_text("x")
    # Also over what they have left the first time.
    for _ in range(2):
        grade_the_class(course)
        assert {total(row) for row in scores(course).values()} == {6}
    assert len(scores(course)) == 2 + 2 * len(COLLISIONS)


def total(row):
    """Points of a student."""
    return sum(score or 0 for score, _ in row.values())


def test_a_folder_in_the_place_of_a_notebook(tmp_path, root):
    course = make_course(tmp_path, root, LUCKY)
    (course.submitted("may", NAME) / f"{BOOK}.ipynb").mkdir(parents=True)
    outcomes = grade(course)
    assert {student: outcome.score for student, outcome in outcomes.items()} == {"ada": 6, "may": 0, "zoe": 6}


DATES = [
    "1e999999999", "9" * 99, "0001-01-01 00:00 +2359", "12:00 99999999999999999", "NaN", "\x00", "10e100000 UTC UTC",
]  # fmt: skip


def test_a_date_that_can_not_be_read_stops_nobody(tmp_path, root, grade_the_class):
    course = small_course(tmp_path, root, LUCKY)
    for number, date in enumerate(DATES):
        hand_in(course, f"late-{number}")
        (course.submitted(f"late-{number}", NAME) / TIMESTAMP).write_text(date)
    for _ in range(2):
        grade_the_class(course)
    assert {student: total(row) for student, row in scores(course).items()} == dict.fromkeys(
        [*LUCKY, *(f"late-{number}" for number in range(len(DATES)))], 6
    )


CONFIGURATION = [
    ".git/config", ".envrc", ".vscode/settings.json", ".ipython/profile_default/startup/x.py", "HEAD", "data/head",
    "jupyter_server_config.py", "ipython_config.json", "nbgrader_config.py", "Gradebook.db", "TimeStamp.TXT",
    "-rf", "~", "a:b", "con.txt", "tab\t.txt", "dot.", "\u202efdp.exe", "other.ipynb", "deep/.profile",
]  # fmt: skip
KEPT_NAMES = ["plot.png", "deep/table.csv", "Übung 1.txt", "数据.npy", "a-b_c (2).txt"]


@pytest.mark.parametrize("way", ["left", "sent"])
def test_names_that_mean_something_to_programs_are_left_out(way, tmp_path, root, grade_the_class):
    course = small_course(tmp_path, root, {})
    names = [*CONFIGURATION, *KEPT_NAMES]
    write = f"""
import os
name = "Ada"
for path in {names!r}:
    if "/" in path:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write("x")
"""
    hand_in(course, "ada", {**RIGHT, "name": write} if way == "left" else RIGHT)
    if way == "sent":
        for name in names:
            path = course.submitted("ada", NAME) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
    grade_the_class(course)
    place = course.autograded("ada", NAME)
    kept = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert kept - {RECORD} == {f"{BOOK}.ipynb", *KEPT_NAMES}
    assert total(scores(course)["ada"]) == 6


def test_links_and_pipes_are_not_kept(tmp_path, root, grade_the_class):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    course = small_course(tmp_path / "course", root, {"ada": RIGHT})
    place = course.submitted("ada", NAME)
    (place / "linked.txt").symlink_to(secret)
    (place / "deep").mkdir()
    (place / "deep" / "linked.txt").symlink_to(secret)
    grade_the_class(course)
    assert not list(course.autograded("ada", NAME).rglob("linked.txt"))
    assert total(scores(course)["ada"]) == 6

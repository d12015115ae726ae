"""Folders of submissions at random: each gets a status, no run stops, and nothing changes but what grading writes."""

import os
import random
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gdl_utils.classroom.course import RECORD, TIMESTAMP
from tests.classroom.small_course import BOOK, NAME, RIGHT, grade, make_course

HONEST = {"ada": RIGHT, "zoe": RIGHT}
KNOWN = [RECORD, f"{RECORD}.partial", f"{BOOK}.ipynb", TIMESTAMP, "submission_secret.txt", ".git/config", "HEAD"]
DATES = ["1e999999999", "9" * 99, "2026-10-01 12:00:00 UTC", "", "\ud83d", "yesterday", "0001-01-01 00:00 +2359"]
WRITTEN = (
    "autograded",
    "feedback",
    "assignments",
    "gradebook.db",
    "course_secret.txt",
    "nbgrader.log",
    ".gdl-trials.json",
    ".gdl-releases.json",
)
SMALL = 1 << 16  # bytes of a file whose content is compared


def strange_name(rng: random.Random) -> str:
    """A relative path, as Python has it where it is no text; many mean something to somebody."""
    parts = []
    for _ in range(rng.randrange(1, 4)):
        match rng.randrange(4):
            case 0:
                parts.append(rng.choice(KNOWN))
            case 1:
                octets = bytes(rng.randrange(1, 256) for _ in range(rng.randrange(1, 30)))
                parts.append(os.fsdecode(octets.replace(b"/", b"_")))
            case 2:
                parts.append("".join(chr(rng.randrange(1, 0xD800)) for _ in range(3)).replace("/", "_"))
            case _:
                parts.append("x" * rng.choice([1, 100, 255]))
    return "/".join(parts)


def damage_notebook(book: Path, rng: random.Random, outside: Path) -> None:
    """Make of a notebook nothing, rubbish, a link or a folder; or leave it."""
    match rng.randrange(8):
        case 0:
            book.unlink()
        case 1:
            book.write_bytes(rng.randbytes(rng.randrange(200)))
        case 2:
            data = bytearray(book.read_bytes())
            for _ in range(rng.randrange(1, 20)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            book.write_bytes(data)
        case 3:
            book.unlink()
            book.symlink_to(rng.choice([outside, book.parent, Path("/dev/zero"), Path("nowhere")]))
        case 4:
            book.unlink()
            book.mkdir()


def add_file(path: Path, rng: random.Random, outside: Path) -> None:
    """Put something there: a link, a pipe, a folder, a file without end, a file of another age."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(path):
        # To write into a pipe would take for ever.
        raise FileExistsError(path)
    match rng.randrange(6):
        case 0:
            path.symlink_to(rng.choice([outside, path.parent, Path("/etc"), Path("../..")]))
        case 1:
            os.mkfifo(path)
        case 2:
            path.mkdir()
        case 3:
            with path.open("wb") as file:
                file.truncate(rng.choice([0, 1 << 20, 1 << 33]))
        case _:
            path.write_bytes(rng.randbytes(rng.randrange(300)))
            os.utime(path, (rng.choice([0, -1, 1 << 33]), rng.choice([0, 1 << 34])))


def fill(place: Path, rng: random.Random, template: Path, outside: Path) -> None:
    """Make a folder as a submission could be: names, links, sizes, dates, encodings."""
    place.parent.mkdir(parents=True, exist_ok=True)
    match rng.randrange(60):
        case 0:
            place.symlink_to(outside)
            return
        case 1:
            place.write_text("a file")
            return
        case 2:
            os.mkfifo(place)
            return
    shutil.copytree(template, place)
    damage_notebook(place / f"{BOOK}.ipynb", rng, outside)
    for _ in range(rng.randrange(6)):
        try:
            add_file(place / strange_name(rng), rng, outside)
        except OSError:
            # A name that is too long, or taken.
            continue
    time = place / TIMESTAMP
    if rng.random() < 0.4 and not time.exists() and not time.is_symlink():
        time.write_bytes(rng.choice(DATES).encode("utf-8", "surrogatepass") + rng.randbytes(rng.randrange(3)))


def snapshot(folder: Path, ignored: tuple[str, ...]) -> dict[str, tuple[int, int, bytes]]:
    """What lies below a folder: by path the kind, the size and the content, links not followed."""
    seen = {}
    for place, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(place, name)
            state = path.lstat()
            is_small = stat.S_ISREG(state.st_mode) and state.st_size < SMALL
            if not str(path).startswith(ignored):
                size = 0 if stat.S_ISDIR(state.st_mode) else state.st_size
                seen[str(path)] = (state.st_mode, size, path.read_bytes() if is_small else b"")
    return seen


def check_strange_folders(folder: Path, root: Path, count: int, seed: int) -> None:
    """Grade so many strange folders among two honest ones."""
    outside = folder / "outside"
    outside.mkdir(parents=True)
    (outside / "kept.txt").write_text("as it was")
    course = make_course(folder / "course", root, HONEST)
    rng = random.Random(seed)
    template = folder / "template"
    shutil.copytree(course.submitted("ada", NAME), template)
    students = []
    for number in range(count):
        student = f"student-{number}"
        if rng.random() < 0.2:
            # As long as a name of a file may be, with the number.
            strange = os.fsencode(strange_name(rng).replace("/", "_"))[:200]
            student = os.fsdecode(strange + str(number).encode())
        fill(course.submitted(student, NAME), rng, template, outside)
        students.append(student)
    ignored = tuple(str(course.folder / name) for name in WRITTEN)
    before = snapshot(folder, ignored)
    outcomes = grade(course)
    assert set(outcomes) == {*students, *HONEST}
    assert outcomes["ada"].score == outcomes["zoe"].score == 6
    assert snapshot(folder, ignored) == before
    assert sum(outcome.score is not None for outcome in outcomes.values()) > count / 2
    assert all(outcome.remark for outcome in outcomes.values() if outcome.score is None)


def test_strange_folders_get_a_status_and_stop_nobody(tmp_path, root):
    check_strange_folders(tmp_path, root, 60, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_two_thousand_strange_folders_get_a_status(seed, tmp_path, root):
    check_strange_folders(tmp_path, root, 500, seed + 10)


def test_nothing_is_imported_from_where_a_command_is_typed(tmp_path, root):
    here, course = tmp_path / "here", make_course(tmp_path / "course", root, HONEST)
    here.mkdir()
    for module in ("numpy", "random", "socket", "signal", "tempfile", "nbjudge", "IPython"):
        (here / f"{module}.py").write_text(f"open('imported-{module}', 'w').close()")
    gdl = Path(sys.executable).with_name("gdl")
    line = [gdl, "grade", NAME, "--course", course.folder, "--workers", "2"]
    done = subprocess.run(line, cwd=here, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(here.glob("imported-*")) == []

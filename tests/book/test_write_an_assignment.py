"""The tutorial on assignments: its commands are run as they stand there, and its cells are put into the notebooks."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

BIN = Path(sys.executable).parent
BLOCK = re.compile(r"(?:cell `([\w-]+)`:\n\n)?^```(bash|python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LAST_FOR_ALL = "gdl feedback ps1"  # what comes after it needs pandas
WRONG = "This is the greatest number, not the spread."


@pytest.fixture(scope="module")
def page(root):
    return (root / "book" / "write_an_assignment.md").read_text(encoding="utf-8")


def run(commands, folder):
    """Run a block in a folder; give what it printed and the folder where it ended."""
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "COLUMNS": "200"}
    script = f"set -e\n{commands}\npwd > {folder}/.ended"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ended = folder / ".ended"
    there = Path(ended.read_text().strip())
    ended.unlink()
    return done.stdout, there


def write(folder, name, text):
    """Put a text into a cell of the newest notebook, as Jupyter would."""
    path = max(folder.glob("source/*/*.ipynb"), key=lambda path: path.stat().st_mtime_ns)
    book = nbformat.read(path, as_version=4)
    (cell,) = [cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name]
    cell.source = text.rstrip()
    nbformat.write(book, path)


@pytest.fixture(scope="module")
def worked(page, tmp_path_factory):
    """The course folder after all blocks, and how many of them ran."""
    folder, printed, count = tmp_path_factory.mktemp("tutorial"), "", 0
    for cell, kind, text in BLOCK.findall(page):
        count += 1
        if kind == "bash":
            printed, folder = run(text, folder)
        elif kind == "python":
            write(folder, cell, text)
        else:
            assert [line for line in text.splitlines() if line not in printed] == [], printed
        if LAST_FOR_ALL in text and not importlib.util.find_spec("pandas"):
            break
    return folder, count


def test_every_block_works_as_it_stands(page, worked):
    folder, count = worked
    assert count == page.count("\n```") / 2 or not importlib.util.find_spec("pandas")
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "statistics") as gradebook:
        scores = {row.student.id: row.score for row in gradebook.assignment_submissions("ps1")}
        assert gradebook.find_assignment("ps1").max_score == 6
    assert scores == {"ada": 4, "blaise": 0}


def test_the_feedback_says_what_the_page_promises(worked):
    folder, _ = worked
    told = (folder / "feedback" / "blaise" / "ps1" / "ps1.html").read_text(encoding="utf-8")
    assert WRONG in told and "random_inputs" not in told
    assert WRONG not in (folder / "feedback" / "ada" / "ps1" / "ps1.html").read_text(encoding="utf-8")


@pytest.mark.skipif(not importlib.util.find_spec("pandas"), reason="pandas is not installed")
def test_students_get_the_table_exercise_without_its_solution(worked):
    folder, _ = worked
    released = (folder / "release" / "ps2" / "ps2.ipynb").read_text(encoding="utf-8")
    assert "def mean_prices(goods)" in released and "groupby" not in released and "check_frame" not in released

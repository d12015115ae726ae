"""`gdl page check` looks at all that concerns one page, and says what is wrong with it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gdl_utils.book.check import find_page
from gdl_utils.errors import CourseError

GDL = Path(sys.executable).with_name("gdl")


@pytest.mark.parametrize("named", ["1_2", "1.2", "1_2_first_generative_model", "book/1_2_first_generative_model.ipynb"])
def test_a_page_is_found_by_the_beginning_of_its_name(root, named):
    assert find_page(root, named) == root / "book" / "1_2_first_generative_model.ipynb"


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("9_9", "There is no page 9_9 in .*: name one of 1_1_generative_modelling, "),
        ("1", "There are 8 pages called 1"),
    ],
)
def test_a_name_that_fits_no_page_or_several_is_refused(root, named, sentence):
    with pytest.raises(CourseError, match=sentence):
        find_page(root, named)


def copy_of_what_is_committed(root, target):
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, names):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, target / name)
    return target


@pytest.mark.slow
def test_one_command_checks_a_page_and_finds_what_is_wrong(root, tmp_path):
    copy = copy_of_what_is_committed(root, tmp_path / "course")
    line = [GDL, "page", "check", "1_2"]
    # The tests set a backend of matplotlib in which figures are not shown.
    plain = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    sound = subprocess.run(line, cwd=copy, env=plain, capture_output=True, text=True)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert sound.stdout.count("\nok ") == 5 and "WRONG" not in sound.stdout
    page = copy / "book" / "1_2_first_generative_model.ipynb"
    page.write_text(page.read_text().replace("## Recap", "## In short"))
    wrong = subprocess.run(line, cwd=copy, env=plain, capture_output=True, text=True)
    assert wrong.returncode == 1
    assert "WRONG rules for pages" in wrong.stdout and "## Recap" in wrong.stdout

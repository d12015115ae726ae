"""Page 1.6: what it tells readers to type exists and says what the page quotes."""

import inspect
import json
import re

import pytest
import typer.main
import yaml

from gdl_utils import self_check
from gdl_utils.cli import app
from gdl_utils.cli.grading import check


@pytest.fixture(scope="module")
def text(root):
    return (root / "book" / "1_6_working_with_this_course.md").read_text()


def test_it_has_the_rhythm_of_the_book(text):
    for part in ("{admonition} Goals of this page", "{admonition} Check yourself", "## Recap"):
        assert part in text
    assert text.count("{admonition} Check yourself") == text.count("{dropdown} Answer")


def test_its_commands_exist(text, root):
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", text, re.MULTILINE))
    assert {a or b for a, b in named} <= targets
    assert {"demo", "test", "grade"} <= {a or b for a, b in named}
    commands = set(typer.main.get_command(app).commands)
    assert set(re.findall(r"\bgdl ([a-z-]+)", text)) <= commands


def test_it_installs_what_the_readme_installs(text, root):
    readme = (root / "README.md").read_text()
    lines = re.findall(r"^(?:python3 -m venv|\.venv/bin/(?:uv )?pip install) .+$", readme, re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        assert line in text
    url = yaml.safe_load((root / "_config.yml").read_text())["repository"]["url"]
    assert f"git clone {url}\n" in text


def test_the_assignments_are_those_that_it_names(text, root):
    names = sorted(path.name for path in (root / "assignments").iterdir() if path.is_dir())
    assert sorted(set(re.findall(r"\d\d_[a-z_]+", text))) == names
    for path in (root / "assignments").glob("*/*.ipynb"):
        # "worth 20 points"
        assert "| **all** | **20** |" in "".join(json.loads(path.read_text())["cells"][0]["source"]), path


def test_the_hint_is_one_that_students_get(text, root):
    hint = re.search(r"^> (.+)$", text, re.MULTILINE)[1]
    assert json.dumps(hint)[1:-1] in (root / "solutions" / "01_probability" / "probability.ipynb").read_text()


def test_a_cell_has_the_seconds_of_the_text(text):
    seconds = inspect.signature(check).parameters["seconds"].default
    assert f"Each cell may take {seconds} seconds" in text


def test_gdl_check_says_what_the_page_quotes(text, root, tmp_path):
    """The first exercise answered rightly, the others not at all."""
    notebook = json.loads((root / "assignments" / "01_probability" / "probability.ipynb").read_text())
    cell = next(cell for cell in notebook["cells"] if "def uniform_box_density" in "".join(cell["source"]))
    answer = "return float(np.all((lower <= x) & (x <= upper)) / np.prod(upper - lower))"
    answered = "".join(cell["source"]).replace("raise NotImplementedError()", answer)
    assert answer in answered
    cell["source"] = answered
    path = tmp_path / "probability.ipynb"
    path.write_text(json.dumps(notebook))
    said = self_check.summary(self_check.check(path))
    before, after = re.search(r"```text\n(.+?)\.\.\.\n(.+?)```", text, re.DOTALL).groups()
    assert said.startswith(before)
    assert after.strip() in said.removeprefix(before).splitlines()

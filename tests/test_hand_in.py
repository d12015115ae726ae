"""A student's own check says what the grader would say of names, sizes and files."""

import json
import os

import pytest
from typer.testing import CliRunner

from gdl_utils import hand_in
from gdl_utils.cli import app
from gdl_utils.hand_in import before_handing_in
from nbjudge import Limits
from nbjudge.handed_files import REQUIRED
from tests.nbjudge.network_files import network
from tests.notebooks import answer, notebook, test, text

pytestmark = pytest.mark.quick

SOLVED = notebook(answer("def f(x): return x", "f"), test("assert f(1) == 1", "f-test", 1))


def told(folder, name="lab.ipynb", content=SOLVED, **files):
    """What is said of a notebook in a folder with other files, two underscores for a dot."""
    (folder / name).write_text(json.dumps(content))
    for other, data in files.items():
        (folder / other.replace("__", ".")).write_bytes(data)
    return before_handing_in(folder / name)


def test_the_limits_are_those_of_the_grader():
    limits = Limits()
    assert (limits.notebook_bytes, limits.source_bytes) == (hand_in.NOTEBOOK_BYTES, hand_in.SOURCE_BYTES)
    assert limits.disk_bytes == hand_in.FILES_BYTES
    assert hand_in.REQUIRED == REQUIRED


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("lab (1).ipynb", "lab.ipynb"), ("lab-Copy1.ipynb", "lab.ipynb"), ("lab - Copy.ipynb", "lab.ipynb"),
        ("lab.IPYNB", "lab.ipynb"), ("lab.ipynb.txt", "lab.ipynb"), ("lab.ipynb.json", "lab.ipynb"),
    ],
)  # fmt: skip
def test_a_name_that_the_grader_would_put_right(tmp_path, name, right):
    (remark,) = told(tmp_path, name)
    assert repr(right) in remark.text and not remark.is_serious


def test_a_release_of_the_course_knows_its_name(tmp_path):
    released = {**SOLVED, "metadata": {**SOLVED["metadata"], "gdl": {"source": "solutions/x/lab.ipynb"}}}
    assert told(tmp_path, content=released) == []
    (remark,) = told(tmp_path / "..", "final.ipynb", released)
    assert "call it 'lab.ipynb'" in remark.text


def test_another_notebook_with_the_same_exercises(tmp_path):
    data = json.dumps(SOLVED).encode()
    other = json.dumps(notebook(text("a"))).encode()
    (remark,) = told(tmp_path, copy__ipynb=data, plain__ipynb=other, broken__ipynb=b"{")
    assert "'copy.ipynb' beside it" in remark.text and "saved last" in remark.text


def test_sizes(tmp_path, monkeypatch):
    monkeypatch.setattr(hand_in, "SOURCE_BYTES", 1 << 20)
    monkeypatch.setattr(hand_in, "NOTEBOOK_BYTES", 3 << 20)
    large = {**SOLVED, "cells": [*SOLVED["cells"], text("x" * (hand_in.SOURCE_BYTES + 1))]}
    (remark,) = told(tmp_path, content=large)
    assert "2 MiB of text" in remark.text and remark.is_serious
    shown = {**SOLVED["cells"][0], "outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * (2 << 20)}]}
    assert told(tmp_path, content={**SOLVED, "cells": [shown, *SOLVED["cells"][1:]]}) == []
    (tmp_path / "lab.ipynb").write_text(json.dumps(SOLVED) + " " * (hand_in.NOTEBOOK_BYTES + 1))
    (remark,) = before_handing_in(tmp_path / "lab.ipynb")
    assert "clear the outputs" in remark.text and remark.is_serious


def test_files_that_are_asked_for(tmp_path):
    content = {**SOLVED, "metadata": {REQUIRED: ["net.keras", ["a.npz", "b.npz"]]}}
    missing = told(tmp_path, content=content)
    assert [remark.text for remark in missing] == [
        "net.keras is not beside this notebook.", "a.npz or b.npz is not beside this notebook.",
    ]  # fmt: skip
    assert all(remark.is_serious for remark in missing)
    (damaged,) = told(tmp_path, content=content, net__keras=network()[:-30], b__npz=b"x")
    assert "net.keras is damaged" in damaged.text
    assert told(tmp_path, content=content, net__keras=network()) == []
    (tmp_path / "models").mkdir()
    os.rename(tmp_path / "net.keras", tmp_path / "models" / "net.keras")  # noqa: PTH104
    (remark,) = told(tmp_path, content=content)
    assert "in the folder 'models': move it" in remark.text
    (tmp_path / "b.npz").write_bytes(b"")
    os.truncate(tmp_path / "b.npz", hand_in.FILES_BYTES + 1)
    assert "b.npz has 65 MiB, and the grader takes 64 MiB" in told(tmp_path, content=content)[1].text


def test_the_command_says_it_and_exits_with_1(tmp_path):
    content = {**SOLVED, "metadata": {**SOLVED["metadata"], REQUIRED: ["net.keras"]}}
    (tmp_path / "lab (1).ipynb").write_text(json.dumps(content))
    done = CliRunner().invoke(app, ["check", str(tmp_path / "lab (1).ipynb")])
    assert done.exit_code == 1
    assert "All 1 visible tests pass." in done.output
    assert "Before you hand it in: This file is called 'lab (1).ipynb'" in done.output
    assert "Before you hand it in: net.keras is not beside this notebook." in done.output

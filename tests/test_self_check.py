"""`gdl check` says how the visible tests go, exercise by exercise, and never hangs; each test runs a real kernel."""

import json
import re
import subprocess
import sys
import time

import nbformat
import pytest
from typer.testing import CliRunner

from gdl_utils import checks
from gdl_utils.cli import app
from gdl_utils.errors import CourseError
from gdl_utils.self_check import State, check, summary
from gdl_utils.self_check.explain import STUB_LEFT, explained
from gdl_utils.self_check.kernel import Kernel
from tests.notebooks import answer, as_node, by_hand, notebook, setup, test, text

pytestmark = pytest.mark.timing
RIGHT = {
    "half": "def half(number):\n    return number / 2",
    "root": "def root_of(number):\n    return math.sqrt(number)",
}


STUB = 'def {}(number):\n    """What is asked for."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
ROOT_TEST = 'assert root_of(9) == 3, "nine is three times three"'


def released():
    """An assignment as students get it: two exercises with visible and hidden tests, and an essay."""
    return as_node(
        notebook(
            text("# Halves"),
            setup("import math\n\nSCALE = 1"),
            answer(STUB.format("half"), "half"),
            test("assert half(8) == 4", "half-visible", 1),
            test("# More tests run here when your work is graded.", "half-hidden", 2),
            answer(STUB.format("root_of"), "root"),
            test(ROOT_TEST, "root-visible", 1),
            test(ROOT_TEST, "root-both", 3),
            by_hand("Because.", "essay", 3),
        )
    )


@pytest.fixture
def write(tmp_path):
    """Writes the small assignment with answers and cells of the student's own, by the place where they are put in."""

    def write(answers=RIGHT, own=()):
        content = released()
        for cell in content.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answers.get(name, cell.source)
        for place, source in own:
            content.cells.insert(place, nbformat.v4.new_code_cell(source))
        nbformat.write(content, tmp_path / "halves.ipynb")
        return tmp_path / "halves.ipynb"

    return write


def by_name(results):
    return {test.name: test for exercise in results for test in exercise.tests}


def test_a_right_notebook_passes_and_hidden_tests_are_named(write):
    path = write()
    before = path.read_bytes()
    done = []
    results = check(path, 10, lambda *progress: done.append(progress))
    assert path.read_bytes() == before
    assert done == [(number, 7) for number in range(1, 8)]
    assert [(result.name, [test.name for test in result.tests], result.problems) for result in results] == [
        ("half", ["half-visible", "half-hidden"], []),
        ("root", ["root-visible", "root-both"], []),
        ("essay", ["essay"], []),
    ]
    assert [test.state for test in by_name(results).values()] == [
        State.PASSED, State.HIDDEN, State.PASSED, State.PASSED, State.BY_HAND,
    ]  # fmt: skip
    assert all(result.passed and result.answered for result in results)
    text = summary(results)
    assert "  half-visible: passed (1 point)" in text
    assert "  half-hidden: runs when your work is graded (2 points)" in text
    assert "  essay: graded by a person (3 points)" in text
    assert "All 3 visible tests pass." in text
    assert "Hidden tests run only when your work is graded" in text


def test_a_blank_notebook_is_not_answered(write):
    results = check(write({}), 10)
    assert [result.answered for result in results] == [False, False, True]
    assert by_name(results)["half-visible"].message == "half is not answered yet"
    assert "half (still raises NotImplementedError)" in summary(results)
    assert "0 of 3 visible tests pass." in summary(results)


def test_wrong_answers_are_shown_with_the_line_that_fails(write):
    crash = "def root_of(number):\n    wrong = number / 0\n    return wrong"
    results = check(write({"half": "def half(number):\n    return number", "root": crash}), 10)
    tests = by_name(results)
    assert tests["half-visible"].message == "fails at: assert half(8) == 4"
    message = "stopped with ZeroDivisionError: division by zero, in root_of at line 2: wrong = number / 0"
    assert tests["root-visible"].message == message
    text = summary(results)
    assert "Traceback" not in text
    assert "\x1b" not in text


def test_cells_that_stop_are_named(write):
    answers = {"half": "def half(number) return 2", "root": RIGHT["root"]}
    results = check(write(answers, [(1, "import no_such_module"), (6, "undefined")]), 10)
    assert results[0].name == ""
    assert results[0].problems[0].startswith("The cell 2 stopped with ModuleNotFoundError: No module named")
    assert results[1].problems == [
        "The cell half stopped with SyntaxError: expected ':', in line 1: def half(number) return 2",
        "The cell 7 stopped with NameError: name 'undefined' is not defined, at line 1: undefined. Nothing is called "
        "'undefined': is it misspelt, or has the cell that defines it stopped or gone?",
    ]
    assert "NameError: name 'half' is not defined" in by_name(results)["half-visible"].message
    assert "before the first exercise\n  The cell 2" in summary(results)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("x = " + "(" * 3000 + "1" + ")" * 3000, "SyntaxError: too many nested parentheses"),
        ("x = " + "-" * 100_000 + "1", ""),
        ("\n".join(" " * depth + "if 1:" for depth in range(150)), "IndentationError: too many levels of indentation"),
    ],
    ids=["parentheses", "signs", "blocks"],
)
def test_code_that_is_nested_too_deep_spoils_its_own_cell_only(write, answer, told):
    results = check(write({"half": answer, "root": RIGHT["root"]}), 10)
    assert results[0].problems[0].startswith(f"The cell half stopped with {told}")
    assert by_name(results)["root-visible"].state is State.PASSED


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("np.zeros(3)", "No cell before this one imports it: write 'import numpy as np' above your answer."),
        ("random.random()", "No cell before this one imports it: write 'import random' above your answer."),
        ("if numpy.ones(2) > 0: pass", "A comparison of arrays gives True or False for each entry: say with np.all("),
        ("numpy.ones(5) + numpy.ones((2, 3))", "Arrays of the shapes (5,) and (2,3) can't be combined entry by entry."),
        ("[1, 2, 3][numpy.array([0, 1])]", "Only an array takes several indices at once: make one of your list with"),
        (
            "__import__('math').exp(numpy.ones(2))",
            "Functions such as math.exp take a single number. For arrays there are",
        ),
        ("numpy.array([[1], [1, 2]])", "The rows of an array are equally long. Keep rows of different lengths in a"),
        ("open('model.npz')", "There is no file model.npz beside the notebook: has the cell that writes it been run?"),
    ],
)
def test_errors_that_every_beginner_meets_are_explained(write, line, hint):
    root = f"def root_of(number):\n    numpy = __import__('numpy')\n    {line}"
    test = by_name(check(write({**RIGHT, "root": root}), 10))["root-visible"]
    assert test.message.startswith("stopped with ")
    assert test.hint.startswith(hint)


def test_a_network_that_is_not_there_is_told():
    message = "File not found: filepath=cnn.keras. Please ensure the file is an accessible `.keras` zip file."
    error = {"name": "ValueError", "message": message, "frames": [[True, "load", 1, "load()"]]}
    assert explained(error).hint.startswith("There is no file cnn.keras beside the notebook")


def test_the_hint_of_a_test_is_shown(write):
    failing = "class Wrong(AssertionError):\n    hint = 'Divide by two.'\nraise Wrong('no')"
    results = check(write({**RIGHT, "half-visible": failing}), 10)
    assert by_name(results)["half-visible"].hint == "Divide by two."
    assert "    Hint: Divide by two." in summary(results)


def test_what_a_check_says_is_said_once(write):
    wrong = {"half": "def half(number):\n    return number"}
    test = {"half-visible": "from gdl_utils import checks\nchecks.check_value(half(8), 4)"}
    results = check(write({**RIGHT, **wrong, **test}), 10)
    assert by_name(results)["half-visible"].message == "fails"
    assert summary(results).count(checks.DIFFERENT) == 1


def test_a_cell_that_calls_what_is_not_answered_says_so(write):
    own = "# at the end\nhalf(8)"
    results = check(write({}, [(7, own)]), 10)
    assert [result.problems for result in results if result.problems] == [
        ["The cell 8 stopped: half is not answered yet"]
    ]


def test_a_stub_left_above_an_answer_is_told_of_this_one_only(write):
    left = "def half(number):\n    raise NotImplementedError()\n    return number / 2"
    tests = by_name(check(write({"half": left}), 10))
    assert tests["half-visible"].message == f"{STUB_LEFT[0].upper()}{STUB_LEFT[1:]}."
    assert tests["root-visible"].message == "root_of is not answered yet"


def test_points_that_a_test_gives_are_told(write):
    results = check(write({**RIGHT, "root-both": "0.5 + 1", "half-visible": "0", "root-visible": "1"}), 10)
    tests = by_name(results)
    assert (tests["root-both"].state, tests["root-both"].score) == (State.PARTLY, 1.5)
    assert tests["half-visible"].state is State.FAILED
    assert tests["root-visible"].state is State.PASSED
    assert "root-both: partly passed (1.5 of 3 points)" in summary(results)
    assert "half-visible: failed (0 of 1 point)" in summary(results)


def test_a_loop_without_end_is_interrupted_and_the_rest_runs(write):
    start = time.monotonic()
    results = check(write({**RIGHT, "half": RIGHT["half"] + "\nwhile True:\n    pass"}), 1)
    assert time.monotonic() - start < 10
    (problem,) = results[0].problems
    assert re.fullmatch(
        r"The cell half was interrupted after 1 seconds, at line \d: .*\. Is there a loop that does not end\? If it "
        r"needs more time, to train for example, give it with check\(seconds=10\), or gdl check --seconds 10 in a "
        r"terminal\.",
        problem,
    )
    assert [test.state for test in by_name(results).values()].count(State.PASSED) == 3


def test_a_kernel_that_was_ready_keeps_the_time_of_the_check(write):
    path = write({**RIGHT, "root": "while True:\n    pass"})
    (exercise,) = [each for each in check(path, 1, kernel=Kernel(path.parent, 4)) if each.name == "root"]
    assert "was interrupted after 1 seconds" in exercise.problems[0]


def test_a_loop_that_can_not_be_interrupted_ends_the_run(write, monkeypatch):
    monkeypatch.setattr("gdl_utils.self_check.kernel.GRACE", 1)
    stubborn = (
        "while True:\n    try:\n        while True:\n            pass\n    except KeyboardInterrupt:\n        pass"
    )
    start = time.monotonic()
    results = check(write({**RIGHT, "root": stubborn}), 1)
    assert time.monotonic() - start < 12
    assert results[1].problems == [
        "The cell root did not stop when it was interrupted; the cells below it were not run"
    ]
    tests = by_name(results)
    assert tests["half-visible"].state is State.PASSED
    assert tests["root-visible"].state is State.NOT_RUN
    assert tests["root-visible"].message == "was not run, since a cell above it did not stop"


def test_a_crash_of_python_is_told(write):
    results = check(write({**RIGHT, "root": "import os\nos._exit(1)"}), 5)
    assert results[1].problems == ["The cell root made Python crash; the cells below it were not run"]
    assert "Python has crashed" in by_name(results)["root-both"].message


def test_it_runs_in_the_folder_of_the_notebook_and_can_not_ask(write, tmp_path):
    (tmp_path / "numbers.txt").write_text("8")
    own = [(2, "assert open('numbers.txt').read() == '8'"), (3, "input('How many?')")]
    results = check(write(RIGHT, own), 10)
    assert len(results[0].problems) == 1
    assert "StdinNotImplementedError" in results[0].problems[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "can't be read (No such file or directory): name your notebook"),
        ("print(1)", "is not a notebook: name a file that Jupyter has saved"),
        ("[1]", "is not in notebook format 4: open it in Jupyter"),
        ('{"nbformat": 4, "cells": [1]}', "has a damaged cell"),
        ('{"nbformat": 4, "cells": []}', "has no cell of tests"),
    ],
)
def test_what_is_no_notebook_is_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "notebook.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CourseError) as caught:
        check(path)
    assert sentence in str(caught.value)
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_the_command_exits_with_what_came_out(write):
    result = CliRunner().invoke(app, ["check", str(write())])
    assert result.exit_code == 0
    assert "All 3 visible tests pass." in result.stdout
    result = CliRunner().invoke(app, ["check", str(write({**RIGHT, "half": "def half(number):\n    return 0"}))])
    assert result.exit_code == 1
    assert "2 of 3 visible tests pass." in result.stdout


@pytest.mark.parametrize("missing", ["ipykernel", "jupyter_client.manager"])
def test_without_jupyter_it_says_what_to_install(write, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(CourseError, match="is needed, which comes with Jupyter: type 'pip install jupyterlab'"):
        check(write())


def test_it_needs_nothing_of_nbgrader(write):
    script = (
        "import sys, pathlib\n"
        "for name in ('nbgrader', 'nbconvert', 'nbformat', 'sqlalchemy', 'tensorflow'): sys.modules[name] = None\n"
        "from gdl_utils.self_check import check, summary\n"
        f"print(summary(check(pathlib.Path({json.dumps(str(write()))}))))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert "All 3 visible tests pass." in done.stdout, done.stderr

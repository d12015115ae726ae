"""`check()` in a cell: a table for the file as saved, fast from the second time on, and nothing stays behind."""

import os
import queue
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_client.manager import KernelManager

from gdl_utils.self_check.notebook import UNSAVED, unsaved
from tests.notebooks import answer, as_node, locked, notebook, setup, test, text

pytestmark = pytest.mark.timing
CHECK = "from gdl_utils import check\n\ncheck()"
HALF = "def half(number):\n    return number / 2"


def write(path, source=HALF, first="import math\nimport numpy as np\n\nSTART = 1", own=()):
    content = as_node(
        notebook(
            setup(first),
            *own,
            text("## 1. Halves (2 points)"),
            answer(source, "half"),
            test("from gdl_utils import checks\nchecks.check_example(half, (8,), 4)", "half-visible", 1),
            test("# More tests run here when your work is graded.", "half-hidden", 1),
            locked(CHECK, "check"),
        )
    )
    nbformat.write(content, path)


class Notebook:
    """A kernel that Jupyter has started for a notebook, as it does for a student's."""

    def __init__(self, path, **environment):
        self.manager = KernelManager(kernel_name="python3")
        variables = {**os.environ, "JPY_SESSION_NAME": str(path), **environment}
        self.manager.start_kernel(cwd=str(path.parent), env=variables)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def send(self, source):
        return self.client.execute(source)

    def shown(self, source=CHECK, seconds=120):
        """The last of what a cell shows, as HTML and as text."""
        number, html, plain, end = self.send(source), "", "", time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != number:
                continue
            content = message["content"]
            if message["msg_type"] in ("display_data", "update_display_data"):
                html, plain = content["data"].get("text/html", ""), content["data"]["text/plain"]
            elif message["msg_type"] == "error":
                pytest.fail("\n".join(content["traceback"]))
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return html, plain
        pytest.fail(f"no answer in {seconds} seconds")

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def opened(tmp_path):
    """Opens the notebook halves.ipynb of the test's folder."""
    all_of_them = []

    def opened(**environment):
        all_of_them.append(Notebook(tmp_path / "halves.ipynb", **environment))
        return all_of_them[-1]

    yield opened
    for each in all_of_them:
        each.close()


def checkers(folder):
    """The processes that check a notebook in a folder: the one that stays, its forks and their kernels."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if "gdl_utils.self_check.server" in (place / "cmdline").read_text() and (
                (place / "cwd").readlink() == folder
            ):
                found.append(int(place.name))
        except OSError:
            continue
    return found


def wait_for_checkers(folder, count):
    """Wait until there are so many; a busy machine starts and ends them later."""
    for _ in range(100):
        if len(checkers(folder)) == count:
            return
        time.sleep(0.1)
    pytest.fail(f"not {count}, but: {checkers(folder)}")


def test_a_table_for_the_file_as_it_is_saved(tmp_path, opened):
    path = tmp_path / "halves.ipynb"
    write(path, "def half(number):\n    print(number / 2)")
    student = opened()
    html, plain = student.shown()
    assert "<th scope='row'" in html and "1. Halves" in html and "✗ failed" in html
    assert "half(8) should give 4, a whole number, but it returned None. Your function prints its answer" in plain
    assert "0 of 1, 1 more when graded" in html
    assert "0 of 1 visible tests pass." in plain

    # Only the file counts, whatever is defined here; and the second time is fast.
    student.shown(HALF)
    start = time.monotonic()
    html, plain = student.shown()
    assert time.monotonic() - start < 2
    assert "✗ failed" in html
    assert "What you ran last is not what the file says in the cell half." in plain
    write(path)
    html, plain = student.shown()
    assert "✓ passed" in html and "What you ran last" not in plain
    assert "All 1 visible tests pass." in plain


def test_each_check_begins_anew(tmp_path, opened):
    own = [locked("counted = 'counted' in dir(math)\nmath.counted = True\nassert not counted", "count")]
    write(tmp_path / "halves.ipynb", own=own)
    (tmp_path / "helper.py").write_text("def halve(number):\n    return number")
    helped = "import helper\n\n\ndef half(number):\n    return helper.halve(number)"
    write(tmp_path / "halves.ipynb", helped, own=own)
    student = opened()
    assert "✗ failed" in student.shown()[0]
    (tmp_path / "helper.py").write_text("def halve(number):\n    return number / 2  # now it does")
    html, plain = student.shown()
    assert "✓ passed" in html and "The cell count" not in plain, plain
    # The cells that were run ahead are run again if they are others now.
    write(tmp_path / "halves.ipynb", "half = START", first="def START(number):\n    return 4")
    assert "✓ passed" in student.shown()[0]


OLD = "def half(number):\n    return number"


@pytest.mark.parametrize(
    ("ran", "is_told"), [([OLD, HALF], False), ([HALF, OLD], True), ([OLD], True), ([HALF], False), (["x = 1"], False)]
)
def test_what_was_run_last_is_compared_with_the_file(tmp_path, ran, is_told):
    write(tmp_path / "halves.ipynb")
    shell = SimpleNamespace(history_manager=SimpleNamespace(input_hist_raw=["", *ran, CHECK]))
    assert unsaved(tmp_path / "halves.ipynb", shell) == [UNSAVED.format("the cell half")] * is_told


def test_another_notebook_that_is_named_is_checked(tmp_path, opened):
    write(tmp_path / "halves.ipynb")
    write(tmp_path / "other.ipynb", "def half(number):\n    return number")
    student = opened()
    for name, result in (("halves", "✓ passed"), ("other", "✗ failed"), ("halves", "✓ passed")):
        html, plain = student.shown(CHECK.replace("check()", f"check('{name}.ipynb')"))
        assert result in html and plain.startswith(f"{name}.ipynb as it was saved at"), plain


def test_a_name_with_marks_of_html_is_text(tmp_path, opened):
    write(tmp_path / "halves.ipynb", "def half(number):\n    return '<script>alert(1)</script>'")
    html, _ = opened().shown()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_nothing_stays_behind(tmp_path, opened):
    write(tmp_path / "halves.ipynb")
    student = opened()
    student.shown()
    # The process itself, a fork with its kernel ready.
    wait_for_checkers(tmp_path, 3)
    os.kill(student.manager.provisioner.process.pid, signal.SIGKILL)
    wait_for_checkers(tmp_path, 0)


def test_an_endless_loop_ends_and_an_interrupt_stops(tmp_path, opened):
    write(tmp_path / "halves.ipynb", f"{HALF}\n\n\nwhile True:\n    pass")
    student = opened()
    _, plain = student.shown("from gdl_utils import check\n\ncheck(seconds=1)")
    assert "was interrupted after 1 seconds" in plain
    student.send(CHECK)
    time.sleep(3)
    student.manager.interrupt_kernel()
    time.sleep(1)
    write(tmp_path / "halves.ipynb")
    assert "✓ passed" in student.shown()[0]


@pytest.mark.parametrize("variable", ["GDL_CHECKING", "NBGRADER_EXECUTION"])
def test_where_it_is_graded_or_checked_already_it_does_nothing(tmp_path, opened, variable):
    write(tmp_path / "halves.ipynb")
    assert opened(**{variable: "1"}).shown() == ("", "")
    assert checkers(tmp_path) == []


def test_mistakes_are_sentences(tmp_path, opened):
    path = tmp_path / "halves.ipynb"
    write(path)
    student = opened(JPY_SESSION_NAME="")
    assert "Jupyter does not say which notebook this is: name it: check('NAME.ipynb')" in student.shown()[1]
    assert "✓ passed" in student.shown("from gdl_utils import check\n\ncheck('halves.ipynb')")[0]
    assert "There is no notebook other.ipynb" in student.shown("check('other.ipynb')")[1]
    path.write_text("{}")
    assert "is not in notebook format 4" in student.shown("check('halves.ipynb')")[1]

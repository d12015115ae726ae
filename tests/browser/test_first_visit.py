"""A student's first visit, in a real JupyterLab and a real browser: a wrong answer, the hint, the right one."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect

pytestmark = pytest.mark.timing
MINUTE = 60_000  # milliseconds
ASSIGNMENT = "02_shapes_and_parameters"
NOTEBOOK = "shapes_and_parameters.ipynb"
ANSWER = "def dense_parameters(inputs, units, use_bias=True):\n    {}"
WRONG = ANSWER.format("print(inputs * units + units)")
RIGHT = ANSWER.format("return (inputs + use_bias) * units")


@pytest.fixture(scope="module")
def course_folder(root, tmp_path_factory):
    """A folder as a student has it: assignments, and beside them what is not to be seen."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(root / "assignments" / ASSIGNMENT, folder / "assignments" / ASSIGNMENT)
    (folder / "solutions").mkdir()
    return folder


@pytest.fixture(scope="module")
def lab(course_folder, tmp_path_factory):
    """JupyterLab as `gdl lab` opens it; the environment's commands are not on the path before. Its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = tmp_path_factory.mktemp("lab")
    log = own / "lab.log"
    gdl = Path(sys.executable).parent / "gdl"
    environment = {**os.environ, "PATH": "/usr/local/bin:/usr/bin:/bin", "JUPYTER_TOKEN": "first"}
    environment["JUPYTER_CONFIG_DIR"] = str(own / "config")
    with log.open("w") as output:
        command = [gdl, "lab", "--no-browser", "--port", str(port)]
        process = subprocess.Popen(command, cwd=course_folder, env=environment, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api?token=first", timeout=5)
            break
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.5)
    yield address
    process.terminate()
    process.wait(30)


class Student:
    """Somebody at the browser, with the notebook open."""

    def __init__(self, browser, address, path):
        self.page = browser.new_context(viewport={"width": 1400, "height": 1400}).new_page()
        self.page.goto(f"{address}/lab/tree/{path}?token=first")
        self.page.locator(".jp-Notebook-cell").first.wait_for(timeout=3 * MINUTE)
        self.page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").first.wait_for(timeout=2 * MINUTE)

    def no_dialog(self):
        """Nothing of JupyterLab's stands in the way, asking something."""
        for dialog in self.page.locator(".jp-Dialog").all():
            pytest.fail(f"a dialog asks: {dialog.inner_text()}")

    def cell(self, line):
        """The cell of code with a line that begins so; cells out of sight are not in the page, so it scrolls."""
        lines = self.page.locator(".cm-line", has_text=re.compile("^" + re.escape(line)))
        found = self.page.locator(".jp-CodeCell").filter(has=lines).first
        self.no_dialog()
        for _ in range(60):
            if found.count() and found.is_visible():
                found.scroll_into_view_if_needed()
                return found
            self.page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollBy(0, 500)")
            self.page.wait_for_timeout(100)
        pytest.fail(f"the notebook shows no cell with {line!r}")

    def run(self, cell):
        """Run a cell that has the focus, with the keyboard; once more if JupyterLab has missed that."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        for _ in range(3):
            self.no_dialog()
            self.page.keyboard.press("Control+Enter")
            with suppress(AssertionError):
                expect(prompt).not_to_have_text(before, timeout=5000)
                return
            cell.locator(".cm-content").click()
        pytest.fail(f"JupyterLab did not run the cell with the prompt {before!r}")

    def write(self, line, source):
        """Replace the text of a cell, run it and save, with the keyboard."""
        cell = self.cell(line)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.run(cell)
        # What the cell prints may come after the file was written, and then it is to be written again.
        for _ in range(30):
            self.page.keyboard.press("Control+s")
            with suppress(TimeoutError):
                self.page.locator(".jp-mod-dirty").wait_for(state="detached", timeout=2000)
                return
        pytest.fail("JupyterLab did not save the notebook")

    def watch_progress(self):
        """Note in the page whether a bar of progress is ever shown."""
        self.page.evaluate(
            """() => new MutationObserver(() => { if (document.querySelector("progress")) window.sawProgress = true; })
            .observe(document.body, {childList: true, subtree: true})"""
        )

    def check(self):
        """Run the last cell; its table as text by exercise, and the seconds that it took, as the student waits."""
        cell = self.cell("check()")
        cell.locator(".cm-content").click()
        output = cell.locator(".jp-OutputArea-output")
        for table in output.locator("table").all():
            table.evaluate("table => table.classList.add('old')")
        start = time.monotonic()
        self.run(cell)
        output.locator("table:not(.old)").first.wait_for(timeout=2 * MINUTE)
        took = time.monotonic() - start
        rows = [row.inner_text().split("\t") for row in output.locator("tbody tr").all()]
        return {row[0]: row[1:] for row in rows}, output.first.inner_text(), took


def test_the_commands_are_there_in_a_terminal(lab, chromium):
    # Before anything is answered below.
    page = chromium.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.goto(f"{lab}/lab?token=first")
    page.locator(".jp-LauncherCard[data-category='Other']", has_text="Terminal").click(timeout=3 * MINUTE)
    terminal = page.locator(".jp-Terminal .xterm-helper-textarea")
    terminal.wait_for(timeout=MINUTE)
    page.wait_for_timeout(2000)
    page.locator(".jp-Terminal").click()
    page.keyboard.type(f"gdl check {ASSIGNMENT}/{NOTEBOOK} > said.txt 2>&1; which gdl jupyter >> said.txt\n")
    for _ in range(120):
        page.wait_for_timeout(1000)
        answer = page.request.get(f"{lab}/api/contents/said.txt?token=first")
        text = answer.json().get("content") or "" if answer.ok else ""
        if text.count("/bin/") == 2:
            break
    assert "0 of 6 visible tests pass." in text
    assert text.splitlines()[-2:] == [str(Path(sys.executable).parent / name) for name in ("gdl", "jupyter")]


def test_a_student_comes_from_a_hint_to_the_right_answer(lab, chromium, course_folder):
    student = Student(chromium, lab, f"{ASSIGNMENT}/{NOTEBOOK}")
    # Nothing but the assignments, neither in the list of files nor above it.
    assert student.page.request.get(f"{lab}/api/contents/solutions?token=first").status == 404
    assert student.page.request.get(f"{lab}/api/contents/..%2Fsolutions?token=first").status in (403, 404)

    student.write("def dense_parameters", WRONG)
    student.watch_progress()
    rows, said, first = student.check()
    assert student.page.evaluate("window.sawProgress"), "the first check shows how far it is"
    result, points, told = rows["1. Parameters of a dense layer"]
    assert "failed" in result and points == "0 of 1, 2 more when graded"
    assert "dense_parameters(8, 5) should give 45, a whole number, but it returned None." in told
    assert "write 'return' in place of 'print'" in told
    assert "not answered" in rows["2. Output shape of a convolution"][0]
    assert "What you ran last" not in said

    student.write("def dense_parameters", RIGHT)
    rows, said, took = student.check()
    assert "passed" in rows["1. Parameters of a dense layer"][0]
    assert "1 of 6 visible tests pass." in said
    assert re.search(r"checked in \d\.\d s", said)
    # The machine may be at something else for a moment, so the faster of two counts.
    took = min(took, student.check()[2])
    print(f"first check {first:.1f} s, later {took:.1f} s;", re.findall(r"checked in [\d.]+ s", said))
    # Only the first check starts what runs the tests.
    assert took < first / 2

    # A change that was run and is not saved is remarked; the file is checked.
    editor = student.cell("def dense_parameters").locator(".cm-content")
    editor.click()
    student.page.keyboard.press("Control+a")
    student.page.keyboard.insert_text(WRONG)
    student.page.keyboard.press("Control+Enter")
    rows, said, _ = student.check()
    assert "passed" in rows["1. Parameters of a dense layer"][0]
    assert "What you ran last is not what the file says in the cell dense-parameters." in said

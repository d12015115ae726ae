"""A class on a real JupyterHub with its real proxy, in a real browser: from fetch to feedback.

`make test-hub` runs it, as root: it makes users of the system for the time of the test, and a hub in a folder of its
own under /srv, which stays so that the next run need not install it again.
"""

import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from gdl_utils.authoring.answer_bank import Bank

NAME = "02_shapes_and_parameters"
BOOK = "shapes_and_parameters.ipynb"
HUB = Path("/srv/gdl-test-hub")
PROF, ADA, EVE = "gdl-test-prof", "gdl-test-ada", "gdl-test-eve"
ROLES = {PROF: "gdl-instructors", ADA: "gdl-students", EVE: "gdl-students"}
PASSWORD = secrets.token_urlsafe(16)
MINUTE = 60_000


def python_of_all():
    """A Python that every user of this machine may run, as a server's own can be."""
    for python in (sys.executable, "/usr/bin/python3"):
        line = ["runuser", "-u", "nobody", "--", str(Path(python).resolve()), "-c", "import venv, ensurepip"]
        if subprocess.run(line, capture_output=True, cwd="/").returncode == 0:
            return python
    pytest.fail("No Python here can be run by all users: install the packages python3 and python3-venv.")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def users():
    """Three users of the system, gone when the test is."""
    if os.getuid():
        pytest.fail("The hub starts servers for other users: run `make test-hub` as root.")
    for name, group in ROLES.items():
        subprocess.run(["groupadd", "--force", group], check=True)
        subprocess.run(["userdel", "--force", "--remove", name], capture_output=True)
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", "--groups", group, name], check=True)
        subprocess.run(["chpasswd"], input=f"{name}:{PASSWORD}", text=True, check=True)
    yield
    for name in ROLES:
        subprocess.run(["pkill", "-KILL", "-u", name])
        subprocess.run(["userdel", "--force", "--remove", name], capture_output=True)


@pytest.fixture(scope="module")
def address(users, root):
    """The address of a hub that is running."""
    for used in ("exchange", "state", "course"):
        shutil.rmtree(HUB / used, ignore_errors=True)
    port, hub_port, proxy_port = free_port(), free_port(), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GDL_", "JUPYTER"))},
        "GDL_HUB": str(HUB),
        "PYTHON": python_of_all(),
        "GDL_HUB_URL": f"http://127.0.0.1:{port}",
        "GDL_HUB_PORT": str(hub_port),
        "GDL_PROXY_API": f"http://127.0.0.1:{proxy_port}",
    }
    HUB.mkdir(parents=True, exist_ok=True)
    with (HUB / "hub.log").open("w") as log:
        line = [root / "deploy" / "jupyterhub" / "start"]
        hub = subprocess.Popen(line, cwd=root, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/hub/login", hub)
        yield f"http://127.0.0.1:{port}"
    finally:
        hub.terminate()
        try:
            hub.wait(20)
        except subprocess.TimeoutExpired:
            hub.kill()


def wait_until_it_answers(url, hub, seconds=600):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert hub.poll() is None, (HUB / "hub.log").read_text()[-3000:]
        try:
            with urllib.request.urlopen(url):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    pytest.fail((HUB / "hub.log").read_text()[-3000:])


@pytest.fixture
def browser(chromium, request):
    """The browser; what its pages show when a test fails is kept beside the hub's log."""
    failed = request.session.testsfailed
    yield chromium
    for context in chromium.contexts:
        for number, page in enumerate(context.pages):
            if request.session.testsfailed > failed:
                page.screenshot(path=HUB / f"{request.node.name}-{number}.png")
        context.close()


class User:
    """A user at a browser of his or her own, logged in, with JupyterLab open."""

    def __init__(self, browser, address, name):
        self.address, self.name = address, name
        self.page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        self.page.goto(f"{address}/hub/login")
        self.page.fill("#username_input", name)
        self.page.fill("#password_input", PASSWORD)
        self.page.click("#login_submit")
        self.page.wait_for_url(re.compile(f"/user/{name}/lab"), timeout=2 * MINUTE)
        self.page.locator("#jp-main-dock-panel .lm-TabBar-tab").first.wait_for(timeout=MINUTE)

    @property
    def home(self):
        return Path(pwd.getpwnam(self.name).pw_dir)

    def command(self, name):
        """Choose a command of nbgrader from the palette."""
        item = self.page.locator(f'#modal-command-palette li[data-command="nbgrader:{name}"]')
        for _ in range(5):
            self.page.keyboard.press("Control+Shift+c")
            try:
                item.click(timeout=5_000)
                return
            except Exception:
                self.page.keyboard.press("Escape")
        pytest.fail(f"the palette does not offer {name}")

    def row(self, state):
        """The only assignment in one of the three lists."""
        rows = self.page.locator(f"#{state}_assignments_list > .list_item")
        rows.first.wait_for(timeout=MINUTE)
        assert rows.count() == 1
        return rows.first

    def contents(self, method, path, body=None):
        """What JupyterLab itself calls to read and save files, from this browser."""
        program = """async ([url, method, body]) => {
            const token = document.cookie.match(/_xsrf=([^;]+)/);
            const headers = {"Content-Type": "application/json", "X-XSRFToken": token ? token[1] : ""};
            const answer = await fetch(url, {method, headers, body: body ? JSON.stringify(body) : undefined});
            return [answer.status, await answer.text()];
        }"""
        url = f"{self.address}/user/{self.name}/api/contents/{path}"
        status, text = self.page.evaluate(program, [url, method, body])
        return status, (json.loads(text) if text.startswith("{") else text)

    def status_of(self, url):
        return self.page.request.get(f"{self.address}{url}").status

    def open_notebook(self, path):
        self.page.goto(f"{self.address}/user/{self.name}/lab/tree/{path}")
        self.page.locator(".jp-Notebook-cell").first.wait_for(timeout=MINUTE)

    def validate(self):
        """What the Validate button says."""
        self.page.locator(".validate-button").first.click()
        dialog = self.page.locator(".nbgrader-SuccessDialog, .nbgrader-ErrorDialog").first
        dialog.wait_for(timeout=3 * MINUTE)
        text = dialog.inner_text()
        dialog.locator("button, jp-button").last.click()
        return text


class Formgrader:
    """The page of Formgrader in an instructor's JupyterLab."""

    def __init__(self, user):
        user.command("open-formgrader")
        user.page.locator("iframe").first.wait_for(timeout=MINUTE)
        self.user = user
        self.frame = next(frame for frame in user.page.frames if frame != user.page.main_frame)
        self.frame.locator("td.name").first.wait_for(timeout=MINUTE)

    def click(self, row, column):
        """Click in a row, wait until it is done, and close what it says."""
        self.frame.locator(f"tr:has-text('{row}') td.{column} a").first.click()
        said = self.frame.locator("#success-modal, #error-modal").first
        said.wait_for(timeout=5 * MINUTE)
        assert said.get_attribute("id") == "success-modal", said.inner_text()
        said.locator("button.close").last.click()
        said.wait_for(state="detached", timeout=MINUTE)

    def show(self, page):
        self.frame.goto(f"{self.user.address}/user/{self.user.name}/formgrader/{page}")
        self.frame.locator("tbody td").first.wait_for(timeout=MINUTE)


def solved(notebook, course):
    """The released notebook with right answers, but for one exercise that stays blank."""
    bank = Bank(course, NAME)
    answers = {name: bank.reference(name) for name in bank.solutions()}
    left_out = sorted(answers)[0]
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers and name != left_out:
            cell["source"] = answers[name]
    return notebook


def hidden_lines(course):
    """The lines of the hidden tests that stand in no released cell."""
    source = json.loads((course.source(NAME) / BOOK).read_text())
    released = (course.release(NAME) / BOOK).read_text()
    lines = set()
    for cell in source["cells"]:
        hidden = False
        for line in "".join(cell["source"]).splitlines():
            if "END HIDDEN TESTS" in line:
                hidden = False
            if hidden and len(line.strip()) > 20 and json.dumps(line.strip())[1:-1] not in released:
                lines.add(line.strip())
            hidden = hidden or "BEGIN HIDDEN TESTS" in line
    return lines


def test_from_fetch_to_feedback(browser, address, course):
    prof = User(browser, address, PROF)
    grader = Formgrader(prof)
    grader.click(NAME, "assign")
    grader.click(NAME, "release")

    ada = User(browser, address, ADA)
    ada.command("open-assignment-list")
    row = ada.row("released")
    assert NAME in row.inner_text()
    row.locator("button").first.click()
    ada.row("fetched")
    status, fetched = ada.contents("GET", f"{NAME}/{BOOK}?content=1&type=notebook")
    assert status == 200, fetched
    answered = solved(fetched["content"], course)
    body = {"type": "notebook", "format": "json", "content": answered}
    assert ada.contents("PUT", f"{NAME}/{BOOK}", body)[0] == 200
    ada.open_notebook(f"{NAME}/{BOOK}")
    assert "failed" in ada.validate(), "one exercise is blank"
    ada.page.goto(f"{address}/user/{ADA}/lab")
    ada.page.locator("#jp-main-dock-panel .lm-TabBar-tab").first.wait_for(timeout=MINUTE)
    ada.command("open-assignment-list")
    ada.row("fetched").locator("button:has-text('Submit')").first.click()
    ada.row("submitted")

    grader.show("manage_assignments")
    grader.click(NAME, "collect")
    grader.show(f"manage_submissions/{NAME}")
    grader.click(ADA, "autograde")
    grader.show(f"manage_submissions/{NAME}")
    shown = grader.frame.locator(f"tr:has-text('{ADA}') td.score").inner_text()
    earned, most = (float(number) for number in re.findall(r"[\d.]+", shown))
    assert 0 < earned < most == 20
    graded = prof.home / "gdl" / "autograded" / ADA / NAME / BOOK
    assert "nbjudge" in json.loads(graded.read_text())["metadata"], "not the course's engine graded it"
    grader.click(ADA, "generate-feedback")
    grader.click(ADA, "release-feedback")

    ada.page.locator("#refresh_assignments_list").click()
    row = ada.row("submitted")
    row.locator("button:has-text('Fetch Feedback')").first.click()
    row.locator("a:has-text('View Feedback')").first.wait_for(timeout=MINUTE)
    (page,) = (ada.home / NAME / "feedback").rglob("*.html")
    text = page.read_text()
    assert f"{earned:g}" in text
    lines = hidden_lines(course)
    assert len(lines) > 10
    assert [line for line in lines if line in text] == []
    handed_out = "".join(path.read_text(errors="replace") for path in ada.home.rglob("*") if path.is_file())
    assert [line for line in lines if line in handed_out] == []


def test_a_student_can_read_nobody_elses_work(browser, address, course):
    """After the class above, with all servers running."""
    eve = User(browser, address, EVE)
    for name in (ADA, PROF):
        assert eve.status_of(f"/user/{name}/api/contents") in (403, 404)
    assert eve.status_of(f"/user/{EVE}/formgrader") == 404
    assert eve.page.locator('li[data-command="nbgrader:open-formgrader"]').count() == 0
    places = [
        f"/home/{ADA}", f"/home/{ADA}/{NAME}/{BOOK}", f"/home/{PROF}", f"/home/{PROF}/gdl/solutions/{NAME}/{BOOK}",
        f"/home/{PROF}/gdl/gradebook.db", f"{HUB}/course/solutions/{NAME}/{BOOK}", f"{HUB}/state/jupyterhub.sqlite",
        f"{HUB}/exchange/gdl/inbound",
    ]  # fmt: skip
    program = "\n".join(
        [
            "import os, sys",
            "for place in sys.argv[1:]:",
            "    try:",
            "        print('READ', place, os.listdir(place) if os.path.isdir(place) else open(place, 'rb').read(9))",
            "    except OSError as error:",
            "        print(type(error).__name__, place)",
        ]
    )
    line = ["runuser", "-u", EVE, "--", str(HUB / "env" / "bin" / "python"), "-c", program, *places]
    done = subprocess.run(line, capture_output=True, text=True, cwd="/")
    assert len(done.stdout.splitlines()) == len(places), done.stderr
    assert "READ" not in done.stdout, done.stdout
    # What was handed in lies in a folder that can't be listed, under names with a part that can't be guessed.
    names = [path.name for path in (HUB / "exchange" / "gdl" / "inbound").iterdir()]
    assert names
    assert all(re.search(r"\+[^+]{10,}$", name.rpartition("UTC")[2]) for name in names), names
    readable = not subprocess.run(["runuser", "-u", EVE, "--", "ls", str(course.sources)], cwd="/").returncode
    assert readable == ("students can read the solutions" in (HUB / "hub.log").read_text())

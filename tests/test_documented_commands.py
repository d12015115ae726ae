"""Every command that README, GRADING, CONTRIBUTING and the tutorial tell a reader to type is run as it stands there.

The quick test has the account: for each command the test that runs it, or the reason why none does.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from nbgrader.api import Gradebook
from typer.main import get_command

from gdl_utils.cli import app
from tests.classroom.archives import table, zipped
from tests.documented import (
    BIN,
    DOCUMENTS,
    blocks,
    copy_repository,
    every_command,
    inline_commands,
    is_usage,
    lines,
    run,
)

# The tests of this module run all blocks of these documents, in their order.
HERE = ("GRADING.md",)
# Where else a command is run: a file, and words of it.
ELSEWHERE = {
    "make": ("tests/test_repository.py", 'subprocess.run(["make"]'),
    "make test": (".ci/run", "exec make test"),
    "make lint": (".github/workflows/tests.yml", "make lint"),
    "make figures": ("Makefile", "$(MAKE) --no-print-directory figures"),
    "pip install '.[grading]'": ("tests/classroom/test_light_installation.py", "gdl_utils[grading] @ file"),
    "pip install 'WHEEL[grading]'": ("tests/classroom/test_light_installation.py", "gdl_utils[grading] @ file"),
    "nbgrader autograde": ("tests/classroom/test_nbgrader_compatibility.py", 'run_nbgrader(course, "autograde"'),
    "nbgrader generate_feedback": ("tests/classroom/test_feedback.py", "generate_feedback("),
    "gdl page check 1_2": ("tests/test_add_a_page.py", "gdl page check"),
    "gdl book run book/SECTION_NAME.ipynb": ("tests/test_add_a_page.py", "gdl book run"),
}
# Quick enough to be run in the repository itself.
QUICK = ("gdl prose README.md book/index.md",)
# What no test runs as a whole, and why.
NOT_RUN = {
    "make test-slow": "it would run itself",
    "make bench": "it measures for the better part of an hour",
    "make book-full": "it trains for most of an hour; its two steps are run for one page by tests/test_add_a_page.py",
    "python benchmarks/training.py --seeds 5": "it trains for an hour",
    "systemd-run --user --scope -p Delegate=yes gdl grade ps1": "it needs a session of systemd",
    "git status": "nobody is told to type it",
}
# Run by the slow tests at the end of this module, in a copy of the repository.
SLOW = [
    "make demo",
    "make serve",
    "make lab",
    "make grade ASSIGNMENT=02_shapes_and_parameters",
    "make assignments",
    "make kill-matrix",
    "make quick",
    "make lock",
    "npm run build",
    "gdl doctor",
    "gdl grade 05_cnn",
    "gdl report 10_your_own_model",
]


@pytest.mark.quick
def test_every_command_is_run_somewhere(root):
    tutorial = "book/write_an_assignment.md"
    assert "BLOCK.findall(page)" in (root / "tests/book/test_write_an_assignment.py").read_text()
    in_blocks = {line for document in (*HERE, tutorial) for block in blocks(root, document) for line in lines(block)}
    run_somewhere = {*in_blocks, *light_installation(root), *ELSEWHERE, *QUICK, *NOT_RUN, *SLOW}
    left = [f"{each.document}: {each.command}" for each in every_command(root) if each.command not in run_somewhere]
    assert left == [], "run each in a test, and say in this module which one that is"


def light_installation(root):
    """The commands of README by which students install what they need."""
    (block,) = [block for block in blocks(root, "README.md") if "-m venv" in block]
    return lines(block)


@pytest.mark.quick
def test_the_account_has_nothing_in_excess(root):
    known = {each.command for each in every_command(root)}
    assert [command for command in [*ELSEWHERE, *QUICK, *NOT_RUN, *SLOW] if command not in known] == []
    for command, (file, words) in ELSEWHERE.items():
        assert words in (root / file).read_text(), command


@pytest.mark.quick
@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_that_are_only_named_exist(root, document):
    for usage in filter(is_usage, inline_commands(root, document)):
        command, taken = get_command(app), {"--help"}
        for word in usage.split()[1:]:
            if word.startswith("--"):
                assert word in taken, f"{document}: {usage}"
            elif word.islower() and word != "none":
                command = command.commands[word]
                taken |= {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}


@pytest.mark.quick
@pytest.mark.parametrize("command", QUICK)
def test_quick_commands(root, command):
    run(command, root)


def answer(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory):
    """A course folder on the day after the deadline: a release, the list of the class, Moodle's download."""
    home = tmp_path_factory.mktemp("home")
    run("gdl new-course class && cd class && gdl new-assignment ps1 && gdl release ps1", home)
    course = home / "class"
    released = course / "release" / "ps1" / "ps1.ipynb"
    right = home / "right.ipynb"
    shutil.copy(released, right)
    answer(right, "raise NotImplementedError()", "return sum(numbers) / len(numbers)")
    submissions = {
        "Ada King_311_assignsubmission_file/ps1.ipynb": right.read_bytes(),
        "Blaise Roux_312_assignsubmission_file/ps1.ipynb": released.read_bytes(),
    }
    zipped(course / "submissions.zip", submissions)
    header = ["Identifier", "Full name", "ID number", "Email address", "Status"]
    people = [("311", "Ada King", "ada"), ("312", "Blaise Roux", "blaise")]
    rows = [[f"Participant {n}", name, known, f"{known}@example.org", "Submitted"] for n, name, known in people]
    table(course / "class.csv", [header, *rows])
    (home / "envs").mkdir()
    (home / "envs" / "students").symlink_to(sys.prefix)
    return course


def test_grading_a_class_as_the_document_says(root, class_folder):
    """All blocks of GRADING.md, one after the other."""
    printed = "".join(run(block, class_folder, home=class_folder.parent) for block in blocks(root, "GRADING.md"))
    assert "2 student(s) of class.csv are in the gradebook" in printed
    assert "2 submission(s) from submissions.zip (Moodle)" in printed
    assert (class_folder / "report-ps1.html").is_file() and (class_folder / "feedback-ps1-moodle.zip").is_file()
    with Gradebook(f"sqlite:///{class_folder}/gradebook.db") as gradebook:
        assert {row.student.id: row.score for row in gradebook.assignment_submissions("ps1")} == {"ada": 4, "blaise": 0}


@pytest.fixture(scope="module")
def copied(root, tmp_path_factory):
    return copy_repository(root, tmp_path_factory.mktemp("copy"))


def serves(command, folder):
    """Run a command that serves a site until it is stopped; the first page that it gives."""
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "BROWSER": "true"}
    options = {"env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    server = subprocess.Popen(["bash", "-c", command], cwd=folder, start_new_session=True, **options)
    try:
        address = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+", line)))
        for _ in range(50):
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(address, timeout=5).read().decode()
            time.sleep(0.2)
        pytest.fail(f"{command} does not answer at {address}")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


@pytest.mark.slow
def test_the_light_part_is_installed_as_the_readme_says(root, copied, tmp_path):
    """Its block, literally, in a clone without an environment: it makes one from the package index."""
    subprocess.run(["git", "clone", "-q", copied, tmp_path / "clone"], check=True)
    commands = [line for line in light_installation(root) if not line.endswith("gdl lab")]
    run("\n".join(commands), tmp_path / "clone", seconds=1800)
    assert "JupyterLab" in serves(".venv/bin/gdl lab", tmp_path / "clone")


@pytest.mark.slow
def test_the_demonstration_and_what_follows(copied):
    assert "To read the book, open" in run("make demo", copied, seconds=1800)
    assert "book/index.html" in serves("make serve", copied)
    assert "JupyterLab" in serves("make lab", copied)


@pytest.mark.slow
def test_commands_for_assignments(copied):
    for name in ("02_shapes_and_parameters", "05_cnn", "10_your_own_model"):
        shutil.copytree(copied / "assignments" / name, copied / "submitted" / "ada" / name)
    run("make assignments\nmake grade ASSIGNMENT=02_shapes_and_parameters || [ $? = 1 ]", copied)
    run("gdl grade 05_cnn || [ $? = 1 ]", copied, seconds=1800)
    run("gdl grade 10_your_own_model || [ $? = 1 ]\ngdl report 10_your_own_model", copied)
    run("make kill-matrix", copied, seconds=3600)
    assert len(list((copied / "_build" / "kill-matrix").glob("*.html"))) == 10


@pytest.mark.slow
def test_commands_for_those_who_change_the_course(copied):
    run("gdl doctor || [ $? = 1 ]", copied)
    run("make quick", copied, seconds=1800)
    run("make lock", copied, seconds=1800)
    run("npm ci --silent\nnpm run build", copied / "book" / "interactive")
    assert run("git status --short book", copied) == ""

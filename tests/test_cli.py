import builtins
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gdl_utils import cli
from gdl_utils.classroom import grade as grading
from gdl_utils.classroom.charts import scores_chart
from gdl_utils.classroom.formulas import draw_formula
from gdl_utils.cli.shared import INTERNAL_ERROR, tell_of_matplotlib
from gdl_utils.installing import install_command
from nbjudge.sandbox import availability

runner = CliRunner()


def run(*arguments):
    return runner.invoke(cli.app, list(arguments))


@pytest.fixture
def in_root(root, monkeypatch):
    monkeypatch.chdir(root)


def test_the_command_is_installed_and_lists_what_it_can_do():
    done = subprocess.run([Path(sys.executable).with_name("gdl"), "--help"], capture_output=True, text=True, check=True)
    for command in ("book", "release", "sample-class", "grade"):
        assert re.search(rf"\b{command}\b", done.stdout)


def test_nobody_who_reads_on_is_no_failure():
    program = "import gdl_utils.cli as cli; cli.app()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "grade", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()  # as `head` does when it has enough
    assert process.stderr.read() == ""
    assert process.wait() == 1


def test_help_needs_neither_tensorflow_nor_nbgrader():
    program = "import sys, gdl_utils.cli; print(sorted({'tensorflow', 'nbgrader', 'jupyter_book'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_outside_the_course_it_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("grade", "02_shapes_and_parameters")
    assert result.exit_code == 2
    assert "is not the folder of a course (it has no nbgrader_config.py): change to it" in result.stderr
    assert "is not the folder of the course (it has no _toc.yml)" in run("book", "build").stderr
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("in_root")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "02_shapes"], "There is no assignment 02_shapes in solutions: choose one of its folders."),
        (["sample-class", "no_such", "--course", "{tmp}"], "The assignment no_such has no answer bank"),
        (["book", "run", "book/missing.ipynb"], "missing.ipynb is not a page of"),
        (["book", "run", "/etc/hosts"], "/etc/hosts is not a page of"),
    ],
)
def test_mistakes_are_sentences(arguments, said, tmp_path):
    result = run(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("in_root")
def test_a_package_that_is_missing_is_named(monkeypatch):
    real = builtins.__import__

    def without_nbgrader(name, *arguments):
        if name.split(".")[0] == "nbgrader":
            raise ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")
        return real(name, *arguments)

    for name in [
        name for name in sys.modules if name.startswith(("nbgrader", "gdl_utils.classroom", "gdl_utils.authoring"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_nbgrader)
    result = run("release")
    assert result.exit_code == 2
    assert result.stderr.startswith("This command needs nbgrader, which is not installed")


@pytest.mark.usefixtures("in_root")
def test_a_course_without_submissions_is_named(root, tmp_path):
    shutil.copytree(root / "solutions", tmp_path / "solutions")
    result = run("grade", "02_shapes_and_parameters", "--course", str(tmp_path))
    assert result.exit_code == 2
    assert "There is no submission of 02_shapes_and_parameters in" in result.stderr


@pytest.mark.usefixtures("in_root")
def test_check_finds_the_pages_fresh_and_the_release_up_to_date():
    assert "are fresh" in run("book", "check").stdout
    result = run("release", "--check")
    assert result.exit_code == 0
    assert "assignments/02_shapes_and_parameters: up to date" in result.stdout


@pytest.mark.usefixtures("in_root")
@pytest.mark.parametrize("course", [".", "tests"])
def test_a_sample_class_never_overwrites_anything_else(course, root):
    before = sorted(path.name for path in (root / "solutions").rglob("*"))
    result = run("sample-class", "02_shapes_and_parameters", "--course", course)
    assert result.exit_code == 2
    assert "is not empty and is not a sample class: choose a new or empty folder." in result.stderr
    assert sorted(path.name for path in (root / "solutions").rglob("*")) == before


@pytest.mark.usefixtures("in_root")
def test_a_path_with_brackets_is_shown_as_it_is(monkeypatch):
    monkeypatch.setenv("GDL_CIFAR10", "/data/[/x][red]/copy.npz")
    assert "/data/[/x][red]/copy.npz" in run("data").stdout


@pytest.mark.usefixtures("in_root")
def test_a_failure_of_our_own_has_an_exit_code_of_its_own(monkeypatch):
    monkeypatch.setattr("gdl_utils.datasets.cifar10_at_hand", lambda: 1 / 0)
    result = run("data")
    assert result.exit_code == INTERNAL_ERROR


@pytest.mark.usefixtures("in_root")
def test_grade_prints_the_table_and_tells_what_needs_attention(tmp_path, monkeypatch):
    assert run("sample-class", "02_shapes_and_parameters", "--course", str(tmp_path)).exit_code == 0
    outcomes = [
        grading.Outcome("ada", 17.5, 20, repairs=("put [back]",)),
        grading.Outcome("kurt", None, 20, remark="no [grade]"),
    ]

    def grade_class(_course, _name, on_outcome, _options, _zygote):
        for outcome in outcomes:
            on_outcome(outcome)

    monkeypatch.setattr(grading, "grade_class", grade_class)
    table = run("grade", "02_shapes_and_parameters", "--course", str(tmp_path))
    assert re.search(r"ada +│ +17\.5 │ 20 │ put \[back\]", table.stdout)
    assert re.search(r"kurt +│ as before │ 20 │ attention: no \[grade\]", table.stdout)
    assert "2 submissions, 0 of them graded before; 1 need attention." in table.stdout
    assert table.exit_code == 1
    outcomes.pop()
    assert run("grade", "02_shapes_and_parameters", "--course", str(tmp_path)).exit_code == 0


@pytest.mark.usefixtures("in_root")
@pytest.mark.parametrize(
    ("arguments", "choices"),
    [
        (("grade", "02_shapes_and_parameters", "--sandbox", "chroot"), "'bubblewrap', 'none'"),
        (("grade", "02_shapes_and_parameters", "--start", "tepid"), "'warm', 'cold'"),
        (("export", "02_shapes_and_parameters", "--format", "xls"), "'csv', 'canvas', 'moodle', 'json'"),
    ],
)
def test_a_wrong_choice_is_refused_with_the_right_ones(arguments, choices):
    result = run(*arguments)
    assert result.exit_code == 2
    assert choices in " ".join(re.sub(r"[│╭╮╰╯─]", "", result.stderr).split())


@pytest.fixture
def sample(in_root, tmp_path):
    """A course folder with a sample class."""
    folder = tmp_path / "course"
    assert run("sample-class", "02_shapes_and_parameters", "--course", str(folder)).exit_code == 0
    return folder


def test_without_bubblewrap_the_options_that_help_are_told(sample, tmp_path, monkeypatch):
    availability.once_tested.cache_clear()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path / "nothing"))
        result = run("grade", "02_shapes_and_parameters", "--course", str(sample))
    availability.once_tested.cache_clear()
    assert result.exit_code == 2
    assert result.stderr == (
        "The sandbox needs bubblewrap, which is not installed: install the package bubblewrap of your system, or use "
        "--sandbox none if you trust every notebook.\n"
    )


def test_without_a_scheduler_the_options_that_help_are_told(sample):
    address = "tcp://127.0.0.1:9"
    result = run("grade", "02_shapes_and_parameters", "--course", str(sample), "--scheduler", address)
    assert result.exit_code == 2
    assert f"No Dask scheduler answers at {address}" in result.stderr
    assert "start one with 'dask scheduler', or grade on this machine without --scheduler." in result.stderr


@pytest.mark.usefixtures("in_root")
def test_the_sample_class_is_the_same_whenever_it_is_made(tmp_path):
    contents = []
    for name in ("one", "two"):
        assert run("sample-class", "02_shapes_and_parameters", "--course", str(tmp_path / name)).exit_code == 0
        files = sorted((tmp_path / name).rglob("*.*"))
        contents.append({str(path.relative_to(tmp_path / name)): path.read_bytes() for path in files if path.is_file()})
    assert contents[0] == contents[1]
    assert len([name for name in contents[0] if name.startswith("submitted/") and name.endswith(".ipynb")]) == 30


@pytest.mark.usefixtures("in_root")
def test_a_sample_class_is_graded_anew_if_its_source_changed(tmp_path):
    line = ("sample-class", "02_shapes_and_parameters", "--course", str(tmp_path / "course"))
    run(*line)
    for name in ("gradebook.db", "autograded/ada/notebook.ipynb"):
        (tmp_path / "course" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "course" / name).touch()
    run(*line)
    assert (tmp_path / "course" / "gradebook.db").exists()
    (source,) = (tmp_path / "course" / "solutions" / "02_shapes_and_parameters").glob("*.ipynb")
    source.write_text(source.read_text() + " ")
    run(*line)
    assert not (tmp_path / "course" / "gradebook.db").exists()
    assert not (tmp_path / "course" / "autograded").exists()


@pytest.mark.parametrize(
    ("module", "what"),
    [
        ("nbgrader", "'gdl_utils[grading]'"),
        ("nh3.part", "'gdl_utils[grading]'"),
        ("tensorflow", "'gdl_utils[pages]'"),
        ("sklearn", "'gdl_utils[pages]'"),
        ("sphinx_external_toc", "'gdl_utils[book]'"),
        ("matplotlib", "matplotlib"),
        ("other_thing", "other-thing"),
    ],
)
def test_what_is_missing_is_told_with_the_command(module, what, tmp_path, monkeypatch):
    """Of the project's part to which it belongs, for the Python that runs; in the repository that is set up anew."""
    monkeypatch.chdir(tmp_path)
    assert install_command(module) == f"{sys.executable} -m pip install {what}"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "install.sh").touch()
    assert install_command(module) == "make setup"


def test_without_matplotlib_commands_say_what_they_leave_out(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    tell_of_matplotlib("The report has no charts")
    assert "because matplotlib is not installed. To have them drawn, type: " in capsys.readouterr().out
    draw_formula.cache_clear()
    assert draw_formula("x^2") == "" == scores_chart([1, 2], [0, 1, 2, 3], 1.5)
    draw_formula.cache_clear()

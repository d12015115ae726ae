"""A course from nothing to grades by what `pip install gdl_utils[grading]` installs, with an environment of pandas."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from nbjudge.zygote_client import close_zygotes
from tests.environments import build_wheel
from tests.nbjudge.small import graded, printed

pytestmark = pytest.mark.slow
HEAVY = ("tensorflow", "keras", "matplotlib", "scipy", "sklearn", "pandas")
RIGHT = "def mean(numbers):\n    return pd.Series(numbers).mean()"
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def runs(*line):
    return subprocess.run([*line, "-c", ""], capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def python():
    """One that another user may run, too, if there is any."""
    known = [Path("/usr/bin/python3"), Path(sys.base_prefix, "bin", "python3")]
    test = "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"
    usable = [path for path in known if subprocess.run([path, "-c", test], capture_output=True).returncode == 0]
    return next((path for path in usable if os.geteuid() == 0 and runs(*AS_NOBODY, path)), usable[-1])


@pytest.fixture(scope="module")
def folder():
    """Where another user finds the way, which is not so in pytest's own folders."""
    made = Path(tempfile.mkdtemp(prefix="gdl-light-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def environments(root, folder, python):
    """The wheel with its part for grading, and the students' pandas: the programs `gdl` and `python`."""
    lock = root / "requirements" / "test.txt"
    wheel = build_wheel(root, folder)
    for name, packages in {
        "grader": [f"gdl_utils[grading] @ file://{wheel}"],
        "students": ["pandas", "ipykernel"],
    }.items():
        subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--python", python, folder / name], check=True)
        install = ["pip", "install", "-q", "--python", folder / name / "bin" / "python", "-c", lock, *packages]
        subprocess.run([sys.executable, "-m", "uv", *install], check=True)
    program = f"import importlib.util as u; print([name for name in {HEAVY} if u.find_spec(name)])"
    done = subprocess.run([folder / "grader/bin/python", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    return folder / "grader" / "bin" / "gdl", folder / "students" / "bin" / "python"


def change(path, **cells):
    """Put other texts into the cells of a notebook that begin so."""
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        for text in cells.values():
            if cell.source.split("(")[0].split("\n")[0] == text.split("(")[0].split("\n")[0]:
                cell.source = text
    nbformat.write(book, path)


@pytest.mark.parametrize("user", ["root", "an ordinary user"])
def test_from_nothing_to_grades(environments, folder, user, python):
    gdl, students = environments
    home, before = folder / user.split()[-1], []
    home.mkdir()
    if user == "root" and os.geteuid() != 0:
        pytest.skip("this is an ordinary user")
    if user != "root" and os.geteuid() == 0:
        before = AS_NOBODY
        if not runs(*before, python):
            pytest.skip(f"nobody else may run {python}")
        os.chown(home, 65534, 65534)
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    course = home / "statistics"

    def run(*arguments):
        done = subprocess.run([*before, gdl, *arguments], cwd=home, env=variables, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def must(*arguments):
        code, said = run(*arguments)
        assert code == 0, said
        return said

    must("new-course", course)
    must("new-assignment", "ps1", "--course", course)
    change(course / "source/ps1/ps1.ipynb", setup="import math\nimport pandas as pd")
    code, said = run("release", "ps1", "--course", course)
    assert (
        code == 2 and "ps1 imports pandas, which " in said and "name the Python of the students with --python" in said
    )
    must("release", "ps1", "--course", course, "--python", students)
    for student, answer in {"ada": RIGHT, "blaise": "def mean(numbers):\n    return 3"}.items():
        shutil.copytree(course / "release/ps1", course / "submitted" / student / "ps1")
        change(course / "submitted" / student / "ps1/ps1.ipynb", answer=answer)
    subprocess.run(["chown", "-R", f"--reference={home}", course], check=True)
    code, said = run("grade", "ps1", "--course", course, "--despite-complaints")
    assert code == 2 and "and nobody was graded: ps1 imports pandas" in said
    # With the environment in the configuration.
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + f"c.JudgeCells.python = '{students.parents[1]}'\n")
    must("grade", "ps1", "--course", course)
    assert "2 of them graded before" in must("grade", "ps1", "--course", course, "--python", students)
    assert "type: uv pip install --python " in must("feedback", "ps1", "--course", course)
    assert "The report has no charts" in must("report", "ps1", "--course", course)
    assert "Histogram of the scores of 2 submissions" in (course / "report-ps1.html").read_text()
    rows = must("export", "ps1", "--course", course).splitlines()
    head = rows[0].split(",")
    got = [dict(zip(head, row.split(","), strict=True)) for row in rows[1:]]
    assert {row["student_id"]: float(row["score"]) for row in got} == {"ada": 4, "blaise": 1}


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_another_version_of_python_gives_the_same_scores(root, tmp_path, version):
    beside = Path(sys.base_prefix).parent.glob(f"{version}.*/bin/python{version}")
    python = next((path for path in [shutil.which(f"python{version}"), *beside] if path and runs(path)), None)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--python", python, tmp_path / "env"], check=True)
    install = ["pip", "install", "-q", "--python", tmp_path / "env/bin/python", "-c", root / "requirements/test.txt"]
    subprocess.run([sys.executable, "-m", "uv", *install, "pandas", "ipykernel"], check=True)
    with_pandas = "import pandas as pd\nassert mean(pd.Series([1, 2]).to_numpy()) == 1.5"
    answer = "import sys\ndef mean(x):\n    return sum(x) / len(x)\nprint(*sys.version_info[:2], sep='.')"
    # The second and the third run beside the answer, in a fork.
    hides = "assert mean is mean\n### BEGIN HIDDEN TESTS\nassert {}\n### END HIDDEN TESTS"
    tests = (with_pandas, hides.format("mean([1, 2, 3]) == 2"), hides.format("mean([1]) == 2"))
    try:
        result = graded(answer, tests=tests, python=str(tmp_path / "env"))
    finally:
        close_zygotes()
    (book,) = result.notebooks
    assert list(book.scores.values()) == [2, 2, 0] and len(book.trusted) == 2
    assert printed(result).strip() == version

"""What the engine gets of an assignment: the hidden folder is for the judge alone, and is prepared before grading."""

import dataclasses
import json

import nbformat
import pytest

from gdl_utils.classroom.assignment import prepare
from gdl_utils.classroom.grade import released_assignment
from gdl_utils.errors import GradingError
from tests.classroom.by_nbgrader import autograde, release, small_course
from tests.classroom.small_course import (
    FULL,
    HOW,
    NAME,
    RIGHT,
    grade,
    graded_notebook,
    hand_in,
    make_course,
    scores,
    source_of,
)
from tests.notebooks import HIDDEN, cell_of

# It needs the file beside it, and makes one where it is run.
PREPARE = """
from pathlib import Path

from truth import TRUTH

Path("made.txt").write_text(str(TRUTH))
print("Made the truth.")
"""
MADE_IS_THERE = "import os\nassert square(12) == int(open('made.txt').read())\nassert 'prepare.py' not in os.listdir()"


def hide(course, hidden_test, **files):
    """Put files into hidden/, by name without suffix, and a hidden test that reads them into the source."""
    place = course.source(NAME) / "hidden"
    place.mkdir()
    for name, content in files.items():
        (place / name.replace("_", ".")).write_text(content)
    source = nbformat.read(source_of(course), as_version=4)
    cell_of(source, "square-hidden").source = HIDDEN.format(hidden_test)
    nbformat.write(source, source_of(course))


def contents(folder):
    """The files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_hidden_files_are_for_the_judge_alone(tmp_path, root, grade_the_class):
    course = small_course(tmp_path, root, {})
    hide(course, "assert square(12) == int(open('truth.txt').read())", truth_txt="144")
    (course.source(NAME) / "given.csv").write_text("1,2\n")
    looks = (
        "import os\nfrom pathlib import Path\nprint(sorted(map(str, Path().rglob('*'))))\n"
        "print([name for _, _, names in os.walk('/tmp') for name in names])"
    )
    hand_in(course, "ada", {**RIGHT, "name": f"name = 'Ada'\n{looks}"})
    grade_the_class(course)
    assert scores(course) == {"ada": FULL}
    (output,) = graded_notebook(course, "ada").cells[3].outputs
    assert output.text.splitlines()[0] == "['given.csv']"
    for name in ("truth.txt", "book.ipynb"):
        assert name not in output.text
    assert set(contents(course.release(NAME))) == {"book.ipynb", "given.csv"}
    assert set(contents(course.autograded("ada", NAME))) - {".gdl-grade.json"} == {"book.ipynb", "given.csv"}


def test_what_is_prepared_reaches_the_judge(tmp_path, root, grade_the_class, capfd):
    course = small_course(tmp_path, root, {"ada": RIGHT})
    hide(course, MADE_IS_THERE, prepare_py=PREPARE, truth_py="TRUTH = 144")
    grade_the_class(course)
    assert (course.source(NAME) / "hidden" / "made.txt").read_text() == "144"
    assert scores(course) == {"ada": FULL}
    assert "Made the truth." in capfd.readouterr().out


CHECKED = "import sys\nfrom pathlib import Path\n\nPath('made.txt').write_text(repr(sys.argv[1:]))"


def test_prepare_is_told_that_an_assignment_is_checked(tmp_path, root):
    course = small_course(tmp_path, root, {"ada": RIGHT})
    hide(course, "pass", prepare_py=CHECKED)
    source = course.source(NAME)
    assert released_assignment(course, NAME, checking=True).hidden == {"made.txt": b"['check']"}
    assert not (source / "hidden" / "made.txt").exists()
    prepare(source)
    assert (source / "hidden" / "made.txt").read_text() == "[]"


def test_what_is_prepared_anew_is_graded_anew(tmp_path, root):
    course = small_course(tmp_path, root, {"ada": RIGHT})
    hide(course, MADE_IS_THERE, prepare_py=PREPARE, truth_py="TRUTH = 144")
    assert grade(course)["ada"].score == 6
    assert not grade(course)["ada"].fresh
    (course.source(NAME) / "hidden" / "truth.py").write_text("TRUTH = 7")
    with pytest.raises(GradingError, match="The reference solution gets 0 of 3 points in book, square-hidden"):
        grade(course)
    assert grade(course, dataclasses.replace(HOW, despite_complaints=True))["ada"].score == 3


FAILING = "import sys\nprint('first', file=sys.stderr)\nsys.exit('The data are not here: name a copy.')"


def test_a_preparation_that_fails_says_why(tmp_path, root):
    course = small_course(tmp_path, root, {"ada": RIGHT})
    hide(course, MADE_IS_THERE, prepare_py=FAILING)
    script = course.source(NAME) / "hidden" / "prepare.py"
    sentence = f"{script} failed: The data are not here: name a copy."
    with pytest.raises(GradingError) as caught:
        grade(course)
    assert str(caught.value) == sentence
    assert not course.results.exists()
    told = autograde(release(course), "ada")["ada"]
    assert not told["success"]
    assert f"GradingError: {sentence}" in told["log"]
    for program, reason in [("import sys\nsys.exit(3)", "it gave no reason"), ("1 / 0", "ZeroDivisionError: ")]:
        script.write_text(program)
        with pytest.raises(GradingError, match=f"failed: {reason}"):
            prepare(course.source(NAME))


def test_an_assignment_without_preparation_is_untouched(tmp_path, root, grade_the_class):
    course = small_course(tmp_path, root, {"ada": RIGHT})
    before = contents(course.source(NAME))
    prepare(course.source(NAME))
    grade_the_class(course)
    assert contents(course.source(NAME)) == before == {"book.ipynb": source_of(course).read_bytes()}


def test_the_engine_gets_hidden_tests_but_no_solutions(tmp_path, root):
    course = make_course(tmp_path, root, {})
    source = nbformat.read(source_of(course), as_version=4)
    cell_of(source, "square").source = HIDDEN.replace("HIDDEN TESTS", "SOLUTION").format(
        "import math\n\n\ndef square(x):\n    return math.pow(x, 2)"
    )
    nbformat.write(source, source_of(course))
    (course.source(NAME) / "hidden").mkdir()
    for name in ("given.csv", "hidden/truth.txt", "hidden/prepare.py"):
        (course.source(NAME) / name).write_text(name)
    before = contents(course.folder)
    assignment = released_assignment(course, NAME)
    assert assignment.name == NAME
    assert assignment.files == {"given.csv": b"given.csv"}
    assert assignment.hidden == {"truth.txt": b"hidden/truth.txt"}
    (notebook,) = assignment.notebooks
    assert "assert square(-7) == 49" in cell_of(notebook.content, "square-hidden")["source"]
    assert "math" not in json.dumps(notebook.content)
    assert notebook.imports == {"math": "import math"}
    assert set(notebook.answers) == {"square", "name"}
    # It was made elsewhere.
    assert contents(course.folder) == before

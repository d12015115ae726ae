"""From submitted folders into gradebook and autograded folders: what is graded again, kept, reset and reported."""

import dataclasses
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import nbgrader.api
import pytest
from nbgrader.api import Gradebook

from gdl_utils.classroom import grade as grading
from gdl_utils.classroom import nbgrader_api
from gdl_utils.errors import GradingError
from nbjudge import MachineError
from nbjudge.sandbox import bubblewrap as sandbox
from tests.classroom.small_course import (
    FULL,
    HOW,
    NAME,
    NONE,
    RIGHT,
    cell,
    grade,
    hand_in,
    make_course,
    scores,
    submission,
)

WRONG = {**RIGHT, "square": "def square(x):\n    return x + 2"}


@pytest.fixture
def folder(tmp_path, root):
    return make_course(tmp_path, root, {"ada": RIGHT, "blaise": WRONG, "grace": {}})


def fresh(outcomes):
    return {name for name, one in outcomes.items() if one.fresh}


def test_every_submission_gets_its_scores(folder):
    outcomes = grade(folder)
    assert {name: one.score for name, one in outcomes.items()} == {"ada": 6, "blaise": 3, "grace": 0}
    assert {one.max_score for one in outcomes.values()} == {10}
    assert scores(folder) == {
        "ada": FULL,
        "blaise": {**FULL, "square-hidden": (0, False)},
        "grace": NONE,
    }
    notebook = nbformat.read(folder / "autograded" / "ada" / NAME / "book.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.nbjudge.status == "graded"
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        assert gradebook.find_comment("essay", "book", NAME, "grace").auto_comment == "No response."
        assert gradebook.find_comment("essay", "book", NAME, "ada").auto_comment is None


def test_what_did_not_change_is_not_graded_again_and_the_rest_is(folder):
    assert fresh(grade(folder)) == {"ada", "blaise", "grace"}
    assert fresh(grade(folder)) == set()
    hand_in(folder, "blaise", RIGHT)
    assert fresh(grade(folder)) == {"blaise"}
    assert scores(folder)["blaise"] == FULL
    assert fresh(grade(folder, dataclasses.replace(HOW, regrade=True))) == {"ada", "blaise", "grace"}


def test_another_source_or_other_limits_grade_all_again(folder):
    grade(folder)
    path = folder / "solutions" / NAME / "book.ipynb"
    path.write_text(path.read_text().replace("square(12) == 144", "square(13) == 169"))
    assert len(fresh(grade(folder))) == 3
    limits = dataclasses.replace(HOW.limits, cell_seconds=3)
    assert len(fresh(grade(folder, dataclasses.replace(HOW, limits=limits)))) == 3


def test_what_the_gradebook_lost_or_holds_otherwise_is_graded_again(folder):
    grade(folder)
    with sqlite3.connect(folder / "gradebook.db") as database:
        database.execute(
            "update grade set auto_score = 0 where auto_score = 3 and notebook_id in (select id from grade)"
        )
        database.execute("update grade set auto_score = auto_score + 1 where rowid = (select min(rowid) from grade)")
    assert len(fresh(grade(folder))) == 1
    shutil.rmtree(folder / "autograded" / "ada")
    assert fresh(grade(folder)) == {"ada"}
    (folder / "gradebook.db").unlink()
    assert len(fresh(grade(folder))) == 3
    assert scores(folder)["ada"] == FULL


def test_an_older_better_grade_does_not_outlive_a_new_submission(folder):
    grade(folder)
    for name, what, status in [
        ("ada", b"{", "valid JSON"),
        ("blaise", submission({"square": "import os\nos._exit(0)"}), "ended in the middle"),
    ]:
        hand_in(folder, name, what)
        outcome = grade(folder)[name]
        assert outcome.score == 0
        assert status in outcome.remark
        assert scores(folder)[name] == NONE
    (folder / "submitted" / "grace" / NAME / "book.ipynb").unlink()
    assert "was not handed in" in grade(folder)["grace"].remark
    assert scores(folder)["grace"] == NONE


def test_a_failure_of_the_machine_leaves_the_old_grade(folder, monkeypatch):
    grade(folder)
    hand_in(folder, "ada", {})
    # A machine that fails can't be had at will.
    monkeypatch.setattr(
        grading, "grade_all", lambda jobs, _submit, _count: ((name, MachineError("no")) for name, _ in jobs)
    )
    outcome = grade(folder)["ada"]
    assert outcome.score is None
    assert "the machine failed twice: no" in outcome.remark
    assert scores(folder)["ada"] == FULL
    monkeypatch.undo()
    assert grade(folder)["ada"].score == 0


def test_manual_grades_are_kept_and_looked_at_again(folder):
    grade(folder)
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        essay = gradebook.find_grade("essay", "book", NAME, "ada")
        essay.manual_score, essay.needs_manual_grade, essay.extra_credit = 2.5, False, 0.5
        gradebook.find_comment("essay", "book", NAME, "ada").manual_comment = "Why not?"
        gradebook.db.commit()
    hand_in(folder, "ada", WRONG)
    grade(folder)
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        essay = gradebook.find_grade("essay", "book", NAME, "ada")
        assert (essay.manual_score, essay.extra_credit, essay.needs_manual_grade) == (2.5, 0.5, True)
        assert gradebook.find_comment("essay", "book", NAME, "ada").comment == "Why not?"
        assert gradebook.find_submission(NAME, "ada").score == 3 + 3


def test_late_submissions_lose_what_the_plugin_says(folder):
    (folder / "late_by_the_hour.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n\n"
        "class Late(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return total_seconds_late // 3600\n"
    )
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(f"\nimport sys\n\nsys.path.insert(0, {str(folder)!r})\n")
        file.write('c.AssignLatePenalties.plugin_class = "late_by_the_hour.Late"\n')
    for name, text in [("ada", "2026-10-01 14:30:00 UTC"), ("blaise", "2026-10-01 23:00:00 UTC"), ("grace", "soon")]:
        (folder / "submitted" / name / NAME / "timestamp.txt").write_text(text)
    grade(folder)
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-10-01 12:00:00 UTC")
    outcomes = grade(folder, dataclasses.replace(HOW, regrade=True))
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        late = {one.student.id: one.late_submission_penalty for one in gradebook.assignment_submissions(NAME)}
    assert late == {"ada": 2, "blaise": 3, "grace": 0}, "never more than the score"
    assert outcomes["grace"].remark == "timestamp.txt holds no date, so it counts as in time"


def test_links_in_a_submission_are_not_followed(folder, tmp_path_factory):
    secret = tmp_path_factory.mktemp("host") / "secret.txt"
    secret.write_text("canary")
    place = folder / "submitted" / "ada" / NAME
    (place / "linked.txt").symlink_to(secret)
    (place / "linked").symlink_to(secret.parent)
    (place / "timestamp.txt").symlink_to(secret)
    (folder / "submitted" / "linked").symlink_to(folder / "submitted" / "ada")
    assert grading.read_submission(place).keys() == {"book.ipynb"}
    grade(folder)
    assert not list((folder / "autograded" / "ada").rglob("linked*"))


def test_files_that_are_too_large_or_too_many_cost_no_notebook(folder, monkeypatch):
    monkeypatch.setattr(grading, "MAX_BYTES", 100_000)
    monkeypatch.setattr(grading, "MAX_FILES", 20)
    place = folder / "submitted" / "ada" / NAME
    (place / "a.bin").write_bytes(bytes(100_001))
    for number in range(30):
        (place / f"b-{number}.txt").write_text("b")
    found = grading.read_submission(place)
    assert "book.ipynb" in found
    assert "a.bin" not in found
    assert len(found) == 20
    assert grade(folder)["ada"].score == 6


def test_extra_files_reach_the_student_and_the_autograded_folder(folder):
    (folder / "solutions" / NAME / "data").mkdir()
    (folder / "solutions" / NAME / "data" / "table.csv").write_text("1,2")
    place = folder / "submitted" / "ada" / NAME
    (place / "data").mkdir()
    (place / "data" / "table.csv").write_text("forged")
    (place / "helper.py").write_text("def square(x):\n    return x * x\n")
    made = "open('made.txt', 'w').write(open('data/table.csv').read())"
    hand_in(folder, "ada", {**RIGHT, "square": f"from helper import square\n{made}"})
    assert grade(folder)["ada"].score == 6
    files = {path.name: path.read_text() for path in (folder / "autograded" / "ada" / NAME).rglob("*.*[tyv]")}
    assert files["table.csv"] == files["made.txt"] == "1,2", "the student's copy of a given file does not count"
    assert "helper.py" in files


def test_the_hidden_folder_is_for_the_judge_alone(folder, root):
    hidden = folder / "solutions" / NAME / "hidden"
    hidden.mkdir()
    (hidden / "truth.txt").write_text("144")
    path = folder / "solutions" / NAME / "book.ipynb"
    path.write_text(path.read_text().replace("square(12) == 144", "square(12) == int(open('truth.txt').read())"))
    look = "import os\nfound = [name for _, _, names in os.walk('/tmp') for name in names]\nprint(found)"
    hand_in(folder, "ada", {**RIGHT, "name": f"name = 'Ada'\n{look}"})
    assert grade(folder)["ada"].score == 6
    text = json.dumps(json.loads((folder / "autograded" / "ada" / NAME / "book.ipynb").read_text())["cells"][3])
    assert "book.ipynb" not in text
    assert "truth.txt" not in text
    assert not list((folder / "assignments").rglob("truth.txt"))
    assert not list((folder / "autograded").rglob("truth.txt"))


def test_nothing_to_grade_is_a_sentence(tmp_path, root):
    folder = make_course(tmp_path, root, {})
    with pytest.raises(GradingError, match="There is no submission of small in"):
        grade(folder)


def test_without_bubblewrap_nothing_is_run(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox.complaint.cache_clear()
    try:
        with pytest.raises(sandbox.SandboxError, match="install the package bubblewrap"):
            grade(folder)
    finally:
        sandbox.complaint.cache_clear()
    assert not (folder / "autograded").exists()


def test_a_test_that_is_added_after_grading_is_a_sentence(folder):
    grade(folder)
    path = folder / "solutions" / NAME / "book.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(cell("code", "assert square(5) == 25", "square-late", 1, locked=True))
    nbformat.write(notebook, path)
    with pytest.raises(GradingError, match="Cannot add or remove cells for notebook 'book'"):
        grade(folder)


def test_the_version_of_a_new_gradebook_is_nbgraders_own():
    """nbgrader asks the program `alembic`, in another process; here it is asked where nobody has changed that."""
    program = "import nbgrader.api; print(nbgrader.api.get_alembic_version())"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    assert own.stdout.strip() == nbgrader_api.gradebook_version()
    assert nbgrader.api.get_alembic_version is nbgrader_api.gradebook_version

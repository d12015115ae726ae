"""From submitted folders into gradebook and autograded folders: what is graded again, kept, reset and reported."""

import dataclasses
import shutil
import sqlite3
from pathlib import Path

import nbformat
import pytest

from gdl_utils.classroom.course import CONFIG, TIMESTAMP, Course
from gdl_utils.errors import GradingError
from nbjudge import SandboxError
from tests.classroom.small_course import (
    FULL,
    HOW,
    NAME,
    NONE,
    RIGHT,
    grade,
    gradebook_of,
    graded_notebook,
    hand_in,
    make_course,
    scores,
    source_of,
    submission,
)
from tests.notebooks import as_node, setup, test

WRONG = {**RIGHT, "square": "def square(x):\n    return x + 2"}


@pytest.fixture
def course(tmp_path, root):
    return make_course(tmp_path, root, {"ada": RIGHT, "blaise": WRONG, "grace": {}})


def fresh(outcomes):
    return {name for name, outcome in outcomes.items() if outcome.fresh}


def test_every_submission_gets_its_scores(course):
    outcomes = grade(course)
    assert {name: outcome.score for name, outcome in outcomes.items()} == {"ada": 6, "blaise": 3, "grace": 0}
    assert {outcome.max_score for outcome in outcomes.values()} == {10}
    assert scores(course) == {
        "ada": FULL,
        "blaise": {**FULL, "square-hidden": (0, False)},
        "grace": NONE,
    }
    notebook = graded_notebook(course, "ada")
    nbformat.validate(notebook)
    assert notebook.metadata.nbjudge.status == "graded"
    with gradebook_of(course) as gradebook:
        assert gradebook.find_comment("essay", "book", NAME, "grace").auto_comment == "No response."
        assert gradebook.find_comment("essay", "book", NAME, "ada").auto_comment is None


def test_only_what_changed_is_graded_again(course):
    assert fresh(grade(course)) == {"ada", "blaise", "grace"}
    assert fresh(grade(course)) == set()
    hand_in(course, "blaise", RIGHT)
    assert fresh(grade(course)) == {"blaise"}
    assert scores(course)["blaise"] == FULL
    assert fresh(grade(course, dataclasses.replace(HOW, regrade=True))) == {"ada", "blaise", "grace"}


def test_another_source_or_other_limits_grade_all_again(course):
    grade(course)
    path = source_of(course)
    path.write_text(path.read_text().replace("square(12) == 144", "square(13) == 169"))
    assert len(fresh(grade(course))) == 3
    limits = dataclasses.replace(HOW.limits, cell_seconds=3)
    assert len(fresh(grade(course, dataclasses.replace(HOW, limits=limits)))) == 3


def test_what_the_gradebook_lost_is_graded_again(course):
    grade(course)
    with sqlite3.connect(course.folder / "gradebook.db") as database:
        database.execute(
            "update grade set auto_score = 0 where auto_score = 3 and notebook_id in (select id from grade)"
        )
        database.execute("update grade set auto_score = auto_score + 1 where rowid = (select min(rowid) from grade)")
    assert len(fresh(grade(course))) == 1
    shutil.rmtree(course.autograded("ada", NAME))
    assert fresh(grade(course)) == {"ada"}
    (course.folder / "gradebook.db").unlink()
    assert len(fresh(grade(course))) == 3
    assert scores(course)["ada"] == FULL


def test_an_older_better_grade_ends_with_a_new_submission(course):
    grade(course)
    for name, what, status in [
        ("ada", b"{", "valid JSON"),
        ("blaise", submission({"square": "import os\nos._exit(0)"}), "ended in the middle"),
    ]:
        hand_in(course, name, what)
        outcome = grade(course)[name]
        assert outcome.score == 0
        assert status in outcome.remark
        assert scores(course)[name] == NONE
    (course.submitted("grace", NAME) / "book.ipynb").unlink()
    assert "was not handed in" in grade(course)["grace"].remark
    assert scores(course)["grace"] == NONE


def test_a_failure_of_the_machine_leaves_the_old_grade(course):
    """A setup cell that fails in the judge is such a failure, and no fault of the students."""
    given = course.source(NAME) / "given.txt"
    given.touch()
    source = nbformat.read(source_of(course), as_version=4)
    source.cells.insert(0, as_node(setup("open('given.txt').close()")))
    nbformat.write(source, source_of(course))
    grade(course)
    hand_in(course, "ada", {})
    given.unlink()
    with pytest.raises(GradingError, match=r"The setup cell \S+ of book fails .*: line 1: open.*FileNotFoundError"):
        grade(course)
    assert scores(course)["ada"] == FULL
    outcome = grade(course, dataclasses.replace(HOW, despite_complaints=True))["ada"]
    assert outcome.score is None
    assert "the machine failed twice: the setup cell" in outcome.remark
    assert outcome.remark.endswith("an earlier grade stays")
    assert scores(course)["ada"] == FULL
    given.touch()
    assert grade(course)["ada"].score == 0


def test_manual_grades_are_kept_and_looked_at_again(course):
    grade(course)
    with gradebook_of(course) as gradebook:
        essay = gradebook.find_grade("essay", "book", NAME, "ada")
        essay.manual_score, essay.needs_manual_grade, essay.extra_credit = 2.5, False, 0.5
        gradebook.find_comment("essay", "book", NAME, "ada").manual_comment = "Why not?"
        gradebook.db.commit()
    hand_in(course, "ada", WRONG)
    grade(course)
    with gradebook_of(course) as gradebook:
        essay = gradebook.find_grade("essay", "book", NAME, "ada")
        assert (essay.manual_score, essay.extra_credit, essay.needs_manual_grade) == (2.5, 0.5, True)
        assert gradebook.find_comment("essay", "book", NAME, "ada").comment == "Why not?"
        assert gradebook.find_submission(NAME, "ada").score == 3 + 3


def test_late_submissions_lose_what_the_plugin_says(course):
    (course.folder / "late_by_the_hour.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n\n"
        "class Late(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return total_seconds_late // 3600\n"
    )
    with course.config_file.open("a") as file:
        file.write(f"\nimport sys\n\nsys.path.insert(0, {str(course.folder)!r})\n")
        file.write('c.AssignLatePenalties.plugin_class = "late_by_the_hour.Late"\n')
    for name, text in [("ada", "2026-10-01 14:30:00 UTC"), ("blaise", "2026-10-01 23:00:00 UTC"), ("grace", "soon")]:
        (course.submitted(name, NAME) / TIMESTAMP).write_text(text)
    grade(course)
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-10-01 12:00:00 UTC")
    outcomes = grade(course, dataclasses.replace(HOW, regrade=True))
    with gradebook_of(course) as gradebook:
        late = {row.student.id: row.late_submission_penalty for row in gradebook.assignment_submissions(NAME)}
    assert late == {"ada": 2, "blaise": 3, "grace": 0}, "never more than the score"
    assert "timestamp.txt: The time 'soon' can't be read with certainty" in outcomes["grace"].remark


def test_extra_files_reach_the_student_and_the_result(course):
    for place, content in [(course.source(NAME), "1,2"), (course.submitted("ada", NAME), "forged")]:
        (place / "data").mkdir()
        (place / "data" / "table.csv").write_text(content)
    (course.submitted("ada", NAME) / "helper.py").write_text("def square(x):\n    return x * x\n")
    made = "open('made.txt', 'w').write(open('data/table.csv').read())"
    hand_in(course, "ada", {**RIGHT, "square": f"from helper import square\n{made}"})
    assert grade(course)["ada"].score == 6
    files = {path.name: path.read_text() for path in course.autograded("ada", NAME).rglob("*.*[tyv]")}
    assert files["table.csv"] == files["made.txt"] == "1,2", "the student's copy of a given file does not count"
    assert "helper.py" in files


def test_nothing_to_grade_is_a_sentence(tmp_path, root):
    course = make_course(tmp_path, root, {})
    with pytest.raises(
        GradingError, match=r"There is no submission of small in .*: put each into STUDENT/small/ there"
    ):
        grade(course)


def test_without_bubblewrap_nothing_is_run(course, remove_bubblewrap):
    remove_bubblewrap()
    with pytest.raises(SandboxError, match="install the package bubblewrap"):
        grade(course)
    assert not course.results.exists()


def test_a_test_that_is_added_after_grading_is_a_sentence(course):
    grade(course)
    source = nbformat.read(source_of(course), as_version=4)
    source.cells.append(as_node(test("assert square(5) == 25", "square-late", 1)))
    nbformat.write(source, source_of(course))
    with pytest.raises(GradingError, match="Cannot add or remove cells for notebook 'book'"):
        grade(course)


def test_a_course_may_be_named_by_a_relative_path(course, root, monkeypatch):
    monkeypatch.chdir(course.folder.parent)
    relative = Course(Path(course.folder.name), Path(course.folder.name) / CONFIG)
    assert {name: outcome.score for name, outcome in grade(relative).items()} == {"ada": 6, "blaise": 3, "grace": 0}
    assert graded_notebook(course, "ada").metadata.nbjudge.status == "graded"
    assert fresh(grade(course)) == set()

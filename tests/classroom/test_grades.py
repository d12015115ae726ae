"""The grades that are read from a gradebook: whose, of which assignment, and how many queries that takes."""

import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import (
    Base,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Engine, event, insert
from sqlalchemy.exc import SAWarning

from gdl_utils.classroom.course import GRADEBOOK
from gdl_utils.classroom.dates import extend, set_due
from gdl_utils.classroom.export import export
from gdl_utils.classroom.export_formats import Format
from gdl_utils.classroom.feedback import generate
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.classroom.grades import read_grades
from gdl_utils.classroom.nbgrader_api import settings_of
from gdl_utils.classroom.records import add_regrade, collected, keep_collected
from gdl_utils.classroom.report import write_report
from gdl_utils.errors import GradingError
from tests.classroom import postgresql


def by_student(grades):
    return {row.student: row for row in grades.rows}


def points_of(row):
    return {cell.name: points.score for cell, points in row.points.items()}


def test_a_student_has_a_name_points_and_comments(named):
    grades = read_grades(named.course, named.name)
    assert (grades.course, grades.assignment, grades.max_score) == ("gdl", "small", 10)
    rows = by_student(grades)
    assert list(rows) == sorted(["absent", "ada", "blank", "broken", "hostile", "partly", "spy", "wrong"])
    ada = rows["ada"]
    assert (ada.name, ada.email, ada.lms_user_id) == ("King, Ada", "ada@example.org", "4711")
    assert (ada.raw_score, ada.late_penalty, ada.score, ada.seconds_late) == (7, 0, 7, 3600)
    assert points_of(ada) == {
        "half-visible": 1, "half-hidden": 2, "root-visible": 1, "root-both": 3, "essay": None,
    }  # fmt: skip
    assert [cell.name for cell in ada.by_hand] == ["essay"]
    assert ada.comments == {("halves", "half"): "Well done,\n- very short"}
    assert (rows["partly"].raw_score, rows["partly"].late_penalty, rows["partly"].score) == (5, 2, 3)
    assert rows["blank"].name == "blank"
    assert not rows["absent"].submitted


def test_no_penalty_takes_more_than_there_is(named):
    with named.gradebook() as gradebook:
        gradebook.find_submission_notebook(named.book, named.name, "wrong").late_submission_penalty = 9
        gradebook.db.commit()
    row = by_student(read_grades(named.course, named.name))["wrong"]
    assert (row.raw_score, row.score) == (3, 0)


def test_manual_grades_and_extra_credit_count_as_in_nbgrader(named):
    with named.gradebook() as gradebook:
        grade = gradebook.find_grade("essay", named.book, named.name, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 0.5, False
        grade = gradebook.find_grade("half-hidden", named.book, named.name, "ada")
        grade.manual_score = 0
        gradebook.db.commit()
        expected = gradebook.find_submission(named.name, "ada").score
    ada = by_student(read_grades(named.course, named.name))["ada"]
    assert ada.raw_score == expected == 7.5
    points = points_of(ada)
    assert (points["essay"], points["half-hidden"]) == (2.5, 0)
    assert ada.by_hand == []


@pytest.mark.parametrize(
    ("database", "name", "sentence"),
    [
        ("sqlite:////nowhere/gradebook.db", "small", "There is no gradebook /nowhere/gradebook.db: run"),
        ("nonsense", "small", "nonsense is not the URL of a gradebook: write"),
        (None, "other", "has no assignment other; it has: small."),
        ("postgresql://ada:secret@127.0.0.1:1/x", "small", "can't be read"),
    ],
)
def test_mistakes_are_one_sentence(graded, database, name, sentence):
    course = replace(graded.course, database=database)
    for read in (read_grades, lambda *given: export(*given, Format.CSV)):
        with pytest.raises(GradingError) as caught:
            read(course, name)
        assert sentence in str(caught.value)
        assert "secret" not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_file_that_is_no_gradebook_is_told(graded):
    path = graded.course.folder / GRADEBOOK
    path.write_text("no database, but long enough to be taken for one" * 50)
    with pytest.raises(GradingError, match="can't be read"):
        read_grades(graded.course, "small")


def add_large_class(gradebook, count):
    """Add an assignment `large` and students who all got 15 points."""
    gradebook.add_assignment("large", course_id="gdl")
    gradebook.add_notebook("book", "large")
    for number in range(15):
        gradebook.add_grade_cell(f"test-{number}", "book", "large", max_score=2, cell_type="code")
        gradebook.add_solution_cell(f"answer-{number}", "book", "large")
    assignment = gradebook.find_assignment("large")
    (book,) = assignment.notebooks
    grades = [cell.id for cell in book.grade_cells]
    answers = [cell.id for cell in book.solution_cells]
    students, number = [f"s{place:05}" for place in range(count)], assignment.id
    tables = {
        Student: [{"id": name} for name in students],
        SubmittedAssignment: [{"id": name, "assignment_id": number, "student_id": name} for name in students],
        SubmittedNotebook: [{"id": name, "assignment_id": name, "notebook_id": book.id} for name in students],
        Grade: [
            {
                "id": f"{name}{place}",
                "cell_id": cell,
                "notebook_id": name,
                "auto_score": 1,
                "needs_manual_grade": False,
            }
            for name in students
            for place, cell in enumerate(grades)
        ],
        Comment: [
            {"id": f"{name}{place}", "cell_id": cell, "notebook_id": name, "auto_comment": "No response."}
            for name in students
            for place, cell in enumerate(answers)
        ],
    }
    for table, rows in tables.items():
        gradebook.db.execute(insert(table.__table__), rows)
    gradebook.db.commit()


@pytest.fixture
def queries():
    """What SQLAlchemy asks databases, in this process."""
    asked = []

    def note(*given):
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def test_a_large_class_takes_as_few_queries_as_a_small_one(graded, queries):
    with graded.gradebook() as gradebook:
        add_large_class(gradebook, 2000)
    counts = []
    for name in ("small", "large"):
        queries.clear()
        start = time.monotonic()
        for format in Format:
            export(graded.course, name, format)
        counts.append(len(queries))
        assert time.monotonic() - start < 15
    assert counts[0] == counts[1] > 0
    rows = [row for row in read_grades(graded.course, "large").rows if row.student.startswith("s0")]
    assert len(rows) == 2000
    assert {row.score for row in rows} == {15}


def test_each_assignment_has_its_own_grades(graded):
    with graded.gradebook() as gradebook:
        add_large_class(gradebook, 3)
        # nbgrader warns of its own way to do that.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            gradebook.add_submission("large", "ada")
        gradebook.find_submission_notebook("book", "large", "ada").late_submission_penalty = 5
        gradebook.db.commit()
    rows = by_student(read_grades(graded.course, "small"))
    assert rows["ada"].score == 7
    assert not rows["s00000"].submitted
    assert "test-0" not in points_of(rows["ada"])


def test_postgresql_gives_the_same_as_sqlite(named):
    """So do export, report and feedback, which read from there."""
    with tempfile.TemporaryDirectory(prefix="gdl-") as place:
        # A short path: that of a socket may have 107 bytes.
        Path(place).chmod(0o755)
        with postgresql.server(Path(place) / "pg") as new_database:
            there = replace(named.course, database=new_database())
            with pytest.raises(GradingError, match="holds no gradebook"):
                read_grades(there, named.name)
            with named.gradebook() as source, Gradebook(there.db_url, "gdl") as target:
                for table in Base.metadata.sorted_tables:
                    rows = [dict(row) for row in source.db.execute(table.select()).mappings()]
                    rows = [row for row in rows if table.name != "course" or row["id"] != "gdl"]
                    if rows:
                        target.db.execute(table.insert(), rows)
                target.db.commit()
            for format in Format:
                assert export(there, named.name, format) == export(named.course, named.name, format)
            page = named.course.folder / "report.html"
            written = write_report(named.course, named.name, page).read_bytes()
            assert write_report(there, named.name, page).read_bytes() == written
            pages = [feedback.pages[0].read_text() for feedback in generate(named.course, named.name)]
            (named.course.folder / GRADEBOOK).unlink()
            assert [feedback.pages[0].read_text() for feedback in generate(there, named.name)] == pages
            keep_dates_and_notes(there, named.name)


def keep_dates_and_notes(course, name):
    """What is kept beside nbgrader's tables is there again when the gradebook is opened once more."""
    set_due(course, name, "2026-10-01 10:00 Europe/Berlin")
    extend(course, name, "ada", "3 hours")
    extend(course, name, "spy", "1 day")
    extend(course, name, "spy", "2026-10-01 12:30 Europe/Berlin")
    with Gradebook(course.db_url, "gdl") as gradebook:
        add_regrade(gradebook, name, "ada", "Zoë's \N{SNOWMAN}", 5, None)
        add_regrade(gradebook, name, "ada", "again", None, 7)
        for _ in range(2):
            keep_collected(gradebook, name, "Moodle", "ada", [("Ada_1_assignsubmission_file/", "book.ipynb")])
        gradebook.db.commit()
    with Gradebook(course.db_url, "gdl") as gradebook:
        assert collected(gradebook, name) == {"ada": ("Moodle", [("Ada_1_assignsubmission_file/", "book.ipynb")])}
    grades = read_grades(course, name)
    rows = by_student(grades)
    assert grades.zone == "Europe/Berlin"
    assert [(each.note, each.old_score, each.new_score) for each in grades.regrades] == [
        ("Zoë's \N{SNOWMAN}", 5, None), ("again", None, 7),
    ]  # fmt: skip
    assert [rows[student].seconds_late / 3600 for student in ("ada", "spy", "blank")] == [1, 1.5, 4]
    with ClassGradebook(course.db_url, "gdl", name, settings_of(course)) as gradebook:
        assert gradebook.bring_up_to_date({"ada": None})["partly"].penalty == 0
    assert by_student(read_grades(course, name))["ada"].seconds_late == 0

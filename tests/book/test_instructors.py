"""The page for instructors names commands, pages and assignments that there are, and all of them."""

import re

import pytest
from typer.main import get_command

from gdl_utils.book.build import toc_pages
from gdl_utils.classroom.export_formats import Format
from gdl_utils.cli import app

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def text(root):
    return (root / "book" / "instructors.md").read_text()


def test_every_assignment_stands_in_both_tables(text, course):
    part_one, part_two, assignments, by_weeks = re.findall(
        r"^```\{list-table\}.+?^```$", text, re.DOTALL | re.MULTILINE
    )
    schedule = part_one + part_two
    missing = {
        table: [name for name in course.assignments if rows.count(name) != 1]
        for table, rows in {"table-schedule": schedule, "table-assignments": assignments}.items()
    }
    assert missing == {"table-schedule": [], "table-assignments": []}, "give each a row in book/instructors.md"
    for columns, weeks in ((0, 6), (1, 10), (2, 14)):
        cells = [re.split(r"\n  -", row)[1 + columns].strip() for row in by_weeks.split("\n* - ")[2:]]
        assert [bool(cell) for cell in cells] == [True] * weeks + [False] * (14 - weeks)
    numbers = {name[:2] for name in course.assignments}
    assert set(re.findall(r"`(\d\d)`", by_weeks)) == numbers


def test_the_schedule_has_every_page_once(text, root):
    schedule = text[text.index(":name: table-schedule") : text.index(":name: table-assignments")]
    pages = [name.removeprefix("book/") for name in toc_pages(root) if re.match(r"book/\d_\d", name)]
    links = {page: f"[{page[:3].replace('_', '.')} " for page in pages}
    missing = [page for page, link in links.items() if schedule.count(f"({page})") != 1 or link not in schedule]
    assert len(pages) >= 12
    assert missing == [], "give each of these pages one row in the schedule of book/instructors.md"


def test_its_commands_exist_and_none_for_a_class_is_missing(text, root):
    commands = get_command(app).commands
    named = set(re.findall(r"\bgdl ([a-z][a-z-]*)", text))
    assert named <= set(commands)
    assert {"release", "grade", "feedback", "export", "report", "kill-matrix", "check"} <= named
    makefile = (root / "Makefile").read_text()
    for target in set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)`", text)) | {"demo", "kill-matrix"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for name in Format:
        assert f"`{name}`" in text or f"--format {name}" in text


def test_what_it_refers_to_is_there(text, root):
    files = set(re.findall(r"blob/main/([\w./-]+)", text))
    assert [file for file in files if not (root / file).is_file()] == []
    assert 'under "Add or change an exercise"' in text
    assert "## Add or change an exercise" in (root / "CONTRIBUTING.md").read_text()
    assert 'under "Writing tests for the judge"' in text
    assert "## Writing tests for the judge" in (root / "GRADING.md").read_text()


def test_it_states_no_number_that_nothing_computes(text):
    """Sections, weeks and names of assignments apart."""
    plain = re.sub(r"```(?:bash|text).+?```|<!--.*?-->", " ", text, flags=re.DOTALL)
    plain = re.sub(r"^```.*$", " ", plain, flags=re.MULTILINE)
    plain = re.sub(r"`[^`]*`|\]\([^)]*\)|^\* - \d+$|^:header-rows: 1$", " ", plain, flags=re.MULTILINE)
    plain = re.sub(r"\b[1-3]\.[1-9]\b|\b[Cc]hapter \d|CIFAR-10", " ", plain)
    assert re.findall(r"\d+", plain) == []

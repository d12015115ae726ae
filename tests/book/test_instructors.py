"""The page for instructors names commands, pages and assignments that there are, and all of them."""

import re

import pytest
from typer.main import get_command

from gdl_utils.cli import app


@pytest.fixture(scope="module")
def text(root):
    return (root / "book" / "instructors.md").read_text()


def test_every_assignment_stands_in_both_tables(text, root):
    schedule, assignments = re.findall(r"^```\{list-table\}.+?^```$", text, re.DOTALL | re.MULTILINE)
    for name in assignment_names(root):
        assert schedule.count(name) == 1
        assert assignments.count(name) == 1


def test_the_schedule_has_every_page_once(text, root):
    schedule = text[text.index(":name: table-schedule") : text.index(":name: table-assignments")]
    for number in ["1_1", "1_2", "1_3", "1_4", "1_5", "1_6", "2_1", "2_2", "2_3", "2_4", "2_5", "2_6"]:
        linked = re.findall(rf"\[{number.replace('_', '.')} [^]]+\]\(({number}_\w+)\)", schedule)
        assert len(linked) == 1, number
    for path in (root / "book").glob("[12]_*.ipynb"):
        assert f"({path.stem})" in schedule


def test_every_command_of_the_page_exists_and_every_command_for_a_class_is_told(text, root):
    commands = get_command(app).commands
    told = set(re.findall(r"\bgdl ([a-z][a-z-]*)", text))
    assert told <= set(commands)
    assert {"release", "grade", "feedback", "export", "report", "kill-matrix", "check"} <= told
    makefile = (root / "Makefile").read_text()
    for target in set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)`", text)) | {"demo", "kill-matrix"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    formats = next(parameter for parameter in commands["export"].params if parameter.name == "format").help
    for name in ("csv", "canvas", "moodle", "json"):
        assert f"`{name}`" in text or f"--format {name}" in text
        assert name in formats


def test_what_it_refers_to_is_there(text, root):
    for file in set(re.findall(r"blob/main/([\w./-]+)", text)):
        assert (root / file).is_file()
    assert 'under "Add or change an exercise"' in text
    assert "## Add or change an exercise" in (root / "CONTRIBUTING.md").read_text()
    assert 'under "Writing tests for the judge"' in text
    assert "## Writing tests for the judge" in (root / "GRADING.md").read_text()


def test_it_states_no_number_that_nothing_computes(text):
    """Sections, weeks and names of assignments apart."""
    plain = re.sub(r"```(?:bash|text).+?```", " ", text, flags=re.DOTALL)
    plain = re.sub(r"^```.*$", " ", plain, flags=re.MULTILINE)
    plain = re.sub(r"`[^`]*`|\]\([^)]*\)|^\* - \d$|^:header-rows: 1$", " ", plain, flags=re.MULTILINE)
    plain = re.sub(r"\b[12]\.[1-6]\b|CIFAR-10", " ", plain)
    assert re.findall(r"\d+", plain) == []

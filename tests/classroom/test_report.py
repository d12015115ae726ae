"""The report says what the gradebook and the engine say, in one page that needs nothing else and runs nothing."""

import base64
import datetime
import json
import re

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from gdl_utils.classroom.report import GradingNote, write_report
from gdl_utils.cli import app
from gdl_utils.errors import GradingError

EVIL = '<script>alert("name")</script>'


def page_of(graded):
    path = write_report(graded.course, graded.name, graded.course.folder / "new" / "report.html")
    return BeautifulSoup(path.read_text(), "html.parser")


def section(page, title):
    (heading,) = (heading for heading in page.find_all("h2") if heading.get_text() == title)
    return heading.parent


def table(part):
    return [[cell.get_text() for cell in row.find_all("td")] for row in part.find("tbody").find_all("tr")]


def test_hints_are_counted_once_a_student(graded):
    told = {"ada": {"a": EVIL, "b": EVIL}, "wrong": {"a": EVIL}, "partly": {"a": "Only this one."}}
    for path in graded.course.results.glob(f"*/{graded.name}/{graded.book}.ipynb"):
        content = json.loads(path.read_text())
        content["metadata"].setdefault("nbjudge", {})["hints"] = told.get(path.parent.parent.name, {})
        path.write_text(json.dumps(content))
    assert table(section(page_of(graded), "What students were told most often")) == [[EVIL, "2"]]


def test_what_was_handed_in_but_not_graded_is_listed(graded):
    place = graded.course.submitted("may", graded.name)
    place.parent.mkdir()
    place.write_text("not a folder")
    try:
        rows = table(section(page_of(graded), "What needs attention"))
    finally:
        place.unlink()
        place.parent.rmdir()
    (row,) = (row for row in rows if row[0] == "may")
    assert row[2:] == ["not graded", "it was handed in, but not graded; 'gdl grade' says why"]


@pytest.fixture
def spoilt(graded):
    """The graded class with hostile names, a late submission, and a student who handed in nothing."""
    with graded.gradebook() as gradebook:
        gradebook.update_or_create_student("ada", first_name=EVIL, last_name='"><img src=x onerror=alert(1)>')
        gradebook.update_or_create_student("absent", last_name="$x^2$ & Sons")
        gradebook.find_assignment(graded.name).duedate = datetime.datetime(2026, 9, 29, 10, 30)
        gradebook.find_submission(graded.name, "blank").extension = datetime.timedelta(days=9)
        gradebook.find_submission_notebook(graded.book, graded.name, "ada").late_submission_penalty = 1.5
        gradebook.db.commit()
    path = graded.course.autograded("wrong", graded.name) / f"{graded.book}.ipynb"
    content = json.loads(path.read_text())
    content["metadata"]["nbjudge"] |= {"status": "timeout", "reason": EVIL, "findings": ["A cell was missing."]}
    path.write_text(json.dumps(content))
    return graded


def test_the_figures_are_those_of_the_gradebook(graded):
    page = page_of(graded)
    figures = {entry.dt.get_text(): entry.dd.get_text() for entry in page.dl.find_all("div")}
    assert figures == {
        "submissions": "7",
        "without a submission": "0",
        "median": "5 of 10",
        "need attention": "1",
        "late": "0",
        "to be graded by hand": "1",
    }
    exercises = table(section(page, "Exercises"))
    # In the notebook's order; of six that could be read and one that could not.
    assert exercises == [
        ["half-visible", "1", "71%", "5", "2", "0"],
        ["half-hidden", "2", "43%", "3", "4", "0"],
        ["root-visible", "1", "57%", "4", "3", "0"],
        ["root-both", "3", "57%", "4", "3", "0"],
        ["essay", "3", "0%", "0", "6", "1"],
    ]
    text = section(page, "Scores").img["alt"]
    assert "7 submissions, from 0 to 7 of 10 points; the median is 5" in text
    assert table(section(page, "To be graded by hand")) == [["ada", "ada", "essay"]]


def test_what_needs_attention_is_listed_and_nothing_else(spoilt):
    page = page_of(spoilt)
    attention = table(section(page, "What needs attention"))
    assert [line[0] for line in attention] == ["broken", "wrong"]
    assert attention[0][2] == "unreadable"
    assert "not valid JSON" in attention[0][3]
    assert attention[1][2:] == ["timeout", f"{EVIL} A cell was missing."]
    late = table(section(page, "Late submissions"))
    assert len(late) == 6
    assert ["partly", "partly", "2 d 1 h", "0", "2026-10-01 12:00 UTC", "", "5", "5"] in late
    assert any(line[0] == "ada" and line[3:] == ["1.5", "2026-10-01 12:00 UTC", "", "7", "5.5"] for line in late)
    assert table(section(page, "Without a submission")) == [["absent", "$x^2$ & Sons"]]


def test_who_slowed_others_is_named(graded):
    path = graded.course.autograded("ada", graded.name) / f"{graded.book}.ipynb"
    content = json.loads(path.read_text())
    content["metadata"]["nbjudge"] |= {"remark": f"its processes wanted 24 processors {EVIL}"}
    path.write_text(json.dumps(content))
    page = page_of(graded)
    assert "ada" in section(page, "Time and memory").get_text().partition("Those that slowed others")[2]
    (row,) = (row for row in table(section(page, "What needs attention")) if row[0] == "ada")
    assert row[2:] == ["graded", f"its processes wanted 24 processors {EVIL}"]


def test_findings_alone_need_attention():
    assert GradingNote("ada", "book", "graded", "", ("A cell was missing.",), 1, 1).needs_attention
    assert not GradingNote("ada", "book", "graded", "", (), 1, 1).needs_attention


def test_names_and_reasons_are_text_on_a_whole_page(spoilt):
    page = page_of(spoilt)
    text = str(page)
    assert not page.find_all(["script", "link", "iframe", "object", "svg"])
    assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in page.find_all("img"))
    assert not re.search(r"https?://|url\(|@import|\son\w+=[\"']", re.sub(r"&lt;.*?&gt;", "", text))
    assert EVIL in page.get_text()
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert "default-src 'none'" in policy


def test_everyone_can_read_it(graded):
    page = page_of(graded)
    assert page.html["lang"] == "en"
    assert page.title.get_text() == "Report: small"
    assert len(page.find_all("h1")) == 1
    images = page.find_all("img")
    assert len(images) == 3
    for image in images:
        assert len(image["alt"]) > 40
        drawing = base64.b64decode(image["src"].partition(",")[2]).decode()
        # Okabe and Ito's blue and orange; what else there is are greys, and colours of text.
        colours = {colour for colour in re.findall(r"#[0-9a-f]{6}", drawing.lower()) if len(set(colour[1::2])) > 1}
        assert colours <= {"#0072b2", "#d55e00", "#8a3b00", "#1f2328", "#57606a", "#eef1f4"}
    assert all(cell.get("scope") == "col" for cell in page.find_all("th"))


def test_the_same_class_gives_the_same_page(graded, tmp_path):
    first = write_report(graded.course, graded.name, tmp_path / "a.html").read_bytes()
    assert write_report(graded.course, graded.name, tmp_path / "b.html").read_bytes() == first


def test_notebooks_of_other_tools_and_damaged_ones_do_no_harm(graded):
    for path in graded.course.results.glob("*/*/*.ipynb"):
        content = json.loads(path.read_text())
        del content["metadata"]["nbjudge"]
        path.write_text(json.dumps(content))
    (graded.course.autograded("ada", graded.name) / f"{graded.book}.ipynb").write_text("{")
    page = page_of(graded)
    assert "Nothing was recorded" in section(page, "Time and memory").get_text()
    assert len(table(section(page, "What needs attention"))) == 7


def test_mistakes_are_one_sentence(graded):
    with pytest.raises(GradingError, match="has no assignment other"):
        write_report(graded.course, "other", graded.course.folder / "report.html")
    with graded.gradebook() as gradebook:
        gradebook.add_assignment("empty", course_id="gdl")
    with pytest.raises(GradingError, match=r"^No submission of empty is graded yet: run 'gdl grade' first\.$"):
        write_report(graded.course, "empty", graded.course.folder / "report.html")


def test_the_command_says_where_the_report_is(root, graded, monkeypatch):
    monkeypatch.chdir(root)
    result = CliRunner().invoke(app, ["report", "small", "--course", str(graded.course.folder)])
    assert result.exit_code == 0
    assert "report-small.html" in result.stdout
    assert "<h1>small</h1>" in (graded.course.folder / "report-small.html").read_text()


# The leaderboard


PRINTED = {
    "ada": "measured: KL = 0.2 (less is better)\nmeasured: cover = 0.9 (more is better)",
    "hostile": "measured: KL = 0.1 (less is better)\nmeasured: cover = 0.8 (more is better)",
    "partly": "measured: KL = inf (less is better)",
    "spy": "a line before\nmeasured: KL = nan (less is better)\n",
    "wrong": "measured: KL = 0.01",
}


@pytest.fixture
def measured(graded):
    """The graded class, as if the test `half-hidden` had measured something."""
    for student, printed in PRINTED.items():
        path = graded.course.autograded(student, graded.name) / f"{graded.book}.ipynb"
        content = json.loads(path.read_text())
        for cell in content["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name == "half-hidden":
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": printed.splitlines(True)}]
            elif name == "half":
                # What a student prints is no measurement.
                told = "measured: KL = 0 (less is better)\n"
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": told}]
        path.write_text(json.dumps(content))
    return graded


def test_without_measurements_there_is_no_leaderboard(graded):
    assert "Leaderboard" not in page_of(graded).get_text()


def test_the_leaderboard_ranks_by_points_then_measurements(measured):
    part = section(page_of(measured), "Leaderboard")
    assert [cell.get_text() for cell in part.find_all("th")] == ["rank", "student", "name", "KL", "cover", "points"]
    assert table(part) == [
        ["1", "hostile", "hostile", "0.1", "0.8", "7"],
        ["2", "ada", "ada", "0.2", "0.9", "7"],
        ["3", "partly", "partly", "inf", "", "5"],
        ["3", "spy", "spy", "nan", "", "5"],
    ]
    assert "3 more of 7 submissions, among them 3 not measured." in part.get_text()


def test_the_leaderboard_lists_the_best_and_counts_the_rest(measured, monkeypatch):
    monkeypatch.setattr("gdl_utils.classroom.report.LEADERS", 2)
    part = section(page_of(measured), "Leaderboard")
    assert [row[1] for row in table(part)] == ["hostile", "ada"]
    assert "5 more of 7 submissions, among them 3 not measured." in part.get_text()


def test_what_another_tool_graded_is_not_ranked(measured):
    path = measured.course.autograded("hostile", measured.name) / f"{measured.book}.ipynb"
    content = json.loads(path.read_text())
    del content["metadata"]["nbjudge"]
    path.write_text(json.dumps(content))
    assert [row[1] for row in table(section(page_of(measured), "Leaderboard"))] == ["ada", "partly", "spy"]

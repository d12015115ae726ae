"""Feedback tells what helps and nothing hidden, and runs nothing of a student's; on notebooks graded by the engine."""

import ast
import json
import os
import re
import shutil
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config
from typer.testing import CliRunner

from gdl_utils.classroom import feedback
from gdl_utils.classroom.compiled_templates import COMPILED
from gdl_utils.classroom.course import GRADEBOOK, TIMESTAMP, Course
from gdl_utils.classroom.grade import GradingOptions, grade_class
from gdl_utils.classroom.nbgrader_api import open_course
from gdl_utils.cli import app
from gdl_utils.errors import GradingError
from nbjudge import Limits
from tests.assignments.conftest import LONG
from tests.classroom.by_nbgrader import release
from tests.classroom.dangers import dangers
from tests.conftest import ROOT
from tests.notebooks import added, as_node, cell, name_of, notebook, test

PNG = "iVBORw0KGgo="
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)


@pytest.fixture(scope="module")
def pages(graded_once, tmp_path_factory):
    """The pages of the class by student, as text."""
    course = replace(graded_once, folder=tmp_path_factory.mktemp("feedback") / "course")
    shutil.copytree(graded_once.folder, course.folder)
    written = feedback.generate(course, "small")
    assert [student.problem for student in written] == [""] * 7
    return SimpleNamespace(course=course, **{student.student: student.pages[0].read_text() for student in written})


def text_of(page):
    soup = BeautifulSoup(page, "html.parser")
    if soup.style:
        soup.style.decompose()
    return re.sub(r"\s+", " ", soup.get_text(" "))


def test_a_template_is_compiled_once_for_all_students(pages, monkeypatch):
    """nbgrader makes a new exporter for each of them."""
    compiled, compile_one = [], Environment.compile

    def noted(self, source, name=None, *rest, **settings):
        compiled.append(name)
        return compile_one(self, source, name, *rest, **settings)

    monkeypatch.setattr(COMPILED, "codes", {})
    monkeypatch.setattr(Environment, "compile", noted)
    assert len(feedback.generate(pages.course, "small")) == 7
    assert compiled and len(set(compiled)) == len(compiled), compiled


def test_the_page_has_points_and_hints_at_the_exercises(pages):
    soup = BeautifulSoup(pages.partly, "html.parser")
    assert "5 of 10 points" in text_of(pages.partly)
    test = soup.find(id="half-hidden")
    assert test["class"] == ["test", "none"]
    assert "0 of 2" in test.h4.get_text()
    assert test.find(class_="hint").get_text() == "A hidden test fails: the answer is not right for all inputs."
    test = soup.find(id="half-visible")
    assert "1 of 1" in test.h4.get_text()
    assert not test.find(class_="hint")
    assert "assert half(8) == 4" in test.get_text()
    links = {link["href"]: link.find_parent("tr").find(class_="points").get_text() for link in soup.nav.find_all("a")}
    assert links["#root-both"] == "3 of 3"
    assert set(links) == {"#half-visible", "#half-hidden", "#root-visible", "#root-both", "#essay"}


def test_what_a_person_has_to_grade_is_not_called_zero(pages):
    assert "7 of 10 points so far" in text_of(pages.ada)
    assert "not graded yet, of 3" in BeautifulSoup(pages.ada, "html.parser").find(id="essay").get_text()
    assert "so far" not in text_of(pages.blank)


def test_grades_and_comments_of_a_person_are_shown_and_safe(graded):
    with graded.gradebook() as gradebook:
        grade = gradebook.find_grade("essay", graded.book, graded.name, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 0.5, False
        comment = gradebook.find_comment("essay", graded.book, graded.name, "ada")
        comment.manual_comment = "*Nicely* put <script>alert(1)</script>"
        gradebook.db.commit()
    page = feedback.generate(graded.course, graded.name)[0].pages[0].read_text()
    assert "9.5 of 10 points" in text_of(page)
    essay = BeautifulSoup(page, "html.parser").find(id="essay")
    assert "2.5 of 3" in essay.h4.get_text()
    assert essay.find(class_="comment").em.get_text() == "Nicely"
    assert "alert" not in page


def test_a_late_penalty_is_told(graded):
    with graded.gradebook() as gradebook:
        gradebook.find_submission_notebook(graded.book, graded.name, "ada").late_submission_penalty = 2
        gradebook.db.commit()
    text = text_of(feedback.generate(graded.course, graded.name)[0].pages[0].read_text())
    assert "5 of 10 points" in text
    assert "late, which cost 2 points" in text


def test_a_notebook_that_is_unreadable_has_a_page_that_says_so(pages):
    assert "This notebook could not be read." in text_of(pages.broken)
    assert "not valid JSON" in text_of(pages.broken)


def test_wrong_python_is_named_though_its_output_is_not_shown(pages):
    assert "This cell stopped with SyntaxError." in text_of(pages.wrong)


# Nothing hidden


def test_an_answer_below_a_hidden_test_does_not_choose_a_name(graded):
    """Of fifty names of exceptions each would tell more than five bits of a hidden input."""
    path = graded.course.autograded("ada", graded.name) / f"{graded.book}.ipynb"
    content = json.loads(path.read_text())
    (cell,) = (cell for cell in content["cells"] if name_of(cell) == "root")
    cell["outputs"] = [{"output_type": "error", "ename": "KeyError", "evalue": "7", "traceback": ["KeyError: 7"]}]
    path.write_text(json.dumps(content))
    page = next(each for each in feedback.generate(graded.course, graded.name) if each.student == "ada").pages[0]
    text = text_of(page.read_text())
    assert "This cell stopped with an error." in text
    assert "KeyError" not in text


def secrets_of(source, released):
    """Lines of hidden tests, and the numbers in them, that a student was not given."""
    lines, numbers = set(), set()
    for each in source.cells:
        for region in HIDDEN.findall(each.source):
            lines |= {line.strip() for line in region.splitlines() if len(line.strip()) > 8}
            for node in ast.walk(ast.parse(region)):
                if isinstance(node, ast.Constant) and type(node.value) in (int, float) and len(str(node.value)) > 3:
                    numbers.add(str(node.value))
    given = "\n".join(each.source for each in released.cells)
    flat = given.replace("_", "").replace(",", "")
    # A name alone, with what surrounds an argument, is none if it was given.
    lines = {line for line in lines if line.strip("()[]{},:") not in given}
    return lines, {number for number in numbers if number not in flat}


def leaks(page, lines, numbers):
    text = text_of(page)
    raw = page + re.sub(r"\s+", " ", text) + BeautifulSoup(page, "html.parser").get_text()
    flat = text.replace("_", "").replace(",", "")
    # A name of a class has an underscore in place of the point.
    told = [number for number in numbers if re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", flat)]
    return [line for line in lines if line in raw] + told


SPIES = """
import builtins
if not hasattr(builtins, "seen"):
    builtins.seen = []


def {name}(*given, **options):
    seen.append((given, options))
    print("called with", given, options)
    with open("seen.txt", "a") as file:
        file.write(repr(given) + "\\n")
    kind = type("Got_" + repr(given), (ValueError,), {{"hint": "seen " + repr(given)}})
    raise kind(repr((given, options)))
"""
TELL = """
from IPython.display import HTML, Markdown, display
print(seen)
display(HTML(f"<p>{seen}</p>"), Markdown(f"**{seen}**"))
raise type("Seen_" + repr(seen), (Exception,), {})(repr(seen))
"""


def spying(released):
    """A submission whose every function gives away what it is called with, in every way."""
    spy = nbformat.reads(nbformat.writes(released), as_version=4)
    for each in spy.cells:
        if not each.metadata.get("nbgrader", {}).get("solution") or each.cell_type != "code":
            continue
        names = [node.name for node in ast.parse(each.source).body if isinstance(node, ast.FunctionDef)]
        if names:
            each.source = "\n".join(SPIES.format(name=name) for name in names)
        else:
            each.source = "# " + each.source.splitlines()[0]
    after = [place for place, each in enumerate(spy.cells) if each.metadata.get("nbgrader", {}).get("grade")]
    for place in reversed(after):
        spy.cells.insert(place + 1, as_node(added(TELL, f"tell-{place}")))
    return nbformat.writes(spy)


def has_arguments(cell):
    """Whether it is the solution of an exercise whose tests call it with inputs."""
    is_solution = cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    tree = ast.parse(cell.source if is_solution else "")
    return any(isinstance(node, ast.FunctionDef) and node.args.args for node in tree.body)


# Those with a network take longer.
NAMES = [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in Course(ROOT).assignments]


@pytest.mark.parametrize("name", NAMES)
def test_no_line_and_no_number_of_a_hidden_test_is_told(course, tmp_path, name):
    trial = Course(tmp_path / name, course.config_file)
    shutil.copytree(course.source(name), trial.source(name))
    for path in trial.source(name).glob("*.ipynb"):
        # Not every machine has CIFAR-10.
        path.write_text(path.read_text().replace("DRAWINGS_COUNT = False", "DRAWINGS_COUNT = True"))
    release(trial, name)
    books = {path.stem: path for path in trial.release(name).glob("*.ipynb")}
    for student, change in {"spy": spying, "blank": nbformat.writes}.items():
        target = trial.submitted(student, name)
        target.mkdir(parents=True)
        for stem, path in books.items():
            (target / f"{stem}.ipynb").write_text(change(nbformat.read(path, as_version=4)))
    grade_class(trial, name, lambda outcome: None, GradingOptions(Limits(cell_seconds=10), workers=1))
    written = feedback.generate(trial, name)
    assert [len(student.pages) for student in written] == [len(books)] * 2
    for stem, path in books.items():
        released = nbformat.read(path, as_version=4)
        source = nbformat.read(trial.source(name) / f"{stem}.ipynb", as_version=4)
        lines, numbers = secrets_of(source, released)
        assert len(lines) > 3
        cells = json.loads((trial.autograded("spy", name) / f"{stem}.ipynb").read_text())["cells"]
        outputs = json.dumps([each.get("outputs") for each in cells])
        # What the visible tests ask may be shown, and is, before any hidden test has run.
        first = next(place for place, each in enumerate(cells) if "BEGIN HIDDEN TESTS" in str(each["source"]))
        before = json.dumps([each.get("outputs") for each in cells[:first]])
        given = "".join(each.source for each in released.cells)
        seen = set((trial.autograded("spy", name) / "seen.txt").read_text().splitlines())
        inputs = {call for call in seen if call not in given and call.strip("(),") not in given and call not in before}
        if any(has_arguments(each) for each in source.cells):
            assert any(call in outputs for call in inputs), "the spies have seen nothing, so this proves nothing"
        lines |= inputs
        for place in (trial, course):
            text = (place.release(name) / f"{stem}.ipynb").read_text()
            # Digests of cells and of the source hold digits in any order.
            assert leaks(re.sub(r'"[0-9a-f]{32,64}"', '""', text), lines, numbers) == []
        for student in ("spy", "blank"):
            assert leaks((trial.feedback(student, name) / f"{stem}.html").read_text(), lines, numbers) == []
    assert {path.name for path in trial.feedback("spy", name).iterdir()} == {f"{stem}.html" for stem in books}


def test_nothing_printed_or_left_after_a_hidden_test_is_told(pages, graded_once):
    left = graded_once.autograded("spy", "small")
    assert "90210.25" not in (left / "seen.txt").read_text()  # stopped at the first
    assert "7310.5" in (left / "seen.txt").read_text()
    assert "7310.5" in (left / "halves.ipynb").read_text()
    for hint in ("7310", "Seen_", "seen 7310", "Got_8", "expected_value", "secret_input", "2_057", "2057"):
        # The student's own source may say Seen_ and Got_.
        assert hint not in pages.spy.replace("Seen_</span>", "").replace("Got_</span>", ""), hint
    assert "This cell stopped with an error. The output of this cell is not shown" in text_of(pages.spy)
    for student in ("spy", "ada"):
        names = {path.name for path in pages.course.feedback(student, "small").rglob("*")}
        assert names == {"halves.html", "timestamp.txt"}, student


def test_a_time_that_the_code_wrote_is_not_kept(graded):
    for student, text in [("ada", "2026-10-01 12:00:00 UTC"), ("spy", "7310-05-01 12:00:00 UTC")]:
        (graded.course.autograded(student, graded.name) / TIMESTAMP).write_text(text)
    feedback.generate(graded.course, graded.name)
    assert (graded.course.feedback("ada", graded.name) / TIMESTAMP).is_file()
    assert not (graded.course.feedback("spy", graded.name) / TIMESTAMP).exists()


def test_the_secret_of_a_submission_is_kept_as_handed_in(graded):
    """nbgrader releases a page by it through its exchange."""
    for student, text in [("ada", "0123abcd"), ("spy", "7310.5")]:
        (graded.course.submitted(student, graded.name) / "submission_secret.txt").write_text("0123abcd")
        (graded.course.autograded(student, graded.name) / "submission_secret.txt").write_text(text)
    feedback.generate(graded.course, graded.name)
    assert (graded.course.feedback("ada", graded.name) / "submission_secret.txt").read_text() == "0123abcd"
    assert not (graded.course.feedback("spy", graded.name) / "submission_secret.txt").exists()


def shown(graded, *cells):
    """The cells as they are left for a page."""
    names = {"db_url": graded.course.db_url, "assignment": graded.name, "notebook": graded.book, "student": "ada"}
    book, _ = feedback.HideTests().preprocess(as_node(notebook(*cells)), {"nbgrader": names})
    return book.cells


def test_a_hidden_region_without_an_end_shows_nothing(graded):
    open_ended = test("assert 1\n### BEGIN HIDDEN TESTS\nassert secret", "half-hidden", 2)
    output = {"output_type": "stream", "name": "stdout", "text": "secret"}
    hidden, below = shown(graded, open_ended, {**added("print(secret)", "below"), "outputs": [output]})
    assert "secret" not in hidden.source
    assert "assert" not in hidden.source
    assert below.outputs == []
    assert below.metadata.feedback["note"] == feedback.NOT_SHOWN


def test_marking_schemes_are_hidden_too(graded):
    text = "Explain.\n\n=== BEGIN MARK SCHEME ===\none point for gravity\n=== END MARK SCHEME ==="
    for flags in ({"task": True}, {"grade": True}):
        (explained,) = shown(graded, cell(text, "half-visible", "markdown", points=1, **flags))
        assert explained.source == "Explain.\n"


def test_nbgraders_own_command_gives_the_same_pages(graded, pages):
    with open_course(graded.course) as api:
        api.update_config(Config({"GenerateFeedback": feedback.SETTINGS}))
        assert api.generate_feedback(graded.name)["success"]
    for student in ("ada", "spy", "hostile"):
        folder = graded.course.feedback(student, graded.name)
        assert {path.name for path in folder.rglob("*")} == {"halves.html", "timestamp.txt"}
        assert (folder / "halves.html").read_text() == getattr(pages, student)


def test_no_template_is_given_anything_hidden(graded):
    own = {"GenerateFeedback": {"preprocessors": feedback.SETTINGS["preprocessors"], "exporter_class": HTMLExporter}}
    # An attachment that is not there makes nbgrader's own template fail.
    shutil.rmtree(graded.course.results / "hostile")
    with open_course(graded.course) as api:
        api.update_config(Config(own))
        assert api.generate_feedback(graded.name)["success"]
    page = (graded.course.feedback("partly", graded.name) / f"{graded.book}.html").read_text()
    text = text_of(page)
    assert "A hidden test fails: the answer is not right for all inputs." in text
    for hidden in ("7310", "90210", "expected_value", "2_057", "AssertionError", "nbjudge"):
        assert hidden not in page, hidden


def test_files_go_even_if_the_hook_fails(graded, monkeypatch):
    def failing(**_):
        raise OSError

    monkeypatch.setitem(feedback.SETTINGS, "post_convert_hook", failing)
    feedback.generate(graded.course, graded.name)
    names = {path.name for path in (graded.course.feedback("spy", graded.name)).rglob("*")}
    assert names == {"halves.html", "timestamp.txt"}


# Nothing that runs


@pytest.mark.parametrize("student", ["ada", "blank", "broken", "hostile", "spy"])
def test_no_page_runs_anything_or_asks_another_host(pages, student):
    page = getattr(pages, student)
    assert dangers(page) == []
    policy = BeautifulSoup(page, "html.parser").find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert page.index("Content-Security-Policy") < page.index("<style")


def test_what_is_harmless_in_outputs_is_shown(pages):
    soup = BeautifulSoup(pages.hostile, "html.parser")
    assert soup.find("i", string="kept")
    assert soup.find("img", src=re.compile("^data:image/png"))["alt"]
    assert "<script>alert('printed')</script>" in text_of(pages.hostile)
    assert soup.find("a", href="https://good.example/")["rel"] == ["noopener", "noreferrer"]
    # No part of the page can be imitated.
    assert len(soup.find_all(class_="total")) == 1


def test_a_drawing_that_could_run_gives_way_to_its_text():
    drawing = nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg onload=alert(1)>", "text/plain": "drawn"})
    shown_cell = as_node({**added("draw()", "drawing"), "outputs": [drawing]})
    assert list(feedback.shown_outputs(shown_cell)) == [{"kind": "text", "text": "drawn"}]


# Form


def test_pages_can_be_read_by_everyone(pages):
    soup = BeautifulSoup(pages.hostile, "html.parser")
    assert soup.html["lang"] == "en"
    assert soup.find("meta", attrs={"name": "viewport"})["content"].startswith("width=device-width")
    assert len(soup.find_all("h1")) == 1
    levels = [int(heading.name[1]) for heading in soup.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(image.get("alt") is not None for image in soup.find_all("img"))
    ids = [element["id"] for element in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert soup.find("a", class_="skip")["href"] == "#work"


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_has_contrast(pages):
    named = dict(re.findall(r"--(\w+): (#\w{6})", pages.ada))
    assert set(named) >= {"ink", "soft", "full", "part", "none", "open"}
    darkest = min(luminance("#f6f8fa"), luminance("#fff8e1"))
    for name in ("ink", "soft", "full", "part", "none", "open"):
        assert (darkest + 0.05) / (luminance(named[name]) + 0.05) > 4.5, name


def test_mistakes_are_one_sentence(graded):
    with pytest.raises(GradingError, match=r"^There is no graded submission of other in .*: run 'gdl grade' first.$"):
        feedback.generate(graded.course, "other")
    (graded.course.folder / GRADEBOOK).unlink()
    with pytest.raises(GradingError, match=r"^There is no gradebook.db in"):
        feedback.generate(graded.course, graded.name)


def test_a_page_that_can_not_be_made_is_told(graded):
    (graded.course.autograded("ada", graded.name) / f"{graded.book}.ipynb").write_text("no notebook")
    written = {student.student: student for student in feedback.generate(graded.course, graded.name)}
    assert written["ada"].pages == []
    assert "nbgrader.log" in written["ada"].problem
    assert len(written["blank"].pages) == 1


def test_several_processes_write_the_same_pages(pages, graded):
    told = []
    written = feedback.generate(graded.course, graded.name, lambda each, count: told.append((each, count)), workers=2)
    assert told == [(each, 7) for each in written]
    assert {each.student: each.pages[0].read_text() for each in written} == {
        name: page for name, page in vars(pages).items() if name != "course"
    }


def killed(assignment, student):
    """A process that writes pages, and for which there is no memory left."""
    os._exit(9)


def test_pages_are_written_though_a_process_is_killed(graded, monkeypatch):
    monkeypatch.setattr(feedback, "_log_in_worker", killed)
    written = feedback.generate(graded.course, graded.name, workers=2)
    assert len(written) == 7 and all(len(each.pages) == 1 and not each.problem for each in written)


def test_pictures_without_a_description_get_one(pages):
    drawn = {"output_type": "display_data", "data": {"text/html": f"<img src='data:image/png;base64,{PNG}'>"}}
    book = as_node(notebook({**added("1", "x"), "outputs": [{**drawn, "metadata": {}}]}))
    book.cells[0].metadata["feedback"] = {"note": "", "hint": ""}
    names = {"assignment": "a", "student": "s", "notebook": "b", "score": 1, "max_score": 2, "late_penalty": 0}
    page = feedback.FeedbackExporter().from_notebook_node(book, {"nbgrader": names})[0]
    pictures = BeautifulSoup(page, "html.parser").find_all("img")
    assert [picture["alt"] for picture in pictures] == [feedback.NO_DESCRIPTION]


def test_the_command_exits_with_1_if_a_page_is_missing(root, graded, monkeypatch):
    monkeypatch.chdir(root)
    result = CliRunner().invoke(
        app, ["feedback", "small", "--course", str(graded.course.folder), "--db", graded.course.db_url]
    )
    assert result.exit_code == 0
    assert "7 page(s) are in" in result.stdout
    (graded.course.autograded("ada", graded.name) / f"{graded.book}.ipynb").write_text("no notebook")
    result = CliRunner().invoke(app, ["feedback", "small", "--course", str(graded.course.folder)])
    assert result.exit_code == 1
    assert "ada: nbgrader could not make the page" in result.stdout


# What a test measured


def test_students_see_what_was_measured_and_no_other_output(graded):
    path = graded.course.autograded("partly", graded.name) / f"{graded.book}.ipynb"
    content = json.loads(path.read_text())
    told = "secret 90210.25\nmeasured: KL = 0.1234 (less is better)\nmeasured: cover = 1 (more is better)\n"
    for each in content["cells"]:
        if name_of(each) in ("half-hidden", "half"):
            each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": told}]
    path.write_text(json.dumps(content))
    pages = {each.student: each.pages[0].read_text() for each in feedback.generate(graded.course, graded.name)}
    soup = BeautifulSoup(pages["partly"], "html.parser")
    assert [line.get_text() for line in soup.find(id="half-hidden").find_all(class_="hint")] == [
        "A hidden test fails: the answer is not right for all inputs.",
        "Measured: KL 0.1234 (less is better).",
        "Measured: cover 1 (more is better).",
    ]
    assert "90210" not in soup.find(id="half-hidden").get_text()
    assert "Measured" not in pages["ada"]

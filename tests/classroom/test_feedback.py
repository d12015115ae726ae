"""Feedback tells what helps and nothing hidden, and runs nothing of a student's; on notebooks graded by the engine."""

import ast
import json
import re
import shutil
import time
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
from bleach._vendor import html5lib
from bs4 import BeautifulSoup
from flit_core.wheel import make_wheel_in
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config
from typer.testing import CliRunner

from gdl_utils.classroom import feedback
from gdl_utils.classroom import grade as grading
from gdl_utils.classroom.course import CONFIG
from gdl_utils.cli import app
from gdl_utils.errors import GradingError

HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)


@pytest.fixture(scope="module")
def pages(root, graded_once, tmp_path_factory):
    """The pages of the class by student, as text."""
    folder = tmp_path_factory.mktemp("feedback") / "course"
    shutil.copytree(graded_once, folder)
    written = feedback.generate(root, folder, "small")
    assert [one.problem for one in written] == [""] * 7
    return SimpleNamespace(folder=folder, **{one.student: one.pages[0].read_text() for one in written})


def text_of(page):
    soup = BeautifulSoup(page, "html.parser")
    if soup.style:
        soup.style.decompose()
    return re.sub(r"\s+", " ", soup.get_text(" "))


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


def test_grades_and_comments_of_a_person_are_shown_and_safe(root, graded):
    with graded.gradebook() as gradebook:
        grade = gradebook.find_grade("essay", graded.book, graded.name, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 0.5, False
        comment = gradebook.find_comment("essay", graded.book, graded.name, "ada")
        comment.manual_comment = "*Nicely* put <script>alert(1)</script>"
        gradebook.db.commit()
    page = feedback.generate(root, graded.folder, graded.name)[0].pages[0].read_text()
    assert "9.5 of 10 points" in text_of(page)
    essay = BeautifulSoup(page, "html.parser").find(id="essay")
    assert "2.5 of 3" in essay.h4.get_text()
    assert essay.find(class_="comment").em.get_text() == "Nicely"
    assert "alert" not in page


def test_a_late_penalty_is_told(root, graded):
    with graded.gradebook() as gradebook:
        gradebook.find_submission_notebook(graded.book, graded.name, "ada").late_submission_penalty = 2
        gradebook.db.commit()
    text = text_of(feedback.generate(root, graded.folder, graded.name)[0].pages[0].read_text())
    assert "5 of 10 points" in text
    assert "late, which cost 2 points" in text


def test_a_notebook_that_is_unreadable_has_a_page_that_says_so(pages):
    assert "This notebook could not be read." in text_of(pages.broken)
    assert "not valid JSON" in text_of(pages.broken)


def test_wrong_python_is_named_though_its_output_is_not_shown(pages):
    assert "This cell stopped with SyntaxError." in text_of(pages.wrong)


# Nothing hidden


def secrets_of(source, released):
    """Lines of hidden tests, and the numbers in them, that a student was not given."""
    lines, numbers = set(), set()
    for cell in source.cells:
        for region in HIDDEN.findall(cell.source):
            lines |= {line.strip() for line in region.splitlines() if len(line.strip()) > 8}
            for node in ast.walk(ast.parse(region)):
                if isinstance(node, ast.Constant) and type(node.value) in (int, float) and len(str(node.value)) > 3:
                    numbers.add(str(node.value))
    given = "\n".join(cell.source for cell in released.cells)
    flat = given.replace("_", "").replace(",", "")
    # A name alone, with what surrounds an argument, is none if it was given.
    return {line for line in lines if line.strip("()[]{},:") not in given}, {one for one in numbers if one not in flat}


def leaks(page, lines, numbers):
    text = text_of(page)
    raw = page + re.sub(r"\s+", " ", text) + BeautifulSoup(page, "html.parser").get_text()
    found = [line for line in lines if line in raw]
    flat = text.replace("_", "").replace(",", "")
    # A name of a class has an underscore in place of the point.
    return found + [one for one in numbers if re.search(rf"(?<![\d.]){re.escape(one)}(?![\d])", flat)]


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
from nbjudge import EngineOptions, Limits
print(seen)
display(HTML(f"<p>{seen}</p>"), Markdown(f"**{seen}**"))
raise type("Seen_" + repr(seen), (Exception,), {})(repr(seen))
"""


def spying(released):
    """A submission whose every function gives away what it is called with, in every way."""
    notebook = nbformat.reads(nbformat.writes(released), as_version=4)
    for cell in list(notebook.cells):
        if not cell.metadata.get("nbgrader", {}).get("solution") or cell.cell_type != "code":
            continue
        names = [node.name for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
        if names:
            cell.source = "\n".join(SPIES.format(name=name) for name in names)
        else:
            cell.source = "# " + cell.source.splitlines()[0]
    after = [place for place, cell in enumerate(notebook.cells) if cell.metadata.get("nbgrader", {}).get("grade")]
    for place in reversed(after):
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(TELL, id=f"tell-{place}"))
    return nbformat.writes(notebook)


def test_no_line_and_no_number_of_a_hidden_test_is_told(root, tmp_path):
    for name in assignment_names(root):
        folder = tmp_path / name
        shutil.copytree(root / "solutions" / name, folder / "solutions" / name)
        with course(folder, root / CONFIG) as api:
            assert api.generate_assignment(name)["success"]
        books = {path.stem: path for path in (folder / "assignments" / name).glob("*.ipynb")}
        for student, change in {"spy": spying, "blank": nbformat.writes}.items():
            target = folder / "submitted" / student / name
            target.mkdir(parents=True)
            for stem, path in books.items():
                (target / f"{stem}.ipynb").write_text(change(nbformat.read(path, as_version=4)))
        how = grading.GradingOptions(Limits(cell_seconds=10), EngineOptions(), workers=1)
        grading.grade_class(root, folder, name, lambda outcome: None, how)
        written = feedback.generate(root, folder, name)
        assert [len(one.pages) for one in written] == [len(books)] * 2
        for stem, path in books.items():
            released = nbformat.read(path, as_version=4)
            source = nbformat.read(folder / "solutions" / name / f"{stem}.ipynb", as_version=4)
            lines, numbers = secrets_of(source, released)
            assert len(lines) > 3
            graded = (folder / "autograded" / "spy" / name / f"{stem}.ipynb").read_text()
            cells = json.loads(graded)["cells"]
            outputs = json.dumps([cell.get("outputs") for cell in cells])
            # What the visible tests ask may be shown, and is, before any hidden test has run.
            first = next(place for place, cell in enumerate(cells) if "BEGIN HIDDEN TESTS" in str(cell["source"]))
            before = json.dumps([cell.get("outputs") for cell in cells[:first]])
            given = "".join(cell.source for cell in released.cells)
            seen = set((folder / "autograded" / "spy" / name / "seen.txt").read_text().splitlines())
            inputs = {one for one in seen if one not in given and one.strip("(),") not in given and one not in before}
            assert any(one in outputs for one in inputs), "the spies have seen nothing, so this proves nothing"
            lines |= inputs
            for place in (folder, root):
                text = (place / "assignments" / name / f"{stem}.ipynb").read_text()
                # Digests of cells and of the source hold digits in any order.
                assert leaks(re.sub(r'"[0-9a-f]{32,64}"', '""', text), lines, numbers) == []
            for one in written:
                assert (
                    leaks((folder / "feedback" / one.student / name / f"{stem}.html").read_text(), lines, numbers) == []
                )
        assert [one.name for one in (folder / "feedback" / "spy" / name).iterdir()] == [
            f"{stem}.html" for stem in books
        ]


def test_nothing_printed_or_left_after_a_hidden_test_is_told(pages, graded_once):
    left = graded_once / "autograded" / "spy" / "small"
    assert "90210.25" not in (left / "seen.txt").read_text()  # stopped at the first
    assert "7310.5" in (left / "seen.txt").read_text()
    assert "7310.5" in (left / "halves.ipynb").read_text()
    for hint in ("7310", "Seen_", "seen 7310", "Got_8", "expected_value", "secret_input", "2_057", "2057"):
        # The student's own source may say Seen_ and Got_.
        assert hint not in pages.spy.replace("Seen_</span>", "").replace("Got_</span>", ""), hint
    assert "This cell stopped with an error. The output of this cell is not shown" in text_of(pages.spy)
    for student in ("spy", "ada"):
        names = {path.name for path in (pages.folder / "feedback" / student / "small").rglob("*")}
        assert names == {"halves.html", "timestamp.txt"}, student


def test_a_time_that_the_code_wrote_is_not_kept(root, graded):
    for student, text in [("ada", "2026-10-01 12:00:00 UTC"), ("spy", "7310-05-01 12:00:00 UTC")]:
        (graded.folder / "autograded" / student / graded.name / "timestamp.txt").write_text(text)
    feedback.generate(root, graded.folder, graded.name)
    assert (graded.folder / "feedback" / "ada" / graded.name / "timestamp.txt").is_file()
    assert not (graded.folder / "feedback" / "spy" / graded.name / "timestamp.txt").exists()


def test_the_secret_of_a_submission_is_kept_as_handed_in(root, graded):
    for student, text in [("ada", "0123abcd"), ("spy", "7310.5")]:
        for place in ("submitted", "autograded"):
            handed_in = "0123abcd" if place == "submitted" else text
            (graded.folder / place / student / graded.name / "submission_secret.txt").write_text(handed_in)
    feedback.generate(root, graded.folder, graded.name)
    assert (graded.folder / "feedback" / "ada" / graded.name / "submission_secret.txt").read_text() == "0123abcd"
    assert not (graded.folder / "feedback" / "spy" / graded.name / "submission_secret.txt").exists()


def test_a_hidden_region_without_an_end_shows_nothing():
    source, hidden = feedback.HideTests()._without_hidden("assert 1\n### BEGIN HIDDEN TESTS\nassert secret", "code")
    assert hidden
    assert "secret" not in source
    assert "assert" not in source


def test_marking_schemes_are_hidden_too():
    text = "Explain.\n\n=== BEGIN MARK SCHEME ===\none point for gravity\n=== END MARK SCHEME ==="
    source, _ = feedback.HideTests()._without_hidden(text, "markdown")
    assert source == "Explain.\n"


def test_nbgraders_own_command_gives_the_same_pages(root, graded, pages):
    with course(graded.folder, root / CONFIG) as api:
        api.update_config(Config({"GenerateFeedback": feedback.SETTINGS}))
        assert api.generate_feedback(graded.name)["success"]
    for student in ("ada", "spy", "hostile"):
        folder = graded.folder / "feedback" / student / graded.name
        assert {path.name for path in folder.rglob("*")} == {"halves.html", "timestamp.txt"}
        assert (folder / "halves.html").read_text() == getattr(pages, student)


def test_no_template_is_given_anything_hidden(root, graded):
    own = {"GenerateFeedback": {"preprocessors": feedback.SETTINGS["preprocessors"], "exporter_class": HTMLExporter}}
    # An attachment that is not there makes nbgrader's own template fail.
    shutil.rmtree(graded.folder / "autograded" / "hostile")
    with course(graded.folder, root / CONFIG) as api:
        api.update_config(Config(own))
        assert api.generate_feedback(graded.name)["success"]
    page = (graded.folder / "feedback" / "partly" / graded.name / f"{graded.book}.html").read_text()
    text = text_of(page)
    assert "A hidden test fails: the answer is not right for all inputs." in text
    for hidden in ("7310", "90210", "expected_value", "2_057", "AssertionError", "nbjudge"):
        assert hidden not in page, hidden


def test_files_go_even_if_the_hook_fails(root, graded, monkeypatch):
    def failing(**_):
        raise OSError

    monkeypatch.setattr(feedback, "keep_pages_only", failing)
    monkeypatch.setitem(feedback.SETTINGS, "post_convert_hook", failing)
    feedback.generate(root, graded.folder, graded.name)
    names = {path.name for path in (graded.folder / "feedback" / "spy" / graded.name).rglob("*")}
    assert names == {"halves.html", "timestamp.txt"}


# Nothing that runs

TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "nav",
    "main",
    "section",
    "svg",
    "path",
} | feedback.TAGS
ATTRIBUTES = {
    "lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "src", "alt", "title", "rel", "tabindex",
    "scope", "role", "aria-label", "viewBox", "d", "style", "width", "height", "colspan", "rowspan", "start",
}  # fmt: skip


def dangers(page):
    """What a browser would make of a page and should not."""
    found = []
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag not in TAGS:
            found.append(tag)
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES:
                found.append(f"{tag} {name}={value}")
            if name == "src" and not re.fullmatch(r"data:image/(png|jpeg|gif|webp);base64,[\w+/=]+", value):
                found.append(f"{tag} {name}={value}")
            if name == "href" and not (value.startswith("#") or (tag == "a" and re.match("https?://|mailto:", value))):
                found.append(f"{tag} {name}={value}")
            if name == "style" and (element.get("class") != feedback.FORMULA or "url" in value):
                found.append(f"{tag} {name}={value}")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    return found + re.findall(r"@import|url\(|expression", style[1] if style else "")


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


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#x0A;script:alert(1)'>x</a>",
    "<a href=' data:text/html,<script>alert(1)</script>'>x</a>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<div style='background:url(https://evil.example)'>x</div>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example><link rel=stylesheet href=https://evil.example>",
    "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
    "<img srcset='https://evil.example 2x'>",
    "<details open ontoggle=alert(1)>x</details><video src=https://evil.example></video>",
    "<<script>script>alert(1)<</script>/script>",
    "<p class='total'>20 of 20 points</p><p id='work'>x</p>",
    "<div>" * 3000,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_runs_comes_through(attack):
    for clean in (
        feedback.safe_html(attack),
        feedback.safe_markdown(attack),
        feedback.safe_markdown(f"x\n\n{attack} *y*"),
    ):
        assert dangers(f"<!DOCTYPE html><title>t</title><body>{clean}") == []
        assert "total" not in clean
        assert 'id="' not in clean


def test_the_cleaner_does_not_rely_on_what_goes_before_it(monkeypatch):
    monkeypatch.setattr(feedback, "UNSEEN", ["no-such-element"])
    for attack in ATTACKS:
        assert dangers(f"<!DOCTYPE html><title>t</title><body>{feedback.safe_html(attack)}") == []


@pytest.mark.parametrize("text", ["<div>" * 60_000, "<b>x</b>" * 35_000, "&" * 290_000, "[](" * 20_000, "$" * 60_000])
def test_no_output_keeps_the_grader_waiting(text):
    start = time.monotonic()
    feedback.safe_html(text)
    feedback.safe_markdown(text)
    assert time.monotonic() - start < 8


def test_links_and_drawings_that_run_do_not_come_through():
    page = feedback.safe_markdown("[x](javascript:alert(1)) ![y](https://evil.example/a.png) [z](https://good.example)")
    assert "javascript" not in page
    assert "evil" not in page
    assert 'href="https://good.example"' in page
    drawing = nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg onload=alert(1)>", "text/plain": "drawn"})
    cell = nbformat.v4.new_code_cell(outputs=[drawing])
    assert list(feedback.shown_outputs(cell)) == [{"kind": "text", "text": "drawn"}]


def test_formulas_are_drawn_without_scripts_or_stay_text():
    drawn = feedback.safe_markdown(r"Let $\lfloor (n - k) / s \rfloor + 1$ and $$\frac{x}{2}$$.")
    assert drawn.count("<svg") == 2
    assert r'aria-label="\lfloor (n - k) / s \rfloor + 1"' in drawn
    for tex in (r"\begin{matrix}", r"\unknown{x}", "{" * 200, 'x" onload="alert(1)'):
        page = feedback.safe_markdown(f"${tex}$ and more")
        assert dangers(f"<!DOCTYPE html><title>t</title><body>{page}") == []


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


def test_the_template_is_in_the_wheel(root, tmp_path):
    wheel = make_wheel_in(root / "pyproject.toml", tmp_path).file
    names = zipfile.ZipFile(wheel).namelist()
    assert "gdl_utils/grading/templates/feedback/index.html.j2" in names
    assert "gdl_utils/grading/templates/feedback/conf.json" in names
    assert "gdl_utils/grading/templates/kill_matrix.html.j2" in names


def test_mistakes_are_one_sentence(root, graded):
    with pytest.raises(GradingError, match=r"^There is no graded submission of other in .*: run 'gdl grade' first.$"):
        feedback.generate(root, graded.folder, "other")
    (graded.folder / "gradebook.db").unlink()
    with pytest.raises(GradingError, match=r"^There is no gradebook.db in"):
        feedback.generate(root, graded.folder, graded.name)


def test_a_page_that_can_not_be_made_is_told_and_the_others_are(root, graded):
    (graded.folder / "autograded" / "ada" / graded.name / f"{graded.book}.ipynb").write_text("no notebook")
    written = {one.student: one for one in feedback.generate(root, graded.folder, graded.name)}
    assert written["ada"].pages == []
    assert "nbgrader.log" in written["ada"].problem
    assert len(written["blank"].pages) == 1


def test_the_command_exits_with_1_if_a_page_is_missing(root, graded, monkeypatch):
    monkeypatch.chdir(root)
    result = CliRunner().invoke(app, ["feedback", "small", "--course", str(graded.folder), "--db", graded.db])
    assert result.exit_code == 0
    assert "7 page(s) are in" in result.stdout
    (graded.folder / "autograded" / "ada" / graded.name / f"{graded.book}.ipynb").write_text("no notebook")
    result = CliRunner().invoke(app, ["feedback", "small", "--course", str(graded.folder)])
    assert result.exit_code == 1
    assert "ada: nbgrader could not make the page" in result.stdout

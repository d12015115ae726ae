"""Nothing that a student wrote runs where an instructor grades: the real Formgrader in a real browser."""

import re
from xml.etree import ElementTree

import pytest

from tests.browser.payloads import ATTACHMENTS, CODE, HTML, MARKDOWN
from tests.classroom.by_nbgrader import grade_by_nbgrader, release, small_course
from tests.classroom.dangers import dangers
from tests.classroom.formgrader import Formgrader
from tests.classroom.small_course import BOOK, NAME, RIGHT, grade, graded_notebook, submission
from tests.notebooks import added, as_node

MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
# Formgrader asks it to say when it has finished.
STUB = "window.MathJax = {Hub: {Startup: {signal: {Interest() {}}}}}"
PAYLOADS = {**HTML, **MARKDOWN}
PARTS = 3


def notebook_with(payloads):
    """A submission with payloads as outputs, as text between the exercises, and as answers."""
    answers = {**RIGHT, "essay": "\n\n".join(payloads), "name": f"name = 'Ada'\n{RIGHT['name']}"}
    book = submission(answers)
    code = CODE.replace("PAYLOADS", repr(payloads))
    book.cells += [as_node(added(code, "payloads"))]
    for number, payload in enumerate(payloads):
        text = as_node(added(payload, f"text-{number}", "markdown"))
        text["attachments"] = ATTACHMENTS
        raw = as_node(added(payload, f"raw-{number}", "raw"))
        raw.metadata["raw_mimetype"] = "text/html"
        book.cells += [text, raw]
    return book


@pytest.fixture(params=["gdl grade", "nbgrader autograde"])
def formgrader(request, tmp_path, root):
    payloads = list(PAYLOADS.values())
    students = {f"student-{part}": notebook_with(payloads[part::PARTS]) for part in range(PARTS)}
    course = small_course(tmp_path / "course", root, students)
    for student in students:
        (course.submitted(student, NAME) / "page.html").write_text(HTML["script"])
        (course.submitted(student, NAME) / "drawing.svg").write_text(HTML["drawing with a script"])
    if request.param == "gdl grade":
        grade(release(course))
    else:
        grade_by_nbgrader(course)
    (tmp_path / "scratch").mkdir()
    server = Formgrader(course.folder, tmp_path / "scratch")
    try:
        server.wait()
        yield course, server
    finally:
        server.close()


class Watch:
    """A page in the browser, and what happened there that should not."""

    def __init__(self, chromium, server):
        self.origin = f"http://127.0.0.1:{server.port}/"
        self.context = chromium.new_context(extra_http_headers={"Authorization": f"token {server.token}"})
        self.context.route(lambda url: not url.startswith(self.origin), self.elsewhere)
        self.context.on("page", lambda page: self.happened.append(f"window {page.url}"))
        self.happened = []
        self.page = self.context.new_page()
        self.happened.clear()
        self.page.on("dialog", self.dialog)
        self.page.on("request", self.request)

    def elsewhere(self, route):
        if route.request.url.startswith(MATHJAX):
            route.fulfill(body=STUB, content_type="text/javascript")
            return
        self.happened.append(f"request {route.request.url}")
        route.abort()

    def dialog(self, dialog):
        self.happened.append("dialog")
        dialog.dismiss()

    def request(self, request):
        if request.url.startswith(self.origin):
            path = request.url.removeprefix(self.origin)
            if not re.match(r"formgrader/(static|api|submissions/[0-9a-f-]+/)|api/security/csp-report|favicon", path):
                self.happened.append(f"request {path}")


def use_everything(page):
    """Move over and press all that the notebook shows."""
    return page.evaluate(
        """() => {
            const all = [...document.querySelectorAll("#notebook-container *")]
                .filter(element => !element.closest(".panel-heading, .panel-footer"))
            for (const element of all)
                for (const name of ["mouseover", "mouseenter", "focus", "toggle", "click"])
                    element.dispatchEvent(new MouseEvent(name, {bubbles: true, cancelable: true}))
            return all.length
        }"""
    )


def test_nothing_of_a_students_runs_in_formgrader(formgrader, chromium):
    _, server = formgrader
    assert len(PAYLOADS) >= 30
    books = server("GET", f"api/submitted_notebooks/{NAME}/{BOOK}")
    assert len(books) == PARTS
    for book in books:
        watch = Watch(chromium, server)
        page = watch.page
        answer = page.goto(f"{watch.origin}formgrader/submissions/{book['id']}/?index=0")
        assert "script-src" in answer.header_value("Content-Security-Policy")
        page.wait_for_timeout(1000)
        assert watch.happened == []
        assert use_everything(page) > 100
        page.wait_for_timeout(1000)
        assert watch.happened == []
        assert page.locator("#notebook-container a[href]").count() == 0
        assert page.title() == BOOK
        assert page.url.startswith(f"{watch.origin}formgrader/submissions/{book['id']}")
        # Formgrader's own scripts have run: they fetch the points.
        assert page.get_attribute("#square-visible", "placeholder") == "1"
        # What was written can still be read.
        assert "alert(1)" in page.inner_text("#notebook-container")
        for name in ("page.html", "drawing.svg"):
            page.goto(f"{watch.origin}formgrader/submissions/{book['id']}/{name}")
            page.wait_for_timeout(200)
            assert watch.happened == []
            assert page.title() != "pwned"
        watch.context.close()


def test_what_is_written_carries_nothing_that_acts(formgrader):
    course, _ = formgrader
    kinds = set()
    for part in range(PARTS):
        cells = graded_notebook(course, f"student-{part}").cells
        for output in (output for each in cells for output in each.get("outputs", [])):
            data = output.get("data", {})
            kinds |= set(data)
            assert output.get("metadata", {}) == {}
            assert dangers(f"<!DOCTYPE html><title>t</title><body>{data.get('text/html', '')}") == []
            if "image/svg+xml" in data:
                for element in ElementTree.fromstring(data["image/svg+xml"]).iter():
                    assert element.tag.rpartition("}")[2] in {"svg", "rect", "text", "use", "image", "title"}
                    assert not [name for name in element.attrib if name.startswith("on") or "href" in name]
        # An answer stays what it was.
        texts = [each.source for each in cells]
        assert all(payload in texts for payload in list(PAYLOADS.values())[part::PARTS])
    assert kinds == {"text/plain", "text/latex", "text/html", "image/svg+xml", "image/png"}

"""Formgrader's template is given text where it takes it for HTML, and its policy knows its own scripts alone."""

from types import SimpleNamespace

import pytest

from gdl_utils.classroom.formgrader import SafeNotebook, policy, protect, terminal_text
from gdl_utils.classroom.sanitise import safe_markdown, without_links
from tests.notebooks import added, as_node, notebook

pytestmark = pytest.mark.quick
NAME = "<img src=x onerror=alert(1)>"


def test_names_of_students_are_text():
    resources = {"student": NAME, "last_name": NAME, "metadata": {"path": "a&b"}, "config_dir": "a&b"}
    _, shown = SafeNotebook().preprocess(as_node(notebook()), resources)
    assert shown["student"] == shown["last_name"] == "&lt;img src=x onerror=alert(1)&gt;"
    assert (shown["metadata"], shown["config_dir"]) == ({"path": "a&b"}, "a&b")


def test_names_are_text_in_all_pages():
    class Base:
        def render(self, name, **values):
            return values

    handlers = SimpleNamespace(BaseHandler=Base, SubmissionHandler=object, SubmissionFilesHandler=object)
    handlers.SubmissionHandler = handlers.SubmissionFilesHandler = type("Handler", (Base,), {})
    for _ in range(2):
        # As often as the configuration is read.
        protect(handlers)
        values = Base().render("page", student_id=NAME, total=3, resources={"student": NAME})
        assert values == {"student_id": NAME.replace("<", "&lt;").replace(">", "&gt;"), "total": 3,
                          "resources": {"student": NAME.replace("<", "&lt;").replace(">", "&gt;")}}  # fmt: skip


def test_a_graded_notebook_of_before_is_cleaned_when_shown():
    outputs = [
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/html": f"{NAME}<b>x</b>"}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/latex": "$x$"}, "metadata": {}},
    ]
    book = as_node(notebook({**added("1", "code"), "outputs": outputs}))
    book.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    shown, _ = SafeNotebook().preprocess(book, {})
    data = [output.data for output in next(cell for cell in shown.cells if cell.cell_type == "code").outputs]
    assert "alert" not in str(data)
    assert "<b>x</b>" in data[1]["text/html"]
    assert data[2]["text/latex"] == r"\[x\]"
    assert "widgets" not in shown.metadata


def test_the_policy_allows_what_the_page_itself_runs():
    own = '<script src="/a.js"></script><script>one()</script><span onclick="two()"></span>'
    assert policy(own).count("sha256-") == 2
    assert policy("").count("sha256-") == 0
    assert "unsafe-eval" not in policy(own)
    assert "script-src 'self' 'unsafe-inline'" not in policy(own)


def test_links_are_shown_and_not_followed():
    shown = without_links(safe_markdown("[press](https://a.example/?x=1&y=2) *text*"))
    assert "press (https://a.example/?x=1&amp;y=2)" in shown
    assert "href" not in shown


def test_a_terminals_text_keeps_its_colours_unless_too_many():
    assert "ansi-red" in terminal_text("\x1b[31m<b>\x1b[0m")
    assert terminal_text("\x1b[31m<b>" * 2000) == "&lt;b&gt;" * 2000
    assert "ansi" not in terminal_text(f"\x1b[1;{' 1;' * 1000}1mx")


def test_only_lexers_that_are_known_to_be_quick_are_used():
    assert 'class="highlight"' in safe_markdown("```python\nx = 1\n```")
    assert 'class="highlight"' not in safe_markdown("```perl6\nx = 1\n```")

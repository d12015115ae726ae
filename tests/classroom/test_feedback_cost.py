"""The cost of a page of feedback grows with what a student wrote, and no faster."""

import time
from types import SimpleNamespace

import pytest

from gdl_utils.classroom import sanitise
from gdl_utils.classroom.feedback import FeedbackExporter, _instead_of_outputs
from gdl_utils.classroom.formulas import draw_formula
from gdl_utils.classroom.safe_outputs import LEFT_OUT, with_safe_outputs
from gdl_utils.classroom.sanitise import Budget, highlighted, plain, safe_html, safe_markdown
from gdl_utils.classroom.submitted_outputs import keep_outputs
from tests.notebooks import added, as_node, notebook

PIXEL = "iVBORw0KGgo="


def text(source):
    return [added(source, "text", "markdown")]


def code(source, *outputs):
    return [{**added(source, "code"), "outputs": list(outputs)}]


def shown(kind, data):
    return code("1", {"output_type": "display_data", "data": {kind: data}, "metadata": {}})


def html(data):
    return shown("text/html", data)


def stream(data):
    return code("1", {"output_type": "stream", "name": "stdout", "text": data})


def error(lines):
    return code("1", {"output_type": "error", "ename": "E", "evalue": "", "traceback": lines})


def attached(number):
    return [{**text("![](attachment:a)" * number)[0], "attachments": {"a": {"image/png": PIXEL}}}]


# What a student could write, by a number that it grows with.
SHAPES = {
    "attributes": lambda n: html(f"<p {' '.join(f'a{i}=1' for i in range(4 * n))}>"),
    "attributes in Markdown": lambda n: text(f"<p {' '.join(f'a{i}=1' for i in range(4 * n))}>"),
    "elements in each other": lambda n: html("<div>" * n),
    "elements that are left open": lambda n: html("".join(f"<b id={i}></i>" for i in range(n))),
    "elements that are opened again": lambda n: html("".join(f"<p><b title={i}>" for i in range(n))),
    "elements that are opened again in tables": lambda n: html("<table>" + "<tr><i title=a>x" * n),
    "a long element that is opened again": lambda n: html(f"<a title={'a' * 9 * n}>" + "<p>x</p>" * n),
    "elements opened again in Markdown": lambda n: text("".join(f"<p><u title={i}>\n\n" for i in range(n))),
    "elements of no use in each other": lambda n: html("<span>" * n + "</q>" * 4 * n),
    "elements of a drawing in each other": lambda n: shown("image/svg+xml", "<svg>" + "<g>" * n + "</q>" * 9 * n),
    "elements that are only closed": lambda n: html("<p>" + "</b>" * 4 * n),
    "attributes of a drawing": lambda n: shown(
        "image/svg+xml", f"<svg><path {' '.join(f'a{i}=1' for i in range(20 * n))}/></svg>"
    ),
    "attributes behind a comment": lambda n: html(f"<!--<b>--><p {' '.join(f'a{i}=1' for i in range(16 * n))}>"),
    "tables": lambda n: html("<table><tr><td>" * (n // 4)),
    "entities": lambda n: html("&lt;&#1;" * 4 * n),
    "openings of comments": lambda n: html("<!--" * 4 * n),
    "openings of comments in Markdown": lambda n: text("a <!--" * 4 * n),
    "formulas": lambda n: text(" ".join(f"$x_{{{i}}}$" for i in range(n // 10))),
    "openings of formulas": lambda n: text("\\\\(" * 2 * n),
    "openings of displayed formulas": lambda n: text("\\\\[" * 2 * n),
    "openings of environments": lambda n: text("\\begin{a}" * n),
    "openings of environments in paragraphs": lambda n: text("\\begin{a}\n\n" * n),
    "dollars": lambda n: text("$a " * 2 * n),
    "links": lambda n: text("[a](" * n),
    "brackets": lambda n: text("[" * 4 * n),
    "emphasis": lambda n: text("*a_ " * n),
    "headings": lambda n: text("# a\n" * (n // 2)),
    "quotations and lists": lambda n: text("> * a\n" * (n // 4)),
    "table of Markdown": lambda n: text("|a|b|\n|-|-|\n" + "|1|2|\n" * (n // 4)),
    "code of a strange language": lambda n: text("```perl6\n" + "s{" * n + "\n```"),
    "white space in Markdown": lambda n: text("x" + " " * 9 * n + "x"),
    "white space in a heading": lambda n: text("# x" + "\t" * 9 * n + "x"),
    "an address that is named again": lambda n: text(f"[a]: x{'y' * 4 * n}\n\n" + "[a] " * n),
    "a title that is named again": lambda n: text(f"[a]: x '{'y' * 4 * n}'\n\n" + "![z][a] " * n),
    "blank lines in Markdown": lambda n: text("```python\nx" + "\n" * 2 * n + "x\n```"),
    "a long line in Markdown": lambda n: text("```python\n" + "a." * 9 * n + "\n```"),
    "attachments": attached,
    "a long line of code": lambda n: code("a." * 2 * n),
    "brackets in code": lambda n: code("(" * n),
    "strings in code": lambda n: code("rb'" * n),
    "blank lines of code": lambda n: code("x" + "\n" * 2 * n + "x"),
    "white space in lines of code": lambda n: code("x" + "\n " * 2 * n + "\nx"),
    "white space of other kinds in code": lambda n: code("x" + "\x0c\r\t" * n + "\nx"),
    "lines of code": lambda n: code("def f(x):\n    return 'a'\n" * (n // 4)),
    "colours in a stream": lambda n: stream("\x1b[31ma" * 4 * n),
    "a traceback": lambda n: error(["\x1b[0;31m<b>&" * 10] * n),
    "many cells": lambda n: [each for i in range(n // 20) for each in text(f"*a* $x_{i % 9}$") + code(f"a = {i}")],
    "many outputs": lambda n: code(
        "1", *[{"output_type": "display_data", "data": {"text/html": f"<b>{i}</b>"}, "metadata": {}} for i in range(n)]
    ),
}
GRADES = {"assignment": "a", "student": "s", "notebook": "b", "score": 1, "max_score": 2, "late_penalty": 0}


def page(cells):
    book = as_node(notebook(*cells))
    for each in book.cells:
        each.metadata["feedback"] = {"note": "", "hint": ""}
    return FeedbackExporter().from_notebook_node(book, {"nbgrader": GRADES})[0]


def seconds(cells):
    sanitise._cleaned_markdown.cache_clear()
    draw_formula.cache_clear()
    start = time.process_time()
    page(cells)
    # Formgrader and autograded/ show what is left of outputs by other ways.
    with_safe_outputs({"cells": cells})
    return time.process_time() - start


@pytest.mark.timing
def test_four_times_as_much_takes_about_four_times_as_long():
    slow = {}
    seconds(text("$a$") + code("1"))
    for name, shape in SHAPES.items():
        # Again if something else has kept the processor busy, or the collector came by chance.
        less = more = float("inf")
        for _ in range(5):
            less, more = min(less, seconds(shape(600))), min(more, seconds(shape(2400)))
            # In the square of its length it would take sixteen times as long.
            if more < 6.25 * less:
                break
        else:
            slow[name] = (less, more)
    assert slow == {}


@pytest.fixture(scope="module")
def honest():
    """The seconds that a long page takes by which nobody means any harm."""
    seconds(text("$a$") + code("1"))
    return seconds([each for _ in range(10) for each in html("<p>one <b>word</b></p>" * 1000)])


@pytest.mark.timing
@pytest.mark.parametrize(
    "cells",
    [
        html(f"<p {' '.join(f'a{i}=1' for i in range(30_000))}>x</p>"),
        text(" ".join(f"$x_{{{i}}}^{{{i}}}$" for i in range(1000))),
        text("\\\\(" * 8000),
        html("<!--" * 14_000),
        [each for i in range(100) for each in text("\\begin{a}" * 8000)],
        [each for i in range(100) for each in html("<b id=1></i>" * 4000)],
        [each for i in range(100) for each in html("<span>" * 5000 + "</q>" * 60_000)],
        [each for i in range(20) for each in shown("image/svg+xml", "<svg>" + "<g>" * 20_000 + "</q>" * 200_000)],
        [each for i in range(50) for each in html(f"<p {' '.join(f'a{i}=1' for i in range(35_000))}>x</p>")],
        shown("image/svg+xml", f"<svg><path {' '.join(f'a{i}=1' for i in range(250_000))}/></svg>"),
        [each for i in range(12) for each in shown("text/markdown", "\\\\(" * 90_000)],
        text("\\\\[" * 90_000),
    ],
    ids=[
        *["attributes", "formulas", "brackets", "comments", "cells", "outputs", "closings", "drawings"],
        *["many attributes", "attributes of a drawing", "many brackets", "brackets of one"],
    ],
)
def test_no_page_takes_long(cells, honest):
    # What is not bounded takes a hundred times as long, and more.
    assert seconds(cells) < 40 * honest


def test_what_is_too_much_is_plain_text():
    budget = Budget(characters=10, elements=4, formulas=1)
    assert safe_markdown("*a* $x$", budget=budget).count("<svg") == 1
    assert safe_markdown("$y$ and more", budget=budget) == "<pre>$y$ and more</pre>"
    assert highlighted("a = 1 < 2", budget) == "<pre>a = 1 &lt; 2</pre>"
    assert safe_html("<b>x</b>", Budget(elements=0)) == "<pre>&lt;b&gt;x&lt;/b&gt;</pre>"
    assert safe_html("<b>x</b>", budget) == "<b>x</b>"


def test_formulas_beyond_the_budget_are_shown_as_written():
    drawn = safe_markdown("$x$ $y$ $z$", budget=Budget(formulas=2))
    assert drawn.count("<svg") == 2
    assert '<code class="formula">z</code>' in drawn


def test_pictures_of_an_answer_are_shown_whatever_their_size():
    picture = "A" * 1_000_000
    shown_picture = safe_markdown("![x](attachment:a)", {"a": {"image/png": picture}})
    assert f'src="data:image/png;base64,{picture}"' in shown_picture
    for many in ("![x](attachment:a)" * 100, "![x][b]" * 100 + "\n\n[b]: attachment:a"):
        assert len(safe_markdown(many, {"a": {"image/png": picture}})) < 10_000


@pytest.mark.parametrize("named", ["[a]: http://x{}", "[a]: http://x '{}'"], ids=["address", "title"])
def test_what_is_named_again_is_not_written_as_often(named):
    written = named.format("y" * 10_000) + "\n\n" + "[a] " * 1000
    assert len(safe_markdown(written)) < 10 * len(written)
    assert safe_markdown(named.format("y") + "\n\n[a] [a]").count("<a ") == 2


def test_large_texts_are_not_kept_in_memory():
    sanitise._cleaned_markdown.cache_clear()
    safe_markdown("![x](attachment:a)", {"a": {"image/png": "A" * 400_000}})
    assert sanitise._cleaned_markdown.cache_info().currsize == 0
    safe_markdown("![x](attachment:a)", {"a": {"image/png": PIXEL}})
    assert sanitise._cleaned_markdown.cache_info().currsize == 1


@pytest.mark.parametrize(
    ("kind", "written", "most"),
    [
        ("text/markdown", "some words " * 9_000, 5),
        ("text/html", "<p>" + "x" * 290_000, 104),
        ("text/html", "<p>" * 4_000, 50),
    ],
    ids=["characters", "length", "elements"],
)
def test_all_outputs_of_a_notebook_have_one_budget(kind, written, most):
    plainly = {"text/html": LEFT_OUT, "text/markdown": plain(written)}[kind]
    output = {"output_type": "display_data", "data": {kind: written}}
    kept = with_safe_outputs({"cells": [{"outputs": [output]}] * (most + 20)})["cells"]
    texts = [text for cell in kept for text in cell["outputs"][0]["data"].values()]
    assert plainly not in texts[:3] and set(texts[most:]) == {plainly}


def test_code_with_indented_blank_lines_is_shown_in_colours():
    shown_code = highlighted("def f():\n    x = 1\n    \n\t\n    return x")
    assert "<span" in shown_code and shown_code.count("\n") >= 5


def test_few_submitted_outputs_are_checked():
    cell = {**code("1")[0], "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}] * 2_500}
    built = as_node(notebook(*code("1")))
    keep_outputs([cell], built)
    assert len(built.cells[0].outputs) == 2_000


def test_of_a_very_long_cell_no_syntax_is_read():
    """Its tree would take a thousand times as much memory as its text."""
    for lines, name in ((10, "SyntaxError"), (50_000, "an error")):
        failed = SimpleNamespace(outputs=[SimpleNamespace(output_type="error")], source="a b\n" * lines)
        assert f"stopped with {name}." in _instead_of_outputs(failed)

"""The cost of a page of feedback grows with what a student wrote, and no faster."""

import time

import pytest

from gdl_utils.classroom import sanitise
from gdl_utils.classroom.feedback import FeedbackExporter
from gdl_utils.classroom.formulas import draw_formula
from gdl_utils.classroom.safe_outputs import safe_outputs
from gdl_utils.classroom.sanitise import Budget, highlighted, safe_html, safe_markdown
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
    "attachments": attached,
    "a long line of code": lambda n: code("a." * 2 * n),
    "brackets in code": lambda n: code("(" * n),
    "strings in code": lambda n: code("rb'" * n),
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
    for cell in cells:
        safe_outputs(cell.get("outputs", []))
    return time.process_time() - start


@pytest.mark.timing
def test_twice_as_much_takes_about_twice_as_long():
    slow = {}
    seconds(text("$a$") + code("1"))
    for name, shape in SHAPES.items():
        # Again if something else has kept the processor busy, or the collector came by chance.
        once = twice = float("inf")
        for _ in range(5):
            once, twice = min(once, seconds(shape(1200))), min(twice, seconds(shape(2400)))
            if twice < 2.5 * once:
                break
        else:
            slow[name] = (once, twice)
    assert slow == {}


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
    ],
    ids=["attributes", "formulas", "brackets", "comments", "cells", "outputs", "closings", "drawings"],
)
def test_no_page_takes_long(cells):
    assert seconds(cells) < 15


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
    assert len(safe_markdown("![x](attachment:a)" * 100, {"a": {"image/png": picture}})) < 10_000

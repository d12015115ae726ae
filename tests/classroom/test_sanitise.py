"""Nothing that anyone may have written runs, loads something or looks like a part of the page."""

import time

import pytest

from gdl_utils.classroom import sanitise
from gdl_utils.classroom.sanitise import safe_html, safe_markdown
from tests.classroom.dangers import dangers

pytestmark = pytest.mark.quick
PAGE = "<!DOCTYPE html><title>t</title><body>{}"
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
    for clean in (safe_html(attack), safe_markdown(attack), safe_markdown(f"x\n\n{attack} *y*")):
        assert dangers(PAGE.format(clean)) == []
        assert "total" not in clean
        assert 'id="' not in clean


def test_the_cleaner_does_not_rely_on_what_goes_before_it(monkeypatch):
    monkeypatch.setattr(sanitise, "UNSEEN", ["no-such-element"])
    for attack in ATTACKS:
        assert dangers(PAGE.format(safe_html(attack))) == []


@pytest.mark.parametrize("text", ["<div>" * 60_000, "<b>x</b>" * 35_000, "&" * 290_000, "[](" * 20_000, "$" * 60_000])
def test_no_output_keeps_the_grader_waiting(text):
    def seconds(text):
        start = time.process_time()
        safe_html(text)
        safe_markdown(text)
        return time.process_time() - start

    # What is not bounded takes thousands of times as long.
    assert seconds(text) < 150 * seconds("<p>one <b>word</b></p>\n" * 4000)


def test_links_and_pictures_that_run_do_not_come_through():
    page = safe_markdown("[x](javascript:alert(1)) ![y](https://evil.example/a.png) [z](https://good.example)")
    assert "javascript" not in page
    assert "evil" not in page
    assert 'href="https://good.example"' in page


def test_formulas_are_drawn_without_scripts_or_stay_text():
    drawn = safe_markdown(r"Let $\lfloor (n - k) / s \rfloor + 1$ and $$\frac{x}{2}$$.")
    assert drawn.count("<svg") == 2
    assert r'aria-label="\lfloor (n - k) / s \rfloor + 1"' in drawn
    for tex in (r"\begin{matrix}", r"\unknown{x}", "{" * 200, 'x" onload="alert(1)'):
        page = safe_markdown(f"${tex}$ and more")
        assert dangers(PAGE.format(page)) == []


@pytest.mark.parametrize("tag", ["li", "dd", "dt"])
def test_no_element_of_the_page_is_closed(tag):
    """A browser ends an item where the next begins, with all that is open in it, unless a section is between them."""
    written = f"<{tag}><div><section><{tag}>x</{tag}></section></div></{tag}>"
    assert safe_html(written) == f"<{tag}><div></div></{tag}><{tag}>x</{tag}>"

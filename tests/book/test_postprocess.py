"""What is patch_html in the built pages; the browser sees the whole (tests/browser/test_site.py)."""

from pathlib import Path

import pytest
from PIL import Image

from gdl_utils.book.postprocess import RULES, TYPE, patch_html, patch_site, size_figures

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<script>const THEBE_JS_URL = "https://x"; const thebe_selector = ".cell"</script><p>', "<p>"),
        ('<script async="async" src="_static/sphinx-thebe.js?v=c1"></script><p>', "<p>"),
        ('<link rel="stylesheet" href="_static/sphinx-thebe.css?v=4f" /><p>', "<p>"),
        ('<script defer src="../_static/scripts/fontawesome.js?digest=5"></script><p>', "<p>"),
        (
            '<summary><span class="toctree-toggle">',
            '<summary aria-label="Pages of this chapter"><span class="toctree-toggle">',
        ),
        ("<summary>Answer</summary>", "<summary>Answer</summary>"),
        (
            '<div id="pst-primary-sidebar" class="bd-sidebar">',
            '<div role="region" aria-label="The book and its contents" id="pst-primary-sidebar" class="bd-sidebar">',
        ),
        ('<div class="citation" role="doc-biblioentry">', '<div class="citation" role="listitem">'),
        (
            '<img alt="x > 0" src="../_images/f3.png" />',
            '<a class="gdl-alone" title="The figure alone" href="../_images/f3.png" data-alone>'
            '<img alt="x > 0" src="../_images/f3.png" /></a>',
        ),
        ('<img alt="Colab" src="../_static/images/colab.png">', '<img alt="Colab" src="../_static/images/colab.png">'),
        ('<span class="pasted-text">-0.99</span> to-1', '<span class="pasted-text">\u22120.99</span> to-1'),
        ('<span class="pasted-text">-inf</span>', '<span class="pasted-text">-inf</span>'),
        (
            '<link rel="stylesheet" href="../_static/course.css?v=1" />',
            "".join(
                f'<link rel="preload" href="../_static/fonts/{name}.woff2" as="font" type="font/woff2" '
                "crossorigin data-type>"
                for name in TYPE
            )
            + '<link rel="stylesheet" href="../_static/course.css?v=1" />',
        ),
        (
            '<meta http-equiv="Refresh" content="0; url=book/index.html" />',
            '<link rel="icon" href="_static/logo.svg" data-icon>'
            '<meta http-equiv="Refresh" content="0; url=book/index.html" />',
        ),
        ("<h1></h1><h1>Convolutions</h1>", "<h1>Convolutions</h1>"),
        ('<script src="../_static/doctools.js"></script>', '<script src="../_static/doctools.js"></script>'),
        ('<script src="../_static/searchtools.js"></script><script src="../searchindex.js"></script><p>', "<p>"),
        ('<script src="searchindex.js"></script>', '<script src="searchindex.js"></script>'),
        (
            '<script src="../_static/copybutton.js?v=f2"></script>',
            '<script defer src="../_static/copybutton.js?v=f2"></script>',
        ),
        (
            '<script data-sd-tabs="x-" src="_static/design-tabs.js?v=fc"></script>',
            '<script defer data-sd-tabs="x-" src="_static/design-tabs.js?v=fc"></script>',
        ),
    ],
)  # fmt: skip
def test_it_is_mended_once(before, after):
    assert patch_html(before) == after
    assert patch_html(after) == after


def test_all_pages_of_a_site_are_mended_in_place(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "page.html").write_text("<h1></h1><p>Ω</p>", encoding="utf-8")
    (tmp_path / "index.html").write_text("<p></p>", encoding="utf-8")
    written = (tmp_path / "index.html").stat().st_mtime_ns
    patch_site(tmp_path)
    assert (tmp_path / "book" / "page.html").read_text(encoding="utf-8") == "<p>Ω</p>"
    assert (tmp_path / "index.html").stat().st_mtime_ns == written


@pytest.mark.parametrize(("width", "kind"), [(601, ' class="gdl-wide"'), (600, "")])
def test_figures_get_their_size(tmp_path, width, kind):
    (tmp_path / "_images").mkdir()
    (tmp_path / "book").mkdir()
    Image.new("RGB", (width, 30)).save(tmp_path / "_images" / "f.png")
    once = size_figures('<img alt="x" src="../_images/f.png" />', tmp_path / "book")
    assert once == f'<img alt="x" src="../_images/f.png" width="{width}" height="30"{kind} />'
    assert size_figures(once, tmp_path / "book") == once


def test_a_phone_gets_panels_one_below_the_other(tmp_path):
    (tmp_path / "_images").mkdir()
    figure = Image.new("RGB", (700, 200), "white")
    for left in (20, 370):
        figure.paste("black", (left, 30, left + 300, 180))
    figure.save(tmp_path / "_images" / "f.png")
    page = patch_html('<img alt="x" src="_images/f.png" />')
    once = size_figures(page, tmp_path)
    assert once == (
        '<a class="gdl-alone" title="The figure alone" href="_images/f.png" data-alone><picture>'
        '<source media="(max-width: 576px)" srcset="_images/f-phone.png" width="355" height="400" data-phone>'
        '<img alt="x" src="_images/f.png" width="700" height="200" /></picture></a>'
    )
    assert Image.open(tmp_path / "_images" / "f-phone.png").size == (355, 400)
    assert size_figures(patch_html(once), tmp_path) == once


@pytest.mark.parametrize(
    ("caption", "kind"),
    [("<p>Left: a. Right: b.</p>", ' class="gdl-sides"'), ("<p>The aleft and bright.</p>", "")],
)
def test_a_caption_that_says_left_is_marked_for_a_phone(caption, kind):
    phone, desk = '<img src="a"><source data-phone><img src="b"></picture>', '<img src="a">'
    for image, found in ((phone, kind), (desk, "")):
        figure = f"<figure>{image}\n<figcaption>{{}}{caption}</figcaption></figure>"
        page = f"{figure.format('')}<figure>{desk}<figcaption><p>left</p></figcaption></figure>"
        once = size_figures(page, Path())
        assert once == page.replace("<figcaption>", f"<figcaption{found}>", 1)
        assert size_figures(once, Path()) == once


def test_a_figure_that_is_not_there_is_left_alone(tmp_path):
    assert size_figures('<img alt="x" src="_images/f.png" />', tmp_path) == '<img alt="x" src="_images/f.png" />'


def test_the_type_is_there(root):
    assert all((root / "book" / "_static" / "fonts" / f"{name}.woff2").is_file() for name in TYPE)


def test_no_rule_is_there_twice():
    assert len({pattern for pattern, _ in RULES}) == len(RULES)

"""What is patch_html in the built pages; the browser sees the whole (tests/browser/test_site.py)."""

import pytest

from gdl_utils.book.postprocess import RULES, patch_html, patch_site

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
        ("<h1></h1><h1>Convolutions</h1>", "<h1>Convolutions</h1>"),
        ('<script src="../_static/doctools.js"></script>', '<script src="../_static/doctools.js"></script>'),
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


def test_no_rule_is_there_twice():
    assert len({pattern for pattern, _ in RULES}) == len(RULES)

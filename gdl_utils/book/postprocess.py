"""Patches in the built pages what the theme and its extensions do not let us set.

Each rule is for something that a reader would meet: an error in the browser's console, what a screen reader can't name,
a script that costs half a megabyte and does nothing.
"""

import re
from pathlib import Path

RULES = [
    # Live code comes from the launch buttons; thebe is declared twice, an error, and would load from another host.
    (r'<script>const THEBE_JS_URL[^<]*</script>|<script[^>]*sphinx-thebe\.js[^>]*></script>', ""),
    (r'<link[^>]*sphinx-thebe\.css[^>]*/?>', ""),
    # The style sheet of the theme draws the same icons from fonts that are a quarter as large.
    (r'<script[^>]*scripts/fontawesome\.js[^>]*></script>|<link[^>]*scripts/fontawesome\.js[^>]*/?>', ""),
    # What has only an icon needs a name.
    (r'<summary>(?=<span class="toctree-toggle")', '<summary aria-label="Pages of this chapter">'),
    # The side bar holds more than its navigation.
    (r'<div (?=id="pst-primary-sidebar" class)', '<div role="region" aria-label="The book and its contents" '),
    # A role that the standard has given up, within a list whose entries have to be of the role for that.
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # A figure that is drawn for a desk has letters too small for a phone: a tap shows it alone, as large as one likes.
    (
        r'(?<!data-alone>)(<img alt="[^"]*" src="((?:\.\./)?_images/[^"]+\.png)"[^>]*>)',
        r'<a class="gdl-alone" title="The figure alone" href="\2" data-alone>\1</a>',
    ),
    # A minus before what a cell computed is as long as those of formulas.
    (r'(<span class="pasted-text">)-(?=\d)', "\\1\N{MINUS SIGN}"),
    # The title of the printed page, where there is none.
    (r"<h1></h1>", ""),
]  # fmt: skip


def patch_html(page: str) -> str:
    """A page of the built site, in HTML, after all rules; one that was patched before stays as it is."""
    for pattern, instead in RULES:
        page = re.sub(pattern, instead, page)
    return page


def patch_site(site: Path) -> None:
    """Patch all pages of a built site in place."""
    for path in site.rglob("*.html"):
        before = path.read_text(encoding="utf-8")
        after = patch_html(before)
        if after != before:
            path.write_text(after, encoding="utf-8")

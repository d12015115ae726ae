"""Patches in the built pages what the theme and its extensions do not let us set.

Each rule is for something that a reader would meet: an error in the browser's console, what a screen reader can't name,
a script that costs half a megabyte and does nothing.
"""

import re
import struct
from pathlib import Path

from gdl_utils.book.panels import save_for_a_phone

# What every page is set in.
TYPE = ("source-serif-4-latin-wght-normal", "source-sans-3-latin-wght-normal", "source-sans-3-latin-wght-italic")
# In pixels; a phone shows narrower ones whole.
WIDE_FIGURE = 600
# What counts as a phone, as in the style sheet.
PHONE = "(max-width: 576px)"

RULES = [
    # Live code comes from the launch buttons; thebe is declared twice, an error, and would load from another host.
    (r'<script>const THEBE_JS_URL[^<]*</script>|<script[^>]*sphinx-thebe\.js[^>]*></script>', ""),
    (r'<link[^>]*sphinx-thebe\.css[^>]*/?>', ""),
    # The style sheet of the theme draws the same icons from fonts that are a quarter as large.
    (r'<script[^>]*scripts/fontawesome\.js[^>]*></script>|<link[^>]*scripts/fontawesome\.js[^>]*/?>', ""),
    # The index of the search is a quarter of a megabyte, and only the page of results asks for it.
    (r'<script src="\.\./(?:_static/searchtools|_static/language_data|searchindex)\.js[^>]*></script>', ""),
    # What is needed only by a click need not keep a page from being shown.
    (
        r'<script (?!defer)((?:data-[^ ]+ )?src="(?:\.\./)?_static/'
        r'(?:sphinx_highlight|clipboard\.min|copybutton|togglebutton|design-tabs|scripts/sphinx-book-theme)\.js)',
        r"<script defer \1",
    ),
    # What has only an icon needs a name.
    (r'<summary>(?=<span class="toctree-toggle")', '<summary aria-label="Pages of this chapter">'),
    # The side bar holds more than its navigation.
    (r'<div (?=id="pst-primary-sidebar" class)', '<div role="region" aria-label="The book and its contents" '),
    # A role that the standard has given up, within a list whose entries have to be of the role for that.
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # A figure that is drawn for a desk has letters too small for a phone: a tap shows it alone, as large as one likes.
    (
        r'(?<!data-alone>)(?<!data-phone>)(<img alt="[^"]*" src="((?:\.\./)?_images/[^"]+\.png)"[^>]*>)',
        r'<a class="gdl-alone" title="The figure alone" href="\2" data-alone>\1</a>',
    ),
    # A minus before what a cell computed is as long as those of formulas.
    (r'(<span class="pasted-text">)-(?=\d)', "\\1\N{MINUS SIGN}"),
    # The type comes before the style sheet that asks for it: a page is set in it from the start, or not at all.
    (
        r'(?<!data-type>)(<link[^>]*href="([^"]*_static/)course\.css)',
        "".join(
            f'<link rel="preload" href="\\2fonts/{name}.woff2" as="font" type="font/woff2" '
            "crossorigin data-type>"
            for name in TYPE
        )
        + r"\1",
    ),
    # The page that leads to the first one has no icon of its own, and a browser would look for one elsewhere.
    (
        r'(?<!data-icon>)(<meta http-equiv="Refresh")',
        r'<link rel="icon" href="_static/logo.svg" data-icon>\1',
    ),
    # The title of the printed page, where there is none.
    (r"<h1></h1>", ""),
]  # fmt: skip


def patch_html(page: str) -> str:
    """A page of the built site, in HTML, after all rules; one that was patched before stays as it is."""
    for pattern, instead in RULES:
        page = re.sub(pattern, instead, page)
    return page


def size_figures(page: str, folder: Path) -> str:
    """Give the figures of a page their size in pixels, so that the text below keeps its place while they load.

    A phone gets the panels of a wide figure one below the other, if they can be taken apart.

    Args:
        page: the HTML.
        folder: where the page lies.
    """

    def sized(found: re.Match[str]) -> str:
        image, address, rest = found.groups()
        path = folder / address
        if not path.is_file():
            return found[0]
        width, height = _size(path)
        image += f' width="{width}" height="{height}"'
        if width <= WIDE_FIGURE:
            return image + rest
        if (narrow := save_for_a_phone(path)) is None:
            return f'{image} class="gdl-wide"{rest}'
        width, height = _size(narrow)
        address = str(Path(address).with_name(narrow.name))
        source = f'<source media="{PHONE}" srcset="{address}" width="{width}" height="{height}" data-phone>'
        return f"<picture>{source}{image}{rest}</picture>"

    page = re.sub(r'(<img alt="[^"]*" src="((?:\.\./)?_images/[^"]+\.png)")(?! width)([^>]*>)', sized, page)
    return re.sub(
        r"data-phone>(?:(?!<figure|</figure>).)*?<figcaption>(?:(?!</figcaption>).)*", _with_sides, page, flags=re.S
    )


def _with_sides(found: re.Match[str]) -> str:
    """A figure that a phone shows in another way, marked if its caption says left or right."""
    figure, caption = found[0].split("<figcaption>")
    kind = ' class="gdl-sides"' if re.search(r"\b(left|right)\b", caption, re.IGNORECASE) else ""
    return f"{figure}<figcaption{kind}>{caption}"


def _size(path: Path) -> tuple[int, int]:
    # It is the first that a PNG file says of itself.
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


def patch_site(site: Path) -> None:
    """Patch all pages of a built site in place."""
    for path in site.rglob("*.html"):
        before = path.read_text(encoding="utf-8")
        after = size_figures(patch_html(before), path.parent)
        if after != before:
            path.write_text(after, encoding="utf-8")

"""Turns what anyone may have written, HTML and Markdown, into HTML that runs nothing and loads nothing."""

import html
import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import bleach  # type: ignore[import-untyped]
from bs4 import BeautifulSoup, Tag
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TEXT_TAGS = (
    "a abbr b blockquote br code dd del div dl dt em hr i img kbd li ol p pre s samp small span strong sub sup u"
)
BLOCK_TAGS = "ul h1 h2 h3 h4 h5 h6 caption table tbody td tfoot th thead tr"
TAGS = frozenset(f"{TEXT_TAGS} {BLOCK_TAGS}".split())
LINK = re.compile(r"(https?:|mailto:|#)", re.IGNORECASE)
IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
PYGMENTS = re.compile(r"highlight|[a-z][a-z0-9]{0,2}")
UNSEEN = ["script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "head", "title"]
LARGEST = 300_000  # characters of HTML that are shown as such
DEEPEST = 1000  # elements in each other, beyond which the cleaning would take long
MOST = 15_000  # elements, and characters written as entities
FORMULA = "formula"
FORMULAS = re.compile(r"[\\{]")


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "a" and name == "href":
        return LINK.match(value.strip()) is not None
    if tag == "img" and name == "src":
        return IMAGE.fullmatch(value) is not None
    if name == "class":
        # Only those of highlighted code: no other element may look like a part of the page.
        return tag in ("div", "span", "code") and bool(PYGMENTS.fullmatch(value) or value == FORMULA)
    if name in ("colspan", "rowspan", "width", "height", "start"):
        return value.isascii() and value.isdigit() and len(value) < 5
    return name in ("alt", "title")


def safe_html(text: str) -> str:
    """HTML of anyone's with nothing in it that runs, loads something or looks like a part of the page.

    What nbconvert's own `clean_html` leaves would do, but it has no paragraphs, headings or images.
    """
    if len(text) > LARGEST:
        return f"<p>This output has {len(text)} characters; it is too long to be shown.</p>"
    if _is_too_much(text):
        return f"<pre>{html.escape(text[: LARGEST // 10])}</pre>"
    try:
        with warnings.catch_warnings():
            # It warns of text that looks like a path or an address.
            warnings.simplefilter("ignore")
            soup = BeautifulSoup(text, "html.parser")
        for element in soup.find_all(UNSEEN):
            element.decompose()
        for image in soup.find_all("img"):
            if not IMAGE.fullmatch(str(image.get("src", ""))):
                image.replace_with(str(image.get("alt", "")))
        # The last word has the cleaner with the parser of browsers.
        return bleach.clean(
            str(soup), tags=TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"}, strip=True
        )
    except (RecursionError, ValueError, AssertionError):
        return f"<pre>{html.escape(text)}</pre>"


def _is_too_much(text: str) -> bool:
    if max(text.count("<") // 2, text.count("&")) > MOST:
        return True
    depth = 0
    for tag in re.finditer(r"<(/?)(?!br|hr|img)\w", text):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False


class _Renderer(IPythonRenderer):
    # Formulas become elements, to be drawn after the cleaning.
    def inline_math(self, body: str) -> str:
        return f'<code class="{FORMULA}">{html.escape(body)}</code>'

    def block_math(self, body: str) -> str:
        return f'<p><code class="{FORMULA}">{html.escape(body)}</code></p>'

    def latex_environment(self, name: str, body: str) -> str:
        return f"<pre>{html.escape(body)}</pre>"


@lru_cache(maxsize=1000)
def _safe_markdown(text: str, attachments: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> str:
    bundles = {name: dict(bundle) for name, bundle in attachments}
    renderer = _Renderer(escape=False, attachments=bundles, exclude_anchor_links=True)
    try:
        rendered = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:
        # An attachment that is not there, or text that is nested too deep: shown as it was written.
        return f"<pre>{html.escape(text)}</pre>"
    soup = BeautifulSoup(safe_html(rendered), "html.parser")
    for element in soup.select(f"code.{FORMULA}"):
        drawn = draw_formula(element.get_text())
        if drawn:
            element.replace_with(BeautifulSoup(drawn, "html.parser"))
    # The page itself has the first two levels.
    for level in range(6, 0, -1):
        for heading in soup.find_all(f"h{level}"):
            heading.name = f"h{min(level + 2, 6)}"
    for table in soup.find_all("table"):
        if isinstance(table, Tag):
            table.wrap(soup.new_tag("div", attrs={"class": "wide", "tabindex": "0"}))
    for link in soup.find_all("a"):
        link["rel"] = "noopener noreferrer"
    return str(soup)


def safe_markdown(text: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Markdown of anyone's as safe HTML, with its formulas drawn, and headings from the third level on."""
    bundles = tuple((name, tuple(bundle.items())) for name, bundle in (attachments or {}).items())
    return _safe_markdown(text, bundles)


@lru_cache(maxsize=4000)
def draw_formula(tex: str) -> str:
    """A formula as inline SVG, by matplotlib, or "" if it can't be drawn: a page needs no script for it."""
    tex = tex.strip()
    if not tex or len(tex) > 300 or len(FORMULAS.findall(tex)) > 60 or "$" in tex:
        return ""
    tool, font = TextToPath(), FontProperties(size=TextToPath.FONT_SCALE, math_fontfamily="cm")
    try:
        width, height, descent = tool.get_text_width_height_descent(f"${tex}$", font, ismath=True)
        vertices, codes = tool.get_text_path(font, f"${tex}$", ismath=True)
    except (ValueError, RecursionError, RuntimeError):
        return ""
    em = TextToPath.FONT_SCALE
    box = f"0 {-(height - descent):.0f} {max(width, 1):.0f} {max(height, 1):.0f}"
    style = f"width:{width / em:.2f}em;height:{height / em:.2f}em;vertical-align:{-descent / em:.2f}em"
    name = html.escape(tex)
    return (
        f'<svg class="{FORMULA}" role="img" aria-label="{name}" viewBox="{box}" style="{style}">'
        f'<path d="{_path(vertices, codes)}"/></svg>'
    )


def _path(vertices: Any, codes: Any) -> str:
    commands = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}
    parts = []
    place = 0
    while place < len(codes):
        letter, count = commands.get(int(codes[place]), ("", 0))
        points = " ".join(f"{x:.0f} {-y:.0f}" for x, y in vertices[place : place + count])
        parts.append(letter + points)
        place += max(count, 1)
    return "".join(parts)

"""Turns what anyone may have written, HTML, SVG and Markdown, into markup that runs nothing and loads nothing.

The cost of a page is bounded, too. Each text is parsed in time that grows with its length alone, what is longer or has
more elements than a person would look at is shown as plain text, and so is the rest of a page that has used up its
`Budget`.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from bs4 import BeautifulSoup, Tag
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathBlockParser, MathInlineParser

from gdl_utils.classroom.formulas import FORMULA, draw_formula
from gdl_utils.classroom.markup_cost import closed_in_words, drawing_cost, parsing_cost

TEXT_TAGS = (
    "a abbr b blockquote br code dd del div dl dt em hr i img kbd li ol p pre s samp small span strong sub sup u"
)
BLOCK_TAGS = "ul h1 h2 h3 h4 h5 h6 caption table tbody td tfoot th thead tr"
TAGS = frozenset(f"{TEXT_TAGS} {BLOCK_TAGS}".split())
ATTRIBUTES = {
    "*": {"alt", "class", "colspan", "height", "rowspan", "start", "title", "width"},
    "a": {"href"},
    "img": {"src"},
}
LINK = re.compile(r"(https?:|mailto:|#)", re.IGNORECASE)
IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
PYGMENTS = re.compile(r"highlight|[a-z][a-z0-9]{0,2}")
UNSEEN = ["script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "head", "title"]

SHAPES = "circle ellipse line path polygon polyline rect"
SVG_TAGS = frozenset(
    f"svg g defs desc title text tspan use image clipPath linearGradient radialGradient stop {SHAPES}".split()
)
# Only these can be drawn again by `use`.
NAMED = frozenset(f"clipPath linearGradient radialGradient {SHAPES}".split())
DRAWING = (
    # prose: allow american-spelling: names of attributes
    # prose: allow long-sentence: names of attributes
    "class clip-path clip-rule clipPathUnits color cx cy d dominant-baseline dx dy fill fill-opacity fill-rule "
    "font-family font-size font-style font-weight fx fy gradientTransform gradientUnits height id href offset opacity "
    "points preserveAspectRatio r rotate rx ry stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset "
    "stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style text-anchor textLength "
    "transform version viewBox width x x1 x2 xlink:href xmlns y y1 y2"
)
SVG_ATTRIBUTES = {"*": set(DRAWING.split())}
# No quotes, slashes, backslashes or at-signs, by which a style could load something.
PLAIN_VALUE = re.compile(r"[\w\s#:;.,%()+-]*")
REFERENCE = re.compile(r"#[\w.:-]+")
NAMESPACE = "http://www.w3.org/2000/svg"

LONGEST = 300_000  # characters that are parsed, apart from pictures
LARGEST_PICTURES = 20_000_000  # characters of all pictures of a text
LARGEST_DRAWING = 20_000_000  # characters of shapes that are drawn again, or clip others
MOST = 5_000  # elements of one text
COSTLIEST = 10_000_000  # elements that are looked at while a text is parsed: 40 ms
LONGEST_LINE = 1_000  # characters of code
MOST_BLANK_LINES = 50  # of code, one after the other
LONGEST_BLANK = 300  # characters of white space in a line of Markdown
LONGEST_FORMULA = 2_000  # characters
MOST_FORMULAS = 5_000  # brackets that may open one
MOST_TABLES = 100  # that can be scrolled by themselves
# Of the lexers of Pygments, there are some that take very long for a strange text.
LEXERS = frozenset(["python", "python3", "py", "ipython", "ipython3", "pycon", "console", "bash", "sh", "json", "text"])
BLANK = re.compile(r"[^\S\n]+")
OPENING_FORMULA = re.compile(r"\\\\[(\[]|\\begin|\$")
BRACKETS = re.compile(r"\A\\[(\[]|\\[)\]]\Z")
OPENING = re.compile(r"<[^\W\d_]")
# Left open, these are opened again in every paragraph that follows (HTML standard, 13.2.4.3), with all that they hold:
# 60 kB of `<p><b title=1><p><b title=2>` would become 55 MB. Under other names they are cleaned as any other element.
REOPENED = re.compile(
    r"<(/?)(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE | re.ASCII
)
RENAMED = re.compile(r"<(/?)x-([a-z]+)(?=[\s>])", re.ASCII)


@dataclass
class Budget:
    """What the page may still cost: beyond that, all is shown as plain text.

    Attributes:
        characters: of Markdown and of code.
        elements: of HTML.
        formulas: that are drawn.
        parsed: characters of HTML and drawings, with what their tags cost.
    """

    characters: int = 500_000
    elements: int = 20_000
    formulas: int = 300
    parsed: int = 10_000_000

    def pay(self, name: str, amount: int) -> bool:
        """Take an amount of one of them, if as much is left."""
        left = getattr(self, name) - amount
        if left >= 0:
            setattr(self, name, left)
        return bool(left >= 0)


def budget_of_outputs() -> Budget:
    """What all outputs of a notebook may cost, when they are kept or shown again."""
    return Budget(elements=200_000, parsed=30_000_000)


def _allowed(tag: str, name: str, value: str) -> str | None:
    return value if _is_allowed(tag.removeprefix("x-"), name, value) else None


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if tag == "a" and name == "href":
        return LINK.match(value.strip()) is not None
    if tag == "img" and name == "src":
        return IMAGE.fullmatch(value) is not None
    if name == "class":
        # Only those of highlighted code: no other element may look like a part of the page.
        return tag in ("div", "span", "code") and bool(PYGMENTS.fullmatch(value) or value == FORMULA)
    if name in ("colspan", "rowspan", "width", "height", "start"):
        return value.isascii() and value.isdigit() and len(value) < 5
    # The cleaner itself writes `rel`, and keeps none of the text's.
    return name in ("alt", "rel", "title")


def _clean(text: str) -> str:
    text = REOPENED.sub(r"<\1x-\2", text)
    # Without the elements that are taken away, a browser may read the rest in another way, in which it closes elements
    # of the page: so what is left is read again.
    for _ in range(2):
        text = nh3.clean(
            text,
            tags=TAGS | {f"x-{tag}" for tag in TAGS},
            attributes={**ATTRIBUTES, "x-a": ATTRIBUTES["a"]},
            attribute_filter=_allowed,
            clean_content_tags=set(UNSEEN),
            url_schemes={"http", "https", "mailto", "data"},
            link_rel="noopener noreferrer",
            set_tag_attribute_values={"x-a": {"rel": "noopener noreferrer"}},
        )
    return RENAMED.sub(r"<\1\2", text)


def plain(text: str) -> str:
    """Text as it is written, in HTML."""
    return f"<pre>{html.escape(text)}</pre>"


def clean_html(text: str, budget: Budget | None = None) -> str | None:
    """HTML of anyone's with nothing in it that runs, loads something or looks like a part of the page.

    Returns:
        None if it is too long or has too many elements.
    """
    budget = budget or Budget()
    if len(text) > LONGEST or not _is_parsed_soon(text, 1, budget):
        return None
    return _clean(text) if budget.pay("elements", len(OPENING.findall(text))) else None


def _is_parsed_soon(text: str, times: int, budget: Budget) -> bool:
    if not budget.pay("parsed", len(text)) or len(OPENING.findall(text)) > times * MOST:
        return False
    cost = parsing_cost(text)
    # To look at fifty elements takes as long as to read a character.
    return cost <= times * COSTLIEST and budget.pay("parsed", cost // 50)


def safe_html(text: str, budget: Budget | None = None) -> str:
    """The same, where what is too much is shown as plain text, or told if it is longer than a page should be."""
    cleaned = clean_html(text, budget)
    if cleaned is not None:
        return cleaned
    if len(text) > LONGEST:
        return f"<p>This output has {len(text)} characters; it is too long to be shown.</p>"
    return plain(text[: LONGEST // 10])


# Drawings


def _allowed_in_drawing(tag: str, name: str, value: str) -> str | None:
    if name == "xmlns":
        return value if value == NAMESPACE else None
    if name in ("href", "xlink:href"):
        is_shown = IMAGE.fullmatch(value) if tag == "image" else tag == "use" and REFERENCE.fullmatch(value)
        return value if is_shown else None
    if name == "id":
        return value if tag in NAMED and REFERENCE.fullmatch(f"#{value}") else None
    if name == "font-family":
        value = value.replace("'", "").replace('"', "")
    local = value.replace("url(#", "").lower()
    return value if PLAIN_VALUE.fullmatch(value) and "url" not in local else None


def clean_svg(text: str, budget: Budget | None = None) -> str | None:
    """A drawing of anyone's with shapes, text and embedded images in it, and nothing that runs or loads something.

    Returns:
        None if it is too much, or no drawing.
    """
    pictures = sum(len(picture) for picture in re.findall(r"data:image/[^\"'<>]*", text))
    if len(text) - pictures > 10 * LONGEST or pictures > LARGEST_PICTURES:
        return None
    text = REOPENED.sub(r"<\1x-\2", closed_in_words(text))
    if not _is_parsed_soon(text, 4, budget or Budget(parsed=len(text) + COSTLIEST)):
        return None
    cleaned = nh3.clean(
        text,
        tags=set(SVG_TAGS),
        attributes=SVG_ATTRIBUTES,
        attribute_filter=_allowed_in_drawing,
        clean_content_tags={"script", "style", "foreignObject", "iframe", "template", "metadata"},
        url_schemes={"data"},
        link_rel=None,
    )
    # Shown as an image, it is read as XML.
    cleaned = cleaned.replace("xlink:href=", "href=").replace("&nbsp;", "\N{NO-BREAK SPACE}").strip()
    if f'xmlns="{NAMESPACE}"' not in cleaned:
        cleaned = cleaned.replace("<svg", f'<svg xmlns="{NAMESPACE}"', 1)
    try:
        drawing = fromstring(cleaned)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return None
    is_shown = drawing.tag == f"{{{NAMESPACE}}}svg" and drawing_cost(drawing) <= LARGEST_DRAWING + len(cleaned)
    return cleaned if is_shown else None


# Markdown


def _bounded(specification: Mapping[str, str]) -> dict[str, str]:
    # In nbconvert's rules each opening bracket of a formula looks for its end up to the end of the text.
    return {
        rule: pattern.replace(".*?", f".{{0,{LONGEST_FORMULA}}}?").replace(".+?", f".{{1,{LONGEST_FORMULA}}}?")
        if "math" in rule or "latex" in rule
        else pattern
        for rule, pattern in specification.items()
    }


class _BlockParser(MathBlockParser):
    SPECIFICATION = _bounded(MathBlockParser.SPECIFICATION)


class _InlineParser(MathInlineParser):
    SPECIFICATION = _bounded(MathInlineParser.SPECIFICATION)


class _TooMuchError(Exception):
    pass


class _Renderer(IPythonRenderer):
    named = 0  # characters of addresses and titles
    pictures = 0  # characters of pictures

    # Formulas are marked, to be drawn after the cleaning, or by MathJax, which needs no settings for these brackets.
    def inline_math(self, body: str) -> str:
        return f'<span class="{FORMULA}">\\({html.escape(body)}\\)</span>'

    def block_math(self, body: str) -> str:
        return f'<span class="{FORMULA}">\\[{html.escape(body)}\\]</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return f'<span class="{FORMULA}">{html.escape(f"{BEGIN}{{{name}}}{body}{END}{{{name}}}")}</span>'

    def block_code(self, code: str, info: str | None = None) -> str:
        lexer = (info or "").split(maxsplit=1)[0:1]
        code = _without_blank_lines(code)
        is_coloured = lexer and lexer[0] in LEXERS and _is_coloured_soon(code)
        return str(super().block_code(code, info if is_coloured else None))

    # An address, a title or a picture that stands in the text once may be named in it thousands of times.
    def link(self, text: str, url: str, title: str | None = None) -> str:
        self._take(len(url) + len(title or ""))
        return str(super().link(text, url, title))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:")
        if name != url and not self.attachments.get(name):
            return html.escape(text)
        self._take(len(url) + len(title or ""))
        if name != url:
            self.pictures += max(map(len, self.attachments[name].values()))
            if self.pictures > LARGEST_PICTURES:
                raise _TooMuchError
        return str(super().image(text, url, title))

    def _take(self, characters: int) -> None:
        self.named += characters
        if self.named > LONGEST:
            raise _TooMuchError


BEGIN, END = "\\begin", "\\end"
Attachments = Mapping[str, Mapping[str, str]]


def clean_markdown(text: str, attachments: Attachments | None = None, budget: Budget | None = None) -> str:
    """Markdown of anyone's as safe HTML, in which formulas are marked by their class and not drawn."""
    budget = budget or Budget()
    blank = max(map(len, BLANK.findall(text)), default=0)
    is_small = len(text) <= LONGEST and blank <= LONGEST_BLANK and len(OPENING_FORMULA.findall(text)) <= MOST_FORMULAS
    if not is_small or not budget.pay("characters", len(text)):
        return plain(text)
    bundles = tuple((name, tuple(bundle.items())) for name, bundle in (attachments or {}).items())
    size = len(text) + sum(len(data) for _, bundle in bundles for _, data in bundle)
    # What is large is not kept.
    render = _cleaned_markdown if size <= LONGEST else _cleaned_markdown.__wrapped__
    cleaned, elements = render(text, bundles)
    return cleaned if budget.pay("elements", elements) else plain(text)


@lru_cache(maxsize=200)
def _cleaned_markdown(text: str, attachments: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> tuple[str, int]:
    bundles = {name: dict(bundle) for name, bundle in attachments}
    renderer = _Renderer(escape=False, attachments=bundles, exclude_anchor_links=True)
    try:
        rendered = MarkdownWithMath(renderer, _BlockParser(), _InlineParser(hard_wrap=False)).render(text)
    except Exception:
        # Text that is nested too deep, for example: shown as it was written.
        return plain(text), 1
    is_shown = _is_parsed_soon(rendered, 1, Budget(parsed=len(rendered) + COSTLIEST))
    return (_clean(rendered), len(OPENING.findall(rendered))) if is_shown else (plain(text), 1)


def safe_markdown(text: str, attachments: Attachments | None = None, budget: Budget | None = None) -> str:
    """Markdown of anyone's as safe HTML, with its formulas drawn, and headings from the third level on."""
    budget = budget or Budget()
    return arranged(clean_markdown(text, attachments, budget), budget)


def arranged(cleaned: str, budget: Budget) -> str:
    """Cleaned HTML with its formulas drawn, as a part of a page that has the first two levels of headings itself."""
    soup = BeautifulSoup(cleaned, "html.parser")
    for element in soup.select(f"span.{FORMULA}"):
        tex = BRACKETS.sub("", element.get_text())
        drawn = draw_formula(tex) if budget.pay("formulas", 1) else ""
        if drawn:
            element.replace_with(BeautifulSoup(drawn, "html.parser"))
        else:
            element.name = "code"
            element.string = tex
    for level in range(6, 0, -1):
        for heading in soup.find_all(f"h{level}"):
            heading.name = f"h{min(level + 2, 6)}"
    for table in soup.find_all("table", limit=MOST_TABLES):
        if isinstance(table, Tag):
            table.wrap(soup.new_tag("div", attrs={"class": "wide", "tabindex": "0"}))
    return str(soup)


def without_links(cleaned: str) -> str:
    """Cleaned HTML in which links are text with the address behind it.

    A link of a student could lead to the very server on which an instructor reads it, and do something there.
    """
    if "<a " not in cleaned:
        return cleaned
    soup = BeautifulSoup(cleaned, "html.parser")
    for link in soup.find_all("a"):
        link.append(f" ({link['href']})" if link.get("href") else "")
        link.name, link.attrs = "span", {}
    return str(soup)


# Code


_highlight: Any = Highlight2HTML(pygments_lexer="ipython3")


def _without_blank_lines(source: str) -> str:
    """The same code with nothing in its blank lines, of which the lexer would look at each character."""
    return "\n".join("" if line.isspace() else line for line in source.splitlines())


def _is_coloured_soon(source: str) -> bool:
    # The lexer takes a time that grows with the square of the length of a line, and of the number of blank lines.
    has_few_blanks = "\n" * (MOST_BLANK_LINES + 1) not in source
    return has_few_blanks and len(source) <= LONGEST and max(map(len, source.split("\n"))) <= LONGEST_LINE


def highlighted(source: str, budget: Budget | None = None) -> str:
    """Code of anyone's as HTML, in colours if it is not too long."""
    lines = _without_blank_lines(source)
    if not _is_coloured_soon(lines) or not (budget or Budget()).pay("characters", len(source)):
        return plain(source)
    return str(_highlight(lines))

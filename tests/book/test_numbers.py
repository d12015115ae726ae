"""No page states a number that it did not compute: bare digits in its prose are found, unless they are given.

A number that is a definition or a quotation is listed in the cell itself: `<!-- given: 60,000; 51.67 -->`. Whole
numbers up to ten count things, or name them, and are let through unless they are percentages.
"""

import re

import nbformat
import pytest

pytestmark = pytest.mark.quick

NUMBER = re.compile(r"(?<![\w.,/-])-?(?!(?:\d|10)\b(?![.,]\d|\s?%))\d[\d,]*(?:\.\d+)?")
GIVEN = re.compile(r"<!-- given: (.*?) -->", re.DOTALL)
# What is no prose, in the order in which it is taken out.
NOT_PROSE = [
    re.compile(r"<!--.*?-->", re.DOTALL),
    # Code and data in fences; the text within other directives is prose.
    re.compile(
        r"^(?P<fence>`{3,}|:{3,})(?:[a-z]+|\{(?:code|math|bibliography|raw)[^\n]*)\n.*?^(?P=fence)$",
        re.DOTALL | re.MULTILINE,
    ),
    re.compile(r"^(?:`{3,}|:{3,}).*$", re.MULTILINE),
    re.compile(r"^:[a-z-]+:.*$", re.MULTILINE),
    re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL),
    re.compile(r"\{[a-z:]+\}`[^`]+`"),
    re.compile(r"`[^`]+`"),
    # The tags of a figure in HTML, not what stands between them.
    re.compile(r"</?[a-z]+(?:\s[^<>]*)?>"),
    # Where a link leads, a footnote, and an address.
    re.compile(r"\]\([^)]*\)|\[\^\w+\]|https?://\S+"),
    # Names of parts of the book, of works and of lists.
    re.compile(r"\b(?:[Ss]ections?|[Pp]ages?|[Cc]hapters?|[Ee]xercises?|[Aa]ssignments?)\s+\d[\d.]*(?:\s*(?:,|and|to)\s+\d[\d.]*)*"),
    re.compile(r"^\s*\d+\.\s", re.MULTILINE),
    re.compile(r"\[\d\.\d(?=\s)"),
]  # fmt: skip


def plain(number):
    return number.replace(",", "").lstrip("-")


def bare_numbers(text):
    """Numbers in prose that are neither computed nor given, and those that are given but nowhere in the text."""
    given = {plain(one.strip().rstrip("%").strip()) for found in GIVEN.findall(text) for one in found.split(";")}
    anywhere = {plain(number.rstrip(",.")) for number in re.findall(r"\d[\d.,]*", GIVEN.sub("", text))}
    for part in NOT_PROSE:
        text = part.sub(" ", text)
    found = {plain(number.rstrip(",")) for number in NUMBER.findall(text)}
    return sorted(found - given), sorted(given - anywhere)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("The loss is 1.36.", ["1.36"]),
        ("It has 592,554 parameters, and 71 % are right.", ["592554", "71"]),
        ("At -30 the gradient is zero.", ["30"]),
        ("Class 3 of 10, but 5 % or 10 % or 0.3 of it", ["0.3", "10", "5"]),
        ("The loss is {glue:text}`loss:.3f`, {cite}`2-2-foster2023` says, in CIFAR-10.", []),
        ("By $2 \\cdot 3 = 6$ and `x[54]`, see section 2.3 and [page 1.4](1_4_maximum_likelihood).", []),
        ("All 60,000 images. <!-- given: 60,000 -->", []),
        ('<img width="560" alt="A box.">\n<figcaption>With 60 points</figcaption>', ["60"]),
        ("If 12 < x and y > 13, then", ["12", "13"]),
        ("```python\nx = 12\n```\nbut 13", ["13"]),
        ("```{admonition} Check yourself\n:class: question\nAre there 14?\n```", ["14"]),
        ("```{code-cell}\n15\n```", []),
        ("1. First\n2. Second", []),
        ("$$\n16\n$$\n", []),
    ],
)
def test_the_lint_finds_bare_numbers(text, bare):
    assert bare_numbers(text)[0] == bare


def test_the_lint_finds_what_is_given_in_vain():
    assert bare_numbers("All 15. <!-- given: 15; 16 -->") == ([], ["16"])


def texts_of(root):
    """Text by the name of the page and the id of the cell."""
    for path in sorted((root / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and "provenance" not in cell.metadata.get("tags", []):
                yield f"{path.name}, cell {cell.id}", cell.source
    for path in sorted((root / "book").glob("*.md")):
        # These two are made of numbers that stand elsewhere: sections, and definitions of terms.
        if path.name in ("notation.md", "glossary.md"):
            continue
        yield path.name, path.read_text(encoding="utf-8")


def test_every_number_in_prose_is_computed_or_given(root):
    bare = {place: found for place, text in texts_of(root) if any(found := bare_numbers(text))}
    assert not bare, "glue what is computed; list what is defined or quoted: <!-- given: 60,000; 51.67 -->"

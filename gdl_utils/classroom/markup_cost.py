"""How long a browser or a parser of HTML may take for a text of anyone's, found without drawing or parsing it.

A parser of HTML (HTML standard, 13.2.6) compares a tag with the elements that are open, one after another: with the
square of the text's length it takes minutes for what a student can write in a second. The estimate here is never too
low. It follows the elements that are open as long as the text is written plainly, and believes nothing that closes one
from there on.
"""

import re
from math import inf
from xml.etree.ElementTree import Element

_ATTRIBUTE = r"""\s+[\w:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+))?"""
# What every parser reads in one way: text, an opening or a closing tag, a comment or declaration without tags in it.
_PLAIN = re.compile(
    rf"[^<]+|<(?![a-z/!?])|<(?P<opened>[a-z][\w:-]*)(?:{_ATTRIBUTE})*\s*/?>|</(?P<closed>[a-z][\w:-]*)\s*>"
    r"|<!--[^<>]*-->|<!\[cdata\[[^<>\]]*\]\]>|<!doctype[^<>]*>|<\?[^<>]*>",
    re.IGNORECASE | re.ASCII,
)
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.ASCII)
# Where an attribute may begin, whatever is written around it.
_BEGINNING = re.compile(r"(?<=[\s/\"'])[^\s/>]")
_TAG = re.compile(r"<(/?)[a-z]", re.IGNORECASE | re.ASCII)
_SELF_CLOSED = re.compile(rf"<([a-z][\w:-]*)((?:{_ATTRIBUTE})*)\s*/>", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"#([\w.:-]+)")
_DEEPEST = 8  # how often what is named may name something itself
# Elements without content.
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


def parsing_cost(text: str) -> int:
    """At most how many elements a parser looks at: for each tag, those that are open.

    A tag that ends with a slash is taken as one that stays open, as HTML takes it: see `closed_in_words`. Attributes of
    a tag are compared with each other, which counts, too.
    """
    cost, open_elements, place = 0, list[str](), 0
    while token := _PLAIN.match(text, place):
        place = token.end()
        opened, closed = token["opened"], token["closed"]
        if opened or closed:
            cost += 1 + len(open_elements) + _comparisons(len(_ATTRIBUTES.findall(token[0])))
        if opened and opened.lower() not in _VOID:
            open_elements.append(opened.lower())
        elif closed and open_elements and open_elements[-1] == closed.lower():
            open_elements.pop()
    closings = [bool(tag[1]) for tag in _TAG.finditer(text, place)]
    openings = len(closings) - sum(closings)
    attributes = len(_BEGINNING.findall(text, place)) if openings else 0
    return cost + len(closings) * (1 + len(open_elements) + openings) + _comparisons(attributes)


def _comparisons(attributes: int) -> int:
    # Ten of two attributes take as long as a look at an element.
    return attributes**2 // 20


def closed_in_words(text: str) -> str:
    """The text, in which `<path/>` is `<path></path>`: the same in XML, and for a parser of HTML no open element."""
    return _SELF_CLOSED.sub(r"<\1\2></\1>", text)


def drawing_cost(drawing: Element) -> float:
    """How many characters of shapes a browser draws: what an attribute names counts wherever it is named.

    A few lines could otherwise draw millions of shapes, or clip each of them by all the others.
    """
    elements = list(drawing.iter())[::-1]
    named = {element.get("id"): element for element in elements}
    names = {
        element: [named[name] for value in element.attrib.values() for name in _NAME.findall(value) if name in named]
        for element in elements
    }
    own = {element: sum(map(len, element.attrib.values())) for element in elements}
    costs = dict.fromkeys(elements, 0)
    for _ in range(_DEEPEST + 1):
        before, costs = costs, {}
        for element in elements:
            below = sum(costs[child] for child in element)
            costs[element] = own[element] + below + sum(before[other] for other in names[element])
    return inf if costs[drawing] != before[drawing] else costs[drawing]

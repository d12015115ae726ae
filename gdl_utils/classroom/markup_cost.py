"""How long a parser of HTML may take for a text of anyone's, found without parsing it.

Such a parser (HTML standard, 13.2.6) compares a tag with the elements that are open, one after another: with the square
of the text's length it takes minutes for what a student can write in a second. The estimate here is never too low. It
follows the elements that are open as long as the text is written plainly, and believes nothing that closes one from
there on.
"""

import re

_ATTRIBUTE = r"""\s+[\w:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+))?"""
# What every parser reads in one way: text, an opening or a closing tag, a comment or declaration without tags in it.
_PLAIN = re.compile(
    rf"[^<]+|<(?![a-z/!?])|<(?P<opened>[a-z][\w:-]*)(?:{_ATTRIBUTE})*\s*/?>|</(?P<closed>[a-z][\w:-]*)\s*>"
    r"|<!--[^<>]*-->|<!\[cdata\[[^<>\]]*\]\]>|<!doctype[^<>]*>|<\?[^<>]*>",
    re.IGNORECASE | re.ASCII,
)
_TAG = re.compile(r"<(/?)[a-z]", re.IGNORECASE | re.ASCII)
_SELF_CLOSED = re.compile(rf"<([a-z][\w:-]*)((?:{_ATTRIBUTE})*)\s*/>", re.IGNORECASE | re.ASCII)
# Elements without content.
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


def parsing_cost(text: str) -> int:
    """At most how many elements a parser looks at: for each tag, those that are open.

    A tag that ends with a slash is taken as one that stays open, as HTML takes it: see `closed_in_words`.
    """
    cost, open_elements, place = 0, list[str](), 0
    while token := _PLAIN.match(text, place):
        place = token.end()
        opened, closed = token["opened"], token["closed"]
        if opened or closed:
            cost += 1 + len(open_elements)
        if opened and opened.lower() not in _VOID:
            open_elements.append(opened.lower())
        elif closed and open_elements and open_elements[-1] == closed.lower():
            open_elements.pop()
    closings = [bool(tag[1]) for tag in _TAG.finditer(text, place)]
    openings = len(closings) - sum(closings)
    return cost + len(closings) * (1 + len(open_elements) + openings)


def closed_in_words(text: str) -> str:
    """The text, in which `<path/>` is `<path></path>`: the same in XML, and for a parser of HTML no open element."""
    return _SELF_CLOSED.sub(r"<\1\2></\1>", text)

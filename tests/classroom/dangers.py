"""Reads a page as a browser does, and tells what in it could run, load something or mislead."""

import re

from bleach._vendor import html5lib

from gdl_utils.classroom import sanitise
from gdl_utils.classroom.sanitise import FORMULA

OF_THE_PAGE = "html head meta title style body header nav main section svg path"
TAGS = sanitise.TAGS | set(OF_THE_PAGE.split())
ATTRIBUTES = {
    "lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "src", "alt", "title", "rel", "tabindex",
    "scope", "role", "aria-label", "viewBox", "d", "style", "width", "height", "colspan", "rowspan", "start",
}  # fmt: skip


def dangers(page):
    """What a browser would make of a page and should not."""
    dangerous = []
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag not in TAGS:
            dangerous.append(tag)
        for name, value in element.attrib.items():
            if name not in ATTRIBUTES:
                dangerous.append(f"{tag} {name}={value}")
            if name == "src" and not re.fullmatch(r"data:image/(png|jpeg|gif|webp);base64,[\w+/=]+", value):
                dangerous.append(f"{tag} {name}={value}")
            if name == "href" and not (value.startswith("#") or (tag == "a" and re.match("https?://|mailto:", value))):
                dangerous.append(f"{tag} {name}={value}")
            if name == "style" and (element.get("class") != FORMULA or "url" in value):
                dangerous.append(f"{tag} {name}={value}")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    return dangerous + re.findall(r"@import|url\(|expression", style[1] if style else "")

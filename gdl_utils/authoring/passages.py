"""Finds the prose in the files of the course: Markdown, cells of notebooks, captions, and texts in Python."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

CODE, MATHS, NUMBER, VALUE = "⟨code⟩", "⟨maths⟩", "⟨number⟩", "{value}"  # the last for those in f-strings
NOT_PROSE = {"code", "code-block", "code-cell", "math", "bibliography", "raw", "image", "toctree", "literalinclude"}
NO_TITLE = {"figure", "list-table", "index", "glue:figure", "solution"}  # what follows such a name is no text
DIRECTIVE = re.compile(r"\{(?P<name>[\w:-]+)\}\s*(?P<title>.*)")
ALLOWED = re.compile(r"(?<!`)(?:<!--|#) prose: allow (?P<rule>[\w-]+): \S")
SENTENCE = re.compile(r"[a-z]+[,;:]? [a-z]+")
PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(front_matter_plugin)
    .use(dollarmath_plugin, allow_digits=False, double_inline=True)
    .use(amsmath_plugin)
    .use(colon_fence_plugin)
    .use(deflist_plugin)
    .use(footnote_plugin)
    .use(myst_block_plugin)
    .use(myst_role_plugin)
)


@dataclass(frozen=True)
class Passage:
    """A paragraph, a heading, an item of a list, a caption or a message.

    Attributes:
        path: its file.
        cell: id of the cell in a notebook, else empty.
        line: in the file or the cell, from 1.
        text: in one line, but for breaks that the author asked for.
        breaks: where in the text the lines of the file end.
        allowed: names of rules, each with the line that allows it to be broken here.
    """

    path: Path
    cell: str
    line: int
    text: str
    breaks: tuple[int, ...] = ()
    allowed: frozenset[tuple[str, int]] = frozenset()

    def place(self, position: int = 0) -> str:
        """The file, and the line of a position in the text."""
        line = self.line + sum(end < position for end in self.breaks)
        return f"{self.path}, cell {self.cell}, line {line}" if self.cell else f"{self.path}:{line}"


def passages(path: Path, shown: Path | None = None) -> Iterator[Passage]:
    """The prose of a file.

    Args:
        path: a notebook, a file in Markdown or one in Python.
        shown: the path by which it is called.
    """
    shown = shown or path
    if path.suffix == ".ipynb":
        yield from _notebook(path, shown)
    elif path.suffix == ".py":
        yield from _strings(path.read_text(encoding="utf-8"), shown, "", docstrings=path.parent.name == "cli")
    else:
        text = path.read_text(encoding="utf-8")
        reach = _reach(text)
        for passage in _markdown(text, shown, ""):
            allowed = frozenset(mark for mark, lines in reach.items() if passage.line in lines)
            yield replace(passage, allowed=allowed)


def _marks(text: str) -> list[tuple[str, int]]:
    lines = enumerate(text.split("\n"), start=1)
    return [(match["rule"], number) for number, line in lines for match in ALLOWED.finditer(line)]


def _reach(text: str) -> dict[tuple[str, int], range]:
    """For each mark the lines where it holds: its paragraph and, if it stands alone, the next one."""
    lines = text.split("\n")
    blank = [number for number, line in enumerate(lines, start=1) if not line.strip()]
    reach = {}
    for rule, mark in _marks(text):
        first = max((number for number in blank if number < mark), default=0) + 1
        ends = [*(number for number in blank if number > mark), len(lines) + 1]
        is_alone = all(ALLOWED.search(line) for line in lines[first - 1 : ends[0] - 1])
        reach[rule, mark] = range(first, ends[min(int(is_alone), len(ends) - 1)])
    return reach


def _notebook(path: Path, shown: Path) -> Iterator[Passage]:
    is_assignment = "solutions" in path.parts
    for cell in nbformat.read(path, as_version=4).cells:
        if "provenance" in cell.metadata.get("tags", []):
            continue
        found: list[Passage] = []
        if cell.cell_type == "markdown":
            found.extend(_markdown(cell.source, shown, cell.id))
        elif is_assignment:
            found.extend(_strings(cell.source, shown, cell.id, docstrings=True))
        drawing = cell.metadata.get("mystnb", {})
        for text in (drawing.get("figure", {}).get("caption"), drawing.get("image", {}).get("alt")):
            found.extend(_markdown(text or "", shown, cell.id))
        allowed = frozenset(_marks(cell.source))
        yield from (replace(passage, allowed=allowed) for passage in found)


def _markdown(text: str, path: Path, cell: str, offset: int = 0) -> Iterator[Passage]:
    for token in PARSER.parse(text):
        line = offset + token.map[0] + 1 if token.map else offset + 1
        if token.type == "inline":
            content, breaks = _inline(token.children or [])
            yield Passage(path, cell, line, content, breaks)
        elif token.type in ("fence", "colon_fence") and (match := DIRECTIVE.match(token.info)):
            yield from _directive(token, match, path, cell, line)
        elif token.type == "html_block":
            yield Passage(path, cell, line, _without_tags(token.content))


def _directive(token: Token, match: re.Match[str], path: Path, cell: str, line: int) -> Iterator[Passage]:
    name = match["name"]
    if name in NOT_PROSE or name.startswith("glue"):
        return
    if match["title"] and name not in NO_TITLE:
        yield from _markdown(match["title"], path, cell, line - 1)
    lines = token.content.split("\n")
    start = 0
    if lines and lines[0].strip() == "---":
        start = lines.index("---", 1) + 1 if "---" in lines[1:] else len(lines)
    while start < len(lines) and re.match(r":[\w-]+:", lines[start]):
        start += 1
    yield from _markdown("\n".join(lines[start:]), path, cell, line + start)


def _inline(tokens: Iterable[Token]) -> tuple[str, tuple[int, ...]]:
    text, breaks = "", []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            breaks.append(len(text))
            text += " " if token.type == "softbreak" else "\n"
        elif token.type == "text":
            text += token.content
        elif token.type == "code_inline":
            text += CODE
        elif token.type.startswith("math_"):
            text += MATHS
        elif token.type == "myst_role":
            text += _role(token.meta["name"], token.content)
        elif token.type == "image":
            text += _inline(token.children or [])[0]
    return text, tuple(breaks)


def _role(name: str, content: str) -> str:
    if name.startswith("glue"):
        return NUMBER
    if name.startswith("cite"):
        return ""
    if name in ("ref", "doc", "term", "index", "abbr", "download", "sub", "sup"):
        return re.sub(r"\s*[<(][^<>()]*[>)]$", "", content)
    return NUMBER if name in ("numref", "eq") else CODE


class _Texts(HTMLParser):
    """Collects what is shown of a piece of HTML, and the texts that stand for pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code", "svg"):
            self._inside.append(tag)
        self.texts.extend(value for name, value in attrs if name in ("alt", "title", "aria-label") and value)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.texts.append(data)


def _without_tags(html: str) -> str:
    parser = _Texts()
    parser.feed(html)
    return "\n".join(text.strip() for text in parser.texts if text.strip())


def _strings(source: str, path: Path, cell: str, docstrings: bool) -> Iterator[Passage]:
    # Magics are no Python.
    source = re.sub(r"^[ \t]*[%!].*$", "", source, flags=re.MULTILINE)
    lines = source.split("\n")
    tree = ast.parse(source)
    comments = {id(text) for text in _docstrings(tree)}
    other = {id(part) for node in ast.walk(tree) for part in _not_a_text(node)}
    for node in ast.walk(tree):
        text = _text_of(node)
        if not text or id(node) in other or (id(node) in comments and not docstrings) or not SENTENCE.search(text):
            continue
        first, last = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
        above = first
        while above > 1 and lines[above - 2].lstrip().startswith("#"):
            above -= 1
        marks = _marks("\n".join(lines[above - 1 : last]))
        allowed = frozenset((rule, above + line - 1) for rule, line in marks)
        for part in re.split(r"\n\s*\n", re.sub(r"`[^`\n]+`", CODE, text)):
            yield Passage(path, cell, first, " ".join(part.split()), allowed=allowed)


def _not_a_text(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a longer text, lists of words, and where Matplotlib puts a legend."""
    if isinstance(node, ast.JoinedStr):
        yield from (part for part in ast.walk(node) if part is not node)
    elif getattr(node, "attr", "") == "split" or getattr(node, "arg", "") == "loc":
        yield node.value  # type: ignore[attr-defined]


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first: Any = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values)
    return ""

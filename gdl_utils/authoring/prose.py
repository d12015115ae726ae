"""Looks for the habits that make the course's English hard to read; the rules are in prose_rules.toml."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gdl_utils.authoring.passages import Passage, passages
from gdl_utils.authoring.reading_grade import reading_grade
from gdl_utils.errors import CourseError

RULES = Path(__file__).with_name("prose_rules.toml")
LONG = "long-sentence"


@dataclass(frozen=True)
class Rule:
    """A habit: its name, how it is found, what to write instead, and examples for and against."""

    name: str
    pattern: re.Pattern[str]
    instead: str
    finds: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Style:
    """All that prose_rules.toml says.

    Attributes:
        rules: the habits.
        files: patterns of paths for each kind of text.
        left_out: patterns of paths that are checked only when they are named.
        longest_sentence: in words, up to one of the marks . ? ! ; :
        grades: the lowest and the highest reading grade, for some kinds of text.
    """

    rules: tuple[Rule, ...]
    files: dict[str, list[str]]
    left_out: tuple[str, ...]
    longest_sentence: int
    grades: dict[str, tuple[float, float]]

    def paths(self, root: Path, kinds: Iterable[str] = (), with_left_out: bool = False) -> list[Path]:
        """The files of the repository that are checked, of all kinds or of some."""
        patterns = [pattern for kind in kinds or self.files for pattern in self.files[kind]]
        found = {path for pattern in patterns for path in root.glob(pattern) if ".ipynb_checkpoints" not in path.parts}
        left_out = set() if with_left_out else {path for pattern in self.left_out for path in root.glob(pattern)}
        return sorted(found - left_out)


@cache
def style() -> Style:
    """The project's own style."""
    read = tomllib.loads(RULES.read_text(encoding="utf-8"))
    rules = [
        Rule(each["name"], re.compile(each["pattern"]), each["instead"], tuple(each["finds"]), tuple(each["passes"]))
        for each in read["rules"]
    ]
    return Style(
        tuple(rules),
        read["files"],
        tuple(read["leave_out"]["files"]),
        read["longest_sentence"],
        {kind: (lowest, highest) for kind, (lowest, highest) in read["grades"].items()},
    )


def complaints(path: Path, root: Path) -> list[str]:
    """What the rules find in a file: a line for each, with place, rule, words, and what to write instead.

    A mark that allows nothing, or names no rule, is found, too.

    Args:
        path: a notebook, a file in Markdown or one in Python.
        root: the folder from which it is named.
    """
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    found, used, marks = [], set(), set()
    for passage in passages(path, shown):
        marks |= {(passage.cell, *mark) for mark in passage.allowed}
        for name, start, words, instead in _findings(passage):
            allowing = {(passage.cell, *mark) for mark in passage.allowed if mark[0] == name}
            used |= allowing
            if not allowing:
                words = words if len(words) < 70 else f"{words[:67]}..."
                found.append(f"{passage.place(start)}: {name}: {words!r}. {instead}")
    for cell, name, line in sorted(marks - used):
        place = Passage(shown, cell, line, "").place()
        found.append(f"{place}: this allows {name!r}, but nothing here breaks such a rule. Delete the mark.")
    return found


def _findings(passage: Passage) -> Iterator[tuple[str, int, str, str]]:
    # The name of the rule, where in the text, which words, what to write instead.
    for rule in style().rules:
        for match in rule.pattern.finditer(passage.text):
            yield rule.name, match.start(), match[0].strip(" .?!,;:"), rule.instead
    limit = style().longest_sentence
    for part in re.finditer(r"(?:[^.?!;:\n]|[.?!;:](?=\S))+", passage.text):
        words = [word for word in part[0].split() if re.search(r"\w", word)]
        if len(words) > limit:
            yield LONG, part.start(), part[0].strip(), f"It has {len(words)} words in a row: make two sentences of it."


def check_files(root: Path, named: Iterable[Path]) -> list[str]:
    """The complaints about files, or about all files of the repository that are checked.

    Raises:
        CourseError: if a file is missing or of another kind.
    """
    paths = [path.resolve() for path in named] or style().paths(root)
    for path in paths:
        if not path.is_file() or path.suffix not in (".ipynb", ".md", ".py"):
            raise CourseError(f"{path} has no prose to check", "name a notebook, a Markdown file or a Python file")
    return [line for path in paths for line in complaints(path, root)]


def check_grades(root: Path, named: Iterable[Path]) -> list[tuple[Path, float, bool]]:
    """The reading grade of pages and assignments, and whether it is within the bounds of the style.

    Args:
        root: the folder of the repository.
        named: files, for which the bounds of pages hold if they are of no other kind; all pages of the book and all
            assignments if there are none.
    """
    bounds = style().grades
    kinds = {path: kind for kind in bounds for path in style().paths(root, [kind], with_left_out=True)}
    found = []
    for path in [path.resolve() for path in named] or kinds:
        lowest, highest = bounds[kinds.get(path, "pages")]
        grade = reading_grade(path)
        if grade is not None:
            found.append((path, grade, lowest <= round(grade, 1) <= highest))
    return found

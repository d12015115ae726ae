"""Finds the notebooks of an assignment among the files of a submission: by the exercises they hold, not by name."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from nbjudge.lost_cells import visible_text
from nbjudge.model import Limits, SourceNotebook
from nbjudge.notebook import Cell, grade_id, is_graded, is_solution, is_unanswered, nbgrader
from nbjudge.rebuild import UnreadableError, read

# What browsers, systems and people put into the name of a copy; the number, if there is one, tells which came later.
COPIED = re.compile(
    r"(?P<rest>.+?)(?:[ _-]*\((?P<number>\d+)\)|[ _]?-[ _]?(?:copy|kopie|copie|copia)[ _]?\(?(?P<copy>\d*)\)?"
    r"|-(?P<dash>\d+))$",
    re.IGNORECASE,
)
EXPORTS = {".py": "a Python script", ".html": "a web page", ".htm": "a web page", ".pdf": "a PDF", ".md": "Markdown"}
SAME_TIME = 2.0  # seconds: what is copied together gets times as close as this
LONGEST_NAME = 80


@dataclass(frozen=True)
class Found:
    """The file of a submission that is one notebook of the assignment.

    Attributes:
        file: its relative path, empty if there is none.
        findings: what a person should know of the choice, one sentence each.
        reason: one sentence for the instructor if a person should look, or if there is none.
    """

    file: str
    findings: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True)
class _Sheet:
    # A file that may be a notebook: its exercises, and for each source how much of it is in there.
    file: str
    why_unreadable: str = ""
    shared: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def find_notebooks(
    sources: Sequence[SourceNotebook],
    files: Mapping[str, bytes],
    limits: Limits,
    times: Mapping[str, float] | None = None,
) -> dict[str, Found]:
    """Which file is which notebook of an assignment.

    Of several files with the same exercises the one with answers counts, and of several with answers the newest.

    Args:
        sources: the notebooks of the assignment.
        files: what was handed in, by relative path.
        limits: of a notebook.
        times: when files were changed, in seconds, as far as that is known.

    Returns:
        What was found, by the name of the notebook.
    """
    names = [name for name, data in files.items() if may_be_notebook(name, data)]
    expected = {source.name: _named(f"{source.name}.ipynb", names) for source in sources}
    if len(names) == len(sources) == 1 and expected[sources[0].name]:
        # Whatever is in it, there is no choice.
        return {sources[0].name: Found(names[0])}
    sheets = [_sheet(name, files[name], sources, limits) for name in names]
    found = {}
    for source in sources:
        own = [sheet for sheet in sheets if _belongs(sheet, source, expected)]
        if own:
            found[source.name] = _choice(source, own, expected[source.name], times or {})
        elif name := expected[source.name]:
            found[source.name] = Found(name)
        elif len(sources) == len(names) == 1:
            found[source.name] = Found(names[0], [_taken(names[0], source)])
        else:
            found[source.name] = Found("", reason=_why_missing(source, files, sheets))
    return found


def may_be_notebook(name: str, data: bytes) -> bool:
    """Whether a file is called a notebook, or looks like one inside, under whatever name."""
    is_json = data[:100].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    return ".ipynb" in PurePosixPath(name).name.casefold() or (is_json and b'"nbformat"' in data)


def with_files_around(file: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a submission as its notebook sees them: those in its folder are beside it."""
    folder = file.rpartition("/")[0]
    inside = {name.removeprefix(f"{folder}/"): data for name, data in files.items() if name.startswith(f"{folder}/")}
    return {**files, **inside} if folder else dict(files)


def shown(name: str) -> str:
    """The name of a student's file as a sentence can hold it."""
    name = name.encode("utf-8", "backslashreplace").decode()
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same letters, in whichever form of Unicode."""
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def original_name(name: str) -> tuple[str, int]:
    """The name of a file without what tells a copy from its original, and the number of the copy.

    `lab (2).ipynb` gives `lab.ipynb` and 2, `lab - Copy.ipynb` gives `lab.ipynb` and 1, any other name itself and 0.
    """
    path = PurePosixPath(name)
    match = COPIED.fullmatch(path.stem)
    if not match:
        return name, 0
    numbers = [match[group] for group in ("number", "copy", "dash") if match[group]]
    return str(path.with_name(match["rest"].rstrip() + path.suffix)), int(numbers[0][:9]) if numbers else 1


def _named(wanted: str, names: Sequence[str]) -> str:
    return next((name for name in names if same_name(name, wanted)), "")


def _sheet(name: str, data: bytes, sources: Sequence[SourceNotebook], limits: Limits) -> _Sheet:
    try:
        cells, _ = read(data, limits)
    except UnreadableError as error:
        return _Sheet(name, str(error))
    given = {grade_id(cell): cell for cell in reversed(cells) if grade_id(cell)}
    shared, answers = {}, {}
    for source in sources:
        exercises = {grade_id(cell): cell for cell in source.content["cells"] if _is_exercise(cell)}
        common = given.keys() & exercises.keys()
        shared[source.name] = len(common) if given else _same_texts(cells, source)
        answers[source.name] = {
            str(name): given[name]["source"].strip()
            for name in common
            if is_solution(exercises[name]) and _is_answered(exercises[name], given[name])
        }
        if not given:
            answers[source.name] = _own_texts(cells, source)
    return _Sheet(name, "", shared, answers)


def _is_exercise(cell: Cell) -> bool:
    return bool(grade_id(cell)) and (is_solution(cell) or is_graded(cell) or bool(nbgrader(cell).get("task")))


def _same_texts(cells: Sequence[Cell], source: SourceNotebook) -> int:
    """How many cells of the source a notebook without nbgrader's metadata has, by their text."""
    texts = {cell["source"].strip() for cell in cells}
    return sum(visible_text(cell) in texts for cell in source.content["cells"] if len(visible_text(cell)) > 10)


def _own_texts(cells: Sequence[Cell], source: SourceNotebook) -> dict[str, str]:
    """What a notebook without nbgrader's metadata has beside the cells of the source."""
    known = {visible_text(cell) for cell in source.content["cells"]}
    own = [text for cell in cells if (text := cell["source"].strip()) and text not in known]
    return {"": "\n".join(own)} if own else {}


def _is_answered(exercise: Cell, cell: Cell) -> bool:
    return cell["source"].strip() not in ("", exercise["source"].strip()) and not is_unanswered(cell)


def _belongs(sheet: _Sheet, source: SourceNotebook, expected: Mapping[str, str]) -> bool:
    """Whether a file is this notebook of the assignment rather than another one."""
    shared = sheet.shared.get(source.name, 0)
    if not shared or shared < max(sheet.shared.values()):
        return False
    # As much of one notebook as of another: then the name decides.
    rivals = [name for name, count in sheet.shared.items() if count == shared]
    named = [name for name in rivals if expected[name] == sheet.file]
    return source.name in (named or rivals[:1])


def _choice(source: SourceNotebook, own: Sequence[_Sheet], expected: str, times: Mapping[str, float]) -> Found:
    answered = [sheet for sheet in own if sheet.answers[source.name]]
    newest = max((times.get(sheet.file, 0.0) for sheet in answered or own), default=0.0)

    def rank(sheet: _Sheet) -> tuple[bool, int, int, bool]:
        is_new = times.get(sheet.file, 0.0) >= newest - SAME_TIME
        number = original_name(sheet.file)[1]
        return is_new, len(sheet.answers[source.name]), number, sheet.file == expected

    taken = max(answered or own, key=rank)
    findings = [] if taken.file == expected else [_taken(taken.file, source)]
    others = [sheet for sheet in own if sheet is not taken]
    blank = [shown(sheet.file) for sheet in others if not sheet.answers[source.name]]
    if blank and answered:
        findings.append(f"{_and(blank)} was left out: it holds the same exercises, without answers.")
    elif blank:
        findings.append(f"{_and(blank)} was left out: it holds the same exercises, and none of the files has answers.")
    mine = taken.answers[source.name]
    same = [shown(sheet.file) for sheet in others if sheet in answered and sheet.answers[source.name] == mine]
    if same:
        findings.append(f"{_and(same)} was left out: it holds the same answers.")
    different = [shown(sheet.file) for sheet in others if sheet in answered and sheet.answers[source.name] != mine]
    reason = ""
    if different:
        reason = f"{shown(taken.file)} was graded, and {_and(different)} was left out, although it has other answers"
    return Found(taken.file, findings, reason)


def _taken(name: str, source: SourceNotebook) -> str:
    return f"{shown(name)} was taken for {source.name}.ipynb."


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"each of {len(names)} others ({', '.join(names[:5])})"


def _why_missing(source: SourceNotebook, files: Mapping[str, bytes], sheets: Sequence[_Sheet]) -> str:
    missing = f"{source.name}.ipynb was not handed in"
    unreadable = [sheet for sheet in sheets if sheet.why_unreadable]
    if unreadable:
        return f"{missing}, and {shown(unreadable[0].file)} can't be read: {unreadable[0].why_unreadable}"
    if sheets:
        names = ", ".join(shown(sheet.file) for sheet in sheets[:5])
        return f"{missing}: no exercise of it is in {names}"
    exports = [(name, EXPORTS.get(PurePosixPath(name).suffix.lower())) for name in files]
    for name, kind in exports:
        if kind:
            return f"{missing}, only {kind}, {shown(name)}: ask for the notebook itself, a file that ends in .ipynb"
    return missing

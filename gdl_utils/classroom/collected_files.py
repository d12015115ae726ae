"""Names and contents of what one student handed in, before it is put into submitted/."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from gdl_utils.classroom.assignment import sheets_of
from gdl_utils.classroom.course import HIDDEN, TIMESTAMP, Course
from gdl_utils.classroom.student_files import read_files, read_timestamp
from gdl_utils.classroom.times import in_gradebook
from nbjudge import Limits, SourceNotebook
from nbjudge.handed_files import required_files
from nbjudge.matching import find_notebooks, original_name, same_name, shown

MOST_SEARCHED = 1 << 30  # bytes of notebooks that are searched for names


@dataclass(frozen=True)
class Wanted:
    """What students of an assignment hand in.

    Attributes:
        notebooks: as far as it takes to know them again.
        names: of files that the assignment gives or asks for.
    """

    notebooks: tuple[SourceNotebook, ...]
    names: frozenset[str] = field(default_factory=frozenset)


def wanted_files(course: Course, assignment: str) -> Wanted:
    """What an assignment wants to be handed in."""
    notebooks = sheets_of(course, assignment)
    asked = {name for source in notebooks for names in required_files(source) for name in names}
    given = {name for name in read_files(course.source(assignment)) if not name.startswith(f"{HIDDEN}/")}
    return Wanted(notebooks, frozenset(asked | given | {f"{source.name}.ipynb" for source in notebooks}))


def named_as_before(names: Mapping[Path, str], wanted: Wanted, remarks: list[str]) -> dict[Path, str]:
    """The names of files without what a browser or Canvas added to them.

    That is undone if the assignment knows the name, if the student's notebooks speak of it, or if it could not be
    imported otherwise, and if no other file has it.
    """
    renamed = dict(names)
    texts = [path.read_bytes() for path, name in names.items() if name.casefold().endswith(".ipynb")]
    copies = [name for name in names.values() if original_name(name)[1]]
    is_searched = len(copies) * sum(map(len, texts)) <= MOST_SEARCHED
    # Of several copies the last gets the name.
    for path, name in sorted(names.items(), key=lambda item: -original_name(item[1])[1]):
        plain, number = original_name(name)
        if not number or any(same_name(plain, other) for other in renamed.values()):
            continue
        is_spoken_of = is_searched and _speaks(texts, plain) and not _speaks(texts, name)
        if plain in wanted.names or plain.endswith(".py") or is_spoken_of:
            renamed[path] = plain
            remarks.append(f"{shown(name)} was taken for {shown(plain)}")
    return renamed


def _speaks(texts: Iterable[bytes], name: str) -> bool:
    plain = PurePosixPath(name).name.encode("utf-8", "replace")
    return any(plain in text for text in texts)


def notebooks_named(
    names: Mapping[Path, str], wanted: Wanted, remarks: list[str], problems: list[str]
) -> dict[Path, str]:
    """The same with the notebooks under the names of those that they are, where these are free.

    Args:
        names: of files by path.
        wanted: what the assignment wants.
        remarks: takes what was put right, and what will count when it is graded.
        problems: takes what a person should look at.
    """
    named = dict(names)
    paths = {name: path for path, name in names.items()}
    files = {name: path.read_bytes() for name, path in paths.items()}
    times = {name: path.stat().st_mtime for name, path in paths.items()}
    found = find_notebooks(wanted.notebooks, files, Limits(), times)
    for notebook, each in found.items():
        right = f"{notebook}.ipynb"
        if not each.file:
            problems.append(f"no notebook of the assignment is among the files: {each.reason}")
            continue
        # nbgrader keeps the end of a name, so that `book.ipynb.txt` stays, and is found when it is graded.
        if right not in named.values() and each.file.endswith(".ipynb"):
            named[paths[each.file]] = right
        remarks += [finding.rstrip(".") for finding in each.findings]
        if each.reason:
            problems.append(each.reason.replace(" was graded", " will be graded"))
    return named


@dataclass(frozen=True)
class Change:
    """How what a student handed in differs from what is there already: nothing if `what` is empty."""

    what: str = ""
    is_newer: bool = False


def change_of(place: Path, files: Mapping[Path, str], time: datetime | None) -> Change:
    """What a submission would change, and whether it is known to be the newer one.

    Args:
        place: the folder in submitted/, which has files.
        files: names of the new files by path.
        time: when it was handed in, None if that is not known.
    """
    before = {name: data for name, data in read_files(place).items() if name != TIMESTAMP}
    now = {name: path.read_bytes() for path, name in files.items()}
    added, gone = sorted(now.keys() - before.keys()), sorted(before.keys() - now.keys())
    changed = sorted(name for name in now.keys() & before.keys() if now[name] != before[name])
    parts = [(changed, "changed"), (added, "new"), (gone, "no longer there")]
    what = "; ".join(f"{', '.join(map(shown, names))} {how}" for names, how in parts if names)
    return Change(what, _is_newer(time, place))


def _is_newer(time: datetime | None, place: Path) -> bool:
    known, _ = read_timestamp(place)
    return time is not None and known is not None and in_gradebook(time) > known

"""Tries an assignment before a class is graded: its reference solution must get all points, and no answers none.

The trial also finds the tests that need the student's own objects: judging them costs the reference solution its
points, or gives points to a blank answer, and running them beside the student's code does not.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gdl_utils.classroom.assignment import SEEN_TO_FAIL
from gdl_utils.classroom.environment import lacking
from gdl_utils.classroom.notes import read_note, write_note
from gdl_utils.errors import GradingError
from nbjudge import (
    Assignment,
    EngineOptions,
    Graded,
    GradedNotebook,
    Limits,
    MachineError,
    SourceNotebook,
    Submission,
    grade,
)
from nbjudge.notebook import Cell, grade_id, is_solution, is_test, text_of
from nbjudge.ways import BESIDE, CARRIES, DEFAULT, JUDGED, ways_of, whole_tests

REFERENCE = "reference/"  # below hidden/: files that are handed in with the reference solution
ONLY_BESIDE = "the reference solution passes it only beside its own objects"
BLANK_IF_JUDGED = "a blank answer would pass it if it were judged"
RECORD = ".gdl-trials.json"  # in the course folder: what was tried before
MAY_FAIL = "raises-exception"  # the tag of a cell that is meant to fail, as Jupyter reads it
PLACE = re.compile(r" \(<[^>]*>, line \d+\)")  # at the end of what a SyntaxError says
OF_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")
LISTED = 12  # complaints
MOST_TRIES = 30  # of the reference solution, to find out which tests leave something for cells below
ROUNDS = 3  # a test that runs beside others takes names with it that judged ones may need

# Grades submissions of an assignment, in their order.
GradeEach = Callable[[Assignment, Sequence[Submission]], list[Graded]]


@dataclass(frozen=True)
class Tried:
    """What a trial found.

    Attributes:
        beside: by notebook and grade_id, why a test is run beside the student's objects.
        complaints: one sentence each, empty if the assignment is fit to grade a class.
        lacking: a sentence on what it imports and its Python does not have, empty if nothing; all else follows of that.
    """

    beside: Mapping[str, Mapping[str, str]]
    complaints: tuple[str, ...]
    lacking: str = ""

    def applied(self, assignment: Assignment) -> Assignment:
        """The assignment with its tests run as the trial found."""
        return _with(assignment, self.beside)

    def every_way(self, assignment: Assignment) -> dict[str, dict[str, str]]:
        """Why tests run beside the student's objects, by notebook and grade_id, whoever decided it."""
        return {source.name: ways_of(source) for source in self.applied(assignment).notebooks}


def try_out(
    assignment: Assignment,
    solved: Mapping[str, Mapping[str, str]],
    limits: Limits | None = None,
    options: EngineOptions | None = None,
    grade_each: GradeEach | None = None,
) -> Tried:
    """Grade the reference solution and a notebook without answers.

    Args:
        assignment: as it was released, with its hidden tests.
        solved: the texts of the reference solutions, by notebook and grade_id.
        limits: those of the class.
        options: how the engine runs.
        grade_each: grades submissions; one after the other in this process if None.
    """
    python = options.python if options else None

    def one_by_one(tried: Assignment, submissions: Sequence[Submission]) -> list[Graded]:
        return [grade(tried, each, limits, options) for each in submissions]

    try:
        tried, errors = _try_both(assignment, solved, grade_each or one_by_one)
    except MachineError as error:
        # A setup cell that fails, for example.
        if not (lacks := lacking([str(error)], assignment, python)):
            raise
        return Tried({}, (), lacks)
    given = [cell["source"] for source in assignment.notebooks for cell in source.content["cells"]]
    answers = [text for texts in solved.values() for text in texts.values()]
    return replace(tried, lacking=lacking(errors, assignment, python, [*given, *answers]))


def _try_both(
    assignment: Assignment,
    solved: Mapping[str, Mapping[str, str]],
    grade_each: GradeEach,
) -> tuple[Tried, list[str]]:
    """What a trial finds, and all errors of the reference solution."""
    reference, blank = _submission(assignment, solved), _submission(assignment, {})

    def both(tried: Assignment) -> tuple[Graded, Graded]:
        full, empty = grade_each(tried, [reference, blank])
        return full, empty

    judged = both(assignment)
    beside: dict[str, dict[str, str]] = {source.name: {} for source in assignment.notebooks}
    for _ in range(ROUNDS):
        more = {source.name: _doubtful(source, beside[source.name], *judged) for source in assignment.notebooks}
        while any(more.values()):
            tried = both(_with(assignment, _joined(beside, more)))
            helped = {source.name: _helped(source, more[source.name], judged, tried) for source in assignment.notebooks}
            if helped == more:
                break
            # Some may have been helped only by what others left there that are judged after all.
            more = helped
        if not any(more.values()):
            break
        beside, judged = _joined(beside, more), tried
    full, empty = judged
    for source in assignment.notebooks:
        if carriers := _carriers(assignment, source, beside, full, lambda tried: grade_each(tried, [reference])[0]):
            beside[source.name].update(carriers)
            full, empty = both(_with(assignment, beside))
    complaints = (*_losses(assignment, full), *_gifts(assignment, empty), *_failures(assignment, full))
    return Tried(beside, complaints), _errors_of(full)


def _carriers(
    assignment: Assignment,
    source: SourceNotebook,
    beside: Mapping[str, Mapping[str, str]],
    full: Graded,
    grade_reference: Callable[[Assignment], Graded],
) -> dict[str, str]:
    """Tests that have to run beside the student's objects because of what they leave there for cells below.

    Args:
        assignment: that is tried.
        source: one of its notebooks.
        beside: why tests are run beside the student's objects, by notebook and grade_id.
        full: what the reference solution got so.
        grade_reference: grades it.

    Returns:
        The reasons by grade_id, so few that taking away one more would cost the reference solution points, as far as
        that was tried.
    """
    names = [str(grade_id(cell)) for cell in source.content["cells"] if is_test(cell)]
    lost = [name for name in names if _lost(full, source, name) > 0]
    if not lost:
        return {}

    def loss(reasons: Mapping[str, str]) -> float:
        graded = grade_reference(_with(assignment, {**beside, source.name: {**beside[source.name], **reasons}}))
        return sum(_lost(graded, source, name) for name in names)

    may = {str(grade_id(cell)) for cell in _choosable(source)} | set(ways_of(source))
    above = {name for name in names[: names.index(lost[-1])] if name in may}
    likely = above & whole_tests(source, dict.fromkeys(above, ONLY_BESIDE))
    before = sum(_lost(full, source, name) for name in names)
    for tests in (likely, above):
        reasons = {name: CARRIES for name in names if name in tests} | {
            name: ONLY_BESIDE for name in lost if name in may - tests
        }
        if reasons and (least := loss(reasons)) < before:
            return _fewest_of(reasons, loss, least)
    return {}


def _fewest_of(reasons: dict[str, str], loss: Callable[[Mapping[str, str]], float], least: float) -> dict[str, str]:
    def of(names: list[str]) -> dict[str, str]:
        return {name: reasons[name] for name in names}

    return of(fewest(list(reasons), lambda names: loss(of(names)) <= least))


def fewest(names: list[str], suffice: Callable[[list[str]], bool]) -> list[str]:
    """Those of some names without any of which, as far as it was tried, the others do not suffice.

    Halves are left out first, then quarters and so on, so that a few of many are found by few tries.

    Args:
        names: all of them, which suffice.
        suffice: tells whether some of them do.
    """
    tries, size = 0, len(names)
    while size > 1 and tries < MOST_TRIES:
        size = (size + 1) // 2
        start = 0
        while start < len(names) and tries < MOST_TRIES:
            fewer = names[:start] + names[start + size :]
            tries += 1
            if fewer and suffice(fewer):
                names = fewer
            else:
                start += size
    return names


def _errors_of(graded: Graded) -> list[str]:
    cells = [cell for notebook in graded.notebooks for cell in (notebook.content or {}).get("cells", [])]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output["evalue"] for output in outputs if output["output_type"] == "error"]


def try_once(
    folder: Path,
    name: str,
    key: str,
    prepared: Callable[[], Assignment],
    solved: Mapping[str, Mapping[str, str]],
    limits: Limits | None = None,
    options: EngineOptions | None = None,
    grade_each: GradeEach | None = None,
) -> Tried:
    """As `try_out`, but what was tried before in a course, and has not changed, is not tried again.

    Args:
        folder: of the course.
        name: of the assignment.
        key: of all on which the result depends.
        prepared: gives the assignment.
        solved: as for `try_out`.
        limits: those of the class.
        options: how the engine runs.
        grade_each: as for `try_out`.
    """
    record = folder / RECORD
    before = read_note(record, name) or {}
    with suppress(KeyError, TypeError):
        if before["key"] == key:
            return Tried(before["beside"], tuple(before["complaints"]), before["lacking"])
    try:
        tried = try_out(prepared(), solved, limits, options, grade_each)
    except MachineError as error:
        # It may be the machine's, so that it is not kept.
        return Tried({}, (as_sentence(error),))
    write_note(record, name, {"key": key, **asdict(tried)})
    return tried


def as_sentence(error: MachineError) -> str:
    """What an error says, as a line of its own."""
    text = str(error)
    return text[:1].upper() + text[1:]


def refusal(assignment: str, complaints: tuple[str, ...]) -> GradingError:
    """What to raise if an assignment is not fit to grade a class."""
    shown = [*complaints[:LISTED], *([f"and {len(complaints) - LISTED} more"] if len(complaints) > LISTED else [])]
    return GradingError(
        "\n".join([f"{assignment} was tried before the class, and nobody was graded:", *shown]),
        "fix the source, or grade anyway with --despite-complaints",
    )


def _doubtful(source: SourceNotebook, beside: Mapping[str, str], full: Graded, empty: Graded) -> dict[str, str]:
    """The tests that may have to be run beside the student's objects, with the reason."""
    names = [str(grade_id(cell)) for cell in _choosable(source) if grade_id(cell) not in beside]
    lost = {name: ONLY_BESIDE for name in names if _lost(full, source, name)}
    return {name: BLANK_IF_JUDGED for name in names if _points(empty, source, name)} | lost


def _helped(
    source: SourceNotebook, reasons: Mapping[str, str], judged: tuple[Graded, Graded], beside: tuple[Graded, Graded]
) -> dict[str, str]:
    """Those tests whose points are better for the reference solution, or for a blank answer, if they run beside."""

    def gains(name: str) -> tuple[float, float]:
        (full, empty), (full_beside, empty_beside) = judged, beside
        gained = _points(full_beside, source, name) - _points(full, source, name)
        return gained, _points(empty, source, name) - _points(empty_beside, source, name)

    return {name: reason for name, reason in reasons.items() if gains(name) > (0, 0)}


def _joined(
    beside: Mapping[str, Mapping[str, str]], more: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    return {name: {**beside[name], **more[name]} for name in beside}


def _with(assignment: Assignment, beside: Mapping[str, Mapping[str, str]]) -> Assignment:
    notebooks = [replace(source, beside=dict(beside.get(source.name, {}))) for source in assignment.notebooks]
    return replace(assignment, notebooks=tuple(notebooks))


def _submission(assignment: Assignment, solved: Mapping[str, Mapping[str, str]]) -> Submission:
    files = {
        name.removeprefix(REFERENCE): data for name, data in assignment.hidden.items() if name.startswith(REFERENCE)
    }
    for source in assignment.notebooks:
        texts = solved.get(source.name, {})
        cells = [{**cell, "source": texts.get(str(grade_id(cell)), cell["source"])} for cell in source.content["cells"]]
        files[f"{source.name}.ipynb"] = json.dumps({**source.content, "cells": cells}).encode()
    return Submission(files)


def _choosable(source: SourceNotebook) -> list[Cell]:
    """The tests whose way neither their author nor their text decides."""
    decided = ways_of(source)
    return [
        cell
        for cell in source.content["cells"]
        if is_test(cell)
        and not {JUDGED, BESIDE} & set(cell["metadata"].get("tags", []))
        and DEFAULT not in source.content.get("metadata", {})
        and grade_id(cell) not in decided
    ]


def _points(graded: Graded, source: SourceNotebook, name: str) -> float:
    return graded.scores.get((source.name, name)) or 0.0


def _most(graded: Graded, source: SourceNotebook, name: str) -> float:
    return next(book for book in graded.notebooks if book.name == source.name).max_scores.get(name, 0.0)


def _lost(graded: Graded, source: SourceNotebook, name: str) -> float:
    return _most(graded, source, name) - _points(graded, source, name)


def _tests(assignment: Assignment) -> list[tuple[SourceNotebook, Cell, str]]:
    return [
        (source, cell, str(grade_id(cell)))
        for source in assignment.notebooks
        for cell in source.content["cells"]
        if is_test(cell)
    ]


def _losses(assignment: Assignment, full: Graded) -> list[str]:
    return [
        f"The reference solution gets {_points(full, source, name):g} of {_most(full, source, name):g} points in "
        f"{source.name}, {name}{error_in(full, source, name)}"
        for source, _, name in _tests(assignment)
        if _lost(full, source, name) > 0
    ]


def _gifts(assignment: Assignment, empty: Graded) -> list[str]:
    # A test without a statement gives its points to everybody, as its author must know.
    return [
        f"A notebook without answers gets {_points(empty, source, name):g} points in {source.name}, {name}: make the "
        "test need an answer"
        for source, cell, name in _tests(assignment)
        if _points(empty, source, name) > 0 and _has_statements(cell["source"])
    ]


def _has_statements(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def _failures(assignment: Assignment, full: Graded) -> list[str]:
    """Cells of the author's that end with an error: those of solutions, and others seen to fail, if it costs points."""
    found = []
    for source in assignment.notebooks:
        loses = any(_lost(full, source, name) for book, _, name in _tests(assignment) if book is source)
        # Cells that students may change come back without their tags.
        may, seen = _tagged(source, MAY_FAIL), _tagged(source, SEEN_TO_FAIL)
        for number, cell in enumerate(_cells(full, source), 1):
            error = "" if is_test(cell) or cell["source"] in may else _ended_with(cell)
            if error and (loses or not (is_solution(cell) or cell["source"] in seen)):
                what = "The reference solution" if is_solution(cell) else "A cell of the assignment"
                meant = "" if is_solution(cell) else f"; if it is meant to, tag it {MAY_FAIL}"
                found.append(f"{what} fails, {source.name}, {grade_id(cell) or f'cell {number}'}{error}{meant}")
    return found


def _tagged(source: SourceNotebook, tag: str) -> set[str]:
    return {cell["source"] for cell in source.content["cells"] if tag in cell["metadata"].get("tags", [])}


def _cells(graded: Graded, source: SourceNotebook) -> list[Cell]:
    return (_book(graded, source).content or {}).get("cells", [])


def _book(graded: Graded, source: SourceNotebook) -> GradedNotebook:
    return next(book for book in graded.notebooks if book.name == source.name)


def error_in(graded: Graded, source: SourceNotebook, name: str) -> str:
    """With what a cell ended, as the end of a sentence: the line and the exception, or why the notebook ended.

    Args:
        graded: what was graded.
        source: one of its notebooks.
        name: grade_id of the cell.
    """
    ends = [_ended_with(cell) for cell in _cells(graded, source) if grade_id(cell) == name]
    reason = _book(graded, source).reason
    return next(filter(None, ends), f": {reason}" if reason else "")


def _ended_with(cell: Cell) -> str:
    for output in cell.get("outputs", []):
        if output["output_type"] != "error":
            continue
        where = next((line for line in output["traceback"] if line.startswith("line ")), "") or _line(cell, output)
        what = PLACE.sub("", f"{output['ename']}: {output['evalue']}").rstrip(": ")
        what = "it took too long" if output["ename"] == "KeyboardInterrupt" else what
        return f": {where and where + ' '}({what[:300]})"
    return ""


def _line(cell: Cell, output: dict[str, Any]) -> str:
    """The line at which a cell stopped that is no test, as IPython tells it."""
    found = OF_CELL.search("\n".join(output["traceback"]))
    lines = (text_of(cell["source"]) or "").split("\n")
    number = int(found[1]) if found else 0
    return f"line {number}: {lines[number - 1].strip()}" if 0 < number <= len(lines) else ""

"""A page for the instructor: how an assignment went, in one file that needs nothing else."""

import json
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import inf
from pathlib import Path

from gdl_utils.checks import Measurement
from gdl_utils.classroom.charts import resources_chart, scores_chart, shares_chart
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.feedback import measured_in
from gdl_utils.classroom.grades import GRADE_FIRST, GradedCell, Grades, StudentGrades, read_grades
from gdl_utils.classroom.records import Regrade
from gdl_utils.classroom.report_blocks import Block, Section, Table
from gdl_utils.classroom.times import show_duration, show_time
from gdl_utils.errors import GradingError
from gdl_utils.html_pages import render_page
from nbjudge.grading import NOTE

TEMPLATE = Path(__file__).parent / "templates" / "report.html.j2"
MIB = 1 << 20
MOST_HINTS = 15
LEADERS = 20  # rows of the leaderboard


@dataclass(frozen=True)
class GradingNote:
    """What the engine noted in one autograded notebook: see `nbjudge.grading.annotate`."""

    student: str
    notebook: str
    status: str
    reason: str
    findings: tuple[str, ...]
    seconds: float
    memory: float
    hints: tuple[str, ...] = ()
    remark: str = ""
    processor_seconds: float = 0.0
    trusted: tuple[tuple[str, str], ...] = ()
    measured: tuple[Measurement, ...] = ()
    missing_modules: tuple[str, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether something is to be looked at."""
        return self.status != "graded" or bool(self.reason) or bool(self.findings) or bool(self.remark)


def read_notes(course: Course, assignment: str) -> tuple[list[GradingNote], list[str]]:
    """What the engine noted in all autograded notebooks, and the names of the graded cells in their order."""
    notes, order = [], list[str]()
    for path in sorted(path for folder in course.graded_folders(assignment) for path in folder.glob("*.ipynb")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            note = content["metadata"].get(NOTE)
            names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in content["cells"]]
            measured = tuple(each for cell in content["cells"] for each in measured_in(cell))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            note, names, measured = None, [], ()
        order += [name for name in names if name and name not in order] if len(order) < 1000 else []
        student = path.parent.parent.name
        if isinstance(note, dict):
            notes.append(
                GradingNote(
                    student,
                    path.stem,
                    str(note.get("status", "")),
                    str(note.get("reason", "")),
                    tuple(str(finding) for finding in note.get("findings", [])),
                    float(note.get("seconds") or 0),
                    float(note.get("memory") or 0),
                    tuple(sorted({str(hint) for hint in note.get("hints", {}).values()})),
                    str(note.get("remark", "")),
                    float(note.get("processor_seconds") or 0),
                    tuple((str(test), str(reason)) for test, reason in (note.get("trusted") or {}).items()),
                    measured,
                    tuple(map(str, note.get("missing_modules") or ())),
                )
            )
        else:
            notes.append(GradingNote(student, path.stem, "unknown", "it was not graded by gdl grade", (), 0.0, 0.0))
    graded = {note.student for note in notes}
    for student in course.students(assignment):
        if student not in graded:
            reason = "it was handed in, but not graded; 'gdl grade' says why"
            notes.append(GradingNote(student, "", "not graded", reason, (), 0.0, 0.0))
    return notes, order


def write_report(course: Course, assignment: str, target: Path) -> Path:
    """Write the report on an assignment.

    Args:
        course: in which it was graded.
        assignment: its name.
        target: the file to write.

    Returns:
        The file.

    Raises:
        GradingError: if there is no such gradebook or assignment, or no submission in it.
    """
    grades = read_grades(course, assignment)
    rows = [row for row in grades.rows if row.submitted]
    if not rows:
        raise GradingError(f"No submission of {assignment} is graded yet", GRADE_FIRST)
    notes, order = read_notes(course, assignment)
    places = {name: place for place, name in enumerate(order)}
    grades.exercises.sort(key=lambda cell: (cell.notebook, places.get(cell.name, len(places))))
    target.parent.mkdir(parents=True, exist_ok=True)
    # The name of a folder need not be text.
    target.write_text(_page(grades, rows, notes), encoding="utf-8", errors="backslashreplace")
    return target


# The page


def _page(grades: Grades, rows: Sequence[StudentGrades], notes: Sequence[GradingNote]) -> str:
    missing = [row for row in grades.rows if not row.submitted]
    attention = [note for note in notes if note.needs_attention]
    late = sorted((row for row in rows if row.seconds_late > 0), key=lambda row: -row.seconds_late)
    open_rows = [row for row in rows if row.by_hand]
    scores = [row.score for row in rows]
    figures = [
        ("submissions", f"{len(rows)}"),
        ("without a submission", f"{len(missing)}"),
        ("median", f"{statistics.median(scores):g} of {grades.max_score:g}"),
        ("need attention", f"{len({note.student for note in attention})}"),
        ("late", f"{len(late)}"),
        ("to be graded by hand", f"{len(open_rows)}"),
    ]
    sections = [
        Section("Scores", _scores(scores, grades.max_score)),
        Section("Exercises", _exercises(grades.exercises, rows)),
        *_leaderboard(rows, notes),
        Section("What students were told most often", _hints(notes)),
        Section("Time and memory", _resources(notes)),
        Section("What needs attention", _attention(attention)),
        Section("To be graded by hand", _by_hand(open_rows)),
        Section("Late submissions", _late(late, grades)),
        Section("Without a submission", _missing(missing)),
    ]
    if grades.regrades:
        sections.append(Section("Graded again on request", _regraded(grades.regrades, grades.zone)))
    if trusted := dict.fromkeys((note.notebook, *test) for note in notes for test in note.trusted):
        sections.append(Section("Tests that trust the student's code", _trusted(list(trusted))))
    return render_page(TEMPLATE, assignment=grades.assignment, figures=figures, sections=sections)


def _text(text: str) -> Block:
    return Block("text", text)


def _picture(chart: str, text: str) -> Block:
    # Where nothing can be drawn, what would be said of the picture says it.
    return Block("picture", text, chart) if chart else _text(text)


def _scores(scores: Sequence[float], max_score: float) -> list[Block | Table]:
    # Bars for whole points, as long as they are not too many; the top ones also hold extra credit.
    top = max([max_score, *scores, 1])
    width = next(step for step in (0.5, 1, 2, 5, 10, 25, 50, 100, top) if top / step <= 25)
    edges = [width * (place - 0.5) for place in range(int(top / width) + 3)]
    counts = [sum(low <= score < high for score in scores) for low, high in pairwise(edges)]
    median = statistics.median(scores)
    fullest = counts.index(max(counts))
    text = (
        f"Histogram of the scores of {len(scores)} submissions, from {min(scores):g} to {max(scores):g} of "
        f"{max_score:g} points; the median is {median:g}, and most, {counts[fullest]:g}, got about "
        f"{fullest * width:g} points."
    )
    return [_picture(scores_chart(scores, edges, median), text)]


def _exercises(exercises: Sequence[GradedCell], rows: Sequence[StudentGrades]) -> list[Block | Table]:
    lines, shares = [], []
    for exercise in exercises:
        given = [row.points[exercise].score for row in rows]
        graded = [score for score in given if score is not None]
        share = sum(graded) / len(graded) / exercise.max_score if graded and exercise.max_score else 0.0
        full = sum(score >= exercise.max_score for score in graded)
        none = sum(score <= 0 for score in graded)
        shares.append(share)
        lines.append((exercise.name, f"{exercise.max_score:g}", f"{share:.0%}", full, none, len(given) - len(graded)))
    chart = shares_chart([exercise.name for exercise in exercises], shares)
    text = "Bars: share of the points that were given for each exercise; the numbers are in the table below."
    head = ("exercise", "points", "share given", "in full", "with none", "not graded yet")
    return [_picture(chart, text), Table(head, lines, numbers=5)]


def _leaderboard(rows: Sequence[StudentGrades], notes: Sequence[GradingNote]) -> list[Section]:
    """By points, and where they are equal by what tests measured, in its order; nothing if they measured nothing."""
    measured: dict[str, dict[str, Measurement]] = {}
    for note in notes:
        for each in note.measured:
            measured.setdefault(note.student, {})[each.name] = each
    names = list(dict.fromkeys(name for found in measured.values() for name in found))
    if not names:
        return []

    def order(row: StudentGrades) -> tuple[float, ...]:
        found = measured[row.student]
        losses = [
            (-1 if found[name].more_is_better else 1) * found[name].value if name in found else inf for name in names
        ]
        # NaN can't be compared.
        return (-row.score, *(loss if loss == loss else inf for loss in losses))

    ranked = sorted((row for row in rows if row.student in measured), key=order)
    places = [1 + sum(order(other) < order(row) for other in ranked) for row in ranked[:LEADERS]]
    lines = [
        (
            place,
            row.student,
            row.name,
            *(f"{measured[row.student][name].value:.4g}" if name in measured[row.student] else "" for name in names),
            f"{row.score:g}",
        )
        for place, row in zip(places, ranked, strict=False)
    ]
    blocks: list[Block | Table] = [
        _text("By points, and where these are equal by the measurements from left to right. Look at the first ones."),
        Table(("rank", "student", "name", *names, "points"), lines, numbers=len(names) + 1),
    ]
    if rest := len(rows) - len(lines):
        blocks.append(
            _text(f"{rest} more of {len(rows)} submissions, among them {len(rows) - len(ranked)} not measured.")
        )
    return [Section("Leaderboard", blocks)]


def _hints(notes: Sequence[GradingNote]) -> list[Block | Table]:
    # A class that has one thing wrong wants it explained once more.
    told = Counter(hint for student in _by_student(notes).values() for hint in student)
    lines = [(hint, count) for hint, count in told.most_common(MOST_HINTS) if count > 1]
    if not lines:
        return [_text("No hint was given to more than one student.")]
    return [Table(("hint", "students"), lines, numbers=1)]


def _by_student(notes: Sequence[GradingNote]) -> dict[str, set[str]]:
    hints: dict[str, set[str]] = {}
    for note in notes:
        hints.setdefault(note.student, set()).update(note.hints)
    return hints


def _resources(notes: Sequence[GradingNote]) -> list[Block | Table]:
    ran = [note for note in notes if note.seconds > 0]
    if not ran:
        return [_text("Nothing was recorded, because the submissions were not graded by gdl grade.")]
    seconds, memory = [note.seconds for note in ran], [note.memory / MIB for note in ran]
    text = (
        f"Two histograms for {len(ran)} notebooks. Time: median {statistics.median(seconds):.1f} seconds, most "
        f"{max(seconds):.1f}. Memory: median {statistics.median(memory):.0f} MiB, most {max(memory):.0f} MiB."
    )
    slowest = sorted(ran, key=lambda note: -note.seconds)[:5]
    lines = [
        (
            note.student,
            note.notebook,
            f"{note.seconds:.1f}",
            f"{note.processor_seconds:.1f}",
            f"{note.memory / MIB:.0f}",
        )
        for note in slowest
    ]
    head = ("student", "notebook", "seconds", "of computing", "MiB")
    blocks: list[Block | Table] = [
        _picture(resources_chart(seconds, memory), text),
        Block("heading", "The slowest"),
        Table(head, lines, numbers=3),
    ]
    if greedy := [(note.student, note.notebook, note.remark) for note in ran if note.remark]:
        blocks.append(Block("heading", "Those that slowed others"))
        blocks.append(_text("They lost no points by it, and others that waited for them too long were graded again."))
        blocks.append(Table(("student", "notebook", "what was recorded"), greedy))
    return blocks


def _attention(notes: Sequence[GradingNote]) -> list[Block | Table]:
    if not notes:
        return [_text("Nothing does.")]
    # Those that were not graded come first.
    every = sorted(notes, key=lambda note: (note.status == "graded", not note.reason, note.student))
    lines = [
        (note.student, note.notebook, note.status, " ".join(filter(None, [note.reason, *note.findings, note.remark])))
        for note in every
    ]
    modules = Counter(module for note in notes for module in set(note.missing_modules))
    said = "The module {} is not installed where this was graded, and {} notebook(s) that import it lost points."
    counted = [_text(said.format(module, count)) for module, count in modules.most_common()]
    return [*counted, Table(("student", "notebook", "status", "what was recorded"), lines)]


def _by_hand(rows: Sequence[StudentGrades]) -> list[Block | Table]:
    if not rows:
        return [_text("Nothing is left to grade by hand.")]
    lines = [(row.student, row.name, ", ".join(exercise.name for exercise in row.by_hand)) for row in rows]
    return [_text("Open them in Formgrader."), Table(("student", "name", "exercises"), lines)]


def _trusted(tests: Sequence[tuple[str, str, str]]) -> list[Block | Table]:
    text = (
        "These tests ran beside the student's own objects, in one process with them, since judging can't do what they "
        "ask. Code that wants to deceive them can."
    )
    return [_text(text), Table(("notebook", "test", "why"), tests)]


def _late(rows: Sequence[StudentGrades], grades: Grades) -> list[Block | Table]:
    blocks: list[Block | Table] = []
    if grades.due:
        blocks.append(_text(f"It was due {show_time(grades.due, grades.zone)}."))
    if not rows:
        return [*blocks, _text("There are none.")]
    lines = [
        (
            row.student,
            row.name,
            show_duration(timedelta(seconds=row.seconds_late)),
            f"{row.late_penalty:g}",
            show_time(row.timestamp, grades.zone) if row.timestamp else "",
            show_duration(row.extension) if row.extension else "",
            f"{row.raw_score:g}",
            f"{row.score:g}",
        )
        for row in rows
    ]
    head = ("student", "name", "late by", "penalty in points", "handed in", "extension", "points", "counts")
    return [*blocks, Table(head, lines, numbers=6)]


def _regraded(regrades: Sequence[Regrade], zone: str) -> list[Block | Table]:
    lines = [
        (
            each.student,
            show_time(each.time, zone),
            each.note,
            "" if each.old_score is None else f"{each.old_score:g}",
            "" if each.new_score is None else f"{each.new_score:g}",
        )
        for each in regrades
    ]
    return [Table(("student", "when", "note", "before", "since"), lines, numbers=2)]


def _missing(rows: Sequence[StudentGrades]) -> list[Block | Table]:
    if not rows:
        return [_text("Every student in the gradebook has one.")]
    return [Table(("student", "name"), [(row.student, row.name) for row in rows])]

"""A page for the instructor: how an assignment went, in one file that needs nothing else."""

import base64
import html
import io
import json
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from gdl_utils.grading.export import Exercise, Grades, Row, read_grades
from gdl_utils.grading.nbgrader_api import GradingError

BLUE, ORANGE, INK, LINE = "#0072B2", "#D55E00", "#1f2328", "#d0d7de"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "report",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": "#57606a",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.parse_math": False,
}
MIB = 1 << 20
NUMBER = ' class="number"'
LISTED = 500  # rows of a table
MOST_HINTS = 15


@dataclass(frozen=True)
class Noted:
    """What the engine noted in one autograded notebook: see `gdl_grading` in its metadata."""

    student: str
    notebook: str
    status: str
    reason: str
    findings: tuple[str, ...]
    seconds: float
    memory: float
    hints: tuple[str, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether something is to be looked at."""
        return self.status != "graded" or bool(self.reason) or bool(self.findings)


def read_notes(folder: Path, assignment: str) -> tuple[list[Noted], list[str]]:
    """What the engine noted in all autograded notebooks, and the names of the graded cells in their order."""
    notes, order = [], list[str]()
    for path in sorted((folder / "autograded").glob(f"*/{assignment}/*.ipynb")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = content["metadata"].get("gdl_grading")
            names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in content["cells"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            found, names = None, []
        order += [name for name in names if name and name not in order] if len(order) < 1000 else []
        student = path.parent.parent.name
        if isinstance(found, dict):
            notes.append(
                Noted(
                    student,
                    path.stem,
                    str(found.get("status", "")),
                    str(found.get("reason", "")),
                    tuple(str(finding) for finding in found.get("findings", [])),
                    float(found.get("seconds") or 0),
                    float(found.get("memory") or 0),
                    tuple(sorted({str(hint) for hint in found.get("hints", {}).values()})),
                )
            )
        else:
            notes.append(Noted(student, path.stem, "unknown", "it was not graded by gdl grade", (), 0.0, 0.0))
    return notes, order


def write_report(folder: Path, db_url: str | None, assignment: str, target: Path, course_id: str = "gdl") -> Path:
    """Write the report on an assignment.

    Args:
        folder: the course folder, with autograded/.
        db_url: the gradebook; gradebook.db in the course folder if None.
        assignment: its name.
        target: the file to write.
        course_id: the course's id in the gradebook.

    Returns:
        The file.

    Raises:
        GradingError: if there is no such gradebook or assignment, or no submission in it.
    """
    grades = read_grades(db_url or f"sqlite:///{folder.resolve()}/gradebook.db", course_id, assignment)
    rows = [row for row in grades.rows if row.submitted]
    if not rows:
        raise GradingError(f"No submission of {assignment} is graded yet: run 'gdl grade {assignment}' first.")
    notes, order = read_notes(folder, assignment)
    places = {name: place for place, name in enumerate(order)}
    grades.exercises.sort(key=lambda one: (one.notebook, places.get(one.name, len(places))))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_page(grades, rows, notes), encoding="utf-8")
    return target


# The page


def _page(grades: Grades, rows: Sequence[Row], notes: Sequence[Noted]) -> str:
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
    parts = [
        f'<header><p class="who">Report</p><h1>{_safe(grades.assignment)}</h1>',
        "<dl>",
        *(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures),
        "</dl></header><main>",
        _section("Scores", _scores(scores, grades.max_score)),
        _section("Exercises", _exercises(grades.exercises, rows)),
        _section("What students were told most often", _hints(notes)),
        _section("Time and memory", _resources(notes)),
        _section("What needs attention", _attention(attention)),
        _section("To be graded by hand", _by_hand(open_rows)),
        _section("Late submissions", _late(late)),
        _section("Without a submission", _missing(missing)),
        "</main>",
    ]
    return PAGE.replace("@TITLE@", _safe(f"Report: {grades.assignment}")).replace("@BODY@", "\n".join(parts))


def _safe(text: object) -> str:
    return html.escape(str(text))


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>\n{content}\n</section>"


def _table(head: Sequence[str], lines: Iterable[Sequence[object]], numbers: int = 0) -> str:
    """A table; all text is escaped, and the last `numbers` columns are aligned to the right."""
    every = list(lines)

    def cells(line: Sequence[object], kind: str) -> str:
        scope = ' scope="col"' if kind == "th" else ""
        first = len(line) - numbers
        return "".join(
            f"<{kind}{scope}{NUMBER if place >= first else ''}>{_safe(text)}</{kind}>"
            for place, text in enumerate(line)
        )

    body = "\n".join(f"<tr>{cells(line, 'td')}</tr>" for line in every[:LISTED])
    more = f"<p>And {len(every) - LISTED} more.</p>" if len(every) > LISTED else ""
    table = f"<table><thead><tr>{cells(head, 'th')}</tr></thead>\n<tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>{more}'


def _image(figure: Figure, text: str) -> str:
    target = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(target, format="svg", metadata={"Date": None})
    data = base64.b64encode(target.getvalue()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{_safe(text)}">'


def _figure(height: float, columns: int = 1) -> tuple[Figure, list[Any]]:
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)
    return figure, list(axes.flat)


def _scores(scores: Sequence[float], max_score: float) -> str:
    with rc_context(STYLE):
        figure, (axis,) = _figure(2.5)
        # Bars for whole points, as long as they are not too many; the top ones also hold extra credit.
        top = max([max_score, *scores, 1])
        width = next(step for step in (0.5, 1, 2, 5, 10, 25, 50, 100, top) if top / step <= 25)
        edges = [width * (place - 0.5) for place in range(int(top / width) + 3)]
        counts, _, _ = axis.hist(scores, bins=edges, color=BLUE, rwidth=0.85)
        median = statistics.median(scores)
        axis.axvline(median, color=ORANGE, linewidth=2, linestyle="--")
        axis.annotate(
            f"median {median:g}",
            (median, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color="#8a3b00",
        )
        axis.set(xlabel="points", ylabel="submissions", xlim=(edges[0], edges[-1]))
        axis.yaxis.get_major_locator().set_params(integer=True)
    fullest = int(max(range(len(counts)), key=lambda place: counts[place]))
    text = (
        f"Histogram of the scores of {len(scores)} submissions, from {min(scores):g} to {max(scores):g} of "
        f"{max_score:g} points; the median is {median:g}, and most, {counts[fullest]:g}, got about "
        f"{fullest * width:g} points."
    )
    return _image(figure, text)


def _exercises(exercises: Sequence[Exercise], rows: Sequence[Row]) -> str:
    lines, shares = [], []
    for exercise in exercises:
        given = [row.points[exercise].score for row in rows]
        graded = [score for score in given if score is not None]
        share = sum(graded) / len(graded) / exercise.max_score if graded and exercise.max_score else 0.0
        full = sum(score >= exercise.max_score for score in graded)
        none = sum(score <= 0 for score in graded)
        shares.append(share)
        lines.append((exercise.name, f"{exercise.max_score:g}", f"{share:.0%}", full, none, len(given) - len(graded)))
    with rc_context(STYLE):
        figure, (axis,) = _figure(0.7 + 0.27 * len(exercises))
        places = range(len(exercises))
        axis.barh(places, [100] * len(exercises), color="#eef1f4", height=0.72)
        axis.barh(places, [100 * share for share in shares], color=BLUE, height=0.72)
        for place, share in enumerate(shares):
            # Beside the bar, or in it where there is no room.
            inside = share > 0.85
            axis.text(
                100 * share + (-1.5 if inside else 1.5),
                place,
                f"{share:.0%}",
                va="center",
                ha="right" if inside else "left",
                color="white" if inside else INK,
            )
        axis.set_yticks(list(places), [exercise.name for exercise in exercises])
        axis.invert_yaxis()
        axis.set(xlabel="share of the points that were given, in percent", xlim=(0, 100))
        axis.spines["left"].set_visible(False)
        axis.tick_params(axis="y", length=0)
    text = "Bars: share of the points that were given for each exercise; the numbers are in the table below."
    head = ("exercise", "points", "share given", "in full", "with none", "not graded yet")
    return _image(figure, text) + _table(head, lines, numbers=5)


def _hints(notes: Sequence[Noted]) -> str:
    # A class that has one thing wrong wants it explained once more.
    told = Counter(hint for student in _by_student(notes).values() for hint in student)
    lines = [(hint, count) for hint, count in told.most_common(MOST_HINTS) if count > 1]
    if not lines:
        return "<p>No hint was given to more than one student.</p>"
    return _table(("hint", "students"), lines, numbers=1)


def _by_student(notes: Sequence[Noted]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for note in notes:
        found.setdefault(note.student, set()).update(note.hints)
    return found


def _resources(notes: Sequence[Noted]) -> str:
    ran = [note for note in notes if note.seconds > 0]
    if not ran:
        return "<p>Nothing is noted: the submissions were not graded by gdl grade.</p>"
    seconds, memory = [note.seconds for note in ran], [note.memory / MIB for note in ran]
    with rc_context(STYLE):
        figure, axes = _figure(2.3, columns=2)
        for axis, values, label in zip(axes, (seconds, memory), ("seconds", "MiB of memory"), strict=True):
            axis.hist(values, bins=min(30, max(5, len(values) // 4)), color=BLUE, rwidth=0.9)
            axis.set(xlabel=label, ylabel="notebooks")
            axis.set_xlim(left=0)
            axis.yaxis.get_major_locator().set_params(integer=True)
    text = (
        f"Two histograms for {len(ran)} notebooks. Time: median {statistics.median(seconds):.1f} seconds, most "
        f"{max(seconds):.1f}. Memory: median {statistics.median(memory):.0f} MiB, most {max(memory):.0f} MiB."
    )
    slowest = sorted(ran, key=lambda note: -note.seconds)[:5]
    lines = [(one.student, one.notebook, f"{one.seconds:.1f}", f"{one.memory / MIB:.0f}") for one in slowest]
    return _image(figure, text) + "<h3>The slowest</h3>" + _table(("student", "notebook", "seconds", "MiB"), lines, 2)


def _attention(notes: Sequence[Noted]) -> str:
    if not notes:
        return "<p>Nothing does.</p>"
    # Those that were not graded come first.
    every = sorted(notes, key=lambda note: (note.status == "graded", not note.reason, note.student))
    lines = [
        (one.student, one.notebook, one.status, " ".join(filter(None, [one.reason, *one.findings]))) for one in every
    ]
    return _table(("student", "notebook", "status", "what was noted"), lines)


def _by_hand(rows: Sequence[Row]) -> str:
    if not rows:
        return "<p>Nothing is left to be graded by hand.</p>"
    lines = [(row.student, row.name, ", ".join(exercise.name for exercise in row.by_hand)) for row in rows]
    return "<p>Open them in Formgrader.</p>" + _table(("student", "name", "exercises"), lines)


def _late(rows: Sequence[Row]) -> str:
    if not rows:
        return "<p>There are none.</p>"
    lines = [(row.student, row.name, _duration(row.seconds_late), f"{row.late_penalty:g}") for row in rows]
    return _table(("student", "name", "late by", "penalty in points"), lines, numbers=2)


def _missing(rows: Sequence[Row]) -> str:
    if not rows:
        return "<p>Every student in the gradebook has one.</p>"
    return _table(("student", "name"), [(row.student, row.name) for row in rows])


def _duration(seconds: float) -> str:
    days, rest = divmod(round(seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{rest // 60} min" if not days else ""]
    return " ".join(filter(None, parts))


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>@TITLE@</title>
<style>
:root { --ink: #1f2328; --soft: #57606a; --line: #d0d7de; --shade: #f6f8fa; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff; overflow-wrap: break-word;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header, main { max-width: 52rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2.5rem; }
main { padding-bottom: 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 1.2rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; margin: 3rem 0 .8rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 .2rem; }
.who { color: var(--soft); margin: 0; font-size: .9rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .8rem; margin: 0; }
dl div { background: var(--shade); border-radius: 8px; padding: .7rem .9rem; display: flex;
  flex-direction: column-reverse; justify-content: flex-end; }
dt { color: var(--soft); font-size: .85rem; line-height: 1.3; }
dd { margin: 0; font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; }
img { display: block; width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .93rem;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--line); }
th { border-bottom: 2px solid var(--ink); font-weight: 600; }
th.number, td.number { text-align: right; }
:focus-visible { outline: 3px solid #0b57a4; outline-offset: 2px; }
@media print { section { break-inside: avoid; } }
</style>
</head>
<body>
@BODY@
</body>
</html>
"""

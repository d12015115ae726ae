"""What an assignment must hold before it is released: its tests are tried, and its text compared with its metadata."""

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gdl_utils.authoring.answer_bank import Bank
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.environment import engine_options
from gdl_utils.classroom.trial import error_in, try_out
from nbjudge import Graded, Limits, Status, grade
from nbjudge.hints import visible_text
from nbjudge.notebook import grade_id, is_graded, is_setup, is_solution, is_test, nbgrader

HEADING = re.compile(r"^## (\d+)\. (.+) \((\d+) points?\)", re.MULTILINE)
ROW = re.compile(r"^\| (.+?) \| (?:\*\*)?(\d+)(?:\*\*)? \|$", re.MULTILINE)
SECRET = re.compile(r"BEGIN (?:SOLUTION|HIDDEN TESTS)[^\n]*\n(.*?)^[^\n]*END (?:SOLUTION|HIDDEN TESTS)", re.S | re.M)
SHORT = 14  # characters; shorter lines may stand anywhere
# A line that only opens a call, or is one plain argument of it: each can stand in a visible test, too.
OPENING = re.compile(r"[\w.]+[(,]|\w+=[\w.-]+,")
ROOM = 2  # the reference solution must need less than this part of the time that a cell may take

# What a student would write who only wants the visible tests to pass: for inputs that were seen, what was seen.
KEY = """
def _gdl_key(value):
    if hasattr(value, "tobytes") and hasattr(value, "shape"):
        return "array", tuple(value.shape), value.tobytes()
    if isinstance(value, (list, tuple)):
        return type(value).__name__, tuple(map(_gdl_key, value))
    if isinstance(value, dict):
        return "dict", tuple((name, _gdl_key(value[name])) for name in sorted(value))
    return repr(value)
"""
RECALLS = (
    KEY
    + """

def {name}(*args, **kwargs):
    import numpy as np

    return eval({table!r}[_gdl_key((args, kwargs))], {{"np": np}})
"""
)


def problems_of(course: Course, name: str) -> list[str]:
    """Why an assignment must not be released as it is, one sentence each; empty if nothing is wrong.

    Args:
        course: with the source of the assignment, and the release that it gives.
        name: the assignment.
    """
    bank, options = Bank(course, name), engine_options(course)

    def graded(answers: Mapping[str, str], limits: Limits) -> Graded:
        return grade(bank.assignment, bank.submission(answers, "release"), limits, options)

    problems = [*_points(bank.source), *_leaks(bank), *_helpers(bank.source)]
    solutions = sorted(bank.solutions())
    reference = {solution: bank.reference(solution) for solution in solutions}
    full = graded(reference, Limits(cell_seconds=Limits().cell_seconds / ROOM))
    if full.status is Status.TIMEOUT:
        limit = Limits().cell_seconds
        problems.append(f"{full.attention[0]}: leave students room, their cells may take {limit:g} s and be slower.")
    empty = graded({}, Limits())
    if _scores(full) != _most(full) or any(_scores(empty).values()):
        # Some tests may need the student's own objects.
        tried = try_out(bank.assignment, {book.name: reference for book in bank.assignment.notebooks}, options=options)
        bank.assignment = tried.applied(bank.assignment)
        full, empty = graded(reference, Limits()), graded({}, Limits())
    for test, score in _scores(full).items():
        if score is not None and score != _most(full)[test]:
            why = error_in(full, bank.assignment.notebooks[0], test)
            problems.append(f"The reference solution gets {score:g} of {_most(full)[test]:g} points in {test!r}{why}")
    for test, score in _scores(empty).items():
        if score:
            problems.append(f"A student who answers nothing gets {score:g} points in {test!r}: make it need an answer.")
    hidden = bank.hidden()
    for test, score in _scores(graded(memorising_answers(bank), Limits())).items():
        if score and test in hidden and _pure(bank, test):
            problems.append(
                f"A student who knows only what visible tests ask gets {score:g} points in {test!r}: the test "
                "asks the same again; use other inputs."
            )
    return problems


def has_headings(source: Path) -> bool:
    """Whether an assignment is one notebook in the form of this course's, with headings that state points.

    Args:
        source: the folder of its sources.
    """
    paths = list(source.glob("*.ipynb"))
    return len(paths) == 1 and any(
        cell["cell_type"] == "markdown" and HEADING.search("".join(cell["source"]))
        for cell in json.loads(paths[0].read_text(encoding="utf-8"))["cells"]
    )


def _scores(graded: Graded) -> dict[str, float | None]:
    return {name: score for notebook in graded.notebooks for name, score in notebook.scores.items()}


def _most(graded: Graded) -> dict[str, float]:
    return {name: points for notebook in graded.notebooks for name, points in notebook.max_scores.items()}


def _pure(bank: Bank, test: str) -> bool:
    # A test cell with visible lines, too, may give part of its points for those.
    source = next(cell["source"] for cell in bank.source if grade_id(cell) == test)
    return not _body(visible_text(source))


def _body(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return [ast.Pass()]


def _points(cells: list[dict[str, Any]]) -> list[str]:
    stated: dict[str, float] = {}
    counted: dict[str, float] = {}
    exercise = "before the first exercise"
    for cell in cells:
        heading = HEADING.search(cell["source"]) if cell["cell_type"] == "markdown" else None
        if heading:
            exercise = f"{heading[1]}. {heading[2]}"
            stated[exercise] = float(heading[3])
        if is_graded(cell) or nbgrader(cell).get("task"):
            counted[exercise] = counted.get(exercise, 0.0) + float(nbgrader(cell).get("points") or 0)
    problems = [
        f"The heading of {name!r} states {stated.get(name, 0):g} points, but its tests give {counted.get(name, 0):g}."
        for name in {**stated, **counted}
        if stated.get(name, 0) != counted.get(name, 0)
    ]
    table = {name: float(points) for name, points in ROW.findall(cells[0]["source"])}
    wanted = {**stated, "**all**": sum(stated.values())}
    if table != wanted:
        problems.append("The table at the top does not state the exercises and points that the headings do.")
    return problems


def _leaks(bank: Bank) -> list[str]:
    text = "\n".join("".join(cell["source"]) for cell in bank.released["cells"])
    lines = {
        line.strip()
        for cell in bank.source
        for part in SECRET.findall(cell["source"])
        for line in part.splitlines()
        if len(line.strip()) > SHORT and not OPENING.fullmatch(line.strip())
    }
    return [
        f"The release shows a line of a solution or of a hidden test: {line}" for line in sorted(lines) if line in text
    ]


def _helpers(cells: list[dict[str, Any]]) -> list[str]:
    problems = []
    used = {
        node.id
        for cell in cells
        if is_test(cell)
        for statement in _body(cell["source"])
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    for cell in cells:
        if cell["cell_type"] != "code" or is_solution(cell) or is_graded(cell) or is_setup(cell):
            continue
        defined = {
            statement.name
            for statement in _body(cell["source"])
            if isinstance(statement, ast.FunctionDef | ast.ClassDef)
        }
        for name in sorted(defined & used):
            problems.append(
                f"The tests use {name}, which {grade_id(cell)!r} defines: tag that cell 'setup', or they take it from "
                "the student."
            )
    return problems


def memorising_answers(bank: Bank) -> dict[str, str]:
    """Answers that know what the visible tests ask and nothing else, by the grade_id of the solution cell.

    Runs the visible part of the assignment with the reference solutions in this process.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(KEY, names)  # noqa: S102  (text above)
    key = names["_gdl_key"]
    seen: dict[str, dict[Any, str]] = {}
    defined: dict[str, list[str]] = {}
    for cell in bank.source:
        if cell["cell_type"] != "code":
            continue
        source = visible_text(cell["source"])
        try:
            exec(compile(source, str(grade_id(cell)), "exec"), names)  # noqa: S102  (the course's own source)
        except Exception:  # noqa: S112  (a test that needs what is not here says nothing)
            continue
        if is_solution(cell):
            functions = [statement.name for statement in _body(source) if isinstance(statement, ast.FunctionDef)]
            defined[str(grade_id(cell))] = functions
            for name in functions:
                seen[name] = {}
                names[name] = _recorded(names[name], seen[name], key)
    return {
        solution: "\n".join(RECALLS.format(name=name, table=seen[name]) for name in functions)
        for solution, functions in defined.items()
        if any(seen[name] for name in functions)
    }


def _recorded(function: Any, table: dict[Any, str], key: Any) -> Any:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        place = key((args, kwargs))
        result = function(*args, **kwargs)
        text = _literal(result)
        if text is not None:
            table[place] = text
        return result

    return wrapped


def _literal(value: Any) -> str | None:
    """An expression that gives a plain value, None if there is none."""
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, float):
        return f"float({str(float(value))!r})"
    if isinstance(value, tuple | list):
        parts = [_literal(item) for item in value]
        if None in parts:
            return None
        joined = ", ".join(str(part) for part in parts)
        return f"[{joined}]" if isinstance(value, list) else f"({joined}{',' if len(value) == 1 else ''})"
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        listed = _literal(value.tolist())
        return None if listed is None else f"np.array({listed}, dtype={str(value.dtype)!r})[()]"
    return None

"""What a check found, as lines for a terminal and as a table for a notebook."""

from html import escape

from gdl_utils.self_check.results import UNSEEN, ExerciseResult, State, TestResult
from gdl_utils.terminal import escape_controls, one_line

HIDDEN_TESTS = (
    "Hidden tests run only when your work is graded: they ask for more, mostly the same with other inputs, so that a "
    "visible test that passes is not yet the grade."
)
SIGNS = {"passed": "✓", "partly passed": "◐", "failed": "✗", "stopped": "✗", "not answered": "○"}


def summary(exercises: list[ExerciseResult]) -> str:
    """What `check` found, to be printed."""
    lines = []
    for exercise in exercises:
        if exercise.name:
            still = "" if exercise.answered else " (still raises NotImplementedError)"
            lines.append(exercise.name + still)
        elif exercise.problems:
            lines.append("before the first exercise")
        lines += [f"  {problem}" for problem in exercise.problems]
        lines += [line for test in exercise.tests for line in _lines_of(test)]
        lines += [f"  {note}" for note in exercise.notes]
    lines += ["", passing(exercises), HIDDEN_TESTS]
    return "\n".join(map(one_line, lines))


def passing(exercises: list[ExerciseResult]) -> str:
    """How many visible tests pass, in a sentence."""
    visible = [test for exercise in exercises for test in exercise.visible]
    passed = [test for test in visible if test.state is State.PASSED]
    if len(passed) == len(visible):
        return f"All {len(visible)} visible tests pass."
    return f"{len(passed)} of {len(visible)} visible tests pass."


def _lines_of(test: TestResult) -> list[str]:
    if test.state is State.PASSED:
        line = f"passed ({_points(test.points)})"
    elif test.state is State.PARTLY:
        line = f"partly passed ({test.score:g} of {_points(test.points)})"
    elif test.state in UNSEEN:
        line = f"{test.state.value} ({_points(test.points)})"
    else:
        line = test.message or f"failed (0 of {_points(test.points)})"
    return [f"  {test.name}: {line}", *([f"    Hint: {test.hint}"] if test.hint else [])]


def _points(number: float) -> str:
    return f"{number:g} {'point' if number == 1 else 'points'}"


def rows(exercises: list[ExerciseResult]) -> list[tuple[str, str, str, list[str]]]:
    """The table's rows: exercise, how it went, points, and what to know about it, a sentence each."""
    return [
        (
            exercise.title or exercise.name or "Before the first exercise",
            exercise.state,
            _earned(exercise),
            _told(exercise),
        )
        for exercise in exercises
    ]


def _earned(exercise: ExerciseResult) -> str:
    if not exercise.tests:
        return ""
    here, later = exercise.visible, [test for test in exercise.tests if test.state in UNSEEN]
    points = sum(test.points for test in here)
    parts = [f"{sum(test.score for test in here):g} of {points:g}"] if points else []
    if later:
        parts.append(f"{sum(test.points for test in later):g}{' more' if parts else ''} when graded")
    return ", ".join(parts)


def _told(exercise: ExerciseResult) -> list[str]:
    told = list(exercise.problems)
    for test in exercise.visible:
        if test.state is State.PASSED:
            continue
        if test.hint and test.message in ("", "fails"):
            told.append(test.hint)
        elif test.message or test.hint:
            told.append(
                ". ".join(
                    filter(None, (f"The test {test.message}" if _is_verb(test.message) else test.message, test.hint))
                )
            )
    unique = dict.fromkeys(told) if exercise.answered else dict.fromkeys(exercise.problems)
    return [*unique, *exercise.notes]


def _is_verb(message: str) -> bool:
    return message.split(" ")[0] in ("stopped", "fails", "was")


def as_text(exercises: list[ExerciseResult]) -> str:
    """The table for a notebook that can't show HTML."""
    lines = []
    for name, state, points, told in rows(exercises):
        lines.append(f"{SIGNS.get(state, '·')} {name}: {state}{f' ({points})' if points else ''}")
        lines += [f"    {sentence}" for sentence in told]
    return "\n".join(map(one_line, lines))


def as_html(exercises: list[ExerciseResult]) -> str:
    """The table as HTML without any script; what comes from the notebook is text in it."""
    body = "".join(
        f"<tr><th scope='row' style='{CELL}'>{_text(name)}</th>"
        f"<td style='{CELL};white-space:nowrap'>{SIGNS.get(state, '·')} {_text(state)}</td>"
        f"<td style='{CELL}'>{_text(points)}</td>"
        f"<td style='{CELL}'>{'<br>'.join(map(_text, told))}</td></tr>"
        for name, state, points, told in rows(exercises)
    )
    head = "".join(
        f"<th scope='col' style='{CELL}'>{name}</th>" for name in ("Exercise", "Result", "Points", "What to know")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


CELL = "text-align:left;vertical-align:top"


def _text(text: str) -> str:
    return escape(escape_controls(one_line(text)))

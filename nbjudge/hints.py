"""What a student is told about a test: nothing of a hidden one, and nothing that was computed."""

from nbjudge.notebook import Cell
from nbjudge.outputs import clean_text
from nbjudge.protocol import Report

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"  # nbgrader looks for these anywhere in a line
UNANSWERED = "This exercise is not answered yet."
NO_PLAIN_DATA = (
    "What your code returned could not be handed to this test; it takes plain values, arrays, tables and models."
)
# What a visible test says and the hidden ones of the same exercise may repeat.
MANY_KINDS = (UNANSWERED, NO_PLAIN_DATA)
TOO_LONG = "Your code took too long in this test and was stopped after {}."
NOT_RUN = "This test was not run, because your notebook had already ended."


def hidden_lines(source: str) -> set[int]:
    """Numbers of the lines of a test cell that the student never saw, from 1."""
    numbers: set[int] = set()
    is_hidden = False
    for number, line in enumerate(source.split("\n"), 1):
        is_hidden = is_hidden or BEGIN in line
        if is_hidden:
            numbers.add(number)
        if END in line:
            is_hidden = False
    return numbers


def visible_text(source: str) -> str:
    """A test cell without the lines that the student never saw."""
    hidden = hidden_lines(source)
    return "\n".join(line for number, line in enumerate(source.split("\n"), 1) if number not in hidden)


def hint_for(
    report: Report, cell: Cell, stopped_after: float = 0, unanswered: bool = False, seen_hidden: bool = False
) -> str:
    """The hint for a test that failed.

    Once a hidden test has called the student's code, that code could choose the exception that it raises, or the line
    of a test that fails, by an input which must not become known. From there on no exception is named, and no line of a
    test that has hidden ones.

    Args:
        report: the judge's.
        cell: the test.
        stopped_after: seconds after which it was interrupted, 0 if it was not.
        unanswered: whether the answer above it is as it was released.
        seen_hidden: whether a test before this one has hidden lines.
    """
    hidden = hidden_lines(cell["source"])
    was_before = report.statement is not None and report.statement < min(hidden, default=1)
    seen_here = bool(hidden) and (seen_hidden or not was_before)
    seen_hidden = seen_hidden or seen_here
    if stopped_after:
        return TOO_LONG.format("1 second" if stopped_after == 1 else f"{stopped_after:g} seconds")
    if report.hint:
        return clean_text(report.hint)
    if unanswered and (seen_hidden or report.ename in ("NotImplementedError", "NameError")):
        return UNANSWERED
    if report.from_student and seen_hidden:
        return "Your code stopped with an error in this test."
    if seen_here:
        return _hint_of_hidden(cell["source"])
    if report.from_student:
        is_stub = report.ename == "NotImplementedError"
        return UNANSWERED if is_stub else f"Your code stopped with {clean_text(report.ename)} in this test."
    if report.ename == "NameError":
        return "A name that this test needs is not defined; see whether the cell that defines it runs without an error."
    if report.ename in ("AnswerError", "NotAScoreError", "StudentGoneError"):
        return NO_PLAIN_DATA
    lines = cell["source"].split("\n")
    if report.line and 0 < report.line <= len(lines) and report.line not in hidden:
        return f"This line of the test fails: {lines[report.line - 1].strip()}"
    return "This test fails: the answer is not right for all inputs."


def _hint_of_hidden(source: str) -> str:
    visible = visible_text(source).splitlines()
    if all(line.lstrip().startswith("#") or not line.strip() for line in visible):
        return "A hidden test fails: the answer is not right for all inputs."
    return "A part of this test, perhaps a hidden one, fails: the answer is not right for all inputs."

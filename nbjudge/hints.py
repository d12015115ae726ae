"""What a student is told about a test: nothing of a hidden one, and nothing that was computed."""

import re

from nbjudge.notebook import Cell
from nbjudge.outputs import clean_text
from nbjudge.protocol import Report

HIDDEN_TESTS = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)
NOT_RUN = "This test was not run, since your notebook had ended before."


def hidden_lines(source: str) -> set[int]:
    """Numbers of the lines of a test cell that the student never saw, from 1."""
    numbers: set[int] = set()
    for match in HIDDEN_TESTS.finditer(source):
        first = source.count("\n", 0, match.start()) + 1
        numbers |= set(range(first, first + match.group().count("\n") + 1))
    return numbers


def hint_for(report: Report, cell: Cell, slow: bool, unanswered: bool = False) -> str:
    """The hint for a test that failed.

    Args:
        report: the judge's.
        cell: the test.
        slow: whether it was interrupted.
        unanswered: whether the answer above it is as it was released.
    """
    if slow:
        return "Your code took too long in this test; look for a loop that does not end."
    if report.hint:
        return clean_text(report.hint)
    not_there = report.ename == ("NotImplementedError" if report.from_student else "NameError")
    if not_there and (unanswered or report.from_student):
        return "This exercise is not answered yet."
    if report.from_student:
        return f"Your code stopped with {clean_text(report.ename)} in this test."
    if report.ename == "NameError":
        return "A name that this test needs is not defined; see whether the cell that defines it runs without an error."
    if report.ename in ("AnswerError", "StudentGoneError"):
        return "What your code returned could not be handed to this test; it takes plain values, arrays and models."
    lines = cell["source"].split("\n")
    if report.line and 0 < report.line <= len(lines) and report.line not in hidden_lines(cell["source"]):
        return f"This line of the test fails: {lines[report.line - 1].strip()}"
    return "A hidden test fails: the answer is not right for all inputs."

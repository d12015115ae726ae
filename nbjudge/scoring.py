"""From the judge's report on a test to its score, and to the outputs from which nbgrader reads the same score."""

import re
from typing import Any

from nbjudge.notebook import Cell
from nbjudge.outputs import clean_text, error_output
from nbjudge.protocol import Report

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def score_of(report: Report, points: float) -> float:
    """The points that a report gives, of those that are to be had."""
    if not report.passed:
        return 0.0
    if report.value is None:
        return points
    # Not a number is no points.
    return min(max(report.value, 0.0), points) if report.value == report.value else 0.0


def error_lines(report: Report, cell: Cell) -> tuple[str, str]:
    """Where a cell ended with an error, empty if that is not known, and with which."""
    lines = cell["source"].split("\n")
    is_in = report.line is not None and 0 < report.line <= len(lines)
    where = f"line {report.line}: {lines[report.line - 1].strip()}" if report.line and is_in else ""
    return where, COLOUR.sub("", clean_text(report.traceback)).rstrip()


def outputs_of_test(report: Report, cell: Cell, score: float) -> list[dict[str, Any]]:
    """Outputs of a test cell, in the form from which nbgrader reads the same score."""
    outputs: list[dict[str, Any]] = []
    if text := clean_text(report.printed):
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    if not report.passed:
        where, trace = error_lines(report, cell)
        lines = [where, trace] if where else [trace]
        outputs.append(error_output(clean_text(report.ename), clean_text(report.evalue), lines))
    elif report.value is not None:
        data = {"text/plain": repr(score)}
        outputs.append({"output_type": "execute_result", "execution_count": None, "data": data, "metadata": {}})
    return outputs

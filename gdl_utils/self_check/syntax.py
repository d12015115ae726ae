"""Reads what a student wrote, which need not be Python."""

import ast
import warnings


def statements(source: str) -> list[ast.stmt] | None:
    """The statements of a cell, None if it is no Python, or is nested too deep for it.

    Args:
        source: the text of the cell.
    """
    try:
        # Python warns of what the student wrote when that is run.
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None

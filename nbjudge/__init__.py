"""Grades notebooks that it does not trust: a judge and a student process, sandboxed, that exchange plain data.

It knows notebooks, nbgrader's metadata of their cells, and processes; nothing of a course, a gradebook or a folder. See
README.md beside this file.
"""

from nbjudge.errors import EngineError, InterpreterError, MachineError, SandboxError, SchedulerError
from nbjudge.grading import VERSION, grade
from nbjudge.model import (
    Assignment,
    EngineOptions,
    Graded,
    GradedNotebook,
    Limits,
    SourceNotebook,
    Status,
    Submission,
)

__all__ = [
    "VERSION",
    "Assignment",
    "EngineError",
    "EngineOptions",
    "Graded",
    "GradedNotebook",
    "InterpreterError",
    "Limits",
    "MachineError",
    "SandboxError",
    "SchedulerError",
    "SourceNotebook",
    "Status",
    "Submission",
    "grade",
]

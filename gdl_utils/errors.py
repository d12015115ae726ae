"""Errors that a person is meant to read: one sentence saying what is wrong, where, and what to do."""


class CourseError(Exception):
    """A mistake the user can mend. The command line prints its sentence; a notebook shows it without a traceback.

    Attributes:
        problem: what is wrong, and where.
        remedy: what to do about it, empty if the problem says so itself.
    """

    def __init__(self, problem: str, remedy: str = ""):
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}: {self.remedy}." if self.remedy else self.problem

    def _render_traceback_(self) -> list[str]:
        # IPython's hook for exceptions that know how they want to be shown.
        return [f"{type(self).__name__}: {self}"]


class DataError(CourseError):
    """A data set that is missing, damaged or not what its name says."""


class GradingError(CourseError):
    """Something that keeps a class from being graded, or what came of it from being read."""

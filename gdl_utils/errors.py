"""Errors that a person is meant to read: one sentence saying what is wrong, where, and what to do."""


class CourseError(Exception):
    """A mistake the user can mend. The command line prints its sentence; a notebook shows it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        # IPython's hook for exceptions that know how they want to be shown.
        return [f"{type(self).__name__}: {self}"]


class DataError(CourseError):
    """A data set that is missing, damaged or not what its name says."""

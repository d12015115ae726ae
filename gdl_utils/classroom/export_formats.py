"""The formats that grades can be exported in; a module of its own, since `gdl --help` need not load a gradebook."""

from enum import StrEnum


class Format(StrEnum):
    """What grades can be written as; see `export.WRITERS`."""

    CSV, CANVAS, MOODLE, JSON = "csv", "canvas", "moodle", "json"


class Platform(StrEnum):
    """The learning platforms that take feedback in a zip file; see `feedback_zip`."""

    MOODLE, CANVAS = "moodle", "canvas"

"""nbgrader's configuration for instructors on the hub: the course folder in their home, with its own configuration."""

from pathlib import Path

c = get_config()  # noqa: F821  (traitlets defines it)

course = Path.home() / "gdl"
load_subconfig("nbgrader_config.py", path=str(course))  # noqa: F821  (traitlets defines it, too)
c.CourseDirectory.root = str(course)

"""nbgrader's configuration, read by `nbgrader` and Formgrader where they are started, and by `gdl`."""

from nbgrader.converters import GenerateAssignment

from gdl_utils.grading import use_engine

c = get_config()  # noqa: F821  (traitlets defines it)

c.CourseDirectory.course_id = "gdl"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"

# The released notebook says what generated it.
c.GenerateAssignment.preprocessors = [
    *GenerateAssignment.preprocessors.make_dynamic_default(),
    "gdl_utils.classroom.nbgrader_plugin.MarkGenerated",
]

use_engine(c)

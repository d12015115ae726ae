"""nbgrader's configuration, read by `nbgrader` and Formgrader where they are started, and by `gdl`."""

import sys

from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from gdl_utils.terminal import escape_log_records

# nbgrader logs names of files and of students, which may hold sequences that a terminal obeys.
escape_log_records()

c = get_config()  # noqa: F821  (traitlets defines it)

c.CourseDirectory.course_id = "gdl"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"

# What solutions/NAME/hidden/ holds is for the judge alone: neither released nor copied beside submissions.
c.CourseDirectory.ignore = [*CourseDirectory.ignore.make_dynamic_default(), "hidden"]

# The released notebook says what generated it.
c.GenerateAssignment.preprocessors = [
    *GenerateAssignment.preprocessors.make_dynamic_default(),
    "gdl_utils.classroom.nbgrader_plugin.MarkGenerated",
]

# Submissions are rebuilt from their source, and the course's engine runs and scores them: these three belong together.
c.Autograde.exporter_class = "gdl_utils.classroom.nbgrader_plugin.WholeSubmission"
c.Autograde.sanitize_preprocessors = [
    "gdl_utils.classroom.nbgrader_plugin.RebuildFromSource",
    *Autograde.sanitize_preprocessors.make_dynamic_default(),
]
c.Autograde.autograde_preprocessors = [
    "gdl_utils.classroom.nbgrader_plugin.JudgeCells" if step.__name__ == "Execute" else step
    for step in Autograde.autograde_preprocessors.make_dynamic_default()
]

# Pages of feedback show nothing hidden and run nothing that a student wrote: these three belong together, too.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "gdl_utils.classroom.feedback.HideTests",
]
c.GenerateFeedback.exporter_class = "gdl_utils.classroom.feedback.FeedbackExporter"
c.GenerateFeedback.post_convert_hook = "gdl_utils.classroom.feedback.keep_pages_only"

# Nothing of a student's runs in Formgrader: it makes its pages by this exporter, and sends them with a policy.
c.HTMLExporter.preprocessors = ["gdl_utils.classroom.formgrader.SafeNotebook"]
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "ansi2html": "gdl_utils.classroom.formgrader.terminal_text",
    "clean_html": "gdl_utils.classroom.formgrader.shown_html",
    "highlight_code": "gdl_utils.classroom.formgrader.shown_code",
    "markdown2html": "gdl_utils.classroom.formgrader.shown_markdown",
}
if formgrader := sys.modules.get("nbgrader.server_extensions.formgrader.handlers"):
    from gdl_utils.classroom.formgrader import protect

    protect(formgrader)

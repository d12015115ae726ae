"""Turns the course's grading engine on in a `nbgrader_config.py`: one line, `use_engine(c)`."""

import sys
from typing import Any

PLUGIN = "gdl_utils.classroom.nbgrader_plugin"


def use_engine(c: Any) -> None:
    """Let `nbgrader autograde`, Formgrader's button and `gdl grade` grade with the engine, and show nothing that acts.

    What the configuration says beside it stays: folders, course_id, db_url, plugins, delimiters. A list of
    preprocessors that it sets before this line is kept, with the engine's steps in their places.

    Args:
        c: the configuration, as `get_config()` gives it in `nbgrader_config.py`.
    """
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    from gdl_utils.classroom.nbgrader_folders import use_names_as_they_are
    from gdl_utils.terminal import escape_log_records

    use_names_as_they_are()

    # nbgrader logs names of files and of students, which may hold sequences that a terminal obeys.
    escape_log_records()

    # What SOURCE/NAME/hidden/ holds is for the judge alone: neither released nor copied beside submissions.
    ignored = _listed(c.CourseDirectory, "ignore", CourseDirectory)
    c.CourseDirectory.ignore = [*ignored, *({"hidden"} - set(ignored))]

    # Submissions are rebuilt from their source, and the engine runs and scores them: these three belong together.
    c.Autograde.exporter_class = f"{PLUGIN}.WholeSubmission"
    c.Autograde.sanitize_preprocessors = [
        f"{PLUGIN}.RebuildFromSource",
        *_listed(c.Autograde, "sanitize_preprocessors", Autograde),
    ]
    c.Autograde.autograde_preprocessors = [
        f"{PLUGIN}.JudgeCells" if _name_of(step) == "Execute" else step
        for step in _listed(c.Autograde, "autograde_preprocessors", Autograde)
    ]

    # Pages of feedback show nothing hidden and run nothing that a student wrote: these three belong together, too.
    feedback = "gdl_utils.classroom.feedback"
    c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades", f"{feedback}.HideTests"]
    c.GenerateFeedback.exporter_class = f"{feedback}.FeedbackExporter"
    c.GenerateFeedback.post_convert_hook = f"{feedback}.keep_pages_only"

    # Nothing of a student's runs in Formgrader: it makes its pages by this exporter, and sends them with a policy.
    shown = "gdl_utils.classroom.formgrader"
    c.HTMLExporter.preprocessors = [f"{shown}.SafeNotebook"]
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        "ansi2html": f"{shown}.terminal_text",
        "clean_html": f"{shown}.shown_html",
        "highlight_code": f"{shown}.shown_code",
        "markdown2html": f"{shown}.shown_markdown",
    }
    if formgrader := sys.modules.get("nbgrader.server_extensions.formgrader.handlers"):
        from gdl_utils.classroom.formgrader import protect

        protect(formgrader)


def _listed(section: Any, name: str, owner: Any) -> list[Any]:
    """What a configuration says so far of a list, else what nbgrader has."""
    if name in section:
        return list(section[name])
    return list(getattr(owner, name).make_dynamic_default())


def _name_of(step: Any) -> str:
    return str(step).rsplit(".", 1)[-1] if isinstance(step, str) else str(step.__name__)

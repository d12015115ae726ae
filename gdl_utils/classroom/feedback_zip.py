"""Feedback for a learning platform: all pages in one zip file, in the layout that the platform takes.

Both platforms know whose a file is by what stood before its name in the archive that was downloaded from them, which
`gdl collect` noted. Moodle ("Upload multiple feedback files in a zip") wants folders or names that begin with
`Full name_NUMBER_assignsubmission_file`. Canvas ("Upload Submissions") wants names with the numbers of the student and
of a file that the student handed in; it shows the page under that file's name.

Sources: `mod/assign/feedback/file/importziplib.php` in Moodle's source, and `infer_comment_context_from_filename` in
`app/models/abstract_assignment.rb` in Canvas's.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from gdl_utils.classroom.attempts import COPY
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.export_formats import Platform
from gdl_utils.classroom.feedback import Feedback
from gdl_utils.classroom.grades import open_existing
from gdl_utils.classroom.nbgrader_api import course_id_of
from gdl_utils.classroom.records import collected
from gdl_utils.errors import GradingError


def write_zip(
    course: Course, assignment: str, feedback: Sequence[Feedback], platform: Platform, target: Path
) -> list[str]:
    """Put pages of feedback into a zip file.

    Args:
        course: with the gradebook.
        assignment: its name.
        feedback: the pages by student.
        platform: for which platform.
        target: the file to write.

    Returns:
        Whose pages are not in it, in sentences.

    Raises:
        GradingError: if nothing of the assignment came from the platform, or the file can't be written.
    """
    with open_existing(course.db_url, course_id_of(course)) as gradebook:
        came = collected(gradebook, assignment)
    known = {student: names for student, (where, names) in came.items() if where.lower() == platform}
    if not known:
        raise GradingError(
            f"No submission of {assignment} was collected from {platform.title()}",
            "its archive says how files are named there, so run 'gdl collect' on it",
        )
    problems = []
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for student in feedback:
                if student.student not in known:
                    problems.append(
                        f"{student.student} did not hand in through {platform.title()}, and is not in the zip file."
                    )
                    continue
                for page in student.pages:
                    archive.write(page, f"{_start(page.stem, known[student.student])}{page.name}")
    except OSError as error:
        raise GradingError(f"{target} can't be written ({error.strerror})", "choose another file") from error
    return problems


def _start(notebook: str, names: Sequence[tuple[str, str]]) -> str:
    """What the platform puts before the name of a student's file: of that of the notebook, if there is one."""

    def distance(name: tuple[str, str]) -> tuple[bool, bool]:
        path = PurePosixPath(name[1])
        return COPY.sub("", path.stem) != notebook, path.suffix.lower() != ".ipynb"

    return min(names, key=distance)[0]

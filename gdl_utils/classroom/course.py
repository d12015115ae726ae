"""A course: where its assignments, submissions and grades are, and how it is configured."""

import os
from dataclasses import dataclass
from pathlib import Path

from gdl_utils.errors import CourseError

NOT_IN_NAMES = "+*?[]"  # nbgrader refuses the first, and takes the others for patterns
CONFIG = "nbgrader_config.py"
# The folders that the configuration names; a test holds the two together.
SOURCE, RELEASE, SUBMITTED, AUTOGRADED, FEEDBACK = "solutions", "assignments", "submitted", "autograded", "feedback"
ANSWERS = "answers"
GRADEBOOK = "gradebook.db"
HIDDEN = "hidden"  # the folder of a source with what only the judge may see
TIMESTAMP = "timestamp.txt"  # where nbgrader looks for the time of a submission
SUBMISSION_SECRET = "submission_secret.txt"  # noqa: S105  (a name of nbgrader's, whose exchange tells feedback apart by it)
RECORD = ".gdl-grade.json"  # what was graded, beside the graded notebooks


def check_name(assignment: str) -> None:
    """Make sure that nbgrader can do something with the name of an assignment.

    Raises:
        CourseError: if it has a character that it can't handle, which the sentence names.
    """
    wrong = next((character for character in assignment if character in NOT_IN_NAMES), "")
    if wrong or assignment != assignment.strip():
        what = f"{wrong!r}" if wrong else "a blank at its beginning or end"
        raise CourseError(
            f"The assignment {assignment!r} has {what} in its name, which nbgrader can't handle",
            "rename its folder",
        )


@dataclass(frozen=True)
class Folders:
    """The names of a course's folders, as nbgrader has them for what a configuration does not say."""

    source: str = "source"
    release: str = "release"
    submitted: str = "submitted"
    autograded: str = "autograded"
    feedback: str = "feedback"


OF_THIS_COURSE = Folders(SOURCE, RELEASE, SUBMITTED, AUTOGRADED, FEEDBACK)


@dataclass(frozen=True)
class Course:
    """A folder in nbgrader's layout, a configuration, and a gradebook.

    Attributes:
        folder: with the folders of assignments, submissions and so on, which are made when they are needed.
        configuration: the file for nbgrader; `nbgrader_config.py` in the folder if None.
        database: URL of the gradebook; `gradebook.db` in the folder if None.
        folders: how the folders in it are called.
        python: the program or the environment in which notebooks and tests run, absolute; the grader's own if None.
    """

    folder: Path
    configuration: Path | None = None
    database: str | None = None
    folders: Folders = OF_THIS_COURSE
    python: str | None = None

    @property
    def config_file(self) -> Path:
        """The configuration that is read."""
        return self.configuration or self.folder / CONFIG

    @property
    def db_url(self) -> str:
        """The gradebook, as SQLAlchemy names it."""
        return self.database or f"sqlite:///{self.folder.resolve() / GRADEBOOK}"

    @property
    def has_gradebook(self) -> bool:
        """Whether there is a gradebook, as far as that can be seen without opening it."""
        return self.database is not None or (self.folder / GRADEBOOK).is_file()

    @property
    def log(self) -> Path:
        """Where nbgrader writes what it does."""
        return self.folder / "nbgrader.log"

    @property
    def sources(self) -> Path:
        """The folder of all sources."""
        return self.folder / self.folders.source

    @property
    def releases(self) -> Path:
        """The folder of all released assignments."""
        return self.folder / self.folders.release

    @property
    def submissions(self) -> Path:
        """The folder of all that was handed in."""
        return self.folder / self.folders.submitted

    @property
    def results(self) -> Path:
        """The folder of all that was graded."""
        return self.folder / self.folders.autograded

    @property
    def pages(self) -> Path:
        """The folder of all feedback."""
        return self.folder / self.folders.feedback

    @property
    def assignments(self) -> list[str]:
        """The names of the assignments, which are the folders of sources, in their order."""
        return sorted(path.name for path in self.sources.iterdir() if any(path.glob("*.ipynb")))

    def source(self, assignment: str) -> Path:
        """The folder with the source notebooks of an assignment."""
        return self.sources / assignment

    def release(self, assignment: str) -> Path:
        """The folder with what students get."""
        return self.releases / assignment

    def answers(self, assignment: str) -> Path:
        """The folder with the answer bank and the sample class."""
        return self.folder / ANSWERS / assignment

    def submitted(self, student: str, assignment: str) -> Path:
        """The folder with what a student handed in."""
        return self.submissions / student / assignment

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder with the graded notebooks of a student."""
        return self.results / student / assignment

    def graded_folders(self, assignment: str) -> list[Path]:
        """The folders with what was graded of an assignment, one for each student."""
        if not self.results.is_dir():
            return []
        return sorted(path / assignment for path in self.results.iterdir() if (path / assignment).is_dir())

    def feedback(self, student: str, assignment: str) -> Path:
        """The folder with the pages for a student."""
        return self.pages / student / assignment

    def students(self, assignment: str) -> list[str]:
        """The students who handed something in, sorted, be it something that can be graded or not."""
        if not self.submissions.is_dir():
            return []
        folders = (path for path in self.submissions.iterdir() if not path.is_file())
        return sorted(path.name for path in folders if os.path.lexists(path / assignment) or not _can_look(path))


def _can_look(folder: Path) -> bool:
    # A link that leads nowhere holds nothing; a folder that may not be searched could hold a submission.
    return not folder.is_dir() or os.access(folder, os.X_OK)

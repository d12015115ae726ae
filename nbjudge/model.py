"""What goes into the engine and what comes out of it: the words of its front door."""

import enum
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        memory: bytes, of the student's processes together, and of the judge.
        processes: processes and threads at one time.
        cell_seconds: for one cell, on the wall clock, without the time for which it waited for a processor that others
            had; by the wall clock alone three times as long.
        notebook_seconds: likewise for one notebook.
        disk_bytes: that it may have in files at one time.
        output_bytes: of output of one cell; more is cut off.
        notebook_bytes: size of the file of a notebook, with its outputs, that is read at all.
        source_bytes: of the text of a notebook's cells with what is attached to them; outputs don't count.
        cells: cells that a student may have added.
    """

    memory: int = 2 << 30
    processes: int = 64
    cell_seconds: float = 30
    notebook_seconds: float = 300
    disk_bytes: int = 64 << 20
    output_bytes: int = 1 << 20
    notebook_bytes: int = 100 << 20
    source_bytes: int = 16 << 20
    cells: int = 500


@dataclass(frozen=True)
class EngineOptions:
    """How the engine runs. None of it changes a score, but for what other packages give.

    Attributes:
        warm: fork from a process that has everything imported.
        sandboxed: run behind both walls; without them a notebook can do what the user can do who grades.
        python: the program or the folder of the environment in which notebooks and tests run, which need not know of
            the engine; the grader's own if None.
        lends: packages of the grader's own that the source may import in another Python which has none of that name.
    """

    warm: bool = True
    sandboxed: bool = True
    python: str | None = None
    lends: tuple[str, ...] = ()


class Status(enum.StrEnum):
    """How the grading of a notebook went; all but the first need attention."""

    GRADED = "graded"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    OTHER_NOTEBOOK = "another notebook"
    TIMEOUT = "timeout"
    MEMORY = "memory limit"
    DIED = "died"
    JUDGE_DIED = "judge died"


@dataclass(frozen=True)
class SourceNotebook:
    """One notebook of an assignment, with its hidden tests.

    Attributes:
        name: without `.ipynb`.
        content: in nbformat 4, as plain dictionaries and lists.
        imports: statements of the reference solutions that import a name, by the name, if `content` has none of them.
        answers: names that the reference solutions define, by the grade_id of their cell.
        beside: tests that a trial found to need the student's own objects, with the reason, by grade_id: see `ways`.
    """

    name: str
    content: dict[str, Any]
    imports: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Assignment:
    """What a submission is graded against.

    Attributes:
        name: by which a person knows it.
        notebooks: its notebooks.
        files: files that the student was given, by relative path; student and judge find them in their folders.
        hidden: files that only the judge finds, by relative path.
        hash_seed: of Python's hashes, below 2**32; whoever knows it knows in what order tests loop over sets of text.
    """

    name: str
    notebooks: tuple[SourceNotebook, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    hidden: dict[str, bytes] = field(default_factory=dict)
    hash_seed: int = 0


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes:
        files: contents by relative path; a notebook is known by its exercises, whatever it is called.
        seed: of all chance in the tests: Python's, NumPy's and Keras's generators begin from it, and tests find it in
            the environment variable NBJUDGE_SEED. The student's process does not have it.
        times: when notebooks were changed, in seconds, by relative path: of several that fit, the newest counts.
    """

    files: dict[str, bytes]
    seed: int = 0
    times: dict[str, float] = field(default_factory=dict)


@dataclass
class GradedNotebook:
    """What one notebook got.

    Attributes:
        name: without `.ipynb`.
        status: how it went.
        reason: one sentence for the instructor if it needs attention.
        content: the graded notebook, in nbformat 4; its metadata `nbjudge` tell how it went.
        scores: points by grade_id, None where a person has to grade.
        max_scores: points to be had, by grade_id.
        hints: what the student is told, by grade_id of the test cell; holds nothing hidden.
        findings: what was repaired, one sentence each.
        files: what the student's code left in its folder, by relative path.
        seconds: wall clock.
        processor_seconds: for which its processes and its tests computed.
        held_up: whether it ran into a limit of time while it waited for a processor, so that points may be missing.
        remark: what it did to those beside it, which costs no points; one sentence, empty if it did nothing.
        memory: most bytes that the student's processes had at a time.
        log: what else the instructor should know, a sentence each.
        trusted: tests that were run beside the student's objects, with the reason, by grade_id.
        missing_modules: modules that it imports and that are not installed here, if it lost points.
    """

    name: str
    status: Status
    reason: str = ""
    content: dict[str, Any] | None = None
    scores: dict[str, float | None] = field(default_factory=dict)
    max_scores: dict[str, float] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    held_up: bool = False
    remark: str = ""
    memory: int = 0
    log: list[str] = field(default_factory=list)
    trusted: dict[str, str] = field(default_factory=dict)
    missing_modules: list[str] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        """Whether a test did not give all of its points."""
        return any(score is not None and score < self.max_scores[name] for name, score in self.scores.items())


@dataclass
class Graded:
    """What one submission got.

    Attributes:
        notebooks: one for each notebook of the assignment.
    """

    notebooks: list[GradedNotebook]

    @property
    def log(self) -> list[str]:
        """What the engine noted, for the instructor."""
        return [line for notebook in self.notebooks for line in notebook.log]

    @property
    def scores(self) -> dict[tuple[str, str], float | None]:
        """Points by notebook and grade_id."""
        return {(notebook.name, name): score for notebook in self.notebooks for name, score in notebook.scores.items()}

    @property
    def score(self) -> float:
        """The sum of the points that were given."""
        return sum(score for score in self.scores.values() if score is not None)

    @property
    def max_score(self) -> float:
        """Points to be had."""
        return sum(sum(notebook.max_scores.values()) for notebook in self.notebooks)

    @property
    def hints(self) -> dict[tuple[str, str], str]:
        """What the student is told, by notebook and grade_id."""
        return {(notebook.name, name): hint for notebook in self.notebooks for name, hint in notebook.hints.items()}

    @property
    def held_up(self) -> bool:
        """Whether it may get more points when it is graded alone: see `GradedNotebook`."""
        return any(notebook.held_up for notebook in self.notebooks)

    @property
    def remarks(self) -> list[str]:
        """What it did to those beside it, which costs no points."""
        return [notebook.remark for notebook in self.notebooks if notebook.remark]

    @property
    def missing_modules(self) -> list[str]:
        """Modules that it imports and that are not installed here, if it lost points."""
        return sorted({module for notebook in self.notebooks for module in notebook.missing_modules})

    @property
    def status(self) -> Status:
        """The first status of its notebooks that needs attention."""
        statuses = (notebook.status for notebook in self.notebooks)
        return next((status for status in statuses if status is not Status.GRADED), Status.GRADED)

    @property
    def attention(self) -> list[str]:
        """Sentences for the instructor, empty if nothing needs attention."""
        reasons = [(notebook.name, notebook.reason) for notebook in self.notebooks if notebook.reason]
        return [f"{name}: {reason}" if len(self.notebooks) > 1 else reason for name, reason in reasons]

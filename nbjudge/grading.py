"""The heart of the engine: `grade`, a function of an assignment, a submission and limits alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nbjudge.errors import MachineError
from nbjudge.files import files_to_put
from nbjudge.handed_files import look_at_files
from nbjudge.matching import Found, find_notebooks, with_files_around
from nbjudge.model import (
    Assignment,
    EngineOptions,
    Graded,
    GradedNotebook,
    Limits,
    SourceNotebook,
    Status,
    Submission,
)
from nbjudge.notebook import grade_id, imports_of, is_graded, is_solution, is_test, nbgrader
from nbjudge.rebuild import OtherNotebookError, Rebuilt, UnreadableError, rebuild
from nbjudge.supervisor import EXIT_GRACE, NotebookRun
from nbjudge.zygote_client import Environment, close_zygotes, zygote_for

VERSION = 14  # of the engine's judgement: raise it when the same submission could get another score or record
NOTE = "nbjudge"  # the key of the graded notebook's metadata that says how it went


def grade(
    assignment: Assignment,
    submission: Submission,
    limits: Limits | None = None,
    options: EngineOptions | None = None,
) -> Graded:
    """Grade one submission.

    Args:
        assignment: with its hidden tests.
        submission: what the student handed in.
        limits: what it may use.
        options: how the engine runs.

    Raises:
        MachineError: if the machine fails twice; nothing is the student's fault then.
        SandboxError: if there can be no sandbox here.
    """
    return Grader(assignment, limits or Limits(), options or EngineOptions()).grade(submission)


@dataclass(frozen=True)
class Grader:
    """Grades notebooks of one assignment.

    Attributes:
        assignment: with its hidden tests.
        limits: what a submission may use.
        options: how the engine runs.
        alone: nothing else is graded meanwhile, so that a notebook that waited for a processor until its time was over
            is tried a second time at once; if not, `grade_all` sees to it.
    """

    assignment: Assignment
    limits: Limits
    options: EngineOptions
    alone: bool = True

    def grade(self, submission: Submission) -> Graded:
        """What a submission gets."""
        found = find_notebooks(self.assignment.notebooks, submission.files, self.limits, submission.times)
        return Graded(
            [self.grade_notebook(source, submission, found[source.name]) for source in self.assignment.notebooks]
        )

    def grade_notebook(self, source: SourceNotebook, submission: Submission, found: Found) -> GradedNotebook:
        """What a submission gets for one notebook of the assignment, which is in the file that was found."""
        graded = self._grade_file(source, submission, found)
        annotate(graded)
        return graded

    def _grade_file(self, source: SourceNotebook, submission: Submission, found: Found) -> GradedNotebook:
        if not found.file:
            return ungraded(source, Status.MISSING, found.reason)
        try:
            rebuilt = rebuild(source, submission.files[found.file], self.limits)
        except UnreadableError as error:
            return told(ungraded(source, Status.UNREADABLE, str(error)), found)
        except OtherNotebookError as error:
            return told(ungraded(source, Status.OTHER_NOTEBOOK, str(error)), found)
        submission = replace(submission, files=with_files_around(found.file, submission.files))
        graded = told(self.grade_rebuilt(source, rebuilt, submission), found)
        graded.log += [f"{source.name}: {finding}" for finding in graded.findings]
        return graded

    def grade_rebuilt(self, source: SourceNotebook, rebuilt: Rebuilt, submission: Submission) -> GradedNotebook:
        """Run and score a rebuilt notebook; what failed, or waited too long, is tried a second time.

        Args:
            source: of the notebook.
            rebuilt: the notebook with the student's answers.
            submission: the files beside the notebook, and the seed.

        Raises:
            MachineError: if the machine fails twice.
            SandboxError: if there can be no sandbox here.
        """
        log: list[str] = []
        own = [cell for cell in rebuilt.content["cells"] if not grade_id(cell) or is_solution(cell)]
        handed = look_at_files(source, own, submission.files)
        given = {**files_to_put(handed.files, self.limits, handed.reasons), **self.assignment.files}
        try:
            graded = self._run(source, rebuilt, given, submission.seed)
        except MachineError as error:
            close_zygotes()
            log.append(f"{source.name}: tried again, because {error}")
            graded = None
        if graded is None or graded.status is Status.JUDGE_DIED or (graded.held_up and self.alone):
            graded = self._run(source, rebuilt, given, submission.seed)
        graded.log = log
        graded.findings = [*handed.findings, *graded.findings]
        doubts = handed.doubts if graded.is_short else []
        graded.reason = "; ".join(filter(None, [graded.reason, *handed.reasons, *doubts]))
        return graded

    def _run(
        self, source: SourceNotebook, rebuilt: Rebuilt, given: dict[str, bytes], seed: int, in_forks: bool = False
    ) -> GradedNotebook:
        task = self.assignment
        zygote = zygote_for(environment_of(task.notebooks, self.options, task.hash_seed, task.files))
        with zygote.fork(self.limits) as pair:
            run = NotebookRun(source, rebuilt, self.limits, pair, in_forks)
            graded = run.run(self.assignment, given, seed)
        if graded.status in (Status.DIED, Status.JUDGE_DIED) and not zygote.alive(EXIT_GRACE):
            raise MachineError("the zygote process died, and its workers with it")
        if run.ended_in_place:
            # In a fork only that test fails.
            return self._run(source, rebuilt, given, seed, in_forks=True)
        return graded


def environment_of(
    notebooks: Iterable[SourceNotebook], options: EngineOptions, hash_seed: int = 0, files: Iterable[str] = ()
) -> Environment:
    """What has to be imported for an assignment: all that its notebooks import, but for modules among its files.

    Args:
        notebooks: of the assignment.
        options: how the engine runs.
        hash_seed: as for `Assignment`.
        files: names of its files. An installed module may have the name of one, as `tests` or `utils`.
    """
    statements = {
        statement for source in notebooks for lines in imports_of(source).values() for statement in lines.splitlines()
    }
    own = {Path(name).parts[0].removesuffix(".py") for name in files}
    imports = tuple(sorted(statement for statement in statements if _module_of(statement) not in own))
    # The grader's own Python has what it could lend: then it is one environment whoever asks.
    lends = options.lends if options.python else ()
    return Environment(imports, options.warm, options.sandboxed, hash_seed, options.python, lends)


def _module_of(statement: str) -> str:
    """The first part of the name of the module that a statement imports."""
    return statement.split()[1].partition(".")[0]


def told(graded: GradedNotebook, found: Found) -> GradedNotebook:
    """The same result with what is to be said of the file that was taken for the notebook."""
    graded.findings = [*found.findings, *graded.findings]
    graded.reason = "; ".join(filter(None, [graded.reason, found.reason]))
    return graded


def annotate(notebook: GradedNotebook) -> None:
    """Write into the graded notebook itself how it went, for feedback and report."""
    if notebook.content is not None:
        notebook.content["metadata"] = {
            **notebook.content.get("metadata", {}),
            NOTE: {
                "status": notebook.status.value,
                "reason": notebook.reason,
                "hints": notebook.hints,
                "findings": notebook.findings,
                "trusted": notebook.trusted,
                "missing_modules": notebook.missing_modules,
                "remark": notebook.remark,
                "seconds": round(notebook.seconds, 3),
                "processor_seconds": round(notebook.processor_seconds, 3),
                "memory": notebook.memory,
            },
        }


def ungraded(source: SourceNotebook, status: Status, reason: str) -> GradedNotebook:
    """No points for any cell of a notebook that can't be run; its content is the source's, without answers."""
    empty = rebuild(source, b'{"nbformat": 4, "cells": []}', Limits())
    graded = GradedNotebook(source.name, status, reason, empty.content)
    for cell in source.content["cells"]:
        name = grade_id(cell)
        if name and (is_graded(cell) or nbgrader(cell).get("task")):
            graded.max_scores[name] = float(nbgrader(cell).get("points") or 0)
            graded.scores[name] = 0.0
            if is_test(cell):
                graded.hints[name] = f"Nothing could be graded: {reason}."
    return graded

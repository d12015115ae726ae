"""Steps of the course's own that `nbgrader_config.py` puts among nbgrader's.

`nbgrader autograde`, and with it Formgrader's button, grades by the course's engine through three settings that belong
together: `WholeSubmission` as exporter, `RebuildFromSource` as first step of sanitising, and `JudgeCells` in the place
of nbgrader's `Execute`. The scores are those of `gdl grade`.
"""

import hashlib
import json
import os
from dataclasses import fields, replace
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties, ClearOutput, Execute, NbGraderPreprocessor
from nbgrader.preprocessors.execute import UnresponsiveKernelError
from nbgrader.utils import compute_checksum
from traitlets import Bool, Float, Integer, Unicode

from gdl_utils.classroom.assignment import load_assignment, other_kernel, prepare, with_usual_marks
from gdl_utils.classroom.course import Course, Folders
from gdl_utils.classroom.course_secret import course_secret, seed_of_hashes, seed_of_student
from gdl_utils.classroom.dates import refresh_submission
from gdl_utils.classroom.environment import LENT
from gdl_utils.classroom.grade import fit_to_grade, trial_of
from gdl_utils.classroom.gradebook import ClassGradebook
from gdl_utils.classroom.roster import refuse_look_alike
from gdl_utils.classroom.safe_outputs import with_safe_outputs
from gdl_utils.classroom.settings import python_of
from gdl_utils.classroom.student_files import (
    files_to_write,
    handed_in_beside,
    may_be_kept,
    read_submission,
    read_timestamp,
    times_of,
    write_files,
)
from gdl_utils.classroom.submitted_outputs import keep_outputs
from gdl_utils.errors import GradingError
from nbjudge import Assignment, EngineOptions, Limits, SourceNotebook, Status, Submission
from nbjudge.grading import NOTE, Grader, annotate
from nbjudge.matching import Found, find_notebooks, with_files_around
from nbjudge.notebook import is_test
from nbjudge.rebuild import OtherNotebookError, Rebuilt, UnreadableError, rebuild

Resources = dict[str, Any]
# These ended before their notebook did; nbgrader is told, but what was earned before is kept.
ENDED_EARLY = (Status.DIED, Status.MEMORY, Status.JUDGE_DIED)


class MarkGenerated(NbGraderPreprocessor):
    """Writes into a released notebook which source and command gave it.

    The digest of the whole source makes a release stale as soon as anything in its source changes, hidden tests too.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Add the metadata `gdl` with the keys `generated_by`, `source` and `source_sha256`."""
        path = Path(resources["metadata"]["path"]) / f"{resources['metadata']['name']}.ipynb"
        nb.metadata["gdl"] = {
            "generated_by": "make assignments",
            "source": f"solutions/{path.parent.name}/{path.name}",
            "source_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        return nb, resources


class WholeSubmission(NotebookExporter):
    """Takes every notebook of a submission through nbgrader's two lists of steps, also after one that failed.

    nbgrader gives up a submission at the first notebook that fails, and leaves the grades of before. Here the others
    are graded first, what could not be graded gets no points, and only then nbgrader is told: it reports the
    submission, removes its autograded folder and exits with 1.
    """

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.rebuilt: dict[str, Rebuilt] = {}
        self.errors: dict[str, Exception] = {}
        self.files: dict[str, bytes] = {}  # of the submission that is graded
        self.found: dict[str, Found] = {}
        self._assignments: dict[str, Assignment] = {}
        self._tried: dict[str, Assignment] = {}
        if self.parent is not None:
            self._hook_before = self.parent.pre_convert_hook
            self.parent.pre_convert_hook = self._before_submission
            # nbgrader ends, with the rest of the class ungraded, at a date that it can't read.
            self.parent.coursedir.get_existing_timestamp = self._timestamp

    @property
    def converter(self) -> Any:
        """The `Autograde` of nbgrader."""
        return self.parent

    @property
    def secret(self) -> bytes:
        """The secret of the course."""
        return course_secret(Path(self.converter.coursedir.root))

    @property
    def course(self) -> Course:
        """The course in its folders."""
        coursedir = self.converter.coursedir
        names = {field.name: str(getattr(coursedir, f"{field.name}_directory")) for field in fields(Folders)}
        return Course(Path(coursedir.root), folders=Folders(**names))

    def assignment(self, name: str) -> Assignment:
        """An assignment as it was released into the gradebook, with its hidden tests.

        Raises:
            GradingError: if its source is not there.
        """
        if name not in self._assignments:
            coursedir = self.converter.coursedir
            folder = Path(coursedir.format_path(coursedir.source_directory, ".", name))
            prepare(folder)
            with ClassGradebook(coursedir.db_url, coursedir.course_id, name, self.config) as gradebook:
                assignment = load_assignment(folder, gradebook, self.converter.config)
            # What students may change is their own in their process; the tests see that of the source.
            own = self.own_files(name)
            self._assignments[name] = replace(
                assignment,
                hash_seed=seed_of_hashes(self.secret),
                files={file: data for file, data in assignment.files.items() if file not in own},
                hidden={**{file: data for file, data in assignment.files.items() if file in own}, **assignment.hidden},
            )
        return self._assignments[name]

    def own_files(self, name: str) -> set[str]:
        """The files beside an assignment that students may change."""
        return set(self.converter.exclude_overwriting.get(name, []))

    def notebook(self, resources: Resources) -> tuple[Assignment, SourceNotebook]:
        """The assignment and the source of the notebook that is being converted."""
        names = resources["nbgrader"]
        assignment = self.assignment(names["assignment"])
        return assignment, next(source for source in assignment.notebooks if source.name == names["notebook"])

    def tried(self, resources: Resources, limits: Limits, options: EngineOptions, despite: bool) -> Assignment:
        """The assignment of the notebook that is being converted, with its tests run as a trial found.

        Raises:
            GradingError: if the trial found anything to complain of, unless that stops nothing.
        """
        name = resources["nbgrader"]["assignment"]
        if name not in self._tried:
            coursedir = self.converter.coursedir
            source = Path(coursedir.format_path(coursedir.source_directory, ".", name))
            assignment, own = self.assignment(name), self.own_files(name)
            # The reference solution has the files of the source.
            given = {**assignment.files, **{file: assignment.hidden[file] for file in own if file in assignment.hidden}}
            tried = trial_of(self.course, source, replace(assignment, files=given), limits, options)
            self._tried[name] = fit_to_grade(assignment, tried, despite)
        return self._tried[name]

    def refuse_look_alike(self, names: dict[str, str]) -> None:
        """Refuse a submission whose student may be another, as `roster.refuse_look_alike` does."""
        coursedir = self.converter.coursedir
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            refuse_look_alike(gradebook, names["student"], self.course.students(names["assignment"]))

    def submitted(self, resources: Resources) -> dict[str, bytes]:
        """The files that were handed in beside the notebook, by relative path."""
        found = self.found[resources["nbgrader"]["notebook"]]
        files = with_files_around(found.file, self.files)
        return {name: data for name, data in files.items() if not name.endswith(".ipynb")}

    def find_notebooks(self, folder: Path, assignment: str) -> None:
        """Read a submission, and let nbgrader convert what are its notebooks, whatever they are called."""
        self.files = read_submission(folder)
        sources = self.assignment(assignment).notebooks
        limits = JudgeCells(parent=self).limits()
        self.found = find_notebooks(sources, self.files, limits, times_of(folder, self.files))
        found = [str(folder / f"{name}.ipynb") for name, each in self.found.items() if each.file]
        wanted = self.converter.coursedir.notebook_id
        self.converter.notebooks = [path for path in found if fnmatch(Path(path).stem, wanted)] or (
            self.converter.notebooks
        )

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[str, Resources]:
        """Convert a notebook, which need not lie where nbgrader looks for it."""
        if os.path.exists(filename):
            return super().from_filename(filename, resources, **options)
        resources["metadata"] = {"path": str(Path(filename).parent), "name": Path(filename).stem}
        return self.from_file(None, resources, **options)

    def _timestamp(self, folder: str) -> datetime | None:
        time, complaints = read_timestamp(Path(folder))
        for complaint in complaints:
            self.log.warning("%s: %s", folder, complaint)
        return time

    def _bring_dates(self, names: dict[str, str]) -> None:
        """Let nbgrader compute the lateness of a submission by its time and its extension of now."""
        coursedir = self.converter.coursedir
        submitted = coursedir.format_path(coursedir.submitted_directory, names["student"], names["assignment"])
        time, _ = read_timestamp(Path(submitted))
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            refresh_submission(gradebook, names["assignment"], names["student"], time)

    def _remove_copies(self, names: dict[str, str]) -> None:
        """Of the files that nbgrader has copied from a submission, links followed, leave those that may be kept."""
        coursedir = self.converter.coursedir
        submitted, place = (
            Path(coursedir.format_path(folder, names["student"], names["assignment"]))
            for folder in (coursedir.submitted_directory, coursedir.autograded_directory)
        )
        assignment = self.assignment(names["assignment"])
        # With --notebook the others stay as they were graded.
        graded = {f"{source.name}.ipynb" for source in assignment.notebooks}
        kept = {*handed_in_beside(submitted), *assignment.files, *graded}
        for path in place.rglob("*"):
            name = path.relative_to(place).as_posix()
            was_copied = os.path.lexists(submitted / name) and not name.endswith(".ipynb")
            if path.is_file() and name not in kept and (was_copied or not may_be_kept(name)):
                path.unlink()

    def from_file(self, file_stream: Any, resources: Any = None, **options: Any) -> tuple[str, Resources]:
        """Convert a notebook, once to sanitise it and once to grade it."""
        name = resources["metadata"]["name"]
        if self.converter._sanitizing:
            if name == Path(self.converter.notebooks[0]).stem:
                self.rebuilt, self.errors = {}, {}
                self._remove_copies(resources["nbgrader"])
                self._bring_dates(resources["nbgrader"])
            return self._sanitised(file_stream, name, resources, options)
        failed = name in self.errors
        result = self._empty(resources) if failed else super().from_file(file_stream, resources, **options)
        if self.errors and name == Path(self.converter.notebooks[-1]).stem:
            # nbgrader has a sentence of its own for those that used too much.
            raise min(self.errors.values(), key=lambda error: not isinstance(error, UnresponsiveKernelError))
        return result

    def _sanitised(self, file_stream: Any, name: str, resources: Resources, options: Any) -> tuple[str, Resources]:
        if not any(isinstance(step, RebuildFromSource) for step in self._preprocessors):
            return super().from_file(file_stream, resources, **options)
        try:
            # That step reads the file itself, since nbformat stumbles over much that can be put right.
            return self.from_notebook_node(new_notebook(), resources, **options)
        except (UnreadableError, OtherNotebookError) as error:
            self.log.error("%s: nothing could be graded: %s", name, error)
            self.errors[name] = error
            self._no_points(resources["nbgrader"], name)
            AssignLatePenalties(parent=self)(new_notebook(), resources)
            return self._empty(resources)

    def _empty(self, resources: Resources) -> tuple[str, Resources]:
        # In the place of a notebook that goes through no step; nbgrader removes it in the end.
        self._preprocessors: list[Any] = []
        return self.from_notebook_node(new_notebook(), resources)

    def _no_points(self, names: dict[str, str], notebook: str) -> None:
        coursedir = self.converter.coursedir
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            row = gradebook.find_submission_notebook(notebook, names["assignment"], names["student"])
            for grade in row.grades:
                grade.auto_score = 0
                # A score that a person gave stays, but is looked at again.
                grade.needs_manual_grade = grade.manual_score is not None
            gradebook.db.commit()

    def _before_submission(self, **details: Any) -> None:
        """Reset the grades of a submission without any notebook of the assignment, where nbgrader would only stop."""
        coursedir, converter = self.converter.coursedir, self.converter
        names = converter.init_single_notebook_resources(details["notebooks"][0])["nbgrader"]
        folder = Path(coursedir.format_path(coursedir.submitted_directory, names["student"], names["assignment"]))
        self.found = {}
        try:
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                gradebook.find_submission(names["assignment"], names["student"])
                known = [notebook.name for notebook in gradebook.find_assignment(names["assignment"]).notebooks]
        except MissingEntry:
            known = []
        self.find_notebooks(folder, names["assignment"])
        if not any(each.file for each in self.found.values()):
            for name in known:
                self._no_points(names, name)
        if self._hook_before:
            self._hook_before(**details)


def _exporter(step: Any) -> WholeSubmission:
    if not isinstance(step.parent, WholeSubmission):
        raise GradingError(
            f"{type(step).__name__} works only with c.Autograde.exporter_class = "
            "'gdl_utils.classroom.nbgrader_plugin.WholeSubmission'",
            "set it in nbgrader_config.py",
        )
    return step.parent


class RebuildFromSource(NbGraderPreprocessor):
    """Puts a student's answers into the source notebook, from which all the rest comes, as `gdl grade` does.

    It has to be the first step of sanitising. What was submitted is read from its file, so the steps before it count
    for nothing. Outputs are kept only where `ClearOutput` is disabled, as by `--no-execute`.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """The notebook rebuilt from its source.

        Raises:
            UnreadableError: if the file is no notebook.
            OtherNotebookError: if it belongs to some other source.
            GradingError: if nobody can tell whose it is.
        """
        exporter, name = _exporter(self), resources["metadata"]["name"]
        path = Path(resources["metadata"]["path"]) / f"{name}.ipynb"
        _, source = exporter.notebook(resources)
        exporter.refuse_look_alike(resources["nbgrader"])
        if name not in exporter.found:
            # nbgrader does not tell why the hook that looks for it has failed; this will.
            exporter.find_notebooks(path.parent, resources["nbgrader"]["assignment"])
        found = exporter.found[name]
        if not found.file:
            # A link could lead to what somebody else handed in, or out of the course.
            raise UnreadableError("the notebook is a link, not a file" if path.is_symlink() else found.reason)
        data = exporter.files[found.file]
        rebuilt = exporter.rebuilt[name] = rebuild(source, data, JudgeCells(parent=exporter).limits())
        rebuilt.findings = [*found.findings, *rebuilt.findings]
        for finding in rebuilt.findings:
            self.log.warning("%s: %s", name, finding)
        built = nbformat.from_dict(rebuilt.content)
        submitted = json.loads(data.decode("utf-8-sig"))
        if not built.metadata.get("kernelspec"):
            # As in nbgrader, where the assignment does not say for which kernel it is.
            built.metadata.pop("kernelspec", None)
            if kernelspec := _kernelspec(submitted):
                built.metadata["kernelspec"] = kernelspec
        if not ClearOutput(parent=exporter).enabled:
            keep_outputs(submitted.get("cells"), built)
        return built, resources


def _kernelspec(submitted: dict[str, Any]) -> dict[str, str] | None:
    metadata = submitted.get("metadata")
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    if not isinstance(spec, dict):
        return None
    kept = {key: spec[key] for key in ("name", "display_name", "language") if isinstance(spec.get(key), str)}
    return kept if {"name", "display_name"} <= set(kept) else None


class JudgeCells(Execute):
    """Runs a notebook and scores its test cells with the course's engine, in the place of nbgrader's `Execute`.

    It heeds `Execute.timeout`, seconds for a cell, where None or 0 is the engine's own limit, and `Execute.enabled`,
    which `--no-execute` sets. Other settings of `Execute` concern kernels, and there are none. The engine runs Python:
    an assignment in another language is refused, not run without isolation; for such a course write
    `nbgrader.preprocessors.Execute` back into the list.
    """

    memory = Integer(Limits().memory >> 20, min=64, help="MiB of memory for a submission.").tag(config=True)
    processes = Integer(Limits().processes, min=4, help="Processes and threads at one time.").tag(config=True)
    notebook_seconds = Float(Limits().notebook_seconds, help="Seconds for a notebook.").tag(config=True)
    written = Integer(Limits().disk_bytes >> 20, min=1, help="MiB that a submission may have in files.").tag(
        config=True
    )
    output = Integer(Limits().output_bytes >> 10, min=1, help="KiB of output of a cell.").tag(config=True)
    notebook = Integer(Limits().notebook_bytes >> 20, min=1, help="MiB of the file of a notebook.").tag(config=True)
    sandboxed = Bool(True, help="Run notebooks in the sandbox; turn it off only for code that you trust.").tag(
        config=True
    )
    despite_complaints = Bool(
        False, help="Grade even if the reference solution loses points, or a blank notebook gets some."
    ).tag(config=True)
    warm = Bool(True, help="Fork from a process that has imported what the assignment uses.").tag(config=True)
    python = Unicode(
        help="The students' Python or its environment, which need not have the engine; the grader's own if empty."
    ).tag(config=True)

    def limits(self) -> Limits:
        """What the configuration allows a submission."""
        seconds = float(self.timeout) if self.timeout and self.timeout > 0 else Limits().cell_seconds
        return Limits(
            memory=self.memory << 20,
            processes=self.processes,
            cell_seconds=seconds,
            notebook_seconds=max(self.notebook_seconds, seconds),
            disk_bytes=self.written << 20,
            output_bytes=self.output << 10,
            notebook_bytes=self.notebook << 20,
        )

    def preprocess(self, nb: NotebookNode, resources: Resources, km: Any = None) -> tuple[NotebookNode, Resources]:
        """Run the notebook as it stands and put in what the judge found, from which nbgrader reads the scores.

        Raises:
            SandboxError: if there can be no sandbox here; nothing was run then.
            MachineError: if the machine failed twice; the grades of before stay.
            GradingError: if the assignment is not in Python.
        """
        exporter, name = _exporter(self), resources["metadata"]["name"]
        python = python_of(self.python, Path(exporter.converter.coursedir.root))
        options = EngineOptions(self.warm, self.sandboxed, python, LENT)
        assignment = exporter.tried(resources, self.limits(), options, self.despite_complaints)
        source = next(source for source in assignment.notebooks if source.name == name)
        # Of the submission alone: the assignment itself was refused if it is not for Python.
        kernel = other_kernel(nb)
        given = exporter.submitted(resources)
        content = json.loads(json.dumps(nb))
        for number, cell in enumerate(content["cells"]):
            # Notebooks of before nbformat 4.5 have none.
            cell.setdefault("id", f"cell-{number}")
            if is_test(cell):
                # nbgrader has written into it what it keeps of the source.
                cell["source"] = with_usual_marks(cell["source"], exporter.converter.config)
        known = exporter.rebuilt.get(name) or Rebuilt(content)
        rebuilt = replace(known, content=content, findings=list(known.findings))
        student = resources["nbgrader"]["student"]
        submission = Submission(given, seed_of_student(exporter.secret, assignment.name, student))
        result = Grader(assignment, self.limits(), options).grade_rebuilt(source, rebuilt, submission)
        found = exporter.found.get(name, Found(f"{name}.ipynb"))
        result.reason = "; ".join(filter(None, [result.reason, found.reason]))
        annotate(result)
        graded = result.content or content
        for line in result.log:
            self.log.warning("%s", line)
        self.log.info("%s took %.2f s and %d MiB", name, result.seconds, result.memory >> 20)
        for cell, judged in zip(nb.cells, with_safe_outputs(graded)["cells"], strict=True):
            if cell.cell_type == "code":
                cell.outputs = nbformat.from_dict(judged["outputs"])
                cell.execution_count = judged["execution_count"]
            is_lost = cell.metadata.get("nbgrader", {}).get("grade_id") in rebuilt.missing
            if is_lost and not cell.metadata.nbgrader.get("grade"):
                # To nbgrader an answer that is as it was released gets no points, as one that is missing should.
                cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        note = graded["metadata"][NOTE]
        # The same submission gives the same file.
        nb.metadata[NOTE] = {key: value for key, value in note.items() if key not in ("seconds", "memory")}
        left = files_to_write(result.files, {*given, *assignment.files})
        for problem in write_files(Path(resources["metadata"]["path"]), left):
            self.log.warning("%s", problem)
        if result.reason:
            self.log.warning("%s: %s: %s", name, result.status.value, result.reason)
        if result.status in ENDED_EARLY:
            exporter.errors[name] = UnresponsiveKernelError(f"{name}: {result.reason}")
        elif kernel:
            exporter.errors[name] = GradingError(
                f"{name} was graded as Python, as all of this assignment, but says that its kernel is {kernel!r}."
            )
        return nb, resources

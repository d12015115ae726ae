"""Pages of feedback for students: their notebook with points, hints and comments, and nothing hidden.

Three parts, all named in nbgrader_config.py, so that `nbgrader generate_feedback` and Formgrader give the same pages as
`gdl feedback`: `HideTests` takes out of the notebook what a student must not see, `FeedbackExporter` makes a page of
what is left that runs no code of the student's and asks no other host for anything, and `keep_pages_only` removes the
files that nbgrader copies beside it.
"""

import ast
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import strip_ansi
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, GetGrades, NbGraderPreprocessor
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from traitlets.config import Config

from gdl_utils.checks import Measurement, measurements_in
from gdl_utils.classroom.compiled_templates import COMPILED
from gdl_utils.classroom.course import FEEDBACK, SUBMITTED, Course
from gdl_utils.classroom.dates import read_dates
from gdl_utils.classroom.grades import GRADE_FIRST
from gdl_utils.classroom.nbgrader_api import open_course
from gdl_utils.classroom.records import regrades
from gdl_utils.classroom.sanitise import IMAGE, Budget, arranged, highlighted, safe_html, safe_markdown
from gdl_utils.classroom.student_files import OF_NBGRADER
from gdl_utils.errors import GradingError
from gdl_utils.terminal import one_entry
from nbjudge import forking
from nbjudge.grading import NOTE
from nbjudge.notebook import MOST_CODE, is_test

TEMPLATES = Path(__file__).parent / "templates"
STEP = "gdl_utils.classroom.feedback"
SETTINGS = {
    "preprocessors": [GetGrades, f"{STEP}.HideTests"],
    "exporter_class": f"{STEP}.FeedbackExporter",
    "post_convert_hook": f"{STEP}.keep_pages_only",
}
STATUS = {
    "graded": "",
    "missing": "This notebook was not handed in.",
    "unreadable": "This notebook could not be read.",
    "another notebook": "This is a notebook of another assignment.",
    "timeout": "A cell ran for longer than is allowed; see the hints.",
    "memory limit": "The notebook needed more memory than is allowed; the cells from there on got no points.",
    "died": "The notebook stopped in the middle; the cells from there on got no points.",
    "judge died": "Something went wrong while this notebook was graded; your teacher can see what.",
}
UNKNOWN_STATUS = "Your teacher needs to look at this notebook."
NOT_SHOWN = "The output of this cell is not shown, because hidden tests had run before it. Run your notebook to see it."
STOPPED = "This cell stopped with {}. {}"
SHAPE = {
    "template_name": "feedback",
    "extra_template_basedirs": [str(TEMPLATES)],
    "extra_template_paths": [],
    # Or a notebook could show any picture of the grading machine.
    "embed_images": False,
    # Those of Formgrader's pages, which are made by the class that this one inherits from.
    "preprocessors": [],
}
NOT_DESCRIBED, NO_DESCRIPTION = re.compile(r"<img(?![^>]*\salt=)"), "A picture in the notebook"
FEW = 40  # submissions that are not worth the start of more processes
IN_PLACE_OF_TESTS = "Tests that are hidden from students"


# What must not be seen


class HideTests(NbGraderPreprocessor):
    """Takes everything hidden out of an autograded notebook.

    The source of graded cells becomes what the student was given, and their outputs give way to the hint. Outputs of
    all cells below the first hidden test go, too: from there on the student's code has seen hidden inputs, and could
    print them in any form.

    Runs after nbgrader's GetGrades, which writes points and comments into the cells.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Write what the page shows into `cell.metadata.feedback` and `resources["feedback"]`."""
        noted = nb.metadata.get(NOTE, {})
        hints = noted.get("hints", {})
        by_hand = _awaiting_a_person(resources["nbgrader"])
        seen_hidden = False
        for cell in nb.cells:
            cell.metadata.pop("feedback", None)
            cleared, hidden = self._without_hidden(cell.source, cell.cell_type)
            shown: dict[str, Any] = {"note": "", "hint": "", "measured": []}
            if utils.is_grade(cell) and not utils.is_solution(cell):
                name = cell.metadata.nbgrader.grade_id
                cell.source = cleared
                seen_hidden = seen_hidden or hidden
                # Also for templates other than ours, which show outputs only.
                shown["hint"] = hints.get(name, "")
                # Only the engine's notebooks: elsewhere a student's process could have printed it.
                shown["measured"] = [_shown(each) for each in measured_in(cell)] if noted else []
                if cell.cell_type == "code":
                    told = "\n".join(filter(None, [shown["hint"], *shown["measured"]]))
                    cell.outputs = [_printed(told)] if told else []
            elif cell.cell_type == "code":
                if seen_hidden and cell.outputs:
                    shown["note"] = _instead_of_outputs(cell)
                    cell.outputs = []
            elif utils.is_task(cell):
                cell.source = cleared
            if utils.is_grade(cell) or utils.is_task(cell):
                shown["awaits"] = cell.metadata.nbgrader.grade_id in by_hand
            cell.metadata["feedback"] = shown
        resources["feedback"] = {
            "status": STATUS.get(noted.get("status", "graded"), UNKNOWN_STATUS),
            "reason": noted.get("reason", ""),
            "findings": list(noted.get("findings", [])),
            "awaits": bool(by_hand),
            **_dates_and_notes(resources["nbgrader"]),
        }
        # Nothing of it is left for a template that would show metadata.
        nb.metadata.pop(NOTE, None)
        return nb, resources

    def _without_hidden(self, source: str, kind: str) -> tuple[str, bool]:
        """The source without its hidden regions, and whether it had any; by nbgrader's own rules and delimiters."""
        cell = NotebookNode(source=source, cell_type=kind)
        own = Config(
            {name: self.config[name] for name in ("ClearHiddenTests", "ClearMarkScheme") if name in self.config}
        )
        try:
            hidden = ClearMarkScheme(config=own)._remove_mark_scheme_region(cell)
            # The engine writes the usual marks in the place of the course's own.
            for settings in (own, Config()):
                hidden = ClearHiddenTests(config=settings)._remove_hidden_test_region(cell) or hidden
        except RuntimeError:
            # A region that does not end, say: then nothing is shown.
            return f"# {IN_PLACE_OF_TESTS}.", True
        return cell.source, hidden


def _awaiting_a_person(names: Mapping[str, str]) -> set[str]:
    """The grade_ids of a submitted notebook that a person has not graded yet."""
    with Gradebook(names["db_url"]) as gradebook:
        row = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
        return {grade.name for grade in row.grades if grade.needs_manual_grade and grade.manual_score is None}


def _dates_and_notes(names: Mapping[str, str]) -> dict[str, Any]:
    """When a submission was due and handed in, if it was late, and the notes of why it was graded again."""
    with Gradebook(names["db_url"]) as gradebook:
        submission = gradebook.find_submission(names["assignment"], names["student"])
        dates = read_dates(gradebook, names["assignment"])
        due = dates.due_for(names["student"])
        time = submission.timestamp
        late = due is not None and time is not None and time > due
        again = [each for each in regrades(gradebook, names["assignment"]) if each.student == names["student"]]
        return {
            "due": dates.shown(due) if late and due else "",
            "handed_in": dates.shown(time) if late else "",
            "again": [
                {"note": each.note, "time": dates.shown(each.time), "old": each.old_score, "new": each.new_score}
                for each in again
            ],
        }


def measured_in(cell: Mapping[str, Any]) -> list[Measurement]:
    """What a test of the engine's measured, by what the judge printed; see `gdl_utils.checks.measured`."""
    if not is_test(dict(cell)):
        return []
    printed = [output.get("text", "") for output in cell.get("outputs", []) if output.get("output_type") == "stream"]
    return measurements_in("".join(text if isinstance(text, str) else "".join(text) for text in printed))


def _shown(measurement: Measurement) -> str:
    which = "more" if measurement.more_is_better else "less"
    return f"Measured: {measurement.name} {measurement.value:.4g} ({which} is better)."


def _printed(text: str) -> NotebookNode:
    return NotebookNode(output_type="stream", name="stdout", text=text)


def _instead_of_outputs(cell: NotebookNode) -> str:
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    if error is None:
        return NOT_SHOWN
    # Code that has seen hidden inputs could choose the exception by them. What stands in the source is no secret.
    wrong_python = _name_of_syntax_error(cell.source)
    return STOPPED.format(wrong_python or "an error", NOT_SHOWN)


def _name_of_syntax_error(source: str) -> str:
    if len(source) > MOST_CODE:
        return ""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source)
    except SyntaxError as error:
        return type(error).__name__
    except (ValueError, RecursionError, MemoryError):
        return ""
    return ""


def keep_pages_only(assignment: str, student: str, notebooks: list[str]) -> None:
    """Remove from nbgrader's feedback folder all that is not a page: files that the student's code left.

    They are copied from autograded/ and can hold hidden inputs, or be pages with code of the student's.

    Args:
        assignment: as nbgrader calls a `post_convert_hook`.
        student: the same; may be a pattern.
        notebooks: paths of the autograded notebooks of one submission.
    """
    for folder in {Path(path).resolve().parent for path in notebooks}:
        root = folder.parents[2]
        pages = {f"{path.stem}.html" for path in folder.glob("*.ipynb")}
        _remove_others(root / FEEDBACK / folder.parent.name / folder.name, pages)


def _remove_others(folder: Path, pages: set[str]) -> None:
    student, assignment = folder.parent.name, folder.name
    submitted = folder.parents[2] / SUBMITTED / student / assignment
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.parent != folder or not (path.name in pages or _same(path, submitted)):
            path.unlink()


def _same(path: Path, submitted: Path) -> bool:
    # nbgrader compares the time to tell whether the page is older than the grade, and its exchange needs the secret.
    # Only what was handed in is certain not to be written by code that had seen hidden inputs.
    if path.name not in OF_NBGRADER or path.is_symlink():
        return False
    try:
        return path.read_bytes() == (submitted / path.name).read_bytes()
    except OSError:
        return False


# What may be shown


def shown_outputs(cell: NotebookNode, budget: Budget | None = None) -> Iterator[dict[str, str]]:
    """What the page shows of the outputs of a cell, as `kind` and `text`; the text is safe HTML where kind is html."""
    budget = budget or Budget()
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield {"kind": "text", "text": strip_ansi(output.text)}
        elif output.output_type == "error":
            yield {
                "kind": "error",
                "text": strip_ansi("\n".join(output.get("traceback", [])) or output.get("ename", "")),
            }
        else:
            yield _shown_data(output.get("data", {}), budget)


def _shown_data(data: Mapping[str, str], budget: Budget) -> dict[str, str]:
    for kind in ("image/png", "image/jpeg"):
        address = f"data:{kind};base64,{data.get(kind, '')}"
        if kind in data and IMAGE.fullmatch(address):
            return {"kind": "image", "text": address}
    # No drawings in SVG: they can hold scripts and addresses. Whoever makes one also gives text.
    if "text/html" in data:
        return {"kind": "html", "text": arranged(safe_html(data["text/html"], budget), budget)}
    if "text/markdown" in data:
        return {"kind": "html", "text": safe_markdown(data["text/markdown"], budget=budget)}
    return {"kind": "text", "text": strip_ansi(data.get("text/plain", data.get("text/latex", "")))}


def points(value: float | None, of: float | None = None) -> str:
    """Points for reading: "2", "1.5 of 3"."""
    given = f"{round(float(value or 0), 2):g}"
    return given if of is None else f"{given} of {round(float(of), 2):g}"


class FeedbackExporter(HTMLExporter):
    """Makes one page of a graded notebook: no script, no request to another host, readable on a phone."""

    def __init__(self, config: Config | None = None, **kwargs: Any) -> None:
        # Formgrader sets the names of nbgrader's templates for all exporters; this one has its own. The paths are
        # looked up as soon as it is made, so that the configuration must say it.
        parent = kwargs.get("parent")
        own = Config(config or (parent.config if parent is not None else {}))
        own.merge(Config({"HTMLExporter": SHAPE}))
        super().__init__(config=own, **kwargs)

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = COMPILED
        return environment

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """The filters of the template."""
        yield from super().default_filters()
        yield "highlighted", highlighted
        yield "points", points
        yield "safe_markdown", safe_markdown
        yield "shown_outputs", shown_outputs

    def _init_resources(self, resources: dict[str, Any]) -> dict[str, Any]:
        resources = super()._init_resources(resources)
        resources["code_style"] = HtmlFormatter(style="default").get_style_defs(".highlight")
        resources["budget"] = Budget()
        resources.setdefault("feedback", {"status": "", "reason": "", "findings": [], "awaits": False, "again": []})
        return resources

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Make the page; nbconvert's own way would parse it once more, which takes as long as all the rest."""
        page, resources = TemplateExporter.from_notebook_node(self, nb, self._init_resources(resources or {}), **kw)
        return NOT_DESCRIBED.sub(f'<img alt="{NO_DESCRIPTION}"', page), resources


# The command


@dataclass(frozen=True)
class Feedback:
    """The pages of one student.

    Attributes:
        student: the student's id.
        pages: one for each notebook, empty if it failed.
        problem: one sentence, empty if there is none.
    """

    student: str
    pages: list[Path] = field(default_factory=list)
    problem: str = ""


def generate(
    course: Course,
    assignment: str,
    on_written: Callable[[Feedback, int], None] = lambda *_: None,
    workers: int | None = None,
) -> list[Feedback]:
    """Write the pages of feedback of an assignment into feedback/STUDENT/ASSIGNMENT/, by nbgrader.

    Args:
        course: in which it was graded.
        assignment: its name.
        on_written: called with the pages of each student as they are there, and the number of students.
        workers: processes that write them; if not given, one a core for a large class, and this one for a small one.

    Returns:
        The pages of all students, sorted by their ids.

    Raises:
        GradingError: if nothing is graded yet.
    """
    graded = sorted(path for path in course.graded_folders(assignment) if any(path.glob("*.ipynb")))
    if not graded:
        raise GradingError(f"There is no graded submission of {assignment} in {course.results}", GRADE_FIRST)
    if not course.has_gradebook:
        raise GradingError(f"There is no gradebook.db in {course.folder}", f"{GRADE_FIRST}, or name another gradebook")
    students = [path.parent.name for path in graded]
    workers = workers or (1 if len(students) <= FEW else os.cpu_count() or 1)
    with _writer(course, assignment, workers) as logs_of:
        written = []
        for student, log in zip(students, logs_of(students), strict=True):
            # A name in it need not be text.
            with course.log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(one_entry(log) + "\n")
            written.append(_feedback_of(course, student, assignment))
            on_written(written[-1], len(students))
    return written


@contextmanager
def _writer(course: Course, assignment: str, workers: int) -> Iterator[Callable[[list[str]], Iterable[str]]]:
    """A function that writes the pages of some students, and gives what is to be logged of each in turn."""
    if workers == 1:
        with _opened(course) as api:
            yield lambda students: (_log_of(api, assignment, student) for student in students)
        return
    pool = ProcessPoolExecutor(workers, forking.context_for(__name__), _open_in_worker, (dict(os.environ), course))

    def logs_of(students: list[str]) -> Iterator[str]:
        done = 0
        try:
            for log in pool.map(partial(_log_in_worker, assignment), students, chunksize=4):
                done += 1
                yield log
        except forking.KILLED:
            # One was killed, for lack of memory perhaps: this process writes the rest by itself.
            with _opened(course) as api:
                yield from (_log_of(api, assignment, student) for student in students[done:])

    try:
        yield logs_of
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _opened(course: Course) -> Iterator[NbGraderAPI]:
    with open_course(course) as api:
        # Whatever the configuration says, no page is written without them.
        api.update_config(Config({"GenerateFeedback": SETTINGS}))
        yield api


def _log_of(api: NbGraderAPI, assignment: str, student: str) -> str:
    outcome = api.generate_feedback(assignment, student, force=True)
    return f"{outcome.get('error') or ''}\n{outcome.get('log') or ''}"


_in_worker: dict[str, Any] = {}


def _open_in_worker(environment: dict[str, str], course: Course) -> None:
    forking.begin(environment)
    # Open for as long as the worker lasts.
    _in_worker["opened"] = opened = _opened(course)
    _in_worker["api"] = opened.__enter__()


def _log_in_worker(assignment: str, student: str) -> str:
    return _log_of(_in_worker["api"], assignment, student)


def _feedback_of(course: Course, student: str, assignment: str) -> Feedback:
    target = course.feedback(student, assignment)
    wanted = sorted(f"{path.stem}.html" for path in course.autograded(student, assignment).glob("*.ipynb"))
    # The hook's errors are only logged.
    _remove_others(target, set(wanted))
    pages = [target / name for name in wanted if (target / name).is_file()]
    if len(pages) == len(wanted):
        return Feedback(student, pages)
    return Feedback(student, [], f"nbgrader could not make the page; {course.log.name} says why")

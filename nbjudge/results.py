"""What a worker of a cluster sends: the result of a submission as plain data, of which every field is checked.

Nothing of it is unpickled or run, and a result that could not have come of the assignment is none.
"""

import json
import math
from dataclasses import fields
from typing import Any, get_type_hints

from nbjudge.errors import EngineError, MachineError, SandboxError
from nbjudge.files import files_to_keep
from nbjudge.model import Assignment, Graded, GradedNotebook, SourceNotebook, Status
from nbjudge.notebook import grade_id, is_graded, nbgrader
from nbjudge.protocol import is_exactly
from nbjudge.ways import ways_of
from nbjudge.wire import WireError, WireLimits, pack, unpack

# It is in memory when it is read; what counts is how much it becomes.
LIMITS = WireLimits(size=1 << 32)
TYPES: dict[str, Any] = {**get_type_hints(GradedNotebook), "status": str, "content": bytes | None}
ERRORS: dict[str, type[EngineError]] = {error.__name__: error for error in (MachineError, SandboxError)}


def pack_result(graded: Graded) -> bytes:
    """A result as one message."""
    try:
        return pack([_plain(notebook) for notebook in graded.notebooks], limits=LIMITS)
    except WireError as error:
        return pack_error(MachineError(f"the result can't be sent: {error}"))


def pack_error(error: Exception) -> bytes:
    """What kept a worker from grading, as one message; its class is that of the engine's errors which it is, if any."""
    known = error if isinstance(error, SandboxError) else MachineError(str(error) or type(error).__name__)
    return pack({"error": type(known).__name__, "problem": known.problem[:10_000], "remedy": known.remedy[:10_000]})


def unpack_result(message: Any, assignment: Assignment) -> Graded:
    """The result in a message.

    Args:
        message: from a worker.
        assignment: what was graded.

    Raises:
        MachineError: if the worker could not grade, or the message is no result of this assignment.
        SandboxError: if the worker says that it can't make a sandbox.
    """
    if type(message) is not bytes:
        raise _damaged("it is not bytes")
    try:
        content = unpack(message, limits=LIMITS)
    except WireError as error:
        raise _damaged(str(error)) from None
    if is_exactly(content, dict[str, str]) and set(content) == {"error", "problem", "remedy"}:
        raise ERRORS.get(content["error"], MachineError)(content["problem"], content["remedy"])
    if type(content) is not list or len(content) != len(assignment.notebooks):
        raise _damaged("it has other notebooks than the assignment")
    return Graded([_read(data, source) for data, source in zip(content, assignment.notebooks, strict=True)])


def _plain(notebook: GradedNotebook) -> dict[str, Any]:
    # Not `asdict`, which would copy the files.
    data = {field.name: getattr(notebook, field.name) for field in fields(notebook)}
    content = None if notebook.content is None else json.dumps(notebook.content).encode()
    return {**data, "status": notebook.status.value, "content": content}


def _read(data: Any, source: SourceNotebook) -> GradedNotebook:
    if type(data) is not dict or set(data) != set(TYPES):
        raise _damaged("a notebook has other fields")
    for name, wanted in TYPES.items():
        if not is_exactly(data[name], wanted):
            raise _damaged(f"the field {name} of a notebook is of another type")
    try:
        content = None if data["content"] is None else json.loads(data["content"])
        notebook = GradedNotebook(**{**data, "status": Status(data["status"]), "content": content})
    except (ValueError, RecursionError) as error:
        raise _damaged(f"a notebook can't be read ({type(error).__name__})") from None
    if notebook.name != source.name:
        raise _damaged("it has other notebooks than the assignment")
    if content is not None and type(content) is not dict:
        raise _damaged("the content of a notebook is not a dictionary")
    times = (notebook.seconds, notebook.processor_seconds)
    if not (all(math.isfinite(time) and time >= 0 for time in times) and notebook.memory >= 0):
        raise _damaged("its time or its memory is out of range")
    if files_to_keep(notebook.files) != notebook.files:
        raise _damaged("it has files that no submission may leave")
    _check_points(notebook, source)
    return notebook


def _check_points(notebook: GradedNotebook, source: SourceNotebook) -> None:
    cells = [cell for cell in source.content["cells"] if is_graded(cell) or nbgrader(cell).get("task")]
    points = {grade_id(cell): float(nbgrader(cell).get("points") or 0) for cell in cells}
    if any(points.get(name) != most for name, most in notebook.max_scores.items()):
        raise _damaged("its points to be had are not those of the assignment")
    for name, score in notebook.scores.items():
        if name not in notebook.max_scores or not (score is None or 0 <= score <= notebook.max_scores[name]):
            raise _damaged("it has points that the assignment does not give")
    if not set(notebook.hints) <= set(points):
        raise _damaged("it has hints on cells that the assignment does not have")
    if any(ways_of(source).get(name) != reason for name, reason in notebook.trusted.items()):
        raise _damaged("it ran tests beside the student's objects that are judged")


def _damaged(why: str) -> MachineError:
    return MachineError(f"a worker of the cluster sent no result of this assignment: {why}")

"""Assignments of one answer, for tests that only need some code to be run and graded."""

import copy

from nbjudge import Assignment, EngineOptions, Graded, Limits, SourceNotebook, Submission, grade
from tests import notebooks


def assignment(*tests):
    """An assignment of one answer and tests of two points each."""
    cells = [notebooks.test(test, f"test-{number}", 2) for number, test in enumerate(tests, 1)]
    content = notebooks.notebook(notebooks.answer("# your answer"), *cells)
    return Assignment("small", (SourceNotebook("small", content),))


def submission(task, *sources, seed=0):
    """A submission: the first source is the answer, the others are cells of the student's own below it."""
    blank, *rest = copy.deepcopy(task.notebooks[0].content["cells"])
    own = [notebooks.cell(source) for source in sources[1:]]
    content = notebooks.notebook(blank | {"source": sources[0]}, *own, *rest)
    return Submission({"small.ipynb": notebooks.as_bytes(content)}, seed)


def graded(*sources, tests=("assert x == 1",), limits=None, **options) -> Graded:
    """The result for a submission of an assignment with these tests."""
    task = assignment(*tests)
    return grade(task, submission(task, *sources), limits or Limits(cell_seconds=10), EngineOptions(**options))


def printed(result: Graded) -> str:
    """What the student's cells printed."""
    content = result.notebooks[0].content
    return "".join(output.get("text", "") for cell in content["cells"] for output in cell.get("outputs", []))

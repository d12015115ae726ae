"""Pages for instructors: which test of an assignment catches which wrong answer of its bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from gdl_utils.grading.answer_bank import Answer, Bank, Result, exercises_of, trying

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Size:
    """How much the tests of an assignment have been tried with."""

    exercises: int
    wrong: int
    right: int


@dataclass(frozen=True)
class Row:
    """A wrong answer, what it lost, and what its student was told about hidden tests, else about visible ones."""

    answer: Answer
    lost: dict[str, float]
    told: str


def write(root: Path, name: str, target: Path, workers: int = 2) -> Size:
    """Try the answer bank of an assignment, and write the page.

    Args:
        root: the folder of the repository.
        name: the assignment.
        target: the file to write.
        workers: processes that grade.
    """
    bank = Bank(root, name)
    exercises = exercises_of(root, name)
    with trying(bank, workers) as run:
        results = run((exercise, answer) for exercise in exercises for answer in exercise.wrong)
    hidden = bank.hidden()
    parts = [
        {
            "name": exercise.name,
            "tests": bank.tests(exercise.name),
            "results": [_row(one, hidden) for one in results if one.exercise is exercise],
            "right": [answer.name for answer in exercise.right],
        }
        for exercise in exercises
    ]
    size = Size(len(exercises), len(results), sum(len(exercise.right) for exercise in exercises))
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    page = environment.get_template("kill_matrix.html.j2").render(
        name=name, parts=parts, hidden=hidden, wrong=size.wrong, right=size.right
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return size


def _row(result: Result, hidden: set[str]) -> Row:
    hints: Sequence[str] = [hint for test, hint in result.hints.items() if test in hidden] or list(
        result.hints.values()
    )
    # One sentence a line, each once.
    return Row(result.answer, dict(result.lost), " ".join(dict.fromkeys(hints)))

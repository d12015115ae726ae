"""Pages for instructors: which test of an assignment catches which wrong answer of its bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gdl_utils.authoring.answer_bank import Answer, AnswerResult, Bank, answer_grader, exercises_of
from gdl_utils.classroom.course import Course
from gdl_utils.html_pages import render_page

TEMPLATE = Path(__file__).parent / "templates" / "kill_matrix.html.j2"


@dataclass(frozen=True)
class Size:
    """How much the tests of an assignment have been tried with."""

    exercises: int
    wrong: int
    right: int


@dataclass(frozen=True)
class MatrixRow:
    """A wrong answer, what it lost, and what its student was told about hidden tests, else about visible ones."""

    answer: Answer
    lost: dict[str, float]
    told: str


def write(course: Course, name: str, target: Path, workers: int = 2) -> Size:
    """Try the answer bank of an assignment, and write the page.

    Args:
        course: of the authors, with sources, releases and answers.
        name: the assignment.
        target: the file to write.
        workers: processes that grade.
    """
    bank = Bank(course, name)
    exercises = exercises_of(course, name)
    with answer_grader(bank, workers) as grade:
        results = grade((exercise, answer) for exercise in exercises for answer in exercise.wrong)
    hidden = bank.hidden()
    parts = [
        {
            "name": exercise.name,
            "tests": bank.tests(exercise.name),
            "results": [_row(result, hidden) for result in results if result.exercise is exercise],
            "right": [answer.name for answer in exercise.right],
        }
        for exercise in exercises
    ]
    size = Size(len(exercises), len(results), sum(len(exercise.right) for exercise in exercises))
    page = render_page(TEMPLATE, name=name, parts=parts, hidden=hidden, wrong=size.wrong, right=size.right)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return size


def _row(result: AnswerResult, hidden: set[str]) -> MatrixRow:
    hints: Sequence[str] = [hint for test, hint in result.hints.items() if test in hidden] or list(
        result.hints.values()
    )
    # One sentence a line, each once.
    return MatrixRow(result.answer, dict(result.lost), " ".join(dict.fromkeys(hints)))

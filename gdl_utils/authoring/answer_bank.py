"""Answers, wrong and right, that prove the tests of an assignment: wrong ones must lose just what they should.

They stand in answers/<name>/answers.py, as `EXERCISES`.
"""

import copy
import json
import runpy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from gdl_utils.checks import seed_of
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.grade import released_assignment
from gdl_utils.errors import GradingError
from nbjudge import EngineOptions, Graded, Limits, Status, Submission
from nbjudge.hints import hidden_lines
from nbjudge.notebook import grade_id, is_solution, is_test
from nbjudge.pool import local_workers

REFERENCE = "reference/"  # below hidden/


@dataclass(frozen=True)
class Answer:
    """One answer to one exercise.

    Attributes:
        name: the misconception, or the style of a right answer.
        source: the text of the solution cell.
        loses: points that it must lose, by the grade_id of the test; none for a right answer.
        hint: part of a hint that the student must get, for a wrong answer.
        files: what is handed in beside the notebook, by name: the path of a file in the folder of the bank.
    """

    name: str
    source: str
    loses: Mapping[str, float] = field(default_factory=dict)
    hint: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exercise:
    """The answers to one exercise.

    Attributes:
        name: the grade_id of its solution cell.
        right: answers that must get all points.
        wrong: answers that must not.
        needs: grade_ids of other solution cells whose reference solutions its tests need.
        survivors: mutants of the reference solution that no test can tell from it: what was changed, and the reason.
    """

    name: str
    right: tuple[Answer, ...]
    wrong: tuple[Answer, ...]
    needs: tuple[str, ...] = ()
    survivors: Mapping[str, str] = field(default_factory=dict)


def body_of(signature: str) -> Callable[[str], str]:
    """A function that makes an answer of the body of a function, whose lines are not indented.

    Args:
        signature: of the function, as in `mean(numbers)`.
    """

    def answer(body: str) -> str:
        lines = [f"    {line}" if line else "" for line in body.strip("\n").split("\n")]
        return "\n".join([f"def {signature}:", *lines]) + "\n"

    return answer


def changed(source: str, *changes: tuple[str, str]) -> str:
    """An answer in which some text of another answer is replaced; each old text must stand there once."""
    for old, new in changes:
        if source.count(old) != 1:
            raise GradingError(f"{old!r} occurs {source.count(old)} times in the answer", "name a text that is unique")
        source = source.replace(old, new)
    return source


def exercises_of(course: Course, name: str) -> list[Exercise]:
    """The answer bank of an assignment.

    Raises:
        GradingError: if it has none.
    """
    path = course.answers(name) / "answers.py"
    if not path.is_file():
        raise GradingError(f"The assignment {name} has no answer bank", f"write its EXERCISES in {path}")
    exercises: list[Exercise] = runpy.run_path(str(path))["EXERCISES"]
    return exercises


@dataclass(frozen=True)
class AnswerResult:
    """What an answer got.

    Attributes:
        exercise: to which it was given.
        answer: the answer.
        lost: points lost, by the grade_id of each test of the exercise that lost any.
        hints: what the student was told, by the grade_id of the test.
        status: how the grading went.
    """

    exercise: Exercise
    answer: Answer
    lost: Mapping[str, float]
    hints: Mapping[str, str]
    status: str


class Bank:
    """An assignment with what is needed to try answers to its exercises."""

    def __init__(self, course: Course, name: str):
        self.name = name
        self.folder = course.answers(name)
        (path,) = course.source(name).glob("*.ipynb")
        (released,) = course.release(name).glob("*.ipynb")
        self.file = path.name
        self.source = _cells(path)
        self.released = json.loads(released.read_text(encoding="utf-8"))
        self.assignment = released_assignment(course, name, checking=True)

    def reference(self, name: str) -> str:
        """The reference solution of an exercise."""
        source = next(cell["source"] for cell in self.source if grade_id(cell) == name)
        lines = [line for line in source.split("\n") if line.strip() not in ("### BEGIN SOLUTION", "### END SOLUTION")]
        return "\n".join(lines)

    def solutions(self) -> set[str]:
        """The grade_ids of the solution cells that a test follows, or another way of grading."""
        return {str(grade_id(cell)) for cell in self.source if is_solution(cell) and cell["cell_type"] == "code"}

    def tests(self, exercise: str) -> dict[str, float]:
        """The points of an exercise's tests, by grade_id: those below its solution cell, down to the next."""
        points: dict[str, float] = {}
        inside = False
        for cell in self.source:
            if is_solution(cell):
                inside = grade_id(cell) == exercise
            elif inside and is_test(cell):
                points[str(grade_id(cell))] = float(cell["metadata"]["nbgrader"]["points"])
        return points

    def hidden(self) -> set[str]:
        """The grade_ids of the tests that hold anything hidden."""
        return {str(grade_id(cell)) for cell in self.source if is_test(cell) and hidden_lines(cell["source"])}

    def files(self, answers: Mapping[str, str]) -> dict[str, bytes]:
        """The released notebook with some answers, by the grade_id of their solution cells; the others stay blank.

        Files in hidden/reference/ of the source are handed in beside it: what the reference solutions made.
        """
        notebook = copy.deepcopy(self.released)
        for cell in notebook["cells"]:
            if grade_id(cell) in answers:
                cell["source"] = answers[str(grade_id(cell))]
        hidden = self.assignment.hidden.items()
        beside = {name.removeprefix(REFERENCE): data for name, data in hidden if name.startswith(REFERENCE)}
        return {self.file: json.dumps(notebook).encode(), **beside}

    def submission(self, answers: Mapping[str, str], student: str) -> Submission:
        """The same as a submission of a student, who has hidden inputs of his or her own."""
        return Submission(self.files(answers), seed_of(self.name, student))

    def files_for(self, tried: Iterable[tuple[Exercise, Answer]]) -> dict[str, bytes]:
        """A submission of some answers and their files, with the reference solutions that their exercises need."""
        tried = list(tried)
        needed = {name: self.reference(name) for exercise, _ in tried for name in exercise.needs}
        beside = {name: self.folder / path for _, answer in tried for name, path in answer.files.items()}
        notebook = self.files({**needed, **{exercise.name: answer.source for exercise, answer in tried}})
        return {**notebook, **{name: path.read_bytes() for name, path in beside.items()}}

    def result(self, exercise: Exercise, answer: Answer, graded: Graded) -> AnswerResult:
        """What an answer lost in the tests of its exercise."""
        (book,) = graded.notebooks
        lost = {}
        for name, points in self.tests(exercise.name).items():
            if (book.scores.get(name) or 0.0) != points:
                lost[name] = points - (book.scores.get(name) or 0.0)
        hints = {name: hint for name, hint in book.hints.items() if name in lost}
        return AnswerResult(exercise, answer, lost, hints, book.status.value)


def _cells(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


class AnswerGrader(Protocol):
    """What grades answers."""

    def __call__(self, tried: Iterable[tuple[Exercise, Answer]], draw: int = 0) -> list[AnswerResult]:
        """Grade answers; another draw gives them other hidden inputs, as another student has."""


@dataclass
class _Group:
    # Numbers of answers, the exercises that they answer, and those whose solutions these need.
    numbers: list[int] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)

    def has_room_for(self, exercise: Exercise) -> bool:
        return exercise.name not in self.answered | self.needed and self.answered.isdisjoint(exercise.needs)


def joint_groups(tried: Sequence[tuple[Exercise, Answer]]) -> list[list[int]]:
    """Which answers can be handed in together: to exercises that need nothing of each other, one to each.

    Returns:
        Groups of numbers of answers; each answer is in one group.
    """
    groups: list[_Group] = []
    for number, (exercise, _) in enumerate(tried):
        group = next((group for group in groups if group.has_room_for(exercise)), None)
        if group is None:
            group = _Group()
            groups.append(group)
        group.numbers.append(number)
        group.answered.add(exercise.name)
        group.needed.update(exercise.needs)
    return [group.numbers for group in groups]


@contextmanager
def answer_grader(bank: Bank, workers: int = 2, limits: Limits | None = None) -> Iterator[AnswerGrader]:
    """A function that grades answers through the engine, in processes of this machine; results come in their order.

    Answers to several exercises are graded in one submission. If that does not come to its end, each is graded alone:
    one that ends the run would take the points of the others.
    """
    with local_workers(workers, bank.assignment, limits or Limits(), EngineOptions()) as submit:

        def run(tried: Iterable[tuple[Exercise, Answer]], draw: int = 0) -> list[AnswerResult]:
            tried = list(tried)

            def start(group: list[int]) -> Future[Graded]:
                exercise, answer = tried[group[0]]
                files = bank.files_for(tried[number] for number in group)
                student = f"{exercise.name}/{answer.name}{f'/{draw}' if draw else ''}"
                return submit(Submission(files, seed_of(bank.name, student)))

            started = [(group, start(group)) for group in joint_groups(tried)]
            alone: list[tuple[list[int], Future[Graded]]] = []
            results: dict[int, AnswerResult] = {}
            for group, future in started:
                graded = future.result()
                if len(group) > 1 and any(notebook.status is not Status.GRADED for notebook in graded.notebooks):
                    alone += [([number], start([number])) for number in group]
                else:
                    results |= {number: bank.result(*tried[number], graded) for number in group}
            results |= {number: bank.result(*tried[number], future.result()) for (number,), future in alone}
            return [results[number] for number in range(len(tried))]

        yield run

"""A class of thirty for `02_shapes_and_parameters`: most drawn from the answer bank, some broken in some way."""

from dataclasses import replace
from pathlib import Path

from gdl_utils.authoring.answer_bank import exercises_of
from gdl_utils.authoring.sample_class import Student, add_cell_after, delete_cell, duplicate_cell, spread
from gdl_utils.classroom.course import Course

EXERCISES = exercises_of(Course(Path(__file__).parents[2]), Path(__file__).parent.name)
NAMES = [
    "ada", "alan", "annie", "barbara", "blaise", "cecilia", "david", "dorothy", "edith", "emmy", "erwin", "florence",
    "gerda", "henri", "ida", "inge", "katherine", "klara", "leonhard", "maria", "niels", "sofia",
]  # fmt: skip
SYNTAX_ERROR = """
def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True)
    return filters * (kernel_size**2 * input_shape[2] + use_bias)
"""
NEVER_ENDS = """
mlp_table = [("Flatten", (3072,), 0)]
while len(mlp_table) < 4:
    row = ("Dense", (200,), dense_parameters(3072, 200))
"""
ALL = frozenset(exercise.name for exercise in EXERCISES)
RIGHT = {exercise.name: exercise.right[0].source for exercise in EXERCISES}


def right(name: str, note: str, **answers: str) -> Student:
    """A student who has everything right but what is named, which loses everything."""
    changed = {key.replace("_", "-"): source for key, source in answers.items()}
    return Student(name, note, {**RIGHT, **changed}, blank=frozenset(changed))


STUDENTS = sorted(
    [
        *spread(EXERCISES, NAMES, seed=2026),
        Student("grace", "blank, as it was released", blank=ALL),
        right("hypatia", "a syntax error in one exercise, the others right", conv2d_parameters=SYNTAX_ERROR),
        replace(
            right("isaac", "right, but deleted a cell of tests, which is put back"),
            edit=delete_cell("conv2d-parameters-hidden"),
        ),
        replace(
            right("joseph", "a loop without end in one exercise, the others right", mlp_table=NEVER_ENDS),
            attention="did not end within",
        ),
        replace(
            right("kurt", "right, but duplicated a solution cell, at which nbgrader as shipped gives up"),
            edit=duplicate_cell("dense-parameters"),
        ),
        Student("oskar", "a file cut off", data=b'{"cells": [{"cell', blank=ALL, attention="not valid JSON"),
        replace(
            right("rosalind", "right, with a cell of her own between the exercises"),
            edit=add_cell_after("dense-parameters", "print(dense_parameters(3, 4))"),
        ),
        Student(
            "werner",
            "ends Python in the middle",
            {**RIGHT, "conv2d-parameters": "import os\n\nos._exit(0)"},
            blank=ALL - {"dense-parameters", "conv2d-output-shape"},
            attention="its process ended",
        ),
    ],
    key=lambda student: student.name,
)

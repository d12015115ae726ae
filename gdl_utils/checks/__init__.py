"""What the test cells of assignments call: compares answers, names misconceptions, gives partial credit.

A check either passes and gives None, or raises `CheckError`, or gives a `Score`, a number of points, as the last line
of its cell; nbgrader takes each for what it is. What is wrong is told by a hint, which never says what would be right.
It works the same under the course's grading engine, under nbgrader as shipped, and in a student's own Jupyter.

A hidden test names misconceptions by what they would compute::

    checks.check_function(
        dense_parameters,
        [(8, 5), (3, 7)],
        truth=lambda inputs, units: (inputs + 1) * units,
        misconceptions=[
            checks.Misconception(
                "no bias", "Your count leaves out the bias of each unit.", lambda inputs, units: inputs * units
            )
        ],
    )

A visible test shows examples, and may tell what was asked, what came and what was expected::

    checks.check_example(dense_parameters, (8, 5), 45)
"""

from gdl_utils.checks.compare import (
    A_SEQUENCE,
    DIFFERENT,
    DIMENSIONS,
    LENGTH,
    MUCH_TEXT,
    NO_BOOLEAN,
    NO_SEQUENCE,
    NOT_A_NUMBER,
    NOT_IN_ORDER,
    NOT_WHOLE,
    NOTHING,
    OBJECT,
    OBJECTS,
    ONE_ENTRY,
    OTHER_TYPE,
    SHAPE,
    TEXT,
    TEXTS,
    TOLERANCE,
    difference,
)
from gdl_utils.checks.containers import check_mapping, check_set, check_several, check_text
from gdl_utils.checks.examples import PRINTS, call_example, check_example, check_result, check_that
from gdl_utils.checks.forms import form_of
from gdl_utils.checks.inputs import random_inputs, seed_of
from gdl_utils.checks.keras_layers import LOGITS, check_model, check_network, steps
from gdl_utils.checks.keras_parameters import ParameterCount, check_parameters, count_parameters
from gdl_utils.checks.measurements import Measurement, measured, measurements_in
from gdl_utils.checks.result import CheckError, Misconception, Score
from gdl_utils.checks.sizes import check_size, size_of
from gdl_utils.checks.tables import check_frame
from gdl_utils.checks.usual import usual_misconceptions
from gdl_utils.checks.values import (
    Arguments,
    arguments,
    check_choices,
    check_function,
    check_rows,
    check_value,
    score_between,
)

__all__ = [
    "A_SEQUENCE",
    "DIFFERENT",
    "DIMENSIONS",
    "LENGTH",
    "LOGITS",
    "MUCH_TEXT",
    "NOTHING",
    "NOT_A_NUMBER",
    "NOT_IN_ORDER",
    "NOT_WHOLE",
    "NO_BOOLEAN",
    "NO_SEQUENCE",
    "OBJECT",
    "OBJECTS",
    "ONE_ENTRY",
    "OTHER_TYPE",
    "PRINTS",
    "SHAPE",
    "TEXT",
    "TEXTS",
    "TOLERANCE",
    "Arguments",
    "CheckError",
    "Measurement",
    "Misconception",
    "ParameterCount",
    "Score",
    "arguments",
    "call_example",
    "check_choices",
    "check_example",
    "check_frame",
    "check_function",
    "check_mapping",
    "check_model",
    "check_network",
    "check_parameters",
    "check_result",
    "check_rows",
    "check_set",
    "check_several",
    "check_size",
    "check_text",
    "check_that",
    "check_value",
    "count_parameters",
    "difference",
    "form_of",
    "measured",
    "measurements_in",
    "random_inputs",
    "score_between",
    "seed_of",
    "size_of",
    "steps",
    "usual_misconceptions",
]

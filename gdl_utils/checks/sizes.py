"""Limits the size of an answer that holds arrays and networks."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdl_utils.checks.keras_parameters import CHARACTERS, count_parameters
from gdl_utils.checks.result import CheckError

FREE = 100  # numbers beside arrays and models: an ordinary description has ten
BYTES = 8  # of a number beside arrays and models


def size_of(answer: Any) -> tuple[int, int]:
    """How many numbers an answer carries, and in how many bytes.

    Args:
        answer: a number, text, an array, a Keras model, or a dictionary, tuple or list of them. Of an array all
            elements count, of a model all that `count_parameters` counts, and of what is beside them what exceeds a
            hundred numbers, eight characters of text being one.

    Raises:
        CheckError: if it holds something else, or a model that can't be described.
    """
    numbers, size, beside = _parts(answer)
    over = max(0, beside - FREE)
    return numbers + over, size + BYTES * over


def _parts(answer: Any) -> tuple[int, int, int]:
    """Numbers and bytes in arrays and models, and numbers beside them."""
    if isinstance(answer, Mapping):
        answer = [*answer.keys(), *answer.values()]
    if isinstance(answer, tuple | list):
        parts = [_parts(part) for part in answer]
        return sum(part[0] for part in parts), sum(part[1] for part in parts), sum(part[2] for part in parts)
    if isinstance(answer, np.ndarray | np.generic) and answer.dtype.kind in "biuf":
        return int(answer.size), int(answer.nbytes), 0
    if isinstance(answer, str):
        return 0, 0, -(-len(answer) // CHARACTERS)
    if answer is None or isinstance(answer, bool | int | float):
        # Whole numbers of Python's have no largest one.
        return 0, 0, max(1, -(-answer.bit_length() // 64)) if isinstance(answer, int) else 1
    if hasattr(answer, "count_params") and hasattr(answer, "weights"):
        stored = sum(np.asarray(weight).nbytes for weight in answer.weights)
        return count_parameters(answer).total, stored, 0
    raise CheckError("Your answer holds something other than numbers, text, arrays and Keras models.")


def check_size(answer: Any, most_numbers: int, most_bytes: int) -> None:
    """Check that an answer carries no more numbers and no more bytes than it may; see `size_of` for what counts.

    Raises:
        CheckError: if it carries more.
    """
    numbers, size = size_of(answer)
    if numbers > most_numbers:
        raise CheckError(f"Your answer carries {numbers:,} numbers, and {most_numbers:,} are allowed.")
    if size > most_bytes:
        raise CheckError(
            f"Your answer takes {size:,} bytes, and {most_bytes:,} are allowed: store its numbers in fewer bytes."
        )

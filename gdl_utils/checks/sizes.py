"""Limits the size of an answer that holds arrays and networks."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdl_utils.checks.keras_parameters import CHARACTERS, count_parameters
from gdl_utils.checks.result import CheckError


def size_of(answer: Any) -> tuple[int, int]:
    """How many numbers an answer carries, and in how many bytes.

    Args:
        answer: a number, text, an array, a Keras model, or a dictionary, tuple or list of them. Eight characters of
            text count as a number; of a model all that `count_parameters` counts.

    Raises:
        CheckError: if it holds something else, or a model that can't be described.
    """
    if isinstance(answer, Mapping):
        return _sum([*answer.keys(), *answer.values()])
    if isinstance(answer, tuple | list):
        return _sum(answer)
    if isinstance(answer, str):
        return -(-len(answer) // CHARACTERS), len(answer.encode("utf-8", "replace"))
    if isinstance(answer, np.ndarray | np.generic) and answer.dtype.kind in "biuf":
        return int(answer.size), int(answer.nbytes)
    if answer is None or isinstance(answer, bool | int | float):
        # Whole numbers of Python's have no largest one.
        bits = answer.bit_length() if isinstance(answer, int) else 64
        return max(1, -(-bits // 64)), max(8, -(-bits // 8))
    if hasattr(answer, "count_params"):
        stored = sum(np.asarray(weight).nbytes for weight in answer.weights)
        return count_parameters(answer).total, stored
    raise CheckError(
        f"Your answer holds an object of the kind {type(answer).__name__}, where arrays or models are wanted."
    )


def _sum(parts: Any) -> tuple[int, int]:
    sizes = [size_of(part) for part in parts]
    return sum(numbers for numbers, _ in sizes), sum(size for _, size in sizes)


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

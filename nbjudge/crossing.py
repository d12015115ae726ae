"""Which objects beside plain values cross between judge and student as data, whichever way they go."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbjudge import dictionaries, frames, plain_types, special_arrays
from nbjudge.wire import WireError

# Subclasses of what crosses anyway that stay what they are.
EXACT: frozenset[type] = plain_types.EXACT | {np.matrix}
READERS: dict[str, Callable[[Any], Any]] = {
    **plain_types.READERS, **dictionaries.READERS, **special_arrays.READERS, **frames.READERS,
}  # fmt: skip


def encode(value: Any) -> tuple[str, Any] | None:
    """A name and plain data for a value, None if it has none.

    Raises:
        WireError: if it is of a kind that crosses, but holds something that does not.
    """
    return plain_types.encode(value) or special_arrays.encode(value) or frames.encode(value)


def decode(name: str, data: Any) -> Any:
    """The value that `encode` gave.

    Raises:
        WireError: if that is not acceptable.
    """
    try:
        return READERS[name](data)
    except WireError:
        raise
    except Exception:
        # Libraries raise whatever they like for data that make no sense to them.
        raise WireError(f"a message holds a damaged {name}") from None

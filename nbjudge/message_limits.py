"""How much each direction may carry. What is between student and judge has the limits of `wire.LIMITS`."""

from nbjudge.model import Limits
from nbjudge.protocol import MAX_FILES
from nbjudge.wire import WireLimits


def limits_of_orders(limits: Limits) -> WireLimits:
    """Of what the supervisor says: a cell may be as long as a notebook, whose characters may take six bytes each.

    Files may be as large as what a student may write, and so may those of the course.
    """
    text = 6 * limits.source_bytes + (32 << 20)
    return WireLimits(size=4 * limits.disk_bytes + (256 << 20) + text, text=text)


def limits_of_shown(limits: Limits) -> WireLimits:
    """Of what the student process says while cells run: it must be short, and quickly read."""
    return WireLimits(size=2 * limits.output_bytes + (1 << 16), items=5 * MAX_FILES)


def limits_of_left_files(limits: Limits) -> WireLimits:
    """Of `LeftFiles`."""
    return WireLimits(size=2 * limits.disk_bytes + (1 << 20), items=5 * MAX_FILES, text=1 << 20)

"""What several tests of the engine share."""

import pytest

from nbjudge.sandbox import availability
from nbjudge.zygote_client import close_zygotes
from tests.nbjudge.room import Room


@pytest.fixture
def room():
    """A judge and a student's side in this process."""
    made = Room()
    yield made
    made.close()


@pytest.fixture(scope="module")
def engine():
    """The engine with its sandbox, without which its tests fail; the zygotes of a module end with it."""
    reason = availability.unavailable_reason()
    if reason:
        pytest.fail(str(reason))
    yield
    close_zygotes()

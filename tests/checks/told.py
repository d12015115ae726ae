"""How a test sees what a student is told."""

import pytest

from gdl_utils.checks import CheckError


def told(check, *args, **kwargs):
    """The hint with which a check refuses an answer."""
    with pytest.raises(CheckError) as caught:
        check(*args, **kwargs)
    assert str(caught.value) == caught.value.hint
    return caught.value.hint

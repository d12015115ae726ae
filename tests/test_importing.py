"""Large packages are imported without looking for garbage."""

import gc

import pytest

from gdl_utils.importing import without_collector


def test_garbage_is_looked_for_again_whatever_happens():
    with without_collector():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), without_collector():
        raise ImportError
    assert gc.isenabled()
    gc.unfreeze()

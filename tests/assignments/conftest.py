import pytest

from gdl_utils.authoring.answer_bank import Bank

# Their answers train networks, or have them measured.
LONG = ("04_mlp", "05_cnn", "10_your_own_model")


@pytest.fixture(scope="session")
def bank_of(course, request):
    """The bank of an assignment; for the whole session, so that all tests of one assignment follow each other.

    They fork from the same zygote then, which is kept for the next.
    """
    return Bank(course, request.param)

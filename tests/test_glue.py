import nbformat
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from myst_nb.core.variables import format_plain_text
from myst_nb.ext.glue import extract_glue_data_cell

from gdl_utils.glue import glue

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module", autouse=True)
def shell():
    """Outside a shell of IPython nothing can be displayed."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def glued(value):
    """What MyST-NB reads back from the outputs of a cell that glued a value."""
    with capture_output() as captured:
        glue("name", value)
    (output,) = captured.outputs
    stored = nbformat.v4.new_output("display_data", data=output.data, metadata=output.metadata)
    cell = nbformat.v4.new_code_cell(outputs=[stored])
    ((key, result),) = extract_glue_data_cell(cell)
    assert key == "name"
    assert cell.outputs == [], "the value itself is not shown"
    return result["data"]["text/plain"]


@pytest.mark.parametrize(
    ("value", "how", "text"),
    [
        (646_260, ",d", "646,260"),
        (0.48961, ".1%", "49.0%"),
        (np.float32(0.5), ".2f", "0.50"),
        (np.int64(7), "d", "7"),
        ("word", "", "word"),
    ],
)
def test_the_book_reads_what_was_glued(value, how, text):
    assert format_plain_text(glued(value), how) == text

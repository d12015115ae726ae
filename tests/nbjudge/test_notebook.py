"""What the engine reads in a notebook: metadata of cells, and what the code of a source imports and defines."""

import copy

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from nbjudge import SourceNotebook
from nbjudge.notebook import checksum, imports_of, is_unanswered, names_of_answers
from tests.notebooks import answer, by_hand, cell, locked, solution, test, text

pytestmark = pytest.mark.quick


def test_imports_of_the_source_by_the_name_that_they_bind():
    cells = [
        cell("import os.path\nimport numpy as np, json\nfrom math import sqrt as root, pi"),
        cell("def f():\n    import tempfile\nfrom . import here\nfrom ..x import y"),
        cell("%matplotlib inline\nimport below"),
        cell("def (\nimport never"),
        text("import never"),
        cell("import numpy.linalg as np"),
    ]
    assert imports_of(SourceNotebook("x", {"cells": cells})) == {
        "os": "import os.path",
        "np": "import numpy as np",
        "json": "import json",
        "root": "from math import sqrt as root",
        "pi": "from math import pi",
        "tempfile": "import tempfile",
        "below": "import below",
    }


def test_star_imports_are_kept_a_line_each():
    cells = [cell("from math import *\nfrom statistics import *\nimport json")]
    statements = imports_of(SourceNotebook("x", {"cells": cells}))
    assert statements == {"*": "from math import *\nfrom statistics import *", "json": "import json"}


def test_names_that_the_solutions_define():
    cells = [
        solution("def double(x):\n    total = 2 * x\n    return total\n\nclass Pair:\n    pass", "double"),
        solution("left, (right, *rest) = 1, (2, 3)\nfor row in rest:\n    pass\nrow.size = 3", "table"),
        solution("def count():\n    global calls\n    calls = [row for never in rest]", "count"),
        solution("def (", "broken"),
        cell("never = 1"),
        text("never = 1"),
    ]
    source = SourceNotebook("x", {"cells": cells}, answers={"table": ("model",)})
    # What a function or a comprehension calls its own is nothing to the tests.
    assert names_of_answers(source) == {
        "double": ("Pair", "double"),
        "table": ("left", "model", "rest", "right", "row"),
        "count": ("calls", "count"),
        "broken": (),
    }


@pytest.mark.parametrize(
    "made",
    [
        answer(),
        test("assert x == 1", "points", 2),
        test("assert x == 1", "half", 0.5),
        locked("x = 1", "locked"),
        by_hand("Because \ud7ff \U0001f600.", "essay", 4),
        text("Only text.", "text"),
    ],
    ids=lambda made: made["metadata"]["nbgrader"]["grade_id"],
)
def test_the_checksum_is_that_of_nbgrader(made):
    assert checksum(made) == compute_checksum(nbformat.from_dict(made))
    made = copy.deepcopy(made)
    made["metadata"]["nbgrader"]["checksum"] = checksum(made)
    assert is_unanswered(made)
    assert not is_unanswered(made | {"source": "x = 2"})

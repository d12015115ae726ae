"""What is attacked: two small assignments with hidden tests of all kinds, and the secrets in and around them."""

import copy
import json
from typing import Any

from nbjudge import Assignment, SourceNotebook

Notebook = dict[str, Any]

# Never handed to the student's code: they must not appear in anything that its process gives.
SECRETS = {
    "hidden test": "canary-test-5d1f0c",
    "hidden file": "canary-file-9a27e4",
    "file of the machine": "canary-host-c3b871",
    "environment of who grades": "canary-environ-77f2a0",
    "other submission": "canary-other-e81b36",
}
# An input of a hidden test: the student's code is called with it, but the student must not get to know it.
HIDDEN_INPUT = "canary-input-40d9be"
# What an attack leaves, or wants to find.
SUCCESS = "attack-succeeded"
LEFT = "left-by-attack"

HIDDEN_TESTS = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


def _cell(kind: str, source: str, name: str | None = None, **metadata: Any) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name or f"cell-{abs(hash(source)) % 10**8}", "source": source}
    tags = metadata.pop("tags", [])
    cell["metadata"] = {"tags": tags} if tags else {}
    if name:
        flags = {"grade": False, "solution": False, "locked": False, "task": False, **metadata}
        cell["metadata"]["nbgrader"] = {"grade_id": name, "schema_version": 3, "cell_type": kind, **flags}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _solution(name: str, source: str) -> dict[str, Any]:
    return _cell("code", f"### BEGIN SOLUTION\n{source}\n### END SOLUTION", name, solution=True)


def _test(name: str, points: float, source: str, hidden: str = "", after: str = "") -> dict[str, Any]:
    parts = [source, HIDDEN_TESTS.format(hidden) if hidden else "", after]
    text = "\n".join(part for part in parts if part)
    return _cell("code", text, name, grade=True, locked=True, points=points)


def _locked(name: str, source: str, tags: list[str]) -> dict[str, Any]:
    return _cell("code", source, name, locked=True, tags=tags)


def _notebook(cells: list[dict[str, Any]]) -> Notebook:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


HONEST = {
    "double": "def double(x):\n    return x + x",
    "norm": "def norm(v):\n    return np.sqrt(np.sum(np.square(v)))",
    "parity": "def parity(n):\n    return n % 2 == 0",
    "area": "def area(r):\n    return math.pi * r**2",
    "lookup": "def lookup(key):\n    return sum(map(ord, key))",
    "root": ("def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x**0.5"),
    "squares": "def square(x):\n    return x * x",
}
WRONG = {name: "def {}(*_):\n    raise NotImplementedError".format(source.split()[1].split("(")[0])
         for name, source in HONEST.items()}  # fmt: skip

PLAIN = _notebook(
    [
        _cell("markdown", "# Some functions"),
        _locked("imports", "import json\nimport math\nimport numpy as np", ["setup"]),
        # Forgotten tags and IPython's own syntax are nothing unusual; the tests must not take these from the student.
        _locked("more-imports", "%precision 3\nfrom numpy.testing import assert_array_almost_equal", []),
        _locked("all-imports", "from statistics import *", []),
        _solution("double", HONEST["double"]),
        _test(
            "test_double",
            2,
            "assert double(3) == 6",
            f"secret = '{SECRETS['hidden test']}'\nassert double(1.25) == 2.5\n"
            f"assert double('{HIDDEN_INPUT}') == '{HIDDEN_INPUT * 2}'\nassert double([1]) == [1, 1]",
        ),
        _solution("norm", HONEST["norm"]),
        _test(
            "test_norm",
            2,
            "np.testing.assert_allclose(norm([3.0, 4.0]), 5.0)",
            "np.testing.assert_allclose(norm(np.array([2.0, 3.0, 6.0])), 7.0)\nassert np.allclose(norm([1.0]), 1.0)\n"
            "assert_array_almost_equal(norm([0.0, 8.0, 6.0]), 10.0)\nassert norm([1, 1]).shape == ()",
        ),
        _solution("parity", HONEST["parity"]),
        _test(
            "test_parity",
            4,
            "right = sum(parity(n) == (n % 2 == 0) for n in (1, 2))",
            "right += sum(parity(n) == (n % 2 == 0) for n in (7, 10, 13, 16, 21, 28))\nright -= 0",
            "4 * right / 8",
        ),
        _solution("area", HONEST["area"]),
        _test(
            "test_area",
            1,
            "def close(a, b, tolerance=1e-3):\n    return abs(a - b) < tolerance\n\nassert close(area(1), 3.14159)",
            "assert close(area(2), 12.56637)\nassert close(mean([area(1), area(3)]), 15.70796)",
        ),
        _solution("lookup", HONEST["lookup"]),
        _test(
            "test_lookup",
            2,
            "assert lookup('a') == 97",
            "with open('hidden.json') as file:\n    table = json.load(file)['table']\n"
            "for key, value in table.items():\n    assert lookup(key) == value\n"
            "names = {195: 'ab', 294: 'abc'}\nassert names[lookup('ab')] == 'ab'",
        ),
        _solution("root", HONEST["root"]),
        _test(
            "test_root",
            1,
            "try:\n    root(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no exception')",
            "assert root(49.0) == 7\nassert root(0) == 0",
        ),
        _solution("squares", HONEST["squares"]),
        _test(
            "test_squares",
            2,
            "for got, want in zip(map(square, [1, 2]), [1, 4]):\n    assert got == want",
            "assert all(map(lambda n: square(n) == n * n, range(5, 9)))",
        ),
        _cell("markdown", "Nothing.", "essay", grade=True, solution=True, points=3),
    ]
)  # fmt: skip
PLAIN_POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

HONEST_KERAS = {
    "build": (
        "def build_model():\n    return keras.Sequential(\n        [keras.Input((3,)), keras.layers.Dense(2, "
        "activation='relu'), keras.layers.Dense(1)]\n    )"
    ),
    "count": "def parameters(inputs, units):\n    return (inputs + 1) * units",
}
WRONG_KERAS = {
    "build": "def build_model():\n    raise NotImplementedError",
    "count": "def parameters(inputs, units):\n    raise NotImplementedError",
}
KERAS = _notebook(
    [
        _locked("imports", "import keras\nimport numpy as np", ["setup"]),
        _solution("build", HONEST_KERAS["build"]),
        _test(
            "test_build",
            2,
            "model = build_model()\nassert model.count_params() == 11",
            "assert [layer.units for layer in model.layers] == [2, 1]\n"
            "assert [layer.count_params() for layer in model.layers] == [8, 3]\n"
            "assert model(np.zeros((2, 3))).shape == (2, 1)",
        ),
        _solution("count", HONEST_KERAS["count"]),
        _test("test_count", 1, "assert parameters(3, 2) == 8", "assert parameters(7, 5) == 40"),
    ]
)
KERAS_POINTS = {"test_build": 2, "test_count": 1}

VICTIMS = {
    "plain": (PLAIN, HONEST, WRONG, PLAIN_POINTS),
    "keras": (KERAS, HONEST_KERAS, WRONG_KERAS, KERAS_POINTS),
}
TABLE = {"table": {"gdl": 311, "wall": 432}, "secret": SECRETS["hidden file"]}


def assignment(victim: str) -> Assignment:
    """An assignment to be attacked."""
    notebook = VICTIMS[victim][0]
    hidden = {"hidden.json": json.dumps(TABLE).encode()}
    return Assignment(victim, (SourceNotebook(victim, notebook),), {"given.txt": b"given"}, hidden)


def name_of(cell: dict[str, Any]) -> str | None:
    """The grade_id of a cell."""
    found = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return str(found) if found else None


def release(victim: str) -> Notebook:
    """What a student is given: no solutions, no hidden tests."""
    notebook = copy.deepcopy(VICTIMS[victim][0])
    for cell in notebook["cells"]:
        before, mark, rest = cell["source"].partition("### BEGIN HIDDEN TESTS\n")
        if mark:
            cell["source"] = (before + rest.partition("### END HIDDEN TESTS")[2].lstrip("\n")).rstrip("\n")
        if name_of(cell) in VICTIMS[victim][1]:
            cell["source"] = "# YOUR CODE HERE\nraise NotImplementedError()"
    return notebook


def cell_of(notebook: Notebook, name: str) -> dict[str, Any]:
    """The cell with a grade_id."""
    return next(cell for cell in notebook["cells"] if name_of(cell) == name)


def own(source: str, number: int = 0) -> dict[str, Any]:
    """A cell of the student's own."""
    cell = _cell("code", source)
    cell["id"] = f"mine-{number}"
    return cell

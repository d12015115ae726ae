"""Visible tests are worth something: the reference passes them, and no function that always gives the same does."""

import ast
import copy
import json

import pytest

from gdl_utils.classroom.course import Course
from nbjudge.hints import visible_text
from tests.conftest import ROOT

# A second training only for this would double the time of a check.
TRAINS = {"train"}
# Called without arguments, a right answer always gives the same.
BUILDERS = {"build_mlp", "build_cnn", "build_better_cnn", "load_better_cnn", "my_model"}
NAMES = [name for name in Course(ROOT).assignments if name != "10_your_own_model"]


def functions_of(source):
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def exercises_of(name):
    """The setup and the given cells run; then each exercise's functions, and the text of its visible tests."""
    path = next((ROOT / "solutions" / name).glob("*.ipynb"))
    names, found = {"__name__": "__main__"}, []
    for cell in json.loads(path.read_text())["cells"]:
        nbgrader, source = cell["metadata"].get("nbgrader", {}), visible_text("".join(cell["source"]))
        if cell["cell_type"] != "code":
            continue
        if nbgrader.get("solution"):
            found.append((functions_of(source), []))
            exec(source, names)
        elif nbgrader.get("grade"):
            found[-1][1].append(source)
        elif not nbgrader.get("grade_id", "").startswith("train-"):
            exec(source, names)
    return names, found


def recorded(function, results):
    def call(*args, **kwargs):
        result = function(*args, **kwargs)
        results.append(copy.deepcopy(result))
        return result

    return call


def passes(tests, names):
    try:
        for test in tests:
            exec(test, dict(names))
    except Exception:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_no_constant_passes_the_visible_tests(name, monkeypatch):
    monkeypatch.chdir(ROOT / "solutions" / name)
    names, exercises = exercises_of(name)
    fooled = []
    for functions, tests in exercises:
        for function in set(functions) - BUILDERS - TRAINS:
            results = []
            assert passes(tests, names | {function: recorded(names[function], results)}), function
            assert results, f"{function} is not called in a visible test"
            fooled += [
                (function, value)
                for value in results
                if passes(tests, names | {function: lambda *_, value=value, **__: copy.deepcopy(value)})
            ]
    assert fooled == []

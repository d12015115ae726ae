"""A page depends on what it uses of the package, function by function, and on nothing else."""

import re

import nbformat
import pytest

from gdl_utils.book.dependencies import used_digests
from gdl_utils.book.provenance import helper_digests

pytestmark = pytest.mark.quick

FILES = {
    "__init__.py": "",
    "numbers.py": """
import math

from gdl_utils.shapes import AREA, unused

FACTOR = 2
LIMIT: int = 10
STYLE = {"size": 1}
register(STYLE)


class Box:
    def area(self):
        return AREA * LIMIT


def double(value):
    \"\"\"Twice.\"\"\"
    return value * FACTOR


def fourfold(value):
    # By way of another function.
    return double(double(value))


def alone(value):
    return value
""",
    "shapes/__init__.py": "from gdl_utils.shapes.plane import AREA, unused\n",
    "shapes/plane.py": "AREA = 3\n\n\ndef unused():\n    return 1\n",
    "shapes/solid.py": "from gdl_utils import numbers\n\n\ndef volume():\n    return numbers.Box().area()\n",
    "measured.py": "from pathlib import Path\n\n\ndef read():\n    return Path(__file__).with_suffix('.json')\n",
    "measured.json": "{}",
}


@pytest.fixture
def package(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "gdl_utils" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def changes(package, cells, file, before, after):
    """What becomes stale if a file is changed."""
    path = package / "gdl_utils" / file
    first = used_digests(cells, package)
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    second = used_digests(cells, package)
    return sorted(name for name in first | second if first.get(name) != second.get(name))


USES_FOURFOLD = ["from gdl_utils.numbers import fourfold", "print(fourfold(2))"]


@pytest.mark.parametrize(
    ("file", "before", "after", "stale"),
    [
        ("numbers.py", "double(double(value))", "double(double(value)) + 1", ["gdl_utils.numbers.fourfold"]),
        ("numbers.py", "FACTOR = 2", "FACTOR = 3", ["gdl_utils.numbers.FACTOR"]),
        ("numbers.py", "return value * FACTOR", "return FACTOR * value", ["gdl_utils.numbers.double"]),
        ("numbers.py", 'register(STYLE)', "register()", ["gdl_utils.numbers", "gdl_utils.numbers.STYLE"]),
        ("numbers.py", '"size": 1', '"size": 2', ["gdl_utils.numbers.STYLE"]),
        ("shapes/plane.py", "AREA = 3", "AREA = 3\nprint(1)", ["gdl_utils.shapes.plane"]),
        # What the page does not use, comments, docstrings and layout count for nothing.
        ("numbers.py", "return value\n", "return -value\n", []),
        ("numbers.py", "FACTOR = 2\n", "FACTOR = 2\nNEW = 5\n", []),
        ("numbers.py", "LIMIT: int = 10", "LIMIT: int = 11", []),
        ("numbers.py", "Twice.", "Two times.", []),
        ("numbers.py", "# By way of another function.", "# Twice, twice.", []),
        ("numbers.py", "value * FACTOR", "(value *\n            FACTOR)", []),
        ("shapes/plane.py", "return 1", "return 2", []),
        ("shapes/plane.py", "AREA = 3", "AREA = 4", []),
        ("measured.json", "{}", "[]", []),
    ],
)  # fmt: skip
def test_what_a_page_uses_is_followed_and_nothing_else(package, file, before, after, stale):
    assert changes(package, USES_FOURFOLD, file, before, after) == stale


@pytest.mark.parametrize(
    "cells",
    [
        ["import gdl_utils.numbers", "gdl_utils.numbers.Box().area()"],
        ["import gdl_utils.numbers as tools", "tools.Box().area()"],
        ["from gdl_utils import numbers", "numbers.Box().area()"],
        ["from gdl_utils.numbers import Box", "Box().area()"],
        ["from gdl_utils.shapes.solid import volume", "volume()"],
        ["from gdl_utils.shapes import solid", "solid.volume()"],
        ["def f():\n    from gdl_utils.numbers import Box\n\n    return Box().area()"],
        ["from gdl_utils.numbers import *", "Box().area()"],
        ["from gdl_utils import numbers", "getattr(numbers, 'Box')"],
    ],
)
def test_each_way_to_name_a_thing_is_followed(package, cells):
    assert changes(package, cells, "numbers.py", "AREA * LIMIT", "AREA + LIMIT") == ["gdl_utils.numbers.Box"]
    # By way of a package that hands on the name.
    assert changes(package, cells, "shapes/plane.py", "AREA = 3", "AREA = 4") == ["gdl_utils.shapes.plane.AREA"]


def test_data_beside_a_module_count(package):
    cells = ["from gdl_utils.measured import read", "read()"]
    assert changes(package, cells, "measured.json", "{}", "[]") == ["gdl_utils/measured.json"]


def page_with(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def test_lines_that_only_ipython_understands_are_no_hindrance(root):
    page = page_with("!true\nfrom gdl_utils.datasets import load_cifar10\nwhere = %pwd", "load_cifar10()")
    names = set(helper_digests(page, root))
    expected = {"cifar10.load_cifar10", "stand_in.draw_dataset"}
    assert {f"gdl_utils.datasets.{name}" for name in expected} | {"gdl_utils.errors.DataError"} <= names
    assert not any(name.startswith(("gdl_utils.cli", "gdl_utils.plotting")) for name in names)


def copy_of_the_package(root, target):
    for path in (root / "gdl_utils").rglob("*.py"):
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return target


def test_an_unused_constant_in_the_plots_makes_no_page_stale(root, tmp_path):
    copy = copy_of_the_package(root, tmp_path)
    pages = [nbformat.read(path, 4) for path in sorted((root / "book").glob("*.ipynb"))]
    before = [helper_digests(page, copy) for page in pages]
    images = copy / "gdl_utils" / "plotting" / "images.py"
    images.write_text(f"{images.read_text()}\n\nUNUSED = 42\n")
    assert [helper_digests(page, copy) for page in pages] == before


def test_a_number_in_a_function_makes_its_pages_stale(root, tmp_path):
    copy = copy_of_the_package(root, tmp_path)
    pages = {path.stem: nbformat.read(path, 4) for path in sorted((root / "book").glob("*.ipynb"))}
    before = {name: helper_digests(page, copy) for name, page in pages.items()}
    module = copy / "gdl_utils" / "plotting" / "confusion.py"
    source = module.read_text()
    number = re.search(r"(?<=figsize=\()\d", source)
    module.write_text(f"{source[: number.start()]}9{source[number.end() :]}")
    stale = [name for name, page in pages.items() if helper_digests(page, copy) != before[name]]
    assert stale == ["2_5_convolutional_network"]

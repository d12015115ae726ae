"""Which file of a submission is which notebook, and what is said of those that are left."""

import json

import pytest

from nbjudge import Limits, SourceNotebook
from nbjudge.matching import find_notebooks, original_name, with_files_around
from tests.notebooks import answer, notebook, test, text

pytestmark = pytest.mark.quick


def book(*names, given=None, marks=True):
    """A notebook of exercises; those in `given` are answered."""
    cells = [text(f"# The exercises {' and '.join(names)}")]
    for name in names:
        cells.append(answer((given or {}).get(name, "raise NotImplementedError()"), name))
        cells.append(test(f"assert {name}(1) == 1  # of {name}", f"{name}-test", 1))
    made = notebook(*cells)
    for cell in made["cells"]:
        cell["metadata"] = cell["metadata"] if marks else {}
    return made


FIRST, SECOND = (SourceNotebook(name, book(*names)) for name, names in [("one", "ab"), ("two", "cd")])
DONE = {name: f"def {name}(x): return x" for name in "abcd"}


def found(files, sources=(FIRST,), times=None):
    """What is found in notebooks by file name."""
    data = {
        name: content if isinstance(content, bytes) else json.dumps(content).encode() for name, content in files.items()
    }
    return find_notebooks(sources, data, Limits(), times)


def test_two_notebooks_that_have_changed_names():
    both = found({"one.ipynb": book(*"cd"), "two.ipynb": book(*"ab")}, (FIRST, SECOND))
    assert (both["one"].file, both["two"].file) == ("two.ipynb", "one.ipynb")
    assert both["one"].findings == ["two.ipynb was taken for one.ipynb."]


def test_of_two_notebooks_one_is_missing():
    both = found({"x.ipynb": book(*"cd"), "notes.ipynb": notebook()}, (FIRST, SECOND))
    assert both["two"].file == "x.ipynb"
    assert both["one"].file == "" and both["one"].reason.startswith("one.ipynb was not handed in: no exercise of it")


def test_of_several_with_answers_the_newest_counts():
    files = {
        "one.ipynb": book(*"ab", given=DONE),
        "old.ipynb": book(*"ab", given={"a": "other"}),
        "z.ipynb": book(*"ab"),
    }
    times = dict.fromkeys(files, 1000.0)
    # Copied at one time: the one with more answers.
    assert found(files, times=times)["one"].file == "one.ipynb"
    chosen = found(files, times={**times, "old.ipynb": 2000.0, "z.ipynb": 3000.0})["one"]
    assert chosen.file == "old.ipynb"
    assert chosen.reason == "old.ipynb was graded, and one.ipynb was left out, although it has other answers"
    assert "z.ipynb was left out: it holds the same exercises, without answers." in chosen.findings


def test_of_copies_of_one_time_the_last_counts():
    files = {f"one{end}.ipynb": book("a", "b", given={"a": f"a = {end!r}"}) for end in ("", " (1)", " (10)", " (9)")}
    chosen = found(files)["one"]
    assert chosen.file == "one (10).ipynb"
    assert "each of 3 others" in chosen.reason


def test_a_notebook_without_marks_is_known_by_its_text():
    solved = book(*"ab", given=DONE, marks=False)
    chosen = found({"one.ipynb": book(*"ab"), "colab.ipynb": solved})["one"]
    assert chosen.file == "colab.ipynb"
    both = found({"x.ipynb": solved, "y.ipynb": book(*"cd", given=DONE, marks=False)}, (FIRST, SECOND))
    assert (both["one"].file, both["two"].file) == ("x.ipynb", "y.ipynb")


def test_a_release_answered_by_nothing_is_known_by_its_checksum():
    from nbjudge.notebook import checksum

    blank = book(*"ab")
    for cell in blank["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["metadata"]["nbgrader"]["checksum"] = checksum(cell)
    # The source is the author's own, with the solutions in it.
    source = SourceNotebook("one", book(*"ab", given=DONE))
    files = {"one.ipynb": blank, "mine.ipynb": book(*"ab", given={"a": "def a(x): return 1 * x"})}
    assert found(files, (source,))["one"].file == "mine.ipynb"


DAMAGED = [b"", b"{", b"[1]", b'{"nbformat": 4}', b"\xff\xfe", b'{"nbformat": 3, "worksheets": 1}']


@pytest.mark.parametrize("data", DAMAGED)
def test_what_is_no_notebook_takes_no_ones_place(data):
    assert found({"one.ipynb": data, "two.ipynb": book(*"ab")})["one"].file == "two.ipynb"
    assert found({"whatever.IPYNB": data})["one"].file == "whatever.IPYNB"
    assert found({"data.bin": data.replace(b"nbformat", b"x")})["one"].file == ""


def test_names_of_students_stay_sentences():
    name = "x\ud800" * 100 + ".ipynb"
    (finding,) = found({name: book(*"ab")})["one"].findings
    assert finding.encode() and len(finding) < 300


@pytest.mark.parametrize(
    ("name", "plain", "number"),
    [
        ("lab (2).ipynb", "lab.ipynb", 2), ("lab(2).ipynb", "lab.ipynb", 2), ("lab-3.ipynb", "lab.ipynb", 3),
        ("lab-Copy1.ipynb", "lab.ipynb", 1), ("lab - Copy.ipynb", "lab.ipynb", 1), ("lab - Kopie (4).x", "lab.x", 4),
        ("folder/net-1.keras", "folder/net.keras", 1), ("lab.ipynb", "lab.ipynb", 0), ("lab2.ipynb", "lab2.ipynb", 0),
        ("-1", "-1", 0), ("(1).ipynb", "(1).ipynb", 0),
    ],
)  # fmt: skip
def test_the_name_of_a_copy_tells_its_original(name, plain, number):
    assert original_name(name) == (plain, number)


def test_files_in_the_folder_of_a_notebook_are_beside_it():
    files = {"hw/one.ipynb": b"", "hw/data.csv": b"1", "hw/deep/x": b"2", "data.csv": b"3"}
    around = with_files_around("hw/one.ipynb", files)
    assert around["data.csv"] == b"1" and around["deep/x"] == b"2" and around["hw/data.csv"] == b"1"
    assert with_files_around("one.ipynb", files) == files

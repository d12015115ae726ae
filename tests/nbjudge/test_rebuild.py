"""Whatever a submission looks like: what is fixed comes from the source, only answers come from the student."""

import copy
import json
import re
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbjudge import Limits, SourceNotebook
from nbjudge.notebook import grade_id, is_graded, is_setup, is_solution, is_test
from nbjudge.rebuild import FINDINGS, MISSING, OtherNotebookError, UnreadableError, read, rebuild
from tests.notebooks import as_bytes

pytestmark = pytest.mark.quick

ROOT = Path(__file__).resolve().parents[2]
NAME, BOOK = "02_shapes_and_parameters", "shapes_and_parameters"
FOLDERS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
SOLUTION = re.compile(r"### BEGIN SOLUTION(.*?)### END SOLUTION", re.DOTALL)
LIMITS = Limits()
ANSWER, TEST, HIDDEN = "dense-parameters", "dense-parameters-visible", "dense-parameters-hidden"


def load(folder, name, book):
    content = json.loads((ROOT / folder / name / f"{book}.ipynb").read_text())
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    return content


SOURCE = SourceNotebook(BOOK, load("solutions", NAME, BOOK))
RELEASED = load("assignments", NAME, BOOK)
FIXED = [cell for cell in SOURCE.content["cells"] if grade_id(cell)]
REFERENCE = [
    line.strip()
    for cell in SOURCE.content["cells"]
    if is_solution(cell)
    for line in (SOLUTION.findall(cell["source"]) or [cell["source"]])[0].splitlines()
    if len(line.strip()) > 12
]


@pytest.fixture
def handed_in():
    return copy.deepcopy(RELEASED)


def cell_of(notebook, name):
    return next(cell for cell in notebook["cells"] if grade_id(cell) == name)


def own(source="x = 1", kind="code"):
    return {"cell_type": kind, "metadata": {}, "source": source}


def attached(result):
    """The attachments of cells, but for the assignment's own pictures."""
    found = [cell["attachments"] for cell in result.content["cells"] if "attachments" in cell]
    return [each for each in found if each not in [cell.get("attachments") for cell in SOURCE.content["cells"]]]


def check(result, source=SOURCE):
    """What holds for every rebuilt notebook."""
    content = result.content
    nbformat.validate(nbformat.from_dict(content))
    # As it is written to a file: no half of a surrogate pair.
    nbformat.validate(nbformat.reads(json.dumps(content, ensure_ascii=False).encode().decode(), as_version=4))
    fixed = [cell for cell in source.content["cells"] if grade_id(cell)]
    kept = [cell for cell in content["cells"] if grade_id(cell)]
    assert [grade_id(cell) for cell in kept] == [grade_id(cell) for cell in fixed]
    for cell, expected in zip(kept, fixed, strict=True):
        assert cell["metadata"] == expected["metadata"] and cell["cell_type"] == expected["cell_type"]
        if not is_solution(expected):
            assert cell["source"] == expected["source"]
    for cell in content["cells"]:
        if not grade_id(cell):
            assert not is_test(cell) and not is_setup(cell) and cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
    ids = [cell["id"] for cell in content["cells"]]
    assert len(ids) == len(set(ids))
    assert len(result.findings) <= 2 * FINDINGS + 100 and all(len(each) < 300 for each in result.findings)
    json.dumps(result.findings, ensure_ascii=False).encode()
    return result


def rebuilt(notebook, source=SOURCE):
    return check(rebuild(source, as_bytes(notebook), LIMITS), source)


def built(result, name):
    return cell_of(result.content, name)


def around(result, name):
    """Sources of the cells of the student's own that follow a cell."""
    cells = result.content["cells"]
    place = cells.index(built(result, name)) + 1
    end = next((index for index in range(place, len(cells)) if grade_id(cells[index])), len(cells))
    return [cell["source"] for cell in cells[place:end]]


def test_a_released_notebook_needs_no_repair():
    result = rebuilt(RELEASED)
    assert result.findings == [] and result.missing == set()
    assert built(result, ANSWER)["source"] == cell_of(RELEASED, ANSWER)["source"]


@pytest.mark.parametrize("cell", FIXED, ids=grade_id)
def test_a_missing_cell_is_put_back_without_its_answer(handed_in, cell):
    name = grade_id(cell)
    handed_in["cells"] = [each for each in handed_in["cells"] if grade_id(each) != name]
    result = rebuilt(handed_in)
    assert any(name in finding and "missing" in finding for finding in result.findings)
    assert result.missing == ({name} if is_solution(cell) else set())
    if is_solution(cell):
        assert built(result, name)["source"] == MISSING


@pytest.mark.parametrize("cell", FIXED, ids=grade_id)
def test_of_a_cell_that_occurs_twice_only_answers_run(handed_in, cell):
    name = grade_id(cell)
    place = handed_in["cells"].index(cell_of(handed_in, name))
    again = {**copy.deepcopy(handed_in["cells"][place]), "source": "again = 1"}
    handed_in["cells"].insert(place + 1, again)
    result = rebuilt(handed_in)
    assert (around(result, name)[:1] == ["again = 1"]) == is_solution(cell)
    assert any(name in finding for finding in result.findings)


@pytest.mark.parametrize("keeps", [True, False])
def test_the_second_half_of_a_split_cell_runs_in_its_place(handed_in, keeps):
    cell = cell_of(handed_in, ANSWER)
    place = handed_in["cells"].index(cell)
    second = copy.deepcopy(cell) if keeps else own()
    cell["source"], second["source"] = "first = 1", "second = 2"
    handed_in["cells"].insert(place + 1, second)
    result = rebuilt(handed_in)
    assert built(result, ANSWER)["source"] == "first = 1"
    assert around(result, ANSWER) == ["second = 2"]
    assert bool(result.findings) == keeps


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading", None, 7, ["code"]])
@pytest.mark.parametrize("name", [ANSWER, TEST, "setup"])
def test_a_cell_turned_into_another_kind_is_turned_back(handed_in, name, kind):
    cell_of(handed_in, name)["cell_type"] = kind
    result = rebuilt(handed_in)
    assert built(result, name)["cell_type"] == "code"
    assert any("turned back" in finding for finding in result.findings)


@pytest.mark.parametrize("tags", [["skip-execution"], ["raises-exception"], "setup", None, 3, [["setup"]], {"a": 1}])
@pytest.mark.parametrize("name", [ANSWER, HIDDEN, "setup"])
def test_tags_are_put_back(handed_in, name, tags):
    cell_of(handed_in, name)["metadata"]["tags"] = tags
    result = rebuilt(handed_in)
    assert any("tags" in finding for finding in result.findings)


def test_exercises_in_another_order_are_put_back_into_theirs(handed_in):
    handed_in["cells"].reverse()
    result = rebuilt(handed_in)
    assert any("order" in finding for finding in result.findings)
    assert result.missing == set()


def test_of_a_renamed_cell_the_exercise_is_missing(handed_in):
    """The cell itself is one of the student's own."""
    cell = cell_of(handed_in, ANSWER)
    cell["metadata"]["nbgrader"]["grade_id"] = "another"
    cell["source"] = "renamed = 1"
    result = rebuilt(handed_in)
    assert result.missing == {ANSWER}
    assert any("'another'" in finding for finding in result.findings)
    assert "renamed = 1" in [each["source"] for each in result.content["cells"]]


@pytest.mark.parametrize(
    "change",
    [
        {"points": 1000},
        {"points": "1000"},
        {"points": float("nan")},
        {"points": None},
        {"points": [1]},
        {"grade": False},
        {"solution": True},
        {"locked": False},
        {"task": True},
    ],
    ids=str,
)
def test_points_and_flags_are_put_back(handed_in, change):
    cell_of(handed_in, TEST)["metadata"]["nbgrader"].update(change)
    cell_of(handed_in, TEST)["source"] = "1000"
    assert any("put back" in finding for finding in rebuilt(handed_in).findings)


@pytest.mark.parametrize("name", [TEST, HIDDEN, "setup"])
def test_the_source_of_locked_cells_is_put_back(handed_in, name):
    cell_of(handed_in, name)["source"] = "assert True"
    assert "assert True" not in [cell["source"] for cell in rebuilt(handed_in).content["cells"]]


def test_cells_of_the_students_own_stay_where_they_were(handed_in):
    cells = handed_in["cells"]
    for cell, name in [(cell, grade_id(cell)) for cell in list(cells)]:
        if name:
            cells.insert(cells.index(cell) + 1, own(f"after = {name!r}"))
    cells.insert(0, own("first = 0"))
    result = rebuilt(handed_in)
    assert result.content["cells"][0]["source"] == "first = 0"
    for cell in FIXED:
        assert around(result, grade_id(cell))[0] == f"after = {grade_id(cell)!r}"


def test_too_many_cells_are_too_many():
    many = {"nbformat": 4, "cells": [own()] * 500}
    check(rebuild(SOURCE, as_bytes(many), LIMITS))
    many["cells"].append(own())
    with pytest.raises(UnreadableError, match="501"):
        rebuild(SOURCE, as_bytes(many), LIMITS)


@pytest.mark.parametrize("junk", [0, None, "cell", [], {"source": 3}, {"source": [1]}, {"source": None}], ids=str)
def test_cells_that_are_none_are_left_out(handed_in, junk):
    handed_in["cells"].insert(3, junk)
    result = rebuilt(handed_in)
    assert result.findings == ["Cell 4 is damaged and was left out."]
    handed_in["cells"] += [junk] * 100_000
    result = rebuilt(handed_in)
    assert "more such findings" in result.findings[-1]


def test_a_thousand_copies_are_told_in_few_sentences(handed_in):
    handed_in["cells"] += [copy.deepcopy(cell_of(handed_in, TEST)) for _ in range(1000)]
    result = rebuilt(handed_in)
    assert len(result.findings) == FINDINGS + 1 and "900 more" in result.findings[-1]


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        7,
        "text",
        [],
        {"nbgrader": None},
        {"nbgrader": []},
        {"nbgrader": {"grade_id": 3}},
        {"nbgrader": {"grade_id": ""}},
        {"nbgrader": {"grade_id": ["a"]}},
        {"nbgrader": {"grade_id": {"a": 1}}},
        {"nbgrader": {"grade_id": True}},
        {"nbgrader": {"solution": True, "grade": True, "points": 99}},
        {"tags": ["setup"], "nbgrader": {"locked": True}},
        {"nbgrader": {"grade_id": "x" * 100_000}},
        {"nbgrader": {"grade_id": "\ud800"}},
    ],
    ids=lambda value: str(value)[:40],
)
def test_metadata_of_any_kind(handed_in, metadata):
    handed_in["cells"].insert(2, {"cell_type": "code", "source": "mine = 1", "metadata": metadata})
    handed_in["cells"].insert(3, {"cell_type": "code", "source": "mine = 2"})
    result = rebuilt(handed_in)
    assert around(result, "setup")[:2] == ["mine = 1", "mine = 2"]


def test_sources_as_lists_or_text_are_the_same(handed_in):
    lists = copy.deepcopy(handed_in)
    for cell in lists["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    assert rebuilt(lists).content == rebuilt(handed_in).content


@pytest.mark.parametrize("half", ["\ud800", "\udfff", "a\udc80b", "\ude00\ud83d"])
def test_halves_of_surrogate_pairs_are_replaced(handed_in, half):
    cell_of(handed_in, ANSWER)["source"] = f"x = '{half}'"
    handed_in["cells"].insert(1, own(f"y = '{half}'"))
    handed_in["cells"].insert(1, own(half, "markdown") | {"attachments": {half: {half: half}}})
    result = rebuilt(handed_in)
    assert "?" in built(result, ANSWER)["source"]


def test_whole_pairs_stay_what_they_were(handed_in):
    cell_of(handed_in, ANSWER)["source"] = "x = '\U0001f600\u2028\x85'"
    assert built(rebuilt(handed_in), ANSWER)["source"] == "x = '\U0001f600\u2028\x85'"


def test_attachments_come_with_their_text(handed_in):
    good = {"a.png": {"image/png": "aaaa"}}
    handed_in["cells"].insert(1, own("![](attachment:a.png)", "markdown") | {"attachments": good})
    handed_in["cells"].insert(2, own("x") | {"attachments": good})
    assert attached(rebuilt(handed_in)) == [good]


@pytest.mark.parametrize("bad", [None, 1, [], {"a": 1}, {"a": {"image/png": 1}}, {"a": {"image/png": ["x"]}}], ids=str)
def test_damaged_attachments_are_left_out(handed_in, bad):
    handed_in["cells"].insert(1, own("text", "markdown") | {"attachments": bad})
    assert not attached(rebuilt(handed_in))


def test_a_byte_order_mark_is_read_over():
    assert check(rebuild(SOURCE, b"\xef\xbb\xbf" + as_bytes(RELEASED), LIMITS)).findings == []


def test_a_notebook_of_version_3_is_converted_if_it_is_small():
    """What it shows does not count, and to convert a hundred thousand cells takes half a gigabyte."""
    old = {"cell_type": "code", "input": "1", "outputs": [{"output_type": "stream", "text": "[{" * 200_000}]}
    book = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [old]}]}
    assert len(read(json.dumps(book).encode(), LIMITS)[0]) == 1
    book["worksheets"][0]["cells"] = [{**old, "outputs": []}] * 100_000
    with pytest.raises(UnreadableError, match="too large to be converted"):
        read(json.dumps(book).encode(), LIMITS)


def test_cells_of_no_use_are_not_even_looked_at():
    with pytest.raises(UnreadableError, match="300000 cells"):
        read(b'{"nbformat": 4, "cells": [' + b",".join([b"{}"] * 300_000) + b"]}", LIMITS)


def test_a_notebook_of_version_3_is_read():
    notebook = nbformat.convert(nbformat.from_dict(copy.deepcopy(RELEASED)), 3)
    result = check(rebuild(SOURCE, nbformat.v3.writes_json(notebook).encode(), LIMITS))
    assert result.missing == set()
    assert built(result, ANSWER)["source"] == cell_of(RELEASED, ANSWER)["source"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        '{"nbformat": 4, "cells": []}'.encode("utf-16"),
        as_bytes(RELEASED)[:-100],
        as_bytes(RELEASED).replace(b'"nbformat": 4', b'"nbformat": 5'),
        b'{"nbformat": true, "cells": []}',
        b'{"nbformat": "4", "cells": []}',
        b'{"nbformat": null, "cells": []}',
        b'{"nbformat": {"a": [1]}, "cells": []}',
        b'{"nbformat": "\\ud800\\n", "cells": []}',
        b'{"nbformat": 2, "worksheets": []}',
        b'{"nbformat": 3}',
        b'{"nbformat": 3, "worksheets": 3}',
        b'{"nbformat": 3, "worksheets": [{"cells": [1]}]}',
        b'{"nbformat": 3, "nbformat_minor": 0, "metadata": [], "worksheets": [{"cells": {}}]}',
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "cells": {}}',
        b'{"nbformat": 4, "cells": null}',
        b'{"nbformat": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b" " * (LIMITS.notebook_bytes + 1),
    ],
    ids=lambda data: repr(data[:40]),
)
def test_what_is_no_notebook_is_unreadable_with_a_reason(data):
    with pytest.raises(UnreadableError) as caught:
        rebuild(SOURCE, data, LIMITS)
    text = str(caught.value)
    assert 10 < len(text) < 150 and text.isprintable() and text.encode()


def test_a_notebook_of_another_assignment_is_told_apart(handed_in):
    for cell in handed_in["cells"]:
        if grade_id(cell):
            cell["metadata"]["nbgrader"]["grade_id"] += "-else"
    with pytest.raises(OtherNotebookError):
        rebuild(SOURCE, as_bytes(handed_in), LIMITS)


def test_a_notebook_without_any_exercise_has_all_missing():
    result = check(rebuild(SOURCE, b'{"nbformat": 4, "cells": []}', LIMITS))
    assert result.missing == {grade_id(cell) for cell in FIXED if is_solution(cell)}


def test_a_source_of_an_older_minor_version_stays_valid(handed_in):
    old = copy.deepcopy(SOURCE.content) | {"nbformat_minor": 2}
    for cell in old["cells"]:
        cell.pop("id", None)
    check(rebuild(SourceNotebook(BOOK, old), as_bytes(handed_in), LIMITS), SourceNotebook(BOOK, old))


def test_the_source_itself_is_never_changed(handed_in):
    before = copy.deepcopy(SOURCE.content)
    result = rebuilt(handed_in)
    for cell in result.content["cells"]:
        cell["metadata"]["tags"] = ["changed"]
        cell["source"] = ""
    assert SOURCE.content == before


@pytest.mark.parametrize("name", FOLDERS)
def test_no_line_of_a_reference_solution_gets_into_a_submission(name):
    for path in (ROOT / "solutions" / name).glob("*.ipynb"):
        source = SourceNotebook(path.stem, load("solutions", name, path.stem))
        released = load("assignments", name, path.stem)
        hidden = " ".join(cell["source"] for cell in released["cells"])
        lines = [
            line.strip()
            for cell in source.content["cells"]
            if is_solution(cell)
            for part in SOLUTION.findall(cell["source"]) or [cell["source"]]
            for line in part.splitlines()
            if len(line.strip()) > 12 and line.strip() not in hidden
        ]
        assert lines, "the source has reference solutions"
        variants = [released, {**released, "cells": []}]
        for place, lost in enumerate(released["cells"]):
            variants.append({**released, "cells": [cell for cell in released["cells"] if cell is not lost]})
            changed = copy.deepcopy(released)
            changed["cells"][place]["metadata"] = {}
            variants.append(changed)
        for variant in variants:
            result = check(rebuild(source, as_bytes(variant), LIMITS), source)
            answers = json.dumps([cell["source"] for cell in result.content["cells"] if not is_graded(cell)])
            for line in lines:
                assert json.dumps(line)[1:-1] not in answers


# Any edit of a released notebook.

ANY = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 99), st.floats(), st.text(max_size=5), st.sampled_from(["\ud800"])
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
KEYS = ["cell_type", "metadata", "source", "attachments", "outputs", "id", "execution_count"]
FLAGS = ["grade_id", "grade", "solution", "locked", "task", "points", "schema_version", "cell_type", "checksum"]
EDIT = st.one_of(
    st.tuples(st.just("delete"), st.integers(0, 40)),
    st.tuples(st.just("double"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("move"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("insert"), st.integers(0, 40), ANY),
    st.tuples(st.just("own"), st.integers(0, 40), st.text(max_size=9), st.sampled_from(["code", "markdown", "x"])),
    st.tuples(st.just("set"), st.integers(0, 40), st.sampled_from(KEYS), ANY),
    st.tuples(st.just("drop"), st.integers(0, 40), st.sampled_from(KEYS)),
    st.tuples(st.just("flag"), st.integers(0, 40), st.sampled_from(FLAGS), ANY),
    st.tuples(st.just("swap ids"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("tags"), st.integers(0, 40), ANY),
    st.tuples(st.just("top"), st.sampled_from(["nbformat", "nbformat_minor", "metadata", "cells", "worksheets"]), ANY),
)


def apply(notebook, edit):
    how, *values = edit
    cells = notebook["cells"]
    if how == "top":
        notebook[values[0]] = values[1]
        return
    if not isinstance(cells, list) or not cells:
        return
    place = values[0] % len(cells)
    cell = cells[place]
    if how == "delete":
        del cells[place]
    elif how == "double":
        cells.insert(values[1], copy.deepcopy(cell))
    elif how == "move":
        cells.insert(values[1], cells.pop(place))
    elif how == "insert":
        cells.insert(place, values[1])
    elif how == "own":
        cells.insert(place, own(values[1], values[2]))
    elif not isinstance(cell, dict):
        return
    elif how == "set":
        cell[values[1]] = values[2]
    elif how == "drop":
        cell.pop(values[1], None)
    elif not isinstance(cell.get("metadata"), dict):
        return
    elif how == "tags":
        cell["metadata"]["tags"] = values[1]
    elif how == "flag" and isinstance(cell["metadata"].get("nbgrader"), dict):
        cell["metadata"]["nbgrader"][values[1]] = values[2]
    elif how == "swap ids":
        other = cells[values[1] % len(cells)]
        if isinstance(other, dict) and isinstance(other.get("metadata"), dict):
            cell["metadata"], other["metadata"] = other["metadata"], cell["metadata"]


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EDIT, min_size=1, max_size=8))
def test_any_edit_is_repaired_or_refused_with_a_reason(edits):
    notebook = copy.deepcopy(RELEASED)
    for edit in edits:
        apply(notebook, edit)
    try:
        result = rebuild(SOURCE, as_bytes(notebook), LIMITS)
    except (UnreadableError, OtherNotebookError) as error:
        assert 10 < len(str(error)) < 200
        return
    check(result)
    answers = json.dumps([cell["source"] for cell in result.content["cells"] if not is_graded(cell)])
    released = json.dumps([cell["source"] for cell in RELEASED["cells"]])
    for line in REFERENCE:
        shown = json.dumps(line)[1:-1]
        assert shown in released or shown not in answers


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=100), st.integers(0, len(as_bytes(RELEASED))), st.integers(0, 200))
def test_any_bytes_are_repaired_or_refused_with_a_reason(junk, place, length):
    data = as_bytes(RELEASED)
    for changed in (junk, data[:place] + junk + data[place + length :]):
        try:
            check(rebuild(SOURCE, changed, LIMITS))
        except (UnreadableError, OtherNotebookError) as error:
            assert str(error)

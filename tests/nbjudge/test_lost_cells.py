"""Written answers whose cells have lost their mark: put back where the place tells, and never a silent zero."""

import json
import time

import pytest

from nbjudge import Limits, SourceNotebook
from nbjudge.lost_cells import why_to_look
from nbjudge.notebook import grade_id
from nbjudge.rebuild import UnreadableError, read, rebuild
from tests.notebooks import answer, by_hand, notebook, test, text

pytestmark = pytest.mark.quick

STUB = "YOUR ANSWER HERE"
PARTS = [
    text("## 1. Code"),
    answer(name="code"),
    test("assert code() == 1\n### BEGIN HIDDEN TESTS\nassert code() < 2\n### END HIDDEN TESTS", "code-test", 1),
    text("## 2. Why?"),
    by_hand(STUB, "why", 2),
    text("## 3. And how?"),
    by_hand(STUB, "how", 2),
    by_hand(STUB, "when", 2),
]
SOURCE = SourceNotebook("book", notebook(*PARTS))


def own(source, kind="markdown", **more):
    """A cell without a mark."""
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


def handed_in(*cells):
    """The rebuilt notebook of these cells, where a number stands for one of the source."""
    made = [json.loads(json.dumps(PARTS[cell])) if isinstance(cell, int) else cell for cell in cells]
    return rebuild(SOURCE, json.dumps({**SOURCE.content, "cells": made}).encode(), Limits())


def texts(rebuilt):
    """The written answers by name."""
    return {
        grade_id(cell): cell["source"] for cell in rebuilt.content["cells"] if grade_id(cell) in ("why", "how", "when")
    }


def looked_at(rebuilt, scores=()):
    """Why a person should look."""
    return why_to_look(SOURCE, rebuilt.missing, rebuilt.by_place, rebuilt.without_marks, dict(scores), {"code-test": 1})


def test_an_answer_is_found_between_its_neighbours():
    rebuilt = handed_in(0, 1, 2, 3, own("Because."), own("So."), 5, 6, 7)
    assert texts(rebuilt)["why"] == "Because.\n\nSo."
    assert rebuilt.by_place == ["why"] and not rebuilt.missing
    assert "the cell of why was lost" in looked_at(rebuilt)
    # It is not shown twice.
    assert sum("Because." in cell["source"] for cell in rebuilt.content["cells"]) == 1


def test_pictures_of_an_answer_come_along():
    picture = own("![](attachment:a.png)", attachments={"a.png": {"image/png": "x"}})
    rebuilt = handed_in(0, 1, 2, 3, own("See:"), picture, 5, 6, 7)
    cell = next(cell for cell in rebuilt.content["cells"] if grade_id(cell) == "why")
    assert cell["attachments"] == {"a.png": {"image/png": "x"}}


def test_two_answers_in_one_place_are_told_apart():
    assert texts(handed_in(0, 1, 2, 3, 4, 5, own("How."), own("When.")))["when"] == "When."
    rebuilt = handed_in(0, 1, 2, 3, 4, 5, own("How."), own("When."), own("And more."))
    assert rebuilt.missing == {"how", "when"}
    assert "the cell of how, when is gone: look for the answer" in looked_at(rebuilt)


def test_a_notebook_without_marks_loses_no_answer():
    cells = [own(cell["source"], cell["cell_type"]) for cell in PARTS[:4]]
    # Students never saw the hidden test.
    cells[2]["source"] = "assert code() == 1"
    rebuilt = handed_in(*cells, own("Because."), own("## 3. And how?"), own("How."), own(STUB))
    assert texts(rebuilt) == {"why": "Because.", "how": "How.", "when": STUB}
    assert "no grade_ids" in looked_at(rebuilt)


def test_what_was_not_answered_is_not_answered():
    rebuilt = handed_in(0, 1, 2, 3, own(STUB), 5, 6, 7)
    assert texts(rebuilt)["why"] == STUB
    rebuilt = handed_in(0, 1, 2, 3, own(STUB), own("Because."), 5, 6, 7)
    assert texts(rebuilt)["why"] == "Because."


def test_a_lost_exercise_is_said_where_it_costs_points():
    rebuilt = handed_in(0, own("def code(): return 1", "code"), 2, 3, own("x = 1", "code"), 5, 6, 7)
    assert rebuilt.missing == {"code", "why"}
    assert "cost points" not in looked_at(rebuilt, {"code-test": 1}.items())
    assert "the cell of code is gone, which cost points" in looked_at(rebuilt, {"code-test": 0}.items())
    assert looked_at(handed_in(*range(8)), {"code-test": 0}.items()) == ""


def test_outputs_count_for_nothing_and_sources_do():
    limits = Limits(notebook_bytes=10_000, source_bytes=1_000)
    shown = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000}
    cell = {**own("a = 1", "code"), "outputs": [shown], "execution_count": 1}

    def data(*cells, version=4):
        content = {"nbformat": 4, "cells": list(cells)}
        old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": list(cells)}]}
        return json.dumps(content if version == 4 else old).encode()

    assert read(data(cell), limits)[0][0]["source"] == "a = 1"
    old = {
        "cell_type": "code",
        "language": "python",
        "input": "a = 1",
        "outputs": [shown],
        "metadata": {},
        "collapsed": False,
    }
    assert read(data(old, version=3), limits)[0][0]["source"] == "a = 1"
    picture = own("![](attachment:a)", attachments={"a": {"image/png": "x" * 1_000}})
    for wrong, words in [
        ([cell] * 3, "the notebook has .* bytes, more than the 10000 bytes allowed"),
        ([own("x" * 1_001)], "hold 1001 bytes without their outputs"),
        ([picture], "without their outputs"),
    ]:
        with pytest.raises(UnreadableError, match=words):
            read(data(*wrong), limits)


def test_a_notebook_of_many_values_is_not_taken_apart(monkeypatch):
    monkeypatch.setattr("nbjudge.rebuild.MOST_MEMORY", 50_000)
    bomb = b'{"nbformat": 4, "x": [' + b"[]," * 1_000 + b"[]]}"
    with pytest.raises(UnreadableError, match="more than 50000 bytes of memory"):
        read(bomb, Limits())
    # The time to look for texts grows with the length alone, even if one never ends.
    start = time.monotonic()
    with pytest.raises(UnreadableError, match="more than 50000 bytes of memory"):
        read(bomb + b'"' + b'\\"' * 50_000, Limits())
    assert time.monotonic() - start < 5
    # Commas in a text are none.
    assert read(json.dumps({"nbformat": 4, "cells": [own('a,[{"\\' * 1_000)]}).encode(), Limits())[0]

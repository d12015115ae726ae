"""What a worker of a cluster sends is a result of the assignment, or the failure of one submission; nothing else."""

import json
import math
import pickle
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbjudge import Graded, GradedNotebook, MachineError, SandboxError, Status
from nbjudge.pool import grade_all
from nbjudge.results import pack_error, pack_result, unpack_result
from nbjudge.wire import MAGIC, pack, unpack
from tests.nbjudge.small import assignment

pytestmark = pytest.mark.quick
TASK = assignment("assert x == 1", "assert x < 2")
BOOK = GradedNotebook(
    "small",
    Status.TIMEOUT,
    "a cell ran too long",
    {"nbformat": 4, "cells": [{"source": "é\udc80", "outputs": [{"text": "\x1b[2J", "n": math.inf}]}]},
    {"test-1": 2.0, "test-2": None},
    {"test-1": 2.0, "test-2": 2.0},
    {"test-1": "x is not 1"},
    ["moved"],
    {"left/a.txt": b"\0\xff"},
    seconds=1.5,
    processor_seconds=0.5,
    held_up=True,
    remark="it slowed others",
    memory=1 << 40,
    log=["a line"],
)


class Acts:
    """Leaves a file when it is unpickled."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return open, (self.place, "w")


def plain(**changes):
    """The plain form of the result with other fields."""
    (data,) = unpack(pack_result(Graded([BOOK])))
    return {**data, **changes}


def test_a_result_comes_as_it_was():
    message = pack_result(Graded([BOOK]))
    assert type(message) is bytes and message.startswith(MAGIC)
    assert unpack_result(message, TASK) == Graded([BOOK])
    blank = replace(BOOK, content=None, scores={}, hints={}, files={}, status=Status.MISSING)
    assert unpack_result(pack_result(Graded([blank])), TASK) == Graded([blank])


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MachineError("no memory", "buy some"), MachineError),
        (SandboxError("none", "do"), SandboxError),
        (ZeroDivisionError("by zero"), MachineError),
        (RuntimeError(), MachineError),
    ],
)
def test_a_failure_comes_as_a_sentence(error, kind):
    message = pack_error(error)
    assert message.startswith(MAGIC)
    with pytest.raises(kind) as raised:
        unpack_result(message, TASK)
    assert type(raised.value) is kind
    assert str(error) in str(raised.value)


def test_what_cannot_be_sent_is_a_failure_of_its_own():
    with pytest.raises(MachineError, match="can't be sent"):
        unpack_result(pack_result(Graded([replace(BOOK, findings=["x"] * 1_000_001)])), TASK)


WRONG = {
    "name": ["other", 1, None],
    "status": ["excellent", "", Status.GRADED.name, 1, None],
    "reason": [None, b"", 3],
    "content": [b"", b"[1]", b"3", b"{", b"[" * 100_000, b"9" * 5000, "{}", {"cells": []}, pickle.dumps({})],
    "scores": [{"test-1": 3.0}, {"test-1": -1.0}, {"test-1": math.nan}, {"test-1": math.inf}, {"test-1": True},
               {"test-1": "2"}, {"test-9": 1.0}, {1: 1.0}, [], None, {"answer": 0.0}],
    "max_scores": [{"test-1": 9.0}, {"test-1": math.nan}, {"test-9": 2.0}, {"test-1": None}, {}, [["test-1", 2.0]]],
    "hints": [{"test-1": 1}, {"test-9": "x"}, {2: "x"}, "test-1"],
    "findings": [[1], "moved", None, [["moved"]], ("moved",)],
    "files": [{"../up": b""}, {"/etc/passwd": b""}, {"a\0": b""}, {"book.ipynb": b""}, {"a": "text"}, {b"a": b""},
              {"a\x1b[2J": b""}, {".git/config": b""}, [], {f"f{n}": b"" for n in range(2000)}],
    "seconds": [-1.0, math.nan, math.inf, "1", None, True],
    "processor_seconds": [-1.0, math.nan, "1", None],
    "held_up": [None, 1, "yes"],
    "remark": [None, 1, ["slow"]],
    "memory": [-1, 1.0, None, True, "1"],
    "log": [[None], "line", {}, [b"x"]],
    "missing_modules": [[1], "pandas", None, ("pandas",)],
    "trusted": [{"test-1": "why"}, {"test-9": "why"}, {1: "why"}, {"test-1": None}, [], None],
}  # fmt: skip


def test_every_field_is_named_here():
    assert set(WRONG) == {field.name for field in fields(GradedNotebook)}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_field_is_no_result(name, value):
    assert unpack_result(pack([plain()]), TASK)
    with pytest.raises(MachineError, match="a worker of the cluster sent no result of this assignment"):
        unpack_result(pack([plain(**{name: value})]), TASK)


def test_missing_and_additional_fields_are_no_result():
    for name in WRONG:
        less = plain()
        del less[name]
        for data in (less, plain(more=1)):
            with pytest.raises(MachineError, match="a notebook has other fields"):
                unpack_result(pack([data]), TASK)


@pytest.mark.parametrize(
    "content",
    [[], [plain(), plain()], [None], None, 3, "text", {}, {"error": "SandboxError"}, [[plain()]], ("a",), {"a": {1: 2}},
     {"error": "MachineError", "problem": "p", "remedy": 3}, {"error": b"x", "problem": "", "remedy": ""}],
)  # fmt: skip
def test_other_contents_are_no_result(content):
    with pytest.raises(MachineError, match="sent no result"):
        unpack_result(pack(content), TASK)


def test_an_error_of_no_known_class_is_one_of_the_machine():
    with pytest.raises(MachineError, match="p: r"):
        unpack_result(pack({"error": "SystemExit", "problem": "p", "remedy": "r"}), TASK)


def test_a_pickle_is_not_opened(tmp_path):
    for value in (
        pickle.dumps(Acts(str(tmp_path / "acted"))),
        Acts(str(tmp_path / "acted")),
        Graded([BOOK]),
        None,
        "",
        1,
    ):
        with pytest.raises(MachineError, match="sent no result"):
            unpack_result(value, TASK)
    assert not (tmp_path / "acted").exists()


@given(st.data())
def test_damaged_messages_are_failures_only(data):
    message = bytearray(pack_result(Graded([BOOK])))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(message) - 1))
        message[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not message:
            break
    try:
        result = unpack_result(bytes(message), TASK)
    except MachineError:
        return
    # It can be written down all the same.
    json.dumps(result.notebooks[0].content)
    assert 0 <= result.score <= 4


def test_a_class_goes_on_after_a_lie():
    """Each submission that a worker lies about fails for itself, at the second attempt."""
    from concurrent.futures import Future

    def submit(submission):
        future = Future()
        try:
            future.set_result(unpack_result(submission, TASK))
        except MachineError as error:
            future.set_exception(error)
        return future

    sent = {"ada": pack_result(Graded([BOOK])), "liar": b"\x80\x04.", "other": pack([plain(memory=-1)])}
    results = dict(grade_all([(name, lambda name=name: sent[name]) for name in sent], submit, 2))
    assert results["ada"] == Graded([BOOK])
    assert {type(results[name]) for name in ("liar", "other")} == {MachineError}

"""What a student is told about a test that failed: what can be seen, and nothing else."""

import pytest

from nbjudge.hints import hidden_lines, hint_for, visible_text
from nbjudge.protocol import Report, from_wire
from nbjudge.ways import lent_by
from tests.nbjudge.small import graded

pytestmark = pytest.mark.quick

TEST = """def visible(x):
    assert f(x) == 1  # seen

visible(1)
### BEGIN HIDDEN TESTS
def secret(x):
    assert f(x) == 4242, f"not {x}"
secret(77)
visible(78)
assert f(79) == 4343
### END HIDDEN TESTS
assert f(5) == 1"""


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("def f(x): return 0", "assert f(x) == 1  # seen"),
        ("def f(x): return 1", "hidden"),
        # Which line fails is told no more when the code has seen a hidden input: it could choose the line by it.
        ("def f(x): return {77: 4242, 78: 0}.get(x, 1)", "hidden"),
        ("def f(x): return {77: 4242}.get(x, 1)", "hidden"),
        ("def f(x): return {77: 4242, 79: 4343, 5: 0}.get(x, 1)", "hidden"),
        ("def f(x): raise NotImplementedError", "not answered yet"),
        ("def f(x): raise ValueError(f'seen {x} 4242')", "ValueError"),
        ("def f(x):\n    if x == 77: raise KeyError(x)\n    return 1", "stopped with an error"),
        ("def f(x): return object()", "could not be handed"),
        ("def f(x): return [[[object()]]] if x == 77 else 1", "hidden"),
        ("", "not defined"),
        ("def f(x): return 1 if x == 1 else undefined", "stopped with an error"),
        ("class E(ValueError):\n    hint = 'you get 77 points'\ndef f(x): raise E(x)", "ValueError"),
    ],
)
def test_a_hint_tells_what_can_be_seen_and_nothing_else(room, answer, hint):
    test = f"\n\n{TEST}"
    report = room(answer, test)
    assert not report.passed
    told = hint_for(report, {"source": test}, 0)
    assert hint in told
    for secret in ("77", "78", "79", "4242", "4343", "secret"):
        assert secret not in told


def test_hidden_lines_are_counted_as_python_counts_them():
    text = 'a = "\x0c\x1c\u2028"\n### BEGIN HIDDEN TESTS\nassert f(1) == 4242\n### END HIDDEN TESTS\nb = 1'
    assert hidden_lines(text) == {2, 3, 4}
    cell = {"source": text}
    for line in (2, 3, 4):
        for statement in (1, line):
            report = Report(ename="AssertionError", line=line, statement=statement)
            assert "4242" not in hint_for(report, cell, 0)
    assert "a = " in hint_for(Report(ename="AssertionError", line=1, statement=1), cell, 0)


@pytest.mark.parametrize(
    ("begin", "end"),
    [("###BEGIN HIDDEN TESTS", "###END HIDDEN TESTS"), ("# BEGIN HIDDEN TESTS: slow", "    ## END HIDDEN TESTS ##")],
)
def test_hidden_lines_are_those_that_nbgrader_hides(begin, end):
    text = f"assert f(0) == 0\n{begin}\nsecret = 4242\nassert f(1) == secret\n{end}\nassert f(2) == 2"
    assert hidden_lines(text) == {2, 3, 4, 5}
    assert visible_text(text) == "assert f(0) == 0\nassert f(2) == 2"
    assert lent_by(text, frozenset(["f"]), frozenset(["secret"])) == ()
    assert "4242" not in hint_for(Report(ename="AssertionError", line=3, statement=3), {"source": text}, 0)


@pytest.mark.parametrize("line", [None, 0, -1, 99, 10**30, "1", 1.0, True])
def test_lines_that_are_none_are_not_quoted(line):
    report = from_wire({"kind": "Report", "ename": "AssertionError", "line": line}, Report)
    assert "4242" not in hint_for(report, {"source": "assert f(1) == 4242"}, 0)


def test_a_loop_without_end_and_a_hint_of_the_test(room):
    report = room("x = 1", "error = AssertionError('4242')\nerror.hint = 'Look at the sign.'\nraise error")
    assert hint_for(report, {"source": ""}, 0) == "Look at the sign."
    slow = hint_for(report, {"source": ""}, 7.5)
    assert slow == "Your code took too long in this test and was stopped after 7.5 seconds."


ENDS = {
    "passes": "def f(x): return 1",
    "an exception": "def f(x): raise KeyError(x)",
    "another": "class Own(Exception): pass\ndef f(x): raise Own(x)",
    "a stub's": "def f(x): raise NotImplementedError",
    "no name": "",
    "no data": "def f(x): return lambda: 1",
    "first line": "def f(x): return 0",
    "second line": "def f(x): return 1 if x < 2 else 0",
    "no elements": "def f(x): return []",
}


@pytest.mark.parametrize("seen_before", [False, True])
@pytest.mark.parametrize("first", ["", "assert f(0) == 1\n"])
def test_in_a_hidden_test_the_code_can_not_choose_its_hint(room, first, seen_before):
    """Whatever happens, the student learns that the test failed, and whether the code stopped; no more."""
    test = f"{first}### BEGIN HIDDEN TESTS\nassert f(1) == 1\nassert f(2) == 1\n### END HIDDEN TESTS\nassert f(3) == 1"
    told = set()
    for answer in ENDS.values():
        room.globals.pop("f", None)
        # The visible line before the hidden ones does not fail.
        report = room(f"{answer}\ng = globals().get('f')\ndef f(x): return g(x) if x else 1", test)
        if not report.passed:
            told.add(hint_for(report, {"source": test}, 0, seen_hidden=seen_before))
    assert len(told) == 2
    assert not any(word in " ".join(told) for word in ("Error", "Own", "assert", "defined", "handed"))


def test_after_a_hidden_test_no_exception_is_named(room):
    test = "assert f(1) == 1\nassert f(2) == 1"
    told = {
        hint_for(room(ENDS[end], test), {"source": test}, 0, seen_hidden=True)
        for end in ("an exception", "another", "a stub's")
    }
    assert told == {"Your code stopped with an error in this test."}
    # Which line fails is told of a test that the student has whole.
    report = room(ENDS["second line"], test)
    assert "assert f(2) == 1" in hint_for(report, {"source": test}, 0, seen_hidden=True)


def test_an_answer_as_it_was_released_is_called_so():
    report = Report(ename="ValueError", from_student=True)
    assert "not answered" in hint_for(report, {"source": ""}, 0, unanswered=True, seen_hidden=True)


@pytest.mark.usefixtures("engine")
def test_the_engine_knows_when_a_hidden_test_has_run():
    hidden = "### BEGIN HIDDEN TESTS\nassert f(7) == 7\n### END HIDDEN TESTS"
    visible = "assert f(1) == 1"
    result = graded("def f(x): raise KeyError(x)", tests=(visible, hidden, visible))
    assert [result.hints["small", f"test-{number}"] for number in (1, 2, 3)] == [
        "Your code stopped with KeyError in this test.",
        "Your code stopped with an error in this test.",
        "Your code stopped with an error in this test.",
    ]

"""What the engine does for `gdl_utils.checks`: says whose work is tested, and hands hints on."""

import pytest

from nbjudge import EngineOptions, Limits, grade
from nbjudge.rebuild import checksum
from nbjudge.zygote_client import close_zygotes
from tests.nbjudge.small import assignment, graded, handed_in, printed


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    close_zygotes()


SHOWS_DRAWN = "from gdl_utils import checks\nprint(checks.random_inputs('one').integers(10**9))\nassert x == 1"


def drawn(student, **options):
    task = assignment(SHOWS_DRAWN)
    result = grade(task, handed_in(task, "x = 1"), Limits(cell_seconds=10), EngineOptions(**options), student)
    return result.notebooks[0].content["cells"][1]["outputs"][0]["text"]


def test_hidden_inputs_are_another_for_each_student_and_the_same_on_regrade():
    assert drawn("ada") == drawn("ada", warm=False)
    assert len({drawn(name) for name in ("ada", "blaise", "")}) == 3


def test_the_student_process_does_not_know_its_seed():
    look = "from gdl_utils import checks\nprint(checks._student)\nx = 1"
    assert printed(graded(look)).strip() == "{}"


def test_a_score_in_part_comes_with_its_hint():
    part = "from gdl_utils import checks\nchecks.check_rows(x, [1, 2, 3, 4], points=2)"
    result = graded("x = [1, 2, 0, 4]", tests=(part, part.replace("points=2)", "points=2);"), part.replace("4]", "5]")))
    assert result.scores == {("small", "test-1"): 1.5, ("small", "test-2"): 2, ("small", "test-3"): 1}
    assert result.hints["small", "test-1"] == "1 of 4 entries is wrong; the first is entry 3."


def test_a_score_of_the_students_own_is_no_score():
    forged = "from gdl_utils import checks\nx = checks.Score(2, 'all points for me')"
    for test in ("x", "x + 0", "0 + x"):
        result = graded(forged, tests=(f"assert x == 0\n{test}",))
        assert result.score == 0
        assert "all points" not in str(result.hints)


def test_a_name_that_is_not_there_is_an_answer_that_is_not_there():
    task = assignment("assert table == [1]")
    blank = task.notebooks[0].content["cells"][0]
    # As nbgrader notes in a release what an answer looked like.
    blank["metadata"]["nbgrader"]["checksum"] = checksum(blank)
    for source, told in ((blank["source"], "not answered yet"), ("tabel = [1]", "is not defined")):
        hints = grade(task, handed_in(task, source), Limits(cell_seconds=10)).hints
        assert told in hints["small", "test-1"]

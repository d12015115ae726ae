"""What the engine does for `gdl_utils.checks`: hands the seed of hidden inputs to the judge, and hints to students."""

import pytest

from gdl_utils.checks import seed_of
from nbjudge import EngineOptions, Limits, grade
from nbjudge.notebook import checksum
from nbjudge.zygote_client import close_zygotes
from tests.nbjudge.small import assignment, graded, printed, submission


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    close_zygotes()


SHOWS_DRAWN = "from gdl_utils import checks\nprint(checks.random_inputs('numbers').integers(10**9))\nassert x == 1"


def drawn(student, **options):
    task = assignment(SHOWS_DRAWN)
    work = submission(task, "x = 1", seed=seed_of("small", student))
    result = grade(task, work, Limits(cell_seconds=10), EngineOptions(**options))
    return result.notebooks[0].content["cells"][1]["outputs"][0]["text"]


def test_hidden_inputs_differ_from_student_to_student():
    """They are the same whenever a submission is graded again."""
    assert drawn("ada") == drawn("ada", warm=False)
    assert len({drawn(name) for name in ("ada", "blaise", "")}) == 3


def test_the_student_process_does_not_know_its_seed():
    seed = 4_242_424_242
    look = """
import os, subprocess, sys
from gdl_utils import checks
x = 1
print(dict(os.environ), *(open(f"/proc/{name}/environ").read() for name in os.listdir("/proc") if name.isdigit()))
print(subprocess.run([sys.executable, "-c", "import os; print(dict(os.environ))"], capture_output=True, text=True))
print("drawn", checks.random_inputs("numbers").integers(10**9))
"""
    task = assignment(SHOWS_DRAWN)
    result = grade(task, submission(task, look, seed=seed), Limits(cell_seconds=10))
    seen = printed(result)
    assert result.score == 2 and "NBGRADER_EXECUTION" in seen
    assert "NBJUDGE_SEED" not in seen and str(seed) not in seen
    # What its own checks draw is not what the judge's draw.
    own = seen.rpartition("drawn ")[2].split()[0]
    assert own not in result.notebooks[0].content["cells"][1]["outputs"][0]["text"]


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


def test_a_missing_name_is_an_answer_that_is_not_there():
    task = assignment("assert table == [1]")
    blank = task.notebooks[0].content["cells"][0]
    # As nbgrader notes in a release what an answer looked like.
    blank["metadata"]["nbgrader"]["checksum"] = checksum(blank)
    for source, told in ((blank["source"], "not answered yet"), ("tabel = [1]", "is not defined")):
        hints = grade(task, submission(task, source), Limits(cell_seconds=10)).hints
        assert told in hints["small", "test-1"]

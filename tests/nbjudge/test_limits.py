"""What the limits allow can be graded: neither long cells nor large files are a failure."""

from nbjudge import Limits, Status, Submission, grade
from tests.nbjudge import small

ANSWER = "x = 1\ntext = '{}'"


def test_a_cell_may_be_as_long_as_a_notebook():
    limits = Limits(output_bytes=1 << 10, source_bytes=9 << 20)
    for character in ("a", "\N{GRINNING FACE}", "\x01"):
        graded = small.graded(ANSWER.format(character * (4 << 20)), limits=limits)
        assert (graded.score, graded.status, graded.attention) == (2, Status.GRADED, [])


def test_files_may_take_all_the_room_there_is():
    task = small.assignment("assert x == 1")
    for sizes in ([Limits().disk_bytes - (1 << 16)], [32 << 20, (32 << 20) - (1 << 17)]):
        files = {f"{number}.bin": bytes(size) for number, size in enumerate(sizes)}
        graded = grade(task, Submission({**files, **small.submission(task, "x = 1").files}))
        assert (graded.score, graded.status, graded.attention) == (2, Status.GRADED, [])

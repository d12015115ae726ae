"""A class is graded from the zygote that the command has started early, if it fits."""

import dataclasses

from gdl_utils.classroom.grade import grade_class
from nbjudge.pool import early_zygote
from nbjudge.zygote_client import close_zygotes
from tests.classroom.small_course import FULL, HOW, NAME, RIGHT, make_course, scores
from tests.nbjudge.processes import zygotes


def test_a_class_is_graded_from_the_early_zygote(tmp_path, root):
    course = make_course(tmp_path / "course", root, {f"student-{number}": RIGHT for number in range(4)})
    # Those that other tests have started in this process.
    close_zygotes()
    early = early_zygote(course.source(NAME), HOW.engine)
    seen = []
    try:
        grade_class(course, NAME, lambda _: seen.append(set(zygotes())), dataclasses.replace(HOW, workers=2), early)
    finally:
        early.close()
    assert seen == [{early.process.pid}] * 4
    assert all(points == FULL for points in scores(course).values())

"""The language of all texts: they keep the rules of prose_rules.toml, and every page and assignment can be read."""

import pytest

from gdl_utils.authoring import prose

LEFT_OUT = prose.style().left_out


def test_the_texts_of_the_course_keep_the_rules(root):
    assert prose.check_files(root, []) == []


@pytest.mark.skipif("book/*.md" in LEFT_OUT, reason="the pages are being edited, see prose_rules.toml")
def test_every_page_and_assignment_can_be_read(root):
    grades = prose.check_grades(root, [])
    assert len(grades) > 35
    wrong = {path.name: round(grade, 1) for path, grade, fits in grades if not fits}
    assert wrong == {}, f"the bounds are {prose.style().grades}: join or divide sentences; see 'gdl prose --grades'"

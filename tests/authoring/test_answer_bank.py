"""Answers of a bank that are graded together get what each would get alone."""

import pytest

from gdl_utils.authoring.answer_bank import Answer, Bank, Exercise, answer_grader, exercises_of, joint_groups

NAME = "01_probability"


def exercise(name, *needs):
    return Exercise(name, (), (), needs)


def test_answers_together_are_to_independent_exercises():
    alone, first, second, third = exercise("a"), exercise("b"), exercise("c", "b"), exercise("d", "b", "c")
    tried = [(each, Answer(f"{each.name}{i}", "")) for each in (alone, first, second, third) for i in range(3)]
    groups = joint_groups(tried)
    assert sorted(number for group in groups for number in group) == list(range(len(tried)))
    for group in groups:
        names = [tried[number][0].name for number in group]
        needed = {name for number in group for name in tried[number][0].needs}
        assert len(set(names)) == len(names)
        assert needed.isdisjoint(names)
    # `b` may be in one submission with `a` alone, and so may each that needs it.
    assert [[tried[number][1].name for number in group] for group in groups[:3]] == [
        ["a0", "b0"],
        ["a1", "b1"],
        ["a2", "b2"],
    ]
    assert joint_groups([]) == []


def test_each_alone_gets_the_same_as_all_together(course):
    bank, exercises = Bank(course, NAME), exercises_of(course, NAME)
    tried = [(each, answer) for each in exercises for answer in (each.right[0], each.wrong[0])]
    assert 1 < len(joint_groups(tried)) < len(tried)
    with answer_grader(bank) as grade:
        together, alone = grade(tried), [grade([pair])[0] for pair in tried]
    assert [(result.exercise.name, result.answer.name) for result in together] == [
        (each.name, answer.name) for each, answer in tried
    ]
    assert [dict(result.lost) for result in together] == [dict(result.lost) for result in alone]
    assert [result.hints for result in together] == [result.hints for result in alone]


@pytest.mark.parametrize("source", ["import os\nos._exit(0)", "import os\nos.kill(os.getpid(), 9)"])
def test_an_answer_that_ends_the_run_costs_no_other(course, source):
    bank, exercises = Bank(course, NAME), exercises_of(course, NAME)
    needed = {name for each in exercises for name in each.needs}
    free = [each for each in exercises if not each.needs and each.name not in needed]
    assert len(free) >= 3
    tried = [(free[0], Answer("right", free[0].right[0].source)), (free[1], Answer("ends it", source))]
    tried.append((free[2], Answer("right", free[2].right[0].source)))
    assert joint_groups(tried) == [[0, 1, 2]]
    with answer_grader(bank) as grade:
        before, ended, after = grade(tried)
    assert ended.lost == bank.tests(free[1].name)
    assert not before.lost
    assert not after.lost


def test_files_of_an_answer_are_handed_in_beside_the_notebook(course, tmp_path):
    bank, exercises = Bank(course, NAME), exercises_of(course, NAME)
    bank.folder = tmp_path
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "small.npz").write_bytes(b"PK")
    answer = Answer("with a file", "pass", files={"my_model.npz": "models/small.npz"})
    files = bank.files_for([(exercises[0], answer), (exercises[1], Answer("without", "pass"))])
    assert files["my_model.npz"] == b"PK"
    assert set(files) == {bank.file, "my_model.npz"}

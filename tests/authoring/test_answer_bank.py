"""Answers of a bank that are graded together get what each would get alone."""

import pytest

from gdl_utils.authoring.answer_bank import Answer, Bank, Exercise, answer_grader, exercises_of, groups

NAME = "01_probability"


def exercise(name, *needs):
    return Exercise(name, (), (), needs)


def test_answers_together_are_to_exercises_that_need_nothing_of_each_other():
    alone, first, second, third = exercise("a"), exercise("b"), exercise("c", "b"), exercise("d", "b", "c")
    tried = [(one, Answer(f"{one.name}{i}", "")) for one in (alone, first, second, third) for i in range(3)]
    found = groups(tried)
    assert sorted(number for group in found for number in group) == list(range(len(tried)))
    for group in found:
        names = [tried[number][0].name for number in group]
        needed = {name for number in group for name in tried[number][0].needs}
        assert len(set(names)) == len(names)
        assert needed.isdisjoint(names)
    # `b` may be in one submission with `a` alone, and so may each that needs it.
    assert [[tried[number][1].name for number in group] for group in found[:3]] == [
        ["a0", "b0"],
        ["a1", "b1"],
        ["a2", "b2"],
    ]
    assert groups([]) == []


def test_each_alone_gets_the_same_as_all_together(root):
    bank, exercises = Bank(root, NAME), exercises_of(root, NAME)
    tried = [(one, answer) for one in exercises for answer in (one.right[0], one.wrong[0])]
    assert 1 < len(groups(tried)) < len(tried)
    with answer_grader(bank) as run:
        together, alone = run(tried), [run([one])[0] for one in tried]
    assert [(one.exercise.name, one.answer.name) for one in together] == [
        (one.name, answer.name) for one, answer in tried
    ]
    assert [dict(one.lost) for one in together] == [dict(one.lost) for one in alone]
    assert [one.hints for one in together] == [one.hints for one in alone]


@pytest.mark.parametrize("source", ["import os\nos._exit(0)", "import os\nos.kill(os.getpid(), 9)"])
def test_an_answer_that_ends_the_run_takes_nothing_from_the_others(root, source):
    bank, exercises = Bank(root, NAME), exercises_of(root, NAME)
    free = [one for one in exercises if not one.needs and not any(one.name in other.needs for other in exercises)]
    assert len(free) >= 3
    tried = [(free[0], Answer("right", free[0].right[0].source)), (free[1], Answer("ends it", source))]
    tried.append((free[2], Answer("right", free[2].right[0].source)))
    assert groups(tried) == [[0, 1, 2]]
    with answer_grader(bank) as run:
        before, ended, after = run(tried)
    assert ended.lost == bank.tests(free[1].name)
    assert not before.lost
    assert not after.lost

"""Hidden inputs differ from student to student, and are the same again."""

import pytest

from gdl_utils import checks

pytestmark = pytest.mark.quick


@pytest.fixture(autouse=True)
def no_judge(monkeypatch):
    monkeypatch.delenv("NBJUDGE_SEED", raising=False)


@pytest.fixture
def draw_for(monkeypatch):
    """Draw as in the judge, which is given the seed of a student."""

    def draw_as(assignment, student, name="some"):
        monkeypatch.setenv("NBJUDGE_SEED", str(checks.seed_of(assignment, student)))
        return draw(name)

    return draw_as


def draw(name="some"):
    return checks.random_inputs(name).integers(10**9, size=3).tolist()


def test_inputs_differ_by_student_assignment_and_name_alone(draw_for):
    who = [("02", "ada"), ("02", "blaise"), ("03", "ada"), ("02", "ada", "two"), ("0", "2ada")]
    different = [draw_for(*whose) for whose in who]
    assert len({tuple(inputs) for inputs in different}) == 5
    assert draw_for("02", "ada") == different[0] == draw()


def test_the_seed_is_the_same_in_each_process_and_version():
    assert checks.seed_of("02_shapes_and_parameters", "ada") == 7_239_451_866_545_291_006
    assert 0 <= checks.seed_of("", "") < 2**64


def test_the_folder_says_whose_work_it_is_if_nobody_does(tmp_path, monkeypatch, draw_for):
    drawn = {}
    for student in ("ada", "blaise"):
        folder = tmp_path / student / "02"
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        drawn[student] = draw()
        assert draw() == drawn[student]
    assert drawn["ada"] != drawn["blaise"]
    # Said by the judge, it is the same, and then the folder does not matter.
    assert draw_for("02", "ada") == drawn["ada"]

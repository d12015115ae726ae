"""One line turns the engine on, and leaves what a configuration says beside it."""

import pytest
from nbgrader.preprocessors import Execute, LimitOutput
from traitlets.config import Config

from gdl_utils.grading import PLUGIN, use_engine

pytestmark = pytest.mark.quick


def test_lists_that_are_there_are_kept():
    c = Config()
    c.CourseDirectory.ignore = ["*.tmp"]
    c.CourseDirectory.source_directory = "master"
    c.Autograde.sanitize_preprocessors = ["own.Step"]
    c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.Execute", Execute, LimitOutput, "own.Last"]
    c.ClearSolutions.begin_solution_delimeter = "START"
    use_engine(c)
    assert c.CourseDirectory.ignore == ["*.tmp", "hidden"] and c.CourseDirectory.source_directory == "master"
    assert c.Autograde.sanitize_preprocessors == [f"{PLUGIN}.RebuildFromSource", "own.Step"]
    assert c.Autograde.autograde_preprocessors == [f"{PLUGIN}.JudgeCells"] * 2 + [LimitOutput, "own.Last"]
    assert c.ClearSolutions.begin_solution_delimeter == "START"


def test_without_lists_nbgraders_own_are_taken():
    c = Config()
    use_engine(c)
    names = [step if isinstance(step, str) else step.__name__ for step in c.Autograde.autograde_preprocessors]
    assert f"{PLUGIN}.JudgeCells" in names and "Execute" not in names and "AssignLatePenalties" in names
    assert "hidden" in c.CourseDirectory.ignore and len(c.CourseDirectory.ignore) > 3
    again = list(c.CourseDirectory.ignore)
    use_engine(c)
    assert c.CourseDirectory.ignore == again

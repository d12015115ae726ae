"""A plugin for pytest that runs nbgrader's own tests of `nbgrader autograde` with the course's engine.

Used by test_nbgrader_compatibility.py, as `-p nbgrader_own_tests`: it lets a test run that its authors skip, and counts
how often which program ran a submission, in the file that `GDL_COUNTS` names.
"""

import functools
import json
import os
from pathlib import Path

import pytest

# Skipped by its authors since it "consumes a LOT of memory", which the engine's limit ends.
NOT_SKIPPED = "test_infinite_loop_with_output"
# Its authors want an error where the engine's course warns, grades, and lets the instructor set the time.
OTHERWISE = "test_grade_empty_timestamp"
counts = {"judged": 0, "kernels_of_autograde": 0}


def pytest_collection_modifyitems(items):
    """Expect the one test to fail in which the engine's course does otherwise."""
    for item in items:
        if item.name == OTHERWISE:
            item.add_marker(pytest.mark.xfail(strict=True))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    """Let pytest.skip do nothing in the test that is to run."""
    with pytest.MonkeyPatch.context() as patch:
        if item.name == NOT_SKIPPED:
            patch.setattr(pytest, "skip", lambda *_, **__: None)
        yield


def pytest_sessionstart():
    """Count the notebooks that the engine judges, and those that `nbgrader autograde` runs in a kernel all the same."""
    from nbgrader.converters import Autograde
    from nbgrader.preprocessors import Execute

    from gdl_utils.classroom.nbgrader_plugin import JudgeCells
    from nbjudge.grading import NOTE

    def counted(function, name, when):
        @functools.wraps(function)
        def wrapper(self, *args, **kwargs):
            counts[name] += when(self)
            return function(self, *args, **kwargs)

        return wrapper

    def without_times(function):
        """Two notebooks that are alike are to give the same file, whatever they took."""

        @functools.wraps(function)
        def wrapper(self, *args, **kwargs):
            notebook, resources = function(self, *args, **kwargs)
            for name in ("seconds", "processor_seconds", "memory"):
                notebook.metadata.get(NOTE, {}).pop(name, None)
            return notebook, resources

        return wrapper

    JudgeCells.preprocess = without_times(counted(JudgeCells.preprocess, "judged", lambda _: True))
    Execute.preprocess = counted(
        Execute.preprocess,
        "kernels_of_autograde",
        lambda self: isinstance(getattr(self.parent, "parent", None), Autograde),
    )


def pytest_sessionfinish():
    """Write the counts."""
    Path(os.environ["GDL_COUNTS"]).write_text(json.dumps(counts))

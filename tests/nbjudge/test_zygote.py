"""Ways to start a notebook's processes, none of which changes a score: warm or cold, with walls or without."""

import importlib.util
import os
import pickle
import tempfile
import time
import uuid
from pathlib import Path

import psutil
import pytest

from nbjudge import Limits, MachineError, Status
from nbjudge.protocol import Ready, from_wire
from nbjudge.sandbox import bubblewrap
from nbjudge.zygote_client import Environment, ZygoteServer, close_zygotes
from tests.nbjudge.processes import command_line
from tests.nbjudge.small import graded, printed

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("engine")


def test_a_warm_start_gives_the_same_scores_as_a_cold_one():
    answer = "import numpy as np\nx = 1\ndef f(n): return np.arange(n)"
    tests = ("import numpy as np\nassert (f(3) == np.array([0, 1, 2])).all()", "0.5", "assert f(2).sum() == 5")
    scores = [graded(answer, tests=tests, warm=warm).scores for warm in (True, False)]
    assert scores[0] == scores[1] and list(scores[0].values()) == [2, 0.5, 0]


def test_a_process_with_threads_is_not_forked_but_starts_cold(tmp_path, monkeypatch):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    monkeypatch.setitem(bubblewrap.ENVIRONMENT, "PYTHONPATH", f"{tmp_path}:{ROOT}")
    close_zygotes()
    for modules, warm in ((["json"], True), (["threaded"], False), (["no_such_module", "json"], True)):
        statements = tuple(f"import {name}" for name in modules)
        made = ZygoteServer(Environment(statements, warm=True, sandboxed=False))
        try:
            assert made.wait() is warm
            with made.fork(Limits()) as pair:
                message = pair.student.control.receive(time.monotonic() + 20)
                assert from_wire(message, Ready) == Ready()
        finally:
            made.close()
    result = graded("import threaded\nx = 1", tests=("import threaded\nassert x == 1",), sandboxed=False)
    assert (result.status, result.score) == (Status.GRADED, 2)
    close_zygotes()


def test_what_shows_an_error_is_imported_before_the_fork():
    answer = """import linecache, sys
before = set(sys.modules)
names = [name for name in globals() if not name.startswith("_")]
kept = [name for name in dir(sys) if name.startswith("last_")]
try:
    {}["nothing"]
except KeyError:
    get_ipython().showtraceback()
x = 1
print(sorted(name for name in set(sys.modules) - before if not name.startswith("IPython.")))
print(names, kept)
"""
    result = graded(answer)
    assert (result.status, result.score) == (Status.GRADED, 2)
    of_ipython = ["In", "Out", "get_ipython", "exit", "quit", "open"]
    assert printed(result).splitlines() == ["[]", f"{[*of_ipython, 'linecache', 'sys', 'before']} []"]


def test_to_show_an_error_not_all_modules_are_looked_through():
    answer = """import sys, types
class Watched(types.ModuleType):
    looked = 0
    @property
    def __file__(self):
        Watched.looked += 1
        return "watched.py"
sys.modules["watched"] = Watched("watched")
def fails():
    return {}["nothing"]
try:
    fails()
except KeyError:
    get_ipython().showtraceback()
x = 1
print(Watched.looked)
"""
    result = graded(answer)
    assert (result.status, result.score, printed(result)) == (Status.GRADED, 2, "0\n")
    (error,) = [
        output
        for cell in result.notebooks[0].content["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "error"
    ]
    assert "---> 10     return {}" in "".join(error["traceback"]), "the lines of the cell are shown as ever"


@pytest.mark.skipif(not importlib.util.find_spec("pyarrow"), reason="pyarrow is not installed")
def test_tables_do_not_make_each_notebook_import_them_anew():
    """pyarrow, which pandas imports, would start a thread, and a process with threads is not forked."""
    made = ZygoteServer(Environment(("import pandas",)))
    try:
        assert made.wait() is True
    finally:
        made.close()


def test_figures_of_what_only_students_import_are_shown():
    content = graded("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nx = 1").notebooks[0].content
    shown = [output["data"] for cell in content["cells"] for output in cell.get("outputs", []) if "data" in output]
    assert any("image/png" in data for data in shown)


def test_without_walls_it_works_and_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    close_zygotes()
    try:
        result = graded("import os\nx = 1\nopen('left.txt', 'w').write('x')\nprint(os.getuid())", sandboxed=False)
    finally:
        close_zygotes()
    assert (result.status, result.score) == (Status.GRADED, 2)
    assert printed(result).strip() == str(os.getuid())
    assert result.notebooks[0].files == {"left.txt": b"x"}
    assert list(tmp_path.iterdir()) == []
    # One for each way: a notebook that asks for walls never meets a process without them.
    assert Environment((), True, True) != Environment((), True, False)


def test_of_one_that_has_ended_nothing_is_handed_on():
    """Workers that begin after it find none, and start their own."""
    made = ZygoteServer(Environment(("import json",), sandboxed=False))
    made.close()
    assert pickle.loads(pickle.dumps(made)) is None


def test_one_that_ends_before_it_began_is_noticed_at_once():
    for moment in (0, 0.001, 0.003, 0.01, 0.03):
        name = f"nothing_{uuid.uuid4().hex}"
        made = ZygoteServer(Environment((f"import {name}",)))
        time.sleep(moment)
        made.process.kill()
        start = time.monotonic()
        with pytest.raises(MachineError):
            made.wait()
        assert time.monotonic() - start < 20, "it waited as long as the imports may take"
        # The kernel, too, ends them one after the other.
        while any(name in " ".join(command_line(process)) for process in psutil.process_iter()):
            assert time.monotonic() - start < 20, "a process outlives the zygote"
            time.sleep(0.1)

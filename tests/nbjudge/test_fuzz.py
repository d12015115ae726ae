"""Damaged and strange notebooks, graded by the real engine: each gets a result, and none stops the run."""

import copy
import json
import random
import time

import nbformat
import pytest

from nbjudge import Assignment, Limits, SourceNotebook, Status, Submission, grade
from tests.notebooks import answer, as_bytes, by_hand, cell, cell_of, name_of, notebook, setup, test, text

pytestmark = [pytest.mark.timing, pytest.mark.usefixtures("engine")]

LIMITS = Limits(
    memory=300 << 20, processes=8, cell_seconds=1, notebook_seconds=6, disk_bytes=4 << 20, output_bytes=20_000, cells=60
)
SLOW = 5_000
QUICK = 300

SOURCE = notebook(
    text("# Halves"),
    setup("import math\nSCALE = 2"),
    answer("def half(x):\n    raise NotImplementedError", "half"),
    test("assert half(8) == 4", "half-visible", 1),
    test("", "half-hidden", 2, hidden="assert half(7) == 3.5\nassert half(0.5) == 0.25"),
    answer("table = []", "table"),
    test("sum(row[1] == row[0] * SCALE for row in table)", "table-partly", 3),
    by_hand("Because.", "essay", 4),
)
TASK = Assignment("small", (SourceNotebook("small", SOURCE),), hidden={"hidden.txt": b"4242"})
ANSWERS = {"half": "def half(x):\n    return x / 2", "table": "table = [(1, 2), (2, 4), (3, 6)]"}
POINTS = {"half-visible": 1, "half-hidden": 2, "table-partly": 3, "essay": 4}

SNIPPETS = [
    *["", "\0", "\ufeff", "x = (", "def f(", "  1\n 2", "\t", "# -*- coding: rot13 -*-", "%", "%%", "%%bash", "!", "?"],
    *[
        "%%bash\nexit 3",
        "!kill -9 $PPID",
        "%reset -f",
        "%%time\n1",
        "%autoreload",
        "%cd /",
        "%run x",
        "%%capture\n1 / 0",
    ],
    *[
        "raise SystemExit(3)",
        "exit()",
        "quit()",
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
        "1 / 0",
        "assert False",
    ],
    *["import os\nos._exit(0)", "import os\nos.kill(os.getpid(), 9)", "import os\nos.kill(os.getpid(), 11)"],
    *["import os\nos.closerange(0, 99)", "import os\nos.close(1)", "import sys\nsys.stdout.close()"],
    *["import sys\nsys.stdout = sys.stderr = None", "print('\\ud800')", "raise Exception('\\ud800')", "'\\ud800'"],
    *["print('x' * 10 ** 6)", "'y' * 10 ** 6", "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 99)"],
    *["from IPython.display import display\ndisplay({'text/plain': 3, 'image/png': b'x', 'a/b': None}, raw=True)"],
    *["from IPython.display import display\ndisplay({'text/html': '\\ud800', 7: 8}, raw=True)", "display(display)"],
    *["get_ipython().user_ns.clear()", "globals().clear()", "del half", "import builtins\ndel builtins.print"],
    *["import builtins\nbuiltins.len = None", "__builtins__ = None", "import sys\nsys.modules.clear()"],
    *["import sys\nsys.setrecursionlimit(10 ** 6)\ndef half(x): return half(x)", "def half(x): return half(x)"],
    *["def half(x): return half", "half = 3", "half = None", "def half(): pass", "def half(x): raise StopIteration"],
    *["def half(x): return [x] * 10 ** 7", "def half(x): return 10 ** 6000", "def half(x): return float('nan')"],
    *["def half(x):\n    import os\n    os._exit(1)", "def half(x): print(x)", "async def half(x): return x / 2"],
    *[
        "class half:\n    def __init__(self, x): pass\n    def __eq__(self, other): return True",
        "half = lambda x: x / 2",
    ],
    *["half = type('H', (), {'__call__': lambda s, x: x / 2})()", "def half(x):\n    yield x", "import math as half"],
    *["table = 3", "table = {1: 2}", "table = [[1]]", "table = [[1, 2]] * 100", "table = [(float('inf'),) * 2] * 9"],
    *["table = [(x, x * 2) for x in range(3)]", "table = iter([(1, 2)])", "table = [('a', 'aa')]", "table = [None]"],
    *["table = [table]\ntable[0] = table", "import threading\nthreading.Thread(target=print).start()"],
    *["open('a.txt', 'w').write('x')", "open('x', 'wb').write(bytes(10 ** 7))", "import os\nos.mkdir('a' * 200)"],
    *["import os\nos.symlink('/etc/passwd', 'link')\nos.mkfifo('pipe')", "import os\nos.rmdir('/tmp/work')"],
    *[
        "open('hidden.txt').read()",
        "bytearray(10 ** 10)",
        "import warnings\nwarnings.warn('x')",
        "input()",
        "breakpoint()",
    ],
    *["import nbjudge.student as s\ns.Student.tell = None", "import select\nselect.select = None"],
    *["import nbjudge.wire as w\nw.pack = lambda *_: b'x' * 99", "import json\njson.dumps = None"],
    *["import asyncio\nawait asyncio.sleep(0)", "return 3", "yield 3", "nonlocal x", "from __future__ import braces"],
    *[
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "import os\nos.chdir('/')",
        "import os\nos.fork()",
    ],
]
# These take a second each.
ENDLESS = ["while True: pass", "def half(x):\n    while True: pass", "import time\ntime.sleep(99)"]
STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
WORDS = """x half table 1 2.5 'a' [ ] ( ) { } : , . = == + - * / def class for in if else return lambda import not"""


def anything(chance, depth=0):
    """Some JSON."""
    kind = chance.randrange(9 if depth < 3 else 7)
    if kind == 7:
        return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 8:
        return {str(anything(chance, 3))[:20]: anything(chance, depth + 1) for _ in range(chance.randrange(4))}
    text = chance.choice(["", "\ud800", "code", "setup", "half", "x" * chance.choice([10, 100_000]), "\0\x1b[31m"])
    return [None, True, False, chance.randrange(-9, 99), chance.choice([1e400, -0.5, 10**30]), text, 0][kind]


def snippet(chance, number):
    if number % 50 == 7:
        return chance.choice(ENDLESS)
    if number % 250 == 9:
        return STUBBORN
    if chance.random() < 0.3:
        return " ".join(chance.choices([*WORDS.split(), "\n"], k=chance.randrange(1, 30)))
    return "\n".join(chance.choices(SNIPPETS, k=chance.choice([1, 1, 2])))


def right():
    """A submission with the right answers."""
    made = copy.deepcopy(SOURCE)
    for name, source in ANSWERS.items():
        cell_of(made, name)["source"] = source
    return made


def answered(chance):
    made = copy.deepcopy(SOURCE)
    if chance.random() < 0.8:
        for each in made["cells"]:
            each["source"] = ANSWERS.get(name_of(each), each["source"])
    return made


def edit(made, chance, number):
    """One change of the structure."""
    cells = made.get("cells")
    if not isinstance(cells, list) or not cells:
        return
    place = chance.randrange(len(cells))
    chosen = cells[place]
    how = chance.randrange(14)
    if how == 0:
        chance.shuffle(cells)
    elif how == 1:
        cells.insert(chance.randrange(len(cells)), copy.deepcopy(chosen))
    elif how == 2:
        del cells[place]
    elif how == 3:
        cells.insert(place, anything(chance))
    elif how == 4:
        made[chance.choice(["nbformat", "nbformat_minor", "metadata", "cells", "x"])] = anything(chance)
    elif how <= 7:
        cells.insert(place, cell(snippet(chance, number)))
    elif not isinstance(chosen, dict):
        cells[place] = cell(snippet(chance, number))
    elif how == 8:
        chosen[chance.choice([*chosen, "attachments", "outputs"]) if chosen else "source"] = anything(chance)
    elif how == 9:
        chosen["cell_type"] = chance.choice(["code", "markdown", "raw", "heading", 3])
    elif how == 10 and isinstance(chosen.get("metadata"), dict):
        chosen["metadata"][chance.choice(["nbgrader", "tags", "x"])] = anything(chance)
    elif (
        how == 11 and isinstance(chosen.get("metadata"), dict) and isinstance(chosen["metadata"].get("nbgrader"), dict)
    ):
        keys = ["grade_id", "grade", "solution", "locked", "task", "points", "checksum"]
        chosen["metadata"]["nbgrader"][chance.choice(keys)] = anything(chance)
    else:
        chosen["source"] = snippet(chance, number)


def mutate(data, chance):
    """A few changes of the bytes."""
    made = bytearray(data)
    for _ in range(chance.choice([1, 2, 20])):
        place = chance.randrange(len(made) + 1)
        how = chance.randrange(4)
        if how == 0 and place < len(made):
            made[place] ^= 1 << chance.randrange(8)
        elif how == 1:
            del made[place : place + chance.choice([1, 1, 50])]
        elif how == 2:
            made[place:place] = chance.randbytes(chance.randrange(1, 9))
        else:
            other = chance.randrange(len(made) + 1)
            made[place:place] = made[other : other + 60]
    return bytes(made[: chance.choice([len(made)] * 9 + [chance.randrange(len(made) + 1)])])


def submission(number):
    chance = random.Random(number)
    made = answered(chance)
    for _ in range(chance.choice([1, 1, 2, 3, 6])):
        edit(made, chance, number)
    data = as_bytes(made)
    if chance.random() < 0.25:
        data = mutate(data, chance)
    files = {"small.ipynb": data}
    if chance.random() < 0.1:
        files[chance.choice(["../x", "/x", "a/b.txt", "hidden.txt", "", "x\0", "a" * 300, "small.py", "a"])] = b"x"
    return Submission(files)


def check(graded):
    """What holds for any result, whatever was handed in."""
    (result,) = graded.notebooks
    assert isinstance(result.status, Status)
    if result.status is not Status.GRADED:
        # Several may come together, none of which is long.
        assert len(result.reason) > 10 and "{" not in result.reason
        assert all(len(reason) < 150 for reason in result.reason.split("; ")) and result.reason.count("; ") < 6
        assert graded.attention
    assert result.max_scores == POINTS and set(result.scores) == set(POINTS)
    for name, score in result.scores.items():
        assert score is None or (type(score) is float and 0 <= score <= POINTS[name])
    assert result.content is not None
    text = json.dumps(result.content, ensure_ascii=False).encode().decode()
    nbformat.validate(nbformat.reads(text, as_version=4))
    for text in [*result.hints.values(), *result.findings, *graded.log, result.reason]:
        assert len(text.encode()) < 3000
        assert "3.5" not in text and "0.25" not in text and "4242" not in text
    assert "4242" not in json.dumps(result.content["cells"])
    assert sum(map(len, result.files.values())) <= LIMITS.disk_bytes


def run(numbers):
    seen = {}
    for number in numbers:
        start = time.monotonic()
        try:
            graded = grade(TASK, submission(number), LIMITS)
            check(graded)
        except BaseException as error:
            error.add_note(f"submission({number})")
            raise
        assert time.monotonic() - start < 30, f"submission({number})"
        seen.setdefault(graded.status, []).append(number)
    # Whatever went before, the next is graded as ever.
    graded = grade(TASK, Submission({"small.ipynb": as_bytes(right())}), LIMITS)
    assert graded.status is Status.GRADED and graded.score == 6, graded.notebooks[0].hints
    return seen


def test_each_snippet_alone_gets_a_result():
    for number, source in enumerate([*SNIPPETS, ENDLESS[0], ENDLESS[1]]):
        made = right()
        made["cells"].insert(5, cell(source))
        graded = grade(TASK, Submission({"small.ipynb": as_bytes(made)}), LIMITS)
        try:
            check(graded)
            # What was earned before stays.
            assert graded.notebooks[0].scores["half-visible"] == 1 and graded.notebooks[0].scores["half-hidden"] == 2
        except BaseException as error:
            error.add_note(f"snippet {number}: {source!r}")
            raise


def test_three_hundred_strange_notebooks():
    seen = run(range(QUICK))
    # Else they were all alike.
    assert len(seen) >= 4 and len(seen[Status.GRADED]) > QUICK / 4, {key: len(value) for key, value in seen.items()}


@pytest.mark.slow
def test_five_thousand_strange_notebooks():
    run(range(QUICK, QUICK + SLOW))

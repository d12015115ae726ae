"""What is attacked: three small assignments with hidden tests of all kinds, and the secrets in and around them."""

import copy
import json
from typing import NamedTuple

from nbjudge import Assignment, SourceNotebook
from tests.notebooks import STUB, Notebook, by_hand, cell_of, locked, notebook, setup, solution, test, text

# Never handed to the student's code: they must not appear in anything that its process gives.
SECRETS = {
    "hidden test": "canary-test-5d1f0c",
    "hidden file": "canary-file-9a27e4",
    "file of the machine": "canary-host-c3b871",
    "environment of who grades": "canary-environ-77f2a0",
    "other submission": "canary-other-e81b36",
}
# An input of a hidden test: the student's code is called with it, but the student must not get to know it.
HIDDEN_INPUT = "canary-input-40d9be"
# What an attack leaves, or wants to find.
SUCCESS = "attack-succeeded"
LEFT = "left-by-attack"

HONEST = {
    "double": "def double(x):\n    return x + x",
    "norm": "def norm(v):\n    return np.sqrt(np.sum(np.square(v)))",
    "parity": "def parity(n):\n    return n % 2 == 0",
    "area": "def area(r):\n    return math.pi * r**2",
    "lookup": "def lookup(key):\n    return sum(map(ord, key))",
    "root": ("def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x**0.5"),
    "squares": "def square(x):\n    return x * x",
}
WRONG = {name: "def {}(*_):\n    raise NotImplementedError".format(source.split()[1].split("(")[0])
         for name, source in HONEST.items()}  # fmt: skip

PLAIN = notebook(
    text("# Some functions"),
    setup("import json\nimport math\nimport numpy as np", "imports"),
    # Forgotten tags and IPython's own syntax are nothing unusual; the tests must not take these from the student.
    locked("%precision 3\nfrom numpy.testing import assert_array_almost_equal", "more-imports"),
    locked("from statistics import *", "all-imports"),
    solution(HONEST["double"], "double"),
    test(
        "assert double(3) == 6",
        "test_double",
        2,
        f"secret = '{SECRETS['hidden test']}'\nassert double(1.25) == 2.5\n"
        f"assert double('{HIDDEN_INPUT}') == '{HIDDEN_INPUT * 2}'\nassert double([1]) == [1, 1]",
    ),
    solution(HONEST["norm"], "norm"),
    test(
        "np.testing.assert_allclose(norm([3.0, 4.0]), 5.0)",
        "test_norm",
        2,
        "np.testing.assert_allclose(norm(np.array([2.0, 3.0, 6.0])), 7.0)\nassert np.allclose(norm([1.0]), 1.0)\n"
        "assert_array_almost_equal(norm([0.0, 8.0, 6.0]), 10.0)\nassert norm([1, 1]).shape == ()",
    ),
    solution(HONEST["parity"], "parity"),
    test(
        "right = sum(parity(n) == (n % 2 == 0) for n in (1, 2))",
        "test_parity",
        4,
        "right += sum(parity(n) == (n % 2 == 0) for n in (7, 10, 13, 16, 21, 28))\nright -= 0",
        "4 * right / 8",
    ),
    solution(HONEST["area"], "area"),
    test(
        "def close(a, b, tolerance=1e-3):\n    return abs(a - b) < tolerance\n\nassert close(area(1), 3.14159)",
        "test_area",
        1,
        "assert close(area(2), 12.56637)\nassert close(mean([area(1), area(3)]), 15.70796)",
    ),
    solution(HONEST["lookup"], "lookup"),
    test(
        "assert lookup('a') == 97",
        "test_lookup",
        2,
        "with open('hidden.json') as file:\n    table = json.load(file)['table']\n"
        "for key, value in table.items():\n    assert lookup(key) == value\n"
        "names = {195: 'ab', 294: 'abc'}\nassert names[lookup('ab')] == 'ab'",
    ),
    solution(HONEST["root"], "root"),
    test(
        "try:\n    root(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no exception')",
        "test_root",
        1,
        "assert root(49.0) == 7\nassert root(0) == 0",
    ),
    solution(HONEST["squares"], "squares"),
    test(
        "for got, want in zip(map(square, [1, 2]), [1, 4]):\n    assert got == want",
        "test_squares",
        2,
        "assert all(map(lambda n: square(n) == n * n, range(5, 9)))",
    ),
    by_hand("Nothing.", "essay", 3),
)  # fmt: skip
PLAIN_POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

HONEST_KERAS = {
    "build": (
        "def build_model():\n    return keras.Sequential(\n        [keras.Input((3,)), keras.layers.Dense(2, "
        "activation='relu'), keras.layers.Dense(1)]\n    )"
    ),
    "count": "def parameters(inputs, units):\n    return (inputs + 1) * units",
}
WRONG_KERAS = {
    "build": "def build_model():\n    raise NotImplementedError",
    "count": "def parameters(inputs, units):\n    raise NotImplementedError",
}
KERAS = notebook(
    setup("import keras\nimport numpy as np", "imports"),
    solution(HONEST_KERAS["build"], "build"),
    test(
        "model = build_model()\nassert model.count_params() == 11",
        "test_build",
        2,
        "assert [layer.units for layer in model.layers] == [2, 1]\n"
        "assert [layer.count_params() for layer in model.layers] == [8, 3]\n"
        "assert model(np.zeros((2, 3))).shape == (2, 1)",
    ),
    solution(HONEST_KERAS["count"], "count"),
    test("assert parameters(3, 2) == 8", "test_count", 1, "assert parameters(7, 5) == 40"),
)
KERAS_POINTS = {"test_build": 2, "test_count": 1}

# Tests as somebody in a hurry writes them: each is right for the right answer, and asks too little of a wrong one.
HONEST_CARELESS = {
    "vector": "def vector():\n    return np.array([3.0, 3.0])",
    "words": "def words():\n    return np.array([['yes']])",
    "rows": "def rows():\n    return [[3.0], [3.0]]",
    "weights": "w = np.array([1.0, 2.0, 3.0])",
    "box": "class Box:\n    def __init__(self, n):\n        self.n = n\n        self.parts = [n]\n\n"
    "    def grow(self):\n        self.n += 1",
    "sample": "def sample(n):\n    return np.linspace(-1, 1, n)",
    "echo": "def echo(x):\n    return x",
    "triple": "def triple(x):\n    return 3 * x",
    "count": "n = 9",
    "median": "def median(values):\n    return sorted(values)[len(values) // 2]",
    "import": "import fractions\nfrom statistics import mode as most_frequent",
}
WRONG_CARELESS = dict.fromkeys(HONEST_CARELESS, "raise NotImplementedError")
CARELESS = notebook(
    setup("import numpy as np\nimport numpy.random\nimport random", "imports"),
    solution(HONEST_CARELESS["vector"], "vector"),
    test(
        "assert np.all(np.abs(vector() - 3.0) < 1e-9)",
        "test_vector",
        2,
        "assert np.linalg.norm(vector() - 3.0) < 1e-9\nassert sum((vector() - 3.0) ** 2) < 1e-9\n"
        "assert (vector() > 2).all()\nassert not any(vector() < 2)",
    ),
    solution(HONEST_CARELESS["words"], "words"),
    test(
        "assert (words() == 'yes').all()",
        "test_words",
        1,
        "assert all(word == 'yes' for row in words() for word in row)",
    ),
    solution(HONEST_CARELESS["rows"], "rows"),
    test(
        "assert np.abs(np.array(rows()) - 3.0).max(initial=0.0) < 1e-9",
        "test_rows",
        1,
        "assert np.allclose(rows(), 3)",
    ),
    solution(HONEST_CARELESS["weights"], "weights"),
    test("assert w[0] == 1", "test_weights", 2, "assert abs(w.sum() - 6) < 1e-9\nassert abs(w.prod() - 6) < 1e-9"),
    solution(HONEST_CARELESS["box"], "box"),
    test(
        "b = Box(4)\nassert b.n % 4 == 0",
        "test_box",
        2,
        "assert b.n % 5 == 4\nassert b.n < 6\nassert b.parts[0] % 4 == 0\nassert b.parts[0] % 5 == 4\n"
        "b.grow()\nassert b.n == 5",
    ),
    solution(HONEST_CARELESS["sample"], "sample"),
    test(
        "s = sample(101)\nassert s.shape == (101,)",
        "test_sample",
        2,
        "assert abs(s.mean()) < 1e-9\nassert s.min() >= -1\nassert s.max() <= 1\nassert s.std() > 0.5",
    ),
    solution(HONEST_CARELESS["echo"], "echo"),
    test(
        "assert echo(2) == 2",
        "test_echo",
        2,
        "x = np.random.rand()\nassert echo(x) == x\nz = np.random.randint(1 << 60)\nassert echo(z) == z",
    ),
    test("y = random.random()\nassert echo(y) == y", "test_echo_again", 1),
    solution(HONEST_CARELESS["triple"], "triple"),
    test(
        "%%capture\nassert triple(2) == 6",
        "test_triple",
        2,
        f"secret = '{SECRETS['hidden test']}'\nassert triple(5) == 15\n%time assert triple(7) == 21",
    ),
    test("%%time\nassert triple(4) == 12", "test_triple_again", 1, "n = 3\n!true\nassert triple(n) == 9"),
    solution(HONEST_CARELESS["count"], "count"),
    test("assert n == 9", "test_count", 1),
    solution(HONEST_CARELESS["median"], "median"),
    test(
        "from statistics import median\nassert median([3, 1, 2]) == 2",
        "test_median",
        2,
        "from statistics import *\nassert median([5, 1, 2, 4, 9]) == 4\nassert median([1, 2, 3, 4]) == 3",
    ),
    solution(HONEST_CARELESS["import"], "import"),
    test(
        "assert fractions.Fraction(1, 2) == 0.5",
        "test_import",
        1,
        "assert most_frequent([1, 2, 2]) == 2",
    ),
)  # fmt: skip
CARELESS_POINTS = {
    "test_vector": 2, "test_words": 1, "test_rows": 1, "test_weights": 2, "test_box": 2, "test_sample": 2,
    "test_echo": 2, "test_echo_again": 1, "test_triple": 2, "test_triple_again": 1, "test_count": 1, "test_median": 2,
    "test_import": 1,
}  # fmt: skip


class Victim(NamedTuple):
    """An assignment of one notebook, right and wrong answers by grade_id, and what the right ones earn."""

    notebook: Notebook
    honest: dict[str, str]
    wrong: dict[str, str]
    points: dict[str, float]


VICTIMS = {
    "plain": Victim(PLAIN, HONEST, WRONG, PLAIN_POINTS),
    "keras": Victim(KERAS, HONEST_KERAS, WRONG_KERAS, KERAS_POINTS),
    "careless": Victim(CARELESS, HONEST_CARELESS, WRONG_CARELESS, CARELESS_POINTS),
}
TABLE = {"table": {"gdl": 311, "wall": 432}, "secret": SECRETS["hidden file"]}


def assignment(victim: str) -> Assignment:
    """An assignment to be attacked."""
    source = SourceNotebook(victim, VICTIMS[victim].notebook)
    hidden = {"hidden.json": json.dumps(TABLE).encode()}
    return Assignment(victim, (source,), {"given.txt": b"given"}, hidden)


def release(victim: str) -> Notebook:
    """What a student is given: no solutions, no hidden tests."""
    content = copy.deepcopy(VICTIMS[victim].notebook)
    for each in content["cells"]:
        before, mark, rest = each["source"].partition("### BEGIN HIDDEN TESTS\n")
        if mark:
            each["source"] = (before + rest.partition("### END HIDDEN TESTS")[2].lstrip("\n")).rstrip("\n")
    return filled_in(content, dict.fromkeys(VICTIMS[victim].honest, STUB))


def filled_in(content: Notebook, answers: dict[str, str]) -> Notebook:
    """A notebook with these answers, by grade_id."""
    for name, source in answers.items():
        cell_of(content, name)["source"] = source
    return content

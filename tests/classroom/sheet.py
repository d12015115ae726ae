"""A sheet of exercises whose tests are written in the ways that courses use, each with a right and a wrong answer.

What nbgrader as shipped gives for right, wrong and blank answers is what the engine must give.
"""

import importlib.util
import textwrap
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """An exercise whose tests are written in one way.

    Attributes:
        name: of the way.
        right: the reference solution.
        wrong: an answer that some test must refuse.
        tests: texts of its test cells, of one point each.
        setup: a cell above it, which students see.
        below: a cell below its first test, which students see.
        files: beside the notebook.
    """

    name: str
    right: str
    wrong: str
    tests: tuple[str, ...]
    setup: str = ""
    below: str = ""
    files: dict[str, str] = field(default_factory=dict)


def kind(name, right, wrong, *tests, setup="", below="", **files):
    """A kind, its texts without the indentation of this file."""
    named = {".".join(key.rsplit("_", 1)): textwrap.dedent(text) for key, text in files.items()}
    right, wrong, setup, below = (textwrap.dedent(text).strip() for text in (right, wrong, setup, below))
    return Kind(name, right, wrong, tuple(textwrap.dedent(test).strip() for test in tests), setup, below, named)


EVERY_KIND = [
    # Functions as arguments.
    kind(
        "lambda-as-argument",
        "def twice(f, x):\n    return f(f(x))",
        "def twice(f, x):\n    return f(x)",
        "assert twice(lambda v: v + 3, 1) == 7",
        "def halve(v):\n    return v / 2\nassert twice(halve, 8) == 2",
    ),
    kind(
        "builtin-as-argument",
        "def apply_all(f, items):\n    return [f(item) for item in items]",
        "def apply_all(f, items):\n    return [str(item) for item in items]",
        "assert apply_all(len, ['a', 'bcd']) == [1, 3]",
        "import math\nassert apply_all(math.sqrt, [4, 9]) == [2.0, 3.0]",
    ),
    kind(
        "library-function-as-argument",
        "def on_grid(f, n):\n    return f(np.linspace(0, 1, n))",
        "def on_grid(f, n):\n    return np.linspace(0, 1, n)",
        "assert np.allclose(on_grid(np.exp, 5), np.exp(np.linspace(0, 1, 5)))",
        setup="import numpy as np",
    ),
    kind(
        "student-function-as-argument",
        "def double(x):\n    return 2 * x\n\ndef compose(f, g):\n    return lambda x: f(g(x))",
        "def double(x):\n    return 2 * x\n\ndef compose(f, g):\n    return lambda x: g(f(x))",
        "assert compose(double, lambda x: x + 1)(3) == 8",
        "assert compose(double, double)(3) == 12",
    ),
    kind(
        "map-and-sorted",
        "def last_letter(word):\n    return word[-1]",
        "def last_letter(word):\n    return word[0]",
        "assert sorted(['ab', 'ca'], key=last_letter) == ['ca', 'ab']",
        "assert list(map(last_letter, ['ab', 'cd'])) == ['b', 'd']",
    ),
    # Arguments that are changed in place.
    kind(
        "list-changed-in-place",
        "def add_end(items):\n    items.append('end')",
        "def add_end(items):\n    items = items + ['end']",
        "given = [1, 2]\nadd_end(given)\nassert given == [1, 2, 'end']",
    ),
    kind(
        "argument-must-stay",
        "def ordered(items):\n    return sorted(items)",
        "def ordered(items):\n    items.sort()\n    return items",
        "assert ordered([3, 1, 2]) == [1, 2, 3]",
        "numbers = [3, 1, 2]\nordered(numbers)\nassert numbers == [3, 1, 2]",
    ),
    kind(
        "array-must-stay",
        "def centred(values):\n    return values - values.mean()",
        "def centred(values):\n    values -= values.mean()\n    return values",
        "import numpy as np\nv = np.array([1.0, 3.0])\nassert np.allclose(centred(v), [-1, 1])",
        "w = np.array([1.0, 3.0])\nresult = centred(w)\nassert np.array_equal(w, [1.0, 3.0])",
    ),
    kind(
        "argument-that-the-test-changes",
        """
        class Grid:
            def __init__(self, rows):
                self.rows = [list(row) for row in rows]
        def copied(items):
            return list(items)
        """,
        """
        class Grid:
            def __init__(self, rows):
                self.rows = rows
        def copied(items):
            return items
        """,
        "rows = [[1, 2], [3, 4]]\ngrid = Grid(rows)\nrows[0][0] = 9\nassert grid.rows[0][0] == 1",
        "start = [1, 2]\nend = copied(start)\nstart.append(3)\nassert len(end) == 2",
        "assert end == [1, 2]",
        "start += [4]\nassert end == [1, 2]",
    ),
    kind(
        "dictionary-changed-in-place",
        "def count(words, table):\n    for word in words:\n        table[word] = table.get(word, 0) + 1",
        "def count(words, table):\n    for word in words:\n        table[word] = 1",
        "table = {}\ncount(['a', 'b', 'a'], table)\nassert table == {'a': 2, 'b': 1}",
    ),
    kind(
        "variable-that-must-stay",
        "def ranked(items):\n    return sorted(items)",
        "def ranked(items):\n    items.sort()\n    return items",
        "assert ranked(places) == ['Bern', 'Oslo', 'Rome']",
        "assert places[0] == 'Rome'",
        setup="places = ['Rome', 'Bern', 'Oslo']",
    ),
    kind(
        "answer-that-must-stay",
        """
        def load():
            return [3, 1, 2]
        def ordered_copy(items):
            return sorted(items)
        heights = [5, 4]
        """,
        """
        def load():
            return [3, 1, 2]
        def ordered_copy(items):
            items.sort()
            return items
        heights = [5, 4]
        """,
        "loaded = load()\nin_order = ordered_copy(loaded)\nassert in_order == [1, 2, 3]\nassert loaded == [3, 1, 2]",
        "up = ordered_copy(heights)\nassert up == [4, 5]\nassert heights[0] == 5",
        "second = load()\nassert ordered_copy(second)[0] == 1",
        "assert second[0] == 3",
    ),
    kind(
        "object-that-a-method-changes",
        """
        class Room:
            def __init__(self, *things):
                self.things = list(things)
        def take(room, thing):
            room.things.remove(thing)
            return thing
        """,
        """
        class Room:
            def __init__(self, *things):
                self.things = list(things)
        def take(room, thing):
            return thing
        """,
        "cellar = Room('lamp', 'key')\nassert take(cellar, 'key') == 'key'\nassert cellar.things == ['lamp']",
        "take(cellar, 'lamp')\nassert cellar.things == []",
    ),
    kind(
        "variable-changed-in-place",
        "def restock(shelf, fruit):\n    shelf[fruit] = shelf.get(fruit, 0) + 1\n    return shelf[fruit]",
        "def restock(shelf, fruit):\n    return shelf.get(fruit, 0) + 1",
        "assert restock(stock, 'pear') == 4",
        "assert stock == {'pear': 4}",
        setup="stock = {'pear': 3}",
    ),
    # Chance.
    kind(
        "seeded-random",
        "import random\n\ndef roll():\n    return random.randint(1, 6)",
        "import random\n\ndef roll():\n    return random.randint(0, 5)",
        "import random\nrandom.seed(5)\nfirst = roll()\nrandom.seed(5)\nassert first == random.randint(1, 6)",
    ),
    kind(
        "seeded-numpy",
        "def noise(n):\n    return np.random.normal(size=n)",
        "def noise(n):\n    return np.random.uniform(size=n)",
        "np.random.seed(3)\ngot = noise(4)\nnp.random.seed(3)\nassert np.allclose(got, np.random.normal(size=4))",
        "np.random.seed(0)\nassert abs(noise(1)[0] - 1.764052345967664) < 1e-9",
    ),
    kind(
        "generator-as-argument",
        "def draw(rng, n):\n    return rng.integers(0, 10, n)",
        "def draw(rng, n):\n    return rng.integers(0, 9, n)",
        "r = np.random.default_rng(1)\nassert draw(r, 50).max() == 9",
    ),
    # What is printed, typed and read.
    kind(
        "captured-output",
        "def greet(name):\n    print(f'Hello, {name}!')",
        "def greet(name):\n    return f'Hello, {name}!'",
        """
        import io
        from contextlib import redirect_stdout
        buffer = io.StringIO()
        with redirect_stdout(buffer):
            greet("Ada")
        assert buffer.getvalue() == "Hello, Ada!\\n"
        """,
    ),
    kind(
        "patched-input",
        "def ask():\n    return int(input('age? ')) + 1",
        "def ask():\n    return input('age? ')",
        """
        from unittest.mock import patch
        with patch("builtins.input", return_value="41"):
            assert ask() == 42
        """,
    ),
    kind(
        "patched-print",
        "def shout(text):\n    print(text.upper())",
        "def shout(text):\n    print(text)",
        """
        from unittest import mock
        with mock.patch("builtins.print") as printed:
            shout("hi")
        printed.assert_called_once_with("HI")
        """,
    ),
    kind(
        "file-that-the-test-writes",
        "def lines(path):\n    with open(path) as file:\n        return len(file.readlines())",
        "def lines(path):\n    with open(path) as file:\n        return len(file.read())",
        "with open('some.txt', 'w') as file:\n    file.write('a\\nb\\nc\\n')\nassert lines('some.txt') == 3",
    ),
    kind(
        "file-that-the-student-writes",
        "def save(text, path):\n    with open(path, 'w') as file:\n        file.write(text)",
        "def save(text, path):\n    with open(path, 'w') as file:\n        file.write(text[1:])",
        "save('hello', 'out.txt')\nassert open('out.txt').read() == 'hello'",
    ),
    kind(
        "file-beside-the-notebook",
        "def total():\n    return sum(int(line) for line in open('numbers.csv'))",
        "def total():\n    return len(open('numbers.csv').readlines())",
        "assert total() == 60",
        numbers_csv="10\n20\n30\n",
    ),
    # Classes.
    kind(
        "operators-of-a-class",
        """
        class Vector:
            def __init__(self, x, y):
                self.x, self.y = x, y
            def __add__(self, other):
                return Vector(self.x + other.x, self.y + other.y)
            def __eq__(self, other):
                return (self.x, self.y) == (other.x, other.y)
            def __repr__(self):
                return f"Vector({self.x}, {self.y})"
        """,
        """
        class Vector:
            def __init__(self, x, y):
                self.x, self.y = x, y
            def __add__(self, other):
                return Vector(self.x + other.x, self.y)
            def __eq__(self, other):
                return (self.x, self.y) == (other.x, other.y)
            def __repr__(self):
                return f"Vector({self.x}, {self.y})"
        """,
        "v = Vector(1, 2)\nassert (v.x, v.y) == (1, 2)",
        "assert v + Vector(3, 4) == Vector(4, 6)",
        "assert repr(Vector(1, 2)) == 'Vector(1, 2)'",
    ),
    kind(
        "length-and-items-of-a-class",
        """
        class Deck:
            def __init__(self, cards):
                self.cards = list(cards)
            def __len__(self):
                return len(self.cards)
            def __getitem__(self, place):
                return self.cards[place]
            def __contains__(self, card):
                return card in self.cards
        """,
        """
        class Deck:
            def __init__(self, cards):
                self.cards = list(cards)
            def __len__(self):
                return len(self.cards) + 1
            def __getitem__(self, place):
                return self.cards[place]
            def __contains__(self, card):
                return card in self.cards
        """,
        "deck = Deck('abc')\nassert len(deck) == 3",
        "assert deck[1] == 'b' and 'c' in deck and 'z' not in deck",
        "assert list(deck) == ['a', 'b', 'c']",
    ),
    kind(
        "subclasses",
        """
        class Shape:
            def area(self):
                raise NotImplementedError
        class Square(Shape):
            def __init__(self, side):
                self.side = side
            def area(self):
                return self.side ** 2
        """,
        """
        class Shape:
            def area(self):
                return 0
        class Square:
            def __init__(self, side):
                self.side = side
            def area(self):
                return self.side ** 2
        """,
        "assert issubclass(Square, Shape)",
        "assert isinstance(Square(2), Shape) and Square(3).area() == 9",
    ),
    kind(
        "own-exception",
        """
        class TooSmall(ValueError):
            pass
        def check_size(n):
            if n < 10:
                raise TooSmall(n)
            return n
        """,
        """
        class TooSmall(ValueError):
            pass
        def check_size(n):
            if n < 10:
                raise ValueError(n)
            return n
        """,
        "try:\n    check_size(3)\nexcept TooSmall:\n    pass\nelse:\n    raise AssertionError('no exception')",
        "assert check_size(12) == 12",
    ),
    kind(
        "dataclass",
        """
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: float
            y: float = 0.0
        """,
        """
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: float
            y: float = 1.0
        """,
        "import dataclasses\nassert [f.name for f in dataclasses.fields(Point)] == ['x', 'y']",
        "assert Point(1) == Point(1, 0.0)",
        "assert dataclasses.asdict(Point(2.0, 3.0)) == {'x': 2.0, 'y': 3.0}",
    ),
    kind(
        "linked-objects",
        """
        class Node:
            def __init__(self, value, next=None):
                self.value, self.next = value, next
        def chain(values):
            head = None
            for value in reversed(values):
                head = Node(value, head)
            return head
        """,
        """
        class Node:
            def __init__(self, value, next=None):
                self.value, self.next = value, next
        def chain(values):
            head = None
            for value in values:
                head = Node(value, head)
            return head
        """,
        """
        node, seen = chain([1, 2, 3]), []
        while node is not None:
            seen.append(node.value)
            node = node.next
        assert seen == [1, 2, 3]
        """,
    ),
    kind(
        "state-in-an-object",
        """
        class Account:
            def __init__(self):
                self.balance = 0
            def deposit(self, amount):
                self.balance += amount
                return self
        """,
        """
        class Account:
            balance = 0
            def deposit(self, amount):
                Account.balance += amount
                return self
        """,
        "account = Account()\naccount.deposit(5)\naccount.deposit(7)\nassert account.balance == 12",
        "assert Account().balance == 0",
        "assert account.deposit(1).deposit(2).balance == 15",
    ),
    kind(
        "class-attributes",
        """
        class Counter2:
            made = 0
            def __init__(self):
                Counter2.made += 1
        """,
        """
        class Counter2:
            made = 0
            def __init__(self):
                self.made += 1
        """,
        "Counter2.made = 0\nfor _ in range(3):\n    Counter2()\nassert Counter2.made == 3",
    ),
    kind(
        "property-and-static-method",
        """
        class Circle:
            def __init__(self, r):
                self.r = r
            @property
            def diameter(self):
                return 2 * self.r
            @staticmethod
            def unit():
                return Circle(1)
        """,
        """
        class Circle:
            def __init__(self, r):
                self.r = r
            def diameter(self):
                return 2 * self.r
            @staticmethod
            def unit():
                return Circle(2)
        """,
        "assert Circle(4).diameter == 8",
        "assert Circle.unit().r == 1",
        "assert isinstance(vars(Circle)['diameter'], property)",
    ),
    # Generators, context managers, decorators, closures, coroutines.
    kind(
        "generator",
        "def squares(n):\n    for k in range(n):\n        yield k * k",
        "def squares(n):\n    return [k * k for k in range(n)]",
        "assert list(squares(4)) == [0, 1, 4, 9]",
        "import types\nassert isinstance(squares(3), types.GeneratorType)",
    ),
    kind(
        "endless-generator",
        "def naturals():\n    n = 0\n    while True:\n        yield n\n        n += 1",
        "def naturals():\n    n = 1\n    while True:\n        yield n\n        n += 1",
        "import itertools\nassert list(itertools.islice(naturals(), 4)) == [0, 1, 2, 3]",
        "stream = naturals()\nassert next(stream) == 0 and next(stream) == 1",
    ),
    kind(
        "context-manager",
        """
        from contextlib import contextmanager
        log = []
        @contextmanager
        def logged(name):
            log.append('in ' + name)
            yield name.upper()
            log.append('out ' + name)
        """,
        """
        from contextlib import contextmanager
        log = []
        @contextmanager
        def logged(name):
            log.append('in ' + name)
            yield name
            log.append('out ' + name)
        """,
        "with logged('a') as value:\n    assert value == 'A'",
        "log.clear()\nwith logged('b'):\n    assert log == ['in b']\nassert log == ['in b', 'out b']",
    ),
    kind(
        "decorator",
        """
        import functools
        def counted(f):
            @functools.wraps(f)
            def wrapper(*args):
                wrapper.calls += 1
                return f(*args)
            wrapper.calls = 0
            return wrapper
        """,
        """
        def counted(f):
            def wrapper(*args):
                wrapper.calls += 1
                return f(*args)
            wrapper.calls = 0
            return wrapper
        """,
        "@counted\ndef add(a, b):\n    return a + b\nassert add(1, 2) == 3 and add.calls == 1",
        "assert add.__name__ == 'add'",
    ),
    kind(
        "closure",
        """
        def counter():
            n = 0
            def step():
                nonlocal n
                n += 1
                return n
            return step
        """,
        "def counter():\n    def step():\n        return 1\n    return step",
        "step = counter()\nassert [step(), step(), step()] == [1, 2, 3]",
        "one, two = counter(), counter()\none()\nassert two() == 1",
    ),
    kind(
        "coroutine",
        "import asyncio\nasync def later(x):\n    await asyncio.sleep(0)\n    return x + 1",
        "import asyncio\nasync def later(x):\n    await asyncio.sleep(0)\n    return x",
        "import inspect\nassert inspect.iscoroutinefunction(later)",
        "coroutine = later(1)\ntry:\n    coroutine.send(None)\n    coroutine.send(None)\nexcept StopIteration as end:\n"
        "    assert end.value == 2",
    ),
    # What Python tells of code.
    kind(
        "signature",
        "def scale(x, factor=2, *, shift=0):\n    return factor * x + shift",
        "def scale(x, factor=3, *, shift=0):\n    return factor * x + shift",
        "import inspect\nassert list(inspect.signature(scale).parameters) == ['x', 'factor', 'shift']",
        "assert inspect.signature(scale).parameters['factor'].default == 2",
    ),
    kind(
        "source-of-an-answer",
        "def loop_sum(n):\n    total = 0\n    for k in range(n):\n        total += k\n    return total",
        "def loop_sum(n):\n    return sum(range(n))",
        "import inspect\nassert 'for' in inspect.getsource(loop_sum)",
        "assert loop_sum(5) == 10",
    ),
    kind(
        "docstring",
        'def documented(x):\n    """Return x."""\n    return x',
        "def documented(x):\n    return x",
        "assert documented.__doc__ and 'Return' in documented.__doc__",
        "assert documented.__name__ == 'documented'",
    ),
    kind(
        "globals-and-dir",
        "speed_of_light = 299_792_458",
        "speed_light = 299_792_458",
        "assert 'speed_of_light' in globals()",
        "assert 'speed_of_light' in dir()",
    ),
    kind(
        "annotations",
        "def typed(x: int) -> str:\n    return str(x)",
        "def typed(x: int) -> int:\n    return x",
        "import typing\nassert typing.get_type_hints(typed) == {'x': int, 'return': str}",
    ),
    # Names of tests, modules with state, imports that are the answer.
    kind(
        "name-of-a-test-in-an-answer",
        "def area(r):\n    return PI * r ** 2",
        "def area(r):\n    return PI * r",
        "PI = 3\nassert area(2) == 12",
    ),
    kind(
        "import-of-a-test-in-an-answer",
        "def floor_of(x):\n    return math_of_test.floor(x)",
        "def floor_of(x):\n    return math_of_test.ceil(x)",
        "import math as math_of_test\nassert floor_of(2.5) == 2",
    ),
    kind(
        "name-of-a-test-in-later-tests",
        "def shifted(x):\n    return x + 1",
        "def shifted(x):\n    return x - 1",
        "cases = {1: 2, 5: 6}\ndef holds(f):\n    return all(f(key) == value for key, value in cases.items())",
        "assert holds(shifted)",
    ),
    kind(
        "value-of-a-test-in-a-later-cell",
        "def tripled(x):\n    return 3 * x",
        "def tripled(x):\n    return 3 + x",
        "outcomes = []\nfor k in range(4):\n    outcomes.append(tripled(k))\nassert len(outcomes) == 4",
        "assert largest_outcome == 9",
        below="largest_outcome = max(outcomes)",
    ),
    kind(
        "object-of-a-test-in-a-later-cell",
        """
        class Till:
            def __init__(self):
                self.sums = []
            def pay(self, amount):
                self.sums.append(amount)
            def __len__(self):
                return len(self.sums)
        """,
        """
        class Till:
            def __init__(self):
                self.sums = []
            def pay(self, amount):
                self.sums = [amount]
            def __len__(self):
                return len(self.sums)
        """,
        "till = Till()\ntill.pay(5)\nassert len(till) == 1",
        "assert paid == 7 and len(till) == 2",
        below="till.pay(2)\npaid = sum(till.sums)",
    ),
    kind(
        "module-beside-the-notebook",
        "import helper_module\n\ndef register(x):\n    helper_module.seen.append(x)",
        "import helper_module\n\ndef register(x):\n    pass",
        "import helper_module\nhelper_module.seen.clear()\nregister(4)\nassert helper_module.seen == [4]",
        helper_module_py="seen = []\n",
    ),
    kind(
        "import-is-the-answer",
        "import textwrap",
        "import string",
        "assert textwrap.dedent('  a') == 'a'",
    ),
    kind(
        "import-under-a-name",
        "import statistics as stats",
        "import random as stats",
        "assert stats.mean([1, 2, 3]) == 2",
    ),
    kind(
        "import-that-a-later-test-makes",
        "import cmath as complex_math\n\ndef root_of(z):\n    return complex_math.sqrt(z)",
        "import cmath\n\ndef root_of(z):\n    return cmath.sqrt(z)",
        "assert complex_math.isclose(root_of(-4), 2j)",
        "import cmath as complex_math\nassert complex_math.isclose(root_of(-9), 3j)",
    ),
    kind(
        "builtin-that-an-answer-hides",
        "def ones(n):\n    return bin(n).count('1')",
        "bin = [2, 1]\n\ndef ones(n):\n    return format(n, 'b').count('1')",
        "assert ones(6) == 2",
        "assert all(ones(n) == bin(n).count('1') for n in range(9))",
    ),
    # Identity.
    kind(
        "same-object",
        "def keep(items):\n    return items",
        "def keep(items):\n    return list(items)",
        "original = [1]\nassert keep(original) is original",
    ),
    kind(
        "another-object",
        "def copied(items):\n    return list(items)",
        "def copied(items):\n    return items",
        "start = [1, 2]\nassert copied(start) == start and copied(start) is not start",
    ),
    # Types of values.
    kind(
        "fractions",
        "from fractions import Fraction\n\ndef half(x):\n    return Fraction(x, 2)",
        "from fractions import Fraction\n\ndef half(x):\n    return Fraction(x, 3)",
        "from fractions import Fraction\nassert half(3) == Fraction(3, 2)",
        "assert half(1) + half(1) == 1",
    ),
    kind(
        "decimals",
        "from decimal import Decimal\n\ndef price(x):\n    return Decimal(x).quantize(Decimal('0.01'))",
        "from decimal import Decimal\n\ndef price(x):\n    return Decimal(x).quantize(Decimal('0.1'))",
        "from decimal import Decimal\nassert str(price('2.345')) == '2.34'",
    ),
    kind(
        "dates",
        "import datetime\n\ndef next_day(day):\n    return day + datetime.timedelta(days=1)",
        "import datetime\n\ndef next_day(day):\n    return day + datetime.timedelta(days=2)",
        "import datetime\nassert next_day(datetime.date(2024, 2, 28)) == datetime.date(2024, 2, 29)",
    ),
    kind(
        "counter-and-namedtuple",
        """
        from collections import Counter, namedtuple
        Place = namedtuple("Place", "row column")
        def letters(word):
            return Counter(word)
        """,
        """
        from collections import Counter, namedtuple
        Place = namedtuple("Place", "column row")
        def letters(word):
            return Counter(word[1:])
        """,
        "assert letters('abba').most_common(1)[0][1] == 2 and letters('aab')['a'] == 2",
        "assert Place(1, 2).row == 1",
    ),
    kind(
        "deque-and-views",
        "from collections import deque\n\ndef window(n):\n    return deque([1, 2, 3], maxlen=n)\n\nages = {'a': 1}",
        "from collections import deque\n\ndef window(n):\n    return deque([1, 2, 3])\n\nages = {'a': 2}",
        "w = window(2)\nassert list(w) == [2, 3] and w.maxlen == 2",
        "assert list(ages.items()) == [('a', 1)] and set(ages.keys()) == {'a'}",
    ),
    kind(
        "dictionaries-with-defaults",
        """
        from collections import OrderedDict, defaultdict
        def by_length(words):
            found = defaultdict(list)
            for word in words:
                found[len(word)].append(word)
            return found
        def ranks(names):
            return OrderedDict((name, rank) for rank, name in enumerate(sorted(names), 1))
        """,
        """
        from collections import OrderedDict, defaultdict
        def by_length(words):
            found = {}
            for word in words:
                found.setdefault(len(word), []).append(word)
            return found
        def ranks(names):
            return {name: rank for rank, name in enumerate(names, 1)}
        """,
        "from collections import defaultdict\nlengths = by_length(['a', 'bc', 'd'])\n"
        "assert isinstance(lengths, defaultdict) and lengths[1] == ['a', 'd']",
        "assert lengths[7] == []",
        "from collections import OrderedDict\nassert ranks('ba') == OrderedDict(a=1, b=2)",
    ),
    kind(
        "masked-arrays",
        "import numpy as np\n\ndef masked(values):\n    return np.ma.masked_less(values, 0)",
        "import numpy as np\n\ndef masked(values):\n    return np.ma.masked_less(values, 1)",
        "assert masked(np.array([-1, 0, 3])).sum() == 3 and masked(np.array([-1, 0, 3])).count() == 2",
        "assert masked(np.array([-1, 0, 3])).mask.tolist() == [True, False, False]",
    ),
    kind(
        "structured-object-and-time-arrays",
        """
        import numpy as np
        people = np.array([("a", 3), ("b", 5)], dtype=[("name", "U5"), ("age", int)])
        things = np.array([1, "two", None], dtype=object)
        days = np.arange("2024-02-27", "2024-03-02", dtype="M8[D]")
        def oldest(table):
            return table[table["age"].argmax()]
        """,
        """
        import numpy as np
        people = np.array([("a", 3), ("b", 6)], dtype=[("name", "U5"), ("age", int)])
        things = np.array([1, "two", 0], dtype=object)
        days = np.arange("2024-02-27", "2024-03-01", dtype="M8[D]")
        def oldest(table):
            return table[table["age"].argmin()]
        """,
        "assert people['age'].tolist() == [3, 5] and people.dtype.names == ('name', 'age')",
        "assert things.dtype == object and things[2] is None and list(things) == [1, 'two', None]",
        "assert len(days) == 4 and days[2] == np.datetime64('2024-02-29') and days.dtype == 'M8[D]'",
        "assert oldest(people)['name'] == 'b' and oldest(people[:1])['age'] == 3",
    ),
    kind(
        "matrix",
        "import numpy as np\n\ndef rotation():\n    return np.matrix([[0, -1], [1, 0]])",
        "import numpy as np\n\ndef rotation():\n    return np.array([[0, -1], [1, 0]])",
        "assert (rotation() * rotation() == -np.eye(2)).all() and isinstance(rotation(), np.matrix)",
        "assert rotation().I.tolist() == [[0, 1], [-1, 0]]",
    ),
    # Libraries.
    kind(
        "data-frame",
        "import pandas as pd\n\ndef means(frame):\n    return frame.groupby('kind')['value'].mean()",
        "import pandas as pd\n\ndef means(frame):\n    return frame.groupby('kind')['value'].sum()",
        """
        import pandas as pd
        frame = pd.DataFrame({"kind": ["a", "b", "a"], "value": [1.0, 2.0, 3.0]})
        pd.testing.assert_series_equal(means(frame), pd.Series({"a": 2.0, "b": 2.0}, name="value").rename_axis("kind"))
        """,
        "assert means(frame).loc['a'] == 2.0",
    ),
    kind(
        "frame-that-the-student-makes",
        "table = pd.DataFrame({'n': [1, 2], 'square': [1, 4]})",
        "table = pd.DataFrame({'n': [1, 2], 'square': [1, 2]})",
        "assert list(table.columns) == ['n', 'square'] and table.shape == (2, 2)",
        "assert table['square'].sum() == 5",
        setup="import pandas as pd",
    ),
    kind(
        "rows-of-a-frame",
        """
        def cheapest(frame, n):
            return frame.sort_values("price").head(n)[["name", "price"]]
        """,
        """
        def cheapest(frame, n):
            return frame.sort_values("price", ascending=False).head(n)[["price", "name"]].reset_index(drop=True)
        """,
        "goods = pd.DataFrame({'name': ['pen', 'cup', 'mat'], 'price': [2.5, 4.0, 1.0], 'stock': [1, 0, None]})\n"
        "assert cheapest(goods, 2)['name'].tolist() == ['mat', 'pen']",
        "assert cheapest(goods, 1).index[0] == 2",
        "pd.testing.assert_frame_equal(cheapest(goods, 3), goods.sort_values('price')[['name', 'price']])",
        "assert cheapest(goods, 0).empty and list(cheapest(goods, 0).columns) == ['name', 'price']",
        setup="import pandas as pd",
    ),
    kind(
        "times-categories-and-what-is-missing",
        """
        def tidy(frame):
            return frame.assign(
                when=pd.to_datetime(frame["when"]).dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin"),
                size=pd.Categorical(frame["size"], ["S", "M", "L"], ordered=True),
                count=frame["count"].astype("Int64"),
            )
        """,
        """
        def tidy(frame):
            return frame.assign(
                when=pd.to_datetime(frame["when"]).dt.tz_localize("Europe/Berlin"),
                size=pd.Categorical(frame["size"], ["L", "M", "S"], ordered=True),
                count=frame["count"].fillna(0).astype("Int64"),
            )
        """,
        "raw = pd.DataFrame({'when': ['2024-01-01 12:00', None], 'size': ['L', 'S'], 'count': [3, None]})\n"
        "assert tidy(raw)['when'][0].hour == 13 and str(tidy(raw)['when'].dt.tz) == 'Europe/Berlin'",
        "assert tidy(raw)['size'].max() == 'L' and list(tidy(raw)['size'].cat.categories) == ['S', 'M', 'L']",
        "assert tidy(raw)['count'].isna().tolist() == [False, True] and tidy(raw)['count'].dtype == 'Int64'",
        setup="import pandas as pd",
    ),
    kind(
        "index-of-several-levels",
        "def table(frame):\n    return frame.groupby(['year', 'kind'])['n'].sum().unstack(fill_value=0)",
        "def table(frame):\n    return frame.groupby(['year', 'kind'])['n'].count().unstack()",
        """
        f = pd.DataFrame({"year": [1, 1, 2], "kind": ["a", "b", "a"], "n": [5, 6, 7]})
        assert table(f).loc[1, "b"] == 6 and table(f).index.name == "year"
        """,
        "assert table(f).stack().loc[(2, 'a')] == 7",
        "for year, row in table(f).iterrows():\n    assert row.sum() == {1: 11, 2: 7}[year]",
        setup="import pandas as pd",
    ),
    kind(
        "series-and-index",
        "squares = pd.Series({n: n * n for n in range(4)}, name='square')\nmonths = pd.period_range('2024', periods=3)",
        "squares = pd.Series({n: n * n for n in range(3)}, name='squares')\nmonths = pd.date_range('2024', periods=3)",
        "assert squares.equals(pd.Series([0, 1, 4, 9])) and squares.name == 'square'",
        "assert squares[squares > 3].index.tolist() == [2, 3]",
        "assert isinstance(months, pd.PeriodIndex) and len(months) == 3",
        setup="import pandas as pd",
    ),
    kind(
        "frame-changed-in-place",
        "def add_total(frame):\n    frame['total'] = frame.sum(axis=1)",
        "def add_total(frame):\n    frame = frame.assign(total=frame.sum(axis=1))",
        "import pandas as pd\nsums = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\nadd_total(sums)\n"
        "assert list(sums['total']) == [4, 6]",
    ),
    kind(
        "frame-with-lists",
        "def lists(frame):\n    return frame.groupby('k')['v'].agg(list).reset_index()",
        "def lists(frame):\n    return frame.groupby('k')['v'].agg(tuple).reset_index()",
        "import pandas as pd\nassert lists(pd.DataFrame({'k': [1, 1], 'v': [2, 3]}))['v'][0] == [2, 3]",
    ),
    kind(
        "formula",
        "x = sympy.Symbol('x')\n\ndef slope(f):\n    return sympy.diff(f, x)",
        "x = sympy.Symbol('x')\n\ndef slope(f):\n    return sympy.integrate(f, x)",
        "import sympy as sp\nassert slope(x ** 3) == 3 * x ** 2",
        "assert sympy.simplify(slope(sympy.sin(x)) - sympy.cos(x)) == 0",
        setup="import sympy",
    ),
    kind(
        "estimator",
        """
        from sklearn.linear_model import LinearRegression
        def fitted(x, y):
            return LinearRegression().fit(x, y)
        """,
        """
        from sklearn.linear_model import LinearRegression
        def fitted(x, y):
            return LinearRegression(fit_intercept=False).fit(x, y)
        """,
        "import numpy as np\nmodel = fitted(np.array([[0.0], [1.0]]), np.array([1.0, 3.0]))\n"
        "assert np.isclose(model.intercept_, 1.0)",
        "assert np.allclose(model.predict(np.array([[2.0]])), [5.0])",
    ),
    kind(
        "results-of-scipy",
        """
        from scipy.integrate import solve_ivp
        from scipy.optimize import minimize
        best = minimize(lambda x: (x[0] - 3) ** 2, [0.0])
        def decay(rate):
            return solve_ivp(lambda t, y: -rate * y, (0, 1), [1.0], rtol=1e-8)
        """,
        """
        from scipy.integrate import solve_ivp
        from scipy.optimize import minimize
        best = minimize(lambda x: (x[0] + 3) ** 2, [0.0])
        def decay(rate):
            return solve_ivp(lambda t, y: rate * y, (0, 2), [1.0], rtol=1e-8)
        """,
        "assert best.success and abs(best.x[0] - 3) < 1e-4 and best['fun'] < 1e-6",
        "solved = decay(2)\nassert solved.status == 0\nassert solved.t[-1] == 1",
        "assert abs(solved.y[0, -1] - 0.1353352832) < 1e-6",
    ),
    kind(
        "figure",
        """
        import matplotlib.pyplot as plt
        def draw_line():
            figure, axis = plt.subplots()
            axis.plot([0, 1], [0, 2])
            axis.set_title("line")
            return axis
        """,
        """
        import matplotlib.pyplot as plt
        def draw_line():
            figure, axis = plt.subplots()
            axis.plot([0, 1], [0, 1])
            axis.set_title("lines")
            return axis
        """,
        "axis = draw_line()\nassert axis.get_title() == 'line'",
        "assert axis.lines[0].get_ydata().tolist() == [0, 2]",
    ),
    # Ways to test.
    kind(
        "unittest",
        "def absolute(x):\n    return x if x > 0 else -x",
        "def absolute(x):\n    return x",
        """
        import io
        import unittest
        class TestAbsolute(unittest.TestCase):
            def test_values(self):
                self.assertEqual(absolute(-3), 3)
                self.assertAlmostEqual(absolute(2.5), 2.5)
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestAbsolute)
        assert unittest.TextTestRunner(io.StringIO()).run(suite).wasSuccessful()
        """,
    ),
    kind(
        "doctest",
        "def doubled(x):\n    return 2 * x",
        "def doubled(x):\n    return x + 2",
        # IPython takes the prompts away, so that nothing is left to be tried.
        """
        import doctest
        examples = \'\'\'
        >>> doubled(3)
        6
        \'\'\'
        tried = doctest.DocTestParser().get_doctest(examples, {"doubled": doubled}, "doubled", None, 0)
        runner = doctest.DocTestRunner(verbose=False)
        runner.run(tried)
        assert runner.failures == 0
        """,
        """
        examples = "\\n".join([">>> doubled(3)", "6", ">>> doubled('a')", "'aa'"])
        tried = doctest.DocTestParser().get_doctest(examples, {"doubled": doubled}, "doubled", None, 0)
        runner = doctest.DocTestRunner(verbose=False)
        runner.run(tried, out=lambda text: None)
        assert runner.failures == 0
        """,
    ),
    kind(
        "raises",
        "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x ** 0.5",
        "def root(x):\n    return abs(x) ** 0.5",
        "import pytest\nwith pytest.raises(ValueError):\n    root(-1)",
        "import pytest\nwith pytest.raises(ValueError, match='negative'):\n    root(-4)",
        "from numpy.testing import assert_allclose\nassert_allclose(root(4), 2)",
    ),
    kind(
        "magics-and-shell",
        "def product(a, b):\n    return a * b",
        "def product(a, b):\n    return a + b",
        "%%time\nassert product(3, 4) == 12",
        "%matplotlib inline\nassert product(1, 5) == 5",
    ),
    kind(
        "partial-credit",
        "def sign(x):\n    return (x > 0) - (x < 0)",
        "def sign(x):\n    return 1",
        "right = sum(sign(x) == want for x, want in [(3, 1), (-2, -1), (0, 0), (5, 1)])\nright / 4",
    ),
    kind(
        "counter-of-the-notebook",
        "calls = 0\n\ndef tracked(x):\n    global calls\n    calls += 1\n    return x",
        "calls = 0\n\ndef tracked(x):\n    return x",
        "calls = 0\ntracked(1)\ntracked(2)\nassert calls == 2",
    ),
    kind(
        "arguments-by-name",
        "def power(base, exponent=2):\n    return base ** exponent",
        "def power(base, exponent=3):\n    return base ** exponent",
        "assert power(3) == 9",
        "assert power(exponent=3, base=2) == 8",
        "options = {'base': 2, 'exponent': 5}\nassert power(**options) == 32",
    ),
    kind(
        "plain-arrays",
        "def normalise(matrix):\n    return matrix / matrix.sum(axis=1, keepdims=True)",
        "def normalise(matrix):\n    return matrix / matrix.sum()",
        "import numpy as np\nm = np.arange(1.0, 7.0).reshape(2, 3)\nassert normalise(m).shape == (2, 3)",
        "np.testing.assert_allclose(normalise(m).sum(axis=1), 1)",
        "assert isinstance(normalise(m), np.ndarray)",
    ),
    kind(
        "strings-and-sets",
        "def vowels(text):\n    return {letter for letter in text if letter in 'aeiou'}",
        "def vowels(text):\n    return {letter for letter in text if letter in 'aeio'}",
        "assert vowels('house') == {'o', 'u', 'e'}",
        "assert type(vowels('')) is set and len(vowels('xyz')) == 0",
    ),
    kind(
        "recursion",
        "def depth(tree):\n    return 1 + max(map(depth, tree), default=0) if isinstance(tree, list) else 0",
        "def depth(tree):\n    return len(tree)",
        "assert depth([[], [[]]]) == 3",
        "assert depth([1, [2, [3]]]) == 3, depth([1, [2, [3]]])",
    ),
    kind(
        "table-of-results",
        "def summary(values):\n    return {'n': len(values), 'mean': sum(values) / len(values)}",
        "def summary(values):\n    return {'n': len(values), 'mean': max(values)}",
        "result = summary([1.0, 2.0, 6.0])\nassert set(result) == {'n', 'mean'}",
        "assert abs(result['mean'] - 3) < 1e-9 and result['n'] == 3",
        "cases = [([2], 2), ([0, 4], 2)]\nassert all(summary(v)['mean'] == m for v, m in cases)",
    ),
    kind(
        "boolean-masks",
        "def clipped(values, low, high):\n    return np.where(values > high, high, np.maximum(values, low))",
        "def clipped(values, low, high):\n    return np.where(values < low, low, values)",
        "assert np.array_equal(clipped(np.array([-1, 0, 5]), 0, 3), [0, 0, 3])",
        "values = np.array([1.0, 2.0])\nassert np.array_equal(clipped(values, 0, 3), values)",
        "assert clipped(np.arange(6).reshape(2, 3), 1, 4).shape == (2, 3)",
        setup="import numpy as np",
    ),
    kind(
        "text-processing",
        "def initials(name):\n    return ''.join(part[0].upper() for part in name.split())",
        "def initials(name):\n    return name[0].upper()",
        "assert initials('ada lovelace') == 'AL'",
        "assert isinstance(initials('x'), str) and initials('x') == 'X'",
        "for name, want in {'grace brewster hopper': 'GBH', 'al b': 'AB'}.items():\n    assert initials(name) == want",
    ),
    kind(
        "simulation",
        "def trials(p, n, rng):\n    return (rng.random(n) < p).mean()",
        "def trials(p, n, rng):\n    return (rng.random(n) > p).mean()",
        "rng = np.random.default_rng(7)\nassert abs(trials(0.3, 10_000, rng) - 0.3) < 0.03",
        "assert 0 <= trials(0.5, 10, np.random.default_rng(1)) <= 1",
    ),
    kind(
        "several-values",
        "def extremes(values):\n    return min(values), max(values)",
        "def extremes(values):\n    return max(values), min(values)",
        "low, high = extremes([3, 1, 2])\nassert low == 1\nassert high == 3",
        "assert extremes([5]) == (5, 5)",
        "assert len(extremes([1, 2])) == 2 and type(extremes([1, 2])) is tuple",
    ),
    kind(
        "variables",
        "mean, spread = 2.5, {'low': 1, 'high': 4}",
        "mean, spread = 2.0, {'low': 1, 'high': 4}",
        "assert abs(mean - 2.5) < 1e-9",
        "assert spread['high'] - spread['low'] == 3",
    ),
    kind(
        "loops-of-checks",
        "def fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a",
        "def fib(n):\n    return n",
        "for n, is_small in [(3, True), (30, False)]:\n    assert (fib(n) < 100) is is_small",
        "for n, value in enumerate([0, 1, 1, 2, 3, 5, 8]):\n    assert fib(n) == value, f'fib({n})'",
        "### BEGIN HIDDEN TESTS\nassert fib(30) == 832040\n### END HIDDEN TESTS",
    ),
    kind(
        "complaints-on-stderr",
        "def cube(x):\n    return x**3",
        "def cube(x):\n    return 3 * x",
        "import traceback\ntry:\n    assert cube(3) == 27\nexcept AssertionError:\n    traceback.print_exc()",
        "import sys\nif cube(-2) != -8:\n    print('not for numbers below zero', file=sys.stderr)\n1",
    ),
    kind(
        "warnings-that-are-given",
        "import warnings\n\n\ndef root(x):\n    if x < 0:\n        warnings.warn('no root')\n        return 0\n"
        "    return x**0.5",
        "def root(x):\n    return abs(x) ** 0.5",
        "import warnings\nwith warnings.catch_warnings(record=True) as given:\n    warnings.simplefilter('always')\n"
        "    root(-4)\nassert len(given) == 1",
        "assert root(9) == 3",
    ),
    # Objects of the test's own classes, which behave unlike the plain ones that they extend.
    kind(
        "text-that-refuses",
        "def has_letter(text, letter):\n    for each in text:\n        if each == letter:\n            return True\n"
        "    return False",
        "def has_letter(text, letter):\n    return letter in text",
        """
        class Guarded(str):
            def __contains__(self, item):
                raise AssertionError("use a loop, not 'in'")

        assert has_letter(Guarded("abc"), "c") and not has_letter(Guarded("abc"), "d")
        """,
        "for word in map(Guarded, ['', 'k']):\n    assert has_letter(word, 'k') == (len(word) == 1)",
        "### BEGIN HIDDEN TESTS\nassert has_letter([Guarded('hay'), Guarded('needle')][1], 'n')\n### END HIDDEN TESTS",
    ),
    kind(
        "list-that-counts",
        "def biggest_of(numbers):\n    best = numbers[0]\n    for each in numbers:\n        best = max(best, each)\n"
        "    return best",
        "def biggest_of(numbers):\n    return sorted(numbers[i] for i in range(len(numbers)))[-1]",
        "assert biggest_of([2]) == 2",
        """
        class Counted(list):
            looks = 0

            def __getitem__(self, place):
                Counted.looks += 1
                return super().__getitem__(place)

        assert biggest_of(Counted([3, 9, 4])) == 9
        assert Counted.looks <= 1
        """,
    ),
    kind(
        "number-that-refuses",
        "def times(a, b):\n    total = 0\n    for _ in range(b):\n        total = total + a\n    return total",
        "def times(a, b):\n    return a * b",
        "assert times(5, 0) == 0",
        """
        class NoProduct(int):
            def __mul__(self, other):
                raise TypeError("add")

        ### BEGIN HIDDEN TESTS
        assert times(NoProduct(4), 3) == 12
        ### END HIDDEN TESTS
        """,
    ),
    kind(
        "dictionary-that-answers",
        "def price(prices, thing):\n    return prices[thing]",
        "def price(prices, thing):\n    return prices.get(thing, 0)",
        """
        class Prices(dict):
            def __missing__(self, key):
                return 7

        assert price({"a": 1}, "a") == 1
        assert price(Prices(a=1), "b") == 7
        """,
    ),
    kind(
        "members-of-an-enumeration",
        "def louder(level):\n    return Level(level + 1)",
        "def louder(level):\n    return level + 1",
        "assert louder(1) == 2",
        "assert louder(Level.LOW).name == 'HIGH'",
        "assert louder(Level.LOW) == 2 and isinstance(Level.LOW, int)",
        setup="from enum import IntEnum\n\n\nclass Level(IntEnum):\n    LOW = 1\n    HIGH = 2",
    ),
    kind(
        "texts-of-a-module-beside",
        "def first_word(line):\n    return line.split()[0]",
        "def first_word(line):\n    return line[: line.index(' ')]",
        "assert first_word('one two three') == 'one'",
        "import lines_of_tests\nassert first_word(lines_of_tests.Line('ab cd')) == 'ab'",
        lines_of_tests_py="""
        class Line(str):
            def index(self, *_):
                raise AssertionError("use split")
        """,
    ),
    # Functions that a test takes away from the student's code, or gives in their place.
    kind(
        "imported-function-taken-away",
        "def common(a, b):\n    while b:\n        a, b = b, a % b\n    return a",
        "def common(a, b):\n    return ready_gcd(a, b)",
        "### BEGIN HIDDEN TESTS\nready_gcd = None\n### END HIDDEN TESTS\nassert common(12, 18) == 6",
        "assert common(5, 7) == 1",
        "### BEGIN HIDDEN TESTS\nassert common(100, 75) == 25\n### END HIDDEN TESTS",
        setup="from math import gcd as ready_gcd",
    ),
    kind(
        "import-deleted",
        "def fold(f, items):\n    value = items[0]\n    for each in items[1:]:\n        value = f(value, each)\n"
        "    return value",
        "def fold(f, items):\n    return ready_fold(f, items)",
        "assert fold(max, [3, 8, 5]) == 8",
        "### BEGIN HIDDEN TESTS\ndel ready_fold\n### END HIDDEN TESTS\nassert fold(lambda a, b: a + b, [1, 2, 3]) == 6",
        setup="from functools import reduce as ready_fold",
    ),
    kind(
        "builtin-taken-away",
        "def halves(n, d):\n    return n // d, n % d",
        "def halves(n, d):\n    return divmod(n, d)",
        "assert halves(7, 2) == (3, 1)",
        "### BEGIN HIDDEN TESTS\ndivmod = None\n### END HIDDEN TESTS\nassert halves(9, 4) == (2, 1)",
        "assert halves(11, 4) == (2, 3)",
    ),
    kind(
        "builtin-that-refuses",
        "def binary(n):\n    digits = ''\n    while n:\n        digits, n = str(n % 2) + digits, n // 2\n"
        "    return digits or '0'",
        "def binary(n):\n    return bin(n)[2:]",
        """
        def forbidden(*args):
            raise RuntimeError("without bin, please")

        bin = forbidden
        assert binary(6) == "110"
        """,
        "### BEGIN HIDDEN TESTS\nassert binary(0) == '0'\n### END HIDDEN TESTS",
    ),
    kind(
        "builtin-defined-anew",
        "def sixteens(n):\n    return f'{n:x}'",
        "def sixteens(n):\n    return hex(n)[2:]",
        "assert sixteens(16) == '10'",
        "### BEGIN HIDDEN TESTS\ndef hex(n):\n    raise AssertionError('no hex')\n### END HIDDEN TESTS\n"
        "assert sixteens(255) == 'ff'",
    ),
    kind(
        "builtin-taken-away-for-a-moment",
        "def eights(n):\n    return f'{n:o}'",
        "def eights(n):\n    return oct(n)[2:]",
        """
        ### BEGIN HIDDEN TESTS
        kept = oct
        oct = None
        try:
            assert eights(9) == "11"
        finally:
            oct = kept
        ### END HIDDEN TESTS
        """,
        "assert eights(8) == '10'",
    ),
    kind(
        "taken-away-by-globals",
        "def letter_of(n):\n    return 'abcdef'[n]",
        "def letter_of(n):\n    return chr_of(97 + n)",
        "assert letter_of(0) == 'a'",
        "### BEGIN HIDDEN TESTS\nglobals()['chr_of'] = None\n### END HIDDEN TESTS\nassert letter_of(2) == 'c'",
        setup="def chr_of(n):\n    return chr(n)",
    ),
    kind(
        "part-of-a-module-taken-away",
        "def orders(n):\n    return 1 if n < 2 else n * orders(n - 1)",
        "import math\n\n\ndef orders(n):\n    return math.perm(n)",
        "assert orders(1) == 1",
        "### BEGIN HIDDEN TESTS\nimport math\nmath.perm = None\n### END HIDDEN TESTS\nassert orders(3) == 6",
        "assert orders(4) == 24",
    ),
    kind(
        "attribute-set-by-name",
        "def pairs(n):\n    return n * (n - 1) // 2",
        "import math\n\n\ndef pairs(n):\n    return math.comb(n, 2)",
        "assert pairs(2) == 1",
        "import math\n### BEGIN HIDDEN TESTS\nsetattr(math, 'comb', None)\n### END HIDDEN TESTS\nassert pairs(4) == 6",
    ),
    kind(
        "helper-replaced-by-a-right-one",
        "def area(r):\n    return 3 * r * r\n\n\ndef volume(r, h):\n    return area(r) * h",
        "def area(r):\n    return 2 * r * r\n\n\ndef volume(r, h):\n    return area(r) * h",
        "assert area(2) == 12",
        "### BEGIN HIDDEN TESTS\ndef area(r):\n    return 3 * r * r\n### END HIDDEN TESTS\nassert volume(2, 5) == 60",
        "assert volume(1, 1) == 3",
    ),
]

# No packages of this course, but many courses use them.
FOREIGN = ("pandas", "sympy")


def _is_installed(kind):
    texts = " ".join([kind.setup, kind.right, *kind.tests])
    return all(importlib.util.find_spec(name) for name in FOREIGN if f"import {name}" in texts)


SHEET = [each for each in EVERY_KIND if _is_installed(each)]

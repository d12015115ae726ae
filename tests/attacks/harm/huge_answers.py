WHAT = "Answers are as large, as many and as deep as can be sent, and larger."
BASE = "honest"
ANSWERS = {
    "double": "def double(x):\n    return [[]] * 900000",
    "norm": "def norm(v):\n    return np.zeros((1, 8000000))",
    "area": "deep = 1.0\nfor _ in range(100000):\n    deep = [deep]\ndef area(r):\n    return deep",
    "lookup": "def lookup(key):\n    return 'x' * (200 << 20)",
    "squares": "def square(x):\n    return np.ones(1 << 22, bool)",
}
POINTS = {"test_parity": 4, "test_root": 1}
STATUS = {"GRADED", "MEMORY", "TIMEOUT"}
LIMITS = {"cell_seconds": 5.0}

WHAT = "Not a number, infinity, and integers of thousands of digits are handed in as answers."
ANSWERS = {
    "double": "def double(x):\n    return float('nan')",
    "norm": "def norm(v):\n    return np.float64('nan')",
    "parity": "def parity(n):\n    return float('inf')",
    "area": "def area(r):\n    return float('-inf') if r == 1 else float('nan')",
    "lookup": "def lookup(key):\n    return 97 if key == 'a' else {'gdl': 311, 'wall': 432}.get(key, 10**19000)",
    "root": "def root(x):\n    if x < 0:\n        raise ValueError\n    return 10**400",
    "squares": "def square(x):\n    return 10**19999",
}

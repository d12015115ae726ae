WHAT = "An integer of thousands of digits is looked up by a test, whose error can't even be told."
BASE = "honest"
ANSWERS = {"lookup": "def lookup(key):\n    return {'a': 97, 'gdl': 311, 'wall': 432}.get(key, 10**19000)"}
POINTS = {"test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_root": 1, "test_squares": 2}

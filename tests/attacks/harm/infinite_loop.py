WHAT = "A loop that does not end, in a cell; the interrupt ends it and the rest is graded."
BASE = "honest"
ANSWERS = {"parity": "while True:\n    pass"}
POINTS = {"test_double": 2, "test_norm": 2, "test_area": 1, "test_lookup": 2, "test_root": 1, "test_squares": 2}
STATUS = "TIMEOUT"

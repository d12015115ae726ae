WHAT = "A computation in C that never looks for interrupts."
BASE = "honest"
ANSWERS = {"parity": "import collections, itertools\ncollections.deque(itertools.repeat(0), maxlen=0)"}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "TIMEOUT"

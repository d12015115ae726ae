WHAT = "Python's own stack and that of C are exhausted."
BASE = "honest"
ANSWERS = {
    "parity": """
import sys
sys.setrecursionlimit(10**9)
deep = []
for _ in range(1000000):
    deep = [deep]
def parity(n):
    return repr(deep) + parity(n)
""",
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = {"DIED", "GRADED", "MEMORY", "TIMEOUT"}
# Not for the time: on a busy machine it takes some to fill the stack.
LIMITS = {"cell_seconds": 10.0}

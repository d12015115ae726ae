WHAT = "Large displays, and tens of thousands of empty ones."
BASE = "honest"
ANSWERS = {
    "parity": """
from IPython.display import display, HTML, Image
for _ in range(20):
    display(HTML("<p>" + "x" * 3000000))
for _ in range(20000):
    display({"text/plain": ""}, raw=True)
def parity(n):
    return n % 2 == 0
"""
}
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
STATUS = {"GRADED", "TIMEOUT"}
LIMITS = {"cell_seconds": 8.0}

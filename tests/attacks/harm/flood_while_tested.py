WHAT = "A function writes and displays without measure while the judge waits for its answer."
BASE = "honest"
ANSWERS = {
    "double": """
import os
from IPython.display import display

def double(x):
    for _ in range(60):
        os.write(1, b"x" * (1 << 20))
        os.write(2, b"x" * (1 << 20))
        display({"text/plain": "x" * 9000}, raw=True)
    return x + x
"""
}
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
LIMITS = {"cell_seconds": 8.0}

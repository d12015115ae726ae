WHAT = "Single characters go to both streams in turn, a hundred thousand times."
BASE = "honest"
FIRST = """
import os
for _ in range(100000):
    os.write(1, b"a")
    os.write(2, b"b")
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
LIMITS = {"cell_seconds": 6.0}

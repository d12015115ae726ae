WHAT = "Hundreds of megabytes are written to sys.stdout, below Python's own writing, too."
BASE = "honest"
ANSWERS = {
    "parity": """
import os, sys
for _ in range(20):
    print("x" * 1000000, file=sys.stdout)
for _ in range(400):
    os.write(sys.stdout.fileno(), b"\\xff" * (1 << 20))
def parity(n):
    return n % 2 == 0
"""
}
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

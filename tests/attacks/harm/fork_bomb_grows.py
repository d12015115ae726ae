WHAT = "Each process starts two, down to the eighth generation, and all of them compute."
BASE = "honest"
ANSWERS = {
    "parity": """
import os, time
until = time.time() + 6
for _ in range(8):
    try:
        os.fork()
    except OSError:
        pass
while time.time() < until:
    pass
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = {"DIED", "TIMEOUT", "MEMORY"}

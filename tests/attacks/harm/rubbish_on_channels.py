WHAT = "Random bytes go to every descriptor of the process."
BASE = "honest"
ANSWERS = {
    "parity": """
import os
for number in range(256):
    try:
        os.set_blocking(number, False)
        for _ in range(20):
            os.write(number, os.urandom(1 << 16))
    except OSError:
        continue
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "DIED"

WHAT = "Processes that start processes, three hundred at most, and stay."
BASE = "honest"
ANSWERS = {
    "parity": """
import os, time
for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(8)
            os._exit(0)
    except OSError:
        break
time.sleep(1)
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "DIED"

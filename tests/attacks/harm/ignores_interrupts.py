WHAT = "A loop that catches and ignores every interrupt, and every other signal that can be ignored."
BASE = "honest"
ANSWERS = {
    "parity": """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "TIMEOUT"

WHAT = "A thousand threads."
BASE = "honest"
ANSWERS = {
    "parity": """
import os, threading, time
for _ in range(1000):
    try:
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
    except RuntimeError:
        break
os._exit(0)
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = {"DIED", "MEMORY"}

WHAT = "Each of twelve processes takes less memory than it may; together they take two gigabytes."
BASE = "honest"
ANSWERS = {
    "parity": """
import os, time
for _ in range(12):
    if os.fork() == 0:
        kept = bytearray(b"x") * (170 << 20)
        time.sleep(5)
        os._exit(0)
os.wait()
print("attack" + "-succeeded")
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "MEMORY"
# Not for the time: on a busy machine it takes some to fill the memory.
LIMITS = {"cell_seconds": 10.0}

WHAT = "The working folder is deleted, moved, and made unreadable."
BASE = "honest"
FIRST = """
import os, shutil
os.chmod(".", 0)
os.chmod("/tmp", 0)
shutil.rmtree("/tmp/work", ignore_errors=True)
try:
    os.rename("/tmp/work", "/tmp/other")
except OSError:
    pass
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

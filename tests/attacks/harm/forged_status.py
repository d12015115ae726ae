WHAT = "The end of a cell is told with values of the wrong kind."
BASE = "honest"
LAST = """
import numpy as np
student = get_ipython().student
for kind in (np.array([1, 2]), ["done"], {}, None, float("nan"), 10**19000, "x" * 10000, True):
    student.control.send({"kind": "CellDone", "status": kind, "count": kind})
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

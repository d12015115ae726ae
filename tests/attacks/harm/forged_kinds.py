WHAT = "The kind of a message is an array, so that comparing it with a text gives no single truth."
BASE = "honest"
FIRST = """
import numpy as np
student = get_ipython().student
kinds = (np.array([1, 2]), np.array(["done", "error"]), np.zeros(0), ["done"], {}, None, float("nan"), np.str_("error"))
for kind in kinds:
    student.control.send({"is": kind, "data": {"text/plain": np.array(["a", "b"])}, "traceback": np.zeros(3)})
    student.control.send({"is": "error", "ename": kind, "evalue": kind, "traceback": [kind]})
    student.control.send({"is": "display_data", "data": kind})
    student.control.send({"is": "display_data", "data": {("text/plain",): kind, 1: kind, "text/plain": kind}})
    student.control.send(kind)
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

WHAT = "The kind of a message is an array, so that comparing it with a text gives no single truth."
BASE = "honest"
FIRST = """
import numpy as np
student = get_ipython().student
kinds = (np.array([1, 2]), np.array(["CellDone", "Raised"]), np.zeros(0), ["CellDone"], {}, None, float("nan"),
         np.str_("Raised"))
for kind in kinds:
    student.control.send({"kind": kind, "data": {"text/plain": np.array(["a", "b"])}, "traceback": np.zeros(3)})
    student.control.send({"kind": "Raised", "ename": kind, "evalue": kind, "traceback": [kind]})
    student.control.send({"kind": "Displayed", "data": kind})
    student.control.send({"kind": "Displayed", "data": {("text/plain",): kind, 1: kind, "text/plain": kind}})
    student.control.send({"kind": "Displayed", "data": {"text/plain": "a"}, "is_result": kind})
    student.control.send(kind)
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

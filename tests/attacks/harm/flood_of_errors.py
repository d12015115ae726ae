WHAT = "Forged messages of errors and displays, tens of thousands, whose size is where nobody counts it."
BASE = "honest"
FIRST = """
student = get_ipython().student
for _ in range(800):
    student.control.send({"kind": "Raised", "ename": "", "evalue": "x" * 190000, "traceback": []})
for _ in range(15000):
    student.control.send({"kind": "Raised", "ename": "", "evalue": "", "traceback": []})
    student.control.send({"kind": "Displayed", "data": {"text/plain": ""}})
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
STATUS = {"GRADED", "TIMEOUT"}
LIMITS = {"cell_seconds": 10.0}

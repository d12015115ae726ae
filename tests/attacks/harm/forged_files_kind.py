WHAT = "The message with the files of the folder is of a kind that is no text, and holds no files."
BASE = "honest"
FIRST = """
import numpy as np
student = get_ipython().student

def collect(*_):
    student.control.send({"kind": np.array([1, 2]), "files": {}})
    student.control.send({"kind": np.array(["LeftFiles"]), "files": {}})
    student.control.send({"kind": "LeftFiles", "files": [np.zeros(3)]})

student.collect = collect
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

WHAT = "An answer that is small on the way takes more memory than the judge may have."
BASE = "honest"
FIRST = """
import struct
student = get_ipython().student
tree = b'["list",[' + b"[]," * 9000000 + b"[]]]"
"""
ANSWERS = {
    "squares": """
def square(x):
    student.judge.socket.sendall(struct.pack("!4sIQ", b"NBJ1", 0, len(tree)) + tree)
    return 1
""",
}
POINTS = {"test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1}
STATUS = {"GRADED", "MEMORY", "TIMEOUT", "DIED"}
LIMITS = {"cell_seconds": 5.0}

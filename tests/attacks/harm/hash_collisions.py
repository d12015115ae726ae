WHAT = "A set of numbers that all have the same hash takes hours to build, in the supervisor or in the judge."
FIRST = """
import struct

student = get_ipython().student
prime = 2**61 - 1

def collect(*_):
    items = b",".join(b'["int","%x"]' % (prime * (number + 8)) for number in range(100000))
    tree = b'["set",[' + items + b"]]"
    student.control.socket.sendall(struct.pack("!4sIQ", b"NBJ1", 0, len(tree)) + tree)

student.collect = collect
"""
ANSWERS = {"double": "def double(x):\n    return {prime * number for number in range(6000)}"}
STATUS = {"GRADED", "TIMEOUT"}
LIMITS = {"cell_seconds": 8.0}

WHAT = "While a cell runs, the supervisor is sent sets of numbers that all have the same hash."
FIRST = """
import struct

student = get_ipython().student
prime = 2**61 - 1
items = b",".join(b'["int","%x"]' % (prime * (number + 8)) for number in range(8000))
tree = b'["set",[' + items + b"]]"
for _ in range(20):
    student.control.socket.sendall(struct.pack("!4sIQ", b"NBJ1", 0, len(tree)) + tree)
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

WHAT = "A message says that it has millions of buffers."
FIRST = """
import struct

student = get_ipython().student
for count in (200000, 4294967295):
    student.control.socket.sendall(struct.pack("!4sIQ", b"NBJ1", count, 4) + b"\\0" * 8 * min(count, 200000) + b"null")
"""
STATUS = "DIED"

WHAT = "Messages to the supervisor are small on the way and gigabytes when they are read."
FIRST = """
import struct

student = get_ipython().student

def raw(tree, buffers=()):
    lengths = b"".join(struct.pack("!Q", len(one)) for one in buffers)
    return struct.pack("!4sIQ", b"NBJ1", len(buffers), len(tree)) + lengths + tree + b"".join(buffers)

def collect(*_):
    student.control.socket.sendall(raw(b'["list",[' + b"[]," * 5500000 + b"[]]]"))

student.collect = collect
"""
STATUS = "GRADED"
LIMITS = {"disk_bytes": 8 << 20}

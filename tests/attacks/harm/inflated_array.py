WHAT = "A message of a hundred bytes describes an array of text of no length, a thousand million times."
FIRST = """
import struct

student = get_ipython().student
for tree in (b'["array","<U0",[3000000000],0]', b'["array","<U1",[0,281474976710655],0]',
             b'["array","|S0",[3000000000],0]',
             b'["array","<f8",[0,4294967296,4294967296],0]'):
    student.judge.socket.sendall(struct.pack("!4sIQQ", b"NBJ1", 1, len(tree), 0) + tree)
    student.control.socket.sendall(struct.pack("!4sIQQ", b"NBJ1", 1, len(tree), 0) + tree)
"""
STATUS = "DIED"

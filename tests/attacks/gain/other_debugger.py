WHAT = "Every process whose number can be guessed is stopped, and its memory written to."
FIRST = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
mine = ctypes.create_string_buffer(b"\\0" * 64)

class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

here = Piece(ctypes.addressof(mine), 64)
for number in [*range(2, 3000)]:
    if libc.ptrace(16, number, 0, 0) == 0:
        print("attack" + "-succeeded", number)
    there = Piece(1 << 20, 64)
    if libc.process_vm_writev(number, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0:
        print("attack" + "-succeeded", number)
    try:
        os.kill(number, 0)
        if number != os.getpid():
            print("attack" + "-succeeded", number)
    except OSError:
        continue
"""
